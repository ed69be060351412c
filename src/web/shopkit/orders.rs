//! `/order`: what was ordered, and how it is handled.

use super::body;
use super::call::Call;
use super::fault::Fault;
use super::order_view::{view, views};
use super::paging::Paging;
use super::reply::Reply;
use super::status;
use super::wire::{Wire, flag, line, row, switch};
use crate::base::error::{Error, Result as Outcome};
use crate::base::text as texts;
use crate::base::time::Millis;
use crate::base::zone::Zone;
use crate::domain::carried::What;
use crate::domain::order::{self, Order};
use crate::domain::order_handling::{self, Handling};
use crate::domain::order_list::Filter;
use crate::domain::order_list_more::More;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, int, ints, text};
use crate::web::query::Query;

/// The order of a number, unless a program deleted it.
fn named(tx: &mut Tx<'_>, shop: Shop, number: i64) -> Outcome<Order> {
    let id = row(tx, shop, What::Order, number)?;
    let found = order::get(tx, shop, id)?;
    if found.hidden_at.is_some() {
        return Err(Error::not_found("this order is deleted"));
    }
    Ok(found)
}

/// Which days of the shop's own time zone are asked for.
#[derive(Clone, Debug, Default)]
pub struct Days {
    filter: Option<Recent>,
    from: Option<String>,
    to: Option<String>,
}

/// Stretches of days that end now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Recent {
    Today,
    Yesterday,
    LastWeek,
    LastMonth,
}

impl Recent {
    fn read(word: &str) -> Outcome<Self> {
        match word {
            "today" => Ok(Self::Today),
            "yesterday" => Ok(Self::Yesterday),
            "last_week" => Ok(Self::LastWeek),
            "last_month" => Ok(Self::LastMonth),
            _ => Err(Error::invalid("may be today, yesterday, last_week or last_month")),
        }
    }
}

impl Days {
    /// Takes them out of a query.
    pub fn read(query: &mut Query) -> Self {
        let day = |text: &str| Zone::of("UTC").begin(text, 0, 0).map(|_| text.to_owned());
        Self {
            filter: query.read("date_filter", Recent::read),
            from: query.read("date_from", day),
            to: query.read("date_to", day),
        }
    }

    /// From when on, and before when: days count whole, both the first and the last.
    pub fn bounds(&self, zone: &Zone, now: Millis) -> Outcome<(Option<Millis>, Option<Millis>)> {
        let today = zone.day(now);
        let (from, to) = match self.filter {
            None => (None, None),
            Some(Recent::Today) => (Some(zone.begin(&today, 0, 0)?), None),
            Some(Recent::Yesterday) => (Some(zone.begin(&today, 0, -1)?), Some(zone.begin(&today, 0, 0)?)),
            Some(Recent::LastWeek) => (Some(zone.begin(&today, 0, -7)?), None),
            Some(Recent::LastMonth) => (Some(zone.begin(&today, -1, 0)?), None),
        };
        let first = self.from.as_deref().map(|day| zone.begin(day, 0, 0)).transpose()?;
        let behind = self.to.as_deref().map(|day| zone.begin(day, 0, 1)).transpose()?;
        // Of two first days the later, of two last ones the earlier: `None` is before all of them.
        Ok((from.max(first), [to, behind].into_iter().flatten().min()))
    }
}

/// What a list is narrowed to.
fn read(query: &mut Query, max_status: i64) -> Filter {
    let numbers = query.read("status", |text| status::wanted(text, max_status));
    let words = query.read("status_alias", |text| status::wanted(text, max_status));
    let more = More {
        fulfilments: words.or(numbers).unwrap_or_default(),
        is_paid: query.read("paid", switch),
        coupon_fold: query.text("coupon_code").map(|code| texts::fold(&code)),
        is_shown: true,
    };
    Filter { more, ..Filter::default() }
}

async fn one(call: Call, number: i64) -> Result<Reply, Fault> {
    let (shop, app) = (call.shop, call.app.clone());
    call.read(move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let found = named(tx, shop, number)?;
        Reply::ok(&view(tx, &wire, found)?)
    })
    .await
}

