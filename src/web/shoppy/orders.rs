//! `/orders`: read only.

use super::Version;
use super::call::{Call, Reply};
use super::fault::Fault;
use super::names::Noun;
use super::order_told::{Shared, Told};
use super::paging::Paging;
use super::wire::Shape;
use super::wire_v1::UNCOUNTED;
use super::{wire_1_0, wire_v1};
use crate::base::error::{Error, Result as Outcome};
use crate::base::public_id::PublicIds;
use crate::domain::order::{self, Order};
use crate::domain::order_list::Filter;
use crate::domain::order_list_more::More;
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;

/// An order in the shape that a call asks for.
fn view(
    tx: &mut Tx<'_>,
    ids: &PublicIds,
    shop: Shop,
    order: Order,
    (version, with_keys): (Version, bool),
    shared: &mut Shared,
) -> Outcome<Shape<wire_1_0::Order, wire_v1::Order>> {
    let told = Told::of(tx, order)?;
    Ok(match version {
        Version::Document => Shape::Document(told.document(tx, ids, shop)?),
        Version::Later | Version::Second => Shape::Later(told.later(tx, ids, shop, (with_keys, shared))?),
    })
}

/// `GET /orders`
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&mut query);
    query.finish_open()?;
    let (shop, app, way) = (call.shop, call.app.clone(), (call.version, call.may(Scope::ReadLicences)));
    let asked = format!("/shoppy/orders {way:?} {paging:?}");
    let filter = Filter { more: More { is_shown: true, ..More::default() }, ..Filter::default() };
    call.read(move |tx| {
        let make = |tx: &mut Tx<'_>| {
            let mut shared = Shared::new(UNCOUNTED);
            let reply = paging.reply(
                tx,
                |tx, window| app.places.orders(tx, shop, &filter, window),
                |tx| app.lists.orders(tx, shop, &filter),
                |tx, order| view(tx, &app.ids, shop, order, way, &mut shared),
            )?;
            Ok(reply.kept())
        };
        Reply::again(&app.lists.of_all(tx, shop, &asked, make)?)
    })
    .await
}

/// `GET /orders/{order}`, by its number or its UUID.
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let called = call.part(0).to_owned();
    let (shop, ids, way) = (call.shop, call.app.ids.clone(), (call.version, call.may(Scope::ReadLicences)));
    call.read(move |tx| {
        let id = Noun::Order.read(tx, &ids, shop, &called)?;
        let order = order::get(tx, shop, id)?;
        if order.hidden_at.is_some() {
            return Err(Error::not_found("a program deleted it"));
        }
        Reply::ok(&view(tx, &ids, shop, order, way, &mut Shared::new(UNCOUNTED))?)
    })
    .await
}
