//! The one list there is: rows, what they are narrowed to, a page after the other, and the same as CSV or JSON.

use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::bulk::Rows;
use super::desk::{Answer, Desk};
use super::list_file::{Kind, Reader};
use crate::base::error::Result;
use crate::base::text;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::store::list::Start;
use crate::web::form::Form;
use crate::web::pages::parts::{Row, Table, Way};

/// Rows of a page.
const PAGE: i64 = 50;

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
}

impl List {
    /// Shows the rows that `fetch` finds: so many of those before one with this id, each with its own id.
    pub async fn show<F>(self, desk: &Desk, query: &Form, fetch: F) -> Answer
    where
        F: FnMut(&mut Tx<'_>, Shop, Start, i64) -> Result<Found> + Clone + Send + 'static,
    {
        let view = View::of(query, self.columns);
        match query.get("as") {
            Some("csv") => self.file(desk, view, fetch, Kind::Csv).await,
            Some("json") => self.file(desk, view, fetch, Kind::Json).await,
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

    async fn file<F>(self, desk: &Desk, view: View, fetch: F, kind: Kind) -> Answer
    where
        F: FnMut(&mut Tx<'_>, Shop, Start, i64) -> Result<Found> + Clone + Send + 'static,
    {
        // What is done by buttons has a column and no words.
        let named = |place: &usize| self.columns.get(*place).is_some_and(|column| !column.is_empty());
        let kept = view.kept.iter().copied().filter(named).collect();
        let name = self.below.rsplit('/').chain(self.here.rsplit('/')).find(|name| !name.is_empty());
        let reader = Reader {
            app: desk.app.clone(),
            shop: desk.shop,
            fetch,
            start: view.start,
            is_rising: view.is_rising,
            columns: self.columns,
            kept,
            kind,
            rows: 0,
            is_begun: false,
        };
        reader.respond(desk, name.unwrap_or("list")).await
    }
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
