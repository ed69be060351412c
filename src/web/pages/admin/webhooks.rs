//! Webhook endpoints, and how their deliveries went.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};

use super::deed;
use super::desk::{Answer, Desk};
use super::list::List;
use super::thing::Thing;
use super::webhook_form;
use crate::app::App;
use crate::domain::scope::Scope;
use crate::domain::webhook::{self, Webhook};
use crate::domain::webhook_delivery::{self as delivery, Delivery, Status};
use crate::domain::webhook_dialect::Dialect;
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Deed, Row, Section, Table, Tone, Way, fact, is_cut};

/// Deliveries that an endpoint's page shows.
const DELIVERIES: i64 = 50;
/// Of every list of deliveries.
const LOG: &[&str] = &["#Delivery", "#Event", "Status", "#Tries", "#Answer", "Said", "Tried", "Next", ""];
const SENT_NOTHING: &str = "Nothing was sent there yet.";

/// `GET /admin/webhooks`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::Webhooks)?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let base = desk.base();
    let list = List {
        title: "Webhooks",
        here: "/admin/webhooks",
        columns: &["Endpoint", "Status", "Format", "Events", "Failing since", "Made"],
        empty: "Nobody is told of events. Make one: your own server is told of what happens here.",
        filters: Vec::new(),
        ways: desk.ways(Scope::Webhooks, &[("New webhook", "/admin/webhooks/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = webhook::list(tx, shop, start, limit)?;
        Ok(found.iter().map(|webhook| (webhook.id, row(webhook, &base))).collect())
    })
    .await
}

fn row(webhook: &Webhook, base: &str) -> Row {
    Row::from(vec![
        Cell::link(&webhook.url, format!("{base}/admin/webhooks/{}", webhook.id)),
        status(webhook),
        format(webhook),
        events(webhook),
        Cell::time(webhook.failing_since),
        Cell::time(Some(webhook.created_at)),
    ])
}

fn status(webhook: &Webhook) -> Cell {
    match (webhook.is_on, webhook.failing_since) {
        (false, _) => Cell::badge("off", Tone::Bad),
        (true, Some(_)) => Cell::badge("failing", Tone::Warn),
        (true, None) => Cell::badge("on", Tone::Good),
    }
}

/// How deliveries are signed: by a format of the platform, or as the dialect does.
fn format(webhook: &Webhook) -> Cell {
    Cell::text(match webhook.dialect {
        Dialect::Platform => webhook.format.as_str(),
        Dialect::Shopvo | Dialect::Shopkit | Dialect::Shoppy => webhook.dialect.as_str(),
    })
}

fn events(webhook: &Webhook) -> Cell {
    Cell::text(if webhook.events.is_empty() { "all".to_owned() } else { webhook.events.join(", ") })
}

/// `GET /admin/webhooks/{id}`
pub async fn show(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::Webhooks)?;
    let (id, query) = (id.into_inner(), Form::read(req.query_string()).unwrap_or_default());
    let (webhook, mut deliveries) = desk
        .read(move |tx, shop| {
            Ok((webhook::get(tx, shop, id)?, delivery::list(tx, id, None, DELIVERIES + 1)?))
        })
        .await?;
    let base = desk.base();
    let test = Deed::new("test", "Send a test event", format!("{base}/admin/webhooks/{id}/test"));
    let mut deeds = if webhook.is_on { vec![test] } else { Vec::new() };
    deeds.extend(webhook_form::deeds(&desk, &webhook));
    let has_more = is_cut(&mut deliveries, DELIVERIES);
    let rows = deliveries.iter().map(|one| delivery_row(one, &webhook, &base)).collect();
    let table = Table::new(LOG, rows, SENT_NOTHING)
        .going_on(has_more, format!("{base}/admin/webhooks/{id}/deliveries"));
    let thing = Thing {
        title: webhook.url.clone(),
        about: Some(Cell::text(format!("endpoint {id}"))),
        facts: vec![
            fact("Status", status(&webhook)),
            fact("Switched off because", Cell::maybe(webhook.off_reason.as_deref())),
            fact("Failing since", Cell::time(webhook.failing_since)),
            fact("Dialect", Cell::text(webhook.dialect.as_str())),
            fact("Format", format(&webhook)),
            fact("Events", events(&webhook)),
            fact("Made", Cell::time(Some(webhook.created_at))),
            fact(
                "History",
                Cell::link("Who changed it", format!("{base}/admin/audit?subject=webhook&id={id}")),
            ),
        ],
        sections: vec![Section { title: "Deliveries", table }],
        ways: webhook_form::ways(&desk, &webhook),
        deeds,
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

/// `GET /admin/webhooks/{id}/deliveries`
pub async fn deliveries(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::Webhooks)?;
    let (id, base) = (id.into_inner(), desk.base());
    let query = Form::read(req.query_string()).unwrap_or_default();
    let list = List {
        title: "Deliveries",
        here: "/admin/webhooks",
        below: format!("/{id}/deliveries"),
        columns: LOG,
        empty: SENT_NOTHING,
        ways: vec![Way { label: "Its endpoint", href: format!("{base}/admin/webhooks/{id}") }],
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let webhook = webhook::get(tx, shop, id)?;
        let found = delivery::list(tx, id, start, limit)?;
        Ok(found.iter().map(|one| (one.id, delivery_row(one, &webhook, &base))).collect())
    })
    .await
}

fn delivery_row(one: &Delivery, webhook: &Webhook, base: &str) -> Row {
    let tone = match one.status {
        Status::Delivered => Tone::Good,
        Status::Pending => Tone::Warn,
        Status::Failed => Tone::Bad,
    };
    let again = Deed {
        id: "again",
        label: "Send again",
        action: format!("{base}/admin/webhooks/{}/deliveries/{}/again", webhook.id, one.id),
        is_grave: false,
        typed: None,
    };
    Row::from(vec![
        Cell::Count { n: one.id },
        Cell::Count { n: one.event_id },
        Cell::badge(one.status.as_str(), tone),
        Cell::Count { n: one.attempts },
        one.http_status.map_or(Cell::None, |status| Cell::Count { n: status }),
        Cell::maybe(one.said.as_deref()),
        Cell::time(one.tried_at),
        Cell::time(one.due_at),
    ])
    .with((webhook.is_on && one.status != Status::Pending).then_some(again))
}

/// `POST /admin/webhooks/{id}/test`
pub async fn test(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::Webhooks)?;
    let id = id.into_inner();
    deed::act(&desk, &form, "webhook tested by page", move |tx, shop| {
        delivery::test(tx, shop, id)?;
        Ok(format!("/admin/webhooks/{id}?done=tested"))
    })
    .await
}

/// `POST /admin/webhooks/{id}/deliveries/{delivery_id}/again`
pub async fn again(req: HttpRequest, path: Path<(i64, i64)>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::Webhooks)?;
    let (id, delivery_id) = path.into_inner();
    deed::act(&desk, &form, "redelivered by page", move |tx, shop| {
        delivery::redeliver(tx, shop, delivery_id)?;
        Ok(format!("/admin/webhooks/{id}?done=again"))
    })
    .await
}
