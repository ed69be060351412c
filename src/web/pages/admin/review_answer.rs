//! What the shop says to a review.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::desk::{Answer, Desk};
use super::reviews::ROWS;
use super::sheet::{Sheet, group};
use crate::app::App;
use crate::base::error::Result;
use crate::domain::review;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, text};
use crate::web::pages::field::Field;

fn sheet(id: i64) -> Sheet {
    Sheet {
        title: format!("Answer review {id}"),
        lead: "It stands below the review on its product's page.",
        back: format!("{}/{id}", ROWS.here),
        groups: vec![group(
            "",
            vec![Field::page("response", "What the shop says").hint("Empty: nothing any more.")],
        )],
        ..Sheet::default()
    }
}

fn now(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Value> {
    Ok(json!({"response": review::get(tx, shop, id)?.response.unwrap_or_default()}))
}

fn read(fields: &mut Fields) -> String {
    fields.nullable("response", text).flatten().unwrap_or_default()
}

/// `GET /admin/reviews/{id}/answer`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(ROWS.scope)?;
    let id = id.into_inner();
    let json = desk.read(move |tx, shop| now(tx, shop, id)).await?;
    sheet(id).filled(&json).show(&desk).await
}

/// `POST /admin/reviews/{id}/answer`
pub async fn change(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(ROWS.scope)?;
    let id = id.into_inner();
    let sheet = sheet(id);
    let response = sheet.read(&desk, &form, read).await?;
    sheet
        .change(
            &desk,
            &form,
            "review answered by page",
            move |tx, shop| now(tx, shop, id),
            move |tx, shop| review::respond(tx, shop, id, &response).map(|_| ()),
        )
        .await
}
