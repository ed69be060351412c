//! The second factor of whoever is signed in: switched on with a QR code and a code, and off with a code.

use std::fmt::Write as _;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use minijinja::context;
use qrcode::{Color, EcLevel, QrCode};

use super::desk::{Answer, Desk};
use super::sheet::{Sheet, group, reveal};
use crate::app::App;
use crate::base::dice::Dice;
use crate::base::error::{Error, Result};
use crate::base::time::{Clock, Millis, SECOND};
use crate::base::totp::Secret;
use crate::domain::{account, recovery, second_factor};
use crate::web::door::Door;
use crate::web::fields::text;
use crate::web::form::Form;
use crate::web::page;
use crate::web::pages::field::Field;
use crate::web::pages::parts::Way;

/// How long somebody may take to get a new secret into their phone.
const LIFE: Millis = 1_800 * SECOND;
/// Light modules around a QR code (ISO/IEC 18004 asks for four).
const MARGIN: usize = 4;
/// The rule that a code must be the right one.
pub const CODE: &str = "code";

/// What the page of an account leads on to.
pub fn ways(desk: &Desk) -> Vec<Way> {
    let way = |label, to| Way { label, href: format!("{}/admin/account/{to}", desk.base()) };
    let mut ways = vec![way("Change password", "password")];
    if desk.person.totp_at.is_some() {
        ways.push(way("New recovery codes", "recovery-codes"));
        ways.push(way("Switch the second factor off", "second-factor/off"));
    } else {
        ways.push(way("Switch a second factor on", "second-factor"));
    }
    ways
}

/// A secret on its way through the page: only this server reads it, only this person can bring it back, and not for long.
fn purpose(desk: &Desk) -> String {
    format!("new second factor of {}", desk.person.id)
}

fn sealed(desk: &Desk, secret: &Secret) -> Result<String> {
    let text = format!("{} {}", Clock::System.now() + LIFE, secret.text());
    desk.app.master.seal(&purpose(desk), &text, &Dice::System)
}

fn opened(desk: &Desk, sealed: &str) -> Option<Secret> {
    let text = desk.app.master.open(&purpose(desk), sealed).ok()?;
    let (until, secret) = text.split_once(' ')?;
    (until.parse::<Millis>().ok()? > Clock::System.now()).then(|| Secret::read(secret))?
}

fn is_on(desk: &Desk) -> std::result::Result<(), actix_web::Error> {
    if desk.person.totp_at.is_none() {
        return Ok(());
    }
    Err(desk.failed(&Error::refused("The second factor is on already.").about(second_factor::IS_ON)))
}

/// `GET /admin/account/second-factor`
pub async fn ask(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    is_on(&desk)?;
    desk.fresh()?;
    shown(&desk, StatusCode::OK, &Secret::new(&Dice::System), "").await
}

async fn shown(desk: &Desk, status: StatusCode, secret: &Secret, wrong: &str) -> Answer {
    let shop = desk.read(|tx, shop| Ok(account::get(tx, shop)?.title)).await?;
    let drawn = drawn(&secret.address(&shop, &desk.person.email)).map_err(|e| desk.failed(&e))?;
    let text = secret.text();
    let spaced = text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ");
    let sealed = sealed(desk, secret).map_err(|e| desk.failed(&e))?;
    let values = context! { qr => drawn, secret_text => spaced, sealed => sealed, wrong => wrong };
    desk.page_of(status, "admin/account_factor.html", "Switch a second factor on", values).await
}

