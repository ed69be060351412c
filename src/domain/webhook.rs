//! Webhook endpoints: who is told of events, at which address, and in which format (contract platform.md, "Webhooks").

use serde_json::json;

use super::audit::{self, Action};
use super::event::{self, Kind};
use super::mail_cause;
use super::shop::Shop;
use super::webhook_dialect::{self, Dialect};
use crate::base::dice::Dice;
use crate::base::error::{Error, Result};
use crate::base::seal::Master;
use crate::base::text;
use crate::base::time::{DAY, Millis, rfc3339};
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::{values, words};

/// How long the old secret signs too after a new one was made.
pub const OVERLAP: Millis = DAY;
/// After so long of nothing but failures, an endpoint is switched off.
pub const HOPELESS: Millis = 5 * DAY;
/// The most that a shop may have.
const MOST: i64 = 200;

words! {
    /// How a delivery is signed.
    Format, "webhook format" {
        /// `X-Webhook-Signature`: HMAC-SHA256 of the raw body in hexadecimal digits.
        Shookout = "shookout",
        /// The headers of Standard Webhooks.
        Standard = "standard",
    }
}

/// An endpoint; columns as in `schema.sql`, table `webhook`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Webhook {
    pub id: i64,
    pub url: String,
    pub dialect: Dialect,
    /// In the dialect's words. Empty: every one.
    pub events: Vec<&'static str>,
    pub format: Format,
    pub is_on: bool,
    pub off_reason: Option<String>,
    pub failing_since: Option<Millis>,
    pub created_at: Millis,
    pub product_id: Option<i64>,
    pub payment_link_id: Option<i64>,
}

/// What to set on an endpoint; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Change {
    /// Looked at already: it leads to nobody's own network.
    pub url: Option<String>,
    /// Of a new one; it stays, since what waits to be sent is in its words.
    pub dialect: Option<Dialect>,
    pub events: Option<Vec<&'static str>>,
    pub format: Option<Format>,
    pub is_on: Option<bool>,
    /// Of a new one.
    pub product_id: Option<i64>,
    /// Of a new one.
    pub payment_link_id: Option<i64>,
}

/// Makes an endpoint; `change.url` is needed. It and its secret, which is not shown again.
pub fn new(tx: &mut Tx<'_>, shop: Shop, change: &Change, master: &Master) -> Result<(Webhook, String)> {
    let url = address(change.url.as_deref().unwrap_or_default())?;
    let count: i64 =
        tx.one("select count(*) from webhook where site_id = $1", values![shop.site_id], |row| row.get(0))?;
    if count >= MOST {
        return Err(
            Error::refused(format!("a shop has at most {MOST} endpoints: delete one")).about("too_many")
        );
    }
    let secret = match change.dialect {
        Some(Dialect::Shopkit | Dialect::Shoppy) => told_secret(tx, shop, master)?,
        Some(Dialect::Platform | Dialect::Shopvo) | None => secret(tx.dice()),
    };
    let now = tx.now();
    let id = tx.one(
        "insert into webhook (site_id, is_test, url, dialect, sealed_secret, created_at, product_id, payment_link_id) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
        values![
            shop.site_id,
            shop.is_test(),
            &url,
            change.dialect.unwrap_or(Dialect::Platform).as_str(),
            &master.seal(PURPOSE, &secret, tx.dice())?,
            now,
            change.product_id,
            change.payment_link_id
        ],
        |row| row.get(0),
    )?;
    let (_, webhook) = store(tx, shop, id, change)?;
    audit::created(tx, shop, Action::WebhookCreated, id, &webhook)?;
    Ok((webhook, secret))
}

/// Changes an endpoint. One that is switched on again begins with a clean slate.
pub fn set(tx: &mut Tx<'_>, shop: Shop, id: i64, change: &Change) -> Result<Webhook> {
    let (old, new) = store(tx, shop, id, change)?;
    audit::changed(tx, shop, Action::WebhookChanged, id, &old, &new)?;
    Ok(new)
}

