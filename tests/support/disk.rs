//! A model of a disk that loses power: what a trace of system calls had made durable at any moment of it.
//!
//! It assumes as little as POSIX promises. What a file holds is durable once an fsync or fdatasync that was entered after
//! the write has returned; that a name is there (or gone) is durable once its folder was synced so, and not by syncing
//! the file. Anything else may be on the disk or not, by sectors of 512 bytes and in any order. One sector is never torn.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use keywright::base::dice::Dice;

use super::strace::{Call, Event};

const SECTOR: usize = 512;

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

#[derive(Default)]
struct Inode {
    durable: Vec<u8>,
    /// What was done since, each with its number.
    pending: Vec<(u64, Change)>,
}

/// Names and the inodes they stand for.
type Names = BTreeMap<PathBuf, usize>;

/// What a sync that has begun will make durable.
enum Mark {
    Folder(Names),
    File(usize, u64),
}

/// One folder of the disk.
pub struct Disk {
    folder: PathBuf,
    inodes: Vec<Inode>,
    names: Names,
    durable_names: Names,
    syncing: HashMap<u32, Mark>,
    clock: u64,
}

/// A file's name and what it holds.
pub type Image = Vec<(PathBuf, Vec<u8>)>;

impl Disk {
    /// The disk as this folder is now, all of it durable.
    pub fn of(folder: &Path) -> Self {
        let mut disk = Self {
            folder: folder.canonicalize().unwrap(),
            inodes: Vec::new(),
            names: Names::new(),
            durable_names: Names::new(),
            syncing: HashMap::new(),
            clock: 0,
        };
        for entry in fs::read_dir(&disk.folder).unwrap() {
            let path = entry.unwrap().path();
            if !is_scratch(&path) {
                disk.names.insert(path.clone(), disk.inodes.len());
                disk.inodes.push(Inode { durable: fs::read(&path).unwrap(), pending: Vec::new() });
            }
        }
        disk.durable_names = disk.names.clone();
        disk
    }

    /// Takes the next event of the trace; true when it changed what is pending or durable here.
    pub fn take(&mut self, event: &Event) -> bool {
        match event {
            Event::Enter(call) if matches!(call.name.as_str(), "fsync" | "fdatasync") => {
                self.begin_sync(call)
            }
            Event::Leave(call) => self.leave(call),
            Event::Enter(_) | Event::Exit(_) => false,
        }
    }

    fn begin_sync(&mut self, call: &Call) -> bool {
        let path = call.path(0);
        if path == self.folder {
            self.syncing.insert(call.thread, Mark::Folder(self.names.clone()));
        } else if let Some(&inode) = self.names.get(&path) {
            self.syncing.insert(call.thread, Mark::File(inode, self.clock));
        }
        false
    }

    fn leave(&mut self, call: &Call) -> bool {
        if !call.worked() {
            // A sync that failed has promised nothing.
            self.syncing.remove(&call.thread);
            return false;
        }
        match call.name.as_str() {
            "openat" | "open" | "creat" => return self.open(call),
            "fsync" | "fdatasync" => return self.end_sync(call),
            "unlink" => return self.names.remove(&call.path(0)).is_some(),
            _ => {}
        }
        let Some(&inode) = self.names.get(&call.path(usize::from(call.name == "mmap") * 4)) else {
            assert!(!self.concerns(call), "a call that the model does not know: {call:?}");
            return false;
        };
        let change = match call.name.as_str() {
            "pwrite64" => Change::Write(call.number(3), call.bytes(1)),
            "ftruncate" => Change::Truncate(call.number(1)),
            "mmap" if !call.args[3].contains("MAP_SHARED") => return false,
            _ => panic!("a call that the model does not know: {call:?}"),
        };
        if let Change::Write(_, data) = &change {
            assert_eq!(call.result, data.len().to_string(), "a short write");
        }
        self.change(inode, change);
        true
    }

