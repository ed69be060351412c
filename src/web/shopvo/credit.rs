//! `/store-credit/{customer}`: what a customer has in the shop, and how it came and went.

use serde_json::{Value, json};

use super::call::{Call, Reply};
use super::fault::Fault;
use super::products::row;
use super::wire::{Prefix, capital};
use crate::base::public_id::PublicIds;
use crate::base::time::rfc3339;
use crate::domain::store_credit::{self, Direction};
use crate::web::fields::{int, text};

/// The most rows that are shown of what came and went.
const RECENT: i64 = 50;

fn view(ids: &PublicIds, entry: &store_credit::Entry) -> Value {
    let direction = if entry.delta_minor < 0 { Direction::Debit } else { Direction::Credit };
    json!({"id": Prefix::Credit.write(ids, entry.id), "type": capital(direction.as_str()), "amount": entry.delta_minor.abs(),
        "note": entry.note, "orderId": entry.order_id.map(|id| Prefix::Order.write(ids, id)),
        "createdAt": rfc3339(entry.created_at)})
}

/// `GET /store-credit/{customer}`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let (id, shop, ids) = (call.id(0, Prefix::Customer)?, call.shop, call.app.ids.clone());
    call.read(move |tx| {
        let credit = store_credit::get(tx, shop, id)?;
        let entries = store_credit::entries(tx, id, RECENT)?.into_iter();
        let entries: Vec<Value> = entries.map(|entry| view(&ids, &entry)).collect();
        Reply::data(&json!({"customerId": Prefix::Customer.write(&ids, id), "balance": credit.balance_minor,
            "currency": credit.currency, "transactions": entries}))
    })
    .await
}

/// `POST /store-credit/{customer}`
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let direction = fields.get("type", |value| match text(value)?.as_str() {
        "CREDIT" => Ok(Direction::Credit),
        "DEBIT" => Ok(Direction::Debit),
        _ => Err("may be CREDIT or DEBIT".into()),
    });
    let amount = fields.get("amount", int);
    let change = store_credit::Change {
        direction: fields.needed("type", direction).unwrap_or(Direction::Credit),
        amount: fields.needed("amount", amount).unwrap_or_default(),
        note: fields.nullable("note", text).flatten(),
        order_id: row(&call, &mut fields, "orderId", Prefix::Order).flatten(),
    };
    fields.finish_open()?;
    let (id, shop, ids) = (call.id(0, Prefix::Customer)?, call.shop, call.app.ids.clone());
    call.write("change store credit", move |tx| {
        let (credit, entry) = store_credit::change(tx, shop, id, &change)?;
        Reply::data(&json!({"balance": credit.balance_minor, "transaction": view(&ids, &entry)}))
    })
    .await
}
