//! Releases of a product: drafts, what update checks tell of, and what buyers download.

use serde_json::{Value, json};

use super::answer::{Answer, put, time};
use super::call::Call;
use super::fault::Fault;
use crate::app::App;
use crate::base::error::Result as Outcome;
use crate::base::markdown;
use crate::domain::release::{self, Change, Draft, Release, STABLE, Status};
use crate::domain::release_file::{self, Entry};
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, int, text, time as read_time, word};

/// A release and its files as the API shows them.
pub fn whole(r: &Release, files: &[Entry]) -> Value {
    json!({
        "id": r.id,
        "product_id": r.product_id,
        "channel": r.channel,
        "version": r.version,
        "longversion": r.longversion,
        "status": r.status,
        "notes": r.notes,
        "notes_html": markdown::html(&r.notes),
        "notes_url": r.notes_url,
        "update_url": r.update_url,
        "files": files,
        "released_at": time(r.released_at),
    })
}

/// As the API shows it.
pub fn value(tx: &mut Tx<'_>, r: &Release) -> Outcome<Value> {
    Ok(whole(r, &release_file::list(tx, r.id)?))
}

fn shown(tx: &mut Tx<'_>, r: &Release) -> Outcome<Answer> {
    Answer::one(&value(tx, r)?)
}

fn stands(tx: &mut Tx<'_>, shop: Shop, product_id: i64, id: i64) -> Outcome<Answer> {
    let release = release::of(tx, shop, product_id, id)?;
    shown(tx, &release)
}

/// `GET /v1/products/{id}/releases`
pub async fn list(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let page = call.page(&mut query)?;
    query.finish()?;
    let (shop, product_id, master) = (call.shop(), call.id(0)?, call.app.master.clone());
    call.read(move |tx| {
        let found = release::page(tx, shop, product_id, page.before, page.wanted())?;
        let rows = found.iter().map(|r| Ok((r.id, value(tx, r)?))).collect::<Outcome<Vec<_>>>()?;
        page.answer(rows, &master, |(id, _)| *id, |(_, value), to| put(value, to))
    })
    .await
}

fn files(fields: &mut Fields) -> Option<Vec<release_file::Draft>> {
    fields.objects("files", |entry| release_file::Draft {
        platform: entry.get("platform", text).unwrap_or_default(),
        file: entry.get("file_id", text),
        url: entry.get("url", text),
    })
}

/// `POST /v1/products/{id}/releases`: published at once, unless its status is `draft`.
pub async fn create(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, product_id) = (call.shop(), call.id(0)?);
    let mut fields = call.fields()?;
    let draft = read_new(&mut fields, product_id);
    fields.finish()?;
    let app = call.app.clone();
    let answer = call
        .write("publish", move |tx| {
            let release = release::new(tx, shop, &draft)?;
            Answer::made(&value(tx, &release)?)
        })
        .await?;
    told(&app).await;
    Ok(answer)
}

/// A release to be made.
pub fn read_new(fields: &mut Fields, product_id: i64) -> Draft {
    let version = fields.get("version", text);
    let status = fields.get("status", word::<Status>).unwrap_or(Status::Published);
    if status == Status::Yanked {
        fields.wrong("status", "a new release is published or a draft");
    }
    Draft {
        product_id,
        channel: fields.get("channel", text).unwrap_or_else(|| STABLE.to_owned()),
        version: fields.needed("version", version).unwrap_or_default(),
        longversion: fields.get("longversion", int),
        released_at: fields.get("released_at", read_time),
        notes_url: fields.get("notes_url", text),
        update_url: fields.get("update_url", text),
        notes: fields.get("notes", text).unwrap_or_default(),
        is_draft: status == Status::Draft,
        files: files(fields).unwrap_or_default(),
    }
}

/// `GET /v1/products/{id}/releases/{release_id}`
pub async fn get(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, product_id, id) = (call.shop(), call.id(0)?, call.id(1)?);
    call.read(move |tx| stands(tx, shop, product_id, id)).await
}

/// `PATCH /v1/products/{id}/releases/{release_id}`: `{"status": "published"}` puts it out, `yanked` takes it back.
pub async fn change(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, product_id, id, expected) = (call.shop(), call.id(0)?, call.id(1)?, call.expected());
    let mut fields = call.fields()?;
    let change = read(&mut fields);
    fields.finish()?;
    let app = call.app.clone();
    let answer = call
        .write("change release", move |tx| {
            expected.allows(&stands(tx, shop, product_id, id)?)?;
            let release = release::set(tx, shop, id, &change)?;
            shown(tx, &release)
        })
        .await?;
    told(&app).await;
    Ok(answer)
}

/// What to change on a release.
pub fn read(fields: &mut Fields) -> Change {
    Change {
        status: fields.get("status", word),
        channel: fields.get("channel", text),
        version: fields.get("version", text),
        longversion: fields.get("longversion", int),
        released_at: fields.get("released_at", read_time),
        notes_url: fields.nullable("notes_url", text),
        update_url: fields.nullable("update_url", text),
        notes: fields.get("notes", text),
        files: files(fields),
    }
}

/// `DELETE /v1/products/{id}/releases/{release_id}`: a draft only.
pub async fn delete(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, product_id, id, expected) = (call.shop(), call.id(0)?, call.id(1)?, call.expected());
    call.write("delete draft", move |tx| {
        let before = stands(tx, shop, product_id, id)?;
        expected.allows(&before)?;
        release::delete(tx, shop, id)?;
        Ok(before)
    })
    .await
}

/// Lets update checks tell of it at once; if that fails, the job does within a second, and the change stands all the same.
pub async fn told(app: &App) {
    if let Err(e) = app.renew_catalogue().await {
        tracing::warn!(error = %e, "update checks do not tell of a release yet");
    }
}
