//! Payment links: addresses where somebody pays an amount.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};

use super::deed;
use super::desk::{Answer, Desk};
use super::gift_cards::order as order_cell;
use super::list::List;
use super::sheet::{Sheet, group};
use super::thing::Thing;
use crate::app::App;
use crate::base::money;
use crate::domain::account;
use crate::domain::order::Order;
use crate::domain::payment_link::{self, Draft, PaymentLink, Status};
use crate::domain::scope::Scope;
use crate::web::fields::{Fields, switch, text};
use crate::web::form::Form;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Deed, Row, Tone, fact};
use crate::web::platform::money as amount;

/// Where they are.
const HERE: &str = "/admin/payment-links";
/// What whoever changes them needs.
const SCOPE: Scope = Scope::WriteOrders;

/// `GET /admin/payment-links`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let base = desk.base();
    let list = List {
        title: "Payment links",
        here: HERE,
        columns: &["What is paid", "#Amount", "By", "Status", "Order", "Made"],
        empty: "There are no payment links here. A payment link is an address where somebody pays an amount, once.",
        ways: desk.ways(SCOPE, &[("New payment link", "/admin/payment-links/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = payment_link::list(tx, shop, start, limit)?;
        let row = |link: &PaymentLink| {
            let order = payment_link::order(tx, shop, link)?;
            Ok((link.id, row(link, order.as_ref(), &base)))
        };
        found.iter().map(row).collect()
    })
    .await
}

fn row(link: &PaymentLink, order: Option<&Order>, base: &str) -> Row {
    Row::from(vec![
        Cell::link(&link.title, format!("{base}{HERE}/{}", link.id)),
        Cell::money(link.value_minor, &link.currency),
        by(link, order),
        status(payment_link::status(link, order)),
        order_cell(link.sale_id, base),
        Cell::time(Some(link.created_at)),
    ])
}

fn by(link: &PaymentLink, order: Option<&Order>) -> Cell {
    let paid_by = order.map(|order| order.email.as_str());
    paid_by.or(link.email.as_deref()).map_or(Cell::text("whoever has the address"), Cell::text)
}

fn status(status: Status) -> Cell {
    match status {
        Status::Open => Cell::badge(status.as_str(), Tone::Plain),
        Status::Waiting => Cell::badge("waits for money", Tone::Warn),
        Status::Paid => Cell::badge(status.as_str(), Tone::Good),
        Status::Ended => Cell::badge("taken back", Tone::Bad),
    }
}

/// `GET /admin/payment-links/{id}`
pub async fn show(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let (id, base) = (id.into_inner(), desk.base());
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (of, order) = desk
        .read(move |tx, shop| {
            let link = payment_link::get(tx, shop, id)?;
            let order = payment_link::order(tx, shop, &link)?;
            Ok((link, order))
        })
        .await?;
    let stands = payment_link::status(&of, order.as_ref());
    let address = format!("{}/pay/{}", app.config.public_url.trim_end_matches('/'), of.token);
    let is_open = matches!(stands, Status::Open | Status::Waiting) && desk.may(SCOPE);
    let end = Deed::new("end", "Take it back", format!("{base}{HERE}/{id}/end")).grave();
    let thing = Thing {
        title: format!("Payment link {id}"),
        about: Some(Cell::text(&of.title)),
        deeds: if is_open { vec![end] } else { Vec::new() },
        facts: vec![
            fact("Status", status(stands)),
            fact("Address", if desk.may(SCOPE) { Cell::code(address) } else { Cell::text("…") }),
            fact("Amount", Cell::money(of.value_minor, &of.currency)),
            fact("By", by(&of, order.as_ref())),
            fact("Order", order_cell(of.sale_id, &base)),
            fact("Goes on to", Cell::maybe(of.return_url.as_deref())),
            fact("Shows the shop's name", Cell::text(if of.is_white_label { "no" } else { "yes" })),
            fact("Made", Cell::time(Some(of.created_at))),
            fact("Taken back", Cell::time(of.ended_at)),
            fact(
                "History",
                Cell::link("Who changed it", format!("{base}/admin/audit?subject=payment_link&id={id}")),
            ),
        ],
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

/// `POST /admin/payment-links/{id}/end`
pub async fn end(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(SCOPE)?;
    let id = id.into_inner();
    deed::act(&desk, &form, "payment link by page", move |tx, shop| {
        payment_link::end(tx, shop, id)?;
        Ok(format!("{HERE}/{id}?done=saved"))
    })
    .await
}

async fn sheet(desk: &Desk) -> Result<Sheet, actix_web::Error> {
    let currency = desk.read(|tx, shop| Ok(account::get(tx, shop)?.currency)).await?;
    Ok(Sheet {
        title: "New payment link".to_owned(),
        lead: "Its address is on the page that comes next. It is paid once.",
        label: "Make it",
        back: HERE.to_owned(),
        groups: vec![group(
            "",
            vec![
                Field::line("title", "What is paid").needed(),
                Field::money("amount", "How much", currency.as_deref()).needed(),
                Field::email("email", "Who pays").or_unsaid().hint("Empty: their page asks."),
                Field::line("return_url", "Where they go on afterwards").or_unsaid().hint("A web address."),
                Field::switch("white_label", "Leave the shop's name out of the page"),
            ],
        )],
        ..Sheet::default()
    })
}

fn read(fields: &mut Fields) -> Draft {
    let (title, amount) = (fields.get("title", text), fields.get("amount", amount::read));
    let (minor, currency) = fields.needed("amount", amount).unwrap_or_default();
    Draft {
        title: fields.needed("title", title).unwrap_or_default(),
        value: money::plain(minor, &currency),
        currency: Some(currency),
        email: fields.get("email", text),
        return_url: fields.get("return_url", text),
        is_white_label: fields.get("white_label", switch).unwrap_or_default(),
        webhooks: Vec::new(),
    }
}

/// `GET /admin/payment-links/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(SCOPE)?;
    sheet(&desk).await?.show(&desk).await
}

/// `POST /admin/payment-links/new`
pub async fn make(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(SCOPE)?;
    let sheet = sheet(&desk).await?;
    let draft = sheet.read(&desk, &form, read).await?;
    let master = app.master.clone();
    sheet
        .make(&desk, &form, "payment link by page", move |tx, shop| {
            let made = payment_link::new(tx, shop, &draft, &master)
                .map_err(|e| e.on_field("value", "amount").on_field("currency", "amount"))?;
            Ok(format!("{HERE}/{}?done=made", made.id))
        })
        .await
}
