//! Bundles: products that are made of others and sold for one price.

use super::product::{self, Kind, Product};
use crate::base::error::{Error, Result};
use crate::store::Tx;
use crate::values;

/// The most products in one.
const MOST: usize = 50;

/// Sets what a bundle is made of. No bundle holds another.
pub fn set_items(tx: &mut Tx<'_>, bundle: &Product, items: &[i64]) -> Result<()> {
    let wrong = |message: String| Error::invalid(message).about("items");
    if bundle.kind != Kind::Bundle || items.len() > MOST {
        return Err(wrong(format!("a product of kind bundle has items, {MOST} at the most")));
    }
    clear(tx, bundle.id)?;
    for id in items {
        let item =
            product::find(tx, bundle.shop, *id)?.ok_or_else(|| wrong(format!("there is no product {id}")))?;
        if item.kind == Kind::Bundle {
            return Err(wrong(format!("product {id} is a bundle itself")));
        }
        tx.exec(
            "insert into bundle_item (bundle_id, product_id) values ($1, $2) on conflict (bundle_id, product_id) do nothing",
            values![bundle.id, *id],
        )?;
    }
    Ok(())
}

/// Takes out all that a bundle is made of.
pub fn clear(tx: &mut Tx<'_>, bundle_id: i64) -> Result<()> {
    tx.exec("delete from bundle_item where bundle_id = $1", values![bundle_id]).map(|_| ())
}

/// Whether a product is part of a bundle.
pub fn is_item(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    tx.maybe("select bundle_id from bundle_item where product_id = $1 limit 1", values![id], |row| {
        row.get::<i64>(0)
    })
    .map(|found| found.is_some())
}

/// What a bundle is made of; nothing for any other product.
pub fn items(tx: &mut Tx<'_>, bundle_id: i64) -> Result<Vec<i64>> {
    tx.all(
        "select product_id from bundle_item where bundle_id = $1 order by product_id",
        values![bundle_id],
        |row| row.get(0),
    )
}
