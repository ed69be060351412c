//! Making a backup: a copy of the database, looked through, and then each content that the copy tells of.

use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::archive::Writer;
use super::draft::Draft;
use super::manifest::{FORMAT, Facts, Manifest, content_name};
use super::{Backups, Made, Tick, check};
use crate::base::error::{Error, Kind, Result};
use crate::base::time::{Clock, rfc3339};
use crate::store::files::{Files, free_space, make};
use crate::store::{Place, postgres, sqlite};

/// A content that a job looks at is out of its place for a moment.
const TRIES: u32 = 10;
const BETWEEN: Duration = Duration::from_millis(100);

/// A disk with less than this is full.
const LITTLE: u64 = 64 * 1_024;

/// A copy of the database.
pub(in crate::store) struct Copied {
    /// The name it has in the archive.
    pub name: &'static str,
    pub engine: String,
    pub pg_dump: Option<u32>,
    pub facts: Facts,
}

pub fn create(of: &Backups, to: Option<&Path>, reserve: u64, tick: Tick<'_>) -> Result<Made> {
    let folder = to.unwrap_or(&of.folder);
    if to.is_none() {
        make(folder).map_err(|e| {
            Error::new(
                e.kind,
                format!("the folder of backups cannot be made: {}. Name another with backup_dir", e.message),
            )
        })?;
    }
    let at = Clock::System.now();
    let draft = Draft::begin(folder, at)?;
    // Others write to this disk meanwhile, and how long the copy gets shows only when it is there.
    let tick = &|what: &'static str, done: u64, total: u64| {
        assert_room(&draft, reserve)?;
        tick(what, done, total)
    };
    let target = draft.database();
    // Made here, nobody else may read it; to SQLite, an empty file is one that is not there.
    check::create(&target).map_err(|e| draft.failed(&e))?;
    let copy = match &of.place {
        Place::Folder(data) => sqlite::copy(data, &target, tick),
        Place::Postgres(address) => postgres::dump(address, &target, tick),
    };
    // PostgreSQL's program says in its own words that there is no room.
    let is_full =
        |e: &Error| e.kind == Kind::Full || free_space(draft.folder()).is_some_and(|free| free < LITTLE);
    let copy =
        copy.map_err(|e| if is_full(&e) { draft.failed(&io::ErrorKind::StorageFull.into()) } else { e })?;
    let failed = |e: &io::Error| draft.failed(e);
    let length = std::fs::metadata(&target).map_err(|e| failed(&e))?.len();
    let total = length + copy.facts.contents.iter().map(|(_, bytes)| bytes).sum::<u64>();
    assert_room(&draft, total + reserve)?;

    let mut writer = Writer::new(draft.file()?, at);
    let mut done = 0_u64;
    let mut stopped = None;
    let mut step = |n: u64| {
        done += n;
        tick("writing the backup", done, total).map_err(|e| {
            stopped = Some(e);
            io::Error::other("stopped")
        })
    };
    let mut missing = Vec::new();
    let mut write = || -> io::Result<()> {
        writer.add(copy.name, length, std::fs::File::open(&target)?, &mut step)?;
        for (sha256, _) in &copy.facts.contents {
            match open(&of.files, sha256) {
                Some((file, length)) => writer.add(&content_name(sha256), length, file, &mut step)?,
                None => missing.push(sha256.clone()),
            }
        }
        Ok(())
    };
    let written = write();
    if let Some(e) = stopped {
        return Err(e);
    }
    written.map_err(|e| failed(&e))?;
    let Facts { schema_version, master_check, counts, .. } = copy.facts;
    let manifest = Manifest {
        format: FORMAT,
        keywright: env!("CARGO_PKG_VERSION").to_owned(),
        schema_version,
        engine: copy.engine,
        pg_dump: copy.pg_dump,
        created_at: rfc3339(at),
        master_check,
        counts,
        missing,
        parts: Vec::new(),
    };
    let (manifest, bytes) = writer.seal(manifest).map_err(|e| failed(&e))?;
    let path = draft.finish()?;
    Ok(Made { path, bytes, manifest })
}

/// A content and its length, if it is there.
fn open(files: &Files, sha256: &str) -> Option<(std::fs::File, u64)> {
    for _ in 0..TRIES {
        match files.open(sha256) {
            Err(e) if e.kind == Kind::Busy => thread::sleep(BETWEEN),
            other => return other.ok(),
        }
    }
    None
}

/// Refuses to begin what would fill the disk: a full one stops every write.
fn assert_room(draft: &Draft, needed: u64) -> Result<()> {
    match free_space(draft.folder()) {
        Some(free) if free < needed => Err(Error::new(
            Kind::Full,
            format!(
                "the disk of {} has {} MiB left, and the backup needs {} MiB: make room, keep fewer backups, or choose another place",
                draft.folder().display(),
                free >> 20,
                (needed >> 20) + 1
            ),
        )),
        _ => Ok(()),
    }
}
