//! Deliveries of events to webhook endpoints: a row for each, written with the event; taken by lease, so that any number of processes
//! may deliver, and tried again by a schedule (contract platform.md, "Webhooks").

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::audit::{self, Action};
use super::event::{self, Event};
use super::shop::Shop;
use super::webhook::{self, Format, HOPELESS};
use crate::base::error::{Error, Kind, Result};
use crate::base::seal::Master;
use crate::base::time::{DAY, Millis, SECOND, rfc3339};
use crate::store::list::List;
use crate::store::{Row, Tx};
use crate::{values, words};

const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;
/// How long a taken delivery is its taker's: longer than any attempt lasts.
const LEASE: Millis = 30 * SECOND;
/// How long after an attempt that failed the next is made, give or take a fifth; after the last there is none.
const WAITS: [Millis; 9] =
    [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
/// How long the log is kept.
const KEPT: Millis = 30 * DAY;
/// The most deliveries at a time to one endpoint, and to one that has yet to show that it answers.
const AT_ONCE: usize = 4;
const AT_ONCE_UNPROVEN: usize = 1;
/// Why an endpoint is switched off whose secret cannot be read.
const LOST: &str =
    "its secret was sealed with a master key that is lost: rotate the secret, then switch it on";
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

/// A delivery that was taken, with all it needs.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Which.
    pub id: i64,
    /// To which endpoint.
    pub webhook_id: i64,
    /// How often it was tried, this time included.
    pub attempts: i64,
    /// Whether the endpoint answered the last time.
    pub is_proven: bool,
    /// Where it goes.
    pub url: String,
    /// How it is signed.
    pub format: Format,
    /// With what, the newest first.
    pub secrets: Vec<String>,
    /// What it tells.
    pub event: Event,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// How the answer begins, or why there was none.
    pub said: String,
    /// When to come back, in the endpoint's words.
    pub retry_after: Option<Millis>,
}

impl Outcome {
    /// Whether the endpoint has it: any 2xx says so.
    pub fn is_taken(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// The endpoints of a shop that want to be told of this type of events.
pub fn wanting(tx: &mut Tx<'_>, shop: Shop, kind: event::Kind) -> Result<Vec<i64>> {
    // No type's name is a part of another's.
    tx.all(
        "select id from webhook where site_id = $1 and is_test = $2 and is_on = 1 \
         and (events = '' or replace(events, $3, '') <> events)",
        values![shop.site_id, shop.is_test(), kind.as_str()],
        |row| row.get(0),
    )
}

/// Queues an event for these endpoints, in the transaction of its cause.
pub fn fan_out(tx: &mut Tx<'_>, event_id: i64, to: &[i64]) -> Result<()> {
    to.iter().try_for_each(|webhook_id| add(tx, *webhook_id, event_id).map(|_| ()))
}

/// Queues one event for one endpoint, whatever it wants to be told of.
pub fn add(tx: &mut Tx<'_>, webhook_id: i64, event_id: i64) -> Result<i64> {
    let now = tx.now();
    tx.one(
        "insert into webhook_delivery (webhook_id, event_id, due_at, created_at) values ($1, $2, $3, $3) returning id",
        values![webhook_id, event_id, now],
        |row| row.get(0),
    )
}

/// Queues an event `webhook.test` for one endpoint, which is to be switched on.
pub fn test(tx: &mut Tx<'_>, shop: Shop, webhook_id: i64) -> Result<Delivery> {
    let webhook = webhook::on(tx, shop, webhook_id)?;
    let data = json!({"webhook": {"id": webhook.id, "url": webhook.url}});
    let event_id = event::note_quietly(tx, shop, event::Kind::WebhookTest, &data)?;
    let id = add(tx, webhook_id, event_id)?;
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

/// Whether any delivery is due that nobody holds.
pub fn is_due(tx: &mut Tx<'_>) -> Result<bool> {
    let now = tx.now();
    tx.maybe(
        "select id from webhook_delivery where due_at is not null and due_at <= $1 \
         and (claimed_until is null or claimed_until <= $1) limit 1",
        values![now],
        |row| row.get::<i64>(0),
    )
    .map(|found| found.is_some())
}

/// What a process has under way, and has seen of endpoints.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Deliveries under way, by endpoint.
    pub busy: BTreeMap<i64, usize>,
    /// When each endpoint was served last, by a count of the process's own.
    pub served: BTreeMap<i64, u64>,
    /// Endpoints that took what they were sent last.
    pub proven: BTreeSet<i64>,
}

/// Takes deliveries that are due: `room` of them at the most, of which `room_unproven` to endpoints that have yet to show that they
/// answer, and of each endpoint no more than may be under way. Those that are proven come first, and of these those that were served
/// longest ago, so that the dead do not hold up the living.
pub fn take(
    tx: &mut Tx<'_>,
    room: usize,
    mut room_unproven: usize,
    standing: &Standing,
    master: &Master,
) -> Result<Vec<Taken>> {
    let now = tx.now();
    let mut waiting = tx.all(
        "select w.id, w.url, w.format from webhook w where w.is_on = 1 and exists (select 1 from webhook_delivery d \
         where d.webhook_id = w.id and d.due_at is not null and d.due_at <= $1 \
         and (d.claimed_until is null or d.claimed_until <= $1))",
        values![now],
        |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?, row.word::<Format>(2)?)),
    )?;
    waiting.sort_by_key(|(id, ..)| {
        (!standing.proven.contains(id), standing.served.get(id).copied().unwrap_or_default())
    });
    let mut taken = Vec::new();
    for (webhook_id, url, format) in waiting {
        let is_proven = standing.proven.contains(&webhook_id);
        let most = if is_proven { AT_ONCE } else { AT_ONCE_UNPROVEN.min(room_unproven) };
        let busy = standing.busy.get(&webhook_id).copied().unwrap_or_default();
        let free = most.saturating_sub(busy).min(room - taken.len());
        if free == 0 {
            continue;
        }
        let Ok(secrets) = webhook::secrets(tx, webhook_id, master) else {
            webhook::switch_off(tx, webhook_id, LOST)?;
            continue;
        };
        for (id, attempts, event_id) in claim(tx, webhook_id, i64::try_from(free).unwrap_or(1))? {
            let Some(event) = event::anywhere(tx, event_id)? else {
                forget(tx, id)?;
                continue;
            };
            room_unproven -= usize::from(!is_proven);
            let (url, secrets) = (url.clone(), secrets.clone());
            taken.push(Taken { id, webhook_id, attempts, is_proven, url, format, secrets, event });
        }
    }
    Ok(taken)
}

