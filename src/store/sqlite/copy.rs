//! A copy of a database that others go on using, and the way back.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::connection::{Connection, Role};
use super::{version, witness};
use crate::base::dice::Dice;
use crate::base::error::{Error, Kind, Result};
use crate::base::time::{Clock, rfc3339};
use crate::store::backup::{Copied, Facts, Tick, beside};
use crate::store::files::sync_folder;
use crate::store::tx::{Conn, Tx};
use crate::store::{database_file, schema};

/// How often somebody who waits is told how far the work is.
const LOOK: Duration = Duration::from_millis(10);
/// Tells how many tables are called `$1`.
const EXISTS: &str = "select count(*) from sqlite_schema where type = 'table' and name = $1";

/// Copies the database of a data folder to the empty file `target`, as it is at one instant, and looks through the copy.
pub fn copy(folder: &Path, target: &Path, tick: Tick<'_>) -> Result<Copied> {
    let file = database_file(folder);
    let Ok(found) = fs::metadata(&file) else {
        return Err(Error::refused(format!(
            "there is no database in {}: name the folder with --data-dir",
            folder.display()
        )));
    };
    let conn = Connection::open(&file, Role::Checkpointer)?;
    conn.assert_ours()?;
    let length = found.len();
    let so_far = || (fs::metadata(target).map_or(0, |copy| copy.len().min(length)), length);
    interruptible(conn, "copying the database", &so_far, tick, |conn| conn.copy_to(target))?;
    Ok(Copied {
        name: "keywright.db",
        engine: format!("SQLite {}", version()),
        pg_dump: None,
        facts: check_copy(target, tick)?,
    })
}

/// Looks through a copy that nobody else uses; what is in it.
pub fn check_copy(copy: &Path, tick: Tick<'_>) -> Result<Facts> {
    let conn = Connection::open(copy, Role::Reader)?;
    conn.assert_ours()?;
    interruptible(conn, "looking through the copy of the database", &|| (0, 0), tick, |conn| {
        let dice = Dice::System;
        let mut tx = Tx::new(Conn::Sqlite(conn), Clock::System.now(), &dice);
        let found = tx.all("pragma quick_check(5)", &[], |row| row.get::<String>(0))?;
        if found != ["ok"] {
            return Err(Error::broken(format!("the database in it is damaged: {}", found.join("; "))));
        }
        let facts = Facts::read(&mut tx, EXISTS)?;
        if facts.schema_version > schema::VERSION {
            return Err(Error::refused(format!(
                "the database has schema version {}, and this keywright knows versions up to {}: use the newer keywright that wrote it",
                facts.schema_version,
                schema::VERSION
            )));
        }
        Ok(facts)
    })
}

/// Puts a whole database in the place of the one in a data folder that nobody serves; where that one stands now. A crash leaves
/// one of the two in the place, and beside it nothing that belongs to the other.
pub fn put_in_place(folder: &Path, new: &Path) -> Result<Option<PathBuf>> {
    let file = database_file(folder);
    let stamp = rfc3339(Clock::System.now()).replace(':', "-");
    let aside = free_name(folder, &stamp);
    let cannot = |e: std::io::Error| {
        Error::refused(format!("the database in {} cannot be replaced: {e}", folder.display()))
    };
    let is_there = file.exists();
    if is_there {
        fold(&file)?;
    }
    // A log beside another database than its own would damage it. Only of a damaged database is anything left in it.
    for suffix in ["-wal", "-journal"] {
        if_there(fs::rename(beside(&file, suffix), beside(&aside, suffix))).map_err(cannot)?;
    }
    if_there(fs::remove_file(beside(&file, "-shm"))).map_err(cannot)?;
    // The witness tells of commits that the new one never had. Behind, it is harmless to the old one.
    witness::forget(folder)?;
    sync_folder(folder)?;
    if is_there && fs::hard_link(&file, &aside).is_err() {
        // A file system without links: then nothing is in the place for a moment.
        fs::rename(&file, &aside).map_err(cannot)?;
    }
    fs::rename(new, &file).map_err(cannot)?;
    sync_folder(folder)?;
    let log = beside(&aside, "-wal");
    if fs::metadata(&log).is_ok_and(|log| log.len() == 0) {
        // Emptied above: there is nothing in it.
        if_there(fs::remove_file(&log)).map_err(cannot)?;
    }
    Ok(is_there.then_some(aside))
}

/// Moves what is in the write-ahead log into the database. One that is damaged is left as it is; one in use is refused.
fn fold(file: &Path) -> Result<()> {
    // Only who has read knows that there is a log.
    let folded = Connection::open(file, Role::Checkpointer)
        .and_then(|conn| conn.assert_ours().and_then(|()| conn.checkpoint_all()));
    match folded {
        Err(e) if e.kind == Kind::Busy => Err(Error::refused(
            "another command is using this database: wait until it has ended, and try again",
        )),
        _ => Ok(()),
    }
}

fn free_name(folder: &Path, stamp: &str) -> PathBuf {
    let name = |nth: u32| match nth {
        1 => folder.join(format!("keywright.replaced-{stamp}.db")),
        _ => folder.join(format!("keywright.replaced-{stamp}-{nth}.db")),
    };
    (1..1_000).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(1_000))
}

fn if_there(outcome: std::io::Result<()>) -> std::io::Result<()> {
    match outcome {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// Has work done with a connection on a thread of its own, which is interrupted when `tick` says so.
fn interruptible<T: Send>(
    conn: Connection,
    what: &'static str,
    so_far: &dyn Fn() -> (u64, u64),
    tick: Tick<'_>,
    work: impl FnOnce(&Connection) -> Result<T> + Send,
) -> Result<T> {
    let stop = conn.interrupter();
    std::thread::scope(|scope| {
        let thread = scope.spawn(move || work(&conn));
        let mut told = Ok(());
        while !thread.is_finished() {
            let (done, total) = so_far();
            if told.is_ok() {
                told = tick(what, done, total);
            }
            if told.is_err() {
                stop();
            }
            std::thread::park_timeout(LOOK);
        }
        let outcome = thread.join().unwrap_or_else(|_| Err(Error::broken("copying the database panicked")));
        told.and(outcome)
    })
}
