//! Numbers as this dialect writes them: whole ones as `10`, others as short as they can be and never as an exponent; made of whole numbers,
//! without a float on the way.

use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::base::error::{Error, Result};
use crate::base::money;

/// The most significant digits: so many every reader of JSON keeps, so that it writes the same number again.
const MOST: u32 = 15;

/// A decimal number: a whole one, and how many of its digits stand behind the point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decimal {
    value: i128,
    places: u32,
}

impl Decimal {
    /// `value` with its last `places` digits behind the point.
    pub const fn new(value: i128, places: u32) -> Self {
        Self { value, places }
    }

    /// An amount in the currency's own unit.
    pub fn money(minor: i64, currency: &str) -> Self {
        Self::new(minor.into(), money::digits(currency))
    }

    /// A rate in per cent.
    pub fn percent(basis_points: i64) -> Self {
        Self::new(basis_points.into(), 2)
    }

    /// The same with so many places at the most, half away from zero.
    #[must_use]
    pub fn rounded(self, places: u32) -> Self {
        if self.places <= places {
            return self;
        }
        let unit = 10_i128.pow(self.places - places);
        let half = unit / 2 * self.value.signum();
        Self::new((self.value + half) / unit, places)
    }

    /// As it is written.
    pub fn text(self) -> String {
        let whole_digits = self.value.unsigned_abs().checked_ilog10().map_or(1, |log| log + 1);
        let Self { value, places } =
            self.rounded(self.places.min((self.places + MOST).saturating_sub(whole_digits)));
        let sign = if value < 0 { "-" } else { "" };
        let unit = 10_u128.pow(places);
        let (whole, rest) = (value.unsigned_abs() / unit, value.unsigned_abs() % unit);
        let rest = format!("{rest:0width$}", width = places as usize);
        let rest = if places == 0 { "" } else { rest.trim_end_matches('0') };
        if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.text()).map_err(serde::ser::Error::custom)?;
        raw.serialize(to)
    }
}

/// The largest whole number that every reader of JSON keeps.
const WHOLE: u64 = 1 << 53;

/// JSON that was kept as it came, with its numbers as this dialect writes them: those that not every reader keeps are text.
pub fn canonical(value: Value) -> Value {
    match value {
        Value::Number(number) => {
            let text = number.to_string();
            let whole = text.strip_suffix(".0").unwrap_or(&text).parse::<i64>().ok();
            match whole {
                Some(whole) if whole.unsigned_abs() <= WHOLE => whole.into(),
                None if !text.contains('e') => Value::Number(number),
                _ => text.into(),
            }
        }
        Value::Array(items) => items.into_iter().map(canonical).collect(),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, canonical(value))).collect())
        }
        other => other,
    }
}

/// An amount as this dialect shows it to people: `6,76 €`.
pub fn shown(minor: i64, currency: &str) -> String {
    let text = money::shown(minor, currency);
    let swapped: String = text
        .chars()
        .map(|c| match c {
            ',' => '.',
            '.' => ',',
            other => other,
        })
        .collect();
    let sign = match currency {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        "BRL" => "R$",
        other => other,
    };
    format!("{swapped} {sign}")
}

/// Reads a number of so many places at the most, as JSON or people write it, moved up by them: `12.5` with two places is 1250.
pub fn read(text: &str, places: u32) -> Result<i64> {
    let wrong =
        || Error::invalid(format!("must be a number with {places} digits behind its point at the most"));
    let (whole, rest) = text.trim().split_once(['.', ',']).unwrap_or((text.trim(), ""));
    let rest = rest.trim_end_matches('0');
    let are_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 13
        || rest.len() > places as usize
        || !are_digits(whole)
        || !are_digits(rest)
    {
        return Err(wrong());
    }
    let moved: i128 =
        format!("{whole}{rest:0<width$}", width = places as usize).parse().map_err(|_| wrong())?;
    money::amount(moved)
}

/// An amount in the currency's own unit, as JSON or people write it, in minor units.
pub fn amount(text: &str, currency: &str) -> Result<i64> {
    read(text, money::digits(currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        for (value, places, text) in [
            (1_000, 2, "10"),
            (1_050, 2, "10.5"),
            (15_703, 2, "157.03"),
            (0, 4, "0"),
            (5, 0, "5"),
            (-5, 2, "-0.05"),
            (8_559_324, 5, "85.59324"),
            (i128::from(money::MOST) * 1_000_000 + 1, 8, "10000000000"),
            (123_456_789_012_345_678, 8, "1234567890.12346"),
        ] {
            assert_eq!(Decimal::new(value, places).text(), text);
            let told = serde_json::to_string(&Decimal::new(value, places)).unwrap();
            assert_eq!(told, text);
        }
        assert_eq!(Decimal::new(1_600_524, 5).rounded(4).text(), "16.0052");
        assert_eq!(Decimal::new(-15, 1).rounded(0).text(), "-2");
    }

    #[test]
    fn numbers_of_others_are_written_so_too() {
        let kept =
            serde_json::from_str(r#"{"a":[10.0,1.5,-3.0,1e300,9007199254740993,"10.0",null]}"#).unwrap();
        let written = r#"{"a":[10,1.5,-3,"1e+300","9007199254740993","10.0",null]}"#;
        assert_eq!(canonical(kept).to_string(), written);
    }

    #[test]
    fn amounts_are_read_and_shown() {
        assert_eq!(amount("9.5", "EUR").unwrap(), 950);
        assert_eq!(amount("10.0", "JPY").unwrap(), 10);
        assert_eq!(read(" 12,50 ", 2).unwrap(), 1_250);
        for bad in ["", "-1", "1e3", "1.234", ".5", "99999999999999", "²", "1.2.3", "NaN"] {
            assert!(amount(bad, "EUR").is_err(), "{bad}");
        }
        assert_eq!(shown(676, "EUR"), "6,76 €");
        assert_eq!(shown(123_456, "USD"), "1.234,56 $");
    }
}
