//! A list as a file, CSV or JSON. It is read piece by piece while it is sent, each piece by a cursor and a look of its own: it ends
//! where the list ends, and no more of it is held than a piece.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures_core::Stream;
use serde_json::{Map, Value};

use super::desk::{Answer, Desk};
use super::list::Found;
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::analytics;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::store::list::Start;
use crate::web::pages::parts::{Cell, Row};

/// Rows of a piece.
const PIECE: i64 = 1_000;

/// What a list can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Csv,
    Json,
}

impl Kind {
    fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

/// The head of a file of this name, to be kept.
fn head(name: &str, kind: Kind) -> HttpResponseBuilder {
    let mut head = HttpResponse::Ok();
    let named = format!("attachment; filename=\"{name}.{}\"", kind.ending());
    head.insert_header((header::CONTENT_TYPE, kind.media()))
        .insert_header((header::CONTENT_DISPOSITION, named))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    head
}

/// A file of this name, which is short.
#[expect(clippy::unnecessary_wraps, reason = "it is what a page answers")]
pub fn handed(body: String, name: &str, kind: Kind) -> Answer {
    Ok(head(name, kind).body(body))
}

/// A list that is read on.
pub struct Reader<F> {
    pub app: Data<App>,
    pub shop: Shop,
    /// Finds so many rows from a place on.
    pub fetch: F,
    pub start: Start,
    /// Whether the oldest come first.
    pub is_rising: bool,
    pub columns: &'static [&'static str],
    /// The places of those that are shown.
    pub kept: Vec<usize>,
    pub kind: Kind,
    /// Rows that were read.
    pub rows: u64,
    /// Whether anything was.
    pub is_begun: bool,
}

impl<F> Reader<F>
where
    F: FnMut(&mut Tx<'_>, Shop, Start, i64) -> Result<Found> + Clone + Send + 'static,
{
    /// Sends it under this name. What fails at once has a page; what fails later breaks the file off, so that nobody takes it for whole.
    pub async fn respond(self, desk: &Desk, name: &str) -> Answer {
        let mut head = head(name, self.kind);
        let (first, rest) = self.piece().await.map_err(|e| desk.failed(&e))?;
        Ok(head.streaming(Pieces { ready: Some(first), reading: rest.map(Self::boxed) }))
    }

    /// The next piece, and what reads on from there, unless it was the last.
    async fn piece(mut self) -> Result<(Bytes, Option<Self>)> {
        let (mut fetch, start, shop) = (self.fetch.clone(), self.start, self.shop);
        let found = self.app.store.read(move |tx| fetch(tx, shop, start, PIECE)).await?;
        let last = found.looked_to.or_else(|| found.rows.last().map(|(id, _)| *id));
        let rows: Vec<Row> = found.rows.into_iter().map(|(_, row)| row).collect();
        let text = match self.kind {
            Kind::Csv => self.csv(&rows)?,
            Kind::Json => self.json(&rows, last.is_none())?,
        };
        self.is_begun = true;
        self.rows += rows.len() as u64;
        let rest = last.map(|last| {
            self.start = if self.is_rising { Start::After(last) } else { Start::Before(last) };
            self
        });
        Ok((text.into(), rest))
    }

    fn boxed(self) -> Reading<F> {
        Box::pin(self.piece())
    }

    fn titles(&self) -> impl Iterator<Item = String> {
        self.kept.iter().map(|place| self.columns[*place].trim_start_matches('#').to_owned())
    }

    fn cells(&self, row: &Row) -> impl Iterator<Item = String> {
        self.kept.iter().map(|place| row.cells.get(*place).map(Cell::plain).unwrap_or_default())
    }

    fn csv(&self, rows: &[Row]) -> Result<String> {
        let names = (!self.is_begun).then(|| self.titles().collect());
        let rows = rows.iter().map(|row| self.cells(row).map(inert).collect());
        analytics::csv(&names.into_iter().chain(rows).collect())
    }

    fn json(&self, rows: &[Row], is_last: bool) -> Result<String> {
        let mut text = if self.is_begun { String::new() } else { "[".to_owned() };
        for (nth, row) in rows.iter().enumerate() {
            let object: Map<String, Value> = self.titles().zip(self.cells(row).map(Value::from)).collect();
            if self.rows > 0 || nth > 0 {
                text.push(',');
            }
            text += &serde_json::to_string(&object).map_err(|e| Error::broken(e.to_string()))?;
        }
        if is_last {
            text.push(']');
        }
        Ok(text)
    }
}

type Reading<F> = Pin<Box<dyn Future<Output = Result<(Bytes, Option<Reader<F>>)>>>>;

/// A body: one piece at a time is there, and the next is read when that is taken.
struct Pieces<F> {
    ready: Option<Bytes>,
    reading: Option<Reading<F>>,
}

impl<F> Stream for Pieces<F>
where
    F: FnMut(&mut Tx<'_>, Shop, Start, i64) -> Result<Found> + Clone + Send + 'static,
{
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(piece) = self.ready.take() {
            return Poll::Ready(Some(Ok(piece)));
        }
        let Some(reading) = &mut self.reading else { return Poll::Ready(None) };
        let Poll::Ready(read) = reading.as_mut().poll(cx) else { return Poll::Pending };
        self.reading = None;
        Poll::Ready(Some(read.map(|(piece, rest)| {
            self.reading = rest.map(Reader::boxed);
            piece
        })))
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
