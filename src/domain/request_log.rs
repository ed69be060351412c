//! The request log: calls of the platform API, for those who want to see what their programs do. Gathered in memory and written
//! every second, so that no call waits for it; kept for as long as the setting `request_log_days` says.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use super::by_time::Log;
use super::shop::Shop;
use crate::base::error::Result;
use crate::base::time::{DAY, Millis, rfc3339};
use crate::store::Tx;
use crate::store::list::{List, Start};
use crate::values;

/// The most calls that wait in memory, about 200 bytes each.
pub const MOST: usize = 50_000;
/// The most that one sweep forgets.
const SWEEP: i64 = 5_000;
/// How rows of a stretch of time are found.
const LOG: Log = Log {
    ends: "select min(id), max(id) from request_log",
    row: "select id, created_at from request_log where id >= $1 order by id limit 1",
};

/// A call that was answered; columns as in `schema.sql`, table `request_log`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Noted {
    /// None where the caller is not known: the first site's, in live mode.
    pub shop: Option<Shop>,
    pub created_at: Millis,
    pub request_id: String,
    /// Empty where the caller is not known.
    pub credential: String,
    pub method: &'static str,
    pub route: &'static str,
    pub status: u16,
    pub code: Option<String>,
    pub took: i64,
    pub address: IpAddr,
}

/// Calls that are not written yet, the oldest first.
#[derive(Debug, Default)]
pub struct Gathered(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    calls: VecDeque<Noted>,
    /// How many had to go unwritten.
    lost: u64,
}

impl Gathered {
    /// Remembers a call. Beyond [`MOST`], the oldest goes unwritten.
    pub fn note(&self, call: Noted) {
        let mut waiting = self.lock();
        if waiting.calls.len() >= MOST {
            waiting.calls.pop_front();
            waiting.lost += 1;
        }
        waiting.calls.push_back(call);
    }

    /// Takes out the oldest, so many at the most.
    pub fn take(&self, most: usize) -> Vec<Noted> {
        let mut waiting = self.lock();
        let count = most.min(waiting.calls.len());
        waiting.calls.drain(..count).collect()
    }

    /// Puts back what could not be written, before what came since, as far as there is room.
    pub fn put_back(&self, calls: Vec<Noted>) {
        let mut waiting = self.lock();
        for call in calls.into_iter().rev() {
            if waiting.calls.len() >= MOST {
                waiting.lost += 1;
            } else {
                waiting.calls.push_front(call);
            }
        }
    }

    /// How many had to go unwritten since this was asked last.
    pub fn take_lost(&self) -> u64 {
        std::mem::take(&mut self.lock().lost)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes calls.
pub fn store(tx: &mut Tx<'_>, calls: &[Noted]) -> Result<()> {
    let first = Shop::live(tx)?;
    for call in calls {
        let shop = call.shop.unwrap_or(first);
        tx.exec(
            "insert into request_log (site_id, is_test, created_at, request_id, credential, method, route, status, code, took, \
             address) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            values![
                shop.site_id,
                shop.is_test(),
                call.created_at,
                &call.request_id,
                &call.credential,
                call.method,
                call.route,
                i64::from(call.status),
                call.code.as_ref(),
                call.took,
                &call.address.to_string()
            ],
        )?;
    }
    Ok(())
}

/// A row of the log. As JSON it is what the API and commands show.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Entry {
    pub id: i64,
    pub created_at: Millis,
    pub request_id: String,
    pub credential: String,
    pub method: String,
    pub route: String,
    pub status: i64,
    pub code: Option<String>,
    pub took: i64,
    pub address: String,
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        let mut fields = to.serialize_struct("Entry", 10)?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("created_at", &rfc3339(self.created_at))?;
        fields.serialize_field("request_id", &self.request_id)?;
        fields.serialize_field("credential", &self.credential)?;
        fields.serialize_field("address", &self.address)?;
        fields.serialize_field("method", &self.method)?;
        fields.serialize_field("route", &self.route)?;
        fields.serialize_field("status", &self.status)?;
        fields.serialize_field("code", &self.code)?;
        fields.serialize_field("micros", &self.took)?;
        fields.end()
    }
}

/// What the log is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Calls that were answered so.
    pub status: Option<i64>,
    /// Calls of this route, such as `/v1/orders/{id}`.
    pub route: Option<String>,
    /// Calls with this credential: an API key's name, or an app's client id.
    pub credential: Option<String>,
    /// Calls then or later.
    pub from: Option<Millis>,
    /// Calls before.
    pub to: Option<Millis>,
}

/// Calls, newest first: `limit` of them from `start` on.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: &Filter,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let mut list = List::new(
        "select id, created_at, request_id, credential, method, route, status, code, took, address from request_log",
    );
    list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
    list.with("site_id = ?", shop.site_id);
    list.maybe("status = ?", filter.status);
    list.maybe("route = ?", filter.route.as_deref());
    list.maybe("credential = ?", filter.credential.as_deref());
    LOG.narrow(tx, &mut list, filter.from, filter.to)?;
    list.page(tx, "id", start, limit, |row| {
        Ok(Entry {
            id: row.get(0)?,
            created_at: row.get(1)?,
            request_id: row.get(2)?,
            credential: row.get(3)?,
            method: row.get(4)?,
            route: row.get(5)?,
            status: row.get(6)?,
            code: row.get(7)?,
            took: row.get(8)?,
            address: row.get(9)?,
        })
    })
}

/// Forgets calls that are older than so many days, some at a time; whether there are more. 0 forgets all.
pub fn sweep(tx: &mut Tx<'_>, days: i64) -> Result<bool> {
    let now = tx.now();
    let last = tx.one(
        "select max(id) from (select id, created_at from request_log order by id limit $2) oldest where created_at <= $1",
        values![now - days * DAY, SWEEP],
        |row| row.get::<Option<i64>>(0),
    )?;
    let Some(last) = last else { return Ok(false) };
    let gone = tx.exec("delete from request_log where id <= $1", values![last])?;
    Ok(i64::try_from(gone) == Ok(SWEEP))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(took: i64) -> Noted {
        Noted {
            shop: None,
            created_at: 0,
            request_id: String::new(),
            credential: String::new(),
            method: "GET",
            route: "/v1/account",
            status: 200,
            code: None,
            took,
            address: IpAddr::from([127, 0, 0, 1]),
        }
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_goes() {
        let gathered = Gathered::default();
        let most = i64::try_from(MOST).unwrap();
        (0..most + 3).for_each(|n| gathered.note(call(n)));
        assert_eq!(gathered.take_lost(), 3);
        let taken = gathered.take(2);
        assert_eq!(taken.iter().map(|call| call.took).collect::<Vec<_>>(), [3, 4]);
        gathered.note(call(most + 3));
        gathered.put_back(taken);
        assert_eq!(gathered.take_lost(), 1, "there was room for one of the two");
        let all = gathered.take(usize::MAX);
        assert_eq!((all.len(), all[0].took, all[MOST - 1].took), (MOST, 4, most + 3));
        assert_eq!((gathered.take(1), gathered.take_lost()), (Vec::new(), 0));
    }
}
