//! From a cart to an order: what it comes to, who buys it, and in test mode the card.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use minijinja::{Value, context};

use super::cart::{Cart, Pick};
use super::front::href;
use super::order;
use super::post::{self, Post};
use super::visit::Visit;
use crate::app::App;
use crate::base::error::{Error, Kind, Result};
use crate::base::{money, seal};
use crate::domain::agreed::Said;
use crate::domain::caller::Credential;
use crate::domain::idempotency::{self, Kept, Request};
use crate::domain::order::{Draft, Quote, quote};
use crate::domain::order_line::DraftLine;
use crate::domain::payment::{self, Method, Outcome};
use crate::domain::product::Product;
use crate::domain::sale_facts::Facts;
use crate::domain::sending::Sent;
use crate::domain::shop::Shop;
use crate::domain::variant::{self, Variant};
use crate::domain::{customer, inventory, order as orders};
use crate::store::Tx;
use crate::web::door::Door;
use crate::web::form::{self, Form};
use crate::web::page;
use crate::web::pages::answer::Answer;

/// What is on a checkout's page besides what it comes to.
struct Desired {
    cart: Cart,
    /// The cart that the address names, not the browser's.
    items: Option<String>,
    form: Form,
    once: String,
}

/// `GET /checkout`: of the browser's cart, or of `items`, as in `7x2y9`.
pub async fn ask(req: HttpRequest, app: Data<App>) -> Answer {
    let visit = Visit::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let items = query.given("items").map(str::to_owned);
    let cart = items.as_deref().map_or_else(|| Cart::of(&req, &app), Cart::read);
    let desired = Desired { cart, items, form: Form::default(), once: form::new_name() };
    shown(&visit, StatusCode::OK, &desired, None).await
}

async fn shown(visit: &Visit, status: StatusCode, desired: &Desired, wrong: Option<&Error>) -> Answer {
    let coupon = desired.form.get("coupon").map(str::trim).filter(|code| !code.is_empty()).map(str::to_owned);
    let draft = Draft { said: said(visit), lines: desired.cart.lines(), coupon, ..Draft::default() };
    let found = if desired.cart.0.is_empty() {
        None
    } else {
        let sent = post::said(&desired.form);
        let read = visit.read(move |tx, shop| {
            let (post, estimated) = with_post(tx, shop, &draft, &sent)?;
            Ok((post, estimated, chosen(tx, shop, &draft.lines)))
        });
        Some(read.await?)
    };
    let (sums, post, refused) = match found {
        None => (Value::from(()), None, None),
        Some((post, (Some(quote), refused), chosen)) => (sums(&quote, &desired.cart, &chosen), post, refused),
        Some((_, (None, refused), _)) => (Value::from(()), None, refused),
    };
    let wrong = wrong.or(refused.as_ref());
    let about = wrong.and_then(Error::field).unwrap_or_default();
    let typed = |name: &str| desired.form.get(name).unwrap_or_default().to_owned();
    let values = context! {
        sums => sums, items => &desired.items, once => &desired.once,
        typed_email => typed("email"), name => typed("name"), coupon => typed("coupon"), card => typed("card"),
        wants_news => desired.form.get("news").is_some(),
        wrong => wrong.map(in_words), about => about, post => post.map(|post| post.told(&desired.form)),
        is_live => !visit.shop.is_test(),
    };
    visit.page(status, "shop/checkout.html", "Checkout", values)
}

/// What is wrong, for who buys.
fn in_words(e: &Error) -> String {
    if e.about != Some(inventory::OUT_OF_STOCK) {
        return e.message.clone();
    }
    match e.details().get("left").and_then(serde_json::Value::as_i64).unwrap_or_default() {
        0 => "Something of it was sold out meanwhile.".to_owned(),
        1 => "Of something there is only one left.".to_owned(),
        left => format!("Of something there are only {left} left."),
    }
}

