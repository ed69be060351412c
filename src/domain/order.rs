//! Orders: what a customer asked for, at the prices of the catalogue or of their company's price list, as it was agreed (table `sale`). How it is placed is in
//! `order_placing.rs`, paid in `payment.rs`, handled in `order_handling.rs`.

use serde_json::json;

use super::audit::{self, Action};
pub use super::order_placing::{Draft, MOST, Quote, Shipping, place, quote};
use super::sale_facts::Facts;
use super::shop::Shop;
use super::{event, event_data, order_details};
use crate::base::error::{Error, Result};
use crate::base::time::Millis;
use crate::store::{Row, Tx};
use crate::{values, words};

words! {
    /// Where the money is.
    Payment, "payment status" {
        /// None has come.
        Unpaid = "unpaid",
        /// It is on its way.
        Confirming = "confirming",
        /// All has come.
        Paid = "paid",
        /// It did not come.
        Failed = "failed",
        /// Some has gone back.
        PartiallyRefunded = "partially_refunded",
        /// All has gone back.
        Refunded = "refunded",
        /// The payer contests it.
        Disputed = "disputed",
    }
}

words! {
    /// Where the goods are (contract commerce.md: the states that one dialect writes and must read back).
    Fulfilment, "fulfilment status" {
        /// Taken in.
        Pending = "pending",
        /// Under way.
        Processing = "processing",
        /// On the road.
        Sent = "sent",
        /// Nothing will come of it.
        Canceled = "canceled",
        /// The payment is not sure yet.
        WaitingConfirmation = "waiting_confirmation",
        /// Nothing happens before the payment.
        WaitingPayment = "waiting_payment",
        /// Nothing is there to be sent.
        WaitingStock = "waiting_stock",
        /// With the customer.
        Delivered = "delivered",
        /// Sent back.
        Returned = "returned",
        /// To be picked up.
        PickupAvailable = "pickup_available",
        /// Packed.
        WaitingShipment = "waiting_shipment",
    }
}

/// An order; columns as in `schema.sql`, table `sale`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Order {
    pub id: i64,
    pub number: i64,
    pub customer_id: i64,
    pub email: String,
    pub name: Option<String>,
    pub currency: String,
    pub subtotal_minor: i64,
    pub discount_minor: i64,
    pub shipping_minor: i64,
    pub tax_minor: i64,
    pub total_minor: i64,
    pub paid_minor: i64,
    pub refunded_minor: i64,
    pub payment_status: Payment,
    pub fulfilment_status: Fulfilment,
    pub coupon_id: Option<i64>,
    pub coupon_code: Option<String>,
    pub created_at: Millis,
    pub paid_at: Option<Millis>,
    pub canceled_at: Option<Millis>,
    pub b2b_account_id: Option<i64>,
    pub due_at: Option<Millis>,
    pub updated_at: Millis,
    pub sent_at: Option<Millis>,
    pub delivered_at: Option<Millis>,
    pub disputed_at: Option<Millis>,
    pub hidden_at: Option<Millis>,
    pub is_new: bool,
    pub invoice_url: Option<String>,
    pub tracking_url: Option<String>,
    pub note: Option<String>,
    pub client_note: Option<String>,
    pub shipping_title: Option<String>,
    pub shipping_bp: i64,
    pub facts: Facts,
}

impl Order {
    /// What is still to be paid, in minor units; of one that is paid or cancelled, nothing.
    pub fn due(&self) -> i64 {
        let is_open = self.paid_at.is_none() && self.canceled_at.is_none();
        if is_open { self.total_minor - self.paid_minor } else { 0 }
    }

    /// Refuses what only its own customer may do, such as to pay it with what is theirs.
    pub(super) fn is_of(&self, customer_id: i64) -> Result<()> {
        if self.customer_id == customer_id {
            return Ok(());
        }
        Err(Error::invalid("this order is another customer's").about("order_id"))
    }
}

