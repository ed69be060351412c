//! Purchases: what a customer owns of a product.

use super::product::Product;
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::site_url;
use crate::base::time::Millis;
use crate::store::Tx;
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

/// A purchase to be made.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Draft {
    pub customer_id: i64,
    pub parent_id: Option<i64>,
    pub expires_at: Option<Millis>,
    pub install_url: Option<String>,
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
        "insert into purchase (site_id, is_test, product_id, customer_id, parent_id, status, started_at, expires_at, install_url) \
         values ($1, $8, $2, $3, $4, 'active', $5, $6, $7) returning id",
        values![
            shop.site_id,
            product.id,
            draft.customer_id,
            draft.parent_id,
            now,
            draft.expires_at,
            draft.install_url.as_deref().map(str::trim),
            shop.is_test()
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
