//! `/oauth/authorize`: somebody is asked whether they let an app in, and says yes or no.
//!
//! The cookie of who is signed in is `SameSite=Strict`, so that it does not come with the link from an app's site. Then the sign-in page
//! is shown; it has a link to here, which is one of our own and brings the cookie along.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use minijinja::{Value, context};

use super::request::{self, Bad, Request};
use super::sign_in;
use crate::app::App;
use crate::base::actor::ActorKind;
use crate::base::error::Result;
use crate::domain::scope::Scope;
use crate::domain::session::{self, Holder};
use crate::domain::{oauth_code, oauth_grant, redirect_uri};
use crate::web::form;
use crate::web::page::{self, Page};
use crate::web::{door, edge};

/// `GET`: the question, or the sign-in page before it.
pub async fn ask(req: HttpRequest, app: Data<App>) -> HttpResponse {
    if !edge::head_fits(&req, req.uri()) {
        return bad(&app, Bad::Page("The address is longer than 8 KiB."));
    }
    let request = match request::read(&app, req.query_string()).await {
        Ok(request) => request,
        Err(e) => return bad(&app, e),
    };
    match door::session(&req, &app).await {
        Ok(Some((session, token))) if session.holder.is_of(request.app.shop) => {
            question(&app, &request, &session.holder, &token)
        }
        Ok(_) => {
            let from = req.headers().get("sec-fetch-site");
            // A browser that came from elsewhere may have a session whose cookie it held back.
            let may_be_in = from.is_none_or(|from| from == "cross-site");
            sign_in::page(&req, &app, &request, StatusCode::OK, context! { may_be_in => may_be_in })
        }
        Err(e) => page::failed(&app, &e),
    }
}

/// The answer to a request that is not in order.
pub fn bad(app: &Data<App>, bad: Bad) -> HttpResponse {
    match bad {
        Bad::Back(to) => page::go(&to, Vec::new()),
        Bad::Domain(e) => page::failed(app, &e),
        Bad::Page(why) => {
            let title = "This link does not work";
            let text = format!("{why} Nothing was shared. Tell the people who make the app.");
            page::notice(app, StatusCode::BAD_REQUEST, title, &text)
        }
    }
}

fn question(app: &App, request: &Request, holder: &Holder, token: &str) -> HttpResponse {
    let most = oauth_grant::most(holder);
    let (may, may_not): (Vec<Scope>, Vec<Scope>) =
        request.scopes.iter().copied().partition(|scope| most.contains(scope));
    let is_customer = matches!(holder, Holder::Customer { .. });
    let told = |scopes: Vec<Scope>| -> Vec<Value> {
        scopes.into_iter().map(|scope| Value::from(in_words(scope, is_customer))).collect()
    };
    let values = context! {
        app => &request.app.title,
        email => holder.email(),
        is_test => request.app.shop.is_test(),
        place => page_of(&request.redirect_uri),
        may => told(may),
        may_not => told(may_not),
        request => &request.query,
        token => form::token(token, &app.master),
    };
    let source = redirect_uri::source(&request.redirect_uri);
    Page::new(StatusCode::OK, "oauth/consent.html", values).leading_to(source).respond(app)
}

/// Where an app lives, as people know it.
fn page_of(uri: &str) -> String {
    match url::Url::parse(uri) {
        Ok(url) => url.host_str().map_or_else(|| format!("{}:", url.scheme()), str::to_owned),
        Err(_) => String::new(),
    }
}

/// A permission in words; customers let others see no more than is their own.
fn in_words(scope: Scope, is_customer: bool) -> &'static str {
    match scope {
        Scope::ReadOrders if is_customer => "See what you bought, and download it",
        Scope::ReadLicences if is_customer => "See your licence keys, and where they are in use",
        Scope::ReadProducts => "See products, releases and files",
        Scope::WriteProducts => "Change products, publish releases, upload files",
        Scope::ReadOrders => "See orders and what customers own",
        Scope::WriteOrders => "Make, pay, cancel and refund orders",
        Scope::ReadAnalytics => "See the figures of the business",
        Scope::ReadAccount => "See the shop’s settings",
        Scope::WriteAccount => "Change the shop’s settings",
        Scope::Webhooks => "See what happens in the shop, and have it sent elsewhere",
        Scope::ReadLicences => "See licence keys and where they are in use",
        Scope::WriteLicences => "Issue, change and suspend licences",
        Scope::ReadCustomers => "See customers with their addresses",
        Scope::WriteCustomers => "Change, merge and erase customers",
        // No app can ask for any other.
        other => other.as_str(),
    }
}

/// `POST`: the answer.
pub async fn decide(req: HttpRequest, mut payload: Payload, app: Data<App>) -> HttpResponse {
    let form = match form::receive(&mut payload, form::LONGEST).await {
        Ok(form) => form,
        Err(e) => return page::too_long(&app, e),
    };
    let request = match request::read(&app, form.get("request").unwrap_or_default()).await {
        Ok(request) => request,
        Err(e) => return bad(&app, e),
    };
    let (session, token) = match door::session(&req, &app).await {
        Ok(Some((session, token))) if session.holder.is_of(request.app.shop) => (session, token),
        // Signed out meanwhile: the question is asked again.
        Ok(_) => return sign_in::page(&req, &app, &request, StatusCode::OK, context! {}),
        Err(e) => return page::failed(&app, &e),
    };
    if !form::is_ours(&req, &form, Some(&token), &app.config.public_url, &app.master) {
        return sign_in::stale(&app, &request);
    }
    let issuer = &app.config.public_url;
    if form.get("answer") != Some("allow") {
        let why = [("error", "access_denied"), ("error_description", "nobody was let in")];
        return page::go(&request.answered(&why, issuer), Vec::new());
    }
    match allow(&req, &app, &request, session.holder, token).await {
        Ok(Some(code)) => page::go(&request.answered(&[("code", &code)], issuer), Vec::new()),
        Ok(None) => sign_in::page(&req, &app, &request, StatusCode::OK, context! {}),
        Err(e) => page::failed(&app, &e),
    }
}

/// Lets the app in: its code, unless somebody was signed out in this moment.
async fn allow(
    req: &HttpRequest,
    app: &Data<App>,
    request: &Request,
    holder: Holder,
    token: String,
) -> Result<Option<String>> {
    let (kind, name) = match &holder {
        Holder::Person(person) => (ActorKind::Person, person.id.to_string()),
        Holder::Customer { id, .. } => (ActorKind::Customer, id.to_string()),
    };
    let actor = door::actor(kind, name, door::address(req, app));
    let (client, uri) = (request.app.clone(), request.redirect_uri.clone());
    let (asked, challenge) = (request.scopes.clone(), request.challenge.clone());
    let allow = move |tx: &mut crate::store::Tx<'_>| {
        tx.act_for(&actor);
        // Who they are is looked at again in the transaction: a password may have changed since.
        let Some(session) = session::find(tx, &token)?.filter(|session| session.holder == holder) else {
            return Ok(None);
        };
        if crate::domain::oauth_app::find(tx, &client.client_id)?.is_none() {
            return Ok(None);
        }
        let most = oauth_grant::most(&session.holder);
        let scopes: Vec<Scope> = asked.iter().copied().filter(|scope| most.contains(scope)).collect();
        let grant = oauth_grant::new(tx, &client, &session.holder, &scopes)?;
        oauth_code::new(tx, grant, &uri, challenge.as_deref()).map(Some)
    };
    app.store.write("let app in", allow).await
}
