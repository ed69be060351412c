//! Which versions are in the field: those that ask for updates.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::analytics::{Figures, Table, framed, period, products};
use super::period::{Asked, Period};
use super::shop::Shop;
use crate::base::error::Result;
use crate::base::money::WHOLE;
use crate::store::Tx;
use crate::values;

/// The most rows of an answer: the versions that ask most.
const MOST: usize = 1_000;

/// Update checks by version.
#[derive(Clone, Debug)]
pub struct Versions {
    /// When.
    pub period: Period,
    /// Those that ask most come first.
    pub rows: Vec<Row>,
    /// All update checks.
    pub total: i64,
}

/// A version of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Whose.
    pub product_id: i64,
    /// The product's title.
    pub product: String,
    /// `unknown`: apps that do not say it; `other`: what is no version, or too many.
    pub version: String,
    /// Update checks.
    pub checks: i64,
    /// Of those of its product, in basis points.
    pub share_bp: i64,
}

impl Figures for Versions {
    fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            json!({"product_id": row.product_id, "product": row.product, "version": row.version, "checks": row.checks,
                "share_bp": row.share_bp})
        });
        framed(&self.period, &rows.collect::<Vec<Value>>(), &json!({"checks": self.total}))
    }

    fn table(&self) -> Table {
        let names = ["product_id", "product", "version", "checks", "share_bp"].map(str::to_owned).into();
        let rows = self.rows.iter().map(|row| {
            let Row { product_id, product, version, checks, share_bp } = row.clone();
            vec![product_id.to_string(), product, version, checks.to_string(), share_bp.to_string()]
        });
        [names].into_iter().chain(rows).collect()
    }
}

/// The versions that asked for updates.
pub fn versions(tx: &mut Tx<'_>, shop: Shop, asked: &Asked) -> Result<Versions> {
    let period = period(tx, shop, asked)?;
    let ((from, to), (least, most)) = (period.hours(), products(asked));
    let mut rows = tx.all(
        "select t.product_id, d.title, t.label, cast(sum(t.count) as bigint) from tally t join product d on d.id = t.product_id \
         where t.site_id = $1 and t.is_test = $2 and t.kind = 'update_check' and t.hour >= $3 and t.hour < $4 \
         and t.product_id >= $5 and t.product_id <= $6 group by t.product_id, d.title, t.label",
        values![shop.site_id, shop.is_test(), from, to, least, most],
        |row| {
            let (product_id, product, version) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Row { product_id, product, version, checks: row.get(3)?, share_bp: 0 })
        },
    )?;
    let mut of: HashMap<i64, i64> = HashMap::new();
    for row in &rows {
        *of.entry(row.product_id).or_default() += row.checks;
    }
    for row in &mut rows {
        row.share_bp = row.checks * WHOLE / of.get(&row.product_id).copied().unwrap_or_default().max(1);
    }
    let total = of.values().sum();
    rows.sort_by(|a, b| (b.checks, a.product_id, &a.version).cmp(&(a.checks, b.product_id, &b.version)));
    rows.truncate(MOST);
    Ok(Versions { period, rows, total })
}
