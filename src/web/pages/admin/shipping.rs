//! Ways of shipping: how orders are sent, and what that costs where.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::deed;
use super::desk::{Answer, Desk};
use super::list::List;
use super::sheet::{Sheet, group};
use super::thing;
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::scope::Scope;
use crate::domain::shipping::{self, Band, Change, Method};
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::store::list::Start;
use crate::web::fields::{Fields, int, switch, text, texts};
use crate::web::form::Form;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Deed, Row, Tone};

const HERE: &str = "/admin/shipping";

/// `GET /admin/shipping`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (base, may) = (desk.base(), desk.may(Scope::WriteOrders));
    let columns: &[&str] = &["Title", "Offered", "Currency", "What it costs", ""];
    let list = List {
        title: "Shipping",
        here: HERE,
        columns: if may { columns } else { &columns[..4] },
        empty: "Nothing is shipped yet. A way of shipping says what parcels cost, by country, weight and worth.",
        ways: desk.ways(Scope::WriteOrders, &[("New way of shipping", "/admin/shipping/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, _| {
        // There are few: all of them are one page.
        let found = if matches!(start, Start::Newest | Start::After(0)) {
            shipping::list(tx, shop)?
        } else {
            Vec::new()
        };
        Ok(found.iter().map(|one| (one.id, row(one, &base, may))).collect())
    })
    .await
}

fn row(method: &Method, base: &str, may: bool) -> Row {
    let edit = format!("{base}{HERE}/{}/edit", method.id);
    let title = if may { Cell::link(&method.title, edit) } else { Cell::text(&method.title) };
    let (word, tone) = if method.is_on { ("on", Tone::Good) } else { ("off", Tone::Plain) };
    let bands: Vec<String> = method.bands.iter().map(Band::to_string).collect();
    Row::from(vec![
        title,
        Cell::badge(word, tone),
        Cell::text(&method.currency),
        Cell::text(bands.join(", ")),
    ])
    .with(may.then(|| deletion(method.id, &format!("{base}{HERE}"))))
}

fn deletion(id: i64, here: &str) -> Deed {
    Deed::new("delete", "Delete", format!("{here}/{id}/delete")).grave()
}

fn sheet(is_new: bool) -> Sheet {
    let bands = "One a line: a country's three letters or any, and a price in minor units, as in PRT=500; with grams and what the lines are worth, as in any:0-2000:5900-=0.";
    Sheet {
        title: if is_new { "New way of shipping" } else { "Change the way of shipping" }.to_owned(),
        label: if is_new { "Make it" } else { "Save" },
        back: HERE.to_owned(),
        groups: vec![group(
            "",
            vec![
                Field::line("title", "Title").needed(),
                Field::page("description", "Description").at_most(2_000),
                Field::line("currency", "Currency").or_unsaid().hint("Of its prices. Empty: the shop's."),
                Field::percent("tax_bp", "Tax on top"),
                Field::switch("is_on", "It is offered"),
                Field::lines("bands", "What it costs").hint(bands),
            ],
        )],
        ..Sheet::default()
    }
}

fn read(fields: &mut Fields) -> Change {
    let bands = |value| -> std::result::Result<Vec<Band>, String> {
        let lines = texts(value)?;
        let lines = lines.iter().filter(|line| !line.trim().is_empty());
        lines.map(|line| line.parse().map_err(|e: Error| e.message)).collect()
    };
    Change {
        title: fields.get("title", text),
        description: fields.get("description", text),
        currency: fields.get("currency", text),
        tax_bp: fields.get("tax_bp", int),
        is_on: fields.get("is_on", switch),
        bands: fields.get("bands", bands),
    }
}

fn now(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Value> {
    let method = shipping::get(tx, shop, id)?;
    let bands: Vec<String> = method.bands.iter().map(Band::to_string).collect();
    let mut now = json!(method);
    now["bands"] = bands.into();
    Ok(now)
}

/// An error of a band, at the one field of all of them.
fn flat(e: Error) -> Error {
    let is_of_band = e.field().is_some_and(|field| field.starts_with("bands"));
    if is_of_band { Error::invalid(e.message).about("bands") } else { e }
}

/// `GET /admin/shipping/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    sheet(true).filled(&json!({"is_on": true, "tax_bp": 0})).show(&desk).await
}

/// `POST /admin/shipping/new`
pub async fn make(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let sheet = sheet(true);
    let change = sheet.read(&desk, &form, read).await?;
    sheet
        .make(&desk, &form, "shipping by page", move |tx, shop| {
            shipping::new(tx, shop, &change).map_err(flat)?;
            Ok(format!("{HERE}?done=made"))
        })
        .await
}

/// `GET /admin/shipping/{id}/edit`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    let json = desk.read(move |tx, shop| now(tx, shop, id)).await?;
    sheet(false).filled(&json).show(&desk).await
}

/// `POST /admin/shipping/{id}/edit`
pub async fn change(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    let sheet = sheet(false);
    let change = sheet.read(&desk, &form, read).await?;
    sheet
        .change(
            &desk,
            &form,
            "shipping by page",
            move |tx, shop| now(tx, shop, id),
            move |tx, shop| shipping::set(tx, shop, id, &change).map(|_| ()).map_err(flat),
        )
        .await
}

/// `POST /admin/shipping/{id}/delete`
pub async fn delete(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let id = id.into_inner();
    let title = desk.read(move |tx, shop| Ok(shipping::get(tx, shop, id)?.title)).await?;
    let here = format!("{}{HERE}", desk.base());
    let asking = deletion(id, &here).typing(title);
    if let Some(asked) = thing::unless_typed(&desk, &form, "Delete a way of shipping", &here, asking).await? {
        return Ok(asked);
    }
    deed::act(&desk, &form, "shipping deleted by page", move |tx, shop| {
        shipping::delete(tx, shop, id)?;
        Ok(format!("{HERE}?done=deleted"))
    })
    .await
}