/// Notes what happened to an order, as it stands now; `old` is how it stood, if it is not new.
pub fn tell(tx: &mut Tx<'_>, shop: Shop, id: i64, kind: event::Kind, old: Option<&Order>) -> Result<Order> {
    let details = order_details::get(tx, shop, id)?;
    let changed = old.map(|old| changed(old, &details.order)).unwrap_or_default();
    event::note_of(tx, shop, kind, &event_data::order(&details, &changed), Some(details.order.customer_id))?;
    match (old, kind) {
        (None, _) => audit::created(tx, shop, Action::OrderPlaced, id, &details),
        (_, event::Kind::PaymentFailed) => audit::created(tx, shop, Action::OrderDeclined, id, &json!({})),
        (Some(old), event::Kind::OrderPartiallyPaid) => {
            audit::changed(tx, shop, Action::OrderPaidInPart, id, old, &details.order)
        }
        (Some(old), event::Kind::OrderCancelled) => {
            audit::changed(tx, shop, Action::OrderCancelled, id, old, &details.order)
        }
        (Some(old), event::Kind::OrderRefunded) => {
            audit::changed(tx, shop, Action::OrderRefunded, id, old, &details.order)
        }
        (Some(old), event::Kind::OrderUpdated) => {
            audit::changed(tx, shop, Action::OrderChanged, id, old, &details.order)
        }
        (Some(old), _) => audit::changed(tx, shop, Action::OrderPaid, id, old, &details.order),
    }?;
    Ok(details.order)
}

/// What of an order is another than before, of what can be, in the words of its columns.
pub(super) fn changed(old: &Order, new: &Order) -> Vec<&'static str> {
    [
        ("payment_status", old.payment_status != new.payment_status),
        ("fulfilment_status", old.fulfilment_status != new.fulfilment_status),
        ("invoice_url", old.invoice_url != new.invoice_url),
        ("tracking_url", old.tracking_url != new.tracking_url),
        ("note", old.note != new.note),
        ("client_note", old.client_note != new.client_note),
        ("is_new", old.is_new != new.is_new),
    ]
    .into_iter()
    .filter_map(|(what, is_changed)| is_changed.then_some(what))
    .collect()
}

/// The order with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Order> {
    tx.maybe(
        "select id, customer_id, email, name, currency, subtotal_minor, discount_minor, shipping_minor, tax_minor, total_minor, \
         paid_minor, refunded_minor, payment_status, fulfilment_status, coupon_id, coupon_code, created_at, paid_at, canceled_at, \
         b2b_account_id, due_at, number, updated_at, sent_at, delivered_at, disputed_at, hidden_at, is_new, invoice_url, tracking_url, \
         note, client_note, shipping_title, shipping_bp, details from sale where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no order {id}")))
}

/// The row that the selects of an order give.
pub(super) fn read(row: &Row<'_>) -> Result<Order> {
    Ok(Order {
        id: row.get(0)?,
        customer_id: row.get(1)?,
        email: row.get(2)?,
        name: row.get(3)?,
        currency: row.get(4)?,
        subtotal_minor: row.get(5)?,
        discount_minor: row.get(6)?,
        shipping_minor: row.get(7)?,
        tax_minor: row.get(8)?,
        total_minor: row.get(9)?,
        paid_minor: row.get(10)?,
        refunded_minor: row.get(11)?,
        payment_status: row.word(12)?,
        fulfilment_status: row.word(13)?,
        coupon_id: row.get(14)?,
        coupon_code: row.get(15)?,
        created_at: row.get(16)?,
        paid_at: row.get(17)?,
        canceled_at: row.get(18)?,
        b2b_account_id: row.get(19)?,
        due_at: row.get(20)?,
        number: row.get(21)?,
        updated_at: row.get(22)?,
        sent_at: row.get(23)?,
        delivered_at: row.get(24)?,
        disputed_at: row.get(25)?,
        hidden_at: row.get(26)?,
        is_new: row.get(27)?,
        invoice_url: row.get(28)?,
        tracking_url: row.get(29)?,
        note: row.get(30)?,
        client_note: row.get(31)?,
        shipping_title: row.get(32)?,
        shipping_bp: row.get(33)?,
        facts: Facts::read(&row.get::<String>(34)?)?,
    })
}
