//! What staff do to orders: place one for somebody, note that it was paid, give money back, cancel it.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::deed;
use super::desk::{Answer, Desk};
use super::sheet::{Sheet, group};
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::agreed::Said;
use crate::domain::customer;
use crate::domain::order::{self, Draft, Order};
use crate::domain::order_line::DraftLine;
use crate::domain::payment::{self, Method};
use crate::domain::scope::Scope;
use crate::web::fields::{Fields, int, text};
use crate::web::page;
use crate::web::pages::field::Field;
use crate::web::pages::parts::Deed;
use crate::web::platform::money::read as amount;

/// What can be done to an order as it stands.
pub fn deeds(desk: &Desk, order: &Order) -> Vec<Deed> {
    if !desk.may(Scope::WriteOrders) || order.canceled_at.is_some() {
        return Vec::new();
    }
    let action = format!("{}/admin/orders/{}/cancel", desk.base(), order.id);
    vec![Deed::new("cancel", "Cancel the order", action).grave().typing(order.id.to_string())]
}

/// Where an order's page leads on as it stands.
pub fn ways(order: &Order) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    if order.canceled_at.is_none() {
        all.push(("Handle it", format!("/admin/orders/{}/handle", order.id)));
    }
    if order.paid_at.is_none() && order.canceled_at.is_none() {
        all.push(("Mark as paid", format!("/admin/orders/{}/pay", order.id)));
    }
    if order.paid_at.is_some() && order.paid_minor > order.refunded_minor {
        all.push(("Refund", format!("/admin/orders/{}/refund", order.id)));
    }
    all
}

fn new_sheet() -> Sheet {
    Sheet {
        title: "New order".to_owned(),
        lead: "At the prices of the catalogue. It waits for its payment, which you note on its page.",
        label: "Place it",
        back: "/admin/orders".to_owned(),
        groups: vec![group(
            "",
            vec![
                Field::email("email", "Customer's e-mail address")
                    .needed()
                    .hint("They are made if there is none of it."),
                Field::line("name", "Name").or_unsaid(),
                Field::number("product_id", "Product's number").needed(),
                Field::number("quantity", "Quantity").needed(),
                Field::line("coupon", "Coupon").or_unsaid(),
            ],
        )],
        ..Sheet::default()
    }
}

fn read_new(fields: &mut Fields) -> Draft {
    let (email, name) = (fields.get("email", text), fields.get("name", text));
    let line = DraftLine {
        product_id: fields.get("product_id", int).unwrap_or_default(),
        quantity: fields.get("quantity", int).unwrap_or(1),
        ..DraftLine::default()
    };
    let customer = customer::Change { email, name, ..customer::Change::default() };
    Draft {
        customer,
        said: Said::ByVendor,
        lines: vec![line],
        coupon: fields.get("coupon", text),
        ..Draft::default()
    }
}

/// `GET /admin/orders/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    new_sheet().filled(&json!({"quantity": 1})).show(&desk).await
}

/// `POST /admin/orders/new`
pub async fn place(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let sheet = new_sheet();
    let draft = sheet.read(&desk, &form, read_new).await?;
    sheet
        .make(&desk, &form, "order by page", move |tx, shop| {
            // The form has one line and one customer, without paths.
            let placed = order::place(tx, shop, &draft).map_err(flat)?;
            Ok(format!("/admin/orders/{}?done=made", placed.id))
        })
        .await
}

/// An error of an order's one line, at the field of the form.
fn flat(e: Error) -> Error {
    match e.field().and_then(|field| field.rsplit('.').next().map(str::to_owned)).as_deref() {
        Some("product_id" | "not_on_sale") => Error::invalid(e.message).about("product_id"),
        Some("quantity") => Error::invalid(e.message).about("quantity"),
        Some("email") => Error::invalid(e.message).about("email"),
        Some("coupon_refused") => Error::invalid(e.message).about("coupon"),
        _ => e,
    }
}

fn money_sheet(order: &Order, title: &str, label: &'static str, what: Vec<Field>) -> Sheet {
    let mut fields = vec![Field::money("amount", "Amount", Some(&order.currency))];
    fields.extend(what);
    Sheet {
        title: format!("{title} {}", order.id),
        label,
        back: format!("/admin/orders/{}", order.id),
        groups: vec![group("", fields)],
        ..Sheet::default()
    }
}

