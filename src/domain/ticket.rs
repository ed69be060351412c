//! Tickets: questions to the shop. What is said to them is in `ticket_reply.rs`.

use serde::Serialize;
use serde_json::json;

use super::audit::{self, Action};
use super::event::{self, Kind};
use super::shop::Shop;
use super::{customer, ticket_reply};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::base::time::Millis;
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::{values, words};

words! {
    /// Whose turn it is.
    Status, "ticket status" {
        /// Nobody has answered yet.
        Open = "open",
        /// Who asked has said something more.
        UserReply = "user_reply",
        /// The shop has answered.
        Replied = "replied",
        /// It is over.
        Closed = "closed",
        /// It is over, and who asked was helped.
        Solved = "solved",
    }
}

impl Status {
    /// Whether somebody waits for an answer of the shop.
    pub fn waits(self) -> bool {
        matches!(self, Self::Open | Self::UserReply)
    }

    /// Whether it is over.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Solved)
    }
}

/// A ticket; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Ticket {
    pub id: i64,
    #[serde(skip)]
    pub customer_id: Option<i64>,
    pub email: String,
    pub subject: String,
    pub message: String,
    pub status: Status,
    #[serde(skip)]
    pub created_at: Millis,
    #[serde(skip)]
    pub updated_at: Millis,
}

/// A ticket to be written.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Draft {
    pub email: String,
    pub subject: String,
    pub message: String,
}

/// What somebody writes in a ticket, fit to be stored.
pub(super) fn message(text: &str) -> Result<String> {
    let message = text::page("the message", text.trim(), 10_000).map_err(|e| e.about("message"))?;
    if message.is_empty() {
        return Err(Error::invalid("the message is empty").about("message"));
    }
    Ok(message)
}

/// Takes a question in.
pub fn new(tx: &mut Tx<'_>, shop: Shop, draft: &Draft) -> Result<Ticket> {
    let email = text::email(&draft.email).map_err(|e| e.about("email"))?;
    let subject = text::line("the subject", &draft.subject, 200).map_err(|e| e.about("subject"))?;
    let message = message(&draft.message)?;
    let customer_id = customer::by_email(tx, shop, &email)?.map(|customer| customer.id);
    let now = tx.now();
    let id = tx.one(
        "insert into ticket (site_id, is_test, customer_id, email, subject, message, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $7) returning id",
        values![shop.site_id, shop.is_test(), customer_id, &email, &subject, &message, now],
        |row| row.get(0),
    )?;
    let ticket = get(tx, shop, id)?;
    event::note_of(tx, shop, Kind::TicketCreated, &json!({"ticket": told(&ticket)}), customer_id)?;
    audit::created(tx, shop, Action::TicketCreated, id, &ticket)?;
    Ok(ticket)
}

/// What events tell of a ticket: not its words, which may be anything.
pub(super) fn told(ticket: &Ticket) -> serde_json::Value {
    json!({"id": ticket.id, "customer_id": ticket.customer_id, "email": ticket.email, "status": ticket.status})
}

/// Says that a ticket is over, or is not.
pub fn set_status(tx: &mut Tx<'_>, shop: Shop, id: i64, status: Status) -> Result<Ticket> {
    let (old, now) = (get(tx, shop, id)?, tx.now());
    if old.status == status {
        return Ok(old);
    }
    tx.exec(
        "update ticket set status = $2, updated_at = $3 where id = $1",
        values![id, status.as_str(), now],
    )?;
    let new = get(tx, shop, id)?;
    audit::changed(tx, shop, Action::TicketChanged, id, &old, &new)?;
    Ok(new)
}

/// Opens a ticket again that is over; one that is not stays as it is.
pub fn reopen(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Ticket> {
    let ticket = get(tx, shop, id)?;
    if ticket.status.is_over() { set_status(tx, shop, id, Status::Open) } else { Ok(ticket) }
}

/// The ticket with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Ticket> {
    tx.maybe(
        "select id, customer_id, email, subject, message, status, created_at, updated_at from ticket \
         where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| {
        Error::not_found(format!("there is no ticket {id}; `keywright ticket list` shows those there are"))
    })
}

/// What a list of tickets is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Those in this state.
    pub status: Option<Status>,
    /// Those that wait for an answer of the shop.
    pub waits: bool,
    /// Those of this customer.
    pub customer_id: Option<i64>,
}

/// Tickets, newest first: `limit` of them from `start` on, `skip` rows further.
pub fn page(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: Filter,
    start: impl Into<Start>,
    (limit, skip): (i64, i64),
) -> Result<Vec<Ticket>> {
    let list = narrowed(
        "select id, customer_id, email, subject, message, status, created_at, updated_at from ticket",
        shop,
        filter,
    );
    list.skipping(skip).page(tx, "id", start, limit, read)
}

/// How many there are in such a list.
pub fn count(tx: &mut Tx<'_>, shop: Shop, filter: Filter) -> Result<i64> {
    narrowed("select id from ticket", shop, filter).count(tx)
}

fn narrowed(select: &'static str, shop: Shop, filter: Filter) -> List<'static> {
    let mut list = List::new(select);
    list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
    list.with("site_id = ?", shop.site_id);
    list.maybe("status = ?", filter.status.map(Status::as_str));
    if filter.waits {
        list.when("status in ('open', 'user_reply')");
    }
    list.maybe("customer_id is not null and customer_id = ?", filter.customer_id);
    list
}

/// What a customer asked, newest first, and what was said to it.
pub fn of_customer(tx: &mut Tx<'_>, customer_id: i64) -> Result<Vec<(Ticket, Vec<ticket_reply::Reply>)>> {
    let tickets = tx.all(
        "select id, customer_id, email, subject, message, status, created_at, updated_at from ticket \
         where customer_id is not null and customer_id = $1 order by id desc",
        values![customer_id],
        read,
    )?;
    let with_replies = |ticket: Ticket| Ok((ticket_reply::list(tx, ticket.id)?, ticket));
    let found: Result<Vec<_>> = tickets.into_iter().map(with_replies).collect();
    Ok(found?.into_iter().map(|(replies, ticket)| (ticket, replies)).collect())
}

/// Takes the address and the words of a customer who is erased out of their tickets, those from before they were a customer included.
pub fn forget_person(
    tx: &mut Tx<'_>,
    shop: Shop,
    customer_id: i64,
    email: &str,
    instead: &str,
) -> Result<()> {
    let theirs = tx.all(
        "select id from ticket where site_id = $1 and is_test = $2 and (customer_id = $3 or email = $4)",
        values![shop.site_id, shop.is_test(), customer_id, email],
        |row| row.get::<i64>(0),
    )?;
    for id in theirs {
        tx.exec(
            "update ticket set email = $2, subject = 'erased', message = 'erased' where id = $1",
            values![id, instead],
        )?;
        tx.exec("update ticket_reply set message = 'erased' where ticket_id = $1", values![id])?;
    }
    Ok(())
}

/// Lets tickets be another customer's, who took the first one's place.
pub fn merge_person(tx: &mut Tx<'_>, id: i64, into: i64) -> Result<()> {
    tx.exec(
        "update ticket set customer_id = $2 where customer_id is not null and customer_id = $1",
        values![id, into],
    )
    .map(|_| ())
}

fn read(row: &Row<'_>) -> Result<Ticket> {
    Ok(Ticket {
        id: row.get(0)?,
        customer_id: row.get(1)?,
        email: row.get(2)?,
        subject: row.get(3)?,
        message: row.get(4)?,
        status: row.word(5)?,
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
    })
}
