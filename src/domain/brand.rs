//! Brands: who makes products.

use serde::Serialize;

use super::audit::{self, Action};
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::base::time::Millis;
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::values;

/// The word that a refusal to remove a brand is known by.
pub const IN_USE: &str = "brand_in_use";

/// A brand; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Brand {
    pub id: i64,
    pub title: String,
    pub slug: String,
    #[serde(skip)]
    pub created_at: Millis,
}

/// What to set on a brand; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Change {
    pub title: Option<String>,
    pub slug: Option<String>,
}

/// Makes a brand; `change.title` is needed, the slug comes from it unless given.
pub fn new(tx: &mut Tx<'_>, shop: Shop, change: &Change) -> Result<Brand> {
    let title = title(change.title.as_deref().unwrap_or_default())?;
    let slug = text::check_slug(change.slug.as_deref().unwrap_or(&text::slug(&title)))?;
    let now = tx.now();
    let id = tx.maybe(
        "insert into brand (site_id, is_test, title, slug, created_at) values ($1, $2, $3, $4, $5) \
         on conflict (slug, site_id, is_test) do nothing returning id",
        values![shop.site_id, shop.is_test(), &title, &slug, now],
        |row| row.get(0),
    )?;
    let brand = get(tx, shop, id.ok_or_else(|| taken(&slug))?)?;
    audit::created(tx, shop, Action::BrandCreated, brand.id, &brand)?;
    Ok(brand)
}

/// Changes a brand.
pub fn set(tx: &mut Tx<'_>, shop: Shop, id: i64, change: &Change) -> Result<Brand> {
    let old = get(tx, shop, id)?;
    let title = change.title.as_deref().map_or_else(|| Ok(old.title.clone()), title)?;
    let slug = change.slug.as_deref().map_or_else(|| Ok(old.slug.clone()), text::check_slug)?;
    if by_slug(tx, shop, &slug)?.is_some_and(|other| other.id != id) {
        return Err(taken(&slug));
    }
    tx.exec("update brand set title = $2, slug = $3 where id = $1", values![id, &title, &slug])?;
    let brand = get(tx, shop, id)?;
    audit::changed(tx, shop, Action::BrandChanged, id, &old, &brand)?;
    Ok(brand)
}

/// Removes a brand that no product is of.
pub fn delete(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Brand> {
    let brand = get(tx, shop, id)?;
    let of: i64 = tx.one(
        "select count(*) from product where brand_id is not null and brand_id = $1",
        values![id],
        |row| row.get(0),
    )?;
    if of > 0 {
        let message = format!("{of} products are of this brand: change them first");
        return Err(Error::refused(message).about(IN_USE));
    }
    tx.exec("delete from brand where id = $1", values![id])?;
    audit::ended(tx, shop, Action::BrandDeleted, id, &brand)?;
    Ok(brand)
}

/// The brand with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Brand> {
    tx.maybe(
        "select id, title, slug, created_at from brand where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no brand {id}")))
}

/// The brand with this slug.
pub fn by_slug(tx: &mut Tx<'_>, shop: Shop, slug: &str) -> Result<Option<Brand>> {
    tx.maybe(
        "select id, title, slug, created_at from brand where slug = $1 and site_id = $2 and is_test = $3",
        values![slug, shop.site_id, shop.is_test()],
        read,
    )
}

/// Brands, newest first: `limit` of them from `start` on.
pub fn list(tx: &mut Tx<'_>, shop: Shop, start: impl Into<Start>, limit: i64) -> Result<Vec<Brand>> {
    page(tx, shop, start, (limit, 0))
}

/// How many there are.
pub fn count(tx: &mut Tx<'_>, shop: Shop) -> Result<i64> {
    tx.one(
        "select count(*) from brand where site_id = $1 and is_test = $2",
        values![shop.site_id, shop.is_test()],
        |row| row.get(0),
    )
}

/// As [`list`], `skip` rows further.
pub fn page(
    tx: &mut Tx<'_>,
    shop: Shop,
    start: impl Into<Start>,
    (limit, skip): (i64, i64),
) -> Result<Vec<Brand>> {
    let mut list = List::new("select id, title, slug, created_at from brand");
    list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
    list.with("site_id = ?", shop.site_id);
    list.skipping(skip).page(tx, "id", start, limit, read)
}

fn title(text: &str) -> Result<String> {
    text::line("the name", text, 200).map_err(|e| e.about("title"))
}

fn taken(slug: &str) -> Error {
    Error::refused(format!("another brand has the slug '{slug}'")).about("slug_taken")
}

fn read(row: &Row<'_>) -> Result<Brand> {
    Ok(Brand { id: row.get(0)?, title: row.get(1)?, slug: row.get(2)?, created_at: row.get(3)? })
}
