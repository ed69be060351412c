//! One PostgreSQL connection with its kept statements, and its errors in our words.

use std::collections::HashMap;
use std::error::Error as _;

use postgres::error::SqlState;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Statement};

use super::Address;
use crate::base::error::{Error, Kind, Result};
use crate::store::together::MOST;
use crate::store::value::{Row, Value};

/// A connection that belongs to one crew thread.
pub struct Session {
    client: Client,
    statements: HashMap<String, Statement>,
    /// Statements for several sets of values at once, by how many.
    for_sets: HashMap<usize, HashMap<String, Statement>>,
    /// Whether a statement has failed since this was last asked.
    failed: bool,
}

impl Session {
    pub fn connect(address: &Address) -> Result<Self> {
        // One that is ended while it begins, as all are by an administrator's word, is replaced as an older one would be.
        Self::begin(address)?.set_up().or_else(|_| Self::begin(address)?.set_up())
    }

    fn begin(address: &Address) -> Result<Self> {
        let client = address.connect()?.map_err(|e| {
            let why = e.as_db_error().map_or_else(|| chain(&e), |db| db.message().to_owned());
            Error::new(
                Kind::Unavailable,
                format!("PostgreSQL at {address} cannot be reached: {why}. Is it running, and are user, password and database right?"),
            )
        })?;
        Ok(Self { client, statements: HashMap::new(), for_sets: HashMap::new(), failed: false })
    }

