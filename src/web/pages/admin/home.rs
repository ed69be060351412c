//! Home: how the business stands, and what wants to be looked at.

use actix_web::HttpRequest;
use actix_web::web::Data;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::desk::{Answer, Desk};
use crate::app::App;
use crate::base::time::{HOUR, Millis, rfc3339};
use crate::domain::findings::{self, Amiss};
use crate::domain::period::Asked;
use crate::domain::person::Role;
use crate::domain::scope::Scope;
use crate::domain::summary::{self, Summary};
use crate::domain::versions::{self, Versions};
use crate::domain::{backup, catalogue, mail, review_list, ticket, webhook};
use crate::web::pages::chart;
use crate::web::pages::parts::{Cell, Row, Table, Way};

/// Versions that are told.
const VERSIONS: usize = 12;

#[derive(Serialize)]
struct Tile {
    label: String,
    cell: Cell,
    about: String,
}

fn tile(label: &str, n: i64, about: impl Into<String>) -> Tile {
    Tile { label: label.to_owned(), cell: Cell::Count { n }, about: about.into() }
}

/// What wants to be looked at, and where.
#[derive(Serialize)]
struct Worry {
    says: String,
    href: Option<String>,
    label: &'static str,
}

/// The same, with its way where somebody may go it.
fn worry(says: String, way: Option<Way>) -> Worry {
    let (label, href) = way.map_or(("", None), |way| (way.label, Some(way.href)));
    Worry { says, href, label }
}

fn amiss(one: Amiss) -> String {
    match one {
        Amiss::Failed { at, why } => format!("At {} no backup could be made: {why}", rfc3339(at)),
        Amiss::Never => "There is no backup yet".to_owned(),
        Amiss::Late { at, .. } => format!("The last backup is long ago: {}", rfc3339(at)),
    }
}

/// `GET /admin`
pub async fn show(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let every = app.config.backup_every_hours;
    let (summary, letters, products, endpoints, field, backups, (waiting, questions)) = desk
        .read(move |tx, shop| {
            let field = versions::versions(tx, shop, &Asked::default())?;
            let products = catalogue::list(tx, shop, &catalogue::Filter::default(), None, 1)?;
            let endpoints = webhook::list(tx, shop, None, i64::MAX)?;
            let now = tx.now();
            let standing = backup::standing(tx)?;
            let backups = (standing.clone(), findings::amiss(&standing, now, every));
            let asked = ticket::Filter { waits: true, ..ticket::Filter::default() };
            let waiting = (review_list::waiting(tx, shop)?, ticket::count(tx, shop, asked)?);
            Ok((
                summary::summary(tx, shop)?,
                mail::standing(tx)?,
                products,
                endpoints,
                field,
                backups,
                waiting,
            ))
        })
        .await?;
    let to = |scope, label, path: &str| desk.ways(scope, &[(label, path)]).pop();
    let mut worries = Vec::new();
    let troubled = endpoints.iter().filter(|one| !one.is_on || one.failing_since.is_some()).count();
    if troubled > 0 {
        let (endpoints, are) = if troubled == 1 { ("endpoint", "is") } else { ("endpoints", "are") };
        let says = format!("{troubled} webhook {endpoints} {are} failing or switched off");
        worries.push(worry(says, to(Scope::Webhooks, "look at them", "/admin/webhooks")));
    }
    if letters.failed > 0 {
        let letter = if letters.failed == 1 { "letter was" } else { "letters were" };
        let says = format!("{} {letter} given up within a day", letters.failed);
        worries.push(worry(says, to(Scope::ReadCustomers, "see why", "/admin/mail?status=failed")));
    }
    if questions > 0 {
        let says = format!(
            "{questions} {} for an answer",
            if questions == 1 { "question waits" } else { "questions wait" }
        );
        worries.push(worry(says, to(Scope::WriteCustomers, "read them", "/admin/tickets?status=waiting")));
    }
    if waiting > 0 {
        let says = format!(
            "{waiting} {} to be looked at",
            if waiting == 1 { "review waits" } else { "reviews wait" }
        );
        worries.push(worry(says, to(Scope::ReadProducts, "read them", "/admin/reviews?status=pending")));
    }
    let (backups, found) = backups;
    // A shop without any is new, or says so in its tile.
    if desk.person.role == Role::Owner && backups.last_at.or(backups.failed_at).is_some() {
        let there = || to(Scope::WriteAccount, "make one", "/admin/settings/backups");
        worries.extend(found.into_iter().map(|one| worry(amiss(one), there())));
    }
    let period = &summary.calls.period;
    let zone = period.zone_name();
    let mut charts: Vec<_> = [("activate", "Activations a day"), ("check", "Checks a day")]
        .iter()
        .filter_map(|(name, title)| {
            let place = summary.calls.names.iter().position(|known| known == name)?;
            Some(chart::days(*title, &period.starts, &summary.calls.of(place), zone))
        })
        .collect();
    let refused = &summary.errors;
    charts.push(chart::kinds(
        "Calls that were refused a day, by their codes",
        &period.starts,
        &refused.names,
        &refused.counts,
        zone,
    ));
    charts.push(chart::heat("Licences that end within 30 days", summary.at, &summary.ends, zone));
    let values = context! {
        worries => Serde(worries),
        is_new => products.is_empty(),
        tiles => Serde(tiles(&summary, backups.last_at)),
        charts => Serde(charts),
        errors => Serde(errors(&summary)),
        field => Serde(in_the_field(&field, VERSIONS, "No app has asked for updates within 30 days.")),
    };
    desk.page("admin/home.html", "Home", values).await
}

