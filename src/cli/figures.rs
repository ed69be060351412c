//! Figures for people: charts, bars, and what they come to.

use jiff::Timestamp;

use super::chart::{Chart, bar, spark};
use super::output;
use super::terminal::{Terminal, number};
use crate::base::money;
use crate::base::time::Millis;
use crate::domain::analytics::Series;
use crate::domain::period::{Interval, Period};
use crate::domain::revenue::{Income, Revenue};
use crate::domain::versions::{Row, Versions};

/// The most bars of a product.
const BARS: usize = 12;
/// What is said where there is nothing to draw.
const NOTHING: &str = "Nothing was counted in this time. Shipped apps are counted when they call the licence API or ask for updates,\n\
     and a running server writes that down every ten seconds. `keywright demo` has figures to look at.";

/// Figures over time that can be drawn.
pub trait Drawn {
    /// When.
    fn period(&self) -> &Period;
    /// What they are of.
    fn title(&self) -> &'static str;
    /// Lines; none if there is nothing to draw.
    fn lines(&self, terminal: Terminal) -> Vec<String>;
}

/// Prints figures over time.
pub fn over_time(figures: &impl Drawn, whose: &str, terminal: Terminal) {
    let lines = figures.lines(terminal);
    if lines.is_empty() {
        return output::aside(NOTHING);
    }
    let (period, dot) = (figures.period(), terminal.pick("·", "-"));
    let dash = terminal.pick("–", "to");
    let (from, to) =
        (label(period, period.start()), label(period, period.starts.last().copied().unwrap_or(period.end)));
    let zone = period.zone_name();
    let by = period.interval;
    output::line(&format!("{} {dot} {whose} {dot} {from} {dash} {to} by {by}, {zone}\n", figures.title()));
    for line in &lines {
        output::line(line);
    }
}

/// An instant as the shop's clocks show it.
pub fn at(period: &Period, at: Millis, format: &str) -> String {
    let shown = Timestamp::from_millisecond(at)
        .map(|at| at.to_zoned(period.zone.clone()).strftime(format).to_string());
    shown.unwrap_or_default()
}

/// What an interval is called.
fn label(period: &Period, start: Millis) -> String {
    at(
        period,
        start,
        match period.interval {
            Interval::Hour => "%-d %b %H:%M",
            Interval::Day | Interval::Week => "%-d %b",
            Interval::Month => "%b %Y",
        },
    )
}

/// A chart with its name and sum above it.
fn chart(
    period: &Period,
    name: &str,
    values: &[i64],
    write: &dyn Fn(i64) -> String,
    terminal: Terminal,
) -> Vec<String> {
    let labels: Vec<String> = period.starts.iter().map(|start| label(period, *start)).collect();
    let most = (0..values.len()).max_by_key(|place| (values[*place], std::cmp::Reverse(*place)));
    let most = most.filter(|place| values[*place] > 0);
    let Some(most) = most else { return vec![format!("{name}  none"), String::new()] };
    let dot = terminal.pick("·", "-");
    let mut lines = vec![format!("{name}  {dot} most {} on {}", write(values[most]), labels[most])];
    lines.extend(Chart { values, labels: &labels, write }.lines(terminal));
    lines.push(String::new());
    lines
}

/// What the names of counts are to people.
pub const CALLS: [(&str, &str); 5] = [
    ("activate", "activations"),
    ("deactivate", "deactivations"),
    ("check", "checks"),
    ("info", "infos"),
    ("update_check", "update checks"),
];
/// Those of them that have a chart; the others have a line.
const DRAWN: [&str; 3] = ["activate", "check", "update_check"];
/// What the codes of the licence API mean.
pub const CODES: [(&str, &str); 11] = [
    ("1101", "wrong key or identifier"),
    ("1102", "inactive"),
    ("1103", "expired"),
    ("1201", "all uses taken"),
    ("1301", "no such use"),
    ("1302", "another address"),
    ("1901", "no such method"),
    ("1902", "API is off"),
    ("1903", "our fault"),
    ("1904", "malformed"),
    ("1905", "too many requests"),
];

/// What a word is to people.
pub fn known<'a>(words: &[(&str, &'a str)], word: &'a str) -> Option<&'a str> {
    words.iter().find(|(name, _)| *name == word).map(|(_, said)| *said)
}

impl Drawn for Series {
    fn period(&self) -> &Period {
        &self.period
    }

