//! Figures over time: what apps asked for, and which errors they got, in each interval.

use serde_json::{Map, Value, json};

use super::account;
use super::period::{Asked, Period};
use super::shop::Shop;
use super::tally::{Hour, Kind};
use crate::base::error::{Error, Result};
use crate::base::time::rfc3339;
use crate::store::Tx;
use crate::values;

/// The codes of the licence API, which errors are always told by, though there be none.
const CODES: [&str; 11] =
    ["1101", "1102", "1103", "1201", "1301", "1302", "1901", "1902", "1903", "1904", "1905"];
/// What apps ask for.
const CALLS: [Kind; 5] = [Kind::Activate, Kind::Deactivate, Kind::Check, Kind::Info, Kind::UpdateCheck];

/// Rows of cells; the first names the columns.
pub type Table = Vec<Vec<String>>;

/// Figures that can be shown.
pub trait Figures {
    /// As an object.
    fn json(&self) -> Value;
    /// As a table.
    fn table(&self) -> Table;
}

/// Counts of several names in each interval.
#[derive(Clone, Debug)]
pub struct Series {
    /// When.
    pub period: Period,
    /// What is counted.
    pub names: Vec<String>,
    /// For each interval, a count for each name.
    pub counts: Vec<Vec<i64>>,
}

impl Series {
    fn none(period: Period, names: Vec<String>) -> Self {
        let counts = vec![vec![0; names.len()]; period.starts.len()];
        Self { period, names, counts }
    }

    fn add(&mut self, hour: Hour, name: usize, count: i64) {
        if let Some(place) = self.period.place(hour) {
            self.counts[place][name] += count;
        }
    }

    /// The counts of one name, an interval after the other.
    pub fn of(&self, name: usize) -> Vec<i64> {
        self.counts.iter().map(|row| row[name]).collect()
    }

    /// The sum of each name over the last `n` intervals.
    pub fn last(&self, n: usize) -> Vec<i64> {
        let rows = &self.counts[self.counts.len().saturating_sub(n)..];
        (0..self.names.len()).map(|name| rows.iter().map(|row| row[name]).sum()).collect()
    }

    /// The sum of each name.
    pub fn totals(&self) -> Vec<i64> {
        self.last(self.counts.len())
    }

    fn object(&self, row: &[i64]) -> Map<String, Value> {
        self.names.iter().cloned().zip(row.iter().map(|count| (*count).into())).collect()
    }
}

impl Figures for Series {
    fn json(&self) -> Value {
        let rows = self.period.starts.iter().zip(&self.counts).map(|(start, row)| {
            let mut shown = Map::from_iter([("at".to_owned(), rfc3339(*start).into())]);
            shown.append(&mut self.object(row));
            Value::Object(shown)
        });
        let rows: Vec<Value> = rows.collect();
        framed(&self.period, &rows, &Value::Object(self.object(&self.totals())))
    }

    fn table(&self) -> Table {
        let names = ["at".to_owned()].into_iter().chain(self.names.iter().cloned()).collect();
        let rows = self.period.starts.iter().zip(&self.counts);
        let rows = rows.map(|(start, row)| {
            [rfc3339(*start)].into_iter().chain(row.iter().map(ToString::to_string)).collect()
        });
        [names].into_iter().chain(rows).collect()
    }
}

/// What all figures over time have around their rows.
pub fn framed(period: &Period, data: &[Value], totals: &Value) -> Value {
    json!({"from": rfc3339(period.start()), "to": rfc3339(period.end), "interval": period.interval,
        "time_zone": period.zone_name(), "data": data, "totals": totals})
}

/// A table as CSV.
pub fn csv(table: &Table) -> Result<String> {
    let broken = |e: &dyn std::fmt::Display| Error::broken(format!("CSV cannot be written: {e}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in table {
        writer.write_record(row).map_err(|e| broken(&e))?;
    }
    let bytes = writer.into_inner().map_err(|e| broken(&e))?;
    String::from_utf8(bytes).map_err(|e| broken(&e))
}

/// The intervals that are asked for, by the shop's time zone.
pub fn period(tx: &mut Tx<'_>, shop: Shop, asked: &Asked) -> Result<Period> {
    let zone = account::get(tx, shop)?.time_zone;
    Period::settle(asked, &zone, tx.now())
}

/// The products that are meant: those with ids from the first to the second. 0 is what is of none that is known.
pub fn products(asked: &Asked) -> (i64, i64) {
    asked.product_id.map_or((0, i64::MAX), |id| (id, id))
}

/// What apps asked for and got.
pub fn activations(tx: &mut Tx<'_>, shop: Shop, asked: &Asked) -> Result<Series> {
    let names = CALLS.iter().map(|kind| kind.as_str().to_owned()).collect();
    let mut series = Series::none(period(tx, shop, asked)?, names);
    let ((from, to), (least, most)) = (series.period.hours(), products(asked));
    for (name, kind) in CALLS.iter().enumerate() {
        let found = tx.all(
            "select hour, cast(sum(count) as bigint) from tally where site_id = $1 and is_test = $2 and kind = $3 \
             and hour >= $4 and hour < $5 and product_id >= $6 and product_id <= $7 group by hour",
            values![shop.site_id, shop.is_test(), kind.as_str(), from, to, least, most],
            |row| Ok((row.get::<Hour>(0)?, row.get::<i64>(1)?)),
        )?;
        for (hour, count) in found {
            series.add(hour, name, count);
        }
    }
    Ok(series)
}

/// The errors that apps got, by code.
pub fn errors(tx: &mut Tx<'_>, shop: Shop, asked: &Asked) -> Result<Series> {
    let period = period(tx, shop, asked)?;
    let ((from, to), (least, most)) = (period.hours(), products(asked));
    let found = tx.all(
        "select hour, label, cast(sum(count) as bigint) from tally where site_id = $1 and is_test = $2 and kind = 'error' \
         and hour >= $3 and hour < $4 and product_id >= $5 and product_id <= $6 group by hour, label",
        values![shop.site_id, shop.is_test(), from, to, least, most],
        |row| Ok((row.get::<Hour>(0)?, row.get::<String>(1)?, row.get::<i64>(2)?)),
    )?;
    let mut names: Vec<String> = CODES.map(str::to_owned).into();
    names.extend(found.iter().map(|(_, code, _)| code.clone()));
    names.sort();
    names.dedup();
    let mut series = Series::none(period, names);
    for (hour, code, count) in found {
        if let Ok(name) = series.names.binary_search(&code) {
            series.add(hour, name, count);
        }
    }
    Ok(series)
}
