//! Where products stand and who makes them, which many of a page share.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::brands;
use super::categories::{self, Brief};
use super::wire::Wire;
use crate::base::error::Result;
use crate::domain::brand;
use crate::domain::product::Product;
use crate::store::Tx;

/// What products of a page share.
#[derive(Default)]
pub struct Shelves {
    categories: BTreeMap<i64, Brief>,
    brands: BTreeMap<i64, brands::View>,
}

impl Shelves {
    /// The category of a product, if it has one.
    pub fn category(&mut self, tx: &mut Tx<'_>, wire: &Wire, p: &Product) -> Result<Option<Brief>> {
        let Some(id) = p.category_id else { return Ok(None) };
        Ok(Some(match self.categories.entry(id) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(place) => place.insert(categories::brief(tx, wire, id)?).clone(),
        }))
    }

    /// Who makes a product, if somebody said so.
    pub fn brand(&mut self, tx: &mut Tx<'_>, wire: &Wire, p: &Product) -> Result<Option<brands::View>> {
        let Some(id) = p.showcase.brand_id else { return Ok(None) };
        Ok(Some(match self.brands.entry(id) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(place) => {
                let found = brand::get(tx, wire.shop, id)?;
                place.insert(brands::view(tx, wire, found)?).clone()
            }
        }))
    }
}
