//! B2B accounts: companies that buy by prices and terms agreed with them, and the customers who buy for them. A customer buys for one
//! company at the most; of its contacts one is the primary.

use serde::Serialize;
use serde_json::{Value, json};

use super::audit::{self, Action};
use super::customer::Customer;
use super::policy::within;
use super::shop::Shop;
use super::{customer, price_list};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::base::time::{DAY, Millis};
use crate::store::list::{List, Start};
use crate::store::{Row, Tx};
use crate::{values, words};

/// The word that a refusal of a contact of another company is known by.
pub const CONTACT_TAKEN: &str = "b2b_contact_taken";
/// The word that a refusal of more contacts than an account has is known by.
pub const FULL: &str = "b2b_account_full";
/// The word that a refusal to remove an account which orders are of is known by.
pub const IN_USE: &str = "b2b_account_in_use";

/// The most contacts of an account.
const MOST: usize = 100;
/// The longest term, in days.
const LONGEST: i64 = 365;

words! {
    /// Whether a company buys by its prices and terms.
    Status, "status of a B2B account" {
        /// It does.
        Active = "active",
        /// It did, and may again.
        Suspended = "suspended",
        /// It does not yet.
        Pending = "pending",
    }
}

/// An account; columns as in `schema.sql`, table `b2b_account`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct B2bAccount {
    pub id: i64,
    pub company: String,
    pub tax_id: Option<String>,
    pub status: Status,
    pub price_list_id: Option<i64>,
    pub net_days: Option<i64>,
    #[serde(skip)]
    pub created_at: Millis,
}

/// What to set on an account; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Change {
    pub company: Option<String>,
    pub tax_id: Option<Option<String>>,
    pub status: Option<Status>,
    pub price_list_id: Option<Option<i64>>,
    pub net_days: Option<Option<i64>>,
    /// All who buy for it from now on, by their numbers; the first is the primary contact.
    pub contacts: Option<Vec<i64>>,
}

/// Somebody who buys for a company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// Their number among the customers.
    pub customer_id: i64,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: Option<String>,
    /// Whether they are who is asked first.
    pub is_primary: bool,
}

impl B2bAccount {
    /// When an order that is placed at `now` is to be paid; none: at once.
    pub fn due_at(&self, now: Millis) -> Option<Millis> {
        self.net_days.map(|days| now + days * DAY)
    }

    fn apply(&mut self, tx: &mut Tx<'_>, shop: Shop, change: &Change) -> Result<()> {
        if let Some(company) = &change.company {
            self.company = text::line("the company's name", company, 200).map_err(|e| e.about("company"))?;
        }
        if let Some(tax_id) = &change.tax_id {
            let tax_id = tax_id.as_deref().filter(|tax_id| !tax_id.trim().is_empty());
            let tax_id = tax_id.map(|tax_id| text::line("the tax id", tax_id, 50)).transpose();
            self.tax_id = tax_id.map_err(|e| e.about("tax_id"))?;
        }
        self.status = change.status.unwrap_or(self.status);
        if let Some(list) = change.price_list_id {
            if let Some(id) = list {
                let missing = |e: Error| e.missing("price_list_id", "there is no such price list");
                price_list::get(tx, shop, id).map_err(missing)?;
            }
            self.price_list_id = list;
        }
        if let Some(days) = change.net_days {
            within("the days to pay in", "net_days", days.unwrap_or(1), 1, LONGEST)?;
            self.net_days = days;
        }
        Ok(())
    }
}

/// Makes an account; `change.company` is needed. It is active unless said otherwise.
pub fn new(tx: &mut Tx<'_>, shop: Shop, change: &Change) -> Result<B2bAccount> {
    let now = tx.now();
    let mut made = B2bAccount {
        id: 0,
        company: String::new(),
        tax_id: None,
        status: Status::Active,
        price_list_id: None,
        net_days: None,
        created_at: now,
    };
    let company = Some(change.company.clone().unwrap_or_default());
    made.apply(tx, shop, &Change { company, ..change.clone() })?;
    made.id = tx.one(
        "insert into b2b_account (site_id, is_test, company, tax_id, status, price_list_id, net_days, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
        values![
            shop.site_id,
            shop.is_test(),
            &made.company,
            made.tax_id.as_ref(),
            made.status.as_str(),
            made.price_list_id,
            made.net_days,
            now
        ],
        |row| row.get(0),
    )?;
    audit::created(tx, shop, Action::B2bAccountCreated, made.id, &made)?;
    if let Some(contacts) = change.contacts.as_ref().filter(|contacts| !contacts.is_empty()) {
        replace(tx, shop, made.id, contacts)?;
    }
    Ok(made)
}

