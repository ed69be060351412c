//! Releases of a product, which update checks tell of.

use serde::Serialize;

use super::answer::{Answer, time};
use super::call::Call;
use super::fault::Fault;
use super::fields::{int, text, time as read_time, word};
use crate::app::App;
use crate::base::error::Result as Outcome;
use crate::domain::release::{self, Draft, Release, STABLE, Status};

#[derive(Serialize)]
struct View<'a> {
    id: i64,
    product_id: i64,
    channel: &'a str,
    version: &'a str,
    longversion: i64,
    status: Status,
    notes_url: Option<&'a str>,
    update_url: Option<&'a str>,
    released_at: String,
}

fn view(r: &Release) -> View<'_> {
    View {
        id: r.id,
        product_id: r.product_id,
        channel: &r.channel,
        version: &r.version,
        longversion: r.longversion,
        status: r.status,
        notes_url: r.notes_url.as_deref(),
        update_url: r.update_url.as_deref(),
        released_at: time(r.released_at),
    }
}

fn shown(r: &Release) -> Outcome<Answer> {
    Answer::one(&view(r))
}

/// `GET /v1/products/{id}/releases`
pub async fn list(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let page = call.page(&mut query)?;
    query.finish()?;
    let (shop, product_id, master) = (call.shop(), call.id(0)?, call.app.master.clone());
    call.read(move |tx| {
        let rows = release::page(tx, shop, product_id, page.before, page.wanted())?;
        page.answer(rows, &master, |r| r.id, |r| serde_json::to_value(view(r)).unwrap_or_default())
    })
    .await
}

/// `POST /v1/products/{id}/releases`: published at once.
pub async fn publish(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, product_id) = (call.shop(), call.id(0)?);
    let mut fields = call.fields()?;
    let version = fields.get("version", text);
    let draft = Draft {
        product_id,
        channel: fields.get("channel", text).unwrap_or_else(|| STABLE.to_owned()),
        version: fields.needed("version", version).unwrap_or_default(),
        longversion: fields.get("longversion", int),
        released_at: fields.get("released_at", read_time),
        notes_url: fields.get("notes_url", text),
        update_url: fields.get("update_url", text),
    };
    fields.finish()?;
    let app = call.app.clone();
    let answer =
        call.write("publish", move |tx| Answer::made(&view(&release::publish(tx, shop, &draft)?))).await?;
    told(&app).await;
    Ok(answer)
}

/// `GET /v1/products/{id}/releases/{release_id}`
pub async fn get(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, product_id, id) = (call.shop(), call.id(0)?, call.id(1)?);
    call.read(move |tx| shown(&release::of(tx, shop, product_id, id)?)).await
}

/// `PATCH /v1/products/{id}/releases/{release_id}`: `{"status": "yanked"}` takes it back, `published` puts it out again.
pub async fn change(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, product_id, id, expected) = (call.shop(), call.id(0)?, call.id(1)?, call.expected());
    let mut fields = call.fields()?;
    let status = fields.get("status", word::<Status>);
    let status = fields.needed("status", status).unwrap_or(Status::Published);
    fields.finish()?;
    let app = call.app.clone();
    let answer = call
        .write("change release", move |tx| {
            expected.allows(&shown(&release::of(tx, shop, product_id, id)?)?)?;
            shown(&release::set_status(tx, id, status)?)
        })
        .await?;
    told(&app).await;
    Ok(answer)
}

/// Lets update checks tell of it at once; if that fails, the job does within a second, and the change stands all the same.
async fn told(app: &App) {
    if let Err(e) = app.renew_catalogue().await {
        tracing::warn!(error = %e, "update checks do not tell of a release yet");
    }
}
