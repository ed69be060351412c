//! `/coupon`: codes that make an order cheaper.

use serde::Serialize;

use super::call::Call;
use super::decimal::{self, Decimal};
use super::fault::Fault;
use super::paging::Paging;
use super::reply::Reply;
use super::wire::{Wire, line, number, row};
use super::{categories, products};
use crate::base::error::{Error, Kind as Surprise, Result as Outcome};
use crate::base::money;
use crate::base::time::Millis;
use crate::domain::account;
use crate::domain::carried::What;
use crate::domain::coupon::{self, AppliesTo, Coupon, Draft, Kind};
use crate::domain::coupon_list;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::store::list::Start;
use crate::web::fields::{int, text};

/// A coupon.
#[derive(Serialize)]
struct View {
    id: i64,
    code: String,
    limit: i64,
    used: i64,
    value: Decimal,
    #[serde(rename = "type")]
    kind: &'static str,
    applies_to: &'static str,
    orders_over: Option<Decimal>,
    category: Option<i64>,
    product: Option<i64>,
    date_from: Option<String>,
    date_to: Option<String>,
    created_at: String,
    orders_total: Decimal,
    orders_discount: Decimal,
}

/// A coupon's kind and value, as orders show it too. A part of the shipping is free shipping, of whatever value.
pub fn worth(c: &Coupon) -> (&'static str, Decimal) {
    match (c.applies_to, c.kind) {
        (AppliesTo::Shipping, Kind::Percent) if c.value == money::WHOLE => ("shipping", Decimal::default()),
        (AppliesTo::Shipping, Kind::Percent) => ("shipping", Decimal::percent(c.value)),
        (AppliesTo::Lines, Kind::Percent) => ("percent", Decimal::percent(c.value)),
        (part, Kind::Fixed) => {
            let kind = if part == AppliesTo::Lines { "money" } else { "shipping" };
            (kind, Decimal::money(c.value, c.currency.as_deref().unwrap_or_default()))
        }
    }
}

/// The last moment of the last day is the one before the next begins.
const MOMENT: Millis = 1;

fn view(tx: &mut Tx<'_>, wire: &Wire, c: Coupon) -> Outcome<View> {
    let figures = coupon_list::figures(tx, c.id)?;
    let currency = match &c.currency {
        Some(code) => code.clone(),
        None => account::get(tx, wire.shop)?.currency.unwrap_or_default(),
    };
    let (kind, value) = worth(&c);
    let applies_to = match (c.category_id, c.product_id) {
        (Some(_), _) => "category",
        (None, Some(_)) => "product",
        (None, None) if c.least_minor > 0 => "orders_over",
        (None, None) => "all_orders",
    };
    Ok(View {
        id: wire.number(tx, What::Coupon, c.id)?,
        limit: c.max_uses.unwrap_or_default(),
        used: c.used,
        value,
        kind,
        applies_to,
        orders_over: Some(c.least_minor).filter(|n| *n > 0).map(|n| Decimal::money(n, &currency)),
        category: c.category_id.map(|id| wire.number(tx, What::Category, id)).transpose()?,
        product: c.product_id.map(|id| wire.number(tx, What::Product, id)).transpose()?,
        date_from: c.starts_at.map(|at| wire.zone.day(at)),
        date_to: c.ends_at.map(|at| wire.zone.day(at - MOMENT)),
        created_at: wire.zone.write(c.created_at),
        orders_total: Decimal::money(figures.total_minor, &currency),
        orders_discount: Decimal::money(figures.discount_minor, &currency),
        code: c.code,
    })
}

/// The coupon that somebody calls by its number or its code.
fn named(tx: &mut Tx<'_>, shop: Shop, called: &str) -> Outcome<Coupon> {
    if let Ok(number) = called.parse() {
        let id = row(tx, shop, What::Coupon, number)?;
        match coupon::get(tx, shop, id) {
            Err(e) if e.kind == Surprise::NotFound => {}
            found => return found,
        }
    }
    coupon::find(tx, shop, called)?.ok_or_else(|| Error::not_found("there is no such coupon"))
}

async fn one(call: Call, called: String) -> Result<Reply, Fault> {
    let (shop, app) = (call.shop, call.app.clone());
    call.read(move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let found = named(tx, shop, &called)?;
        Reply::ok(&view(tx, &wire, found)?)
    })
    .await
}

