//! Floor 1: the seam. It knows the engine and the thread; nothing above it does.
//!
//! Three ways in, each taking a closure over a [`Tx`]:
//! [`Store::peek`] for one look-up by index, [`Store::read`] for anything that lists or reports, [`Store::write`] for
//! changes, durable when it returns. A closure may be run twice (a retry), so it must be pure but for its `Tx`.

pub mod backup;
mod changes;
pub mod files;
mod job;
pub mod list;
mod postgres;
pub mod schema;
mod sqlite;
mod together;
mod tx;
mod value;

use std::fs::{File, TryLockError};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use self::changes::{Changes, Shown};
use self::job::Mode;
pub use self::postgres::Address;
pub use self::sqlite::{Synchronous, make_folder};
pub use self::together::Together;
pub use self::tx::{State, Tx};
pub use self::value::{FromValue, Row, Value};
use crate::base::dice::Dice;
use crate::base::error::{Error, Result};
use crate::base::time::{Clock, Millis};

/// Where the data is.
#[derive(Clone, Debug)]
pub enum Place {
    /// SQLite, in this data folder.
    Folder(PathBuf),
    /// PostgreSQL, at this address.
    Postgres(Box<Address>),
}

/// How to open a store.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the data is.
    pub place: Place,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Where chance comes from.
    pub dice: Dice,
    /// What to do with a database of an older schema version.
    pub upgrade: bool,
    /// SQLite: go on with a database that has fewer commits than were acknowledged (it lost its tail, or is an old copy).
    pub accept_rollback: bool,
    /// SQLite: when a commit is synced. Anything but `Full` loses acknowledged commits in a power cut and is there for
    /// the test that proves it.
    pub synchronous: Synchronous,
    /// PostgreSQL: connections, each with a thread of its own. SQLite: connections for `read`.
    pub connections: usize,
}

impl Options {
    /// The options of production: system clock and dice, full durability.
    pub fn new(place: Place) -> Self {
        Self {
            place,
            clock: Clock::System,
            dice: Dice::System,
            upgrade: false,
            accept_rollback: false,
            synchronous: Synchronous::Full,
            connections: 8,
        }
    }
}

/// The open database. Cheap to clone; all clones are one store.
#[derive(Clone)]
pub struct Store(Arc<Engine>);

enum Engine {
    Sqlite(sqlite::Engine),
    Postgres(postgres::Crew),
}

impl Store {
    /// Opens the database, making it when there is none and upgrading it when `options.upgrade` says so.
    /// Refuses a database that is newer than this program, damaged, or behind what it has acknowledged.
    pub fn open(options: Options) -> Result<Self> {
        let engine = match options.place.clone() {
            Place::Folder(folder) => Engine::Sqlite(sqlite::Engine::open(&folder, options)?),
            Place::Postgres(address) => Engine::Postgres(postgres::Crew::open(&address, options)?),
        };
        Ok(Self(Arc::new(engine)))
    }

    /// One look-up by index, at once: on SQLite on this very thread, on PostgreSQL as a single statement.
    /// Each statement sees its own snapshot; use [`Store::read`] when several must agree.
    pub async fn peek<T, F>(&self, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        match &*self.0 {
            Engine::Sqlite(engine) => engine.peek(f),
            Engine::Postgres(crew) => crew.call("peek", Mode::Peek, f).await,
        }
    }

    /// Where look-ups queue with others' work; `None` where they are made at once.
    fn way(&self) -> Option<postgres::Way> {
        match &*self.0 {
            Engine::Sqlite(_) => None,
            Engine::Postgres(crew) => Some(crew.way()),
        }
    }

    /// To be run on each thread that peeks often, for as long as it does; ends only with an error. On SQLite, looks on
    /// this thread then share a snapshot until this process commits something or a tenth of a second has passed, and what
    /// they show may be remembered ([`Store::changes`]), since what other processes commit is noticed.
    pub async fn attend(&self) -> Result<()> {
        match &*self.0 {
            Engine::Sqlite(engine) => engine.attend().await,
            Engine::Postgres(_) => std::future::pending().await,
        }
    }

