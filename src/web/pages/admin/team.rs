//! People who run the shop: who may come in, and as what. For owners alone; each form asks for a fresh sign-in.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::deed;
use super::desk::{Answer, Desk, words};
use super::list::{self, List};
use super::sheet::{Sheet, group};
use super::thing::Thing;
use crate::app::App;
use crate::base::dice::Dice;
use crate::base::error::{Error, Result};
use crate::domain::person::{self, Draft, Person, Role};
use crate::domain::shop::Shop;
use crate::domain::{second_factor, session};
use crate::store::Tx;
use crate::web::door::Door;
use crate::web::fields::{text, word};
use crate::web::form::Form;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Deed, Row, Tone, Way, fact};

/// Characters of a password that is made here: about 140 bits.
const MADE: usize = 24;
/// The rule that nobody takes from themselves here what their own page asks for a code for.
pub const YOURSELF: &str = "yourself";

/// `GET /admin/team`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs_owner()?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let base = desk.base();
    let list = List {
        title: "Team",
        here: "/admin/team",
        columns: &["Person", "Name", "Role", "Status", "Second factor", "Let in"],
        empty: "There is nobody but you.",
        filters: Vec::new(),
        ways: vec![Way { label: "Let somebody in", href: format!("{base}/admin/team/new") }],
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = list::cut(person::list(tx, shop.site_id)?, start, limit, |person| person.id);
        Ok(found.iter().map(|person| (person.id, row(person, &base))).collect())
    })
    .await
}

fn row(person: &Person, base: &str) -> Row {
    Row::from(vec![
        Cell::link(&person.email, format!("{base}/admin/team/{}", person.id)),
        Cell::maybe(Some(&person.name)),
        Cell::text(words(person.role)),
        status(person),
        factor(person),
        Cell::time(Some(person.created_at)),
    ])
}

fn status(person: &Person) -> Cell {
    match person.disabled_at {
        None => Cell::badge("in", Tone::Good),
        Some(_) => Cell::badge("locked out", Tone::Bad),
    }
}

/// Whether somebody has a second factor.
pub fn factor(person: &Person) -> Cell {
    match person.totp_at {
        Some(_) => Cell::badge("on", Tone::Good),
        None => Cell::badge("off", Tone::Plain),
    }
}

fn roles() -> Field {
    let label = |role: Role| match role {
        Role::Owner => "Owner: all, also say who else may",
        Role::Admin => "Administrator: all but people",
        Role::Support => "Support: see all, help buyers with their licences",
        Role::ReadOnly => "Read-only: see all",
    };
    Field::choice("role", "What they may do", Role::ALL.iter().map(|role| (role.as_str(), label(*role))))
}

fn new_sheet() -> Sheet {
    Sheet {
        title: "Let somebody in".to_owned(),
        lead: "A password is made for them and shown once: hand it over in person, and they change it.",
        label: "Let them in",
        back: "/admin/team".to_owned(),
        leave: "Not now",
        groups: vec![group(
            "",
            vec![Field::email("email", "E-mail address").needed(), Field::line("name", "Name"), roles()],
        )],
        ..Sheet::default()
    }
}

/// `GET /admin/team/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs_owner()?;
    desk.fresh()?;
    new_sheet().filled(&json!({"role": Role::Support})).show(&desk).await
}

/// `POST /admin/team/new`
pub async fn make(req: HttpRequest, payload: Payload, app: Data<App>, door: Data<Door>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs_owner()?;
    desk.fresh()?;
    let sheet = new_sheet();
    let (email, name, role) = sheet
        .read(&desk, &form, |fields| {
            (fields.get("email", text), fields.get("name", text), fields.get("role", word))
        })
        .await?;
    let (password, password_hash) = password(&desk, &door).await?;
    let draft = Draft {
        email: email.unwrap_or_default(),
        name: name.unwrap_or_default(),
        role: role.unwrap_or(Role::ReadOnly),
        password_hash,
    };
    sheet
        .make_secret(&desk, &form, "person by page", "They are in.", move |tx, shop| {
            let person = person::new(tx, shop.site_id, &draft)?;
            Ok((format!("/admin/team/{}", person.id), vec![("Password", password.clone())]))
        })
        .await
}

/// A password that nobody can guess, and its hash.
async fn password(desk: &Desk, door: &Door) -> std::result::Result<(String, String), actix_web::Error> {
    let password = Dice::System.base62(MADE);
    let hash = door.hash(&password).await.map_err(|e| desk.failed(&e))?;
    Ok((password, hash))
}

