//! How customers come in: by a link or a code that is mailed to them. Nothing here tells whether an address is known.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use minijinja::context;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::visit::Visit;
use crate::app::App;
use crate::base::dice::Dice;
use crate::domain::{session, sign_in};
use crate::web::cookies::{BEGUN, Cookies, FORM, SESSION, SameSite};
use crate::web::door::Door;
use crate::web::form::Form;
use crate::web::page;
use crate::web::pages::answer::Answer;

/// Where somebody goes on who is in; only within the shop.
fn next(asked: Option<&str>) -> String {
    let is_ours = |next: &&str| {
        ["/item/", "/account", "/checkout", "/order/"].iter().any(|place| next.starts_with(place))
            && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
            && !next.contains("//")
    };
    asked.filter(is_ours).unwrap_or("/account").to_owned()
}

/// `GET /account/sign-in`
pub async fn ask(req: HttpRequest, app: Data<App>) -> Answer {
    let visit = Visit::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let next = next(query.get("next"));
    if visit.customer.is_some() {
        return Ok(page::go(&format!("{}{next}", visit.base()), Vec::new()));
    }
    let values =
        context! { next => next, wrong => "", typed_email => query.get("email").unwrap_or_default() };
    visit.page(StatusCode::OK, "shop/sign_in.html", "Sign in", values)
}

/// `POST /account/sign-in`: somebody wants a letter. The answer is the same, and as soon, whether there is a customer of this address.
pub async fn mail(req: HttpRequest, payload: Payload, app: Data<App>, door: Data<Door>) -> Answer {
    let (visit, form) = Visit::send(&req, payload, &app).await?;
    let next = next(form.get("next"));
    let email = form.get("email").unwrap_or_default().trim().to_owned();
    let again = |status, wrong: String| {
        let values = context! { next => &next, wrong => wrong, typed_email => &email };
        visit.page(status, "shop/sign_in.html", "Sign in", values)
    };
    if let Err(e) = crate::base::text::email(&email) {
        return again(StatusCode::BAD_REQUEST, e.message);
    }
    if let Err(seconds) = door.letter(&app, visit.from) {
        let wrong = format!("Too many letters were asked for. Try again in {seconds} seconds.");
        return again(StatusCode::TOO_MANY_REQUESTS, wrong);
    }
    let begun = Dice::System.base62(sign_in::RANDOM);
    let cookie = Cookies::of(&app.config.public_url).set(BEGUN, &begun, SameSite::Strict);
    let values = context! { next => &next, wrong => "", to => &email };
    let answer = visit.page(StatusCode::OK, "shop/code.html", "Look into your mail", values)?;
    let (shop, app) = (visit.shop, app.clone());
    // After the answer is on its way: a commit takes time, and would tell who there is.
    actix_web::rt::spawn(async move {
        let (master, base) = (app.master.clone(), app.config.public_url.clone());
        let on = utf8_percent_encode(&next, NON_ALPHANUMERIC).to_string();
        let write = move |tx: &mut crate::store::Tx<'_>| {
            let link = |token: &str| format!("{base}/account/sign-in/link/{token}?next={on}");
            sign_in::begin(tx, shop, &email, &begun, &link, &master)
        };
        if let Err(e) = app.store.write("begin sign-in", write).await {
            tracing::warn!(error = %e, "a letter to sign in with was not written");
        }
    });
    Ok(page::with_cookie(answer, &cookie))
}

/// Lets a customer in, and on to where they wanted to go.
fn enter(visit: &Visit, session: &str, next: &str) -> HttpResponse {
    let cookies = Cookies::of(&visit.app.config.public_url);
    let set = vec![cookies.set(SESSION, session, SameSite::Lax), cookies.clear(FORM), cookies.clear(BEGUN)];
    page::go(&format!("{}{next}", visit.base()), set)
}

/// `POST /account/sign-in/code`
pub async fn code(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (visit, form) = Visit::send(&req, payload, &app).await?;
    let next = next(form.get("next"));
    let begun = Cookies::of(&app.config.public_url).read(&req, BEGUN);
    let sent: String = form.get("code").unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    let master = app.master.clone();
    let entered = visit
        .write("sign in by code", move |tx, shop| {
            let Some(begun) = &begun else { return Ok(None) };
            let found = sign_in::by_code(tx, shop, begun, &sent, &master)?;
            found.map(|customer| session::of_customer(tx, customer)).transpose()
        })
        .await
        .map_err(|e| visit.failed(&e))?;
    let Some(session) = entered else {
        let wrong = "This code is wrong, was used, or is older than ten minutes.";
        let values = context! { next => next, wrong => wrong, to => "" };
        return visit.page(StatusCode::FORBIDDEN, "shop/code.html", "Look into your mail", values);
    };
    Ok(enter(&visit, &session, &next))
}

/// `GET /account/sign-in/link/{token}`: opening a link lets nobody in, since programs open links too; its button does.
pub async fn link(req: HttpRequest, token: Path<String>, app: Data<App>) -> Answer {
    let visit = Visit::open(&req, &app).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let asked = token.clone();
    let known = visit.read(move |tx, shop| sign_in::linked(tx, shop, &asked)).await?;
    let next = next(query.get("next"));
    match known {
        Some(to) => {
            let values = context! { to => to, link => token.into_inner(), next => next };
            visit.page(StatusCode::OK, "shop/link.html", "Sign in", values)
        }
        None => over(&visit, &next),
    }
}

fn over(visit: &Visit, next: &str) -> Answer {
    let values = context! { next => next, wrong => "This link was used already, or is older than ten minutes. Ask for a new one.", typed_email => "" };
    visit.page(StatusCode::GONE, "shop/sign_in.html", "Sign in", values)
}

/// `POST /account/sign-in/link/{token}`: the button.
pub async fn follow(req: HttpRequest, payload: Payload, token: Path<String>, app: Data<App>) -> Answer {
    let (visit, form) = Visit::send(&req, payload, &app).await?;
    let (token, next) = (token.into_inner(), next(form.get("next")));
    let entered = visit
        .write("sign in by link", move |tx, shop| {
            let found = sign_in::by_link(tx, shop, &token)?;
            found.map(|customer| session::of_customer(tx, customer)).transpose()
        })
        .await
        .map_err(|e| visit.failed(&e))?;
    match entered {
        Some(session) => Ok(enter(&visit, &session, &next)),
        None => over(&visit, &next),
    }
}

/// `POST /account/sign-out`
pub async fn leave(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (visit, _) = Visit::send(&req, payload, &app).await?;
    let cookies = Cookies::of(&app.config.public_url);
    if let (Some(_), Some(token)) = (&visit.customer, cookies.read(&req, SESSION)) {
        visit.write("sign out", move |tx, _| session::end(tx, &token)).await.map_err(|e| visit.failed(&e))?;
        return Ok(page::go(&format!("{}/", visit.base()), vec![cookies.clear(SESSION)]));
    }
    Ok(page::go(&format!("{}/", visit.base()), Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for ours in ["/item/1-quill/", "/account/purchases/1", "/checkout?items=1x2"] {
            assert_eq!(next(Some(ours)), ours);
        }
        for other in [
            "",
            "//evil.example",
            "/item//evil.example",
            "https://evil.example",
            "/admin",
            "/item/\\x",
            "/item/a b",
        ] {
            assert_eq!(next(Some(other)), "/account", "{other}");
        }
    }
}
