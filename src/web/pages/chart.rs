//! Charts: drawn here as SVG; beside each stands its table, for those who do not see it.

use std::fmt::Write as _;

use serde::Serialize;

use super::parts::{Cell, Row, Table};
use crate::base::text::grouped;
use crate::base::time::{DAY, Millis, day_in};

const WIDTH: usize = 720;
const HEIGHT: usize = 150;
/// Room for the figures on the left, and the days below.
const LEFT: usize = 46;
const BELOW: usize = 20;

#[derive(Serialize)]
pub struct Chart {
    title: String,
    /// Without any text but dates and figures: nothing in it needs to be escaped.
    svg: String,
    table: Table,
    /// What its tones stand for, where it has several: from the bottom of the columns to the top.
    legend: Vec<String>,
}

/// Tones that columns of several kinds have; the last is of all other kinds.
const TONES: usize = 5;

/// Columns of several kinds of one thing, those that are most at the bottom: a day each. The table has every kind.
pub fn kinds(
    title: impl Into<String>,
    starts: &[Millis],
    names: &[String],
    counts: &[Vec<i64>],
    zone: &str,
) -> Chart {
    let days: Vec<String> = starts.iter().map(|at| day_in(*at, zone)).collect();
    let sum = |kind: usize| counts.iter().map(|row| row[kind]).sum::<i64>();
    let mut kinds: Vec<usize> = (0..names.len()).filter(|kind| sum(*kind) > 0).collect();
    kinds.sort_by_key(|kind| std::cmp::Reverse(sum(*kind)));
    let own = if kinds.len() > TONES { TONES - 1 } else { kinds.len() };
    let (told, others) = kinds.split_at(own);
    let mut layers: Vec<Vec<i64>> =
        told.iter().map(|kind| counts.iter().map(|row| row[*kind]).collect()).collect();
    let mut legend: Vec<String> = told.iter().map(|kind| names[*kind].clone()).collect();
    if !others.is_empty() {
        layers.push(counts.iter().map(|row| others.iter().map(|kind| row[*kind]).sum()).collect());
        legend.push("others".to_owned());
    }
    let rows = days.iter().zip(counts).rev().flat_map(|(day, row)| {
        let of = kinds.iter().filter(|kind| row[**kind] > 0);
        let cells =
            |kind: &usize| vec![Cell::text(day), Cell::text(&names[*kind]), Cell::Count { n: row[*kind] }];
        of.map(|kind| Row::from(cells(kind))).collect::<Vec<Row>>()
    });
    let table = Table::new(&["Day", "Code", "#Times"], rows.collect(), "There was none.");
    Chart { title: title.into(), svg: svg(&days, &layers), table, legend }
}

/// Columns of counts, a day each, which begins when it does in this time zone.
pub fn days(title: impl Into<String>, starts: &[Millis], counts: &[i64], zone: &str) -> Chart {
    let days: Vec<String> = starts.iter().map(|at| day_in(*at, zone)).collect();
    let rows = days.iter().zip(counts).rev();
    let rows: Vec<Row> =
        rows.map(|(day, n)| Row::from(vec![Cell::text(day), Cell::Count { n: *n }])).collect();
    Chart {
        title: title.into(),
        svg: svg(&days, &[counts.to_vec()]),
        table: Table::new(&["Day", "#Count"], rows, "There are no days."),
        legend: Vec::new(),
    }
}

/// A cell for each day from one on, the darker the more there is on it.
pub fn heat(title: impl Into<String>, from: Millis, counts: &[i64], zone: &str) -> Chart {
    let starts: Vec<Millis> = (0..).zip(counts).map(|(nth, _)| from + nth * DAY).collect();
    let days: Vec<String> = starts.iter().map(|at| day_in(*at, zone)).collect();
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let step = WIDTH / counts.len().max(1);
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} 62\" role=\"img\" aria-label=\"A cell a day; the table below has the same\">"
    );
    for (nth, (n, day)) in counts.iter().zip(&days).enumerate() {
        // The fourth that it is in; none has a tone of its own.
        let tone = if *n == 0 { 0 } else { 1 + (n - 1) * 4 / most };
        let _ = write!(
            svg,
            "<rect class=\"heat-{tone}\" x=\"{}\" y=\"4\" width=\"{}\" height=\"34\" rx=\"4\"><title>{day}: {}</title></rect>",
            nth * step + 1,
            step.saturating_sub(2).max(1),
            grouped(n.unsigned_abs())
        );
    }
    for (x, anchor, day) in [(1, "start", days.first()), (WIDTH - 1, "end", days.last())] {
        let day = day.map_or("", String::as_str);
        let _ = write!(svg, "<text x=\"{x}\" y=\"56\" text-anchor=\"{anchor}\">{day}</text>");
    }
    let rows = days.iter().zip(counts).filter(|(_, n)| **n > 0);
    let rows: Vec<Row> =
        rows.map(|(day, n)| Row::from(vec![Cell::text(day), Cell::Count { n: *n }])).collect();
    let table = Table::new(&["Day", "#Count"], rows, "None does.");
    Chart { title: title.into(), svg: svg + "</svg>", table, legend: Vec::new() }
}

