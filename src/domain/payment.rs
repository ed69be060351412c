//! What happens to an order: it is paid, and makes its purchases in the same transaction; it is cancelled; money goes back.
//!
//! Each step is a conditional update of the order's state, so of two at once on one order one is refused.

use super::order::{self, Fulfilment, Order, Payment};
use super::order_line::{self, OrderLine};
use super::product::{Kind, Product};
use super::shop::{Mode, Shop};
use super::{coupon, event, inventory, key_pool, licence, loyalty, mail_cause, purchase};
use crate::base::error::{Error, Result};
use crate::base::time::{DAY, Millis};
use crate::base::{money, text};
use crate::store::Tx;
use crate::values;

/// The well-known card number that always pays, in test mode.
pub const GOOD_CARD: &str = "4242424242424242";
/// The well-known card number that is always declined, in test mode.
pub const BAD_CARD: &str = "4000000000000002";

/// How an order is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// The vendor says that money came, with words of their own.
    Manual(Option<String>),
    /// A card number of test mode.
    TestCard(String),
}

/// What came of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The order is paid, and what was bought is there.
    Paid(Order),
    /// The card was declined; the order is as unpaid as before.
    Declined(Order),
}

/// Pays an order with what is due or more; without an amount, what is due.
pub fn pay(tx: &mut Tx<'_>, shop: Shop, id: i64, method: &Method, amount: Option<i64>) -> Result<Outcome> {
    let order = order::get(tx, shop, id)?;
    payable(&order)?;
    let amount = amount.unwrap_or(order.total_minor);
    money::amount(amount.into()).map_err(|e| e.about("amount"))?;
    if amount < order.total_minor {
        let message = format!("{} is due, and {amount} is less", order.total_minor);
        return Err(Error::invalid(message).about("amount"));
    }
    if is_declined(shop, method)? {
        record(tx, id, method, "declined", amount)?;
        order::tell(tx, shop, id, event::Kind::PaymentFailed, Some(&order))?;
        return Ok(Outcome::Declined(order));
    }
    let now = tx.now();
    let paid = tx.exec(
        "update sale set paid_minor = $2, paid_at = $3, payment_status = 'paid', fulfilment_status = 'delivered' \
         where id = $1 and payment_status in ('unpaid', 'confirming', 'failed') and fulfilment_status <> 'canceled'",
        values![id, amount, now],
    )?;
    if paid == 0 {
        return Err(Error::refused("this order was paid or cancelled meanwhile").about("already_paid"));
    }
    record(tx, id, method, "paid", amount)?;
    order::tell(tx, shop, id, event::Kind::OrderPaid, Some(&order))?;
    for line in order_line::list(tx, id)? {
        deliver(tx, shop, &order, &line)?;
    }
    loyalty::earn(tx, shop, &order)?;
    mail_cause::receipt(tx, shop, &order)?;
    order::get(tx, shop, id).map(Outcome::Paid)
}

fn payable(order: &Order) -> Result<()> {
    if order.fulfilment_status == Fulfilment::Canceled {
        return Err(Error::refused("this order is cancelled").about("order_canceled"));
    }
    match order.payment_status {
        Payment::Unpaid | Payment::Confirming | Payment::Failed => Ok(()),
        Payment::Paid | Payment::PartiallyRefunded | Payment::Refunded | Payment::Disputed => {
            Err(Error::refused("this order is paid already").about("already_paid"))
        }
    }
}

fn is_declined(shop: Shop, method: &Method) -> Result<bool> {
    let Method::TestCard(number) = method else { return Ok(false) };
    if shop.mode == Mode::Live {
        let message = "card numbers are for test mode: record a payment that came as method manual";
        return Err(Error::invalid(message).about("card_number"));
    }
    let digits: String = number.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    match digits.as_str() {
        GOOD_CARD => Ok(false),
        BAD_CARD => Ok(true),
        _ => {
            let message =
                "test mode knows two card numbers: 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined";
            Err(Error::invalid(message).about("card_number"))
        }
    }
}

fn record(tx: &mut Tx<'_>, id: i64, method: &Method, status: &str, amount: i64) -> Result<()> {
    let now = tx.now();
    let (method, reference) = match method {
        Method::Manual(reference) => ("manual", reference.as_deref()),
        Method::TestCard(_) => ("test_card", None),
    };
    let reference = reference.map(|text| text::line("the reference", text, 200)).transpose();
    tx.exec(
        "insert into payment (sale_id, method, status, amount_minor, reference, created_at) values ($1, $2, $3, $4, $5, $6)",
        values![id, method, status, amount, reference.map_err(|e| e.about("reference"))?.as_ref(), now],
    )
    .map(|_| ())
}