/// A QR code as SVG. Dark on light in every mode: many cameras read nothing else.
fn drawn(text: &str) -> Result<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|e| Error::broken(format!("no QR code: {e}")))?;
    let (width, mut path) = (code.width(), String::new());
    for (place, _) in code.to_colors().iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        let (x, y) = (place % width + MARGIN, place / width + MARGIN);
        // Writing to a String cannot fail.
        let _ = write!(path, "M{x} {y}h1v1h-1z");
    }
    let side = width + 2 * MARGIN;
    Ok(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"QR code; the secret below says the same\" \
         shape-rendering=\"crispEdges\"><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

/// `POST /admin/account/second-factor`
pub async fn switch_on(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    is_on(&desk)?;
    desk.fresh()?;
    let Some(secret) = opened(&desk, form.get("sealed").unwrap_or_default()) else {
        let wrong = "The page was open for too long: scan this new code instead.";
        return shown(&desk, StatusCode::BAD_REQUEST, &Secret::new(&Dice::System), wrong).await;
    };
    let (me, code, master) =
        (desk.person.clone(), form.get("code").unwrap_or_default().to_owned(), app.master.clone());
    let new = secret.clone();
    let codes = desk
        .write("second factor on", move |tx, _| second_factor::switch_on(tx, &me, &new, &code, &master))
        .await
        .map_err(|e| desk.failed(&e))?;
    let Some(codes) = codes else {
        let wrong = "This is not the code that belongs to it: is the clock of your phone right?";
        return shown(&desk, StatusCode::BAD_REQUEST, &secret, wrong).await;
    };
    told(&desk, "Second factor", &codes).await
}

const TOLD: &str =
    "Each of these recovery codes lets you in once without your phone. Keep them where the phone is not.";

async fn told(desk: &Desk, title: &str, codes: &[String]) -> Answer {
    reveal(desk, title, TOLD, &[("Recovery codes", &codes.join(" "))], "/admin/account").await
}

fn code_field() -> Field {
    Field::line("code", "Code")
        .needed()
        .hint("The six digits in your app, or a recovery code. Each counts once.")
}

fn off_sheet() -> Sheet {
    Sheet {
        title: "Switch the second factor off".to_owned(),
        lead: "Your password alone lets you in from then on. The recovery codes are good for nothing then.",
        label: "Switch it off",
        back: "/admin/account".to_owned(),
        groups: vec![group("", vec![code_field()])],
        ..Sheet::default()
    }
}

fn codes_sheet() -> Sheet {
    Sheet {
        title: "New recovery codes".to_owned(),
        lead: "The old ones are good for nothing then.",
        label: "Make them",
        back: "/admin/account".to_owned(),
        groups: vec![group("", vec![code_field()])],
        ..Sheet::default()
    }
}

/// `GET /admin/account/second-factor/off`
pub async fn ask_off(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.fresh()?;
    off_sheet().show(&desk).await
}

/// `GET /admin/account/recovery-codes`
pub async fn ask_codes(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.fresh()?;
    codes_sheet().show(&desk).await
}

/// The code in a form, if one more may be tried.
async fn code(
    sheet: &Sheet,
    desk: &Desk,
    form: &Form,
    door: &Door,
) -> std::result::Result<String, actix_web::Error> {
    let code = sheet.read(desk, form, |fields| fields.get(CODE, text)).await?.unwrap_or_default();
    match door.try_code(&desk.app, desk.person.id, desk.from) {
        Ok(()) => Ok(code),
        Err(seconds) => {
            let message = format!("Too many attempts. Try again in {seconds} seconds.");
            Err(super::desk::instead(sheet.clone().refused(desk, form, Error::refused(message)).await?))
        }
    }
}

fn wrong_code() -> Error {
    Error::refused("it is not the code, or was used already").about(CODE)
}

/// `POST /admin/account/second-factor/off`
pub async fn switch_off(req: HttpRequest, payload: Payload, app: Data<App>, door: Data<Door>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.fresh()?;
    let sheet = off_sheet();
    let code = code(&sheet, &desk, &form, &door).await?;
    let (me, master) = (desk.person.clone(), app.master.clone());
    let done = desk
        .write("second factor off", move |tx, _| {
            if !second_factor::is(tx, &me, &code, &master)? {
                return Err(wrong_code());
            }
            second_factor::switch_off(tx, &me)
        })
        .await;
    match done {
        Ok(()) => {
            door.code_was_right(desk.person.id, desk.from);
            Ok(page::go(&format!("{}/admin/account?done=saved", desk.base()), Vec::new()))
        }
        Err(e) => sheet.refused(&desk, &form, e).await,
    }
}

/// `POST /admin/account/recovery-codes`
pub async fn new_codes(req: HttpRequest, payload: Payload, app: Data<App>, door: Data<Door>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.fresh()?;
    let sheet = codes_sheet();
    let code = code(&sheet, &desk, &form, &door).await?;
    let (me, master) = (desk.person.clone(), app.master.clone());
    let codes = desk
        .write("recovery codes", move |tx, _| {
            if !second_factor::is(tx, &me, &code, &master)? {
                return Err(wrong_code());
            }
            recovery::renew(tx, &me, &master)
        })
        .await;
    match codes {
        Ok(codes) => {
            door.code_was_right(desk.person.id, desk.from);
            told(&desk, "Recovery codes", &codes).await
        }
        Err(e) => sheet.refused(&desk, &form, e).await,
    }
}
