//! The licence API: one address, five actions, each a query parameter (contract licence.md).

use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::fault::{Fault, METHODS};
use super::params::Params;
use super::wire;
use crate::app::App;
use crate::domain::activation::{self, Activate};
use crate::domain::info;
use crate::domain::ladder::{Claim, Refusal};
use crate::web::server::Limits;
use crate::web::{client_address, edge};

/// The longest body, in bytes.
const FORM: usize = 16 * 1_024;

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What is asked for: the first of these that is a query parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Activate,
    Check,
    Info,
    UpdateExtra,
    Deactivate,
}

impl Action {
    /// In the order in which they are tried.
    const ALL: [(&'static str, Self); 5] = [
        ("activate", Self::Activate),
        ("check", Self::Check),
        ("info", Self::Info),
        ("updateExtra", Self::UpdateExtra),
        ("deactivate", Self::Deactivate),
    ];

    fn of(params: &Params) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| params.get(name).is_some()).map(|(_, action)| *action)
    }
}

/// Answers a call on any of the licence API's addresses.
pub async fn call(
    req: HttpRequest,
    mut payload: Payload,
    app: Data<App>,
    limits: Data<Limits>,
) -> HttpResponse {
    // First of all and whatever the answer: a body left unread costs its sender the connection, and, if it is slow, the
    // answer too.
    let body = edge::body(&mut payload, FORM).await;
    if req.method() == Method::OPTIONS {
        return HttpResponse::NoContent().insert_header((ALLOW, HeaderValue::from_static(METHODS))).finish();
    }
    answer(&req, body, &app, &limits).await.unwrap_or_else(|fault| fault.response())
}

async fn answer(
    req: &HttpRequest,
    body: Result<Vec<u8>, edge::NoBody>,
    app: &App,
    limits: &Limits,
) -> Result<HttpResponse, Fault> {
    if !edge::head_fits(req, req.uri()) {
        return Err(Fault::BadRequest);
    }
    let posted = match *req.method() {
        Method::POST => true,
        Method::GET => false,
        Method::HEAD => return Err(Fault::NoAction),
        _ => return Err(Fault::Method),
    };
    let address = client_address::of(req, &app.config.trusted_proxies);
    let now = u64::try_from(app.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
    limits.calls.take(address, now).map_err(Fault::TooMany)?;
    limits.failures.ask(address, now).map_err(Fault::TooMany)?;

    let mut params = Params::default();
    params.read(req.query_string())?;
    let action = Action::of(&params).filter(|_| !is_prefetch(req.headers())).ok_or(Fault::NoAction)?;
    if posted {
        let body = body.map_err(|_| Fault::BadRequest)?;
        let kind = req.headers().get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
        if kind.to_ascii_lowercase().trim_ascii_start().starts_with(b"multipart/") {
            // Boxed: every call would carry the room for it otherwise.
            Box::pin(params.read_form(req.headers(), body)).await?;
        } else {
            params.read_body(&body)?;
        }
    }
    let claim = Claim {
        key: params.key()?.to_owned(),
        identifier: params.identifier()?.map(str::to_owned),
        address,
        named_address: params.ip()?,
        rules: app.config.ip_rules,
    };
    let outcome = act(action, claim, &params, req.headers(), app).await;
    if outcome.as_ref().is_err_and(|fault| {
        matches!(
            fault,
            Fault::Refused(Refusal::BadKeyOrIdentifier) | Fault::CheckRefused(Refusal::BadKeyOrIdentifier)
        )
    }) {
        // Of many guesses at once, those beyond the limit do not learn that they were wrong.
        limits.failures.take(address, now).map_err(Fault::TooMany)?;
    }
    Ok(wire::json(StatusCode::OK, outcome?))
}

async fn act(
    action: Action,
    claim: Claim,
    params: &Params,
    headers: &HeaderMap,
    app: &App,
) -> Result<String, Fault> {
    let usage_id = params.usage_id();
    match action {
        Action::Activate => {
            let header =
                headers.get(&IDEMPOTENCY_KEY).map(|value| value.to_str().map_err(|_| Fault::BadRequest));
            let ask = Activate {
                bind: params.binds(),
                extra: params.extra()?,
                nonce: params.nonce(header.transpose()?)?,
            };
            let verdict =
                app.store.write("activate", move |tx| activation::activate(tx, &claim, &ask)).await?;
            verdict.map(wire::activated).map_err(Fault::Refused)
        }
        Action::Check => {
            let verdict = app.recent.check(&app.store, claim, usage_id).await?;
            let checked = verdict.map_err(Fault::CheckRefused)?;
            if let Some(usage_id) = usage_id {
                app.gathered.note(checked, usage_id);
            }
            Ok(wire::checked(checked))
        }
        Action::Info => {
            let verdict = app.store.read(move |tx| info::info(tx, &claim)).await?;
            let mut info = verdict.map_err(Fault::Refused)?;
            app.gathered.show(info.licence_id, &mut info.activations);
            Ok(wire::info(&info)?)
        }
        Action::UpdateExtra => {
            let extra = params.extra()?.ok_or(Fault::BadRequest)?;
            let verdict = app
                .store
                .write("update extra", move |tx| activation::update_extra(tx, &claim, usage_id, &extra))
                .await?;
            verdict.map(|()| wire::extra_updated()).map_err(Fault::Refused)
        }
        Action::Deactivate => {
            let verdict =
                app.store.write("deactivate", move |tx| activation::deactivate(tx, &claim, usage_id)).await?;
            verdict.map(|()| wire::deactivated()).map_err(Fault::Refused)
        }
    }
}

/// Whether a browser only wants to have the answer ready. Such a request never acts.
fn is_prefetch(headers: &HeaderMap) -> bool {
    ["purpose", "x-purpose", "sec-purpose", "x-moz"].iter().any(|name| {
        headers.get(*name).is_some_and(|value| {
            let value = value.as_bytes().to_ascii_lowercase();
            value.starts_with(b"prefetch") || value.starts_with(b"preview") || value.starts_with(b"prerender")
        })
    })
}
