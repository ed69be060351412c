//! What a body holds: each field asked for by name and type. All that is wrong is told at once, unknown fields included.

use std::fmt::Display;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::base::error::Error;
use crate::base::json;
use crate::base::time::{self, Millis};

/// Why what was sent cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Not of a form that is read.
    Malformed(&'static str),
    /// What is wrong with each field or parameter.
    Fields(Vec<(String, String)>),
}

/// The fields of a JSON object that are not read yet, and what was wrong with those that are.
#[derive(Debug, Default)]
pub struct Fields {
    /// `customer.` inside the object `customer`.
    path: String,
    left: Map<String, Value>,
    wrong: Vec<(String, String)>,
}

impl Fields {
    /// Reads a body; an empty one has no fields.
    pub fn parse(body: &[u8]) -> Result<Self, Unfit> {
        let text = std::str::from_utf8(body).map_err(|_| Unfit::Malformed("the body is not UTF-8"))?.trim();
        if text.is_empty() {
            return Ok(Self::default());
        }
        let sound = json::compact(text);
        let sound = sound
            .ok_or(Unfit::Malformed("the body is not JSON, has a key twice, or is nested too deeply"))?;
        match serde_json::from_str(&sound) {
            Ok(Value::Object(left)) => Ok(Self { left, ..Self::default() }),
            _ => Err(Unfit::Malformed("the body is not a JSON object")),
        }
    }

    /// The fields of an object that came in another way than as a body.
    pub fn of(left: Map<String, Value>) -> Self {
        Self { left, ..Self::default() }
    }

    /// Notes what is wrong with a field.
    pub fn wrong(&mut self, name: &str, why: impl Display) {
        self.wrong.push((format!("{}{name}", self.path), why.to_string()));
    }

    /// A field's value as `read` takes it; null is wrong.
    pub fn get<T>(&mut self, name: &str, read: impl FnOnce(Value) -> Result<T, String>) -> Option<T> {
        let value = self.nullable(name, read)?;
        if value.is_none() {
            self.wrong(name, "must not be null");
        }
        value
    }

    /// As [`Fields::get`], where null means that there shall be none.
    #[expect(
        clippy::option_option,
        reason = "not given, given as null, given: a change tells the three apart"
    )]
    pub fn nullable<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(Value) -> Result<T, String>,
    ) -> Option<Option<T>> {
        match self.left.remove(name)? {
            Value::Null => Some(None),
            value => match read(value) {
                Ok(value) => Some(Some(value)),
                Err(why) => {
                    self.wrong(name, why);
                    None
                }
            },
        }
    }

    /// A field that must be there.
    pub fn needed<T>(&mut self, name: &str, value: Option<T>) -> Option<T> {
        let is_told = || self.wrong.iter().any(|(told, _)| *told == format!("{}{name}", self.path));
        if value.is_none() && !is_told() {
            self.wrong(name, "is missing");
        }
        value
    }

    /// The object under `name`, read by `read`; what is wrong in it is told with its path.
    pub fn object<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let Value::Object(left) = self
            .get(name, |value| if value.is_object() { Ok(value) } else { Err("must be an object".into()) })?
        else {
            return None;
        };
        let mut inner = Self { path: format!("{}{name}.", self.path), left, wrong: Vec::new() };
        let value = read(&mut inner);
        inner.unknown();
        self.wrong.append(&mut inner.wrong);
        Some(value)
    }

    /// The objects in the list under `name`, each read by `read`; what is wrong in one is told with its place, as in
    /// `lines.0.quantity`.
    pub fn objects<T>(&mut self, name: &str, mut read: impl FnMut(&mut Self) -> T) -> Option<Vec<T>> {
        let listed = |value| match value {
            Value::Array(items) if items.len() <= LONGEST => Ok(items),
            Value::Array(_) => Err(format!("must have {LONGEST} entries at the most")),
            _ => Err("must be a list".to_owned()),
        };
        let items = self.get(name, listed)?;
        let mut list = Self { path: format!("{}{name}.", self.path), ..Self::default() };
        let mut read_all = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            let place = index.to_string();
            list.left.insert(place.clone(), item);
            read_all.extend(list.object(&place, &mut read));
        }
        self.wrong.append(&mut list.wrong);
        Some(read_all)
    }

    /// What is wrong, if anything is.
    pub fn finish(mut self) -> Result<(), Unfit> {
        self.unknown();
        if self.wrong.is_empty() { Ok(()) } else { Err(Unfit::Fields(self.wrong)) }
    }

    /// What is wrong, if anything is, where fields that nobody asked for do no harm.
    pub fn finish_open(self) -> Result<(), Unfit> {
        if self.wrong.is_empty() { Ok(()) } else { Err(Unfit::Fields(self.wrong)) }
    }

    /// Lets fields that nobody asked for do no harm, in an object inside another.
    pub fn passed_over(&mut self) {
        self.left.clear();
    }

    fn unknown(&mut self) {
        for name in std::mem::take(&mut self.left).keys() {
            self.wrong(name, "is not a field of this call");
        }
    }
}

