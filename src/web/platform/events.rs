//! Events: what happened, as webhooks tell it too.

use serde::Serialize;
use serde_json::value::RawValue;

use super::answer::{Answer, put, time};
use super::call::Call;
use super::fault::Fault;
use crate::base::time;
use crate::domain::event::{self, Event, Filter, Kind};

/// As the API and webhooks show it.
#[derive(Serialize)]
pub struct View<'a> {
    id: i64,
    event: Kind,
    created_at: String,
    livemode: bool,
    data: &'a RawValue,
}

/// As the API and webhooks show it.
pub fn view(event: &Event) -> View<'_> {
    View {
        id: event.id,
        event: event.kind,
        created_at: time(event.created_at),
        livemode: !event.shop.is_test(),
        data: &event.data,
    }
}

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
        page.answer(rows, &master, |event| event.id, |event, to| put(&view(event), to))
    })
    .await
}

/// `GET /v1/events/{id}`
pub async fn get(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    call.read(move |tx| Answer::one(&view(&event::get(tx, shop, id)?))).await
}
