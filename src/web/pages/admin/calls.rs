//! The request log: calls of the platform API, where it is kept.

use actix_web::HttpRequest;
use actix_web::web::Data;

use super::desk::{Answer, Desk};
use super::list::{Filter, List};
use crate::app::App;
use crate::domain::request_log::{self, Entry};
use crate::domain::scope::Scope;
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Row, Tone};

/// `GET /admin/requests`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::ReadAccount)?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let filters = vec![
        Filter::text(&query, "status", "Status"),
        Filter::text(&query, "route", "Route"),
        Filter::text(&query, "by", "Key or app"),
    ];
    let filter = request_log::Filter {
        // What is no number is the status of none.
        status: filters[0].given().map(|status| status.parse().unwrap_or(0)),
        route: filters[1].given(),
        credential: filters[2].given(),
        ..request_log::Filter::default()
    };
    let list = List {
        title: "Requests",
        here: "/admin/requests",
        columns: &["When", "Call", "#Status", "Code", "By", "From", "#Microseconds", "Request"],
        empty: "No call is noted. The setting request_log_days says for how long they are kept; 0, the default, keeps none.",
        filters,
        ways: Vec::new(),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = request_log::list(tx, shop, &filter, start, limit)?;
        Ok(found.iter().map(|entry| (entry.id, row(entry))).collect())
    })
    .await
}

fn row(entry: &Entry) -> Row {
    let tone = match entry.status {
        500.. => Tone::Bad,
        400.. => Tone::Warn,
        _ => Tone::Good,
    };
    Row::from(vec![
        Cell::time(Some(entry.created_at)),
        Cell::code(format!("{} {}", entry.method, entry.route)),
        Cell::badge(&entry.status.to_string(), tone),
        Cell::maybe(entry.code.as_deref()),
        Cell::maybe(Some(&entry.credential)),
        Cell::text(&entry.address),
        Cell::Count { n: entry.took },
        Cell::code(&entry.request_id),
    ])
}
