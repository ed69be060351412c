//! Mail: a letter is a row, written with what it tells of and sent afterwards (`mail_delivery.rs`, `jobs/mail.rs`), so that a
//! mail server that is away loses nothing. A row holds ids; names, keys and sums are looked up when the letter is sent
//! (`letter.rs`).
//!
//! Letters are queued whether this process knows a way to send them or not: a command need not know how its server was started.
//! One that nobody has sent for five days is given up, so a shop that is mailed from elsewhere keeps a small row for each
//! order, for five days and the thirty that ended letters are kept.

use serde_json::{Value, json};

use super::audit::{self, Action};
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::seal::Master;
use crate::base::time::{DAY, Millis};
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::{values, words};

/// How long letters that ended are kept.
const KEPT: Millis = 30 * DAY;
/// The most that one sweep forgets or gives up.
const SWEEP: i64 = 5_000;
/// A letter that was due for so long is given up: nobody sends mail here.
pub(super) const PATIENCE: Millis = 5 * DAY;

words! {
    /// Which letter; also what its template files are called.
    Template, "mail" {
        /// An order was paid: what was bought, with keys and links.
        Receipt = "receipt",
        /// A buyer wants to sign in: a link and a code.
        SignIn = "sign_in",
        /// A key was issued without an order.
        LicenceIssued = "licence_issued",
        /// A purchase ends in some days.
        Expiring = "expiring",
        /// A purchase has ended.
        Expired = "expired",
        /// Money went back.
        Refunded = "refunded",
        /// There is a new release, for those who asked to be told.
        NewRelease = "new_release",
        /// An endpoint was switched off; for those who run the shop.
        WebhookDisabled = "webhook_disabled",
        /// The shop has answered a question, for who asked.
        TicketAnswered = "ticket_answered",
        /// A question waits for the shop; for those who answer there.
        TicketWaits = "ticket_waits",
        /// Somebody tries whether mail arrives.
        Test = "test",
    }
}

words! {
    /// How a letter stands.
    Status, "letter status" {
        /// It will be tried, or tried again.
        Pending = "pending",
        /// The mail server took it, or there was no need for it any more: `said` tells.
        Sent = "sent",
        /// It was given up.
        Failed = "failed",
    }
}

/// A letter to be sent.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Letter<'a> {
    pub template: Template,
    pub recipient: &'a str,
    pub customer_id: Option<i64>,
    pub about: Value,
    pub once: Option<String>,
}

/// Leaves a letter to be sent, unless one with the same `once` was; whether it did.
pub fn queue(tx: &mut Tx<'_>, shop: Shop, letter: &Letter<'_>) -> Result<bool> {
    add(tx, shop, letter, None)
}

/// As [`queue`], with something that may stand in no table: it is sealed until the letter is sent, and gone then.
pub fn queue_sealed(
    tx: &mut Tx<'_>,
    shop: Shop,
    letter: &Letter<'_>,
    secret: &Value,
    master: &Master,
) -> Result<bool> {
    let sealed = master.seal(PURPOSE, &secret.to_string(), tx.dice())?;
    add(tx, shop, letter, Some(&sealed))
}

/// What secrets of letters are sealed for.
pub(super) const PURPOSE: &str = "mail";

fn add(tx: &mut Tx<'_>, shop: Shop, letter: &Letter<'_>, sealed: Option<&str>) -> Result<bool> {
    // An address under this name leads nowhere (RFC 2606): whoever had it was erased.
    if letter.recipient.ends_with(".invalid") {
        return Ok(false);
    }
    let now = tx.now();
    let added = tx.exec(
        "insert into mail (site_id, is_test, template, recipient, customer_id, about, sealed, once, due_at, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) on conflict (once) do nothing",
        values![
            shop.site_id,
            shop.is_test(),
            letter.template.as_str(),
            letter.recipient,
            letter.customer_id,
            &letter.about.to_string(),
            sealed,
            letter.once.as_deref(),
            now
        ],
    )?;
    Ok(added == 1)
}

/// A letter, as the log shows it; columns as in `schema.sql`, table `mail`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Mail {
    pub id: i64,
    pub template: Template,
    pub recipient: String,
    pub customer_id: Option<i64>,
    /// JSON, as it stands.
    pub about: String,
    pub status: Status,
    pub attempts: i64,
    pub due_at: Option<Millis>,
    pub said: Option<String>,
    pub created_at: Millis,
    pub ended_at: Option<Millis>,
}

/// Letters of a shop, newest first: `limit` of them from `start` on, those that stand so.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    status: Option<Status>,
    start: impl Into<Start>,
    limit: i64,
) -> Result<Vec<Mail>> {
    let mut list = List::new(
        "select id, template, recipient, customer_id, about, status, attempts, due_at, said, created_at, ended_at from mail",
    );
    list.with("site_id = ?", shop.site_id);
    list.with("is_test = ?", shop.is_test());
    list.maybe("status = ?", status.map(Status::as_str));
    list.page(tx, "id", start, limit, read)
}

