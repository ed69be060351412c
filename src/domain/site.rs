//! Sites: shops of their own on one server.

use serde::Serialize;

use super::audit::{self, Action};
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::store::{Row, Tx};
use crate::values;

/// A site, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Site {
    /// Its id.
    pub id: i64,
    /// What it is called.
    pub title: String,
}

/// Makes a site.
pub fn create(tx: &mut Tx<'_>, title: &str) -> Result<Site> {
    let title = text::line("the title", title, 200).map_err(|e| e.about("title"))?;
    let now = tx.now();
    let id = tx.one(
        "insert into site (title, created_at) values ($1, $2) returning id",
        values![&title, now],
        |row| row.get(0),
    )?;
    let new = serde_json::json!({"title": title});
    audit::created(tx, Shop::of(id, false), Action::SiteCreated, id, &new)?;
    get(tx, id)
}

/// All sites, the oldest first.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Site>> {
    tx.all("select id, title from site order by id", &[], read)
}

/// The site with this id, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, id: i64) -> Result<Site> {
    tx.maybe("select id, title from site where id = $1", values![id], read)?.ok_or_else(|| {
        Error::not_found(format!("there is no site {id}; `keywright site list` shows those there are"))
    })
}

fn read(row: &Row<'_>) -> Result<Site> {
    Ok(Site { id: row.get(0)?, title: row.get(1)? })
}
