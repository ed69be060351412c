//! What came onto a gift card, and went off it.

use serde::Serialize;

use crate::base::error::Result;
use crate::base::time::Millis;
use crate::store::Tx;
use crate::values;

/// Money that came onto a card, or went off it; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Entry {
    pub id: i64,
    pub delta_minor: i64,
    pub order_id: Option<i64>,
    #[serde(skip)]
    pub created_at: Millis,
}

/// What came and went, the latest `limit` first.
pub fn entries(tx: &mut Tx<'_>, gift_card_id: i64, limit: i64) -> Result<Vec<Entry>> {
    tx.all(
        "select id, delta_minor, sale_id, created_at from gift_card_entry where gift_card_id = $1 order by id desc limit $2",
        values![gift_card_id, limit],
        |row| {
            Ok(Entry {
                id: row.get(0)?,
                delta_minor: row.get(1)?,
                order_id: row.get(2)?,
                created_at: row.get(3)?,
            })
        },
    )
}