/// Which variant each line is of, where the product has some.
fn chosen(tx: &mut Tx<'_>, shop: Shop, lines: &[DraftLine]) -> Vec<Option<Variant>> {
    let variant = |line: &DraftLine| match line.variant_id {
        Some(id) => variant::get(tx, shop, line.product_id, id).ok(),
        None => variant::default_of(tx, line.product_id).ok(),
    };
    lines.iter().map(variant).map(|found| found.filter(|one| !one.is_implicit)).collect()
}

/// What a draft comes to, and what is asked of how it is sent, if anything is.
fn with_post(tx: &mut Tx<'_>, shop: Shop, draft: &Draft, sent: &Sent) -> Result<(Option<Post>, Estimate)> {
    let bare = estimate(tx, shop, draft);
    let post = match &bare.0 {
        Some(quote) => post::ask(tx, shop, quote, sent)?,
        None => None,
    };
    let estimated = match &post {
        Some(post) if post.is_settled() => {
            estimate(tx, shop, &Draft { sent: Some(post.sent.clone()), ..draft.clone() })
        }
        _ => bare,
    };
    Ok((post, estimated))
}

/// What a draft comes to, if that can be said, and what is wrong with it.
type Estimate = (Option<Quote>, Option<Error>);

/// What a draft comes to. A coupon that does not count is told, and the rest shown without it.
fn estimate(tx: &mut Tx<'_>, shop: Shop, draft: &Draft) -> Estimate {
    match quote(tx, shop, draft) {
        Ok(found) => (Some(found), None),
        Err(refused) => {
            let without = Draft { coupon: None, ..draft.clone() };
            let found = if draft.coupon.is_some() { quote(tx, shop, &without).ok() } else { None };
            (found, Some(refused))
        }
    }
}

fn sums(quote: &Quote, cart: &Cart, chosen: &[Option<Variant>]) -> Value {
    let code = &quote.currency;
    let line = |((product, (pick, quantity)), variant): ((&Product, &(Pick, i64)), &Option<Variant>)| {
        let unit = product.price_minor.unwrap_or_default();
        let left = variant.as_ref().and_then(|one| if one.is_out { Some(0) } else { one.stock });
        context! {
            id => pick.to_string(), title => &product.title, variant => variant.as_ref().map(|one| &one.title),
            left => left.filter(|left| left < quantity), href => href(product.id, &product.slug), quantity => *quantity,
            amount => money::text(unit * quantity, code),
        }
    };
    let totals = &quote.totals;
    let part = |minor: i64| (minor != 0).then(|| money::text(minor, code));
    context! {
        lines => quote.products.iter().zip(&cart.0).zip(chosen).map(line).collect::<Vec<Value>>(),
        subtotal => money::text(totals.subtotal, code), discount => part(-totals.discount), tax => part(totals.tax),
        way => quote.shipping.as_ref().map(|shipping| &shipping.title), shipping => money::text(totals.shipping, code),
        total => money::text(totals.total, code), is_free => totals.total == 0,
    }
}

