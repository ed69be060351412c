//! Lists as they were answered, kept as long as what they tell is as it was: shops and programs ask for the same few pages all the time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::catalogue::{self, Filter};
use super::shop::Shop;
use super::{house, order_list};
use crate::base::error::{Error, Result};
use crate::store::{State, Tx};

/// Bytes that are kept at a time, in what was asked and what was answered.
const MOST: usize = 8 * 1_024 * 1_024;

/// What this process has answered.
#[derive(Debug, Default)]
pub struct KeptLists {
    /// By revisions of the catalogue.
    catalogue: Mutex<Kept<i64>>,
    /// By states of all that is stored.
    all: Mutex<Kept<State>>,
}

/// The answers of one revision.
#[derive(Debug, Default)]
struct Kept<R> {
    revision: R,
    bytes: usize,
    answers: HashMap<(Shop, String), Arc<str>>,
}

impl KeptLists {
    /// How many products a filter finds in a shop.
    pub fn total(&self, tx: &mut Tx<'_>, shop: Shop, filter: &Filter) -> Result<i64> {
        let count = |tx: &mut Tx<'_>| catalogue::count(tx, shop, filter).map(|total| total.to_string());
        number(&self.of(tx, shop, &format!("total {filter:?}"), count)?)
    }

    /// How many orders a filter finds in a shop.
    pub fn orders(&self, tx: &mut Tx<'_>, shop: Shop, filter: &order_list::Filter) -> Result<i64> {
        let count = |tx: &mut Tx<'_>| order_list::count(tx, shop, filter).map(|total| total.to_string());
        number(&self.of_all(tx, shop, &format!("orders {filter:?}"), count)?)
    }

    /// What is answered to `asked` in a shop: what was before, or else what `make` makes. It must follow from products alone, from
    /// nothing that changes without a new revision of the catalogue.
    pub fn of(
        &self,
        tx: &mut Tx<'_>,
        shop: Shop,
        asked: &str,
        make: impl FnOnce(&mut Tx<'_>) -> Result<String>,
    ) -> Result<Arc<str>> {
        let revision = house::get(tx)?.catalogue_revision;
        kept(&self.catalogue, tx, (shop, asked.to_owned()), &revision, make)
    }

    /// As [`Self::of`], where the answer may follow from anything that is stored: it is kept until something is written. Not for a
    /// transaction that has written something itself.
    pub fn of_all(
        &self,
        tx: &mut Tx<'_>,
        shop: Shop,
        asked: &str,
        make: impl FnOnce(&mut Tx<'_>) -> Result<String>,
    ) -> Result<Arc<str>> {
        let state = tx.state()?;
        kept(&self.all, tx, (shop, asked.to_owned()), &state, make)
    }
}

fn number(kept: &str) -> Result<i64> {
    kept.parse().map_err(|_| Error::broken("a total that was kept is no number"))
}

fn kept<R: Clone + Default + Ord>(
    all: &Mutex<Kept<R>>,
    tx: &mut Tx<'_>,
    place: (Shop, String),
    revision: &R,
    make: impl FnOnce(&mut Tx<'_>) -> Result<String>,
) -> Result<Arc<str>> {
    let known = {
        let kept = all.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.revision == *revision).then(|| kept.answers.get(&place).cloned()).flatten()
    };
    if let Some(answer) = known {
        return Ok(answer);
    }
    let answer: Arc<str> = make(tx)?.into();
    let mut kept = all.lock().unwrap_or_else(PoisonError::into_inner);
    let bytes = place.1.len() + answer.len();
    // One that began before a change ends after others that began behind it.
    if kept.revision < *revision || kept.bytes + bytes > MOST {
        *kept = Kept { revision: revision.clone(), ..Kept::default() };
    }
    if kept.revision == *revision && bytes <= MOST {
        kept.bytes += bytes;
        kept.answers.insert(place, answer.clone());
    }
    Ok(answer)
}
