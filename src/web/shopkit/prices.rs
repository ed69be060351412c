//! Prices as bodies say them, in a shop that may name them with tax in them (contract commerce.md, K17).

use super::wire::is_gross;
use crate::base::error::Result;
use crate::domain::gross::Named;
use crate::domain::product::{self, Product};
use crate::domain::product_extra;
use crate::domain::shop::Shop;
use crate::domain::variant;
use crate::store::Tx;

/// Those of a product.
#[derive(Default)]
pub struct Prices {
    /// With the product's tax, in hundredths of a percent; none where prices are named without it.
    gross: Option<(Named, i64)>,
}

impl Prices {
    /// Those of a product that is there or not yet, with a tax that is said now or stands.
    pub fn of(tx: &mut Tx<'_>, shop: Shop, old: Option<&Product>, tax_bp: Option<i64>) -> Result<Self> {
        if !is_gross(tx, shop)? {
            return Ok(Self::default());
        }
        let named = match old {
            Some(old) => Named::read(&product_extra::get(tx, old.id)?.shoppy),
            None => Named::default(),
        };
        let tax_bp = tax_bp.or(old.map(|old| old.tax_bp)).unwrap_or_default();
        Ok(Self { gross: Some((named, tax_bp)) })
    }

    /// What is kept of one, in minor units.
    pub fn net(&mut self, said_minor: i64) -> i64 {
        self.gross.as_mut().map_or(said_minor, |(named, tax_bp)| named.take(said_minor, *tax_bp))
    }

    /// Remembers how they were named, once they are stored: those of them that the product has.
    pub fn remember(self, tx: &mut Tx<'_>, shop: Shop, product_id: i64) -> Result<()> {
        let Some((mut named, _)) = self.gross else { return Ok(()) };
        let extra = product_extra::get(tx, product_id)?;
        let mut nets: Vec<i64> =
            variant::list(tx, product_id)?.iter().filter_map(|variant| variant.price_minor).collect();
        nets.extend(product::get(tx, shop, product_id)?.price_minor);
        nets.extend(extra.promo_minor);
        named.keep(&nets);
        let mut said = extra.shoppy.clone();
        named.write(&mut said);
        if said != extra.shoppy {
            let change = product_extra::Change { shoppy: Some(said), ..product_extra::Change::default() };
            product_extra::set(tx, shop, product_id, &change)?;
        }
        Ok(())
    }
}
