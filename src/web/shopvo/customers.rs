//! `/customers`, and what customers have: `/store-credit/{customer}` and `/loyalty/{customer}`.

use serde::Serialize;
use serde_json::{Value, json};

use super::call::{Call, Reply};
use super::fault::Fault;
use super::paging::Paging;
use super::products::row;
use super::wire::{Prefix, capital};
use crate::base::error::Result as Outcome;
use crate::base::public_id::PublicIds;
use crate::base::time::rfc3339;
use crate::domain::customer::{self, Change, Customer, Filter};
use crate::domain::store_credit::{self, Direction};
use crate::domain::{customer_search, loyalty, spending};
use crate::store::Tx;
use crate::web::fields::{int, text};

/// The most rows that are shown of what came and went.
const RECENT: i64 = 50;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    id: String,
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    group: Option<String>,
    total_orders: i64,
    total_spent: i64,
    created_at: String,
}

/// One name as two: the last word is the last name. A name of one word is a first name.
fn split(name: Option<&str>) -> (Option<String>, Option<String>) {
    let Some(name) = name else { return (None, None) };
    match name.trim().rsplit_once(' ') {
        Some((first, last)) => (Some(first.trim().to_owned()), Some(last.to_owned())),
        None => (Some(name.to_owned()), None),
    }
}

fn view(tx: &mut Tx<'_>, ids: &PublicIds, c: Customer) -> Outcome<View> {
    let (first_name, last_name) = split(c.name.as_deref());
    let (total_orders, total_spent) = spending::of(tx, c.id)?;
    Ok(View {
        id: Prefix::Customer.write(ids, c.id),
        email: c.email,
        first_name,
        last_name,
        phone: c.phone,
        group: c.group_name,
        total_orders,
        total_spent,
        created_at: rfc3339(c.created_at),
    })
}

/// `GET /customers`
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&mut query, &call.app.ids, Prefix::Customer);
    let search = query.text("search").filter(|search| !search.trim().is_empty());
    let group = query.text("group").filter(|group| !group.is_empty());
    let filter = Filter { group, ..Filter::default() };
    query.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        paging.reply(
            tx,
            &ids,
            |tx, start, rows| match &search {
                Some(search) => customer_search::list(tx, shop, (&filter, search), start, rows),
                None => customer::list(tx, shop, &filter, start, rows),
            },
            |tx| match &search {
                Some(search) => customer_search::count(tx, shop, (&filter, search)),
                None => customer::count(tx, shop, filter.group.as_deref()),
            },
            |customer| customer.id,
            |tx, customer| view(tx, &ids, customer),
        )
    })
    .await
}

/// `GET /customers/{customer}`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let (id, shop, ids) = (call.id(0, Prefix::Customer)?, call.shop, call.app.ids.clone());
    call.read(move |tx| {
        let customer = customer::get(tx, shop, id)?;
        Reply::data(&view(tx, &ids, customer)?)
    })
    .await
}

/// `PATCH /customers/{customer}`
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let (first, last) = (fields.nullable("firstName", text), fields.nullable("lastName", text));
    let phone = fields.nullable("phone", text).map(Option::unwrap_or_default);
    let group_name = fields.nullable("group", text).map(Option::unwrap_or_default);
    let email = fields.get("email", text);
    fields.finish_open()?;
    let (id, shop, ids) = (call.id(0, Prefix::Customer)?, call.shop, call.app.ids.clone());
    call.write("change customer", move |tx| {
        let old = customer::get(tx, shop, id)?;
        let (old_first, old_last) = split(old.name.as_deref());
        let names = [first.clone().unwrap_or(old_first), last.clone().unwrap_or(old_last)];
        let name: Vec<String> = names.into_iter().flatten().filter(|part| !part.trim().is_empty()).collect();
        let is_named = (first.is_some() || last.is_some()) && !name.is_empty();
        let change = Change {
            email: email.clone(),
            name: is_named.then(|| name.join(" ")),
            phone: phone.clone(),
            group_name: group_name.clone(),
            ..Change::default()
        };
        let changed = customer::set(tx, shop, id, &change)?;
        Reply::data(&view(tx, &ids, changed)?)
    })
    .await
}

fn credit_entry(ids: &PublicIds, entry: &store_credit::Entry) -> Value {
    let direction = if entry.delta_minor < 0 { Direction::Debit } else { Direction::Credit };
    json!({"id": Prefix::Credit.write(ids, entry.id), "type": capital(direction.as_str()), "amount": entry.delta_minor.abs(),
        "note": entry.note, "orderId": entry.order_id.map(|id| Prefix::Order.write(ids, id)),
        "createdAt": rfc3339(entry.created_at)})
}

/// `GET /store-credit/{customer}`
pub async fn credit(call: Call) -> Result<Reply, Fault> {
    let (id, shop, ids) = (call.id(0, Prefix::Customer)?, call.shop, call.app.ids.clone());
    call.read(move |tx| {
        let credit = store_credit::get(tx, shop, id)?;
        let entries = store_credit::entries(tx, id, RECENT)?.into_iter();
        let entries: Vec<Value> = entries.map(|entry| credit_entry(&ids, &entry)).collect();
        Reply::data(&json!({"customerId": Prefix::Customer.write(&ids, id), "balance": credit.balance_minor,
            "currency": credit.currency, "transactions": entries}))
    })
    .await
}

/// `POST /store-credit/{customer}`
pub async fn change_credit(call: Call) -> Result<Reply, Fault> {
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
        Reply::data(&json!({"balance": credit.balance_minor, "transaction": credit_entry(&ids, &entry)}))
    })
    .await
}

fn points_entry(ids: &PublicIds, entry: &loyalty::Entry) -> Value {
    let kind = if entry.delta < 0 { "REDEEM" } else { "EARN" };
    json!({"id": Prefix::Points.write(ids, entry.id), "type": kind, "points": entry.delta, "note": entry.note,
        "orderId": entry.order_id.map(|id| Prefix::Order.write(ids, id)), "createdAt": rfc3339(entry.created_at)})
}

/// `GET /loyalty/{customer}`
pub async fn points(call: Call) -> Result<Reply, Fault> {
    let (id, shop, ids) = (call.id(0, Prefix::Customer)?, call.shop, call.app.ids.clone());
    call.read(move |tx| {
        let (points, program) = (loyalty::get(tx, shop, id)?, loyalty::program(tx, shop)?);
        let entries = loyalty::entries(tx, id, RECENT)?.into_iter();
        let entries: Vec<Value> = entries.map(|entry| points_entry(&ids, &entry)).collect();
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
        Reply::data(&json!({"points": now.points, "transaction": points_entry(&ids, &entry)}))
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
            "transaction": points_entry(&ids, &entry)}))
    })
    .await
}
