//! Licences: all of them, and one with its answer to "why can't this buyer activate?".

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};

use super::bulk::{self, Bulk, Rows};
use super::deed;
use super::desk::{Answer, Desk};
use super::list::{Filter, List};
use super::thing::Thing;
use super::why::{self, Asked, Why};
use crate::app::App;
use crate::base::error::Error;
use crate::domain::activation::{self, Activation};
use crate::domain::licence::{self, Licence, Status};
use crate::domain::licence_list;
use crate::domain::scope::Scope;
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Deed, Row, Section, Table, Tone, fact, is_cut};

/// Activations that a licence's page shows.
const ACTIVATIONS: i64 = 50;

/// What can be done to several.
pub const ROWS: Rows = Rows {
    here: "/admin/licences",
    one: "licence",
    many: "licences",
    scope: Scope::WriteLicences,
    deeds: &[
        Bulk {
            word: "suspend",
            label: "Switch off",
            done: "switched off: checks and activations fail from now on",
            is_grave: true,
            is_final: false,
        },
        Bulk { word: "resume", label: "Switch on", done: "switched on", is_grave: false, is_final: false },
        Bulk {
            word: "reset",
            label: "Free all uses",
            done: "freed of all uses, and no identifier is bound any more",
            is_grave: true,
            is_final: true,
        },
    ],
    act: |tx, shop, word, id| {
        let licence = licence::by_id(tx, shop, bulk::number(id)?)?;
        match word {
            "suspend" => licence::switch(tx, &licence.key, false).map(|_| ()),
            "resume" => licence::switch(tx, &licence.key, true).map(|_| ()),
            _ => activation::reset(tx, licence.licence_id).map(|_| ()),
        }
    },
};

