//! The pages on which somebody signs in on their way to an app: people who run the shop with their password, customers as
//! `customer.rs` says. Each form carries the app's request along; after it, the request is made again.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use minijinja::{Value, context};

use super::authorize::bad;
use super::request::{self, Request};
use crate::app::App;
use crate::domain::session;
use crate::web::cookies::{BEGUN, Cookies, FORM, SESSION, SameSite};
use crate::web::door::{self, Door, Entry};
use crate::web::form::{self, Form};
use crate::web::page::{self, Page};
use crate::web::pages::sign_in;

/// The page to sign in on, for what an app asks; `values` are what else is to be said.
pub fn page(
    req: &HttpRequest,
    app: &App,
    request: &Request,
    status: StatusCode,
    values: Value,
) -> HttpResponse {
    let values = context! {
        app => &request.app.title,
        is_test => request.app.shop.is_test(),
        ..values
    };
    bound(req, app, &request.query, status, "oauth/sign_in.html", values)
}

/// A page with forms for somebody who is not signed in: they are bound to a cookie, which is set if there is none.
pub fn bound(
    req: &HttpRequest,
    app: &App,
    query: &str,
    status: StatusCode,
    template: &'static str,
    values: Value,
) -> HttpResponse {
    let (token, cookie) = door::form_token(req, app);
    let values = context! { request => query, token => token, ..values };
    Page::new(status, template, values).cookie(cookie).respond(app)
}

/// The answer to a form that was not sent by the page we gave this browser.
pub fn stale(app: &Data<App>, request: &Request) -> HttpResponse {
    let values = context! {
        title => "This page was open for too long",
        text => "Nothing was shared. Begin again, and do not keep the page open for hours.",
        again => &request.query,
    };
    Page::new(StatusCode::FORBIDDEN, "notice.html", values).respond(app)
}

/// A form that one of our pages sent, and the app's request in it.
pub async fn read(
    req: &HttpRequest,
    mut payload: Payload,
    app: &Data<App>,
) -> Result<(Form, Request), HttpResponse> {
    let form = form::receive(&mut payload, form::LONGEST).await.map_err(|e| page::too_long(app, e))?;
    let request =
        request::read(app, form.get("request").unwrap_or_default()).await.map_err(|e| bad(app, e))?;
    let cookie = Cookies::of(&app.config.public_url).read(req, FORM);
    if form::is_ours(req, &form, cookie.as_deref(), &app.config.public_url, &app.master) {
        Ok((form, request))
    } else {
        Err(stale(app, &request))
    }
}

/// On to the app's request, signed in: `session` is what the new cookie is to hold.
pub fn enter(app: &App, request: &Request, session: &str, same_site: SameSite) -> HttpResponse {
    let cookies = Cookies::of(&app.config.public_url);
    let set = vec![cookies.set(SESSION, session, same_site), cookies.clear(FORM), cookies.clear(BEGUN)];
    page::go(&again(app, request), set)
}

fn again(app: &App, request: &Request) -> String {
    format!("{}{}", page::base(&app.config.public_url), again_at(request))
}

fn again_at(request: &Request) -> String {
    format!("/oauth/authorize?{}", request.query)
}

/// `POST /oauth/sign-in`: somebody who runs the shop.
pub async fn person(req: HttpRequest, payload: Payload, app: Data<App>, door: Data<Door>) -> HttpResponse {
    let (form, request) = match read(&req, payload, &app).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let [email, password] = ["email", "password"].map(|name| form.get(name).unwrap_or_default());
    let from = door::address(&req, &app);
    let again = |status, wrong: String| {
        page(&req, &app, &request, status, context! { email => email, wrong => wrong })
    };
    match door.enter(&app, request.app.shop.site_id, email, password, from).await {
        Ok(Entry::In(session)) => enter(&app, &request, &session, SameSite::Strict),
        Ok(Entry::Code(begun)) => sign_in::to_code(&app, &begun, &again_at(&request)),
        Ok(Entry::No | Entry::Over) => {
            again(StatusCode::FORBIDDEN, "Address or password are wrong.".to_owned())
        }
        Ok(Entry::Wait(seconds)) => again(
            StatusCode::TOO_MANY_REQUESTS,
            format!("Too many attempts. Try again in {seconds} seconds."),
        ),
        Err(e) => page::failed(&app, &e),
    }
}

/// `POST /oauth/sign-out`: somebody wants to be somebody else.
pub async fn out(req: HttpRequest, mut payload: Payload, app: Data<App>) -> HttpResponse {
    let form = match form::receive(&mut payload, form::LONGEST).await {
        Ok(form) => form,
        Err(e) => return page::too_long(&app, e),
    };
    let request = match request::read(&app, form.get("request").unwrap_or_default()).await {
        Ok(request) => request,
        Err(e) => return bad(&app, e),
    };
    let cookies = Cookies::of(&app.config.public_url);
    let Some(token) = cookies.read(&req, SESSION) else {
        return page::go(&again(&app, &request), Vec::new());
    };
    if !form::is_ours(&req, &form, Some(&token), &app.config.public_url, &app.master) {
        return stale(&app, &request);
    }
    match app.store.write("sign out", move |tx| session::end(tx, &token)).await {
        Ok(()) => page::go(&again(&app, &request), vec![cookies.clear(SESSION)]),
        Err(e) => page::failed(&app, &e),
    }
}
