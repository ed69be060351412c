//! The one list there is: rows, what they are narrowed to, a page after the other, and the same as CSV or JSON.

use actix_web::HttpResponse;
use actix_web::http::header;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;
use serde_json::{Map, Value};

use super::bulk::Rows;
use super::desk::{Answer, Desk};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::domain::analytics;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::store::list::Start;
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Row, Table, Way};

/// Rows of a page.
const PAGE: i64 = 50;
/// Rows that are read at a time for a file, and the most that it holds.
const BLOCK: i64 = 2_000;
const MOST: usize = 100_000;

/// What a list can be narrowed by, and is.
#[derive(Clone, Debug, Serialize)]
pub struct Filter {
    name: &'static str,
    label: &'static str,
    value: String,
    /// What there is to choose from; nothing: any text.
    options: Vec<Choice>,
}

#[derive(Clone, Debug, Serialize)]
struct Choice {
    value: &'static str,
    label: String,
}

impl Filter {
    /// Any text.
    pub fn text(query: &Form, name: &'static str, label: &'static str) -> Self {
        let value = query.get(name).unwrap_or_default().trim().to_owned();
        Self { name, label, value, options: Vec::new() }
    }

    /// One of these words.
    pub fn words(query: &Form, name: &'static str, label: &'static str, words: &[&'static str]) -> Self {
        let choice = |word: &&'static str| Choice { value: word, label: word.replace('_', " ") };
        let options = words.iter().map(choice).collect();
        Self { options, ..Self::text(query, name, label) }
    }

    /// What it is narrowed to, if it is.
    pub fn given(&self) -> Option<String> {
        (!self.value.is_empty()).then(|| self.value.clone())
    }
}

/// A list.
#[derive(Default)]
pub struct List {
    pub title: &'static str,
    /// The path of the list.
    pub here: &'static str,
    /// The rest of the path of a list of what belongs to one thing: `/7/releases`.
    pub below: String,
    pub columns: &'static [&'static str],
    pub empty: &'static str,
    pub filters: Vec<Filter>,
    /// Where its page leads on.
    pub ways: Vec<Way>,
    /// What can be done to several rows at once, where they can be ticked.
    pub rows: Option<&'static Rows>,
}

/// Rows that were found, each with its own id.
#[derive(Default)]
pub struct Found {
    pub rows: Vec<(i64, Row)>,
    /// What to go on behind where not all was looked through.
    pub looked_to: Option<i64>,
}

impl FromIterator<(i64, Row)> for Found {
    fn from_iter<I: IntoIterator<Item = (i64, Row)>>(rows: I) -> Self {
        Self { rows: rows.into_iter().collect(), looked_to: None }
    }
}

/// How a list is looked at: which columns, from which end, and from where on.
struct View {
    /// The places of the columns that are shown.
    kept: Vec<usize>,
    /// The names of those that were asked for; none: all.
    asked: Vec<String>,
    is_rising: bool,
    start: Start,
}

/// Before a column's name in the address.
const SHOWN: &str = "show.";
/// The word in the address for the oldest row first.
const OLDEST: &str = "oldest";

/// A column's name in the address.
fn slug(column: &str) -> String {
    text::slug(column.trim_start_matches('#'))
}

