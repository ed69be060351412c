//! Categories: the shelves of a shop.

use serde::Serialize;

use super::audit::{self, Action};
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::base::time::Millis;
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::values;

/// How deep shelves may stand in each other.
const DEEPEST: usize = 10;

/// A category; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Category {
    pub id: i64,
    pub parent_id: Option<i64>,
    pub title: String,
    pub slug: String,
    pub description: String,
    #[serde(skip)]
    pub created_at: Millis,
}

/// What to set on a category; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Change {
    pub parent_id: Option<Option<i64>>,
    pub title: Option<String>,
    pub slug: Option<String>,
    pub description: Option<String>,
}

/// Makes a category; `change.title` is needed, the slug comes from it unless given.
pub fn new(tx: &mut Tx<'_>, shop: Shop, change: &Change) -> Result<Category> {
    let title = title(change.title.as_deref().unwrap_or_default())?;
    let slug = text::check_slug(change.slug.as_deref().unwrap_or(&text::slug(&title)))?;
    let description = description(change.description.as_deref().unwrap_or_default())?;
    if let Some(Some(parent_id)) = change.parent_id {
        hangs_well(tx, shop, None, parent_id)?;
    }
    let now = tx.now();
    let id = tx.maybe(
        "insert into category (site_id, is_test, parent_id, title, slug, created_at, description) values ($1, $2, $3, $4, $5, $6, $7) \
         on conflict (slug, site_id, is_test) do nothing returning id",
        values![shop.site_id, shop.is_test(), change.parent_id.flatten(), &title, &slug, now, &description],
        |row| row.get(0),
    )?;
    let category = get(tx, shop, id.ok_or_else(|| taken(&slug))?)?;
    audit::created(tx, shop, Action::CategoryCreated, category.id, &category)?;
    Ok(category)
}

/// Changes a category.
pub fn set(tx: &mut Tx<'_>, shop: Shop, id: i64, change: &Change) -> Result<Category> {
    let old = get(tx, shop, id)?;
    let title = change.title.as_deref().map_or_else(|| Ok(old.title.clone()), title)?;
    let slug = change.slug.as_deref().map_or_else(|| Ok(old.slug.clone()), text::check_slug)?;
    let description =
        change.description.as_deref().map_or_else(|| Ok(old.description.clone()), description)?;
    let parent_id = change.parent_id.unwrap_or(old.parent_id);
    if let Some(Some(parent_id)) = change.parent_id {
        hangs_well(tx, shop, Some(id), parent_id)?;
    }
    let other = tx.maybe(
        "select id from category where slug = $1 and site_id = $2 and is_test = $3 and id <> $4",
        values![&slug, shop.site_id, shop.is_test(), id],
        |row| row.get::<i64>(0),
    )?;
    if other.is_some() {
        return Err(taken(&slug));
    }
    tx.exec(
        "update category set parent_id = $2, title = $3, slug = $4, description = $5 where id = $1",
        values![id, parent_id, &title, &slug, &description],
    )?;
    let category = get(tx, shop, id)?;
    audit::changed(tx, shop, Action::CategoryChanged, id, &old, &category)?;
    Ok(category)
}

/// Removes a category that nothing stands on or under; what it was.
pub fn delete(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Category> {
    let category = get(tx, shop, id)?;
    let under =
        tx.one("select count(*) from category where parent_id = $1", values![id], |row| row.get::<i64>(0))?;
    let on =
        tx.one("select count(*) from product where category_id = $1", values![id], |row| row.get::<i64>(0))?;
    if under + on > 0 {
        let message = format!("{on} products and {under} categories belong to it: move them first");
        return Err(Error::refused(message).about("category_in_use"));
    }
    tx.exec("delete from category where id = $1", values![id])?;
    audit::ended(tx, shop, Action::CategoryDeleted, id, &category)?;
    Ok(category)
}

/// The category with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Category> {
    tx.maybe(
        "select id, parent_id, title, slug, created_at, description from category where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no category {id}")))
}

/// Categories, newest first: `limit` of them from `start` on.
pub fn list(tx: &mut Tx<'_>, shop: Shop, start: impl Into<Start>, limit: i64) -> Result<Vec<Category>> {
    page(tx, shop, start, (limit, 0))
}

/// As [`list`], `skip` rows further.
pub fn page(
    tx: &mut Tx<'_>,
    shop: Shop,
    start: impl Into<Start>,
    (limit, skip): (i64, i64),
) -> Result<Vec<Category>> {
    let mut list = List::new("select id, parent_id, title, slug, created_at, description from category");
    list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
    list.with("site_id = ?", shop.site_id);
    list.skipping(skip).page(tx, "id", start, limit, read)
}

/// The category with this slug.
pub fn by_slug(tx: &mut Tx<'_>, shop: Shop, slug: &str) -> Result<Option<Category>> {
    tx.maybe(
        "select id, parent_id, title, slug, created_at, description from category where slug = $1 and site_id = $2 and is_test = $3",
        values![slug, shop.site_id, shop.is_test()],
        read,
    )
}

/// How many products stand on a shelf itself, those that are archived left out.
pub fn products(tx: &mut Tx<'_>, id: i64) -> Result<i64> {
    tx.one(
        "select count(*) from product where category_id is not null and category_id = $1 and archived_at is null",
        values![id],
        |row| row.get(0),
    )
}

/// How many categories there are.
pub fn count(tx: &mut Tx<'_>, shop: Shop) -> Result<i64> {
    tx.one(
        "select count(*) from category where site_id = $1 and is_test = $2",
        values![shop.site_id, shop.is_test()],
        |row| row.get(0),
    )
}

/// Refuses a parent that is not there, stands too deep, or stands under the category itself.
fn hangs_well(tx: &mut Tx<'_>, shop: Shop, id: Option<i64>, parent_id: i64) -> Result<()> {
    let wrong = |message: &str| Err(Error::invalid(message).about("parent_id"));
    let mut next = Some(parent_id);
    let under = id.map_or(Ok(0), |id| height(tx, id))?;
    for _ in under..DEEPEST {
        let Some(above) = next else { return Ok(()) };
        if Some(above) == id {
            return wrong("a category cannot stand under itself");
        }
        next =
            get(tx, shop, above).map_err(|e| e.missing("parent_id", "there is no such category"))?.parent_id;
    }
    wrong("categories may stand in each other ten deep")
}

/// How many categories stand in each other under this one.
fn height(tx: &mut Tx<'_>, id: i64) -> Result<usize> {
    let (mut level, mut height) = (vec![id], 0);
    while height < DEEPEST {
        let mut next: Vec<i64> = Vec::new();
        for above in level {
            next.extend(tx.all("select id from category where parent_id = $1", values![above], |row| {
                row.get::<i64>(0)
            })?);
        }
        if next.is_empty() {
            break;
        }
        (level, height) = (next, height + 1);
    }
    Ok(height)
}

fn title(text: &str) -> Result<String> {
    text::line("the title", text, 200).map_err(|e| e.about("title"))
}

fn description(text: &str) -> Result<String> {
    text::page("the description", text, 10_000).map_err(|e| e.about("description"))
}

fn taken(slug: &str) -> Error {
    Error::refused(format!("another category has the slug '{slug}'")).about("slug_taken")
}

fn read(row: &Row<'_>) -> Result<Category> {
    Ok(Category {
        id: row.get(0)?,
        parent_id: row.get(1)?,
        title: row.get(2)?,
        slug: row.get(3)?,
        created_at: row.get(4)?,
        description: row.get(5)?,
    })
}
