//! What customers have bought and paid.

use crate::base::error::Result;
use crate::store::Tx;
use crate::values;

/// How many orders of a customer were paid, and what they paid in all, less what went back, in minor units whatever the currency.
pub fn of(tx: &mut Tx<'_>, customer_id: i64) -> Result<(i64, i64)> {
    tx.one(
        "select count(*), cast(coalesce(sum(paid_minor - refunded_minor), 0) as bigint) from sale \
         where customer_id = $1 and paid_at is not null",
        values![customer_id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}
