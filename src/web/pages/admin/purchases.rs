//! Purchases: what customers own, and until when.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::Value;

use super::desk::{Answer, Desk};
use super::list::{Filter, List};
use super::sheet::{Sheet, group};
use super::thing::Thing;
use crate::app::App;
use crate::base::error::Result;
use crate::domain::purchase::{self, Purchase, Status};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::domain::{customer, product};
use crate::store::Tx;
use crate::web::form::Form;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Row, Tone, fact};
use crate::web::platform::{answer, purchases};

/// Of every list of purchases.
pub const COLUMNS: &[&str] =
    &["#Purchase", "Product", "Customer", "Status", "Licence", "Install URL", "Since", "Ends"];

/// A purchase, with what its product and its customer are called.
pub struct Named {
    purchase: Purchase,
    product: String,
    email: String,
}

/// Gives them their names.
pub fn named(tx: &mut Tx<'_>, shop: Shop, found: Vec<Purchase>) -> Result<Vec<Named>> {
    let name = |purchase: Purchase| {
        let product = product::get(tx, shop, purchase.product_id)?.title;
        let email = customer::get(tx, shop, purchase.customer_id)?.email;
        Ok(Named { purchase, product, email })
    };
    found.into_iter().map(name).collect()
}

/// `GET /admin/purchases`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let words: Vec<&str> = Status::ALL.iter().map(|word| word.as_str()).collect();
    let filters = vec![
        Filter::words(&query, "status", "Status", &words),
        Filter::text(&query, "product", "Product's number"),
        Filter::text(&query, "customer", "Customer's number"),
        Filter::text(&query, "order", "Order's number"),
    ];
    let number = |filter: &Filter| filter.given().map(|id| id.parse().unwrap_or(0));
    let filter = purchase::Filter {
        status: filters[0].given().and_then(|word| word.parse().ok()),
        product_id: number(&filters[1]),
        customer_id: number(&filters[2]),
        order_id: number(&filters[3]),
    };
    let base = desk.base();
    let list = List {
        title: "Purchases",
        here: "/admin/purchases",
        columns: COLUMNS,
        empty: "There are no purchases here. Each product that is paid for, or given, makes one.",
        filters,
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = purchase::list(tx, shop, filter, start, limit)?;
        let found = named(tx, shop, found)?;
        Ok(found.iter().map(|one| (one.purchase.id, row(one, &base))).collect())
    })
    .await
}

/// A purchase in a list.
pub fn row(named: &Named, base: &str) -> Row {
    let of = &named.purchase;
    Row::from(vec![
        Cell::link(of.id.to_string(), format!("{base}/admin/purchases/{}", of.id)),
        Cell::link(&named.product, format!("{base}/admin/products/{}", of.product_id)),
        Cell::link(&named.email, format!("{base}/admin/customers/{}", of.customer_id)),
        status(of.status),
        licence(of, base),
        Cell::maybe(of.install_url.as_deref()),
        Cell::time(Some(of.started_at)),
        ends(of),
    ])
}

fn status(status: Status) -> Cell {
    let tone = match status {
        Status::Active => Tone::Good,
        Status::Cancelled => Tone::Bad,
        Status::Expired => Tone::Warn,
    };
    Cell::badge(status.as_str(), tone)
}

fn licence(of: &Purchase, base: &str) -> Cell {
    match (&of.key, of.licence_id) {
        (Some(key), Some(id)) => Cell::link(key, format!("{base}/admin/licences/{id}")),
        _ => Cell::None,
    }
}

fn ends(of: &Purchase) -> Cell {
    of.expires_at.map_or(Cell::text("never"), |at| Cell::Time { at })
}

/// `GET /admin/purchases/{id}`
pub async fn show(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let (id, base) = (id.into_inner(), desk.base());
    let query = Form::read(req.query_string()).unwrap_or_default();
    let found = desk
        .read(move |tx, shop| {
            let found = purchase::get(tx, shop, id)?;
            named(tx, shop, vec![found])
        })
        .await?;
    let Named { purchase: of, product, email } = &found[0];
    let to = |what: &str, id: i64| format!("{base}/admin/{what}/{id}");
    let thing = Thing {
        title: format!("Purchase {id}"),
        about: Some(Cell::link(email, to("customers", of.customer_id))),
        ways: desk.ways(Scope::WriteOrders, &[("Change it", &format!("/admin/purchases/{id}/edit"))]),
        facts: vec![
            fact("Status", status(of.status)),
            fact("Product", Cell::link(product, to("products", of.product_id))),
            fact("Licence", licence(of, &base)),
            fact("Order", of.order_id.map_or(Cell::None, |id| Cell::link(id.to_string(), to("orders", id)))),
            fact(
                "Bought for",
                of.parent_id.map_or(Cell::None, |id| Cell::link(id.to_string(), to("purchases", id))),
            ),
            fact("Install URL", Cell::maybe(of.install_url.as_deref())),
            fact("Since", Cell::time(Some(of.started_at))),
            fact("Ends", ends(of)),
            fact(
                "History",
                Cell::link("Who changed it", format!("{base}/admin/audit?subject=purchase&id={id}")),
            ),
        ],
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

fn sheet(id: i64) -> Sheet {
    let words = [
        (Status::Active.as_str(), "Active: they own it"),
        (Status::Cancelled.as_str(), "Cancelled: it was taken back"),
        (Status::Expired.as_str(), "Expired: its term is over"),
    ];
    Sheet {
        title: format!("Change purchase {id}"),
        lead: "Its licence follows at once.",
        back: format!("/admin/purchases/{id}"),
        groups: vec![group(
            "",
            vec![
                Field::line("install_url", "Install URL")
                    .or_none()
                    .hint("Yours to change, locked for the buyer or not."),
                Field::time("expires_at", "Ends, in UTC").hint("Empty: never."),
                Field::choice("status", "Status", words).if_touched(),
            ],
        )],
        ..Sheet::default()
    }
}

fn now(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Value> {
    answer::value(&purchases::view(&purchase::get(tx, shop, id)?))
}

/// `GET /admin/purchases/{id}/edit`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    let json = desk.read(move |tx, shop| now(tx, shop, id)).await?;
    sheet(id).filled(&json).show(&desk).await
}

/// `POST /admin/purchases/{id}/edit`
pub async fn change(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    let sheet = sheet(id);
    let change = sheet.read(&desk, &form, purchases::read).await?;
    sheet
        .change(
            &desk,
            &form,
            "purchase by page",
            move |tx, shop| now(tx, shop, id),
            move |tx, shop| purchase::set(tx, shop, id, &change).map(|_| ()),
        )
        .await
}