/// The longest list in a body.
const LONGEST: usize = 1_000;

/// A list of whole numbers.
pub fn ints(value: Value) -> Result<Vec<i64>, String> {
    match value {
        Value::Array(items) if items.len() <= LONGEST => items.into_iter().map(int).collect(),
        _ => Err(format!("must be a list of {LONGEST} whole numbers at the most")),
    }
}

/// A list of texts.
pub fn texts(value: Value) -> Result<Vec<String>, String> {
    match value {
        Value::Array(items) if items.len() <= LONGEST => items.into_iter().map(text).collect(),
        _ => Err(format!("must be a list of {LONGEST} texts at the most")),
    }
}

/// Text without NUL.
pub fn text(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) if text.contains('\0') => Err("must not hold the character NUL".into()),
        Value::String(text) => Ok(text),
        _ => Err("must be text".into()),
    }
}

/// A whole number, also as text.
pub fn int(value: Value) -> Result<i64, String> {
    let number = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| "must be a whole number".into())
}

/// A switch, also as text.
pub fn switch(value: Value) -> Result<bool, String> {
    match value {
        Value::Bool(on) => Ok(on),
        Value::String(text) if text == "true" => Ok(true),
        Value::String(text) if text == "false" => Ok(false),
        _ => Err("must be true or false".into()),
    }
}

/// A time, RFC 3339.
pub fn time(value: Value) -> Result<Millis, String> {
    time::parse(&text(value)?).map_err(|e| e.message)
}

/// One of some words.
pub fn word<T: FromStr<Err = Error>>(value: Value) -> Result<T, String> {
    text(value)?.parse().map_err(|e: Error| e.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(body: &str) -> Vec<(String, String)> {
        let mut fields = Fields::parse(body.as_bytes()).unwrap();
        let title = fields.get("title", text);
        fields.needed("title", title);
        fields.nullable("term", int);
        fields.get("on", switch);
        fields.object("customer", |inner| {
            let email = inner.get("email", text);
            inner.needed("email", email)
        });
        match fields.finish() {
            Ok(()) => Vec::new(),
            Err(Unfit::Fields(wrong)) => wrong,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        assert_eq!(told(r#"{"title":"a","term":"5","on":"true","customer":{"email":"x"}}"#), []);
        assert_eq!(told(r#"{"title":"a","term":null}"#), []);
        let wrong = told(r#"{"title":null,"term":1.5,"on":1,"customer":{"mail":"x"},"price":3}"#);
        let names: Vec<&str> = wrong.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["title", "term", "on", "customer.email", "customer.mail", "price"]);
        assert_eq!(told("{}"), [("title".to_owned(), "is missing".to_owned())]);
        assert_eq!(told("{\"title\":\"a\\u0000\"}")[0].0, "title");
        assert_eq!(told(r#"{"title":"a","term":99999999999999999999}"#)[0].0, "term");
    }

    #[test]
    fn what_is_no_object_is_malformed() {
        for body in ["[]", "1", "{", "{\"a\":1,\"a\":2}", "\"x\"", "{} {}"] {
            assert!(matches!(Fields::parse(body.as_bytes()), Err(Unfit::Malformed(_))), "{body}");
        }
        assert!(matches!(Fields::parse(b"\xff"), Err(Unfit::Malformed(_))));
        assert!(Fields::parse(b"").is_ok());
    }
}
