//! `/pay`: addresses where somebody pays an amount. The second version takes what the first one does, and a list of addresses that are told; an
//! object `product` holds the same under names of products.

use serde_json::{Value, json};

use super::Version;
use super::body::{amount, switch, texts};
use super::call::{Call, Reply};
use super::fault::Fault;
use crate::base::error::Error;
use crate::base::global_address;
use crate::domain::payment_link::{self, Draft};
use crate::domain::webhook::Change;
use crate::domain::webhook_dialect::{Dialect, ShoppyEvent, ShoppyType};
use crate::web::fields::{Fields, text};

/// The most addresses that are told of one payment.
const MOST: usize = 5;

/// What is asked for, in either way.
#[derive(Default)]
struct Asked {
    title: Option<String>,
    value: Option<String>,
    currency: Option<String>,
    urls: Vec<String>,
}

fn asked(call: &Call, fields: &mut Fields, value: &str) -> Asked {
    let allowed = &call.app.config.webhook_allow;
    let fine = |urls: Vec<String>| {
        for url in &urls {
            global_address::check_url(url, allowed).map_err(|e| e.message)?;
        }
        if urls.len() > MOST { Err(format!("must be {MOST} at the most")) } else { Ok(urls) }
    };
    let one = fields.nullable("webhook_url", |value| {
        let url = text(value)?;
        fine(Some(url).filter(|url| !url.is_empty()).into_iter().collect())
    });
    let more = fields.nullable("webhook_urls", |value| fine(texts(value, "url")?));
    let urls = [one, more].into_iter().flatten().flatten().flatten().collect();
    Asked {
        title: fields.get("title", text),
        value: fields.get(value, amount),
        currency: fields.nullable("currency", text).flatten(),
        urls,
    }
}

/// `POST /pay`
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let mut said = asked(&call, &mut fields, "value");
    let given = |value: Value| Ok(Some(text(value)?).filter(|text| !text.is_empty()));
    let (email, return_url) = (fields.nullable("email", given), fields.nullable("return_url", given));
    let is_white_label = fields.nullable("white_label", switch).flatten().unwrap_or_default();
    let product = fields.object("product", |inner| {
        let said = asked(&call, inner, "price");
        inner.passed_over();
        said
    });
    if let Some(product) = product {
        said.title = said.title.or(product.title);
        said.value = said.value.or(product.value);
        said.currency = said.currency.or(product.currency);
        said.urls.extend(product.urls);
    }
    let title = fields.needed("title", said.title).unwrap_or_default();
    let value = fields.needed("value", said.value).unwrap_or_default();
    fields.finish_open()?;
    said.urls.dedup();
    // A program is told in the shapes that it speaks.
    let events = match call.version {
        Version::Document => [ShoppyType::Paid, ShoppyType::Disputed].map(ShoppyType::as_str).to_vec(),
        Version::Later | Version::Second => payment_link::EVENTS.map(ShoppyEvent::as_str).to_vec(),
    };
    let endpoint = |url| Change {
        url: Some(url),
        dialect: Some(Dialect::Shoppy),
        events: Some(events.clone()),
        ..Change::default()
    };
    let draft = Draft {
        title,
        value,
        currency: said.currency,
        email: email.flatten().flatten(),
        return_url: return_url.flatten().flatten(),
        is_white_label,
        webhooks: said.urls.into_iter().map(endpoint).collect(),
    };
    let (shop, app) = (call.shop, call.app.clone());
    call.write("make payment link", move |tx| {
        let link =
            payment_link::new(tx, shop, &draft, &app.master).map_err(|e| e.on_field("url", "webhook_url"))?;
        let url = format!("{}/pay/{}", app.config.public_url.trim_end_matches('/'), link.token);
        // What programs of each version look for.
        let details = json!({"urls": {"payment": {"url": url}}});
        Reply::ok(&json!({"status": true, "url": url, "id": link.token, "details": details}))
    })
    .await
}

/// `DELETE /pay/{token}`
pub async fn delete(call: Call) -> Result<Reply, Fault> {
    let (shop, token) = (call.shop, call.part(0).to_owned());
    call.write("end payment link", move |tx| {
        let found = payment_link::by_token(tx, &token)?.filter(|(of, _)| *of == shop);
        let (_, link) = found.ok_or_else(|| Error::not_found("there is no such payment"))?;
        payment_link::end(tx, shop, link.id)?;
        Reply::ok(&json!({"status": true}))
    })
    .await
}