/// Columns, each of as many parts as there are layers, one upon the other.
fn svg(days: &[String], layers: &[Vec<i64>]) -> String {
    let at = |nth: usize| layers.iter().map(move |layer| layer.get(nth).copied().unwrap_or_default());
    let counts: Vec<i64> = (0..days.len()).map(|nth| at(nth).sum()).collect();
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let top = round_up(most);
    let height = |n: i64| {
        usize::try_from(n.max(0)).unwrap_or(0) * (HEIGHT - BELOW - 8) / usize::try_from(top).unwrap_or(1)
    };
    let (base, step) = (HEIGHT - BELOW, (WIDTH - LEFT) / counts.len().max(1));
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"Columns; the table below has the same\">"
    );
    for part in [top, top / 2, 0] {
        let y = base - height(part);
        let label = grouped(part.unsigned_abs());
        let _ = write!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{y}\" y2=\"{y}\"/><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{label}</text>",
            LEFT - 6,
            y + 4
        );
    }
    for nth in 0..counts.len() {
        let (x, mut below) = (LEFT + nth * step, 0);
        for (tone, n) in at(nth).enumerate() {
            // Heights are of sums, so that no rounding makes a column higher than its figure.
            let (from, to) = (height(below), height(below + n));
            let _ = write!(
                svg,
                "<rect class=\"column tone-{tone}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"2\"/>",
                x + 2,
                base - to,
                step.saturating_sub(4).max(1),
                to - from
            );
            below += n;
        }
    }
    for nth in [0, counts.len() / 2, counts.len().saturating_sub(1)] {
        if let Some(day) = days.get(nth) {
            let (x, anchor) = match nth {
                0 => (LEFT, "start"),
                n if n + 1 == counts.len() => (LEFT + counts.len() * step, "end"),
                n => (LEFT + n * step + step / 2, "middle"),
            };
            let _ = write!(svg, "<text x=\"{x}\" y=\"{}\" text-anchor=\"{anchor}\">{day}</text>", HEIGHT - 4);
        }
    }
    svg + "</svg>"
}

/// The least of 1, 2, 4, 10, 20, 40, 100 … that is not below: half of it is whole, but for 1.
fn round_up(n: i64) -> i64 {
    let mut power = 1_i64;
    loop {
        for times in [1, 2, 4] {
            let top = power.saturating_mul(times);
            if top >= n {
                return top;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_reach_as_high_as_their_figures() {
        assert_eq!([0, 1, 3, 5, 41, 99].map(|n| round_up(n.max(1))), [1, 1, 4, 10, 100, 100]);
        let chart = svg(&["1970-01-01".into(), "1970-01-02".into()], &[vec![5, 10]]);
        let heights: Vec<&str> =
            chart.split("height=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(heights, ["61", "122"]);
        assert!(chart.contains(">1970-01-01<") && chart.ends_with("</svg>"));
        assert!(svg(&[], &[]).ends_with("</svg>"), "nothing at all is drawn too");
    }

    #[test]
    fn kinds_stand_upon_each_other_and_are_told_in_the_table() {
        let names: Vec<String> = ["a", "b", "c", "d", "e", "f", "g"].map(str::to_owned).into();
        let counts = [vec![1, 0, 2, 3, 4, 5, 6], vec![0, 0, 7, 0, 0, 0, 0]];
        let chart = kinds("Refused", &[0, DAY], &names, &counts, "UTC");
        assert_eq!(chart.legend, ["c", "g", "f", "e", "others"], "the most of all days first");
        let parts = |tone: usize| chart.svg.matches(&format!("tone-{tone}\"")).count();
        assert_eq!([0, 1, 4, 5].map(parts), [2, 2, 2, 0]);
        let cells: Vec<String> = chart
            .table
            .rows
            .iter()
            .map(|row| row.cells.iter().skip(1).map(Cell::plain).collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(cells, ["c 7", "c 2", "g 6", "f 5", "e 4", "d 3", "a 1"], "the latest day first");
        let heights = |nth: usize| -> usize {
            let of = chart.svg.split("<rect").skip(1).skip(nth * 5).take(5);
            of.map(|rect| {
                rect.split("height=\"").nth(1).unwrap().split('"').next().unwrap().parse::<usize>().unwrap()
            })
            .sum()
        };
        assert_eq!((heights(0), heights(1)), (21 * 122 / 40, 7 * 122 / 40));
        assert!(kinds("Refused", &[], &names, &[], "UTC").legend.is_empty());
    }

    #[test]
    fn the_more_there_is_the_darker_is_the_day() {
        let chart = heat("Ends", 0, &[0, 1, 4, 8], "UTC");
        let tones: Vec<&str> = chart.svg.split("heat-").skip(1).map(|rest| &rest[..1]).collect();
        assert_eq!(tones, ["0", "1", "2", "4"]);
        assert!(heat("Ends", 0, &[], "UTC").svg.ends_with("</svg>"));
    }

    #[test]
    fn days_are_the_shops_own() {
        // Midnight of the second of January in Berlin.
        let chart = days("Activations a day", &[1_767_308_400_000], &[1], "Europe/Berlin");
        assert!(chart.svg.contains(">2 January 2026<"), "{}", chart.svg);
    }
}
