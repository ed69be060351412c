//! Price lists, and the prices of one.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};

use super::desk::{Answer, Desk};
use super::list::{self, List};
use super::price_list_forms;
use super::thing::Thing;
use crate::app::App;
use crate::base::error::Result;
use crate::domain::b2b_account::{self, Filter};
use crate::domain::price_list::{self, Price, PriceList};
use crate::domain::scope::Scope;
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Deed, Row, Section, Table, Way, fact, is_cut};

pub const HERE: &str = "/admin/price-lists";
/// Prices that a list's page shows, and companies that buy by it.
const SHOWN: i64 = 50;
const COLUMNS: &[&str] = &["Product", "Variant", "SKU", "#From", "#Price", ""];
const EMPTY: &str = "There are no prices in it yet: set one, and whoever buys by the list pays it.";

/// `GET /admin/price-lists`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let base = desk.base();
    let list = List {
        title: "Price lists",
        here: HERE,
        columns: &["Name", "#Prices", "#B2B accounts", "Since"],
        empty: "There are no price lists here. A price list says what companies pay instead of the catalogue's prices.",
        ways: desk.ways(Scope::WriteProducts, &[("New price list", "/admin/price-lists/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = price_list::list(tx, shop, start, (limit, 0))?;
        let row = |one: &PriceList| {
            let by_it = Filter { price_list_id: Some(one.id), ..Filter::default() };
            let row = vec![
                Cell::link(&one.title, format!("{base}{HERE}/{}", one.id)),
                Cell::Count { n: price_list::count_prices(tx, one.id)? },
                Cell::Count { n: b2b_account::count(tx, shop, by_it)? },
                Cell::time(Some(one.created_at)),
            ];
            Ok((one.id, Row::from(row)))
        };
        let rows: Vec<_> = found.iter().map(row).collect::<Result<_>>()?;
        Ok(rows.into_iter().collect())
    })
    .await
}

fn row(list: i64, price: &Price, base: &str, may: bool) -> Row {
    let at = format!("{base}{HERE}/{list}/prices/{}/{}/remove", price.variant_id, price.min_quantity);
    Row::from(vec![
        Cell::link(&price.product, format!("{base}/admin/products/{}", price.product_id)),
        Cell::text(&price.variant),
        Cell::maybe(price.sku.as_deref()),
        Cell::Count { n: price.min_quantity },
        Cell::money(price.price_minor, price.currency.as_deref().unwrap_or_default()),
    ])
    .with(may.then(|| Deed::new("remove", "Remove", at).grave()))
}

fn columns(may: bool) -> &'static [&'static str] {
    if may { COLUMNS } else { &COLUMNS[..COLUMNS.len() - 1] }
}

/// `GET /admin/price-lists/{id}`
pub async fn show(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let (id, base) = (id.into_inner(), desk.base());
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (list, mut prices, mut accounts) = desk
        .read(move |tx, shop| {
            let by_it = Filter { price_list_id: Some(id), ..Filter::default() };
            Ok((
                price_list::get(tx, shop, id)?,
                price_list::prices(tx, id)?,
                b2b_account::list(tx, shop, by_it, None, (SHOWN + 1, 0))?,
            ))
        })
        .await?;
    let (has_more, are_cut) = (is_cut(&mut prices, SHOWN), is_cut(&mut accounts, SHOWN));
    let may = desk.may(Scope::WriteProducts);
    let prices = prices.iter().map(|price| row(id, price, &base, may)).collect();
    let prices =
        Table::new(columns(may), prices, EMPTY).going_on(has_more, format!("{base}{HERE}/{id}/prices"));
    let company = |one: &b2b_account::B2bAccount| {
        Row::from(vec![super::b2b_accounts::link(one, &base), Cell::text(one.status.as_str())])
    };
    let accounts =
        Table::new(&["Company", "Status"], accounts.iter().map(company).collect(), "Nobody buys by it.")
            .going_on(are_cut, format!("{base}/admin/b2b-accounts"));
    let thing = Thing {
        title: list.title.clone(),
        about: Some(Cell::text(format!("price list {id}"))),
        ways: desk.ways(
            Scope::WriteProducts,
            &[
                ("Set a price", &format!("{HERE}/{id}/prices/new")),
                ("Rename it", &format!("{HERE}/{id}/edit")),
            ],
        ),
        deeds: price_list_forms::deeds(&desk, &list),
        facts: vec![
            fact("Since", Cell::time(Some(list.created_at))),
            fact(
                "History",
                Cell::link("Who changed it", format!("{base}/admin/audit?subject=price_list&id={id}")),
            ),
        ],
        sections: vec![
            Section { title: "Prices", table: prices },
            Section { title: "B2B accounts", table: accounts },
        ],
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

/// `GET /admin/price-lists/{id}/prices`: all of them.
pub async fn prices(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let (id, base, may) = (id.into_inner(), desk.base(), desk.may(Scope::WriteProducts));
    let query = Form::read(req.query_string()).unwrap_or_default();
    let mut ways = vec![Way { label: "Its price list", href: format!("{base}{HERE}/{id}") }];
    ways.extend(desk.ways(Scope::WriteProducts, &[("Set a price", &format!("{HERE}/{id}/prices/new"))]));
    let list = List {
        title: "Prices",
        here: HERE,
        below: format!("/{id}/prices"),
        columns: columns(may),
        empty: EMPTY,
        ways,
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        price_list::get(tx, shop, id)?;
        // They have no numbers of their own, and are few enough to be counted from the last one on.
        let numbered: Vec<(i64, Price)> = (1..).zip(price_list::prices(tx, id)?.into_iter().rev()).collect();
        let found = list::cut(numbered, start, limit, |(number, _)| *number);
        Ok(found.iter().map(|(number, price)| (*number, row(id, price, &base, may))).collect())
    })
    .await
}