fn pay_sheet(order: &Order) -> Sheet {
    let what = Field::line("reference", "Reference").or_unsaid().hint("Yours, such as the bank's number.");
    money_sheet(order, "Note the payment of order", "It is paid", vec![what])
}

fn refund_sheet(order: &Order) -> Sheet {
    let reason =
        Field::line("reason", "Reason").or_unsaid().hint(
        "Money goes back first, then what came off gift cards, credit and points. Once all has, what was bought ends.",
    );
    let number = Field::line("order", "Number of the order")
        .needed()
        .hint("Typed once more, since there is no way back.");
    money_sheet(order, "Refund of order", "Note it", vec![reason, number])
}

/// What there is to be paid, as the form has it.
fn due(order: &Order) -> Value {
    json!({"amount": {"amount": order.due(), "currency": order.currency}})
}

/// What can go back, as the form has it.
fn left(order: &Order) -> Value {
    json!({"amount": {"amount": order.paid_minor - order.refunded_minor, "currency": order.currency}})
}

/// The minor units of what was typed, in the order's currency.
fn minor(order: &Order, typed: Option<&(i64, String)>) -> Result<Option<i64>> {
    match typed {
        Some((_, code)) if *code != order.currency => {
            Err(Error::invalid(format!("this order is in {}", order.currency)).about("amount"))
        }
        typed => Ok(typed.map(|(minor, _)| *minor)),
    }
}

/// `GET /admin/orders/{id}/pay`
pub async fn ask_pay(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    let order = desk.read(move |tx, shop| order::get(tx, shop, id)).await?;
    pay_sheet(&order).filled(&due(&order)).show(&desk).await
}

/// `POST /admin/orders/{id}/pay`
pub async fn pay(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    let order = desk.read(move |tx, shop| order::get(tx, shop, id)).await?;
    let sheet = pay_sheet(&order);
    let (typed, reference) = sheet
        .read(&desk, &form, |fields| {
            (fields.nullable("amount", amount).flatten(), fields.get("reference", text))
        })
        .await?;
    sheet
        .act(
            &desk,
            &form,
            "order paid by page",
            move |tx, shop| Ok(due(&order::get(tx, shop, id)?)),
            move |tx, shop| {
                let amount = minor(&order, typed.as_ref())?;
                payment::pay(tx, shop, id, &Method::Manual(reference.clone()), amount)?;
                Ok(format!("/admin/orders/{id}?done=paid"))
            },
        )
        .await
}

/// `GET /admin/orders/{id}/refund`
pub async fn ask_refund(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    let order = desk.read(move |tx, shop| order::get(tx, shop, id)).await?;
    refund_sheet(&order).filled(&left(&order)).show(&desk).await
}

/// `POST /admin/orders/{id}/refund`
pub async fn refund(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    let order = desk.read(move |tx, shop| order::get(tx, shop, id)).await?;
    let sheet = refund_sheet(&order);
    let (typed, reason) = sheet
        .read(&desk, &form, |fields| {
            if fields.get("order", int).is_some_and(|number| number != id) {
                fields.wrong("order", "is not the number of this order");
            }
            (fields.nullable("amount", amount).flatten(), fields.get("reason", text))
        })
        .await?;
    sheet
        .act(
            &desk,
            &form,
            "order refunded by page",
            move |tx, shop| Ok(left(&order::get(tx, shop, id)?)),
            move |tx, shop| {
                let amount = minor(&order, typed.as_ref())?;
                payment::refund(tx, shop, id, amount, reason.as_deref())?;
                Ok(format!("/admin/orders/{id}?done=refunded"))
            },
        )
        .await
}

/// `POST /admin/orders/{id}/cancel`
pub async fn cancel(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    if form.get("typed").map(str::trim) != Some(id.to_string().as_str()) {
        return Ok(page::go(&format!("{}/admin/orders/{id}?done=retyped", desk.base()), Vec::new()));
    }
    deed::act(&desk, &form, "order cancelled by page", move |tx, shop| {
        payment::cancel(tx, shop, id)?;
        Ok(format!("/admin/orders/{id}?done=cancelled"))
    })
    .await
}
