//! The log of deliveries of one dialect, to all endpoints of a shop: what was sent, and what came of it.

use super::event::{self, Event};
use super::shop::Shop;
use super::webhook_delivery::Status;
use super::webhook_dialect::Dialect;
use crate::base::error::{Error, Result};
use crate::base::time::Millis;
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::values;

/// A delivery; columns as in `schema.sql`, table `webhook_delivery`.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Logged {
    pub id: i64,
    pub event_id: i64,
    pub status: Status,
    pub attempts: i64,
    pub http_status: Option<i64>,
    pub said: Option<String>,
    pub created_at: Millis,
    pub tried_at: Option<Millis>,
    pub told_as: Option<String>,
    /// Nothing before it was tried first, and once its customer was erased.
    pub body: Option<String>,
    /// Of its endpoint.
    pub url: String,
}

impl Logged {
    /// The event that it tells of, unless that is forgotten.
    pub fn event(&self, tx: &mut Tx<'_>) -> Result<Option<Event>> {
        event::anywhere(tx, self.event_id)
    }
}

fn narrowed<'a>(select: &'static str, shop: Shop, dialect: Dialect) -> List<'a> {
    let mut list = List::new(select);
    list.with("w.site_id = ?", shop.site_id);
    list.with("w.is_test = ?", i64::from(shop.is_test()));
    list.with("w.dialect = ?", dialect.as_str());
    list
}

/// Deliveries, newest first: `limit` of them from `start` on, `skip` rows further.
pub fn page(
    tx: &mut Tx<'_>,
    shop: Shop,
    dialect: Dialect,
    start: impl Into<Start>,
    (limit, skip): (i64, i64),
) -> Result<Vec<Logged>> {
    let list = narrowed(
        "select d.id, d.event_id, d.status, d.attempts, d.http_status, d.said, d.created_at, d.tried_at, d.told_as, d.body, w.url \
         from webhook_delivery d join webhook w on w.id = d.webhook_id",
        shop,
        dialect,
    );
    list.skipping(skip).page(tx, "d.id", start, limit, read)
}

/// How many there are in such a list.
pub fn count(tx: &mut Tx<'_>, shop: Shop, dialect: Dialect) -> Result<i64> {
    narrowed("select d.id from webhook_delivery d join webhook w on w.id = d.webhook_id", shop, dialect)
        .count(tx)
}

/// The delivery with this id, of this dialect in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, dialect: Dialect, id: i64) -> Result<Logged> {
    tx.maybe(
        "select d.id, d.event_id, d.status, d.attempts, d.http_status, d.said, d.created_at, d.tried_at, d.told_as, d.body, w.url \
         from webhook_delivery d join webhook w on w.id = d.webhook_id \
         where d.id = $1 and w.site_id = $2 and w.is_test = $3 and w.dialect = $4",
        values![id, shop.site_id, shop.is_test(), dialect.as_str()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no delivery {id}")))
}

fn read(row: &Row<'_>) -> Result<Logged> {
    Ok(Logged {
        id: row.get(0)?,
        event_id: row.get(1)?,
        status: row.word(2)?,
        attempts: row.get(3)?,
        http_status: row.get(4)?,
        said: row.get(5)?,
        created_at: row.get(6)?,
        tried_at: row.get(7)?,
        told_as: row.get(8)?,
        body: row.get(9)?,
        url: row.get(10)?,
    })
}