    fn title(&self) -> &'static str {
        if self.names.iter().any(|name| name == "activate") { "Shipped apps" } else { "Errors" }
    }

    fn lines(&self, terminal: Terminal) -> Vec<String> {
        let totals = self.totals();
        if totals.iter().all(|total| *total == 0) {
            return Vec::new();
        }
        if self.names.iter().all(|name| known(&CALLS, name).is_none()) {
            return errors(self, &totals, terminal);
        }
        let (mut lines, mut short) = (Vec::new(), Vec::new());
        for (place, (name, total)) in self.names.iter().zip(&totals).enumerate() {
            let (said, values) = (known(&CALLS, name).unwrap_or(name), self.of(place));
            let total = number(*total);
            if DRAWN.contains(&name.as_str()) {
                lines.extend(chart(&self.period, &format!("{total} {said}"), &values, &number, terminal));
                continue;
            }
            let room = terminal.width.saturating_sub(30);
            let row = if values.len() <= room { spark(&values, terminal) } else { String::new() };
            short.push(format!("{:28}{row}", format!("{total} {said}")).trim_end().to_owned());
        }
        lines.extend(short);
        lines
    }
}

fn errors(series: &Series, totals: &[i64], terminal: Terminal) -> Vec<String> {
    let all: Vec<i64> = series.counts.iter().map(|row| row.iter().sum()).collect();
    let sum = totals.iter().sum();
    let mut lines = chart(&series.period, &format!("{} errors", number(sum)), &all, &number, terminal);
    let mut codes: Vec<(&str, i64)> =
        series.names.iter().map(String::as_str).zip(totals.iter().copied()).filter(|(_, n)| *n > 0).collect();
    codes.sort_by_key(|(_, n)| -n);
    let rows: Vec<(String, i64)> = codes
        .iter()
        .map(|(code, n)| (format!("{code} {}", known(&CODES, code).unwrap_or_default()), *n))
        .collect();
    lines.extend(bars(&rows, sum, terminal));
    lines
}

/// Bars with their counts and shares, right-aligned.
fn bars(rows: &[(String, i64)], whole: i64, terminal: Terminal) -> Vec<String> {
    let name = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let count = rows.iter().map(|(_, n)| number(*n).len()).max().unwrap_or(0);
    let most = rows.iter().map(|(_, n)| *n).max().unwrap_or(0);
    let room = terminal.width.saturating_sub(name + count + 16).clamp(8, 60);
    let line = |(text, n): &(String, i64)| {
        let tenths = n * 1_000 / whole.max(1);
        let share = format!("{}.{}", tenths / 10, tenths % 10);
        format!("  {text:name$}  {}  {:>count$}  {share:>5} %", bar(*n, most, room, terminal), number(*n))
    };
    rows.iter().map(line).collect()
}

impl Drawn for Versions {
    fn period(&self) -> &Period {
        &self.period
    }

    fn title(&self) -> &'static str {
        "Versions that ask for updates"
    }

    fn lines(&self, terminal: Terminal) -> Vec<String> {
        let mut lines = Vec::new();
        let mut seen: Vec<i64> = Vec::new();
        for Row { product_id, product, .. } in &self.rows {
            if seen.contains(product_id) {
                continue;
            }
            seen.push(*product_id);
            let of: Vec<&Row> = self.rows.iter().filter(|row| row.product_id == *product_id).collect();
            let sum = of.iter().map(|row| row.checks).sum();
            lines.push(format!("{product} {} {} update checks", terminal.pick("·", "-"), number(sum)));
            let rows: Vec<_> = of.iter().take(BARS).map(|row| (row.version.clone(), row.checks)).collect();
            lines.extend(bars(&rows, sum, terminal));
            if of.len() > BARS {
                lines.push(format!("  and {} more; --csv lists them", of.len() - BARS));
            }
            lines.push(String::new());
        }
        lines
    }
}

impl Drawn for Revenue {
    fn period(&self) -> &Period {
        &self.period
    }

    fn title(&self) -> &'static str {
        "Revenue"
    }

    fn lines(&self, terminal: Terminal) -> Vec<String> {
        let mut lines = Vec::new();
        for (currency, sum) in self.last(self.period.starts.len()) {
            if sum == Income::default() {
                continue;
            }
            let write = |minor: i64| money::shown(minor, currency);
            let gross: Vec<i64> = self.by[currency].iter().map(|income| income.gross).collect();
            lines.extend(chart(
                &self.period,
                &format!("{currency} {}", write(sum.gross)),
                &gross,
                &write,
                terminal,
            ));
            let cells = [
                ("gross", write(sum.gross)),
                ("refunds", write(sum.refunds)),
                ("net", write(sum.net())),
                ("orders", number(sum.orders)),
            ];
            let width = cells.iter().map(|(_, cell)| cell.len()).max().unwrap_or(0);
            lines.extend(cells.iter().map(|(name, cell)| format!("  {name:8}{cell:>width$}")));
            lines.push(String::new());
        }
        lines
    }
}
