//! A product's pool of keys that were made elsewhere.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};

use super::desk::{Answer, Desk};
use super::sheet::{Sheet, group};
use crate::app::App;
use crate::domain::scope::Scope;
use crate::domain::{key_pool, product};
use crate::web::fields::texts;
use crate::web::pages::field::Field;

fn sheet(id: i64) -> Sheet {
    Sheet {
        title: "Add keys to the pool".to_owned(),
        lead: "Keys made elsewhere, handed out one by one with what is bought. From the first one on, no more is sold than there are keys.",
        label: "Add them",
        back: format!("/admin/products/{id}"),
        groups: vec![group(
            "",
            vec![
                Field::lines("keys", "Keys")
                    .needed()
                    .hint("One a line. Those that are known already are passed over."),
            ],
        )],
        ..Sheet::default()
    }
}

/// `GET /admin/products/{id}/pool`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    desk.read(move |tx, shop| product::get(tx, shop, id)).await?;
    sheet(id).show(&desk).await
}

/// `POST /admin/products/{id}/pool`
pub async fn fill(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let sheet = sheet(id);
    let keys = sheet.read(&desk, &form, |fields| fields.get("keys", texts).unwrap_or_default()).await?;
    sheet
        .make(&desk, &form, "pool by page", move |tx, shop| {
            key_pool::add(tx, shop, id, &keys)?;
            Ok(format!("/admin/products/{id}?done=saved"))
        })
        .await
}
