//! Payment links: addresses where somebody pays an amount. Each makes one order at the most, of one line that names what is paid.

use serde::Serialize;

use super::agreed::Said;
use super::audit::{self, Action};
use super::order::{self, Draft as OrderDraft, Order, Payment};
use super::order_line::{Agreed, DraftLine};
use super::product::{self, Kind};
use super::sale_facts::Facts;
use super::shop::Shop;
use super::webhook::{self, Change as Endpoint};
use super::webhook_dialect::ShoppyEvent;
use super::{account, customer, payment};
use crate::base::error::{Error, Result};
use crate::base::seal::Master;
use crate::base::time::Millis;
use crate::base::{money, text};
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::{values, words};

/// Characters of what an address ends in.
const TOKEN: usize = 64;
/// What the product is called, and known by, that links are paid for.
const TITLE: &str = "Payment link";
const SLUG: &str = "payment-link";
/// What addresses of a link are told of, by words.
pub const EVENTS: [ShoppyEvent; 3] = [ShoppyEvent::Paid, ShoppyEvent::Partial, ShoppyEvent::Disputed];

words! {
    /// How a link stands; none of it is stored but what it follows from.
    Status, "status of a payment link" {
        /// Nobody has used it yet.
        Open = "open",
        /// Its order waits for money.
        Waiting = "waiting",
        /// Its order is paid.
        Paid = "paid",
        /// It was taken back, or its order came to nothing.
        Ended = "ended",
    }
}

/// A link; columns as in `schema.sql`, table `payment_link`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct PaymentLink {
    pub id: i64,
    /// Whoever knows it may pay: it stands in no log.
    #[serde(skip)]
    pub token: String,
    pub title: String,
    pub value_minor: i64,
    pub currency: String,
    pub email: Option<String>,
    pub return_url: Option<String>,
    pub is_white_label: bool,
    #[serde(rename = "order_id")]
    pub sale_id: Option<i64>,
    #[serde(skip)]
    pub created_at: Millis,
    #[serde(skip)]
    pub ended_at: Option<Millis>,
}

/// A link to be made.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Draft {
    pub title: String,
    /// In the currency's own unit, as it is typed.
    pub value: String,
    /// The shop's without one.
    pub currency: Option<String>,
    pub email: Option<String>,
    pub return_url: Option<String>,
    pub is_white_label: bool,
    /// Who is told of it, each by these words of a dialect. The addresses were looked at already: they lead to nobody's own network.
    pub webhooks: Vec<Endpoint>,
}

/// Makes a link.
pub fn new(tx: &mut Tx<'_>, shop: Shop, draft: &Draft, master: &Master) -> Result<PaymentLink> {
    let title = text::line("the title", &draft.title, 200).map_err(|e| e.about("title"))?;
    let currency = account::currency_or(tx, shop, draft.currency.as_deref())?;
    let value = money::read(&draft.value, &currency).map_err(|e| e.about("value"))?;
    if value < 1 {
        return Err(Error::invalid("must be more than 0").about("value"));
    }
    let email = draft.email.as_deref().map(text::email).transpose().map_err(|e| e.about("email"))?;
    let return_url = draft.return_url.as_deref().map(text::web_address).transpose();
    let (token, now) = (tx.dice().base62(TOKEN), tx.now());
    let id = tx.one(
        "insert into payment_link (site_id, is_test, token, title, value_minor, currency, email, return_url, is_white_label, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
        values![
            shop.site_id,
            shop.is_test(),
            &token,
            &title,
            value,
            &currency,
            email.as_ref(),
            return_url.map_err(|e| e.about("return_url"))?.as_ref(),
            draft.is_white_label,
            now
        ],
        |row| row.get(0),
    )?;
    for endpoint in &draft.webhooks {
        webhook::new(tx, shop, &Endpoint { payment_link_id: Some(id), ..endpoint.clone() }, master)?;
    }
    let link = get(tx, shop, id)?;
    audit::created(tx, shop, Action::PaymentLinkCreated, id, &link)?;
    Ok(link)
}

/// The order that came of a link, if one did.
pub fn order(tx: &mut Tx<'_>, shop: Shop, link: &PaymentLink) -> Result<Option<Order>> {
    link.sale_id.map(|id| order::get(tx, shop, id)).transpose()
}

/// How a link stands, whose order this is.
pub fn status(link: &PaymentLink, order: Option<&Order>) -> Status {
    match order {
        Some(order) if order.paid_at.is_some() && order.payment_status != Payment::Refunded => Status::Paid,
        _ if link.ended_at.is_some() => Status::Ended,
        Some(order) if order.canceled_at.is_some() || order.paid_at.is_some() => Status::Ended,
        Some(_) => Status::Waiting,
        None => Status::Open,
    }
}

