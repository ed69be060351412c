//! An order's page: the receipt with its keys once it is paid, and how to pay it until then. Whoever has its address may see it, as the
//! letter with the receipt may be seen; a customer who is signed in sees their own, which also print as invoices.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use minijinja::{Value, context};

use super::front::href;
use super::visit::Visit;
use crate::app::App;
use crate::base::error::{Error, Kind, Result};
use crate::base::seal::{self, Master};
use crate::base::text::hex;
use crate::base::{markdown, money};
use crate::domain::carried;
use crate::domain::order::{self, Fulfilment, Order, Payment};
use crate::domain::order_details::{self, Details};
use crate::domain::order_line::OrderLine;
use crate::domain::payment::{self, Method, Outcome};
use crate::domain::purchase::{self, Purchase};
use crate::domain::shop::Shop;
use crate::domain::{customer, product};
use crate::store::Tx;
use crate::web::page;
use crate::web::pages::answer::Answer;

/// What the address of an order's page holds: nobody can make it but this server.
pub fn token(shop: Shop, id: i64, master: &Master) -> String {
    let mac = master.mac("order page", format!("{} {} {id}", shop.site_id, shop.mode).as_bytes());
    format!("{id}-{}", hex(&mac[..16]))
}

/// The order that an address is of, in this shop.
pub fn read(shop: Shop, text: &str, master: &Master) -> Option<i64> {
    let id = text.split_once('-')?.0.parse().ok()?;
    seal::same(token(shop, id, master).as_bytes(), text.as_bytes()).then_some(id)
}

/// Something that an order bought, as its page shows it.
struct Bought {
    purchase: Purchase,
    title: String,
    slug: String,
}

fn found(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<(Details, Vec<Bought>)> {
    let details = order_details::get(tx, shop, id)?;
    let mut bought = Vec::new();
    for purchase_id in details.lines.iter().flat_map(|line| &line.purchases) {
        let purchase = purchase::get(tx, shop, *purchase_id)?;
        let product = product::get(tx, shop, purchase.product_id)?;
        bought.push(Bought { purchase, title: product.title, slug: product.slug });
    }
    Ok((details, bought))
}

/// `GET /order/{token}`
pub async fn show(req: HttpRequest, token: Path<String>, app: Data<App>) -> Answer {
    let visit = Visit::open(&req, &app).await?;
    let id = named(&visit, &token).await?;
    let (details, bought) = visit.read(move |tx, shop| found(tx, shop, id)).await?;
    let below = format!("/order/{token}");
    shown(&visit, StatusCode::OK, &details, &bought, &below, None)
}

/// The order that an address names, or the page that says there is none.
pub async fn named(visit: &Visit, token: &str) -> std::result::Result<i64, actix_web::Error> {
    // Programs are told the other form (dialect Shopkit, `permalink`), or the one of where the order was carried from.
    let known = read(visit.shop, token, &visit.app.master).or_else(|| visit.app.ids.of_hex40("order", token));
    if let Some(id) = known {
        return Ok(id);
    }
    let hash = token.to_owned();
    let carried = visit.read(move |tx, shop| carried::order_of_hash(tx, shop, &hash)).await?;
    carried.ok_or_else(|| visit.failed(&Error::not_found("there is no such order")))
}

/// `GET /account/orders/{id}`
pub async fn mine(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let visit = Visit::open(&req, &app).await?;
    let (customer, id) = (visit.customer()?, id.into_inner());
    let (details, bought) = visit
        .read(move |tx, shop| {
            let found = found(tx, shop, id)?;
            if found.0.order.customer_id == customer {
                Ok(found)
            } else {
                Err(Error::not_found("not theirs"))
            }
        })
        .await?;
    let below = format!("/order/{}", token(visit.shop, id, &app.master));
    shown(&visit, StatusCode::OK, &details, &bought, &below, None)
}

fn shown(
    visit: &Visit,
    status: StatusCode,
    details: &Details,
    bought: &[Bought],
    below: &str,
    wrong: Option<&str>,
) -> Answer {
    let order = &details.order;
    let code = &order.currency;
    let line = |line: &OrderLine| {
        context! {
            title => line.name(), quantity => line.quantity, unit => money::text(line.unit_minor, code),
            amount => money::text(line.unit_minor * line.quantity, code),
        }
    };
    let thing = |one: &Bought| {
        let p = &one.purchase;
        context! {
            title => &one.title, href => href(p.product_id, &one.slug), key => &p.key, ends => p.expires_at,
            is_active => p.status == purchase::Status::Active, download => format!("{below}/{}/download", p.id),
        }
    };
    let part = |minor: i64| (minor != 0).then(|| money::text(minor, code));
    let state = state(order);
    let values = context! {
        id => order.id, state => state, buyer => &order.email, name => &order.name, at => order.created_at,
        goes_to => goes_to(order), paid_at => order.paid_at, lines => details.lines.iter().map(line).collect::<Vec<Value>>(),
        subtotal => money::text(order.subtotal_minor, code), discount => part(-order.discount_minor),
        way => &order.shipping_title, shipping => order.shipping_minor != 0, sending => money::text(order.shipping_minor, code),
        coupon => &order.coupon_code, tax => part(order.tax_minor), total => money::text(order.total_minor, code),
        due => money::text(order.due(), code),
        paid => part(order.paid_minor).filter(|_| order.paid_at.is_none()),
        refunded => part(order.refunded_minor), things => bought.iter().map(thing).collect::<Vec<Value>>(),
        notice => markdown::html(&visit.account.payment_notice), pay => format!("{below}/pay"),
        may_pay => state == "unpaid" && visit.shop.is_test(), wrong => wrong,
    };
    visit.page(status, "shop/order.html", &format!("Order {}", order.id), values)
}

/// Where an order goes, line by line, if that is said.
fn goes_to(order: &Order) -> Option<String> {
    let to = &order.facts.delivery;
    let town = format!("{} {}", to.zip_code, to.city);
    let lines = [to.address.as_str(), &to.address_extra, town.trim(), to.country_name()];
    let lines: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    Some(lines.join("\n")).filter(|text| !text.is_empty())
}

/// How an order stands, for its buyer.
fn state(order: &Order) -> &'static str {
    match (order.fulfilment_status, order.payment_status) {
        (_, Payment::Refunded) => "refunded",
        (Fulfilment::Canceled, _) => "cancelled",
        (_, Payment::Unpaid | Payment::Failed | Payment::Confirming) => "unpaid",
        (_, Payment::Disputed) => "disputed",
        (_, Payment::Paid | Payment::PartiallyRefunded) => "paid",
    }
}

