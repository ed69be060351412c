//! What pages are put together from: tables, facts and deeds (`parts.html`).

use serde::Serialize;

use crate::base::money;
use crate::base::time::{Millis, rfc3339};

/// A value as it is shown.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Cell {
    Text {
        text: String,
    },
    /// A key, an address: what is copied.
    Code {
        text: String,
    },
    Link {
        text: String,
        href: String,
    },
    Time {
        at: Millis,
    },
    Count {
        n: i64,
    },
    Badge {
        text: String,
        tone: Tone,
    },
    None,
}

/// How a state is to be taken.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    Good,
    Bad,
    Warn,
    Plain,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    pub fn code(text: impl Into<String>) -> Self {
        Self::Code { text: text.into() }
    }

    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self::Link { text: text.into(), href: href.into() }
    }

    pub fn time(at: Option<Millis>) -> Self {
        at.map_or(Self::None, |at| Self::Time { at })
    }

    /// A text that may be missing or empty.
    pub fn maybe(text: Option<&str>) -> Self {
        text.filter(|text| !text.is_empty()).map_or(Self::None, Self::text)
    }

    pub fn money(minor: i64, currency: &str) -> Self {
        Self::text(format!("{} {currency}", money::shown(minor, currency)))
    }

    /// A state in the words of the domain.
    pub fn badge(word: &str, tone: Tone) -> Self {
        Self::Badge { text: word.replace('_', " "), tone }
    }

    /// As a table of a program has it.
    pub fn plain(&self) -> String {
        match self {
            Self::Text { text }
            | Self::Code { text }
            | Self::Link { text, .. }
            | Self::Badge { text, .. } => text.clone(),
            Self::Time { at } => rfc3339(*at),
            Self::Count { n } => n.to_string(),
            Self::None => String::new(),
        }
    }
}

/// A column of a table.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    title: &'static str,
    is_number: bool,
}

/// A row of a table, with something that can be done to it.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub cells: Vec<Cell>,
    pub deed: Option<Deed>,
    /// What it is ticked by, where something can be done to several.
    pub tick: Option<Tick>,
}

/// A row's own in a form that is about several.
#[derive(Clone, Debug, Serialize)]
pub struct Tick {
    id: String,
    name: String,
}

impl From<Vec<Cell>> for Row {
    fn from(cells: Vec<Cell>) -> Self {
        Self { cells, deed: None, tick: None }
    }
}

impl Row {
    /// The same with something that can be done to it.
    pub fn with(self, deed: Option<Deed>) -> Self {
        Self { deed, ..self }
    }

    /// The same that can be ticked by this id; its first cell is its name.
    pub fn ticked(mut self, id: impl std::fmt::Display) -> Self {
        let name = self.cells.first().map(Cell::plain).unwrap_or_default();
        self.tick = Some(Tick { id: id.to_string(), name });
        self
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct Table {
    columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// What is said where there are no rows: what to do next.
    empty: &'static str,
    /// Where the rest is, where these are not all.
    rest: Option<String>,
}

/// Whether there are more than so many; those beyond are left out.
pub fn is_cut<T>(found: &mut Vec<T>, most: i64) -> bool {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let has_more = found.len() > most;
    found.truncate(most);
    has_more
}

impl Table {
    /// A table with these columns; those that begin with `#` are numbers.
    pub fn new(columns: &[&'static str], rows: Vec<Row>, empty: &'static str) -> Self {
        let column = |name: &&'static str| Column {
            title: name.trim_start_matches('#'),
            is_number: name.starts_with('#'),
        };
        Self { columns: columns.iter().map(column).collect(), rows, empty, rest: None }
    }

    /// The same whose last row leads to where all of them are, if there are more.
    pub fn going_on(self, has_more: bool, to: String) -> Self {
        Self { rest: has_more.then_some(to), ..self }
    }

    /// The same with these columns alone, by their places; that of what can be done stays.
    pub fn only(mut self, kept: &[usize]) -> Self {
        let is_kept = |place: usize| kept.contains(&place);
        let mut place = 0;
        self.columns.retain(|column| {
            place += 1;
            column.title.is_empty() || is_kept(place - 1)
        });
        for row in &mut self.rows {
            let mut place = 0;
            row.cells.retain(|_| {
                place += 1;
                is_kept(place - 1)
            });
        }
        self
    }
}

/// A value with its name.
#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    label: &'static str,
    cell: Cell,
}

pub fn fact(label: &'static str, cell: Cell) -> Fact {
    Fact { label, cell }
}

/// Where a page leads on: to a form, mostly.
#[derive(Clone, Debug, Serialize)]
pub struct Way {
    pub label: &'static str,
    pub href: String,
}

/// Something that somebody may do by a button.
#[derive(Clone, Debug, Serialize)]
pub struct Deed {
    /// Its own in the page, where something has to be typed.
    pub id: &'static str,
    pub label: &'static str,
    /// Where the form goes.
    pub action: String,
    /// Whether it takes something from somebody.
    pub is_grave: bool,
    /// What has to be typed first, where it cannot be undone.
    pub typed: Option<String>,
}

impl Deed {
    /// Something harmless.
    pub fn new(id: &'static str, label: &'static str, action: impl Into<String>) -> Self {
        Self { id, label, action: action.into(), is_grave: false, typed: None }
    }

    /// The same that takes something from somebody.
    pub fn grave(mut self) -> Self {
        self.is_grave = true;
        self
    }

    /// The same that asks for this to be typed first.
    pub fn typing(mut self, words: impl Into<String>) -> Self {
        self.typed = Some(words.into());
        self
    }
}

/// A table within a page.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    pub title: &'static str,
    pub table: Table,
}
