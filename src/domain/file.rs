//! Files that a vendor uploaded: what is known of them. Their bytes are in [`crate::store::files`].

use serde::Serialize;

use super::audit::{self, Action};
use super::job;
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::base::time::{DAY, Millis};
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::values;

/// The longest file that comes in pieces, in bytes.
pub const LONGEST: i64 = 5 * 1_024 * 1_024 * 1_024;
/// The longest file that comes in one request, in bytes.
pub const LONGEST_AT_ONCE: i64 = 500 * 1_024 * 1_024;
/// An upload that nothing has come of for so long is given up.
pub const PATIENCE: Millis = 7 * DAY;

/// The job that removes a content which no file has any more; it is about the content's hash.
pub const REMOVE: &str = "remove_content";

/// The rule that refuses a content whose hash is another than was announced.
pub const HASH: &str = "hash_mismatch";

/// A file, or an upload under way; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct File {
    #[serde(skip)]
    pub id: i64,
    #[serde(rename = "file_id")]
    pub handle: String,
    pub name: String,
    pub size: i64,
    pub sha256: Option<String>,
    #[serde(skip)]
    pub created_at: Millis,
    #[serde(skip)]
    pub completed_at: Option<Millis>,
}

/// A file to be.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// What a download will be called.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// What its hash is, or will be.
    pub sha256: Option<String>,
}

/// Begins an upload in pieces.
pub fn begin(tx: &mut Tx<'_>, shop: Shop, draft: &Draft) -> Result<File> {
    if !(1..=LONGEST).contains(&draft.size) {
        let message = format!("a file has from 1 to {LONGEST} bytes");
        return Err(Error::invalid(message).about("Upload-Length"));
    }
    insert(tx, shop, draft, None)
}

/// Adds a file whose content is in its place; `draft.sha256` is needed.
pub fn add(tx: &mut Tx<'_>, shop: Shop, draft: &Draft) -> Result<File> {
    let now = tx.now();
    let file = insert(tx, shop, draft, Some(now))?;
    audit::created(tx, shop, Action::FileAdded, &file.handle, &file)?;
    Ok(file)
}

fn insert(tx: &mut Tx<'_>, shop: Shop, draft: &Draft, completed_at: Option<Millis>) -> Result<File> {
    let name = name(&draft.name)?;
    let sha256 = draft.sha256.as_deref().map(hash).transpose()?;
    let (now, handle) = (tx.now(), format!("file_{}", tx.dice().base62(24)));
    tx.exec(
        "insert into file (site_id, is_test, handle, name, size, sha256, created_at, touched_at, completed_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
        values![shop.site_id, shop.is_test(), &handle, &name, draft.size, sha256.as_ref(), now, completed_at],
    )?;
    get(tx, shop, &handle)
}

/// A name that a download may have on any system.
pub fn name(text: &str) -> Result<String> {
    let wrong = |e: Error| e.about("name");
    let name = text::line("the file's name", text, 200).map_err(wrong)?;
    if name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']) || name.starts_with('.') {
        return Err(wrong(Error::invalid(
            "a file's name may not begin with '.' or hold any of / \\ : * ? \" < > |",
        )));
    }
    Ok(name)
}

/// A SHA-256 as it is written: 64 hexadecimal digits.
pub fn hash(text: &str) -> Result<String> {
    let hash = text.trim().to_ascii_lowercase();
    if hash.len() == 64 && text::unhex(&hash).is_some() {
        return Ok(hash);
    }
    Err(Error::invalid("a SHA-256 is 64 hexadecimal digits").about("sha256"))
}

/// The file of this handle in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, handle: &str) -> Result<File> {
    tx.maybe(
        "select id, handle, name, size, sha256, created_at, completed_at from file \
         where handle = $1 and site_id = $2 and is_test = $3",
        values![handle, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| {
        Error::not_found(format!("there is no file {handle}; `keywright file list` shows those there are"))
    })
}

/// Files and uploads under way, newest first: `limit` of them from `start` on.
pub fn list(tx: &mut Tx<'_>, shop: Shop, start: impl Into<Start>, limit: i64) -> Result<Vec<File>> {
    let mut list = List::new("select id, handle, name, size, sha256, created_at, completed_at from file");
    list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
    list.with("site_id = ?", shop.site_id);
    list.page(tx, "id", start, limit, read)
}

