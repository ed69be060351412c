//! `/coupons`: codes that make an order cheaper. The service told their id, seller, code and value; the rest is ours.

use super::body::amount;
use super::call::{Call, Reply};
use super::fault::Fault;
use super::names::Noun;
use super::paging::Paging;
use super::wire::{amount as written, maybe_zulu};
use super::wire_v1;
use crate::base::error::{Error, Result as Outcome};
use crate::base::money;
use crate::base::public_id::PublicIds;
use crate::base::time;
use crate::domain::account;
use crate::domain::coupon::{self, AppliesTo, Coupon, Draft, Kind};
use crate::domain::coupon_list;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::store::list::Start;
use crate::web::fields::{int, text};

/// Basis points are hundredths of a percent, as cents are of a euro.
const PERCENT: &str = "";

fn view(tx: &mut Tx<'_>, ids: &PublicIds, shop: Shop, c: Coupon) -> Outcome<wire_v1::Coupon> {
    let unit = c.currency.as_deref().unwrap_or(PERCENT);
    Ok(wire_v1::Coupon {
        id: Noun::Coupon.word(tx, ids, c.id)?,
        seller_id: shop.site_id,
        value: written(c.value, unit),
        r#type: c.kind.as_str(),
        product_id: c.product_id.map(|id| Noun::Product.word(tx, ids, id)).transpose()?,
        max_uses: c.max_uses,
        used: c.used,
        starts_at: maybe_zulu(c.starts_at),
        ends_at: maybe_zulu(c.ends_at),
        code: c.code,
        currency: c.currency,
    })
}

/// `GET /coupons`
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&mut query);
    query.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.read(move |tx| {
        paging.reply(
            tx,
            |tx, rows| coupon_list::page(tx, shop, None, Start::Newest, rows),
            |tx| coupon_list::count(tx, shop, None),
            |tx, coupon| view(tx, &ids, shop, coupon),
        )
    })
    .await
}

/// The coupon that the path names by its id or its code.
fn named(call: &Call) -> impl Fn(&mut Tx<'_>) -> Outcome<Coupon> + Send + 'static {
    let (shop, ids, called) = (call.shop, call.app.ids.clone(), call.part(0).to_owned());
    move |tx| {
        if let Ok(id) = Noun::Coupon.read(tx, &ids, shop, &called)
            && let Ok(coupon) = coupon::get(tx, shop, id)
        {
            return Ok(coupon);
        }
        coupon::find(tx, shop, &called)?.ok_or_else(|| Error::not_found("there is no such coupon"))
    }
}

/// `GET /coupons/{coupon}`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let (named, shop, ids) = (named(&call), call.shop, call.app.ids.clone());
    call.read(move |tx| {
        let coupon = named(tx)?;
        Reply::ok(&view(tx, &ids, shop, coupon)?)
    })
    .await
}

/// `POST` or `PUT /coupons`
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let mut fields = call.fields()?;
    let (code, value) = (fields.get("code", text), fields.get("value", amount));
    let code = fields.needed("code", code).unwrap_or_default();
    let value = fields.needed("value", value).unwrap_or_default();
    let kind = fields.get("type", |value| match text(value)?.as_str() {
        "percent" => Ok(Kind::Percent),
        "fixed" => Ok(Kind::Fixed),
        _ => Err("may be percent or fixed".to_owned()),
    });
    let kind = kind.unwrap_or(Kind::Percent);
    let currency = fields.nullable("currency", text).flatten();
    let product = fields.nullable("product_id", text).flatten();
    let max_uses = fields.nullable("max_uses", int).flatten();
    let ends_at =
        fields.nullable("ends_at", |value| time::parse(&text(value)?).map_err(|e| e.message)).flatten();
    fields.finish_open()?;
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.write("make coupon", move |tx| {
        let currency = match kind {
            Kind::Percent => None,
            Kind::Fixed => Some(account::currency_or(tx, shop, currency.as_deref())?),
        };
        let unit = currency.as_deref().unwrap_or(PERCENT);
        let value = money::read(&value, unit).map_err(|e| e.about("value"))?;
        let missing = |e: Error| e.missing("product_id", "there is no such product");
        let product_id = product
            .as_ref()
            .map(|called| Noun::Product.read(tx, &ids, shop, called))
            .transpose()
            .map_err(missing)?;
        let draft = Draft {
            code: code.clone(),
            kind,
            value,
            currency,
            product_id,
            category_id: None,
            least_minor: 0,
            max_uses,
            starts_at: None,
            ends_at,
            applies_to: AppliesTo::Lines,
            max_uses_each: None,
        };
        let made = coupon::new(tx, shop, &draft).map_err(missing)?;
        Reply::done("The coupon has been created", &view(tx, &ids, shop, made)?)
    })
    .await
}

/// `DELETE /coupons/{coupon}`: one that an order holds is ended.
pub async fn delete(call: Call) -> Result<Reply, Fault> {
    let (named, shop, ids) = (named(&call), call.shop, call.app.ids.clone());
    call.write("delete coupon", move |tx| {
        let coupon = named(tx)?;
        coupon::delete(tx, shop, coupon.id)?;
        Reply::done("The coupon has been deleted", &view(tx, &ids, shop, coupon)?)
    })
    .await
}
