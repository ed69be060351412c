//! Where uploaded bytes stand: a folder on local disk, each content once, under its SHA-256. A seam: nothing outside this file
//! names a path in it, so another place could take its stead. Everything here blocks.
//!
//! ```text
//! incoming/<name>       uploads under way; locked while somebody writes
//! ab/abcdef…            contents, under the whole hash; never changed
//! leaving/<hash>.<job>  contents that are about to be removed, by whom
//! ```
//! A content is linked into its place and its folder synced before any row tells of it, so a crash leaves at the most a content
//! that no row knows, and `domain/file.rs` removes those.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use crate::base::error::{Error, Kind, Result};
use crate::base::seal::Hasher;
use crate::base::time::Clock;

/// The rule that refuses a second writer of one upload.
pub const BUSY: &str = "upload_busy";

/// The folder.
#[derive(Clone, Debug)]
pub struct Files {
    folder: PathBuf,
}

/// An upload under way, for one writer.
#[derive(Debug)]
pub struct Incoming {
    file: File,
    path: PathBuf,
    length: u64,
}

impl Files {
    /// Files in this folder, which is made when there is something to keep.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The upload of this name, begun when there is none, for this caller alone.
    pub fn incoming(&self, name: &str) -> Result<Incoming> {
        make(&self.folder.join("incoming"))?;
        let path = self.incoming_path(name);
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(|e| failed(&path, &e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::refused("another request is sending to this upload").about(BUSY));
            }
            Err(TryLockError::Error(e)) => return Err(failed(&path, &e)),
        }
        let length = file.seek(SeekFrom::End(0)).map_err(|e| failed(&path, &e))?;
        Ok(Incoming { file, path, length })
    }

    /// How much of the upload of this name is there.
    pub fn received(&self, name: &str) -> u64 {
        fs::metadata(self.incoming_path(name)).map_or(0, |meta| meta.len())
    }

    /// Puts what has come in in its place. The upload stays, so that this can be done again.
    pub fn keep(&self, incoming: &Incoming, sha256: &str) -> Result<()> {
        incoming.sync()?;
        let place = self.place(sha256);
        let folder = place.parent().unwrap_or(&self.folder);
        make(folder)?;
        match fs::hard_link(&incoming.path, &place) {
            Ok(()) => {}
            // It was there: now it counts as new, so nobody removes it before its row is written.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => touch(&place),
            // Somebody has removed the upload meanwhile.
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return Err(Error::not_found("this upload has gone"));
            }
            Err(e) => return Err(failed(&place, &e)),
        }
        sync_folder(folder)
    }

    /// After the row of a content is written: puts it in its place once more if somebody was just removing it.
    pub fn keep_on(&self, incoming: &Incoming, sha256: &str) -> Result<()> {
        if self.place(sha256).is_file() { Ok(()) } else { self.keep(incoming, sha256) }
    }

    /// Moves what has come in to its place, whatever is there.
    pub fn put(&self, incoming: &Incoming, sha256: &str) -> Result<()> {
        incoming.sync()?;
        let place = self.place(sha256);
        let folder = place.parent().unwrap_or(&self.folder);
        make(folder)?;
        fs::rename(&incoming.path, &place).map_err(|e| failed(&place, &e))?;
        sync_folder(folder)
    }

    /// Forgets the upload of this name.
    pub fn discard(&self, name: &str) {
        // One that is not there is forgotten already.
        let _ = fs::remove_file(self.incoming_path(name));
    }

    /// A content, and its length.
    pub fn open(&self, sha256: &str) -> Result<(File, u64)> {
        let place = self.place(sha256);
        let file = File::open(&place).map_err(|e| match e.kind() {
            // A job that removes it sets it aside for a moment, before it sees that it is needed.
            io::ErrorKind::NotFound => {
                Error::new(Kind::Busy, "this file cannot be read now; try again in a second")
            }
            _ => failed(&place, &e),
        })?;
        let length = file.metadata().map_err(|e| failed(&place, &e))?.len();
        Ok((file, length))
    }

    /// Takes a content out of its place for this job, from where [`Files::put_back`] or [`Files::destroy`] takes it. Whoever removes
    /// one does this first and looks at the rows then: a row that was written meanwhile is seen, or its writer sees that the content
    /// has gone. Each job has a place of its own, so that two of them on one content are not in each other's way.
    pub fn set_aside(&self, sha256: &str, job: i64) -> Result<()> {
        make(&self.folder.join("leaving"))?;
        if_there(fs::rename(self.place(sha256), self.leaving(sha256, job)), &self.place(sha256))
    }

    /// Puts a content that this job has set aside back in its place.
    pub fn put_back(&self, sha256: &str, job: i64) -> Result<()> {
        let place = self.place(sha256);
        if_there(fs::rename(self.leaving(sha256, job), &place), &place)?;
        place.parent().filter(|folder| folder.is_dir()).map_or(Ok(()), sync_folder)
    }

    /// Removes a content that this job has set aside.
    pub fn destroy(&self, sha256: &str, job: i64) -> Result<()> {
        let leaving = self.leaving(sha256, job);
        if_there(fs::remove_file(&leaving), &leaving)
    }

    /// Contents that have stood for longer than `age`.
    pub fn older_than(&self, age: Duration) -> Vec<String> {
        let is_hash = |name: &str| name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit());
        entries(&self.folder)
            .filter(|folder| folder.file_name().is_some_and(|name| name.len() == 2))
            .flat_map(|folder| entries(&folder))
            .filter(|path| is_old(path, age))
            .filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
            .filter(|name| is_hash(name))
            .collect()
    }

    /// Forgets uploads that nobody has sent to for longer than `age`; how many.
    pub fn discard_older_than(&self, age: Duration) -> usize {
        let old = entries(&self.folder.join("incoming")).filter(|path| is_old(path, age));
        old.filter(|path| fs::remove_file(path).is_ok()).count()
    }

    fn incoming_path(&self, name: &str) -> PathBuf {
        self.folder.join("incoming").join(name)
    }

    fn place(&self, sha256: &str) -> PathBuf {
        self.folder.join(sha256.get(..2).unwrap_or("xx")).join(sha256)
    }

    fn leaving(&self, sha256: &str, job: i64) -> PathBuf {
        self.folder.join("leaving").join(format!("{sha256}.{job}"))
    }
}