/// The letter with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Mail> {
    tx.maybe(
        "select id, template, recipient, customer_id, about, status, attempts, due_at, said, created_at, ended_at from mail \
         where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no letter {id}; `keywright mail list` shows those there are")))
}

/// Sends a letter again: one that waits is tried now, and one that ended is queued anew, as another letter.
pub fn again(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Mail> {
    let letter = send_again(tx, shop, id)?;
    let told = json!({"template": letter.template, "letter": letter.id});
    audit::created(tx, shop, Action::MailSentAgain, id, &told)?;
    Ok(letter)
}

fn send_again(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Mail> {
    let (old, now) = (get(tx, shop, id)?, tx.now());
    if old.status == Status::Pending {
        let hurried = tx.exec(
            "update mail set due_at = $2, attempts = 0, claimed_until = null \
             where id = $1 and due_at is not null and (claimed_until is null or claimed_until <= $2)",
            values![id, now],
        )?;
        return match hurried {
            0 => Err(Error::refused("this letter is being sent at this moment")),
            _ => get(tx, shop, id),
        };
    }
    if old.template == Template::SignIn {
        let message = "what this letter held is gone: whoever wants to sign in asks for another";
        return Err(Error::refused(message));
    }
    let copy = tx.one(
        "insert into mail (site_id, is_test, template, recipient, customer_id, about, due_at, created_at) \
         select site_id, is_test, template, recipient, customer_id, about, cast($2 as bigint), cast($2 as bigint) \
         from mail where id = $1 returning id",
        values![id, now],
        |row| row.get(0),
    )?;
    get(tx, shop, copy)
}

/// How mail stands, over all shops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Letters that wait to be sent.
    pub waiting: i64,
    /// Since when the oldest of them waits.
    pub oldest_at: Option<Millis>,
    /// Letters that were given up within a day.
    pub failed: i64,
}

/// How mail stands.
pub fn standing(tx: &mut Tx<'_>) -> Result<Standing> {
    let now = tx.now();
    let (waiting, oldest_at) =
        tx.one("select count(*), min(created_at) from mail where due_at is not null", &[], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let failed = tx.one(
        "select count(*) from mail where ended_at is not null and ended_at > $1 and status = 'failed'",
        values![now - DAY],
        |row| row.get(0),
    )?;
    Ok(Standing { waiting, oldest_at, failed })
}

/// Gives up letters that nobody has sent for too long, and forgets those that ended long ago, some at a time; whether there are
/// more.
pub fn sweep(tx: &mut Tx<'_>) -> Result<bool> {
    let now = tx.now();
    let given_up = tx.exec(
        "update mail set status = 'failed', due_at = null, claimed_until = null, sealed = null, ended_at = $1, said = $2 \
         where id in (select id from mail where due_at is not null and due_at <= $3 order by due_at limit $4)",
        values![now, "nobody sent it within five days: mail was not set up, or no server ran", now - PATIENCE, SWEEP],
    )?;
    let gone = tx.exec(
        "delete from mail where id in (select id from mail where ended_at is not null and ended_at <= $1 \
         order by ended_at limit $2)",
        values![now - KEPT, SWEEP],
    )?;
    Ok(i64::try_from(given_up.max(gone)) == Ok(SWEEP))
}

/// Forgets all letters to a customer, sent or not; those to their address from before they were one, too.
pub fn forget_person(tx: &mut Tx<'_>, shop: Shop, customer_id: i64, email: &str) -> Result<()> {
    tx.exec("delete from mail where customer_id is not null and customer_id = $1", values![customer_id])?;
    tx.exec(
        "delete from mail where site_id = $1 and is_test = $2 and customer_id is null and recipient = $3 \
         and template = 'ticket_answered'",
        values![shop.site_id, shop.is_test(), email],
    )
    .map(|_| ())
}

/// Lets a customer's letters be those of another, who took the first one's place; what waits goes to their address.
pub fn merge_person(tx: &mut Tx<'_>, id: i64, into: i64, email: &str) -> Result<()> {
    tx.exec(
        "update mail set customer_id = $2, recipient = case when due_at is null then recipient else $3 end \
         where customer_id is not null and customer_id = $1",
        values![id, into, email],
    )
    .map(|_| ())
}

fn read(row: &Row<'_>) -> Result<Mail> {
    Ok(Mail {
        id: row.get(0)?,
        template: row.word(1)?,
        recipient: row.get(2)?,
        customer_id: row.get(3)?,
        about: row.get(4)?,
        status: row.word(5)?,
        attempts: row.get(6)?,
        due_at: row.get(7)?,
        said: row.get(8)?,
        created_at: row.get(9)?,
        ended_at: row.get(10)?,
    })
}
