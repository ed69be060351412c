//! `POST /oauth/token` (also `/v1/oauth/token`) and `POST /oauth/revoke`: what apps call by themselves.

use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::client::{self, Said};
use super::fault::Fault;
use crate::app::App;
use crate::base::actor::ActorKind;
use crate::base::time::SECOND;
use crate::domain::oauth_app;
use crate::domain::oauth_code::{self, Exchange};
use crate::domain::oauth_token::{self, Issued};
use crate::domain::scope::{self, Scope};
use crate::web::form::{self, Form};
use crate::web::{door, edge};

/// Answers an app that wants tokens.
pub async fn token(req: HttpRequest, payload: Payload, app: Data<App>) -> HttpResponse {
    match exchange(&req, payload, &app).await {
        Ok(issued) => HttpResponse::Ok()
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::PRAGMA, "no-cache"))
            .content_type("application/json")
            .body(
                json!({"access_token": issued.access_token, "token_type": "Bearer",
                    "expires_in": oauth_token::ACCESS / SECOND, "refresh_token": issued.refresh_token,
                    "scope": issued.scope})
                .to_string(),
            ),
        Err(fault) => fault.respond(),
    }
}

/// Answers an app that gives a token back (RFC 7009): 200 also where there was none.
pub async fn revoke(req: HttpRequest, payload: Payload, app: Data<App>) -> HttpResponse {
    match give_back(&req, payload, &app).await {
        Ok(()) => HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).finish(),
        Err(fault) => fault.respond(),
    }
}

/// What an app wants.
#[derive(Clone)]
enum Wanted {
    Code(Exchange),
    Refresh(String, Option<Vec<Scope>>),
}

async fn exchange(req: &HttpRequest, payload: Payload, app: &Data<App>) -> Result<Issued, Fault> {
    let form = read(req, payload).await?;
    let said = client::said(req.headers(), &form)?;
    let needed = |name, why| form.given(name).map(str::to_owned).ok_or(Fault::Request(why));
    let wanted = match needed("grant_type", "grant_type is missing")?.as_str() {
        "authorization_code" => Wanted::Code(Exchange {
            code: needed("code", "code is missing")?,
            redirect_uri: needed("redirect_uri", "redirect_uri is missing")?,
            verifier: form.given("code_verifier").map(str::to_owned),
        }),
        "refresh_token" => Wanted::Refresh(
            needed("refresh_token", "refresh_token is missing")?,
            form.given("scope").map(scopes).transpose()?,
        ),
        _ => {
            known(app, &said).await?;
            return Err(Fault::GrantType);
        }
    };
    known(app, &said).await?;
    let master = app.master.clone();
    let issued = app
        .store
        .write("exchange token", move |tx| {
            let Some(app) = oauth_app::authenticate(tx, &said.client_id, said.secret.as_deref())? else {
                return Ok(None);
            };
            match &wanted {
                Wanted::Code(exchange) => oauth_code::redeem(tx, &app, exchange).map(Some),
                Wanted::Refresh(token, scopes) => {
                    oauth_token::refresh(tx, &app, token, scopes.as_deref(), &master).map(Some)
                }
            }
        })
        .await?;
    Ok(issued.ok_or(NOT_KNOWN)??)
}

const NOT_KNOWN: Fault = Fault::Client("this app is not known, or did not sign in as it must");

/// A look before anything queues for the writer: who may call at all.
async fn known(app: &Data<App>, said: &Said) -> Result<(), Fault> {
    let (client_id, secret) = (said.client_id.clone(), said.secret.clone());
    let found = app.store.read(move |tx| oauth_app::authenticate(tx, &client_id, secret.as_deref())).await?;
    found.map(|_| ()).ok_or(NOT_KNOWN)
}

async fn give_back(req: &HttpRequest, payload: Payload, app: &Data<App>) -> Result<(), Fault> {
    let form = read(req, payload).await?;
    let said = client::said(req.headers(), &form)?;
    let token = form.given("token").ok_or(Fault::Request("token is missing"))?.to_owned();
    known(app, &said).await?;
    let actor = door::actor(ActorKind::App, said.client_id.clone(), door::address(req, app));
    let revoked = app
        .store
        .write("revoke token", move |tx| {
            tx.act_for(&actor);
            match oauth_app::authenticate(tx, &said.client_id, said.secret.as_deref())? {
                Some(app) => oauth_token::revoke(tx, &app, &token).map(Some),
                None => Ok(None),
            }
        })
        .await?;
    revoked.ok_or(NOT_KNOWN)
}

/// The scopes that words name, with commas or white space between them.
fn scopes(words: &str) -> Result<Vec<Scope>, Fault> {
    let unknown = Fault::Refused(oauth_token::Refused::Scope("scope has a word in it that is no scope"));
    if words.trim() == "all" { Err(unknown) } else { scope::parse(words).map_err(|_| unknown) }
}

/// Reads the parameters, which stand in the body alone: addresses are written into logs.
async fn read(req: &HttpRequest, mut payload: Payload) -> Result<Form, Fault> {
    let body = edge::body(&mut payload, form::LONGEST).await;
    if !edge::head_fits(req, req.uri()) || !req.query_string().is_empty() {
        return Err(Fault::Request("parameters stand in the body, not in the address"));
    }
    let body = body.map_err(|_| Fault::Request("the body is longer than 16 KiB, or broke off"))?;
    let form = Form::read_body(req.headers(), &body)
        .ok_or(Fault::Request("the body is neither a form nor a JSON object of texts"))?;
    if form.twice.is_empty() { Ok(form) } else { Err(Fault::Request("a parameter is given twice")) }
}
