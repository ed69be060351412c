//! What can be downloaded of a release: a file or an address for each platform.

use serde::Serialize;

use super::file::{self, File};
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::store::Tx;
use crate::values;

/// The most that a release may have.
const MOST: usize = 100;

/// What to download for a platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Such as `windows-x64`; empty is any.
    pub platform: String,
    /// What.
    #[serde(flatten)]
    pub target: Target,
}

/// A file, or where one is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Target {
    /// A file of ours.
    File(File),
    /// An address elsewhere.
    Url {
        /// The address.
        url: String,
    },
}

/// An entry to be made.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Empty is any.
    pub platform: String,
    /// A file's handle.
    pub file: Option<String>,
    /// An address elsewhere.
    pub url: Option<String>,
}

/// Sets what a release has, in the place of what it had.
pub fn set(tx: &mut Tx<'_>, shop: Shop, release_id: i64, entries: &[Draft]) -> Result<()> {
    let wrong = |message: String| Error::invalid(message).about("files");
    if entries.len() > MOST {
        return Err(wrong(format!("a release has at most {MOST} files")));
    }
    tx.exec("delete from release_file where release_id = $1", values![release_id])?;
    let mut seen: Vec<&str> = Vec::new();
    for entry in entries {
        let platform = entry.platform.trim();
        if !platform.is_empty() && text::slug(platform) != platform {
            return Err(wrong(format!("the platform '{platform}' may hold a-z, 0-9 and single '-' only")));
        }
        if seen.contains(&platform) {
            return Err(wrong(format!("there are two for the platform '{platform}'")));
        }
        seen.push(platform);
        let (file_id, url) = match (&entry.file, &entry.url) {
            (Some(handle), None) => (Some(complete(tx, shop, handle)?.id), None),
            (None, Some(url)) => (None, Some(text::web_address(url).map_err(|e| e.about("files"))?)),
            _ => return Err(wrong("each has either file_id or url".into())),
        };
        tx.exec(
            "insert into release_file (release_id, file_id, url, platform) values ($1, $2, $3, $4)",
            values![release_id, file_id, url.as_ref(), platform],
        )?;
    }
    Ok(())
}

fn complete(tx: &mut Tx<'_>, shop: Shop, handle: &str) -> Result<File> {
    let found = file::get(tx, shop, handle);
    let file = found.map_err(|e| e.missing("files", format!("there is no file {handle}")))?;
    if file.completed_at.is_some() {
        return Ok(file);
    }
    Err(Error::invalid(format!("the upload of {handle} is still under way")).about("files"))
}

/// What a release has, by platform.
pub fn list(tx: &mut Tx<'_>, release_id: i64) -> Result<Vec<Entry>> {
    tx.all(
        "select r.platform, r.url, f.id, f.handle, f.name, f.size, f.sha256, f.created_at, f.completed_at \
         from release_file r left join file f on f.id = r.file_id where r.release_id = $1 order by r.platform",
        values![release_id],
        |row| {
            let target = match row.get(1)? {
                Some(url) => Target::Url { url },
                None => Target::File(File {
                    id: row.get(2)?,
                    handle: row.get(3)?,
                    name: row.get(4)?,
                    size: row.get(5)?,
                    sha256: row.get(6)?,
                    created_at: row.get(7)?,
                    completed_at: row.get(8)?,
                }),
            };
            Ok(Entry { platform: row.get(0)?, target })
        },
    )
}
