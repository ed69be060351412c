//! The filled databases: kept on a shelf, and copied for each run, since a run adds activations.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keywright::base::error::Result;
use keywright::store::{Options as StoreOptions, Place, Store, database_file};
use keywright::values;

use crate::options::Options;
use crate::{Outcome, fill, say};

/// Keys of the standard form, 5×4.
pub type Key = [u8; 24];

/// A filled database, ready to be served.
pub struct Stock {
    pub data: PathBuf,
    /// The address of a PostgreSQL database.
    pub database: Option<String>,
    pub keys: Arc<Vec<Key>>,
    /// Bytes of database before the load.
    pub bytes: u64,
    pub engine: String,
}

/// The stock of so many licences.
pub fn stock(options: &Options, licences: u64) -> Outcome<Stock> {
    let folder = &options.folder;
    let data = folder.join(format!("run-{licences}"));
    drop(fs::remove_dir_all(&data));
    fs::create_dir_all(&data)?;
    if let Some(address) = &options.database {
        let store = open(Place::Postgres(Box::new(address.parse()?)))?;
        block_on(ensure(&store, licences))??;
        let size = "select pg_database_size(current_database())";
        let bytes = block_on(store.read(move |tx| tx.one(size, &[], |row| row.get::<i64>(0))))??;
        return loaded(&store, data, Some(address.clone()), bytes.unsigned_abs());
    }
    let shelf = folder.join(format!("filled-{licences}"));
    if !is_filled(&shelf, licences)? {
        drop(fs::remove_dir_all(&shelf));
        let store = open(Place::Folder(shelf.clone()))?;
        block_on(ensure(&store, licences))??;
        store.close();
    }
    for entry in fs::read_dir(&shelf)? {
        let entry = entry?;
        fs::copy(entry.path(), data.join(entry.file_name()))?;
    }
    let bytes = fs::metadata(database_file(&data))?.len();
    let store = open(Place::Folder(data.clone()))?;
    loaded(&store, data, None, bytes)
}

fn loaded(store: &Store, data: PathBuf, database: Option<String>, bytes: u64) -> Outcome<Stock> {
    let keys = Arc::new(block_on(read_keys(store))??);
    store.close();
    Ok(Stock { data, database, keys, bytes, engine: store.engine() })
}

fn open(place: Place) -> Result<Store> {
    Store::open(StoreOptions { upgrade: true, connections: 1, ..StoreOptions::new(place) })
}

fn is_filled(shelf: &Path, licences: u64) -> Outcome<bool> {
    if !database_file(shelf).is_file() {
        return Ok(false);
    }
    let store = open(Place::Folder(shelf.to_owned()))?;
    let title = block_on(title(&store))??;
    store.close();
    Ok(title == fill::mark(licences))
}

async fn title(store: &Store) -> Result<String> {
    store.read(|tx| tx.one("select min(title) from site", &[], |row| row.get(0))).await
}

/// Fills an empty database; leaves a filled one; refuses a stranger's.
async fn ensure(store: &Store, licences: u64) -> Outcome<()> {
    if title(store).await? == fill::mark(licences) {
        return Ok(());
    }
    let products =
        store.read(|tx| tx.one("select count(*) from product", &[], |row| row.get::<i64>(0))).await?;
    if products > 0 {
        return Err("this database has data in it that is not of this load: give an empty one".into());
    }
    say(&format!("load: filling {licences} licences"));
    Ok(fill::fill(store, licences).await?)
}

async fn read_keys(store: &Store) -> Outcome<Vec<Key>> {
    let mut keys = Vec::new();
    let mut after = 0_i64;
    loop {
        let page = store
            .read(move |tx| {
                tx.all(
                    "select id, key from licence where id > $1 order by id limit 50000",
                    values![after],
                    |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?)),
                )
            })
            .await?;
        let Some((last, _)) = page.last() else { return Ok(keys) };
        after = *last;
        for (_, key) in &page {
            keys.push(key.as_bytes().try_into()?);
        }
    }
}

/// Waits for a future on this thread.
pub fn block_on<T>(future: impl Future<Output = T>) -> Outcome<T> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future))
}
