//! `/checkout`: from a cart to an order, state by state.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use super::call::{Call, Reply};
use super::fault::Fault;
use super::orders::number;
use super::wire::Prefix;
use crate::base::error::{Kind, Result as Outcome};
use crate::base::public_id::PublicIds;
use crate::base::time::rfc3339;
use crate::domain::checkout::{self, Checkout, Ended, PaidBy, Said, State};
use crate::domain::order;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, text, word};

fn view(tx: &mut Tx<'_>, shop: Shop, ids: &PublicIds, c: &Checkout) -> Outcome<Value> {
    let totals = match c.order_id {
        Some(id) => {
            let o = order::get(tx, shop, id)?;
            json!({"subtotal": o.subtotal_minor, "discount": o.discount_minor, "shipping": o.shipping_minor, "tax": o.tax_minor,
                "total": o.total_minor, "currency": o.currency})
        }
        None => match checkout::quote(tx, shop, c) {
            Ok(quote) => {
                let t = quote.totals;
                json!({"subtotal": t.subtotal, "discount": t.discount, "shipping": 0, "tax": t.tax, "total": t.total,
                    "currency": quote.currency})
            }
            // What cannot be bought any more, or a code that does not count, is told when it is to be bought.
            Err(e) if matches!(e.kind, Kind::Invalid | Kind::Refused | Kind::NotFound) => Value::Null,
            Err(e) => return Err(e),
        },
    };
    let d = &c.details;
    Ok(
        json!({"id": Prefix::Checkout.write(ids, c.id), "state": c.state, "cartId": Prefix::Cart.write(ids, c.cart_id),
        "contact": {"email": d.email, "name": d.name, "phone": d.phone}, "shipping": d.shipping,
        "payment": {"method": d.paid_by}, "promotionCode": d.coupon, "totals": totals,
        "orderId": c.order_id.map(|id| Prefix::Order.write(ids, id)), "orderNumber": c.order_id.map(number),
        "createdAt": rfc3339(c.created_at), "updatedAt": rfc3339(c.updated_at)}),
    )
}

/// `GET /checkout?sessionId=`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let id = query.text("sessionId").ok_or_else(|| Fault::Wrong("sessionId is missing".into()))?;
    query.finish_open()?;
    let id = Prefix::Checkout.read(&call.app.ids, &id).ok_or(Fault::NotFound)?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        let checkout = checkout::get(tx, shop, id)?;
        Reply::data(&view(tx, shop, &ids, &checkout)?)
    })
    .await
}

/// `POST /checkout`
pub async fn begin(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let cart = super::products::row(&call, &mut fields, "cartId", Prefix::Cart).flatten();
    let cart = fields.needed("cartId", cart).unwrap_or_default();
    fields.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.write("begin checkout", move |tx| {
        let checkout = checkout::begin(tx, shop, cart)?;
        Reply::made(&view(tx, shop, &ids, &checkout)?)
    })
    .await
}

/// What is said with a step: in an object of its own, or beside the state.
fn said(fields: &mut Fields) -> Said {
    let who = |fields: &mut Fields| {
        let (first, last) =
            (fields.nullable("firstName", text).flatten(), fields.nullable("lastName", text).flatten());
        let name = [first, last].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let name =
            fields.nullable("name", text).flatten().or(Some(name)).filter(|name| !name.trim().is_empty());
        (fields.nullable("email", text).flatten(), name, fields.nullable("phone", text).flatten())
    };
    let beside = who(fields);
    let inside = fields.object("contact", |contact| {
        let told = who(contact);
        contact.passed_over();
        told
    });
    let inside = inside.unwrap_or_default();
    let pay = |fields: &mut Fields| {
        (fields.get("method", word::<PaidBy>), fields.nullable("cardNumber", text).flatten())
    };
    let payment = fields.object("payment", |payment| {
        let told = pay(payment);
        payment.passed_over();
        told
    });
    let (paid_by, card_number) = payment.unwrap_or_default();
    Said {
        email: inside.0.or(beside.0),
        name: inside.1.or(beside.1),
        phone: inside.2.or(beside.2),
        shipping: fields.get("shipping", |value| match value {
            Value::Object(address) => Ok(address),
            _ => Err("must be an object of texts".into()),
        }),
        paid_by,
        card_number,
        coupon: fields.nullable("promotionCode", text),
    }
}

/// `PATCH /checkout`
pub async fn advance(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let id = super::products::row(&call, &mut fields, "sessionId", Prefix::Checkout).flatten();
    let id = fields.needed("sessionId", id).unwrap_or_default();
    let state = fields.get("state", word::<State>);
    let state = fields.needed("state", state);
    let said = said(&mut fields);
    fields.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.write("advance checkout", move |tx| {
        let checkout = match state {
            Some(State::Complete) => match checkout::complete(tx, shop, id, &said)? {
                Ended::Placed(checkout) => *checkout,
                Ended::Declined => {
                    let why =
                        "the card was declined: the order waits, and the checkout is at its payment again";
                    return Ok(Reply::refused(StatusCode::BAD_REQUEST, why));
                }
            },
            Some(state) => checkout::advance(tx, shop, id, state, &said)?,
            None => checkout::get(tx, shop, id)?,
        };
        Reply::data(&view(tx, shop, &ids, &checkout)?)
    })
    .await
}