fn tiles(summary: &Summary, last_backup: Option<Millis>) -> Vec<Tile> {
    let sums = summary::SPANS.map(|(_, days)| summary.calls.last(days));
    let of = |name: &str| {
        let place = summary.calls.names.iter().position(|known| known == name).unwrap_or_default();
        [0, 1, 2].map(|span: usize| sums[span][place])
    };
    let [today, week, month] = of("activate");
    let mut all = vec![
        tile("Activations today", today, format!("{week} in 7 days, {month} in 30")),
        tile("Licences that work", summary.active, format!("{} end within 30 days", summary.expiring)),
        tile("Customers", summary.customers, String::new()),
    ];
    for (currency, income) in summary.revenue.last(30) {
        all.push(Tile {
            label: "Revenue in 30 days".to_owned(),
            cell: Cell::money(income.net(), currency),
            about: format!("{} orders", income.orders),
        });
    }
    all.push(Tile {
        label: "Last backup".to_owned(),
        cell: last_backup.map_or_else(|| Cell::text("none yet"), |at| Cell::Time { at }),
        about: String::new(),
    });
    all
}

/// The versions that ask most for updates.
pub fn in_the_field(field: &Versions, most: usize, empty: &'static str) -> Table {
    let row = |one: &versions::Row| {
        Row::from(vec![
            Cell::text(&one.product),
            Cell::text(&one.version),
            Cell::Count { n: one.checks },
            Cell::text(format!("{} %", (one.share_bp + 50) / 100)),
        ])
    };
    Table::new(
        &["Product", "Version", "#Update checks", "#Share"],
        field.rows.iter().take(most).map(row).collect(),
        empty,
    )
}

fn errors(summary: &Summary) -> Table {
    let rows = summary.newest.iter().map(|error| {
        let product =
            if error.product_id == 0 { Cell::None } else { Cell::text(error.product_id.to_string()) };
        Row::from(vec![
            Cell::Time { at: error.hour * HOUR },
            Cell::text(&error.code),
            product,
            Cell::Count { n: error.count },
        ])
    });
    Table::new(&["Hour", "Code", "Product", "#Times"], rows.collect(), "No app was refused anything today.")
}
