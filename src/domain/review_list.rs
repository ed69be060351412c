//! Lists of reviews, and what those of a product come to.

use super::review::{self, Review, Status};
use super::shop::Shop;
use crate::base::error::Result;
use crate::store::Tx;
use crate::store::list::{List, Start};
use crate::values;

/// What a list of reviews is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Those of this product.
    pub product_id: Option<i64>,
    /// Those of this customer.
    pub customer_id: Option<i64>,
    /// Those in this state.
    pub status: Option<Status>,
    /// Those that are shown, or may yet be.
    pub is_kept: bool,
}

/// Reviews, newest first: `limit` of them from `start` on.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: Filter,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Vec<Review>> {
    page(tx, shop, filter, start, (limit, 0))
}

/// As [`list`], `skip` rows further.
pub fn page(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: Filter,
    start: impl Into<Start>,
    (limit, skip): (i64, i64),
) -> Result<Vec<Review>> {
    let list = narrowed(
        "select r.id, r.product_id, r.customer_id, r.rating, r.title, r.content, r.reviewer_name, r.reviewer_email, r.status, \
         r.is_verified, r.created_at, r.response, r.responded_at, r.sale_id from review r join product p on p.id = r.product_id",
        shop,
        filter,
    );
    list.skipping(skip).page(tx, "r.id", start, limit, review::read)
}

/// How many there are in such a list.
pub fn count(tx: &mut Tx<'_>, shop: Shop, filter: Filter) -> Result<i64> {
    narrowed("select r.id from review r join product p on p.id = r.product_id", shop, filter).count(tx)
}

fn narrowed(select: &'static str, shop: Shop, filter: Filter) -> List<'static> {
    let mut list = List::new(select);
    list.when(if shop.is_test() { "p.is_test = 1" } else { "p.is_test = 0" });
    list.with("p.site_id = ?", shop.site_id);
    list.maybe("r.product_id = ?", filter.product_id);
    list.maybe("r.customer_id = ?", filter.customer_id);
    match filter.status {
        // As the index has it.
        Some(Status::Pending) => list.when("r.status = 'pending'"),
        status => list.maybe("r.status = ?", status.map(Status::as_str)),
    }
    if filter.is_kept {
        list.when("r.status in ('pending', 'published')");
    }
    list
}

/// How many wait to be looked at.
pub fn waiting(tx: &mut Tx<'_>, shop: Shop) -> Result<i64> {
    tx.one(
        "select count(*) from review r join product p on p.id = r.product_id \
         where r.status = 'pending' and p.site_id = $1 and p.is_test = $2",
        values![shop.site_id, shop.is_test()],
        |row| row.get(0),
    )
}

/// What the published reviews of a product come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rating {
    /// How many there are.
    pub count: i64,
    /// Their ratings together.
    pub sum: i64,
}

impl Rating {
    /// Their average in tenths, half up; of none there is none.
    pub fn tenths(self) -> Option<i64> {
        (self.count > 0).then(|| (self.sum * 10 + self.count / 2) / self.count)
    }
}

/// What the published reviews of a product come to.
pub fn rating(tx: &mut Tx<'_>, product_id: i64) -> Result<Rating> {
    tx.one(
        "select count(*), cast(coalesce(sum(rating), 0) as bigint) from review where product_id = $1 and status = 'published'",
        values![product_id],
        |row| Ok(Rating { count: row.get(0)?, sum: row.get(1)? }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_is_rounded_half_up() {
        for (count, sum, tenths) in
            [(0, 0, None), (1, 5, Some(50)), (3, 13, Some(43)), (3, 14, Some(47)), (4, 17, Some(43))]
        {
            assert_eq!(Rating { count, sum }.tenths(), tenths, "{sum} of {count}");
        }
    }
}
