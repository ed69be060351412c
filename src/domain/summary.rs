//! The figures of a shop at a glance.

use serde_json::{Map, Value, json};

use super::analytics::{self, Figures, Series, Table};
use super::period::Asked;
use super::revenue::{self, Revenue};
use super::shop::Shop;
use super::tally::{Hour, hour};
use crate::base::error::Result;
use crate::base::time::{DAY, HOUR, Millis, rfc3339};
use crate::store::Tx;
use crate::values;

/// Stretches of days that end with today, and what they are called.
pub const SPANS: [(&str, usize); 3] = [("today", 1), ("last_7_days", 7), ("last_30_days", 30)];
/// Licences that end within so many days end soon.
pub const SOON: i64 = 30;
/// How many of the newest errors are told.
const NEWEST: i64 = 10;

/// All of it.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Now.
    pub at: Millis,
    /// What apps asked for, in the last 30 days.
    pub calls: Series,
    /// The errors that they got.
    pub errors: Series,
    /// The money of these days.
    pub revenue: Revenue,
    /// Licences that work.
    pub active: i64,
    /// Those of them that end within 30 days.
    pub expiring: i64,
    /// The same, by how many whole days are left: none, one, two …
    pub ends: Vec<i64>,
    /// Customers.
    pub customers: i64,
    /// The errors of the last day, the newest hour first.
    pub newest: Vec<NewError>,
}

/// An error that apps got within an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewError {
    /// When.
    pub hour: Hour,
    /// Its code.
    pub code: String,
    /// 0: of no product that is known.
    pub product_id: i64,
    /// How many.
    pub count: i64,
}

impl Figures for Summary {
    fn json(&self) -> Value {
        let calls = SPANS.map(|(name, days)| {
            let mut of: Map<String, Value> = self
                .calls
                .names
                .iter()
                .cloned()
                .zip(self.calls.last(days).into_iter().map(Value::from))
                .collect();
            of.insert("error".to_owned(), self.errors.last(days).iter().sum::<i64>().into());
            (name.to_owned(), Value::Object(of))
        });
        let revenue = SPANS.map(|(name, days)| {
            let of = self.revenue.last(days).into_iter().map(|(currency, income)| income.json(currency));
            (name.to_owned(), of.collect())
        });
        let newest = self.newest.iter().map(|error| {
            json!({"hour": rfc3339(error.hour * HOUR), "code": error.code, "product_id": error.product_id, "count": error.count})
        });
        json!({"at": rfc3339(self.at), "time_zone": self.calls.period.zone_name(), "calls": Map::from_iter(calls),
            "revenue": Map::from_iter(revenue), "licences": {"active": self.active, "expiring_within_30_days": self.expiring},
            "customers": self.customers, "newest_errors": newest.collect::<Vec<Value>>()})
    }

    fn table(&self) -> Table {
        let names = ["figure"].into_iter().chain(SPANS.map(|(name, _)| name)).map(str::to_owned).collect();
        let mut table = vec![names];
        let mut put = |name: String, of: [i64; 3]| {
            table.push([name].into_iter().chain(of.map(|n| n.to_string())).collect());
        };
        for (place, name) in self.calls.names.iter().enumerate() {
            put(name.clone(), SPANS.map(|(_, days)| self.calls.last(days)[place]));
        }
        put("error".to_owned(), SPANS.map(|(_, days)| self.errors.last(days).iter().sum()));
        for (place, currency) in self.revenue.by.keys().enumerate() {
            let of = SPANS.map(|(_, days)| self.revenue.last(days)[place].1);
            put(format!("gross_minor {currency}"), of.map(|income| income.gross));
            put(format!("refunds_minor {currency}"), of.map(|income| income.refunds));
            put(format!("orders {currency}"), of.map(|income| income.orders));
        }
        let now = [
            ("active licences", self.active),
            ("licences that expire within 30 days", self.expiring),
            ("customers", self.customers),
        ];
        for (name, count) in now {
            table.push(vec![name.to_owned(), count.to_string(), String::new(), String::new()]);
        }
        table
    }
}

/// Adds it all up.
pub fn summary(tx: &mut Tx<'_>, shop: Shop) -> Result<Summary> {
    let month = Asked::default();
    let ends = ends(tx, shop)?;
    let (calls, errors) = (analytics::activations(tx, shop, &month)?, analytics::errors(tx, shop, &month)?);
    Ok(Summary {
        at: tx.now(),
        calls,
        errors,
        revenue: revenue::revenue(tx, shop, &month)?,
        active: active(tx, shop)?,
        expiring: ends.iter().sum(),
        ends,
        customers: tx.one(
            "select count(*) from customer where site_id = $1 and is_test = $2",
            values![shop.site_id, shop.is_test()],
            |row| row.get(0),
        )?,
        newest: newest(tx, shop)?,
    })
}

/// Licences that work: all, without the few that do not, so that only indexes are walked. `+`: these few are found by the index
/// that holds nothing else, not by their products.
fn active(tx: &mut Tx<'_>, shop: Shop) -> Result<i64> {
    let of = values![shop.site_id, shop.is_test()];
    let all = tx.one(
        "select count(*) from licence where product_id in (select id from product where site_id = $1 and is_test = $2)",
        of,
        |row| row.get::<i64>(0),
    )?;
    let ended = tx.one(
        "select count(*) from licence l join product d on d.id = +l.product_id \
         where l.purchase_status <> 'active' and d.site_id = $1 and d.is_test = $2",
        of,
        |row| row.get::<i64>(0),
    )?;
    let off = tx.one(
        "select count(*) from licence l join product d on d.id = +l.product_id \
         where l.is_on = 0 and l.purchase_status = 'active' and d.site_id = $1 and d.is_test = $2",
        of,
        |row| row.get::<i64>(0),
    )?;
    Ok(all - ended - off)
}

/// Working licences that end within [`SOON`] days, by how many whole days are left.
fn ends(tx: &mut Tx<'_>, shop: Shop) -> Result<Vec<i64>> {
    let now = tx.now();
    let found = tx.all(
        "select (p.expires_at - cast($1 as bigint)) / 86400000 as day, count(*) from purchase p join licence l on l.purchase_id = p.id \
         where p.status = 'active' and p.expires_at is not null and p.expires_at > $1 and p.expires_at < $2 and p.site_id = $3 \
         and p.is_test = $4 and l.is_on = 1 group by day",
        values![now, now + SOON * DAY, shop.site_id, shop.is_test()],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)),
    )?;
    let count = |day: i64| found.iter().find(|(known, _)| *known == day).map_or(0, |(_, count)| *count);
    Ok((0..SOON).map(count).collect())
}

fn newest(tx: &mut Tx<'_>, shop: Shop) -> Result<Vec<NewError>> {
    let since = hour(tx.now() - DAY);
    tx.all(
        "select hour, label, product_id, count from tally where site_id = $1 and is_test = $2 and kind = 'error' \
         and hour >= $3 order by hour desc, count desc, product_id, label limit $4",
        values![shop.site_id, shop.is_test(), since, NEWEST],
        |row| {
            Ok(NewError { hour: row.get(0)?, code: row.get(1)?, product_id: row.get(2)?, count: row.get(3)? })
        },
    )
}
