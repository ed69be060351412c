//! Customers: who owns purchases.

use serde::Serialize;

use super::audit::{self, Action};
use super::shop::Shop;
use super::{event, event_data};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::base::time::Millis;
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::values;

/// A customer; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Customer {
    pub id: i64,
    pub email: String,
    pub name: Option<String>,
    pub username: Option<String>,
    pub phone: Option<String>,
    #[serde(rename = "group")]
    pub group_name: Option<String>,
    pub wants_news: bool,
    #[serde(skip)]
    pub created_at: Millis,
    /// The company that they buy for, from `b2b_contact`.
    #[serde(skip)]
    pub b2b_account_id: Option<i64>,
}

/// What to set on a customer; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Change {
    pub email: Option<String>,
    pub name: Option<String>,
    pub username: Option<String>,
    /// Some without text: none any more.
    pub phone: Option<String>,
    /// Some without text: none any more.
    pub group_name: Option<String>,
    pub wants_news: Option<bool>,
}

impl Change {
    /// The same, trimmed and found fit to be stored.
    pub fn checked(&self) -> Result<Self> {
        Ok(Self {
            email: self.email.as_deref().map(text::email).transpose().map_err(|e| e.about("email"))?,
            name: line("the name", self.name.as_deref()).map_err(|e| e.about("name"))?,
            username: line("the user name", self.username.as_deref()).map_err(|e| e.about("username"))?,
            phone: match self.phone.as_deref() {
                Some("") => Some(String::new()),
                phone => line("the telephone number", phone).map_err(|e| e.about("phone"))?,
            },
            group_name: match self.group_name.as_deref() {
                Some("") => Some(String::new()),
                group => line("the group", group).map_err(|e| e.about("group"))?,
            },
            wants_news: self.wants_news,
        })
    }

    /// Finds it fit for the buyer of something: with an address, at which they are found or made.
    pub fn needed(&self) -> Result<()> {
        if self.checked().map_err(|e| e.inside("customer"))?.email.is_some() {
            return Ok(());
        }
        Err(Error::invalid("the e-mail address is missing").about("email").inside("customer"))
    }
}

fn line(what: &str, value: Option<&str>) -> Result<Option<String>> {
    value.map(|text| text::line(what, text, 200)).transpose()
}

/// The customer with `change.email`, made when there is none. A name or user name is filled in where there was none; one
/// that stands is not overwritten, since a sale is no proof of a new name. News that a buyer asks for they get; a sale takes none
/// away.
pub fn find_or_new(tx: &mut Tx<'_>, shop: Shop, change: &Change) -> Result<Customer> {
    let (customer, was) = find_or_make(tx, shop, change)?;
    match was {
        None => {
            tell(tx, shop, &customer, event::Kind::CustomerCreated)?;
            audit::created(tx, shop, Action::CustomerCreated, customer.id, &customer)?;
        }
        Some(was) if was != customer => {
            tell(tx, shop, &customer, event::Kind::CustomerUpdated)?;
            audit::changed(tx, shop, Action::CustomerChanged, customer.id, &was, &customer)?;
        }
        Some(_) => {}
    }
    Ok(customer)
}

/// As [`find_or_new`], and how the customer was before, if there was one; neither an event nor the audit log tells of it.
pub fn find_or_make(tx: &mut Tx<'_>, shop: Shop, change: &Change) -> Result<(Customer, Option<Customer>)> {
    let change = change.checked()?;
    let email = change.email.unwrap_or_default();
    let (now, fold) = (tx.now(), text::fold(&email));
    let made = tx.exec(
        "insert into customer (site_id, is_test, email, email_fold, name, username, created_at, wants_news, group_name) \
         values ($1, $7, $2, $3, $4, $5, $6, $8, $9) on conflict (email_fold, site_id, is_test) do nothing",
        values![
            shop.site_id,
            &email,
            &fold,
            change.name.as_ref(),
            change.username.as_ref(),
            now,
            shop.is_test(),
            change.wants_news.unwrap_or_default(),
            change.group_name.as_ref().filter(|group| !group.is_empty())
        ],
    )?;
    let lost = || Error::broken("a customer just stored is not there");
    let found = by_email(tx, shop, &email)?.ok_or_else(lost)?;
    let adds = |new: &Option<String>, old: &Option<String>| old.is_none() && new.is_some();
    let wants_news = change.wants_news == Some(true);
    let adds_news = wants_news && !found.wants_news;
    if !adds(&change.name, &found.name) && !adds(&change.username, &found.username) && !adds_news {
        let was = (made == 0).then(|| found.clone());
        return Ok((found, was));
    }
    tx.exec(
        "update customer set name = coalesce(name, $2), username = coalesce(username, $3), \
         wants_news = case when cast($4 as bigint) = 1 then 1 else wants_news end where id = $1",
        values![found.id, change.name.as_ref(), change.username.as_ref(), wants_news],
    )?;
    Ok((get(tx, shop, found.id)?, Some(found)))
}

/// Notes what happened to a customer.
pub fn tell(tx: &mut Tx<'_>, shop: Shop, customer: &Customer, kind: event::Kind) -> Result<()> {
    event::note_of(tx, shop, kind, &event_data::customer(customer), Some(customer.id))
}

