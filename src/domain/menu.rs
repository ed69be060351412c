//! Menus: lists of links that shop programs show.

use serde::Serialize;
use serde_json::Value;

use super::audit::{self, Action};
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::base::time::Millis;
use crate::store::{Row, Tx};
use crate::values;

/// The most menus of a shop, and the most links of a menu.
const MOST: usize = 100;

/// The menu that stands above the shop's own pages.
pub const MAIN: &str = "main";

/// A menu; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Menu {
    pub id: i64,
    pub title: String,
    pub handle: String,
    pub items: Vec<Item>,
    #[serde(skip)]
    pub created_at: Millis,
}

/// A link of a menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What it says.
    pub title: String,
    /// Where it leads: a web address, or a path of the shop.
    pub url: String,
}

/// Makes a menu, or gives the one with this handle its title and links.
pub fn put(tx: &mut Tx<'_>, shop: Shop, handle: &str, title: &str, items: &[Item]) -> Result<Menu> {
    let handle = text::check_slug(handle).map_err(|e| e.on_field("slug", "handle"))?;
    let title = text::line("the title", title, 200).map_err(|e| e.about("title"))?;
    if items.len() > MOST {
        return Err(Error::invalid(format!("a menu has at most {MOST} links")).about("items"));
    }
    for item in items {
        check(item).map_err(|e| e.about("items"))?;
    }
    let old = find(tx, shop, &handle)?;
    if old.is_none() && list(tx, shop)?.len() >= MOST {
        return Err(Error::refused(format!("a shop has at most {MOST} menus")).about("too_many"));
    }
    let now = tx.now();
    let listed = serde_json::to_value(items).unwrap_or_else(|_| Value::Array(Vec::new())).to_string();
    tx.exec(
        "insert into menu (site_id, is_test, title, handle, items, created_at) values ($1, $2, $3, $4, $5, $6) \
         on conflict (handle, site_id, is_test) do update set title = excluded.title, items = excluded.items",
        values![shop.site_id, shop.is_test(), &title, &handle, &listed, now],
    )?;
    let menu = find(tx, shop, &handle)?.ok_or_else(|| Error::broken("a menu just stored is not there"))?;
    match old {
        None => audit::created(tx, shop, Action::MenuCreated, menu.id, &menu)?,
        Some(old) => audit::changed(tx, shop, Action::MenuChanged, menu.id, &old, &menu)?,
    }
    Ok(menu)
}

fn check(item: &Item) -> Result<()> {
    text::line("a link's title", &item.title, 200)?;
    // Browsers read a backslash as a slash: two at the beginning lead to another host.
    let is_path = item.url.starts_with('/') && !item.url.starts_with("//");
    if is_path && !item.url.contains(|c: char| c == '\\' || c.is_whitespace()) {
        return text::line("a link's address", &item.url, 2_000).map(|_| ());
    }
    text::web_address(&item.url).map(|_| ())
}

/// Removes a menu for good.
pub fn delete(tx: &mut Tx<'_>, shop: Shop, handle: &str) -> Result<()> {
    let menu =
        find(tx, shop, handle)?.ok_or_else(|| Error::not_found(format!("there is no menu {handle}")))?;
    tx.exec("delete from menu where id = $1", values![menu.id])?;
    audit::ended(tx, shop, Action::MenuDeleted, menu.id, &menu)
}

/// The menu with this handle.
pub fn find(tx: &mut Tx<'_>, shop: Shop, handle: &str) -> Result<Option<Menu>> {
    tx.maybe(
        "select id, title, handle, items, created_at from menu where handle = $1 and site_id = $2 and is_test = $3",
        values![handle, shop.site_id, shop.is_test()],
        read,
    )
}

/// All menus, the oldest first.
pub fn list(tx: &mut Tx<'_>, shop: Shop) -> Result<Vec<Menu>> {
    tx.all(
        "select id, title, handle, items, created_at from menu where site_id = $1 and is_test = $2 order by id",
        values![shop.site_id, shop.is_test()],
        read,
    )
}

fn read(row: &Row<'_>) -> Result<Menu> {
    let items: Vec<Value> = serde_json::from_str(&row.get::<String>(3)?)
        .map_err(|e| Error::broken(format!("a menu's links are no JSON: {e}")))?;
    let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    Ok(Menu {
        id: row.get(0)?,
        title: row.get(1)?,
        handle: row.get(2)?,
        items: items.iter().map(|item| Item { title: text(item, "title"), url: text(item, "url") }).collect(),
        created_at: row.get(4)?,
    })
}
