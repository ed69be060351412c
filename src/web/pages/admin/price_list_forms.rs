//! Making price lists, and setting their prices.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::deed;
use super::desk::{Answer, Desk};
use super::price_lists::HERE;
use super::sheet::{Sheet, group};
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::account;
use crate::domain::inventory::{self, Stocked};
use crate::domain::price_list::{self, FULL, PriceList, Put, TAKEN};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, int, text};
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Deed, is_cut};
use crate::web::platform::money;

/// Variants that can be chosen from here, the latest ones. Others are named by their SKU.
const VARIANTS: i64 = 200;

fn sheet(of: Option<i64>) -> Sheet {
    Sheet {
        title: if of.is_some() { "Rename the price list" } else { "New price list" }.to_owned(),
        label: if of.is_some() { "Save" } else { "Make it" },
        back: of.map_or(HERE.to_owned(), |id| format!("{HERE}/{id}")),
        groups: vec![group("", vec![Field::line("title", "Name").needed()])],
        ..Sheet::default()
    }
}

fn read(fields: &mut Fields) -> String {
    fields.get("title", text).unwrap_or_default()
}

/// `GET /admin/price-lists/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    sheet(None).show(&desk).await
}

/// `POST /admin/price-lists/new`
pub async fn make(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let sheet = sheet(None);
    let title = sheet.read(&desk, &form, read).await?;
    sheet
        .make(&desk, &form, "price list by page", move |tx, shop| {
            let made = price_list::new(tx, shop, &title, &[]).map_err(|e| e.on_field(TAKEN, "title"))?;
            Ok(format!("{HERE}/{}?done=made", made.id))
        })
        .await
}

fn now(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Value> {
    Ok(json!({"title": price_list::get(tx, shop, id)?.title}))
}

/// `GET /admin/price-lists/{id}/edit`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let json = desk.read(move |tx, shop| now(tx, shop, id)).await?;
    sheet(Some(id)).filled(&json).show(&desk).await
}

/// `POST /admin/price-lists/{id}/edit`
pub async fn change(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let sheet = sheet(Some(id));
    let title = sheet.read(&desk, &form, read).await?;
    sheet
        .change(
            &desk,
            &form,
            "price list by page",
            move |tx, shop| now(tx, shop, id),
            move |tx, shop| {
                price_list::rename(tx, shop, id, &title).map(|_| ()).map_err(|e| e.on_field(TAKEN, "title"))
            },
        )
        .await
}

fn called(one: Stocked) -> (String, String) {
    let variant = if one.variant.is_implicit { String::new() } else { format!(" — {}", one.variant.title) };
    let sku = one.variant.sku.map(|sku| format!(" ({sku})")).unwrap_or_default();
    (one.variant.id.to_string(), format!("{}{variant}{sku}", one.product_title))
}

async fn price_sheet(desk: &Desk, id: i64) -> std::result::Result<Sheet, actix_web::Error> {
    let (list, variants, currency, has_more) = desk
        .read(move |tx, shop| {
            let all = inventory::Filter::default();
            let mut variants = inventory::list(tx, shop, &all, None, (VARIANTS + 1, 0))?;
            let has_more = is_cut(&mut variants, VARIANTS);
            Ok((price_list::get(tx, shop, id)?, variants, account::get(tx, shop)?.currency, has_more))
        })
        .await?;
    let mut of = vec![Field::choice("variant_id", "Product", variants.into_iter().map(called))];
    if has_more {
        let more = "Only the latest stand above. What is typed here counts before what is chosen there.";
        of.push(Field::line("sku", "SKU of another").or_unsaid().hint(more));
    }
    of.push(Field::number("min_quantity", "From so many pieces on").needed());
    of.push(Field::money("price", "Price of one", currency.as_deref()).needed());
    Ok(Sheet {
        title: format!("Set a price of {}", list.title),
        lead: "What one costs whoever buys by the list, once an order has so many of it. A price that stands there already is replaced.",
        label: "Set it",
        back: format!("{HERE}/{id}"),
        groups: vec![group("", of)],
        ..Sheet::default()
    })
}

