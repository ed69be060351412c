//! Lists of products as they were answered, kept as long as the catalogue is as it was: shops ask for the same few pages all the time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::catalogue::{self, Filter};
use super::house;
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::store::Tx;

/// Bytes that are kept at a time, in what was asked and what was answered.
const MOST: usize = 8 * 1_024 * 1_024;

/// What this process has answered.
#[derive(Debug, Default)]
pub struct KeptLists(Mutex<Kept>);

/// The answers of one revision of the catalogue.
#[derive(Debug, Default)]
struct Kept {
    revision: i64,
    bytes: usize,
    answers: HashMap<(Shop, String), Arc<str>>,
}

impl KeptLists {
    /// How many products a filter finds in a shop.
    pub fn total(&self, tx: &mut Tx<'_>, shop: Shop, filter: &Filter) -> Result<i64> {
        let count = |tx: &mut Tx<'_>| catalogue::count(tx, shop, filter).map(|total| total.to_string());
        let total = self.of(tx, shop, &format!("total {filter:?}"), count)?;
        total.parse().map_err(|_| Error::broken("a total that was kept is no number"))
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
        let place = (shop, asked.to_owned());
        if let Some(answer) = self.find(&place, revision) {
            return Ok(answer);
        }
        let answer: Arc<str> = make(tx)?.into();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = asked.len() + answer.len();
        // One that began before a change ends after others that began behind it.
        if kept.revision < revision || kept.bytes + bytes > MOST {
            *kept = Kept { revision, ..Kept::default() };
        }
        if kept.revision == revision && bytes <= MOST {
            kept.bytes += bytes;
            kept.answers.insert(place, answer.clone());
        }
        Ok(answer)
    }

    fn find(&self, place: &(Shop, String), revision: i64) -> Option<Arc<str>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.revision == revision).then(|| kept.answers.get(place).cloned()).flatten()
    }
}
