//! `/checkout`: from a cart to an order, state by state.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use super::call::{Call, Reply};
use super::fault::Fault;
use super::wire::Prefix;
use crate::base::error::{Kind, Result as Outcome};
use crate::base::public_id::PublicIds;
use crate::base::time::rfc3339;
use crate::domain::balance::{Balance, Part};
use crate::domain::checkout::{self, Checkout, Ended, PaidBy, Said, State};
use crate::domain::checkout_payment::{self, Credit, Share};
use crate::domain::order::{self, Order};
use crate::domain::order_number;
use crate::domain::shipping::Quote;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, int, text, texts, word};

fn view(tx: &mut Tx<'_>, shop: Shop, ids: &PublicIds, c: &Checkout) -> Outcome<Value> {
    let d = &c.details;
    let balances = &d.balances;
    let cards: Vec<String> = balances.gift_cards.iter().map(|id| Prefix::GiftCard.write(ids, *id)).collect();
    let credit = balances.credit.map(|credit| match credit {
        Credit::All => Value::Bool(true),
        Credit::UpTo(amount) => amount.into(),
    });
    let payment =
        json!({"method": d.paid_by, "giftCards": cards, "storeCredit": credit, "points": balances.points});
    let order = c.order_id.map(|id| order::get(tx, shop, id)).transpose()?;
    let ways = if order.is_none() { checkout::ways(tx, shop, c)? } else { Vec::new() };
    let ways: Vec<Value> = ways.into_iter().map(|quote| way(ids, quote)).collect();
    let number = order.as_ref().map(order_number::text);
    Ok(
        json!({"id": Prefix::Checkout.write(ids, c.id), "state": c.state, "cartId": Prefix::Cart.write(ids, c.cart_id),
        "contact": {"email": d.email, "name": d.name, "phone": d.phone}, "shipping": d.shipping,
        "payment": payment, "promotionCode": d.coupon, "totals": totals(tx, shop, ids, c, order)?,
        "orderId": c.order_id.map(|id| Prefix::Order.write(ids, id)), "orderNumber": number,
        "createdAt": rfc3339(c.created_at), "updatedAt": rfc3339(c.updated_at),
        "shippingMethodId": d.sent_by.map(|id| Prefix::Shipping.write(ids, id)), "shippingMethods": ways}),
    )
}

/// A way of shipping, with what it costs before tax.
fn way(ids: &PublicIds, Quote { method, price_minor }: Quote) -> Value {
    json!({"id": Prefix::Shipping.write(ids, method.id), "name": method.title, "description": method.description,
        "price": price_minor, "currency": method.currency})
}

/// What it comes to, what of it balances pay or paid, and what is due beside.
fn totals(
    tx: &mut Tx<'_>,
    shop: Shop,
    ids: &PublicIds,
    c: &Checkout,
    order: Option<Order>,
) -> Outcome<Value> {
    let (mut totals, currency, due) = match order {
        Some(o) => {
            let totals = json!({"subtotal": o.subtotal_minor, "discount": o.discount_minor, "shipping": o.shipping_minor,
                "tax": o.tax_minor, "total": o.total_minor, "currency": o.currency});
            let due = o.due();
            (totals, o.currency, due)
        }
        None => match checkout::quote(tx, shop, c) {
            Ok(quote) => {
                let t = quote.totals;
                let totals = json!({"subtotal": t.subtotal, "discount": t.discount, "shipping": t.shipping, "tax": t.tax,
                    "total": t.total, "currency": quote.currency});
                (totals, quote.currency, t.total)
            }
            // What cannot be bought any more, or a code that does not count, is told when it is to be bought.
            Err(e) if matches!(e.kind, Kind::Invalid | Kind::Refused | Kind::NotFound) => {
                return Ok(Value::Null);
            }
            Err(e) => return Err(e),
        },
    };
    let parts: Vec<Part> = match c.order_id {
        Some(id) if c.state == State::Complete => Part::of(tx, id)?,
        _ => checkout::shares(tx, shop, c, &currency, due)?.iter().map(Share::part).collect(),
    };
    let of = |balance| parts.iter().filter(move |part| part.balance == balance);
    let sum = |balance| of(balance).map(|part| part.amount).sum::<i64>();
    let cards: Vec<Value> = of(Balance::GiftCard)
        .map(|part| {
            json!({"id": part.gift_card_id.map(|id| Prefix::GiftCard.write(ids, id)), "amount": part.amount})
        })
        .collect();
    totals["giftCards"] = cards.into();
    totals["storeCredit"] = sum(Balance::StoreCredit).into();
    totals["points"] = sum(Balance::Points).into();
    let still =
        if c.state == State::Complete { 0 } else { parts.iter().map(|part| part.amount).sum::<i64>() };
    totals["due"] = (due - still).into();
    Ok(totals)
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
fn said(call: &Call, fields: &mut Fields) -> Said {
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
    let payment = fields.object("payment", pays).unwrap_or_default();
    Said {
        email: inside.0.or(beside.0),
        name: inside.1.or(beside.1),
        phone: inside.2.or(beside.2),
        shipping: fields.get("shipping", |value| match value {
            Value::Object(address) => Ok(address),
            _ => Err("must be an object of texts".into()),
        }),
        paid_by: payment.0,
        card_number: payment.1,
        balances: payment.2,
        coupon: fields.nullable("promotionCode", text),
        sent_by: super::products::row(call, fields, "shippingMethodId", Prefix::Shipping),
    }
}

/// How it is paid: the method, a card's number, and what pays beside.
fn pays(payment: &mut Fields) -> (Option<PaidBy>, Option<String>, checkout_payment::Said) {
    let method = payment.get("method", word::<PaidBy>);
    let number = payment.nullable("cardNumber", text).flatten();
    let codes = payment.nullable("giftCardCodes", texts).map(Option::unwrap_or_default);
    let code = payment.nullable("giftCardCode", text).map(|code| code.into_iter().collect());
    let credit = payment.nullable("storeCredit", |value| match value {
        Value::Bool(true) => Ok(Credit::All),
        Value::Bool(false) => Ok(Credit::UpTo(0)),
        value => int(value).map(Credit::UpTo).map_err(|_| "must be an amount, true or false".into()),
    });
    let points = payment.nullable("points", int);
    payment.passed_over();
    (method, number, checkout_payment::Said { gift_cards: codes.or(code), credit, points })
}

/// `PATCH /checkout`
pub async fn advance(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let id = super::products::row(&call, &mut fields, "sessionId", Prefix::Checkout).flatten();
    let id = fields.needed("sessionId", id).unwrap_or_default();
    let state = fields.get("state", word::<State>);
    let state = fields.needed("state", state);
    let said = said(&call, &mut fields);
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
