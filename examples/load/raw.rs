//! The yardstick of durable writes: one row a commit, synced, on the same disk.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::Outcome;

/// Commits single rows with a write-ahead log and synchronous=FULL, from one thread that does nothing else.
#[expect(clippy::cast_precision_loss, reason = "a count for people")]
pub fn rate(folder: &Path, length: Duration) -> Outcome<f64> {
    let folder = folder.join("raw");
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir_all(&folder)?;
    let conn = rusqlite::Connection::open(folder.join("raw.db"))?;
    conn.pragma_update(None, "journal_mode", "wal")?;
    conn.pragma_update(None, "synchronous", "full")?;
    conn.execute_batch("create table row (id integer primary key, text text not null) strict")?;
    let mut insert = conn.prepare("insert into row (text) values ($1)")?;
    let begun = Instant::now();
    let mut commits = 0_u64;
    while begun.elapsed() < length {
        insert.execute([
            "one row of an ordinary size, a hundred bytes or so, as an activation with its address has",
        ])?;
        commits += 1;
    }
    let rate = commits as f64 / begun.elapsed().as_secs_f64();
    drop(insert);
    drop(conn);
    std::fs::remove_dir_all(&folder)?;
    Ok(rate)
}
