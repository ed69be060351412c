//! A disk so small that tests can fill it.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::Engine;

/// A small disk, gone in the end however the test does.
pub struct Disk(TempDir);

/// A file that takes room.
pub struct Filler(PathBuf);

impl Filler {
    /// As many bytes as asked for, or as there is room.
    pub fn new(disk: &Disk, name: &str, most: usize) -> Self {
        let path = disk.0.path().join(name);
        let mut file = File::create(&path).unwrap();
        let mut bytes = 0;
        while bytes < most && file.write_all(&[1; 4_096]).is_ok() {
            bytes += 4_096;
        }
        Self(path)
    }
}

impl Drop for Filler {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl Disk {
    /// A disk of four megabytes; `None` when this process may not mount one.
    pub fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(folder.path());
        mount.output().unwrap().status.success().then(|| Self(folder))
    }

    /// An empty SQLite database on it.
    pub fn engine(&self) -> Engine {
        let folder = tempfile::tempdir_in(self.0.path()).unwrap();
        Engine { name: "sqlite", database: "sqlite".into(), folder }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let umount = |how: &[&str], path: &Path| Command::new("umount").args(how).arg(path).status();
        if !umount(&[], self.0.path()).is_ok_and(|status| status.success()) {
            let _ = umount(&["--lazy"], self.0.path());
        }
    }
}
