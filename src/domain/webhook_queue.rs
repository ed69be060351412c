//! The queue of webhook deliveries: taken by lease, so that any number of processes may deliver, and tried again by a schedule (contract
//! platform.md, "Webhooks").

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::event::{self, Event};
use super::webhook::{self, Format, HOPELESS};
use super::webhook_delivery::Status;
use super::webhook_dialect::Dialect;
use crate::base::error::{Error, Kind, Result};
use crate::base::public_id::PublicIds;
use crate::base::seal::Master;
use crate::base::time::{DAY, Millis, SECOND};
use crate::store::Tx;
use crate::values;

const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;
/// How long a taken delivery is its taker's: longer than all that are taken at once for an endpoint wait and last, which are sent by
/// fours (`jobs/webhooks.rs`) until one fails.
const LEASE: Millis = 30 * SECOND;
/// How long after an attempt that failed the next is made, give or take a fifth; after the last there is none.
const WAITS: [Millis; 9] =
    [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
/// As [`WAITS`], of an endpoint of the Shopkit dialect: five tries more, an hour apart; then it is switched off.
const WAITS_SHOPKIT: [Millis; 5] = [HOUR; 5];
/// As [`WAITS`], of an endpoint of the Shoppy dialect: three tries more (`retries_left`).
pub const WAITS_SHOPPY: [Millis; 3] = [MINUTE, 10 * MINUTE, HOUR];
/// The most deliveries that a process holds, and of these to endpoints that have yet to show that they answer: the others always find
/// room.
const HELD: usize = 256;
const HELD_UNPROVEN: usize = 56;
/// Of these to one endpoint, and to one that has yet to show that it answers.
const HELD_EACH: usize = 16;
const HELD_EACH_UNPROVEN: usize = 1;
/// Why an endpoint is switched off whose secret cannot be read.
const LOST: &str =
    "its secret was sealed with a master key that is lost: rotate the secret, then switch it on";

/// Why a delivery is given up whose event is forgotten already, one of a thing that was deleted before it was told of, and one that its
/// dialect cannot tell: it would come back for ever, and hold up the others.
const FORGOTTEN: &str = "the event is forgotten by now";
const GONE: &str = "what it tells of is gone by now";
const UNTOLD: &str = "what happened cannot be told in this dialect";

/// Writes what a dialect sends of an event by one of its words, in the words of that dialect alone. `NotFound`: what it tells of is gone;
/// `Invalid`: the dialect cannot tell it.
pub type Write = fn(&mut Tx<'_>, &Means, Dialect, &str, &Event) -> Result<String>;

/// What settings say of what dialects tell, where their documents leave it open.
#[derive(Clone, Debug)]
pub struct Manner {
    /// The address that customers see.
    pub public_url: Arc<str>,
    /// The highest status of an order that the Shopkit dialect tells.
    pub shopkit_max_status: i64,
    /// Whether a product's pictures are a list there.
    pub shopkit_images: bool,
}

impl Default for Manner {
    fn default() -> Self {
        Self { public_url: "".into(), shopkit_max_status: 11, shopkit_images: false }
    }
}

/// What deliveries are made with.
#[derive(Clone, Debug)]
pub struct Means {
    /// Opens the secrets.
    pub master: Master,
    /// How ids in words are written.
    pub ids: PublicIds,
    /// What settings say of what is told.
    pub manner: Manner,
    /// Writes bodies of dialects.
    pub write: Write,
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
    /// Whose event it is.
    pub dialect: Dialect,
    /// How the platform's is signed.
    pub format: Format,
    /// With what, the newest first.
    pub secrets: Vec<String>,
    /// The word by which a dialect tells of the event.
    pub told_as: Option<String>,
    /// What it tells.
    pub event: Event,
    /// The bytes that are sent.
    pub body: String,
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

/// Whether any delivery is due that nobody holds, to an endpoint that is on.
pub fn is_due(tx: &mut Tx<'_>) -> Result<bool> {
    let now = tx.now();
    tx.maybe(
        "select d.id from webhook w join webhook_delivery d on d.webhook_id = w.id where w.is_on = 1 and d.due_at is not null \
         and d.due_at <= $1 and (d.claimed_until is null or d.claimed_until <= $1) limit 1",
        values![now],
        |row| row.get::<i64>(0),
    )
    .map(|found| found.is_some())
}

/// What a process holds, and has seen of endpoints.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Deliveries held, by endpoint.
    held: BTreeMap<i64, usize>,
    /// Of these, to endpoints that had yet to show that they answer.
    unproven: usize,
    /// When each endpoint was served last, by a count of the process's own.
    served: BTreeMap<i64, u64>,
    /// Endpoints that took what they were sent last.
    proven: BTreeSet<i64>,
}

impl Standing {
    /// Notes that a delivery was taken, the `count`th of this process.
    pub fn took(&mut self, webhook_id: i64, count: u64, is_proven: bool) {
        self.served.insert(webhook_id, count);
        *self.held.entry(webhook_id).or_default() += 1;
        self.unproven += usize::from(!is_proven);
    }

    /// Notes that one that was held is no more, and whether the endpoint answers.
    pub fn ended(&mut self, taken: &Taken, is_proven: bool) {
        self.unproven -= usize::from(!taken.is_proven);
        if let Some(held) = self.held.get_mut(&taken.webhook_id) {
            *held -= 1;
            if *held == 0 {
                self.held.remove(&taken.webhook_id);
            }
        }
        if is_proven {
            self.proven.insert(taken.webhook_id);
        } else {
            self.proven.remove(&taken.webhook_id);
        }
    }
}

/// Writes down what came of deliveries, or that they were not tried, and takes others, in one transaction: a commit serves them all.
pub fn turn(
    tx: &mut Tx<'_>,
    ended: &[(Taken, Option<Outcome>)],
    standing: &Standing,
    means: &Means,
) -> Result<Vec<Taken>> {
    for (taken, outcome) in ended {
        match outcome {
            Some(outcome) => settle(tx, taken, outcome)?,
            None => give_back(tx, taken)?,
        }
    }
    take(tx, standing, means)
}

/// Takes deliveries that are due, as many as one process may hold. Endpoints that are proven come first, and of these those that were
/// served longest ago, so that the dead do not hold up the living.
pub fn take(tx: &mut Tx<'_>, standing: &Standing, means: &Means) -> Result<Vec<Taken>> {
    let now = tx.now();
    let mut room = HELD.saturating_sub(standing.held.values().sum());
    let mut room_unproven = HELD_UNPROVEN.saturating_sub(standing.unproven);
    let mut waiting = tx.all(
        "select w.id, w.url, w.dialect, w.format from webhook w where w.is_on = 1 and exists (select 1 from webhook_delivery d \
         where d.webhook_id = w.id and d.due_at is not null and d.due_at <= $1 \
         and (d.claimed_until is null or d.claimed_until <= $1))",
        values![now],
        |row| {
            Ok((row.get::<i64>(0)?, row.get::<String>(1)?, row.word::<Dialect>(2)?, row.word::<Format>(3)?))
        },
    )?;
    waiting.sort_by_key(|(id, ..)| {
        (!standing.proven.contains(id), standing.served.get(id).copied().unwrap_or_default())
    });
    let mut taken = Vec::new();
    for (webhook_id, url, dialect, format) in waiting {
        let is_proven = standing.proven.contains(&webhook_id);
        let most = if is_proven { HELD_EACH } else { HELD_EACH_UNPROVEN.min(room_unproven) };
        let held = standing.held.get(&webhook_id).copied().unwrap_or_default();
        let free = most.saturating_sub(held).min(room);
        if free == 0 {
            continue;
        }
        let Ok(secrets) = webhook::secrets(tx, webhook_id, &means.master) else {
            webhook::switch_off(tx, webhook_id, LOST)?;
            continue;
        };
        for claimed in claim(tx, webhook_id, i64::try_from(free).unwrap_or(1))? {
            let (id, attempts, told_as) = (claimed.id, claimed.attempts, claimed.told_as.clone());
            let Some(event) = event::anywhere(tx, claimed.event_id)? else {
                give_up(tx, id, FORGOTTEN)?;
                continue;
            };
            let body = match body(tx, means, dialect, claimed, &event)? {
                Ok(body) => body,
                Err(why) => {
                    give_up(tx, id, why)?;
                    continue;
                }
            };
            room -= 1;
            room_unproven -= usize::from(!is_proven);
            let (url, secrets) = (url.clone(), secrets.clone());
            taken.push(Taken {
                id,
                webhook_id,
                attempts,
                is_proven,
                url,
                dialect,
                format,
                secrets,
                told_as,
                event,
                body,
            });
        }
    }
    Ok(taken)
}

/// Lets go of a delivery that was taken and not tried: it is as if nobody had.
fn give_back(tx: &mut Tx<'_>, taken: &Taken) -> Result<()> {
    tx.exec(
        "update webhook_delivery set claimed_until = null, attempts = attempts - 1 \
         where id = $1 and attempts = $2 and claimed_until is not null",
        values![taken.id, taken.attempts],
    )
    .map(|_| ())
}

/// The row of a delivery that was claimed.
struct Claimed {
    id: i64,
    attempts: i64,
    event_id: i64,
    told_as: Option<String>,
    body: Option<String>,
}

/// What a delivery sends, or why it is given up. A dialect's is written once and kept, so that each attempt sends the same bytes; the
/// platform's is the event.
fn body(
    tx: &mut Tx<'_>,
    means: &Means,
    dialect: Dialect,
    claimed: Claimed,
    event: &Event,
) -> Result<std::result::Result<String, &'static str>> {
    match (claimed.told_as, claimed.body) {
        (None, _) => serde_json::to_string(event)
            .map(Ok)
            .map_err(|e| Error::broken(format!("an event cannot be written as JSON: {e}"))),
        (Some(_), Some(kept)) => Ok(Ok(kept)),
        (Some(word), None) => match (means.write)(tx, means, dialect, &word, event) {
            Ok(body) => {
                tx.exec("update webhook_delivery set body = $2 where id = $1", values![claimed.id, &body])?;
                Ok(Ok(body))
            }
            Err(e) if e.kind == Kind::NotFound => Ok(Err(GONE)),
            Err(e) if e.kind == Kind::Invalid => Ok(Err(UNTOLD)),
            Err(e) => Err(e),
        },
    }
}

fn claim(tx: &mut Tx<'_>, webhook_id: i64, most: i64) -> Result<Vec<Claimed>> {
    let now = tx.now();
    let due: Vec<i64> = tx.all(
        "select id from webhook_delivery where webhook_id = $1 and due_at is not null and due_at <= $2 \
         and (claimed_until is null or claimed_until <= $2) order by due_at, id limit $3",
        values![webhook_id, now, most],
        |row| row.get(0),
    )?;
    let one = |id: i64| {
        tx.one(
            "update webhook_delivery set claimed_until = $2, attempts = attempts + 1 where id = $1 \
             returning id, attempts, event_id, told_as, body",
            values![id, now + LEASE],
            |row| {
                Ok(Claimed {
                    id: row.get(0)?,
                    attempts: row.get(1)?,
                    event_id: row.get(2)?,
                    told_as: row.get(3)?,
                    body: row.get(4)?,
                })
            },
        )
    };
    due.into_iter().map(one).collect()
}

/// Gives up a delivery that nothing is left of to be told.
fn give_up(tx: &mut Tx<'_>, id: i64, why: &str) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "update webhook_delivery set status = 'failed', said = $3, due_at = null, claimed_until = null, ended_at = $2 where id = $1",
        values![id, now, why],
    )
    .map(|_| ())
}

