//! What webhook endpoints of this dialect are sent (the document, "Webhooks"): `{status, webhook_type, data}` as the document has it, and beside
//! it what later programs read: the word of the event, and of an order all that they know of one.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::agent;
use super::names::Noun;
use super::order_told::{Shared, Told};
use super::product_told::{Keys, Told as ProductTold};
use super::wire::decimal;
use super::wire_v1::UNCOUNTED_SENT;
use super::{feedbacks, queries, wire_1_0};
use crate::base::error::{Error, Result};
use crate::base::public_id::PublicIds;
use crate::domain::event::{Event, Kind};
use crate::domain::order::{self, Fulfilment, Payment};
use crate::domain::shop::Shop;
use crate::domain::ticket::{self, Status};
use crate::domain::webhook_dialect::{ShoppyEvent, ShoppyType};
use crate::domain::{product, review};
use crate::store::Tx;

#[derive(Serialize)]
struct Body<'a> {
    status: bool,
    /// Text where the document's number was asked for, and a number where a word was (P9); of later events there is none.
    webhook_type: Value,
    data: Map<String, Value>,
    event: &'a str,
}

/// What an event told of an order.
#[derive(Deserialize)]
struct Order {
    id: i64,
    payment_status: Payment,
    fulfilment_status: Fulfilment,
    paid: Paid,
}

/// How much of it was paid by then.
#[derive(Deserialize)]
struct Paid {
    amount: i64,
}

/// Of a variant.
#[derive(Deserialize)]
struct Variant {
    product_id: i64,
    stock: Option<i64>,
}

/// Of what is looked up whole.
#[derive(Deserialize)]
struct Named {
    id: i64,
}

/// Of a ticket.
#[derive(Deserialize)]
struct Asked {
    id: i64,
    status: Status,
}

/// Of an endpoint.
#[derive(Deserialize, Serialize)]
struct Endpoint {
    id: i64,
    url: String,
}

/// The subjects of an event, by their names in what events tell.
#[derive(Deserialize)]
struct Subjects {
    order: Option<Order>,
    variant: Option<Variant>,
    review: Option<Named>,
    ticket: Option<Asked>,
    webhook: Option<Endpoint>,
}

fn subjects(event: &Event) -> Result<Subjects> {
    let wrong = |e| Error::invalid(format!("an event {} cannot be told: {e}", event.kind));
    serde_json::from_str(event.data.get()).map_err(wrong)
}

fn value(of: &impl Serialize) -> Result<Value> {
    serde_json::to_value(of).map_err(|e| Error::broken(format!("a webhook cannot be written as JSON: {e}")))
}

/// The body by which endpoints are told of an event under one of the dialect's words. `NotFound`: what it tells of is gone; `Invalid`: the
/// event tells of nothing that the dialect knows.
pub fn write(tx: &mut Tx<'_>, ids: &PublicIds, word: &str, event: &Event) -> Result<String> {
    let (shop, told) = (event.shop, subjects(event)?);
    let mut data = Map::new();
    let mut put = |name: &str, value: Value| data.insert(name.to_owned(), value);
    match told {
        Subjects { order: Some(then), .. } => {
            let mut order = order::get(tx, shop, then.id)?;
            order.payment_status = then.payment_status;
            order.fulfilment_status = then.fulfilment_status;
            order.paid_minor = then.paid.amount;
            // Set by the payment alone.
            if matches!(event.kind, Kind::OrderCreated | Kind::OrderPartiallyPaid) {
                order.paid_at = None;
            }
            let facts = order.facts.clone();
            let (email, told) = (order.email.clone(), Told::of(tx, order)?);
            let mut fields = Map::new();
            fields.insert("email".to_owned(), email.into());
            fields.insert("ip_address".to_owned(), facts.ip.clone().into());
            fields.insert("country_code".to_owned(), agent::country_code(&facts).into());
            fields.insert("user_agent".to_owned(), facts.user_agent.clone().into());
            let mut shared = Shared::new(UNCOUNTED_SENT);
            // A key is told to nobody by a webhook.
            if let Value::Object(later) = value(&told.later(tx, ids, shop, (false, &mut shared))?)? {
                for (name, value) in later {
                    fields.entry(name).or_insert(value);
                }
            }
            put("order", fields.into());
            if let Some(id) = told.product_id() {
                put("product", sent(tx, ids, shop, id, None)?);
            }
        }
        Subjects { variant: Some(then), .. } => {
            put("product", sent(tx, ids, shop, then.product_id, Some(then.stock))?);
        }
        Subjects { review: Some(then), .. } => {
            let review = review::get(tx, shop, then.id)?;
            let product_id = review.product_id;
            put("feedback", value(&feedbacks::document(tx, ids, shop, review)?)?);
            put("product", sent(tx, ids, shop, product_id, None)?);
        }
        Subjects { ticket: Some(then), .. } => {
            let mut ticket = ticket::get(tx, shop, then.id)?;
            ticket.status = then.status;
            let id = Noun::Query.word(tx, ids, ticket.id)?;
            let mut query = value(&queries::document(tx, ids, ticket, false)?)?;
            query["id"] = id.into();
            put("query", query);
        }
        Subjects { webhook: Some(endpoint), .. } => {
            put("webhook", json!({"id": endpoint.id, "url": endpoint.url}));
        }
        _ => return Err(Error::invalid(format!("an event {} cannot be told", event.kind))),
    }
    let (webhook_type, event) = called(word);
    let data = data.into_iter().map(|(name, value)| (name, canonical(value))).collect();
    let body = Body { status: true, webhook_type, data, event };
    serde_json::to_string(&body)
        .map_err(|e| Error::broken(format!("a webhook cannot be written as JSON: {e}")))
}

