//! When activations were last checked: gathered in memory, written every few seconds, or half a minute when they are many.
//!
//! A check writes nothing, so that it stays a single look-up; a clean stop loses nothing of what was gathered.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::activation::{Activation, Checked};
use crate::base::error::Result;
use crate::base::time::Millis;
use crate::store::Tx;
use crate::values;

/// The most activations that are remembered between two flushes, about 40 bytes each.
pub const MOST: usize = 1_000_000;

/// Which activation (licence id, usage id), and when.
pub type Entry = ((i64, i64), Millis);

/// What was gathered since the last flush.
#[derive(Debug, Default)]
pub struct Gathered {
    /// In shards, so that worker threads rarely wait for each other.
    shards: [Mutex<HashMap<(i64, i64), Millis>>; 16],
}

impl Gathered {
    /// Remembers a check. Beyond [`MOST`] entries, activations not seen since the last flush are not remembered.
    pub fn note(&self, checked: Checked, usage_id: i64) {
        let mut shard = self.shard(checked.licence_id);
        if shard.len() < MOST / 16 || shard.contains_key(&(checked.licence_id, usage_id)) {
            let at = shard.entry((checked.licence_id, usage_id)).or_insert(checked.at);
            *at = checked.at.max(*at);
        }
    }

    /// Puts into a licence's activations what is not written yet.
    pub fn show(&self, licence_id: i64, activations: &mut [Activation]) {
        let shard = self.shard(licence_id);
        for activation in activations {
            let gathered = shard.get(&(licence_id, activation.usage_id)).copied();
            activation.last_checked_at = activation.last_checked_at.max(gathered);
        }
    }

    /// Activations that are not written yet.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }

    /// Whether all is written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes out all that was gathered, in the order of the table, so that neighbours are written together.
    pub fn take(&self) -> Vec<Entry> {
        let mut all: Vec<Entry> = Vec::new();
        for shard in &self.shards {
            all.extend(std::mem::take(&mut *shard.lock().unwrap_or_else(PoisonError::into_inner)));
        }
        all.sort_unstable();
        all
    }

    /// Puts back what could not be written; newer times win.
    pub fn put_back(&self, entries: &[Entry]) {
        for ((licence_id, usage_id), at) in entries {
            let checked = Checked { licence_id: *licence_id, uses: 0, max_uses: 0, at: *at };
            self.note(checked, *usage_id);
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "only the low bits matter")]
    fn shard(&self, licence_id: i64) -> MutexGuard<'_, HashMap<(i64, i64), Millis>> {
        self.shards[licence_id as usize % 16].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes gathered times. An older time never replaces a newer one.
pub fn store(tx: &mut Tx<'_>, entries: &[Entry]) -> Result<()> {
    for ((licence_id, usage_id), at) in entries {
        tx.exec(
            "update activation set last_checked_at = $3 where licence_id = $1 and usage_id = $2 \
             and (last_checked_at is null or last_checked_at < $3)",
            values![*licence_id, *usage_id, *at],
        )?;
    }
    Ok(())
}
