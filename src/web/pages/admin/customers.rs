//! Customers.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};

use super::desk::{Answer, Desk};
use super::list::{Filter, List};
use super::thing::Thing;
use super::{customer_forms, licences, moments, orders, purchases};
use crate::app::App;
use crate::domain::scope::Scope;
use crate::domain::{customer, licence_list, order_list, purchase, timeline};
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Row, Section, Table, fact};

/// Licences and orders that a customer's page shows.
const SHOWN: i64 = 50;

/// `GET /admin/customers`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let filters = vec![Filter::text(&query, "q", "E-mail address begins with")];
    let (prefix, base) = (filters[0].given(), desk.base());
    let list = List {
        title: "Customers",
        here: "/admin/customers",
        columns: &["E-mail address", "Name", "User name", "Since"],
        empty: "There are no customers here. They come with their first order or licence.",
        filters,
        ways: desk.ways(Scope::WriteCustomers, &[("New customer", "/admin/customers/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = customer::list(tx, shop, prefix.as_deref(), start, limit)?;
        let row = |one: &customer::Customer| {
            Row::from(vec![
                Cell::link(&one.email, format!("{base}/admin/customers/{}", one.id)),
                Cell::maybe(one.name.as_deref()),
                Cell::maybe(one.username.as_deref()),
                Cell::time(Some(one.created_at)),
            ])
        };
        Ok(found.iter().map(|one| (one.id, row(one))).collect())
    })
    .await
}

/// `GET /admin/customers/{id}`
pub async fn show(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let (id, base) = (id.into_inner(), desk.base());
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (customer, licences, orders, purchases, moments) = desk
        .read(move |tx, shop| {
            let owned = purchase::Filter { customer_id: Some(id), ..purchase::Filter::default() };
            let owned = purchase::list(tx, shop, owned, None, SHOWN)?;
            let theirs = licence_list::Filter { customer_id: Some(id), ..licence_list::Filter::default() };
            let placed = order_list::Filter { customer_id: Some(id), ..order_list::Filter::default() };
            Ok((
                customer::get(tx, shop, id)?,
                licence_list::list(tx, shop, &theirs, None, SHOWN)?,
                order_list::list(tx, shop, &placed, None, SHOWN)?,
                purchases::named(tx, shop, owned)?,
                timeline::timeline(tx, shop, id, SHOWN)?,
            ))
        })
        .await?;
    let licences = Table::new(
        &["Key", "Product", "Customer", "Status", "Activations", "Issued", "Ends"],
        licences.iter().map(|licence| licences::row(licence, &base)).collect(),
        "They have no licence.",
    );
    let orders = Table::new(
        orders::COLUMNS,
        orders.iter().map(|order| orders::row(order, &base)).collect(),
        "They have ordered nothing.",
    );
    let purchases = Table::new(
        purchases::COLUMNS,
        purchases.iter().map(|one| purchases::row(one, &base)).collect(),
        "They own nothing.",
    );
    let moments = Table::new(
        &["When", "What", "Of"],
        moments.iter().map(|moment| moments::row(moment, &base)).collect(),
        "Nothing happened yet.",
    );
    let mut ways = desk.ways(
        Scope::WriteCustomers,
        &[
            ("Change them", &format!("/admin/customers/{id}/edit")),
            ("Merge them", &format!("/admin/customers/{id}/merge")),
        ],
    );
    ways.extend(desk.ways(
        Scope::ReadCustomers,
        &[("All that is held on them", &format!("/admin/customers/{id}/export"))],
    ));
    let thing = Thing {
        title: customer.email.clone(),
        ways,
        deeds: customer_forms::deeds(&desk, id, &customer.email),
        about: Some(Cell::text(format!("customer {id}"))),
        facts: vec![
            fact("Name", Cell::maybe(customer.name.as_deref())),
            fact("User name", Cell::maybe(customer.username.as_deref())),
            fact("Wants news of releases", Cell::text(if customer.wants_news { "yes" } else { "no" })),
            fact("Since", Cell::time(Some(customer.created_at))),
            fact(
                "History",
                Cell::link("Who changed it", format!("{base}/admin/audit?subject=customer&id={id}")),
            ),
        ],
        sections: vec![
            Section { title: "Licences", table: licences },
            Section { title: "Orders", table: orders },
            Section { title: "Purchases", table: purchases },
            Section { title: "What happened", table: moments },
        ],
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}