/// A release that has a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The file's id.
    pub file_id: i64,
    /// The release's product and its title.
    pub product_id: i64,
    /// The product's title.
    pub product: String,
    /// The release.
    pub release_id: i64,
    /// Its version.
    pub version: String,
}

/// The newest release that has each of these files, where one has.
pub fn used_by(tx: &mut Tx<'_>, files: &[File]) -> Result<Vec<Use>> {
    let mut found = Vec::new();
    for file in files {
        found.extend(tx.maybe(
            "select e.file_id, r.product_id, d.title, r.id, r.version from release_file e join release r on r.id = e.release_id \
             join product d on d.id = r.product_id where e.file_id is not null and e.file_id = $1 order by r.id desc limit 1",
            values![file.id],
            |row| {
                Ok(Use {
                    file_id: row.get(0)?,
                    product_id: row.get(1)?,
                    product: row.get(2)?,
                    release_id: row.get(3)?,
                    version: row.get(4)?,
                })
            },
        )?);
    }
    Ok(found)
}

/// Notes that something of an upload has come.
pub fn touch(tx: &mut Tx<'_>, shop: Shop, handle: &str) -> Result<File> {
    let now = tx.now();
    let file = get(tx, shop, handle)?;
    tx.exec("update file set touched_at = $2 where id = $1", values![file.id, now])?;
    Ok(file)
}

/// Ends an upload: all has come, and this is the hash of it. Refuses a hash that was not announced.
pub fn complete(tx: &mut Tx<'_>, shop: Shop, handle: &str, sha256: &str) -> Result<File> {
    let (file, now) = (get(tx, shop, handle)?, tx.now());
    if file.sha256.as_deref().is_some_and(|announced| announced != sha256) {
        return Err(mismatch(sha256));
    }
    tx.exec(
        "update file set sha256 = $2, completed_at = coalesce(completed_at, $3), touched_at = $3 where id = $1",
        values![file.id, sha256, now],
    )?;
    let whole = get(tx, shop, handle)?;
    if file.completed_at.is_none() {
        audit::created(tx, shop, Action::FileAdded, handle, &whole)?;
    }
    Ok(whole)
}

/// What is said of a content with another hash than was announced.
pub fn mismatch(sha256: &str) -> Error {
    Error::refused(format!(
        "what came has the SHA-256 {sha256}, which is not what was announced; nothing of it was kept"
    ))
    .about(HASH)
}

/// Removes a file that no release has, or an upload under way; what it was. Its content goes with the last file that has it.
pub fn delete(tx: &mut Tx<'_>, shop: Shop, handle: &str) -> Result<File> {
    let file = get(tx, shop, handle)?;
    let releases: Vec<i64> = tx.all(
        "select distinct release_id from release_file where file_id = $1 order by release_id",
        values![file.id],
        |row| row.get(0),
    )?;
    if !releases.is_empty() {
        let message = format!("releases {releases:?} have this file: take it out of them first");
        return Err(Error::refused(message).about("file_in_use"));
    }
    tx.exec("delete from file where id = $1", values![file.id])?;
    if let (Some(sha256), Some(_)) = (&file.sha256, file.completed_at) {
        job::add(tx, REMOVE, sha256)?;
    }
    audit::ended(tx, shop, Action::FileDeleted, handle, &file)?;
    Ok(file)
}

/// Whether any file has this content.
pub fn is_used(tx: &mut Tx<'_>, sha256: &str) -> Result<bool> {
    tx.maybe(
        "select id from file where sha256 = $1 and completed_at is not null limit 1",
        values![sha256],
        |row| row.get::<i64>(0),
    )
    .map(|found| found.is_some())
}

/// Gives up uploads that nothing has come of for [`PATIENCE`]; how many.
pub fn give_up(tx: &mut Tx<'_>) -> Result<u64> {
    let now = tx.now();
    tx.exec("delete from file where completed_at is null and touched_at <= $1", values![now - PATIENCE])
}

fn read(row: &Row<'_>) -> Result<File> {
    Ok(File {
        id: row.get(0)?,
        handle: row.get(1)?,
        name: row.get(2)?,
        size: row.get(3)?,
        sha256: row.get(4)?,
        created_at: row.get(5)?,
        completed_at: row.get(6)?,
    })
}
