//! The shop itself, as its vendor sets it up: one for both of its modes.

use serde::Serialize;

use super::shop::Shop;
use crate::base::error::Result;
use crate::base::{money, text, time};
use crate::store::Tx;
use crate::values;

/// A site's settings; columns as in `schema.sql`, table `site`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Account {
    #[serde(rename = "name")]
    pub title: String,
    pub currency: Option<String>,
    pub time_zone: String,
}

/// What to set; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Change {
    pub title: Option<String>,
    pub currency: Option<Option<String>>,
    pub time_zone: Option<String>,
}

/// The site's settings.
pub fn get(tx: &mut Tx<'_>, shop: Shop) -> Result<Account> {
    tx.one("select title, currency, time_zone from site where id = $1", values![shop.site_id], |row| {
        Ok(Account { title: row.get(0)?, currency: row.get(1)?, time_zone: row.get(2)? })
    })
}

/// Changes them, all or none.
pub fn set(tx: &mut Tx<'_>, shop: Shop, change: &Change) -> Result<Account> {
    let old = get(tx, shop)?;
    let title = match &change.title {
        Some(title) => text::line("the name", title, 200).map_err(|e| e.about("name"))?,
        None => old.title,
    };
    let currency = match &change.currency {
        Some(code) => code.as_deref().map(money::currency).transpose().map_err(|e| e.about("currency"))?,
        None => old.currency,
    };
    let time_zone = match &change.time_zone {
        Some(name) => time::zone(name).map_err(|e| e.about("time_zone"))?,
        None => old.time_zone,
    };
    tx.exec(
        "update site set title = $2, currency = $3, time_zone = $4 where id = $1",
        values![shop.site_id, &title, currency.as_ref(), &time_zone],
    )?;
    get(tx, shop)
}
