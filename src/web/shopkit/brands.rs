//! `/brand`: who makes products; an extension: the document has none.

use serde::Serialize;

use super::call::Call;
use super::fault::Fault;
use super::paging::Paging;
use super::reply::Reply;
use super::wire::{Wire, row};
use crate::base::error::{Error, Kind, Result as Outcome};
use crate::domain::brand::{self, Brand};
use crate::domain::carried::What;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::store::list::Start;

/// A brand.
#[derive(Clone, Debug, Serialize)]
pub struct View {
    id: i64,
    title: String,
    handle: String,
    created_at: String,
}

/// A brand, as this dialect shows it.
pub fn view(tx: &mut Tx<'_>, wire: &Wire, brand: Brand) -> Outcome<View> {
    Ok(View {
        id: wire.number(tx, What::Brand, brand.id)?,
        title: brand.title,
        handle: brand.slug,
        created_at: wire.zone.write(brand.created_at),
    })
}

/// The brand that somebody calls by its number or its handle.
pub fn named(tx: &mut Tx<'_>, shop: Shop, called: &str) -> Outcome<Brand> {
    if let Ok(number) = called.parse() {
        let id = row(tx, shop, What::Brand, number)?;
        match brand::get(tx, shop, id) {
            Err(e) if e.kind == Kind::NotFound => {}
            found => return found,
        }
    }
    brand::by_slug(tx, shop, called)?.ok_or_else(|| Error::not_found("there is no such brand"))
}

async fn one(call: Call, called: String) -> Result<Reply, Fault> {
    let (shop, app) = (call.shop, call.app.clone());
    call.read(move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let found = named(tx, shop, &called)?;
        Reply::ok(&view(tx, &wire, found)?)
    })
    .await
}

/// `GET /brand`: the one of an `id` or `handle`, or else all of them, the oldest first.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let (id, handle) = (query.id("id"), query.text("handle"));
    let paging = Paging::read(&call, &mut query, "/brand");
    query.finish_open()?;
    if let Some(called) = id.map(|id| id.to_string()).or(handle) {
        return one(call, called).await;
    }
    let (shop, app) = (call.shop, call.app.clone());
    call.read(move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        paging.reply(
            tx,
            |tx| brand::count(tx, shop),
            |tx, window| brand::page(tx, shop, Start::After(0), window),
            |tx, found| found.into_iter().map(|one| view(tx, &wire, one)).collect(),
        )
    })
    .await
}

/// `GET /brand/{brand}`, by its id or its handle.
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let called = call.part().to_owned();
    one(call, called).await
}
