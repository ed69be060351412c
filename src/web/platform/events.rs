//! Events: what happened, as webhooks tell it too.

use super::answer::{Answer, put};
use super::call::Call;
use super::fault::Fault;
use crate::base::time;
use crate::domain::event::{self, Filter};

/// `GET /v1/events`
pub async fn list(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let page = call.page(&mut query)?;
    let filter = Filter {
        kind: query.word("type"),
        from: query.read("from", time::parse),
        to: query.read("to", time::parse),
    };
    query.finish()?;
    let (shop, master) = (call.shop(), call.app.master.clone());
    call.read(move |tx| {
        let rows = event::list(tx, shop, filter, page.before, page.wanted())?;
        page.answer(rows, &master, |event| event.id, put)
    })
    .await
}

/// `GET /v1/events/{id}`
pub async fn get(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    call.read(move |tx| Answer::one(&event::get(tx, shop, id)?)).await
}
