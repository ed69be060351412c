//! How letters go out: taken by lease, so that any number of processes may send, and tried again by a schedule.

use serde_json::Value;

use super::letter::{self, Found, Secret, Told};
use super::mail::{PATIENCE, PURPOSE, Template};
use super::shop::Shop;
use crate::base::error::Result;
use crate::base::seal::Master;
use crate::base::time::{Millis, SECOND};
use crate::store::Tx;
use crate::values;

const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;
/// How long a taken letter is its taker's: longer than any attempt lasts.
const LEASE: Millis = 90 * SECOND;
/// How long after an attempt that failed the next is made, and after these, for five days, always [`LATER`].
const WAITS: [Millis; 5] = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR];
const LATER: Millis = 12 * HOUR;
/// The most attempts: with them the five days are over.
const MOST: i64 = 16;
/// A letter to sign in with is of no use after so long.
const SIGN_IN_LIFE: Millis = 10 * MINUTE;
/// As much as is kept of what a mail server says, in characters.
const SAID: usize = 500;

/// A letter that was taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Which.
    pub claim: Claim,
    /// To what address.
    pub recipient: String,
    /// When it was queued.
    pub created_at: Millis,
    /// What it tells.
    pub told: Told,
}

/// The right to send a letter and to say what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Which letter.
    pub id: i64,
    /// How often it was tried, this time included.
    pub attempts: i64,
    /// Which template it is of.
    pub template: Template,
    /// After this instant it is of no use, if there is one.
    pub best_before: Option<Millis>,
}

/// What came of an attempt, in words for the log of letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The mail server has it, or there is no need for it any more.
    Sent(String),
    /// It was not sent now, and may be later.
    PutOff(String),
    /// It will never be: the mail server refuses it.
    Refused(String),
}

/// Whether any letter is due that nobody holds.
pub fn is_due(tx: &mut Tx<'_>) -> Result<bool> {
    let now = tx.now();
    tx.maybe(
        "select id from mail where due_at is not null and due_at > $2 and due_at <= $1 \
         and (claimed_until is null or claimed_until <= $1) limit 1",
        values![now, now - PATIENCE],
        |row| row.get::<i64>(0),
    )
    .map(|found| found.is_some())
}

/// A row that was claimed.
struct Row {
    claim: Claim,
    shop: Shop,
    recipient: String,
    customer_id: Option<i64>,
    about: String,
    sealed: Option<String>,
    created_at: Millis,
}

/// Takes letters that are due, `room` of them at the most. Those for which there is no need any more end here, and so do those of
/// test mode, unless `sends_tests`: nobody outside is to be written to by a trial.
pub fn take(tx: &mut Tx<'_>, room: usize, sends_tests: bool, master: &Master) -> Result<Vec<Taken>> {
    let mut taken = Vec::new();
    for row in claim(tx, i64::try_from(room).unwrap_or(1))? {
        match open(tx, &row, sends_tests, master)? {
            Ok(told) => taken.push(Taken {
                claim: row.claim,
                recipient: row.recipient,
                created_at: row.created_at,
                told,
            }),
            Err(outcome) => settle(tx, row.claim, &outcome)?,
        }
    }
    Ok(taken)
}

fn claim(tx: &mut Tx<'_>, most: i64) -> Result<Vec<Row>> {
    let now = tx.now();
    tx.all(
        "update mail set claimed_until = $2, attempts = attempts + 1 where id in (select id from mail where due_at is not null \
         and due_at > $3 and due_at <= $1 and (claimed_until is null or claimed_until <= $1) order by due_at, id limit $4) \
         returning id, attempts, template, site_id, is_test, recipient, customer_id, about, sealed, created_at",
        values![now, now + LEASE, now - PATIENCE, most],
        |row| {
            let (template, created_at): (_, Millis) = (row.word(2)?, row.get(9)?);
            let best_before = (template == Template::SignIn).then_some(created_at + SIGN_IN_LIFE);
            Ok(Row {
                claim: Claim { id: row.get(0)?, attempts: row.get(1)?, template, best_before },
                shop: Shop::of(row.get(3)?, row.get(4)?),
                recipient: row.get(5)?,
                customer_id: row.get(6)?,
                about: row.get(7)?,
                sealed: row.get(8)?,
                created_at,
            })
        },
    )
}

/// What a claimed letter tells, or what comes of it if it is not to be sent.
fn open(
    tx: &mut Tx<'_>,
    row: &Row,
    sends_tests: bool,
    master: &Master,
) -> Result<std::result::Result<Told, Outcome>> {
    if row.shop.is_test() && !sends_tests {
        return Ok(Err(Outcome::Sent("test mode: not sent".into())));
    }
    if row.claim.best_before.is_some_and(|last| last < tx.now()) {
        return Ok(Err(Outcome::Refused("it is of no use any more".into())));
    }
    let Ok(about) = serde_json::from_str::<Value>(&row.about) else {
        return Ok(Err(Outcome::Refused("what it is about is no JSON".into())));
    };
    let mut told = match letter::look_up(tx, row.shop, row.claim.template, &about, row.customer_id)? {
        Found::Told(told) => *told,
        Found::Moot(why) => return Ok(Err(Outcome::Sent(format!("not sent: {why}")))),
    };
    if let Some(sealed) = &row.sealed {
        let secret = master.open(PURPOSE, sealed).ok().and_then(|text| serde_json::from_str(&text).ok());
        let Some(secret) = secret else {
            let lost = "what it held was sealed with a master key that is lost";
            return Ok(Err(Outcome::Refused(lost.into())));
        };
        told.secret = Secret(secret);
    }
    Ok(Ok(told))
}

/// Writes down what came of an attempt, and when the next is. A letter that was meanwhile taken by another stays theirs. What was
/// sealed is gone once a letter has ended.
pub fn settle(tx: &mut Tx<'_>, claim: Claim, outcome: &Outcome) -> Result<()> {
    let now = tx.now();
    let (status, said, next) = match outcome {
        Outcome::Sent(said) => ("sent", said, None),
        Outcome::Refused(said) => ("failed", said, None),
        Outcome::PutOff(said) => ("failed", said, next(tx, claim)),
    };
    let said: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SAID).collect();
    if let Some(due_at) = next {
        return tx
            .exec(
                "update mail set due_at = $3, claimed_until = null, said = $4 \
                 where id = $1 and attempts = $2 and claimed_until is not null",
                values![claim.id, claim.attempts, due_at, &said],
            )
            .map(|_| ());
    }
    tx.exec(
        "update mail set status = $3, due_at = null, claimed_until = null, sealed = null, said = $4, ended_at = $5 \
         where id = $1 and attempts = $2 and claimed_until is not null",
        values![claim.id, claim.attempts, status, &said, now],
    )
    .map(|_| ())
}

/// When the attempt after this one is made, if there is one: give or take a tenth, so that what failed together does not come
/// back together.
fn next(tx: &Tx<'_>, claim: Claim) -> Option<Millis> {
    let nth = usize::try_from(claim.attempts - 1).unwrap_or_default();
    if claim.attempts >= MOST {
        return None;
    }
    let wait = WAITS.get(nth).copied().unwrap_or(LATER);
    let due_at = tx.now() + wait / 100 * (90 + i64::from(tx.dice().below(21)));
    (claim.best_before.is_none_or(|last| due_at <= last)).then_some(due_at)
}
