//! What commands print: JSON for scripts, aligned lines for people; errors to standard error, with what to do.

use std::io::Write;

use serde_json::{Map, Value};

use crate::base::error::Error;
use crate::base::time::{Millis, rfc3339};

/// Prints bytes as they are. A closed pipe, as after `| head`, is no error.
pub fn raw(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

/// Prints a line for people.
pub fn line(text: &str) {
    raw(format!("{text}\n").as_bytes());
}

/// Prints to standard error.
pub fn aside(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints an error.
pub fn error(e: &Error) {
    aside(&format!("keywright: {}", e.message));
}

/// Prints a JSON value on one line.
pub fn json(value: &Value) {
    line(&value.to_string());
}

/// A value as JSON, with times added as RFC 3339.
pub fn object(value: &impl serde::Serialize, times: &[(&str, Option<Millis>)]) -> Value {
    let mut value = serde_json::to_value(value).unwrap_or_default();
    if let Value::Object(fields) = &mut value {
        for (name, at) in times {
            fields.insert((*name).to_owned(), at.map_or(Value::Null, |at| Value::String(rfc3339(at))));
        }
    }
    value
}

/// Prints an object: as JSON, or a line a field.
pub fn show(as_json: bool, value: &Value) {
    if as_json {
        return json(value);
    }
    let empty = Map::new();
    let fields = value.as_object().unwrap_or(&empty);
    let width = fields.keys().map(String::len).max().unwrap_or(0);
    for (name, value) in fields {
        if !matches!(value, Value::Array(_) | Value::Object(_)) {
            line(&format!("{:width$}  {}", name.replace('_', " "), cell(value)));
        }
    }
}

/// Prints a list: as one JSON array, or as a table of `columns`; `none` is said when it is empty.
pub fn list(as_json: bool, rows: &[Value], columns: &[&str], none: &str) {
    if as_json {
        return json(&Value::Array(rows.to_vec()));
    }
    if rows.is_empty() {
        return aside(none);
    }
    let mut cells = vec![columns.iter().map(|name| name.replace('_', " ")).collect::<Vec<_>>()];
    cells.extend(rows.iter().map(|row| columns.iter().map(|name| cell(&row[*name])).collect()));
    let widths: Vec<usize> = (0..columns.len())
        .map(|column| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    for row in cells {
        let padded: Vec<String> =
            row.iter().zip(&widths).map(|(text, width)| format!("{text:<width$}", width = *width)).collect();
        line(padded.join("  ").trim_end());
    }
}

/// Says how to go on when a list was cut.
pub fn more(rows: usize, limit: i64, last: Option<i64>) {
    if let Some(last) = last
        && i64::try_from(rows) == Ok(limit)
    {
        aside(&format!("There may be more: add --before {last}"));
    }
}

/// A value as people read it: `-` for nothing, "no limit" in words.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(on) => if *on { "on" } else { "off" }.to_owned(),
        Value::Number(n) if n.as_i64() == Some(-1) => "no limit".to_owned(),
        other => other.to_string(),
    }
}
