//! Purchases: what a customer owns of a product.

use super::audit::{self, Action};
use super::product::{self, Product};
use super::shop::Shop;
use super::{event, event_data, licence, mail_cause};
use crate::base::error::{Error, Result};
use crate::base::site_url;
use crate::base::time::Millis;
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::{values, words};

words! {
    /// Whether a customer still owns what was bought.
    Status, "purchase status" {
        /// Owned.
        Active = "active",
        /// Cancelled or refunded.
        Cancelled = "cancelled",
        /// Ended with its term.
        Expired = "expired",
    }
}

/// A purchase; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Purchase {
    pub id: i64,
    pub product_id: i64,
    pub customer_id: i64,
    pub parent_id: Option<i64>,
    pub status: Status,
    pub started_at: Millis,
    pub expires_at: Option<Millis>,
    pub install_url: Option<String>,
    /// The order it was made for.
    pub order_id: Option<i64>,
    /// Its licence, if it has one.
    pub licence_id: Option<i64>,
    pub key: Option<String>,
}

/// A purchase to be made.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Draft {
    pub customer_id: i64,
    pub parent_id: Option<i64>,
    pub expires_at: Option<Millis>,
    pub install_url: Option<String>,
    pub sale_line_id: Option<i64>,
}

/// Makes an active purchase that begins now; its id.
pub fn new(tx: &mut Tx<'_>, product: &Product, draft: &Draft) -> Result<i64> {
    let (shop, now) = (product.shop, tx.now());
    if let Some(url) = &draft.install_url {
        site_url::parse(url)?;
    }
    if let Some(parent) = draft.parent_id
        && !exists(tx, shop, parent)?
    {
        return Err(Error::not_found(format!("there is no purchase {parent} to be the parent")));
    }
    tx.one(
        "insert into purchase (site_id, is_test, product_id, customer_id, parent_id, status, started_at, expires_at, install_url, \
         sale_line_id) values ($1, $8, $2, $3, $4, 'active', $5, $6, $7, $9) returning id",
        values![
            shop.site_id,
            product.id,
            draft.customer_id,
            draft.parent_id,
            now,
            draft.expires_at,
            draft.install_url.as_deref().map(str::trim),
            shop.is_test(),
            draft.sale_line_id
        ],
        |row| row.get(0),
    )
}

/// Whether there is such a purchase in this shop.
pub fn exists(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<bool> {
    tx.maybe(
        "select id from purchase where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        |row| row.get::<i64>(0),
    )
    .map(|found| found.is_some())
}

/// The purchase with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Purchase> {
    tx.maybe(
        "select p.id, p.product_id, p.customer_id, p.parent_id, p.status, p.started_at, p.expires_at, p.install_url, s.sale_id, \
         l.id, l.key from purchase p left join sale_line s on s.id = p.sale_line_id left join licence l on l.purchase_id = p.id \
         where p.id = $1 and p.site_id = $2 and p.is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no purchase {id}")))
}

/// The keys of the purchases that were made for an order.
pub fn keys_of_order(tx: &mut Tx<'_>, order_id: i64) -> Result<Vec<String>> {
    tx.all(
        "select l.key from sale_line s join purchase p on p.sale_line_id is not null and p.sale_line_id = s.id \
         join licence l on l.purchase_id = p.id where s.sale_id = $1 order by s.id, p.id",
        values![order_id],
        |row| row.get(0),
    )
}

/// The shop that a purchase belongs to, or `NotFound`.
pub fn shop(tx: &mut Tx<'_>, id: i64) -> Result<Shop> {
    tx.maybe("select site_id, is_test from purchase where id = $1", values![id], |row| {
        Ok(Shop::of(row.get(0)?, row.get(1)?))
    })?
    .ok_or_else(|| Error::not_found(format!("there is no purchase {id}")))
}

/// Takes a buyer's answer to where it will be installed. One that was given already may be changed unless the product locks it.
pub fn answer_install_url(tx: &mut Tx<'_>, shop: Shop, id: i64, url: &str) -> Result<Purchase> {
    let purchase = get(tx, shop, id)?;
    let product = product::get(tx, shop, purchase.product_id)?;
    if product.delivery.install_url_locked && purchase.install_url.is_some() {
        let message = "the install URL of this purchase is locked: the vendor can change it";
        return Err(Error::refused(message).about("install_url_locked"));
    }
    set(tx, shop, id, &Change { install_url: Some(Some(url.to_owned())), ..Change::default() })
}

/// What a list of purchases is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Those of this product.
    pub product_id: Option<i64>,
    /// Those of this customer.
    pub customer_id: Option<i64>,
    /// Those that were made for this order.
    pub order_id: Option<i64>,
    /// Those that stand so.
    pub status: Option<Status>,
}

/// Purchases, newest first: `limit` of them from `start` on.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: Filter,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Vec<Purchase>> {
    let mut list = List::new(
        "select p.id, p.product_id, p.customer_id, p.parent_id, p.status, p.started_at, p.expires_at, p.install_url, s.sale_id, \
         l.id, l.key from purchase p left join sale_line s on s.id = p.sale_line_id left join licence l on l.purchase_id = p.id",
    );
    list.when(if shop.is_test() { "p.is_test = 1" } else { "p.is_test = 0" });
    list.with("p.site_id = ?", shop.site_id);
    list.maybe("p.product_id = ?", filter.product_id);
    list.maybe("p.customer_id = ?", filter.customer_id);
    list.maybe("s.sale_id = ?", filter.order_id);
    list.maybe("p.status = ?", filter.status.map(Status::as_str));
    list.page(tx, "p.id", start, limit, read)
}