impl Incoming {
    /// Bytes that are there.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Adds bytes.
    pub fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|e| failed(&self.path, &e))?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Adds all that another upload has.
    pub fn append_all(&mut self, other: &mut Self) -> Result<()> {
        other.file.seek(SeekFrom::Start(0)).map_err(|e| failed(&other.path, &e))?;
        let added = io::copy(&mut other.file, &mut self.file).map_err(|e| failed(&self.path, &e))?;
        self.length += added;
        Ok(())
    }

    /// Takes back what came after the first `length` bytes.
    pub fn cut_to(&mut self, length: u64) -> Result<()> {
        self.file.set_len(length).map_err(|e| failed(&self.path, &e))?;
        self.file.seek(SeekFrom::Start(length)).map_err(|e| failed(&self.path, &e))?;
        self.length = length;
        Ok(())
    }

    /// Returns when all of it is on disk.
    pub fn sync(&self) -> Result<()> {
        self.file.sync_data().map_err(|e| failed(&self.path, &e))
    }

    /// The SHA-256 of all that is there, in hexadecimal digits.
    pub fn sha256(&mut self) -> Result<String> {
        let mut hasher = Hasher::default();
        let mut buffer = vec![0; 256 * 1_024];
        let fail = |e: &io::Error| failed(&self.path, e);
        self.file.seek(SeekFrom::Start(0)).map_err(|e| fail(&e))?;
        loop {
            match self.file.read(&mut buffer).map_err(|e| fail(&e))? {
                0 => return Ok(hasher.finish()),
                n => hasher.update(&buffer[..n]),
            }
        }
    }
}

