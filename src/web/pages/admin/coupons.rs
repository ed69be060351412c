//! Coupons: those there are, and a new one.

use actix_web::HttpRequest;
use actix_web::web::{Data, Payload};
use serde_json::json;

use super::bulk::{self, Bulk, Rows};
use super::desk::{Answer, Desk};
use super::list::List;
use super::sheet::{Sheet, group};
use crate::app::App;
use crate::base::error::Result;
use crate::base::money;
use crate::base::time::Millis;
use crate::domain::account;
use crate::domain::coupon::{self, AppliesTo, Coupon, Draft, Kind};
use crate::domain::coupon_list;
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, int};
use crate::web::form::Form;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Row, Tone};
use crate::web::platform::{coupons, money as amount};

/// What can be done to several.
pub const ROWS: Rows = Rows {
    here: "/admin/coupons",
    one: "coupon",
    many: "coupons",
    scope: Scope::WriteOrders,
    deeds: &[Bulk {
        word: "end",
        label: "End",
        done: "ended: orders that hold them keep what they took off",
        is_grave: true,
        is_final: true,
    }],
    act: |tx, shop, _, id| coupon::end(tx, shop, bulk::number(id)?).map(|_| ()),
};

/// `GET /admin/coupons`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let base = desk.base();
    let list = List {
        title: "Coupons",
        here: ROWS.here,
        columns: &[
            "Code",
            "Takes off",
            "#Used",
            "#Of",
            "#Each",
            "Product",
            "Orders from",
            "Starts",
            "Ends",
            "Status",
        ],
        empty: "There are no coupons here. A coupon is a code that makes an order cheaper.",
        ways: desk.ways(Scope::WriteOrders, &[("New coupon", "/admin/coupons/new")]),
        rows: Some(&ROWS),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let (now, currency) = (tx.now(), account::get(tx, shop)?.currency.unwrap_or_default());
        let found = coupon_list::list(tx, shop, start, limit)?;
        Ok(found.iter().map(|one| (one.id, row(one, now, &currency, &base).ticked(one.id))).collect())
    })
    .await
}

fn row(coupon: &Coupon, now: Millis, shop: &str, base: &str) -> Row {
    let currency = coupon.currency.as_deref().unwrap_or(shop);
    let product = |id: i64| Cell::link(id.to_string(), format!("{base}/admin/products/{id}"));
    let is_used_up = coupon.max_uses.is_some_and(|most| coupon.used >= most);
    let status = if coupon.ends_at.is_some_and(|at| at <= now) {
        Cell::badge("ended", Tone::Plain)
    } else if is_used_up {
        Cell::badge("used up", Tone::Warn)
    } else if coupon.starts_at.is_some_and(|at| at > now) {
        Cell::badge("to come", Tone::Plain)
    } else {
        Cell::badge("counts", Tone::Good)
    };
    Row::from(vec![
        Cell::code(&coupon.code),
        takes_off(coupon, currency),
        Cell::Count { n: coupon.used },
        coupon.max_uses.map_or(Cell::text("no limit"), |n| Cell::Count { n }),
        coupon.max_uses_each.map_or(Cell::text("no limit"), |n| Cell::Count { n }),
        coupon.product_id.map_or(Cell::text("all"), product),
        if coupon.least_minor > 0 { Cell::money(coupon.least_minor, currency) } else { Cell::None },
        Cell::time(coupon.starts_at),
        Cell::time(coupon.ends_at),
        status,
    ])
}

fn takes_off(coupon: &Coupon, currency: &str) -> Cell {
    let worth = match coupon.kind {
        Kind::Percent => format!("{} %", money::plain(coupon.value, "")),
        Kind::Fixed => format!("{} {currency}", money::shown(coupon.value, currency)),
    };
    match coupon.applies_to {
        AppliesTo::Lines => Cell::text(worth),
        AppliesTo::Shipping => Cell::text(format!("{worth} of shipping")),
    }
}

/// What a coupon may make cheaper.
const PARTS: [(&str, &str); 2] = [
    (AppliesTo::Lines.as_str(), "What is bought"),
    (AppliesTo::Shipping.as_str(), "What it costs to send it"),
];

fn sheet(currency: Option<&str>) -> Sheet {
    Sheet {
        title: "New coupon".to_owned(),
        label: "Make it",
        back: ROWS.here.to_owned(),
        groups: vec![
            group(
                "",
                vec![
                    Field::line("code", "Code").needed().hint("As buyers type it, in whatever case."),
                    Field::percent("percent", "Percent off").or_unsaid(),
                    Field::money("off", "Or an amount off the order", currency).or_unsaid(),
                    Field::choice("applies_to", "Makes cheaper", PARTS),
                ],
            ),
            group(
                "When it counts",
                vec![
                    Field::number("product_id", "For this product alone")
                        .or_unsaid()
                        .hint("Its number. Empty: for all."),
                    Field::money("least", "For orders from", currency).or_unsaid(),
                    Field::number("max_uses", "So often in all").or_unsaid().hint("Empty: no limit."),
                    Field::number("max_uses_each", "So often for each customer")
                        .or_unsaid()
                        .hint("Empty: no limit."),
                    Field::time("starts_at", "Starts, in UTC").or_unsaid().hint("Empty: now."),
                    Field::time("ends_at", "Ends, in UTC").or_unsaid().hint("Empty: never."),
                ],
            ),
        ],
        ..Sheet::default()
    }
}

fn read(fields: &mut Fields) -> Draft {
    let (percent, off) = (fields.get("percent", int), fields.get("off", amount::read));
    let least = fields.get("least", amount::read);
    let rest = coupons::read(fields);
    let (kind, value, currency) = match (percent, off) {
        (Some(part), None) => (Kind::Percent, part, None),
        (None, Some((minor, currency))) => (Kind::Fixed, minor, Some(currency)),
        _ => {
            fields.wrong("percent", "or an amount: one of the two says what the coupon takes off");
            return rest;
        }
    };
    Draft { kind, value, currency, least_minor: least.map_or(0, |(minor, _)| minor), ..rest }
}

async fn form(desk: &Desk) -> std::result::Result<Sheet, actix_web::Error> {
    let currency = desk.read(|tx, shop| Ok(account::get(tx, shop)?.currency)).await?;
    Ok(sheet(currency.as_deref()))
}

/// `GET /admin/coupons/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let usual = json!({"applies_to": AppliesTo::Lines.as_str()});
    form(&desk).await?.filled(&usual).show(&desk).await
}

/// `POST /admin/coupons/new`
pub async fn make(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, sent) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let sheet = form(&desk).await?;
    let draft = sheet.read(&desk, &sent, read).await?;
    let make = move |tx: &mut Tx<'_>, shop: Shop| -> Result<String> {
        let worth = if draft.kind == Kind::Percent { "percent" } else { "off" };
        coupon::new(tx, shop, &draft).map_err(|e| {
            e.on_field("code_taken", "code")
                .on_field("value", worth)
                .on_field("currency", worth)
                .on_field("least_minor", "least")
                .missing("product_id", "there is no such product")
        })?;
        Ok(format!("{}?done=made", ROWS.here))
    };
    sheet.make(&desk, &sent, "coupon by page", make).await
}
