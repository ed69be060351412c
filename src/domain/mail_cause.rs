//! Who is written to, and why: each letter is queued in the transaction of its cause. `about` holds ids for `letter.rs`.

use serde_json::{Value, json};

use super::mail::{self, Letter, Template};
use super::order::Order;
use super::purchase::Purchase;
use super::shop::Shop;
use super::ticket::Ticket;
use crate::base::error::Result;
use crate::base::time::{DAY, Millis};
use crate::store::Tx;
use crate::values;

/// What ended or came out longer ago than this is no news: it was moved in from elsewhere.
pub(super) const NEWS: Millis = 3 * DAY;

/// Queues a letter to a customer, at the address they have now.
pub(super) fn to_customer(
    tx: &mut Tx<'_>,
    shop: Shop,
    template: Template,
    customer_id: i64,
    about: Value,
    once: Option<String>,
) -> Result<()> {
    let sql = "select email from customer where id = $1";
    let recipient: String = tx.one(sql, values![customer_id], |row| row.get(0))?;
    let customer_id = Some(customer_id);
    mail::queue(tx, shop, &Letter { template, recipient: &recipient, customer_id, about, once }).map(|_| ())
}

/// An order was paid: one letter, whatever it bought.
pub fn receipt(tx: &mut Tx<'_>, shop: Shop, order: &Order) -> Result<()> {
    let once = Some(format!("receipt {}", order.id));
    to_customer(tx, shop, Template::Receipt, order.customer_id, json!({"order": order.id}), once)
}

/// Money of an order went back.
pub fn refunded(tx: &mut Tx<'_>, shop: Shop, order: &Order, amount: i64) -> Result<()> {
    let about = json!({"order": order.id, "amount": amount});
    to_customer(tx, shop, Template::Refunded, order.customer_id, about, None)
}

/// A licence was issued without an order.
pub fn licence_issued(tx: &mut Tx<'_>, shop: Shop, customer_id: i64, purchase_id: i64) -> Result<()> {
    let once = Some(format!("licence_issued {purchase_id}"));
    to_customer(tx, shop, Template::LicenceIssued, customer_id, json!({"purchase": purchase_id}), once)
}

/// A purchase came to its end, unless that was long ago.
pub fn expired(tx: &mut Tx<'_>, shop: Shop, purchase: &Purchase) -> Result<()> {
    let ended_at = purchase.expires_at.unwrap_or(tx.now());
    if ended_at <= tx.now() - NEWS {
        return Ok(());
    }
    let once = Some(format!("expired {} {ended_at}", purchase.id));
    to_customer(tx, shop, Template::Expired, purchase.customer_id, json!({"purchase": purchase.id}), once)
}

/// An endpoint was switched off: those who run the shop are told.
pub fn webhook_disabled(tx: &mut Tx<'_>, shop: Shop, webhook_id: i64) -> Result<()> {
    for recipient in staff(tx, shop)? {
        let about = json!({"webhook": webhook_id});
        let template = Template::WebhookDisabled;
        mail::queue(
            tx,
            shop,
            &Letter { template, recipient: &recipient, customer_id: None, about, once: None },
        )?;
    }
    Ok(())
}

/// The shop answered a question: who asked is told, if they are a customer at the address they have now.
pub fn ticket_answered(tx: &mut Tx<'_>, shop: Shop, ticket: &Ticket, reply_id: i64) -> Result<()> {
    let template = Template::TicketAnswered;
    let (about, once) =
        (json!({"ticket": ticket.id, "reply": reply_id}), Some(format!("ticket_answered {reply_id}")));
    if let Some(id) = ticket.customer_id {
        return to_customer(tx, shop, template, id, about, once);
    }
    mail::queue(tx, shop, &Letter { template, recipient: &ticket.email, customer_id: None, about, once })
        .map(|_| ())
}

/// A question waits for the shop: those who may answer it are told.
pub fn ticket_waits(tx: &mut Tx<'_>, shop: Shop, ticket_id: i64) -> Result<()> {
    let answering: Vec<String> = tx.all(
        "select email from person where site_id = $1 and role in ('owner', 'admin', 'support') and disabled_at is null order by id",
        values![shop.site_id],
        |row| row.get(0),
    )?;
    for recipient in answering {
        let (template, about) = (Template::TicketWaits, json!({"ticket": ticket_id}));
        let letter = Letter { template, recipient: &recipient, customer_id: None, about, once: None };
        mail::queue(tx, shop, &letter)?;
    }
    Ok(())
}

/// The addresses of those who run the shop: owners and admins.
fn staff(tx: &mut Tx<'_>, shop: Shop) -> Result<Vec<String>> {
    tx.all(
        "select email from person where site_id = $1 and role in ('owner', 'admin') and disabled_at is null order by id",
        values![shop.site_id],
        |row| row.get(0),
    )
}
