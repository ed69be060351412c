//! Time zones: how a dialect writes instants that are told in a shop's own, and when a day begins there.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::error::{Error, Result};
use super::time::{Millis, seconds};

/// A time zone of the tz database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of this name; UTC where there is no such zone.
    pub fn of(name: &str) -> Self {
        Self(TimeZone::get(name).unwrap_or(TimeZone::UTC))
    }

    /// RFC 3339 to the second with the zone's offset then: `2017-05-17T10:45:05+01:00`.
    pub fn write(&self, at: Millis) -> String {
        Timestamp::from_second(seconds(at)).map_or_else(
            |_| at.to_string(),
            |at| at.to_zoned(self.0.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        )
    }

    /// The day of an instant here: `2017-05-17`.
    pub fn day(&self, at: Millis) -> String {
        Timestamp::from_second(seconds(at)).map_or_else(
            |_| at.to_string(),
            |at| at.to_zoned(self.0.clone()).strftime("%Y-%m-%d").to_string(),
        )
    }

    /// When a day begins here, so many months and days further: of `2017-05-17`, as it is written.
    pub fn begin(&self, day: &str, months: i64, days: i64) -> Result<Millis> {
        let wrong = || Error::invalid(format!("'{day}' is no day; write it as 2026-12-31"));
        let is_day = day.len() == 10 && day.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let date: Date = day.parse().ok().filter(|_| is_day).ok_or_else(wrong)?;
        let span =
            Span::new().try_months(months).and_then(|span| span.try_days(days)).map_err(|_| wrong())?;
        let begun =
            date.checked_add(span).and_then(|date| date.to_zoned(self.0.clone())).map_err(|_| wrong())?;
        Some(begun.timestamp().as_millisecond())
            .filter(|at| (0..253_370_764_800_000).contains(at))
            .ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::parse;

    #[test]
    fn instants_are_told_with_their_offset() {
        let at = parse("2017-05-17T09:45:05Z").unwrap();
        assert_eq!(Zone::of("Europe/Lisbon").write(at), "2017-05-17T10:45:05+01:00");
        assert_eq!(Zone::of("UTC").write(at), "2017-05-17T09:45:05+00:00");
        assert_eq!(Zone::of("nowhere").write(at), "2017-05-17T09:45:05+00:00");
        assert_eq!(Zone::of("Asia/Kolkata").write(at), "2017-05-17T15:15:05+05:30");
    }

    #[test]
    fn days_begin_where_they_are() {
        let lisbon = Zone::of("Europe/Lisbon");
        assert_eq!(lisbon.begin("2017-05-17", 0, 0).unwrap(), parse("2017-05-16T23:00:00Z").unwrap());
        assert_eq!(lisbon.begin("2017-03-26", 0, 1).unwrap(), parse("2017-03-26T23:00:00Z").unwrap());
        assert_eq!(lisbon.begin("2017-03-31", -1, 0).unwrap(), parse("2017-02-28T00:00:00Z").unwrap());
        assert_eq!(lisbon.day(parse("2017-05-16T23:30:00Z").unwrap()), "2017-05-17");
        for bad in ["", "soon", "2017-02-30", "20170517", "2017-5-17", "1960-01-01", "9999-12-31"] {
            assert!(lisbon.begin(bad, 0, 0).is_err(), "{bad}");
        }
    }
}
