//! `/promotions`: codes that make an order cheaper (domain: coupons), and whether one would count.

use serde::Serialize;
use serde_json::{Value, json};

use super::call::{Call, Reply};
use super::fault::Fault;
use super::paging::Paging;
use super::wire::{Prefix, capital, maybe_time, word_of};
use crate::base::money;
use crate::base::public_id::PublicIds;
use crate::base::time::Millis;
use crate::domain::account;
use crate::domain::coupon::{self, AppliesTo, Coupon, Draft, Kind, Status};
use crate::domain::coupon_list;
use crate::web::fields::{Fields, int, text, time};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    id: String,
    code: String,
    r#type: &'static str,
    value: Value,
    status: String,
    used_count: i64,
    expires_at: Option<String>,
    starts_at: Option<String>,
    min_order_amount: i64,
    max_uses: Option<i64>,
    max_uses_per_customer: Option<i64>,
    currency: Option<String>,
}

fn kind(c: &Coupon) -> (&'static str, Value) {
    match (c.applies_to, c.kind) {
        (AppliesTo::Shipping, _) => ("FREE_SHIPPING", json!(0)),
        (AppliesTo::Lines, Kind::Percent) => ("PERCENTAGE", percent(c.value)),
        (AppliesTo::Lines, Kind::Fixed) => ("FIXED_AMOUNT", json!(c.value)),
    }
}

/// Basis points in percent: `20`, or `12.5`.
fn percent(basis_points: i64) -> Value {
    match (basis_points / 100, basis_points % 100) {
        (whole, 0) => json!(whole),
        (whole, rest) => format!("{whole}.{rest:02}")
            .parse()
            .map_or(Value::Null, |number: serde_json::Number| number.into()),
    }
}

impl View {
    fn of(ids: &PublicIds, c: Coupon, now: Millis) -> Self {
        let (r#type, value) = kind(&c);
        Self {
            id: Prefix::Promotion.write(ids, c.id),
            status: capital(c.status(now).as_str()),
            code: c.code,
            r#type,
            value,
            used_count: c.used,
            expires_at: maybe_time(c.ends_at),
            starts_at: maybe_time(c.starts_at),
            min_order_amount: c.least_minor,
            max_uses: c.max_uses,
            max_uses_per_customer: c.max_uses_each,
            currency: c.currency,
        }
    }
}

/// `GET /promotions`
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&mut query, &call.app.ids, Prefix::Promotion);
    let status = query.read("status", |word| word_of(Status::ALL, Status::as_str, word));
    query.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        paging.reply(
            tx,
            &ids,
            |tx, start, rows| coupon_list::page(tx, shop, status, start, rows),
            |tx| coupon_list::count(tx, shop, status),
            |coupon| coupon.id,
            |tx, coupon| Ok(View::of(&ids, coupon, tx.now())),
        )
    })
    .await
}

/// A share in percent with two decimals at the most, in basis points.
fn share(value: Value) -> Result<i64, String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text,
        _ => String::new(),
    };
    // Read as an amount of a currency with two decimals.
    money::read(&text, "EUR").map_err(|_| "must be a percentage with two decimals at the most".into())
}

fn read(fields: &mut Fields) -> Draft {
    let kind = fields.get("type", |value| match text(value)?.as_str() {
        "PERCENTAGE" => Ok((AppliesTo::Lines, Kind::Percent)),
        "FIXED_AMOUNT" => Ok((AppliesTo::Lines, Kind::Fixed)),
        "FREE_SHIPPING" => Ok((AppliesTo::Shipping, Kind::Percent)),
        _ => Err("may be PERCENTAGE, FIXED_AMOUNT or FREE_SHIPPING".into()),
    });
    let (applies_to, kind) = fields.needed("type", kind).unwrap_or((AppliesTo::Lines, Kind::Percent));
    let value = match (applies_to, kind) {
        (AppliesTo::Shipping, _) => Some(money::WHOLE),
        (AppliesTo::Lines, Kind::Percent) => fields.get("value", share),
        (AppliesTo::Lines, Kind::Fixed) => fields.get("value", int),
    };
    let code = fields.get("code", text);
    Draft {
        value: fields.needed("value", value).unwrap_or_default(),
        code: fields.needed("code", code).unwrap_or_default(),
        kind,
        applies_to,
        currency: None,
        product_id: None,
        category_id: None,
        least_minor: fields.nullable("minOrderAmount", int).flatten().unwrap_or(0),
        max_uses: fields.nullable("maxUses", int).flatten(),
        max_uses_each: fields.nullable("maxUsesPerCustomer", int).flatten(),
        starts_at: fields.nullable("startsAt", time).flatten(),
        ends_at: fields.nullable("expiresAt", time).flatten(),
    }
}

/// `POST /promotions`: an amount is of the shop's currency.
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let draft = read(&mut fields);
    fields.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.write("make promotion", move |tx| {
        let currency = match draft.kind {
            Kind::Fixed => Some(account::currency_or(tx, shop, None)?),
            Kind::Percent => None,
        };
        let made = coupon::new(tx, shop, &Draft { currency, ..draft.clone() })?;
        Reply::made(&View::of(&ids, made, tx.now()))
    })
    .await
}

/// `DELETE /promotions/{promotion}`: one that an order holds is ended, and stays in the list as expired.
pub async fn delete(call: Call) -> Result<Reply, Fault> {
    let (id, shop) = (call.id(0, Prefix::Promotion)?, call.shop);
    call.write("delete promotion", move |tx| {
        coupon::delete(tx, shop, id)?;
        Reply::deleted()
    })
    .await
}

/// `POST /promotions/validate`, which asks for no key: what a code would take off. Of one that does not count it says no more than that
/// (V10).
pub async fn validate(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let (code, total) = (fields.get("code", text), fields.get("cartTotal", int));
    let code = fields.needed("code", code).unwrap_or_default();
    let total = fields.needed("cartTotal", total).unwrap_or_default();
    let email = fields.nullable("email", text).flatten();
    if !(0..=money::MOST).contains(&total) {
        fields.wrong("cartTotal", format!("must be from 0 to {}", money::MOST));
    }
    fields.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        let invalid =
            || Reply::ok(&json!({"valid": false, "discount": 0, "error": "this code does not count here"}));
        let Some(coupon) = coupon::find(tx, shop, &code)? else { return invalid() };
        let now = tx.now();
        let currency =
            account::get(tx, shop)?.currency.or_else(|| coupon.currency.clone()).unwrap_or_default();
        let is_used_up = coupon.status(now) != Status::Active
            || coupon.product_id.is_some()
            || coupon.category_id.is_some();
        if is_used_up || coupon.refusal(&currency, total, now).is_some() {
            return invalid();
        }
        if let Some(email) = &email
            && coupon::refusal_of(tx, shop, &coupon, email)?.is_some()
        {
            return invalid();
        }
        let discount = coupon.off().map_or(Ok(0), |off| off.rounded(total))?;
        let (kind, value) = kind(&coupon);
        let id = Prefix::Promotion.write(&ids, coupon.id);
        Reply::ok(&json!({"valid": true, "discount": discount,
            "promotion": {"id": id, "code": coupon.code, "type": kind, "value": value}}))
    })
    .await
}
