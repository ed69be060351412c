//! The file of a backup: a tar archive whose last entry seals all bytes before it.
//!
//! ```text
//! keywright.db        or keywright.dump, PostgreSQL's custom format
//! files/ab/abcdef…    contents, under their SHA-256
//! manifest.json       what all that is, with the length and SHA-256 of each
//! seal                the SHA-256 of every byte before this entry, and where the manifest begins
//! ```
//! The seal and the end of the archive are of one form only, so no byte of the file can differ unnoticed, be it padding.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tar::{EntryType, Header};

use super::manifest::{Manifest, Part};
use crate::base::error::{Error, Result};
use crate::base::seal::Hasher;
use crate::base::time::{Millis, seconds};

const MANIFEST: &str = "manifest.json";
const SEAL: &str = "seal";
/// A tar archive is made of blocks of 512 bytes; the seal's entry has two, the archive's end two.
const BLOCK: u64 = 512;
const TAIL: u64 = 4 * BLOCK;
/// More than a manifest of half a million files.
const LONGEST_MANIFEST: u64 = 128 * 1_024 * 1_024;

/// Writes a backup.
pub struct Writer {
    tar: tar::Builder<Sealing>,
    mtime: u64,
    parts: Vec<Part>,
}

/// A file, and the hash and number of the bytes written so far.
struct Sealing {
    out: BufWriter<File>,
    hasher: Hasher,
    length: u64,
}

impl Write for Sealing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        self.length += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Writer {
    /// Begins in an empty file.
    pub fn new(file: File, at: Millis) -> Self {
        let sealing = Sealing {
            out: BufWriter::with_capacity(256 * 1_024, file),
            hasher: Hasher::default(),
            length: 0,
        };
        Self {
            tar: tar::Builder::new(sealing),
            mtime: u64::try_from(seconds(at)).unwrap_or_default(),
            parts: Vec::new(),
        }
    }

    /// Adds an entry of exactly `length` bytes. `tick` is told how many were read and may end it.
    pub fn add(
        &mut self,
        name: &str,
        length: u64,
        from: impl Read,
        tick: &mut dyn FnMut(u64) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut counted = Counted { from: from.take(length), hasher: Hasher::default(), length: 0, tick };
        self.tar.append_data(&mut header(length, self.mtime), name, &mut counted)?;
        if counted.length != length {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("{name} became shorter meanwhile"),
            ));
        }
        self.parts.push(Part { name: name.to_owned(), bytes: length, sha256: counted.hasher.finish() });
        Ok(())
    }

    /// Adds the manifest, which is completed with what was added, and the seal. Returns the manifest and the file's length once
    /// all of it is on the disk.
    pub fn seal(mut self, mut manifest: Manifest) -> io::Result<(Manifest, u64)> {
        manifest.parts = std::mem::take(&mut self.parts);
        let manifest_at = self.tar.get_ref().length;
        let text = serde_json::to_vec_pretty(&manifest)?;
        self.tar.append_data(&mut header(text.len() as u64, self.mtime), MANIFEST, text.as_slice())?;
        let sha256 = self.tar.get_ref().hasher.clone().finish();
        Seal { sha256, manifest_at }.add_to(&mut self.tar)?;
        let mut sealing = self.tar.into_inner()?;
        sealing.flush()?;
        sealing.out.get_ref().sync_all()?;
        Ok((manifest, sealing.length))
    }
}

/// What is read, counted on its way.
struct Counted<'a, R> {
    from: R,
    hasher: Hasher,
    length: u64,
    tick: &'a mut dyn FnMut(u64) -> io::Result<()>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(buffer)?;
        self.hasher.update(&buffer[..n]);
        self.length += n as u64;
        (self.tick)(n as u64)?;
        Ok(n)
    }
}

fn header(length: u64, mtime: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(mtime);
    header.set_size(length);
    header
}

/// What the last entry holds.
struct Seal {
    sha256: String,
    manifest_at: u64,
}

impl Seal {
    fn text(&self) -> String {
        format!("sha256 {}\nmanifest_at {:020}\n", self.sha256, self.manifest_at)
    }

    fn add_to(&self, tar: &mut tar::Builder<impl Write>) -> io::Result<()> {
        let text = self.text();
        tar.append_data(&mut header(text.len() as u64, 0), SEAL, text.as_bytes())
    }

    /// The last [`TAIL`] bytes of the file.
    fn tail(&self) -> io::Result<Vec<u8>> {
        let mut tar = tar::Builder::new(Vec::new());
        self.add_to(&mut tar)?;
        tar.into_inner()
    }