/// `GET /coupon`: the one of an `id` or `code`, or else all of them, the newest first.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let (id, code) = (query.id("id"), query.text("code"));
    let paging = Paging::read(&call, &mut query, "/coupon");
    query.finish_open()?;
    let (shop, app) = (call.shop, call.app.clone());
    if let Some(number) = id {
        return call
            .read(move |tx| {
                let wire = Wire::of(tx, shop, &app.webhooks)?;
                let id = row(tx, shop, What::Coupon, number)?;
                let found = coupon::get(tx, shop, id)?;
                Reply::ok(&view(tx, &wire, found)?)
            })
            .await;
    }
    if let Some(code) = code {
        return call
            .read(move |tx| {
                let wire = Wire::of(tx, shop, &app.webhooks)?;
                let missing = || Error::not_found("there is no such coupon");
                let found = coupon::find(tx, shop, &code)?.ok_or_else(missing)?;
                Reply::ok(&view(tx, &wire, found)?)
            })
            .await;
    }
    call.read(move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        paging.reply(
            tx,
            |tx| coupon_list::count(tx, shop, None),
            |tx, window| coupon_list::page(tx, shop, None, Start::Newest, window),
            |tx, found| found.into_iter().map(|one| view(tx, &wire, one)).collect(),
        )
    })
    .await
}

/// `GET /coupon/{coupon}`, by its id or its code.
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let called = call.part().to_owned();
    one(call, called).await
}

/// What a body says of a coupon. What depends on the shop is still as it was said.
#[expect(clippy::option_option, reason = "not given, given as null, given: three things")]
#[derive(Clone, Debug, Default)]
struct Said {
    code: Option<String>,
    limit: Option<i64>,
    value: Option<String>,
    kind: Option<String>,
    applies_to: Option<String>,
    orders_over: Option<String>,
    category: Option<String>,
    product: Option<String>,
    date_from: Option<Option<String>>,
    date_to: Option<Option<String>>,
}

fn read(call: &Call) -> Result<Said, Fault> {
    let mut fields = call.fields()?;
    let said = Said {
        code: fields.get("code", number),
        limit: fields.nullable("limit", int).map(Option::unwrap_or_default),
        value: fields.get("value", number),
        kind: fields.get("type", text),
        applies_to: fields.get("applies_to", text),
        orders_over: fields.nullable("orders_over", line).flatten().flatten(),
        category: fields.nullable("category", line).flatten().flatten(),
        product: fields.nullable("product", line).flatten().flatten(),
        date_from: fields.nullable("date_from", line).map(Option::flatten),
        date_to: fields.nullable("date_to", line).map(Option::flatten),
    };
    fields.finish_open()?;
    Ok(said)
}

impl Said {
    /// A draft of it; what is not said is as the old one has it.
    fn draft(&self, tx: &mut Tx<'_>, wire: &Wire, old: Option<Draft>) -> Outcome<Draft> {
        let mut draft = match old {
            Some(old) => old,
            None => self.begun()?,
        };
        if let Some(code) = &self.code {
            draft.code.clone_from(code);
        }
        if let Some(limit) = self.limit {
            draft.max_uses = Some(limit).filter(|limit| *limit != 0);
        }
        let currency = match &draft.currency {
            Some(code) => code.clone(),
            None => account::currency_or(tx, wire.shop, None)?,
        };
        self.price(&mut draft, &currency)?;
        self.scope(tx, wire.shop, &mut draft, &currency)?;
        if let Some(day) = &self.date_from {
            draft.starts_at = day.as_deref().map(|day| wire.zone.begin(day, 0, 0)).transpose()?;
        }
        if let Some(day) = &self.date_to {
            // That day is its last.
            draft.ends_at = day.as_deref().map(|day| wire.zone.begin(day, 0, 1)).transpose()?;
        }
        if draft.starts_at.zip(draft.ends_at).is_some_and(|(starts, ends)| starts >= ends) {
            return Err(Error::invalid("it would end before it begins").about("date_to"));
        }
        Ok(draft)
    }

    /// A new one: what the document requires must be said.
    fn begun(&self) -> Outcome<Draft> {
        let is_whole = self.code.is_some()
            && self.limit.is_some()
            && self.value.is_some()
            && self.kind.is_some()
            && self.applies_to.is_some();
        if !is_whole {
            return Err(Error::invalid("code, limit, value, type and applies_to are needed"));
        }
        Ok(Draft {
            code: String::new(),
            kind: Kind::Percent,
            value: money::WHOLE,
            currency: None,
            product_id: None,
            category_id: None,
            least_minor: 0,
            max_uses: None,
            starts_at: None,
            ends_at: None,
            applies_to: AppliesTo::Lines,
            max_uses_each: None,
        })
    }

