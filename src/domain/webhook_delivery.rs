//! Deliveries of events to webhook endpoints: a row for each, written with the event, and the log of what came of it. How they are
//! taken and tried is in `webhook_queue.rs`.

use serde_json::{Value, json};

use super::audit::{self, Action};
use super::event;
use super::shop::Shop;
use super::webhook;
use super::webhook_dialect::Dialect;
use crate::base::error::{Error, Kind, Result};
use crate::base::time::{DAY, Millis, rfc3339};
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::{values, words};

/// How long the log is kept.
const KEPT: Millis = 30 * DAY;
/// The most that one replay sends.
const REPLAY: i64 = 10_000;
/// The most that one sweep forgets.
const SWEEP: i64 = 5_000;

words! {
    /// How a delivery stands.
    Status, "delivery status" {
        /// It will be tried, or tried again.
        Pending = "pending",
        /// The endpoint took it.
        Delivered = "delivered",
        /// It was given up.
        Failed = "failed",
    }
}

/// A delivery, as the log shows it; columns as in `schema.sql`, table `webhook_delivery`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Delivery {
    pub id: i64,
    pub webhook_id: i64,
    pub event_id: i64,
    pub status: Status,
    pub attempts: i64,
    pub http_status: Option<i64>,
    pub said: Option<String>,
    pub created_at: Millis,
    pub tried_at: Option<Millis>,
    pub due_at: Option<Millis>,
}

/// Whom to tell of an event, and by which word of their dialect; the platform's own has no need of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are columns of the table")]
pub struct Addressee {
    pub webhook_id: i64,
    pub told_as: Option<&'static str>,
}

impl Addressee {
    fn of(webhook_id: i64, dialect: Dialect, word: &'static str) -> Self {
        Self { webhook_id, told_as: (dialect != Dialect::Platform).then_some(word) }
    }
}

/// What an event is about, for endpoints that want to know of one thing alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The products.
    pub products: Vec<i64>,
    /// The payment link.
    pub payment_link_id: Option<i64>,
}