/// The type of what an endpoint is told of by a word or a number, in the way that it asked, and the word.
fn called(told_as: &str) -> (Value, &str) {
    let Some(event) = ShoppyEvent::read(told_as) else { return (Value::Null, told_as) };
    let number = event.numbered().map_or(Value::Null, |number| match told_as.parse::<ShoppyType>() {
        Ok(number) => number.as_str().into(),
        Err(_) => number.number().into(),
    });
    (number, event.as_str())
}

/// The most that every reader of JSON counts to.
const SAFE: u64 = 1 << 53;

/// Numbers as JSON's usual reader and writer leave them (contract commerce.md, wire rule 5): what vendors and buyers said may hold others.
fn canonical(value: Value) -> Value {
    match value {
        Value::Number(number) => match (number.as_i64(), number.is_f64()) {
            (Some(n), _) if n.unsigned_abs() <= SAFE => number.into(),
            (_, false) => number.to_string().into(),
            (_, true) => match decimal(&number.to_string()) {
                Value::Null => number.into(),
                plain => plain,
            },
        },
        Value::Array(items) => items.into_iter().map(canonical).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, canonical(value))).collect(),
        value => value,
    }
}

/// A product as webhooks show it; with a count that was told, if one was.
#[expect(clippy::option_option, reason = "nothing told, told that nobody counts, a count: three things")]
fn sent(tx: &mut Tx<'_>, ids: &PublicIds, shop: Shop, id: i64, stock: Option<Option<i64>>) -> Result<Value> {
    let product = product::get(tx, shop, id)?;
    let told = ProductTold::of(tx, product, Keys::None)?;
    let mut written = value(&wire_1_0::SentProduct::of(tx, ids, shop, &told)?)?;
    if let Some(stock) = stock {
        written["stock"] = stock.into();
    }
    Ok(written)
}

/// The numbers of what an event is about and of its order; 0 where there is none.
pub fn about(tx: &mut Tx<'_>, shop: Shop, event: &Event) -> Result<(i64, i64)> {
    match subjects(event)? {
        Subjects { order: Some(then), .. } => {
            let Ok(order) = order::get(tx, shop, then.id) else { return Ok((0, 0)) };
            let number = Noun::Order.number(tx, shop, order.id)?;
            let product_id = Told::of(tx, order)?.product_id();
            let referenced = product_id.map(|id| Noun::Product.number(tx, shop, id)).transpose()?;
            Ok((referenced.unwrap_or(0), number))
        }
        Subjects { variant: Some(then), .. } => Ok((Noun::Product.number(tx, shop, then.product_id)?, 0)),
        Subjects { review: Some(then), .. } => Ok((Noun::Feedback.number(tx, shop, then.id)?, 0)),
        Subjects { ticket: Some(then), .. } => Ok((then.id, 0)),
        Subjects { webhook: Some(endpoint), .. } => Ok((endpoint.id, 0)),
        _ => Ok((0, 0)),
    }
}
