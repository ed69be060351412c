//! What a backup says of itself: `manifest.json`, the last entry before the seal.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::base::error::{Error, Result};
use crate::base::time::{Millis, parse};
use crate::store::schema;
use crate::store::tx::Tx;

/// The form of backups that this program writes, and the newest it reads.
pub const FORMAT: u32 = 1;

/// What is in a backup, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the file: [`FORMAT`] or older.
    pub format: u32,
    /// The version of the program that made it.
    pub keywright: String,
    /// The schema version of the database in it.
    pub schema_version: i64,
    /// The engine, such as `SQLite 3.54.1`.
    pub engine: String,
    /// The version of `pg_dump` that wrote the database, on PostgreSQL.
    pub pg_dump: Option<u32>,
    /// When it was begun, RFC 3339.
    pub created_at: String,
    /// Tells which master key its secrets are sealed with, and nothing of the key.
    pub master_check: Option<String>,
    /// Rows, by what they are.
    pub counts: Counts,
    /// Contents that a row tells of and that were not on the disk when the backup was made, by their SHA-256.
    pub missing: Vec<String>,
    /// The database first, then the contents of files.
    pub parts: Vec<Part>,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "rows of the table of the same name; files are contents, each once")]
pub struct Counts {
    pub products: i64,
    pub customers: i64,
    pub licences: i64,
    pub activations: i64,
    pub files: i64,
}

/// One entry of the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "an entry of the archive; bytes is its length")]
pub struct Part {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
}

impl Part {
    /// The hash that a content stands under, if this is one.
    pub fn content(&self) -> Option<&str> {
        self.name.strip_prefix("files/")?.get(3..)
    }

    /// Whether this is a content that was damaged on the disk already when it was backed up.
    pub fn was_damaged(&self) -> bool {
        self.content().is_some_and(|sha256| sha256 != self.sha256)
    }
}

/// The entry's name of a content.
pub fn content_name(sha256: &str) -> String {
    format!("files/{}/{sha256}", sha256.get(..2).unwrap_or("xx"))
}

impl Manifest {
    /// When the backup was begun.
    pub fn at(&self) -> Millis {
        parse(&self.created_at).unwrap_or_default()
    }

    /// Whether the database in it is PostgreSQL's.
    pub fn is_postgres(&self) -> bool {
        self.engine.starts_with("PostgreSQL")
    }

    /// Refuses what a newer program has made.
    pub fn assert_known(&self, path: &Path) -> Result<()> {
        if self.format > FORMAT || self.schema_version > schema::VERSION {
            return Err(Error::refused(format!(
                "{}: keywright {} made this backup (schema version {}), and this keywright {} knows versions up to {}: use that \
                 keywright or a newer one",
                path.display(),
                self.keywright,
                self.schema_version,
                env!("CARGO_PKG_VERSION"),
                schema::VERSION
            )));
        }
        Ok(())
    }

    /// What its reader should know of, a sentence each.
    pub fn warnings(&self) -> Vec<String> {
        let damaged = self.parts.iter().filter(|part| part.was_damaged()).filter_map(Part::content);
        let missing = self.missing.iter().map(|sha256| {
            format!("the content {sha256} of a file was not on the disk and is not in the backup: upload that file again")
        });
        let damaged = damaged.map(|sha256| {
            format!("the content {sha256} of a file was damaged on the disk already: upload that file again")
        });
        missing.chain(damaged).collect()
    }
}

/// What a database is found to hold.
pub struct Facts {
    pub schema_version: i64,
    pub master_check: Option<String>,
    pub counts: Counts,
    /// Contents of whole files, by hash, with their length.
    pub contents: Vec<(String, u64)>,
}

impl Facts {
    /// Reads them, from any schema version. `exists` is a query that tells how many tables are called `$1`.
    pub fn read(tx: &mut Tx<'_>, exists: &str) -> Result<Self> {
        let schema_version =
            tx.one("select schema_version from house where id = 1", &[], |row| row.get::<i64>(0))?;
        // Version 1 had no secrets.
        let master_check = match schema_version {
            ..2 => None,
            _ => tx.one("select master_check from house where id = 1", &[], |row| row.get(0))?,
        };
        let mut count = |table: &str| {
            if tx.one(exists, &[table.into()], |row| row.get::<i64>(0))? == 0 {
                return Ok(0);
            }
            tx.one(&format!("select count(*) from {table}"), &[], |row| row.get::<i64>(0))
        };
        let mut counts = Counts {
            products: count("product")?,
            customers: count("customer")?,
            licences: count("licence")?,
            activations: count("activation")?,
            files: count("file")?,
        };
        let mut contents = Vec::new();
        if counts.files > 0 {
            contents = tx.all(
                "select sha256, max(size) from file where completed_at is not null and sha256 is not null \
                 group by sha256 order by sha256",
                &[],
                |row| Ok((row.get(0)?, u64::try_from(row.get::<i64>(1)?).unwrap_or_default())),
            )?;
        }
        counts.files = i64::try_from(contents.len()).unwrap_or(i64::MAX);
        Ok(Self { schema_version, master_check, counts, contents })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(format: u32, schema_version: i64) -> Manifest {
        Manifest {
            format,
            keywright: "9.1.0".to_owned(),
            schema_version,
            engine: "SQLite 3.54.1".to_owned(),
            pg_dump: None,
            created_at: "2026-11-26T16:20:00Z".to_owned(),
            master_check: None,
            counts: Counts::default(),
            missing: vec!["ab".repeat(32)],
            parts: vec![
                Part { name: "keywright.db".to_owned(), bytes: 1, sha256: "cd".repeat(32) },
                Part { name: content_name(&"ef".repeat(32)), bytes: 1, sha256: "ef".repeat(32) },
                Part { name: content_name(&"12".repeat(32)), bytes: 1, sha256: "34".repeat(32) },
            ],
        }
    }

    #[test]
    fn newer_ones_are_refused_and_older_ones_are_not() {
        let path = Path::new("x.tar");
        for (format, schema_version, is_known) in [
            (FORMAT, schema::VERSION, true),
            (FORMAT, 1, true),
            (FORMAT + 1, 1, false),
            (FORMAT, schema::VERSION + 1, false),
        ] {
            let known = of(format, schema_version).assert_known(path);
            assert_eq!(known.is_ok(), is_known, "{known:?}");
        }
        let e = of(FORMAT + 1, 1).assert_known(path).unwrap_err();
        assert!(e.message.contains("keywright 9.1.0 made this backup"), "{e}");
    }

    #[test]
    fn what_is_missing_and_what_was_damaged_is_told() {
        let manifest = of(FORMAT, 1);
        let told = manifest.warnings();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].contains(&"ab".repeat(32)) && told[1].contains(&"12".repeat(32)), "{told:?}");
        assert_eq!(manifest.parts[0].content(), None);
        assert_eq!(manifest.at() % 1_000, 0);
    }
}
