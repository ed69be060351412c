//! Store credit: what the shop owes a customer, for later orders. What is given and used are rows that add up to the balance.

use serde::Serialize;

use super::audit::{self, Action};
use super::balance::{Balance, Part};
use super::order::{self, Order};
use super::shop::Shop;
use super::{account, customer, payment};
use crate::base::error::{Error, Result};
use crate::base::time::Millis;
use crate::base::{money, text};
use crate::store::Tx;
use crate::{values, words};

/// The word that a refusal for want of credit is known by.
pub const REFUSED: &str = "credit_refused";

words! {
    /// Which way credit goes.
    Direction, "type of store credit" {
        /// To the customer.
        Credit = "credit",
        /// From them.
        Debit = "debit",
    }
}

/// A customer's credit; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Credit {
    pub customer_id: i64,
    pub currency: Option<String>,
    pub balance_minor: i64,
}

/// Credit that was given or used; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Entry {
    pub id: i64,
    pub delta_minor: i64,
    pub note: Option<String>,
    pub order_id: Option<i64>,
    pub created_at: Millis,
}

/// What is to be given or used.
#[derive(Clone, Debug)]
pub struct Change {
    /// Which way.
    pub direction: Direction,
    /// Minor units of the shop's currency, or of the credit that is there.
    pub amount: i64,
    /// Why, in the vendor's words.
    pub note: Option<String>,
    /// The order that it is taken for, and pays; or that it is given for, which notes it only.
    pub order_id: Option<i64>,
}

/// Gives credit, or takes it where there is enough: of N at once, no more is taken than there is. What is taken for an order, which must
/// be this customer's, pays it, no more than is due.
pub fn change(tx: &mut Tx<'_>, shop: Shop, customer_id: i64, change: &Change) -> Result<(Credit, Entry)> {
    let (old, now) = (get(tx, shop, customer_id)?, tx.now());
    if !(1..=money::MOST).contains(&change.amount) {
        return Err(Error::invalid(format!("the amount must be from 1 to {}", money::MOST)).about("amount"));
    }
    let note = change.note.as_deref().map(|text| text::line("the note", text, 500)).transpose();
    let note = note.map_err(|e| e.about("note"))?;
    if let Some(id) = change.order_id {
        let order = order::get(tx, shop, id).map_err(|e| e.missing("order_id", "there is no such order"))?;
        if change.direction == Direction::Debit {
            let amount = change.amount;
            may_pay(&old, &order)?;
            payment::count_off(
                tx,
                shop,
                &order,
                Part { balance: Balance::StoreCredit, gift_card_id: None, amount },
            )?;
        }
    }
    let delta = match change.direction {
        Direction::Credit => change.amount,
        Direction::Debit => -change.amount,
    };
    if old.currency.is_none() {
        let currency = account::currency_or(tx, shop, None)?;
        tx.exec(
            "insert into store_credit (customer_id, currency, balance_minor) values ($1, $2, 0) \
             on conflict (customer_id) do nothing",
            values![customer_id, &currency],
        )?;
    }
    let changed = tx.exec(
        "update store_credit set balance_minor = balance_minor + $2 \
         where customer_id = $1 and balance_minor + $2 >= 0 and balance_minor + $2 <= $3",
        values![customer_id, delta, money::MOST],
    )?;
    if changed == 0 {
        let message = format!(
            "the balance is {}: it cannot go below nothing, nor above {}",
            old.balance_minor,
            money::MOST
        );
        return Err(Error::refused(message).about(REFUSED));
    }
    let id = add(tx, customer_id, delta, note.as_deref(), change.order_id)?;
    let new = get(tx, shop, customer_id)?;
    audit::changed(tx, shop, Action::CustomerCreditChanged, customer_id, &old, &new)?;
    Ok((new, Entry { id, delta_minor: delta, note, order_id: change.order_id, created_at: now }))
}

