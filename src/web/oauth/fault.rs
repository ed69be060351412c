//! Every way a call of an app can fail, and its answer (RFC 6749 5.2).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use serde_json::json;

use crate::base::error::{Error, Kind};
use crate::domain::oauth_token::Refused;

/// Why an app gets nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A parameter is missing, given twice or malformed.
    Request(&'static str),
    /// The app is not known, or did not sign in as it must.
    Client(&'static str),
    /// Another kind of grant than there is.
    GrantType,
    /// What the domain refuses.
    Refused(Refused),
    /// What went wrong.
    Domain(Error),
}

impl From<Error> for Fault {
    fn from(e: Error) -> Self {
        Self::Domain(e)
    }
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl Fault {
    /// The answer.
    pub fn respond(&self) -> HttpResponse {
        let (status, code, description) = match self {
            Self::Request(why) => (StatusCode::BAD_REQUEST, "invalid_request", *why),
            Self::Client(why) => (StatusCode::UNAUTHORIZED, "invalid_client", *why),
            Self::GrantType => (
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "grant_type is authorization_code or refresh_token",
            ),
            Self::Refused(Refused::Grant(why)) => (StatusCode::BAD_REQUEST, "invalid_grant", *why),
            Self::Refused(Refused::Scope(why)) => (StatusCode::BAD_REQUEST, "invalid_scope", *why),
            Self::Domain(e) => return domain(e),
        };
        let mut answer = HttpResponse::build(status);
        if status == StatusCode::UNAUTHORIZED {
            answer.insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"keywright\", charset=\"UTF-8\""));
        }
        answer
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::PRAGMA, "no-cache"))
            .content_type("application/json")
            .body(json!({"error": code, "error_description": description}).to_string())
    }
}

fn domain(e: &Error) -> HttpResponse {
    let (status, code, description) = match e.kind {
        Kind::Busy | Kind::Unavailable | Kind::Unknown => {
            (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "try again in a moment")
        }
        Kind::Full => (StatusCode::INSUFFICIENT_STORAGE, "server_error", "the server's disk is full"),
        _ => {
            tracing::error!(error = %e, "a call of OAuth failed");
            let said = "something went wrong on our side; the server's log says what";
            (StatusCode::INTERNAL_SERVER_ERROR, "server_error", said)
        }
    };
    HttpResponse::build(status)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("application/json")
        .body(json!({"error": code, "error_description": description}).to_string())
}

/// Answers another method than a path has.
pub fn method(allowed: &'static str) -> HttpResponse {
    let description = format!("this address answers {allowed}");
    HttpResponse::MethodNotAllowed()
        .insert_header((header::ALLOW, allowed))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("application/json")
        .body(json!({"error": "invalid_request", "error_description": description}).to_string())
}
