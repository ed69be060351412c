//! Charts of text: columns over time, bars, and lines of a single row. No colours.

use super::terminal::Terminal;

/// Rows of a chart.
const HEIGHT: i64 = 6;
/// The widest column.
const COLUMN: usize = 6;
/// From nothing to a whole cell, in eighths.
const UP: [[&str; 9]; 2] =
    [[" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"], [" ", ".", ".", ":", ":", "|", "|", "#", "#"]];
const RIGHT: [[&str; 9]; 2] =
    [["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"], ["", "", "", "", "#", "#", "#", "#", "#"]];

/// A chart of one value after the other.
pub struct Chart<'a> {
    /// None is below 0.
    pub values: &'a [i64],
    /// What each is called.
    pub labels: &'a [String],
    /// How a value is written.
    pub write: &'a dyn Fn(i64) -> String,
}

/// A chart's values, and how wide its parts are.
struct Fitted {
    values: Vec<i64>,
    /// How many values are one of these.
    merged: usize,
    top: i64,
    margin: usize,
    room: usize,
}

impl Chart<'_> {
    /// Its lines.
    pub fn lines(&self, terminal: Terminal) -> Vec<String> {
        let Fitted { values, merged, top, margin, room } = self.fitted(terminal);
        let (column, gap) = match room / values.len().max(1) {
            0 | 1 => (1, 0),
            each => ((each - 1).min(COLUMN), 1),
        };
        let [side, tick, corner, dash] =
            if terminal.unicode { ["│", "┤", "└", "─"] } else { ["|", "+", "+", "-"] };
        let shades = &UP[usize::from(!terminal.unicode)];
        let mut lines = Vec::new();
        for row in (0..HEIGHT).rev() {
            let name = match row {
                r if r == HEIGHT - 1 => (self.write)(top),
                r if r == HEIGHT / 2 - 1 => (self.write)(top / 2),
                _ => String::new(),
            };
            let axis = if name.is_empty() { side } else { tick };
            let mut line = format!("  {name:>margin$} {axis}");
            for value in &values {
                line += &shades[cell(*value, top, row)].repeat(column);
                line += &" ".repeat(gap);
            }
            lines.push(line.trim_end().to_owned());
        }
        let width = (values.len() * (column + gap)).max(gap);
        lines.push(format!("  {:>margin$} {corner}{}", (self.write)(0), dash.repeat(width)));
        lines.push(format!("  {:margin$}  {}", "", self.under(width - gap, (column + gap, merged))));
        if merged > 1 {
            lines.push(format!("  (a column is {merged} of them together)"));
        }
        lines
    }

    /// As many columns as there is room for: if there are more values, some of them together are one.
    fn fitted(&self, terminal: Terminal) -> Fitted {
        let mut merged = 1;
        loop {
            let values: Vec<i64> = self.values.chunks(merged).map(|some| some.iter().sum()).collect();
            let top = round_up(values.iter().copied().max().unwrap_or(0));
            let written = [top, top / 2].map(|value| (self.write)(value).chars().count());
            let margin = written[0].max(written[1]).max(4);
            let room = terminal.width.saturating_sub(margin + 4);
            if values.len() <= room || merged >= self.values.len() {
                return Fitted { values, merged, top, margin, room };
            }
            merged += 1;
        }
    }

    /// The labels below: the first, the last, and one between them where there is room.
    fn under(&self, width: usize, (step, merged): (usize, usize)) -> String {
        let (Some(first), Some(last)) = (self.labels.first(), self.labels.last()) else {
            return String::new();
        };
        let mut line = first.clone();
        let mut put = |label: &str, at: usize| {
            let taken = line.chars().count();
            if at >= taken + 2 || taken == 0 {
                line += &" ".repeat(at - taken);
                line += label;
            }
        };
        let end = width.saturating_sub(last.chars().count());
        let middle = self.labels.len() / 2;
        let at = middle / merged * step;
        if self.labels.len() > 4 && at + self.labels[middle].chars().count() + 2 <= end {
            put(&self.labels[middle], at);
        }
        if self.labels.len() > 1 {
            put(last, end);
        }
        line
    }
}

/// How full the cell in this row is, in eighths. What is there at all is seen.
fn cell(value: i64, top: i64, row: i64) -> usize {
    let eighths = i128::from(value) * i128::from(HEIGHT * 8) / i128::from(top.max(1));
    let eighths = if value > 0 { eighths.max(1) } else { 0 };
    usize::try_from((eighths - i128::from(row * 8)).clamp(0, 8)).unwrap_or_default()
}

