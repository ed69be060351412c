//! Activations of all licences of a shop: those of the newest licences first, and of each licence the latest first. That is how they
//! stand on the disk.

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
    /// Those of this licence.
    pub licence_id: Option<i64>,
    /// Those of this product.
    pub product_id: Option<i64>,
    /// Those from this address, in canonical form.
    pub ip: Option<String>,
    /// Those that are in use, or those that were freed.
    pub is_live: Option<bool>,
}

/// A page of the list.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What was found.
    pub rows: Vec<Listed>,
    /// The place behind which nobody has looked yet, where the look was ended early: there may be more.
    pub looked_to: Option<i64>,
}

/// Licences that are looked through for an address at a time, which no index knows: any page comes soon, however many there are.
const SPAN: i64 = 200_000;

/// A place is the licence, and the number of the use among so many.
const EACH: i64 = 1 << 20;

/// Activations: `limit` of them from `start` on.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: &Filter,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Page> {
    let mut list = List::new(
        "select l.id, l.key, l.product_id, d.title, p.customer_id, c.email, a.usage_id, a.activated_at, a.ip, a.last_checked_at, \
         a.released_at from activation a join licence l on l.id = a.licence_id join purchase p on p.id = l.purchase_id \
         join product d on d.id = l.product_id join customer c on c.id = p.customer_id",
    );
    list.when(if shop.is_test() { "l.is_test = 1" } else { "l.is_test = 0" });
    list.with("d.site_id = ?", shop.site_id);
    // `+`: the licences of a product that has many are not gathered first.
    let walked = is_walked(tx, filter)?;
    list.maybe(if walked { "l.product_id + 0 = ?" } else { "l.product_id = ?" }, filter.product_id);
    list.maybe("a.licence_id = ?", filter.licence_id);
    match filter.is_live {
        None => {}
        Some(true) => list.when("a.released_at is null"),
        Some(false) => list.when("a.released_at is not null"),
    }
    let start = start.into();
    let mut end = None;
    if let (Some(ip), Some(_)) = (&filter.ip, filter.licence_id) {
        list.with("a.ip = ?", ip.as_str());
    } else if let Some(ip) = &filter.ip {
        let ((from, to), place) = span(tx, start)?;
        list.with("a.ip = ?", ip.as_str());
        list.between("a.licence_id > ? and a.licence_id <= ?", from, to);
        end = place;
    }
    let start = match start {
        Start::Newest => Start::Newest,
        Start::Before(place) => {
            list.between("(a.licence_id, a.usage_id) < (?, ?)", place / EACH, place % EACH);
            Start::Newest
        }
        Start::After(place) => {
            list.between("(a.licence_id, a.usage_id) > (?, ?)", place / EACH, place % EACH);
            Start::After(0)
        }
    };
    // Licences of test mode are few: theirs are gathered and sorted.
    let id = if shop.is_test() { "a.licence_id + 0" } else { "a.licence_id" };
    let rows = list.page_by(tx, id, &["a.usage_id"], start, limit, read)?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|found| found >= limit);
    Ok(Page { rows, looked_to: end.filter(|_| !is_full) })
}

/// The licences that are looked through from `start` on: those behind the first id, up to the second; and the place where that ends,
/// unless it is the end of all.
fn span(tx: &mut Tx<'_>, start: Start) -> Result<((i64, i64), Option<i64>)> {
    let newest = tx.one("select coalesce(max(id), 0) from licence", &[], |row| row.get::<i64>(0))?;
    Ok(match start {
        Start::After(place) => {
            let from = (place / EACH).clamp(0, newest);
            let to = from + SPAN;
            ((from - 1, to), (to < newest).then_some(to * EACH + EACH - 1))
        }
        Start::Newest | Start::Before(_) => {
            let from = if let Start::Before(place) = start { (place / EACH).min(newest) } else { newest };
            let to = from - SPAN;
            ((to, from), (to > 0).then_some((to + 1) * EACH))
        }
    })
}

/// Whether the list is walked from its end; those of few licences are gathered.
fn is_walked(tx: &mut Tx<'_>, filter: &Filter) -> Result<bool> {
    let mut few = List::new("select id from licence");
    few.maybe("product_id = ?", filter.product_id);
    Ok(filter.product_id.is_some() && few.is_long(tx)?)
}

fn read(row: &Row<'_>) -> Result<Listed> {
    Ok(Listed {
        place: row.get::<i64>(0)? * EACH + row.get::<i64>(6)?.min(EACH - 1),
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