/// Changes an endpoint: how it was, and how it is.
fn store(tx: &mut Tx<'_>, shop: Shop, id: i64, change: &Change) -> Result<(Webhook, Webhook)> {
    let old = get(tx, shop, id)?;
    let url = change.url.as_deref().map_or(Ok(old.url.clone()), address)?;
    if change.dialect.is_some_and(|dialect| dialect != old.dialect) {
        let message = format!("this endpoint is of the dialect {}: make another", old.dialect);
        return Err(Error::invalid(message).about("dialect"));
    }
    let events = change.events.as_ref().unwrap_or(&old.events);
    old.dialect.check(events)?;
    let is_on = change.is_on.unwrap_or(old.is_on);
    let begins_anew = is_on && !old.is_on;
    tx.exec(
        "update webhook set url = $2, events = $3, format = $4, is_on = $5, off_reason = $6, failing_since = $7 where id = $1",
        values![
            id,
            &url,
            &events.join(" "),
            change.format.unwrap_or(old.format).as_str(),
            is_on,
            old.off_reason.as_ref().filter(|_| !begins_anew),
            old.failing_since.filter(|_| !begins_anew)
        ],
    )?;
    Ok((old, get(tx, shop, id)?))
}

fn address(url: &str) -> Result<String> {
    text::web_address(url).map_err(|e| e.about("url"))
}

/// What sealed secrets are for.
const PURPOSE: &str = "webhook secret";

/// A new secret: `whsec_` and 32 random bytes in Base64, as Standard Webhooks has them.
fn secret(dice: &Dice) -> String {
    let mut bytes = [0; 32];
    dice.fill(&mut bytes);
    format!("whsec_{}", text::base64(&bytes))
}

/// What seals the one secret of a shop.
const TOLD_PURPOSE: &str = "told secret";

/// The secret that webhooks of those dialects begin with that have one a shop and never tell it: made when it is first asked for.
pub fn told_secret(tx: &mut Tx<'_>, shop: Shop, master: &Master) -> Result<String> {
    let sealed: Option<String> =
        tx.one("select sealed_told_secret from site where id = $1", values![shop.site_id], |row| row.get(0))?;
    if let Some(sealed) = sealed {
        return master.open(TOLD_PURPOSE, &sealed);
    }
    let secret = tx.dice().base62(40);
    let sealed = master.seal(TOLD_PURPOSE, &secret, tx.dice())?;
    tx.exec("update site set sealed_told_secret = $2 where id = $1", values![shop.site_id, &sealed])?;
    Ok(secret)
}

/// Gives an endpoint a new secret, which is not shown again; the old one signs too for a day.
pub fn rotate(tx: &mut Tx<'_>, shop: Shop, id: i64, master: &Master) -> Result<(Webhook, String)> {
    get(tx, shop, id)?;
    let (secret, now) = (secret(tx.dice()), tx.now());
    tx.exec(
        "update webhook set old_sealed_secret = sealed_secret, old_until = $2, sealed_secret = $3 where id = $1",
        values![id, now + OVERLAP, &master.seal(PURPOSE, &secret, tx.dice())?],
    )?;
    let new = json!({"old_secret_until": rfc3339(now + OVERLAP)});
    audit::created(tx, shop, Action::WebhookRotated, id, &new)?;
    Ok((get(tx, shop, id)?, secret))
}

/// The secrets that sign now, the newest first. One of before the master key was lost signs no more.
pub fn secrets(tx: &mut Tx<'_>, id: i64, master: &Master) -> Result<Vec<String>> {
    let now = tx.now();
    let sealed = tx.one(
        "select sealed_secret, old_sealed_secret, old_until from webhook where id = $1",
        values![id],
        |row| Ok((row.get::<String>(0)?, row.get::<Option<String>>(1)?, row.get::<Option<Millis>>(2)?)),
    )?;
    let old = sealed.1.filter(|_| sealed.2.is_some_and(|until| until > now));
    let old = old.and_then(|sealed| master.open(PURPOSE, &sealed).ok());
    Ok(std::iter::once(master.open(PURPOSE, &sealed.0)?).chain(old).collect())
}