/// Changes a customer. Licences in the modes email, name and username follow at once.
pub fn set(tx: &mut Tx<'_>, shop: Shop, id: i64, change: &Change) -> Result<Customer> {
    let old = get(tx, shop, id)?;
    let change = change.checked()?;
    let email = change.email.unwrap_or_else(|| old.email.clone());
    if by_email(tx, shop, &email)?.is_some_and(|other| other.id != id) {
        return Err(Error::refused("another customer has this address already").about("email_taken"));
    }
    tx.exec(
        "update customer set email = $2, email_fold = $3, name = $4, username = $5, wants_news = $6, phone = $7, \
         group_name = $8 where id = $1",
        values![
            id,
            &email,
            &text::fold(&email),
            change.name.as_ref().or(old.name.as_ref()),
            change.username.as_ref().or(old.username.as_ref()),
            change.wants_news.unwrap_or(old.wants_news),
            change.phone.as_ref().or(old.phone.as_ref()).filter(|phone| !phone.is_empty()),
            change.group_name.as_ref().or(old.group_name.as_ref()).filter(|group| !group.is_empty())
        ],
    )?;
    let customer = get(tx, shop, id)?;
    tell(tx, shop, &customer, event::Kind::CustomerUpdated)?;
    audit::changed(tx, shop, Action::CustomerChanged, id, &old, &customer)?;
    Ok(customer)
}

/// Makes a customer; `change.email` is needed and must be nobody's yet.
pub fn new(tx: &mut Tx<'_>, shop: Shop, change: &Change) -> Result<Customer> {
    let email = change
        .checked()?
        .email
        .ok_or_else(|| Error::invalid("the e-mail address is missing").about("email"))?;
    if by_email(tx, shop, &email)?.is_some() {
        return Err(Error::refused("there is a customer with this address already").about("email_taken"));
    }
    find_or_new(tx, shop, change)
}

/// The customer with this id, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Customer> {
    tx.maybe(
        "select id, email, name, username, created_at, wants_news, phone, group_name, \
         (select b2b_account_id from b2b_contact where customer_id = customer.id) \
         from customer where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| {
        Error::not_found(format!(
            "there is no customer {id}; `keywright customer list` shows those there are"
        ))
    })
}

/// The customer with this address, in whatever case it is written.
pub fn by_email(tx: &mut Tx<'_>, shop: Shop, email: &str) -> Result<Option<Customer>> {
    tx.maybe(
        "select id, email, name, username, created_at, wants_news, phone, group_name, \
         (select b2b_account_id from b2b_contact where customer_id = customer.id) \
         from customer where email_fold = $1 and site_id = $2 and is_test = $3",
        values![&text::fold(email), shop.site_id, shop.is_test()],
        read,
    )
}

/// What a list of customers is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those whose address begins so.
    pub prefix: Option<String>,
    /// Those of this group, as it is written.
    pub group: Option<String>,
}

/// Customers, newest first: `limit` of them from `start` on, `skip` rows further.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: &Filter,
    start: impl Into<Start>,
    (limit, skip): (i64, i64),
) -> Result<Vec<Customer>> {
    let mut list = List::new(
        "select id, email, name, username, created_at, wants_news, phone, group_name, \
         (select b2b_account_id from b2b_contact where customer_id = customer.id) from customer",
    );
    list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
    let from = filter.prefix.as_deref().map(text::fold);
    let to = from.as_deref().map(text::after);
    let mut walked = true;
    if let (Some(from), Some(to)) = (&from, &to) {
        let mut begin_so = List::new("select id from customer");
        begin_so.between("email_fold >= ? and email_fold < ?", from.as_str(), to.as_str());
        walked = begin_so.is_long(tx)?;
        let range = if walked {
            "email_fold || '' >= ? and email_fold || '' < ?"
        } else {
            "email_fold >= ? and email_fold < ?"
        };
        list.between(range, from.as_str(), to.as_str());
    }
    if let Some(group) = &filter.group {
        let mut members = List::new("select id from customer");
        members.with("group_name = ?", group);
        let is_large = members.is_long(tx)?;
        list.with(if is_large { "group_name || '' = ?" } else { "group_name = ?" }, group);
        walked &= is_large;
    }
    // Few are found by their addresses or their group, and not by their site.
    list.with(if walked { "site_id = ?" } else { "site_id + 0 = ?" }, shop.site_id);
    list.skipping(skip).page(tx, "id", start, limit, read)
}

/// How many there are, or of a group.
pub fn count(tx: &mut Tx<'_>, shop: Shop, group: Option<&str>) -> Result<i64> {
    let mut list = List::new("select id from customer");
    list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
    list.with("site_id = ?", shop.site_id);
    list.maybe("group_name = ?", group);
    list.count(tx)
}

fn read(row: &Row<'_>) -> Result<Customer> {
    Ok(Customer {
        id: row.get(0)?,
        email: row.get(1)?,
        name: row.get(2)?,
        username: row.get(3)?,
        created_at: row.get(4)?,
        wants_news: row.get(5)?,
        phone: row.get(6)?,
        group_name: row.get(7)?,
        b2b_account_id: row.get(8)?,
    })
}
