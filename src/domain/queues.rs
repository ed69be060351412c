//! What waits to be done: for whoever looks after a server.

use serde::Serialize;

use crate::base::error::Result;
use crate::base::time::Millis;
use crate::store::Tx;

/// What waits of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// Of what.
    pub kind: String,
    /// How many.
    pub waiting: i64,
    /// When the first of them is, or was, due.
    pub due_at: Option<Millis>,
    /// How often one of them was tried, at the most.
    pub tries: i64,
}

/// All that waits, of all shops: deliveries of events, letters, and jobs by their kinds.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Queue>> {
    let read = |kind: &str, row: &crate::store::Row<'_>| {
        Ok(Queue { kind: kind.to_owned(), waiting: row.get(0)?, due_at: row.get(1)?, tries: row.get(2)? })
    };
    let mut found = vec![
        tx.one(
            "select count(*), min(due_at), coalesce(max(attempts), 0) from webhook_delivery where due_at is not null",
            &[],
            |row| read("webhook deliveries", row),
        )?,
        tx.one(
            "select count(*), min(due_at), coalesce(max(attempts), 0) from mail where due_at is not null",
            &[],
            |row| read("letters", row),
        )?,
    ];
    found.extend(tx.all(
        "select count(*), min(due_at), coalesce(max(tries), 0), kind from job group by kind order by kind",
        &[],
        |row| read(&format!("jobs: {}", row.get::<String>(3)?), row),
    )?);
    Ok(found)
}