fn claim(tx: &mut Tx<'_>, webhook_id: i64, most: i64) -> Result<Vec<(i64, i64, i64)>> {
    let now = tx.now();
    let due: Vec<i64> = tx.all(
        "select id from webhook_delivery where webhook_id = $1 and due_at is not null and due_at <= $2 \
         and (claimed_until is null or claimed_until <= $2) order by due_at, id limit $3",
        values![webhook_id, now, most],
        |row| row.get(0),
    )?;
    let one = |id: i64| {
        tx.one(
            "update webhook_delivery set claimed_until = $2, attempts = attempts + 1 where id = $1 returning id, attempts, event_id",
            values![id, now + LEASE],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
    };
    due.into_iter().map(one).collect()
}

/// Gives up a delivery whose event is forgotten already.
fn forget(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "update webhook_delivery set status = 'failed', said = 'the event is forgotten by now', due_at = null, \
         claimed_until = null, ended_at = $2 where id = $1",
        values![id, now],
    )
    .map(|_| ())
}

/// Writes down what came of an attempt, and when the next is. One that was meanwhile taken by another stays theirs.
pub fn settle(tx: &mut Tx<'_>, taken: &Taken, outcome: &Outcome) -> Result<()> {
    let now = tx.now();
    let is_taken = outcome.is_taken();
    let due_at = if is_taken { None } else { next(tx, taken.attempts, outcome.retry_after) };
    let status = match (is_taken, due_at) {
        (true, _) => Status::Delivered,
        (false, Some(_)) => Status::Pending,
        (false, None) => Status::Failed,
    };
    let ended_at = due_at.is_none().then_some(now);
    let settled = tx.exec(
        "update webhook_delivery set status = $3, due_at = $4, claimed_until = null, http_status = $5, said = $6, tried_at = $7, \
         ended_at = $8 where id = $1 and attempts = $2 and claimed_until is not null",
        values![
            taken.id,
            taken.attempts,
            status.as_str(),
            due_at,
            outcome.status.map(i64::from),
            &outcome.said,
            now,
            ended_at
        ],
    )?;
    if settled == 0 {
        return Ok(());
    }
    if is_taken {
        let sql = "update webhook set failing_since = null where id = $1 and failing_since is not null";
        return tx.exec(sql, values![taken.webhook_id]).map(|_| ());
    }
    tx.exec(
        "update webhook set failing_since = $2 where id = $1 and failing_since is null",
        values![taken.webhook_id, now],
    )?;
    if outcome.status == Some(410) {
        return webhook::switch_off(tx, taken.webhook_id, "it answered 410 Gone");
    }
    let sql = "select failing_since from webhook where id = $1";
    let since = tx.maybe(sql, values![taken.webhook_id], |row| row.get::<Option<Millis>>(0))?.flatten();
    if since.is_some_and(|since| since <= now - HOPELESS) {
        return webhook::switch_off(tx, taken.webhook_id, "nothing but failures for five days");
    }
    Ok(())
}

/// When the attempt after this many is made, if there is one.
fn next(tx: &Tx<'_>, attempts: i64, retry_after: Option<Millis>) -> Option<Millis> {
    let nth = usize::try_from(attempts - 1).unwrap_or_default();
    let wait = WAITS.get(nth)? / 100 * (80 + i64::from(tx.dice().below(41)));
    Some(tx.now() + wait.max(retry_after.unwrap_or_default().min(DAY)))
}

/// Deliveries to an endpoint, newest first: `limit` of them before the one with id `before`.
pub fn list(tx: &mut Tx<'_>, webhook_id: i64, before: Option<i64>, limit: i64) -> Result<Vec<Delivery>> {
    let mut list = List::new(
        "select id, webhook_id, event_id, status, attempts, http_status, said, created_at, tried_at, due_at from webhook_delivery",
    );
    list.with("webhook_id = ?", webhook_id);
    list.page(tx, "id", before, limit, read)
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
    found.retain(|event| webhook.events.is_empty() || webhook.events.contains(&event.kind));
    found.reverse();
    for event in &found {
        add(tx, webhook_id, event.id)?;
    }
    let new = json!({"from": rfc3339(from), "to": rfc3339(to), "queued": found.len()});
    audit::created(tx, shop, Action::WebhookReplayed, webhook_id, &new)?;
    Ok(found.len())
}

/// Forgets deliveries that ended long ago, some at a time; whether there are more.
pub fn sweep(tx: &mut Tx<'_>) -> Result<bool> {
    let now = tx.now();
    let gone = tx.exec(
        "delete from webhook_delivery where id in (select id from webhook_delivery where ended_at is not null and ended_at <= $1 \
         order by ended_at limit $2)",
        values![now - KEPT, SWEEP],
    )?;
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
