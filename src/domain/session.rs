//! Browsers that somebody is signed in with. What the cookie holds is known by its hash only.

use super::person::{self, Person};
use super::shop::Shop;
use crate::base::error::Result;
use crate::base::seal;
use crate::base::time::{DAY, Millis, SECOND};
use crate::store::Tx;
use crate::values;

/// Whoever runs the shop is signed out after so long of nothing (security.md, "Sessions and pages").
pub const PERSON_IDLE: Millis = 15 * 60 * SECOND;
/// And after so long in any case.
pub const PERSON_LIFE: Millis = 8 * 3_600 * SECOND;
/// A customer is signed out after so long of nothing.
pub const CUSTOMER_IDLE: Millis = 7 * DAY;
/// And after so long in any case.
pub const CUSTOMER_LIFE: Millis = 30 * DAY;
/// "Seen" is written when it is older than this.
const SEEN_EVERY: Millis = 60 * SECOND;
/// Characters of what a cookie holds: 256 bits.
const RANDOM: usize = 43;

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Who runs the shop.
    Person(Person),
    /// Who bought something there.
    Customer {
        /// Their id.
        id: i64,
        /// Where.
        shop: Shop,
        /// As they write it.
        email: String,
    },
}

impl Holder {
    /// Whether they are of this shop. People are of both its modes.
    pub fn is_of(&self, shop: Shop) -> bool {
        match self {
            Self::Person(person) => person.site_id == shop.site_id,
            Self::Customer { shop: theirs, .. } => *theirs == shop,
        }
    }

    /// Their address.
    pub fn email(&self) -> &str {
        match self {
            Self::Person(person) => &person.email,
            Self::Customer { email, .. } => email,
        }
    }
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub holder: Holder,
    /// When they signed in.
    pub created_at: Millis,
    /// How long ago that was: some things ask for a fresh one.
    pub age: Millis,
    /// When they were seen last, to the minute.
    pub seen_at: Millis,
}

impl Session {
    /// Whether it is to be written again that they were seen.
    pub fn is_news(&self, now: Millis) -> bool {
        self.seen_at + SEEN_EVERY <= now
    }
}

/// Signs a person in; what their cookie is to hold.
pub fn of_person(tx: &mut Tx<'_>, id: i64) -> Result<String> {
    add(tx, Some(id), None)
}

/// Signs a customer in; what their cookie is to hold.
pub fn of_customer(tx: &mut Tx<'_>, id: i64) -> Result<String> {
    add(tx, None, Some(id))
}

fn add(tx: &mut Tx<'_>, person: Option<i64>, customer: Option<i64>) -> Result<String> {
    let (token, now) = (tx.dice().base62(RANDOM), tx.now());
    // Those who run the shop see where they are signed in; where customers are is nobody's business.
    let from = tx.actor().filter(|_| person.is_some()).and_then(|actor| actor.address);
    tx.exec(
        "insert into session (token_hash, person_id, customer_id, created_at, seen_at, address) \
         values ($1, $2, $3, $4, $4, $5)",
        values![
            &seal::hash(token.as_bytes()),
            person,
            customer,
            now,
            from.map(|ip| ip.to_string()).as_deref()
        ],
    )?;
    Ok(token)
}

/// The session of a cookie, if somebody is still signed in with it.
pub fn find(tx: &mut Tx<'_>, token: &str) -> Result<Option<Session>> {
    let now = tx.now();
    let found = tx.maybe(
        "select id, person_id, customer_id, created_at, seen_at from session where token_hash = $1",
        values![&seal::hash(token.as_bytes())],
        |row| {
            let whose = (row.get::<Option<i64>>(1)?, row.get::<Option<i64>>(2)?);
            Ok((row.get::<i64>(0)?, whose, row.get::<Millis>(3)?, row.get::<Millis>(4)?))
        },
    )?;
    let Some((id, whose, created_at, seen_at)) = found else { return Ok(None) };
    let (idle, life) = match whose {
        (Some(_), _) => (PERSON_IDLE, PERSON_LIFE),
        _ => (CUSTOMER_IDLE, CUSTOMER_LIFE),
    };
    if seen_at + idle <= now || created_at + life <= now {
        return Ok(None);
    }
    let holder = match whose {
        (Some(person), _) => {
            let person = person::get(tx, person)?;
            if person.disabled_at.is_some() {
                return Ok(None);
            }
            Holder::Person(person)
        }
        (None, customer) => tx.one(
            "select id, site_id, is_test, email from customer where id = $1",
            values![customer],
            |row| {
                let shop = Shop::of(row.get(1)?, row.get(2)?);
                Ok(Holder::Customer { id: row.get(0)?, shop, email: row.get(3)? })
            },
        )?,
    };
    Ok(Some(Session { id, holder, created_at, age: now - created_at, seen_at }))
}

/// Notes that somebody was seen now.
pub fn seen(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let now = tx.now();
    let sql = "update session set seen_at = $2 where id = $1 and seen_at <= $3";
    tx.exec(sql, values![id, now, now - SEEN_EVERY]).map(|_| ())
}

/// Signs a browser out.
pub fn end(tx: &mut Tx<'_>, token: &str) -> Result<()> {
    let hash = seal::hash(token.as_bytes());
    tx.exec("delete from session where token_hash = $1", values![&hash]).map(|_| ())
}

/// A browser that somebody is signed in with, as they see it; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Place {
    pub id: i64,
    pub created_at: Millis,
    pub seen_at: Millis,
    pub address: Option<String>,
}

/// Where a person is signed in now, the newest first.
pub fn of_person_now(tx: &mut Tx<'_>, person_id: i64) -> Result<Vec<Place>> {
    let now = tx.now();
    tx.all(
        "select id, created_at, seen_at, address from session where person_id is not null and person_id = $1 \
         and seen_at > $2 and created_at > $3 order by id desc",
        values![person_id, now - PERSON_IDLE, now - PERSON_LIFE],
        |row| {
            Ok(Place { id: row.get(0)?, created_at: row.get(1)?, seen_at: row.get(2)?, address: row.get(3)? })
        },
    )
}

/// Signs a person out in one browser of theirs; whether they were in.
pub fn end_one(tx: &mut Tx<'_>, person_id: i64, id: i64) -> Result<bool> {
    let sql = "delete from session where id = $1 and person_id is not null and person_id = $2";
    Ok(tx.exec(sql, values![id, person_id])? == 1)
}

/// Signs a person out everywhere but in the browser with this session; in how many they were.
pub fn end_others(tx: &mut Tx<'_>, person_id: i64, id: i64) -> Result<u64> {
    let sql = "delete from session where id <> $1 and person_id is not null and person_id = $2";
    tx.exec(sql, values![id, person_id])
}

/// Signs a person out everywhere.
pub fn end_of_person(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.exec("delete from session where person_id is not null and person_id = $1", values![id]).map(|_| ())
}

/// Signs a customer out everywhere.
pub fn end_of_customer(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.exec("delete from session where customer_id is not null and customer_id = $1", values![id]).map(|_| ())
}

/// Forgets sessions that nobody can be signed in with any more.
pub fn sweep(tx: &mut Tx<'_>) -> Result<u64> {
    let now = tx.now();
    tx.exec("delete from session where seen_at <= $1", values![now - CUSTOMER_IDLE])
}
