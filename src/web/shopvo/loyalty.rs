//! `/loyalty/{customer}`: a customer's points.

use serde_json::{Value, json};

use super::call::{Call, Reply};
use super::fault::Fault;
use super::products::row;
use super::wire::Prefix;
use crate::base::public_id::PublicIds;
use crate::base::time::rfc3339;
use crate::domain::loyalty;
use crate::web::fields::{int, text};

/// The most rows that are shown of what came and went.
const RECENT: i64 = 50;

fn view(ids: &PublicIds, entry: &loyalty::Entry) -> Value {
    let kind = if entry.delta < 0 { "REDEEM" } else { "EARN" };
    json!({"id": Prefix::Points.write(ids, entry.id), "type": kind, "points": entry.delta, "note": entry.note,
        "orderId": entry.order_id.map(|id| Prefix::Order.write(ids, id)), "createdAt": rfc3339(entry.created_at)})
}

/// `GET /loyalty/{customer}`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let (id, shop, ids) = (call.id(0, Prefix::Customer)?, call.shop, call.app.ids.clone());
    call.read(move |tx| {
        let (points, program) = (loyalty::get(tx, shop, id)?, loyalty::program(tx, shop)?);
        let entries = loyalty::entries(tx, id, RECENT)?.into_iter();
        let entries: Vec<Value> = entries.map(|entry| view(&ids, &entry)).collect();
        Reply::data(&json!({"customerId": Prefix::Customer.write(&ids, id), "points": points.points,
            "tier": program.tier(points.earned), "transactions": entries}))
    })
    .await
}

/// `POST /loyalty/{customer}/award`
pub async fn award(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let points = fields.get("points", int);
    let points = fields.needed("points", points).unwrap_or_default();
    let note = fields.nullable("note", text).flatten();
    let order_id = row(&call, &mut fields, "orderId", Prefix::Order).flatten();
    fields.finish_open()?;
    let (id, shop, ids) = (call.id(0, Prefix::Customer)?, call.shop, call.app.ids.clone());
    call.write("award points", move |tx| {
        let (now, entry) = loyalty::award(tx, shop, id, points, note.as_deref(), order_id)?;
        Reply::data(&json!({"points": now.points, "transaction": view(&ids, &entry)}))
    })
    .await
}

/// `POST /loyalty/{customer}/redeem`
pub async fn redeem(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let points = fields.get("points", int);
    let points = fields.needed("points", points).unwrap_or_default();
    let order_id = row(&call, &mut fields, "orderId", Prefix::Order).flatten();
    fields.finish_open()?;
    let (id, shop, ids) = (call.id(0, Prefix::Customer)?, call.shop, call.app.ids.clone());
    call.write("redeem points", move |tx| {
        let (now, entry, worth) = loyalty::redeem(tx, shop, id, points, order_id)?;
        Reply::data(&json!({"discountAmount": worth, "pointsRemaining": now.points,
            "transaction": view(&ids, &entry)}))
    })
    .await
}