impl View {
    fn of(query: &Form, columns: &[&'static str]) -> Self {
        let asked: Vec<String> = query.under(SHOWN).map(|(name, _)| name.to_owned()).collect();
        let is_asked = |column: &str| asked.is_empty() || asked.contains(&slug(column));
        // The first one says which row it is.
        let kept = (0..columns.len()).filter(|place| *place == 0 || is_asked(columns[*place])).collect();
        let is_rising = query.get("sort") == Some(OLDEST);
        let behind = query.given("behind").and_then(|id| id.parse().ok());
        let start = if is_rising { Start::After(behind.unwrap_or_default()) } else { behind.into() };
        Self { kept, asked, is_rising, start }
    }

    /// Behind this row.
    fn behind(&self, id: i64) -> Start {
        if self.is_rising { Start::After(id) } else { Start::Before(id) }
    }
}

impl List {
    /// Shows the rows that `fetch` finds: so many of those before one with this id, each with its own id.
    pub async fn show<F>(self, desk: &Desk, query: &Form, fetch: F) -> Answer
    where
        F: FnMut(&mut Tx<'_>, Shop, Start, i64) -> Result<Found> + Clone + Send + 'static,
    {
        let view = View::of(query, self.columns);
        match query.get("as") {
            Some("csv") => self.file(desk, &view, fetch, "csv").await,
            Some("json") => self.file(desk, &view, fetch, "json").await,
            _ => self.page(desk, query, &view, fetch).await,
        }
    }

    async fn page<F>(self, desk: &Desk, query: &Form, view: &View, mut fetch: F) -> Answer
    where
        F: FnMut(&mut Tx<'_>, Shop, Start, i64) -> Result<Found> + Send + 'static,
    {
        let start = view.start;
        let Found { mut rows, looked_to } =
            desk.read(move |tx, shop| fetch(tx, shop, start, PAGE + 1)).await?;
        let page = usize::try_from(PAGE).unwrap_or_default();
        let has_more = rows.len() > page;
        rows.truncate(page);
        let here = format!("{}{}{}", desk.base(), self.here, self.below);
        let last = if has_more { rows.last().map(|(id, _)| *id) } else { looked_to };
        let next = last.map(|id| self.address(&here, view, &[("behind", &id.to_string())]));
        let table = Table::new(self.columns, rows.into_iter().map(|(_, row)| row).collect(), self.empty);
        let columns: Vec<_> = self
            .columns
            .iter()
            .enumerate()
            .filter(|(place, column)| *place > 0 && !column.is_empty())
            .map(|(place, column)| {
                context! { name => format!("{SHOWN}{}", slug(column)), label => column.trim_start_matches('#'), is_on => view.kept.contains(&place) }
            })
            .collect();
        let rows = self.rows.filter(|rows| desk.may(rows.scope));
        let values = context! {
            of => Serde(table.only(&view.kept)),
            filters => Serde(&self.filters),
            columns => columns,
            is_rising => view.is_rising,
            deeds => Serde(rows.map(|rows| rows.deeds)),
            said => rows.and_then(|rows| rows.said(query)),
            is_none => query.get("done") == Some("none"),
            next => next,
            is_cut => !has_more && looked_to.is_some(),
            is_narrowed => !matches!(start, Start::Newest | Start::After(0)) || self.filters.iter().any(|filter| !filter.value.is_empty()),
            csv => self.address(&here, view, &[("as", "csv")]),
            json => self.address(&here, view, &[("as", "json")]),
            here => &here,
            ways => Serde(&self.ways),
        };
        desk.page("admin/list.html", self.title, values).await
    }

    /// The list as it is narrowed, with more.
    fn address(&self, here: &str, view: &View, more: &[(&str, &str)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let narrowed = self.filters.iter().filter(|filter| !filter.value.is_empty());
        query.extend_pairs(narrowed.map(|filter| (filter.name, filter.value.as_str())));
        if view.is_rising {
            query.append_pair("sort", OLDEST);
        }
        query.extend_pairs(view.asked.iter().map(|name| (format!("{SHOWN}{name}"), "on")));
        query.extend_pairs(more);
        format!("{here}?{}", query.finish())
    }

    async fn file<F>(self, desk: &Desk, view: &View, fetch: F, kind: &'static str) -> Answer
    where
        F: FnMut(&mut Tx<'_>, Shop, Start, i64) -> Result<Found> + Clone + Send + 'static,
    {
        let (mut rows, mut start) = (Vec::new(), view.start);
        while rows.len() < MOST {
            let mut fetch = fetch.clone();
            let block = desk.read(move |tx, shop| fetch(tx, shop, start, BLOCK)).await?;
            let Some(last) = block.looked_to.or_else(|| block.rows.last().map(|(id, _)| *id)) else { break };
            start = view.behind(last);
            rows.extend(block.rows.into_iter().map(|(_, row)| row));
        }
        let table = Table::new(self.columns, rows, self.empty).only(&view.kept);
        let mut titles = table.titles();
        let rows = table.rows;
        // What is done by buttons has a column and no words.
        titles.retain(|title| !title.is_empty());
        let cells = |row: &Row| row.cells.iter().map(Cell::plain).collect::<Vec<String>>();
        let body = if kind == "csv" {
            let names = titles.iter().map(|title| (*title).to_owned()).collect();
            let table: Vec<Vec<String>> = std::iter::once(names)
                .chain(rows.iter().map(|row| cells(row).into_iter().map(inert).collect()))
                .collect();
            analytics::csv(&table)
        } else {
            let object = |row: &Row| {
                titles
                    .iter()
                    .map(|title| (*title).to_owned())
                    .zip(cells(row).into_iter().map(Value::from))
                    .collect()
            };
            let list: Vec<Map<String, Value>> = rows.iter().map(object).collect();
            serde_json::to_string(&list).map_err(|e| Error::broken(e.to_string()))
        };
        let name = self.here.rsplit('/').next().unwrap_or("list");
        handed(body.map_err(|e| desk.failed(&e))?, name, kind)
    }
}

/// A file of this name, CSV or JSON, to be kept.
#[expect(clippy::unnecessary_wraps, reason = "it is what a page answers")]
pub fn handed(body: String, name: &str, kind: &str) -> Answer {
    let media = if kind == "csv" { "text/csv; charset=utf-8" } else { "application/json" };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{kind}\"")))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(body))
}

/// A page of what is few enough to be read as a whole: `limit` of them by their ids, from `start` on.
pub fn cut<T>(mut all: Vec<T>, start: Start, limit: i64, id: impl Fn(&T) -> i64) -> Vec<T> {
    all.sort_by_key(|one| std::cmp::Reverse(id(one)));
    match start {
        Start::Newest => {}
        Start::Before(row) => all.retain(|one| id(one) < row),
        Start::After(row) => {
            all.retain(|one| id(one) > row);
            all.reverse();
        }
    }
    all.truncate(usize::try_from(limit).unwrap_or_default());
    all
}

/// A cell that no program for tables takes for a formula: buyers choose their names.
fn inert(cell: String) -> String {
    let is_formula = match cell.chars().next() {
        Some('=' | '+' | '@' | '\t' | '\r') => true,
        // An amount may be negative; what only begins like one is a formula as good as any.
        Some('-') => !is_amount(&cell[1..]),
        _ => false,
    };
    if is_formula { format!("'{cell}") } else { cell }
}

/// Digits and one point, with or without a currency behind them.
fn is_amount(text: &str) -> bool {
    let (number, currency) = text.split_once(' ').unwrap_or((text, "EUR"));
    number.parse::<f64>().is_ok()
        && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && currency.len() == 3
        && currency.bytes().all(|b| b.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, written) in [
            ("=HYPERLINK(\"https://evil.example\")", "'=HYPERLINK(\"https://evil.example\")"),
            ("+1", "'+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-cmd", "'-cmd"),
            ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
            ("-5 +A1", "'-5 +A1"),
            ("-5.00 EUR", "-5.00 EUR"),
            ("-5", "-5"),
            ("Mia", "Mia"),
            ("", ""),
        ] {
            assert_eq!(inert(cell.to_owned()), written);
        }
    }
}
