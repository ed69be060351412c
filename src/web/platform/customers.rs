//! Customers.

use serde::Serialize;
use serde_json::{Value, json};

use super::answer::{Answer, put, time};
use super::call::Call;
use super::fault::Fault;
use super::{beside, licences, orders, purchases};
use crate::base::error::{Error, Result as Outcome};
use crate::domain::customer::{self, Change, Customer, Filter};
use crate::domain::held::{self, Held};
use crate::web::fields::{Fields, int, switch, text};

/// As the API shows them.
#[derive(Serialize)]
pub struct View<'a> {
    id: i64,
    email: &'a str,
    name: Option<&'a str>,
    username: Option<&'a str>,
    group: Option<&'a str>,
    wants_news: bool,
    created_at: String,
}

/// As the API shows them.
pub fn view(c: &Customer) -> View<'_> {
    View {
        id: c.id,
        email: &c.email,
        name: c.name.as_deref(),
        username: c.username.as_deref(),
        group: c.group_name.as_deref(),
        wants_news: c.wants_news,
        created_at: time(c.created_at),
    }
}

fn shown(c: &Customer) -> Outcome<Answer> {
    Answer::one(&view(c))
}

/// The fields of a customer who buys something.
pub fn read(fields: &mut Fields) -> Change {
    Change {
        email: fields.get("email", text),
        name: fields.get("name", text),
        username: fields.get("username", text),
        wants_news: fields.get("wants_news", switch),
        ..Change::default()
    }
}

/// The fields of a customer. A group that is null: none.
pub fn read_all(fields: &mut Fields) -> Change {
    let named = |value| match text(value)? {
        empty if empty.trim().is_empty() => {
            Err("must not be empty; null takes them out of their group".into())
        }
        group => Ok(group),
    };
    let group_name = fields.nullable("group", named).map(Option::unwrap_or_default);
    Change { group_name, ..read(fields) }
}

/// `GET /v1/customers`; `q` is how their address begins, `group` whose they are.
pub async fn list(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let page = call.page(&mut query)?;
    let filter =
        Filter { prefix: query.text("q"), group: query.text("group").filter(|group| !group.is_empty()) };
    query.finish()?;
    let (shop, master) = (call.shop(), call.app.master.clone());
    call.read(move |tx| {
        let rows = customer::list(tx, shop, &filter, page.before, (page.wanted(), 0))?;
        page.answer(rows, &master, |c| c.id, |c, to| put(&view(c), to))
    })
    .await
}

/// `POST /v1/customers`
pub async fn create(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let mut fields = call.fields()?;
    let change = read_all(&mut fields);
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
    let change = read_all(&mut fields);
    fields.finish()?;
    call.write("change customer", move |tx| {
        expected.allows(&shown(&customer::get(tx, shop, id)?)?)?;
        shown(&customer::set(tx, shop, id, &change)?)
    })
    .await
}

/// `GET /v1/customers/{id}/export`: all that is held on them.
pub async fn export(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id, app) = (call.shop(), call.id(0)?, call.app.clone());
    call.read(move |tx| {
        let mut held = held::held(tx, shop, id)?;
        for (licence, activations) in &mut held.licences {
            app.gathered.show(licence.licence_id, activations);
        }
        Answer::one(&told(&held)?)
    })
    .await
}

/// All that is held on a customer, as this API shows it.
pub fn told(held: &Held) -> Outcome<Value> {
    whole(held).map_err(|e| Error::broken(format!("an export cannot be written: {e}")))
}

fn whole(held: &Held) -> serde_json::Result<Value> {
    let mut told = json!({"customer": view(&held.customer)});
    told["purchases"] = serde_json::to_value(held.purchases.iter().map(purchases::view).collect::<Vec<_>>())?;
    let mut keys = Vec::new();
    for (licence, activations) in &held.licences {
        let mut key = serde_json::to_value(licences::view(licence))?;
        key["activations"] =
            serde_json::to_value(activations.iter().map(licences::Use::from).collect::<Vec<_>>())?;
        keys.push(key);
    }
    told["licences"] = keys.into();
    let sales: Vec<_> = held.orders.iter().map(orders::view).collect();
    told["orders"] = serde_json::to_value(sales)?;
    told["phone"] = held.customer.phone.clone().into();
    for (name, value) in beside::told(&held.beside) {
        told[name] = value;
    }
    Ok(told)
}

/// `POST /v1/customers/{id}/erase`
pub async fn erase(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    call.fields()?.finish()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    call.write("erase customer", move |tx| {
        expected.allows(&shown(&customer::get(tx, shop, id)?)?)?;
        shown(&held::erase(tx, shop, id)?)
    })
    .await
}

/// `POST /v1/customers/{id}/merge` `{"into": ID}`: all of theirs goes to the other, who is answered.
pub async fn merge(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    let mut fields = call.fields()?;
    let into = fields.get("into", int);
    let into = fields.needed("into", into).unwrap_or_default();
    fields.finish()?;
    call.write("merge customers", move |tx| {
        expected.allows(&shown(&customer::get(tx, shop, id)?)?)?;
        shown(&held::merge(tx, shop, id, into)?)
    })
    .await
}
