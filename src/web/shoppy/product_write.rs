//! Products made, changed and taken from sale, as later programs do (contract commerce.md, "v1 shapes"). There is no call for stock: `accounts`
//! is what waits to be handed out.

use serde_json::{Map, Value};

use super::Version;
use super::body::{amount, switch, texts};
use super::call::{Call, Reply};
use super::fault::Fault;
use super::product_told::{Keys, Type};
use super::products::{keys, named, view};
use crate::base::error::{Error, Result as Outcome};
use crate::base::seal::Master;
use crate::base::{global_address, money};
use crate::domain::product::{self, Kind, Product};
use crate::domain::shop::Shop;
use crate::domain::{account, key_pool, product_extra, product_webhooks, showcase, variant};
use crate::store::Tx;
use crate::web::fields::{Fields, int, text, word};

/// What an older program reads of a changed product.
const SHAPE: Version = Version::Later;

/// What is to be set on a product.
#[derive(Clone, Debug, Default)]
struct Written {
    change: product::Change,
    extra: product_extra::Change,
    price: Option<String>,
    currency: Option<String>,
    kind: Option<Type>,
    low_at: Option<i64>,
    /// The letter, and whether it is sent.
    email: (Option<String>, Option<bool>),
    /// Words of the dialect alone.
    own: Map<String, Value>,
    accounts: Option<Vec<String>>,
    webhook_urls: Option<Vec<String>>,
}

/// By its word, or by the document's number.
fn kind(value: Value) -> Result<Type, String> {
    let number = int(value.clone()).ok();
    match Type::ALL.iter().find(|known| Some(known.numbered().0) == number) {
        Some(known) => Ok(*known),
        None => word(value),
    }
}

/// A whole number from `least` to `most`.
fn within(least: i64, most: i64) -> impl Fn(Value) -> Result<i64, String> {
    move |value| {
        let number = int(value)?;
        let fits = (least..=most).contains(&number);
        if fits { Ok(number) } else { Err(format!("must be from {least} to {most}")) }
    }
}

fn read(call: &Call) -> Result<(Written, Fields), Fault> {
    let mut fields = call.fields()?;
    let title = fields.get("title", |value| {
        let title = text(value)?;
        let fits = (3..=128).contains(&title.trim().chars().count());
        if fits { Ok(title) } else { Err("must have 3 to 128 characters".to_owned()) }
    });
    let kind = fields.get("type", kind);
    let images = fields.nullable("image", text).map(|image| image.into_iter().collect());
    let change = product::Change {
        kind: kind.map(|kind| match kind {
            Type::Account | Type::File => Kind::Software,
            Type::Service | Type::Dynamic => Kind::Service,
        }),
        title,
        description: fields.nullable("description", text).map(Option::unwrap_or_default),
        visible: fields.get("unlisted", switch).map(|unlisted| !unlisted),
        showcase: showcase::Change { images, ..showcase::Change::default() },
        ..product::Change::default()
    };
    let quantity = fields.object("quantity", |inner| {
        let both = (inner.get("min", within(1, 1_000_000)), inner.nullable("max", within(1, 1_000_000)));
        inner.passed_over();
        both
    });
    let email = fields.object("email", |inner| {
        let both = (inner.nullable("value", letter), inner.get("enabled", switch));
        inner.passed_over();
        both
    });
    let custom_fields = fields.nullable("custom_fields", |value| match value {
        Value::Array(items) if items.iter().all(Value::is_object) => Ok(items),
        _ => Err("must be a list of objects".to_owned()),
    });
    let extra = product_extra::Change {
        min_quantity: quantity.and_then(|(min, _)| min),
        max_quantity: quantity.and_then(|(_, max)| max),
        position: fields.get("position", int),
        custom_fields: custom_fields.map(Option::unwrap_or_default),
        ..product_extra::Change::default()
    };
    let (value, enabled) = email.unwrap_or_default();
    let written = Written {
        kind,
        low_at: fields.nullable("stock_warning", within(0, 10_000)).map(Option::unwrap_or_default),
        email: (value.map(Option::unwrap_or_default), enabled),
        own: own(&mut fields),
        price: fields.get("price", amount),
        currency: fields.get("currency", |value| money::currency(&text(value)?).map_err(|e| e.message)),
        accounts: fields.nullable("accounts", |value| texts(value, "account")).map(Option::unwrap_or_default),
        webhook_urls: webhook_urls(call, &mut fields),
        change,
        extra,
    };
    Ok((written, fields))
}

/// The letter beside a receipt.
fn letter(value: Value) -> Result<String, String> {
    let letter = text(value)?;
    if letter.chars().count() <= 1_000 {
        Ok(letter)
    } else {
        Err("must have 1000 characters at the most".into())
    }
}

/// What only this dialect says of a product.
fn own(fields: &mut Fields) -> Map<String, Value> {
    let mut own = Map::new();
    let mut keep = |name: &str, value: Option<Option<Value>>| {
        if let Some(value) = value {
            own.insert(name.to_owned(), value.unwrap_or_default());
        }
    };
    let number = |value| within(0, 1 << 53)(value).map(Value::from);
    let listed = |value| texts(value, "name").map(Value::from);
    keep("confirmations", fields.nullable("confirmations", |value| within(0, 64)(value).map(Value::from)));
    keep("attachment_id", fields.nullable("attachment_id", number));
    keep("dynamic_url", fields.nullable("dynamic_url", |value| text(value).map(Value::from)));
    // One program calls it so.
    keep("gateways", fields.nullable("gateway", listed));
    keep("gateways", fields.nullable("gateways", listed));
    own
}

