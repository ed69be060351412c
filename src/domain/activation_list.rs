//! Activations of all licences of a shop, by their time.

use super::shop::Shop;
use crate::base::error::Result;
use crate::base::time::Millis;
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};

/// An activation with its licence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the tables' columns, explained in schema.sql")]
pub struct Listed {
    /// Where it stands in the list, for [`Start`].
    pub place: i64,
    pub licence_id: i64,
    pub key: String,
    pub product_id: i64,
    pub product: String,
    pub customer_id: i64,
    pub email: String,
    pub usage_id: i64,
    pub activated_at: Millis,
    pub ip: String,
    pub last_checked_at: Option<Millis>,
    pub released_at: Option<Millis>,
}

/// What the list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those of this product.
    pub product_id: Option<i64>,
    /// Those from this address, in canonical form.
    pub ip: Option<String>,
    /// Those that are in use, or those that were freed.
    pub is_live: Option<bool>,
}

/// Several may have come within one millisecond: a place is the time, and which of these it is.
const WITHIN: i64 = 1_024;

/// Activations, newest first: `limit` of them from `start` on.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: &Filter,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let mut list = List::new(
        "select l.id, l.key, l.product_id, d.title, p.customer_id, c.email, a.usage_id, a.activated_at, a.ip, a.last_checked_at, \
         a.released_at from activation a join licence l on l.id = a.licence_id join purchase p on p.id = l.purchase_id \
         join product d on d.id = l.product_id join customer c on c.id = p.customer_id",
    );
    list.when(if shop.is_test() { "l.is_test = 1" } else { "l.is_test = 0" });
    list.with("d.site_id = ?", shop.site_id);
    // `+`: whichever is meant, the other way is not taken.
    let walked = is_walked(tx, shop, filter)?;
    let time = if walked { "a.activated_at" } else { "a.activated_at + 0" };
    list.maybe(if walked { "l.product_id + 0 = ?" } else { "l.product_id = ?" }, filter.product_id);
    list.maybe("a.ip = ?", filter.ip.as_deref());
    match filter.is_live {
        None => {}
        Some(true) => list.when("a.released_at is null"),
        Some(false) => list.when("a.released_at is not null"),
    }
    let start = start.into();
    let (from, behind) = match start {
        Start::Newest => (Start::Newest, (0, 0)),
        Start::Before(place) => (Start::Before(place / WITHIN + 1), (place / WITHIN, place % WITHIN)),
        Start::After(place) => (Start::After(place / WITHIN - 1), (place / WITHIN, place % WITHIN)),
    };
    // Those of the same millisecond that were shown already are read once more.
    let (at, shown) = behind;
    let mut found = list.page_by(tx, time, &["a.licence_id", "a.usage_id"], from, limit + shown, read)?;
    let (mut instant, mut nth) = (Millis::MIN, 0);
    for one in &mut found {
        nth = if one.activated_at == instant { nth + 1 } else { 1 };
        instant = one.activated_at;
        one.place = instant * WITHIN + nth.min(WITHIN - 1);
    }
    found.retain(|one| one.activated_at != at || one.place % WITHIN > shown);
    found.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(found)
}

/// Whether the list is walked from its end; those of few licences are gathered and sorted.
fn is_walked(tx: &mut Tx<'_>, shop: Shop, filter: &Filter) -> Result<bool> {
    if !shop.is_test() && filter.product_id.is_none() {
        return Ok(true);
    }
    let mut few = List::new("select id from licence");
    if shop.is_test() {
        few.when("is_test = 1");
    }
    few.maybe("product_id = ?", filter.product_id);
    few.is_long(tx)
}

fn read(row: &Row<'_>) -> Result<Listed> {
    Ok(Listed {
        place: 0,
        licence_id: row.get(0)?,
        key: row.get(1)?,
        product_id: row.get(2)?,
        product: row.get(3)?,
        customer_id: row.get(4)?,
        email: row.get(5)?,
        usage_id: row.get(6)?,
        activated_at: row.get(7)?,
        ip: row.get(8)?,
        last_checked_at: row.get(9)?,
        released_at: row.get(10)?,
    })
}
