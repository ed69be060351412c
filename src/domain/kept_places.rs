//! Where pages of lists begin, as far as somebody has been there: who walks through a list by pages that have numbers is not led past all
//! rows before each of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use super::catalogue;
use super::order::Order;
use super::order_list;
use super::product::Product;
use super::shop::Shop;
use crate::base::error::Result;
use crate::store::list::Start;
use crate::store::{State, Tx};

/// Places that are kept at a time, of all lists.
const MOST: usize = 50_000;

/// What this process has come past.
#[derive(Debug, Default)]
pub struct KeptPlaces(Mutex<Kept>);

/// The places of one state of the database.
#[derive(Debug, Default)]
struct Kept {
    state: State,
    count: usize,
    /// Of each list, the row that stands behind so many.
    lists: HashMap<(Shop, String), BTreeMap<i64, i64>>,
}

impl KeptPlaces {
    /// As [`catalogue::page`], newest first.
    pub fn products(
        &self,
        tx: &mut Tx<'_>,
        shop: Shop,
        filter: &catalogue::Filter,
        window: (i64, i64),
    ) -> Result<Vec<Product>> {
        let rows = |tx: &mut Tx<'_>, start, window| catalogue::page(tx, shop, filter, start, window);
        self.page(tx, (shop, format!("products {filter:?}")), window, rows, |product| product.id)
    }

    /// As [`order_list::page`], newest first.
    pub fn orders(
        &self,
        tx: &mut Tx<'_>,
        shop: Shop,
        filter: &order_list::Filter,
        window: (i64, i64),
    ) -> Result<Vec<Order>> {
        let rows = |tx: &mut Tx<'_>, start, window| order_list::page(tx, shop, filter, start, window);
        self.page(tx, (shop, format!("orders {filter:?}")), window, rows, |order| order.id)
    }

    fn page<R>(
        &self,
        tx: &mut Tx<'_>,
        list: (Shop, String),
        (limit, skip): (i64, i64),
        rows: impl FnOnce(&mut Tx<'_>, Start, (i64, i64)) -> Result<Vec<R>>,
        id: impl Fn(&R) -> i64,
    ) -> Result<Vec<R>> {
        let state = tx.state()?;
        let (start, behind) = self.nearest(&state, &list, skip);
        let found = rows(tx, start, (limit, skip - behind))?;
        if let Some(last) = found.last() {
            self.note(&state, list, skip.saturating_add_unsigned(found.len() as u64), id(last));
        }
        Ok(found)
    }

    /// The last place that is known before so many rows, and behind how many it is.
    fn nearest(&self, state: &State, list: &(Shop, String), skip: i64) -> (Start, i64) {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let places = kept.lists.get(list).filter(|_| kept.state == *state);
        let place = places.and_then(|places| places.range(..=skip).next_back());
        place.map_or((Start::Newest, 0), |(behind, row)| (Start::Before(*row), *behind))
    }

    fn note(&self, state: &State, list: (Shop, String), behind: i64, row: i64) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One that began before a change ends after others that began behind it.
        if kept.state < *state || kept.count >= MOST {
            *kept = Kept { state: state.clone(), ..Kept::default() };
        }
        if kept.state == *state && kept.lists.entry(list).or_default().insert(behind, row).is_none() {
            kept.count += 1;
        }
    }
}
