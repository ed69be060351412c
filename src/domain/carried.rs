//! What rows are called in the system that they were carried here from (table `carried`): that system's dialect goes on calling them so, since
//! scripts and feeds hold the old ids.

use super::shop::Shop;
use crate::base::error::Result;
use crate::store::Tx;
use crate::{values, words};

words! {
    /// Where something was carried from.
    Source, "source" {
        /// A Shopkit store.
        Shopkit = "shopkit",
        /// A Shoppy seller.
        Shoppy = "shoppy",
        /// A file.
        Csv = "csv",
    }
}

words! {
    /// What was carried.
    What, "kind of thing that is carried" {
        /// A product.
        Product = "product",
        /// A variant of one.
        Variant = "variant",
        /// A category.
        Category = "category",
        /// A brand.
        Brand = "brand",
        /// A coupon.
        Coupon = "coupon",
        /// A customer.
        Customer = "customer",
        /// An order, by its id in words.
        Order = "order",
        /// An order, by its number, where it has both.
        OrderNumber = "order_number",
        /// A review.
        Feedback = "feedback",
        /// A question.
        Ticket = "ticket",
    }
}

/// By so much the ids of rows are moved out of the way whose own number another row was called by before: above all that are given out.
const AWAY: i64 = 1 << 40;

/// Notes what a row was called. `false`: this id was carried already.
pub fn note(
    tx: &mut Tx<'_>,
    shop: Shop,
    source: Source,
    what: What,
    old_id: &str,
    row_id: i64,
) -> Result<bool> {
    let noted = tx.exec(
        "insert into carried (site_id, is_test, source, kind, old_id, row_id) values ($1, $2, $3, $4, $5, $6) \
         on conflict (old_id, kind, source, site_id, is_test) do nothing",
        values![shop.site_id, shop.is_test(), source.as_str(), what.as_str(), old_id, row_id],
    )?;
    Ok(noted == 1)
}

/// The row that was called so.
pub fn row_of(tx: &mut Tx<'_>, shop: Shop, source: Source, what: What, old_id: &str) -> Result<Option<i64>> {
    tx.maybe(
        "select row_id from carried where old_id = $1 and kind = $2 and source = $3 and site_id = $4 and is_test = $5",
        values![old_id, what.as_str(), source.as_str(), shop.site_id, shop.is_test()],
        |row| row.get(0),
    )
}

/// All that a row was called, if it was carried, the first word for it first.
pub fn all_of(tx: &mut Tx<'_>, source: Source, what: What, row_id: i64) -> Result<Vec<String>> {
    tx.all(
        "select old_id from carried where row_id = $1 and kind = $2 and source = $3 order by id",
        values![row_id, what.as_str(), source.as_str()],
        |row| row.get(0),
    )
}

/// What a dialect calls a row.
pub struct Called {
    /// The old number, or the row's own, moved out of the way where another was called so.
    pub number: i64,
    /// All that it was called, if it was carried, the first word for it first.
    pub old: Vec<String>,
}

impl Called {
    /// The last part of its old page's address, if that was carried too.
    pub fn hash(&self) -> Option<&str> {
        self.old.iter().map(String::as_str).find(|old| is_hash(old))
    }
}

/// What a dialect calls a row.
pub fn called(tx: &mut Tx<'_>, shop: Shop, source: Source, what: What, row_id: i64) -> Result<Called> {
    // A page of a list asks for each of its rows: both in one.
    let mut found: Vec<(i64, i64, String)> = tx.all(
        "select id, row_id, old_id from carried where row_id = $1 and kind = $2 and source = $3 \
         union all select id, row_id, old_id from carried \
         where old_id = $4 and kind = $2 and source = $3 and site_id = $5 and is_test = $6 and row_id <> $1",
        values![row_id, what.as_str(), source.as_str(), &row_id.to_string(), shop.site_id, shop.is_test()],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    found.sort_unstable();
    let is_taken = found.iter().any(|(_, row, _)| *row != row_id);
    let old: Vec<String> =
        found.into_iter().filter(|(_, row, _)| *row == row_id).map(|(_, _, old)| old).collect();
    let number = old.iter().filter(|old| !is_hash(old)).find_map(|old| old.parse().ok());
    Ok(Called { number: number.unwrap_or(if is_taken { row_id + AWAY } else { row_id }), old })
}

/// The number that a dialect calls a row by.
pub fn number(tx: &mut Tx<'_>, shop: Shop, source: Source, what: What, row_id: i64) -> Result<i64> {
    Ok(called(tx, shop, source, what, row_id)?.number)
}

/// Whether this may be the last part of the address of an order's page at Shopkit: 40 hexadecimal digits, which nobody guesses.
pub fn is_hash(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The order whose page was found by this at Shopkit. By a number none is: whoever has a hash may see the order.
pub fn order_of_hash(tx: &mut Tx<'_>, shop: Shop, hash: &str) -> Result<Option<i64>> {
    if is_hash(hash) { row_of(tx, shop, Source::Shopkit, What::Order, hash) } else { Ok(None) }
}

/// The row that a dialect calls by this number; whether there is one is for a look to tell.
pub fn row(tx: &mut Tx<'_>, shop: Shop, source: Source, what: What, number: i64) -> Result<i64> {
    let carried = row_of(tx, shop, source, what, &number.to_string())?;
    Ok(carried.unwrap_or(if number > AWAY { number - AWAY } else { number }))
}
