//! What is held on a customer beside what they bought, as their export shows it.

use serde_json::{Map, Value, json};

use super::answer::{maybe_time, time};
use super::money::Money;
use crate::domain::beside::Beside;
use crate::domain::checkout::Checkout;
use crate::domain::checkout_payment::Credit;
use crate::domain::gift_card::GiftCard;
use crate::domain::gift_card_entry;
use crate::domain::loyalty;
use crate::domain::metafield::Metafield;
use crate::domain::review::Review;
use crate::domain::shopping_cart::{Cart, CartLine};
use crate::domain::store_credit;
use crate::domain::ticket::Ticket;
use crate::domain::ticket_reply::Reply;

/// All of it, each part under its name.
pub fn told(beside: &Beside) -> Map<String, Value> {
    let parts = [
        ("reviews", Value::Array(beside.reviews.iter().map(review).collect())),
        ("store_credit", credit(&beside.credit)),
        ("points", points(&beside.points)),
        ("gift_cards", Value::Array(beside.gift_cards.iter().map(card).collect())),
        ("metafields", Value::Array(beside.metafields.iter().map(metafield).collect())),
        ("carts", Value::Array(beside.carts.iter().map(cart).collect())),
        ("checkouts", Value::Array(beside.checkouts.iter().map(checkout).collect())),
        ("tickets", Value::Array(beside.tickets.iter().map(ticket).collect())),
    ];
    parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn review(r: &Review) -> Value {
    json!({"id": r.id, "product_id": r.product_id, "rating": r.rating, "title": r.title, "content": r.content,
        "name": r.reviewer_name, "email": r.reviewer_email, "status": r.status, "is_verified": r.is_verified,
        "created_at": time(r.created_at)})
}

fn ticket((t, replies): &(Ticket, Vec<Reply>)) -> Value {
    let reply =
        |r: &Reply| json!({"by_shop": r.by_shop, "message": r.message, "created_at": time(r.created_at)});
    json!({"id": t.id, "email": t.email, "subject": t.subject, "message": t.message, "status": t.status,
        "created_at": time(t.created_at), "replies": replies.iter().map(reply).collect::<Vec<_>>()})
}

fn credit((held, entries): &(store_credit::Credit, Vec<store_credit::Entry>)) -> Value {
    let Some(currency) = held.currency.as_deref() else { return Value::Null };
    let entry = |e: &store_credit::Entry| {
        json!({"amount": Money { amount: e.delta_minor, currency }, "note": e.note, "order_id": e.order_id,
            "created_at": time(e.created_at)})
    };
    json!({"balance": Money { amount: held.balance_minor, currency },
        "entries": entries.iter().map(entry).collect::<Vec<_>>()})
}

fn points((held, entries): &(loyalty::Points, Vec<loyalty::Entry>)) -> Value {
    let entry = |e: &loyalty::Entry| json!({"points": e.delta, "note": e.note, "order_id": e.order_id, "created_at": time(e.created_at)});
    json!({"points": held.points, "earned": held.earned, "entries": entries.iter().map(entry).collect::<Vec<_>>()})
}

fn card((card, entries): &(GiftCard, Vec<gift_card_entry::Entry>)) -> Value {
    let money = |amount| Money { amount, currency: &card.currency };
    let entry = |e: &gift_card_entry::Entry| json!({"amount": money(e.delta_minor), "order_id": e.order_id, "created_at": time(e.created_at)});
    json!({"id": card.id, "code": card.code, "initial": money(card.initial_minor), "balance": money(card.balance_minor),
        "note": card.note, "created_at": time(card.created_at), "expires_at": maybe_time(card.expires_at),
        "voided_at": maybe_time(card.voided_at), "entries": entries.iter().map(entry).collect::<Vec<_>>()})
}

fn metafield(m: &Metafield) -> Value {
    json!({"resource": m.resource, "resource_id": m.resource_id, "namespace": m.namespace, "key": m.key, "value": m.value,
        "type": m.value_type, "created_at": time(m.created_at), "updated_at": time(m.updated_at)})
}

fn cart((cart, lines): &(Cart, Vec<CartLine>)) -> Value {
    let line = |l: &CartLine| {
        json!({"product_id": l.product.id, "title": l.product.title, "variant_id": l.variant.id, "variant": l.variant.title,
            "quantity": l.quantity})
    };
    json!({"id": cart.id, "status": cart.status, "session": cart.session_key, "currency": cart.currency,
        "lines": lines.iter().map(line).collect::<Vec<_>>(), "created_at": time(cart.created_at),
        "updated_at": time(cart.updated_at)})
}

/// As it was said; the store credit is an amount, or `true` for all of it.
fn checkout(c: &Checkout) -> Value {
    let d = &c.details;
    let credit = d.balances.credit.map(|credit| match credit {
        Credit::All => Value::Bool(true),
        Credit::UpTo(amount) => amount.into(),
    });
    json!({"id": c.id, "cart_id": c.cart_id, "state": c.state, "email": d.email, "name": d.name, "phone": d.phone,
        "shipping": d.shipping, "sent_by": d.sent_by, "method": d.paid_by, "gift_cards": d.balances.gift_cards, "store_credit": credit,
        "points": d.balances.points, "coupon": d.coupon, "order_id": c.order_id, "created_at": time(c.created_at),
        "updated_at": time(c.updated_at)})
}
