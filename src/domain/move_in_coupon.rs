//! Coupons that are carried here from another system.

use super::carried::{self, Source, What};
use super::coupon::{self, Draft};
use super::move_in::Outcome;
use super::move_in_goods::noted;
use super::move_in_item::Coupon;
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::store::Tx;
use crate::values;

/// Takes a coupon in. One that is known is as often used as it was in the place where it was more often.
pub(super) fn take(tx: &mut Tx<'_>, shop: Shop, source: Source, told: &Coupon) -> Result<Outcome> {
    if let Some(id) = carried::row_of(tx, shop, source, What::Coupon, &told.old_id)? {
        let counted = tx.exec(
            "update coupon set used = $2 where id = $1 and used < $2 and (max_uses is null or max_uses >= $2)",
            values![id, told.used],
        )?;
        return Ok(if counted == 1 { Outcome::Changed } else { Outcome::Same });
    }
    let mut draft = told.draft.clone();
    if let Some(product) = &told.product {
        draft.product_id =
            Some(needed(carried::row_of(tx, shop, source, What::Product, product)?, "product")?);
    }
    let category_id = match &told.category {
        Some(category) => {
            Some(needed(carried::row_of(tx, shop, source, What::Category, category)?, "category")?)
        }
        None => None,
    };
    // Orders held it that are not here any more.
    draft.max_uses = draft.max_uses.map(|most| most.max(told.used).max(1));
    let made = coupon::new(tx, shop, &Draft { ..draft })?;
    let now = tx.now();
    tx.exec(
        "update coupon set used = $2, category_id = $3, created_at = $4 where id = $1",
        values![made.id, told.used.max(0), category_id, told.created_at.unwrap_or(now).min(now)],
    )?;
    noted(tx, shop, source, What::Coupon, &told.old_id, made.id)
}

fn needed(id: Option<i64>, what: &str) -> Result<i64> {
    id.ok_or_else(|| Error::refused(format!("the {what} that it is only for is not there")))
}
