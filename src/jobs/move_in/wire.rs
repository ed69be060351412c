//! Reads what old services wrote, generously: numbers and switches in quotes, empty texts for nothing, times with and without a zone.

use serde_json::{Map, Value};

use crate::base::error::Result;
use crate::base::money;
use crate::base::time::{self, Millis};

/// A JSON object, field by field.
#[derive(Clone, Copy)]
pub struct Told<'a>(pub &'a Value);

impl<'a> Told<'a> {
    /// What stands in a field; nothing where that is null.
    pub fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// What is in an object in a field; all of its fields are empty where there is none.
    pub fn inside(self, name: &str) -> Self {
        Self(self.0.get(name).unwrap_or(&Value::Null))
    }

    /// A text, or a number as text; nothing where it is empty.
    pub fn text(self, name: &str) -> Option<String> {
        text(self.get(name)?)
    }

    /// The first of these fields that has a text.
    pub fn first(self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.text(name))
    }

    /// A whole number.
    pub fn int(self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Value::Bool(on) => Some(i64::from(*on)),
            value => {
                let text = text(value)?;
                // `100.0` is whole too, and of what is not the beginning is enough.
                text.split(['.', ',']).next()?.parse().ok()
            }
        }
    }

    /// A yes or no; no where nothing is said.
    pub fn flag(self, name: &str) -> bool {
        match self.get(name) {
            Some(Value::Bool(on)) => *on,
            Some(value) => text(value).is_some_and(|text| !matches!(text.as_str(), "0" | "false" | "no")),
            None => false,
        }
    }

    /// An amount of money, in minor units; nothing where nothing is said.
    pub fn money(self, name: &str, currency: &str) -> Result<Option<i64>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        money::rounded(&text, currency).map(Some).map_err(|e| e.at(name))
    }

    /// A part of a hundred, in basis points.
    pub fn percent(self, name: &str) -> Result<i64> {
        // Hundredths of a percent, as cents are of a euro.
        Ok(self.money(name, "EUR")?.unwrap_or(0))
    }

    /// An instant: RFC 3339, or a date and a time of day in UTC.
    pub fn time(self, name: &str) -> Option<Millis> {
        let text = self.text(name)?;
        if let Ok(seconds) = text.parse::<i64>() {
            return (seconds > 0).then_some(seconds.saturating_mul(time::SECOND));
        }
        let is_plain = text.len() == 19 && text.as_bytes()[10].is_ascii_whitespace();
        let text = if is_plain { format!("{}T{}Z", &text[..10], &text[11..]) } else { text };
        time::parse(&text).ok()
    }

    /// The things in a list, or in an object that stands for one.
    pub fn list(self, name: &str) -> Vec<Told<'a>> {
        match self.get(name) {
            Some(Value::Array(items)) => items.iter().map(Told).collect(),
            Some(Value::Object(items)) => items.values().map(Told).collect(),
            _ => Vec::new(),
        }
    }

    /// An object as it is.
    pub fn object(self, name: &str) -> Map<String, Value> {
        self.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
    }
}

/// A text, or a number as text; nothing where it is empty.
pub fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(true) => "true".to_owned(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_written_in_many_ways_is_read_in_one() {
        let value = json!({"a": "5", "b": 5, "c": "true", "d": 1, "e": "", "f": null, "g": "0", "h": false, "i": 77.32,
            "at": "2017-05-17T10:45:05+01:00", "on": "2017-12-03 13:55:30", "never": "0000-00-00 00:00:00",
            "list": {"1": {"x": 1}, "2": {"x": 2}}, "odd": "ünïcödé späcé ✓✓✓"});
        let told = Told(&value);
        assert_eq!(
            (told.int("a"), told.int("b"), told.int("e"), told.int("i")),
            (Some(5), Some(5), None, Some(77))
        );
        assert!(told.flag("c") && told.flag("d") && !told.flag("e") && !told.flag("g") && !told.flag("h"));
        assert_eq!((told.text("e"), told.text("f"), told.text("b")), (None, None, Some("5".to_owned())));
        assert_eq!(told.money("i", "EUR").unwrap(), Some(7_732));
        assert!(told.money("c", "EUR").is_err());
        assert_eq!(told.percent("i").unwrap(), 7_732);
        assert_eq!(told.time("at"), Some(time::parse("2017-05-17T09:45:05Z").unwrap()));
        assert_eq!(told.time("on"), Some(time::parse("2017-12-03T13:55:30Z").unwrap()));
        assert_eq!((told.time("never"), told.time("odd"), told.time("none")), (None, None, None));
        assert_eq!(told.list("list").len(), 2);
        assert_eq!(told.inside("list").inside("2").int("x"), Some(2));
        assert_eq!(told.inside("none").inside("x").text("y"), None);
    }
}