/// Removes an endpoint and all that was to be, or was, delivered to it.
pub fn delete(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Webhook> {
    let webhook = get(tx, shop, id)?;
    tx.exec("delete from webhook_delivery where webhook_id = $1", values![id])?;
    tx.exec("delete from webhook where id = $1", values![id])?;
    audit::ended(tx, shop, Action::WebhookDeleted, id, &webhook)?;
    Ok(webhook)
}

/// Switches an endpoint off that cannot or will not be told, for a reason that is shown, and gives up what waits for it.
pub fn switch_off(tx: &mut Tx<'_>, id: i64, reason: &str) -> Result<()> {
    let now = tx.now();
    let off = tx.exec(
        "update webhook set is_on = 0, off_reason = $2 where id = $1 and is_on = 1",
        values![id, reason],
    )?;
    tx.exec(
        "update webhook_delivery set status = 'failed', due_at = null, claimed_until = null, ended_at = $2 \
         where webhook_id = $1 and due_at is not null",
        values![id, now],
    )?;
    if off == 0 {
        return Ok(());
    }
    let (shop, url) =
        tx.one("select site_id, is_test, url from webhook where id = $1", values![id], |row| {
            Ok((Shop::of(row.get(0)?, row.get(1)?), row.get::<String>(2)?))
        })?;
    audit::by_server(tx, shop, Action::WebhookDisabled, id, &json!({"active": false, "reason": reason}))?;
    let data = json!({"webhook": {"id": id, "url": url, "reason": reason}});
    event::note(tx, shop, Kind::WebhookDisabled, &data)?;
    mail_cause::webhook_disabled(tx, shop, id)
}

/// The endpoint with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Webhook> {
    tx.maybe(
        "select id, url, dialect, events, format, is_on, off_reason, failing_since, created_at, product_id, \
         payment_link_id from webhook \
         where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| {
        Error::not_found(format!("there is no webhook {id}; `keywright webhook list` shows those there are"))
    })
}

/// As [`get`], of one of this dialect.
pub fn of(tx: &mut Tx<'_>, shop: Shop, dialect: Dialect, id: i64) -> Result<Webhook> {
    let webhook = get(tx, shop, id)?;
    if webhook.dialect == dialect {
        return Ok(webhook);
    }
    Err(Error::not_found(format!("there is no webhook {id} of the dialect {dialect}")))
}

/// As [`get`], of one that is switched on.
pub fn on(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Webhook> {
    let webhook = get(tx, shop, id)?;
    if webhook.is_on {
        return Ok(webhook);
    }
    Err(Error::refused("this endpoint is switched off: switch it on first").about("webhook_off"))
}

/// Endpoints, newest first: `limit` of them from `start` on.
pub fn list(tx: &mut Tx<'_>, shop: Shop, start: impl Into<Start>, limit: i64) -> Result<Vec<Webhook>> {
    let mut list = List::new(
        "select id, url, dialect, events, format, is_on, off_reason, failing_since, created_at, product_id, \
         payment_link_id from webhook",
    );
    list.with("site_id = ?", shop.site_id);
    list.with("is_test = ?", i64::from(shop.is_test()));
    list.page(tx, "id", start, limit, read)
}

fn narrowed<'a>(select: &'static str, shop: Shop, dialect: Dialect) -> List<'a> {
    let mut list = List::new(select);
    list.with("site_id = ?", shop.site_id);
    list.with("is_test = ?", i64::from(shop.is_test()));
    list.with("dialect = ?", dialect.as_str());
    list
}

/// As [`list`], of one dialect, `skip` rows further.
pub fn page(
    tx: &mut Tx<'_>,
    shop: Shop,
    dialect: Dialect,
    start: impl Into<Start>,
    (limit, skip): (i64, i64),
) -> Result<Vec<Webhook>> {
    let list = narrowed(
        "select id, url, dialect, events, format, is_on, off_reason, failing_since, created_at, product_id, \
         payment_link_id from webhook",
        shop,
        dialect,
    );
    list.skipping(skip).page(tx, "id", start, limit, read)
}

/// How many there are in such a list.
pub fn count(tx: &mut Tx<'_>, shop: Shop, dialect: Dialect) -> Result<i64> {
    narrowed("select id from webhook", shop, dialect).count(tx)
}

fn read(row: &Row<'_>) -> Result<Webhook> {
    Ok(Webhook {
        id: row.get(0)?,
        url: row.get(1)?,
        dialect: row.word(2)?,
        events: row.get::<String>(3)?.split_whitespace().map(webhook_dialect::word).collect::<Result<_>>()?,
        format: row.word(4)?,
        is_on: row.get(5)?,
        off_reason: row.get(6)?,
        failing_since: row.get(7)?,
        created_at: row.get(8)?,
        product_id: row.get(9)?,
        payment_link_id: row.get(10)?,
    })
}