/// `GET /admin/licences`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let words: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
    let filters = vec![
        Filter::text(&query, "key", "Key begins with"),
        Filter::words(&query, "status", "Status", &words),
        Filter::text(&query, "product", "Product's number"),
        Filter::text(&query, "customer", "Customer's number"),
    ];
    // What is no number is the number of none.
    let number = |filter: &Filter| filter.given().map(|id| id.parse().unwrap_or(0));
    let filter = licence_list::Filter {
        key_prefix: filters[0].given().map(|key| key.to_uppercase()),
        status: filters[1].given().and_then(|word| word.parse().ok()),
        product_id: number(&filters[2]),
        customer_id: number(&filters[3]),
    };
    let base = desk.base();
    let list = List {
        title: "Licences",
        here: ROWS.here,
        rows: Some(&ROWS),
        columns: &["Key", "Product", "Customer", "Status", "Activations", "Issued", "Ends"],
        empty: "There are no licences here. They come with orders, or are issued by hand.",
        filters,
        ways: desk.ways(Scope::WriteLicences, &[("Issue a licence", "/admin/licences/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = licence_list::list(tx, shop, &filter, start, limit)?;
        Ok(found
            .iter()
            .map(|licence| (licence.licence_id, row(licence, &base).ticked(licence.licence_id)))
            .collect())
    })
    .await
}

/// A licence in a list.
pub fn row(licence: &Licence, base: &str) -> Row {
    Row::from(vec![
        Cell::link(&licence.key, format!("{base}/admin/licences/{}", licence.licence_id)),
        Cell::link(&licence.product, format!("{base}/admin/products/{}", licence.product_id)),
        Cell::link(&licence.email, format!("{base}/admin/customers/{}", licence.customer_id)),
        status(licence.status),
        uses(licence),
        Cell::time(Some(licence.issued_at)),
        ends(licence),
    ])
}

fn ends(licence: &Licence) -> Cell {
    licence.expires_at.map_or(Cell::text("never"), |at| Cell::Time { at })
}

fn uses(licence: &Licence) -> Cell {
    Cell::text(match licence.max_uses {
        -1 => format!("{}, no limit", licence.uses),
        most => format!("{} of {most}", licence.uses),
    })
}

fn status(status: Status) -> Cell {
    let tone = match status {
        Status::Active => Tone::Good,
        Status::Suspended | Status::Cancelled => Tone::Bad,
        Status::Expired => Tone::Warn,
    };
    Cell::badge(status.as_str(), tone)
}

/// `GET /admin/licences/{id}`
pub async fn show(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (id, rules) = (id.into_inner(), app.config.ip_rules);
    let asked = Asked::of(&query);
    let about = asked.clone();
    let (licence, activations, rungs) = desk
        .read(move |tx, shop| {
            let licence = licence::by_id(tx, shop, id)?;
            let rungs = about.answered(tx, &licence, rules)?;
            Ok((licence, activation::page(tx, id, None, ACTIVATIONS + 1)?, rungs))
        })
        .await?;
    let why = why::why(&desk, &licence, rungs, asked);
    thing(&desk, &licence, activations, why).show(&desk, &query).await
}

fn thing(desk: &Desk, licence: &Licence, activations: Vec<Activation>, why: Why) -> Thing {
    let (base, id) = (desk.base(), licence.licence_id);
    let bound = licence.identifier.as_deref();
    Thing {
        title: licence.key.clone(),
        about: Some(Cell::text(format!("licence {id}"))),
        facts: vec![
            fact("Status", status(licence.status)),
            fact(
                "Product",
                Cell::link(&licence.product, format!("{base}/admin/products/{}", licence.product_id)),
            ),
            fact(
                "Customer",
                Cell::link(&licence.email, format!("{base}/admin/customers/{}", licence.customer_id)),
            ),
            fact("Activations", uses(licence)),
            fact("Identifier", Cell::text(licence.identifier_mode.as_str().replace('_', " "))),
            fact("Bound identifier", Cell::maybe(bound)),
            fact("Issued", Cell::time(Some(licence.issued_at))),
            fact("Ends", ends(licence)),
            fact(
                "History",
                Cell::link("Who changed it", format!("{base}/admin/audit?subject=licence&id={id}")),
            ),
        ],
        why: Some(why),
        ways: desk.ways(Scope::WriteLicences, &[("Change it", &format!("/admin/licences/{id}/edit"))]),
        sections: vec![Section { title: "Activations", table: table(desk, id, activations) }],
        deeds: if desk.may(Scope::WriteLicences) { deeds(&base, licence) } else { Vec::new() },
    }
}

fn table(desk: &Desk, licence_id: i64, mut activations: Vec<Activation>) -> Table {
    let may = desk.may(Scope::WriteLicences);
    let has_more = is_cut(&mut activations, ACTIVATIONS);
    let rows = activations.iter().map(|one| {
        let path =
            format!("{}/admin/licences/{licence_id}/activations/{}/release", desk.base(), one.usage_id);
        let deed = Deed { id: "free", label: "Free it", action: path, is_grave: false, typed: None };
        Row::from(vec![
            Cell::Count { n: one.usage_id },
            Cell::time(Some(one.activated_at)),
            Cell::text(&one.ip),
            Cell::time(one.last_checked_at),
            Cell::time(one.released_at),
            Cell::maybe(one.extra.as_deref()),
        ])
        .with((may && one.released_at.is_none()).then_some(deed))
    });
    let columns = ["#Number", "Activated", "Address", "Last checked", "Freed", "Extra", ""];
    let shown = if may { &columns[..] } else { &columns[..6] };
    let all = format!("{}/admin/activations?licence={licence_id}", desk.base());
    Table::new(shown, rows.collect(), "No app has activated it yet.").going_on(has_more, all)
}

fn deeds(base: &str, licence: &Licence) -> Vec<Deed> {
    let path = |deed: &str| format!("{base}/admin/licences/{}/{deed}", licence.licence_id);
    let switch = if licence.status == Status::Suspended {
        Deed { id: "resume", label: "Switch it on", action: path("resume"), is_grave: false, typed: None }
    } else {
        Deed { id: "suspend", label: "Switch it off", action: path("suspend"), is_grave: true, typed: None }
    };
    let typed = Some(why::last(&licence.key));
    let reset = Deed { id: "reset", label: "Free all uses", action: path("reset"), is_grave: true, typed };
    vec![switch, reset]
}

/// `POST /admin/licences/{id}/{deed}`
pub async fn act(req: HttpRequest, path: Path<(i64, String)>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteLicences)?;
    let ((id, wanted), typed) = (path.into_inner(), form.get("typed").unwrap_or_default().trim().to_owned());
    deed::act(&desk, &form, "licence by page", move |tx, shop| {
        let licence = licence::by_id(tx, shop, id)?;
        let done = match wanted.as_str() {
            "suspend" => licence::switch(tx, &licence.key, false).map(|_| "suspended")?,
            "resume" => licence::switch(tx, &licence.key, true).map(|_| "resumed")?,
            "reset" if !typed.eq_ignore_ascii_case(&why::last(&licence.key)) => "retyped",
            "reset" => activation::reset(tx, id).map(|_| "reset")?,
            _ => return Err(Error::not_found("there is no such deed")),
        };
        Ok(format!("/admin/licences/{id}?done={done}"))
    })
    .await
}

/// `POST /admin/licences/{id}/activations/{usage_id}/release`
pub async fn release(req: HttpRequest, path: Path<(i64, i64)>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteLicences)?;
    let (id, usage_id) = path.into_inner();
    deed::act(&desk, &form, "use freed by page", move |tx, shop| {
        licence::by_id(tx, shop, id)?;
        activation::release(tx, id, usage_id)?;
        Ok(format!("/admin/licences/{id}?done=released"))
    })
    .await
}
