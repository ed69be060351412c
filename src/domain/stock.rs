//! How much there is.

use crate::base::error::Result;
use crate::store::Tx;

/// Numbers of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stock {
    /// Products.
    pub products: i64,
    /// Customers.
    pub customers: i64,
    /// Licences.
    pub licences: i64,
    /// Live activations.
    pub activations: i64,
}

/// Counts. Reads every licence, so it is nothing for a request.
pub fn count(tx: &mut Tx<'_>) -> Result<Stock> {
    tx.one(
        "select (select count(*) from product), (select count(*) from customer), count(*), \
         cast(coalesce(sum(uses), 0) as bigint) from licence",
        &[],
        |row| {
            Ok(Stock {
                products: row.get(0)?,
                customers: row.get(1)?,
                licences: row.get(2)?,
                activations: row.get(3)?,
            })
        },
    )
}
