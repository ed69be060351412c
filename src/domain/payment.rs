//! What happens to an order: it is paid, and makes its purchases in the same transaction; it is cancelled; money goes back.
//!
//! Each step is a conditional update of the order's state, so of two at once on one order one is refused.

use super::balance::{self, Kept, Part};
use super::order::{self, Fulfilment, Order, Payment};
use super::shop::{Mode, Shop};
use super::{coupon, event, goods, inventory, loyalty, mail_cause, order_line, product_extra};
use crate::base::error::{Error, Result};
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

/// Pays an order with money: what is due or more; without an amount, what is due.
pub fn pay(tx: &mut Tx<'_>, shop: Shop, id: i64, method: &Method, amount: Option<i64>) -> Result<Outcome> {
    let order = order::get(tx, shop, id)?;
    payable(&order)?;
    let due = order.due();
    let amount = amount.unwrap_or(due);
    money::amount(amount.into()).map_err(|e| e.about("amount"))?;
    if amount < due {
        return Err(Error::invalid(format!("{due} is due, and {amount} is less")).about("amount"));
    }
    if is_declined(shop, method)? {
        return decline(tx, shop, &order, method, amount);
    }
    let paper = Paper { method, status: "paid", part: None };
    count(tx, shop, &order, amount, &paper, Fulfilment::Delivered).map(Outcome::Paid)
}

/// As [`pay`], of what is due, by money that the vendor says came; its goods are there afterwards.
pub(super) fn pay_to(tx: &mut Tx<'_>, shop: Shop, order: &Order, to: Fulfilment) -> Result<Order> {
    payable(order)?;
    let paper = Paper { method: &Method::Manual(None), status: "paid", part: None };
    count(tx, shop, order, order.due(), &paper, to)
}

/// Notes that nothing came of a payment.
pub(super) fn decline(
    tx: &mut Tx<'_>,
    shop: Shop,
    order: &Order,
    method: &Method,
    amount: i64,
) -> Result<Outcome> {
    record(tx, order.id, &Paper { method, status: "declined", part: None }, amount)?;
    order::tell(tx, shop, order.id, event::Kind::PaymentFailed, Some(order))?;
    Ok(Outcome::Declined(order.clone()))
}

/// Counts what came off a balance for an order: no more than is due, while the rest may be paid in other ways.
pub(super) fn count_off(tx: &mut Tx<'_>, shop: Shop, order: &Order, part: Part) -> Result<Order> {
    payable(order)?;
    let due = order.due();
    if part.amount > due {
        let message = format!("{due} is due for this order, and {} is more", part.amount);
        return Err(Error::invalid(message).about("amount"));
    }
    count(
        tx,
        shop,
        order,
        part.amount,
        &Paper { method: &Method::Manual(None), status: "paid", part: Some(part) },
        Fulfilment::Delivered,
    )
}

/// Adds to what an order was paid. Once nothing is due it is paid, whatever with: what it bought is made, its customer told, and its goods
/// are where `to` says.
fn count(
    tx: &mut Tx<'_>,
    shop: Shop,
    order: &Order,
    amount: i64,
    paper: &Paper<'_>,
    to: Fulfilment,
) -> Result<Order> {
    let (id, now) = (order.id, tx.now());
    let is_paid = amount >= order.due();
    let counted = if is_paid {
        tx.exec(
            "update sale set paid_minor = paid_minor + $2, paid_at = $3, payment_status = 'paid', fulfilment_status = $4, \
             delivered_at = $5, sent_at = $6, updated_at = $3 \
             where id = $1 and payment_status in ('unpaid', 'confirming', 'failed') and fulfilment_status <> 'canceled' \
             and paid_minor + $2 >= total_minor",
            values![
                id,
                amount,
                now,
                to.as_str(),
                order.delivered_at.or((to == Fulfilment::Delivered).then_some(now)),
                order.sent_at.or((to == Fulfilment::Sent).then_some(now))
            ],
        )
    } else {
        tx.exec(
            "update sale set paid_minor = paid_minor + $2, updated_at = $3 \
             where id = $1 and payment_status in ('unpaid', 'confirming', 'failed') and fulfilment_status <> 'canceled' \
             and paid_minor + $2 < total_minor",
            values![id, amount, now],
        )
    }?;
    if counted == 0 {
        return Err(Error::refused("this order was paid or cancelled meanwhile").about("already_paid"));
    }
    record(tx, id, paper, amount)?;
    if !is_paid {
        return order::tell(tx, shop, id, event::Kind::OrderPartiallyPaid, Some(order));
    }
    order::tell(tx, shop, id, event::Kind::OrderPaid, Some(order))?;
    goods::hand_over(tx, shop, order)?;
    loyalty::earn(tx, shop, order)?;
    mail_cause::receipt(tx, shop, order)?;
    order::get(tx, shop, id)
}

