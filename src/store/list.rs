//! Lists with optional filters: the only place that builds SQL text. Every piece of it is a literal in the domain.

use super::tx::Tx;
use super::value::{Row, Value};
use crate::base::error::Result;

/// More rows than this are many for a list: among a million, a page is found by walking past fewer.
const MANY: i64 = 5_000;

/// Where a page of a list begins, and which way it goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// At the newest row, and on to older ones.
    #[default]
    Newest,
    /// Behind the row with this id, and on to older ones.
    Before(i64),
    /// Behind the row with this id, and on to newer ones; behind 0 is at the oldest.
    After(i64),
}

impl From<Option<i64>> for Start {
    fn from(before: Option<i64>) -> Self {
        before.map_or(Self::Newest, Self::Before)
    }
}

/// A `select` without its conditions, which are added one by one.
#[derive(Debug)]
pub struct List<'a> {
    sql: String,
    values: Vec<Value<'a>>,
    conditions: usize,
    skip: i64,
}

impl<'a> List<'a> {
    /// A list of what `select` finds.
    pub fn new(select: &'static str) -> Self {
        Self { sql: select.to_owned(), values: Vec::new(), conditions: 0, skip: 0 }
    }

    /// Only rows for which `condition` holds.
    pub fn when(&mut self, condition: &'static str) {
        self.sql.push_str(if self.conditions == 0 { " where " } else { " and " });
        self.sql.push_str(condition);
        self.conditions += 1;
    }

    /// Only rows for which `condition` holds, with a value in the place of each of its `?`.
    pub fn with(&mut self, condition: &'static str, value: impl Into<Value<'a>>) {
        self.values.push(value.into());
        self.when(condition);
        self.sql = self.sql.replace('?', &format!("${}", self.values.len()));
    }

    /// As [`List::with`], for two values in the places of two `?`.
    pub fn between(&mut self, condition: &'static str, from: impl Into<Value<'a>>, to: impl Into<Value<'a>>) {
        self.with_each(condition, [from.into(), to.into()]);
    }

    /// As [`List::with`], for several values, each in the place of one `?`.
    pub fn with_each<const N: usize>(&mut self, condition: &'static str, values: [impl Into<Value<'a>>; N]) {
        self.when(condition);
        for value in values.map(Into::into) {
            self.values.push(value);
            self.sql = self.sql.replacen('?', &format!("${}", self.values.len()), 1);
        }
    }

    /// As [`List::with`] where there is a value, or else all rows.
    pub fn maybe(&mut self, condition: &'static str, value: Option<impl Into<Value<'a>>>) {
        if let Some(value) = value {
            self.with(condition, value);
        }
    }

    /// The same, with so many rows left out where a page begins: for lists whose pages have numbers. A far page costs more than the
    /// first.
    #[must_use]
    pub fn skipping(mut self, rows: i64) -> Self {
        self.skip = rows;
        self
    }

    /// How many rows there are.
    pub fn count(self, tx: &mut Tx<'_>) -> Result<i64> {
        let sql = format!("select count(*) from ({}) found", self.sql);
        tx.one(&sql, &self.values, |row| row.get(0))
    }

    /// Whether more rows than [`MANY`] are found by `select`, which has no order. Such a list is sooner walked from its end than
    /// gathered and sorted, and few rows are sooner gathered.
    pub fn is_long(mut self, tx: &mut Tx<'_>) -> Result<bool> {
        self.values.push((MANY + 1).into());
        let sql = format!("select count(*) from ({} limit ${}) found", self.sql, self.values.len());
        tx.one(&sql, &self.values, |row| Ok(row.get::<i64>(0)? > MANY))
    }

    /// A page of it: `limit` rows by their `id`, from `start` on. Any page costs what the first costs.
    pub fn page<T>(
        self,
        tx: &mut Tx<'_>,
        id: &'static str,
        start: impl Into<Start>,
        limit: i64,
        map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.page_by(tx, id, &[], start, limit, map)
    }

    /// As [`List::page`], by something that several rows may share, which are then in the order of `more`.
    pub fn page_by<T>(
        mut self,
        tx: &mut Tx<'_>,
        id: &'static str,
        more: &[&'static str],
        start: impl Into<Start>,
        limit: i64,
        map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let (behind, way) = match start.into() {
            Start::Newest => (None, "desc"),
            Start::Before(row) => (Some(("<", row)), "desc"),
            Start::After(row) => (Some((">", row)), "asc"),
        };
        if let Some((is, row)) = behind {
            self.values.push(row.into());
            let sql = if self.conditions == 0 { "where" } else { "and" };
            self.sql = format!("{} {sql} {id} {is} ${}", self.sql, self.values.len());
        }
        self.values.push(limit.into());
        let order: Vec<String> = [id].iter().chain(more).map(|column| format!("{column} {way}")).collect();
        self.sql = format!("{} order by {} limit ${}", self.sql, order.join(", "), self.values.len());
        if self.skip > 0 {
            self.values.push(self.skip.into());
            self.sql = format!("{} offset ${}", self.sql, self.values.len());
        }
        tx.all(&self.sql, &self.values, map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_numbered_in_their_order() {
        let mut list = List::new("select a from t");
        list.with("b = ?", 1);
        list.when("c = 0");
        list.maybe("d >= ? and e <= ?", Some("x"));
        list.maybe("f = ?", None::<i64>);
        list.between("g >= ? and g < ?", 5, 7);
        let sql = "select a from t where b = $1 and c = 0 and d >= $2 and e <= $2 and g >= $3 and g < $4";
        assert_eq!(list.sql, sql);
        assert_eq!(list.values, [Value::Int(1), Value::Text("x"), Value::Int(5), Value::Int(7)]);
    }
}