    fn price(&self, draft: &mut Draft, currency: &str) -> Outcome<()> {
        let was = match (draft.applies_to, draft.kind) {
            (AppliesTo::Shipping, _) => "shipping",
            (AppliesTo::Lines, Kind::Percent) => "percent",
            (AppliesTo::Lines, Kind::Fixed) => "money",
        };
        let kind = self.kind.as_deref().map_or(was, str::trim);
        if self.kind.is_none() && self.value.is_none() {
            return Ok(());
        }
        let value = |places| {
            let said = self
                .value
                .as_ref()
                .ok_or_else(|| Error::invalid("a new type needs a value").about("value"))?;
            decimal::read(said, places)
        };
        (draft.applies_to, draft.kind, draft.value, draft.currency) = match kind {
            "percent" => (AppliesTo::Lines, Kind::Percent, value(2)?, None),
            "money" => {
                (AppliesTo::Lines, Kind::Fixed, value(money::digits(currency))?, Some(currency.to_owned()))
            }
            "shipping" => (AppliesTo::Shipping, Kind::Percent, money::WHOLE, None),
            _ => return Err(Error::invalid("may be money, percent or shipping").about("type")),
        };
        Ok(())
    }

    fn scope(&self, tx: &mut Tx<'_>, shop: Shop, draft: &mut Draft, currency: &str) -> Outcome<()> {
        let was = match (draft.category_id, draft.product_id, draft.least_minor) {
            (Some(_), _, _) => "category",
            (None, Some(_), _) => "product",
            (None, None, 1..) => "orders_over",
            (None, None, _) => "all_orders",
        };
        let applies_to = self.applies_to.as_deref().map_or(was, str::trim);
        let needed = |said: &Option<String>, was: bool| {
            let missing = || Error::invalid("what it applies to is missing").about("applies_to");
            if said.is_none() && !was { Err(missing()) } else { Ok(()) }
        };
        if applies_to != was {
            (draft.category_id, draft.product_id, draft.least_minor) = (None, None, 0);
        }
        match applies_to {
            "all_orders" => {}
            "orders_over" => {
                needed(&self.orders_over, applies_to == was)?;
                if let Some(over) = &self.orders_over {
                    draft.least_minor = decimal::amount(over, currency)?;
                }
            }
            "category" => {
                needed(&self.category, applies_to == was)?;
                if let Some(called) = &self.category {
                    let found = categories::named(tx, shop, called);
                    draft.category_id =
                        Some(found.map_err(|e| e.missing("category", "there is no such category"))?.id);
                }
            }
            "product" => {
                needed(&self.product, applies_to == was)?;
                if let Some(called) = &self.product {
                    let found = products::named(tx, shop, called);
                    draft.product_id =
                        Some(found.map_err(|e| e.missing("product", "there is no such product"))?.id);
                }
            }
            _ => {
                let message = "may be all_orders, orders_over, category or product";
                return Err(Error::invalid(message).about("applies_to"));
            }
        }
        Ok(())
    }
}

/// `POST /coupon`: the answer is a list of the one that was made.
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let said = read(&call)?;
    let (shop, app) = (call.shop, call.app.clone());
    call.write("make coupon", move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let draft = said.draft(tx, &wire, None)?;
        let made = coupon::new(tx, shop, &draft)?;
        Reply::made(&[view(tx, &wire, made)?])
    })
    .await
}

/// `PUT /coupon/{coupon}`: what is not said stays.
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let (said, called) = (read(&call)?, call.part().to_owned());
    let (shop, app) = (call.shop, call.app.clone());
    call.write("change coupon", move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        let old = named(tx, shop, &called)?;
        let id = old.id;
        let draft = said.draft(tx, &wire, Some(old.into()))?;
        let changed = coupon::set(tx, shop, id, &draft)?;
        Reply::ok(&view(tx, &wire, changed)?)
    })
    .await
}

/// `DELETE /coupon/{coupon}`: one that an order holds is ended, and stays for who asks for it.
pub async fn delete(call: Call) -> Result<Reply, Fault> {
    let (called, shop) = (call.part().to_owned(), call.shop);
    call.write("delete coupon", move |tx| {
        let old = named(tx, shop, &called)?;
        if old.ends_at.is_some_and(|at| at <= tx.now()) && old.used > 0 {
            return Err(Error::not_found("it is deleted already"));
        }
        coupon::delete(tx, shop, old.id)?;
        Ok(Reply::gone())
    })
    .await
}
