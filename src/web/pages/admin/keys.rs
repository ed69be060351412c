//! API keys: which there are, and whether they are in use; new ones, successors, and the end of one.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::json;

use super::deed;
use super::desk::{Answer, Desk};
use super::list::{self, List};
use super::sheet::{Sheet, group};
use super::thing::Thing;
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::base::time::{Millis, SECOND};
use crate::domain::api_key::{self, ApiKey, Draft, Issued};
use crate::domain::plan::Plan;
use crate::domain::scope::{self, Scope};
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::fields::{Fields, int, switch, text, texts, time, word};
use crate::web::form::Form;
use crate::web::page;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Deed, Row, Tone, fact};

/// `GET /admin/api-keys`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::ReadAccount)?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let base = desk.base();
    let list = List {
        title: "API keys",
        here: "/admin/api-keys",
        columns: &["Key", "Title", "Status", "May", "Plan", "Made", "Last used", "Ends"],
        empty: "There are no keys in this mode. Make one: what your own programs call the API with.",
        filters: Vec::new(),
        ways: desk.ways(Scope::WriteAccount, &[("New key", "/admin/api-keys/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let now = tx.now();
        let mut found = api_key::list(tx)?;
        found.retain(|key| key.shop() == shop);
        let found = list::cut(found, start, limit, |key| key.id);
        Ok(found.iter().map(|key| (key.id, row(key, now, &base))).collect())
    })
    .await
}

fn row(key: &ApiKey, now: Millis, base: &str) -> Row {
    Row::from(vec![
        Cell::link(&key.name, format!("{base}/admin/api-keys/{}", key.name)),
        Cell::maybe(Some(&key.title)),
        status(key, now),
        scopes(&key.scopes),
        Cell::text(key.plan.as_str()),
        Cell::time(Some(key.created_at)),
        Cell::time(key.last_used_at),
        Cell::time(key.revoked_at.or(key.expires_at)),
    ])
}

fn status(key: &ApiKey, now: Millis) -> Cell {
    if key.is_good(now) {
        Cell::badge("good", Tone::Good)
    } else if key.revoked_at.is_some() {
        Cell::badge("ended", Tone::Plain)
    } else {
        Cell::badge("expired", Tone::Warn)
    }
}

/// What something may do, in words.
pub fn scopes(scopes: &[Scope]) -> Cell {
    Cell::text(match scopes {
        all if all.len() == Scope::ALL.len() => "all".to_owned(),
        Scope::PLATFORM => "all of the platform API".to_owned(),
        some => scope::words(some),
    })
}

/// Boxes for what something may do.
pub fn scope_boxes(scopes: &[Scope]) -> Field {
    let boxes = scopes.iter().map(|scope| (scope.as_str(), scope.as_str()));
    Field::several("scopes", "What it may do", boxes).needed()
}

/// What such boxes say.
pub fn read_scopes(fields: &mut Fields) -> Vec<Scope> {
    let given = fields.get("scopes", texts).unwrap_or_default();
    given.iter().filter_map(|word| word.parse().ok()).collect()
}

fn sheet() -> Sheet {
    let plans = Plan::ALL.iter().map(|plan| {
        let label = format!("{plan}: {} requests a minute", plan.allowance().minute);
        (plan.as_str(), label)
    });
    Sheet {
        title: "New API key".to_owned(),
        lead: "What a program of yours signs in to the API with. It opens the mode you are in, live or test.",
        label: "Make it",
        back: "/admin/api-keys".to_owned(),
        leave: "Not now",
        groups: vec![
            group("", vec![Field::line("title", "What it is for").needed(), scope_boxes(Scope::ALL)]),
            group(
                "Limits",
                vec![
                    Field::choice("plan", "Plan", plans),
                    Field::switch("must_sign", "Refuse requests without a signature"),
                    Field::lines("networks", "Networks it may be used from")
                        .hint("One a line, such as 192.0.2.0/24. Empty: from anywhere."),
                    Field::time("expires_at", "Ends").hint("In UTC. Empty: it does not end by itself."),
                ],
            ),
        ],
        ..Sheet::default()
    }
}

fn read(fields: &mut Fields) -> Draft {
    let networks = fields.get("networks", texts).unwrap_or_default();
    let networks = networks.iter().map(|text| api_key::network(text)).collect::<Result<_>>();
    if let Err(e) = &networks {
        fields.wrong("networks", &e.message);
    }
    Draft {
        title: fields.get("title", text).unwrap_or_default(),
        scopes: read_scopes(fields),
        plan: fields.get("plan", word).unwrap_or(Plan::Free),
        must_sign: fields.get("must_sign", switch).unwrap_or_default(),
        networks: networks.unwrap_or_default(),
        expires_at: fields.nullable("expires_at", time).flatten(),
    }
}

/// `GET /admin/api-keys/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    desk.fresh()?;
    sheet().filled(&json!({"plan": app.config.api_key_plan.as_str()})).show(&desk).await
}

