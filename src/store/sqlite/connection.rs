//! One SQLite connection: its settings, its errors in our words, and binding by name.

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::hooks::Action;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::wal::CheckpointMode;
use rusqlite::{CachedStatement, ErrorCode, MAIN_DB, OpenFlags, ToSql};

use super::Synchronous;
use crate::base::error::{Error, Kind, Result};
use crate::store::value::{Row, Value};

/// How long a write waits for another process, such as the command line beside a server.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes in a page.
const PAGE: i64 = 2_048;
/// `keyw` in the file's header, so that a stranger's database is told from ours.
const APPLICATION_ID: i64 = 0x6b65_7977;

/// What a connection is for.
#[derive(Clone, Copy)]
pub enum Role {
    Writer(Synchronous),
    Reader,
    Checkpointer,
}

/// A connection, and whether it has met an error after which nothing more may be acknowledged.
pub struct Connection {
    raw: rusqlite::Connection,
    fatal: Cell<bool>,
}

impl Connection {
    pub fn open(file: &Path, role: Role) -> Result<Self> {
        let access = match role {
            Role::Writer(_) => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            Role::Checkpointer => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Role::Reader => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        Self::open_raw(file, access, role).map_err(|e| e.at(file.display()))
    }

    fn open_raw(file: &Path, access: OpenFlags, role: Role) -> Result<Self> {
        let raw = rusqlite::Connection::open_with_flags(file, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|e| explain(&e))?;
        let conn = Self { raw, fatal: Cell::new(false) };
        conn.configure(role).map_err(|e| conn.error(&e))?;
        Ok(conn)
    }

    fn configure(&self, role: Role) -> rusqlite::Result<()> {
        let raw = &self.raw;
        raw.busy_timeout(PATIENCE)?;
        raw.set_prepared_statement_cache_capacity(256);
        for (setting, on) in [
            (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true),
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
            (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
            // Without it, SQLite plans a bound statement anew on every call once ANALYZE has run.
            (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
            // The last connection's close would hide a failed checkpoint; the writer does its own.
            (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true),
        ] {
            raw.set_db_config(setting, on)?;
        }
        raw.pragma_update(None, "cell_size_check", true)?;
        raw.pragma_update(None, "mmap_size", 0)?;
        match role {
            Role::Reader => {
                // KiB: room for the inner pages of a database of a million licences, which every look-up walks.
                raw.pragma_update(None, "cache_size", -8_000)?;
                raw.pragma_update(None, "query_only", true)
            }
            Role::Checkpointer => raw.pragma_update(None, "wal_autocheckpoint", 0),
            Role::Writer(synchronous) => {
                // Rows are short and changes are scattered: with half the usual size a commit writes, and a look reads, half
                // as much. Only a new file takes it.
                raw.pragma_update(None, "page_size", PAGE)?;
                raw.pragma_update(None, "journal_mode", "wal")?;
                // Only for a new file. Setting it is a commit even when nothing changes, and on a full disk reading must
                // not need one.
                if raw.query_row("select count(*) from sqlite_schema", [], |row| row.get::<_, i64>(0))? == 0 {
                    raw.pragma_update(None, "application_id", APPLICATION_ID)?;
                }
                // KiB: the pages that activations change are read before they are written.
                raw.pragma_update(None, "cache_size", -64_000)?;
                // Automatic checkpoints swallow their errors.
                raw.pragma_update(None, "wal_autocheckpoint", 0)?;
                let level = if synchronous == Synchronous::Full { "full" } else { "normal" };
                raw.pragma_update(None, "synchronous", level)
            }
        }
    }

    /// Calls `notice` with table and id for each row that is updated or deleted, while its transaction is open. Tables
    /// without ids are passed over.
    pub fn on_row_change(&mut self, notice: impl Fn(&str, i64) + Send + 'static) -> Result<()> {
        let hook = move |action: Action, _: &str, table: &str, id: i64| {
            if action != Action::SQLITE_INSERT {
                notice(table, id);
            }
        };
        self.raw.update_hook(Some(hook)).map_err(|e| self.error(&e))
    }

    /// Runs a statement; the number of rows it changed.
    pub fn exec(&self, sql: &str, values: &[Value<'_>]) -> Result<u64> {
        let mut statement = self.prepare(sql, values)?;
        let changed = statement.raw_execute().map_err(|e| self.error(&e))?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    /// Runs a query to its end and shows each row.
    pub fn each(
        &self,
        sql: &str,
        values: &[Value<'_>],
        visit: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.prepare(sql, values)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|e| self.error(&e))? {
            visit(&Row::Sqlite(row))?;
        }
        Ok(())
    }

    /// A kept statement with its values bound by parameter *name*: SQLite numbers `$2 … $1` by first appearance.
    fn prepare(&self, sql: &str, values: &[Value<'_>]) -> Result<CachedStatement<'_>> {
        let mut statement = self.raw.prepare_cached(sql).map_err(|e| self.error(&e))?;
        for index in 1..=statement.parameter_count() {
            let value = statement
                .parameter_name(index)
                .and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok())
                .and_then(|n| values.get(n.checked_sub(1)?))
                .ok_or_else(|| Error::broken(format!("no value for parameter {index} of: {sql}")))?;
            statement.raw_bind_parameter(index, value).map_err(|e| self.error(&e))?;
        }
        Ok(statement)
    }

    /// Runs plain statements, such as `begin` or a whole schema.
    pub fn batch(&self, sql: &str) -> Result<()> {
        self.raw.execute_batch(sql).map_err(|e| self.error(&e))
    }

    /// Runs one plain statement that is kept, such as `commit`.
    pub fn step(&self, sql: &str) -> Result<()> {
        self.raw.prepare_cached(sql).and_then(|mut s| s.raw_execute()).map(|_| ()).map_err(|e| self.error(&e))
    }

    /// Refuses a SQLite database that another program made.
    pub fn assert_ours(&self) -> Result<()> {
        let id = self.raw.pragma_query_value(None, "application_id", |row| row.get::<_, i64>(0));
        match id.map_err(|e| self.error(&e))? {
            APPLICATION_ID => Ok(()),
            _ => Err(Error::refused(
                "the database was made by another program; choose another folder with --data-dir",
            )),
        }
    }

    pub fn in_transaction(&self) -> bool {
        !self.raw.is_autocommit()
    }

    /// Whether an I/O error or corruption was met: nothing may be acknowledged after it.
    pub fn is_fatal(&self) -> bool {
        self.fatal.get()
    }

    /// Frames in the write-ahead log, and how many of them are not in the database yet.
    pub fn log_length(&self) -> Result<(i32, i32)> {
        self.checkpoint(CheckpointMode::NOOP)
    }

    /// Moves what it can of the write-ahead log into the database, without waiting for readers. How many frames are left.
    pub fn checkpoint_some(&self) -> Result<i32> {
        self.checkpoint(CheckpointMode::PASSIVE).map(|(_, left)| left)
    }

    /// Moves all of the write-ahead log into the database and empties it; `Busy` while others read.
    pub fn checkpoint_all(&self) -> Result<()> {
        self.checkpoint(CheckpointMode::TRUNCATE).map(|_| ())
    }

    fn checkpoint(&self, mode: CheckpointMode) -> Result<(i32, i32)> {
        let (frames, moved) = self.raw.wal_checkpoint_v2(Some(MAIN_DB), mode).map_err(|e| self.error(&e))?;
        Ok((frames, frames - moved))
    }

    /// Writes a copy as of now to a file that is not there yet or empty, without free pages. Others go on reading and writing.
    pub fn copy_to(&self, target: &Path) -> Result<()> {
        let bytes = std::os::unix::ffi::OsStrExt::as_bytes(target.as_os_str());
        let name =
            std::str::from_utf8(bytes).map_err(|_| Error::invalid("the name of a backup must be UTF-8"))?;
        self.raw.execute("vacuum into ?1", [name]).map(|_| ()).map_err(|e| self.error(&e))
    }

    /// What ends the statement that runs on this connection, from another thread.
    pub fn interrupter(&self) -> impl Fn() + use<> {
        let handle = self.raw.get_interrupt_handle();
        move || handle.interrupt()
    }

    /// The query plan, a line a step.
    pub fn plan(&self, sql: &str) -> Result<Vec<String>> {
        let mut statement =
            self.raw.prepare(&format!("explain query plan {sql}")).map_err(|e| self.error(&e))?;
        let rows =
            statement.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<rusqlite::Result<_>>();
        rows.map_err(|e| self.error(&e))
    }

    fn error(&self, e: &rusqlite::Error) -> Error {
        if matches!(
            e.sqlite_error_code(),
            Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
        ) {
            self.fatal.set(true);
        }
        explain(e)
    }
}

/// SQLite's error in our words.
fn explain(e: &rusqlite::Error) -> Error {
    if e.sqlite_error().is_some_and(|e| e.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE) {
        return Error::new(
            Kind::Full,
            "the disk is full: there is no room for keywright.db-shm, the index of the write-ahead log; make room on it and start again",
        );
    }
    match e.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::new(
            Kind::Full,
            "the disk is full: nothing was written; make room on it, and writing goes on by itself",
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Error::new(Kind::Busy, "another process has been writing to the database for too long; try again")
        }
        Some(ErrorCode::SystemIoFailure) => {
            Error::broken(format!("the disk reports an error ({e}); look at the system log before going on"))
        }
        Some(ErrorCode::DatabaseCorrupt) => {
            Error::broken(format!("the database is damaged ({e}); put back a backup, and look at the disk"))
        }
        Some(ErrorCode::NotADatabase) => {
            Error::broken("this file is not a SQLite database, or is damaged; put back a backup")
        }
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            Error::refused(format!(
                "the database cannot be opened for this ({e}); give this user the right to read and write the data folder"
            ))
        }
        _ => Error::broken(format!("SQLite: {e}")),
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Null => ValueRef::Null,
            Value::Int(n) => ValueRef::Integer(n),
            Value::Text(s) => ValueRef::Text(s.as_bytes()),
        }))
    }
}

/// The cell at `index` of a row.
pub fn cell<'a>(row: &'a rusqlite::Row<'_>, index: usize) -> Result<Value<'a>> {
    match row.get_ref(index) {
        Ok(ValueRef::Null) => Ok(Value::Null),
        Ok(ValueRef::Integer(n)) => Ok(Value::Int(n)),
        Ok(ValueRef::Text(bytes)) => std::str::from_utf8(bytes)
            .map(Value::Text)
            .map_err(|_| Error::broken(format!("column {index} of a row is not UTF-8"))),
        Ok(other) => Err(Error::broken(format!("column {index} of a row is of an unused type: {other:?}"))),
        Err(e) => Err(Error::broken(format!("column {index} of a row: {e}"))),
    }
}
