//! What somebody who runs the shop looks after alone: their password, and the browsers they are signed in with.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};

use super::deed;
use super::desk::{Answer, Desk, words};
use super::second_factor::ways;
use super::sheet::{Sheet, group};
use super::team::factor;
use super::thing::Thing;
use crate::app::App;
use crate::base::error::{Error, Kind};
use crate::domain::session::{self, Place};
use crate::domain::{person, recovery};
use crate::web::cookies::{Cookies, SESSION, SameSite};
use crate::web::door::{Door, Look};
use crate::web::fields::text;
use crate::web::form::Form;
use crate::web::page;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Deed, Row, Section, Table, Tone, fact};

/// `GET /admin/account`
pub async fn show(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let (id, query) = (desk.person.id, Form::read(req.query_string()).unwrap_or_default());
    let (browsers, codes) =
        desk.read(move |tx, _| Ok((session::of_person_now(tx, id)?, recovery::left(tx, id)?))).await?;
    let at = format!("{}/admin/account", desk.base());
    let rows = browsers.iter().map(|place| browser(place, desk.session_id, &at)).collect();
    let columns = ["Browser", "Signed in", "Last seen", "From", ""];
    let others = Deed::new("others", "Sign out everywhere else", format!("{at}/sign-out-others")).grave();
    let is_on = desk.person.totp_at.is_some();
    let thing = Thing {
        title: "My account".to_owned(),
        ways: ways(&desk),
        facts: vec![
            fact("E-mail address", Cell::text(&desk.person.email)),
            fact("Name", Cell::maybe(Some(&desk.person.name))),
            fact("Role", Cell::text(words(desk.person.role))),
            fact("Second factor", factor(&desk.person)),
            fact("Recovery codes left", if is_on { Cell::Count { n: codes } } else { Cell::None }),
        ],
        sections: vec![Section {
            title: "Where you are signed in",
            table: Table::new(&columns, rows, "Nowhere but here."),
        }],
        deeds: if browsers.len() > 1 { vec![others] } else { Vec::new() },
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

fn browser(place: &Place, here: i64, at: &str) -> Row {
    let is_here = place.id == here;
    let out = Deed::new("out", "Sign out there", format!("{at}/browsers/{}/sign-out", place.id));
    Row::from(vec![
        if is_here { Cell::badge("this one", Tone::Good) } else { Cell::text("another one") },
        Cell::time(Some(place.created_at)),
        Cell::time(Some(place.seen_at)),
        Cell::maybe(place.address.as_deref()),
    ])
    .with((!is_here).then_some(out))
}

/// `POST /admin/account/browsers/{id}/sign-out`
pub async fn sign_out(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    let (me, id) = (desk.person.clone(), id.into_inner());
    deed::act(&desk, &form, "sign out there", move |tx, _| {
        person::sign_out(tx, &me, id)?;
        Ok("/admin/account?done=out".to_owned())
    })
    .await
}

/// `POST /admin/account/sign-out-others`
pub async fn sign_out_others(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    let (me, here) = (desk.person.clone(), desk.session_id);
    deed::act(&desk, &form, "sign out everywhere else", move |tx, _| {
        person::sign_out_others(tx, &me, here)?;
        Ok("/admin/account?done=out".to_owned())
    })
    .await
}

fn password_sheet() -> Sheet {
    Sheet {
        title: "Change your password".to_owned(),
        lead: "You are signed out everywhere else, and so are apps that you let in.",
        label: "Change it",
        back: "/admin/account".to_owned(),
        groups: vec![group(
            "",
            vec![
                Field::password("old", "The password you have").needed(),
                Field::secret("password", "The new one")
                    .needed()
                    .hint("At least 12 characters; a sentence is easy to remember."),
            ],
        )],
        ..Sheet::default()
    }
}

/// `GET /admin/account/password`
pub async fn ask_password(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    password_sheet().show(&desk).await
}

/// `POST /admin/account/password`
pub async fn set_password(req: HttpRequest, payload: Payload, app: Data<App>, door: Data<Door>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    let sheet = password_sheet();
    let (old, new) =
        sheet.read(&desk, &form, |fields| (fields.get("old", text), fields.get("password", text))).await?;
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let looked = door.look(&app, desk.shop.site_id, &desk.person.email, &old, desk.from).await;
    let known = match looked.map_err(|e| desk.failed(&e))? {
        Look::Right(_, hash) => hash,
        Look::Wrong => return sheet.refused(&desk, &form, wrong_password()).await,
        Look::Wait(seconds) => {
            let message = format!("Too many attempts. Try again in {seconds} seconds.");
            return sheet.refused(&desk, &form, Error::refused(message)).await;
        }
    };
    let hash = match door.hash(&new).await {
        Ok(hash) => hash,
        Err(e) if e.kind == Kind::Invalid => return sheet.refused(&desk, &form, e).await,
        Err(e) => return Err(desk.failed(&e)),
    };
    let id = desk.person.id;
    let done = desk
        .write("own password", move |tx, _| {
            // It may have been changed while it was looked at.
            if !person::is_still(tx, id, &known)? {
                return Err(wrong_password());
            }
            person::set_password(tx, id, &hash)?;
            session::of_person(tx, id)
        })
        .await;
    match done {
        Ok(session) => {
            let set = Cookies::of(&app.config.public_url).set(SESSION, &session, SameSite::Strict);
            Ok(page::go(&format!("{}/admin/account?done=saved", desk.base()), vec![set]))
        }
        Err(e) => sheet.refused(&desk, &form, e).await,
    }
}

/// The rule that who changes a password knows the old one.
pub const OLD: &str = "old";

fn wrong_password() -> Error {
    Error::refused("it is another one").about(OLD)
}
