//! Putting a backup back: all of it is looked at first, and what it replaces stays beside it.

use std::path::{Path, PathBuf};

use super::Tick;
use super::archive::Reader;
use super::check::{each_part, known, unpack};
use super::draft::Scratch;
use super::manifest::{Manifest, Part};
use crate::base::error::{Error, Result};
use crate::store::files::{Files, free_space};
use crate::store::{Place, make_folder, postgres, sqlite};

/// What was put back.
#[derive(Clone, Debug)]
pub struct Restored {
    /// What is there now.
    pub manifest: Manifest,
    /// SQLite: where the database that was there stands now.
    pub replaced: Option<PathBuf>,
}

/// Puts the backup at `path` in the place of what is there. The caller holds the lock of the data folder on SQLite, so that no
/// server runs; on PostgreSQL the database must be empty. `folder` is the data folder.
///
/// Contents of files are added to those that are there. Nothing is replaced before all of the backup was looked at, and until
/// the last step the database that was there is in its place.
pub fn restore(path: &Path, folder: &Path, place: &Place, files: &Files, tick: Tick<'_>) -> Result<Restored> {
    let mut reader = Reader::open(path)?;
    let manifest = known(path, &mut reader)?;
    match place {
        Place::Folder(_) if manifest.is_postgres() => {
            return Err(Error::refused(
                "this is a backup of a PostgreSQL database: name an empty one with --database postgres://…",
            ));
        }
        Place::Postgres(_) if !manifest.is_postgres() => {
            return Err(Error::refused(
                "this is a backup of a SQLite database: restore it with --database sqlite",
            ));
        }
        Place::Postgres(address) => postgres::assert_empty(address)?,
        Place::Folder(_) => {}
    }
    make_folder(folder)?;
    assert_room(&reader, folder)?;
    let scratch = Scratch(folder.join("keywright.restoring.db"));
    let manifest = unpack(path, &scratch.0, tick)?;
    put_contents(path, &mut reader, &manifest, files, tick)?;
    let replaced = match place {
        Place::Folder(data) => sqlite::put_in_place(data, &scratch.0)?,
        Place::Postgres(address) => {
            postgres::load(address, &scratch.0, manifest.pg_dump)?;
            None
        }
    };
    Ok(Restored { manifest, replaced })
}

fn put_contents(
    path: &Path,
    reader: &mut Reader,
    manifest: &Manifest,
    files: &Files,
    tick: Tick<'_>,
) -> Result<()> {
    let mut current = None;
    let name = |part: &Part| format!("restore_{}", part.sha256);
    let put = each_part(path, reader, manifest, tick, &mut |part, bytes| {
        let Some(sha256) = part.content().filter(|_| !part.was_damaged()) else { return Ok(()) };
        if current.is_none() {
            let mut incoming = files.incoming(&name(part))?;
            incoming.cut_to(0)?;
            current = Some(incoming);
        }
        let Some(incoming) = &mut current else { return Ok(()) };
        if !bytes.is_empty() {
            return incoming.append(bytes);
        }
        // What is there may have been damaged since.
        files.put(incoming, sha256)?;
        current = None;
        Ok(())
    });
    if put.is_err() {
        manifest
            .parts
            .iter()
            .filter(|part| part.content().is_some())
            .for_each(|part| files.discard(&name(part)));
    }
    put
}

fn assert_room(reader: &Reader, folder: &Path) -> Result<()> {
    match free_space(folder) {
        Some(free) if free < reader.length() => Err(Error::refused(format!(
            "the disk of {} has {} MiB left, and the backup has {} MiB: make room first",
            folder.display(),
            free >> 20,
            reader.length() >> 20
        ))),
        _ => Ok(()),
    }
}
