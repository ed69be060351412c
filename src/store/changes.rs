//! When the rows that a licence look-up shows were last changed, so that what was looked up may be remembered until then.
//!
//! Each change gets a number. Whoever looks something up notes the latest number *before* it looks; what it saw is good
//! for as long as no later change concerns it. Nothing is ever taken out of anybody's memory, so nothing can be forgotten
//! there. Kept by the SQLite writer; several servers on one PostgreSQL cannot see each other's changes in time.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Licences share this many numbers: one that shares with a changed one is looked up again for nothing.
const SLOTS: usize = 131_072;

/// The tables besides `licence` that a look-up shows.
const AROUND: [&str; 3] = ["product", "purchase", "customer"];

/// The numbers of the latest changes.
#[derive(Debug)]
pub struct Changes {
    last: AtomicU64,
    /// The latest change that may concern any licence.
    of_all: AtomicU64,
    of_licences: Box<[AtomicU64]>,
    /// What the open transaction has changed so far.
    open: Mutex<Open>,
    /// The latest commit by any process, as `house.commit_seq` counts them, that is in the numbers.
    seen: AtomicI64,
}

#[derive(Debug, Default)]
struct Open {
    all: bool,
    licences: Vec<i64>,
}

impl Changes {
    /// Nothing has changed yet, since commit `seen`.
    pub(super) fn new(seen: i64) -> Self {
        Self {
            last: AtomicU64::new(0),
            of_all: AtomicU64::new(0),
            of_licences: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            open: Mutex::default(),
            seen: AtomicI64::new(seen),
        }
    }

    /// The number of the latest change, to be noted before looking.
    pub fn latest(&self) -> u64 {
        self.last.load(Ordering::SeqCst)
    }

    /// Whether what was looked up about a licence after change `noted` is as it was.
    pub fn none_since(&self, noted: u64, licence_id: i64) -> bool {
        self.of_all.load(Ordering::SeqCst) <= noted && self.slot(licence_id).load(Ordering::SeqCst) <= noted
    }

    /// Notes that the open transaction updates or deletes this row. Rows of `activation` need no notice: whoever changes
    /// which of them are live changes `licence.uses` with it.
    pub(super) fn row(&self, table: &str, id: i64) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match table {
            "licence" => open.licences.push(id),
            _ => open.all |= AROUND.contains(&table),
        }
    }

    /// Forgets what the transaction would have changed, if it has not come to be committed.
    pub(super) fn ended(&self) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Open::default();
    }

    /// Numbers what the open transaction has changed. To be called once others can see it and before it is acknowledged.
    pub(super) fn committed(&self) {
        let open = std::mem::take(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner));
        if open.all {
            self.number(&self.of_all);
        }
        for licence_id in open.licences {
            self.number(self.slot(licence_id));
        }
    }

    /// This process is about to make commit `seq`. `true`: others have committed since the last one seen.
    pub(super) fn about_to_commit(&self, seq: i64) -> bool {
        self.seen.swap(seq, Ordering::SeqCst) != seq - 1
    }

    /// Commit `seq`, told of by `about_to_commit`, was not made.
    pub(super) fn did_not_commit(&self, seq: i64) {
        self.seen.store(seq - 1, Ordering::SeqCst);
    }

    /// Commit `seq` is in the database. `true`: another process made it.
    pub(super) fn is_by_others(&self, seq: i64) -> bool {
        self.seen.fetch_max(seq, Ordering::SeqCst) < seq
    }

    /// Notes that anything may have changed, since another process has committed.
    pub(super) fn anything(&self) {
        self.number(&self.of_all);
    }

    fn number(&self, slot: &AtomicU64) {
        let number = self.last.fetch_add(1, Ordering::SeqCst) + 1;
        slot.fetch_max(number, Ordering::SeqCst);
    }

    fn slot(&self, licence_id: i64) -> &AtomicU64 {
        // Ids are positive and dense.
        &self.of_licences[usize::try_from(licence_id).unwrap_or_default() % SLOTS]
    }
}
