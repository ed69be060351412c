//! Keys made elsewhere, to be handed out with purchases. A product that ever had one sells no more than there are.

use std::collections::BTreeSet;

use super::audit::{self, Action};
use super::shop::Shop;
use super::variant::{self, Variant};
use super::{inventory, licence_key, product};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::store::Tx;
use crate::values;

/// What was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Added {
    /// Keys that are new.
    pub added: u64,
    /// Keys that were known already, here or on a licence.
    pub known: u64,
}

/// Adds keys to a product's pool.
pub fn add(tx: &mut Tx<'_>, shop: Shop, product_id: i64, keys: &[String]) -> Result<Added> {
    product::get(tx, shop, product_id)?;
    let mut added = 0;
    for key in keys {
        let line = text::line("a key", key, licence_key::LONGEST).map_err(|e| e.about("keys"))?;
        if line != *key || key.len() > licence_key::LONGEST {
            return Err(
                Error::invalid("a key has white space around it or is longer than 255 bytes").about("keys")
            );
        }
        added += tx.exec(
            "insert into pool_key (product_id, key) select cast($1 as bigint), cast($2 as text) \
             where not exists (select 1 from licence where key = $2) on conflict (key) do nothing",
            values![product_id, key],
        )?;
    }
    if added > 0 {
        audit::created(tx, shop, Action::KeyPoolFilled, product_id, &serde_json::json!({"added": added}))?;
    }
    Ok(Added { added, known: keys.len() as u64 - added })
}

/// Whether a product's keys come from a pool, and how many are left in it.
pub fn left(tx: &mut Tx<'_>, product_id: i64) -> Result<Option<i64>> {
    let any =
        tx.maybe("select id from pool_key where product_id = $1 limit 1", values![product_id], |row| {
            row.get::<i64>(0)
        })?;
    if any.is_none() {
        return Ok(None);
    }
    let sql = "select count(*) from pool_key where product_id = $1 and taken_at is null";
    tx.one(sql, values![product_id], |row| row.get(0)).map(Some)
}

/// Whether this key waits in a pool to be sold.
pub fn holds(tx: &mut Tx<'_>, key: &str) -> Result<bool> {
    tx.maybe("select id from pool_key where key = $1 and taken_at is null", values![key], |row| {
        row.get::<i64>(0)
    })
    .map(|found| found.is_some())
}

/// Takes a key out of a product's pool, if it has one: `None` for a product without. Of N at once on the last, one
/// succeeds.
pub fn take(tx: &mut Tx<'_>, product_id: i64) -> Result<Option<String>> {
    let now = tx.now();
    let taken = tx.maybe(
        "update pool_key set taken_at = $2 where id = (select min(p.id) from pool_key p where p.product_id = $1 and p.taken_at is null \
         and not exists (select 1 from licence l where l.key = p.key)) \
         and taken_at is null returning key",
        values![product_id, now],
        |row| row.get(0),
    )?;
    match taken {
        Some(key) => {
            tell_if_low(tx, product_id)?;
            Ok(Some(key))
        }
        None if left(tx, product_id)?.is_none() => Ok(None),
        None => {
            let message =
                format!("no key is left in the pool of product {product_id}: add some before selling more");
            Err(Error::refused(message).about("pool_empty"))
        }
    }
}

/// Keys that wait in a product's pool, in the order in which they are handed out: so many at the most.
pub fn waiting(tx: &mut Tx<'_>, product_id: i64, most: i64) -> Result<Vec<String>> {
    tx.all(
        "select key from pool_key where product_id = $1 and taken_at is null order by id limit $2",
        values![product_id, most],
        |row| row.get(0),
    )
}

/// Lets these and no others wait in a product's pool. What was handed out stays so, and comes back by no list; without any, nothing is left to
/// sell, unless there never was one.
pub fn set(tx: &mut Tx<'_>, shop: Shop, product_id: i64, keys: &[String]) -> Result<()> {
    let wanted: BTreeSet<&str> = keys.iter().map(String::as_str).collect();
    let waiting = waiting(tx, product_id, i64::MAX)?;
    let mut gone = 0;
    for key in waiting.iter().filter(|key| !wanted.contains(key.as_str())) {
        gone += tx.exec(
            "delete from pool_key where product_id = $1 and key = $2 and taken_at is null",
            values![product_id, key],
        )?;
    }
    if gone > 0 {
        audit::created(tx, shop, Action::KeyPoolFilled, product_id, &serde_json::json!({"removed": gone}))?;
    }
    add(tx, shop, product_id, keys).map(|_| ())
}

/// Tells, when a key was taken, that what is left of a pool has come below the threshold of its product's default variant, or to nothing.
fn tell_if_low(tx: &mut Tx<'_>, product_id: i64) -> Result<()> {
    let left = left(tx, product_id)?;
    let (variant, shop) = (variant::default_of(tx, product_id)?, shop_of(tx, product_id)?);
    // What is counted by itself is told by itself.
    if variant.stock.is_some() {
        return Ok(());
    }
    inventory::tell_if_low(tx, shop, left.map(|left| left + 1), &Variant { stock: left, ..variant })
}

fn shop_of(tx: &mut Tx<'_>, product_id: i64) -> Result<Shop> {
    tx.one("select site_id, is_test from product where id = $1", values![product_id], |row| {
        Ok(Shop::of(row.get(0)?, row.get(1)?))
    })
}
