//! Questions of whoever comes by. No account is needed; the answer is mailed.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use minijinja::context;

use super::once;
use super::visit::Visit;
use crate::app::App;
use crate::base::error::{Error, Kind};
use crate::domain::ticket::Draft;
use crate::domain::ticket_asked::{self, VISITORS};
use crate::web::door::Door;
use crate::web::form::{self, Form};
use crate::web::page;
use crate::web::pages::answer::Answer;

/// A field that people do not see, so that only a program fills it in.
const TRAP: &str = "leave_empty";
/// Where somebody is whose question was taken in.
const DONE: &str = "/contact?done=sent";

/// `GET /contact`: customers who are signed in ask where they find the answer, too.
pub async fn ask(req: HttpRequest, app: Data<App>) -> Answer {
    let visit = Visit::open(&req, &app).await?;
    if visit.customer.is_some() {
        return Ok(page::go(&format!("{}/account/tickets/new", visit.base()), Vec::new()));
    }
    let query = Form::read(req.query_string()).unwrap_or_default();
    if query.get("done").is_some() {
        return visit.page(StatusCode::OK, "shop/asked.html", "Contact", context! {});
    }
    shown(&visit, StatusCode::OK, &Form::default(), None)
}

fn shown(visit: &Visit, status: StatusCode, form: &Form, wrong: Option<&Error>) -> Answer {
    let typed = |name: &str| form.get(name).unwrap_or_default().to_owned();
    let values = context! {
        to => "/contact", once => form.given("once").map_or_else(form::new_name, str::to_owned), trap => TRAP, most => VISITORS,
        is_visitor => true, typed_email => typed("email"), subject => typed("subject"), message => typed("message"),
        wrong => wrong.map(|e| &e.message), about => wrong.and_then(Error::field),
    };
    visit.page(status, "shop/ask.html", "Contact", values)
}

/// `POST /contact`
pub async fn send(req: HttpRequest, payload: Payload, app: Data<App>, door: Data<Door>) -> Answer {
    let (visit, form) = Visit::send(&req, payload, &app).await?;
    // A program is told nothing else than people are.
    if form.given(TRAP).is_some() {
        return Ok(page::go(&format!("{}{DONE}", visit.base()), Vec::new()));
    }
    if let Err(wrong) = may_ask(&visit, &door) {
        return shown(&visit, StatusCode::TOO_MANY_REQUESTS, &form, Some(&wrong));
    }
    let typed = |name: &str| form.get(name).unwrap_or_default().replace("\r\n", "\n");
    let draft = Draft { email: typed("email"), subject: typed("subject"), message: typed("message") };
    let asked = once::write(&visit, &form, "question by a visitor", move |tx, shop| {
        ticket_asked::by_visitor(tx, shop, &draft)?;
        Ok(DONE.to_owned())
    });
    match asked.await {
        Ok(to) => Ok(page::go(&format!("{}{to}", visit.base()), Vec::new())),
        Err(e) if matches!(e.kind, Kind::Invalid | Kind::Refused) => {
            shown(&visit, StatusCode::BAD_REQUEST, &form, Some(&e))
        }
        Err(e) => Err(visit.failed(&e)),
    }
}

/// Whether one more may be asked from there now.
pub fn may_ask(visit: &Visit, door: &Door) -> Result<(), Error> {
    door.question(&visit.app, visit.from).map_err(|seconds| {
        Error::refused(format!("Too many questions from where you are. Try again in {seconds} seconds."))
    })
}
