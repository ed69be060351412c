//! Pages of lists: so many rows each, told in headers on every list.

use actix_web::HttpResponseBuilder;
use serde::Serialize;

use super::call::Reply;
use crate::base::error::Result;
use crate::store::Tx;
use crate::web::query::Query;

/// Rows of a page.
const EACH: i64 = 25;

/// Which page of a list is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    page: i64,
}

/// Where a page stands in its list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    pub total: i64,
    pub current: i64,
}

impl Pages {
    /// Tells it with an answer.
    pub fn tell(self, response: &mut HttpResponseBuilder) {
        response
            .insert_header(("x-total-pages", self.total))
            .insert_header(("x-current-page", self.current))
            .insert_header(("x-items-per-page", EACH));
    }
}

impl Paging {
    /// Takes `page` out of a query. What is before the first page is the first (P17).
    pub fn read(query: &mut Query) -> Self {
        let said = query.text("page").filter(|text| !text.trim().is_empty());
        let page = match said.map(|text| text.trim().parse::<i64>()) {
            None => 1,
            Some(Ok(page)) => page.max(1),
            Some(Err(_)) => {
                query.wrong("page", "must be a whole number");
                1
            }
        };
        Self { page }
    }

    /// The reply: of the rows that `rows` finds, so many after so many, each shown by `show`. Beyond the end there are none.
    pub fn reply<R, V: Serialize>(
        self,
        tx: &mut Tx<'_>,
        rows: impl FnOnce(&mut Tx<'_>, (i64, i64)) -> Result<Vec<R>>,
        total: impl FnOnce(&mut Tx<'_>) -> Result<i64>,
        mut show: impl FnMut(&mut Tx<'_>, R) -> Result<V>,
    ) -> Result<Reply> {
        let (total, skip) = (total(tx)?, (self.page - 1).saturating_mul(EACH));
        // A far page is not walked to when nothing is there.
        let found = if skip < total { rows(tx, (EACH, skip))? } else { Vec::new() };
        let items: Vec<V> = found.into_iter().map(|row| show(tx, row)).collect::<Result<_>>()?;
        let pages = Pages { total: ((total + EACH - 1) / EACH).max(1), current: self.page };
        Reply::list(&items, pages)
    }
}
