//! Categories: the shelves of the shop.

use serde::Serialize;

use super::answer::{Answer, put, time};
use super::call::Call;
use super::fault::Fault;
use crate::base::error::Result as Outcome;
use crate::domain::category::{self, Category, Change};
use crate::web::fields::{Fields, int, text};

/// As the API shows it.
#[derive(Serialize)]
pub struct View<'a> {
    id: i64,
    parent_id: Option<i64>,
    title: &'a str,
    slug: &'a str,
    description: &'a str,
    created_at: String,
}

/// As the API shows it.
pub fn view(c: &Category) -> View<'_> {
    View {
        id: c.id,
        parent_id: c.parent_id,
        title: &c.title,
        slug: &c.slug,
        description: &c.description,
        created_at: time(c.created_at),
    }
}

fn shown(c: &Category) -> Outcome<Answer> {
    Answer::one(&view(c))
}

/// What is said of a category.
pub fn read(fields: &mut Fields) -> Change {
    Change {
        parent_id: fields.nullable("parent_id", int),
        title: fields.get("title", text),
        slug: fields.get("slug", text),
        description: fields.get("description", text),
    }
}

/// `GET /v1/categories`
pub async fn list(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let page = call.page(&mut query)?;
    query.finish()?;
    let (shop, master) = (call.shop(), call.app.master.clone());
    call.read(move |tx| {
        let rows = category::list(tx, shop, page.before, page.wanted())?;
        page.answer(rows, &master, |c| c.id, |c, to| put(&view(c), to))
    })
    .await
}

/// `POST /v1/categories`
pub async fn create(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let mut fields = call.fields()?;
    let change = read(&mut fields);
    fields.needed("title", change.title.as_ref());
    fields.finish()?;
    let shop = call.shop();
    call.write("create category", move |tx| Answer::made(&view(&category::new(tx, shop, &change)?))).await
}

/// `GET /v1/categories/{id}`
pub async fn get(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    call.read(move |tx| shown(&category::get(tx, shop, id)?)).await
}

/// `PATCH /v1/categories/{id}`
pub async fn change(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    let mut fields = call.fields()?;
    let change = read(&mut fields);
    fields.finish()?;
    call.write("change category", move |tx| {
        expected.allows(&shown(&category::get(tx, shop, id)?)?)?;
        shown(&category::set(tx, shop, id, &change)?)
    })
    .await
}

/// `DELETE /v1/categories/{id}`: one that nothing belongs to.
pub async fn delete(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    call.write("delete category", move |tx| {
        expected.allows(&shown(&category::get(tx, shop, id)?)?)?;
        shown(&category::delete(tx, shop, id)?)
    })
    .await
}
