//! Where pages of lists begin, as far as somebody has been there: who walks through a list by pages that have numbers is not led past all
//! rows before each of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

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
    /// A page of a list, newest first, `skip` rows from its beginning. `list` says which it is, `rows` finds so many of it after so many
    /// from a start, `id` is what it is in the order of.
    pub fn page<R>(
        &self,
        tx: &mut Tx<'_>,
        (shop, list): (Shop, String),
        (limit, skip): (i64, i64),
        rows: impl FnOnce(&mut Tx<'_>, Start, (i64, i64)) -> Result<Vec<R>>,
        id: impl Fn(&R) -> i64,
    ) -> Result<Vec<R>> {
        let (state, list) = (tx.state()?, (shop, list));
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