/// Makes what a line bought: a purchase for each piece, or for each item of a bundle, with its licence; or a longer term.
fn deliver(tx: &mut Tx<'_>, shop: Shop, order: &Order, line: &OrderLine) -> Result<()> {
    if let Some(renewed) = line.renews_id {
        return purchase::extend(tx, shop, renewed, lengthening(line));
    }
    let products = order_line::contents(tx, shop, line)?;
    for _ in 0..line.quantity {
        for product in &products {
            hand_out(tx, order.customer_id, line, product)?;
        }
    }
    Ok(())
}

/// By how much a renewal lengthens its purchase.
fn lengthening(line: &OrderLine) -> Millis {
    line.term_days.unwrap_or_default() * line.quantity * DAY
}

/// Ends what an order bought, and takes back by how much it lengthened others.
fn undo(tx: &mut Tx<'_>, shop: Shop, order: &Order) -> Result<()> {
    purchase::end_of_order(tx, order.id)?;
    if order.paid_at.is_none() {
        return Ok(());
    }
    loyalty::take_back(tx, order)?;
    for line in order_line::list(tx, order.id)? {
        if let Some(renewed) = line.renews_id {
            purchase::shorten(tx, shop, renewed, lengthening(&line))?;
        }
    }
    Ok(())
}

fn hand_out(tx: &mut Tx<'_>, customer_id: i64, line: &OrderLine, product: &Product) -> Result<()> {
    let key = key_pool::take(tx, product.id)?;
    if product.kind == Kind::Service && key.is_none() {
        let expires_at = product.policy.term_days.map(|days| tx.now() + days * DAY);
        let draft = purchase::Draft {
            customer_id,
            expires_at,
            sale_line_id: Some(line.id),
            parent_id: line.parent_id,
            ..purchase::Draft::default()
        };
        let id = purchase::new(tx, product, &draft)?;
        return purchase::tell_new(tx, product.shop, id);
    }
    let draft =
        licence::Draft { product_id: product.id, key, parent: line.parent_id, ..licence::Draft::default() };
    let issued = licence::issue_to(tx, customer_id, Some(line.id), &draft, product)?;
    licence::tell_new(tx, product.shop, &issued).map(|_| ())
}

/// Cancels an order: what it bought ends, what it lengthened is as short as before, and an unpaid one gives its coupon back.
pub fn cancel(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Order> {
    let (order, now) = (order::get(tx, shop, id)?, tx.now());
    let canceled = tx.exec(
        "update sale set fulfilment_status = 'canceled', canceled_at = $2 where id = $1 and fulfilment_status <> 'canceled'",
        values![id, now],
    )?;
    if canceled == 0 {
        return Err(Error::refused("this order is cancelled already").about("order_canceled"));
    }
    if let Some(coupon_id) = order.coupon_id
        && order.paid_at.is_none()
    {
        coupon::give_back(tx, coupon_id)?;
    }
    for line in order_line::list(tx, id)? {
        if let Some(variant_id) = line.variant_id.filter(|_| line.renews_id.is_none()) {
            inventory::give_back(tx, variant_id, line.quantity, id)?;
        }
    }
    if order.payment_status != Payment::Refunded {
        undo(tx, shop, &order)?;
    }
    order::tell(tx, shop, id, event::Kind::OrderCancelled, Some(&order))
}

/// Gives money back: `amount`, or all that is left. Once all has gone back, what the order bought ends, and what it
/// lengthened is as short as before.
pub fn refund(
    tx: &mut Tx<'_>,
    shop: Shop,
    id: i64,
    amount: Option<i64>,
    reason: Option<&str>,
) -> Result<Order> {
    let order = order::get(tx, shop, id)?;
    let reason =
        reason.map(|text| text::line("the reason", text, 200)).transpose().map_err(|e| e.about("reason"))?;
    let left = order.paid_minor - order.refunded_minor;
    let amount = amount.unwrap_or(left);
    if order.paid_at.is_none() || left == 0 {
        return Err(Error::refused("nothing of this order is left to be refunded").about("not_refundable"));
    }
    if amount < 1 || amount > left {
        return Err(Error::invalid(format!("an amount from 1 to {left} can be refunded")).about("amount"));
    }
    let refunded = tx.exec(
        "update sale set refunded_minor = refunded_minor + $2, \
         payment_status = case when refunded_minor + $2 = paid_minor then 'refunded' else 'partially_refunded' end \
         where id = $1 and refunded_minor + $2 <= paid_minor",
        values![id, amount],
    )?;
    if refunded == 0 {
        return Err(Error::refused("this order was refunded meanwhile").about("not_refundable"));
    }
    record(tx, id, &Method::Manual(reason), "refunded", -amount)?;
    if amount == left && order.canceled_at.is_none() {
        undo(tx, shop, &order)?;
    }
    mail_cause::refunded(tx, shop, &order, amount)?;
    order::tell(tx, shop, id, event::Kind::OrderRefunded, Some(&order))
}
