//! `/webhooks`: the log of what was sent, newest first.

use serde::Serialize;
use serde_json::value::RawValue;

use super::call::{Call, Reply};
use super::fault::Fault;
use super::paging::Paging;
use super::told;
use super::wire::naive;
use crate::base::error::{Kind, Result as Outcome};
use crate::base::public_id::PublicIds;
use crate::domain::shop::Shop;
use crate::domain::webhook_dialect::{Dialect, ShoppyEvent, ShoppyType};
use crate::domain::webhook_log::{self, Logged};
use crate::domain::webhook_queue::WAITS_SHOPPY;
use crate::store::Tx;
use crate::store::list::Start;

const OURS: Dialect = Dialect::Shoppy;

#[derive(Serialize)]
struct View {
    webhook_id: i64,
    seller_id: i64,
    created_at: String,
    deleted_at: Option<String>,
    updated_at: String,
    webhook_type: u16,
    referenced_id: i64,
    order_id: i64,
    endpoint: String,
    data: Option<Box<RawValue>>,
    response_code: Option<i64>,
    retries_left: i64,
    response_body: Option<String>,
    event: Option<String>,
}

/// A delivery. What was not sent yet is shown as it would be sent now.
fn view(tx: &mut Tx<'_>, ids: &PublicIds, shop: Shop, logged: Logged) -> Outcome<View> {
    let event = logged.event(tx)?;
    let word = logged.told_as.clone().unwrap_or_default();
    let body = match (&logged.body, &event) {
        (Some(body), _) => Some(body.clone()),
        (None, Some(event)) => match told::write(tx, ids, &word, event) {
            Ok(body) => Some(body),
            Err(e) if matches!(e.kind, Kind::NotFound | Kind::Invalid) => None,
            Err(e) => return Err(e),
        },
        (None, None) => None,
    };
    let (referenced_id, order_id) = match &event {
        Some(event) => told::about(tx, shop, event)?,
        None => (0, 0),
    };
    let most = i64::try_from(WAITS_SHOPPY.len()).unwrap_or_default();
    let told_of = ShoppyEvent::read(&word);
    let number = told_of.and_then(ShoppyEvent::numbered).map(ShoppyType::number);
    Ok(View {
        webhook_id: logged.id,
        seller_id: shop.site_id,
        created_at: naive(logged.created_at),
        deleted_at: None,
        updated_at: naive(logged.tried_at.unwrap_or(logged.created_at)),
        webhook_type: number.unwrap_or(0),
        referenced_id,
        order_id,
        endpoint: logged.url,
        data: body.and_then(|body| RawValue::from_string(body).ok()),
        response_code: logged.http_status,
        retries_left: (most - (logged.attempts - 1).max(0)).max(0),
        response_body: logged.said,
        event: told_of.map(|event| event.to_string()).or(logged.told_as),
    })
}

/// `GET /webhooks`
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&mut query);
    query.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        paging.reply(
            tx,
            |tx, rows| webhook_log::page(tx, shop, OURS, Start::Newest, rows),
            |tx| webhook_log::count(tx, shop, OURS),
            |tx, logged| view(tx, &ids, shop, logged),
        )
    })
    .await
}

/// `GET /webhooks/{webhook}`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let id = call.part(0).parse().map_err(|_| Fault::NotFound)?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        let logged = webhook_log::get(tx, shop, OURS, id)?;
        Reply::ok(&view(tx, &ids, shop, logged)?)
    })
    .await
}
