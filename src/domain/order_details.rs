//! An order with its lines and the money that moved for it.

use serde::Serialize;

use super::balance::Balance;
use super::order::{self, Order};
use super::order_line::{self, OrderLine};
use super::shop::Shop;
use crate::base::error::Result;
use crate::base::time::Millis;
use crate::store::Tx;
use crate::values;

/// All there is about an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// The order itself.
    pub order: Order,
    /// What was asked for.
    pub lines: Vec<OrderLine>,
    /// What came of it, the oldest first.
    pub payments: Vec<Payment>,
}

/// Money that came, or did not, or went back; columns as in `schema.sql`, table `payment`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Payment {
    pub method: String,
    pub status: String,
    pub amount_minor: i64,
    pub reference: Option<String>,
    pub balance: Option<Balance>,
    pub gift_card_id: Option<i64>,
    #[serde(skip)]
    pub created_at: Millis,
}

impl Payment {
    /// What was paid with: the balance, or else the method.
    pub fn means(&self) -> &str {
        match self.balance {
            Some(balance) => balance.as_str(),
            None => &self.method,
        }
    }
}

/// The details of the order with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Details> {
    let order = order::get(tx, shop, id)?;
    of(tx, order)
}

/// The details of an order.
pub fn of(tx: &mut Tx<'_>, order: Order) -> Result<Details> {
    Ok(Details { lines: order_line::list(tx, order.id)?, payments: payments(tx, order.id)?, order })
}

/// The money that moved for an order, the oldest first.
pub fn payments(tx: &mut Tx<'_>, order_id: i64) -> Result<Vec<Payment>> {
    tx.all(
        "select method, status, amount_minor, reference, created_at, balance, gift_card_id from payment where sale_id = $1 order by id",
        values![order_id],
        |row| {
            Ok(Payment {
                method: row.get(0)?,
                status: row.get(1)?,
                amount_minor: row.get(2)?,
                reference: row.get(3)?,
                created_at: row.get(4)?,
                balance: row.maybe_word(5)?,
                gift_card_id: row.get(6)?,
            })
        },
    )
}
