//! Values that go into a statement and come out of a row, the same for both engines.

use std::str::FromStr;

use crate::base::error::{Error, Result};

/// A bound value or a cell. Booleans are 0 and 1: the engines' own types differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// SQL NULL.
    Null,
    /// A whole number.
    Int(i64),
    /// Text without NUL.
    Text(&'a str),
}

/// The values of a statement, in the order of `$1`, `$2`, …
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::store::Value::from($value)),*] };
}

impl From<i64> for Value<'_> {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<bool> for Value<'_> {
    fn from(b: bool) -> Self {
        Self::Int(i64::from(b))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(s: &'a str) -> Self {
        Self::Text(s)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(s: &'a String) -> Self {
        Self::Text(s)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(v: Option<T>) -> Self {
        v.map_or(Self::Null, Into::into)
    }
}

/// What a cell can be read as.
pub trait FromValue: Sized {
    /// Reads the cell; `None` when it is of another kind.
    fn from_value(value: Value<'_>) -> Option<Self>;
}

impl FromValue for i64 {
    fn from_value(value: Value<'_>) -> Option<Self> {
        if let Value::Int(n) = value { Some(n) } else { None }
    }
}

impl FromValue for bool {
    fn from_value(value: Value<'_>) -> Option<Self> {
        if let Value::Int(n @ (0 | 1)) = value { Some(n == 1) } else { None }
    }
}

impl FromValue for String {
    fn from_value(value: Value<'_>) -> Option<Self> {
        if let Value::Text(s) = value { Some(s.to_owned()) } else { None }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        if value == Value::Null { Some(None) } else { T::from_value(value).map(Some) }
    }
}

/// One row of an answer.
pub enum Row<'a> {
    /// From SQLite.
    Sqlite(&'a rusqlite::Row<'a>),
    /// From PostgreSQL.
    Postgres(&'a postgres::Row),
}

impl Row<'_> {
    /// The cell at `index`, counted from 0.
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T> {
        let value = self.value(index)?;
        T::from_value(value).ok_or_else(|| unexpected(index, value))
    }

    /// The word or address at `index`, read without a copy of its text.
    pub fn word<T: FromStr>(&self, index: usize) -> Result<T> {
        self.maybe_word(index)?.ok_or_else(|| unexpected(index, Value::Null))
    }

    /// As [`Row::word`], where there may be none.
    pub fn maybe_word<T: FromStr>(&self, index: usize) -> Result<Option<T>> {
        match self.value(index)? {
            Value::Null => Ok(None),
            Value::Text(text) => {
                let word = text.parse().map_err(|_| {
                    Error::broken(format!("column {index} of a row holds a word that is not known"))
                });
                word.map(Some)
            }
            value @ Value::Int(_) => Err(unexpected(index, value)),
        }
    }

    fn value(&self, index: usize) -> Result<Value<'_>> {
        match self {
            Self::Sqlite(row) => super::sqlite::cell(row, index),
            Self::Postgres(row) => super::postgres::cell(row, index),
        }
    }
}

fn unexpected(index: usize, value: Value<'_>) -> Error {
    // The value itself may be a key.
    let kind = match value {
        Value::Null => "nothing",
        Value::Int(_) => "a number",
        Value::Text(_) => "text",
    };
    Error::broken(format!("column {index} of a row holds {kind}, which is not expected there"))
}