/// Bytes that are free for this user on the disk of a folder, or of the folder it will stand in; `None` where that cannot be told.
pub fn free_space(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|folder| folder.is_dir())?;
    let disk = rustix::fs::statvfs(there).ok()?;
    Some(disk.f_bavail * disk.f_frsize)
}

/// Makes a folder that is not there yet, and has its name on disk.
pub(super) fn make(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|e| failed(folder, &e))?;
    folder.parent().map_or(Ok(()), sync_folder)
}

/// Has the names in a folder on disk.
pub(super) fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|e| failed(folder, &e))
}

/// What is not there needs nothing done to it.
fn if_there(outcome: io::Result<()>, path: &Path) -> Result<()> {
    match outcome {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failed(path, &e)),
        _ => Ok(()),
    }
}

fn touch(place: &Path) {
    let now = UNIX_EPOCH + Duration::from_millis(Clock::System.now().unsigned_abs());
    // Only a precaution: who writes a row looks again afterwards.
    let _ = File::options().write(true).open(place).and_then(|file| file.set_modified(now));
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

fn is_old(path: &Path, age: Duration) -> bool {
    let modified = fs::metadata(path).and_then(|meta| meta.modified());
    modified.is_ok_and(|at| at.elapsed().is_ok_and(|since| since > age))
}

fn failed(path: &Path, e: &io::Error) -> Error {
    let message = format!("{}: {e}", path.display());
    match e.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Error::new(Kind::Full, "the disk for files is full")
        }
        _ => Error::broken(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::seal;

    #[test]
    fn free_space_is_told_of_folders_to_come() {
        assert!(free_space(Path::new("/")).is_some_and(|bytes| bytes > 0));
        assert_eq!(free_space(Path::new("/proc/nowhere/to/be/seen")), Some(0), "proc has no room");
    }

    #[test]
    fn a_content_stands_once_and_under_its_hash() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::at(folder.path());
        let sha256 = seal::hash(b"hello");
        for name in ["a", "b"] {
            let mut incoming = files.incoming(name).unwrap();
            incoming.append(b"hel").unwrap();
            assert_eq!(files.incoming(name).unwrap_err().about, Some(BUSY));
            drop(incoming);
            let mut incoming = files.incoming(name).unwrap();
            assert_eq!(incoming.length(), 3);
            incoming.append(b"lo, world").unwrap();
            incoming.cut_to(3).unwrap();
            incoming.append(b"lo").unwrap();
            assert_eq!(incoming.sha256().unwrap(), sha256);
            files.keep(&incoming, &sha256).unwrap();
            files.discard(name);
        }
        assert_eq!(files.open(&sha256).unwrap().1, 5);
        assert_eq!(files.older_than(Duration::ZERO), [sha256.as_str()]);
        files.set_aside(&sha256, 1).unwrap();
        assert!(!files.place(&sha256).is_file());
        assert_eq!(files.open(&sha256).unwrap_err().kind, Kind::Busy);
        files.put_back(&sha256, 1).unwrap();
        assert!(files.place(&sha256).is_file());
        // One job has looked and will remove; another upload comes, and another job, which puts back.
        files.set_aside(&sha256, 1).unwrap();
        let mut again = files.incoming("again").unwrap();
        again.append(b"hello").unwrap();
        files.keep(&again, &sha256).unwrap();
        files.set_aside(&sha256, 2).unwrap();
        files.destroy(&sha256, 1).unwrap();
        files.put_back(&sha256, 2).unwrap();
        assert!(files.place(&sha256).is_file(), "the later content stays");
        files.discard("again");
        assert_eq!(files.keep(&again, &sha256).unwrap_err().kind, Kind::NotFound);
        for _ in 0..2 {
            files.set_aside(&sha256, 3).unwrap();
            files.destroy(&sha256, 3).unwrap();
        }
        assert!(!files.place(&sha256).is_file());
        files.incoming("late").unwrap();
        assert_eq!(files.discard_older_than(Duration::from_hours(1)), 0);
        assert_eq!(files.discard_older_than(Duration::ZERO), 1);
    }
}
