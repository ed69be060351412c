//! The witness: a small file beside the database that holds the number of the last acknowledged commit.
//!
//! `integrity_check` finds nothing wrong with a database whose write-ahead log has lost its tail, nor with an old copy
//! put back in its place. Comparing `house.commit_seq` with this file does. It is written after each commit and not
//! synced: after a power cut it may be behind, which is harmless, and never ahead.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::base::error::{Error, Result};

fn path(folder: &Path) -> PathBuf {
    folder.join("commits")
}

/// The last acknowledged commit; 0 when there is no witness.
pub fn read(folder: &Path) -> Result<i64> {
    match fs::read_to_string(path(folder)) {
        Ok(text) => Ok(text.trim().parse().unwrap_or(0)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(0),
        Err(e) => Err(Error::refused(format!(
            "{} cannot be read: {e}. Give this user the right to read and write the data folder",
            path(folder).display()
        ))),
    }
}

/// Refuses a database that has fewer commits than were acknowledged.
pub fn compare(folder: &Path, acknowledged: i64, stored: i64, accept: bool) -> Result<()> {
    if stored >= acknowledged || accept {
        return Ok(());
    }
    Err(Error::refused(format!(
        "the database in {} ends at commit {stored}, but commit {acknowledged} was acknowledged: it lost its tail, or an \
         older copy was put in its place. If that is what you want, go on with: keywright db check --accept-rollback",
        folder.display()
    )))
}

/// Opens the witness for [`note`], set to `seq`.
pub fn open(folder: &Path, seq: i64) -> Result<File> {
    let file = File::options()
        .create(true)
        .write(true)
        .truncate(false)
        .open(path(folder))
        .map_err(|e| Error::refused(format!("{} cannot be written: {e}", path(folder).display())))?;
    note(&file, seq);
    Ok(file)
}

/// Forgets what was acknowledged, for a database that is put in the place of another.
pub fn forget(folder: &Path) -> Result<()> {
    match fs::remove_file(path(folder)) {
        Err(e) if e.kind() != ErrorKind::NotFound => {
            Err(Error::refused(format!("{} cannot be removed: {e}", path(folder).display())))
        }
        _ => Ok(()),
    }
}

/// Notes that commit `seq` is about to be acknowledged. A failure is logged only: the witness is then behind, and a
/// database that is ahead of it is taken as it is.
pub fn note(file: &File, seq: i64) {
    if let Err(e) = file.write_all_at(format!("{seq:020}\n").as_bytes(), 0) {
        tracing::warn!(error = %e, "the commit witness cannot be written");
    }
}
