//! The one list there is: rows, what they are narrowed to, a page after the other, and the same as CSV or JSON.

use actix_web::HttpResponse;
use actix_web::http::header;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;
use serde_json::{Map, Value};

use super::desk::{Answer, Desk};
use crate::base::error::{Error, Result};
use crate::domain::analytics;
use crate::domain::shop::Shop;
use crate::store::Tx;
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
pub struct List {
    pub title: &'static str,
    /// The path of the list.
    pub here: &'static str,
    pub columns: &'static [&'static str],
    pub empty: &'static str,
    pub filters: Vec<Filter>,
    /// Where its page leads on.
    pub ways: Vec<Way>,
}

impl List {
    /// Shows the rows that `fetch` finds: so many of those before one with this id, each with its own id.
    pub async fn show<F>(self, desk: &Desk, query: &Form, fetch: F) -> Answer
    where
        F: FnMut(&mut Tx<'_>, Shop, Option<i64>, i64) -> Result<Vec<(i64, Row)>> + Clone + Send + 'static,
    {
        match query.get("as") {
            Some("csv") => self.file(desk, fetch, "csv").await,
            Some("json") => self.file(desk, fetch, "json").await,
            _ => self.page(desk, query, fetch).await,
        }
    }

    async fn page<F>(self, desk: &Desk, query: &Form, mut fetch: F) -> Answer
    where
        F: FnMut(&mut Tx<'_>, Shop, Option<i64>, i64) -> Result<Vec<(i64, Row)>> + Send + 'static,
    {
        let before = query.given("before").and_then(|id| id.parse().ok());
        let mut rows = desk.read(move |tx, shop| fetch(tx, shop, before, PAGE + 1)).await?;
        let page = usize::try_from(PAGE).unwrap_or_default();
        let has_more = rows.len() > page;
        rows.truncate(page);
        let here = format!("{}{}", desk.base(), self.here);
        let last = rows.last().map(|(id, _)| id.to_string());
        let next = last.filter(|_| has_more).map(|id| self.address(&here, &[("before", &id)]));
        let table = Table::new(self.columns, rows.into_iter().map(|(_, row)| row).collect(), self.empty);
        let values = context! {
            of => Serde(table),
            filters => Serde(&self.filters),
            next => next,
            is_narrowed => before.is_some() || self.filters.iter().any(|filter| !filter.value.is_empty()),
            csv => self.address(&here, &[("as", "csv")]),
            json => self.address(&here, &[("as", "json")]),
            here => &here,
            ways => Serde(&self.ways),
        };
        desk.page("admin/list.html", self.title, values).await
    }

    /// The list as it is narrowed, with more.
    fn address(&self, here: &str, more: &[(&str, &str)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let narrowed = self.filters.iter().filter(|filter| !filter.value.is_empty());
        query.extend_pairs(narrowed.map(|filter| (filter.name, filter.value.as_str())));
        query.extend_pairs(more);
        format!("{here}?{}", query.finish())
    }

    async fn file<F>(self, desk: &Desk, fetch: F, kind: &'static str) -> Answer
    where
        F: FnMut(&mut Tx<'_>, Shop, Option<i64>, i64) -> Result<Vec<(i64, Row)>> + Clone + Send + 'static,
    {
        let (mut rows, mut before) = (Vec::new(), None);
        while rows.len() < MOST {
            let mut fetch = fetch.clone();
            let block = desk.read(move |tx, shop| fetch(tx, shop, before, BLOCK)).await?;
            let Some((last, _)) = block.last() else { break };
            before = Some(*last);
            rows.extend(block.into_iter().map(|(_, row)| row));
        }
        let mut titles = Table::new(self.columns, Vec::new(), self.empty).titles();
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
        let media = if kind == "csv" { "text/csv; charset=utf-8" } else { "application/json" };
        Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, media))
            .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{kind}\"")))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .body(body.map_err(|e| desk.failed(&e))?))
    }
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
