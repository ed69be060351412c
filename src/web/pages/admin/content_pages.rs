//! Pages to read in the shop, such as what it is about.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::bulk::{self, Bulk, Rows};
use super::deed;
use super::desk::{Answer, Desk};
use super::list::List;
use super::sheet::{Sheet, group};
use super::thing;
use crate::app::App;
use crate::base::error::Result;
use crate::domain::content_page::{self, Change, ContentPage};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, switch, text};
use crate::web::form::Form;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Deed, Row, Tone};

/// What can be done to several.
pub const ROWS: Rows = Rows {
    here: "/admin/pages",
    one: "page",
    many: "pages",
    scope: Scope::WriteProducts,
    deeds: &[
        Bulk { word: "publish", label: "Publish", done: "published", is_grave: false, is_final: false },
        Bulk {
            word: "hide",
            label: "Unpublish",
            done: "shown to nobody any more",
            is_grave: true,
            is_final: false,
        },
    ],
    act: |tx, shop, word, id| {
        let change = Change { is_published: Some(word == "publish"), ..Change::default() };
        content_page::set(tx, shop, bulk::number(id)?, &change).map(|_| ())
    },
};

/// `GET /admin/pages`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (base, may) = (desk.base(), desk.may(Scope::WriteProducts));
    let columns: &[&str] = &["Title", "Address", "Status", "Changed", ""];
    let list = List {
        title: "Pages",
        here: ROWS.here,
        rows: Some(&ROWS),
        columns: if may { columns } else { &columns[..4] },
        empty: "There are no pages here. Make one, such as what the shop is about, and lead to it from a menu.",
        ways: desk.ways(Scope::WriteProducts, &[("New page", "/admin/pages/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = content_page::list(tx, shop, false, start, (limit, 0))?;
        Ok(found.iter().map(|one| (one.id, row(one, &base, may).ticked(one.id))).collect())
    })
    .await
}

fn row(page: &ContentPage, base: &str, may: bool) -> Row {
    let (here, at) = (format!("{base}{}", ROWS.here), format!("/p/{}", page.slug));
    let edit = format!("{here}/{}/edit", page.id);
    Row::from(vec![
        if may { Cell::link(&page.title, edit) } else { Cell::text(&page.title) },
        if page.is_published { Cell::link(&at, format!("{base}{at}")) } else { Cell::text(&at) },
        if page.is_published {
            Cell::badge("published", Tone::Good)
        } else {
            Cell::badge("draft", Tone::Plain)
        },
        Cell::time(Some(page.updated_at)),
    ])
    .with(may.then(|| deletion(page.id, &here)))
}

fn deletion(id: i64, here: &str) -> Deed {
    Deed::new("delete", "Delete", format!("{here}/{id}/delete")).grave()
}

fn sheet(is_new: bool) -> Sheet {
    let slug = Field::line("slug", "Address").or_unsaid();
    Sheet {
        title: if is_new { "New page" } else { "Change the page" }.to_owned(),
        label: if is_new { "Make it" } else { "Save" },
        back: ROWS.here.to_owned(),
        groups: vec![group(
            "",
            vec![
                Field::line("title", "Title").needed(),
                slug.hint("Behind /p/: a-z, 0-9 and '-'. Empty: made of the title."),
                Field::page("body", "Text")
                    .hint("Markdown: ## headings, **bold**, - lists, [links](https://…)."),
                Field::switch("is_published", "Published: everybody may read it"),
            ],
        )],
        ..Sheet::default()
    }
}

fn read(fields: &mut Fields) -> Change {
    Change {
        title: fields.get("title", text),
        slug: fields.get("slug", text),
        body: fields.get("body", text),
        is_published: fields.get("is_published", switch),
    }
}

/// `GET /admin/pages/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    sheet(true).filled(&json!({"is_published": true})).show(&desk).await
}

/// `POST /admin/pages/new`
pub async fn make(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let sheet = sheet(true);
    let change = sheet.read(&desk, &form, read).await?;
    sheet
        .make(&desk, &form, "page by page", move |tx, shop| {
            content_page::new(tx, shop, &change).map_err(|e| e.on_field("slug_taken", "slug"))?;
            Ok(format!("{}?done=made", ROWS.here))
        })
        .await
}

fn now(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Value> {
    Ok(json!(content_page::get(tx, shop, id)?))
}

/// `GET /admin/pages/{id}/edit`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let json = desk.read(move |tx, shop| now(tx, shop, id)).await?;
    sheet(false).filled(&json).show(&desk).await
}

/// `POST /admin/pages/{id}/edit`
pub async fn change(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let sheet = sheet(false);
    let change = sheet.read(&desk, &form, read).await?;
    sheet
        .change(
            &desk,
            &form,
            "page by page",
            move |tx, shop| now(tx, shop, id),
            move |tx, shop| {
                let set = content_page::set(tx, shop, id, &change);
                set.map(|_| ()).map_err(|e| e.on_field("slug_taken", "slug"))
            },
        )
        .await
}

/// `POST /admin/pages/{id}/delete`
pub async fn delete(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let title = desk.read(move |tx, shop| Ok(content_page::get(tx, shop, id)?.title)).await?;
    let here = format!("{}{}", desk.base(), ROWS.here);
    let asking = deletion(id, &here).typing(title);
    if let Some(asked) = thing::unless_typed(&desk, &form, "Delete a page", &here, asking).await? {
        return Ok(asked);
    }
    deed::act(&desk, &form, "page deleted by page", move |tx, shop| {
        content_page::delete(tx, shop, id)?;
        Ok(format!("{}?done=deleted", ROWS.here))
    })
    .await
}
