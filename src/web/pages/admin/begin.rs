//! The first five minutes: the shop, its mail, a product, a licence, and the first activation. Each step can be left out, and come back to.

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use minijinja::context;
use serde_json::json;

use super::deed;
use super::desk::{Answer, Desk};
use super::sheet::{Sheet, group};
use super::shop;
use crate::app::App;
use crate::domain::account;
use crate::domain::activation;
use crate::domain::customer;
use crate::domain::identifier::Mode;
use crate::domain::licence::{self, Draft};
use crate::domain::mail::{self, Letter, Template};
use crate::domain::product;
use crate::domain::scope::Scope;
use crate::web::form::Form;
use crate::web::pages::field::Field;
use crate::web::platform::{self, products};
use crate::web::shookout;

/// The shop's step.
fn shop_sheet() -> Sheet {
    Sheet {
        title: "1 of 4: your shop".to_owned(),
        label: "Go on",
        back: "/admin/begin/mail".to_owned(),
        leave: "Later",
        then: Some("/admin/begin/mail".to_owned()),
        groups: vec![shop::names()],
        ..Sheet::default()
    }
}

/// `GET /admin/begin/shop`
pub async fn shop(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    let json = desk.read(shop::now).await?;
    shop_sheet().filled(&json).show(&desk).await
}

/// `POST /admin/begin/shop`
pub async fn name_shop(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    let sheet = shop_sheet();
    let change = sheet.read(&desk, &form, platform::account::read).await?;
    sheet.change(&desk, &form, "shop by page", shop::now, move |tx, at| shop::set(tx, at, &change)).await
}

/// `GET /admin/begin/mail`
pub async fn mail(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let values = context! {
        is_on => app.config.mail.way.is_some(), public_url => &app.config.public_url, to => &desk.person.email,
        is_sent => query.get("done") == Some("sent"),
    };
    desk.page("admin/begin_mail.html", "2 of 4: mail and address", values).await
}

/// `POST /admin/begin/mail`: a letter to whoever asks, to see whether it comes.
pub async fn try_mail(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    let to = desk.person.email.clone();
    deed::act(&desk, &form, "letter to try", move |tx, shop| {
        let letter = Letter {
            template: Template::Test,
            recipient: &to,
            customer_id: None,
            about: json!({}),
            once: None,
        };
        mail::queue(tx, shop, &letter)?;
        Ok("/admin/begin/mail?done=sent".to_owned())
    })
    .await
}

fn product_sheet(currency: Option<&str>) -> Sheet {
    Sheet {
        title: "3 of 4: what you sell".to_owned(),
        lead: "One product, to begin with. All else of it can be changed at any time. To look at a full shop first, run: keywright demo",
        label: "Make it",
        back: "/admin".to_owned(),
        leave: "Later",
        groups: vec![group(
            "",
            vec![
                Field::line("title", "Title").needed(),
                Field::money("price", "Price before tax", currency)
                    .hint("19.00, or 19.00 USD. Empty: it is not sold here."),
                Field::number("licence_policy.max_uses", "Activations a licence")
                    .needed()
                    .hint("-1 is no limit."),
            ],
        )],
        ..Sheet::default()
    }
}

/// `GET /admin/begin/product`
pub async fn product(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let shop = desk.read(account::get).await?;
    let usual = json!({"licence_policy": {"max_uses": 3}});
    product_sheet(shop.currency.as_deref()).filled(&usual).show(&desk).await
}

/// `POST /admin/begin/product`
pub async fn make_product(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let shop = desk.read(account::get).await?;
    let sheet = product_sheet(shop.currency.as_deref());
    let mut change = sheet.read(&desk, &form, products::read).await?;
    // What else would its key be for?
    change.policy.api_enabled = Some(true);
    sheet
        .make(&desk, &form, "product by page", move |tx, shop| {
            Ok(format!("/admin/begin/licence/{}", product::new(tx, shop, &change)?.id))
        })
        .await
}

fn licence_sheet() -> Sheet {
    Sheet {
        title: "4 of 4: the first licence".to_owned(),
        lead: "For you, to try it out. Buyers get theirs with their order.",
        label: "Issue it",
        back: "/admin".to_owned(),
        leave: "Later",
        groups: vec![group("", vec![Field::email("email", "E-mail address").needed()])],
        ..Sheet::default()
    }
}

/// `GET /admin/begin/licence/{product_id}`
pub async fn licence(req: HttpRequest, _product_id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteLicences)?;
    let json = json!({"email": desk.person.email});
    licence_sheet().filled(&json).show(&desk).await
}

/// `POST /admin/begin/licence/{product_id}`
pub async fn issue(req: HttpRequest, product_id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteLicences)?;
    let sheet = licence_sheet();
    let email = sheet.read(&desk, &form, |fields| fields.get("email", crate::web::fields::text)).await?;
    let customer = customer::Change { email, ..customer::Change::default() };
    let draft = Draft { product_id: product_id.into_inner(), customer, ..Draft::default() };
    sheet
        .make(&desk, &form, "licence by page", move |tx, shop| {
            Ok(format!("/admin/begin/activation/{}", licence::issue(tx, shop, &draft)?.licence_id))
        })
        .await
}

/// `GET /admin/begin/activation/{licence_id}`: waits for the first activation.
pub async fn activation(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::ReadLicences)?;
    let id = id.into_inner();
    let (licence, uses) = desk
        .read(move |tx, shop| Ok((licence::by_id(tx, shop, id)?, activation::page(tx, id, None, 1)?)))
        .await?;
    // A page that looks again by itself stays as it is until there is something to tell: whoever has come to one of its links by the
    // Tab key is not sent back to its beginning each second.
    if uses.is_empty() && req.headers().contains_key("hx-request") {
        return Ok(HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, "no-store")).finish());
    }
    let asks = licence.identifier_mode != Mode::None;
    let address = format!("{}{}", app.config.public_url, shookout::LICENCE_PATHS[0]);
    let identifier = if asks { "&identifier=IDENTIFIER" } else { "" };
    let values = context! {
        line => format!("curl \"{address}?activate&key={}{identifier}\"", licence.key), key => &licence.key,
        first => uses.first().map(|first| context! { at => first.activated_at, from => &first.ip }),
        licence => format!("/admin/licences/{id}"), product => format!("/admin/products/{}/integrate", licence.product_id),
    };
    desk.page_of(StatusCode::OK, "admin/begin_activation.html", "The first activation", values).await
}
