//! What events tell of their subjects: version 1, described for vendors in `src/web/platform/README.md`. Never a licence key.

use serde_json::{Value, json};

use super::customer::Customer;
use super::licence::Licence;
use super::order_details::Details;
use super::product::Product;
use super::purchase::Purchase;
use super::release::Release;
use crate::base::time::{Millis, rfc3339};

fn money(amount: i64, currency: &str) -> Value {
    json!({"amount": amount, "currency": currency})
}

fn time(at: Option<Millis>) -> Option<String> {
    at.map(rfc3339)
}

/// A product.
pub fn product(p: &Product) -> Value {
    let price = p.price_minor.zip(p.currency.as_deref()).map(|(amount, currency)| money(amount, currency));
    json!({"product": {"id": p.id, "kind": p.kind, "title": p.title, "slug": p.slug, "status": p.status(), "price": price}})
}

/// A release.
pub fn release(r: &Release) -> Value {
    json!({"release": {"id": r.id, "product_id": r.product_id, "channel": r.channel, "version": r.version,
        "longversion": r.longversion, "status": r.status, "released_at": rfc3339(r.released_at)}})
}

/// An order with its lines, so short that a hundred of them fit into a webhook, and what of it is another than before.
pub fn order(Details { order: o, lines, .. }: &Details, changed: &[&str]) -> Value {
    let money = |amount| money(amount, &o.currency);
    let lines: Vec<Value> = lines
        .iter()
        .map(|line| {
            json!({"product_id": line.product_id, "quantity": line.quantity, "unit_price": money(line.unit_minor)})
        })
        .collect();
    json!({"order": {"id": o.id, "customer_id": o.customer_id, "email": o.email, "name": o.name,
        "payment_status": o.payment_status, "fulfilment_status": o.fulfilment_status, "total": money(o.total_minor),
        "paid": money(o.paid_minor), "refunded": money(o.refunded_minor), "coupon": o.coupon_code, "lines": lines, "changed": changed}})
}

/// A purchase.
pub fn purchase(p: &Purchase) -> Value {
    json!({"purchase": {"id": p.id, "product_id": p.product_id, "customer_id": p.customer_id, "order_id": p.order_id,
        "parent_id": p.parent_id, "licence_id": p.licence_id, "status": p.status, "started_at": rfc3339(p.started_at),
        "expires_at": time(p.expires_at)}})
}

/// A licence.
pub fn licence(l: &Licence) -> Value {
    json!({"licence": {"id": l.licence_id, "product_id": l.product_id, "purchase_id": l.purchase_id,
        "customer_id": l.customer_id, "status": l.status, "uses": l.uses, "max_uses": l.max_uses,
        "issued_at": rfc3339(l.issued_at), "expires_at": time(l.expires_at)}})
}

/// A customer.
pub fn customer(c: &Customer) -> Value {
    json!({"customer": {"id": c.id, "email": c.email, "name": c.name, "username": c.username}})
}
