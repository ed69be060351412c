//! A customer's own questions to the shop, and what was said to them.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use minijinja::{Value, context};

use super::contact::may_ask;
use super::once;
use super::visit::Visit;
use crate::app::App;
use crate::base::error::{Error, Kind};
use crate::domain::ticket::{self, Filter, Status, Ticket};
use crate::domain::ticket_asked::{self, CUSTOMERS};
use crate::domain::ticket_reply::{self, Reply};
use crate::web::door::Door;
use crate::web::form::{self, Form};
use crate::web::page;
use crate::web::pages::answer::Answer;
use crate::web::pages::parts::is_cut;

/// Where they are.
pub const HERE: &str = "/account/tickets";
/// Questions of a page.
const PAGE: i64 = 50;
/// The longest form, in bytes: each character of the longest message may be twelve.
pub const LONGEST: usize = 64 * 1_024;

/// `GET /account/tickets`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let visit = Visit::open(&req, &app).await?;
    let id = visit.customer()?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let before = query.given("before").and_then(|id| id.parse::<i64>().ok());
    let filter = Filter { customer_id: Some(id), ..Filter::default() };
    let mut found = visit.read(move |tx, shop| ticket::page(tx, shop, filter, before, (PAGE + 1, 0))).await?;
    let next = is_cut(&mut found, PAGE).then(|| found.last().map(|last| last.id)).flatten();
    let row = |one: &Ticket| {
        context! { id => one.id, subject => &one.subject, state => state(one.status), at => one.updated_at }
    };
    let values = context! {
        tickets => found.iter().map(row).collect::<Vec<Value>>(), next => next, is_first => before.is_none(),
    };
    visit.page(StatusCode::OK, "shop/tickets.html", "Your questions", values)
}

/// How a question stands, for who asked it.
fn state(status: Status) -> &'static str {
    match status {
        Status::Open | Status::UserReply => "waits for the shop",
        Status::Replied => "answered",
        Status::Closed | Status::Solved => "closed",
    }
}

/// `GET /account/tickets/{id}`
pub async fn show(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let visit = Visit::open(&req, &app).await?;
    shown(&visit, StatusCode::OK, id.into_inner(), &Form::default(), None).await
}

async fn shown(visit: &Visit, status: StatusCode, id: i64, form: &Form, wrong: Option<&Error>) -> Answer {
    let customer = visit.customer()?;
    let (of, replies) = visit
        .read(move |tx, shop| Ok((ticket_asked::get(tx, shop, customer, id)?, ticket_reply::list(tx, id)?)))
        .await?;
    let said = |one: &Reply| context! { by_shop => one.by_shop, at => one.created_at, text => &one.message };
    let values = context! {
        id => id, state => state(of.status), is_over => of.status.is_over(), asked_at => of.created_at, asked => &of.message,
        replies => replies.iter().map(said).collect::<Vec<Value>>(), most => CUSTOMERS,
        once => form.given("once").map_or_else(form::new_name, str::to_owned),
        message => form.get("message").unwrap_or_default(), wrong => wrong.map(|e| &e.message),
    };
    visit.page(status, "shop/ticket.html", &of.subject, values)
}

/// `POST /account/tickets/{id}/reply`
pub async fn reply(
    req: HttpRequest,
    id: Path<i64>,
    payload: Payload,
    app: Data<App>,
    door: Data<Door>,
) -> Answer {
    let (visit, form) = Visit::send_long(&req, payload, &app, LONGEST).await?;
    let (customer, id) = (visit.customer()?, id.into_inner());
    if let Err(wrong) = may_ask(&visit, &door) {
        return shown(&visit, StatusCode::TOO_MANY_REQUESTS, id, &form, Some(&wrong)).await;
    }
    let message = form.get("message").unwrap_or_default().replace("\r\n", "\n");
    let said = once::write(&visit, &form, "reply by a customer", move |tx, shop| {
        ticket_asked::reply(tx, shop, customer, id, &message)?;
        Ok(format!("{HERE}/{id}"))
    });
    match said.await {
        Ok(to) => Ok(page::go(&format!("{}{to}", visit.base()), Vec::new())),
        Err(e) if matches!(e.kind, Kind::Invalid | Kind::Refused) => {
            shown(&visit, StatusCode::BAD_REQUEST, id, &form, Some(&e)).await
        }
        Err(e) => Err(visit.failed(&e)),
    }
}

/// `POST /account/tickets/{id}/close`
pub async fn close(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (visit, _) = Visit::send(&req, payload, &app).await?;
    let (customer, id) = (visit.customer()?, id.into_inner());
    visit
        .write("close by a customer", move |tx, shop| ticket_asked::close(tx, shop, customer, id))
        .await
        .map_err(|e| visit.failed(&e))?;
    Ok(page::go(&format!("{}{HERE}/{id}", visit.base()), Vec::new()))
}
