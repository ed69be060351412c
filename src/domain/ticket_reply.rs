//! What is said to a ticket, by the shop or by who asked.

use serde::Serialize;
use serde_json::json;

use super::audit::{self, Action};
use super::event::{self, Kind};
use super::mail_cause;
use super::shop::Shop;
use super::ticket::{self, Status};
use crate::base::error::Result;
use crate::base::time::Millis;
use crate::store::{Row, Tx};
use crate::values;

/// A reply; columns as in `schema.sql`, table `ticket_reply`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Reply {
    pub id: i64,
    #[serde(skip)]
    pub ticket_id: i64,
    pub by_shop: bool,
    pub message: String,
    #[serde(skip)]
    pub created_at: Millis,
}

/// Says something to a ticket, which then waits for the other side; one that was over is not any more. What the shop says is mailed to who
/// asked.
pub fn new(tx: &mut Tx<'_>, shop: Shop, ticket_id: i64, by_shop: bool, message: &str) -> Result<Reply> {
    let ticket = ticket::get(tx, shop, ticket_id)?;
    let (message, now) = (ticket::message(message)?, tx.now());
    let id = tx.one(
        "insert into ticket_reply (ticket_id, by_shop, message, created_at) values ($1, $2, $3, $4) returning id",
        values![ticket_id, by_shop, &message, now],
        |row| row.get::<i64>(0),
    )?;
    let status = if by_shop { Status::Replied } else { Status::UserReply };
    tx.exec(
        "update ticket set status = $2, updated_at = $3 where id = $1",
        values![ticket_id, status.as_str(), now],
    )?;
    let changed = ticket::get(tx, shop, ticket_id)?;
    let told = json!({"ticket": ticket::told(&changed), "reply": {"id": id, "by_shop": by_shop}});
    event::note_of(tx, shop, Kind::TicketReplied, &told, ticket.customer_id)?;
    audit::created(tx, shop, Action::TicketReplied, ticket_id, &json!({"reply_id": id, "by_shop": by_shop}))?;
    if by_shop {
        mail_cause::ticket_answered(tx, shop, &changed, id)?;
    }
    get(tx, id)
}

fn get(tx: &mut Tx<'_>, id: i64) -> Result<Reply> {
    tx.one(
        "select id, ticket_id, by_shop, message, created_at from ticket_reply where id = $1",
        values![id],
        read,
    )
}

/// What the shop said to a ticket: this, or else the newest.
pub(super) fn of_shop(tx: &mut Tx<'_>, ticket_id: i64, id: Option<i64>) -> Result<Option<Reply>> {
    let said = list(tx, ticket_id)?.into_iter().rev();
    Ok(said.filter(|reply| reply.by_shop).find(|reply| id.is_none_or(|id| reply.id == id)))
}

/// What who asked said last to a ticket, if they have said more than they asked.
pub(super) fn of_asker(tx: &mut Tx<'_>, ticket_id: i64) -> Result<Option<Reply>> {
    Ok(list(tx, ticket_id)?.into_iter().rev().find(|reply| !reply.by_shop))
}

/// What was said to a ticket, the oldest first.
pub fn list(tx: &mut Tx<'_>, ticket_id: i64) -> Result<Vec<Reply>> {
    tx.all(
        "select id, ticket_id, by_shop, message, created_at from ticket_reply where ticket_id = $1 order by id",
        values![ticket_id],
        read,
    )
}

fn read(row: &Row<'_>) -> Result<Reply> {
    Ok(Reply {
        id: row.get(0)?,
        ticket_id: row.get(1)?,
        by_shop: row.get(2)?,
        message: row.get(3)?,
        created_at: row.get(4)?,
    })
}