/// Writes down what came of an attempt, and when the next is. One that was meanwhile taken by another stays theirs.
pub fn settle(tx: &mut Tx<'_>, taken: &Taken, outcome: &Outcome) -> Result<()> {
    let now = tx.now();
    let is_taken = outcome.is_taken();
    let due_at = if is_taken { None } else { next(tx, taken, outcome.retry_after) };
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
    if taken.dialect == Dialect::Shopkit && due_at.is_none() {
        return webhook::switch_off(tx, taken.webhook_id, "it failed six times for one event");
    }
    let sql = "select failing_since from webhook where id = $1";
    let since = tx.maybe(sql, values![taken.webhook_id], |row| row.get::<Option<Millis>>(0))?.flatten();
    if since.is_some_and(|since| since <= now - HOPELESS) {
        return webhook::switch_off(tx, taken.webhook_id, "nothing but failures for five days");
    }
    Ok(())
}

/// When the next attempt is made, if there is one.
fn next(tx: &Tx<'_>, taken: &Taken, retry_after: Option<Millis>) -> Option<Millis> {
    let nth = usize::try_from(taken.attempts - 1).unwrap_or_default();
    let waits: &[Millis] = match taken.dialect {
        Dialect::Platform | Dialect::Shopvo => &WAITS,
        Dialect::Shopkit => &WAITS_SHOPKIT,
        Dialect::Shoppy => &WAITS_SHOPPY,
    };
    let wait = waits.get(nth)? / 100 * (80 + i64::from(tx.dice().below(41)));
    Some(tx.now() + wait.max(retry_after.unwrap_or_default().min(DAY)))
}