    /// What tells whether a licence that [`Store::peek`] showed is still as it was, and the instant that a look would
    /// have now. `None`: nothing may be remembered.
    pub fn changes(&self) -> Option<(&Changes, Millis)> {
        match &*self.0 {
            Engine::Sqlite(engine) => engine.changes(),
            Engine::Postgres(_) => None,
        }
    }

    /// Anything that lists or reports: one snapshot, off the async threads.
    pub async fn read<T, F>(&self, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (job, answer) = job::call("read", Mode::Read, f);
        match &*self.0 {
            Engine::Sqlite(engine) => engine.read(job)?,
            Engine::Postgres(crew) => crew.push(job)?,
        }
        job::answer(answer).await
    }

    /// A change: all of it or nothing, serial with every other, on disk when this returns `Ok`.
    /// The name goes into metrics and the slow log.
    pub async fn write<T, F>(&self, name: &'static str, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (job, answer) = job::call(name, Mode::Write, f);
        match &*self.0 {
            Engine::Sqlite(engine) => engine.write(job)?,
            Engine::Postgres(crew) => crew.push(job)?,
        }
        job::answer(answer).await
    }

    /// Resolves with a sentence when the store must not be used any more, such as after a failed sync: the process
    /// should then end with an error. Never resolves otherwise.
    pub fn failed(&self) -> impl Future<Output = String> + 'static {
        let state = match &*self.0 {
            Engine::Sqlite(engine) => Some(engine.failure()),
            Engine::Postgres(_) => None,
        };
        async move {
            match state {
                Some(mut state) => match state.wait_for(Option::is_some).await {
                    Ok(said) => said.clone().unwrap_or_default(),
                    Err(_) => std::future::pending().await,
                },
                None => std::future::pending().await,
            }
        }
    }

    /// Finishes the work that waits and, on SQLite, moves the write-ahead log into the database. Calls after it are
    /// refused. Blocks until done.
    pub fn close(&self) {
        match &*self.0 {
            Engine::Sqlite(engine) => engine.close(),
            Engine::Postgres(crew) => crew.close(),
        }
    }

    /// The engine in words: `SQLite 3.54.1` or `PostgreSQL 15.18`.
    pub fn engine(&self) -> String {
        match &*self.0 {
            Engine::Sqlite(_) => format!("SQLite {}", sqlite::version()),
            Engine::Postgres(crew) => format!("PostgreSQL {}", crew.version()),
        }
    }

    /// How many writes wait, as a share of what the queue holds; 1.0 means that callers are being turned away.
    pub fn pressure(&self) -> f64 {
        match &*self.0 {
            Engine::Sqlite(engine) => engine.pressure(),
            Engine::Postgres(crew) => crew.pressure(),
        }
    }

    /// What the engine itself has to say about the health of its data; empty when all is well.
    pub async fn check(&self) -> Result<Vec<String>> {
        match &*self.0 {
            Engine::Sqlite(engine) => engine.check().await,
            Engine::Postgres(crew) => crew.check().await,
        }
    }

    /// The query plan of a statement, a line a step, for `tests/sql.rs`. Preparing it is a proof that it is valid.
    pub async fn plan(&self, sql: &str) -> Result<Vec<String>> {
        match &*self.0 {
            Engine::Sqlite(engine) => engine.plan(sql),
            Engine::Postgres(crew) => crew.plan(sql.to_owned()).await,
        }
    }
}

/// The SQLite database's file in a data folder.
pub fn database_file(folder: &Path) -> PathBuf {
    folder.join("keywright.db")
}

/// The lock of a data folder, held for as long as the file lives: by a server, since memory is part of its answers, and by who
/// puts another database in the place of its own. Refused when somebody holds it.
pub fn lock(folder: &Path) -> Result<File> {
    let path = folder.join("serve.lock");
    let cannot = |e: std::io::Error| {
        Error::refused(format!(
            "{} cannot be opened: {e}. Choose another folder with --data-dir, or give this user the right to write there",
            path.display()
        ))
    };
    make_folder(folder)?;
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::refused(format!(
            "another keywright serves the data in {}: stop it, or choose another folder with --data-dir",
            folder.display()
        ))),
        Err(TryLockError::Error(e)) => Err(cannot(e)),
    }
}
