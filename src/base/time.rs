//! Time is an argument: whoever needs "now" is given a [`Clock`] or asks its transaction.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::error::{Error, Result};

/// Milliseconds since the Unix epoch, UTC. Every `_at` column and every domain time is one.
pub type Millis = i64;

/// One second.
pub const SECOND: Millis = 1_000;
/// One hour.
pub const HOUR: Millis = 3_600 * SECOND;
/// One day.
pub const DAY: Millis = 86_400 * SECOND;

/// Where "now" comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's wall clock.
    System,
    /// A clock that tests and replays set by hand.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `at` until it is moved.
    pub fn manual(at: Millis) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(at)))
    }

    /// The wall clock's reading. Decisions use `Tx::now`, which never runs backwards.
    pub fn now(&self) -> Millis {
        match self {
            Self::System => Timestamp::now().as_millisecond(),
            Self::Manual(at) => at.load(Ordering::SeqCst),
        }
    }

    /// Sets a manual clock; a system clock does not listen.
    pub fn set(&self, at: Millis) {
        if let Self::Manual(cell) = self {
            cell.store(at, Ordering::SeqCst);
        }
    }
}

/// Unix seconds, as the licence API speaks; rounded down.
pub fn seconds(at: Millis) -> i64 {
    at.div_euclid(SECOND)
}

/// RFC 3339 in UTC, to the second: `2026-11-22T08:00:00Z`.
pub fn rfc3339(at: Millis) -> String {
    Timestamp::from_second(seconds(at)).map_or_else(|_| at.to_string(), |t| t.to_string())
}

/// The day of an instant in a time zone, as people read it: `31 December 2026`. UTC where there is no such zone.
pub fn day_in(at: Millis, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    Timestamp::from_second(seconds(at))
        .map_or_else(|_| at.to_string(), |t| t.to_zoned(zone).strftime("%-d %B %Y").to_string())
}

/// Reads RFC 3339 (`2026-11-22T08:00:00Z`), or a plain date, which means midnight UTC.
pub fn parse(text: &str) -> Result<Millis> {
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let at: Timestamp = whole.parse().map_err(|_| {
        Error::invalid(format!("'{text}' is not a time; write it as 2026-12-31 or 2026-12-31T23:59:59Z"))
    })?;
    if !(0..253_370_764_800).contains(&at.as_second()) {
        return Err(Error::invalid(format!("'{text}' is outside the years 1970 to 9998")));
    }
    Ok(at.as_millisecond())
}

/// A time zone's name in the tz database, such as `Europe/Berlin`, as it is written there.
pub fn zone(name: &str) -> Result<String> {
    let wrong = || {
        Error::invalid(format!("'{name}' is no time zone of the tz database, such as Europe/Berlin or UTC"))
    };
    let zone = TimeZone::get(name.trim()).map_err(|_| wrong())?;
    zone.iana_name().map(str::to_owned).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for text in ["1970-01-01T00:00:00Z", "2026-11-22T08:00:01Z", "9998-12-31T23:59:59Z"] {
            assert_eq!(rfc3339(parse(text).unwrap()), text);
        }
        assert_eq!(parse("2026-01-02").unwrap(), parse("2026-01-02T00:00:00Z").unwrap());
        assert_eq!(parse("2026-01-02T01:00:00+01:00").unwrap(), parse("2026-01-02").unwrap());
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let at = parse("2026-12-31T23:30:00Z").unwrap();
        assert_eq!(day_in(at, "UTC"), "31 December 2026");
        assert_eq!(day_in(at, "Europe/Berlin"), "1 January 2027");
        assert_eq!(day_in(at, "nowhere"), "31 December 2026");
    }

    #[test]
    fn zones_have_names() {
        assert_eq!(zone(" europe/berlin ").unwrap(), "Europe/Berlin");
        assert_eq!(zone("UTC").unwrap(), "UTC");
        for text in ["", "Berlin", "+01:00", "../etc/passwd", "Mars/Crater"] {
            assert!(zone(text).is_err(), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in ["", "soon", "2026-13-01", "2026-02-30", "1969-12-31", "9999-01-01", "12345-01-01"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