/// Whether this credit can pay this order.
pub(super) fn may_pay(credit: &Credit, order: &Order) -> Result<()> {
    order.is_of(credit.customer_id)?;
    match &credit.currency {
        Some(currency) if *currency != order.currency => {
            let message = format!("the credit is in {currency} and the order in {}", order.currency);
            Err(Error::refused(message).about(REFUSED))
        }
        _ => Ok(()),
    }
}

/// Gives back what an order took, however much there is by now.
pub(super) fn give_back(tx: &mut Tx<'_>, customer_id: i64, amount: i64, order_id: i64) -> Result<()> {
    let back = tx.exec(
        "update store_credit set balance_minor = balance_minor + $2 where customer_id = $1",
        values![customer_id, amount],
    )?;
    if back == 0 {
        return Err(Error::broken("there is no store credit that an order was paid off"));
    }
    add(tx, customer_id, amount, None, Some(order_id)).map(|_| ())
}

fn add(
    tx: &mut Tx<'_>,
    customer_id: i64,
    delta: i64,
    note: Option<&str>,
    order_id: Option<i64>,
) -> Result<i64> {
    let now = tx.now();
    tx.one(
        "insert into store_credit_entry (customer_id, delta_minor, note, sale_id, created_at) values ($1, $2, $3, $4, $5) returning id",
        values![customer_id, delta, note, order_id, now],
        |row| row.get(0),
    )
}

/// A customer's credit; one who never had any has nothing.
pub fn get(tx: &mut Tx<'_>, shop: Shop, customer_id: i64) -> Result<Credit> {
    customer::get(tx, shop, customer_id)?;
    let found = tx.maybe(
        "select currency, balance_minor from store_credit where customer_id = $1",
        values![customer_id],
        |row| Ok(Credit { customer_id, currency: Some(row.get(0)?), balance_minor: row.get(1)? }),
    )?;
    Ok(found.unwrap_or(Credit { customer_id, currency: None, balance_minor: 0 }))
}

/// What was given and used, the latest `limit` first.
pub fn entries(tx: &mut Tx<'_>, customer_id: i64, limit: i64) -> Result<Vec<Entry>> {
    tx.all(
        "select id, delta_minor, note, sale_id, created_at from store_credit_entry where customer_id = $1 order by id desc limit $2",
        values![customer_id, limit],
        |row| {
            Ok(Entry {
                id: row.get(0)?,
                delta_minor: row.get(1)?,
                note: row.get(2)?,
                order_id: row.get(3)?,
                created_at: row.get(4)?,
            })
        },
    )
}

/// Adds a customer's credit to another's, who took the first one's place; both must be in one currency.
pub fn merge_person(tx: &mut Tx<'_>, id: i64, into: i64) -> Result<()> {
    let of = |tx: &mut Tx<'_>, id: i64| {
        tx.maybe(
            "select currency, balance_minor from store_credit where customer_id = $1",
            values![id],
            |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)),
        )
    };
    let Some((currency, balance)) = of(tx, id)? else { return Ok(()) };
    if of(tx, into)?.is_some_and(|(other, _)| other != currency) {
        let message =
            "the two customers have store credit in different currencies: take one of them back first";
        return Err(Error::refused(message).about(REFUSED));
    }
    tx.exec(
        "insert into store_credit (customer_id, currency, balance_minor) values ($1, $2, $3) \
         on conflict (customer_id) do update set balance_minor = store_credit.balance_minor + excluded.balance_minor",
        values![into, &currency, balance],
    )?;
    tx.exec("update store_credit_entry set customer_id = $2 where customer_id = $1", values![id, into])?;
    tx.exec("delete from store_credit where customer_id = $1", values![id]).map(|_| ())
}

/// Takes the vendor's words off the credit of a customer who is erased. The sums stay, as books must.
pub fn forget_person(tx: &mut Tx<'_>, customer_id: i64) -> Result<()> {
    tx.exec("update store_credit_entry set note = null where customer_id = $1", values![customer_id])
        .map(|_| ())
}
