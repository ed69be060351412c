//! When the rows that a licence look-up shows were last changed, so that what was looked up may be remembered until then.
//!
//! Each change gets a number. Whoever looks something up notes the latest number *before* it looks; what it saw is good
//! for as long as no later change concerns it. Nothing is ever taken out of anybody's memory, so nothing can be forgotten
//! there. Kept by the SQLite writer; several servers on one PostgreSQL cannot see each other's changes in time.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// The tables whose rows a look-up shows, and how many numbers the rows of each share: what shares with a changed row is looked up
/// again for nothing.
const TABLES: [(&str, usize); 4] =
    [("licence", 131_072), ("purchase", 65_536), ("customer", 32_768), ("product", 4_096)];

/// The rows that a look-up has shown; it need not have looked at a purchase and a customer.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "ids of the rows")]
pub struct Shown {
    pub licence_id: i64,
    pub purchase_id: i64,
    pub customer_id: Option<i64>,
    pub product_id: i64,
}

impl Shown {
    /// In the order of [`TABLES`].
    fn ids(self) -> [Option<i64>; 4] {
        [Some(self.licence_id), Some(self.purchase_id), self.customer_id, Some(self.product_id)]
    }
}

/// The numbers of the latest changes.
#[derive(Debug)]
pub struct Changes {
    last: AtomicU64,
    /// The latest change that may concern anything.
    of_all: AtomicU64,
    /// The latest change of each row, by table.
    of_rows: [Box<[AtomicU64]>; TABLES.len()],
    /// What the open transaction has changed so far: tables and ids.
    open: Mutex<Vec<(usize, i64)>>,
    /// The latest commit by any process, as `house.commit_seq` counts them, that is in the numbers.
    seen: AtomicI64,
}

impl Changes {
    /// Nothing has changed yet, since commit `seen`.
    pub(super) fn new(seen: i64) -> Self {
        Self {
            last: AtomicU64::new(0),
            of_all: AtomicU64::new(0),
            of_rows: TABLES.map(|(_, slots)| (0..slots).map(|_| AtomicU64::new(0)).collect()),
            open: Mutex::default(),
            seen: AtomicI64::new(seen),
        }
    }

    /// The number of the latest change, to be noted before looking.
    pub fn latest(&self) -> u64 {
        self.last.load(Ordering::SeqCst)
    }

    /// Whether what was shown after change `noted` is as it was.
    pub fn none_since(&self, noted: u64, shown: Shown) -> bool {
        let mut rows = shown.ids().into_iter().enumerate();
        self.of_all.load(Ordering::SeqCst) <= noted
            && rows
                .all(|(table, id)| id.is_none_or(|id| self.slot(table, id).load(Ordering::SeqCst) <= noted))
    }

    /// Notes that the open transaction updates or deletes this row. Rows of `activation` need no notice: whoever changes
    /// which of them are live changes `licence.uses` with it.
    pub(super) fn row(&self, table: &str, id: i64) {
        if let Some(table) = TABLES.iter().position(|(name, _)| *name == table) {
            self.open.lock().unwrap_or_else(PoisonError::into_inner).push((table, id));
        }
    }

    /// Forgets what the transaction would have changed, if it has not come to be committed.
    pub(super) fn ended(&self) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Numbers what the open transaction has changed. To be called once others can see it and before it is acknowledged.
    pub(super) fn committed(&self) {
        let open = std::mem::take(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner));
        for (table, id) in open {
            self.number(self.slot(table, id));
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

    fn slot(&self, table: usize, id: i64) -> &AtomicU64 {
        let slots = &self.of_rows[table];
        // Ids are positive and dense.
        &slots[usize::try_from(id).unwrap_or_default() % slots.len()]
    }
}
