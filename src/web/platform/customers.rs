//! Customers.

use serde::Serialize;

use super::answer::{Answer, time};
use super::call::Call;
use super::fault::Fault;
use super::fields::{Fields, text};
use crate::base::error::Result as Outcome;
use crate::domain::customer::{self, Change, Customer};

#[derive(Serialize)]
struct View<'a> {
    id: i64,
    email: &'a str,
    name: Option<&'a str>,
    username: Option<&'a str>,
    created_at: String,
}

fn view(c: &Customer) -> View<'_> {
    View {
        id: c.id,
        email: &c.email,
        name: c.name.as_deref(),
        username: c.username.as_deref(),
        created_at: time(c.created_at),
    }
}

fn shown(c: &Customer) -> Outcome<Answer> {
    Answer::one(&view(c))
}

/// The fields of a customer.
pub fn read(fields: &mut Fields) -> Change {
    Change {
        email: fields.get("email", text),
        name: fields.get("name", text),
        username: fields.get("username", text),
    }
}

/// `GET /v1/customers`; `q` is how their address begins.
pub async fn list(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let page = call.page(&mut query)?;
    let prefix = query.text("q");
    query.finish()?;
    let (shop, master) = (call.shop(), call.app.master.clone());
    call.read(move |tx| {
        let rows = customer::list(tx, shop, prefix.as_deref(), page.before, page.wanted())?;
        page.answer(rows, &master, |c| c.id, |c| serde_json::to_value(view(c)).unwrap_or_default())
    })
    .await
}

/// `POST /v1/customers`
pub async fn create(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let mut fields = call.fields()?;
    let change = read(&mut fields);
    fields.needed("email", change.email.as_ref());
    fields.finish()?;
    let shop = call.shop();
    call.write("create customer", move |tx| Answer::made(&view(&customer::new(tx, shop, &change)?))).await
}

/// `GET /v1/customers/{id}`
pub async fn get(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    call.read(move |tx| shown(&customer::get(tx, shop, id)?)).await
}

/// `PATCH /v1/customers/{id}`
pub async fn change(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    let mut fields = call.fields()?;
    let change = read(&mut fields);
    fields.finish()?;
    call.write("change customer", move |tx| {
        expected.allows(&shown(&customer::get(tx, shop, id)?)?)?;
        shown(&customer::set(tx, shop, id, &change)?)
    })
    .await
}