    fn change(&mut self, inode: usize, change: Change) {
        self.clock += 1;
        self.inodes[inode].pending.push((self.clock, change));
    }

    fn open(&mut self, call: &Call) -> bool {
        let path = call.opened();
        if path.parent() != Some(&self.folder) || is_scratch(&path) {
            return false;
        }
        if let Some(&inode) = self.names.get(&path) {
            if call.args.iter().any(|arg| arg.contains("O_TRUNC")) {
                self.change(inode, Change::Truncate(0));
            }
            return false;
        }
        self.names.insert(path, self.inodes.len());
        self.inodes.push(Inode::default());
        true
    }

    fn end_sync(&mut self, call: &Call) -> bool {
        match self.syncing.remove(&call.thread) {
            Some(Mark::Folder(names)) => self.durable_names = names,
            Some(Mark::File(inode, until)) => {
                let Inode { durable, pending } = &mut self.inodes[inode];
                let after = pending.split_off(pending.partition_point(|(number, _)| *number <= until));
                for (_, change) in std::mem::replace(pending, after) {
                    apply(durable, &change);
                }
            }
            None => return false,
        }
        true
    }

    /// Whether a call that is not modelled touches this folder.
    fn concerns(&self, call: &Call) -> bool {
        let inside = |path: PathBuf| path.parent() == Some(&self.folder) && !is_scratch(&path);
        (0..call.args.len()).any(|index| inside(call.path(index)))
    }

    /// The disk after a power cut now, when nothing that was not synced had reached it.
    pub fn dropped(&self) -> Image {
        self.durable_names
            .iter()
            .map(|(path, &inode)| (path.clone(), self.inodes[inode].durable.clone()))
            .collect()
    }

    /// The disk after a power cut now, when chance decides for each name and sector that was not synced.
    pub fn torn(&self, dice: &Dice) -> Image {
        // Some disks had written nearly all, some nearly nothing.
        let share = [5, 25, 50, 75, 95][usize::from(dice.below(5))];
        let lands = || dice.below(100) < share;
        let mut names = self.durable_names.clone();
        for path in self.durable_names.keys().filter(|path| !self.names.contains_key(*path)) {
            if lands() {
                names.remove(path);
            }
        }
        for (path, &inode) in &self.names {
            if self.durable_names.get(path) != Some(&inode) && lands() {
                names.insert(path.clone(), inode);
            }
        }
        let content = |inode: usize| {
            let mut content = self.inodes[inode].durable.clone();
            for (_, change) in &self.inodes[inode].pending {
                land(&mut content, change, &lands);
            }
            content
        };
        names.into_iter().map(|(path, inode)| (path, content(inode))).collect()
    }
}

/// The wal-index is made anew from the write-ahead log after every crash.
fn is_scratch(path: &Path) -> bool {
    path.to_str().unwrap().ends_with("-shm")
}

fn apply(content: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Truncate(length) => content.resize(*length, 0),
        Change::Write(at, data) => {
            content.resize(content.len().max(at + data.len()), 0);
            content[*at..at + data.len()].copy_from_slice(data);
        }
    }
}

/// Those sectors of a change that `lands` picks.
fn land(content: &mut Vec<u8>, change: &Change, lands: &dyn Fn() -> bool) {
    match change {
        Change::Truncate(_) if lands() => apply(content, change),
        Change::Truncate(_) => {}
        Change::Write(at, data) => {
            let mut from = 0;
            while from < data.len() {
                let to = ((at + from) / SECTOR * SECTOR + SECTOR - at).min(data.len());
                if lands() {
                    apply(content, &Change::Write(at + from, data[from..to].to_vec()));
                }
                from = to;
            }
        }
    }
}

/// Puts an image into an empty folder.
pub fn restore(image: &Image, folder: &Path) {
    for (path, content) in image {
        fs::write(folder.join(path.file_name().unwrap()), content).unwrap();
    }
}
