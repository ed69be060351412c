//! `/webhooks`: endpoints that are told of events in this dialect; those of others are not seen here.

use serde::Serialize;

use super::call::{Call, Reply};
use super::fault::Fault;
use super::paging::Paging;
use super::wire::{Prefix, maybe_time};
use crate::base::error::Result as Outcome;
use crate::base::global_address;
use crate::base::public_id::PublicIds;
use crate::base::time::rfc3339;
use crate::domain::webhook::{self, Change, Webhook};
use crate::domain::webhook_dialect::{Dialect, ShopvoEvent};
use crate::web::fields::{Fields, switch, text, texts};

const OURS: Dialect = Dialect::Shopvo;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    id: String,
    url: String,
    events: Vec<&'static str>,
    is_active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    off_reason: Option<String>,
    failing_since: Option<String>,
    created_at: String,
}

impl View {
    fn of(ids: &PublicIds, w: Webhook) -> Self {
        Self {
            id: Prefix::Webhook.write(ids, w.id),
            url: w.url,
            events: if w.events.is_empty() { OURS.events() } else { w.events },
            is_active: w.is_on,
            secret: None,
            off_reason: w.off_reason,
            failing_since: maybe_time(w.failing_since),
            created_at: rfc3339(w.created_at),
        }
    }

    /// With the secret, which is shown this once.
    fn with_secret(ids: &PublicIds, (webhook, secret): (Webhook, String)) -> Self {
        Self { secret: Some(secret), ..Self::of(ids, webhook) }
    }
}

/// `GET /webhooks`
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&mut query, &call.app.ids, Prefix::Webhook);
    query.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        paging.reply(
            tx,
            &ids,
            |tx, start, rows| webhook::page(tx, shop, OURS, start, rows),
            |tx| webhook::count(tx, shop, OURS),
            |webhook| webhook.id,
            |_, webhook| Ok(View::of(&ids, webhook)),
        )
    })
    .await
}

fn read(call: &Call, fields: &mut Fields) -> Change {
    let url = fields.get("url", text);
    if let Some(Err(e)) =
        url.as_deref().map(|url| global_address::check_url(url, &call.app.config.webhook_allow))
    {
        fields.wrong("url", e.message);
    }
    let events = fields.get("events", |value| {
        let words = texts(value)?;
        if words.is_empty() {
            return Err("must name an event at least".to_owned());
        }
        let word =
            |word: &String| word.parse::<ShopvoEvent>().map(ShopvoEvent::as_str).map_err(|e| e.message);
        words.iter().map(word).collect::<Result<Vec<_>, _>>()
    });
    Change { url, events, is_on: fields.get("isActive", switch), ..Change::default() }
}

/// `POST /webhooks`; its answer is the only one with the secret.
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let change = Change { dialect: Some(OURS), ..read(&call, &mut fields) };
    fields.needed("url", change.url.as_ref());
    fields.needed("events", change.events.as_ref());
    fields.finish_open()?;
    let (shop, ids, master) = (call.shop, call.app.ids.clone(), call.app.master.clone());
    call.write("make webhook", move |tx| {
        Reply::made(&View::with_secret(&ids, webhook::new(tx, shop, &change, &master)?))
    })
    .await
}

/// `GET /webhooks/{webhook}`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let (id, shop, ids) = (call.id(0, Prefix::Webhook)?, call.shop, call.app.ids.clone());
    call.read(move |tx| Reply::data(&View::of(&ids, webhook::of(tx, shop, OURS, id)?))).await
}

/// `PATCH /webhooks/{webhook}`: switched on again, it begins with a clean slate.
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let change = read(&call, &mut fields);
    fields.finish_open()?;
    let (id, shop, ids) = (call.id(0, Prefix::Webhook)?, call.shop, call.app.ids.clone());
    call.write("change webhook", move |tx| {
        webhook::of(tx, shop, OURS, id)?;
        Reply::data(&View::of(&ids, webhook::set(tx, shop, id, &change)?))
    })
    .await
}

/// `DELETE /webhooks/{webhook}`
pub async fn delete(call: Call) -> Result<Reply, Fault> {
    let (id, shop) = (call.id(0, Prefix::Webhook)?, call.shop);
    call.write("delete webhook", move |tx| -> Outcome<Reply> {
        webhook::of(tx, shop, OURS, id)?;
        webhook::delete(tx, shop, id)?;
        Reply::deleted()
    })
    .await
}

/// `POST /webhooks/{webhook}/rotate`: a new secret, shown this once.
pub async fn rotate(call: Call) -> Result<Reply, Fault> {
    let (id, shop) = (call.id(0, Prefix::Webhook)?, call.shop);
    let (ids, master) = (call.app.ids.clone(), call.app.master.clone());
    call.write("rotate webhook secret", move |tx| {
        webhook::of(tx, shop, OURS, id)?;
        Reply::data(&View::with_secret(&ids, webhook::rotate(tx, shop, id, &master)?))
    })
    .await
}
