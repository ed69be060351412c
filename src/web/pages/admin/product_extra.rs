//! What shops of goods know of a product beside what it is: rules of its stock, weights, a promotional price, what search engines are told.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::desk::{Answer, Desk};
use super::sheet::{Sheet, group};
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::product::{self, Product};
use crate::domain::product_extra::{self, Change};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, int, switch, text};
use crate::web::pages::field::Field;
use crate::web::platform::money::read as amount;

fn sheet(product: &Product) -> Sheet {
    let currency = product.currency.as_deref();
    let selling = vec![
        Field::money("promo", "Promotional price", currency)
            .hint("What it costs instead, as long as this is set."),
        Field::switch("is_on_request", "Its price is told on request: it cannot be bought"),
        Field::switch("is_new", "It is new"),
        Field::switch("is_soon", "It is to come"),
        Field::number("min_quantity", "Least of it in an order").needed(),
        Field::number("max_quantity", "Most of it in an order").or_none(),
        Field::switch("is_sold_single", "One an order, no more"),
    ];
    let stock = vec![
        Field::switch("is_backorder", "It is sold when none is left, too"),
        Field::switch("shows_stock", "Buyers are shown how many are left"),
        Field::number("weight_g", "Weight in grams").needed(),
    ];
    let told = vec![
        Field::line("reference", "Reference").or_none().hint("Your own word for it."),
        Field::number("position", "Place in lists of shop programs").needed(),
        Field::line("video_url", "Address of a video").at_most(2_000).or_none(),
        Field::line("page_title", "Title for search engines").or_none(),
        Field::page("meta_description", "Description for search engines").at_most(2_000).or_none(),
        Field::line("meta_tags", "Words for search engines").at_most(2_000).or_none(),
        Field::page("letter", "Words in the receipt").at_most(10_000).hint("Markdown."),
    ];
    Sheet {
        title: format!("Sale and stock of {}", product.title),
        lead: "The rules that orders follow, and what programs of other systems are told.",
        back: format!("/admin/products/{}", product.id),
        groups: vec![group("Sale", selling), group("Stock", stock), group("What is told", told)],
        ..Sheet::default()
    }
}

/// What was typed, and the currency of the price.
fn read(fields: &mut Fields) -> (Change, Option<String>) {
    let promo = fields.nullable("promo", amount);
    let currency = promo.as_ref().and_then(|promo| promo.as_ref().map(|(_, currency)| currency.clone()));
    let change = Change {
        promo_minor: promo.map(|promo| promo.map(|(minor, _)| minor)),
        is_on_request: fields.get("is_on_request", switch),
        is_new: fields.get("is_new", switch),
        is_soon: fields.get("is_soon", switch),
        min_quantity: fields.get("min_quantity", int),
        max_quantity: fields.nullable("max_quantity", int),
        is_sold_single: fields.get("is_sold_single", switch),
        is_backorder: fields.get("is_backorder", switch),
        shows_stock: fields.get("shows_stock", switch),
        weight_g: fields.get("weight_g", int),
        reference: fields.nullable("reference", text),
        position: fields.get("position", int),
        video_url: fields.nullable("video_url", text),
        page_title: fields.nullable("page_title", text),
        meta_description: fields.nullable("meta_description", text),
        meta_tags: fields.nullable("meta_tags", text),
        letter: fields.get("letter", text),
        ..Change::default()
    };
    (change, currency)
}

fn now(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Value> {
    let (product, extra) = (product::get(tx, shop, id)?, product_extra::get(tx, id)?);
    let promo = extra
        .promo_minor
        .zip(product.currency)
        .map(|(amount, currency)| json!({"amount": amount, "currency": currency}));
    let mut now = json!(extra);
    now["promo"] = promo.into();
    Ok(now)
}

/// `GET /admin/products/{id}/extra`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let (product, json) =
        desk.read(move |tx, shop| Ok((product::get(tx, shop, id)?, now(tx, shop, id)?))).await?;
    sheet(&product).filled(&json).show(&desk).await
}

/// `POST /admin/products/{id}/extra`
pub async fn change(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let product = desk.read(move |tx, shop| product::get(tx, shop, id)).await?;
    let sheet = sheet(&product);
    let (change, currency) = sheet.read(&desk, &form, read).await?;
    sheet
        .change(
            &desk,
            &form,
            "product by page",
            move |tx, shop| now(tx, shop, id),
            move |tx, shop| {
                if currency.is_some() && currency != product::get(tx, shop, id)?.currency {
                    return Err(Error::invalid("is in another currency than the price").about("promo"));
                }
                let wrong_field = |e: Error| {
                    if e.field().is_some_and(|field| field == "promo_minor") {
                        e.on_field("promo_minor", "promo")
                    } else {
                        e
                    }
                };
                product_extra::set(tx, shop, id, &change).map(|_| ()).map_err(wrong_field)
            },
        )
        .await
}
