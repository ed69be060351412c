//! Every way a call of the platform API can fail, and its answer.

use actix_web::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::base::error::{Error, Kind};
use crate::domain::gate::Shut;
use crate::domain::scope::Scope;
use crate::domain::{file, idempotency, prerequisite, signature};
use crate::web::bearer::Denied;
use crate::web::fields::Unfit;

/// Why a call gets no answer of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No key, or none that is good.
    Unauthorized(&'static str),
    /// The signature is missing, wrong, old or used.
    Signature(&'static str),
    /// The key may not be used from here.
    Address,
    /// The key lacks a scope.
    Scope(Scope),
    /// A customer's app asks for what only the vendor's may see.
    VendorOnly,
    /// Over the plan's limit; come back in so many seconds.
    TooMany(u64),
    /// The card was declined.
    Declined,
    /// No such resource.
    NotFound,
    /// The path is served, but not by this method; these are.
    Method(String),
    /// Not JSON, or not of a form that is read.
    Malformed(&'static str),
    /// Longer than so many bytes.
    TooLarge(u64),
    /// Of another type than this.
    MediaType(&'static str),
    /// A key of test mode changes what live mode shares.
    LiveOnly,
    /// The same request is under way.
    UnderWay,
    /// An upload stands at this byte, not where the request goes on.
    Offset(u64),
    /// A link to a download is too old.
    LinkExpired,
    /// A gate before a download is shut.
    Shut(Shut),
    /// What is wrong with each field or parameter.
    Fields(Vec<(String, String)>),
    /// What the domain says.
    Domain(Error),
}

impl From<Error> for Fault {
    fn from(e: Error) -> Self {
        match (e.kind, e.about) {
            (Kind::Refused, Some(signature::REPLAYED)) => {
                Self::Signature("this signature has been used already")
            }
            (Kind::NotFound, _) => Self::NotFound,
            (Kind::Invalid, Some(_)) => Self::Fields(vec![(e.field().unwrap_or_default(), e.message)]),
            _ => Self::Domain(e),
        }
    }
}

impl From<Unfit> for Fault {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Malformed(why) => Self::Malformed(why),
            Unfit::Fields(wrong) => Self::Fields(wrong),
        }
    }
}

impl From<Denied> for Fault {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Unauthorized(why) => Self::Unauthorized(why),
            Denied::Signature(why) => Self::Signature(why),
            Denied::Address => Self::Address,
            Denied::Domain(e) => e.into(),
        }
    }
}

