//! What is done with an order after it was placed: where its goods are, invoice, tracking and notes, and programs that delete it.

use super::event::Kind;
use super::order::{self, Fulfilment, Order};
use super::payment;
use super::policy::put;
use super::shop::Shop;
use super::{audit, event, event_data, order_details};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::store::Tx;
use crate::values;

/// What is to be set on an order; `None` leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handling {
    /// Where its goods are.
    pub fulfilment: Option<Fulfilment>,
    /// Whether it is paid. What is paid stays so: money goes back by a refund.
    pub paid: Option<bool>,
    /// Where its invoice is.
    pub invoice_url: Option<Option<String>>,
    /// Where its parcel is.
    pub tracking_url: Option<Option<String>>,
    /// The shop's own words.
    pub note: Option<Option<String>>,
    /// Words between shop and buyer.
    pub client_note: Option<Option<String>>,
    /// Whether nobody has handled it yet.
    pub is_new: Option<bool>,
}

/// Handles an order: whole or not at all. Whoever touches one has handled it, unless they say that it is new.
pub fn handle(tx: &mut Tx<'_>, shop: Shop, id: i64, handling: &Handling) -> Result<Order> {
    let old = order::get(tx, shop, id)?;
    let is_paid_now = handling.paid == Some(true) && old.paid_at.is_none();
    let is_cancelled_now = handling.fulfilment == Some(Fulfilment::Canceled) && old.canceled_at.is_none();
    if is_paid_now {
        let to = handling.fulfilment.filter(|to| *to != Fulfilment::Canceled);
        payment::pay_to(tx, shop, &old, to.unwrap_or_else(|| once_paid(old.fulfilment_status)))?;
    }
    if is_cancelled_now {
        payment::cancel(tx, shop, id)?;
    }
    let before = order::get(tx, shop, id)?;
    let mut after = before.clone();
    apply(&mut after, handling)?;
    if before.canceled_at.is_some() && after.fulfilment_status != Fulfilment::Canceled {
        let message = "this order is cancelled: what it brought has ended, so place another";
        return Err(Error::refused(message).about("order_canceled"));
    }
    if after == before {
        return Ok(before);
    }
    stamp(&mut after, tx.now());
    store(tx, &after)?;
    // That it is not new any more is nothing to tell of beside its payment.
    let is_more = order::changed(&before, &after).iter().any(|what| *what != "is_new");
    if is_more || !(is_paid_now || is_cancelled_now) {
        order::tell(tx, shop, id, Kind::OrderUpdated, Some(&before))?;
    }
    order::get(tx, shop, id)
}

/// Where the goods of an order are once it is paid, unless somebody says so: what a licence server sells is there at once, and what somebody
/// handles stays where they put it.
const fn once_paid(fulfilment: Fulfilment) -> Fulfilment {
    match fulfilment {
        Fulfilment::Pending | Fulfilment::WaitingPayment | Fulfilment::WaitingConfirmation => {
            Fulfilment::Delivered
        }
        handled => handled,
    }
}

fn apply(order: &mut Order, handling: &Handling) -> Result<()> {
    let words = |what: &'static str, said: &Option<String>| {
        let said = said.as_deref().filter(|said| !said.trim().is_empty());
        said.map(|said| text::page(what, said, 5_000).map_err(|e| e.about(what))).transpose()
    };
    let address = |what: &'static str, said: &Option<String>| {
        let said = said.as_deref().filter(|said| !said.trim().is_empty());
        said.map(|said| text::web_address(said).map_err(|e| e.about(what))).transpose()
    };
    if let Some(url) = &handling.invoice_url {
        order.invoice_url = address("invoice_url", url)?;
    }
    if let Some(url) = &handling.tracking_url {
        order.tracking_url = address("tracking_url", url)?;
    }
    if let Some(note) = &handling.note {
        order.note = words("note", note)?;
    }
    if let Some(note) = &handling.client_note {
        order.client_note = words("client_note", note)?;
    }
    put(&mut order.fulfilment_status, handling.fulfilment);
    order.is_new = handling.is_new.unwrap_or(order.is_new && *handling == Handling::default());
    Ok(())
}

/// When it first came so far.
fn stamp(order: &mut Order, now: i64) {
    match order.fulfilment_status {
        Fulfilment::Sent => order.sent_at = order.sent_at.or(Some(now)),
        Fulfilment::Delivered => order.delivered_at = order.delivered_at.or(Some(now)),
        _ => {}
    }
}

fn store(tx: &mut Tx<'_>, order: &Order) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "update sale set fulfilment_status = $2, updated_at = $3, sent_at = $4, delivered_at = $5, is_new = $6, invoice_url = $7, \
         tracking_url = $8, note = $9, client_note = $10 where id = $1",
        values![
            order.id,
            order.fulfilment_status.as_str(),
            now,
            order.sent_at,
            order.delivered_at,
            order.is_new,
            order.invoice_url.as_ref(),
            order.tracking_url.as_ref(),
            order.note.as_ref(),
            order.client_note.as_ref()
        ],
    )
    .map(|_| ())
}

/// Deletes an order as far as programs go: it stands in none of their lists any more, while books, purchases and licences stay. One that was
/// deleted already is not there.
pub fn hide(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<()> {
    let (old, now) = (order::get(tx, shop, id)?, tx.now());
    let hidden = tx.exec(
        "update sale set hidden_at = $2, updated_at = $2 where id = $1 and hidden_at is null",
        values![id, now],
    )?;
    if hidden == 0 {
        return Err(Error::not_found(format!("there is no order {id}")));
    }
    let details = order_details::get(tx, shop, id)?;
    event::note_of(tx, shop, Kind::OrderDeleted, &event_data::order(&details, &[]), Some(old.customer_id))?;
    let new = details.order;
    audit::changed(tx, shop, audit::Action::OrderDeleted, id, &old, &new)
}

/// Notes that the payer of an order contests the payment, once.
pub fn dispute(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Order> {
    let (old, now) = (order::get(tx, shop, id)?, tx.now());
    let disputed = tx.exec(
        "update sale set payment_status = 'disputed', disputed_at = $2, updated_at = $2 \
         where id = $1 and payment_status in ('paid', 'partially_refunded')",
        values![id, now],
    )?;
    if disputed == 0 {
        return Err(Error::refused("only an order that is paid can be disputed").about("not_disputable"));
    }
    let new = order::tell(tx, shop, id, Kind::OrderUpdated, Some(&old))?;
    let details = order_details::of(tx, new)?;
    event::note_of(
        tx,
        shop,
        Kind::OrderDisputed,
        &event_data::order(&details, &order::changed(&old, &details.order)),
        Some(old.customer_id),
    )?;
    order::get(tx, shop, id)
}
