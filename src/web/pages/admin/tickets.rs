//! Tickets: questions to the shop, and what is said to them.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};

use super::deed;
use super::desk::{Answer, Desk};
use super::list::{Filter, List};
use super::sheet::{Sheet, group};
use super::thing::Thing;
use crate::app::App;
use crate::base::error::Error;
use crate::domain::scope::Scope;
use crate::domain::ticket::{self, Draft, Status, Ticket};
use crate::domain::ticket_reply::{self, Reply};
use crate::web::fields::{Fields, text};
use crate::web::form::Form;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Deed, Row, Section, Table, Tone, fact};

/// Where they are.
const HERE: &str = "/admin/tickets";
/// What whoever changes them needs.
const SCOPE: Scope = Scope::WriteCustomers;
/// The word by which the list is narrowed to those that wait for the shop.
const WAITING: &str = "waiting";

/// `GET /admin/tickets`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let words: Vec<&str> =
        std::iter::once(WAITING).chain(Status::ALL.iter().map(|word| word.as_str())).collect();
    let filters = vec![
        Filter::words(&query, "status", "Status", &words),
        Filter::text(&query, "customer", "Customer's number"),
    ];
    let filter = ticket::Filter {
        status: filters[0].given().and_then(|word| word.parse().ok()),
        waits: filters[0].given().as_deref() == Some(WAITING),
        customer_id: filters[1].given().map(|id| id.parse().unwrap_or(0)),
    };
    let base = desk.base();
    let list = List {
        title: "Tickets",
        here: HERE,
        columns: &["Subject", "From", "Status", "Asked", "Last said"],
        empty: "There are no tickets here. A ticket is a question to the shop.",
        ways: desk.ways(SCOPE, &[("New ticket", "/admin/tickets/new")]),
        filters,
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = ticket::page(tx, shop, filter, start, (limit, 0))?;
        Ok(found.iter().map(|one| (one.id, row(one, &base))).collect())
    })
    .await
}

fn row(ticket: &Ticket, base: &str) -> Row {
    Row::from(vec![
        Cell::link(&ticket.subject, format!("{base}{HERE}/{}", ticket.id)),
        from(ticket, base),
        status(ticket.status),
        Cell::time(Some(ticket.created_at)),
        Cell::time(Some(ticket.updated_at)),
    ])
}

fn from(ticket: &Ticket, base: &str) -> Cell {
    match ticket.customer_id {
        Some(id) => Cell::link(&ticket.email, format!("{base}/admin/customers/{id}")),
        None => Cell::text(&ticket.email),
    }
}

fn status(status: Status) -> Cell {
    match status {
        Status::Open => Cell::badge("waits", Tone::Warn),
        Status::UserReply => Cell::badge("waits again", Tone::Warn),
        Status::Replied => Cell::badge(status.as_str(), Tone::Good),
        Status::Closed | Status::Solved => Cell::badge(status.as_str(), Tone::Plain),
    }
}