/// Refuses what can be paid no more.
pub(super) fn payable(order: &Order) -> Result<()> {
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

/// Whether a card is the one that is declined; an error, if no card can pay so.
pub(super) fn is_declined(shop: Shop, method: &Method) -> Result<bool> {
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

/// What a payment is noted as.
struct Paper<'a> {
    method: &'a Method,
    status: &'static str,
    /// What it came off, or went back to, if that is no money.
    part: Option<Part>,
}

fn record(tx: &mut Tx<'_>, id: i64, paper: &Paper<'_>, amount: i64) -> Result<()> {
    let now = tx.now();
    let (method, reference) = match paper.method {
        Method::Manual(reference) => ("manual", reference.as_deref()),
        Method::TestCard(_) => ("test_card", None),
    };
    let reference = reference.map(|text| text::line("the reference", text, 200)).transpose();
    tx.exec(
        "insert into payment (sale_id, method, status, amount_minor, reference, created_at, balance, gift_card_id) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        values![
            id,
            method,
            paper.status,
            amount,
            reference.map_err(|e| e.about("reference"))?.as_ref(),
            now,
            paper.part.map(|part| part.balance.as_str()),
            paper.part.and_then(|part| part.gift_card_id)
        ],
    )
    .map(|_| ())
}

/// Cancels an order: what it bought ends, what it lengthened is as short as before, an unpaid one gives its coupon back, and what came
/// off balances goes back to them. Money that came is given back by [`refund`].
pub fn cancel(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Order> {
    let (order, now) = (order::get(tx, shop, id)?, tx.now());
    let canceled = tx.exec(
        "update sale set fulfilment_status = 'canceled', canceled_at = $2, updated_at = $2 where id = $1 and fulfilment_status <> 'canceled'",
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
            let may_lack = product_extra::get(tx, line.product_id)?.is_backorder;
            inventory::give_back(tx, variant_id, (line.quantity, may_lack), id)?;
        }
    }
    let kept = Kept { money: 0, ..Kept::of(tx, id)? };
    send_back(tx, &order, &kept, kept.off_balances(), None)?;
    if order.payment_status != Payment::Refunded {
        goods::take_back(tx, shop, &order)?;
    }
    order::tell(tx, shop, id, event::Kind::OrderCancelled, Some(&order))
}

/// Gives back `amount`, or all that is left: in money as far as money came, then to gift cards, to store credit, and to points last, of
/// which only whole ones go back. Once all has gone back, what the order bought ends, and what it lengthened is as short as before.
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
    if order.paid_at.is_none() && left > 0 {
        let message = "this order is not paid yet: cancel it, and what came off balances goes back to them";
        return Err(Error::refused(message).about("not_refundable"));
    }
    if order.paid_at.is_none() || left == 0 {
        return Err(Error::refused("nothing of this order is left to be refunded").about("not_refundable"));
    }
    if amount < 1 || amount > left {
        return Err(Error::invalid(format!("an amount from 1 to {left} can be refunded")).about("amount"));
    }
    let kept = Kept::of(tx, id)?;
    send_back(tx, &order, &kept, amount, reason)?;
    if amount == left && order.canceled_at.is_none() {
        goods::take_back(tx, shop, &order)?;
    }
    mail_cause::refunded(tx, shop, &order, amount)?;
    order::tell(tx, shop, id, event::Kind::OrderRefunded, Some(&order))
}

/// Gives `amount` of what an order holds back to where it came from. One that was never paid whole stays unpaid.
fn send_back(tx: &mut Tx<'_>, order: &Order, kept: &Kept, amount: i64, reason: Option<String>) -> Result<()> {
    if amount == 0 {
        return Ok(());
    }
    let now = tx.now();
    let refunded = tx.exec(
        "update sale set refunded_minor = refunded_minor + $2, updated_at = $3, payment_status = case when paid_at is null then payment_status \
         when refunded_minor + $2 = paid_minor then 'refunded' else 'partially_refunded' end \
         where id = $1 and refunded_minor + $2 <= paid_minor",
        values![order.id, amount, now],
    )?;
    if refunded == 0 {
        return Err(Error::refused("this order was refunded meanwhile").about("not_refundable"));
    }
    let (money, parts) = kept.split(amount);
    let method = Method::Manual(reason);
    if money > 0 {
        record(tx, order.id, &Paper { method: &method, status: "refunded", part: None }, -money)?;
    }
    for part in parts {
        balance::give_back(tx, order, part)?;
        let paper = Paper { method: &method, status: "refunded", part: Some(part) };
        record(tx, order.id, &paper, -part.amount)?;
    }
    Ok(())
}
