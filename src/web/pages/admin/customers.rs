//! Customers.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};

use super::desk::{Answer, Desk};
use super::list::{Filter, List};
use super::thing::Thing;
use super::{b2b_accounts, customer_forms, holdings, licences, metafields, moments, orders, purchases};
use crate::app::App;
use crate::domain::metafield::{self, Resource};
use crate::domain::scope::Scope;
use crate::domain::{b2b_account, customer, licence_list, order_list, purchase, timeline};
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Row, Section, Table, Way, fact, is_cut};

/// Licences and orders that a customer's page shows, and what happened to them.
const SHOWN: i64 = 50;
/// What happened to them, where all of it is asked for.
const MOMENTS: i64 = 1_000;

/// `GET /admin/customers`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let filters =
        vec![Filter::text(&query, "q", "E-mail address begins with"), Filter::text(&query, "group", "Group")];
    let filter = customer::Filter { prefix: filters[0].given(), group: filters[1].given() };
    let base = desk.base();
    let list = List {
        title: "Customers",
        here: "/admin/customers",
        columns: &["E-mail address", "Name", "User name", "Group", "Since"],
        empty: "There are no customers here. They come with their first order or licence.",
        filters,
        ways: desk.ways(Scope::WriteCustomers, &[("New customer", "/admin/customers/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = customer::list(tx, shop, &filter, start, (limit, 0))?;
        let row = |one: &customer::Customer| {
            Row::from(vec![
                Cell::link(&one.email, format!("{base}/admin/customers/{}", one.id)),
                Cell::maybe(one.name.as_deref()),
                Cell::maybe(one.username.as_deref()),
                Cell::maybe(one.group_name.as_deref()),
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
    let all = query.get("moments") == Some("all");
    let span = if all { MOMENTS } else { SHOWN };
    let of = (Resource::Customer, id);
    let (customer, company, mut licences, mut orders, mut purchases, holdings, mut moments, said_of_them) =
        desk.read(move |tx, shop| {
            let owned = purchase::Filter { customer_id: Some(id), ..purchase::Filter::default() };
            let owned = purchase::list(tx, shop, owned, None, SHOWN + 1)?;
            let theirs = licence_list::Filter { customer_id: Some(id), ..licence_list::Filter::default() };
            let placed = order_list::Filter { customer_id: Some(id), ..order_list::Filter::default() };
            let customer = customer::get(tx, shop, id)?;
            let company = customer.b2b_account_id.map(|id| b2b_account::get(tx, shop, id)).transpose()?;
            Ok((
                customer,
                company,
                licence_list::list(tx, shop, &theirs, None, SHOWN + 1)?,
                order_list::list(tx, shop, &placed, None, SHOWN + 1)?,
                purchases::named(tx, shop, owned)?,
                holdings::of(tx, shop, id)?,
                timeline::timeline(tx, shop, id, span + 1)?,
                metafield::list(tx, shop, of)?,
            ))
        })
        .await?;
    let has_more = [
        is_cut(&mut licences, SHOWN),
        is_cut(&mut orders, SHOWN),
        is_cut(&mut purchases, SHOWN),
        is_cut(&mut moments, span),
    ];
    let to = |list: &str| format!("{base}/admin/{list}?customer={id}");
    let licences = Table::new(
        &["Key", "Product", "Customer", "Status", "Activations", "Issued", "Ends"],
        licences.iter().map(|licence| licences::row(licence, &base)).collect(),
        "They have no licence.",
    )
    .going_on(has_more[0], to("licences"));
    let orders = Table::new(
        orders::COLUMNS,
        orders.iter().map(|order| orders::row(order, &base)).collect(),
        "They have ordered nothing.",
    )
    .going_on(has_more[1], to("orders"));
    let purchases = Table::new(
        purchases::COLUMNS,
        purchases.iter().map(|one| purchases::row(one, &base)).collect(),
        "They own nothing.",
    )
    .going_on(has_more[2], to("purchases"));
    let moments = Table::new(
        &["When", "What", "Of"],
        moments.iter().map(|moment| moments::row(moment, &base)).collect(),
        "Nothing happened yet.",
    );
    // Behind the longest that is told, the log has what was changed.
    let rest = if all {
        format!("{base}/admin/audit?subject=customer&id={id}")
    } else {
        format!("{base}/admin/customers/{id}?moments=all")
    };
    let moments = moments.going_on(has_more[3], rest);
    let mut facts = vec![
        fact("Name", Cell::maybe(customer.name.as_deref())),
        fact("User name", Cell::maybe(customer.username.as_deref())),
        fact("Group", Cell::maybe(customer.group_name.as_deref())),
        fact("Wants news of releases", Cell::text(if customer.wants_news { "yes" } else { "no" })),
    ];
    facts.extend(holdings.facts());
    if let Some(company) = &company {
        facts.push(fact("Buys for", b2b_accounts::link(company, &base)));
    }
    facts.extend([
        fact("Since", Cell::time(Some(customer.created_at))),
        fact("History", Cell::link("Who changed it", format!("{base}/admin/audit?subject=customer&id={id}"))),
    ]);
    let mut sections = vec![
        Section { title: "Licences", table: licences },
        Section { title: "Orders", table: orders },
        Section { title: "Purchases", table: purchases },
    ];
    sections.extend(holdings.sections(&desk));
    sections.push(Section { title: "What happened", table: moments });
    sections.push(metafields::section(&desk, of, said_of_them));
    let thing = Thing {
        title: customer.email.clone(),
        ways: ways(&desk, id),
        deeds: customer_forms::deeds(&desk, id, &customer.email),
        about: Some(Cell::text(format!("customer {id}"))),
        facts,
        sections,
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

/// What can be done with a customer.
fn ways(desk: &Desk, id: i64) -> Vec<Way> {
    let mut ways = desk.ways(
        Scope::WriteCustomers,
        &[
            ("Change them", &format!("/admin/customers/{id}/edit")),
            ("Merge them", &format!("/admin/customers/{id}/merge")),
        ],
    );
    ways.extend(holdings::ways(desk, id));
    ways.extend(desk.ways(
        Scope::ReadCustomers,
        &[("All that is held on them", &format!("/admin/customers/{id}/export"))],
    ));
    ways.extend(metafields::ways(desk, (Resource::Customer, id)));
    ways
}
