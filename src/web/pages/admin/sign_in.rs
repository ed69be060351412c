//! In, out, and from live to test mode.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use minijinja::{Value, context};

use super::desk::{Answer, Desk};
use crate::app::App;
use crate::domain::account;
use crate::domain::session;
use crate::domain::shop::{Mode, Shop};
use crate::store::Tx;
use crate::web::cookies::{Cookies, FORM, MODE, SESSION, SameSite};
use crate::web::door::{self, Door, Entry};
use crate::web::form::{self, Form};
use crate::web::page::{self, Page};

/// Where somebody is sent who is in; only within the administration.
fn next(asked: Option<&str>) -> String {
    let is_ours = |next: &&str| {
        (*next == "/admin" || next.starts_with("/admin/") || next.starts_with("/admin?"))
            && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
            && !next.contains("//")
    };
    asked.filter(is_ours).unwrap_or("/admin").to_owned()
}

async fn first(app: &Data<App>) -> crate::base::error::Result<(Shop, String)> {
    app.store
        .read(|tx: &mut Tx<'_>| {
            let shop = Shop::first(tx, Mode::Live)?;
            Ok((shop, account::get(tx, shop)?.title))
        })
        .await
}

/// `GET /admin/sign-in`
pub async fn ask(req: HttpRequest, app: Data<App>) -> HttpResponse {
    let query = Form::read(req.query_string()).unwrap_or_default();
    let next = next(query.get("next"));
    match door::session(&req, &app).await {
        Ok(Some((session, _))) if matches!(session.holder, session::Holder::Person(_)) => {
            page::go(&format!("{}{next}", page::base(&app.config.public_url)), Vec::new())
        }
        Ok(_) => {
            // A browser that came from elsewhere may have a session whose cookie it held back.
            let may_be_in = req.headers().get("sec-fetch-site").is_some_and(|from| from == "cross-site");
            shown(&req, &app, StatusCode::OK, context! { next => next, may_be_in => may_be_in, wrong => "" })
                .await
        }
        Err(e) => page::failed(&app, &e),
    }
}

async fn shown(req: &HttpRequest, app: &Data<App>, status: StatusCode, values: Value) -> HttpResponse {
    let (_, shop) = match first(app).await {
        Ok(found) => found,
        Err(e) => return page::failed(app, &e),
    };
    let (token, cookie) = door::form_token(req, app);
    let values = context! { shop => shop, token => token, is_test => false, ..values };
    Page::new(status, "admin/sign_in.html", values).cookie(cookie).respond(app)
}

/// `POST /admin/sign-in`
pub async fn enter(req: HttpRequest, mut payload: Payload, app: Data<App>, door: Data<Door>) -> HttpResponse {
    let form = form::receive(&mut payload, form::LONGEST).await;
    let next = next(form.get("next"));
    let cookies = Cookies::of(&app.config.public_url);
    let again = async |status, wrong: String| {
        let email = form.get("email").unwrap_or_default();
        shown(
            &req,
            &app,
            status,
            context! { next => &next, may_be_in => false, email => email, wrong => wrong },
        )
        .await
    };
    let cookie = cookies.read(&req, FORM);
    if !form::is_ours(&req, &form, cookie.as_deref(), &app.config.public_url, &app.master) {
        return again(StatusCode::FORBIDDEN, "The page was open for too long. Try again.".to_owned()).await;
    }
    let (shop, _) = match first(&app).await {
        Ok(found) => found,
        Err(e) => return page::failed(&app, &e),
    };
    let [email, password] = ["email", "password"].map(|name| form.get(name).unwrap_or_default());
    match door.enter(&app, shop.site_id, email, password, door::address(&req, &app)).await {
        Ok(Entry::In(session)) => {
            let set = vec![cookies.set(SESSION, &session, SameSite::Strict), cookies.clear(FORM)];
            page::go(&format!("{}{next}", page::base(&app.config.public_url)), set)
        }
        Ok(Entry::No) => again(StatusCode::FORBIDDEN, "Address or password are wrong.".to_owned()).await,
        Ok(Entry::Wait(seconds)) => {
            again(
                StatusCode::TOO_MANY_REQUESTS,
                format!("Too many attempts. Try again in {seconds} seconds."),
            )
            .await
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
        for ours in ["/admin", "/admin/licences?status=active", "/admin?x=1"] {
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
        ] {
            assert_eq!(next(Some(other)), "/admin", "{other}");
        }
        assert_eq!(next(None), "/admin");
    }
}