/// `POST /admin/api-keys/new`
pub async fn make(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    desk.fresh()?;
    let sheet = sheet();
    let draft = sheet.read(&desk, &form, read).await?;
    let master = app.master.clone();
    sheet
        .make_secret(&desk, &form, "API key by page", MADE, move |tx, shop| {
            Ok(shown(&api_key::new(tx, shop, &draft, &master)?))
        })
        .await
}

const MADE: &str = "The key is made. Programs send it as Authorization: Bearer KEY.";

fn shown(issued: &Issued) -> (String, Vec<(&'static str, String)>) {
    let secrets = vec![("Key", issued.token.clone()), ("Signing secret", issued.secret.clone())];
    (format!("/admin/api-keys/{}", issued.key.name), secrets)
}

/// The key of this name in this shop and mode.
fn get(tx: &mut Tx<'_>, shop: Shop, name: &str) -> Result<ApiKey> {
    let key = api_key::get(tx, name)?;
    if key.shop() == shop { Ok(key) } else { Err(Error::not_found("there is no such key here")) }
}

/// `GET /admin/api-keys/{name}`
pub async fn show(req: HttpRequest, name: Path<String>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::ReadAccount)?;
    let (name, query) = (name.into_inner(), Form::read(req.query_string()).unwrap_or_default());
    let (key, now) = desk.read(move |tx, shop| Ok((get(tx, shop, &name)?, tx.now()))).await?;
    let at = format!("/admin/api-keys/{}", key.name);
    let networks: Vec<String> = key.networks.iter().map(ToString::to_string).collect();
    let is_good = key.is_good(now);
    let revoke = Deed::new("revoke", "End it at once", format!("{}{at}/revoke", desk.base()))
        .grave()
        .typing(&key.name);
    let rotate = format!("{at}/rotate");
    let thing = Thing {
        title: key.title.clone(),
        about: Some(Cell::code(&key.name)),
        ways: if is_good {
            desk.ways(Scope::WriteAccount, &[("New key in its place", &rotate)])
        } else {
            Vec::new()
        },
        facts: vec![
            fact("Status", status(&key, now)),
            fact("May", scopes(&key.scopes)),
            fact("Plan", Cell::text(key.plan.as_str())),
            fact("Signatures", Cell::text(if key.must_sign { "needed" } else { "as programs like" })),
            fact("From", Cell::maybe(Some(&networks.join(", ")))),
            fact("Made", Cell::time(Some(key.created_at))),
            fact("Last used", Cell::time(key.last_used_at)),
            fact("Ends", Cell::time(key.revoked_at.or(key.expires_at))),
            fact(
                "History",
                Cell::link(
                    "Who changed it",
                    format!("{}/admin/audit?subject=api_key&id={}", desk.base(), key.name),
                ),
            ),
        ],
        deeds: if is_good && desk.may(Scope::WriteAccount) { vec![revoke] } else { Vec::new() },
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

fn rotate_sheet(name: &str) -> Sheet {
    let hours = [("0", "At once"), ("1", "In an hour"), ("8", "In eight hours"), ("24", "In a day")];
    Sheet {
        title: "New key in the place of an old one".to_owned(),
        lead: "It may do what the old one may. The old one can go on for a while, until all programs have the new one.",
        label: "Make it",
        back: format!("/admin/api-keys/{name}"),
        groups: vec![group("", vec![Field::choice("hours", "The old key ends", hours)])],
        ..Sheet::default()
    }
}

/// `GET /admin/api-keys/{name}/rotate`
pub async fn ask_rotate(req: HttpRequest, name: Path<String>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    desk.fresh()?;
    let key = desk.read(move |tx, shop| get(tx, shop, &name)).await?;
    rotate_sheet(&key.name).filled(&json!({"hours": "24"})).show(&desk).await
}

/// `POST /admin/api-keys/{name}/rotate`
pub async fn rotate(req: HttpRequest, name: Path<String>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    desk.fresh()?;
    let sheet = rotate_sheet(&name);
    let hours = sheet.read(&desk, &form, |fields| fields.get("hours", int)).await?.unwrap_or_default();
    let (overlap, master) = (hours.saturating_mul(3_600 * SECOND), app.master.clone());
    sheet
        .make_secret(&desk, &form, "API key rotated by page", MADE, move |tx, shop| {
            get(tx, shop, &name)?;
            Ok(shown(&api_key::rotate(tx, &name, overlap, &master)?))
        })
        .await
}

/// `POST /admin/api-keys/{name}/revoke`
pub async fn revoke(req: HttpRequest, name: Path<String>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    desk.fresh()?;
    let at = format!("/admin/api-keys/{name}");
    if form.get("typed").map(str::trim) != Some(name.as_str()) {
        return Ok(page::go(&format!("{}{at}?done=retyped", desk.base()), Vec::new()));
    }
    deed::act(&desk, &form, "API key revoked by page", move |tx, shop| {
        get(tx, shop, &name)?;
        api_key::revoke(tx, &name)?;
        Ok(format!("{at}?done=revoked"))
    })
    .await
}
