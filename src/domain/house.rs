//! Facts about the database itself.

use super::audit::{self, Action};
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::public_id::PublicIds;
use crate::base::seal::Master;
use crate::base::time::Millis;
use crate::store::Tx;
use crate::values;

/// The house's one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct House {
    /// The schema version of this database.
    pub schema_version: i64,
    /// Commits so far (SQLite only).
    pub commit_seq: i64,
    /// The latest instant decided by.
    pub last_at: Millis,
    /// Grows with every change that an update check or a list of products could show.
    pub catalogue_revision: i64,
}

/// Reads the house.
pub fn get(tx: &mut Tx<'_>) -> Result<House> {
    tx.one(
        "select schema_version, commit_seq, last_at, catalogue_revision from house where id = 1",
        &[],
        |row| {
            Ok(House {
                schema_version: row.get(0)?,
                commit_seq: row.get(1)?,
                last_at: row.get(2)?,
                catalogue_revision: row.get(3)?,
            })
        },
    )
}

/// How ids in words are written in this database; the first server that asks decides.
pub fn public_ids(tx: &mut Tx<'_>) -> Result<PublicIds> {
    let salt = tx.dice().base62(43);
    tx.exec("update house set id_salt = $1 where id = 1 and id_salt is null", values![&salt])?;
    tx.one("select id_salt from house where id = 1", &[], |row| Ok(PublicIds::new(&row.get::<String>(0)?)))
}

/// As [`public_ids`], once a server has run.
pub fn find_public_ids(tx: &mut Tx<'_>) -> Result<Option<PublicIds>> {
    tx.one("select id_salt from house where id = 1", &[], |row| {
        Ok(row.get::<Option<String>>(0)?.map(|salt| PublicIds::new(&salt)))
    })
}

/// Forgets which master key secrets here are sealed with, for one that is lost: the next one that is used is noted. What the
/// lost one sealed stays sealed; API keys whose requests are signed must be rotated.
pub fn forget_master(tx: &mut Tx<'_>) -> Result<()> {
    tx.exec("update house set master_check = null where id = 1", &[])?;
    let shop = Shop::live(tx)?;
    audit::created(tx, shop, Action::ServerMasterKeyForgotten, "", &serde_json::json!({}))
}

/// Refuses a master key that is not the one secrets here are sealed with; the first one is noted.
pub fn settle_master(tx: &mut Tx<'_>, master: &Master) -> Result<()> {
    let check = master.check();
    tx.exec("update house set master_check = $1 where id = 1 and master_check is null", values![&check])?;
    let stored = tx.one("select master_check from house where id = 1", &[], |row| row.get::<String>(0))?;
    if stored == check {
        return Ok(());
    }
    Err(Error::refused(
        "this master key is not the one that this database's secrets are sealed with: put the right file in its place, or \
         name it with --master-key-file; if it is lost for good: keywright db forget-master-key",
    ))
}

/// Says that something an update check or a list of products could show has changed.
pub fn catalogue_changed(tx: &mut Tx<'_>) -> Result<()> {
    tx.exec("update house set catalogue_revision = catalogue_revision + 1 where id = 1", &[]).map(|_| ())
}

/// Keeps the latest instant decided by, so that a clock set back while the server is down revives nothing.
/// SQLite does this with every commit; on PostgreSQL it would make all writes clash, so a job calls it.
pub fn keep_time(tx: &mut Tx<'_>) -> Result<()> {
    let now = tx.now();
    tx.exec("update house set last_at = $1 where id = 1 and last_at < $1", values![now]).map(|_| ())
}