/// `POST /order/{token}/pay`: another card, in test mode.
pub async fn pay(req: HttpRequest, token: Path<String>, payload: Payload, app: Data<App>) -> Answer {
    let (visit, form) = Visit::send(&req, payload, &app).await?;
    let id = named(&visit, &token).await?;
    let card = Method::TestCard(form.get("card").unwrap_or_default().trim().to_owned());
    let below = format!("/order/{token}");
    let wrong = match visit
        .write("order paid by page", move |tx, shop| payment::pay(tx, shop, id, &card, None))
        .await
    {
        Ok(Outcome::Paid(_)) => return Ok(page::go(&format!("{}{below}", visit.base()), Vec::new())),
        Ok(Outcome::Declined(_)) => "The card was declined: the order waits for another.".to_owned(),
        Err(e) if matches!(e.kind, Kind::Invalid | Kind::Refused) => e.message,
        Err(e) => return Err(visit.failed(&e)),
    };
    let (details, bought) = visit.read(move |tx, shop| found(tx, shop, id)).await?;
    shown(&visit, StatusCode::BAD_REQUEST, &details, &bought, &below, Some(&wrong))
}

/// Whether something was bought with an order.
pub fn has(tx: &mut Tx<'_>, shop: Shop, id: i64, purchase_id: i64) -> Result<()> {
    order::get(tx, shop, id)?;
    match purchase::get(tx, shop, purchase_id)?.order_id {
        Some(order_id) if order_id == id => Ok(()),
        _ => Err(Error::not_found("not of this order")),
    }
}

/// Whether a purchase is a customer's.
pub fn is_of(tx: &mut Tx<'_>, shop: Shop, customer_id: i64, purchase_id: i64) -> Result<()> {
    customer::get(tx, shop, customer_id)?;
    if purchase::get(tx, shop, purchase_id)?.customer_id == customer_id {
        return Ok(());
    }
    Err(Error::not_found("not theirs"))
}
