//! Money: whole minor units and a currency. Rates are basis points; what is derived from them is exact to a millionth of a
//! minor unit and rounded once, in the end. Never a float.

use super::error::{Error, Result};
use super::text;

/// Basis points in the whole.
pub const WHOLE: i64 = 10_000;
/// The largest amount anything may come to, in minor units: far below what overflows, far above any order.
pub const MOST: i64 = 1_000_000_000_000;

/// Millionths of a minor unit.
pub type Micro = i128;

/// So many basis points of an amount.
pub fn share(minor: i64, basis_points: i64) -> Micro {
    Micro::from(minor) * Micro::from(basis_points) * 1_000_000 / Micro::from(WHOLE)
}

/// To whole minor units, half away from zero.
pub fn round(micro: Micro) -> Result<i64> {
    nearest(micro, 1_000_000)
}

/// What is counted in parts, `unit` of which are a minor unit, in whole minor units: half away from zero.
pub fn nearest(parts: i128, unit: i128) -> Result<i64> {
    let half = unit / 2 * parts.signum();
    amount((parts + half) / unit)
}

/// An amount that is not too large to be one.
pub fn amount(minor: i128) -> Result<i64> {
    i64::try_from(minor)
        .ok()
        .filter(|minor| minor.abs() <= MOST)
        .ok_or_else(|| Error::invalid(format!("an amount is larger than {MOST} minor units")))
}

/// A currency's code: three capital letters (ISO 4217).
pub fn currency(code: &str) -> Result<String> {
    if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) {
        return Ok(code.to_owned());
    }
    Err(Error::invalid("a currency is three capital letters, such as EUR"))
}

/// An amount as letters have it: `29.99 EUR`, `2999 JPY`.
pub fn text(minor: i64, currency: &str) -> String {
    format!("{} {currency}", plain(minor, currency))
}

/// An amount without its currency, as it is typed: `1234.50`.
pub fn plain(minor: i64, currency: &str) -> String {
    shown(minor, currency).replace(',', "")
}

/// Reads an amount in the currency's own unit, with at most as many digits behind its point (or comma) as that has.
pub fn read(text: &str, currency: &str) -> Result<i64> {
    let digits = digits(currency) as usize;
    let wrong = || {
        let example = plain(1_999, currency);
        Error::invalid(format!("an amount in {currency} is written like {example}"))
    };
    let text = text.trim().replace(',', ".");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let are_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 15 || rest.len() > digits || !are_digits(whole) || !are_digits(rest)
    {
        return Err(wrong());
    }
    let minor: i128 = format!("{whole}{rest:0<digits$}").parse().map_err(|_| wrong())?;
    amount(minor)
}

/// Reads an amount as programs write it, with any number of digits behind its point, an exponent and a sign; rounded half away from zero.
pub fn rounded(text: &str, currency: &str) -> Result<i64> {
    let wrong = || Error::invalid(format!("'{text}' is no amount"));
    let (sign, digits_of) = match text.trim().strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.trim()),
    };
    let (number, exponent) = digits_of.split_once(['e', 'E']).unwrap_or((digits_of, "0"));
    let exponent: i32 = exponent.parse().map_err(|_| wrong())?;
    let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
    let are_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.len() + rest.len() > 30 || whole.is_empty() || !are_digits(whole) || !are_digits(rest) {
        return Err(wrong());
    }
    let value: i128 = format!("{whole}{rest}").parse().map_err(|_| wrong())?;
    // So many places further to the left or right than minor units are.
    let places = i32::try_from(rest.len()).unwrap_or(i32::MAX) - exponent - digits(currency).cast_signed();
    let minor = match places {
        _ if value == 0 => 0,
        ..=-30 => return Err(wrong()),
        -29..=0 => value.checked_mul(10_i128.pow(places.unsigned_abs())).ok_or_else(wrong)?,
        1..=36 => {
            let unit = 10_i128.pow(places.unsigned_abs());
            (value + unit / 2) / unit
        }
        _ => 0,
    };
    amount(sign * minor)
}

/// `whole` in parts that are as the `weights` are to each other, and together exactly it: each is rounded down, and what is
/// left goes to those that lost most, the first of equals first. Nothing, if all weights are 0.
pub fn divide(whole: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: &i64| i128::from(whole) * i128::from(*weight);
    let mut parts: Vec<i64> =
        weights.iter().map(|w| i64::try_from(exact(w) / sum).unwrap_or_default()).collect();
    let mut left = whole - parts.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(exact(&weights[*index]) % sum));
    for index in order {
        if left > 0 {
            parts[index] += 1;
            left -= 1;
        }
    }
    parts
}

