//! Every way a call can fail, and its answer: `{"message": "…"}` with the words of the document ("Errors") and nothing more.

use actix_web::http::StatusCode;
use serde_json::json;

use crate::base::error::{Error, Kind};
use crate::web::bearer::Denied;
use crate::web::fields::Unfit;

/// The rules whose refusal means that something is there already.
const TAKEN: [&str; 4] = ["code_taken", "slug_taken", "title_taken", "webhook_taken"];

/// Why a call gets no answer of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No key, or none that is good.
    Unauthorized,
    /// The key may not do this, or not from here.
    Forbidden,
    /// No such thing in this shop.
    NotFound,
    /// The path is served, but not by this method; these are.
    Method(String),
    /// Over the limit; come back in so many seconds.
    TooMany(u64),
    /// Longer than is taken.
    TooLarge,
    /// Not of a form that is read, or a field is wrong.
    Wrong,
    /// What the domain says.
    Domain(Error),
}

impl From<Error> for Fault {
    fn from(e: Error) -> Self {
        match e.kind {
            Kind::NotFound => Self::NotFound,
            Kind::Invalid => Self::Wrong,
            _ => Self::Domain(e),
        }
    }
}

impl From<Unfit> for Fault {
    fn from(_: Unfit) -> Self {
        Self::Wrong
    }
}

impl From<Denied> for Fault {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Unauthorized(_) | Denied::Signature(_) => Self::Unauthorized,
            Denied::Address => Self::Forbidden,
            Denied::Domain(e) => e.into(),
        }
    }
}

impl Fault {
    /// The status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Wrong => StatusCode::BAD_REQUEST,
            Self::Domain(e) => domain(e),
        }
    }

    /// The body.
    pub fn body(&self) -> String {
        let message = match self.status() {
            StatusCode::UNAUTHORIZED => "Unauthorized.",
            StatusCode::FORBIDDEN => "Forbidden.",
            StatusCode::NOT_FOUND => "Not found.",
            StatusCode::METHOD_NOT_ALLOWED => "Method not allowed.",
            StatusCode::CONFLICT => "Already exists.",
            StatusCode::PAYLOAD_TOO_LARGE => "Request entity too large.",
            StatusCode::TOO_MANY_REQUESTS => "Too many requests.",
            StatusCode::INTERNAL_SERVER_ERROR => "Internal server error.",
            StatusCode::SERVICE_UNAVAILABLE => "Service unavailable.",
            StatusCode::INSUFFICIENT_STORAGE => "Insufficient storage.",
            _ => "Bad request.",
        };
        json!({"message": message}).to_string()
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

/// What the rule behind a refusal makes of it: it is there already (409), or what was asked for cannot be (400).
fn domain(e: &Error) -> StatusCode {
    match e.kind {
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Refused if e.about.is_some_and(|rule| TAKEN.contains(&rule)) => StatusCode::CONFLICT,
        Kind::Invalid | Kind::Refused | Kind::Stale => StatusCode::BAD_REQUEST,
        Kind::Busy | Kind::Unavailable | Kind::Unknown => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Full => StatusCode::INSUFFICIENT_STORAGE,
        Kind::Clash | Kind::Broken => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
