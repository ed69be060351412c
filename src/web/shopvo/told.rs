//! What webhook endpoints of this dialect are sent (the document, "Payload format"): a thing as its GET shows it, as it stood when the event
//! happened.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::wire::Prefix;
use super::{carts, inventory, orders, reviews};
use crate::base::error::{Error, Result};
use crate::base::public_id::PublicIds;
use crate::base::time::rfc3339;
use crate::domain::event::{Event, Kind};
use crate::domain::inventory::Stocked;
use crate::domain::order::{self, Fulfilment, Payment};
use crate::domain::review::{self, Status};
use crate::domain::{product, shopping_cart, variant};
use crate::store::Tx;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a, T> {
    event: &'a str,
    timestamp: String,
    site_id: String,
    data: T,
}

/// What an event told of an order.
#[derive(Deserialize)]
struct Order {
    id: i64,
    payment_status: Payment,
    fulfilment_status: Fulfilment,
    refunded: Amount,
}

#[derive(Deserialize)]
struct Amount {
    amount: i64,
}

/// Of a variant.
#[derive(Deserialize)]
struct Variant {
    id: i64,
    product_id: i64,
    stock: Option<i64>,
    low_at: i64,
}

/// Of a cart.
#[derive(Deserialize)]
struct Cart {
    id: i64,
}

/// Of a review.
#[derive(Deserialize)]
struct Review {
    id: i64,
    status: Status,
}

/// Of an endpoint.
#[derive(Deserialize)]
struct Endpoint {
    id: i64,
    url: String,
}

/// The subject of an event, by its name in what events tell.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Subject {
    Order(Order),
    Variant(Variant),
    Cart(Cart),
    Review(Review),
    Webhook(Endpoint),
}

/// How many there are of something, and when they are few.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Low {
    #[serde(flatten)]
    stock: inventory::View,
    low_stock_threshold: i64,
}

/// A review, and of what.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reviewed {
    #[serde(flatten)]
    review: reviews::View,
    product_id: String,
}

/// The body by which endpoints are told of an event under one of the document's words. `NotFound`: what it tells of is gone; `Invalid`:
/// the event tells of nothing that the document knows.
pub fn write(tx: &mut Tx<'_>, ids: &PublicIds, word: &str, event: &Event) -> Result<String> {
    let subject = serde_json::from_str(event.data.get());
    match subject.map_err(|e| Error::invalid(format!("an event {} cannot be told: {e}", event.kind)))? {
        Subject::Order(then) => {
            let mut order = order::get(tx, event.shop, then.id)?;
            order.payment_status = then.payment_status;
            order.fulfilment_status = then.fulfilment_status;
            order.refunded_minor = then.refunded.amount;
            // Set by the payment alone.
            if matches!(event.kind, Kind::OrderCreated | Kind::PaymentFailed) {
                order.paid_at = None;
            }
            body(ids, word, event, &orders::view(tx, ids, order)?)
        }
        Subject::Variant(then) => {
            let mut variant = variant::get(tx, event.shop, then.product_id, then.id)?;
            (variant.stock, variant.low_at) = (then.stock, then.low_at);
            let product_title = product::get(tx, event.shop, then.product_id)?.title;
            let stock = inventory::View::of(ids, Stocked { variant, product_title });
            body(ids, word, event, &Low { stock, low_stock_threshold: then.low_at })
        }
        Subject::Cart(then) => {
            let mut cart = shopping_cart::get(tx, event.shop, then.id)?;
            cart.status = shopping_cart::Status::Abandoned;
            body(ids, word, event, &carts::view(tx, event.shop, ids, cart)?)
        }
        Subject::Review(then) => {
            let mut review = review::get(tx, event.shop, then.id)?;
            review.status = then.status;
            let product_id = Prefix::Product.write(ids, review.product_id);
            body(ids, word, event, &Reviewed { review: reviews::View::of(ids, review), product_id })
        }
        Subject::Webhook(then) => {
            let data = json!({"id": Prefix::Webhook.write(ids, then.id), "url": then.url});
            body(ids, word, event, &data)
        }
    }
}

/// Compact and canonical: what JSON's usual reader and writer make of it is the same bytes (contract commerce.md, wire rule 5).
fn body(ids: &PublicIds, word: &str, event: &Event, data: &impl Serialize) -> Result<String> {
    let body = Body {
        event: word,
        timestamp: rfc3339(event.created_at),
        site_id: Prefix::Site.write(ids, event.shop.site_id),
        data,
    };
    serde_json::to_string(&body)
        .map_err(|e| Error::broken(format!("a webhook cannot be written as JSON: {e}")))
}
