//! `/webhook`: endpoints that are told of events in this dialect, each of one; those of other dialects are not seen here.

use serde::Serialize;

use super::call::Call;
use super::fault::Fault;
use super::paging::Paging;
use super::reply::Reply;
use crate::base::error::{Error, Result as Outcome};
use crate::base::global_address;
use crate::base::text as texts;
use crate::domain::shop::Shop;
use crate::domain::webhook::{self, Change, Webhook};
use crate::domain::webhook_dialect::{Dialect, ShopkitEvent};
use crate::store::Tx;
use crate::store::list::Start;
use crate::web::fields::text;

const OURS: Dialect = Dialect::Shopkit;

/// An endpoint. One that was made elsewhere may be told of several events.
#[derive(Serialize)]
struct View {
    id: i64,
    event: String,
    url: String,
    active: bool,
}

impl From<Webhook> for View {
    fn from(w: Webhook) -> Self {
        let events = if w.events.is_empty() { OURS.events() } else { w.events };
        Self { id: w.id, event: events.join(","), url: w.url, active: w.is_on }
    }
}

/// Refuses an endpoint that is there already.
fn is_new(tx: &mut Tx<'_>, shop: Shop, url: &str, event: &'static str) -> Outcome<()> {
    let url = texts::web_address(url)?;
    let all = webhook::page(tx, shop, OURS, Start::Newest, (i64::MAX, 0))?;
    if all.iter().any(|known| known.url == url && known.events == [event]) {
        return Err(Error::refused("this endpoint is told of this event already").about("webhook_taken"));
    }
    Ok(())
}

/// `POST /webhook`
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let (url, event) = (fields.get("url", text), fields.get("event", text));
    fields.finish_open()?;
    let (url, event) = url.zip(event).ok_or(Fault::Wrong)?;
    let event = event.trim().parse::<ShopkitEvent>().map(ShopkitEvent::as_str)?;
    global_address::check_url(&url, &call.app.config.webhook_allow)?;
    let (shop, master) = (call.shop, call.app.master.clone());
    call.write("make webhook", move |tx| {
        is_new(tx, shop, &url, event)?;
        let change = Change {
            url: Some(url.clone()),
            dialect: Some(OURS),
            events: Some(vec![event]),
            ..Change::default()
        };
        let (made, _) = webhook::new(tx, shop, &change, &master)?;
        Reply::made(&View::from(made))
    })
    .await
}

/// `GET /webhook`: all of them, the oldest first.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&call, &mut query, "/webhook");
    query.finish_open()?;
    let shop = call.shop;
    call.read(move |tx| {
        paging.reply(
            tx,
            |tx| webhook::count(tx, shop, OURS),
            |tx, window| webhook::page(tx, shop, OURS, Start::After(0), window),
            |_, found| Ok(found.into_iter().map(View::from).collect()),
        )
    })
    .await
}

/// `GET /webhook/{webhook}`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let (id, shop) = (call.id()?, call.shop);
    call.read(move |tx| Reply::ok(&View::from(webhook::of(tx, shop, OURS, id)?))).await
}

/// `DELETE /webhook/{webhook}`
pub async fn delete(call: Call) -> Result<Reply, Fault> {
    let (id, shop) = (call.id()?, call.shop);
    call.write("delete webhook", move |tx| {
        webhook::of(tx, shop, OURS, id)?;
        webhook::delete(tx, shop, id)?;
        Ok(Reply::gone())
    })
    .await
}
