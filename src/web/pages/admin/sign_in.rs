//! In, out, and from live to test mode.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use minijinja::{Value, context};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::desk::{Answer, Desk};
use crate::app::App;
use crate::base::error::{Kind, Result};
use crate::domain::account;
use crate::domain::person::Person;
use crate::domain::session::{self, Holder};
use crate::domain::shop::{Mode, Shop};
use crate::store::Tx;
use crate::web::cookies::{Cookies, FORM, MODE, SESSION, STEP, SameSite};
use crate::web::door::{self, Door, Entry};
use crate::web::form::{self, Form};
use crate::web::page::{self, Page};

/// Where somebody is sent who is in; only within the administration, or on to the app that sent them.
fn next(asked: Option<&str>) -> String {
    let is_ours = |next: &&str| {
        let (path, query) = next.split_once('?').map_or((*next, false), |(path, _)| (path, true));
        let is_there =
            path == "/admin" || path.starts_with("/admin/") || (path == "/oauth/authorize" && query);
        is_there && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') && !path.contains("//")
    };
    asked.filter(is_ours).unwrap_or("/admin").to_owned()
}

async fn first(app: &Data<App>) -> Result<(Shop, String)> {
    app.store
        .read(|tx: &mut Tx<'_>| {
            let shop = Shop::first(tx, Mode::Live)?;
            Ok((shop, account::get(tx, shop)?.title))
        })
        .await
}

/// Who is signed in in this browser and runs the shop.
async fn who(req: &HttpRequest, app: &Data<App>) -> Result<Option<Person>> {
    Ok(door::session(req, app).await?.and_then(|(session, _)| match session.holder {
        Holder::Person(person) => Some(person),
        Holder::Customer { .. } => None,
    }))
}

/// `GET /admin/sign-in`; with `again`, whoever is in is asked for their password once more.
pub async fn ask(req: HttpRequest, app: Data<App>) -> HttpResponse {
    let query = Form::read(req.query_string()).unwrap_or_default();
    let next = next(query.get("next"));
    let person = match who(&req, &app).await {
        Ok(person) => person,
        Err(e) => return page::failed(&app, &e),
    };
    let again = query.get("again").is_some();
    match person {
        Some(person) if again => {
            let values = context! { next => next, may_be_in => false, again => true, email => person.email, wrong => "" };
            shown(&req, &app, StatusCode::OK, values).await
        }
        Some(_) => page::go(&format!("{}{next}", page::base(&app.config.public_url)), Vec::new()),
        None => {
            // A browser that came from elsewhere may have a session whose cookie it held back.
            let may_be_in = req.headers().get("sec-fetch-site").is_some_and(|from| from == "cross-site");
            shown(&req, &app, StatusCode::OK, context! { next => next, may_be_in => may_be_in, wrong => "" })
                .await
        }
    }
}

async fn shown(req: &HttpRequest, app: &Data<App>, status: StatusCode, values: Value) -> HttpResponse {
    page_for_strangers(req, app, status, "admin/sign_in.html", values).await
}

async fn page_for_strangers(
    req: &HttpRequest,
    app: &Data<App>,
    status: StatusCode,
    template: &'static str,
    values: Value,
) -> HttpResponse {
    let (_, shop) = match first(app).await {
        Ok(found) => found,
        Err(e) => return page::failed(app, &e),
    };
    let (token, cookie) = door::form_token(req, app);
    let values = context! { shop => shop, token => token, is_test => false, ..values };
    Page::new(status, template, values).cookie(cookie).respond(app)
}

fn too_many(seconds: u64) -> String {
    format!("Too many attempts. Try again in {seconds} seconds.")
}

const STALE: &str = "The page was open for too long. Try again.";

/// `POST /admin/sign-in`
pub async fn enter(req: HttpRequest, mut payload: Payload, app: Data<App>, door: Data<Door>) -> HttpResponse {
    let form = match form::receive(&mut payload, form::LONGEST).await {
        Ok(form) => form,
        Err(e) => return page::too_long(&app, e),
    };
    let next = next(form.get("next"));
    let cookies = Cookies::of(&app.config.public_url);
    // Whoever is asked once more is who they are; if they are out by now, this is a sign-in like any other.
    let known = match form.get("again") {
        Some(_) => match who(&req, &app).await {
            Ok(person) => person.map(|person| person.email),
            Err(e) => return page::failed(&app, &e),
        },
        None => None,
    };
    let email = known.as_deref().or_else(|| form.get("email")).unwrap_or_default();
    let again = async |status, wrong: &str| {
        let values = context! {
            next => &next, may_be_in => false, email => email, again => known.is_some(), wrong => wrong,
        };
        shown(&req, &app, status, values).await
    };
    let cookie = cookies.read(&req, FORM);
    if !form::is_ours(&req, &form, cookie.as_deref(), &app.config.public_url, &app.master) {
        return again(StatusCode::FORBIDDEN, STALE).await;
    }
    let (shop, _) = match first(&app).await {
        Ok(found) => found,
        Err(e) => return page::failed(&app, &e),
    };
    let password = form.get("password").unwrap_or_default();
    match door.enter(&app, shop.site_id, email, password, door::address(&req, &app)).await {
        Ok(Entry::In(session)) => let_in(&req, &app, &session, &next).await,
        Ok(Entry::Code(begun)) => to_code(&app, &begun, &next),
        Ok(Entry::No | Entry::Over) => again(StatusCode::FORBIDDEN, "Address or password are wrong.").await,
        Ok(Entry::Wait(seconds)) => again(StatusCode::TOO_MANY_REQUESTS, &too_many(seconds)).await,
        Err(e) => page::failed(&app, &e),
    }
}

