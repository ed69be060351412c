//! How values are written in all shapes of the dialect.

use serde::Serialize;
use serde_json::Value;

use crate::base::money;
use crate::base::time::{Millis, SECOND, rfc3339};

/// Something in the document's shape, or in that of later programs.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Shape<D, L> {
    Document(D),
    Later(L),
}

/// A decimal number as JSON has it: `10`, never `10.0`, and no zero too many. What is none is nothing.
pub fn decimal(text: &str) -> Value {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let rest = rest.trim_end_matches('0');
    let plain = if rest.is_empty() { whole.to_owned() } else { format!("{whole}.{rest}") };
    serde_json::from_str(&plain).unwrap_or_default()
}

/// An amount in its currency's own unit.
pub fn amount(minor: i64, currency: &str) -> Value {
    decimal(&money::plain(minor, currency))
}

/// A time as the document writes it, in UTC (P13): `2017-12-03 13:55:30`.
pub fn naive(at: Millis) -> String {
    rfc3339(at).replace('T', " ").replace('Z', "")
}

/// A time that may be none.
pub fn maybe_naive(at: Option<Millis>) -> Option<String> {
    at.map(naive)
}

/// A time as later programs read it: `2017-12-03T13:55:30.000Z`.
pub fn zulu(at: Millis) -> String {
    format!("{}.{:03}Z", rfc3339(at).trim_end_matches('Z'), at.rem_euclid(SECOND))
}

/// A time that may be none.
pub fn maybe_zulu(at: Option<Millis>) -> Option<String> {
    at.map(zulu)
}

/// A number of a value that may be kept as text.
pub fn whole(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A text of a value that may be kept as a number.
pub fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_digit_too_many() {
        for (minor, currency, told) in [
            (1_000, "EUR", "10"),
            (999, "EUR", "9.99"),
            (990, "EUR", "9.9"),
            (5, "EUR", "0.05"),
            (1_000, "JPY", "1000"),
        ] {
            assert_eq!(amount(minor, currency).to_string(), told);
        }
        assert_eq!(decimal("0.00085043").to_string(), "0.00085043");
        assert_eq!(decimal("x"), Value::Null);
    }

    #[test]
    fn times_are_written_in_two_ways() {
        let at = 1_512_309_330_042;
        assert_eq!(
            (naive(at).as_str(), zulu(at).as_str()),
            ("2017-12-03 13:55:30", "2017-12-03T13:55:30.042Z")
        );
    }
}
