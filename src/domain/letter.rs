//! What a letter tells: looked up at the moment it is sent, since it may have waited for days.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::mail::Template;
use super::purchase::{self, Purchase, Status};
use super::shop::Shop;
use super::{account, order, order_line, product, release, ticket, ticket_reply, webhook};
use crate::base::error::{Error, Kind, Result};
use crate::base::time::Millis;
use crate::store::{Row, Tx};
use crate::values;

/// The most purchases that a letter shows; of more it says how many.
const SHOWN: i64 = 200;

/// What comes of a look.
#[derive(Clone, Debug)]
pub enum Found {
    /// What the letter tells.
    Told(Box<Told>),
    /// There is no need for it any more, for this reason.
    Moot(&'static str),
}

/// What a letter tells; which parts there are follows from its template.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The shop's name.
    pub shop: String,
    /// What its people are shown times in.
    pub time_zone: String,
    /// Whom it is to.
    pub name: Option<String>,
    /// The order it is about.
    pub order: Option<Sale>,
    /// Money that went back, in minor units, of the order's currency.
    pub refunded: Option<i64>,
    /// Purchases it is about.
    pub items: Vec<Item>,
    /// How many more there are than are shown.
    pub more: i64,
    /// How many days before the end it was written.
    pub days: Option<i64>,
    /// The release it is about.
    pub news: Option<News>,
    /// The endpoint it is about.
    pub endpoint: Option<Endpoint>,
    /// The ticket it is about.
    pub ticket: Option<Said>,
    /// What may stand in no table.
    pub secret: Secret,
}

/// An order, as a receipt shows it; sums in minor units.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are columns, explained in schema.sql")]
pub struct Sale {
    pub id: i64,
    pub currency: String,
    pub subtotal_minor: i64,
    pub discount_minor: i64,
    pub shipping_minor: i64,
    pub tax_minor: i64,
    pub total_minor: i64,
    pub paid_at: Option<Millis>,
    /// Title, quantity, and the price of all pieces.
    pub lines: Vec<(String, i64, i64)>,
}

/// A purchase with its key.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are columns, explained in schema.sql")]
pub struct Item {
    pub purchase_id: i64,
    pub product_id: i64,
    pub title: String,
    pub slug: String,
    pub key: Option<String>,
    pub max_uses: Option<i64>,
    pub ends_at: Option<Millis>,
}

/// A release.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are columns, explained in schema.sql")]
pub struct News {
    pub product_id: i64,
    pub title: String,
    pub slug: String,
    pub version: String,
    pub notes: String,
    pub notes_url: Option<String>,
}

/// An endpoint that was switched off.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are columns, explained in schema.sql")]
pub struct Endpoint {
    pub id: i64,
    pub url: String,
    pub reason: String,
}

/// What was said to a ticket.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Which ticket.
    pub id: i64,
    /// What it is about.
    pub subject: String,
    /// Who asked.
    pub from: String,
    /// What was said last, or asked.
    pub text: String,
    /// Where the ticket is seen by whom the letter is to.
    pub seen: Seen,
}

/// Where a ticket is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seen {
    /// Nowhere: they are no customer, and can ask again only.
    #[default]
    Nowhere,
    /// Under My licences.
    InAccount,
    /// At the desk.
    AtDesk,
}

/// What may stand in no table and in no log: of a letter to sign in with, the fields `link` and `code`.
#[derive(Clone, Default)]
pub struct Secret(pub Value);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Looks up what a letter tells. `about` is what was queued: `order`, `purchase`, `release`, `webhook` or `ticket` with an id, and
/// what else `mail_cause.rs` says.
pub fn look_up(
    tx: &mut Tx<'_>,
    shop: Shop,
    template: Template,
    about: &Value,
    customer_id: Option<i64>,
) -> Result<Found> {
    let found = told(tx, shop, template, about, customer_id);
    match found {
        Err(Error { kind: Kind::NotFound, .. }) => Ok(Found::Moot("what it was to tell of is gone")),
        found => found,
    }
}