/// On to the page that asks for the code of somebody whose password was right.
pub fn to_code(app: &App, begun: &str, next: &str) -> HttpResponse {
    let cookies = Cookies::of(&app.config.public_url);
    let next = utf8_percent_encode(next, NON_ALPHANUMERIC);
    let to = format!("{}/admin/sign-in/code?next={next}", page::base(&app.config.public_url));
    page::go(&to, vec![cookies.set(STEP, begun, SameSite::Strict)])
}

/// On to where they wanted, with a new session; the one that the browser had ends.
async fn let_in(req: &HttpRequest, app: &Data<App>, session: &str, next: &str) -> HttpResponse {
    let cookies = Cookies::of(&app.config.public_url);
    if let Some(old) = cookies.read(req, SESSION)
        && let Err(e) = app.store.write("old session ends", move |tx| session::end(tx, &old)).await
    {
        return page::failed(app, &e);
    }
    let set = vec![cookies.set(SESSION, session, SameSite::Strict), cookies.clear(FORM), cookies.clear(STEP)];
    page::go(&format!("{}{next}", page::base(&app.config.public_url)), set)
}

/// `GET /admin/sign-in/code`
pub async fn ask_code(req: HttpRequest, app: Data<App>) -> HttpResponse {
    let query = Form::read(req.query_string()).unwrap_or_default();
    let next = next(query.get("next"));
    if Cookies::of(&app.config.public_url).read(&req, STEP).is_none() {
        let to = format!("{}/admin/sign-in", page::base(&app.config.public_url));
        return page::go(&to, Vec::new());
    }
    code_shown(&req, &app, StatusCode::OK, &next, "").await
}

async fn code_shown(
    req: &HttpRequest,
    app: &Data<App>,
    status: StatusCode,
    next: &str,
    wrong: &str,
) -> HttpResponse {
    page_for_strangers(req, app, status, "admin/code.html", context! { next => next, wrong => wrong }).await
}

/// `POST /admin/sign-in/code`
pub async fn enter_code(
    req: HttpRequest,
    mut payload: Payload,
    app: Data<App>,
    door: Data<Door>,
) -> HttpResponse {
    let form = match form::receive(&mut payload, form::LONGEST).await {
        Ok(form) => form,
        Err(e) => return page::too_long(&app, e),
    };
    let next = next(form.get("next"));
    let cookies = Cookies::of(&app.config.public_url);
    let cookie = cookies.read(&req, FORM);
    if !form::is_ours(&req, &form, cookie.as_deref(), &app.config.public_url, &app.master) {
        return code_shown(&req, &app, StatusCode::FORBIDDEN, &next, STALE).await;
    }
    let begun = cookies.read(&req, STEP).unwrap_or_default();
    let code = form.get("code").unwrap_or_default();
    match door.enter_code(&app, &begun, code, door::address(&req, &app)).await {
        Ok(Entry::In(session)) => let_in(&req, &app, &session, &next).await,
        Ok(Entry::Over | Entry::Code(_)) => {
            let wrong = "It took too long, or too many codes were wrong: begin anew.";
            let values = context! { next => &next, may_be_in => false, wrong => wrong };
            page::with_cookie(shown(&req, &app, StatusCode::FORBIDDEN, values).await, &cookies.clear(STEP))
        }
        Ok(Entry::No) => {
            let wrong = "This is not the code, or it was used already: each counts once.";
            code_shown(&req, &app, StatusCode::FORBIDDEN, &next, wrong).await
        }
        Ok(Entry::Wait(seconds)) => {
            code_shown(&req, &app, StatusCode::TOO_MANY_REQUESTS, &next, &too_many(seconds)).await
        }
        Err(e) if e.kind == Kind::Refused => {
            page::notice(&app, StatusCode::FORBIDDEN, "Your second factor is lost", &e.message)
        }
        Err(e) => page::failed(&app, &e),
    }
}

/// `POST /admin/sign-out`
pub async fn leave(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, _) = Desk::send(&req, payload, &app).await?;
    let cookies = Cookies::of(&app.config.public_url);
    let token = cookies.read(&req, SESSION).unwrap_or_default();
    desk.write("sign out", move |tx, _| session::end(tx, &token)).await.map_err(|e| desk.failed(&e))?;
    Ok(page::go(&format!("{}/admin/sign-in", desk.base()), vec![cookies.clear(SESSION), cookies.clear(MODE)]))
}

/// `POST /admin/mode`
pub async fn mode(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    let cookies = Cookies::of(&app.config.public_url);
    let set = match form.get("mode") {
        Some("test") => cookies.set(MODE, &door::test_pass(&app), SameSite::Strict),
        _ => cookies.clear(MODE),
    };
    Ok(page::go(&format!("{}/admin", desk.base()), vec![set]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for ours in [
            "/admin",
            "/admin/licences?status=active",
            "/admin?x=1",
            "/oauth/authorize?redirect_uri=https://app.example/callback",
        ] {
            assert_eq!(next(Some(ours)), ours);
        }
        for other in [
            "",
            "//evil.example",
            "/admin//evil.example",
            "https://evil.example",
            "/adminx",
            "/admin/\\x",
            "/admin/a b",
            "/oauth",
            "/oauth/authorize",
            "/oauth//evil.example/authorize?",
        ] {
            assert_eq!(next(Some(other)), "/admin", "{other}");
        }
        assert_eq!(next(None), "/admin");
    }
}
