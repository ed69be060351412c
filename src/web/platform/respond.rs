//! From what a call answers, or why it does not, to the bytes of HTTP.

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};

use super::answer::Answer;
use super::call::text;
use super::fault::Fault;
use crate::web::rates::Standing;
use crate::web::request_id;

/// Answers a request that needs no key with what went wrong.
pub fn refuse(req: &HttpRequest, fault: Fault) -> HttpResponse {
    respond(req, Err(fault), None)
}

/// Answers where no call is.
pub async fn nothing_here(req: HttpRequest) -> HttpResponse {
    respond(&req, Err(Fault::NotFound), None)
}

/// Answers where GET and HEAD are all there is.
pub async fn read_only(req: HttpRequest) -> HttpResponse {
    refuse(&req, Fault::Method("GET, HEAD".to_owned()))
}

/// The code of an error, for the request log; some are answers, such as that of a declined card.
pub fn code(outcome: &Result<Answer, Fault>) -> Option<String> {
    match outcome {
        Err(fault) => Some(fault.words().1.to_owned()),
        Ok(answer) if answer.status >= 400 => {
            let body: serde_json::Value = serde_json::from_str(&answer.body).ok()?;
            body["error"]["code"].as_str().map(str::to_owned)
        }
        Ok(_) => None,
    }
}

/// Answers a call.
pub fn respond(
    req: &HttpRequest,
    outcome: Result<Answer, Fault>,
    standing: Option<Standing>,
) -> HttpResponse {
    let mut response = match &outcome {
        Ok(answer) => ok(req, answer),
        Err(fault) => {
            let mut response = HttpResponse::build(fault.words().0);
            if let Some(seconds) = fault.retry_after() {
                response.insert_header((header::RETRY_AFTER, seconds));
            }
            if let Fault::Method(allowed) = fault {
                response.insert_header((header::ALLOW, allowed.as_str()));
            }
            if matches!(fault, Fault::Unauthorized(_)) {
                // RFC 6750 3.1: what came is no good, or nothing came.
                let came = req.headers().contains_key(header::AUTHORIZATION);
                let challenge = if came { "Bearer error=\"invalid_token\"" } else { "Bearer" };
                response.insert_header((header::WWW_AUTHENTICATE, challenge));
            }
            response
        }
    };
    let is_json = outcome
        .as_ref()
        .map_or(true, |answer| answer.headers.iter().all(|(name, _)| *name != "content-type"));
    if is_json {
        response.insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/json")));
    }
    response
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header(("x-request-id", request_id::of(req)));
    if let Some(standing) = standing {
        standing.tell(&mut response);
    }
    match outcome {
        Ok(answer) if is_known(req, &answer) => response.finish(),
        Ok(answer) => response.body(answer.body),
        Err(fault) => response.body(fault.body()),
    }
}

fn ok(req: &HttpRequest, answer: &Answer) -> actix_web::HttpResponseBuilder {
    let status = if is_known(req, answer) {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::from_u16(answer.status).unwrap_or_default()
    };
    let mut response = HttpResponse::build(status);
    if let Some(etag) = &answer.etag {
        response.insert_header((header::ETAG, etag.as_str()));
    }
    for (name, value) in &answer.headers {
        response.insert_header((*name, value.as_str()));
    }
    if answer.replayed {
        response.insert_header(("idempotent-replayed", "true"));
    }
    response
}

/// Whether the caller has the resource as it is.
fn is_known(req: &HttpRequest, answer: &Answer) -> bool {
    let is_read = matches!(*req.method(), Method::GET | Method::HEAD);
    let tags = text(req.headers(), &header::IF_NONE_MATCH).filter(|_| is_read);
    tags.zip(answer.etag.as_ref()).is_some_and(|(tags, etag)| {
        tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
    })
}
