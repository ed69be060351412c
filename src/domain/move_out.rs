//! The door out: every row of a shop as JSON, noun by noun. What the nouns are, and what is left out, is in `move_out_nouns.rs`.

use std::fmt;

use serde_json::{Map, Value};

pub use super::move_out_nouns::{LEFT_OUT, NOUNS};
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::time::rfc3339;
use crate::store::{FromValue, Row, Tx, Value as Cell};
use crate::values;

/// A kind of thing that is written to a file of its own.
#[derive(Debug)]
pub struct Noun {
    /// What its file is called.
    pub name: &'static str,
    /// What it is, for people.
    pub about: &'static str,
    /// The rows of a shop (`$1` and `$2`) behind an id (`$3`), in the order of their ids, so many of them (`$4`).
    pub select: &'static str,
    /// The columns, in the order of the select: names with a space between them. `id` is the first, unless it ends in `-`, which is left
    /// out. A name that ends in `@` is a time, in `?` a yes or no, in `{}` JSON, in `[]` texts with a space between them, in `|` a text a
    /// line; a dot makes an object.
    pub columns: &'static str,
    /// What hangs on each row.
    pub children: &'static [Child],
}

/// What hangs on a row, as a list in it.
#[derive(Debug)]
pub struct Child {
    /// What the list is called.
    pub name: &'static str,
    /// The rows that hang on rows behind an id (`$1`) up to another (`$2`), in the order of these; the first column is the row's id.
    pub select: &'static str,
    /// The columns behind the first, as in [`Noun::columns`].
    pub columns: &'static str,
}

/// Rows of a noun behind the row `after`, at most `limit`, each with its id.
pub fn page(tx: &mut Tx<'_>, shop: Shop, noun: &Noun, after: i64, limit: i64) -> Result<Vec<(i64, Value)>> {
    let columns: Vec<&str> = noun.columns.split(' ').collect();
    let values = values![shop.site_id, shop.is_test(), after, limit];
    let mut rows = tx.all(noun.select, values, |row| {
        let id: i64 = row.get(0)?;
        object(row, &columns, 0).map(|fields| (id, fields))
    })?;
    let Some(last) = rows.last().map(|(id, _)| *id) else { return Ok(Vec::new()) };
    for child in noun.children {
        let columns: Vec<&str> = child.columns.split(' ').collect();
        for (_, fields) in &mut rows {
            fields.insert(child.name.to_owned(), Value::Array(Vec::new()));
        }
        let hung = tx.all(child.select, values![after, last], |row| {
            Ok((row.get::<i64>(0)?, object(row, &columns, 1)?))
        })?;
        for (on, fields) in hung {
            // One of another shop stands between rows of this one.
            let Ok(at) = rows.binary_search_by_key(&on, |(id, _)| *id) else { continue };
            if let Some(Value::Array(list)) = rows[at].1.get_mut(child.name) {
                list.push(Value::Object(fields));
            }
        }
    }
    Ok(rows.into_iter().map(|(id, fields)| (id, Value::Object(fields))).collect())
}

/// A cell of whatever kind.
enum Any {
    Nothing,
    Number(i64),
    Text(String),
}

impl FromValue for Any {
    fn from_value(value: Cell<'_>) -> Option<Self> {
        Some(match value {
            Cell::Null => Self::Nothing,
            Cell::Int(n) => Self::Number(n),
            Cell::Text(text) => Self::Text(text.to_owned()),
        })
    }
}

fn object(row: &Row<'_>, columns: &[&str], first: usize) -> Result<Map<String, Value>> {
    let mut fields = Map::new();
    for (place, column) in columns.iter().enumerate() {
        if column.ends_with('-') {
            continue;
        }
        let name = column.trim_end_matches(['@', '?', '{', '}', '[', ']', '|']);
        let value = told(row.get(first + place)?, &column[name.len()..]).map_err(|e| e.at(name))?;
        put(&mut fields, name, value);
    }
    Ok(fields)
}

fn put(fields: &mut Map<String, Value>, name: &str, value: Value) {
    let Some((outer, inner)) = name.split_once('.') else {
        fields.insert(name.to_owned(), value);
        return;
    };
    let object = fields.entry(outer).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(object) = object {
        put(object, inner, value);
    }
}

/// A cell in the form that its column says.
fn told(cell: Any, form: &str) -> Result<Value> {
    let texts = |parts: &mut dyn Iterator<Item = &str>| parts.filter(|part| !part.is_empty()).collect();
    Ok(match (cell, form) {
        (Any::Nothing, _) => Value::Null,
        (Any::Number(at), "@") => rfc3339(at).into(),
        (Any::Number(n), "?") => (n == 1).into(),
        (Any::Number(n), _) => n.into(),
        (Any::Text(text), "{}") => {
            serde_json::from_str(&text).map_err(|e| broken(&format!("JSON is kept that is none: {e}")))?
        }
        (Any::Text(text), "[]") => texts(&mut text.split(' ')),
        (Any::Text(text), "|") => texts(&mut text.lines()),
        (Any::Text(text), _) => text.into(),
    })
}

fn broken(message: &(impl fmt::Display + ?Sized)) -> Error {
    Error::broken(message.to_string())
}

/// A file whose bytes belong to an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// What it is found by.
    pub sha256: String,
    /// Bytes.
    pub size: i64,
}

/// The contents of all files of a shop, each once.
pub fn contents(tx: &mut Tx<'_>, shop: Shop) -> Result<Vec<Content>> {
    tx.all(
        "select sha256, min(size) from file where site_id = $1 and is_test = $2 and completed_at is not null and sha256 is not null \
         group by sha256 order by sha256",
        values![shop.site_id, shop.is_test()],
        |row| Ok(Content { sha256: row.get(0)?, size: row.get(1)? }),
    )
}
