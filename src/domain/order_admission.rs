//! What is asked of an order before it is placed: that each product is on sale, that its buyer may have it, and that its pools reach.

use std::collections::BTreeMap;

use super::order::{Draft, MOST};
use super::order_line::DraftLine;
use super::product::{self, Product};
use super::shop::Shop;
use super::variant::{self, Variant};
use super::{key_pool, prerequisite, product_extra, purchase};
use crate::base::error::{Error, Result};
use crate::store::Tx;

/// The product of a line at the price of its variant, if it can be bought.
pub(super) fn on_sale(tx: &mut Tx<'_>, shop: Shop, line: &DraftLine) -> Result<(Product, Variant)> {
    if !(1..=MOST).contains(&line.quantity) {
        return Err(Error::invalid(format!("a quantity is from 1 to {MOST}")).about("quantity"));
    }
    let missing = |e: Error| e.missing("product_id", format!("there is no product {}", line.product_id));
    let mut product = product::get(tx, shop, line.product_id).map_err(missing)?;
    let extra = product_extra::get(tx, product.id)?;
    let variant = match line.variant_id {
        Some(id) => variant::get(tx, shop, product.id, id).map_err(|e| {
            e.missing("variant_id", format!("there is no variant {id} of product {}", product.id))
        })?,
        None => variant::default_of(tx, product.id)?,
    };
    if let Some(agreed) = &line.agreed {
        (product.title, product.tax_bp) = (agreed.title.clone(), agreed.tax_bp);
        product.price_minor = Some(agreed.unit_minor);
        return Ok((product, variant));
    }
    product.price_minor = extra.price(variant.price_minor.or(product.price_minor));
    let refused =
        |message| Err(Error::refused(message).about("not_on_sale").with("product_id", line.product_id));
    if product.is_empty_bundle() {
        return refused(format!("bundle {} has no items", product.id));
    }
    if !product.is_for_sale() {
        return refused(format!("product {} is not on sale", product.id));
    }
    extra.admits(line.quantity).map_err(|e| e.with("product_id", product.id))?;
    Ok((product, variant))
}

/// Refuses a line that this customer may not have: a renewal or an add-on of what is not theirs, and what they lack a prerequisite of.
pub(super) fn admit(
    tx: &mut Tx<'_>,
    shop: Shop,
    customer_id: i64,
    draft: &Draft,
    line: &DraftLine,
    product: &Product,
) -> Result<()> {
    if let Some(renews) = line.renews {
        let purchase = purchase::get(tx, shop, renews)
            .map_err(|e| e.missing("renews_purchase_id", format!("there is no purchase {renews}")))?;
        let has_term = product.policy.term_days.is_some()
            && purchase.expires_at.is_some()
            && purchase.status != purchase::Status::Cancelled;
        if purchase.customer_id != customer_id || purchase.product_id != product.id || !has_term {
            let message = format!(
                "purchase {renews} is not this customer's of product {}, was cancelled, or has no term",
                product.id
            );
            return Err(Error::refused(message).about("not_renewable").with("purchase_id", renews));
        }
        return Ok(());
    }
    if let Some(parent) = line.parent {
        let missing = || Error::invalid(format!("this customer has no purchase {parent}"));
        let owner = purchase::get(tx, shop, parent).map(|purchase| purchase.customer_id);
        if owner.map_err(|e| e.missing("parent_purchase_id", missing().message))? != customer_id {
            return Err(missing().about("parent_purchase_id"));
        }
    }
    let beside: Vec<i64> = draft.lines.iter().map(|line| line.product_id).collect();
    let missing = prerequisite::missing(tx, shop, product.id, customer_id, &beside)?;
    if !missing.is_empty() {
        let message =
            format!("product {} requires products that this customer lacks: {missing:?}", product.id);
        let refused = Error::refused(message).about("prerequisites_missing");
        return Err(refused.with("product_id", product.id).with("products", missing));
    }
    Ok(())
}

/// Refuses more keys of a pool than are left in it, whichever lines ask for them.
pub(super) fn pools_reach(tx: &mut Tx<'_>, draft: &Draft, products: &[Product]) -> Result<()> {
    let mut asked = BTreeMap::<i64, i64>::new();
    for (line, product) in draft.lines.iter().zip(products).filter(|(line, _)| line.renews.is_none()) {
        let own = std::slice::from_ref(&product.id);
        for id in if product.kind == product::Kind::Bundle { &product.items[..] } else { own } {
            *asked.entry(*id).or_default() += line.quantity;
        }
    }
    for (id, quantity) in asked {
        if let Some(left) = key_pool::left(tx, id)?
            && left < quantity
        {
            let message = format!("{left} keys are left in the pool of product {id}");
            let refused = Error::refused(message).about("pool_empty");
            return Err(refused.with("product_id", id).with("left", left));
        }
    }
    Ok(())
}
