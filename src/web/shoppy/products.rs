//! `/products`: lists and single ones. What is archived is gone here.

use super::Version;
use super::call::{Call, Reply};
use super::fault::Fault;
use super::names::Noun;
use super::paging::Paging;
use super::product_told::{Keys, Told};
use super::wire::Shape;
use super::wire_v1::UNCOUNTED;
use super::{wire_1_0, wire_v1};
use crate::base::error::{Error, Result as Outcome};
use crate::base::public_id::PublicIds;
use crate::domain::account;
use crate::domain::catalogue::Filter;
use crate::domain::product::{self, Product};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;

/// A product in the shape that a call asks for.
pub fn view(
    tx: &mut Tx<'_>,
    ids: &PublicIds,
    product: Product,
    way: (Version, Keys),
) -> Outcome<Shape<wire_1_0::Product, wire_v1::Product>> {
    let seller = account::get(tx, product.shop)?.title;
    view_of(tx, ids, product, way, &seller)
}

fn view_of(
    tx: &mut Tx<'_>,
    ids: &PublicIds,
    product: Product,
    (version, keys): (Version, Keys),
    seller: &str,
) -> Outcome<Shape<wire_1_0::Product, wire_v1::Product>> {
    let shop = product.shop;
    Ok(match version {
        Version::Document => {
            let told = Told::of(tx, product, Keys::None)?;
            Shape::Document(wire_1_0::Product::of(tx, ids, shop, &told)?)
        }
        Version::Later | Version::Second => {
            let told = Told::of(tx, product, keys)?;
            Shape::Later(wire_v1::Product::of(tx, ids, told, seller, UNCOUNTED)?)
        }
    })
}

/// Which keys of a pool the caller may see.
pub fn keys(call: &Call, keys: Keys) -> Keys {
    if call.may(Scope::ReadLicences) { keys } else { Keys::None }
}

/// `GET /products`
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&mut query);
    query.finish_open()?;
    let (shop, app, way) = (call.shop, call.app.clone(), (call.version, keys(&call, Keys::Few)));
    let asked = format!("/shoppy/products {way:?} {paging:?}");
    let filter = Filter::default();
    call.read(move |tx| {
        let make = |tx: &mut Tx<'_>| {
            let seller = account::get(tx, shop)?.title;
            let reply = paging.reply(
                tx,
                |tx, window| app.places.products(tx, shop, &filter, window),
                |tx| app.lists.total(tx, shop, &filter),
                |tx, product| view_of(tx, &app.ids, product, way, &seller),
            )?;
            Ok(reply.kept())
        };
        Reply::again(&app.lists.of_all(tx, shop, &asked, make)?)
    })
    .await
}

/// The product that the path names, unless it is archived.
pub fn named(call: &Call) -> impl Fn(&mut Tx<'_>) -> Outcome<Product> + Clone + Send + 'static {
    let (shop, ids, called): (Shop, PublicIds, String) =
        (call.shop, call.app.ids.clone(), call.part(0).to_owned());
    move |tx| {
        let id = Noun::Product.read(tx, &ids, shop, &called)?;
        let product = product::get(tx, shop, id)?;
        if product.archived_at.is_some() {
            return Err(Error::not_found("it is archived"));
        }
        Ok(product)
    }
}

/// `GET /products/{product}`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let (named, ids, way) = (named(&call), call.app.ids.clone(), (call.version, keys(&call, Keys::All)));
    call.read(move |tx| {
        let product = named(tx)?;
        Reply::ok(&view(tx, &ids, product, way)?)
    })
    .await
}
