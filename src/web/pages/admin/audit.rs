//! The audit log.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::desk::{Answer, Desk};
use super::list::{Filter, List};
use super::thing::Thing;
use crate::app::App;
use crate::domain::audit::subjects;
use crate::domain::audit_log::{self, Entry};
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Row, Section, Table, fact};

/// `GET /admin/audit`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let filters = vec![
        Filter::words(&query, "subject", "Kind of thing", &subjects()),
        Filter::text(&query, "id", "Its number"),
        Filter::text(&query, "actor", "By whom"),
    ];
    let filter = audit_log::Filter {
        subject: filters[0].given().and_then(|word| crate::domain::audit::subject(&word).ok()),
        subject_id: filters[1].given(),
        actor: filters[2].given(),
        ..audit_log::Filter::default()
    };
    let base = desk.base();
    let list = List {
        title: "Audit log",
        here: "/admin/audit",
        columns: &["When", "What", "Of", "By", "From"],
        empty: "Nothing was changed yet.",
        filters,
        ways: Vec::new(),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = audit_log::list(tx, shop, &filter, start, limit)?;
        Ok(found.iter().map(|entry| (entry.id, row(entry, &base))).collect())
    })
    .await
}

fn row(entry: &Entry, base: &str) -> Row {
    Row::from(vec![
        Cell::time(Some(entry.created_at)),
        Cell::link(entry.action.as_str(), format!("{base}/admin/audit/{}", entry.id)),
        Cell::text(format!("{} {}", entry.subject.replace('_', " "), entry.subject_id)),
        by(entry),
        Cell::maybe(entry.address.as_deref()),
    ])
}

fn by(entry: &Entry) -> Cell {
    Cell::text(format!("{} {}", entry.actor_kind.as_str().replace('_', " "), entry.actor))
}

/// `GET /admin/audit/{id}`
pub async fn show(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let id = id.into_inner();
    let entry = desk.read(move |tx, shop| audit_log::get(tx, shop, id)).await?;
    let (old, new) = (fields(entry.old.as_deref()), fields(entry.new.as_deref()));
    let mut names: Vec<&String> = old.keys().collect();
    names.extend(new.keys().filter(|name| !old.contains_key(*name)));
    let rows = names.into_iter().map(|name| {
        Row::from(vec![Cell::text(name.replace('_', " ")), value(old.get(name)), value(new.get(name))])
    });
    let fields = Table::new(&["Field", "Before", "After"], rows.collect(), "Nothing more is told of it.");
    let thing = Thing {
        title: entry.action.as_str().to_owned(),
        about: Some(Cell::time(Some(entry.created_at))),
        facts: vec![
            fact("Of", Cell::text(format!("{} {}", entry.subject.replace('_', " "), entry.subject_id))),
            fact("By", by(&entry)),
            fact("From", Cell::maybe(entry.address.as_deref())),
            fact("Request", Cell::maybe(entry.request_id.as_deref())),
        ],
        sections: vec![Section { title: "What was changed", table: fields }],
        ..Thing::default()
    };
    thing.show(&desk, &Form::default()).await
}

fn fields(told: Option<&RawValue>) -> Map<String, Value> {
    told.and_then(|told| serde_json::from_str(told.get()).ok()).unwrap_or_default()
}

fn value(of: Option<&Value>) -> Cell {
    match of {
        None | Some(Value::Null) => Cell::None,
        Some(Value::String(text)) => Cell::maybe(Some(text)),
        Some(other) => Cell::code(other.to_string()),
    }
}