/// Currencies whose smallest unit is not a hundredth (ISO 4217): how many digits stand behind the point.
const DIGITS: [(u32, &str); 2] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
];

/// How many digits of an amount stand behind its point.
pub fn digits(currency: &str) -> u32 {
    let known = DIGITS.iter().find(|(_, codes)| codes.split(' ').any(|code| code == currency));
    known.map_or(2, |(digits, _)| *digits)
}

/// An amount in whole units of its currency, cut short: for charts.
pub fn whole(minor: i64, currency: &str) -> i64 {
    minor / 10_i64.pow(digits(currency))
}

/// An amount as people read it: `1,234.50`.
pub fn shown(minor: i64, currency: &str) -> String {
    let digits = digits(currency);
    let unit = 10_u64.pow(digits);
    let sign = if minor < 0 { "-" } else { "" };
    let whole = text::grouped(minor.unsigned_abs() / unit);
    if digits == 0 {
        return format!("{sign}{whole}");
    }
    format!("{sign}{whole}.{:0width$}", minor.unsigned_abs() % unit, width = digits as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_half_away_from_zero() {
        for (micro, minor) in [(1_499_999, 1), (1_500_000, 2), (-1_500_000, -2), (-1_499_999, -1), (0, 0)] {
            assert_eq!(round(micro).unwrap(), minor);
        }
        assert_eq!(round(share(2_999, 2_300)).unwrap(), 690, "689.77");
        assert!(round(share(MOST, WHOLE * 2)).is_err());
    }

    #[test]
    fn amounts_are_shown_in_their_currency() {
        assert_eq!(shown(123_450, "EUR"), "1,234.50");
        assert_eq!(shown(-5, "USD"), "-0.05");
        assert_eq!(shown(1_000_000, "JPY"), "1,000,000");
        assert_eq!(shown(1_005, "KWD"), "1.005");
        assert_eq!(shown(i64::MIN, "EUR"), "-92,233,720,368,547,758.08");
    }

    #[test]
    fn amounts_are_read_by_people() {
        for (minor, currency, told) in [
            (2_999, "EUR", "29.99 EUR"),
            (5, "USD", "0.05 USD"),
            (-1_050, "EUR", "-10.50 EUR"),
            (2_999, "JPY", "2999 JPY"),
            (2_999, "KWD", "2.999 KWD"),
        ] {
            assert_eq!(text(minor, currency), told);
        }
        for (typed, currency, minor) in [
            ("29.99", "EUR", 2_999),
            ("29,9", "EUR", 2_990),
            (" 5 ", "EUR", 500),
            ("2999", "JPY", 2_999),
            ("0.001", "KWD", 1),
        ] {
            assert_eq!(read(typed, currency).unwrap(), minor, "{typed}");
        }
        for bad in ["", ".", "1.234", "-1", "1e3", "1,234.50", "12345678901234567890", "1000000000000", "²"]
        {
            assert!(read(bad, "EUR").is_err(), "{bad}");
        }
        assert!(read("29.9", "JPY").is_err());
    }

    #[test]
    fn amounts_are_read_as_programs_write_them() {
        for (told, currency, minor) in [
            ("85.59324", "EUR", 8_559),
            ("14.864", "EUR", 1_486),
            ("16.005", "EUR", 1_601),
            ("-16.005", "EUR", -1_601),
            ("10", "EUR", 1_000),
            ("0", "JPY", 0),
            ("1e2", "EUR", 10_000),
            ("1.5e-3", "KWD", 2),
            ("4.2e-9", "EUR", 0),
            ("9.999", "JPY", 10),
            ("0.1234567", "KWD", 123),
        ] {
            assert_eq!(rounded(told, currency).unwrap(), minor, "{told}");
        }
        for bad in
            ["", "-", ".5", "1,5", "1e", "abc", "1e40", "99999999999999999999999999999999", "NaN", "1.2.3"]
        {
            assert!(rounded(bad, "EUR").is_err(), "{bad}");
        }
    }

    #[test]
    fn parts_are_together_the_whole() {
        assert_eq!(divide(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(divide(7, &[0, 5, 0]), [0, 7, 0]);
        assert_eq!(divide(5, &[0, 0]), [0, 0]);
        assert_eq!(divide(1, &[1, 3]), [0, 1]);
    }
}
