//! Files that buyers download.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use minijinja::context;

use super::bulk::{Bulk, Rows};
use super::deed;
use super::desk::{Answer, Desk};
use super::list::List;
use super::{sheet, thing};
use crate::app::App;
use crate::base::error::Error;
use crate::base::text;
use crate::domain::file::{self, File};
use crate::domain::scope::Scope;
use crate::store::Tx;
use crate::web::form::{self, Form};
use crate::web::page;
use crate::web::pages::parts::{Cell, Deed, Row, Tone};
use crate::web::platform::fault::Fault;
use crate::web::platform::sent_file;
use crate::web::streamed::Streamed;

/// What can be done to several.
pub const ROWS: Rows = Rows {
    here: "/admin/files",
    one: "file",
    many: "files",
    scope: Scope::WriteProducts,
    deeds: &[Bulk { word: "delete", label: "Delete", done: "deleted", is_grave: true, is_final: true }],
    act: |tx, shop, _, handle| file::delete(tx, shop, handle).map(|_| ()),
};

/// `GET /admin/files`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::ReadProducts)?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (base, may) = (desk.base(), desk.may(Scope::WriteProducts));
    let columns: &[&str] = &["Name", "#Size", "Status", "Release", "File", "SHA-256", "Since", ""];
    let list = List {
        title: "Files",
        here: ROWS.here,
        rows: Some(&ROWS),
        columns: if may { columns } else { &columns[..7] },
        empty: "There are no files here. Upload one: releases hand them to buyers.",
        filters: Vec::new(),
        ways: desk.ways(Scope::WriteProducts, &[("Upload a file", "/admin/files/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = file::list(tx, shop, start, limit)?;
        let used = file::used_by(tx, &found)?;
        let by = |file: &File| used.iter().find(|one| one.file_id == file.id);
        Ok(found.iter().map(|file| (file.id, row(file, by(file), &base, may).ticked(&file.handle))).collect())
    })
    .await
}

fn row(file: &File, by: Option<&file::Use>, base: &str, may: bool) -> Row {
    let release = |by: &file::Use| {
        let href = format!("{base}/admin/products/{}/releases/{}", by.product_id, by.release_id);
        Cell::link(format!("{} {}", by.product, by.version), href)
    };
    let is_whole = file.completed_at.is_some();
    let status =
        if is_whole { Cell::badge("complete", Tone::Good) } else { Cell::badge("on its way", Tone::Warn) };
    Row::from(vec![
        Cell::text(&file.name),
        Cell::text(text::size(file.size.unsigned_abs())),
        status,
        by.map_or(Cell::None, release),
        Cell::code(&file.handle),
        file.sha256.as_ref().map_or(Cell::None, Cell::code),
        Cell::time(Some(file.created_at)),
    ])
    .with(may.then(|| deletion(&file.handle, base)))
}

async fn form(desk: &Desk, status: StatusCode, wrong: &str) -> Answer {
    let values = context! { wrong => wrong, once => form::new_name() };
    desk.page_of(status, "admin/upload.html", "Upload a file", values).await
}

/// `GET /admin/files/new`
pub async fn ask(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    form(&desk, StatusCode::OK, "").await
}

/// `POST /admin/files/new`: whole, in the part `file`. The proof that the form is ours stands in the address: nothing is read before it.
pub async fn upload(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let desk = Desk::upload(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let once = query.get("once").unwrap_or_default();
    let kept = match sent_file::receive(&app.files, req.headers(), &Streamed::new(payload)).await {
        Err(fault) => Err(words(&fault)),
        Ok(sent) => {
            let hash = format!("file {}", sent.draft.sha256.as_deref().unwrap_or_default());
            let add = async |draft| {
                let add = move |tx: &mut Tx<'_>, shop| {
                    file::add(tx, shop, &draft).map(|_| ("/admin/files".to_owned(), ()))
                };
                sheet::once(&desk, once, hash, "file by page", add).await
            };
            sent.keep(&app.files, add).await.map_err(|e: Error| e.message)
        }
    };
    match kept {
        Ok((to, _)) => Ok(page::go(&format!("{}{to}", desk.base()), Vec::new())),
        Err(wrong) => form(&desk, StatusCode::BAD_REQUEST, &wrong).await,
    }
}

fn words(fault: &Fault) -> String {
    match fault {
        Fault::Fields(wrong) => {
            wrong.iter().map(|(name, why)| format!("{name} {why}")).collect::<Vec<_>>().join("; ")
        }
        other => other.words().2,
    }
}

/// `POST /admin/files/{file_id}/delete`: one that no release has.
pub async fn delete(req: HttpRequest, handle: Path<String>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let handle = handle.into_inner();
    let (wanted, name) = (handle.clone(), handle.clone());
    let file = desk.read(move |tx, shop| file::get(tx, shop, &wanted)).await?;
    let here = format!("{}/admin/files", desk.base());
    let asking = deletion(&handle, &desk.base()).typing(&file.name);
    if let Some(asked) = thing::unless_typed(&desk, &form, "Delete a file", &here, asking).await? {
        return Ok(asked);
    }
    let gone = deed::act(&desk, &form, "file deleted by page", move |tx, shop| {
        file::delete(tx, shop, &handle)?;
        Ok("/admin/files".to_owned())
    })
    .await?;
    app.files.discard(&name);
    Ok(gone)
}

fn deletion(handle: &str, base: &str) -> Deed {
    Deed::new("delete", "Delete", format!("{base}/admin/files/{handle}/delete")).grave()
}
