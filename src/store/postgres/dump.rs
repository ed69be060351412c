//! A dump of a database that others go on using, and the way back, by PostgreSQL's own programs.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::tools::find;
use super::{Address, Session};
use crate::base::dice::Dice;
use crate::base::error::{Error, Result};
use crate::base::time::Clock;
use crate::store::backup::{Copied, Facts, Tick};
use crate::store::tx::{Conn, Tx};

const LOOK: Duration = Duration::from_millis(50);
/// Tells how many tables are called `$1`.
const EXISTS: &str = "select count(*) from information_schema.tables \
                      where table_schema = current_schema() and table_name::text = $1";

/// Dumps the database to `target`, as it is at one instant.
pub fn dump(address: &Address, target: &Path, tick: Tick<'_>) -> Result<Copied> {
    apart(|| {
        let mut session = Session::connect(address)?;
        // It holds the instant for as long as the dump lasts, and does nothing meanwhile.
        session.batch("set statement_timeout = 0; set idle_in_transaction_session_timeout = 0")?;
        session.batch("begin isolation level repeatable read read only")?;
        let dice = Dice::System;
        let mut tx = Tx::new(Conn::Postgres(&mut session), Clock::System.now(), &dice);
        if tx.one(EXISTS, &["house".into()], |row| row.get::<i64>(0))? == 0 {
            return Err(Error::refused(format!("there is no keywright in the database at {address}")));
        }
        let facts = Facts::read(&mut tx, EXISTS)?;
        let mut ask = |sql: &str| tx.one(sql, &[], |row| row.get::<String>(0));
        let (version, schema) = (ask("show server_version")?, ask("select current_schema()::text")?);
        let (snapshot, number) = (ask("select pg_export_snapshot()")?, ask("show server_version_num")?);
        let major = number.parse::<u32>().unwrap_or_default() / 10_000;
        let (program, pg_dump) = find("pg_dump", major, "a backup of this server")?;
        let mut command = address.client(&program);
        command
            .args(["--format=custom", "--no-owner", "--no-privileges", "--no-password"])
            .arg(format!("--schema={}", quoted(&schema)))
            .arg(format!("--snapshot={snapshot}"))
            .arg("--file")
            .arg(target);
        let so_far = || std::fs::metadata(target).map_or(0, |dump| dump.len());
        run(command, "pg_dump", &|| tick("dumping the database", so_far(), 0))?;
        session.batch("rollback")?;
        check_dump(target, Some(pg_dump))?;
        let version = version.split_whitespace().next().unwrap_or_default();
        Ok(Copied {
            name: "keywright.dump",
            engine: format!("PostgreSQL {version}"),
            pg_dump: Some(pg_dump),
            facts,
        })
    })
}

/// Has `pg_restore` read the contents of a dump. Without a `pg_restore` that knows it, nothing is said: its bytes are known by
/// their hash.
pub fn check_dump(dump: &Path, pg_dump: Option<u32>) -> Result<()> {
    let Ok((program, _)) = find("pg_restore", pg_dump.unwrap_or_default(), "a backup") else { return Ok(()) };
    let output = Command::new(program).arg("--list").arg(dump).stdin(Stdio::null()).output();
    let output = output.map_err(|e| Error::refused(format!("pg_restore cannot be run: {e}")))?;
    let listed = String::from_utf8_lossy(&output.stdout);
    if output.status.success()
        && listed.lines().any(|line| line.contains(" TABLE DATA ") && line.contains(" house "))
    {
        return Ok(());
    }
    Err(Error::broken(format!("pg_restore cannot read the dump in it: {}", last_line(&output.stderr))))
}

/// Refuses a database that has anything in it: what is there is never replaced.
pub fn assert_empty(address: &Address) -> Result<()> {
    apart(|| {
        let mut session = Session::connect(address)?;
        session.batch("begin read only")?;
        let dice = Dice::System;
        let mut tx = Tx::new(Conn::Postgres(&mut session), Clock::System.now(), &dice);
        let sql = "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = current_schema()";
        if tx.one(sql, &[], |row| row.get::<i64>(0))? == 0 {
            return Ok(());
        }
        Err(Error::refused(format!(
            "the database at {address} is not empty, and a backup is restored into an empty one only: make a new database \
             (createdb), name it with --database, and restore into that"
        )))
    })
}

/// Loads a dump into an empty database: all of it or nothing.
pub fn load(address: &Address, dump: &Path, pg_dump: Option<u32>) -> Result<()> {
    let (program, _) = find("pg_restore", pg_dump.unwrap_or_default(), "this backup")?;
    let schema = apart(|| {
        let mut session = Session::connect(address)?;
        session.batch("begin read only")?;
        let dice = Dice::System;
        let mut tx = Tx::new(Conn::Postgres(&mut session), Clock::System.now(), &dice);
        tx.one("select current_schema()::text", &[], |row| row.get::<String>(0))
    })?;
    let mut command = address.client(&program);
    let name = address.database().replace('\\', "\\\\").replace('\'', "\\'");
    command
        .args(["--no-owner", "--no-privileges", "--no-password", "--exit-on-error", "--single-transaction"])
        .arg(format!("--schema={schema}"))
        .arg(format!("--dbname=dbname='{name}'"))
        .arg(dump);
    run(command, "pg_restore", &|| Ok(()))?;
    apart(|| {
        let mut session = Session::connect(address)?;
        session.batch("begin read only")?;
        let dice = Dice::System;
        let mut tx = Tx::new(Conn::Postgres(&mut session), Clock::System.now(), &dice);
        if tx.one(EXISTS, &["house".into()], |row| row.get::<i64>(0))? == 1 {
            return Ok(());
        }
        Err(Error::refused(format!(
            "the backup is of another schema than {schema}: nothing was restored. Name its schema in the address: \
             ?options=-c%20search_path%3D…"
        )))
    })
}

/// Runs a program to its end, or ends it when `tick` says so.
fn run(mut command: Command, name: &str, tick: &dyn Fn() -> Result<()>) -> Result<()> {
    let cannot = |e: std::io::Error| Error::refused(format!("{name} cannot be run: {e}"));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().map_err(cannot)?;
    let mut stderr = child.stderr.take();
    // Read beside it, so that a talkative program is not held up.
    let said = std::thread::spawn(move || {
        let mut said = Vec::new();
        // What can be read is told; the exit code decides.
        let _ = stderr.as_mut().map(|stderr| stderr.read_to_end(&mut said));
        said
    });
    let status = loop {
        if let Some(status) = child.try_wait().map_err(cannot)? {
            break status;
        }
        if let Err(e) = tick() {
            child.kill().and_then(|()| child.wait()).map_err(cannot)?;
            return Err(e);
        }
        std::thread::park_timeout(LOOK);
    };
    if status.success() {
        return Ok(());
    }
    let said = said.join().unwrap_or_default();
    Err(Error::refused(format!("{name} failed: {}", last_line(&said))))
}

/// The last thing a program said that is not empty.
fn last_line(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it did not say why").trim().to_owned()
}

/// A name as PostgreSQL's patterns have it literally.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// On a thread of its own: the client panics in an async task, and the caller may be one.
fn apart<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|scope| {
        scope.spawn(work).join().unwrap_or_else(|_| Err(Error::broken("work with PostgreSQL panicked")))
    })
}
