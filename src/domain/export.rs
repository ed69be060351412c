//! Licences as the rows of a CSV file that [`super::import`] takes in again.

use super::import::COLUMNS;
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::time::rfc3339;
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};

/// A licence's row: its id, and a cell for each of [`COLUMNS`].
pub type Line = (i64, [String; 10]);

/// Rows of licences, newest first: `limit` of them from `start` on; of one product if it is named.
pub fn lines(
    tx: &mut Tx<'_>,
    shop: Shop,
    product_id: Option<i64>,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Vec<Line>> {
    let mut list = List::new(
        "select l.id, l.product_id, c.email, l.key, c.name, c.username, p.install_url, l.max_uses, l.expires_at, l.identifier, \
         l.is_on from licence l join purchase p on p.id = l.purchase_id join customer c on c.id = p.customer_id",
    );
    list.when(if shop.is_test() { "l.is_test = 1" } else { "l.is_test = 0" });
    list.with("p.site_id = ?", shop.site_id);
    list.maybe("l.product_id = ?", product_id);
    list.page(tx, "l.id", start, limit, read)
}

fn read(row: &Row<'_>) -> Result<Line> {
    let text = |index| Ok(row.get::<Option<String>>(index)?.unwrap_or_default());
    let cells = [
        row.get::<i64>(1)?.to_string(),
        text(2)?,
        text(3)?,
        text(4)?,
        text(5)?,
        text(6)?,
        row.get::<i64>(7)?.to_string(),
        row.get::<Option<i64>>(8)?.map(rfc3339).unwrap_or_default(),
        text(9)?,
        if row.get(10)? { "active" } else { "suspended" }.to_owned(),
    ];
    Ok((row.get(0)?, cells))
}

/// Rows as CSV, with the names of the columns first if `is_first`.
pub fn csv(lines: &[Line], is_first: bool) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let broken = |e: &dyn std::fmt::Display| Error::broken(format!("CSV cannot be written: {e}"));
    if is_first {
        writer.write_record(COLUMNS).map_err(|e| broken(&e))?;
    }
    for (_, cells) in lines {
        writer.write_record(cells).map_err(|e| broken(&e))?;
    }
    let bytes = writer.into_inner().map_err(|e| broken(&e))?;
    String::from_utf8(bytes).map_err(|e| broken(&e))
}
