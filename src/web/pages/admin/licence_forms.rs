//! Issuing a licence by hand, and changing one.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::Value;

use super::desk::{Answer, Desk};
use super::sheet::{Sheet, group};
use crate::app::App;
use crate::base::error::Result;
use crate::domain::licence;
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::pages::field::Field;
use crate::web::platform::answer;
use crate::web::platform::licences;

fn new_sheet() -> Sheet {
    Sheet {
        title: "Issue a licence".to_owned(),
        lead: "By hand, without an order: the customer is sent its key.",
        label: "Issue it",
        back: "/admin/licences".to_owned(),
        groups: vec![group(
            "",
            vec![
                Field::number("product_id", "Product's number").needed(),
                Field::email("customer.email", "Customer's e-mail address").needed(),
                Field::line("customer.name", "Name").or_unsaid(),
                Field::number("max_uses", "Activations")
                    .or_unsaid()
                    .hint("Empty: as the product has it. -1 is no limit."),
                Field::time("expires_at", "Ends, in UTC").or_unsaid().hint("Empty: by the product's term."),
                Field::line("install_url", "Install URL").or_unsaid(),
                Field::line("key", "Key").or_unsaid().hint("Empty: one is made."),
            ],
        )],
        ..Sheet::default()
    }
}

/// `GET /admin/licences/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteLicences)?;
    new_sheet().show(&desk).await
}

/// `POST /admin/licences/new`
pub async fn issue(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteLicences)?;
    let sheet = new_sheet();
    let draft = sheet.read(&desk, &form, licences::read_draft).await?.unwrap_or_default();
    sheet
        .make(&desk, &form, "licence by page", move |tx, shop| {
            let issued = licence::issue(tx, shop, &draft).map_err(|e| {
                let (field, message) = (e.about.unwrap_or("product_id"), e.message.clone());
                e.missing(field, message)
            })?;
            Ok(format!("/admin/licences/{}?done=issued", issued.licence_id))
        })
        .await
}

fn sheet(id: i64) -> Sheet {
    Sheet {
        title: format!("Change licence {id}"),
        back: format!("/admin/licences/{id}"),
        groups: vec![group(
            "",
            vec![
                Field::number("max_uses", "Activations").needed().hint("-1 is no limit."),
                Field::time("expires_at", "Ends, in UTC").hint("Empty: never."),
                Field::line("identifier", "Bound identifier")
                    .or_none()
                    .if_touched()
                    .hint("Of a licence that the first activation binds. Empty: the next one binds it."),
            ],
        )],
        ..Sheet::default()
    }
}

fn now(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Value> {
    answer::value(&licences::view(&licence::by_id(tx, shop, id)?))
}

/// `GET /admin/licences/{id}/edit`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteLicences)?;
    let id = id.into_inner();
    let json = desk.read(move |tx, shop| now(tx, shop, id)).await?;
    sheet(id).filled(&json).show(&desk).await
}

/// `POST /admin/licences/{id}/edit`
pub async fn change(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteLicences)?;
    let id = id.into_inner();
    let sheet = sheet(id);
    let change = sheet.read(&desk, &form, licences::read).await?;
    sheet
        .change(
            &desk,
            &form,
            "licence by page",
            move |tx, shop| now(tx, shop, id),
            move |tx, shop| licence::set(tx, shop, id, &change).map(|_| ()),
        )
        .await
}
