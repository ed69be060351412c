//! Customers, and what they said, carried here from another system.

use serde_json::{Map, Value};

use super::carried::{self, Source, What};
use super::move_in::Outcome;
use super::move_in_fit as fit;
use super::move_in_goods::noted;
use super::move_in_item::{Customer, Review, Ticket};
use super::shop::Shop;
use super::{customer, product};
use crate::base::error::{Error, Result};
use crate::base::time::Millis;
use crate::store::Tx;
use crate::values;

/// Takes a customer in: one who is here already is not overwritten, only filled in.
pub(super) fn customer(tx: &mut Tx<'_>, shop: Shop, source: Source, told: &Customer) -> Result<Outcome> {
    let (id, outcome) = find_or_make(tx, shop, told)?;
    if let Some(old_id) = &told.old_id {
        // Two old numbers may be one person.
        carried::note(tx, shop, source, What::Customer, old_id, id)?;
    }
    Ok(outcome)
}

/// The customer of this address: their row, and whether they are new.
pub(super) fn find_or_make(tx: &mut Tx<'_>, shop: Shop, told: &Customer) -> Result<(i64, Outcome)> {
    let change = customer::Change {
        email: Some(told.email.clone()),
        name: told.name.as_deref().and_then(|name| fit::line(name, 200)),
        ..customer::Change::default()
    };
    let (found, was) = customer::find_or_make(tx, shop, &change)?;
    let (id, now) = (found.id, tx.now());
    let phone = told.phone.as_deref().and_then(|phone| fit::line(phone, 200));
    let known_at: Millis = told.created_at.unwrap_or(now).min(now);
    let details = details(told)?;
    let filled = tx.exec(
        "update customer set phone = coalesce(phone, cast($2 as text)), created_at = case when created_at > $3 then cast($3 as bigint) \
         else created_at end, details = case when details = '{}' then $4 else details end \
         where id = $1 and ((phone is null and cast($2 as text) is not null) or created_at > $3 or (details = '{}' and cast($4 as text) <> '{}'))",
        values![id, phone.as_ref(), known_at, &details],
    )?;
    let outcome = match was {
        None => Outcome::New,
        Some(was) if was != found || filled == 1 => Outcome::Changed,
        Some(_) => Outcome::Same,
    };
    Ok((id, outcome))
}

/// What is known of a customer beside, as it is kept.
fn details(told: &Customer) -> Result<String> {
    let mut kept = Map::new();
    let mut put = |name: &str, value: serde_json::Result<Value>| {
        let value = value.map_err(|e| Error::broken(format!("an address cannot be written as JSON: {e}")))?;
        kept.insert(name.to_owned(), value);
        Ok::<(), Error>(())
    };
    if !told.delivery.is_empty() {
        put("delivery", serde_json::to_value(&told.delivery))?;
    }
    if let Some(billing) = &told.billing {
        put("billing", serde_json::to_value(billing))?;
    }
    for (name, text) in [("fiscal_id", &told.fiscal_id), ("company", &told.company)] {
        if let Some(text) = text {
            put(name, Ok(text.as_str().into()))?;
        }
    }
    Ok(Value::Object(kept).to_string())
}

