//! Products.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};

use super::bulk::{self, Bulk, Rows};
use super::deed;
use super::desk::{Answer, Desk};
use super::list::{Filter, List};
use super::thing::Thing;
use super::{metafields, releases, variants};
use crate::app::App;
use crate::domain::metafield::{self, Resource};
use crate::domain::product::{Product, Status};
use crate::domain::scope::Scope;
use crate::domain::{brand, catalogue, key_pool, product, release, variant};
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Deed, Row, Section, Table, Tone, fact, is_cut};

/// Releases that a product's page shows.
const RELEASES: i64 = 20;

/// What can be done to several.
pub const ROWS: Rows = Rows {
    here: "/admin/products",
    one: "product",
    many: "products",
    scope: Scope::WriteProducts,
    deeds: &[
        Bulk {
            word: "show",
            label: "Show in the shop",
            done: "shown in the shop",
            is_grave: false,
            is_final: false,
        },
        Bulk {
            word: "hide",
            label: "Hide from the shop",
            done: "hidden from the shop",
            is_grave: true,
            is_final: false,
        },
    ],
    act: |tx, shop, word, id| {
        let change = product::Change { visible: Some(word == "show"), ..product::Change::default() };
        product::set(tx, shop, bulk::number(id)?, &change).map(|_| ())
    },
};

/// `GET /admin/products`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let words: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
    let filters = vec![
        Filter::text(&query, "q", "Words in the title"),
        Filter::words(&query, "status", "Status", &words),
    ];
    let filter = catalogue::Filter {
        search: filters[0].given(),
        status: filters[1].given().and_then(|word| word.parse().ok()),
        ..catalogue::Filter::default()
    };
    let base = desk.base();
    let list = List {
        title: "Products",
        here: ROWS.here,
        rows: Some(&ROWS),
        columns: &["Title", "Kind", "Status", "#Price", "Licences", "Made"],
        empty: "There are no products here. Make one: what apps activate and buyers buy.",
        filters,
        ways: desk.ways(Scope::WriteProducts, &[("New product", "/admin/products/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = catalogue::list(tx, shop, &filter, start, limit)?;
        Ok(found.iter().map(|product| (product.id, row(product, &base).ticked(product.id))).collect())
    })
    .await
}

fn row(product: &Product, base: &str) -> Row {
    Row::from(vec![
        Cell::link(&product.title, format!("{base}/admin/products/{}", product.id)),
        Cell::text(product.kind.as_str()),
        status(product.status()),
        price(product),
        licensing(product),
        Cell::time(Some(product.created_at)),
    ])
}

fn status(status: Status) -> Cell {
    let tone = match status {
        Status::Active => Tone::Good,
        Status::Hidden => Tone::Warn,
        Status::Archived => Tone::Plain,
    };
    Cell::badge(status.as_str(), tone)
}

fn price(product: &Product) -> Cell {
    match (product.price_minor, &product.currency) {
        (Some(minor), Some(currency)) => Cell::money(minor, currency),
        _ => Cell::None,
    }
}

fn licensing(product: &Product) -> Cell {
    if product.policy.api_enabled { Cell::badge("on", Tone::Good) } else { Cell::badge("off", Tone::Plain) }
}

/// `GET /admin/products/{id}`
pub async fn show(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let (id, query) = (id.into_inner(), Form::read(req.query_string()).unwrap_or_default());
    let of = (Resource::Product, id);
    let (product, brand, sold_in, mut releases, pool, said_of_it) = desk
        .read(move |tx, shop| {
            let product = product::get(tx, shop, id)?;
            let brand = product.showcase.brand_id.map(|id| brand::get(tx, shop, id)).transpose()?;
            let releases = release::page(tx, shop, id, None, RELEASES + 1)?;
            let (sold_in, pool) = (variant::list(tx, id)?, key_pool::left(tx, id)?);
            Ok((product, brand, sold_in, releases, pool, metafield::list(tx, shop, of)?))
        })
        .await?;
    let policy = &product.policy;
    let uses = if policy.max_uses < 0 { Cell::text("no limit") } else { Cell::Count { n: policy.max_uses } };
    let term = policy.term_days.map_or(Cell::text("for ever"), |days| Cell::text(format!("{days} days")));
    let base = desk.base();
    let has_more = is_cut(&mut releases, RELEASES);
    let rows = releases.iter().map(|release| releases::row(release, &base)).collect();
    let releases = Table::new(releases::COLUMNS, rows, releases::EMPTY)
        .going_on(has_more, format!("{base}/admin/products/{id}/releases"));
    let archive = Deed::new(
        "archive",
        "Take it from sale for good",
        format!("{}/admin/products/{id}/archive", desk.base()),
    )
    .grave()
    .typing(&product.slug);
    let mut ways = desk.ways(
        Scope::WriteProducts,
        &[
            ("Change it", &format!("/admin/products/{id}/edit")),
            ("Sale and stock", &format!("/admin/products/{id}/extra")),
            ("Prerequisites", &format!("/admin/products/{id}/prerequisites")),
            ("Add keys to the pool", &format!("/admin/products/{id}/pool")),
            ("New release", &format!("/admin/products/{id}/releases/new")),
            ("New variant", &format!("/admin/products/{id}/variants/new")),
            ("Integrate", &format!("/admin/products/{id}/integrate")),
        ],
    );
    ways.extend(metafields::ways(&desk, of));
    let thing = Thing {
        title: product.title.clone(),
        about: Some(Cell::text(format!("product {id}"))),
        ways,
        facts: vec![
            fact("Status", status(product.status())),
            fact("Kind", Cell::text(product.kind.as_str())),
            fact("Price", price(&product)),
            fact("Brand", Cell::maybe(brand.as_ref().map(|brand| brand.title.as_str()))),
            fact("Licence API", licensing(&product)),
            fact("Identifier", Cell::text(policy.identifier_mode.as_str().replace('_', " "))),
            fact("Activations a licence", uses),
            fact("Term", term),
            fact(
                "Keys",
                pool.map_or(Cell::text("made here"), |n| Cell::text(format!("from a pool, {n} are left"))),
            ),
            fact("Made", Cell::time(Some(product.created_at))),
            fact(
                "Licences",
                Cell::link("All of this product", format!("{}/admin/licences?product={id}", desk.base())),
            ),
            fact(
                "History",
                Cell::link("Who changed it", format!("{}/admin/audit?subject=product&id={id}", desk.base())),
            ),
        ],
        sections: vec![
            variants::section(&product, &sold_in, &base),
            Section { title: "Releases", table: releases },
            metafields::section(&desk, of, said_of_it),
        ],
        deeds: if desk.may(Scope::WriteProducts) && product.archived_at.is_none() {
            vec![archive]
        } else {
            Vec::new()
        },
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

/// `POST /admin/products/{id}/archive`
pub async fn archive(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let (id, typed) = (id.into_inner(), form.get("typed").unwrap_or_default().trim().to_owned());
    deed::act(&desk, &form, "product archived by page", move |tx, shop| {
        let at = format!("/admin/products/{id}");
        if product::get(tx, shop, id)?.slug != typed {
            return Ok(format!("{at}?done=retyped"));
        }
        product::archive(tx, shop, id)?;
        Ok(format!("{at}?done=archived"))
    })
    .await
}

/// How a release's status is to be taken.
pub fn tone(status: release::Status) -> Tone {
    match status {
        release::Status::Published => Tone::Good,
        release::Status::Yanked => Tone::Bad,
        release::Status::Draft => Tone::Plain,
    }
}
