//! Looking through a backup: every byte of it, and the database inside.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Tick;
use super::archive::{Reader, damaged};
use super::draft::{Scratch, folder_of};
use super::manifest::{Manifest, Part};
use crate::base::dice::Dice;
use crate::base::error::{Error, Kind, Result};
use crate::base::seal::Hasher;
use crate::store::{postgres, sqlite};

const PIECE: usize = 256 * 1_024;
const SCRATCH: &str = ".keywright-verify-";
/// What nobody has written to for so long was left by a kill.
const LEFT: Duration = Duration::from_hours(24);

/// What a backup says of itself. Refuses a file that is no whole backup, or a newer program's; only [`verify`] looks at the rest.
pub fn read(path: &Path) -> Result<Manifest> {
    let manifest = Reader::open(path)?.manifest()?;
    manifest.assert_known(path)?;
    Ok(manifest)
}

/// Looks at all of a backup: each byte is what was written, the database in it is sound, and this program knows it. The database
/// is laid beside the backup meanwhile, or in the folder for temporary files.
pub fn verify(path: &Path, tick: Tick<'_>) -> Result<Manifest> {
    let name = format!("{SCRATCH}{}.part", Dice::System.base62(12));
    let places = [folder_of(path).join(&name), std::env::temp_dir().join(&name)];
    // What is no backup is told before anything is made beside it.
    Reader::open(path)?;
    sweep(folder_of(path));
    let is_writable = |place: &&PathBuf| create(place).is_ok();
    let scratch = Scratch(places.iter().find(is_writable).unwrap_or(&places[1]).clone());
    unpack(path, &scratch.0, tick)
}

/// What a backup says of itself, as [`read`]; one that claims to be of a newer program is looked at before it is believed.
pub(super) fn known(path: &Path, reader: &mut Reader) -> Result<Manifest> {
    let manifest = reader.manifest()?;
    manifest.assert_known(path).or_else(|newer| {
        reader.walk(&mut |_, _, from| {
            io::copy(from, &mut io::sink()).map(|_| ()).map_err(|e| damaged(path, &e))
        })?;
        Err(newer)
    })?;
    Ok(manifest)
}

/// As [`verify`], with the database left at `database`.
pub(super) fn unpack(path: &Path, database: &Path, tick: Tick<'_>) -> Result<Manifest> {
    let unwritable = |e: io::Error| {
        let kind = if e.kind() == io::ErrorKind::StorageFull { Kind::Full } else { Kind::Refused };
        Error::new(
            kind,
            format!("{} cannot be written: {e}. Make room, or use another disk", database.display()),
        )
    };
    let mut reader = Reader::open(path)?;
    let manifest = known(path, &mut reader)?;
    let mut out = create(database).map_err(unwritable)?;
    each_part(path, &mut reader, &manifest, tick, &mut |part, bytes| {
        if part.content().is_some() {
            return Ok(());
        }
        let written = if bytes.is_empty() { out.sync_all() } else { out.write_all(bytes) };
        written.map_err(unwritable)
    })?;
    let checked = if manifest.is_postgres() {
        postgres::check_dump(database, manifest.pg_dump)
    } else {
        sqlite::check_copy(database, tick).map(|_| ())
    };
    match checked {
        Err(e) if e.kind == Kind::Broken => Err(damaged(path, &e.message)),
        other => other.map(|()| manifest),
    }
}

/// Shows all bytes of all parts, piece by piece; an empty piece says that a part has ended and is what the manifest says. Ends
/// with an error at the first thing that is not as it was written.
pub(super) fn each_part(
    path: &Path,
    reader: &mut Reader,
    manifest: &Manifest,
    tick: Tick<'_>,
    take: &mut dyn FnMut(&Part, &[u8]) -> Result<()>,
) -> Result<()> {
    let total = reader.length();
    let (mut parts, mut done) = (manifest.parts.iter(), 0);
    let mut buffer = vec![0; PIECE];
    reader.walk(&mut |name, length, from| {
        let Some(part) = parts.next().filter(|part| part.name == name && part.bytes == length) else {
            return Err(damaged(path, &format!("{name} is not what the manifest tells of")));
        };
        let mut hasher = Hasher::default();
        loop {
            let n = from.read(&mut buffer).map_err(|e| damaged(path, &e))?;
            if n == 0 {
                break;
            }
            hasher.update(&buffer[..n]);
            take(part, &buffer[..n])?;
            done += n as u64;
            tick("reading the backup", done, total)?;
        }
        if hasher.finish() != part.sha256 {
            return Err(damaged(path, &format!("{name} has another SHA-256 than when it was written")));
        }
        take(part, &[])
    })?;
    match parts.next() {
        Some(part) => Err(damaged(path, &format!("{} is missing", part.name))),
        None => Ok(()),
    }
}

/// Removes what kills have left of looking through backups in a folder.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(SCRATCH));
        let written = entry.metadata().and_then(|found| found.modified());
        if is_ours && written.is_ok_and(|at| at.elapsed().is_ok_and(|since| since > LEFT)) {
            drop(Scratch(entry.path()));
        }
    }
}

/// Makes an empty file for this user alone.
pub(super) fn create(path: &Path) -> io::Result<File> {
    File::options().write(true).create(true).truncate(true).mode(0o600).open(path)
}
