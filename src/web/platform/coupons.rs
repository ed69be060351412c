//! Coupons: codes that make an order cheaper.

use serde::Serialize;

use super::answer::{Answer, maybe_time, put};
use super::call::Call;
use super::fault::Fault;
use crate::base::error::Result as Outcome;
use crate::domain::coupon::{self, AppliesTo, Coupon, Draft, Kind};
use crate::domain::coupon_list;
use crate::web::fields::{Fields, int, text, time as read_time, word};

/// As the API shows it.
#[derive(Serialize)]
pub struct View<'a> {
    #[serde(flatten)]
    coupon: &'a Coupon,
    starts_at: serde_json::Value,
    ends_at: serde_json::Value,
}

/// As the API shows it.
pub fn view(c: &Coupon) -> View<'_> {
    View { coupon: c, starts_at: maybe_time(c.starts_at), ends_at: maybe_time(c.ends_at) }
}

fn shown(c: &Coupon) -> Outcome<Answer> {
    Answer::one(&view(c))
}

/// What is said of a coupon besides what it is worth.
pub fn read(fields: &mut Fields) -> Draft {
    let code = fields.get("code", text);
    Draft {
        code: fields.needed("code", code).unwrap_or_default(),
        kind: Kind::Percent,
        value: 0,
        currency: None,
        product_id: fields.get("product_id", int),
        category_id: fields.get("category_id", int),
        least_minor: 0,
        max_uses: fields.get("max_uses", int),
        starts_at: fields.get("starts_at", read_time),
        ends_at: fields.get("ends_at", read_time),
        applies_to: fields.get("applies_to", word).unwrap_or(AppliesTo::Lines),
        max_uses_each: fields.get("max_uses_each", int),
    }
}

/// `GET /v1/coupons`
pub async fn list(call: Call) -> Result<Answer, Fault> {
    let mut query = call.query()?;
    let page = call.page(&mut query)?;
    query.finish()?;
    let (shop, master) = (call.shop(), call.app.master.clone());
    call.read(move |tx| {
        let rows = coupon_list::list(tx, shop, page.before, page.wanted())?;
        page.answer(rows, &master, |c| c.id, |c, to| put(&view(c), to))
    })
    .await
}

/// `POST /v1/coupons`
pub async fn create(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let mut fields = call.fields()?;
    let (kind, value) = (fields.get("kind", word), fields.get("value", int));
    let draft = Draft {
        kind: fields.needed("kind", kind).unwrap_or(Kind::Percent),
        value: fields.needed("value", value).unwrap_or_default(),
        currency: fields.get("currency", text),
        least_minor: fields.get("least_minor", int).unwrap_or_default(),
        ..read(&mut fields)
    };
    fields.finish()?;
    let shop = call.shop();
    call.write("create coupon", move |tx| {
        let made =
            coupon::new(tx, shop, &draft).map_err(|e| e.missing("product_id", "there is no such product"))?;
        Answer::made(&view(&made))
    })
    .await
}

/// `GET /v1/coupons/{id}`
pub async fn get(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id) = (call.shop(), call.id(0)?);
    call.read(move |tx| shown(&coupon::get(tx, shop, id)?)).await
}

/// `DELETE /v1/coupons/{id}`: it ends now; orders that hold it keep what it took off.
pub async fn end(call: Call) -> Result<Answer, Fault> {
    call.no_query()?;
    let (shop, id, expected) = (call.shop(), call.id(0)?, call.expected());
    call.write("end coupon", move |tx| {
        expected.allows(&shown(&coupon::get(tx, shop, id)?)?)?;
        shown(&coupon::end(tx, shop, id)?)
    })
    .await
}
