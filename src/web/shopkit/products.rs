//! `/product`: what there is, one by one and in lists.

use super::call::Call;
use super::categories;
use super::fault::Fault;
use super::paging::Paging;
use super::product_view::{view, views};
use super::reply::Reply;
use super::status::Shelf;
use super::wire::{Wire, row, switch};
use crate::base::error::{Error, Kind, Result as Outcome};
use crate::domain::carried::What;
use crate::domain::catalogue::{self, Filter};
use crate::domain::catalogue_more::More;
use crate::domain::product::{self, Product, Status};
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::query::Query;

/// The product that somebody calls by its number or its handle.
pub fn named(tx: &mut Tx<'_>, shop: Shop, called: &str) -> Outcome<Product> {
    if let Ok(number) = called.parse() {
        let id = row(tx, shop, What::Product, number)?;
        match product::get(tx, shop, id) {
            Err(e) if e.kind == Kind::NotFound => {}
            found => return found,
        }
    }
    catalogue::by_slug(tx, shop, called)?.ok_or_else(|| Error::not_found("there is no such product"))
}

/// What a status narrows a list to.
fn on_shelf(filter: Filter, shelf: Option<Shelf>) -> Filter {
    let (status, more) = (filter.status, filter.more.clone());
    let (status, more) = match shelf {
        None => (status, more),
        Some(Shelf::Active) => {
            (Some(Status::Active), More { is_soon: Some(false), is_out: Some(false), ..more })
        }
        Some(Shelf::Hidden) => (Some(Status::Hidden), More { is_soon: Some(false), ..more }),
        Some(Shelf::OutOfStock) => {
            (Some(Status::Active), More { is_soon: Some(false), is_out: Some(true), ..more })
        }
        Some(Shelf::Soon) => (status, More { is_soon: Some(true), ..more }),
    };
    Filter { status, more, ..filter }
}

/// The status that is asked for; a word goes before a number.
fn shelf(query: &mut Query) -> Option<Shelf> {
    let number = query.read("status", |text| match text.parse() {
        Ok(0) => Ok(None),
        Ok(number) => Shelf::of_number(number).map(Some),
        Err(_) => Err(Error::invalid("may be from 0 to 4")),
    });
    let word = query.read("status_alias", |word| match word {
        "all" => Ok(None),
        word => Shelf::of_word(word).map(Some),
    });
    word.or(number).flatten()
}

/// What a list is narrowed to, but for its category.
fn filter(query: &mut Query) -> Filter {
    let shelf = shelf(query);
    let featured = query.read("featured", switch);
    let more = More {
        reference: query.text("reference"),
        is_new: query.read("new", switch),
        is_plain: featured == Some(false),
        ..More::default()
    };
    on_shelf(Filter { is_featured: featured == Some(true), more, ..Filter::default() }, shelf)
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

async fn page(call: Call, paging: Paging, filter: Filter, category: Option<String>) -> Result<Reply, Fault> {
    let (shop, app) = (call.shop, call.app.clone());
    let asked = format!("/shopkit/product {category:?} {filter:?} {}", paging.place());
    call.read(move |tx| {
        let make = |tx: &mut Tx<'_>| {
            let wire = Wire::of(tx, shop, &app.webhooks)?;
            let category_id = match &category {
                None => None,
                Some(called) => match categories::named(tx, shop, called) {
                    // Nothing stands on a shelf that is not there.
                    Err(e) if e.kind == Kind::NotFound => Some(-1),
                    found => Some(found?.id),
                },
            };
            let filter = Filter { category_id, ..filter.clone() };
            let reply = paging.reply(
                tx,
                |tx| app.lists.total(tx, shop, &filter),
                |tx, window| app.places.products(tx, shop, &filter, window),
                |tx, found| views(tx, &wire, found),
            )?;
            Ok(reply.kept())
        };
        Reply::again(&app.lists.of_all(tx, shop, &asked, make)?)
    })
    .await
}

/// `GET /product`: the one of an `id` or `handle`, or else a page of a list, the newest first.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let (id, handle) = (query.id("id"), query.text("handle"));
    let paging = Paging::read(&call, &mut query, "/product");
    let (category, filter) = (query.text("category"), filter(&mut query));
    query.finish_open()?;
    match id.map(|id| id.to_string()).or(handle) {
        Some(called) => one(call, called).await,
        None => page(call, paging, filter, category).await,
    }
}

/// `GET /product/search?q=`: those with all of these words, or words that begin so; an extension.
pub async fn search(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let words = query.text("q").or_else(|| query.text("query")).or_else(|| query.text("search"));
    let paging = Paging::read(&call, &mut query, "/product/search");
    let (category, filter) = (query.text("category"), filter(&mut query));
    if words.is_none() {
        query.wrong("q", "is missing");
    }
    query.finish_open()?;
    page(call, paging, Filter { search: words, in_texts: true, ..filter }, category).await
}

/// `GET /product/{product}`, by its id or its handle.
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let called = call.part().to_owned();
    one(call, called).await
}
