//! Lists as they were answered, kept as long as what they tell is as it was: shops and programs ask for the same few pages all the time.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use super::catalogue::{self, Filter};
use super::shop::Shop;
use super::{house, order_list};
use crate::base::error::{Error, Result};
use crate::store::{State, Tx};

/// Bytes of answers that are kept at a time, with what was asked; of totals so many are kept beside.
const MOST: usize = 8 * 1_024 * 1_024;
const MOST_TOTALS: usize = 256 * 1_024;

/// What this process has answered.
#[derive(Debug)]
pub struct KeptLists {
    /// By revisions of the catalogue.
    catalogue: Kept<i64>,
    /// By states of all that is stored.
    all: Kept<State>,
    /// Totals have places of their own: of a long list, no page costs as much to make, and pages fill theirs.
    products: Kept<i64>,
    orders: Kept<State>,
}

impl Default for KeptLists {
    fn default() -> Self {
        Self {
            catalogue: Kept::new(MOST),
            all: Kept::new(MOST),
            products: Kept::new(MOST_TOTALS),
            orders: Kept::new(MOST_TOTALS),
        }
    }
}

impl KeptLists {
    /// How many products a filter finds in a shop.
    pub fn total(&self, tx: &mut Tx<'_>, shop: Shop, filter: &Filter) -> Result<i64> {
        let revision = house::get(tx)?.catalogue_revision;
        let count = |tx: &mut Tx<'_>| catalogue::count(tx, shop, filter).map(|total| total.to_string());
        number(&self.products.answer(tx, (shop, format!("{filter:?}")), &revision, count)?)
    }

    /// How many orders a filter finds in a shop.
    pub fn orders(&self, tx: &mut Tx<'_>, shop: Shop, filter: &order_list::Filter) -> Result<i64> {
        let state = tx.state()?;
        let count = |tx: &mut Tx<'_>| order_list::count(tx, shop, filter).map(|total| total.to_string());
        number(&self.orders.answer(tx, (shop, format!("{filter:?}")), &state, count)?)
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
        self.catalogue.answer(tx, (shop, asked.to_owned()), &revision, make)
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
        self.all.answer(tx, (shop, asked.to_owned()), &state, make)
    }
}

fn number(kept: &str) -> Result<i64> {
    kept.parse().map_err(|_| Error::broken("a total that was kept is no number"))
}

/// Who asked, and what.
type Asked = (Shop, String);

/// Answers of one revision, up to so many bytes.
#[derive(Debug)]
struct Kept<R> {
    most: usize,
    answers: Mutex<Answers<R>>,
}

/// In two halves: the one that is filled, and the one that was full before it. Of that, what is asked for again moves over, and the rest
/// goes when the next is full: somebody who reads a whole list once drives out nothing that others read all the time.
#[derive(Debug, Default)]
struct Answers<R> {
    revision: R,
    bytes: usize,
    recent: HashMap<Asked, Arc<str>>,
    before: HashMap<Asked, Arc<str>>,
}

impl<R: Default> Answers<R> {
    fn of(revision: R) -> Self {
        Self { revision, ..Self::default() }
    }

    fn find(&mut self, asked: &Asked, most: usize) -> Option<Arc<str>> {
        if let Some(answer) = self.recent.get(asked) {
            return Some(answer.clone());
        }
        let (asked, answer) = self.before.remove_entry(asked)?;
        self.keep(asked, answer.clone(), most);
        Some(answer)
    }

    fn keep(&mut self, asked: Asked, answer: Arc<str>, most: usize) {
        let bytes = asked.1.len() + answer.len();
        if bytes > most / 2 {
            return;
        }
        if self.bytes + bytes > most / 2 {
            self.before = mem::take(&mut self.recent);
            self.bytes = 0;
        }
        // Two at once may have made the same.
        if self.recent.insert(asked, answer).is_none() {
            self.bytes += bytes;
        }
    }
}

impl<R: Clone + Default + Ord> Kept<R> {
    fn new(most: usize) -> Self {
        Self { most, answers: Mutex::default() }
    }

    fn answer(
        &self,
        tx: &mut Tx<'_>,
        asked: Asked,
        revision: &R,
        make: impl FnOnce(&mut Tx<'_>) -> Result<String>,
    ) -> Result<Arc<str>> {
        let known = {
            let mut kept = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.revision == *revision { kept.find(&asked, self.most) } else { None }
        };
        if let Some(answer) = known {
            return Ok(answer);
        }
        let answer: Arc<str> = make(tx)?.into();
        let mut kept = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        // One that began before a change ends after others that began behind it.
        if kept.revision < *revision {
            *kept = Answers::of(revision.clone());
        }
        if kept.revision == *revision {
            kept.keep(asked, answer.clone(), self.most);
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_again_stays_and_the_rest_makes_room() {
        let shop = Shop::of(1, false);
        let asked = |n: usize| (shop, format!("{n:04}"));
        let page: Arc<str> = "x".repeat(96).into();
        let mut kept = Answers::of(7);
        for n in 0..1_000 {
            assert_eq!(kept.find(&asked(0), 1_000).is_some(), n > 0, "{n}");
            kept.keep(asked(n), page.clone(), 1_000);
            assert!(kept.recent.len() <= 5 && kept.before.len() <= 5, "{n}: {kept:?}");
            assert_eq!(kept.bytes, kept.recent.len() * 100, "{n}");
        }
        assert!(kept.find(&asked(999), 1_000).is_some() && kept.find(&asked(900), 1_000).is_none());
        kept.keep(asked(1_000), "x".repeat(600).into(), 1_000);
        assert!(kept.find(&asked(1_000), 1_000).is_none(), "larger than a half");
    }
}
