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
pub struct KeptLists {
    /// By revisions of the catalogue.
    catalogue: Mutex<Kept>,
    /// By commits.
    all: Mutex<Kept>,
}

/// The answers of one revision.
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
        kept(&self.catalogue, tx, (shop, asked.to_owned()), revision, make)
    }

    /// As [`Self::of`], where the answer may follow from anything that is stored: it is kept until something is written, which only SQLite
    /// counts. On PostgreSQL it is made each time.
    pub fn of_all(
        &self,
        tx: &mut Tx<'_>,
        shop: Shop,
        asked: &str,
        make: impl FnOnce(&mut Tx<'_>) -> Result<String>,
    ) -> Result<Arc<str>> {
        match house::get(tx)?.commit_seq {
            0 => Ok(make(tx)?.into()),
            commits => kept(&self.all, tx, (shop, asked.to_owned()), commits, make),
        }
    }
}

fn kept(
    all: &Mutex<Kept>,
    tx: &mut Tx<'_>,
    place: (Shop, String),
    revision: i64,
    make: impl FnOnce(&mut Tx<'_>) -> Result<String>,
) -> Result<Arc<str>> {
    let known = {
        let kept = all.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.revision == revision).then(|| kept.answers.get(&place).cloned()).flatten()
    };
    if let Some(answer) = known {
        return Ok(answer);
    }
    let answer: Arc<str> = make(tx)?.into();
    let mut kept = all.lock().unwrap_or_else(PoisonError::into_inner);
    let bytes = place.1.len() + answer.len();
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
