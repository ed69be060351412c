//! Lists of licences.

use super::licence::{self, Licence, Status};
use super::shop::Shop;
use crate::base::error::Result;
use crate::base::text;
use crate::store::Tx;
use crate::store::list::{List, Start};

/// What a list of licences is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those of this product.
    pub product_id: Option<i64>,
    /// Those of this customer.
    pub customer_id: Option<i64>,
    /// Those that stand so now.
    pub status: Option<Status>,
    /// Those whose key begins so.
    pub key_prefix: Option<String>,
}

/// Licences, newest first: `limit` of them from `start` on.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: &Filter,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Vec<Licence>> {
    let now = tx.now();
    let mut list = List::new(
        "select l.id, l.key, l.product_id, d.title, p.id, p.customer_id, c.email, l.is_on, l.purchase_status, l.identifier_mode, \
         l.uses, l.max_uses, l.issued_at, l.expires_at, l.identifier from licence l join purchase p on p.id = l.purchase_id \
         join product d on d.id = l.product_id join customer c on c.id = p.customer_id",
    );
    list.when(if shop.is_test() { "l.is_test = 1" } else { "l.is_test = 0" });
    list.with("d.site_id = ?", shop.site_id);
    list.maybe("l.product_id = ?", filter.product_id);
    if let Some(customer_id) = filter.customer_id {
        let mut theirs = List::new("select id from purchase");
        theirs.with("customer_id = ?", customer_id);
        let walked = theirs.is_long(tx)?;
        list.with(if walked { "p.customer_id + 0 = ?" } else { "p.customer_id = ?" }, customer_id);
    }
    match filter.status {
        None => {}
        Some(Status::Suspended) => list.when("l.is_on = 0"),
        Some(Status::Cancelled) => {
            list.when("l.is_on = 1 and l.purchase_status <> 'active' and l.purchase_status = 'cancelled'");
        }
        // The second condition holds for all of them; an index knows it by its words.
        Some(Status::Expired) => list.with(
            "l.is_on = 1 and l.purchase_status <> 'cancelled' \
             and (l.expires_at is not null or l.purchase_status = 'expired') \
             and (l.purchase_status = 'expired' or l.expires_at <= ?)",
            now,
        ),
        Some(Status::Active) => list.with(
            "l.is_on = 1 and l.purchase_status = 'active' and (l.expires_at is null or l.expires_at > ?)",
            now,
        ),
    }
    let to = filter.key_prefix.as_deref().map(text::after);
    if let (Some(from), Some(to)) = (&filter.key_prefix, &to) {
        let mut begin_so = List::new("select id from licence");
        begin_so.between("key >= ? and key < ?", from.as_str(), to.as_str());
        let walked = begin_so.is_long(tx)?;
        let range = if walked { "l.key || '' >= ? and l.key || '' < ?" } else { "l.key >= ? and l.key < ?" };
        list.between(range, from.as_str(), to.as_str());
    }
    list.page(tx, "l.id", start, limit, |row| licence::read(row, now))
}

/// The licences of a customer, oldest first.
pub fn of_customer(tx: &mut Tx<'_>, shop: Shop, customer_id: i64) -> Result<Vec<Licence>> {
    let filter = Filter { customer_id: Some(customer_id), ..Filter::default() };
    let mut found = list(tx, shop, &filter, None, i64::MAX)?;
    found.reverse();
    Ok(found)
}
