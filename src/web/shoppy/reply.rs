//! What a call answers: a thing or a list as it is, and what changed in an envelope.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::json;

use super::fault::Fault;
use super::paging::Pages;
use crate::base::error::{Error, Result};
use crate::web::request_id;

/// What a call answers, made inside the transaction, so that an answer and its effect are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    body: String,
    pages: Option<Pages>,
}

impl Reply {
    /// A thing.
    pub fn ok(value: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_string(value);
        let body = body.map_err(|e| Error::broken(format!("an answer cannot be written as JSON: {e}")))?;
        Ok(Self { body, pages: None })
    }

    /// A page of a list.
    pub fn list(items: &[impl Serialize], pages: Pages) -> Result<Self> {
        Ok(Self { pages: Some(pages), ..Self::ok(&items)? })
    }

    /// A page as it is kept: where it stands in its list in a line of its own before it.
    pub fn kept(self) -> String {
        let Pages { total, current } = self.pages.unwrap_or_default();
        format!("{total} {current}\n{}", self.body)
    }

    /// A page that was kept.
    pub fn again(kept: &str) -> Result<Self> {
        let read = || {
            let (place, body) = kept.split_once('\n')?;
            let (total, current) = place.split_once(' ')?;
            let pages = Pages { total: total.parse().ok()?, current: current.parse().ok()? };
            Some(Self { body: body.to_owned(), pages: Some(pages) })
        };
        read().ok_or_else(|| Error::broken("a list that was kept is none"))
    }

    /// What was changed, and what came of it (contract commerce.md, "v1 shapes").
    pub fn done(message: &str, resource: &impl Serialize) -> Result<Self> {
        Self::ok(&json!({"status": true, "message": message, "resource": resource}))
    }
}

/// The answer over HTTP.
pub fn respond(req: &HttpRequest, outcome: &std::result::Result<Reply, Fault>) -> HttpResponse {
    let (status, kind, body) = match outcome {
        Ok(reply) => (StatusCode::OK, "application/json", reply.body.clone()),
        Err(fault) => {
            let (kind, body) = fault.body();
            (fault.words().0, kind, body)
        }
    };
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(kind)))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header(("x-request-id", request_id::of(req)));
    match outcome {
        Ok(Reply { pages: Some(pages), .. }) => pages.tell(&mut response),
        Ok(_) => {}
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
