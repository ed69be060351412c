//! `/b2b/accounts`: companies, what was agreed with them, and the customers who buy for them.

use serde::Serialize;
use serde_json::Value;

use super::call::{Call, Reply};
use super::fault::Fault;
use super::paging::Paging;
use super::products::row;
use super::wire::{Prefix, capital};
use crate::base::error::{Error, Result as Outcome};
use crate::base::public_id::PublicIds;
use crate::base::time::rfc3339;
use crate::domain::b2b_account::{self, B2bAccount, Change, Filter, Status};
use crate::domain::b2b_search;
use crate::store::Tx;
use crate::web::fields::{Fields, text, texts};

const AT_ONCE: &str = "DUE_ON_RECEIPT";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    id: String,
    company_name: String,
    tax_id: Option<String>,
    status: String,
    price_list_id: Option<String>,
    payment_terms: String,
    contacts: Vec<ContactView>,
    created_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ContactView {
    id: String,
    email: String,
    is_primary: bool,
}

fn view(tx: &mut Tx<'_>, ids: &PublicIds, account: B2bAccount) -> Outcome<View> {
    let contacts = b2b_account::contacts(tx, account.id)?.into_iter().map(|contact| ContactView {
        id: Prefix::Customer.write(ids, contact.customer_id),
        email: contact.email,
        is_primary: contact.is_primary,
    });
    Ok(View {
        id: Prefix::B2bAccount.write(ids, account.id),
        company_name: account.company,
        tax_id: account.tax_id,
        status: capital(account.status.as_str()),
        price_list_id: account.price_list_id.map(|id| Prefix::PriceList.write(ids, id)),
        payment_terms: account.net_days.map_or(AT_ONCE.to_owned(), |days| format!("NET_{days}")),
        contacts: contacts.collect(),
        created_at: rfc3339(account.created_at),
    })
}

/// `NET_30` in days; none: at once.
fn terms(value: Value) -> Result<Option<i64>, String> {
    let word = text(value)?;
    if word == AT_ONCE {
        return Ok(None);
    }
    let days = word.strip_prefix("NET_").filter(|days| days.bytes().all(|digit| digit.is_ascii_digit()));
    let days = days.and_then(|days| days.parse().ok());
    days.map(Some).ok_or_else(|| format!("may be NET_1 to NET_365, or {AT_ONCE}"))
}

fn status(word: &str) -> Option<Status> {
    Status::ALL.iter().copied().find(|status| capital(status.as_str()) == word)
}

const STATUSES: &str = "may be ACTIVE, SUSPENDED or PENDING";

fn read(call: &Call, fields: &mut Fields) -> Change {
    let ids = call.app.ids.clone();
    let all = |value| {
        let named = texts(value)?
            .into_iter()
            .map(|id| Prefix::Customer.read(&ids, &id).ok_or_else(|| "must be ids of customers".to_owned()));
        named.collect()
    };
    Change {
        company: fields.get("companyName", text),
        tax_id: fields.nullable("taxId", text),
        status: fields.get("status", |value| status(&text(value)?).ok_or_else(|| STATUSES.into())),
        price_list_id: row(call, fields, "priceListId", Prefix::PriceList),
        net_days: fields.nullable("paymentTerms", terms).map(Option::flatten),
        contacts: fields.get("contactCustomerIds", all),
    }
}

/// `GET /b2b/accounts`
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&mut query, &call.app.ids, Prefix::B2bAccount);
    let search = query.text("search").filter(|search| !search.trim().is_empty());
    let status = query.read("status", |word| status(word).ok_or_else(|| Error::invalid(STATUSES)));
    query.finish_open()?;
    let filter = Filter { status, ..Filter::default() };
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        paging.reply(
            tx,
            &ids,
            |tx, start, rows| match &search {
                Some(search) => b2b_search::list(tx, shop, (filter, search), start, rows),
                None => b2b_account::list(tx, shop, filter, start, rows),
            },
            |tx| match &search {
                Some(search) => b2b_search::count(tx, shop, (filter, search)),
                None => b2b_account::count(tx, shop, filter),
            },
            |account| account.id,
            |tx, account| view(tx, &ids, account),
        )
    })
    .await
}

/// `POST /b2b/accounts`
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let change = read(&call, &mut fields);
    fields.needed("companyName", change.company.as_ref());
    fields.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.write("make B2B account", move |tx| {
        let made = b2b_account::new(tx, shop, &change)?;
        Reply::made(&view(tx, &ids, made)?)
    })
    .await
}

/// `GET /b2b/accounts/{account}`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let (id, shop, ids) = (call.id(0, Prefix::B2bAccount)?, call.shop, call.app.ids.clone());
    call.read(move |tx| {
        let account = b2b_account::get(tx, shop, id)?;
        Reply::data(&view(tx, &ids, account)?)
    })
    .await
}

/// `PATCH /b2b/accounts/{account}`
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let change = read(&call, &mut fields);
    fields.finish_open()?;
    let (id, shop, ids) = (call.id(0, Prefix::B2bAccount)?, call.shop, call.app.ids.clone());
    call.write("change B2B account", move |tx| {
        let changed = b2b_account::set(tx, shop, id, &change)?;
        Reply::data(&view(tx, &ids, changed)?)
    })
    .await
}
