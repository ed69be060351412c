//! What happened to a customer, the newest first: for whoever answers their mail.

use super::audit::Action;
use super::shop::Shop;
use super::{customer, mail};
use crate::base::actor::ActorKind;
use crate::base::error::Result;
use crate::base::time::Millis;
use crate::store::Tx;
use crate::values;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Millis,
    /// What.
    pub what: What,
}

/// What may happen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "ids, and what the schema calls the same")]
pub enum What {
    /// They placed an order, or it was placed for them.
    Ordered { order_id: i64 },
    /// A payment was made, declined or given back; `is_part`: it left something due.
    Payment { order_id: i64, status: String, is_part: bool },
    /// An order was cancelled.
    Cancelled { order_id: i64 },
    /// A licence was issued to them.
    Issued { licence_id: i64, key: String },
    /// An app took a use.
    Activated { licence_id: i64, key: String, ip: String },
    /// A use was freed.
    Freed { licence_id: i64, key: String, by_buyer: bool },
    /// A letter was written to them.
    Letter { template: mail::Template, status: mail::Status },
    /// Somebody changed them, or something of theirs.
    Changed { audit_id: i64, action: Action, by: ActorKind },
}

/// Changes that are told as what they led to.
const TOLD: [Action; 7] = [
    Action::OrderPlaced,
    Action::OrderPaid,
    Action::OrderPaidInPart,
    Action::OrderDeclined,
    Action::OrderCancelled,
    Action::OrderRefunded,
    Action::LicenceIssued,
];

/// The last `limit` things that happened to a customer.
pub fn timeline(tx: &mut Tx<'_>, shop: Shop, customer_id: i64, limit: i64) -> Result<Vec<Moment>> {
    customer::get(tx, shop, customer_id)?;
    let mut all = orders(tx, customer_id, limit)?;
    all.extend(licences(tx, customer_id, limit)?);
    all.extend(tx.all(
        "select created_at, template, status from mail where customer_id is not null and customer_id = $1 order by id desc limit $2",
        values![customer_id, limit],
        |row| Ok(Moment { at: row.get(0)?, what: What::Letter { template: row.word(1)?, status: row.word(2)? } }),
    )?);
    let changes = tx.all(
        "select created_at, id, action, actor_kind from audit where customer_id is not null and customer_id = $1 \
         order by id desc limit $2",
        values![customer_id, limit],
        |row| {
            let what = What::Changed { audit_id: row.get(1)?, action: row.word(2)?, by: row.word(3)? };
            Ok(Moment { at: row.get(0)?, what })
        },
    )?;
    let is_new = |one: &Moment| !matches!(one.what, What::Changed { action, .. } if TOLD.contains(&action));
    all.extend(changes.into_iter().filter(is_new));
    all.sort_by_key(|moment| std::cmp::Reverse(moment.at));
    all.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(all)
}

fn orders(tx: &mut Tx<'_>, customer_id: i64, limit: i64) -> Result<Vec<Moment>> {
    let mut all = Vec::new();
    let placed = tx.all(
        "select id, created_at, canceled_at from sale where customer_id = $1 order by id desc limit $2",
        values![customer_id, limit],
        |row| Ok((row.get::<i64>(0)?, row.get(1)?, row.get::<Option<Millis>>(2)?)),
    )?;
    for (order_id, at, canceled_at) in placed {
        all.push(Moment { at, what: What::Ordered { order_id } });
        all.extend(canceled_at.map(|at| Moment { at, what: What::Cancelled { order_id } }));
    }
    all.extend(tx.all(
        "select p.created_at, p.sale_id, p.status, case when s.paid_at is null or p.id < \
         (select max(q.id) from payment q where q.sale_id = s.id and q.status = 'paid') then 1 else 0 end \
         from sale s join payment p on p.sale_id = s.id where s.customer_id = $1 order by p.id desc limit $2",
        values![customer_id, limit],
        |row| {
            let what = What::Payment { order_id: row.get(1)?, status: row.get(2)?, is_part: row.get(3)? };
            Ok(Moment { at: row.get(0)?, what })
        },
    )?);
    Ok(all)
}

fn licences(tx: &mut Tx<'_>, customer_id: i64, limit: i64) -> Result<Vec<Moment>> {
    let mut all = tx.all(
        "select l.issued_at, l.id, l.key from purchase p join licence l on l.purchase_id = p.id where p.customer_id = $1 \
         order by l.id desc limit $2",
        values![customer_id, limit],
        |row| Ok(Moment { at: row.get(0)?, what: What::Issued { licence_id: row.get(1)?, key: row.get(2)? } }),
    )?;
    all.extend(tx.all(
        "select a.activated_at, l.id, l.key, a.ip from purchase p join licence l on l.purchase_id = p.id \
         join activation a on a.licence_id = l.id where p.customer_id = $1 order by a.activated_at desc limit $2",
        values![customer_id, limit],
        |row| {
            let what = What::Activated { licence_id: row.get(1)?, key: row.get(2)?, ip: row.get(3)? };
            Ok(Moment { at: row.get(0)?, what })
        },
    )?);
    all.extend(tx.all(
        "select a.released_at, l.id, l.key, a.by_buyer from purchase p join licence l on l.purchase_id = p.id \
         join activation a on a.licence_id = l.id where p.customer_id = $1 and a.released_at is not null \
         order by a.released_at desc limit $2",
        values![customer_id, limit],
        |row| {
            let what = What::Freed { licence_id: row.get(1)?, key: row.get(2)?, by_buyer: row.get(3)? };
            Ok(Moment { at: row.get(0)?, what })
        },
    )?);
    Ok(all)
}