/// `GET /admin/tickets/{id}`
pub async fn show(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let (id, base) = (id.into_inner(), desk.base());
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (of, replies) =
        desk.read(move |tx, shop| Ok((ticket::get(tx, shop, id)?, ticket_reply::list(tx, id)?))).await?;
    let table = Table::new(
        &["When", "By", "What"],
        replies.iter().map(|reply| said(reply, &of)).collect(),
        "Nothing was said to it yet.",
    );
    let thing = Thing {
        title: format!("Ticket {id}"),
        about: Some(Cell::text(&of.subject)),
        ways: desk.ways(SCOPE, &[("Reply", &format!("{HERE}/{id}/reply"))]),
        deeds: deeds(&desk, &of),
        facts: vec![
            fact("Status", status(of.status)),
            fact("From", from(&of, &base)),
            fact("Question", Cell::text(&of.message)),
            fact("Asked", Cell::time(Some(of.created_at))),
            fact("Last said", Cell::time(Some(of.updated_at))),
            fact(
                "History",
                Cell::link("Who changed it", format!("{base}/admin/audit?subject=ticket&id={id}")),
            ),
        ],
        sections: vec![Section { title: "What was said", table }],
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

fn said(reply: &Reply, ticket: &Ticket) -> Row {
    Row::from(vec![
        Cell::time(Some(reply.created_at)),
        Cell::text(if reply.by_shop { "the shop" } else { &ticket.email }),
        Cell::text(&reply.message),
    ])
}

fn deeds(desk: &Desk, ticket: &Ticket) -> Vec<Deed> {
    if !desk.may(SCOPE) {
        return Vec::new();
    }
    let at = format!("{}{HERE}/{}", desk.base(), ticket.id);
    if ticket.status.is_over() {
        return vec![Deed::new("reopen", "Open it again", format!("{at}/reopen"))];
    }
    vec![
        Deed::new("solve", "It is solved", format!("{at}/solve")),
        Deed::new("close", "Close it", format!("{at}/close")).grave(),
    ]
}

/// `POST /admin/tickets/{id}/{deed}`
pub async fn act(req: HttpRequest, path: Path<(i64, String)>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(SCOPE)?;
    let (id, word) = path.into_inner();
    deed::act(&desk, &form, "ticket by page", move |tx, shop| {
        match word.as_str() {
            "solve" => ticket::set_status(tx, shop, id, Status::Solved),
            "close" => ticket::set_status(tx, shop, id, Status::Closed),
            "reopen" => ticket::reopen(tx, shop, id),
            _ => return Err(Error::not_found("there is no such deed")),
        }?;
        Ok(format!("{HERE}/{id}?done=saved"))
    })
    .await
}

fn new_sheet() -> Sheet {
    Sheet {
        title: "New ticket".to_owned(),
        lead: "A question that came in another way, such as by mail.",
        label: "Take it in",
        back: HERE.to_owned(),
        groups: vec![group(
            "",
            vec![
                Field::email("email", "Who asks").needed(),
                Field::line("subject", "Subject").needed(),
                Field::page("message", "Question").needed(),
            ],
        )],
        ..Sheet::default()
    }
}

fn read_new(fields: &mut Fields) -> Draft {
    let mut needed = |name| {
        let said = fields.get(name, text);
        fields.needed(name, said).unwrap_or_default()
    };
    Draft { email: needed("email"), subject: needed("subject"), message: needed("message") }
}

/// `GET /admin/tickets/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(SCOPE)?;
    new_sheet().show(&desk).await
}

/// `POST /admin/tickets/new`
pub async fn make(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(SCOPE)?;
    let sheet = new_sheet();
    let draft = sheet.read(&desk, &form, read_new).await?;
    sheet
        .make(&desk, &form, "ticket by page", move |tx, shop| {
            Ok(format!("{HERE}/{}?done=made", ticket::new(tx, shop, &draft)?.id))
        })
        .await
}

fn reply_sheet(id: i64) -> Sheet {
    Sheet {
        title: format!("Reply to ticket {id}"),
        label: "Reply",
        back: format!("{HERE}/{id}"),
        groups: vec![group("", vec![Field::page("message", "What the shop says").needed()])],
        ..Sheet::default()
    }
}

fn read_reply(fields: &mut Fields) -> String {
    let message = fields.get("message", text);
    fields.needed("message", message).unwrap_or_default()
}

/// `GET /admin/tickets/{id}/reply`
pub async fn ask_reply(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(SCOPE)?;
    let id = id.into_inner();
    desk.read(move |tx, shop| ticket::get(tx, shop, id)).await?;
    reply_sheet(id).show(&desk).await
}

/// `POST /admin/tickets/{id}/reply`
pub async fn reply(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(SCOPE)?;
    let id = id.into_inner();
    let sheet = reply_sheet(id);
    let message = sheet.read(&desk, &form, read_reply).await?;
    sheet
        .make(&desk, &form, "reply by page", move |tx, shop| {
            ticket_reply::new(tx, shop, id, true, &message)?;
            Ok(format!("{HERE}/{id}?done=saved"))
        })
        .await
}