/// Takes a review in. One that is known gets the shop's response, if it has none here.
pub(super) fn review(
    tx: &mut Tx<'_>,
    shop: Shop,
    source: Source,
    told: &Review,
    remarks: &mut Vec<String>,
) -> Result<Outcome> {
    let response =
        told.response.as_deref().map(|text| fit::page(text, 5_000)).filter(|text| !text.is_empty());
    if let Some(id) = carried::row_of(tx, shop, source, What::Feedback, &told.old_id)? {
        let responded = tx.exec(
            "update review set response = $2, responded_at = $3 where id = $1 and response is null and cast($2 as text) is not null",
            values![id, response.as_ref(), told.updated_at],
        )?;
        return Ok(if responded == 1 { Outcome::Changed } else { Outcome::Same });
    }
    let order_id = match &told.order {
        Some(order) => carried::row_of(tx, shop, source, What::Order, order)?,
        None => None,
    };
    let product_id = match &told.product {
        Some(product) => carried::row_of(tx, shop, source, What::Product, product)?,
        None => None,
    };
    let bought = match order_id {
        Some(id) => tx.maybe(
            "select s.customer_id, l.product_id, c.name from sale s join sale_line l on l.sale_id = s.id \
             join customer c on c.id = s.customer_id where s.id = $1 order by l.id limit 1",
            values![id],
            |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?, row.get::<Option<String>>(2)?)),
        )?,
        None => None,
    };
    let product_id = product_id.or(bought.as_ref().map(|(_, product_id, _)| *product_id));
    let product_id =
        product_id.ok_or_else(|| Error::refused("neither its order nor its product is there"))?;
    product::get(tx, shop, product_id)?;
    if order_id.is_none() {
        remarks.push("its order is not there: it stands with the product alone".to_owned());
    }
    let customer_id = bought.as_ref().map(|(customer_id, ..)| *customer_id);
    let name = bought.as_ref().and_then(|(.., name)| name.clone()).unwrap_or_else(|| "A customer".to_owned());
    let id = tx.one(
        "insert into review (product_id, customer_id, rating, content, reviewer_name, status, is_verified, created_at, response, \
         responded_at, sale_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
        values![
            product_id,
            customer_id,
            told.rating,
            &fit::page(&told.content, 5_000),
            &name,
            told.status.as_str(),
            order_id.is_some(),
            told.created_at,
            response.as_ref(),
            response.as_ref().map(|_| told.updated_at),
            order_id
        ],
        |row| row.get(0),
    )?;
    noted(tx, shop, source, What::Feedback, &told.old_id, id)
}

/// Takes a question in, with what was said to it. One that is known gets what was said since.
pub(super) fn ticket(tx: &mut Tx<'_>, shop: Shop, source: Source, told: &Ticket) -> Result<Outcome> {
    if let Some(id) = carried::row_of(tx, shop, source, What::Ticket, &told.old_id)? {
        let newest: Millis = tx.one(
            "select cast(coalesce(max(created_at), 0) as bigint) from ticket_reply where ticket_id = $1",
            values![id],
            |row| row.get(0),
        )?;
        let news: Vec<_> = told.replies.iter().filter(|(.., at)| *at > newest).collect();
        let moved = tx.exec(
            "update ticket set status = $2, updated_at = $3 where id = $1 and updated_at < $3",
            values![id, told.status, told.updated_at],
        )?;
        if moved == 0 {
            return Ok(Outcome::Same);
        }
        news.into_iter().try_for_each(|reply| say(tx, id, reply))?;
        return Ok(Outcome::Changed);
    }
    let email = crate::base::text::email(&told.email)?;
    let customer = customer::by_email(tx, shop, &email)?;
    let id = tx.one(
        "insert into ticket (site_id, is_test, customer_id, email, subject, message, status, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
        values![
            shop.site_id,
            shop.is_test(),
            customer.map(|customer| customer.id),
            &email,
            &fit::title(&told.subject, "Question"),
            &fit::page(&told.message, 20_000),
            told.status,
            told.created_at,
            told.updated_at
        ],
        |row| row.get(0),
    )?;
    told.replies.iter().try_for_each(|reply| say(tx, id, reply))?;
    noted(tx, shop, source, What::Ticket, &told.old_id, id)
}

fn say(tx: &mut Tx<'_>, ticket_id: i64, (by_shop, message, at): &(bool, String, Millis)) -> Result<()> {
    tx.exec(
        "insert into ticket_reply (ticket_id, by_shop, message, created_at) values ($1, $2, $3, $4)",
        values![ticket_id, *by_shop, &fit::page(message, 20_000), *at],
    )
    .map(|_| ())
}
