//! "My licences": what a customer owns, and what they ordered.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use minijinja::{Value, context};

use super::visit::Visit;
use crate::app::App;
use crate::base::error::Result;
use crate::base::money;
use crate::base::time::Millis;
use crate::domain::order::Order;
use crate::domain::order_list;
use crate::domain::purchase::{self, Purchase, Status};
use crate::domain::shop::Shop;
use crate::domain::{customer, licence, loyalty, product, store_credit};
use crate::store::Tx;
use crate::web::form::Form;
use crate::web::page;
use crate::web::pages::answer::Answer;
use crate::web::pages::parts::is_cut;

/// Purchases and orders of a page.
const PAGE: i64 = 50;

/// `GET /account`
pub async fn show(req: HttpRequest, app: Data<App>) -> Answer {
    let visit = Visit::open(&req, &app).await?;
    let id = visit.customer()?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let behind = |name| query.given(name).and_then(|id| id.parse::<i64>().ok());
    let (before, orders_before) = (behind("before"), behind("orders"));
    let (who, owned, mut orders, spare, now) = visit
        .read(move |tx, shop| {
            let filter = purchase::Filter { customer_id: Some(id), ..purchase::Filter::default() };
            let mut owned = Vec::new();
            for bought in purchase::list(tx, shop, filter, before, PAGE)? {
                let title = product::get(tx, shop, bought.product_id)?.title;
                let licence = bought.licence_id.map(|id| licence::by_id(tx, shop, id)).transpose()?;
                owned.push((bought, title, licence.map(|licence| (licence.uses, licence.max_uses))));
            }
            let placed = order_list::Filter { customer_id: Some(id), ..order_list::Filter::default() };
            Ok((
                customer::get(tx, shop, id)?,
                owned,
                order_list::list(tx, shop, &placed, orders_before, PAGE + 1)?,
                spare(tx, shop, id)?,
                tx.now(),
            ))
        })
        .await?;
    let is_full = owned.len() == usize::try_from(PAGE).unwrap_or_default();
    let next = owned.last().filter(|_| is_full).map(|(last, ..)| last.id);
    let more_orders = is_cut(&mut orders, PAGE).then(|| orders.last().map(|order| order.id));
    let things = owned.iter().map(|(bought, title, uses)| thing(bought, title, *uses, now));
    let values = context! {
        things => things.collect::<Vec<Value>>(), orders => orders.iter().map(order).collect::<Vec<Value>>(),
        next => next, more_orders => more_orders.flatten(), before => before, orders_before => orders_before, wants_news => who.wants_news, name => who.name, is_first => before.is_none(),
        spare => spare,
    };
    visit.page(StatusCode::OK, "shop/account.html", "My licences", values)
}

/// What they have for later orders, if they have anything.
fn spare(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Option<Value>> {
    let (credit, points) = (store_credit::get(tx, shop, id)?, loyalty::get(tx, shop, id)?);
    if credit.balance_minor == 0 && points.earned == 0 {
        return Ok(None);
    }
    let tier = loyalty::program(tx, shop)?.tier(points.earned).map(str::to_owned);
    let currency = credit.currency.filter(|_| credit.balance_minor > 0);
    Ok(Some(context! {
        credit => currency.map(|currency| money::text(credit.balance_minor, &currency)),
        points => (points.earned > 0).then_some(points.points), tier => tier.filter(|_| points.earned > 0),
    }))
}

fn thing(bought: &Purchase, title: &str, uses: Option<(i64, i64)>, now: Millis) -> Value {
    context! {
        id => bought.id, title => title, key => &bought.key, ends => bought.expires_at,
        state => state(bought, now), uses => uses.map(|(uses, _)| uses), max_uses => uses.map(|(_, most)| most),
    }
}

/// How a purchase stands, in a word.
pub fn state(bought: &Purchase, now: Millis) -> &'static str {
    match bought.status {
        Status::Cancelled => "cancelled",
        Status::Expired => "expired",
        Status::Active if bought.expires_at.is_some_and(|at| at <= now) => "expired",
        Status::Active => "active",
    }
}

fn order(order: &Order) -> Value {
    context! {
        id => order.id, at => order.created_at, total => money::text(order.total_minor, &order.currency),
        payment => order.payment_status.as_str().replace('_', " "),
    }
}

/// `POST /account/news`: whether they want letters about new releases.
pub async fn news(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (visit, form) = Visit::send(&req, payload, &app).await?;
    let (id, wants) = (visit.customer()?, form.get("news").is_some());
    visit
        .write("news by page", move |tx, shop| {
            customer::set(
                tx,
                shop,
                id,
                &customer::Change { wants_news: Some(wants), ..customer::Change::default() },
            )
        })
        .await
        .map_err(|e| visit.failed(&e))?;
    Ok(page::go(&format!("{}/account", visit.base()), Vec::new()))
}
