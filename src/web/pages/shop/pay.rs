//! The page of a payment link: what is to be paid, how, and whether it has come. Whoever has its address may pay.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::{Data, Path, Payload};
use minijinja::context;

use super::visit::Visit;
use crate::app::App;
use crate::base::error::{Error, Kind, Result};
use crate::base::{markdown, money};
use crate::domain::customer;
use crate::domain::order::Order;
use crate::domain::payment::{self, Method, Outcome};
use crate::domain::payment_link::{self, PaymentLink, Status};
use crate::domain::sale_facts::Facts;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::door::Door;
use crate::web::form::Form;
use crate::web::page;
use crate::web::pages::answer::Answer;

/// The most characters that are kept of what a browser says of itself.
const SAID: usize = 1_000;

/// A link, and the order that came of it.
struct Found {
    link: PaymentLink,
    order: Option<Order>,
}

impl Found {
    fn of(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Self> {
        let link = payment_link::get(tx, shop, id)?;
        let order = payment_link::order(tx, shop, &link)?;
        Ok(Self { link, order })
    }
}

/// Whoever comes to the link whose address ends so, in its own shop.
async fn at(visit: Visit, token: &str) -> std::result::Result<(Visit, i64), actix_web::Error> {
    let token = token.to_owned();
    let (shop, link) = visit
        .read(move |tx, _| {
            let missing = || Error::not_found("there is no such payment");
            payment_link::by_token(tx, &token)?.ok_or_else(missing)
        })
        .await?;
    Ok((visit.inside(shop).await?, link.id))
}

/// `GET /pay/{token}`
pub async fn show(req: HttpRequest, token: Path<String>, app: Data<App>) -> Answer {
    let (visit, id) = at(Visit::open(&req, &app).await?, &token).await?;
    let found = visit.read(move |tx, shop| Found::of(tx, shop, id)).await?;
    shown(&visit, StatusCode::OK, &found, &Form::default(), None)
}

fn shown(visit: &Visit, status: StatusCode, found: &Found, form: &Form, wrong: Option<&Error>) -> Answer {
    let Found { link, order } = found;
    let amount = money::text(link.value_minor, &link.currency);
    let due = order.as_ref().map_or(amount.clone(), |order| money::text(order.due(), &order.currency));
    let values = context! {
        frame => if link.is_white_label { "layout.html" } else { "shop/frame.html" },
        state => payment_link::status(link, order.as_ref()).as_str(), amount => amount, due => due,
        order => order.as_ref().map(|order| order.id), known => link.email.is_some(),
        return_url => &link.return_url, notice => markdown::html(&visit.account.payment_notice),
        typed_email => form.get("email").unwrap_or_default(), about => wrong.and_then(|e| e.about).unwrap_or_default(),
        wrong => wrong.map(|e| &e.message),
    };
    visit.page(status, "shop/pay.html", &link.title, values)
}

/// `POST /pay/{token}`: orders what is paid, once; in test mode a card pays it at once.
pub async fn pay(
    req: HttpRequest,
    token: Path<String>,
    payload: Payload,
    app: Data<App>,
    door: Data<Door>,
) -> Answer {
    let (visit, form) = Visit::send(&req, payload, &app).await?;
    let (visit, id) = at(visit, &token).await?;
    let paid = match door.order(&app, visit.from) {
        Ok(()) => {
            let (email, facts) = (form.given("email").map(str::to_owned), facts(&req, &visit));
            let card = form.get("card").unwrap_or_default().trim().to_owned();
            visit
                .write("payment link paid by page", move |tx, shop| {
                    take(tx, shop, id, (email.as_deref(), &facts), &card)
                })
                .await
        }
        Err(seconds) => Err(Error::refused(format!(
            "Too many payments from where you are. Try again in {seconds} seconds."
        ))),
    };
    match paid {
        Ok(None) => Ok(page::go(&format!("{}/pay/{token}", visit.base()), Vec::new())),
        Ok(Some(wrong)) => again(&visit, id, &form, &wrong).await,
        Err(e) if matches!(e.kind, Kind::Invalid | Kind::Refused) => again(&visit, id, &form, &e).await,
        Err(e) => Err(visit.failed(&e)),
    }
}

async fn again(visit: &Visit, id: i64, form: &Form, wrong: &Error) -> Answer {
    let found = visit.read(move |tx, shop| Found::of(tx, shop, id)).await?;
    shown(visit, StatusCode::BAD_REQUEST, &found, form, Some(wrong))
}

/// Orders it and, in test mode, pays; why that came to nothing, if it did: the order then waits for another card.
fn take(
    tx: &mut Tx<'_>,
    shop: Shop,
    id: i64,
    (email, facts): (Option<&str>, &Facts),
    card: &str,
) -> Result<Option<Error>> {
    let link = payment_link::get(tx, shop, id)?;
    let email = link.email.clone().or(email.map(str::to_owned));
    let buyer = customer::Change { email, ..customer::Change::default() };
    let order = payment_link::take(tx, shop, id, &buyer, facts.clone())?;
    let is_open = payment_link::status(&payment_link::get(tx, shop, id)?, Some(&order)) == Status::Waiting;
    if !shop.is_test() || !is_open {
        return Ok(None);
    }
    match payment::pay(tx, shop, order.id, &Method::TestCard(card.to_owned()), None)? {
        Outcome::Paid(_) => Ok(None),
        Outcome::Declined(_) => Ok(Some(
            Error::refused("The card was declined: it may be paid with another.").about("card_number"),
        )),
    }
}

/// From where, and by what, it is paid.
fn facts(req: &HttpRequest, visit: &Visit) -> Facts {
    let said = |name| {
        let text: String = req.headers().get(name)?.to_str().ok()?.chars().take(SAID).collect();
        Some(text)
    };
    Facts {
        ip: Some(visit.from.to_string()),
        user_agent: said(header::USER_AGENT),
        referer: said(header::REFERER),
        ..Facts::default()
    }
}

/// `GET /shoppy/pay/{token}`: where the old service had it, at its host names.
pub async fn moved(token: Path<String>, app: Data<App>) -> Answer {
    Ok(page::go(&format!("{}/pay/{token}", page::base(&app.config.public_url)), Vec::new()))
}
