//! What staff note on an order after it was placed: where its goods are, its invoice, its parcel, and words.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::desk::{Answer, Desk};
use super::sheet::{Sheet, group};
use crate::app::App;
use crate::base::error::Result;
use crate::domain::order::{self, Fulfilment};
use crate::domain::order_handling::{self, Handling};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, text, word};
use crate::web::pages::field::Field;

fn sheet(id: i64) -> Sheet {
    let stages = Fulfilment::ALL.iter().filter(|stage| **stage != Fulfilment::Canceled);
    let stages: Vec<(&str, String)> =
        stages.map(|stage| (stage.as_str(), stage.as_str().replace('_', " "))).collect();
    Sheet {
        title: format!("Handle order {id}"),
        lead: "Nothing of this is told to the buyer; webhooks are told what was changed.",
        back: format!("/admin/orders/{id}"),
        groups: vec![group(
            "",
            vec![
                Field::choice("fulfilment", "Goods", stages).needed(),
                Field::line("tracking_url", "Address of the parcel").at_most(2_000).or_none(),
                Field::line("invoice_url", "Address of the invoice").at_most(2_000).or_none(),
                Field::page("note", "Note").at_most(5_000).or_none().hint("For the shop alone."),
                Field::page("client_note", "Words between shop and buyer").at_most(5_000).or_none(),
            ],
        )],
        ..Sheet::default()
    }
}

fn read(fields: &mut Fields) -> Handling {
    Handling {
        fulfilment: fields.get("fulfilment", word),
        tracking_url: fields.nullable("tracking_url", text),
        invoice_url: fields.nullable("invoice_url", text),
        note: fields.nullable("note", text),
        client_note: fields.nullable("client_note", text),
        ..Handling::default()
    }
}

fn now(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Value> {
    let order = order::get(tx, shop, id)?;
    Ok(
        json!({"fulfilment": order.fulfilment_status, "tracking_url": order.tracking_url, "invoice_url": order.invoice_url,
        "note": order.note, "client_note": order.client_note}),
    )
}

/// `GET /admin/orders/{id}/handle`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    let json = desk.read(move |tx, shop| now(tx, shop, id)).await?;
    sheet(id).filled(&json).show(&desk).await
}

/// `POST /admin/orders/{id}/handle`
pub async fn change(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    let sheet = sheet(id);
    let handling = sheet.read(&desk, &form, read).await?;
    sheet
        .change(
            &desk,
            &form,
            "order handled by page",
            move |tx, shop| now(tx, shop, id),
            move |tx, shop| order_handling::handle(tx, shop, id, &handling).map(|_| ()),
        )
        .await
}
