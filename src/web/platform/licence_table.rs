//! Licences as CSV: taken in, and given out in the same columns.

use serde_json::json;

use super::answer::Answer;
use super::call::Call;
use super::fault::Fault;
use super::paging::Page;
use crate::domain::export;
use crate::domain::import::{self, Refused, Table, Taken};
use crate::domain::licence::Draft;

/// The most rows in one call: they are one transaction, and others wait behind it.
const ROWS: usize = 2_000;

/// `POST /v1/licences/import`, with `dry_run=true` only to see what would be refused: the good rows are stored together, and each
/// refused one is told with its line.
pub async fn import(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let is_dry = query.get("dry_run", |_| "must be true or false".into()).unwrap_or(false);
    query.finish()?;
    let wrong = |why: String| Fault::Fields(vec![("csv".into(), why)]);
    let mut table = Table::open(call.body()).map_err(|e| wrong(e.message))?;
    let (mut rows, mut unread): (Vec<(u64, Draft)>, Vec<Refused>) = (Vec::new(), Vec::new());
    while let Some((line, row)) = table.row() {
        match row {
            Ok(draft) => rows.push((line, draft)),
            Err(e) => unread.push(Refused { line, reason: e.message }),
        }
        if rows.len() + unread.len() > ROWS {
            return Err(wrong(format!(
                "has more than {ROWS} rows: send them in parts, or use keywright licence import"
            )));
        }
    }
    let shop = call.shop();
    let total = rows.len() + unread.len();
    let take = move |tx: &mut crate::store::Tx<'_>| {
        let taken = (!is_dry).then(Taken::default);
        let (mut refused, _) = import::chunk(tx, shop, &rows, &|_| false, taken)?;
        refused.extend(unread.iter().cloned());
        refused.sort_by_key(|refused| refused.line);
        let imported = total - refused.len();
        Answer::plain(&json!({"rows": total, "imported": imported, "refused": refused, "dry_run": is_dry}))
    };
    if is_dry { call.read(take).await } else { call.write("import", take).await }
}

/// `GET /v1/licences/export`: a page of rows, and in `X-Next-Cursor` the cursor of the next, if there is one.
pub async fn export(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let page = Page::read_of(&mut query, &call.place(), &call.app.master, 10_000)?;
    let product_id = query.id("product");
    query.finish()?;
    let (shop, master) = (call.shop(), call.app.master.clone());
    call.read(move |tx| {
        let mut lines = export::lines(tx, shop, product_id, page.before, page.wanted())?;
        let next = page.cut(&mut lines, &master, |(id, _)| *id);
        let csv = export::csv(&lines, page.before.is_none())?;
        let answer = Answer::with(200, csv).header("content-type", "text/csv; charset=utf-8");
        Ok(match next {
            Some(cursor) => answer.header("x-next-cursor", cursor),
            None => answer,
        })
    })
    .await
}