impl Fault {
    /// Status, code and message.
    pub fn words(&self) -> (StatusCode, &'static str, String) {
        let (status, code, message) = match self {
            Self::Unauthorized(why) => (StatusCode::UNAUTHORIZED, "unauthorized", *why),
            Self::Signature(why) => (StatusCode::UNAUTHORIZED, "invalid_signature", *why),
            Self::Address => (
                StatusCode::FORBIDDEN,
                "address_not_allowed",
                "this API key may not be used from this address",
            ),
            Self::Scope(scope) => {
                let message = format!("this API key or access token lacks the scope {scope}");
                return (StatusCode::FORBIDDEN, "insufficient_scope", message);
            }
            Self::VendorOnly => (
                StatusCode::FORBIDDEN,
                "vendor_only",
                "a customer let this app in: it sees their own purchases and licences, and nothing else",
            ),
            Self::TooMany(seconds) => {
                let message = format!("too many requests: come back in {seconds} s");
                return (StatusCode::TOO_MANY_REQUESTS, "rate_limited", message);
            }
            Self::Declined => (
                StatusCode::PAYMENT_REQUIRED,
                "card_declined",
                "the card was declined; the order is still unpaid",
            ),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "there is no such resource"),
            Self::Method(allowed) => {
                let message = format!("this address answers {allowed}");
                return (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message);
            }
            Self::Malformed(why) => (StatusCode::BAD_REQUEST, "malformed", *why),
            Self::TooLarge(most) => {
                let message = format!("the body is longer than {most} bytes");
                return (StatusCode::PAYLOAD_TOO_LARGE, "too_large", message);
            }
            Self::MediaType(wanted) => {
                let message = format!("send the body as {wanted}");
                return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message);
            }
            Self::LiveOnly => (
                StatusCode::FORBIDDEN,
                "live_key_needed",
                "the account is one for both modes: change it with a live key",
            ),
            Self::UnderWay => (
                StatusCode::CONFLICT,
                "idempotency_in_flight",
                "a request with this Idempotency-Key is under way: ask again in a second for its answer",
            ),
            Self::Offset(offset) => {
                let message = format!("this upload stands at byte {offset}: go on from there");
                return (StatusCode::CONFLICT, "offset_mismatch", message);
            }
            Self::LinkExpired => {
                (StatusCode::GONE, "link_expired", "this link was good for ten minutes: get a new one")
            }
            Self::Shut(shut) => return (StatusCode::CONFLICT, shut.code(), shut.how()),
            Self::Fields(_) => {
                (StatusCode::BAD_REQUEST, "validation_failed", "some of what was sent is wrong: see details")
            }
            Self::Domain(e) => return domain(e),
        };
        (status, code, message.to_owned())
    }

    /// The body.
    pub fn body(&self) -> String {
        let (_, code, message) = self.words();
        let details: Map<String, Value> = match self {
            Self::Fields(wrong) => {
                wrong.iter().map(|(name, why)| (name.clone(), why.as_str().into())).collect()
            }
            Self::Scope(scope) => Map::from_iter([("scope".to_owned(), scope.as_str().into())]),
            Self::Offset(offset) => Map::from_iter([("offset".to_owned(), (*offset).into())]),
            Self::Shut(shut) => details(shut),
            Self::Domain(e) => e.details(),
            _ => Map::new(),
        };
        json!({"error": {"code": code, "message": message, "details": details}}).to_string()
    }

    /// When to come back, in seconds.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany(seconds) => Some(*seconds),
            Self::UnderWay => Some(1),
            Self::Domain(e) if matches!(e.kind, Kind::Busy | Kind::Unavailable | Kind::Unknown) => Some(1),
            _ => None,
        }
    }
}

/// What a program needs to open a gate.
pub fn details(shut: &Shut) -> Map<String, Value> {
    let map = |fields: &[(&str, Value)]| {
        fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    };
    match shut {
        Shut::Unpaid(order) => map(&[("order_id", json!(order))]),
        Shut::Prerequisites(missing) => map(&[("products", json!(missing))]),
        Shut::InstallUrl(label, notice) => map(&[("label", json!(label)), ("notice", json!(notice))]),
        Shut::Channel(channel) => map(&[("channel", json!(channel))]),
        Shut::Platform(platforms) => map(&[("platforms", json!(platforms))]),
        Shut::Cancelled | Shut::Expired | Shut::Nothing => Map::new(),
    }
}

fn domain(e: &Error) -> (StatusCode, &'static str, String) {
    let unavailable = StatusCode::SERVICE_UNAVAILABLE;
    let (status, code) = match e.kind {
        Kind::Invalid => (StatusCode::BAD_REQUEST, "validation_failed"),
        Kind::NotFound => (StatusCode::NOT_FOUND, "not_found"),
        Kind::Refused
            if matches!(e.about, Some(idempotency::MISMATCH | prerequisite::CYCLE | file::HASH)) =>
        {
            (StatusCode::UNPROCESSABLE_ENTITY, e.about.unwrap_or_default())
        }
        Kind::Refused => (StatusCode::CONFLICT, e.about.unwrap_or("refused")),
        Kind::Stale => (StatusCode::PRECONDITION_FAILED, "changed_meanwhile"),
        Kind::Busy => (unavailable, "busy"),
        Kind::Unavailable => {
            // Where the database is, and who signs in to it, is told to the log only.
            return (
                unavailable,
                "unavailable",
                "the database does not answer; try again in a moment".into(),
            );
        }
        Kind::Unknown => {
            let message = "the change may or may not be stored: send it again with its Idempotency-Key";
            return (unavailable, "unknown_outcome", message.into());
        }
        Kind::Full => (StatusCode::INSUFFICIENT_STORAGE, "disk_full"),
        Kind::Clash | Kind::Broken => {
            let message = "something went wrong on our side; the server's log says what";
            return (StatusCode::INTERNAL_SERVER_ERROR, "internal_error", message.into());
        }
    };
    (status, code, e.message.clone())
}
