//! Letters to many: reminders of purchases that near their end, and news of a release. Each is found some at a time, and none is
//! queued twice, however many processes look.

use serde_json::{Value, json};

use super::job::{self, Job};
use super::mail::{self, Letter, Template};
use super::mail_cause::NEWS;
use super::product;
use super::release::{self, Release, Status};
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::time::{DAY, Millis, SECOND};
use crate::store::Tx;
use crate::values;

/// How many days before the end of a purchase its owner is reminded.
pub const DAYS: [i64; 3] = [30, 7, 1];
/// The kind of the job that writes to those who want news of a release.
pub const TELL: &str = "mail news";
/// The most letters of news that are queued at a time, and how long after that the next are: letters that somebody waits for, such
/// as one to sign in with, come soon behind so few.
const PIECE: i64 = 100;
const BREATH: Millis = 5 * SECOND;
/// The most customers that are looked at in one transaction.
const LOOK: i64 = 5_000;

/// How far the purchases are reminded of that are so many days before their end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    expires_at: Millis,
    id: i64,
}

struct Near {
    mark: Mark,
    shop: Shop,
    customer_id: i64,
    email: String,
    is_long: bool,
}

/// Reminds owners of at most `limit` purchases that came within `days` of their end, behind the `mark` or within a day; how far
/// that went, and whether there may be more. A term that is not longer than `days` is not reminded of: its buyer knows.
pub fn remind(tx: &mut Tx<'_>, days: i64, mark: Option<Mark>, limit: i64) -> Result<(Mark, bool)> {
    let (now, ahead) = (tx.now(), days * DAY);
    let from = mark.unwrap_or(Mark { expires_at: now + ahead - DAY, id: 0 });
    let found = tx.all(
        "select p.id, p.expires_at, p.started_at, p.site_id, p.is_test, p.customer_id, c.email, d.term_days from purchase p \
         join customer c on c.id = p.customer_id join product d on d.id = p.product_id \
         where p.status = 'active' and p.expires_at is not null and p.expires_at >= $1 and p.expires_at <= $3 \
         and (p.expires_at > $1 or p.id > $2) order by p.expires_at, p.id limit $4",
        values![from.expires_at, from.id, now + ahead, limit],
        |row| {
            let (expires_at, started_at): (Millis, Millis) = (row.get(1)?, row.get(2)?);
            let is_long = row.get::<Option<i64>>(7)?.is_none_or(|term| term > days);
            Ok(Near {
                mark: Mark { expires_at, id: row.get(0)? },
                shop: Shop::of(row.get(3)?, row.get(4)?),
                customer_id: row.get(5)?,
                email: row.get(6)?,
                is_long: is_long && expires_at - started_at > ahead,
            })
        },
    )?;
    let mut reached = from;
    for Near { mark, shop, customer_id, email, is_long } in &found {
        reached = *mark;
        if !is_long {
            continue;
        }
        let Mark { expires_at, id } = mark;
        let letter = Letter {
            template: Template::Expiring,
            recipient: email,
            customer_id: Some(*customer_id),
            about: json!({"purchase": id, "expires_at": expires_at, "days": days}),
            once: Some(format!("expiring {days} {id} {expires_at}")),
        };
        mail::queue(tx, *shop, &letter)?;
    }
    Ok((reached, i64::try_from(found.len()) == Ok(limit)))
}

/// A release came out: leaves a job to write to those who want to know, unless it is of another channel than the stable one, or came
/// out long ago.
pub fn announce(tx: &mut Tx<'_>, shop: Shop, release: &Release) -> Result<()> {
    if release.channel != release::STABLE || release.released_at <= tx.now() - NEWS {
        return Ok(());
    }
    leave(tx, shop, release.id, 0, 0)
}

fn leave(tx: &mut Tx<'_>, shop: Shop, release_id: i64, after: i64, wait: Millis) -> Result<()> {
    let about = json!({"release": release_id, "site": shop.site_id, "test": shop.is_test(), "after": after});
    job::add_later(tx, TELL, &about.to_string(), wait)
}

/// Does a piece of the job that [`announce`] left, ends it, and leaves the next piece. A release that is not the newest any more is
/// no news.
pub fn piece(tx: &mut Tx<'_>, job: &Job) -> Result<()> {
    if !job::done(tx, job)? {
        return Ok(());
    }
    let about: Value = serde_json::from_str(&job.about)
        .map_err(|e| Error::broken(format!("what a job is about is no JSON: {e}")))?;
    let number = |name: &str| about[name].as_i64().unwrap_or_default();
    let shop = Shop::of(number("site"), about["test"] == true);
    let (id, after) = (number("release"), number("after"));
    let Ok(release) = release::get(tx, id) else { return Ok(()) };
    let product = product::get(tx, shop, release.product_id)?;
    let newest = release::newest_of(tx, product.id, release::STABLE)?;
    let is_shown = product.approved && product.visible && release.status == Status::Published;
    if !is_shown || newest.is_none_or(|newest| newest.id != id) {
        return Ok(());
    }
    let wanting = wanting(tx, shop, product.id, after)?;
    for (customer_id, email) in &wanting {
        let letter = Letter {
            template: Template::NewRelease,
            recipient: email,
            customer_id: Some(*customer_id),
            about: json!({"release": id}),
            once: Some(format!("new_release {id} {customer_id}")),
        };
        mail::queue(tx, shop, &letter)?;
    }
    let is_full = i64::try_from(wanting.len()) == Ok(PIECE);
    let reached = wanting.last().filter(|_| is_full).map_or(after + LOOK, |(customer_id, _)| *customer_id);
    let last = tx.one("select coalesce(max(id), 0) from customer", &[], |row| row.get::<i64>(0))?;
    if reached >= last {
        return Ok(());
    }
    leave(tx, shop, id, reached, if wanting.is_empty() { 0 } else { BREATH })
}

/// Customers who want news and own the product, of the next some.
fn wanting(tx: &mut Tx<'_>, shop: Shop, product_id: i64, after: i64) -> Result<Vec<(i64, String)>> {
    let now = tx.now();
    tx.all(
        "select c.id, c.email from customer c where c.id > $1 and c.id <= $2 and c.wants_news = 1 and c.site_id = $3 and c.is_test = $4 \
         and exists (select 1 from purchase p where p.customer_id = c.id and p.product_id = $5 and p.status = 'active' \
         and (p.expires_at is null or p.expires_at > $6)) order by c.id limit $7",
        values![after, after + LOOK, shop.site_id, shop.is_test(), product_id, now, PIECE],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}
