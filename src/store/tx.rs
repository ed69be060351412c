//! One transaction, as the domain sees it.

use std::sync::Arc;

use super::value::{Row, Value};
use super::{postgres, sqlite};
use crate::base::actor::Actor;
use crate::base::dice::Dice;
use crate::base::error::{Error, Result};
use crate::base::time::Millis;

/// A transaction on either engine. SQL is written once, in full and lower case, with `$1…`; design rules for it are
/// proved by `tests/sql.rs`.
pub struct Tx<'a> {
    pub(super) conn: Conn<'a>,
    pub(super) now: Millis,
    pub(super) dice: &'a Dice,
    /// Whether any row was changed: a transaction that only looked need not be synced to disk.
    pub(super) changed: bool,
    actor: Option<Arc<Actor>>,
}

/// A state of the database: transactions that see equal ones see the same rows, and of two the lesser is the earlier, or as early. SQLite
/// counts its commits. On PostgreSQL it is the snapshot of a server: the number behind all transactions that it knows, and those that had
/// not ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct State {
    number: i64,
    rest: String,
}

/// The connection under a transaction.
pub(super) enum Conn<'a> {
    Sqlite(&'a sqlite::Connection),
    Postgres(&'a mut postgres::Session),
}

impl<'a> Tx<'a> {
    pub(super) fn new(conn: Conn<'a>, now: Millis, dice: &'a Dice) -> Self {
        Self { conn, now, dice, changed: false, actor: None }
    }
}

impl Tx<'_> {
    /// The instant of this transaction: the same however often it is asked, and never behind an instant that an
    /// earlier transaction has decided by.
    pub fn now(&self) -> Millis {
        self.now
    }

    /// Lets what follows be done on somebody's behalf.
    pub fn act_for(&mut self, actor: &Arc<Actor>) {
        self.actor = Some(actor.clone());
    }

    /// On whose behalf this is done, if somebody said so.
    pub fn actor(&self) -> Option<&Arc<Actor>> {
        self.actor.as_ref()
    }

    /// Chance.
    pub fn dice(&self) -> &Dice {
        self.dice
    }

    /// Which state of the database is seen, apart from what this transaction itself has written.
    pub fn state(&mut self) -> Result<State> {
        match &mut self.conn {
            Conn::Sqlite(_) => {
                let commits = "select commit_seq from house where id = 1";
                let number = self.one(commits, &[], |row| row.get(0))?;
                Ok(State { number, rest: String::new() })
            }
            Conn::Postgres(_) => {
                // With when that server started: another one, in the place of one that was lost, may come to the same numbers.
                let seen = "select cast(pg_current_snapshot() as text) || ':' || cast(pg_postmaster_start_time() as text)";
                let rest: String = self.one(seen, &[], |row| row.get(0))?;
                let behind = rest.split(':').nth(1).and_then(|number| number.parse().ok());
                let number = behind.ok_or_else(|| Error::broken(format!("'{rest}' is no snapshot")))?;
                Ok(State { number, rest })
            }
        }
    }

    /// All rows of a query, each read by `map`.
    pub fn all<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        self.each(sql, values, &mut |row| {
            rows.push(map(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The first row, if there is one.
    pub fn maybe<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut first = None;
        self.each(sql, values, &mut |row| {
            if first.is_none() {
                first = Some(map(row)?);
            }
            Ok(())
        })?;
        Ok(first)
    }

    /// As [`Tx::maybe`] for each of several sets of values: one round trip for up to 32 of them on PostgreSQL.
    pub fn maybe_each<T, const N: usize>(
        &mut self,
        sql: &str,
        sets: &[[Value<'_>; N]],
        mut map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<Option<T>>> {
        let Conn::Postgres(session) = &mut self.conn else {
            return sets.iter().map(|values| self.maybe(sql, values, &mut map)).collect();
        };
        let mut found: Vec<Option<T>> = sets.iter().map(|_| None).collect();
        session.each_of(sql, sets, &mut |set, row| {
            if found[set].is_none() {
                found[set] = Some(map(row)?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The one row that must be there; its absence is our bug.
    pub fn one<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.maybe(sql, values, map)?.ok_or_else(|| Error::broken("a row that must be there is not"))
    }

    /// Runs a statement; the number of rows it changed.
    pub fn exec(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64> {
        let rows = match &mut self.conn {
            Conn::Sqlite(conn) => conn.exec(sql, values),
            Conn::Postgres(session) => session.exec(sql, values),
        }?;
        self.changed |= rows > 0;
        Ok(rows)
    }

    /// Runs several plain statements, such as a schema.
    pub(super) fn batch(&mut self, sql: &str) -> Result<()> {
        self.changed = true;
        match &mut self.conn {
            Conn::Sqlite(conn) => conn.batch(sql),
            Conn::Postgres(session) => session.batch(sql),
        }
    }

    fn each(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        visit: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        // `insert … returning` and its like. At worst a change of no row is committed for nothing.
        self.changed |= !sql.starts_with("select");
        match &mut self.conn {
            Conn::Sqlite(conn) => conn.each(sql, values, visit),
            Conn::Postgres(session) => session.each(sql, values, visit),
        }
    }
}
