//! What came to a variant's stock, and what went: rows that are added and never changed.

use serde::Serialize;

use crate::base::error::Result;
use crate::base::time::Millis;
use crate::store::Tx;
use crate::store::list::{List, Start};

/// A change of a stock; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Movement {
    pub id: i64,
    pub operation: String,
    pub delta: i64,
    pub reason: Option<String>,
    pub sale_id: Option<i64>,
    #[serde(skip)]
    pub created_at: Millis,
}

/// Those of a variant, newest first: `limit` of them from `start` on.
pub fn list(tx: &mut Tx<'_>, variant_id: i64, start: impl Into<Start>, limit: i64) -> Result<Vec<Movement>> {
    let mut list = List::new("select id, operation, delta, reason, sale_id, created_at from stock_movement");
    list.with("variant_id = ?", variant_id);
    list.page(tx, "id", start, limit, |row| {
        Ok(Movement {
            id: row.get(0)?,
            operation: row.get(1)?,
            delta: row.get(2)?,
            reason: row.get(3)?,
            sale_id: row.get(4)?,
            created_at: row.get(5)?,
        })
    })
}
