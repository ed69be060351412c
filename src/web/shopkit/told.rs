//! What webhook endpoints of this dialect are sent: the order as GET shows it, as it stood when the event happened. Which event it is stands
//! in a header.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::order_view::{self, View};
use super::reply;
use super::wire::Wire;
use crate::base::error::{Error, Result};
use crate::domain::event::{Event, Kind};
use crate::domain::order::{self, Fulfilment, Payment};
use crate::domain::webhook_queue::Means;
use crate::store::Tx;

#[derive(Serialize)]
struct Body {
    order: View,
}

/// What an event told of an order.
#[derive(Deserialize)]
struct Order {
    id: i64,
    payment_status: Payment,
    fulfilment_status: Fulfilment,
}

/// Of an endpoint.
#[derive(Deserialize)]
struct Endpoint {
    id: i64,
    url: String,
}

/// The subject of an event: one of these.
#[derive(Deserialize)]
struct Subject {
    order: Option<Order>,
    webhook: Option<Endpoint>,
}

/// The body by which endpoints are told of an event: compact, and what JSON's usual reader and writer make of it is the same bytes (contract
/// commerce.md, wire rule 5). `NotFound`: what it tells of is gone; `Invalid`: the event tells of nothing that the document knows.
pub fn write(tx: &mut Tx<'_>, means: &Means, event: &Event) -> Result<String> {
    let untold = |why: &dyn std::fmt::Display| {
        Error::invalid(format!("an event {} cannot be told: {why}", event.kind))
    };
    let subject: Subject = serde_json::from_str(event.data.get()).map_err(|e| untold(&e))?;
    if let Some(then) = subject.webhook {
        return reply::json(&json!({"webhook": {"id": then.id, "url": then.url}}));
    }
    let then = subject.order.ok_or_else(|| untold(&"it is of no order"))?;
    let wire = Wire::of(tx, event.shop, means)?;
    let mut order = order::get(tx, event.shop, then.id)?;
    order.payment_status = then.payment_status;
    order.fulfilment_status = then.fulfilment_status;
    // Set by the payment alone.
    if matches!(event.kind, Kind::OrderCreated | Kind::PaymentFailed) {
        order.paid_at = None;
    }
    reply::json(&Body { order: order_view::view(tx, &wire, order)? })
}
