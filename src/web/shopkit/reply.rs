//! What a call answers: a thing, a list, nothing, or what went wrong.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::fault::Fault;
use crate::base::error::{Error, Result};
use crate::web::request_id;

/// What a call answers, made inside the transaction, so that an answer and its effect are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    status: StatusCode,
    body: String,
    /// How many there are in the list that this is a page of.
    total: Option<i64>,
}

/// As it is written.
pub fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|e| Error::broken(format!("an answer cannot be written as JSON: {e}")))
}

impl Reply {
    /// The thing itself.
    pub fn ok(value: &impl Serialize) -> Result<Self> {
        Ok(Self { status: StatusCode::OK, body: json(value)?, total: None })
    }

    /// The same, of something that did not exist before.
    pub fn made(value: &impl Serialize) -> Result<Self> {
        Ok(Self { status: StatusCode::CREATED, ..Self::ok(value)? })
    }

    /// A page of a list that is written already.
    pub fn page(body: String, total: i64) -> Self {
        Self { status: StatusCode::OK, body, total: Some(total) }
    }

    /// A page as it is kept: the total in a line of its own before it.
    pub fn kept(self) -> String {
        format!("{}\n{}", self.total.unwrap_or_default(), self.body)
    }

    /// A page that was kept.
    pub fn again(kept: &str) -> Result<Self> {
        let (total, body) =
            kept.split_once('\n').ok_or_else(|| Error::broken("a list that was kept is none"))?;
        let total = total.parse().map_err(|_| Error::broken("a total that was kept is no number"))?;
        Ok(Self::page(body.to_owned(), total))
    }

    /// Something is gone.
    pub fn gone() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: String::new(), total: None }
    }
}

/// The answer over HTTP.
pub fn respond(req: &HttpRequest, outcome: &std::result::Result<Reply, Fault>) -> HttpResponse {
    let (status, body) = match outcome {
        Ok(reply) => (reply.status, reply.body.clone()),
        Err(fault) => (fault.status(), fault.body()),
    };
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header(("x-request-id", request_id::of(req)));
    if status != StatusCode::NO_CONTENT {
        response.insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/json")));
    }
    match outcome {
        Ok(reply) => {
            if let Some(total) = reply.total {
                response.insert_header(("x-total-count", total));
            }
        }
        Err(fault) => {
            if let Some(wait) = fault.retry_after() {
                response.insert_header((header::RETRY_AFTER, wait));
            }
            if let Fault::Method(allowed) = fault {
                response.insert_header((header::ALLOW, allowed.as_str()));
            }
        }
    }
    response.body(body)
}
