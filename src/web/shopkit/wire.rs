//! What the shapes of this dialect share: how instants, addresses of pages and pictures are written, and how values are read.

use serde::Serialize;
use serde_json::Value;

use super::decimal;
use crate::base::error::{Error, Result as Outcome};
use crate::base::public_id::PublicIds;
use crate::base::time::Millis;
use crate::base::zone::Zone;
use crate::domain::about;
use crate::domain::account;
use crate::domain::carried::{self, Source, What};
use crate::domain::shop::Shop;
use crate::domain::webhook_queue::{Manner, Means};
use crate::store::Tx;
use crate::web::fields::text;

/// What things are shown with.
#[derive(Clone, Debug)]
pub struct Wire {
    pub shop: Shop,
    pub ids: PublicIds,
    pub zone: Zone,
    pub manner: Manner,
    /// Whether the shop names its prices with tax in them.
    pub is_gross: bool,
}

impl Wire {
    pub fn of(tx: &mut Tx<'_>, shop: Shop, means: &Means) -> Outcome<Self> {
        let zone = Zone::of(&account::get(tx, shop)?.time_zone);
        let is_gross = is_gross(tx, shop)?;
        Ok(Self { shop, ids: means.ids.clone(), zone, manner: means.manner.clone(), is_gross })
    }

    /// A time that may be none.
    pub fn maybe_time(&self, at: Option<Millis>) -> Option<String> {
        at.map(|at| self.zone.write(at))
    }

    /// The address of a page of the shop.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.manner.public_url)
    }

    /// The number that a row is called by: the one that it had where it was carried from, or its own.
    pub fn number(&self, tx: &mut Tx<'_>, what: What, id: i64) -> Outcome<i64> {
        carried::number(tx, self.shop, Source::Shopkit, what, id)
    }
}

/// Whether a shop names its prices with tax in them.
pub fn is_gross(tx: &mut Tx<'_>, shop: Shop) -> Outcome<bool> {
    Ok(about::get(tx, shop)?.is("taxes_included"))
}

/// The row of a number; whether there is one is for a look to tell.
pub fn row(tx: &mut Tx<'_>, shop: Shop, what: What, number: i64) -> Outcome<i64> {
    carried::row(tx, shop, Source::Shopkit, what, number)
}

/// A picture in the document's three sizes, of which there is one here.
#[derive(Clone, Debug, Serialize)]
pub struct Image {
    thumb: String,
    square: String,
    full: String,
}

impl Image {
    pub fn of(url: &str) -> Self {
        Self { thumb: url.to_owned(), square: url.to_owned(), full: url.to_owned() }
    }
}

/// A switch as programs write it: `true`, `1`, and both as text.
pub fn flag(value: Value) -> Result<bool, String> {
    let word = match value {
        Value::Bool(on) => return Ok(on),
        Value::Number(number) => number.to_string(),
        value => text(value)?,
    };
    switch(&word).map_err(|e| e.message)
}

/// The same in a query.
pub fn switch(word: &str) -> Outcome<bool> {
    match word.trim() {
        "true" | "1" => Ok(true),
        "false" | "0" | "" => Ok(false),
        _ => Err(Error::invalid("must be true or false")),
    }
}

/// A number with digits behind its point, as text.
pub fn number(value: Value) -> Result<String, String> {
    match value {
        Value::Number(number) => Ok(number.to_string()),
        value => text(value),
    }
}

/// A number of so many places, moved up by them.
pub fn moved(places: u32) -> impl Fn(Value) -> Result<i64, String> {
    move |value| decimal::read(&number(value)?, places).map_err(|e| e.message)
}

/// A text, or nothing where it is empty.
pub fn line(value: Value) -> Result<Option<String>, String> {
    Ok(Some(number(value)?).filter(|text| !text.trim().is_empty()))
}