/// `GET /order`: the one of an `id`, or else a page of a list, the newest first.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let id = query.id("id");
    let paging = Paging::read(&call, &mut query, "/order");
    let filter = read(&mut query, call.app.config.shopkit.max_status);
    let days = Days::read(&mut query);
    query.finish_open()?;
    if let Some(number) = id {
        return one(call, number).await;
    }
    let (shop, app) = (call.shop, call.app.clone());
    call.read(move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let (from, to) = days.bounds(&wire.zone, tx.now())?;
        let filter = Filter { from, to, ..filter.clone() };
        let asked = format!("/shopkit/order {filter:?} {}", paging.place());
        let make = |tx: &mut Tx<'_>| {
            let reply = paging.reply(
                tx,
                |tx| app.lists.orders(tx, shop, &filter),
                |tx, window| app.places.orders(tx, shop, &filter, window),
                |tx, found| views(tx, &wire, found),
            )?;
            Ok(reply.kept())
        };
        Reply::again(&app.lists.of_all(tx, shop, &asked, make)?)
    })
    .await
}

/// `GET /order/{order}`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let number = call.id()?;
    one(call, number).await
}

/// What is to be done with an order. Of status and its word, the word counts.
fn handling(fields: &mut Fields) -> Handling {
    let number = fields.get("status", |value| status::of_number(int(value)?).map_err(|e| e.message));
    let word = fields.get("status_alias", |value| status::of_word(&text(value)?).map_err(|e| e.message));
    Handling {
        fulfilment: word.or(number),
        paid: fields.get("paid", flag),
        invoice_url: fields.nullable("invoice_url", line).map(Option::flatten),
        tracking_url: fields.nullable("tracking_url", line).map(Option::flatten),
        note: fields.nullable("note", line).map(Option::flatten),
        client_note: fields.nullable("client_note", line).map(Option::flatten),
        is_new: fields.get("is_new", flag),
    }
}

/// `PUT /order/{order}`
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let number = call.id()?;
    let mut fields = call.fields()?;
    let handling = handling(&mut fields);
    fields.finish_open()?;
    let (shop, app) = (call.shop, call.app.clone());
    call.write("handle order", move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let old = named(tx, shop, number)?;
        let handled = order_handling::handle(tx, shop, old.id, &handling)?;
        Reply::ok(&view(tx, &wire, handled)?)
    })
    .await
}

/// The most orders that are handled at once.
const BULK: usize = 100;

/// `PUT /order/bulk`, an extension: a list of objects, each with the `id` of an order and what is to be done with it; or such a list as
/// `orders`; or one object with several `ids`. All of it is done, or nothing.
pub async fn change_all(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let listed = fields.objects(body::LIST, |one| {
        let id = one.get("id", int);
        let id = one.needed("id", id).unwrap_or_default();
        let handling = handling(one);
        one.passed_over();
        (id, handling)
    });
    let ids = fields.get("ids", ints);
    let same = handling(&mut fields);
    fields.finish_open()?;
    let all: Vec<(i64, Handling)> = match (listed, ids) {
        (Some(listed), _) => listed,
        (None, Some(ids)) => ids.into_iter().map(|id| (id, same.clone())).collect(),
        (None, None) => return Err(Fault::Wrong),
    };
    if all.is_empty() || all.len() > BULK {
        return Err(Fault::Wrong);
    }
    let (shop, app) = (call.shop, call.app.clone());
    call.write("handle orders", move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let mut handled = Vec::new();
        for (number, handling) in &all {
            let old = named(tx, shop, *number)?;
            handled.push(order_handling::handle(tx, shop, old.id, handling)?);
        }
        Reply::ok(&views(tx, &wire, handled)?)
    })
    .await
}

/// `DELETE /order/{order}`: no program sees it any more, while books and what it brought stay.
pub async fn delete(call: Call) -> Result<Reply, Fault> {
    let (number, shop) = (call.id()?, call.shop);
    call.write("delete order", move |tx| {
        let old = named(tx, shop, number)?;
        order_handling::hide(tx, shop, old.id)?;
        Ok(Reply::gone())
    })
    .await
}
