//! A customer asks the shop something, about what they have or anything else.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use minijinja::{Value, context};

use super::contact::may_ask;
use super::once;
use super::tickets::{HERE, LONGEST};
use super::visit::Visit;
use crate::app::App;
use crate::base::error::{Error, Kind, Result};
use crate::domain::shop::Shop;
use crate::domain::ticket_asked::{self, About, Asked, CUSTOMERS};
use crate::domain::{order_list, product, purchase};
use crate::store::Tx;
use crate::web::door::Door;
use crate::web::form::{self, Form};
use crate::web::page;
use crate::web::pages::answer::Answer;

/// Purchases and orders that are offered as what it is about: the newest.
const OFFERED: i64 = 50;

/// What it is about, as the form says it: `purchase-3`, `order-7`; anything else is nothing.
fn about(said: &str) -> Option<About> {
    let (kind, id) = said.split_once('-')?;
    let id = id.parse().ok()?;
    match kind {
        "purchase" => Some(About::Purchase(id)),
        "order" => Some(About::Order(id)),
        _ => None,
    }
}

/// What a customer may ask about: what the form sends, and what it is called.
fn offered(tx: &mut Tx<'_>, shop: Shop, customer_id: i64) -> Result<Vec<(String, String)>> {
    let own = purchase::Filter { customer_id: Some(customer_id), ..purchase::Filter::default() };
    let mut found = Vec::new();
    for bought in purchase::list(tx, shop, own, None, OFFERED)? {
        let title = product::get(tx, shop, bought.product_id)?.title;
        found.push((format!("purchase-{}", bought.id), format!("{title}, purchase {}", bought.id)));
    }
    let placed = order_list::Filter { customer_id: Some(customer_id), ..order_list::Filter::default() };
    let orders = order_list::list(tx, shop, &placed, None, OFFERED)?;
    found.extend(orders.iter().map(|one| (format!("order-{}", one.id), format!("Order {}", one.id))));
    Ok(found)
}

/// `GET /account/tickets/new`, with `about` as what is chosen.
pub async fn ask(req: HttpRequest, app: Data<App>) -> Answer {
    let visit = Visit::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    shown(&visit, StatusCode::OK, &query, None).await
}

async fn shown(visit: &Visit, status: StatusCode, form: &Form, wrong: Option<&Error>) -> Answer {
    let customer = visit.customer()?;
    let typed = |name: &str| form.get(name).unwrap_or_default().to_owned();
    let chosen = typed("about");
    let things = visit.read(move |tx, shop| offered(tx, shop, customer)).await?;
    let option = |(value, label): &(String, String)| {
        context! { value => value, label => label, is_on => *value == chosen }
    };
    let values = context! {
        to => format!("{HERE}/new"), once => form.given("once").map_or_else(form::new_name, str::to_owned), most => CUSTOMERS,
        things => things.iter().map(option).collect::<Vec<Value>>(),
        subject => typed("subject"), message => typed("message"),
        wrong => wrong.map(|e| &e.message), about => wrong.and_then(Error::field),
    };
    visit.page(status, "shop/ask.html", "Ask the shop", values)
}

/// `POST /account/tickets/new`
pub async fn send(req: HttpRequest, payload: Payload, app: Data<App>, door: Data<Door>) -> Answer {
    let (visit, form) = Visit::send_long(&req, payload, &app, LONGEST).await?;
    let customer = visit.customer()?;
    if let Err(wrong) = may_ask(&visit, &door) {
        return shown(&visit, StatusCode::TOO_MANY_REQUESTS, &form, Some(&wrong)).await;
    }
    let typed = |name: &str| form.get(name).unwrap_or_default().replace("\r\n", "\n");
    let asked = Asked { subject: typed("subject"), message: typed("message"), about: about(&typed("about")) };
    let made = once::write(&visit, &form, "question by a customer", move |tx, shop| {
        Ok(format!("{HERE}/{}", ticket_asked::by_customer(tx, shop, customer, &asked)?.id))
    });
    match made.await {
        Ok(to) => Ok(page::go(&format!("{}{to}", visit.base()), Vec::new())),
        Err(e) if matches!(e.kind, Kind::Invalid | Kind::Refused) => {
            shown(&visit, StatusCode::BAD_REQUEST, &form, Some(&e)).await
        }
        Err(e) => Err(visit.failed(&e)),
    }
}
