//! How customers sign in: a code for the browser that began, or a link, both in a letter.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use minijinja::{Value, context};

use super::authorize::bad;
use super::request::{self, Request};
use super::sign_in::{bound, enter, page as sign_in_page, read};
use crate::app::App;
use crate::base::dice::Dice;
use crate::domain::{session, sign_in};
use crate::web::cookies::{BEGUN, Cookies, SameSite};
use crate::web::door::{self, Door};
use crate::web::page::{self, Page};

/// `POST /oauth/sign-in/mail`: a customer wants a letter. The answer is the same, and as soon, whether there is one of this address.
pub async fn mail(req: HttpRequest, payload: Payload, app: Data<App>, door: Data<Door>) -> HttpResponse {
    let (form, request) = match read(&req, payload, &app).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let email = form.get("email").unwrap_or_default().trim().to_owned();
    if let Err(seconds) = door.letter(&app, door::address(&req, &app)) {
        let wrong = format!("Too many letters were asked for. Try again in {seconds} seconds.");
        return sign_in_page(
            &req,
            &app,
            &request,
            StatusCode::TOO_MANY_REQUESTS,
            context! { wrong_mail => wrong },
        );
    }
    let begun = Dice::System.base62(sign_in::RANDOM);
    let cookie = Cookies::of(&app.config.public_url).set(BEGUN, &begun, SameSite::Strict);
    let answer = code_page(&req, &app, &request, StatusCode::OK, context! { email => &email });
    // After the answer is on its way: a commit takes time, and would tell who there is.
    actix_web::rt::spawn(async move {
        let (master, base, shop) = (app.master.clone(), app.config.public_url.clone(), request.app.shop);
        let query = request.query;
        let write = move |tx: &mut crate::store::Tx<'_>| {
            let link = |token: &str| format!("{base}/oauth/sign-in/link/{token}?{query}");
            sign_in::begin(tx, shop, &email, &begun, &link, &master)
        };
        if let Err(e) = app.store.write("begin sign-in", write).await {
            tracing::warn!(error = %e, "a letter to sign in with was not written");
        }
    });
    page::with_cookie(answer, &cookie)
}

fn code_page(
    req: &HttpRequest,
    app: &App,
    request: &Request,
    status: StatusCode,
    values: Value,
) -> HttpResponse {
    let values = context! { app => &request.app.title, is_test => request.app.shop.is_test(), ..values };
    bound(req, app, &request.query, status, "oauth/code.html", values)
}

/// `POST /oauth/sign-in/code`: a customer has the code.
pub async fn code(req: HttpRequest, payload: Payload, app: Data<App>) -> HttpResponse {
    let (form, request) = match read(&req, payload, &app).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let begun = Cookies::of(&app.config.public_url).read(&req, BEGUN);
    let sent: String = form.get("code").unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    let (master, shop) = (app.master.clone(), request.app.shop);
    let entered = app
        .store
        .write("sign in by code", move |tx| {
            let Some(begun) = &begun else { return Ok(None) };
            let found = sign_in::by_code(tx, shop, begun, &sent, &master)?;
            found.map(|customer| session::of_customer(tx, customer)).transpose()
        })
        .await;
    match entered {
        Ok(Some(session)) => enter(&app, &request, &session, SameSite::Lax),
        Ok(None) => {
            let wrong = "This code is wrong, was used, or is older than ten minutes.";
            code_page(&req, &app, &request, StatusCode::FORBIDDEN, context! { wrong => wrong })
        }
        Err(e) => page::failed(&app, &e),
    }
}

/// `GET /oauth/sign-in/link/{token}`: a customer has opened the link of their letter. It lets nobody in by itself, since programs open
/// links too; a button does.
pub async fn link(req: HttpRequest, token: Path<String>, app: Data<App>) -> HttpResponse {
    let request = match request::read(&app, req.query_string()).await {
        Ok(request) => request,
        Err(e) => return bad(&app, e),
    };
    let (token, shop) = (token.into_inner(), request.app.shop);
    let asked = token.clone();
    match app.store.read(move |tx| sign_in::linked(tx, shop, &asked)).await {
        Ok(Some(email)) => {
            let values = context! { email => email, link => token, app => &request.app.title, is_test => shop.is_test() };
            bound(&req, &app, &request.query, StatusCode::OK, "oauth/link.html", values)
        }
        Ok(None) => link_over(&app, &request),
        Err(e) => page::failed(&app, &e),
    }
}

fn link_over(app: &Data<App>, request: &Request) -> HttpResponse {
    let values = context! {
        title => "This link is over",
        text => "It was used already, or is older than ten minutes.",
        again => &request.query,
    };
    Page::new(StatusCode::GONE, "notice.html", values).respond(app)
}

/// `POST /oauth/sign-in/link/{token}`: the button.
pub async fn follow(req: HttpRequest, payload: Payload, token: Path<String>, app: Data<App>) -> HttpResponse {
    let request = match read(&req, payload, &app).await {
        Ok((_, request)) => request,
        Err(answer) => return answer,
    };
    let (token, shop) = (token.into_inner(), request.app.shop);
    let entered = app
        .store
        .write("sign in by link", move |tx| {
            let found = sign_in::by_link(tx, shop, &token)?;
            found.map(|customer| session::of_customer(tx, customer)).transpose()
        })
        .await;
    match entered {
        Ok(Some(session)) => enter(&app, &request, &session, SameSite::Lax),
        Ok(None) => link_over(&app, &request),
        Err(e) => page::failed(&app, &e),
    }
}