/// Changes an account, whole or not at all.
pub fn set(tx: &mut Tx<'_>, shop: Shop, id: i64, change: &Change) -> Result<B2bAccount> {
    let old = get(tx, shop, id)?;
    let mut new = old.clone();
    new.apply(tx, shop, change)?;
    tx.exec(
        "update b2b_account set company = $2, tax_id = $3, status = $4, price_list_id = $5, net_days = $6 where id = $1",
        values![id, &new.company, new.tax_id.as_ref(), new.status.as_str(), new.price_list_id, new.net_days],
    )?;
    audit::changed(tx, shop, Action::B2bAccountChanged, id, &old, &new)?;
    if let Some(contacts) = &change.contacts {
        replace(tx, shop, id, contacts)?;
    }
    Ok(new)
}

/// Removes an account that no order is of. Its contacts stay as customers.
pub fn delete(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<B2bAccount> {
    let account = get(tx, shop, id)?;
    let of: i64 = tx.one(
        "select count(*) from sale where b2b_account_id is not null and b2b_account_id = $1",
        values![id],
        |row| row.get(0),
    )?;
    if of > 0 {
        let message = format!("orders of this account: {of}; suspend it instead");
        return Err(Error::refused(message).about(IN_USE));
    }
    tx.exec("delete from b2b_contact where b2b_account_id = $1", values![id])?;
    tx.exec("delete from b2b_account where id = $1", values![id])?;
    audit::ended(tx, shop, Action::B2bAccountDeleted, id, &account)?;
    Ok(account)
}

/// Lets a customer buy for a company, as its primary contact if so said or if it has none. Who buys for it already may become that.
pub fn attach(tx: &mut Tx<'_>, shop: Shop, id: i64, customer_id: i64, is_primary: bool) -> Result<()> {
    get(tx, shop, id)?;
    let old = contacts(tx, id)?;
    add(tx, shop, id, customer_id).map_err(|e| e.at(format!("customer {customer_id}")))?;
    if is_primary || old.is_empty() {
        prefer(tx, id, customer_id)?;
    }
    told(tx, shop, id, &old)
}

/// Lets a customer buy for a company no longer. Were they the primary contact, who has bought for it the longest as a customer is now.
pub fn detach(tx: &mut Tx<'_>, shop: Shop, id: i64, customer_id: i64) -> Result<()> {
    get(tx, shop, id)?;
    let old = contacts(tx, id)?;
    if old.iter().all(|contact| contact.customer_id != customer_id) {
        return Err(Error::not_found(format!("customer {customer_id} is no contact of account {id}")));
    }
    leave(tx, customer_id)?;
    told(tx, shop, id, &old)
}

/// Makes these the contacts of an account, the first of them the primary one.
fn replace(tx: &mut Tx<'_>, shop: Shop, id: i64, wanted: &[i64]) -> Result<()> {
    let old = contacts(tx, id)?;
    for gone in old.iter().filter(|contact| !wanted.contains(&contact.customer_id)) {
        tx.exec("delete from b2b_contact where customer_id = $1", values![gone.customer_id])?;
    }
    for (place, customer_id) in wanted.iter().enumerate() {
        add(tx, shop, id, *customer_id).map_err(|e| e.at(format!("contact {}", place + 1)))?;
    }
    if let Some(first) = wanted.first() {
        prefer(tx, id, *first)?;
    }
    told(tx, shop, id, &old)
}

/// One statement decides among accounts that want the same customer.
fn add(tx: &mut Tx<'_>, shop: Shop, id: i64, customer_id: i64) -> Result<()> {
    customer::get(tx, shop, customer_id).map_err(|e| e.missing("contacts", "there is no such customer"))?;
    let added = tx.exec(
        "insert into b2b_contact (customer_id, b2b_account_id, is_primary) values ($1, $2, 0) on conflict (customer_id) do nothing",
        values![customer_id, id],
    )?;
    if added == 0 && id_of(tx, customer_id)? != Some(id) {
        return Err(Error::refused("this customer buys for another company").about(CONTACT_TAKEN));
    }
    if contacts(tx, id)?.len() > MOST {
        return Err(Error::refused(format!("an account has at most {MOST} contacts")).about(FULL));
    }
    Ok(())
}

fn prefer(tx: &mut Tx<'_>, id: i64, customer_id: i64) -> Result<()> {
    tx.exec(
        "update b2b_contact set is_primary = case when customer_id = $2 then 1 else 0 end where b2b_account_id = $1",
        values![id, customer_id],
    )
    .map(|_| ())
}

/// Takes a contact out of whatever account they are in, which has another primary contact then.
fn leave(tx: &mut Tx<'_>, customer_id: i64) -> Result<()> {
    let Some(id) = id_of(tx, customer_id)? else { return Ok(()) };
    tx.exec("delete from b2b_contact where customer_id = $1", values![customer_id])?;
    let left = contacts(tx, id)?;
    match left.first() {
        Some(first) if !first.is_primary => prefer(tx, id, first.customer_id),
        _ => Ok(()),
    }
}

/// Notes who the contacts are now, if they are others; no address stands in the log.
fn told(tx: &mut Tx<'_>, shop: Shop, id: i64, old: &[Contact]) -> Result<()> {
    let ids = |contacts: &[Contact]| -> Value {
        json!({"contacts": contacts.iter().map(|contact| contact.customer_id).collect::<Vec<_>>()})
    };
    let new = contacts(tx, id)?;
    audit::changed(tx, shop, Action::B2bAccountContactsChanged, id, &ids(old), &ids(&new))
}

/// The contacts of an account: the primary one, and then the others by their age as customers.
pub fn contacts(tx: &mut Tx<'_>, id: i64) -> Result<Vec<Contact>> {
    tx.all(
        "select c.id, c.email, c.name, b.is_primary from b2b_contact b join customer c on c.id = b.customer_id \
         where b.b2b_account_id = $1 order by b.is_primary desc, c.id",
        values![id],
        |row| {
            Ok(Contact {
                customer_id: row.get(0)?,
                email: row.get(1)?,
                name: row.get(2)?,
                is_primary: row.get(3)?,
            })
        },
    )
}

fn id_of(tx: &mut Tx<'_>, customer_id: i64) -> Result<Option<i64>> {
    tx.maybe("select b2b_account_id from b2b_contact where customer_id = $1", values![customer_id], |row| {
        row.get(0)
    })
}

/// The account whose prices and terms a customer buys by: an active one.
pub fn of_buyer(tx: &mut Tx<'_>, shop: Shop, buyer: &Customer) -> Result<Option<B2bAccount>> {
    // Those without a company, and so shops without any, cost no look-up.
    let Some(id) = buyer.b2b_account_id else { return Ok(None) };
    Ok(Some(get(tx, shop, id)?).filter(|account| account.status == Status::Active))
}

/// The account with this id in this shop, or `NotFound`.
pub fn get(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<B2bAccount> {
    tx.maybe(
        "select id, company, tax_id, status, price_list_id, net_days, created_at from b2b_account \
         where id = $1 and site_id = $2 and is_test = $3",
        values![id, shop.site_id, shop.is_test()],
        read,
    )?
    .ok_or_else(|| Error::not_found(format!("there is no B2B account {id}")))
}

/// What a list of accounts is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Those in this state.
    pub status: Option<Status>,
    /// Those that buy by this list.
    pub price_list_id: Option<i64>,
}

fn narrowed(select: &'static str, shop: Shop, filter: Filter) -> List<'static> {
    let mut list = List::new(select);
    list.when(if shop.is_test() { "is_test = 1" } else { "is_test = 0" });
    list.with("site_id = ?", shop.site_id);
    list.maybe("status = ?", filter.status.map(Status::as_str));
    list.maybe("price_list_id = ?", filter.price_list_id);
    list
}

/// Accounts, newest first: `limit` of them from `start` on, `skip` rows further.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    filter: Filter,
    start: impl Into<Start>,
    (limit, skip): (i64, i64),
) -> Result<Vec<B2bAccount>> {
    let list = narrowed(
        "select id, company, tax_id, status, price_list_id, net_days, created_at from b2b_account",
        shop,
        filter,
    );
    list.skipping(skip).page(tx, "id", start, limit, read)
}

/// How many there are in such a list.
pub fn count(tx: &mut Tx<'_>, shop: Shop, filter: Filter) -> Result<i64> {
    narrowed("select id from b2b_account", shop, filter).count(tx)
}

/// Lets another, who took a customer's place, buy for their company; who buys for one already stays with that.
pub fn merge_person(tx: &mut Tx<'_>, shop: Shop, id: i64, into: i64) -> Result<()> {
    let Some(account) = id_of(tx, id)? else { return Ok(()) };
    let old = contacts(tx, account)?;
    if id_of(tx, into)?.is_none() {
        tx.exec("update b2b_contact set customer_id = $2 where customer_id = $1", values![id, into])?;
    } else {
        let was_primary = old.iter().any(|contact| contact.customer_id == id && contact.is_primary);
        leave(tx, id)?;
        if was_primary && id_of(tx, into)? == Some(account) {
            prefer(tx, account, into)?;
        }
    }
    told(tx, shop, account, &old)
}

/// Lets a customer who is erased buy for no company any more.
pub fn forget_person(tx: &mut Tx<'_>, shop: Shop, customer_id: i64) -> Result<()> {
    let Some(account) = id_of(tx, customer_id)? else { return Ok(()) };
    let old = contacts(tx, account)?;
    leave(tx, customer_id)?;
    told(tx, shop, account, &old)
}

fn read(row: &Row<'_>) -> Result<B2bAccount> {
    Ok(B2bAccount {
        id: row.get(0)?,
        company: row.get(1)?,
        tax_id: row.get(2)?,
        status: row.word(3)?,
        price_list_id: row.get(4)?,
        net_days: row.get(5)?,
        created_at: row.get(6)?,
    })
}