/// `POST /checkout`: changes the quantities, or orders. In test mode, and where nothing is to be paid, it is paid at once.
pub async fn buy(req: HttpRequest, payload: Payload, app: Data<App>, door: Data<Door>) -> Answer {
    let (visit, form) = Visit::send(&req, payload, &app).await?;
    let items = form.given("items").map(str::to_owned);
    let cart = items.as_deref().map_or_else(|| Cart::of(&req, &app), Cart::read).with(&form);
    let items = items.map(|_| cart.write());
    let once = form.given("once").map_or_else(form::new_name, str::to_owned);
    let desired = Desired { cart, items, form, once };
    if desired.form.get("do") != Some("buy") {
        let answer = shown(&visit, StatusCode::OK, &desired, None).await?;
        return Ok(if desired.items.is_some() {
            answer
        } else {
            page::with_cookie(answer, &desired.cart.cookie(&app))
        });
    }
    let sent = post::said(&desired.form);
    if sent.country.is_some() && post::shown(&sent) != desired.form.get("shown").unwrap_or_default() {
        let wrong =
            Error::refused("This is what it comes to, sent so. To order it, press the button once more.");
        return shown(&visit, StatusCode::OK, &desired, Some(&wrong)).await;
    }
    if let Err(seconds) = door.order(&app, visit.from) {
        let wrong =
            Error::refused(format!("Too many orders from where you are. Try again in {seconds} seconds."));
        return shown(&visit, StatusCode::TOO_MANY_REQUESTS, &desired, Some(&wrong)).await;
    }
    let draft = match draft(&visit, &desired) {
        Ok(draft) => draft,
        Err(e) => return shown(&visit, StatusCode::BAD_REQUEST, &desired, Some(&e)).await,
    };
    let number = desired.form.get("card").unwrap_or_default().trim().to_owned();
    let request = Request {
        caller: Credential::Visitor,
        key: format!("checkout {}", desired.once),
        hash: seal::hash(format!("{draft:?}").as_bytes()),
    };
    let master = app.master.clone();
    let placed = visit
        .write("checkout", move |tx, shop| {
            if let Some(kept) = idempotency::find(tx, &request)? {
                return Ok(kept.body);
            }
            let id = place(tx, shop, &draft, &number)?;
            let body = format!("/order/{}", order::token(shop, id, &master));
            idempotency::keep(tx, &request, &Kept { status: 303, body: body.clone(), head: String::new() })?;
            Ok(body)
        })
        .await;
    match placed {
        Ok(to) => {
            let done = if desired.items.is_some() { Vec::new() } else { vec![Cart::default().cookie(&app)] };
            Ok(page::go(&format!("{}{to}", visit.base()), done))
        }
        Err(e) if e.about == Some(idempotency::MISMATCH) => {
            let wrong = Error::refused(
                "This page has ordered something already. To order this too, press the button once more.",
            );
            let desired = Desired { once: form::new_name(), ..desired };
            shown(&visit, StatusCode::CONFLICT, &desired, Some(&wrong)).await
        }
        Err(e) if matches!(e.kind, Kind::Invalid | Kind::Refused) => {
            shown(&visit, StatusCode::BAD_REQUEST, &desired, Some(&e)).await
        }
        Err(e) => Err(visit.failed(&e)),
    }
}

/// Only of who is signed in it is sure who they are.
fn said(visit: &Visit) -> Said {
    visit.customer.as_ref().map_or(Said::ByBuyer, |(id, _)| Said::ByShop(*id))
}

fn draft(visit: &Visit, desired: &Desired) -> Result<Draft> {
    let typed =
        |name: &str| desired.form.get(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    // Who is signed in buys as who they are.
    let email = visit.customer.as_ref().map(|(_, email)| email.clone()).or_else(|| typed("email"));
    let wants_news = desired.form.get("news").map(|_| true);
    let delivery = post::delivery(&desired.form, typed("name").as_deref())?;
    Ok(Draft {
        customer: customer::Change { email, name: typed("name"), wants_news, ..customer::Change::default() },
        said: said(visit),
        lines: desired.cart.lines(),
        coupon: typed("coupon"),
        sent: Some(post::said(&desired.form)),
        facts: Facts { delivery, ..Facts::default() },
        ..Draft::default()
    })
}

/// Places an order and, where that can be done at once, pays it. A declined card leaves it unpaid: its page asks for another.
fn place(tx: &mut Tx<'_>, shop: Shop, draft: &Draft, card: &str) -> Result<i64> {
    let placed = orders::place(tx, shop, draft)?;
    if placed.shipping_title.is_some() && draft.facts.delivery.address.is_empty() {
        return Err(Error::invalid("the address that it goes to is needed").about("address"));
    }
    let method = match (placed.total_minor, shop.is_test()) {
        (0, _) => Method::Manual(Some("nothing to be paid".to_owned())),
        (_, true) => Method::TestCard(card.to_owned()),
        (_, false) => return Ok(placed.id),
    };
    match payment::pay(tx, shop, placed.id, &method, None)? {
        Outcome::Paid(_) | Outcome::Declined(_) => Ok(placed.id),
    }
}
