//! OAuth apps: programs of others that people may let in, and who has.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};

use super::deed;
use super::desk::{Answer, Desk};
use super::keys::{read_scopes, scope_boxes, scopes};
use super::list::{self, List};
use super::sheet::{Sheet, group};
use super::thing::{self, Thing};
use crate::app::App;
use crate::domain::oauth_app::{self, App as OauthApp, Draft, Issued};
use crate::domain::oauth_grant::{self, Grant};
use crate::domain::scope::Scope;
use crate::web::fields::{Fields, switch, text, texts};
use crate::web::form::Form;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Deed, Row, Section, Table, Tone, Way, fact, is_cut};

/// Grants that an app's page shows.
const GRANTS: i64 = 50;
/// Of every list of grants.
const LET_IN: &[&str] = &["Who", "Kind", "May", "Let in", "Last used", "Ended", "Because", ""];
const NOBODY: &str = "Nobody has let it in yet.";

/// `GET /admin/oauth-apps`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::ReadAccount)?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let base = desk.base();
    let list = List {
        title: "OAuth apps",
        here: "/admin/oauth-apps",
        columns: &["App", "Client id", "Kind", "May ask for", "Made"],
        empty: "There are no apps in this mode. Make one: programs of others that people may let in.",
        filters: Vec::new(),
        ways: desk.ways(Scope::WriteAccount, &[("New app", "/admin/oauth-apps/new")]),
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = list::cut(oauth_app::list(tx, shop)?, start, limit, |app| app.id);
        Ok(found.iter().map(|app| (app.id, row(app, &base))).collect())
    })
    .await
}

fn row(app: &OauthApp, base: &str) -> Row {
    Row::from(vec![
        Cell::link(&app.title, format!("{base}/admin/oauth-apps/{}", app.client_id)),
        Cell::code(&app.client_id),
        kind(app),
        scopes(&app.scopes),
        Cell::time(Some(app.created_at)),
    ])
}

fn kind(app: &OauthApp) -> Cell {
    Cell::text(if app.is_public { "public" } else { "confidential" })
}

fn sheet() -> Sheet {
    Sheet {
        title: "New OAuth app".to_owned(),
        lead: "A program of somebody else's that people may let into the shop. It opens the mode you are in, live or test.",
        label: "Make it",
        back: "/admin/oauth-apps".to_owned(),
        leave: "Not now",
        groups: vec![group(
            "",
            vec![
                Field::line("title", "What people are asked to let in").needed(),
                Field::lines("redirect_uris", "Redirect URIs")
                    .needed()
                    .hint("One a line: where people are sent back to, to the letter."),
                scope_boxes(Scope::PLATFORM),
                Field::switch("public", "It cannot keep a secret")
                    .hint("As on a phone or a desk: it has none then, and must use PKCE."),
            ],
        )],
        ..Sheet::default()
    }
}

fn read(fields: &mut Fields) -> Draft {
    Draft {
        title: fields.get("title", text).unwrap_or_default(),
        redirect_uris: fields.get("redirect_uris", texts).unwrap_or_default(),
        scopes: read_scopes(fields),
        is_public: fields.get("public", switch).unwrap_or_default(),
    }
}

/// `GET /admin/oauth-apps/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    desk.fresh()?;
    sheet().show(&desk).await
}

/// `POST /admin/oauth-apps/new`
pub async fn make(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    desk.fresh()?;
    let sheet = sheet();
    let draft = sheet.read(&desk, &form, read).await?;
    sheet
        .make_secret(&desk, &form, "app by page", "The app is made.", move |tx, shop| {
            Ok(shown(oauth_app::new(tx, shop, &draft)?))
        })
        .await
}

