//! The document's way through a list ("Pagination"): an object of rows by their places, and in the end where the pages beside are.

use std::fmt::Write as _;

use serde::Serialize;

use super::call::Call;
use super::reply::{Reply, json};
use crate::base::error::Result;
use crate::store::Tx;
use crate::web::query::Query;

/// The most rows of a page, and as many as there are without a word.
const MOST: i64 = 50;
const USUAL: i64 = 25;

/// Which rows of a list are asked for.
#[derive(Clone, Debug)]
pub struct Paging {
    limit: i64,
    /// From 1 on.
    page: i64,
    /// The address of the list, and its parameters without the page.
    at: String,
    asked: String,
}

#[derive(Serialize)]
struct Beside {
    previous: Option<String>,
    next: Option<String>,
}

impl Paging {
    /// Takes `limit` and `page` out of a query, which notes what is no number. Programs count wrong: a page below the first is the first, one
    /// beyond the last is empty, and more rows than a page has are as many as it has.
    pub fn read(call: &Call, query: &mut Query, path: &str) -> Self {
        let whole = |_| "must be a whole number".to_owned();
        let limit: i64 = query.get("limit", whole).unwrap_or(USUAL);
        let page: i64 = query.get("page", whole).unwrap_or(1);
        let asked: Vec<&str> = call
            .asked()
            .split('&')
            .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some("page"))
            .collect();
        Self {
            limit: if limit < 1 { USUAL } else { limit.min(MOST) },
            page: page.max(1),
            at: format!("{}{}{path}", call.app.config.public_url, super::ROOT),
            asked: asked.join("&"),
        }
    }

    /// What tells this page from others.
    pub fn place(&self) -> String {
        format!("{} {} {}", self.limit, self.page, self.asked)
    }

    /// So many rows at the most, after so many that are left out.
    fn window(&self) -> (i64, i64) {
        (self.limit, (self.page - 1).saturating_mul(self.limit))
    }

    /// The reply: the rows that `rows` finds in a window, each as `show` shows it.
    pub fn reply<R, V: Serialize>(
        &self,
        tx: &mut Tx<'_>,
        total: impl FnOnce(&mut Tx<'_>) -> Result<i64>,
        rows: impl FnOnce(&mut Tx<'_>, (i64, i64)) -> Result<Vec<R>>,
        show: impl FnOnce(&mut Tx<'_>, Vec<R>) -> Result<Vec<V>>,
    ) -> Result<Reply> {
        let (total, window) = (total(tx)?, self.window());
        // A far page is not walked to when nothing is there.
        let found = if window.1 < total { rows(tx, window)? } else { Vec::new() };
        let shown = show(tx, found)?;
        let mut body = String::from("{");
        for (place, row) in shown.iter().enumerate() {
            // Writing to a String cannot fail.
            let _ = write!(body, "\"{place}\":{},", json(row)?);
        }
        let _ = write!(body, "\"paging\":{}}}", json(&self.beside(total))?);
        Ok(Reply::page(body, total))
    }

    fn beside(&self, total: i64) -> Beside {
        let last = (total + self.limit - 1) / self.limit;
        let link = |page: i64| {
            let and = if self.asked.is_empty() { "" } else { "&" };
            format!("{}?{}{and}page={page}", self.at, self.asked)
        };
        let previous = (self.page > 1 && last > 0).then(|| link((self.page - 1).min(last)));
        Beside { previous, next: (self.page < last).then(|| link(self.page + 1)) }
    }
}
