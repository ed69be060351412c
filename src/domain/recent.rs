//! Licence records looked up recently, kept in memory: a shipped app asks about the same licence again and again.
//!
//! A kept record is used only while [`Changes`] vouches for it, so a check shows every change that was acknowledged
//! before it began, exactly as one that asks the database.

use std::hash::Hash;
use std::sync::Arc;

use quick_cache::Equivalent;
use quick_cache::sync::Cache;

use super::activation::{self, Checked};
use super::ladder::{self, Claim, Record, Refusal};
use crate::base::error::Result;
use crate::store::{Changes, Store, Together};

/// The most records kept, about 500 bytes each.
const MOST: usize = 65_536;

/// Recently used records.
#[derive(Debug)]
pub struct Recent {
    kept: Cache<Question, Arc<Kept>>,
    /// Where nothing may be kept, every check is a look.
    looks: Together<(Claim, Option<i64>), std::result::Result<Checked, Refusal>>,
}

impl Default for Recent {
    fn default() -> Self {
        Self { kept: Cache::new(MOST), looks: Together::new(activation::check_each) }
    }
}

/// A key as it was sent, and the activation it was sent with.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Question {
    key: String,
    usage_id: Option<i64>,
}

#[derive(Hash)]
struct Asked<'a> {
    key: &'a str,
    usage_id: Option<i64>,
}

impl Equivalent<Question> for Asked<'_> {
    fn equivalent(&self, kept: &Question) -> bool {
        (self.key, self.usage_id) == (&*kept.key, kept.usage_id)
    }
}

#[derive(Debug)]
struct Kept {
    record: Record,
    /// The latest change before it was looked up.
    noted: u64,
}

impl Recent {
    /// [`activation::check`], from memory where that is as good.
    pub async fn check(
        &self,
        store: &Store,
        claim: Claim,
        usage_id: Option<i64>,
    ) -> Result<std::result::Result<Checked, Refusal>> {
        let Some((changes, now)) = store.changes() else {
            return self.looks.ask(store, (claim, usage_id)).await;
        };
        if let Some(record) = self.known(changes, &claim.key, usage_id) {
            return Ok(activation::checked(&record.record, &claim, now));
        }
        let noted = changes.latest();
        let key = claim.key.clone();
        let found = store.peek(move |tx| ladder::find(tx, &key, usage_id)).await?;
        let Some(record) = found else { return Ok(Err(Refusal::BadKeyOrIdentifier)) };
        let verdict = activation::checked(&record, &claim, now);
        self.kept.insert(Question { key: claim.key, usage_id }, Arc::new(Kept { record, noted }));
        Ok(verdict)
    }

    fn known(&self, changes: &Changes, key: &str, usage_id: Option<i64>) -> Option<Arc<Kept>> {
        self.kept.get(&Asked { key, usage_id }).filter(|k| changes.none_since(k.noted, k.record.licence_id))
    }
}