    /// An answer must mean "on disk", whatever this server's default is; nobody may hold a lock for ever.
    fn set_up(mut self) -> Result<Self> {
        self.batch(
            "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off';
             set statement_timeout = '30s'; set idle_in_transaction_session_timeout = '30s'",
        )?;
        Ok(self)
    }

    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Runs a statement; the number of rows it changed.
    pub fn exec(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64> {
        let statement = self.prepare(sql)?;
        let changed = self.client.execute(&statement, &as_params(values));
        changed.map_err(|e| self.error(&e))
    }

    /// Runs a query and shows each row.
    pub fn each(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        visit: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let statement = self.prepare(sql)?;
        let rows = self.client.query(&statement, &as_params(values)).map_err(|e| self.error(&e))?;
        rows.iter().try_for_each(|row| visit(&Row::Postgres(row)))
    }

    /// Runs a query for each of several sets of values, [`MOST`] in one round trip, and shows each row with the number of
    /// its set.
    pub fn each_of<const N: usize>(
        &mut self,
        sql: &str,
        sets: &[[Value<'_>; N]],
        visit: &mut dyn FnMut(usize, &Row<'_>) -> Result<()>,
    ) -> Result<()> {
        for (chunk, first) in sets.chunks(MOST).zip((0..).step_by(MOST)) {
            if let [values] = chunk {
                self.each(sql, values, &mut |row| visit(first, row))?;
                continue;
            }
            // A statement for each power of two; the last set fills it up.
            let size = chunk.len().next_power_of_two();
            let statement = self.prepare_for_sets(sql, size)?;
            let filled = (0..size).flat_map(|n| &chunk[n.min(chunk.len() - 1)]);
            let params: Vec<&(dyn ToSql + Sync)> = filled.map(|value| value as &(dyn ToSql + Sync)).collect();
            let rows = self.client.query(&statement, &params).map_err(|e| self.error(&e))?;
            for row in &rows {
                let set: i64 = Row::Postgres(row).get(row.len() - 1)?;
                let set = usize::try_from(set).unwrap_or(usize::MAX);
                if set < chunk.len() {
                    visit(first + set, &Row::Postgres(row))?;
                }
            }
        }
        Ok(())
    }

    /// `sql` for `size` sets of values: the rows of each, with the number of the set as their last column.
    fn prepare_for_sets(&mut self, sql: &str, size: usize) -> Result<Statement> {
        if let Some(statement) = self.for_sets.get(&size).and_then(|known| known.get(sql)) {
            return Ok(statement.clone());
        }
        let one = self.prepare(sql)?;
        let types: Vec<&str> = one.params().iter().map(Type::name).collect();
        let text = for_sets(sql, &types, size);
        let statement = self.client.prepare(&text).map_err(|e| self.error(&e))?;
        self.for_sets.entry(size).or_default().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Runs plain statements, such as `begin` or a whole schema.
    pub fn batch(&mut self, sql: &str) -> Result<()> {
        self.client.batch_execute(sql).map_err(|e| self.error(&e))
    }

    /// Whether a statement has failed since this was last asked.
    pub fn take_failed(&mut self) -> bool {
        std::mem::take(&mut self.failed)
    }

    fn error(&mut self, e: &postgres::Error) -> Error {
        self.failed = true;
        explain(e)
    }

    fn prepare(&mut self, sql: &str) -> Result<Statement> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).map_err(|e| self.error(&e))?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// The statement `sql`, whose values are of these types, for `size` sets of values.
fn for_sets(sql: &str, types: &[&str], size: usize) -> String {
    let set = |n: usize| {
        let value = |(i, ty): (usize, &&str)| format!("cast(${} as {ty})", n * types.len() + i + 1);
        let values: Vec<String> = types.iter().enumerate().map(value).collect();
        format!("({}, cast({n} as bigint))", values.join(", "))
    };
    let sets: Vec<String> = (0..size).map(set).collect();
    let names: Vec<String> = (1..=types.len()).map(|i| format!("v{i}")).collect();
    // From the last on: `$1` is the beginning of `$10`.
    let body = (1..=types.len())
        .rev()
        .fold(sql.to_owned(), |sql, i| sql.replace(&format!("${i}"), &format!("q.v{i}")));
    format!(
        "select r.*, q.n from (values {}) as q ({}, n) cross join lateral ({body}) as r",
        sets.join(", "),
        names.join(", ")
    )
}

fn as_params<'a>(values: &'a [Value<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

/// An error with all that led to it.
fn chain(e: &postgres::Error) -> String {
    let mut text = e.to_string();
    let mut cause = e.source();
    while let Some(e) = cause {
        text = format!("{text}: {e}");
        cause = e.source();
    }
    text
}

/// PostgreSQL's error in our words. Its detail line is left out: it can quote a key.
fn explain(e: &postgres::Error) -> Error {
    let Some(db) = e.as_db_error() else {
        let gone = e.is_closed() || e.source().is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
        let kind = if gone { Kind::Unavailable } else { Kind::Broken };
        return Error::new(kind, format!("PostgreSQL: {}", chain(e)));
    };
    let state = db.code();
    let kind = match state {
        s if *s == SqlState::T_R_SERIALIZATION_FAILURE || *s == SqlState::T_R_DEADLOCK_DETECTED => {
            Kind::Clash
        }
        s if *s == SqlState::DISK_FULL => Kind::Full,
        s if *s == SqlState::READ_ONLY_SQL_TRANSACTION => Kind::Unavailable,
        // Class 57P: shut down, crashed, starting up. Class 08: connection. Class 53: out of resources.
        // A kept statement that the server forgot, or planned for columns of before an upgrade: a new connection mends it.
        s if ["26000", "0A000"].contains(&s.code()) => Kind::Unavailable,
        s if ["57P", "08", "53"].iter().any(|class| s.code().starts_with(class)) => Kind::Unavailable,
        _ => Kind::Broken,
    };
    Error::new(kind, format!("PostgreSQL: {} (SQLSTATE {})", db.message(), state.code()))
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut postgres::types::private::BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match *self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(n) if *ty == Type::INT4 => i32::try_from(n)?.to_sql(ty, out),
            Value::Int(n) => n.to_sql(ty, out),
            Value::Text(s) => s.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::TEXT, Type::VARCHAR, Type::NAME].contains(ty)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value<'a> {
    fn from_sql(
        ty: &Type,
        raw: &'a [u8],
    ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        // The width of a literal or a `case` is PostgreSQL's choice.
        match *ty {
            Type::INT8 => i64::from_sql(ty, raw).map(Value::Int),
            Type::INT4 => i32::from_sql(ty, raw).map(|n| Value::Int(n.into())),
            _ => <&str>::from_sql(ty, raw).map(Value::Text),
        }
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Value::Null)
    }

    fn accepts(ty: &Type) -> bool {
        <Self as ToSql>::accepts(ty)
    }
}

/// The cell at `index` of a row.
pub fn cell(row: &postgres::Row, index: usize) -> Result<Value<'_>> {
    row.try_get(index).map_err(|e| Error::broken(format!("column {index} of a row: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_for_two_sets() {
        assert_eq!(
            for_sets("select a from t where b = $1 and c > $2 and d < $1", &["text", "int8"], 2),
            "select r.*, q.n from (values (cast($1 as text), cast($2 as int8), cast(0 as bigint)), \
             (cast($3 as text), cast($4 as int8), cast(1 as bigint))) as q (v1, v2, n) \
             cross join lateral (select a from t where b = q.v1 and c > q.v2 and d < q.v1) as r"
        );
    }
}
