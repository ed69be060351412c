//! Purchases: what customers own.

use serde::Serialize;
use serde_json::Value;

use super::answer::{Answer, maybe_time, put, time};
use super::call::Call;
use super::fault::Fault;
use crate::base::error::Result as Outcome;
use crate::domain::purchase::{self, Change, Filter, Purchase, Status};
use crate::web::fields::{Fields, text, time as read_time, word};

/// As the API shows it.
#[derive(Serialize)]
pub struct View<'a> {
    id: i64,
    product_id: i64,
    customer_id: i64,
    order_id: Option<i64>,
    parent_id: Option<i64>,
    licence_id: Option<i64>,
    key: Option<&'a str>,
    status: Status,
    install_url: Option<&'a str>,
    started_at: String,
    expires_at: Value,
}

/// As the API shows it.
pub fn view(p: &Purchase) -> View<'_> {
    View {
        id: p.id,
        product_id: p.product_id,
        customer_id: p.customer_id,
        order_id: p.order_id,
        parent_id: p.parent_id,
        licence_id: p.licence_id,
        key: p.key.as_deref(),
        status: p.status,
        install_url: p.install_url.as_deref(),
        started_at: time(p.started_at),
        expires_at: maybe_time(p.expires_at),
    }
}

fn shown(p: &Purchase) -> Outcome<Answer> {
    Answer::one(&view(p))
}

/// What is said of a purchase.
pub fn read(fields: &mut Fields) -> Change {
    Change {
        install_url: fields.nullable("install_url", text),
        expires_at: fields.nullable("expires_at", read_time),
        status: fields.get("status", word),
    }
}

/// `GET /v1/purchases`
pub async fn list(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let page = call.page(&mut query)?;
    let filter = Filter {
        product_id: query.id("product"),
        customer_id: call.customer(query.id("customer"))?,
        status: query.word("status"),
        ..Filter::default()
    };
    query.finish()?;
    let (shop, master) = (call.shop(), call.app.master.clone());
    call.read(move |tx| {
        let rows = purchase::list(tx, shop, filter, page.before, page.wanted())?;
        page.answer(rows, &master, |p| p.id, |p, to| put(&view(p), to))
    })
    .await
}

/// `GET /v1/purchases/{id}`
pub async fn get(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    call.read(move |tx| shown(&purchase::get(tx, shop, id)?)).await
}

/// `PATCH /v1/purchases/{id}`
pub async fn change(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    let mut fields = call.fields()?;
    let change = read(&mut fields);
    fields.finish()?;
    call.write("change purchase", move |tx| {
        expected.allows(&shown(&purchase::get(tx, shop, id)?)?)?;
        shown(&purchase::set(tx, shop, id, &change)?)
    })
    .await
}