/// A round number that is no smaller, and whose half is whole.
fn round_up(n: i64) -> i64 {
    let mut unit: i64 = 1;
    loop {
        let small = if unit == 1 { &[2, 4, 6, 8][..] } else { &[] };
        for factor in small.iter().chain(&[10, 12, 16, 20, 24, 30, 40, 50, 60, 80]) {
            match unit.checked_mul(*factor) {
                Some(round) if round >= n => return round,
                Some(_) => {}
                None => return n,
            }
        }
        unit = unit.saturating_mul(10);
    }
}

/// A bar that is `value` of `most` of so many characters, and spaces up to there.
pub fn bar(value: i64, most: i64, width: usize, terminal: Terminal) -> String {
    let whole = i128::try_from(width * 8).unwrap_or_default();
    let eighths = usize::try_from(i128::from(value) * whole / i128::from(most.max(1))).unwrap_or_default();
    let shades = &RIGHT[usize::from(!terminal.unicode)];
    let least = usize::from(value > 0) * if terminal.unicode { 1 } else { 4 };
    let eighths = eighths.max(least);
    let drawn = shades[8].repeat(eighths / 8) + shades[eighths % 8];
    format!("{drawn:width$}")
}

/// All values in one row, a character each.
pub fn spark(values: &[i64], terminal: Terminal) -> String {
    let most = values.iter().copied().max().unwrap_or(0).max(1);
    let shades = &UP[usize::from(!terminal.unicode)];
    values
        .iter()
        .map(|value| {
            let eighths = usize::try_from(i128::from(*value) * 8 / i128::from(most)).unwrap_or_default();
            shades[eighths.clamp(usize::from(*value > 0), 8)]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::terminal::number;

    fn drawn(values: &[i64], width: usize, unicode: bool) -> Vec<String> {
        let labels: Vec<String> = (1..=values.len()).map(|n| format!("day {n}")).collect();
        Chart { values, labels: &labels, write: &number }.lines(Terminal { width, unicode })
    }

    #[test]
    fn columns_stand_on_their_axis() {
        let expected = [
            "    60 ┤              ██████",
            "       │              ██████        ▁▁▁▁▁▁",
            "       │              ██████        ██████",
            "    30 ┤       ██████ ██████        ██████",
            "       │       ██████ ██████        ██████",
            "       │       ██████ ██████ ▁▁▁▁▁▁ ██████",
            "     0 └───────────────────────────────────",
            "        day 1         day 3          day 5",
        ];
        assert_eq!(drawn(&[0, 30, 60, 1, 42], 44, true), expected);
        assert_eq!(
            drawn(&[1, 2], 44, false)[..4],
            [
                "     2 +       ######",
                "       |       ######",
                "       |       ######",
                "     1 +###### ######"
            ]
        );
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for count in [0, 1, 2, 5, 30, 31, 77, 365, 1_000] {
            let values: Vec<i64> = (0..count).map(|n| n * n * 1_000_003).collect();
            for (width, unicode) in [(40, true), (80, false), (160, true)] {
                for line in drawn(&values, width, unicode) {
                    assert!(line.chars().count() <= width, "{count} {width}: {line}");
                    assert!(unicode || line.is_ascii(), "{line}");
                }
            }
        }
    }

    #[test]
    fn what_is_there_is_seen() {
        assert_eq!((cell(1, 1_000_000, 0), cell(0, 1_000_000, 0), cell(i64::MAX, i64::MAX, 5)), (1, 0, 8));
        assert_eq!(spark(&[0, 1, 500, 1_000], Terminal { width: 80, unicode: true }), " ▁▄█");
        let ascii = Terminal { width: 80, unicode: false };
        assert_eq!(bar(1, 1_000, 4, ascii), "#   ");
        assert_eq!(bar(1_000, 1_000, 4, ascii), "####");
        assert_eq!(bar(5, 10, 4, Terminal { unicode: true, ..ascii }), "██  ");
    }

    #[test]
    fn tops_are_round() {
        for (n, top) in
            [(0, 2), (1, 2), (3, 4), (9, 10), (88, 100), (104, 120), (450, 500), (i64::MAX, i64::MAX)]
        {
            assert_eq!(round_up(n), top, "{n}");
        }
    }
}
