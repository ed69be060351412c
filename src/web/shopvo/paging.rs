//! The two ways of the document through a list: numbered pages with a total, and a cursor that stays where it is while rows come and go.

use serde::Serialize;

use super::call::Reply;
use super::wire::Prefix;
use crate::base::error::Result;
use crate::base::public_id::PublicIds;
use crate::store::Tx;
use crate::store::list::Start;
use crate::web::query::Query;

/// The most rows of a page, and as many as there are without a word.
const MOST: i64 = 100;
const USUAL: i64 = 20;

/// Which rows of a list are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    kind: Prefix,
    limit: i64,
    way: Way,
}

#[derive(Clone, Copy, Debug)]
enum Way {
    /// Of this number, from 1 on.
    Page(i64),
    /// Behind this row, or from the start.
    Cursor(Option<i64>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    page: i64,
    limit: i64,
    total: i64,
    total_pages: i64,
}

#[derive(Serialize)]
struct Paged<T> {
    items: Vec<T>,
    pagination: Pagination,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Cursored<T> {
    items: Vec<T>,
    cursor: Option<String>,
    has_next_page: bool,
    limit: i64,
}

impl Paging {
    /// Takes `limit`, `page` and `cursor` out of a query, which notes what is wrong with them. A cursor that is there and empty begins at the start (V15).
    pub fn read(query: &mut Query, ids: &PublicIds, kind: Prefix) -> Self {
        let whole = |_| "must be a whole number, 1 or more".to_owned();
        let limit = query.get("limit", whole).unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            query.wrong("limit", format!("must be from 1 to {MOST}"));
        }
        let page = query.get("page", whole).unwrap_or(1);
        let way = match query.text("cursor").as_deref() {
            None => {
                if page < 1 {
                    query.wrong("page", "must be 1 or more");
                }
                Way::Page(page)
            }
            Some("") => Way::Cursor(None),
            Some(cursor) => {
                let row = kind.read(ids, cursor);
                if row.is_none() {
                    query.wrong("cursor", "is not one that this list gave");
                }
                Way::Cursor(row)
            }
        };
        Self { kind, limit, way }
    }

    /// The reply: the rows that `rows` finds from a start on, so many at the most after so many that are left out, each shown by `show`,
    /// and their `total` where pages have numbers.
    pub fn reply<R, V: Serialize>(
        self,
        tx: &mut Tx<'_>,
        ids: &PublicIds,
        rows: impl FnOnce(&mut Tx<'_>, Start, (i64, i64)) -> Result<Vec<R>>,
        total: impl FnOnce(&mut Tx<'_>) -> Result<i64>,
        id: impl Fn(&R) -> i64,
        mut show: impl FnMut(&mut Tx<'_>, R) -> Result<V>,
    ) -> Result<Reply> {
        let limit = self.limit;
        match self.way {
            Way::Page(page) => {
                let (total, skip) = (total(tx)?, (page - 1).saturating_mul(limit));
                // A far page is not walked to when nothing is there.
                let found = if skip < total { rows(tx, Start::Newest, (limit, skip))? } else { Vec::new() };
                let items = found.into_iter().map(|row| show(tx, row)).collect::<Result<_>>()?;
                let total_pages = (total + limit - 1) / limit;
                Reply::ok(&Paged { items, pagination: Pagination { page, limit, total, total_pages } })
            }
            Way::Cursor(behind) => {
                let mut found = rows(tx, behind.into(), (limit + 1, 0))?;
                let wanted = usize::try_from(limit).unwrap_or_default();
                let has_next_page = found.len() > wanted;
                found.truncate(wanted);
                let last = found.last().filter(|_| has_next_page).map(&id);
                let cursor = last.map(|row| self.kind.write(ids, row));
                let items = found.into_iter().map(|row| show(tx, row)).collect::<Result<_>>()?;
                Reply::ok(&Cursored { items, cursor, has_next_page, limit })
            }
        }
    }
}