fn shown(issued: Issued) -> (String, Vec<(&'static str, String)>) {
    let to = format!("/admin/oauth-apps/{}", issued.app.client_id);
    let mut told = vec![("Client id", issued.app.client_id)];
    told.extend(issued.secret.map(|secret| ("Client secret", secret)));
    (to, told)
}

/// `GET /admin/oauth-apps/{client_id}`
pub async fn show(req: HttpRequest, client_id: Path<String>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::ReadAccount)?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (found, mut grants) = desk
        .read(move |tx, shop| {
            let found = oauth_app::get(tx, shop, &client_id)?;
            let grants = oauth_grant::list(tx, shop, Some(found.id), None, GRANTS + 1)?;
            Ok((found, grants))
        })
        .await?;
    let at = format!("/admin/oauth-apps/{}", found.client_id);
    let (base, may) = (desk.base(), desk.may(Scope::WriteAccount));
    let delete = Deed::new("delete", "Take it out for good", format!("{base}{at}/delete"))
        .grave()
        .typing(&found.title);
    let rotate = format!("{at}/rotate");
    let has_more = is_cut(&mut grants, GRANTS);
    let rows = grants.iter().map(|grant| grant_row(grant, &format!("{base}{at}"), may)).collect();
    let table = Table::new(if may { LET_IN } else { &LET_IN[..7] }, rows, NOBODY)
        .going_on(has_more, format!("{base}{at}/grants"));
    let thing = Thing {
        title: found.title.clone(),
        about: Some(Cell::code(&found.client_id)),
        ways: if found.is_public {
            Vec::new()
        } else {
            desk.ways(Scope::WriteAccount, &[("New secret", &rotate)])
        },
        facts: vec![
            fact("Kind", kind(&found)),
            fact("May ask for", scopes(&found.scopes)),
            fact("Redirect URIs", Cell::text(found.redirect_uris.join(", "))),
            fact("Made", Cell::time(Some(found.created_at))),
            fact(
                "History",
                Cell::link(
                    "Who changed it",
                    format!("{base}/admin/audit?subject=app&id={}", found.client_id),
                ),
            ),
        ],
        sections: vec![Section { title: "Who let it in", table }],
        deeds: if may { vec![delete] } else { Vec::new() },
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

/// `GET /admin/oauth-apps/{client_id}/grants`
pub async fn grants(req: HttpRequest, client_id: Path<String>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::ReadAccount)?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let found = desk.read(move |tx, shop| oauth_app::get(tx, shop, &client_id)).await?;
    let (base, may) = (desk.base(), desk.may(Scope::WriteAccount));
    let at = format!("{base}/admin/oauth-apps/{}", found.client_id);
    let list = List {
        title: "Who let it in",
        here: "/admin/oauth-apps",
        below: format!("/{}/grants", found.client_id),
        columns: if may { LET_IN } else { &LET_IN[..7] },
        empty: NOBODY,
        ways: vec![Way { label: "The app", href: at.clone() }],
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = oauth_grant::list(tx, shop, Some(found.id), start, limit)?;
        Ok(found.iter().map(|grant| (grant.id, grant_row(grant, &at, may))).collect())
    })
    .await
}

fn grant_row(grant: &Grant, at: &str, may: bool) -> Row {
    let kind = if grant.person_id.is_some() { "runs the shop" } else { "customer" };
    let revoke = Deed::new("grant", "Take it back", format!("{at}/grants/{}/revoke", grant.id)).grave();
    Row::from(vec![
        Cell::text(&grant.email),
        Cell::text(kind),
        scopes(&grant.scopes),
        Cell::time(Some(grant.created_at)),
        Cell::time(grant.used_at),
        Cell::time(grant.ended_at),
        grant.end_reason.as_deref().map_or(Cell::None, |why| Cell::badge(why, Tone::Plain)),
    ])
    .with((may && grant.ended_at.is_none()).then_some(revoke))
}

fn rotate_sheet(client_id: &str) -> Sheet {
    Sheet {
        title: "New secret of an app".to_owned(),
        lead: "The old secret ends at once. Tokens that are out go on.",
        label: "Make it",
        back: format!("/admin/oauth-apps/{client_id}"),
        ..Sheet::default()
    }
}

/// `GET /admin/oauth-apps/{client_id}/rotate`
pub async fn ask_rotate(req: HttpRequest, client_id: Path<String>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    desk.fresh()?;
    let found = desk.read(move |tx, shop| oauth_app::get(tx, shop, &client_id)).await?;
    rotate_sheet(&found.client_id).show(&desk).await
}

/// `POST /admin/oauth-apps/{client_id}/rotate`
pub async fn rotate(req: HttpRequest, client_id: Path<String>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    desk.fresh()?;
    rotate_sheet(&client_id)
        .make_secret(&desk, &form, "app secret by page", "The old secret is over.", move |tx, shop| {
            Ok(shown(oauth_app::rotate_secret(tx, shop, &client_id)?))
        })
        .await
}

/// `POST /admin/oauth-apps/{client_id}/delete`
pub async fn delete(req: HttpRequest, client_id: Path<String>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    desk.fresh()?;
    let typed = form.get("typed").unwrap_or_default().trim().to_owned();
    let at = format!("/admin/oauth-apps/{client_id}");
    deed::act(&desk, &form, "app deleted by page", move |tx, shop| {
        if oauth_app::get(tx, shop, &client_id)?.title != typed {
            return Ok(format!("{at}?done=retyped"));
        }
        oauth_app::delete(tx, shop, &client_id)?;
        Ok("/admin/oauth-apps".to_owned())
    })
    .await
}

/// `POST /admin/oauth-apps/{client_id}/grants/{id}/revoke`
pub async fn revoke(req: HttpRequest, path: Path<(String, i64)>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    desk.fresh()?;
    let (client_id, id) = path.into_inner();
    let email = desk.read(move |tx, shop| Ok(oauth_grant::get(tx, shop, id)?.email)).await?;
    let at = format!("{}/admin/oauth-apps/{client_id}", desk.base());
    let deed = Deed::new("grant", "Take it back", format!("{at}/grants/{id}/revoke")).grave().typing(&email);
    if let Some(asked) =
        thing::unless_typed(&desk, &form, "Take back what somebody let the app do", &at, deed).await?
    {
        return Ok(asked);
    }
    deed::act(&desk, &form, "grant revoked by page", move |tx, shop| {
        oauth_grant::revoke(tx, shop, id)?;
        Ok(format!("/admin/oauth-apps/{client_id}?done=grant"))
    })
    .await
}
