//! Bodies as real programs send them: JSON under any content type, forms, and forms with lists as PHP writes them (`a[b][]=c`). What is none
//! of these, such as `[object Object]`, is wrong.

use serde_json::{Map, Value};

use crate::base::json;
use crate::web::edge;
use crate::web::fields::{Fields, Unfit};

/// The field that a list without a name stands in.
pub const LIST: &str = "orders";
/// The most pairs of a form, and the deepest that it nests.
const PAIRS: usize = 2_000;
const DEPTH: usize = 6;

const MALFORMED: Unfit = Unfit::Malformed("the body is neither JSON nor a form");

/// The fields of a body.
pub fn fields(body: &[u8]) -> Result<Fields, Unfit> {
    let text = std::str::from_utf8(body).map_err(|_| MALFORMED)?.trim_start_matches('\u{feff}').trim();
    match text.as_bytes().first() {
        None => Ok(Fields::default()),
        Some(b'{') => Fields::parse(text.as_bytes()),
        Some(b'[') => {
            let sound = json::compact(text).ok_or(MALFORMED)?;
            let list: Value = serde_json::from_str(&sound).map_err(|_| MALFORMED)?;
            Ok(Fields::of(Map::from_iter([(LIST.to_owned(), list)])))
        }
        // A number, a text or a word of JSON is no form either.
        Some(b'"' | b'-' | b'0'..=b'9' | b'<') => Err(MALFORMED),
        Some(_) if !text.contains('=') => Err(MALFORMED),
        Some(_) => form(text).map(Fields::of),
    }
}

fn form(text: &str) -> Result<Map<String, Value>, Unfit> {
    let mut fields = Value::Object(Map::new());
    let pairs: Vec<&str> = text.split('&').filter(|pair| !pair.is_empty()).collect();
    if pairs.len() > PAIRS {
        return Err(MALFORMED);
    }
    for pair in pairs {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |text| edge::decode(text).filter(|text| !text.contains('\0')).ok_or(MALFORMED);
        put(&mut fields, &path(&decode(name)?)?, decode(value)?)?;
    }
    match fields {
        Value::Object(fields) => Ok(fields),
        _ => Err(MALFORMED),
    }
}

/// The parts of a name: `a[b][]` is `a`, `b` and nothing.
fn path(name: &str) -> Result<Vec<String>, Unfit> {
    let (first, rest) = name.find('[').map_or((name, ""), |at| name.split_at(at));
    let mut parts = vec![first.to_owned()];
    let mut rest = rest;
    while let Some(inner) = rest.strip_prefix('[') {
        let (part, behind) = inner.split_once(']').ok_or(MALFORMED)?;
        parts.push(part.to_owned());
        rest = behind;
    }
    let fits = rest.is_empty() && !first.is_empty() && parts.len() <= DEPTH;
    if fits { Ok(parts) } else { Err(MALFORMED) }
}

/// Puts a value where its name says; of a doubled name the last one counts, as PHP has it.
fn put(into: &mut Value, path: &[String], value: String) -> Result<(), Unfit> {
    let [name, rest @ ..] = path else {
        *into = Value::String(value);
        return Ok(());
    };
    if into.is_string() || into.is_null() {
        let is_list = name.is_empty() || name == "0";
        *into = if is_list { Value::Array(Vec::new()) } else { Value::Object(Map::new()) };
    }
    match into {
        Value::Object(fields) => put(fields.entry(name.clone()).or_insert(Value::Null), rest, value),
        Value::Array(items) => {
            let at = if name.is_empty() { Some(items.len()) } else { name.parse().ok() };
            let at = at.filter(|at| *at <= items.len()).ok_or(MALFORMED)?;
            if at == items.len() {
                items.push(Value::Null);
            }
            put(&mut items[at], rest, value)
        }
        _ => Err(MALFORMED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn forms_nest_as_php_has_it() {
        let read = form("a=1&b%5Bc%5D=x+y&d[]=1&d[]=2&e[0][f]=g&e[1][f]=h&a=2").unwrap();
        let expected = json!({"a": "2", "b": {"c": "x y"}, "d": ["1", "2"], "e": [{"f": "g"}, {"f": "h"}]});
        assert_eq!(Value::Object(read), expected);
    }

    #[test]
    fn what_is_neither_is_told() {
        for bad in [
            "[object Object]",
            "{",
            "hello",
            "5",
            "\"x\"",
            "<a b=\"c\"/>",
            "=1",
            "[a]=1",
            "a[=1",
            "a[b]c=1",
            "a[b][c][d][e][f][g]=1",
            "a=%00",
            "a=%ff",
            "{\"a\":1,\"a\":2}",
        ] {
            assert!(fields(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(fields(b"\xff").is_err());
        assert!(fields(b" ").is_ok() && fields("\u{feff}{\"a\":1}".as_bytes()).is_ok());
    }
}
