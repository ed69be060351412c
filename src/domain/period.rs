//! A stretch of time, cut into the hours, days, weeks or months of a shop's time zone.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::tally::Hour;
use super::tally_age::first_hour;
use crate::base::error::{Error, Result};
use crate::base::time::{self, HOUR, Millis};
use crate::words;

/// The most intervals of one answer.
pub const MOST: usize = 1_000;

words! {
    /// What a stretch of time is cut into.
    Interval, "interval" {
        /// Hours of UTC.
        Hour = "hour",
        /// Days, from midnight to midnight.
        Day = "day",
        /// Weeks, which begin on Monday.
        Week = "week",
        /// Calendar months.
        Month = "month",
    }
}

impl Interval {
    /// How many are shown if nobody says.
    fn usual(self) -> i64 {
        match self {
            Self::Hour => 48,
            Self::Day => 30,
            Self::Week => 26,
            Self::Month => 12,
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// From when on: an instant in RFC 3339, or a date, which is midnight in the shop's time zone.
    pub from: Option<String>,
    /// Until when, written in the same way; now if not given.
    pub to: Option<String>,
    /// In which steps; days if not given.
    pub interval: Option<Interval>,
    /// Of this product only.
    pub product_id: Option<i64>,
}

/// Whole intervals, without a gap.
#[derive(Clone, Debug)]
pub struct Period {
    /// What they are.
    pub interval: Interval,
    /// Whose days they are cut by.
    pub zone: TimeZone,
    /// When each begins.
    pub starts: Vec<Millis>,
    /// When the last ends.
    pub end: Millis,
}

impl Period {
    /// The intervals that what is asked for touches.
    pub fn settle(asked: &Asked, zone_name: &str, now: Millis) -> Result<Self> {
        let (zone, interval) = (zone(zone_name)?, asked.interval.unwrap_or(Interval::Day));
        let read = |text: &Option<String>, about| {
            text.as_deref().map(|text| instant(text, &zone)).transpose().map_err(|e: Error| e.about(about))
        };
        let (from, to) = (read(&asked.from, "from")?, read(&asked.to, "to")?);
        let to = to.unwrap_or_else(|| now.max(from.unwrap_or(now)) + 1);
        if from.is_some_and(|from| from >= to) {
            return Err(Error::invalid("the end of the time must be after its beginning").about("to"));
        }
        let last = start_of(interval, to - 1, &zone)?;
        let mut at = match from {
            Some(from) => start_of(interval, from, &zone)?,
            None => step(interval, last, 1 - interval.usual(), &zone)?,
        };
        let mut starts = Vec::new();
        while at <= last {
            if starts.len() == MOST {
                return Err(Error::invalid(format!(
                    "there are more than {MOST} intervals in this time: choose a longer interval, or a shorter time"
                ))
                .about("interval"));
            }
            starts.push(at);
            at = step(interval, at, 1, &zone)?;
        }
        Ok(Self { interval, zone, starts, end: at })
    }

    /// When it begins.
    pub fn start(&self) -> Millis {
        self.starts.first().copied().unwrap_or(self.end)
    }

    /// The hours that begin in it: from the first, to before the second.
    pub fn hours(&self) -> (Hour, Hour) {
        (first_hour(self.start()), first_hour(self.end))
    }

    /// The place of the interval in which an hour begins. Where a day begins at half past, so does the hour before it belong
    /// to the day before.
    pub fn place(&self, hour: Hour) -> Option<usize> {
        let at = hour * HOUR;
        if at >= self.end { None } else { self.starts.partition_point(|start| *start <= at).checked_sub(1) }
    }

    /// The time zone's name.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }
}

/// A time zone of the database.
pub fn zone(name: &str) -> Result<TimeZone> {
    TimeZone::get(name).map_err(|_| Error::broken(format!("the time zone '{name}' is not known any more")))
}

/// When the interval that holds an instant began.
pub fn start_of(interval: Interval, at: Millis, zone: &TimeZone) -> Result<Millis> {
    let date = match interval {
        Interval::Hour => return Ok(at.div_euclid(HOUR) * HOUR),
        Interval::Day => date(at, zone)?,
        Interval::Week => {
            let date = date(at, zone)?;
            date.checked_sub(date.weekday().to_monday_zero_offset().days()).map_err(out_of_range)?
        }
        Interval::Month => date(at, zone)?.first_of_month(),
    };
    midnight(date, zone)
}

/// When the interval begins that is `n` after the one that begins at `start`.
fn step(interval: Interval, start: Millis, n: i64, zone: &TimeZone) -> Result<Millis> {
    let span = match interval {
        Interval::Hour => return Ok(start + n * HOUR),
        Interval::Day => n.days(),
        Interval::Week => n.weeks(),
        Interval::Month => n.months(),
    };
    midnight(date(start, zone)?.checked_add(span).map_err(out_of_range)?, zone)
}

fn date(at: Millis, zone: &TimeZone) -> Result<Date> {
    let at = Timestamp::from_millisecond(at).map_err(out_of_range)?;
    Ok(zone.to_datetime(at).date())
}

/// The first instant of a day, which is not 0:00 where clocks are put forward then.
fn midnight(date: Date, zone: &TimeZone) -> Result<Millis> {
    zone.to_timestamp(date.at(0, 0, 0, 0)).map(Timestamp::as_millisecond).map_err(out_of_range)
}

fn instant(text: &str, zone: &TimeZone) -> Result<Millis> {
    let at = time::parse(text)?;
    if text.len() == 10 { midnight(date(at, &TimeZone::UTC)?, zone) } else { Ok(at) }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn out_of_range(e: jiff::Error) -> Error {
    Error::invalid(format!("this time is outside of what can be told: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::rfc3339;

    fn period(from: &str, to: &str, interval: Interval, zone: &str) -> Result<Period> {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let asked = Asked { from: text(from), to: text(to), interval: Some(interval), product_id: None };
        Period::settle(&asked, zone, time::parse("2026-11-26T10:30:00Z").unwrap())
    }

    fn hours(period: &Period) -> Vec<i64> {
        let ends = period.starts.iter().skip(1).chain([&period.end]);
        period.starts.iter().zip(ends).map(|(start, end)| (end - start) / HOUR).collect()
    }

    #[test]
    fn days_have_23_24_or_25_hours() {
        let spring = period("2026-03-28", "2026-03-31", Interval::Day, "Europe/Berlin").unwrap();
        assert_eq!(hours(&spring), [24, 23, 24]);
        let autumn = period("2026-10-24", "2026-10-27", Interval::Day, "Europe/Berlin").unwrap();
        assert_eq!(hours(&autumn), [24, 25, 24]);
        assert_eq!(rfc3339(autumn.start()), "2026-10-23T22:00:00Z");
        // Here a day begins at 1:00, since there is no 0:00 on it.
        let skipped = period("2026-03-28", "2026-03-30", Interval::Day, "Asia/Beirut").unwrap();
        assert_eq!(hours(&skipped), [24, 23]);
    }

    #[test]
    fn whole_intervals_hold_what_is_asked_for() {
        let weeks = period("2026-01-01", "2026-01-13", Interval::Week, "UTC").unwrap();
        assert_eq!(
            weeks.starts.iter().map(|at| rfc3339(*at)).collect::<Vec<_>>(),
            ["2025-12-29T00:00:00Z", "2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z"]
        );
        let months = period("", "2026-03-02", Interval::Month, "America/New_York").unwrap();
        assert_eq!((months.starts.len(), rfc3339(months.end)), (12, "2026-04-01T04:00:00Z".into()));
        let usual = period("", "", Interval::Day, "UTC").unwrap();
        assert_eq!((usual.starts.len(), rfc3339(usual.end)), (30, "2026-11-27T00:00:00Z".into()));
        let hour = period("2026-01-01T10:20:00Z", "2026-01-01T11:00:00Z", Interval::Hour, "UTC").unwrap();
        assert_eq!((hour.starts.len(), rfc3339(hour.end)), (1, "2026-01-01T11:00:00Z".into()));
    }

    #[test]
    fn every_hour_is_in_one_interval() {
        for zone in ["UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Kathmandu"] {
            let period = period("2026-03-20", "2026-04-10", Interval::Day, zone).unwrap();
            let (from, to) = period.hours();
            let mut seen = vec![0; period.starts.len()];
            for hour in from..to {
                seen[period.place(hour).unwrap()] += 1;
            }
            assert_eq!(seen.iter().sum::<i64>(), to - from, "{zone}");
            assert!(seen.iter().all(|n| (23..=25).contains(n)), "{zone}: {seen:?}");
            assert_eq!((period.place(from - 1), period.place(to)), (None, None), "{zone}");
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for (from, to, interval, about) in [
            ("soon", "", Interval::Day, "from"),
            ("", "2026-13-01", Interval::Day, "to"),
            ("2026-01-02", "2026-01-02", Interval::Day, "to"),
            ("2026-01-02", "2026-01-01", Interval::Day, "to"),
            ("2020-01-01", "2026-01-01", Interval::Day, "interval"),
            ("1970-01-01", "9998-01-01", Interval::Hour, "interval"),
        ] {
            let error = period(from, to, interval, "UTC").unwrap_err();
            assert_eq!(error.about, Some(about), "{from} {to}: {}", error.message);
        }
        assert!(period("2020-01-01", "2026-01-01", Interval::Week, "UTC").is_ok());
        assert!(period("2027-01-01", "", Interval::Day, "UTC").is_ok(), "nothing has happened then");
    }
}
