//! Every way a licence call can fail, and its exact answer.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER};

use super::wire;
use crate::base::error::{Error, Kind};
use crate::domain::ladder::Refusal;

/// The methods that act.
pub const METHODS: &str = "GET, POST";

/// Why a licence call gets no answer of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The ladder said no.
    Refused(Refusal),
    /// The ladder said no to a `check`, which also tells the state of a dead key.
    CheckRefused(Refusal),
    /// No known action.
    NoAction,
    /// A method that is never allowed.
    Method,
    /// A malformed parameter; nothing is stored.
    BadRequest,
    /// Over the rate limit; come back in so many seconds.
    TooMany(u64),
    /// A surprise.
    Surprise(Error),
}

impl From<Error> for Fault {
    fn from(e: Error) -> Self {
        Self::Surprise(e)
    }
}

impl Fault {
    /// The answer.
    pub fn response(&self) -> HttpResponse {
        let (status, code, name) = self.words();
        let state = match self {
            Self::CheckRefused(Refusal::Inactive | Refusal::Expired) => Some(name),
            _ => None,
        };
        let mut response = wire::json(status, wire::error(code, name, state));
        let wait = match self {
            Self::TooMany(seconds) => Some(*seconds),
            Self::Surprise(_) if status == StatusCode::SERVICE_UNAVAILABLE => Some(1),
            _ => None,
        };
        if let Some(seconds) = wait {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if *self == Self::Method {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(METHODS));
        }
        if let Self::Surprise(e) = self {
            tracing::error!(error = %e, kind = ?e.kind, "a licence call failed");
        }
        response
    }

    /// The number it is known by.
    pub fn code(&self) -> u16 {
        self.words().1
    }

    fn words(&self) -> (StatusCode, u16, &'static str) {
        let bad = StatusCode::BAD_REQUEST;
        match self {
            Self::Refused(refusal) | Self::CheckRefused(refusal) => match refusal {
                Refusal::BadKeyOrIdentifier => (bad, 1101, "BAD_KEY_OR_ID"),
                Refusal::Inactive => (bad, 1102, "INACTIVE"),
                Refusal::Expired => (bad, 1103, "EXPIRED"),
                Refusal::MaxUses => (bad, 1201, "MAX_USES"),
                Refusal::BadUsageId => (bad, 1301, "BAD_USAGE_ID"),
                Refusal::BadIp => (bad, 1302, "BAD_IP"),
                Refusal::DeactivateNotAllowed => (bad, 1901, "BAD_METHOD"),
                Refusal::ApiDisabled => (StatusCode::FORBIDDEN, 1902, "API_DISABLED"),
            },
            Self::NoAction => (bad, 1901, "BAD_METHOD"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, 1901, "BAD_METHOD"),
            Self::BadRequest => (bad, 1904, "BAD_REQUEST"),
            Self::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, 1905, "TOO_MANY_REQUESTS"),
            Self::Surprise(e) => match e.kind {
                Kind::Invalid => (bad, 1904, "BAD_REQUEST"),
                Kind::Busy | Kind::Unavailable | Kind::Unknown => {
                    (StatusCode::SERVICE_UNAVAILABLE, 1903, "INTERNAL_ERROR")
                }
                Kind::Full => (StatusCode::INSUFFICIENT_STORAGE, 1903, "INTERNAL_ERROR"),
                Kind::NotFound | Kind::Refused | Kind::Stale | Kind::Clash | Kind::Broken => {
                    (StatusCode::INTERNAL_SERVER_ERROR, 1903, "INTERNAL_ERROR")
                }
            },
        }
    }
}