/// What to change on a purchase; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Change {
    pub install_url: Option<Option<String>>,
    pub expires_at: Option<Option<Millis>>,
    pub status: Option<Status>,
}

/// Changes a purchase, and its licence with it.
pub fn set(tx: &mut Tx<'_>, shop: Shop, id: i64, change: &Change) -> Result<Purchase> {
    let old = get(tx, shop, id)?;
    if let Some(url) = &change.install_url {
        if let Some(url) = url {
            site_url::parse(url).map_err(|e| e.about("install_url"))?;
        }
        let url = url.as_deref().map(str::trim);
        tx.exec("update purchase set install_url = $2 where id = $1", values![id, url])?;
    }
    if let Some(expires_at) = change.expires_at {
        set_end(tx, id, expires_at)?;
    }
    if let Some(status) = change.status {
        stand(tx, id, status)?;
    }
    let purchase = get(tx, shop, id)?;
    audit::changed(tx, shop, Action::PurchaseChanged, id, &old, &purchase)?;
    Ok(purchase)
}

/// Sets how a purchase stands, with the copy on its licence that checks read.
fn stand(tx: &mut Tx<'_>, id: i64, status: Status) -> Result<()> {
    let shop = shop(tx, id)?;
    let old = get(tx, shop, id)?;
    tx.exec("update purchase set status = $2 where id = $1", values![id, status.as_str()])?;
    tx.exec("update licence set purchase_status = $2 where purchase_id = $1", values![id, status.as_str()])?;
    let kind = match status {
        Status::Cancelled => event::Kind::PurchaseCancelled,
        Status::Expired => event::Kind::PurchaseExpired,
        Status::Active => return Ok(()),
    };
    if old.status == status {
        return Ok(());
    }
    let now = get(tx, shop, id)?;
    event::note(tx, shop, kind, &event_data::purchase(&now))?;
    if status == Status::Expired {
        mail_cause::expired(tx, shop, &now)?;
    }
    match now.licence_id {
        Some(id) if status == Status::Expired => {
            licence::tell(tx, shop, id, event::Kind::LicenceExpired).map(|_| ())
        }
        _ => Ok(()),
    }
}

/// Notes that there is a new purchase.
pub fn tell_new(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<()> {
    let purchase = get(tx, shop, id)?;
    event::note(tx, shop, event::Kind::PurchaseCreated, &event_data::purchase(&purchase))
}

/// Sets when a purchase and its licence end. One that had expired is owned again if that is to come.
pub fn set_end(tx: &mut Tx<'_>, id: i64, ends_at: Option<Millis>) -> Result<()> {
    let now = tx.now();
    tx.exec("update purchase set expires_at = $2 where id = $1", values![id, ends_at])?;
    tx.exec("update licence set expires_at = $2 where purchase_id = $1", values![id, ends_at])?;
    let status =
        tx.one("select status from purchase where id = $1", values![id], |row| row.word::<Status>(0))?;
    if status == Status::Expired && ends_at.is_none_or(|at| at > now) {
        stand(tx, id, Status::Active)?;
    }
    Ok(())
}

/// Makes a purchase last longer by so much, from its end, or from now if that is past. Refuses one without an end, and one
/// that was cancelled.
pub fn extend(tx: &mut Tx<'_>, shop: Shop, id: i64, by: Millis) -> Result<()> {
    let (purchase, now) = (get(tx, shop, id)?, tx.now());
    match purchase.expires_at {
        Some(ends_at) if purchase.status != Status::Cancelled => set_end(tx, id, Some(ends_at.max(now) + by)),
        _ => {
            Err(Error::refused(format!("purchase {id} was cancelled, or has no end")).about("not_renewable"))
        }
    }
}

/// Takes back by how much a purchase was lengthened; one that has no end any more stays without.
pub fn shorten(tx: &mut Tx<'_>, shop: Shop, id: i64, by: Millis) -> Result<()> {
    match get(tx, shop, id)?.expires_at {
        Some(ends_at) => set_end(tx, id, Some(ends_at - by)),
        None => Ok(()),
    }
}

/// Ends at most `limit` purchases whose term is over; how many there were. Checks look at the term itself: nobody waits
/// for this.
pub fn expire(tx: &mut Tx<'_>, limit: i64) -> Result<usize> {
    let now = tx.now();
    let due: Vec<i64> = tx.all(
        "select id from purchase where status = 'active' and expires_at <= $1 order by expires_at limit $2",
        values![now, limit],
        |row| row.get(0),
    )?;
    due.iter().try_for_each(|id| stand(tx, *id, Status::Expired))?;
    Ok(due.len())
}

/// Cancels all that was bought with an order.
pub fn end_of_order(tx: &mut Tx<'_>, sale_id: i64) -> Result<()> {
    let bought: Vec<i64> = tx.all(
        "select p.id from sale_line s join purchase p on p.sale_line_id is not null and p.sale_line_id = s.id where s.sale_id = $1",
        values![sale_id],
        |row| row.get(0),
    )?;
    bought.into_iter().try_for_each(|id| stand(tx, id, Status::Cancelled))
}

fn read(row: &Row<'_>) -> Result<Purchase> {
    Ok(Purchase {
        id: row.get(0)?,
        product_id: row.get(1)?,
        customer_id: row.get(2)?,
        parent_id: row.get(3)?,
        status: row.word(4)?,
        started_at: row.get(5)?,
        expires_at: row.get(6)?,
        install_url: row.get(7)?,
        order_id: row.get(8)?,
        licence_id: row.get(9)?,
        key: row.get(10)?,
    })
}
