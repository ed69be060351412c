//! What a product requires: the user's document, "Prerequisites".

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::desk::{Answer, Desk};
use super::sheet::{Sheet, group};
use crate::app::App;
use crate::base::error::Result;
use crate::domain::catalogue;
use crate::domain::prerequisite;
use crate::domain::product;
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::pages::field::Field;
use crate::web::platform::prerequisites;

/// Products that can be chosen from here; by their numbers the API takes any.
const PRODUCTS: i64 = 200;

async fn sheet(desk: &Desk, id: i64) -> std::result::Result<Sheet, actix_web::Error> {
    let products = desk
        .read(move |tx, shop| {
            let mut found = catalogue::list(tx, shop, &catalogue::Filter::default(), None, PRODUCTS)?;
            found.retain(|one| one.id != id && one.archived_at.is_none());
            // What is required now must be there to stay chosen.
            for required in prerequisite::get(tx, shop, id)?.required {
                if found.iter().all(|one| one.id != required) {
                    found.push(product::get(tx, shop, required)?);
                }
            }
            Ok(found)
        })
        .await?;
    let rules = [
        ("all", "Require all: the buyer must own each of them"),
        ("any", "Require any: one of them is enough"),
    ];
    Ok(Sheet {
        title: "Prerequisites".to_owned(),
        lead: "What a buyer must own before they can buy or download this product. Who bought it before keeps what they have.",
        back: format!("/admin/products/{id}"),
        groups: vec![group(
            "",
            vec![
                Field::several(
                    "products",
                    "Required products",
                    products.iter().map(|one| (one.id.to_string(), one.title.clone())),
                ),
                Field::choice("match", "Rule", rules),
            ],
        )],
        ..Sheet::default()
    })
}

fn now(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Value> {
    let rule = prerequisite::get(tx, shop, id)?;
    Ok(json!({"match": rule.matches, "products": rule.required}))
}

/// `GET /admin/products/{id}/prerequisites`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let json = desk.read(move |tx, shop| now(tx, shop, id)).await?;
    sheet(&desk, id).await?.filled(&json).show(&desk).await
}

/// `POST /admin/products/{id}/prerequisites`
pub async fn change(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let sheet = sheet(&desk, id).await?;
    let rule = sheet.read(&desk, &form, prerequisites::read).await?;
    sheet
        .change(
            &desk,
            &form,
            "prerequisites by page",
            move |tx, shop| now(tx, shop, id),
            move |tx, shop| prerequisite::set(tx, shop, id, &rule).map(|_| ()),
        )
        .await
}
