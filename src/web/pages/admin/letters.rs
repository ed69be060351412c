//! Letters: what was mailed to whom, what waits, and what was given up.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};

use super::bulk::{self, Bulk, Rows};
use super::deed;
use super::desk::{Answer, Desk};
use super::list::{Filter, List};
use crate::app::App;
use crate::domain::mail::{self, Mail, Status};
use crate::domain::scope::Scope;
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Deed, Row, Tone};

/// What can be done to several.
pub const ROWS: Rows = Rows {
    here: "/admin/mail",
    one: "letter",
    many: "letters",
    scope: Scope::WriteCustomers,
    deeds: &[Bulk {
        word: "again",
        label: "Send again",
        done: "queued to be sent again",
        is_grave: false,
        is_final: false,
    }],
    act: |tx, shop, _, id| mail::again(tx, shop, bulk::number(id)?).map(|_| ()),
};

/// `GET /admin/mail`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let words: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
    let filters = vec![Filter::words(&query, "status", "Status", &words)];
    let status: Option<Status> = filters[0].given().and_then(|word| word.parse().ok());
    let (base, may) = (desk.base(), desk.may(Scope::WriteCustomers));
    let columns: &[&str] = &["Letter", "To", "Status", "#Tries", "Said", "Written", "Next try", "Ended", ""];
    let list = List {
        title: "Mail",
        here: ROWS.here,
        rows: Some(&ROWS),
        columns: if may { columns } else { &columns[..8] },
        empty: "No letter was written yet. Settings mail_from and mail_server say how: keywright mail test you@example.com",
        filters,
        ways: Vec::new(),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = mail::list(tx, shop, status, start, limit)?;
        Ok(found.iter().map(|letter| (letter.id, row(letter, &base, may).ticked(letter.id))).collect())
    })
    .await
}

fn row(letter: &Mail, base: &str, may: bool) -> Row {
    let tone = match letter.status {
        Status::Sent => Tone::Good,
        Status::Failed => Tone::Bad,
        Status::Pending => Tone::Warn,
    };
    let to = match letter.customer_id {
        Some(id) => Cell::link(&letter.recipient, format!("{base}/admin/customers/{id}")),
        None => Cell::text(&letter.recipient),
    };
    let again = Deed {
        id: "again",
        label: "Send again",
        action: format!("{base}/admin/mail/{}/again", letter.id),
        is_grave: false,
        typed: None,
    };
    Row::from(vec![
        Cell::text(letter.template.as_str().replace('_', " ")),
        to,
        Cell::badge(letter.status.as_str(), tone),
        Cell::Count { n: letter.attempts },
        Cell::maybe(letter.said.as_deref()),
        Cell::time(Some(letter.created_at)),
        Cell::time(letter.due_at),
        Cell::time(letter.ended_at),
    ])
    .with(may.then_some(again))
}

/// `POST /admin/mail/{id}/again`
pub async fn again(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteCustomers)?;
    let id = id.into_inner();
    deed::act(&desk, &form, "letter again by page", move |tx, shop| {
        mail::again(tx, shop, id)?;
        Ok(ROWS.here.to_owned())
    })
    .await
}
