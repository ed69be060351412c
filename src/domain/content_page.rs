//! Pages of a shop that are to be read, such as what it is about.

use serde::Serialize;

use super::audit::{self, Action};
use super::policy::put;
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::base::time::Millis;
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::values;

/// A page; columns as in `schema.sql`, table `content_page`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct ContentPage {
    pub id: i64,
    pub title: String,
    pub slug: String,
    pub body: String,
    pub is_published: bool,
    #[serde(skip)]
    pub created_at: Millis,
    #[serde(skip)]
    pub updated_at: Millis,
}

/// What to set on a page; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Change {
    pub title: Option<String>,
    pub slug: Option<String>,
    pub body: Option<String>,
    pub is_published: Option<bool>,
}

/// Makes a page; `change.title` is needed, the slug comes from it unless given.
pub fn new(tx: &mut Tx<'_>, shop: Shop, change: &Change) -> Result<ContentPage> {
    let title = title(change.title.as_deref().unwrap_or_default())?;
    let slug = text::check_slug(change.slug.as_deref().unwrap_or(&text::slug(&title)))?;
    let now = tx.now();
    let id = tx.maybe(
        "insert into content_page (site_id, is_test, title, slug, created_at, updated_at) values ($1, $2, $3, $4, $5, $5) \
         on conflict (slug, site_id, is_test) do nothing returning id",
        values![shop.site_id, shop.is_test(), &title, &slug, now],
        |row| row.get(0),
    )?;
    let (_, page) = store(tx, shop, id.ok_or_else(|| taken(&slug))?, change)?;
    audit::created(tx, shop, Action::PageCreated, page.id, &page)?;
    Ok(page)
}

/// Changes a page, whole or not at all.
pub fn set(tx: &mut Tx<'_>, shop: Shop, id: i64, change: &Change) -> Result<ContentPage> {
    let (old, new) = store(tx, shop, id, change)?;
    audit::changed(tx, shop, Action::PageChanged, id, &old, &new)?;
    Ok(new)
}

fn store(tx: &mut Tx<'_>, shop: Shop, id: i64, change: &Change) -> Result<(ContentPage, ContentPage)> {
    let (old, now) = (get(tx, shop, id)?, tx.now());
    let mut page = old.clone();
    if let Some(text) = &change.title {
        page.title = title(text)?;
    }
    if let Some(slug) = &change.slug {
        page.slug = text::check_slug(slug)?;
    }
    if let Some(body) = &change.body {
        page.body = text::page("the text", body, 100_000).map_err(|e| e.about("body"))?;
    }
    put(&mut page.is_published, change.is_published);
    if by_slug(tx, shop, &page.slug)?.is_some_and(|other| other.id != id) {
        return Err(taken(&page.slug));
    }
    tx.exec(
        "update content_page set title = $2, slug = $3, body = $4, is_published = $5, updated_at = $6 where id = $1",
        values![id, &page.title, &page.slug, &page.body, page.is_published, now],
    )?;
    Ok((old, get(tx, shop, id)?))
}

/// Removes a page for good.
pub fn delete(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<ContentPage> {
    let page = get(tx, shop, id)?;
    tx.exec("delete from content_page where id = $1", values![id])?;
    audit::ended(tx, shop, Action::PageDeleted, id, &page)?;
    Ok(page)
}

/// The page with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<ContentPage> {
    tx.maybe(
        "select id, title, slug, body, is_published, created_at, updated_at from content_page \
         where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no page {id}")))
}

/// The page with this slug.
pub fn by_slug(tx: &mut Tx<'_>, shop: Shop, slug: &str) -> Result<Option<ContentPage>> {
    tx.maybe(
        "select id, title, slug, body, is_published, created_at, updated_at from content_page \
         where slug = $1 and site_id = $2 and is_test = $3",
        values![slug, shop.site_id, shop.is_test()],
        read,
    )
}

/// Pages, newest first, or the published ones alone: `limit` of them from `start` on, `skip` rows further.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    is_published: bool,
    start: impl Into<Start>,
    (limit, skip): (i64, i64),
) -> Result<Vec<ContentPage>> {
    let mut list =
        List::new("select id, title, slug, body, is_published, created_at, updated_at from content_page");
    list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
    list.with("site_id = ?", shop.site_id);
    if is_published {
        list.when("is_published = 1");
    }
    list.skipping(skip).page(tx, "id", start, limit, read)
}

fn title(text: &str) -> Result<String> {
    text::line("the title", text, 200).map_err(|e| e.about("title"))
}

fn taken(slug: &str) -> Error {
    Error::refused(format!("another page has the slug '{slug}'")).about("slug_taken")
}

fn read(row: &Row<'_>) -> Result<ContentPage> {
    Ok(ContentPage {
        id: row.get(0)?,
        title: row.get(1)?,
        slug: row.get(2)?,
        body: row.get(3)?,
        is_published: row.get(4)?,
        created_at: row.get(5)?,
        updated_at: row.get(6)?,
    })
}
