//! What those who ask do to tickets themselves: visitors, of whom only a mail can tell that the address is theirs, and customers who are
//! signed in. The shop is mailed of what waits for it.

use super::shop::Shop;
use super::ticket::{self, Draft, Status, Ticket};
use super::ticket_reply::{self, Reply};
use super::{customer, mail_cause, order, product, purchase};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::base::time::{Millis, SECOND};
use crate::store::Tx;
use crate::values;

/// The longest message of a visitor, in characters.
pub const VISITORS: usize = 1_500;
/// The longest message of a customer.
pub const CUSTOMERS: usize = 5_000;
/// Of so many questions in [`LATELY`] the shop is mailed, so that nobody can fill its mailbox; its list has them all.
const TOLD: i64 = 20;
const LATELY: Millis = 3_600 * SECOND;

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Something that the customer owns.
    Purchase(i64),
    /// Something that they ordered.
    Order(i64),
}

/// A customer's question.
#[derive(Clone, Debug)]
pub struct Asked {
    /// In a line.
    pub subject: String,
    /// In full.
    pub message: String,
    /// What they have that it is about.
    pub about: Option<About>,
}

/// Takes in a question of somebody who says that this is their address. They are mailed nothing before the shop answers: the address may be
/// somebody else's.
pub fn by_visitor(tx: &mut Tx<'_>, shop: Shop, draft: &Draft) -> Result<Ticket> {
    let message = bounded(&draft.message, VISITORS)?;
    take_in(tx, shop, &Draft { message, ..draft.clone() })
}

/// Takes in a question of a customer. What it is about stands in its first line.
pub fn by_customer(tx: &mut Tx<'_>, shop: Shop, customer_id: i64, asked: &Asked) -> Result<Ticket> {
    let email = customer::get(tx, shop, customer_id)?.email;
    let mut message = bounded(&asked.message, CUSTOMERS)?;
    if let Some(about) = asked.about {
        message = format!("About {}\n\n{message}", named(tx, shop, customer_id, about)?);
    }
    take_in(tx, shop, &Draft { email, subject: asked.subject.clone(), message })
}

fn bounded(message: &str, most: usize) -> Result<String> {
    ticket::message(&text::page("the message", message.trim(), most).map_err(|e| e.about("message"))?)
}

fn take_in(tx: &mut Tx<'_>, shop: Shop, draft: &Draft) -> Result<Ticket> {
    let made = ticket::new(tx, shop, draft)?;
    let earlier: Option<Millis> = tx.maybe(
        "select created_at from ticket where site_id = $1 and is_test = $2 order by id desc limit 1 offset $3",
        values![shop.site_id, shop.is_test(), TOLD],
        |row| row.get(0),
    )?;
    if earlier.is_none_or(|at| at <= tx.now() - LATELY) {
        mail_cause::ticket_waits(tx, shop, made.id)?;
    }
    Ok(made)
}

/// What a question is about, in words; only what is theirs.
fn named(tx: &mut Tx<'_>, shop: Shop, customer_id: i64, about: About) -> Result<String> {
    let (owner, words) = match about {
        About::Purchase(id) => {
            let bought = purchase::get(tx, shop, id)?;
            let title = product::get(tx, shop, bought.product_id)?.title;
            (bought.customer_id, format!("{title}, purchase {id}"))
        }
        About::Order(id) => (order::get(tx, shop, id)?.customer_id, format!("order {id}")),
    };
    if owner == customer_id { Ok(words) } else { Err(Error::not_found("not theirs")) }
}

/// A customer's own ticket; another's is as if it were not there.
pub fn get(tx: &mut Tx<'_>, shop: Shop, customer_id: i64, id: i64) -> Result<Ticket> {
    let found = ticket::get(tx, shop, id)?;
    if found.customer_id == Some(customer_id) { Ok(found) } else { Err(Error::not_found("not theirs")) }
}

/// A customer says something more. The shop is mailed where the ticket did not wait for it already.
pub fn reply(tx: &mut Tx<'_>, shop: Shop, customer_id: i64, id: i64, message: &str) -> Result<Reply> {
    let before = get(tx, shop, customer_id, id)?;
    let said = ticket_reply::new(tx, shop, id, false, &bounded(message, CUSTOMERS)?)?;
    if !before.status.waits() {
        mail_cause::ticket_waits(tx, shop, id)?;
    }
    Ok(said)
}

/// A customer needs no answer any more; what is over stays as it is.
pub fn close(tx: &mut Tx<'_>, shop: Shop, customer_id: i64, id: i64) -> Result<Ticket> {
    let found = get(tx, shop, customer_id, id)?;
    if found.status.is_over() { Ok(found) } else { ticket::set_status(tx, shop, id, Status::Closed) }
}
