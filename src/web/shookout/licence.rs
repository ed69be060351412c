//! The licence API: one address, five actions, each a query parameter (contract licence.md).

use actix_web::http::header::{ALLOW, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::fault::{Fault, METHODS};
use super::params::Params;
use super::wire;
use crate::app::App;
use crate::base::time::Clock;
use crate::domain::activation::{self, Activate, Judged};
use crate::domain::info;
use crate::domain::ladder::{Claim, Refusal};
use crate::domain::tally::Kind;
use crate::store::Tx;
use crate::web::server::Limits;
use crate::web::{client_address, edge, parts};

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
    let mut product_id = 0;
    answer(&req, body, &app, &limits, &mut product_id).await.unwrap_or_else(|fault| {
        app.tallies.error(fault.code(), product_id, Clock::System.now());
        fault.response()
    })
}

async fn answer(
    req: &HttpRequest,
    body: Result<Vec<u8>, edge::NoBody>,
    app: &App,
    limits: &Limits,
    product_id: &mut i64,
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
        if parts::are_in(req.headers()) {
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
    let outcome = act(action, claim, &params, req.headers(), app, product_id).await;
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

/// Does what is asked for, and counts it once it is done. `product_id` becomes the product that it was about.
async fn act(
    action: Action,
    claim: Claim,
    params: &Params,
    headers: &HeaderMap,
    app: &App,
    product_id: &mut i64,
) -> Result<String, Fault> {
    let usage_id = params.usage_id();
    let count = |kind, product_id| app.tallies.count(kind, product_id, Clock::System.now());
    match action {
        Action::Activate => {
            let header =
                headers.get(&IDEMPOTENCY_KEY).map(|value| value.to_str().map_err(|_| Fault::BadRequest));
            let ask = Activate {
                bind: params.binds(),
                extra: params.extra()?,
                nonce: params.nonce(header.transpose()?)?,
            };
            let judged = app.store.write("activate", move |tx| activation::take(tx, &claim, &ask)).await?;
            *product_id = judged.product_id;
            let taken = judged.verdict.map_err(Fault::Refused)?;
            if !taken.is_repeated {
                count(Kind::Activate, *product_id);
            }
            Ok(wire::activated(taken.usage_id))
        }
        Action::Check => {
            let judged = app.recent.judge(&app.store, claim, usage_id).await?;
            *product_id = judged.product_id;
            let checked = judged.verdict.map_err(Fault::CheckRefused)?;
            if let Some(usage_id) = usage_id {
                app.gathered.note(checked, usage_id);
            }
            app.tallies.count(Kind::Check, *product_id, checked.at);
            Ok(wire::checked(checked))
        }
        Action::Info => {
            let look = move |tx: &mut Tx<'_>| {
                let verdict = info::info(tx, &claim);
                Judged::again(tx, &claim, verdict)
            };
            let judged = app.store.read(look).await?;
            *product_id = judged.product_id;
            let mut info = judged.verdict.map_err(Fault::Refused)?;
            count(Kind::Info, *product_id);
            app.gathered.show(info.licence_id, &mut info.activations);
            Ok(wire::info(&info)?)
        }
        Action::UpdateExtra => {
            let extra = params.extra()?.ok_or(Fault::BadRequest)?;
            let change = move |tx: &mut Tx<'_>| {
                let verdict = activation::update_extra(tx, &claim, usage_id, &extra);
                Judged::again(tx, &claim, verdict)
            };
            let judged = app.store.write("update extra", change).await?;
            *product_id = judged.product_id;
            judged.verdict.map(|()| wire::extra_updated()).map_err(Fault::Refused)
        }
        Action::Deactivate => {
            let change = move |tx: &mut Tx<'_>| {
                let verdict = activation::deactivate(tx, &claim, usage_id);
                Judged::again(tx, &claim, verdict)
            };
            let judged = app.store.write("deactivate", change).await?;
            *product_id = judged.product_id;
            judged.verdict.map_err(Fault::Refused)?;
            count(Kind::Deactivate, *product_id);
            Ok(wire::deactivated())
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
