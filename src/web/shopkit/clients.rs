//! `/client`: who has bought; read only, and an extension: the document knows clients by their orders alone.

use serde::Serialize;

use super::call::Call;
use super::fault::Fault;
use super::order_view::AddressView;
use super::paging::Paging;
use super::reply::Reply;
use super::wire::{Wire, row};
use crate::base::error::{Error, Result as Outcome};
use crate::domain::carried::What;
use crate::domain::customer::{self, Customer, Filter};
use crate::domain::customer_details;
use crate::store::Tx;
use crate::store::list::Start;

/// A customer.
#[derive(Serialize)]
struct View {
    id: i64,
    name: Option<String>,
    email: String,
    fiscal_id: Option<String>,
    company: Option<String>,
    phone: Option<String>,
    is_registered: bool,
    newsletter: bool,
    delivery: AddressView,
    billing: AddressView,
    created_at: String,
}

fn view(tx: &mut Tx<'_>, wire: &Wire, c: Customer) -> Outcome<View> {
    let details = customer_details::get(tx, c.id)?;
    let delivery = AddressView::of(&details.delivery);
    Ok(View {
        id: wire.number(tx, What::Customer, c.id)?,
        name: c.name,
        email: c.email,
        fiscal_id: details.fiscal_id,
        company: details.company,
        phone: c.phone.filter(|phone| !phone.is_empty()),
        is_registered: false,
        newsletter: c.wants_news,
        billing: details.billing.as_ref().map_or_else(|| delivery.clone(), AddressView::of),
        delivery,
        created_at: wire.zone.write(c.created_at),
    })
}

async fn one(call: Call, number: Option<i64>, email: Option<String>) -> Result<Reply, Fault> {
    let (shop, app) = (call.shop, call.app.clone());
    call.read(move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let found = match (number, &email) {
            (Some(number), _) => {
                let id = row(tx, shop, What::Customer, number)?;
                customer::get(tx, shop, id)?
            }
            (None, Some(email)) => customer::by_email(tx, shop, email)?
                .ok_or_else(|| Error::not_found("there is no such customer"))?,
            (None, None) => return Err(Error::not_found("there is no such customer")),
        };
        Reply::ok(&view(tx, &wire, found)?)
    })
    .await
}

/// `GET /client`: the one of an `id` or `email`, or else all of them, the newest first.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let (id, email) = (query.id("id"), query.text("email"));
    let paging = Paging::read(&call, &mut query, "/client");
    query.finish_open()?;
    if id.is_some() || email.is_some() {
        return one(call, id, email).await;
    }
    let (shop, app) = (call.shop, call.app.clone());
    call.read(move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        paging.reply(
            tx,
            |tx| customer::count(tx, shop, None),
            |tx, window| customer::list(tx, shop, &Filter::default(), Start::Newest, window),
            |tx, found| found.into_iter().map(|one| view(tx, &wire, one)).collect(),
        )
    })
    .await
}

/// `GET /client/{client}`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let id = call.id()?;
    one(call, Some(id), None).await
}
