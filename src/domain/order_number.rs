//! What orders are called where buyers see it: each shop counts its own from ORD-1001 on, live and in test mode apart (V4).

use super::order::{self, Order};
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::store::Tx;
use crate::values;

/// What stands before the digits.
const MARK: &str = "ORD-";

/// How an order's number is written.
pub fn text(order: &Order) -> String {
    format!("{MARK}{}", order.number)
}

/// The order that is called so, or `NotFound`.
pub fn find(tx: &mut Tx<'_>, shop: Shop, written: &str) -> Result<Order> {
    let none = || Error::not_found(format!("there is no order {written}"));
    let number = written.strip_prefix(MARK).and_then(|digits| digits.parse::<i64>().ok()).ok_or_else(none)?;
    let id = tx.maybe(
        "select id from sale where number = $1 and site_id = $2 and is_test = $3",
        values![number, shop.site_id, shop.is_test()],
        |row| row.get(0),
    )?;
    order::get(tx, shop, id.ok_or_else(none)?)
}

/// The number of a shop's next order: each once, and none left out but by an order that was not placed after all.
pub(super) fn next(tx: &mut Tx<'_>, shop: Shop) -> Result<i64> {
    let next = if shop.is_test() {
        "update site set last_test_order = last_test_order + 1 where id = $1 returning last_test_order"
    } else {
        "update site set last_order = last_order + 1 where id = $1 returning last_order"
    };
    tx.one(next, values![shop.site_id], |row| row.get(0))
}