/// Whom in a shop to tell of this type of events. An endpoint is among them once for each word of its dialect that is wanted of it.
pub fn wanting(
    tx: &mut Tx<'_>,
    shop: Shop,
    kind: event::Kind,
    data: &Value,
    about: impl FnOnce(&mut Tx<'_>) -> Result<About>,
) -> Result<Vec<Addressee>> {
    // No type's name is a part of another's.
    let found = tx.all(
        "select id, dialect, events, product_id, payment_link_id from webhook where site_id = $1 and is_test = $2 and is_on = 1 \
         and (dialect <> 'platform' or events = '' or replace(events, $3, '') <> events)",
        values![shop.site_id, shop.is_test(), kind.as_str()],
        |row| {
            Ok((
                row.get::<i64>(0)?,
                row.word::<Dialect>(1)?,
                row.get::<String>(2)?,
                row.get::<Option<i64>>(3)?,
                row.get::<Option<i64>>(4)?,
            ))
        },
    )?;
    // What it is about is looked up only where somebody wants to know of one thing alone.
    let is_narrow = found.iter().any(|(.., product, link)| product.is_some() || link.is_some());
    let about = if is_narrow { about(tx)? } else { About::default() };
    let concerned = found.iter().filter(|(.., product, link)| match (product, link) {
        (None, None) => true,
        (Some(product), _) => about.products.contains(product),
        (None, link) => about.payment_link_id == *link,
    });
    let each = concerned.flat_map(|(id, dialect, events, ..)| {
        let asked: Vec<&str> = events.split_whitespace().collect();
        let words = dialect.wanted(kind, data, &asked).into_iter();
        words.map(|word| Addressee::of(*id, *dialect, word)).collect::<Vec<_>>()
    });
    Ok(each.collect())
}

/// Queues an event for these, in the transaction of its cause.
pub fn fan_out(tx: &mut Tx<'_>, event_id: i64, to: &[Addressee]) -> Result<()> {
    to.iter().try_for_each(|addressee| add(tx, *addressee, event_id).map(|_| ()))
}

/// Queues one event for one endpoint, whatever it wants to be told of.
fn add(tx: &mut Tx<'_>, to: Addressee, event_id: i64) -> Result<i64> {
    let now = tx.now();
    tx.one(
        "insert into webhook_delivery (webhook_id, event_id, told_as, due_at, created_at) values ($1, $2, $3, $4, $4) returning id",
        values![to.webhook_id, event_id, to.told_as, now],
        |row| row.get(0),
    )
}

/// Queues an event `webhook.test` for one endpoint, which is to be switched on.
pub fn test(tx: &mut Tx<'_>, shop: Shop, webhook_id: i64) -> Result<Delivery> {
    let webhook = webhook::on(tx, shop, webhook_id)?;
    let data = json!({"webhook": {"id": webhook.id, "url": webhook.url}});
    let event_id = event::note_quietly(tx, shop, event::Kind::WebhookTest, &data)?;
    let id = add(tx, Addressee::of(webhook_id, webhook.dialect, Dialect::TEST), event_id)?;
    audit::created(tx, shop, Action::WebhookTested, webhook_id, &json!({"delivery_id": id}))?;
    by_id(tx, id)
}

fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Delivery> {
    tx.one(
        "select id, webhook_id, event_id, status, attempts, http_status, said, created_at, tried_at, due_at \
         from webhook_delivery where id = $1",
        values![id],
        read,
    )
}

/// Deliveries to an endpoint, newest first: `limit` of them from `start` on.
pub fn list(tx: &mut Tx<'_>, webhook_id: i64, start: impl Into<Start>, limit: i64) -> Result<Vec<Delivery>> {
    let mut list = List::new(
        "select id, webhook_id, event_id, status, attempts, http_status, said, created_at, tried_at, due_at from webhook_delivery",
    );
    list.with("webhook_id = ?", webhook_id);
    list.page(tx, "id", start, limit, read)
}

/// Tries a delivery again from the beginning, however it ended.
pub fn redeliver(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Delivery> {
    let missing = || Error::not_found(format!("there is no delivery {id}"));
    let sql = "select webhook_id from webhook_delivery where id = $1";
    let webhook_id = tx.maybe(sql, values![id], |row| row.get::<i64>(0))?.ok_or_else(missing)?;
    webhook::on(tx, shop, webhook_id).map_err(|e| if e.kind == Kind::NotFound { missing() } else { e })?;
    let now = tx.now();
    tx.exec(
        "update webhook_delivery set status = 'pending', attempts = 0, due_at = $2, claimed_until = null, ended_at = null where id = $1",
        values![id, now],
    )?;
    audit::created(tx, shop, Action::WebhookRedelivered, webhook_id, &json!({"delivery_id": id}))?;
    by_id(tx, id)
}

/// Queues the events of a stretch of time for an endpoint once more, the oldest first; how many.
pub fn replay(tx: &mut Tx<'_>, shop: Shop, webhook_id: i64, from: Millis, to: Millis) -> Result<usize> {
    let webhook = webhook::on(tx, shop, webhook_id)?;
    let filter = event::Filter { kind: None, from: Some(from), to: Some(to) };
    let mut found = event::list(tx, shop, filter, None, REPLAY + 1)?;
    if i64::try_from(found.len()).is_ok_and(|n| n > REPLAY) {
        let message = format!("there were more than {REPLAY} events: replay a shorter time");
        return Err(Error::invalid(message).about("from"));
    }
    found.reverse();
    let mut queued = 0;
    for event in &found {
        let data = serde_json::from_str(event.data.get()).unwrap_or_default();
        for word in webhook.dialect.wanted(event.kind, &data, &webhook.events) {
            add(tx, Addressee::of(webhook_id, webhook.dialect, word), event.id)?;
            queued += 1;
        }
    }
    let new = json!({"from": rfc3339(from), "to": rfc3339(to), "queued": queued});
    audit::created(tx, shop, Action::WebhookReplayed, webhook_id, &new)?;
    Ok(queued)
}

/// Forgets what was sent of a customer who is erased: sent again, it tells no more than is left.
pub fn forget_person(tx: &mut Tx<'_>, customer_id: i64) -> Result<()> {
    tx.exec(
        "update webhook_delivery set body = null where body is not null and event_id in \
         (select id from event where customer_id is not null and customer_id = $1)",
        values![customer_id],
    )
    .map(|_| ())
}

/// Forgets deliveries of long ago, some at a time; whether there are more. Each ends within days, one way or the other.
pub fn sweep(tx: &mut Tx<'_>) -> Result<bool> {
    let now = tx.now();
    let last = tx.one(
        "select max(id) from (select id, created_at from webhook_delivery order by id limit $2) oldest where created_at <= $1",
        values![now - KEPT, SWEEP],
        |row| row.get::<Option<i64>>(0),
    )?;
    let Some(last) = last else { return Ok(false) };
    let gone = tx.exec("delete from webhook_delivery where id <= $1", values![last])?;
    Ok(i64::try_from(gone) == Ok(SWEEP))
}

fn read(row: &Row<'_>) -> Result<Delivery> {
    Ok(Delivery {
        id: row.get(0)?,
        webhook_id: row.get(1)?,
        event_id: row.get(2)?,
        status: row.word(3)?,
        attempts: row.get(4)?,
        http_status: row.get(5)?,
        said: row.get(6)?,
        created_at: row.get(7)?,
        tried_at: row.get(8)?,
        due_at: row.get(9)?,
    })
}
