//! Gift cards: those there are, and what came onto each and went off it.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};

use super::deed;
use super::desk::{Answer, Desk};
use super::list::{Filter, List};
use super::thing::Thing;
use crate::app::App;
use crate::base::text::last4;
use crate::base::time::Millis;
use crate::domain::customer;
use crate::domain::gift_card::{self, GiftCard, Status};
use crate::domain::gift_card_entry::{self, Entry};
use crate::domain::scope::Scope;
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Deed, Row, Section, Table, Tone, fact, is_cut};

pub const HERE: &str = "/admin/gift-cards";

/// Of every list of gift cards.
pub const COLUMNS: &[&str] = &["#Card", "Code", "#Left", "#Of", "Status", "Issued", "Ends"];

/// Entries that a card's page shows.
const SHOWN: i64 = 200;

/// `GET /admin/gift-cards`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let words: Vec<&str> = Status::ALL.iter().map(|word| word.as_str()).collect();
    let filters = vec![
        Filter::words(&query, "status", "Status", &words),
        Filter::text(&query, "code", "Code"),
        Filter::text(&query, "customer", "Customer's number"),
    ];
    let filter = gift_card::Filter {
        status: filters[0].given().and_then(|word| word.parse().ok()),
        code: filters[1].given(),
        customer_id: filters[2].given().map(|id| id.parse().unwrap_or(0)),
    };
    let (base, may) = (desk.base(), may_spend(&desk));
    let list = List {
        title: "Gift cards",
        here: HERE,
        columns: COLUMNS,
        empty: "There are no gift cards here. A gift card is a code with money on it.",
        filters,
        ways: desk.ways(Scope::WriteOrders, &[("Issue a gift card", "/admin/gift-cards/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let now = tx.now();
        let found = gift_card::list(tx, shop, &filter, start, (limit, 0))?;
        Ok(found.iter().map(|card| (card.id, row(card, now, may, &base))).collect())
    })
    .await
}

/// Whether somebody may see what a card is spent by.
pub fn may_spend(desk: &Desk) -> bool {
    desk.may(Scope::WriteOrders)
}

/// A card in a list; its code in full for those who may spend it.
pub fn row(card: &GiftCard, now: Millis, may_spend: bool, base: &str) -> Row {
    Row::from(vec![
        Cell::link(card.id.to_string(), format!("{base}{HERE}/{}", card.id)),
        code(card, may_spend),
        Cell::money(card.balance_minor, &card.currency),
        Cell::money(card.initial_minor, &card.currency),
        status(card.status(now)),
        Cell::time(Some(card.created_at)),
        ends(card),
    ])
}

/// Whoever has the code has the money.
fn code(card: &GiftCard, may_spend: bool) -> Cell {
    if may_spend { Cell::code(&card.code) } else { Cell::text(format!("…{}", last4(&card.code))) }
}

fn status(status: Status) -> Cell {
    let tone = match status {
        Status::Active => Tone::Good,
        Status::Redeemed => Tone::Plain,
        Status::Expired => Tone::Warn,
        Status::Void => Tone::Bad,
    };
    Cell::badge(status.as_str(), tone)
}

fn ends(card: &GiftCard) -> Cell {
    card.expires_at.map_or(Cell::text("never"), |at| Cell::Time { at })
}

/// `GET /admin/gift-cards/{id}`
pub async fn show(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let (id, base) = (id.into_inner(), desk.base());
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (card, of, mut entries, now) = desk
        .read(move |tx, shop| {
            let card = gift_card::get(tx, shop, id)?;
            let of = card.customer_id.map(|id| customer::get(tx, shop, id)).transpose()?;
            Ok((card, of, gift_card_entry::entries(tx, id, SHOWN + 1)?, tx.now()))
        })
        .await?;
    let has_more = is_cut(&mut entries, SHOWN);
    let whose = of.map(|of| Cell::link(of.email, format!("{base}/admin/customers/{}", of.id)));
    let table = Table::new(
        &["When", "#Amount", "Order"],
        entries.iter().map(|one| entry(one, &card.currency, &base)).collect(),
        "Nothing came onto it.",
    )
    .going_on(has_more, format!("{base}/admin/audit?subject=gift_card&id={id}"));
    let is_void = card.voided_at.is_some();
    let change: &[(&str, &str)] =
        if is_void { &[] } else { &[("Change when it ends", &format!("{HERE}/{id}/edit"))] };
    let thing = Thing {
        title: format!("Gift card {id}"),
        about: Some(code(&card, may_spend(&desk))),
        ways: desk.ways(Scope::WriteOrders, change),
        deeds: if is_void { Vec::new() } else { deeds(&desk, id) },
        facts: vec![
            fact("Status", status(card.status(now))),
            fact("Left", Cell::money(card.balance_minor, &card.currency)),
            fact("Issued with", Cell::money(card.initial_minor, &card.currency)),
            fact("For", whose.unwrap_or_else(|| Cell::text("whoever has the code"))),
            fact("Note", Cell::maybe(card.note.as_deref())),
            fact("Issued", Cell::time(Some(card.created_at))),
            fact("Ends", ends(&card)),
            fact(
                "History",
                Cell::link("Who changed it", format!("{base}/admin/audit?subject=gift_card&id={id}")),
            ),
        ],
        sections: vec![Section { title: "What came and went", table }],
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

fn entry(entry: &Entry, currency: &str, base: &str) -> Row {
    Row::from(vec![
        Cell::time(Some(entry.created_at)),
        Cell::money(entry.delta_minor, currency),
        order(entry.order_id, base),
    ])
}

/// The order that an entry is about.
pub fn order(id: Option<i64>, base: &str) -> Cell {
    id.map_or(Cell::None, |id| Cell::link(id.to_string(), format!("{base}/admin/orders/{id}")))
}

fn deeds(desk: &Desk, id: i64) -> Vec<Deed> {
    if !desk.may(Scope::WriteOrders) {
        return Vec::new();
    }
    let action = format!("{}{HERE}/{id}/void", desk.base());
    vec![Deed::new("void", "Make it worthless for good", action).grave().typing(id.to_string())]
}

/// `POST /admin/gift-cards/{id}/void`
pub async fn void(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteOrders)?;
    let (id, typed) = (id.into_inner(), form.get("typed").unwrap_or_default().trim().to_owned());
    deed::act(&desk, &form, "gift card voided by page", move |tx, shop| {
        if typed != id.to_string() {
            return Ok(format!("{HERE}/{id}?done=retyped"));
        }
        gift_card::void(tx, shop, id)?;
        Ok(format!("{HERE}/{id}?done=void"))
    })
    .await
}