/// The order by which somebody pays a link: made now, unless there is one already.
pub fn take(tx: &mut Tx<'_>, shop: Shop, id: i64, buyer: &customer::Change, facts: Facts) -> Result<Order> {
    let link = get(tx, shop, id)?;
    if link.ended_at.is_some() {
        return Err(Error::refused("this payment was taken back").about("ended"));
    }
    if let Some(order) = order(tx, shop, &link)? {
        return Ok(order);
    }
    let product_id = product_of(tx, shop, &link)?;
    let agreed = Agreed { title: link.title.clone(), unit_minor: link.value_minor, tax_bp: 0 };
    let ordered = DraftLine { product_id, quantity: 1, agreed: Some(agreed), ..DraftLine::default() };
    let draft = OrderDraft {
        customer: buyer.clone(),
        said: Said::ByBuyer,
        lines: vec![ordered],
        currency: Some(link.currency.clone()),
        facts,
        ..OrderDraft::default()
    };
    let placed = order::place(tx, shop, &draft)?;
    let claimed = tx.exec(
        "update payment_link set sale_id = $2 where id = $1 and sale_id is null and ended_at is null",
        values![id, placed.id],
    )?;
    if claimed == 1 {
        return Ok(placed);
    }
    Err(Error::broken("a payment link changed within a transaction"))
}

/// What links are paid for: a service that is in no list, made when it is first needed.
fn product_of(tx: &mut Tx<'_>, shop: Shop, link: &PaymentLink) -> Result<i64> {
    let known = tx.maybe(
        "select id from product where slug = $1 and site_id = $2 and is_test = $3 and kind = 'service' \
         and archived_at is not null order by id limit 1",
        values![SLUG, shop.site_id, shop.is_test()],
        |row| row.get(0),
    )?;
    if let Some(id) = known {
        return Ok(id);
    }
    let change = product::Change {
        kind: Some(Kind::Service),
        title: Some(TITLE.to_owned()),
        slug: Some(SLUG.to_owned()),
        visible: Some(false),
        price: Some(Some((0, link.currency.clone()))),
        ..product::Change::default()
    };
    let made = product::new(tx, shop, &change)?;
    Ok(product::archive(tx, shop, made.id)?.id)
}

/// Takes a link back, and cancels its order if that waits for money. One that is paid stays as it is.
pub fn end(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<PaymentLink> {
    let (link, now) = (get(tx, shop, id)?, tx.now());
    let order = order(tx, shop, &link)?;
    match status(&link, order.as_ref()) {
        Status::Paid => {
            return Err(Error::refused("it is paid already: refund its order instead").about("already_paid"));
        }
        Status::Ended => return Err(Error::not_found("this payment was taken back already")),
        Status::Open => {}
        Status::Waiting => {
            if let Some(order) = order {
                payment::cancel(tx, shop, order.id)?;
            }
        }
    }
    tx.exec("update payment_link set ended_at = $2 where id = $1 and ended_at is null", values![id, now])?;
    let ended = get(tx, shop, id)?;
    audit::changed(tx, shop, Action::PaymentLinkEnded, id, &link, &ended)?;
    Ok(ended)
}

/// The link with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<PaymentLink> {
    tx.maybe(
        "select id, token, title, value_minor, currency, email, return_url, is_white_label, sale_id, created_at, ended_at \
         from payment_link where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| {
        Error::not_found(format!(
            "there is no payment link {id}; `keywright payment-link list` shows those there are"
        ))
    })
}

/// The link whose address ends so, in whatever shop it is.
pub fn by_token(tx: &mut Tx<'_>, token: &str) -> Result<Option<(Shop, PaymentLink)>> {
    tx.maybe(
        "select id, token, title, value_minor, currency, email, return_url, is_white_label, sale_id, created_at, ended_at, \
         site_id, is_test from payment_link where token = $1",
        values![token],
        |row| Ok((Shop::of(row.get(11)?, row.get(12)?), read(row)?)),
    )
}

/// The link that an order came of, if it did.
pub fn of_order(tx: &mut Tx<'_>, order_id: i64) -> Result<Option<PaymentLink>> {
    tx.maybe(
        "select id, token, title, value_minor, currency, email, return_url, is_white_label, sale_id, created_at, ended_at \
         from payment_link where sale_id is not null and sale_id = $1",
        values![order_id],
        read,
    )
}

/// Links, newest first: `limit` of them from `start` on.
pub fn list(tx: &mut Tx<'_>, shop: Shop, start: impl Into<Start>, limit: i64) -> Result<Vec<PaymentLink>> {
    let mut list = List::new(
        "select id, token, title, value_minor, currency, email, return_url, is_white_label, sale_id, created_at, ended_at \
         from payment_link",
    );
    list.with("site_id = ?", shop.site_id);
    list.with("is_test = ?", i64::from(shop.is_test()));
    list.page(tx, "id", start, limit, read)
}

/// Takes the address of a customer who is erased off the links that they paid.
pub fn forget_person(tx: &mut Tx<'_>, shop: Shop, customer_id: i64, email: &str) -> Result<()> {
    tx.exec(
        "update payment_link set email = null where site_id = $1 and is_test = $2 and email is not null \
         and (email = $3 or sale_id in (select id from sale where customer_id = $4))",
        values![shop.site_id, shop.is_test(), email, customer_id],
    )
    .map(|_| ())
}

fn read(row: &Row<'_>) -> Result<PaymentLink> {
    Ok(PaymentLink {
        id: row.get(0)?,
        token: row.get(1)?,
        title: row.get(2)?,
        value_minor: row.get(3)?,
        currency: row.get(4)?,
        email: row.get(5)?,
        return_url: row.get(6)?,
        is_white_label: row.get(7)?,
        sale_id: row.get(8)?,
        created_at: row.get(9)?,
        ended_at: row.get(10)?,
    })
}
