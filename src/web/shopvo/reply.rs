//! What a call answers: the dialect's envelope around what its handler found, or what went wrong.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::fault::Fault;
use crate::base::error::{Error, Result};
use crate::web::rates::Standing;
use crate::web::request_id;

/// What a call answers, made inside the transaction, so that an answer and its effect are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    status: StatusCode,
    body: String,
}

impl Reply {
    /// `{"success": true, …}` with the fields of `value`.
    pub fn ok(value: &impl Serialize) -> Result<Self> {
        #[derive(Serialize)]
        struct Whole<'a, T> {
            success: bool,
            #[serde(flatten)]
            value: &'a T,
        }
        let body = serde_json::to_string(&Whole { success: true, value });
        let body = body.map_err(|e| Error::broken(format!("an answer cannot be written as JSON: {e}")))?;
        Ok(Self { status: StatusCode::OK, body })
    }

    /// What was answered before.
    pub fn again(body: &str) -> Self {
        Self { status: StatusCode::OK, body: body.to_owned() }
    }

    /// What is answered.
    pub fn body(self) -> String {
        self.body
    }

    /// `{"success": true, "data": …}`.
    pub fn data(data: &impl Serialize) -> Result<Self> {
        #[derive(Serialize)]
        struct Data<'a, T> {
            data: &'a T,
        }
        Self::ok(&Data { data })
    }

    /// The same, of something that did not exist before.
    pub fn made(data: &impl Serialize) -> Result<Self> {
        Ok(Self { status: StatusCode::CREATED, ..Self::data(data)? })
    }

    /// A refusal of something that has its effect all the same, such as a payment that was declined.
    pub fn refused(status: StatusCode, why: &str) -> Self {
        Self { status, body: serde_json::json!({"error": why}).to_string() }
    }

    /// Something is gone.
    pub fn deleted() -> Result<Self> {
        Self::ok(&serde_json::json!({"deleted": true}))
    }
}

/// The answer over HTTP, and how its caller stands.
pub fn respond(
    req: &HttpRequest,
    outcome: &std::result::Result<Reply, Fault>,
    standing: Option<Standing>,
) -> HttpResponse {
    let (status, body) = match outcome {
        Ok(reply) => (reply.status, reply.body.clone()),
        Err(fault) => (fault.words().0, fault.body()),
    };
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/json")))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header(("x-request-id", request_id::of(req)));
    if let Err(fault) = outcome {
        if let Some(wait) = fault.retry_after() {
            response.insert_header((header::RETRY_AFTER, wait));
        }
        if let Fault::Method(allowed) = fault {
            response.insert_header((header::ALLOW, allowed.as_str()));
        }
        if matches!(fault, Fault::Unauthorized(_)) {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
    }
    if let Some(standing) = standing {
        standing.tell(&mut response);
    }
    response.body(body)
}
