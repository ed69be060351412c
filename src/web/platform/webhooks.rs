//! Webhook endpoints and the log of what was delivered to them.

use ipnet::IpNet;
use serde::Serialize;
use serde_json::{Value, json};

use super::answer::{Answer, maybe_time, put, time};
use super::call::Call;
use super::fault::Fault;
use crate::base::error::Result as Outcome;
use crate::base::global_address;
use crate::domain::webhook::{self, Change, Format, Webhook};
use crate::domain::webhook_delivery::{self as delivery, Delivery, Status};
use crate::domain::webhook_dialect::{self, Dialect};
use crate::web::fields::{Fields, switch, text, texts, time as read_time, word};

#[derive(Serialize)]
struct View<'a> {
    id: i64,
    url: &'a str,
    dialect: Dialect,
    events: &'a [&'static str],
    format: Format,
    active: bool,
    off_reason: Option<&'a str>,
    failing_since: Value,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
}

fn view<'a>(w: &'a Webhook, secret: Option<&'a str>) -> View<'a> {
    View {
        id: w.id,
        url: &w.url,
        dialect: w.dialect,
        events: &w.events,
        format: w.format,
        active: w.is_on,
        off_reason: w.off_reason.as_deref(),
        failing_since: maybe_time(w.failing_since),
        created_at: time(w.created_at),
        secret,
    }
}

fn shown(w: &Webhook) -> Outcome<Answer> {
    Answer::one(&view(w, None))
}

/// With the secret, which a repeated request is not shown again.
fn shown_once(status: u16, (webhook, secret): &(Webhook, String)) -> Outcome<Answer> {
    let without = shown(webhook)?.body;
    Ok(Answer { status, kept: Some(without), ..Answer::one(&view(webhook, Some(secret)))? })
}

#[derive(Serialize)]
struct DeliveryView<'a> {
    id: i64,
    webhook_id: i64,
    event_id: i64,
    status: Status,
    attempts: i64,
    http_status: Option<i64>,
    answer: Option<&'a str>,
    created_at: String,
    tried_at: Value,
    next_try_at: Value,
}

fn delivery_view(d: &Delivery) -> DeliveryView<'_> {
    DeliveryView {
        id: d.id,
        webhook_id: d.webhook_id,
        event_id: d.event_id,
        status: d.status,
        attempts: d.attempts,
        http_status: d.http_status,
        answer: d.said.as_deref(),
        created_at: time(d.created_at),
        tried_at: maybe_time(d.tried_at),
        next_try_at: maybe_time(d.due_at),
    }
}

/// `GET /v1/webhooks`
pub async fn list(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let page = call.page(&mut query)?;
    query.finish()?;
    let (shop, master) = (call.shop(), call.app.master.clone());
    call.read(move |tx| {
        let rows = webhook::list(tx, shop, page.before, page.wanted())?;
        page.answer(rows, &master, |w| w.id, |w, to| put(&view(w, None), to))
    })
    .await
}

/// An endpoint, or some of it; `allow` are networks that it may lead to though they are not public.
pub fn read(fields: &mut Fields, allow: &[IpNet]) -> Change {
    let url = fields.get("url", text);
    if let Some(Err(e)) = url.as_deref().map(|url| global_address::check_url(url, allow)) {
        fields.wrong("url", e.message);
    }
    let words = |value| {
        let words: Outcome<Vec<_>> = texts(value)?.iter().map(|text| webhook_dialect::word(text)).collect();
        words.map_err(|e| e.message)
    };
    Change {
        url,
        dialect: fields.get("dialect", word),
        events: fields.get("events", words),
        format: fields.get("format", word),
        is_on: fields.get("active", switch),
        ..Change::default()
    }
}

/// `POST /v1/webhooks`; its answer is the only one with the secret.
pub async fn create(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let mut fields = call.fields()?;
    let change = read(&mut fields, &call.app.config.webhook_allow);
    fields.needed("url", change.url.as_ref());
    fields.finish()?;
    let (shop, master) = (call.shop(), call.app.master.clone());
    call.write("make webhook", move |tx| shown_once(201, &webhook::new(tx, shop, &change, &master)?)).await
}

/// `GET /v1/webhooks/{id}`
pub async fn get(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    call.read(move |tx| shown(&webhook::get(tx, shop, id)?)).await
}

/// `PATCH /v1/webhooks/{id}`
pub async fn change(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    let mut fields = call.fields()?;
    let change = read(&mut fields, &call.app.config.webhook_allow);
    fields.finish()?;
    call.write("change webhook", move |tx| {
        expected.allows(&shown(&webhook::get(tx, shop, id)?)?)?;
        shown(&webhook::set(tx, shop, id, &change)?)
    })
    .await
}

/// `DELETE /v1/webhooks/{id}`
pub async fn delete(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    call.write("delete webhook", move |tx| {
        expected.allows(&shown(&webhook::get(tx, shop, id)?)?)?;
        shown(&webhook::delete(tx, shop, id)?)
    })
    .await
}

/// `POST /v1/webhooks/{id}/rotate`: a new secret; the old one signs too for a day.
pub async fn rotate(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    call.fields()?.finish()?;
    let (shop, id, expected, master) = (call.shop(), call.id(0)?, call.expected(), call.app.master.clone());
    call.write("rotate webhook secret", move |tx| {
        expected.allows(&shown(&webhook::get(tx, shop, id)?)?)?;
        shown_once(200, &webhook::rotate(tx, shop, id, &master)?)
    })
    .await
}

/// `POST /v1/webhooks/{id}/test`: an event `webhook.test` for this endpoint alone.
pub async fn test(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    call.fields()?.finish()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    call.write("test webhook", move |tx| {
        Ok(Answer { status: 202, ..Answer::plain(&delivery_view(&delivery::test(tx, shop, id)?))? })
    })
    .await
}

/// `GET /v1/webhooks/{id}/deliveries`
pub async fn deliveries(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let page = call.page(&mut query)?;
    query.finish()?;
    let (shop, id, master) = (call.shop(), call.id(0)?, call.app.master.clone());
    call.read(move |tx| {
        webhook::get(tx, shop, id)?;
        let rows = delivery::list(tx, id, page.before, page.wanted())?;
        page.answer(rows, &master, |d| d.id, |d, to| put(&delivery_view(d), to))
    })
    .await
}

/// `POST /v1/webhooks/deliveries/{id}/redeliver`
pub async fn redeliver(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    call.fields()?.finish()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    call.write("redeliver", move |tx| {
        Ok(Answer { status: 202, ..Answer::plain(&delivery_view(&delivery::redeliver(tx, shop, id)?))? })
    })
    .await
}

/// `POST /v1/webhooks/{id}/replay` `{"from", "to"?}`: the events of that time once more; `to` is now without it.
pub async fn replay(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    let mut fields = call.fields()?;
    let (from, to) = (fields.get("from", read_time), fields.get("to", read_time));
    let from = fields.needed("from", from);
    fields.finish()?;
    call.write("replay", move |tx| {
        let to = to.unwrap_or(tx.now() + 1);
        let queued = delivery::replay(tx, shop, id, from.unwrap_or(to), to)?;
        Ok(Answer { status: 202, ..Answer::plain(&json!({"queued": queued}))? })
    })
    .await
}
