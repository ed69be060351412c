//! Every way a call can fail, and its answer: `{"error": "…"}` with the statuses of the document's table.

use actix_web::http::StatusCode;
use serde_json::json;

use crate::base::error::{Error, Kind};
use crate::domain::scope::Scope;
use crate::domain::{gift_card, loyalty, signature, store_credit};
use crate::web::bearer::Denied;
use crate::web::fields::Unfit;

/// Why a call gets no answer of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No key, none that is good, or a wrong signature.
    Unauthorized(&'static str),
    /// The key may not do this, here.
    Forbidden(&'static str),
    /// The key lacks a scope.
    Scope(Scope),
    /// No such resource in this site.
    NotFound,
    /// The path is served, but not by this method; these are.
    Method(String),
    /// Over a limit; come back in so many seconds.
    TooMany(u64),
    /// Longer than is taken.
    TooLarge,
    /// Not of a form that is read, or a field is wrong.
    Wrong(String),
    /// What the domain says.
    Domain(Error),
}

impl From<Error> for Fault {
    fn from(e: Error) -> Self {
        match (e.kind, e.about) {
            (Kind::Refused, Some(signature::REPLAYED)) => {
                Self::Unauthorized("this signature has been used already")
            }
            (Kind::NotFound, _) => Self::NotFound,
            (Kind::Invalid, _) => Self::Wrong(match e.field() {
                Some(field) => format!("{}: {}", camel(&field), e.message),
                None => e.message,
            }),
            _ => Self::Domain(e),
        }
    }
}

impl From<Unfit> for Fault {
    fn from(unfit: Unfit) -> Self {
        Self::Wrong(match unfit {
            Unfit::Malformed(why) => why.to_owned(),
            Unfit::Fields(wrong) => {
                wrong.iter().map(|(name, why)| format!("{name} {why}")).collect::<Vec<_>>().join("; ")
            }
        })
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

/// A field as this dialect spells it, behind where it stands, as in `prices.0.`.
fn camel(field: &str) -> String {
    let (place, name) =
        field.rsplit_once('.').map_or(("", field), |(_, name)| field.split_at(field.len() - name.len()));
    let known = match name {
        "initial_minor" => "initialBalance",
        "least_minor" => "minOrderAmount",
        "price_minor" => "price",
        "compare_at_minor" => "compareAtPrice",
        "stock" => "inventoryCount",
        "title" => "name",
        "order_id" => "orderId",
        "customer_id" => "customerId",
        "reviewer_name" => "reviewerName",
        "reviewer_email" => "reviewerEmail",
        "max_uses" => "maxUses",
        "ends_at" | "expires_at" => "expiresAt",
        "starts_at" => "startsAt",
        "session_key" => "sessionId",
        "brand_id" => "brandId",
        "category_id" => "categoryId",
        "company" => "companyName",
        "tax_id" => "taxId",
        "net_days" => "paymentTerms",
        "price_list_id" => "priceListId",
        "contacts" => "contactCustomerIds",
        "variant_id" => "variantId",
        "min_quantity" => "minQuantity",
        other => other,
    };
    format!("{place}{known}")
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
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "there is no such resource, or it does not belong to this site".into(),
            ),
            Self::Method(allowed) => {
                (StatusCode::METHOD_NOT_ALLOWED, format!("this address answers {allowed}"))
            }
            Self::TooMany(seconds) => {
                (StatusCode::TOO_MANY_REQUESTS, format!("too many requests: come back in {seconds} s"))
            }
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "the body is longer than 1 MiB".into()),
            Self::Wrong(why) => (StatusCode::BAD_REQUEST, why.clone()),
            Self::Domain(e) => domain(e),
        }
    }

    /// The body.
    pub fn body(&self) -> String {
        json!({"error": self.words().1}).to_string()
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

/// What the rule behind a refusal makes of it: what was asked for is wrong (400), or clashes with what there is (409).
fn domain(e: &Error) -> (StatusCode, String) {
    let unavailable = StatusCode::SERVICE_UNAVAILABLE;
    let told = |status| (status, e.message.clone());
    match e.kind {
        Kind::Invalid => told(StatusCode::BAD_REQUEST),
        Kind::NotFound => told(StatusCode::NOT_FOUND),
        Kind::Refused => match e.about {
            Some(gift_card::REFUSED | store_credit::REFUSED | loyalty::TOO_FEW) => {
                told(StatusCode::BAD_REQUEST)
            }
            // `OUT_OF_STOCK` among them.
            _ => told(StatusCode::CONFLICT),
        },
        Kind::Stale => told(StatusCode::CONFLICT),
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