    /// Reads the last bytes of a file, if they are of the one form that a seal has.
    fn read(tail: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(tail.get(512..1_024)?).ok()?;
        let mut words = text.split_ascii_whitespace();
        let (_, sha256, _, at) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let seal = Self { sha256: sha256.to_owned(), manifest_at: at.parse().ok()? };
        (seal.tail().ok()? == tail).then_some(seal)
    }
}

/// A backup that is read.
pub struct Reader {
    path: PathBuf,
    file: File,
    length: u64,
    seal: Seal,
}

/// Called for each entry with its name, its length and where to read it.
pub type Visit<'a> = dyn FnMut(&str, u64, &mut dyn Read) -> Result<()> + 'a;

impl Reader {
    /// Opens a backup and looks at its end: one that was cut short is refused.
    pub fn open(path: &Path) -> Result<Self> {
        let cannot = |e: io::Error| Error::refused(format!("{} cannot be read: {e}", path.display()));
        let mut file = File::open(path).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => Error::not_found(format!("there is no file {}", path.display())),
            _ => cannot(e),
        })?;
        let length = file.metadata().map_err(cannot)?.len();
        let mut tail = Vec::new();
        if length >= TAIL {
            file.seek(SeekFrom::Start(length - TAIL)).map_err(cannot)?;
            Read::by_ref(&mut file).take(TAIL).read_to_end(&mut tail).map_err(cannot)?;
        }
        match Seal::read(&tail) {
            Some(seal) if seal.manifest_at < length - TAIL => {
                Ok(Self { path: path.to_owned(), file, length, seal })
            }
            _ => Err(Error::refused(format!(
                "{} is no whole backup of keywright: it was cut short, is damaged, or is another kind of file. Use another backup",
                path.display()
            ))),
        }
    }

    /// The length of the whole file.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// What the backup says of itself, without a look at the rest.
    pub fn manifest(&mut self) -> Result<Manifest> {
        let at = self.seal.manifest_at;
        self.file.seek(SeekFrom::Start(at)).map_err(|e| self.damaged(&e))?;
        let mut tar = tar::Archive::new(BufReader::new(&self.file).take(self.length - TAIL - at));
        let mut read = || -> io::Result<Manifest> {
            let mut entries = tar.entries()?;
            let entry = entries.next().ok_or(io::ErrorKind::UnexpectedEof)??;
            if &*entry.path_bytes() != MANIFEST.as_bytes() {
                return Err(io::Error::other("the manifest is not where it should be"));
            }
            Ok(serde_json::from_reader(entry.take(LONGEST_MANIFEST))?)
        };
        read().map_err(|e| self.damaged(&e))
    }

    /// Shows all entries but the manifest and the seal, in their order, and then compares the seal with every byte there was.
    pub fn walk(&mut self, visit: &mut Visit<'_>) -> Result<()> {
        self.file.seek(SeekFrom::Start(0)).map_err(|e| self.damaged(&e))?;
        let from = BufReader::with_capacity(256 * 1_024, &self.file).take(self.length - TAIL);
        let mut no_tick = |_: u64| Ok(());
        let counted = Counted { from, hasher: Hasher::default(), length: 0, tick: &mut no_tick };
        let mut tar = tar::Archive::new(counted);
        for entry in tar.entries().map_err(|e| self.damaged(&e))? {
            let mut entry = entry.map_err(|e| self.damaged(&e))?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            if name == MANIFEST {
                continue;
            }
            if entry.header().entry_type() != EntryType::Regular {
                return Err(self.damaged(&"an entry is no plain file"));
            }
            visit(&name, entry.size(), &mut entry)?;
        }
        let mut rest = tar.into_inner();
        io::copy(&mut rest, &mut io::sink()).map_err(|e| self.damaged(&e))?;
        if rest.length != self.length - TAIL || rest.hasher.finish() != self.seal.sha256 {
            return Err(self.damaged(&"its bytes are not those that were sealed"));
        }
        Ok(())
    }

    fn damaged(&self, why: &dyn std::fmt::Display) -> Error {
        damaged(&self.path, why)
    }
}

/// The error of a backup that is not what it was.
pub fn damaged(path: &Path, why: &dyn std::fmt::Display) -> Error {
    Error::refused(format!(
        "{} is damaged ({why}): do not rely on it, and use another backup",
        path.display()
    ))
}
