//! Menus: lists of links.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::deed;
use super::desk::{Answer, Desk};
use super::list::{List, cut};
use super::pairs;
use super::sheet::{Sheet, group};
use super::thing;
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::menu::{self, Item, Menu};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, text};
use crate::web::form::Form;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Deed, Row};

const HERE: &str = "/admin/menus";

/// `GET /admin/menus`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (base, may) = (desk.base(), desk.may(Scope::WriteProducts));
    let columns: &[&str] = &["Title", "Handle", "#Links", "Since", ""];
    let list = List {
        title: "Menus",
        here: HERE,
        columns: if may { columns } else { &columns[..4] },
        empty: "There are no menus here. The menu with the handle \"main\" stands above the shop's pages; shop programs show any.",
        ways: desk.ways(Scope::WriteProducts, &[("New menu", "/admin/menus/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = cut(menu::list(tx, shop)?, start, limit, |one| one.id);
        Ok(found.iter().map(|one| (one.id, row(one, &base, may))).collect())
    })
    .await
}

fn row(menu: &Menu, base: &str, may: bool) -> Row {
    let edit = format!("{base}{HERE}/{}/edit", menu.handle);
    let links = i64::try_from(menu.items.len()).unwrap_or_default();
    Row::from(vec![
        if may { Cell::link(&menu.title, edit) } else { Cell::text(&menu.title) },
        Cell::code(&menu.handle),
        Cell::Count { n: links },
        Cell::time(Some(menu.created_at)),
    ])
    .with(may.then(|| deletion(&menu.handle, &format!("{base}{HERE}"))))
}

fn deletion(handle: &str, here: &str) -> Deed {
    Deed::new("delete", "Delete", format!("{here}/{handle}/delete")).grave()
}

fn sheet(is_new: bool) -> Sheet {
    let handle = Field::line("handle", "Handle")
        .needed()
        .hint("The word that it is known by. The one that is called main stands above the shop's pages.");
    let rest = [
        Field::line("title", "Title").needed(),
        Field::lines("items", "Links").if_touched().hint(
            "One a line, in their order: what it says = where it leads, as in About us = /p/about-us, or News = https://news.example/.",
        ),
    ];
    Sheet {
        title: if is_new { "New menu" } else { "Change the menu" }.to_owned(),
        label: if is_new { "Make it" } else { "Save" },
        back: HERE.to_owned(),
        groups: vec![group("", is_new.then_some(handle).into_iter().chain(rest).collect())],
        ..Sheet::default()
    }
}

/// Its title, and its links where somebody has touched them.
fn read(fields: &mut Fields) -> (String, Option<Vec<Item>>) {
    let items = fields.get("items", pairs::read);
    let items = items.map(|items| items.into_iter().map(|(title, url)| Item { title, url }).collect());
    (fields.get("title", text).unwrap_or_default(), items)
}

/// `GET /admin/menus/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    sheet(true).show(&desk).await
}

/// `POST /admin/menus/new`
pub async fn make(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let sheet = sheet(true);
    let (handle, (title, items)) = sheet
        .read(&desk, &form, |fields| (fields.get("handle", text).unwrap_or_default(), read(fields)))
        .await?;
    sheet
        .make(&desk, &form, "menu by page", move |tx, shop| {
            if menu::find(tx, shop, &handle)?.is_some() {
                return Err(Error::invalid("names a menu that is there already").about("handle"));
            }
            menu::put(tx, shop, &handle, &title, items.as_deref().unwrap_or_default())?;
            Ok(format!("{HERE}?done=made"))
        })
        .await
}

fn get(tx: &mut Tx<'_>, shop: Shop, handle: &str) -> Result<Menu> {
    menu::find(tx, shop, handle)?.ok_or_else(|| Error::not_found(format!("there is no menu {handle}")))
}

fn now(tx: &mut Tx<'_>, shop: Shop, handle: &str) -> Result<Value> {
    let menu = get(tx, shop, handle)?;
    let items: Vec<String> = menu.items.iter().map(|item| pairs::line(&item.title, &item.url)).collect();
    Ok(json!({"title": menu.title, "items": items}))
}

/// `GET /admin/menus/{handle}/edit`
pub async fn ask(req: HttpRequest, handle: Path<String>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let json = desk.read(move |tx, shop| now(tx, shop, &handle)).await?;
    sheet(false).filled(&json).show(&desk).await
}

/// `POST /admin/menus/{handle}/edit`
pub async fn change(req: HttpRequest, handle: Path<String>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let sheet = sheet(false);
    let (title, items) = sheet.read(&desk, &form, read).await?;
    let handle = handle.into_inner();
    let same = handle.clone();
    sheet
        .change(
            &desk,
            &form,
            "menu by page",
            move |tx, shop| now(tx, shop, &same),
            move |tx, shop| {
                let items = items.clone().map_or_else(|| Ok(get(tx, shop, &handle)?.items), Ok)?;
                menu::put(tx, shop, &handle, &title, &items).map(|_| ())
            },
        )
        .await
}

/// `POST /admin/menus/{handle}/delete`
pub async fn delete(req: HttpRequest, handle: Path<String>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let (handle, here) = (handle.into_inner(), format!("{}{HERE}", desk.base()));
    let asking = deletion(&handle, &here).typing(&handle);
    if let Some(asked) = thing::unless_typed(&desk, &form, "Delete a menu", &here, asking).await? {
        return Ok(asked);
    }
    deed::act(&desk, &form, "menu deleted by page", move |tx, shop| {
        menu::delete(tx, shop, &handle)?;
        Ok(format!("{HERE}?done=deleted"))
    })
    .await
}
