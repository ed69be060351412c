//! Answers kept for requests that may be sent again: an answer stands in the same transaction as its effect, so there is
//! never one without the other.

use super::caller::Credential;
use crate::base::error::{Error, Result};
use crate::base::time::{DAY, Millis};
use crate::store::Tx;
use crate::values;

/// How long an answer is kept.
pub const LIFE: Millis = DAY;

/// A request that may be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What it came with: credentials do not share.
    pub caller: Credential,
    /// The caller's own name for it.
    pub key: String,
    /// Of method, path and body.
    pub hash: String,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
    /// What else is to be said, in the lines of whoever answers.
    pub head: String,
}

/// The rule that refuses the same key with another request.
pub const MISMATCH: &str = "idempotency_key_reused";

/// What was answered to this request before, if it was.
pub fn find(tx: &mut Tx<'_>, request: &Request) -> Result<Option<Kept>> {
    let now = tx.now();
    let found = tx.maybe(
        "select request_hash, status, body, head from idempotency where caller = $1 and key = $2 and created_at > $3",
        values![&request.caller.to_string(), &request.key, now - LIFE],
        |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?, row.get::<String>(2)?, row.get::<String>(3)?)),
    )?;
    match found {
        None => Ok(None),
        Some((hash, ..)) if hash != request.hash => Err(Error::refused(
            "this Idempotency-Key was sent with another request in the last 24 hours: give each request a key of its own",
        )
        .about(MISMATCH)),
        Some((_, status, body, head)) => {
            Ok(Some(Kept { status: u16::try_from(status).unwrap_or(500), body, head }))
        }
    }
}

/// Keeps the answer to a request, in the transaction of its effect.
pub fn keep(tx: &mut Tx<'_>, request: &Request, answer: &Kept) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "insert into idempotency (caller, key, request_hash, status, body, created_at, head) \
         values ($1, $2, $3, $4, $5, $6, $7) \
         on conflict (caller, key) do update set request_hash = excluded.request_hash, status = excluded.status, \
         body = excluded.body, created_at = excluded.created_at, head = excluded.head",
        values![
            &request.caller.to_string(),
            &request.key,
            &request.hash,
            i64::from(answer.status),
            &answer.body,
            now,
            &answer.head
        ],
    )
    .map(|_| ())
}

/// How a customer stands in an answer: before another field, and as the last.
fn named(customer_id: i64) -> [String; 2] {
    [",", "}"].map(|end| format!("\"customer_id\":{customer_id}{end}"))
}

/// Lets the answers that are kept tell of another customer, who took the first one's place. Those about the first one alone, who is
/// gone, say so.
pub fn merge_person(tx: &mut Tx<'_>, customer_id: i64, email: &str, into: i64) -> Result<()> {
    let [inner, last] = named(into);
    for (old, new) in named(customer_id).iter().zip([&inner, &last]) {
        let sql = "update idempotency set body = replace(body, $1, $2) where replace(body, $1, '') <> body";
        tx.exec(sql, values![old, new])?;
    }
    tx.exec(
        "update idempotency set body = '{\"erased\":true}', head = '' where replace(body, $1, '') <> body \
         and replace(body, $2, '') = body and replace(body, $3, '') = body",
        values![email, &inner, &last],
    )
    .map(|_| ())
}

/// Takes a customer out of the answers that are kept: each that tells of them says only that it was erased. It still stands for its
/// effect, which must not happen again.
pub fn forget_person(tx: &mut Tx<'_>, customer_id: i64, email: &str) -> Result<()> {
    let [inner, last] = named(customer_id);
    for mark in [email, &inner, &last] {
        tx.exec(
            "update idempotency set body = '{\"erased\":true}', head = '' where replace(body, $1, '') <> body",
            values![mark],
        )?;
    }
    Ok(())
}

/// Forgets answers older than [`LIFE`].
pub fn sweep(tx: &mut Tx<'_>) -> Result<u64> {
    let now = tx.now();
    tx.exec("delete from idempotency where created_at <= $1", values![now - LIFE])
}
