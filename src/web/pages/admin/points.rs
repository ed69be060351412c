//! Points of a customer: what came and went, and a form for more.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::json;

use super::desk::{Answer, Desk};
use super::gift_cards::order;
use super::list::{List, cut};
use super::sheet::{Sheet, group};
use crate::app::App;
use crate::domain::customer;
use crate::domain::loyalty::{self, Entry, TOO_FEW};
use crate::domain::scope::Scope;
use crate::web::fields::{Fields, int, text};
use crate::web::form::Form;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Row, Way};

/// Of every list of entries.
pub const COLUMNS: &[&str] = &["When", "#Points", "Note", "Order"];

/// The words of the form.
const AWARD: &str = "award";
const TAKE: &str = "take";

/// `GET /admin/customers/{id}/points`
pub async fn list(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (id, base) = (id.into_inner(), desk.base());
    desk.read(move |tx, shop| customer::get(tx, shop, id)).await?;
    let list = List {
        title: "Points",
        here: "/admin/customers",
        below: format!("/{id}/points"),
        columns: COLUMNS,
        empty: "This customer never had points.",
        ways: ways(&desk, id),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, _, start, limit| {
        let found = cut(loyalty::entries(tx, id, i64::MAX)?, start, limit, |entry| entry.id);
        Ok(found.iter().map(|entry| (entry.id, row(entry, &base))).collect())
    })
    .await
}

fn ways(desk: &Desk, id: i64) -> Vec<Way> {
    let mut all = desk
        .ways(Scope::WriteOrders, &[("Give or take points", &format!("/admin/customers/{id}/points/new"))]);
    all.extend(desk.ways(Scope::ReadCustomers, &[("The customer", &format!("/admin/customers/{id}"))]));
    all
}

/// An entry in a list.
pub fn row(entry: &Entry, base: &str) -> Row {
    Row::from(vec![
        Cell::time(Some(entry.created_at)),
        Cell::Count { n: entry.delta },
        Cell::maybe(entry.note.as_deref()),
        order(entry.order_id, base),
    ])
}

/// What is given or taken.
struct Change {
    takes: bool,
    points: i64,
    note: Option<String>,
    order_id: Option<i64>,
}

async fn sheet(desk: &Desk, id: i64) -> Result<Sheet, actix_web::Error> {
    let email = desk.read(move |tx, shop| Ok(customer::get(tx, shop, id)?.email)).await?;
    Ok(Sheet {
        title: format!("Points of {email}"),
        label: "Do it",
        back: format!("/admin/customers/{id}"),
        groups: vec![group(
            "",
            vec![
                Field::choice("direction", "Give or take", [(AWARD, "Give"), (TAKE, "Take")])
                    .hint("What is taken leaves the tier as it is."),
                Field::number("points", "Points").needed(),
                Field::line("note", "Note").or_unsaid().hint("Why: for yourselves."),
                Field::number("order_id", "Order's number").or_unsaid().hint("Where it is about one."),
            ],
        )],
        ..Sheet::default()
    })
}

fn read(fields: &mut Fields) -> Change {
    let points = fields.get("points", int);
    let direction = fields.get("direction", |value| match text(value)?.as_str() {
        AWARD => Ok(false),
        TAKE => Ok(true),
        _ => Err(format!("may be {AWARD} or {TAKE}")),
    });
    Change {
        takes: fields.needed("direction", direction).unwrap_or_default(),
        points: fields.needed("points", points).unwrap_or_default(),
        note: fields.get("note", text),
        order_id: fields.get("order_id", int),
    }
}

/// `GET /admin/customers/{id}/points/new`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    sheet(&desk, id.into_inner()).await?.filled(&json!({"direction": AWARD})).show(&desk).await
}

/// `POST /admin/customers/{id}/points/new`
pub async fn change(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    let sheet = sheet(&desk, id).await?;
    let Change { takes, points, note, order_id } = sheet.read(&desk, &form, read).await?;
    sheet
        .make(&desk, &form, "points by page", move |tx, shop| {
            let act = if takes { loyalty::take } else { loyalty::award };
            act(tx, shop, id, points, note.as_deref(), order_id)
                .map_err(|e| e.on_field(TOO_FEW, "points").on_field("too_many", "points"))?;
            Ok(format!("/admin/customers/{id}?done=saved"))
        })
        .await
}
