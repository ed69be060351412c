//! Backups: one file each, with the database, the contents of files and what both are. Never the master key.
//!
//! Everything here blocks, and may last: long steps tell how far they are, and end early when they are told to.

mod archive;
mod check;
mod create;
mod draft;
mod manifest;
mod restore;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

pub use self::check::{read, verify};
pub(super) use self::create::Copied;
pub(super) use self::draft::beside;
pub use self::draft::is_stamped;
use self::draft::stem;
pub(super) use self::manifest::Facts;
pub use self::manifest::{Counts, Manifest, Part};
pub use self::restore::{Restored, restore};
use super::Place;
use super::files::Files;
use crate::base::error::{Error, Result};
use crate::base::time::{Millis, parse};

/// Told what is being done, how much of it is done, and of how much; an error ends the work with it.
pub type Tick<'a> = &'a (dyn Fn(&'static str, u64, u64) -> Result<()> + Sync);

/// What is backed up, and the folder where its backups usually stand.
#[derive(Clone, Debug)]
pub struct Backups {
    /// The folder, which is made with the first backup in it.
    pub folder: PathBuf,
    place: Place,
    files: Files,
}

/// A backup that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// Where it stands.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// What is in it.
    pub manifest: Manifest,
}

/// A backup that stands in the folder.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its name in the folder.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// When it was begun, by its name.
    pub at: Millis,
    /// What it says of itself, or why it cannot say it. Only [`verify`] looks at all of it.
    pub manifest: Result<Manifest>,
}

impl Backups {
    /// Those of the data at `place` and of these files.
    pub fn new(folder: PathBuf, place: Place, files: Files) -> Self {
        Self { folder, place, files }
    }

    /// Those in the folder, newest first; none when there is no folder.
    pub fn list(&self) -> Vec<Listed> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter_map(|e| e.file_name().into_string().ok())
            .filter(|name| is_stamped(name))
            .collect();
        names.sort_by(|a, b| stem(a).cmp(stem(b)));
        let listed = names.into_iter().rev().filter_map(|name| {
            let path = self.folder.join(&name);
            let bytes = fs::metadata(&path).ok()?.len();
            Some(Listed { bytes, at: at_of(&name), manifest: read(&path), name })
        });
        listed.collect()
    }

    /// Makes a backup in the folder, or at `to`: a folder that is there, or a file that is not. Whoever uses the data goes on
    /// meanwhile. Refuses when less than `reserve` bytes would be left on that disk.
    pub fn create(&self, to: Option<&Path>, reserve: u64, tick: Tick<'_>) -> Result<Made> {
        create::create(self, to, reserve, tick)
    }

    /// Where the backup of this name stands, or `NotFound`. Takes names that [`Backups::list`] gives and no other.
    pub fn find(&self, name: &str) -> Result<PathBuf> {
        let path = self.folder.join(name);
        if is_stamped(name) && path.is_file() {
            return Ok(path);
        }
        Err(Error::not_found(format!("there is no backup of this name in {}", self.folder.display())))
    }

    /// Opens the backup of this name to be sent; its length with it.
    pub fn open(&self, name: &str) -> Result<(File, u64)> {
        let path = self.find(name)?;
        let cannot = |e: std::io::Error| Error::refused(format!("{} cannot be read: {e}", path.display()));
        let file = File::open(&path).map_err(cannot)?;
        let length = file.metadata().map_err(cannot)?.len();
        Ok((file, length))
    }

    /// Removes the backup of this name.
    pub fn delete(&self, name: &str) -> Result<()> {
        let path = self.find(name)?;
        fs::remove_file(&path)
            .map_err(|e| Error::refused(format!("{} cannot be removed: {e}", path.display())))
    }

    /// Removes all backups of the folder but the newest `keep`; the names of those. 0 keeps all.
    pub fn thin(&self, keep: usize) -> Result<Vec<String>> {
        if keep == 0 {
            return Ok(Vec::new());
        }
        let old: Vec<String> = self.list().into_iter().skip(keep).map(|listed| listed.name).collect();
        for name in &old {
            self.delete(name)?;
        }
        Ok(old)
    }
}

/// `keywright-2026-11-26T16-20-00Z.tar`
fn at_of(name: &str) -> Millis {
    let stamp = name.strip_prefix("keywright-").and_then(|rest| rest.get(..20)).unwrap_or_default();
    let (day, time) = stamp.split_at_checked(10).unwrap_or_default();
    parse(&format!("{day}{}", time.replace('-', ":"))).unwrap_or_default()
}
