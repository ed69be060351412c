//! What a product requires: the user's document, "Prerequisites".

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::desk::{Answer, Desk};
use super::sheet::{Sheet, group};
use crate::app::App;
use crate::base::error::Result;
use crate::domain::catalogue;
use crate::domain::prerequisite::{self, Rule};
use crate::domain::product;
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, ints};
use crate::web::pages::field::Field;
use crate::web::pages::parts::is_cut;
use crate::web::platform::prerequisites;

/// Products that can be chosen from here, the latest ones. Others are named by their numbers.
const PRODUCTS: i64 = 200;
/// The field of those.
const NUMBERS: &str = "numbers";

async fn sheet(desk: &Desk, id: i64) -> std::result::Result<Sheet, actix_web::Error> {
    let (products, has_more) = desk
        .read(move |tx, shop| {
            let mut found = catalogue::list(tx, shop, &catalogue::Filter::default(), None, PRODUCTS + 1)?;
            let has_more = is_cut(&mut found, PRODUCTS);
            found.retain(|one| one.id != id && one.archived_at.is_none());
            // What is required now must be there to stay chosen.
            for required in prerequisite::get(tx, shop, id)?.required {
                if found.iter().all(|one| one.id != required) {
                    found.push(product::get(tx, shop, required)?);
                }
            }
            Ok((found, has_more))
        })
        .await?;
    let rules = [
        ("all", "Require all: the buyer must own each of them"),
        ("any", "Require any: one of them is enough"),
    ];
    let choices = products.iter().map(|one| (one.id.to_string(), one.title.clone()));
    let mut fields = vec![Field::several("products", "Required products", choices)];
    if has_more {
        let more =
            "One a line. Only the latest products stand above; the list of products has the numbers of all.";
        fields.push(Field::lines(NUMBERS, "Numbers of other products").hint(more));
    }
    fields.push(Field::choice("match", "Rule", rules));
    Ok(Sheet {
        title: "Prerequisites".to_owned(),
        lead: "What a buyer must own before they can buy or download this product. Who bought it before keeps what they have.",
        back: format!("/admin/products/{id}"),
        groups: vec![group("", fields)],
        ..Sheet::default()
    })
}

/// What is chosen, and what is named by its number.
fn read(fields: &mut Fields) -> Rule {
    let more = fields.get(NUMBERS, ints).unwrap_or_default();
    let mut rule = prerequisites::read(fields);
    rule.required.extend(more);
    rule
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
    let rule = sheet.read(&desk, &form, read).await?;
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
