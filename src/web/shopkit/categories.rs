//! `/category`: the shelves of the shop.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::call::Call;
use super::fault::Fault;
use super::paging::Paging;
use super::reply::Reply;
use super::wire::{Wire, row};
use crate::base::error::{Error, Kind, Result as Outcome};
use crate::base::markdown;
use crate::domain::carried::What;
use crate::domain::category::{self, Category};
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::store::list::Start;

/// So many characters of a description search engines are told.
pub const META: usize = 140;

/// A category beside a product.
#[derive(Clone, Debug, Serialize)]
pub struct Brief {
    id: i64,
    parent: i64,
    title: String,
    description: Option<String>,
    handle: String,
    url: String,
}

/// A category; behind `total_products` stands what the document did not have yet.
#[derive(Serialize)]
pub struct View {
    id: i64,
    title: String,
    description: Option<String>,
    parent: i64,
    handle: String,
    page_title: String,
    meta_description: Option<String>,
    meta_tags: Option<String>,
    url: String,
    total_products: i64,
    is_parent: bool,
    is_child: bool,
    parent_title: Option<String>,
    active: bool,
    num_products: i64,
    permalink: String,
    created_at: String,
}

fn url(wire: &Wire, id: i64) -> String {
    wire.page(&format!("/?category={id}"))
}

fn said(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.trim().is_empty())
}

/// The number of the category above, or 0.
fn parent(tx: &mut Tx<'_>, wire: &Wire, category: &Category) -> Outcome<i64> {
    category.parent_id.map_or(Ok(0), |id| wire.number(tx, What::Category, id))
}

/// A category beside a product.
pub fn brief(tx: &mut Tx<'_>, wire: &Wire, id: i64) -> Outcome<Brief> {
    let c = category::get(tx, wire.shop, id)?;
    Ok(Brief {
        id: wire.number(tx, What::Category, id)?,
        parent: parent(tx, wire, &c)?,
        description: said(&c.description),
        url: url(wire, id),
        title: c.title,
        handle: c.slug,
    })
}

/// What is asked of all categories at once.
struct Family {
    titles: BTreeMap<i64, String>,
    parents: BTreeSet<i64>,
}

impl Family {
    fn of(tx: &mut Tx<'_>, shop: Shop) -> Outcome<Self> {
        let all = category::list(tx, shop, None, i64::MAX)?;
        Ok(Self {
            parents: all.iter().filter_map(|one| one.parent_id).collect(),
            titles: all.into_iter().map(|one| (one.id, one.title)).collect(),
        })
    }
}

fn view(tx: &mut Tx<'_>, wire: &Wire, family: &Family, c: Category) -> Outcome<View> {
    let total = category::products(tx, c.id)?;
    Ok(View {
        id: wire.number(tx, What::Category, c.id)?,
        parent: parent(tx, wire, &c)?,
        page_title: c.title.clone(),
        meta_description: said(&markdown::lead(&c.description, META)),
        meta_tags: None,
        url: url(wire, c.id),
        total_products: total,
        is_parent: family.parents.contains(&c.id),
        is_child: c.parent_id.is_some(),
        parent_title: c.parent_id.and_then(|id| family.titles.get(&id).cloned()),
        active: true,
        num_products: total,
        permalink: url(wire, c.id),
        created_at: wire.zone.write(c.created_at),
        description: said(&c.description),
        title: c.title,
        handle: c.slug,
    })
}

/// A category by itself, as this dialect shows it.
pub fn shown(tx: &mut Tx<'_>, wire: &Wire, category: Category) -> Outcome<View> {
    let family = Family::of(tx, wire.shop)?;
    view(tx, wire, &family, category)
}

/// The category that somebody calls by its number or its handle.
pub fn named(tx: &mut Tx<'_>, shop: Shop, called: &str) -> Outcome<Category> {
    if let Ok(number) = called.parse() {
        let id = row(tx, shop, What::Category, number)?;
        match category::get(tx, shop, id) {
            Err(e) if e.kind == Kind::NotFound => {}
            found => return found,
        }
    }
    category::by_slug(tx, shop, called)?.ok_or_else(|| Error::not_found("there is no such category"))
}

async fn one(call: Call, called: String) -> Result<Reply, Fault> {
    let (shop, app) = (call.shop, call.app.clone());
    call.read(move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let found = named(tx, shop, &called)?;
        Reply::ok(&shown(tx, &wire, found)?)
    })
    .await
}

/// `GET /category`: the one of an `id` or `handle`, or else all of them, the oldest first.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let (id, handle) = (query.id("id"), query.text("handle"));
    let paging = Paging::read(&call, &mut query, "/category");
    query.finish_open()?;
    if let Some(called) = id.map(|id| id.to_string()).or(handle) {
        return one(call, called).await;
    }
    let (shop, app) = (call.shop, call.app.clone());
    call.read(move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let family = Family::of(tx, shop)?;
        paging.reply(
            tx,
            |tx| category::count(tx, shop),
            |tx, window| category::page(tx, shop, Start::After(0), window),
            |tx, found| found.into_iter().map(|one| view(tx, &wire, &family, one)).collect(),
        )
    })
    .await
}

/// `GET /category/{category}`, by its id or its handle.
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let called = call.part().to_owned();
    one(call, called).await
}
