//! Lists of coupons, and what came of them.

use super::coupon::{self, Coupon, Status};
use super::shop::Shop;
use crate::base::error::Result;
use crate::base::time::Millis;
use crate::store::Tx;
use crate::store::list::{List, Start};
use crate::values;

/// Coupons, newest first: `limit` of them from `start` on.
pub fn list(tx: &mut Tx<'_>, shop: Shop, start: impl Into<Start>, limit: i64) -> Result<Vec<Coupon>> {
    page(tx, shop, None, start, (limit, 0))
}

/// As [`list`], those of this status if one is given, `skip` rows further.
pub fn page(
    tx: &mut Tx<'_>,
    shop: Shop,
    status: Option<Status>,
    start: impl Into<Start>,
    (limit, skip): (i64, i64),
) -> Result<Vec<Coupon>> {
    let list = narrowed(
        "select id, code, kind, value, currency, product_id, least_minor, max_uses, used, starts_at, ends_at, applies_to, \
         max_uses_each, category_id, created_at from coupon",
        shop,
        status,
        tx.now(),
    );
    list.skipping(skip).page(tx, "id", start, limit, coupon::read)
}

/// How many there are in such a list.
pub fn count(tx: &mut Tx<'_>, shop: Shop, status: Option<Status>) -> Result<i64> {
    narrowed("select id from coupon", shop, status, tx.now()).count(tx)
}

fn narrowed(select: &'static str, shop: Shop, status: Option<Status>, now: Millis) -> List<'static> {
    let mut list = List::new(select);
    list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
    list.with("site_id = ?", shop.site_id);
    match status {
        None => {}
        Some(Status::Expired) => list.with("ends_at is not null and ends_at <= ?", now),
        Some(Status::Exhausted) => list.with(
            "(ends_at is null or ends_at > ?) and max_uses is not null and used >= max_uses",
            now,
        ),
        Some(Status::Scheduled) => list.with(
            "(ends_at is null or ends_at > ?) and (max_uses is null or used < max_uses) and starts_at is not null and starts_at > ?",
            now,
        ),
        Some(Status::Active) => list.with(
            "(ends_at is null or ends_at > ?) and (max_uses is null or used < max_uses) and (starts_at is null or starts_at <= ?)",
            now,
        ),
    }
    list
}

/// What the orders that hold a coupon come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// All of them, in minor units.
    pub total_minor: i64,
    /// What it took off them.
    pub discount_minor: i64,
}

/// What the orders that hold a coupon come to, those that were cancelled before they were paid left out.
pub fn figures(tx: &mut Tx<'_>, id: i64) -> Result<Figures> {
    tx.one(
        "select cast(coalesce(sum(total_minor), 0) as bigint), cast(coalesce(sum(discount_minor), 0) as bigint) from sale \
         where coupon_id is not null and coupon_id = $1 and not (fulfilment_status = 'canceled' and paid_at is null)",
        values![id],
        |row| Ok(Figures { total_minor: row.get(0)?, discount_minor: row.get(1)? }),
    )
}
