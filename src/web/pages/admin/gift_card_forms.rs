//! Issuing a gift card, and changing when one ends.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::desk::{Answer, Desk};
use super::gift_cards::HERE;
use super::sheet::{Sheet, group};
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::base::time::Millis;
use crate::domain::gift_card::{self, Draft};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::domain::{account, customer};
use crate::store::Tx;
use crate::web::fields::{Fields, text, time};
use crate::web::pages::field::Field;
use crate::web::platform::answer::maybe_time;
use crate::web::platform::money as amount;

fn ends() -> Field {
    Field::time("expires_at", "Ends, in UTC").hint("Empty: never.")
}

async fn new_sheet(desk: &Desk) -> std::result::Result<Sheet, actix_web::Error> {
    let currency = desk.read(|tx, shop| Ok(account::get(tx, shop)?.currency)).await?;
    Ok(Sheet {
        title: "Issue a gift card".to_owned(),
        lead: "Its code is on the page that comes next.",
        label: "Issue it",
        back: HERE.to_owned(),
        groups: vec![group(
            "",
            vec![
                Field::money("amount", "What is on it", currency.as_deref()).needed(),
                Field::email("email", "For the customer with this address")
                    .or_unsaid()
                    .hint("Empty: for whoever has the code."),
                Field::line("own_code", "Code").or_unsaid().hint("Empty: one is made that nobody guesses."),
                ends(),
                Field::line("note", "Note").or_unsaid().hint("For yourselves."),
            ],
        )],
        ..Sheet::default()
    })
}

/// What is issued, and the address of whom it is for.
fn read_new(fields: &mut Fields) -> (Draft, Option<String>) {
    let amount = fields.get("amount", amount::read);
    let (initial_minor, currency) = fields.needed("amount", amount).unwrap_or_default();
    let draft = Draft {
        initial_minor,
        currency: Some(currency),
        code: fields.get("own_code", text),
        customer_id: None,
        expires_at: fields.nullable("expires_at", time).flatten(),
        note: fields.get("note", text),
    };
    (draft, fields.get("email", text))
}

/// `GET /admin/gift-cards/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    new_sheet(&desk).await?.show(&desk).await
}

/// `POST /admin/gift-cards/new`
pub async fn issue(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let sheet = new_sheet(&desk).await?;
    let (draft, email) = sheet.read(&desk, &form, read_new).await?;
    sheet
        .make(&desk, &form, "gift card by page", move |tx, shop| {
            let whose = email.as_deref().map(|email| customer::by_email(tx, shop, email)).transpose()?;
            if whose == Some(None) {
                return Err(Error::invalid("nobody has this address here").about("email"));
            }
            let customer_id = whose.flatten().map(|customer| customer.id);
            let card = gift_card::issue(tx, shop, &Draft { customer_id, ..draft.clone() }).map_err(|e| {
                e.on_field("initial_minor", "amount")
                    .on_field("currency", "amount")
                    .on_field("code", "own_code")
                    .on_field("code_taken", "own_code")
            })?;
            Ok(format!("{HERE}/{}?done=made", card.id))
        })
        .await
}

fn sheet(id: i64) -> Sheet {
    Sheet {
        title: format!("Change gift card {id}"),
        back: format!("{HERE}/{id}"),
        groups: vec![group("", vec![ends()])],
        ..Sheet::default()
    }
}

fn now(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Value> {
    Ok(json!({"expires_at": maybe_time(gift_card::get(tx, shop, id)?.expires_at)}))
}

/// When it ends; nothing where nobody has touched it.
fn read(fields: &mut Fields) -> Vec<Option<Millis>> {
    fields.nullable("expires_at", time).into_iter().collect()
}

/// `GET /admin/gift-cards/{id}/edit`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    let json = desk.read(move |tx, shop| now(tx, shop, id)).await?;
    sheet(id).filled(&json).show(&desk).await
}

/// `POST /admin/gift-cards/{id}/edit`
pub async fn change(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    let sheet = sheet(id);
    let ends = sheet.read(&desk, &form, read).await?;
    sheet
        .change(
            &desk,
            &form,
            "gift card by page",
            move |tx, shop| now(tx, shop, id),
            move |tx, shop| {
                ends.iter().try_for_each(|at| gift_card::set_expiry(tx, shop, id, *at).map(|_| ()))
            },
        )
        .await
}
