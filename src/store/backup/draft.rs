//! A backup on its way: under another name until it is whole and on the disk, and never left behind but by a kill.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::base::error::{Error, Kind, Result};
use crate::base::time::{Millis, rfc3339};
use crate::store::files::sync_folder;

const PART: &str = ".part";

/// Whether a file's name is one that [`stamped`] gives.
pub fn is_stamped(name: &str) -> bool {
    let stamp = name.strip_prefix("keywright-").and_then(|rest| rest.strip_suffix(".tar"));
    stamp.is_some_and(|stamp| {
        stamp.len() >= 20 && stamp.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'T' | b'Z'))
    })
}

/// `keywright-2026-11-26T16-20-00Z.tar`, and from the second of that second on `…Z-002.tar`. Without `.tar` they sort by time.
fn stamped(at: Millis, nth: u32) -> String {
    let stamp = rfc3339(at).replace(':', "-");
    let suffix = if nth == 1 { String::new() } else { format!("-{nth:03}") };
    format!("keywright-{stamp}{suffix}.tar")
}

/// What stamped names are sorted by.
pub fn stem(name: &str) -> &str {
    name.strip_suffix(".tar").unwrap_or(name)
}

/// A backup that is being written. Dropped before it is finished, it is gone.
pub struct Draft {
    path: PathBuf,
    part: PathBuf,
    /// Locked for as long as somebody writes: what a kill left is told by its lock being free.
    file: File,
    is_done: bool,
}

impl Draft {
    /// Begins a backup in a folder, under a name of its time, or under the name of a file that is not there yet. Removes what
    /// kills have left of others there.
    pub fn begin(to: &Path, at: Millis) -> Result<Self> {
        if !to.is_dir() {
            if to.as_os_str().as_encoded_bytes().ends_with(b"/") {
                return Err(unwritable(&to.join("x"), &io::ErrorKind::NotFound.into()));
            }
            if to.exists() {
                let message = format!("{} is there already: name another file, or a folder", to.display());
                return Err(Error::refused(message));
            }
            return Self::claim(to)?.ok_or_else(|| {
                Error::refused(format!("another backup is being written to {}", to.display()))
            });
        }
        sweep(to);
        for nth in 1..1_000 {
            let path = to.join(stamped(at, nth));
            if !path.exists()
                && let Some(draft) = Self::claim(&path)?
            {
                return Ok(draft);
            }
        }
        Err(Error::refused(format!("there are a thousand backups of this second in {}", to.display())))
    }

    /// The draft of this file, unless another process writes one.
    fn claim(path: &Path) -> Result<Option<Self>> {
        let part = beside(path, PART);
        discard_left(&part);
        let cannot = |e: &io::Error| unwritable(path, e);
        let file = match File::options().read(true).write(true).create_new(true).mode(0o600).open(&part) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
            Err(e) => return Err(cannot(&e)),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(e)) => {
                // The error that counts is the first one.
                let _ = fs::remove_file(&part);
                return Err(cannot(&e));
            }
        }
        // Between the two, somebody may have taken it for one that was left.
        let is_still_there = match (fs::metadata(&part), file.metadata()) {
            (Ok(named), Ok(held)) => named.ino() == held.ino(),
            _ => false,
        };
        Ok(is_still_there.then(|| Self { path: path.to_owned(), part, file, is_done: false }))
    }

    /// Where the copy of the database may stand meanwhile.
    pub fn database(&self) -> PathBuf {
        beside(&self.part, ".db")
    }

    /// The folder it is in.
    pub fn folder(&self) -> &Path {
        folder_of(&self.path)
    }

    /// The file to write to.
    pub fn file(&self) -> Result<File> {
        self.file.try_clone().map_err(|e| self.failed(&e))
    }

    /// Gives what was written its name, on the disk too; where it stands.
    pub fn finish(mut self) -> Result<PathBuf> {
        discard(&self.database());
        fs::rename(&self.part, &self.path).map_err(|e| self.failed(&e))?;
        self.is_done = true;
        // A name that may be gone after a power cut is no backup.
        sync_folder(self.folder()).inspect_err(|_| discard(&self.path))?;
        Ok(self.path.clone())
    }

    /// What is said when it cannot be written.
    pub fn failed(&self, e: &io::Error) -> Error {
        unwritable(&self.path, e)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_done {
            drop(Scratch(self.database()));
            discard(&self.part);
        }
    }
}

/// A file that is gone when this is dropped, with what SQLite may put beside it.
pub struct Scratch(pub PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        discard(&self.0);
        for suffix in ["-journal", "-wal", "-shm"] {
            discard(&beside(&self.0, suffix));
        }
    }
}

/// A path with something added to its file's name.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The folder of a file; the current one for a bare name.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Removes the drafts in a folder that nobody writes any more.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.to_str().and_then(|name| name.strip_suffix(PART)).is_some_and(is_stamped) {
            discard_left(&entry.path());
        }
    }
}

/// Removes a draft if it is there and nobody holds it.
fn discard_left(part: &Path) {
    if let Ok(file) = File::options().write(true).open(part)
        && file.try_lock().is_ok()
    {
        drop(Scratch(beside(part, ".db")));
        discard(part);
    }
}

fn discard(path: &Path) {
    // What is not there is gone already; what cannot be removed is in nobody's way.
    let _ = fs::remove_file(path);
}

fn unwritable(path: &Path, e: &io::Error) -> Error {
    let folder = folder_of(path).display();
    match e.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::new(
            Kind::Full,
            format!(
                "the disk of {folder} is full, and nothing of the backup was kept: make room, or choose another place"
            ),
        ),
        io::ErrorKind::NotFound => Error::refused(format!(
            "there is no folder {folder}: make it, or choose another place for the backup"
        )),
        _ => Error::refused(format!(
            "{} cannot be written: {e}. Give this user the right to write in {folder}, or choose another place for the backup",
            path.display()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_again_and_sort_by_time() {
        let names = [stamped(1_000, 1), stamped(1_000, 2), stamped(2_000, 1)];
        assert_eq!(names[0], "keywright-1970-01-01T00-00-01Z.tar");
        assert!(names.iter().map(|name| stem(name)).is_sorted() && names.iter().all(|name| is_stamped(name)));
        for name in [
            "keywright-.tar",
            "keywright-../../../../etc/x.tar",
            "keywright-1970-01-01T00-00-01Z.tar.part",
            "x.tar",
        ] {
            assert!(!is_stamped(name), "{name}");
        }
    }

    #[test]
    fn what_a_kill_left_is_removed_and_what_somebody_writes_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let names = || {
            let mut names: Vec<_> = fs::read_dir(folder.path())
                .unwrap()
                .map(|e| e.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        let left = folder.path().join("keywright-1970-01-01T00-00-00Z.tar.part");
        fs::write(&left, "half").unwrap();
        fs::write(beside(&left, ".db"), "half").unwrap();
        fs::write(folder.path().join("mine.tar.part"), "").unwrap();
        let one = Draft::begin(folder.path(), 1_000).unwrap();
        let two = Draft::begin(folder.path(), 1_000).unwrap();
        assert_eq!(names().len(), 3, "{:?}", names());
        fs::write(one.database(), "copy").unwrap();
        let first = one.finish().unwrap();
        drop(two);
        assert_eq!(names(), ["keywright-1970-01-01T00-00-01Z.tar", "mine.tar.part"]);
        assert!(Draft::begin(&first, 0).err().unwrap().message.contains("there already"));
        assert!(
            Draft::begin(&folder.path().join("no/x.tar"), 0).err().unwrap().message.contains("no folder")
        );
    }
}