/// `GET /admin/team/{id}`
pub async fn show(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs_owner()?;
    let (id, query) = (id.into_inner(), Form::read(req.query_string()).unwrap_or_default());
    let (person, browsers) = desk
        .read(move |tx, shop| {
            let person = person::of_site(tx, shop.site_id, id)?;
            Ok((person, session::of_person_now(tx, id)?.len()))
        })
        .await?;
    let base = desk.base();
    let at = format!("{base}/admin/team/{id}");
    let way = |label, path: &str| Way { label, href: format!("{at}/{path}") };
    let deed = |id, label| Deed::new(id, label, format!("{at}/{id}"));
    let mut deeds = Vec::new();
    if person.totp_at.is_some() && person.id != desk.person.id {
        deeds.push(deed("reset-2fa", "Take their second factor away").grave().typing(&person.email));
    }
    deeds.push(match person.disabled_at {
        None => deed("disable", "Lock them out").grave().typing(&person.email),
        Some(_) => deed("enable", "Let them in again"),
    });
    let thing = Thing {
        title: if person.name.is_empty() { person.email.clone() } else { person.name.clone() },
        about: Some(Cell::text(format!("person {id}"))),
        ways: vec![way("Change role", "role"), way("New password", "password")],
        facts: vec![
            fact("E-mail address", Cell::text(&person.email)),
            fact("Role", Cell::text(words(person.role))),
            fact("Status", status(&person)),
            fact("Second factor", factor(&person)),
            fact("Signed in with browsers", Cell::Count { n: i64::try_from(browsers).unwrap_or(i64::MAX) }),
            fact("Let in", Cell::time(Some(person.created_at))),
            fact("Locked out", Cell::time(person.disabled_at)),
            fact(
                "History",
                Cell::link("Who changed it", format!("{base}/admin/audit?subject=person&id={id}")),
            ),
        ],
        deeds,
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

fn role_sheet(id: i64) -> Sheet {
    Sheet {
        title: "Change role".to_owned(),
        lead: "It counts at once, also for what apps may do for them.",
        back: format!("/admin/team/{id}"),
        groups: vec![group("", vec![roles()])],
        ..Sheet::default()
    }
}

fn role_now(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Value> {
    Ok(json!({"role": person::of_site(tx, shop.site_id, id)?.role}))
}

/// `GET /admin/team/{id}/role`
pub async fn ask_role(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs_owner()?;
    desk.fresh()?;
    let id = id.into_inner();
    let json = desk.read(move |tx, shop| role_now(tx, shop, id)).await?;
    role_sheet(id).filled(&json).show(&desk).await
}

/// `POST /admin/team/{id}/role`
pub async fn set_role(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs_owner()?;
    desk.fresh()?;
    let id = id.into_inner();
    let mut sheet = role_sheet(id);
    let role = sheet.read(&desk, &form, |fields| fields.get("role", word)).await?;
    if id == desk.person.id && role != Some(Role::Owner) {
        // They may not look at the team any more.
        sheet.then = Some("/admin/account".to_owned());
    }
    sheet
        .change(
            &desk,
            &form,
            "role by page",
            move |tx, shop| role_now(tx, shop, id),
            move |tx, _| role.map_or(Ok(()), |role| person::set_role(tx, id, role).map(|_| ())),
        )
        .await
}

fn password_sheet(id: i64) -> Sheet {
    Sheet {
        title: "New password for somebody".to_owned(),
        lead: "It is made here and shown once. They are signed out everywhere, and so are their apps.",
        label: "Make it",
        back: format!("/admin/team/{id}"),
        ..Sheet::default()
    }
}

/// `GET /admin/team/{id}/password`
pub async fn ask_password(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs_owner()?;
    desk.fresh()?;
    let id = id.into_inner();
    desk.read(move |tx, shop| person::of_site(tx, shop.site_id, id)).await?;
    password_sheet(id).show(&desk).await
}

/// `POST /admin/team/{id}/password`
pub async fn set_password(
    req: HttpRequest,
    id: Path<i64>,
    payload: Payload,
    app: Data<App>,
    door: Data<Door>,
) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs_owner()?;
    desk.fresh()?;
    let id = id.into_inner();
    let (password, hash) = password(&desk, &door).await?;
    password_sheet(id)
        .make_secret(&desk, &form, "password by page", "They are signed out everywhere.", move |tx, shop| {
            person::of_site(tx, shop.site_id, id)?;
            person::set_password(tx, id, &hash)?;
            Ok((format!("/admin/team/{id}"), vec![("Password", password.clone())]))
        })
        .await
}

/// `POST /admin/team/{id}/{deed}`: `disable`, `enable` or `reset-2fa`.
pub async fn act(req: HttpRequest, path: Path<(i64, String)>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs_owner()?;
    desk.fresh()?;
    let ((id, wanted), me) = (path.into_inner(), desk.person.id);
    let typed = form.get("typed").unwrap_or_default().trim().to_owned();
    deed::act(&desk, &form, "person by page", move |tx, shop| {
        let person = person::of_site(tx, shop.site_id, id)?;
        match wanted.as_str() {
            "enable" => person::enable(tx, id)?,
            "reset-2fa" if id == me => {
                let message = "Switch your own second factor off in your account: that asks for a code.";
                return Err(Error::refused(message).about(YOURSELF));
            }
            "disable" | "reset-2fa" if person.email != typed => {
                return Ok(format!("/admin/team/{id}?done=retyped"));
            }
            "disable" => person::disable(tx, id)?,
            "reset-2fa" => second_factor::reset(tx, id)?,
            _ => return Err(Error::not_found("there is no such button")),
        };
        Ok(format!("/admin/team/{id}?done=saved"))
    })
    .await
}
