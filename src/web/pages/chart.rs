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
}

/// Columns of counts, a day each, which begins when it does in this time zone.
pub fn days(title: impl Into<String>, starts: &[Millis], counts: &[i64], zone: &str) -> Chart {
    let days: Vec<String> = starts.iter().map(|at| day_in(*at, zone)).collect();
    let rows = days.iter().zip(counts).rev();
    let rows: Vec<Row> =
        rows.map(|(day, n)| Row::from(vec![Cell::text(day), Cell::Count { n: *n }])).collect();
    Chart {
        title: title.into(),
        svg: svg(&days, counts),
        table: Table::new(&["Day", "#Count"], rows, "There are no days."),
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
    Chart { title: title.into(), svg: svg + "</svg>", table }
}

fn svg(days: &[String], counts: &[i64]) -> String {
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
    for (nth, n) in counts.iter().enumerate() {
        let (x, tall) = (LEFT + nth * step, height(*n));
        let _ = write!(
            svg,
            "<rect class=\"column\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{tall}\" rx=\"2\"/>",
            x + 2,
            base - tall,
            step.saturating_sub(4).max(1)
        );
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
        let chart = svg(&["1970-01-01".into(), "1970-01-02".into()], &[5, 10]);
        let heights: Vec<&str> =
            chart.split("height=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(heights, ["61", "122"]);
        assert!(chart.contains(">1970-01-01<") && chart.ends_with("</svg>"));
        assert!(svg(&[], &[]).ends_with("</svg>"), "nothing at all is drawn too");
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
