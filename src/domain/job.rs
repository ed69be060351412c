//! Jobs: work that a transaction leaves to be done after it, as rows. Whoever takes one holds it for [`LEASE`]; if they die
//! meanwhile, somebody else takes it then, so what a job does must bear being done again.

use crate::base::error::Result;
use crate::base::time::{Millis, SECOND};
use crate::store::Tx;
use crate::values;

/// How long somebody may take for a job.
pub const LEASE: Millis = 60 * SECOND;

/// A job that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: i64,
    /// What is to be done.
    pub kind: String,
    /// To what, in words of the kind.
    pub about: String,
    /// How often it was taken, this time included.
    pub tries: i64,
}

/// Leaves a job that is due at once.
pub fn add(tx: &mut Tx<'_>, kind: &str, about: &str) -> Result<()> {
    add_later(tx, kind, about, 0)
}

/// Leaves a job that is due after a while.
pub fn add_later(tx: &mut Tx<'_>, kind: &str, about: &str, wait: Millis) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "insert into job (kind, about, due_at, created_at) values ($1, $2, $3, $4)",
        values![kind, about, now + wait, now],
    )
    .map(|_| ())
}

/// Whether any job is due that nobody holds.
pub fn is_due(tx: &mut Tx<'_>) -> Result<bool> {
    let now = tx.now();
    tx.maybe(
        "select id from job where due_at <= $1 and (claimed_until is null or claimed_until <= $1) limit 1",
        values![now],
        |row| row.get::<i64>(0),
    )
    .map(|found| found.is_some())
}

/// Takes the job that has been due the longest, if nobody holds it.
pub fn take(tx: &mut Tx<'_>) -> Result<Option<Job>> {
    let now = tx.now();
    tx.maybe(
        "update job set claimed_until = $1, tries = tries + 1 where id = (select id from job where due_at <= $2 \
         and (claimed_until is null or claimed_until <= $2) order by due_at, id limit 1) returning id, kind, about, tries",
        values![now + LEASE, now],
        |row| Ok(Job { id: row.get(0)?, kind: row.get(1)?, about: row.get(2)?, tries: row.get(3)? }),
    )
}

/// Ends a job that is done; whether it was still its taker's. One that lasted longer than its lease and was taken by another
/// stays theirs.
pub fn done(tx: &mut Tx<'_>, job: &Job) -> Result<bool> {
    let ended = tx.exec("delete from job where id = $1 and tries = $2", values![job.id, job.tries])?;
    Ok(ended == 1)
}

/// Puts a job off that could not be done: half a minute the first time, twice as long each time, a day at the most.
pub fn put_off(tx: &mut Tx<'_>, job: &Job) -> Result<()> {
    let now = tx.now();
    let wait = 30 * SECOND * (1 << (job.tries - 1).clamp(0, 11));
    tx.exec(
        "update job set due_at = $3, claimed_until = null where id = $1 and tries = $2",
        values![job.id, job.tries, now + wait],
    )
    .map(|_| ())
}
