//! Files that buyers download.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use minijinja::context;

use super::desk::{Answer, Desk};
use super::list::List;
use crate::app::App;
use crate::base::text;
use crate::domain::file::{self, File};
use crate::domain::scope::Scope;
use crate::web::form::Form;
use crate::web::page;
use crate::web::pages::parts::{Cell, Deed, Row, Tone};
use crate::web::platform::fault::Fault;
use crate::web::platform::uploads;
use crate::web::streamed::Streamed;

/// `GET /admin/files`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::ReadProducts)?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (base, may) = (desk.base(), desk.may(Scope::WriteProducts));
    let columns: &[&str] = &["Name", "#Size", "Status", "File", "SHA-256", "Since", ""];
    let list = List {
        title: "Files",
        here: "/admin/files",
        columns: if may { columns } else { &columns[..6] },
        empty: "There are no files here. Upload one: releases hand them to buyers.",
        filters: Vec::new(),
        ways: desk.ways(Scope::WriteProducts, &[("Upload a file", "/admin/files/new")]),
    };
    list.show(&desk, &query, move |tx, shop, before, limit| {
        let found = file::list(tx, shop, before, limit)?;
        Ok(found.iter().map(|file| (file.id, row(file, &base, may))).collect())
    })
    .await
}

fn row(file: &File, base: &str, may: bool) -> Row {
    let is_whole = file.completed_at.is_some();
    let status =
        if is_whole { Cell::badge("complete", Tone::Good) } else { Cell::badge("on its way", Tone::Warn) };
    let delete = Deed::new("delete", "Delete", format!("{base}/admin/files/{}/delete", file.handle)).grave();
    Row {
        cells: vec![
            Cell::text(&file.name),
            Cell::text(text::size(file.size.unsigned_abs())),
            status,
            Cell::code(&file.handle),
            file.sha256.as_ref().map_or(Cell::None, Cell::code),
            Cell::time(Some(file.created_at)),
        ],
        deed: may.then_some(delete),
    }
}

async fn form(desk: &Desk, status: StatusCode, wrong: &str) -> Answer {
    desk.page_of(status, "admin/upload.html", "Upload a file", context! { wrong => wrong }).await
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
    let sent = uploads::receive(&app.files, req.headers(), &Streamed::new(payload)).await;
    let kept = match sent {
        Err(fault) => Err(words(&fault)),
        Ok(sent) => {
            let add = async |draft| {
                desk.write("file by page", move |tx, shop| file::add(tx, shop, &draft).map(|_| ())).await
            };
            sent.keep(&app.files, add).await.map_err(|e| e.message)
        }
    };
    match kept {
        Ok(()) => Ok(page::go(&format!("{}/admin/files", desk.base()), Vec::new())),
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
    let (desk, _) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let handle = handle.into_inner();
    let name = handle.clone();
    desk.write("file deleted by page", move |tx, shop| file::delete(tx, shop, &handle))
        .await
        .map_err(|e| desk.failed(&e))?;
    app.files.discard(&name);
    Ok(page::go(&format!("{}/admin/files", desk.base()), Vec::new()))
}
