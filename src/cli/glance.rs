//! All figures of a shop at a glance.

use super::chart::spark;
use super::figures::{CALLS, CODES, at, known};
use super::output;
use super::terminal::{Terminal, number};
use crate::base::money;
use crate::base::time::HOUR;
use crate::domain::revenue::Income;
use crate::domain::summary::{NewError, SPANS, Summary};

/// A name, its sums, and its days.
type Row = (String, [String; 3], Vec<i64>);

/// Prints them.
pub fn show(summary: &Summary, whose: &str, terminal: Terminal) {
    let period = &summary.calls.period;
    let now = at(period, summary.at, "%-d %B %Y %H:%M");
    output::line(&format!("{whose} {} {now}, {}\n", terminal.pick("·", "-"), period.zone_name()));
    let mut rows = calls(summary);
    rows.extend(money(summary));
    table(&rows, terminal);
    let licences = format!(
        "{} active, {} of them expire within 30 days",
        number(summary.active),
        number(summary.expiring)
    );
    output::line(&format!("\n  licences   {licences}\n  customers  {}", number(summary.customers)));
    if !summary.newest.is_empty() {
        output::line("\n  newest errors");
    }
    for NewError { hour, code, product_id, count } in &summary.newest {
        let product = if *product_id == 0 { String::new() } else { format!("product {product_id}") };
        let hour = at(period, hour * HOUR, "%-d %b %H:00");
        let said = known(&CODES, code).unwrap_or_default();
        output::line(format!("  {hour:>12}  {code} {said:24} {:>8}  {product}", number(*count)).trim_end());
    }
}

fn calls(summary: &Summary) -> Vec<Row> {
    let mut rows = Vec::new();
    for (place, name) in summary.calls.names.iter().enumerate() {
        let cells = SPANS.map(|(_, days)| number(summary.calls.last(days)[place]));
        rows.push((known(&CALLS, name).unwrap_or(name).to_owned(), cells, summary.calls.of(place)));
    }
    let errors: Vec<i64> = summary.errors.counts.iter().map(|row| row.iter().sum()).collect();
    let of = |days: usize| errors[errors.len().saturating_sub(days)..].iter().sum();
    rows.push(("errors".to_owned(), SPANS.map(|(_, days)| number(of(days))), errors.clone()));
    rows
}

fn money(summary: &Summary) -> Vec<Row> {
    let mut rows = Vec::new();
    for (currency, all) in &summary.revenue.by {
        let row = |name: &str, pick: fn(Income) -> i64| {
            let cells = SPANS.map(|(_, days)| {
                let last = summary.revenue.last(days);
                let of =
                    last.iter().find(|(code, _)| code == currency).map_or(0, |(_, income)| pick(*income));
                money::shown(of, currency)
            });
            (format!("{name}, {currency}"), cells, all.iter().map(|income| pick(*income)).collect())
        };
        rows.push(row("paid", |income| income.gross));
        rows.push(row("refunded", |income| income.refunds));
    }
    rows
}

fn table(rows: &[Row], terminal: Terminal) {
    let heads = ["today", "7 days", "30 days"];
    let name = rows.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0);
    let widths = [0, 1, 2].map(|column| {
        let cells = rows.iter().map(|(_, cells, _)| cells[column].chars().count());
        cells.chain([heads[column].len()]).max().unwrap_or(0)
    });
    let line = |name_of: &str, cells: [&str; 3], after: &str| {
        let cells = [0, 1, 2].map(|n| format!("{:>width$}", cells[n], width = widths[n])).join("  ");
        output::line(format!("  {name_of:name$}  {cells}  {after}").trim_end());
    };
    line("", heads, "");
    let taken = 2 + name + 2 + widths.iter().sum::<usize>() + 4 + 2;
    for (what, cells, values) in rows {
        let drawn =
            if taken + values.len() <= terminal.width { spark(values, terminal) } else { String::new() };
        line(what, [&cells[0], &cells[1], &cells[2]], &drawn);
    }
}
