//! Bodies: JSON, or else a form, whatever they call themselves, as this dialect's programs send both (contract commerce.md, wire rule 2); and
//! how their values are read.

use serde_json::{Map, Value};

use crate::web::edge;
use crate::web::fields::{self, Fields, Unfit};

/// The deepest that names in brackets lead.
const DEPTH: usize = 4;
/// The most pairs of a form, and the longest list in a body.
const LONGEST: usize = 10_000;

/// The fields of a body.
pub fn fields(body: &[u8]) -> Result<Fields, Unfit> {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    if matches!(first, None | Some(b'{' | b'[')) {
        return Fields::parse(body);
    }
    let text = std::str::from_utf8(body).map_err(|_| Unfit::Malformed("the body is not UTF-8"))?.trim();
    let mut root = Map::new();
    for (count, pair) in text.split('&').filter(|pair| !pair.is_empty()).enumerate() {
        let unfit = Unfit::Malformed("the body is neither JSON nor a form");
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |text| edge::decode(text).filter(|text| !text.contains('\0'));
        let (name, value) = decode(name).zip(decode(value)).ok_or(unfit.clone())?;
        let path = path(&name).filter(|_| count < LONGEST).ok_or(unfit)?;
        put(&mut root, &path, Value::String(value));
    }
    Ok(Fields::of(root.into_iter().map(|(name, value)| (name, listed(value))).collect()))
}

/// `quantity[min]` is `min` in `quantity`; `accounts[]` is the next of `accounts`.
fn path(name: &str) -> Option<Vec<String>> {
    let (first, rest) = name.split_once('[').map_or((name, None), |(first, rest)| (first, Some(rest)));
    let mut path = vec![first.to_owned()];
    if let Some(rest) = rest {
        path.extend(rest.strip_suffix(']')?.split("][").map(str::to_owned));
    }
    (path.len() <= DEPTH && !first.is_empty()).then_some(path)
}

fn put(into: &mut Map<String, Value>, path: &[String], value: Value) {
    let Some((name, rest)) = path.split_first() else { return };
    let name = if name.is_empty() { into.len().to_string() } else { name.clone() };
    if rest.is_empty() {
        into.insert(name, value);
        return;
    }
    let inner = into.entry(name).or_insert_with(|| Value::Object(Map::new()));
    if !inner.is_object() {
        *inner = Value::Object(Map::new());
    }
    if let Value::Object(inner) = inner {
        put(inner, rest, value);
    }
}

/// What has numbers for names is a list.
fn listed(value: Value) -> Value {
    match value {
        Value::Object(inner) => {
            let are_numbers = inner.keys().enumerate().all(|(n, name)| *name == n.to_string());
            if are_numbers {
                Value::Array(inner.into_iter().map(|(_, value)| listed(value)).collect())
            } else {
                Value::Object(inner.into_iter().map(|(name, value)| (name, listed(value))).collect())
            }
        }
        value => value,
    }
}

/// A switch, in all the ways that programs write one.
pub fn switch(value: Value) -> Result<bool, String> {
    match value {
        Value::Number(number) if number.as_i64() == Some(1) => Ok(true),
        Value::Number(number) if number.as_i64() == Some(0) => Ok(false),
        Value::String(text) if matches!(text.as_str(), "1" | "on") => Ok(true),
        Value::String(text) if matches!(text.as_str(), "0" | "" | "off") => Ok(false),
        value => fields::switch(value),
    }
}

/// An amount in the currency's own unit, as its digits stand there.
pub fn amount(value: Value) -> Result<String, String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return Err("must be a number".into()),
    };
    let is_plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let rest = rest.trim_end_matches('0');
    match (is_plain && !rest.contains('.') && !whole.is_empty(), rest.is_empty()) {
        (false, _) => Err("must be a number that is not below 0".into()),
        (true, true) => Ok(whole.to_owned()),
        (true, false) => Ok(format!("{whole}.{rest}")),
    }
}

/// A list of texts, each by itself or as the field `name` of an object; null among them is none.
pub fn texts(value: Value, name: &str) -> Result<Vec<String>, String> {
    let Value::Array(items) = value else { return Err("must be a list".into()) };
    if items.len() > LONGEST {
        return Err(format!("must have {LONGEST} entries at the most"));
    }
    let text = |item: Value| match item {
        Value::Object(mut fields) => {
            fields.remove(name).ok_or_else(|| format!("an entry has no {name}")).and_then(fields::text)
        }
        item => fields::text(item),
    };
    items.into_iter().filter(|item| !item.is_null()).map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_json_say_the_same() {
        let read = |body: &str| {
            let mut fields = fields(body.as_bytes()).unwrap();
            let min = fields.object("quantity", |inner| inner.get("min", fields::int)).flatten();
            (fields.get("title", fields::text), min, fields.get("accounts", |value| texts(value, "account")))
        };
        let told = (Some("A b&c".to_owned()), Some(2), Some(vec!["x:1".to_owned(), "y:2".to_owned()]));
        assert_eq!(
            read(
                " {\"title\":\"A b&c\",\"quantity\":{\"min\":\"2\"},\"accounts\":[{\"account\":\"x:1\"},\"y:2\"]}"
            ),
            told
        );
        assert_eq!(read("title=A+b%26c&quantity%5Bmin%5D=2&accounts[]=x:1&accounts[]=y:2"), told);
        assert_eq!(read("title=A+b%26c&quantity[min]=2&accounts[0][account]=x:1&accounts[1]=y:2"), told);
        for bad in ["a[b=1", "=1", "a[b][c][d][e]=1", "a=%ff"] {
            assert!(fields(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn amounts_keep_their_digits() {
        let read = |text: &str| amount(serde_json::from_str(text).unwrap());
        for (sent, told) in [("9.99", "9.99"), ("10", "10"), ("10.00", "10"), ("\"9.90\"", "9.9"), ("0", "0")]
        {
            assert_eq!(read(sent).unwrap(), told);
        }
        for bad in ["-1", "\"\"", "\"a\"", "null", "1e30", "\"1.2.3\"", "true", "\".5\""] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
