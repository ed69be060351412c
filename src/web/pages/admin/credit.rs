//! Store credit of a customer: what was given and used, and a form for more.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::json;

use super::desk::{Answer, Desk};
use super::gift_cards::order;
use super::list::{List, cut};
use super::sheet::{Sheet, group};
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::domain::store_credit::{self, Change, Direction, Entry, REFUSED};
use crate::domain::{account, customer};
use crate::store::Tx;
use crate::web::fields::{Fields, int, text, word};
use crate::web::form::Form;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Row, Way};
use crate::web::platform::money as amount;

/// Of every list of entries.
pub const COLUMNS: &[&str] = &["When", "#Amount", "Note", "Order"];

/// `GET /admin/customers/{id}/credit`
pub async fn list(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (id, base) = (id.into_inner(), desk.base());
    let credit = desk.read(move |tx, shop| store_credit::get(tx, shop, id)).await?;
    let currency = credit.currency.unwrap_or_default();
    let list = List {
        title: "Store credit",
        here: "/admin/customers",
        below: format!("/{id}/credit"),
        columns: COLUMNS,
        empty: "This customer was never given store credit.",
        ways: ways(&desk, id),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, _, start, limit| {
        let found = cut(store_credit::entries(tx, id, i64::MAX)?, start, limit, |entry| entry.id);
        Ok(found.iter().map(|entry| (entry.id, row(entry, &currency, &base))).collect())
    })
    .await
}

fn ways(desk: &Desk, id: i64) -> Vec<Way> {
    let mut all = desk
        .ways(Scope::WriteOrders, &[("Give or take credit", &format!("/admin/customers/{id}/credit/new"))]);
    all.extend(desk.ways(Scope::ReadCustomers, &[("The customer", &format!("/admin/customers/{id}"))]));
    all
}

/// An entry in a list.
pub fn row(entry: &Entry, currency: &str, base: &str) -> Row {
    Row::from(vec![
        Cell::time(Some(entry.created_at)),
        Cell::money(entry.delta_minor, currency),
        Cell::maybe(entry.note.as_deref()),
        order(entry.order_id, base),
    ])
}

/// The currency that a customer's credit is in, or would be.
fn currency(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Option<String>> {
    let held = store_credit::get(tx, shop, id)?.currency;
    held.map_or_else(|| Ok(account::get(tx, shop)?.currency), |held| Ok(Some(held)))
}

async fn sheet(desk: &Desk, id: i64) -> std::result::Result<Sheet, actix_web::Error> {
    let (email, currency) =
        desk.read(move |tx, shop| Ok((customer::get(tx, shop, id)?.email, currency(tx, shop, id)?))).await?;
    let ways = [(Direction::Credit.as_str(), "Give"), (Direction::Debit.as_str(), "Take")];
    Ok(Sheet {
        title: format!("Store credit of {email}"),
        label: "Do it",
        back: format!("/admin/customers/{id}"),
        groups: vec![group(
            "",
            vec![
                Field::choice("direction", "Give or take", ways),
                Field::money("amount", "Amount", currency.as_deref()).needed(),
                Field::line("note", "Note").or_unsaid().hint("Why: for yourselves."),
                Field::number("order_id", "Order's number").or_unsaid().hint("Where it is about one."),
            ],
        )],
        ..Sheet::default()
    })
}

/// What is given or taken, and the currency it was said in.
fn read(fields: &mut Fields) -> (Change, String) {
    let direction = fields.get("direction", word);
    let amount = fields.get("amount", amount::read);
    let (amount, currency) = fields.needed("amount", amount).unwrap_or_default();
    let change = Change {
        direction: fields.needed("direction", direction).unwrap_or(Direction::Credit),
        amount,
        note: fields.get("note", text),
        order_id: fields.get("order_id", int),
    };
    (change, currency)
}

/// `GET /admin/customers/{id}/credit/new`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let usual = json!({"direction": Direction::Credit.as_str()});
    sheet(&desk, id.into_inner()).await?.filled(&usual).show(&desk).await
}

/// `POST /admin/customers/{id}/credit/new`
pub async fn change(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    let sheet = sheet(&desk, id).await?;
    let (change, said) = sheet.read(&desk, &form, read).await?;
    sheet
        .make(&desk, &form, "credit by page", move |tx, shop| {
            if let Some(known) = currency(tx, shop, id)?.filter(|known| *known != said) {
                return Err(Error::invalid(format!("the credit is in {known}")).about("amount"));
            }
            store_credit::change(tx, shop, id, &change)
                .map_err(|e| e.on_field(REFUSED, "amount").on_field("currency", "amount"))?;
            Ok(format!("/admin/customers/{id}?done=saved"))
        })
        .await
}
