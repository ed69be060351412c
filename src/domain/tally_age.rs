//! Old tallies: hours become days, and days are forgotten.

use super::period::{Interval, start_of, zone};
use super::tally::{Hour, Kind, hour};
use crate::base::error::Result;
use crate::base::time::{DAY, HOUR};
use crate::store::Tx;
use crate::values;

/// So many days are kept by the hour.
pub const HOURS_FOR: i64 = 90;
/// So many by the day.
pub const DAYS_FOR: i64 = 3 * 365;

/// An hour whose time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Old {
    site_id: i64,
    is_test: bool,
    kind: Kind,
    hour: Hour,
    /// The hour that stands for its whole day; `None` if it is forgotten.
    into: Option<Hour>,
}

/// The hours whose time is over: a day stands in its first hour, by the time zone that its site has now.
pub fn old(tx: &mut Tx<'_>) -> Result<Vec<Old>> {
    let sites = tx.all("select id, time_zone from site order by id", &[], |row| {
        Ok((row.get::<i64>(0)?, row.get::<String>(1)?))
    })?;
    let mut found = Vec::new();
    for (site_id, name) in sites {
        let zone = zone(&name)?;
        let last = start_of(Interval::Day, tx.now() - HOURS_FOR * DAY, &zone)?;
        let forgotten = hour(tx.now() - DAYS_FOR * DAY);
        for (is_test, kind) in [false, true].into_iter().flat_map(|t| Kind::ALL.iter().map(move |k| (t, *k)))
        {
            let hours = tx.all(
                "select hour from tally where site_id = $1 and is_test = $2 and kind = $3 and hour < $4 group by hour order by hour",
                values![site_id, is_test, kind.as_str(), first_hour(last)],
                |row| row.get::<Hour>(0),
            )?;
            for hour in hours {
                let into = if hour < forgotten {
                    None
                } else {
                    Some(first_hour(start_of(Interval::Day, hour * HOUR, &zone)?))
                };
                if into != Some(hour) {
                    found.push(Old { site_id, is_test, kind, hour, into });
                }
            }
        }
    }
    Ok(found)
}

/// The first hour that begins then or later.
pub fn first_hour(at: i64) -> Hour {
    hour(at + HOUR - 1)
}

/// Adds an hour to its day, or forgets it. Of two at once on one hour, one finds nothing.
pub fn settle(tx: &mut Tx<'_>, old: Old) -> Result<()> {
    let Old { site_id, is_test, kind, hour, into } = old;
    let rows = tx.all(
        "delete from tally where site_id = $1 and is_test = $2 and kind = $3 and hour = $4 returning product_id, label, count",
        values![site_id, is_test, kind.as_str(), hour],
        |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?, row.get::<i64>(2)?)),
    )?;
    let Some(into) = into else { return Ok(()) };
    for (product_id, label, count) in rows {
        put(tx, (site_id, is_test, kind), into, product_id, &label, count)?;
    }
    Ok(())
}

/// Adds a count to a row whose site and mode are known.
pub fn put(
    tx: &mut Tx<'_>,
    (site_id, is_test, kind): (i64, bool, Kind),
    hour: Hour,
    product_id: i64,
    label: &str,
    count: i64,
) -> Result<()> {
    tx.exec(
        "insert into tally (site_id, is_test, kind, hour, product_id, label, count) values ($1, $2, $3, $4, $5, $6, $7) \
         on conflict (site_id, is_test, kind, hour, product_id, label) do update set count = tally.count + excluded.count",
        values![site_id, is_test, kind.as_str(), hour, product_id, label, count],
    )
    .map(|_| ())
}
