//! Every way a call can fail, and its answer (contract commerce.md, P14): `{status: false, message, error: {message, code}}`; where fields are
//! wrong `{status: false, message, errors: {field: […]}}`, without `error`; where the limit is reached plain text.

use actix_web::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::base::error::{Error, Kind};
use crate::domain::scope::Scope;
use crate::web::bearer::Denied;
use crate::web::fields::Unfit;

/// Why a call gets no answer of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No key, or none that is good.
    Unauthorized(&'static str),
    /// The key may not be used from here.
    Forbidden(&'static str),
    /// The key lacks a scope.
    Scope(Scope),
    /// No such resource.
    NotFound,
    /// The path is served, but not by this method; these are.
    Method(String),
    /// The caller takes no JSON.
    NotAcceptable,
    /// Over the limit; come back in so many seconds.
    TooMany(u64),
    /// Longer than is taken.
    TooLarge,
    /// Not of a form that is read.
    Wrong(String),
    /// What is wrong with each field.
    Fields(Vec<(String, String)>),
    /// What the domain says.
    Domain(Error),
}

impl From<Error> for Fault {
    fn from(e: Error) -> Self {
        match (e.kind, e.field()) {
            (Kind::NotFound, _) => Self::NotFound,
            (Kind::Invalid, Some(field)) => Self::Fields(vec![(spelt(&field), e.message)]),
            (Kind::Invalid, None) => Self::Wrong(e.message),
            _ => Self::Domain(e),
        }
    }
}

impl From<Unfit> for Fault {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Malformed(why) => Self::Wrong(why.to_owned()),
            Unfit::Fields(wrong) => Self::Fields(wrong),
        }
    }
}

impl From<Denied> for Fault {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Unauthorized(why) | Denied::Signature(why) => Self::Unauthorized(why),
            Denied::Address => Self::Forbidden("this API key may not be used from this address"),
            Denied::Domain(e) => e.into(),
        }
    }
}

/// A field as this dialect spells it.
fn spelt(field: &str) -> String {
    match field {
        "price_minor" => "price",
        "low_at" => "stock_warning",
        "min_quantity" => "quantity.min",
        "max_quantity" => "quantity.max",
        "letter" => "email.value",
        "keys" => "accounts",
        "response" => "message",
        "images" => "image",
        other => other,
    }
    .to_owned()
}

impl Fault {
    /// The status and what is said.
    pub fn words(&self) -> (StatusCode, String) {
        match self {
            Self::Unauthorized(why) => (StatusCode::UNAUTHORIZED, (*why).to_owned()),
            Self::Forbidden(why) => (StatusCode::FORBIDDEN, (*why).to_owned()),
            Self::Scope(scope) => {
                (StatusCode::FORBIDDEN, format!("this API key does not have the permission scope {scope}"))
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "there is no such resource".into()),
            Self::Method(allowed) => {
                (StatusCode::METHOD_NOT_ALLOWED, format!("this address answers {allowed}"))
            }
            Self::NotAcceptable => {
                (StatusCode::NOT_ACCEPTABLE, "answers are JSON, which Accept refuses".into())
            }
            Self::TooMany(seconds) => {
                (StatusCode::TOO_MANY_REQUESTS, format!("Too many requests: come back in {seconds} s"))
            }
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "the body is longer than 1 MiB".into()),
            Self::Wrong(why) => (StatusCode::BAD_REQUEST, why.clone()),
            Self::Fields(_) => (StatusCode::BAD_REQUEST, "the given data is not right".into()),
            Self::Domain(e) => domain(e),
        }
    }

    /// Its type and the body.
    pub fn body(&self) -> (&'static str, String) {
        let (status, message) = self.words();
        let body = match self {
            Self::TooMany(_) => return ("text/plain; charset=utf-8", message),
            Self::Fields(wrong) => {
                let mut errors = Map::new();
                for (field, why) in wrong {
                    let told = errors.entry(field.as_str()).or_insert_with(|| json!([]));
                    if let Value::Array(told) = told {
                        told.push(why.as_str().into());
                    }
                }
                json!({"status": false, "message": message, "errors": errors})
            }
            _ => {
                let error = json!({"message": message, "code": status.as_u16()});
                json!({"status": false, "message": message, "error": error})
            }
        };
        ("application/json", body.to_string())
    }

    /// When to come back, in seconds.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany(seconds) => Some(*seconds),
            Self::Domain(e) if matches!(e.kind, Kind::Busy | Kind::Unavailable | Kind::Unknown) => Some(1),
            _ => None,
        }
    }
}

/// The document's table has no 409: what clashes with what there is, is a bad request.
fn domain(e: &Error) -> (StatusCode, String) {
    let unavailable = StatusCode::SERVICE_UNAVAILABLE;
    let told = |status| (status, e.message.clone());
    match e.kind {
        Kind::Invalid | Kind::Refused | Kind::Stale => told(StatusCode::BAD_REQUEST),
        Kind::NotFound => told(StatusCode::NOT_FOUND),
        Kind::Busy => told(unavailable),
        // Where the database is, and who signs in to it, is told to the log only.
        Kind::Unavailable => (unavailable, "the database does not answer; try again in a moment".into()),
        Kind::Unknown => {
            (unavailable, "the change may or may not be stored: look before you send it again".into())
        }
        Kind::Full => told(StatusCode::INSUFFICIENT_STORAGE),
        Kind::Clash | Kind::Broken => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "something went wrong on our side; the server's log says what".into(),
        ),
    }
}
