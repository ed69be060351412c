//! The description of the whole public address in OpenAPI 3.1: `/openapi.json`, and `keywright openapi`.
//!
//! `openapi.json` is written by `examples/openapi` from what it says of each route, with the words of the domain; the tests hold it to
//! that, and to what the server does.

use std::sync::OnceLock;

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;

use crate::app::Prebuilt;
use crate::base::seal;

/// The address of a server, where the text has to say one: nobody has it.
pub const PLACE: &str = "https://this-server.invalid";

/// The description, of a server at [`PLACE`].
const TEXT: &str = include_str!("openapi.json");

/// The description, for a server at this address.
pub fn text(public_url: &str) -> String {
    // An address may hold what JSON escapes.
    let quoted = Value::from(public_url).to_string();
    TEXT.replace(PLACE, quoted.trim_matches('"'))
}

/// The description as it is served: made when it is first asked for.
pub struct Description {
    public_url: String,
    made: OnceLock<Prebuilt>,
}

impl Description {
    /// Of a server at this address.
    pub fn of(public_url: &str) -> Self {
        Self { public_url: public_url.to_owned(), made: OnceLock::new() }
    }

    fn get(&self) -> &Prebuilt {
        self.made.get_or_init(|| {
            let body = text(&self.public_url);
            let etag = format!("\"{}\"", &seal::hash(body.as_bytes())[..32]);
            Prebuilt { body: Bytes::from(body), etag }
        })
    }
}

/// `GET /openapi.json`
pub async fn serve(req: HttpRequest, description: Data<Description>) -> HttpResponse {
    let page = description.get();
    let known = req.headers().get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let is_known =
        known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == page.etag));
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, page.etag.as_str()))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-cache")));
    if is_known {
        return response.finish();
    }
    response
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/json")))
        .body(page.body.clone())
}
