//! What a database says of the uses of its licences, for the proofs that break things under it.

use std::collections::HashSet;

use keywright::store::Store;

use super::block_on;

/// A licence's id and a usage id.
pub type Use = (i64, i64);

/// The uses in a database.
pub struct Uses {
    pub live: HashSet<Use>,
    pub released: HashSet<Use>,
}

impl Uses {
    /// Reads them. The database must be sound: undamaged, `uses` the number of live activations, no limit exceeded.
    pub fn of(store: &Store) -> Self {
        let wrong = "select count(*) from licence where (max_uses <> -1 and uses > max_uses) or uses <> \
                     (select count(*) from activation where licence_id = licence.id and released_at is null)";
        let all = "select licence_id, usage_id, released_at is null from activation";
        let rows = block_on(async {
            assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
            let read = store.read(move |tx| {
                assert_eq!(tx.one(wrong, &[], |row| row.get::<i64>(0))?, 0, "uses are miscounted");
                tx.all(all, &[], |row| Ok(((row.get(0)?, row.get(1)?), row.get::<bool>(2)?)))
            });
            read.await.unwrap()
        });
        let (live, released): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, live)| *live);
        let set = |rows: Vec<(Use, bool)>| rows.into_iter().map(|(this, _)| this).collect();
        Self { live: set(live), released: set(released) }
    }

    pub fn has(&self, this: &Use) -> bool {
        self.live.contains(this) || self.released.contains(this)
    }
}