/// A price as it was typed.
#[derive(Clone, Debug, Default)]
struct Typed {
    variant_id: i64,
    sku: Option<String>,
    min_quantity: i64,
    price: (i64, String),
}

fn read_price(fields: &mut Fields) -> Typed {
    Typed {
        variant_id: fields.nullable("variant_id", int).flatten().unwrap_or_default(),
        sku: fields.get("sku", text),
        min_quantity: fields.get("min_quantity", int).unwrap_or_default(),
        price: fields.get("price", money::read).unwrap_or_default(),
    }
}

/// `GET /admin/price-lists/{id}/prices/new`
pub async fn ask_price(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let filled = json!({"min_quantity": 1});
    price_sheet(&desk, id.into_inner()).await?.filled(&filled).show(&desk).await
}

/// `POST /admin/price-lists/{id}/prices/new`
pub async fn set_price(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let sheet = price_sheet(&desk, id).await?;
    let typed = sheet.read(&desk, &form, read_price).await?;
    sheet
        .make(&desk, &form, "price by page", move |tx, shop| {
            put(tx, shop, id, &typed).map_err(|e| e.on_field(FULL, "variant_id"))?;
            Ok(format!("{HERE}/{id}?done=saved"))
        })
        .await
}

fn put(tx: &mut Tx<'_>, shop: Shop, id: i64, typed: &Typed) -> Result<()> {
    let variant_id = match &typed.sku {
        None => typed.variant_id,
        Some(sku) => {
            let by_sku = inventory::Filter { sku: Some(sku.clone()), ..inventory::Filter::default() };
            match &inventory::list(tx, shop, &by_sku, None, (2, 0))?[..] {
                [one] => one.variant.id,
                [] => return Err(Error::invalid("nothing has this SKU").about("sku")),
                _ => return Err(Error::invalid("more than one thing has this SKU").about("sku")),
            }
        }
    };
    let (minor, currency) = &typed.price;
    if let Some(sold_in) = price_list::sold_in(tx, shop, variant_id)?.filter(|sold_in| sold_in != currency) {
        return Err(Error::invalid(format!("this product is sold in {sold_in}")).about("price"));
    }
    let put = Put { variant_id, min_quantity: typed.min_quantity, price_minor: Some(*minor) };
    // The form has one price, without its place among others.
    price_list::put(tx, shop, id, &[put]).map_err(|e| match e.about {
        Some("price_minor") => Error::invalid(e.message).about("price"),
        Some("min_quantity") => Error::invalid(e.message).about("min_quantity"),
        _ => e,
    })
}

/// `POST /admin/price-lists/{id}/prices/{variant_id}/{min_quantity}/remove`
pub async fn remove_price(
    req: HttpRequest,
    ids: Path<(i64, i64, i64)>,
    payload: Payload,
    app: Data<App>,
) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let (id, variant_id, min_quantity) = ids.into_inner();
    deed::act(&desk, &form, "price removed by page", move |tx, shop| {
        price_list::put(tx, shop, id, &[Put { variant_id, min_quantity, price_minor: None }])?;
        Ok(format!("{HERE}/{id}?done=saved"))
    })
    .await
}

/// What can be done to a list.
pub fn deeds(desk: &Desk, list: &PriceList) -> Vec<Deed> {
    if !desk.may(Scope::WriteProducts) {
        return Vec::new();
    }
    let action = format!("{}{HERE}/{}/delete", desk.base(), list.id);
    vec![Deed::new("delete", "Delete it", action).grave().typing(&list.title)]
}

/// `POST /admin/price-lists/{id}/delete`: one that no company buys by.
pub async fn delete(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let (id, typed) = (id.into_inner(), form.get("typed").unwrap_or_default().trim().to_owned());
    deed::act(&desk, &form, "price list deleted by page", move |tx, shop| {
        if price_list::get(tx, shop, id)?.title != typed {
            return Ok(format!("{HERE}/{id}?done=retyped"));
        }
        price_list::delete(tx, shop, id)?;
        Ok(format!("{HERE}?done=deleted"))
    })
    .await
}