/// Addresses that are told; each leads to nobody's own network.
fn webhook_urls(call: &Call, fields: &mut Fields) -> Option<Vec<String>> {
    let allowed = &call.app.config.webhook_allow;
    let read = |value| {
        if value == Value::Bool(false) {
            return Ok(Vec::new());
        }
        let urls = texts(value, "url")?;
        for url in &urls {
            global_address::check_url(url, allowed).map_err(|e| e.message)?;
        }
        Ok(urls)
    };
    fields.nullable("webhook_urls", read).map(Option::unwrap_or_default)
}

/// Sets what is not the product's own.
fn store(tx: &mut Tx<'_>, shop: Shop, id: i64, written: &Written, master: &Master) -> Outcome<Product> {
    let old = product_extra::get(tx, id)?;
    let mut own = old.shoppy.clone();
    own.extend(written.own.clone());
    if let Some(kind) = written.kind {
        own.insert("type".to_owned(), kind.as_str().into());
    }
    let kept = own.get("email_value").and_then(Value::as_str).unwrap_or_default().to_owned();
    let value =
        written.email.0.clone().unwrap_or(if old.letter.is_empty() { kept } else { old.letter.clone() });
    let is_sent = written.email.1.unwrap_or(written.email.0.is_some() || !old.letter.is_empty());
    own.insert("email_value".to_owned(), value.clone().into());
    let letter = if is_sent { value } else { String::new() };
    let extra = product_extra::Change { shoppy: Some(own), letter: Some(letter), ..written.extra.clone() };
    product_extra::set(tx, shop, id, &extra)?;
    if let Some(low_at) = written.low_at {
        let variant = variant::default_of(tx, id)?;
        variant::set(
            tx,
            shop,
            id,
            variant.id,
            &variant::Change { low_at: Some(low_at), ..variant::Change::default() },
        )?;
    }
    if let Some(accounts) = &written.accounts {
        key_pool::set(tx, shop, id, accounts)?;
    }
    if let Some(urls) = &written.webhook_urls {
        product_webhooks::set(tx, shop, id, urls, master)?;
    }
    product::get(tx, shop, id)
}

/// A price in minor units of its currency, the shop's where none is named.
fn priced(
    tx: &mut Tx<'_>,
    shop: Shop,
    written: &Written,
    old: Option<&Product>,
) -> Outcome<Option<(i64, String)>> {
    let known = old.and_then(|old| old.currency.clone());
    let named = written.currency.clone().or(known);
    let typed = match (&written.price, &written.currency, old.and_then(|old| old.price_minor)) {
        (Some(price), ..) => price.clone(),
        (None, Some(_), Some(minor)) => money::plain(minor, named.as_deref().unwrap_or_default()),
        _ => return Ok(None),
    };
    let currency = account::currency_or(tx, shop, named.as_deref())?;
    let minor = money::read(&typed, &currency).map_err(|e| e.about("price"))?;
    let most = money::read("10000", &currency).unwrap_or(money::MOST);
    if minor > most {
        return Err(Error::invalid("must be from 0 to 10000").about("price"));
    }
    Ok(Some((minor, currency)))
}

/// `PUT /products`
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let (written, mut fields) = read(&call)?;
    fields.needed("title", written.change.title.as_ref());
    fields.needed("price", written.price.as_ref());
    fields.needed("type", written.kind);
    fields.finish_open()?;
    let (shop, app, shown) = (call.shop, call.app.clone(), keys(&call, Keys::All));
    call.write("make product", move |tx| {
        let price = priced(tx, shop, &written, None)?;
        let made = product::new(tx, shop, &product::Change { price: Some(price), ..written.change.clone() })?;
        let product = store(tx, shop, made.id, &written, &app.master)?;
        Reply::done("The product has been created", &view(tx, &app.ids, product, (SHAPE, shown))?)
    })
    .await
}

/// `POST /products/{product}`
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let (written, fields) = read(&call)?;
    fields.finish_open()?;
    let (named, shop, app, shown) = (named(&call), call.shop, call.app.clone(), keys(&call, Keys::All));
    call.write("change product", move |tx| {
        let old = named(tx)?;
        let price = priced(tx, shop, &written, Some(&old))?;
        product::set(
            tx,
            shop,
            old.id,
            &product::Change { price: price.map(Some), ..written.change.clone() },
        )?;
        let product = store(tx, shop, old.id, &written, &app.master)?;
        Reply::done("The product has been updated", &view(tx, &app.ids, product, (SHAPE, shown))?)
    })
    .await
}

/// `DELETE /products/{product}`: it is archived, since what was sold stays.
pub async fn archive(call: Call) -> Result<Reply, Fault> {
    let (named, shop, ids) = (named(&call), call.shop, call.app.ids.clone());
    call.write("archive product", move |tx| {
        let product = named(tx)?;
        let archived = product::archive(tx, shop, product.id)?;
        Reply::done("The product has been deleted", &view(tx, &ids, archived, (SHAPE, Keys::None))?)
    })
    .await
}