fn told(
    tx: &mut Tx<'_>,
    shop: Shop,
    template: Template,
    about: &Value,
    customer_id: Option<i64>,
) -> Result<Found> {
    let account = account::get(tx, shop)?;
    let mut told = Told { shop: account.title, time_zone: account.time_zone, ..Told::default() };
    let mut wants_news = true;
    if let Some(customer_id) = customer_id {
        let sql = "select name, wants_news from customer where id = $1";
        let row = tx.maybe(sql, values![customer_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        (told.name, wants_news) = row.ok_or_else(|| Error::not_found("the customer is gone"))?;
    }
    match template {
        Template::Receipt => {
            let id = id(about, "order")?;
            told.order = Some(sale(tx, shop, id)?);
            (told.items, told.more) = bought(tx, id)?;
        }
        Template::Refunded => {
            let id = id(about, "order")?;
            told.order = Some(sale(tx, shop, id)?);
            let all = order::get(tx, shop, id)?.refunded_minor;
            told.refunded = Some(about["amount"].as_i64().unwrap_or(all));
        }
        Template::LicenceIssued => told.items.push(item(tx, shop, id(about, "purchase")?)?.0),
        Template::Expiring => {
            let (item, purchase) = item(tx, shop, id(about, "purchase")?)?;
            let is_other = about["expires_at"].as_i64().is_some_and(|at| purchase.expires_at != Some(at));
            if purchase.status != Status::Active || is_other {
                return Ok(Found::Moot("the purchase was renewed or has ended meanwhile"));
            }
            told.days = about["days"].as_i64();
            told.items.push(item);
        }
        Template::Expired => {
            let (item, purchase) = item(tx, shop, id(about, "purchase")?)?;
            if purchase.status != Status::Expired {
                return Ok(Found::Moot("the purchase was renewed meanwhile"));
            }
            told.items.push(item);
        }
        Template::NewRelease => {
            if !wants_news {
                return Ok(Found::Moot("news are not wanted any more"));
            }
            let release = release::get(tx, id(about, "release")?)?;
            if release.status != release::Status::Published {
                return Ok(Found::Moot("the release was taken back"));
            }
            told.news = Some(news(tx, shop, release)?);
        }
        Template::WebhookDisabled => {
            let webhook = webhook::get(tx, shop, id(about, "webhook")?)?;
            if webhook.is_on {
                return Ok(Found::Moot("the endpoint was switched on again"));
            }
            let reason = webhook.off_reason.unwrap_or_default();
            told.endpoint = Some(Endpoint { id: webhook.id, url: webhook.url, reason });
        }
        Template::TicketAnswered => told.ticket = Some(answer(tx, shop, about)?),
        Template::TicketWaits => match question(tx, shop, id(about, "ticket")?)? {
            Some(said) => told.ticket = Some(said),
            None => return Ok(Found::Moot("the question was answered meanwhile")),
        },
        Template::SignIn | Template::Test => {}
    }
    Ok(Found::Told(Box::new(told)))
}

fn id(about: &Value, name: &str) -> Result<i64> {
    about[name].as_i64().ok_or_else(|| Error::not_found(format!("a letter names no {name}")))
}

fn sale(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Sale> {
    let order = order::get(tx, shop, id)?;
    let lines = order_line::list(tx, id)?;
    let lines = lines.into_iter().map(|line| (line.name(), line.quantity, line.unit_minor * line.quantity));
    Ok(Sale {
        id,
        lines: lines.collect(),
        currency: order.currency,
        subtotal_minor: order.subtotal_minor,
        discount_minor: order.discount_minor,
        shipping_minor: order.shipping_minor,
        tax_minor: order.tax_minor,
        total_minor: order.total_minor,
        paid_at: order.paid_at,
    })
}

/// What an order made or made longer, and how much of it there is beyond what is shown.
fn bought(tx: &mut Tx<'_>, order_id: i64) -> Result<(Vec<Item>, i64)> {
    let mut items = tx.all(
        "select p.id, p.product_id, d.title, d.slug, l.key, l.max_uses, p.expires_at from sale_line s \
         join purchase p on p.sale_line_id is not null and p.sale_line_id = s.id join product d on d.id = p.product_id \
         left join licence l on l.purchase_id = p.id where s.sale_id = $1 order by p.id limit $2",
        values![order_id, SHOWN],
        read,
    )?;
    items.extend(tx.all(
        "select p.id, p.product_id, d.title, d.slug, l.key, l.max_uses, p.expires_at from sale_line s \
         join purchase p on p.id = s.renews_id join product d on d.id = p.product_id \
         left join licence l on l.purchase_id = p.id where s.sale_id = $1 order by s.id",
        values![order_id],
        read,
    )?);
    let made: i64 = tx.one(
        "select count(*) from sale_line s join purchase p on p.sale_line_id is not null and p.sale_line_id = s.id \
         where s.sale_id = $1",
        values![order_id],
        |row| row.get(0),
    )?;
    Ok((items, (made - SHOWN).max(0)))
}

fn item(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<(Item, Purchase)> {
    let purchase = purchase::get(tx, shop, id)?;
    let item = tx.one(
        "select p.id, p.product_id, d.title, d.slug, l.key, l.max_uses, p.expires_at from purchase p \
         join product d on d.id = p.product_id left join licence l on l.purchase_id = p.id where p.id = $1",
        values![id],
        read,
    )?;
    Ok((item, purchase))
}

fn news(tx: &mut Tx<'_>, shop: Shop, release: release::Release) -> Result<News> {
    let product = product::get(tx, shop, release.product_id)?;
    Ok(News {
        product_id: product.id,
        title: product.title,
        slug: product.slug,
        version: release.version,
        notes: release.notes,
        notes_url: release.notes_url,
    })
}

/// What the shop said to who asked.
fn answer(tx: &mut Tx<'_>, shop: Shop, about: &Value) -> Result<Said> {
    let of = ticket::get(tx, shop, id(about, "ticket")?)?;
    let said = ticket_reply::of_shop(tx, of.id, about["reply"].as_i64())?;
    let text = said.ok_or_else(|| Error::not_found("the shop has said nothing"))?.message;
    let seen = if of.customer_id.is_some() { Seen::InAccount } else { Seen::Nowhere };
    Ok(Said { id: of.id, subject: of.subject, from: of.email, text, seen })
}

/// What waits for the shop's answer, if it still does.
fn question(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Option<Said>> {
    let of = ticket::get(tx, shop, id)?;
    if !of.status.waits() {
        return Ok(None);
    }
    let text = ticket_reply::of_asker(tx, id)?.map_or(of.message, |said| said.message);
    Ok(Some(Said { id, subject: of.subject, from: of.email, text, seen: Seen::AtDesk }))
}

fn read(row: &Row<'_>) -> Result<Item> {
    Ok(Item {
        purchase_id: row.get(0)?,
        product_id: row.get(1)?,
        title: row.get(2)?,
        slug: row.get(3)?,
        key: row.get(4)?,
        max_uses: row.get(5)?,
        ends_at: row.get(6)?,
    })
}
