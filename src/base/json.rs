//! JSON that shipped apps send us to keep: checked, then stored as compact text and never looked into again.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// The deepest nesting a kept value may have.
pub const DEPTH: usize = 64;

/// `text` without the white space between its tokens, if it is one JSON value with no doubled object keys and no
/// nesting beyond [`DEPTH`]. Numbers and strings keep the sender's own spelling.
pub fn compact(text: &str) -> Option<String> {
    let mut parser = serde_json::Deserializer::from_str(text);
    Sound(DEPTH).deserialize(&mut parser).ok()?;
    parser.end().ok()?;
    let (mut quoted, mut escaped) = (false, false);
    let keep = |c: &char| {
        if quoted {
            quoted = escaped || *c != '"';
            escaped = !escaped && *c == '\\';
            return true;
        }
        quoted = *c == '"';
        !matches!(c, ' ' | '\t' | '\n' | '\r')
    };
    Some(text.chars().filter(keep).collect())
}

/// Walks a value and keeps nothing; holds how deep it may still go.
#[derive(Clone, Copy)]
struct Sound(usize);

impl Sound {
    fn below<E: serde::de::Error>(self) -> Result<Self, E> {
        self.0.checked_sub(1).map(Self).ok_or_else(|| E::custom("nested too deeply"))
    }
}

impl<'de> DeserializeSeed<'de> for Sound {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<(), D::Error> {
        parser.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Sound {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let below = self.below()?;
        while items.next_element_seed(below)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let below = self.below()?;
        let mut seen = HashSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            if !seen.insert(key) {
                return Err(A::Error::custom("a key stands twice"));
            }
            entries.next_value_seed(below)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_meaning_and_drops_white_space() {
        let cases = [
            (r#" { "a b" : [ 1 , 2.50 , "x \" y\\" ] } "#, r#"{"a b":[1,2.50,"x \" y\\"]}"#),
            ("null", "null"),
            ("5", "5"),
            ("{}", "{}"),
        ];
        for (text, expected) in cases {
            assert_eq!(compact(text).as_deref(), Some(expected));
        }
    }

    #[test]
    fn refuses() {
        let deep = format!("{}{}", "[".repeat(DEPTH + 1), "]".repeat(DEPTH + 1));
        for text in ["", "{", "{a:1}", "1 2", "NaN", r#"{"a":1,"a":2}"#, r#"{"b":{"a":1,"a":2}}"#, &deep] {
            assert_eq!(compact(text), None, "{text}");
        }
        assert!(compact(&format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH))).is_some());
    }
}
