//! Activations of all licences, those of the newest first: what an address stands behind, and what was freed.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::web::Data;

use super::bulk::{self, Bulk, Rows};
use super::desk::{Answer, Desk};
use super::list::{Filter, Found, List};
use crate::app::App;
use crate::base::error::Error;
use crate::domain::activation_list::{self, Listed};
use crate::domain::scope::Scope;
use crate::domain::{activation, licence};
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Row};

/// What can be done to several.
pub const ROWS: Rows = Rows {
    here: "/admin/activations",
    one: "activation",
    many: "activations",
    scope: Scope::WriteLicences,
    deeds: &[Bulk { word: "free", label: "Free", done: "freed", is_grave: true, is_final: true }],
    act: |tx, shop, _, id| {
        let (licence_id, usage_id) =
            id.split_once('.').ok_or_else(|| Error::not_found("there is no such activation"))?;
        let licence = licence::by_id(tx, shop, bulk::number(licence_id)?)?;
        activation::release(tx, licence.licence_id, bulk::number(usage_id)?)
    },
};

/// `GET /admin/activations`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let filters = vec![
        Filter::text(&query, "ip", "IP address"),
        Filter::words(&query, "state", "State", &["in_use", "freed"]),
        Filter::text(&query, "product", "Product's number"),
        Filter::text(&query, "licence", "Licence's number"),
    ];
    let number = |filter: &Filter| filter.given().map(|id| id.parse().unwrap_or(0));
    let canonical = |typed: String| typed.parse::<IpAddr>().map_or(typed, |ip| ip.to_canonical().to_string());
    let filter = activation_list::Filter {
        ip: filters[0].given().map(canonical),
        is_live: filters[1].given().map(|state| state == "in_use"),
        product_id: number(&filters[2]),
        licence_id: number(&filters[3]),
    };
    let base = desk.base();
    let list = List {
        title: "Activations",
        here: ROWS.here,
        columns: &[
            "Licence",
            "#Number",
            "Product",
            "Customer",
            "Address",
            "Activated",
            "Last checked",
            "Freed",
        ],
        empty: "No app has activated anything here.",
        filters,
        rows: Some(&ROWS),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = activation_list::list(tx, shop, &filter, start, limit)?;
        let rows = found.rows.iter().map(|one| (one.place, row(one, &base))).collect();
        Ok(Found { rows, looked_to: found.looked_to })
    })
    .await
}

fn row(one: &Listed, base: &str) -> Row {
    let row = Row::from(vec![
        Cell::link(&one.key, format!("{base}/admin/licences/{}", one.licence_id)),
        Cell::Count { n: one.usage_id },
        Cell::link(&one.product, format!("{base}/admin/products/{}", one.product_id)),
        Cell::link(&one.email, format!("{base}/admin/customers/{}", one.customer_id)),
        Cell::code(&one.ip),
        Cell::time(Some(one.activated_at)),
        Cell::time(one.last_checked_at),
        Cell::time(one.released_at),
    ]);
    if one.released_at.is_none() { row.ticked(format!("{}.{}", one.licence_id, one.usage_id)) } else { row }
}
