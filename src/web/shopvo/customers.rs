//! `/customers`

use serde::Serialize;

use super::call::{Call, Reply};
use super::fault::Fault;
use super::paging::Paging;
use super::wire::Prefix;
use crate::base::error::Result as Outcome;
use crate::base::public_id::PublicIds;
use crate::base::time::rfc3339;
use crate::domain::customer::{self, Change, Customer, Filter};
use crate::domain::{customer_search, spending};
use crate::store::Tx;
use crate::web::fields::text;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    id: String,
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    group: Option<String>,
    total_orders: i64,
    total_spent: i64,
    created_at: String,
}

/// One name as two: the last word is the last name. A name of one word is a first name.
fn split(name: Option<&str>) -> (Option<String>, Option<String>) {
    let Some(name) = name else { return (None, None) };
    match name.trim().rsplit_once(' ') {
        Some((first, last)) => (Some(first.trim().to_owned()), Some(last.to_owned())),
        None => (Some(name.to_owned()), None),
    }
}

fn view(tx: &mut Tx<'_>, ids: &PublicIds, c: Customer) -> Outcome<View> {
    let (first_name, last_name) = split(c.name.as_deref());
    let (total_orders, total_spent) = spending::of(tx, c.id)?;
    Ok(View {
        id: Prefix::Customer.write(ids, c.id),
        email: c.email,
        first_name,
        last_name,
        phone: c.phone,
        group: c.group_name,
        total_orders,
        total_spent,
        created_at: rfc3339(c.created_at),
    })
}

/// `GET /customers`
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&mut query, &call.app.ids, Prefix::Customer);
    let search = query.text("search").filter(|search| !search.trim().is_empty());
    let group = query.text("group").filter(|group| !group.is_empty());
    let filter = Filter { group, ..Filter::default() };
    query.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        paging.reply(
            tx,
            &ids,
            |tx, start, rows| match &search {
                Some(search) => customer_search::list(tx, shop, (&filter, search), start, rows),
                None => customer::list(tx, shop, &filter, start, rows),
            },
            |tx| match &search {
                Some(search) => customer_search::count(tx, shop, (&filter, search)),
                None => customer::count(tx, shop, filter.group.as_deref()),
            },
            |customer| customer.id,
            |tx, customer| view(tx, &ids, customer),
        )
    })
    .await
}

/// `GET /customers/{customer}`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let (id, shop, ids) = (call.id(0, Prefix::Customer)?, call.shop, call.app.ids.clone());
    call.read(move |tx| {
        let customer = customer::get(tx, shop, id)?;
        Reply::data(&view(tx, &ids, customer)?)
    })
    .await
}

/// `PATCH /customers/{customer}`
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let (first, last) = (fields.nullable("firstName", text), fields.nullable("lastName", text));
    let phone = fields.nullable("phone", text).map(Option::unwrap_or_default);
    let group_name = fields.nullable("group", text).map(Option::unwrap_or_default);
    let email = fields.get("email", text);
    fields.finish_open()?;
    let (id, shop, ids) = (call.id(0, Prefix::Customer)?, call.shop, call.app.ids.clone());
    call.write("change customer", move |tx| {
        let old = customer::get(tx, shop, id)?;
        let (old_first, old_last) = split(old.name.as_deref());
        let names = [first.clone().unwrap_or(old_first), last.clone().unwrap_or(old_last)];
        let name: Vec<String> = names.into_iter().flatten().filter(|part| !part.trim().is_empty()).collect();
        let is_named = (first.is_some() || last.is_some()) && !name.is_empty();
        let change = Change {
            email: email.clone(),
            name: is_named.then(|| name.join(" ")),
            phone: phone.clone(),
            group_name: group_name.clone(),
            ..Change::default()
        };
        let changed = customer::set(tx, shop, id, &change)?;
        Reply::data(&view(tx, &ids, changed)?)
    })
    .await
}
