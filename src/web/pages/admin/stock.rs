//! How many there are of what is sold: a list over all products, and the form by which that changes.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::json;

use super::bulk::{self, Bulk, Rows};
use super::desk::{Answer, Desk};
use super::list::{Filter, List};
use super::sheet::{Sheet, group};
use super::variants::{self, at};
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::inventory::{self, Level, Operation, Stocked};
use crate::domain::product::Status;
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::domain::variant::{self, Change, Variant};
use crate::store::Tx;
use crate::web::fields::{Fields, int, text};
use crate::web::form::Form;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Row};

/// What can be done to several.
pub const ROWS: Rows = Rows {
    here: "/admin/stock",
    one: "variant",
    many: "variants",
    scope: Scope::WriteProducts,
    deeds: &[
        Bulk {
            word: "out",
            label: "Sold out",
            done: "said to be sold out, however many there are",
            is_grave: true,
            is_final: false,
        },
        Bulk {
            word: "counts",
            label: "As it is counted",
            done: "there again as far as there are some",
            is_grave: false,
            is_final: false,
        },
    ],
    act: |tx, shop, word, id| {
        let variant = variant::by_id(tx, shop, bulk::number(id)?)?;
        let change = Change { is_out: Some(word == "out"), ..Change::default() };
        variant::set(tx, shop, variant.product_id, variant.id, &change).map(|_| ())
    },
};

/// `GET /admin/stock`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let levels: Vec<&str> = Level::ALL.iter().map(|level| level.as_str()).collect();
    let statuses: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
    let filters = vec![
        Filter::words(&query, "only", "Only what is", &levels),
        Filter::text(&query, "sku", "SKU"),
        Filter::words(&query, "status", "Status of the product", &statuses),
    ];
    let filter = inventory::Filter {
        level: filters[0].given().and_then(|word| word.parse().ok()),
        sku: filters[1].given(),
        status: filters[2].given().and_then(|word| word.parse().ok()),
    };
    let base = desk.base();
    let list = List {
        title: "Stock",
        here: ROWS.here,
        rows: Some(&ROWS),
        columns: &["What", "SKU", "#In stock", "#Low below", "State"],
        empty: "There is nothing here. Each product has a stock, which is not counted until you say how many there are.",
        filters,
        ways: desk.ways(Scope::WriteProducts, &[("New product", "/admin/products/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = inventory::list(tx, shop, &filter, start, (limit, 0))?;
        Ok(found.iter().map(|one| (one.variant.id, row(one, &base).ticked(one.variant.id))).collect())
    })
    .await
}

fn row(stocked: &Stocked, base: &str) -> Row {
    let v = &stocked.variant;
    Row::from(vec![
        Cell::link(stocked.name(), format!("{base}{}", at(v.product_id, v.id))),
        Cell::maybe(v.sku.as_deref()),
        variants::stock(v),
        Cell::Count { n: v.low_at },
        variants::state(v),
    ])
}

/// What somebody says of a stock.
enum Said {
    Counted(Operation, i64, Option<String>),
    Uncounted,
}

/// The word of a form for what nobody counts.
const UNCOUNTED: &str = "uncounted";

fn sheet(variant: &Variant) -> Sheet {
    let operations = [
        (Operation::Increment.as_str(), "So many came"),
        (Operation::Decrement.as_str(), "So many went"),
        (Operation::Set.as_str(), "There are so many, as I counted"),
        (UNCOUNTED, "It is not counted: there are always some"),
    ];
    let there = variant.stock.map_or("not counted".to_owned(), |n| format!("{n} in stock"));
    Sheet {
        title: format!("Stock: {there}"),
        back: at(variant.product_id, variant.id),
        groups: vec![group(
            "",
            vec![
                Field::choice("operation", "What happened", operations),
                Field::number("quantity", "How many").or_unsaid(),
                Field::line("reason", "Why").or_unsaid().hint("For whoever reads what came and went."),
            ],
        )],
        ..Sheet::default()
    }
}

fn read(fields: &mut Fields) -> Said {
    let operation = fields.get("operation", text);
    let (quantity, reason) = (fields.get("quantity", int), fields.get("reason", text));
    if operation.as_deref() == Some(UNCOUNTED) {
        return Said::Uncounted;
    }
    let quantity = fields.needed("quantity", quantity).unwrap_or_default();
    match operation.unwrap_or_default().parse() {
        Ok(operation) => Said::Counted(operation, quantity, reason),
        Err(e) => {
            fields.wrong("operation", e);
            Said::Uncounted
        }
    }
}

fn say(tx: &mut Tx<'_>, shop: Shop, (product_id, id): (i64, i64), said: &Said) -> Result<Variant> {
    match said {
        Said::Counted(operation, quantity, reason) => {
            let of = (product_id, Some(id));
            inventory::change(tx, shop, of, *operation, *quantity, reason.as_deref()).map_err(in_words)
        }
        Said::Uncounted => {
            let change = Change { stock: Some(None), ..Change::default() };
            variant::set(tx, shop, product_id, id, &change)
        }
    }
}

/// More than there are cannot go.
fn in_words(e: Error) -> Error {
    if e.about != Some(inventory::OUT_OF_STOCK) {
        return e;
    }
    let left = e.details().get("left").and_then(serde_json::Value::as_i64).unwrap_or_default();
    Error::invalid(format!("is more than there are: {left}")).about("quantity")
}

/// `GET /admin/products/{id}/variants/{variant_id}/stock`
pub async fn ask(req: HttpRequest, path: Path<(i64, i64)>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let (product_id, id) = path.into_inner();
    let variant = desk.read(move |tx, shop| variant::get(tx, shop, product_id, id)).await?;
    let usual = if variant.stock.is_some() { Operation::Increment } else { Operation::Set };
    sheet(&variant).filled(&json!({"operation": usual})).show(&desk).await
}

/// `POST /admin/products/{id}/variants/{variant_id}/stock`
pub async fn change(req: HttpRequest, path: Path<(i64, i64)>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let of = path.into_inner();
    let variant = desk.read(move |tx, shop| variant::get(tx, shop, of.0, of.1)).await?;
    let sheet = sheet(&variant);
    let said = sheet.read(&desk, &form, read).await?;
    sheet
        .make(&desk, &form, "stock by page", move |tx, shop| {
            say(tx, shop, of, &said)?;
            Ok(format!("{}?done=saved", at(of.0, of.1)))
        })
        .await
}
