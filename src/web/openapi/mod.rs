//! The description of the whole public address in OpenAPI 3.1: `/openapi.json`, and `keywright openapi`.
//!
//! What is particular to a call stands in its noun's file: a few words, what it takes, what it answers. What follows from what it
//! is (`rules.rs`) is added: failures, headers, who may call. `tests/openapi.rs` holds it to what the server does: each answer that
//! any test of the platform API gets must be described here.

pub mod account;
pub mod calls;
pub mod categories;
pub mod coupons;
pub mod customers;
pub mod errors;
pub mod events;
pub mod figures;
pub mod headers;
pub mod licence_api;
pub mod licences;
pub mod logs;
pub mod money;
pub mod oauth;
pub mod orders;
pub mod products;
pub mod purchases;
pub mod releases;
mod rules;
pub mod scalars;
mod security;
pub mod server;
mod tidy;
pub mod uploads;
pub mod webhooks;
pub mod words;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};
use utoipa::openapi::info::{InfoBuilder, LicenseBuilder};
use utoipa::openapi::path::{HttpMethod, PathItem};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ComponentsBuilder, OpenApiBuilder, PathsBuilder, RefOr, Server};

use self::calls::{Calls, Needing, Schemas};
use crate::app::Prebuilt;
use crate::base::seal;
use crate::web::platform::ROUTES;

const ABOUT: &str = "\
A licence server and update daemon. Shipped apps call the licence API and the update check; a vendor's own programs call the \
platform API, `/v1`.\n\n\
Errors of the platform API are `{\"error\": {\"code\", \"message\", \"details\"}}`. Unknown fields and parameters are refused. Numbers and \
switches may come as text. Every change takes an `Idempotency-Key`; a repeated request gets the first answer, with `Idempotent-Replayed`. \
A single resource has an `ETag`, for `If-Match` and `If-None-Match`. Lists go from the newest row down. `HEAD` answers as `GET` does, \
without the body. Times are RFC 3339 in UTC; money is in whole minor units.";

/// What is told, in the order in which it is shown.
const NOUNS: &[fn(&mut Calls)] = &[
    licence_api::tell,
    account::tell,
    products::tell,
    releases::tell,
    categories::tell,
    uploads::tell,
    orders::tell,
    coupons::tell,
    purchases::tell,
    licences::tell,
    customers::tell,
    events::tell,
    webhooks::tell,
    figures::tell,
    logs::tell,
    oauth::tell,
    server::tell,
];

/// The document, for a server at this address.
pub fn document(public_url: &str) -> Value {
    let mut calls = Calls::default();
    for tell in NOUNS {
        tell(&mut calls);
    }
    let mut document = OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("keywright")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(ABOUT))
                .license(Some(
                    LicenseBuilder::new()
                        .name("MIT OR Apache-2.0")
                        .identifier(Some("MIT OR Apache-2.0"))
                        .build(),
                )),
        )
        .servers(Some([Server::new(public_url)]))
        .tags(Some(
            calls
                .tags
                .iter()
                .map(|(name, about)| TagBuilder::new().name(*name).description(Some(*about)).build()),
        ));
    let (mut sent, mut answered, mut needing) = (Schemas::new(), Schemas::new(), Vec::new());
    let mut paths = PathsBuilder::new();
    for mut told in calls.told {
        sent.append(&mut told.sent);
        answered.append(&mut told.answered);
        needing.extend(told.needing.take());
        let (path, method) = (told.path, method(told.method));
        let scope = ROUTES.iter().find(|route| route.method == told.method && route.path == path);
        let operation = rules::operation(told, scope.map(|route| route.scope));
        paths = paths.path(path, PathItem::new(method, operation));
    }
    let requests: BTreeSet<String> = sent.iter().map(|(name, _)| name.clone()).collect();
    let answers: BTreeSet<String> = answered.iter().map(|(name, _)| name.clone()).collect();
    let mut components = ComponentsBuilder::new().schemas_from_iter(sent).schemas_from_iter(answered);
    for failure in errors::FAILURES {
        components = components.response(failure.name, RefOr::T(failure.response()));
    }
    for (name, header) in headers::all() {
        components = components.header(name, RefOr::T(header));
    }
    for (name, parameter) in headers::parameters() {
        components = components.parameter(name, RefOr::T(parameter));
    }
    for (name, scheme) in security::schemes(public_url) {
        components = components.security_scheme(name, RefOr::T(scheme));
    }
    document = document.paths(paths).components(Some(components.build()));
    let mut document = serde_json::to_value(document.build()).unwrap_or_default();
    finish(&mut document, &requests, &answers, &needing);
    document
}

fn method(name: &str) -> HttpMethod {
    match name {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn finish(
    document: &mut Value,
    requests: &BTreeSet<String>,
    answers: &BTreeSet<String>,
    needing: &[Needing],
) {
    let schemas = |document: &mut Value, of: &BTreeSet<String>, mend: fn(&mut Value)| {
        let schemas = document["components"]["schemas"].as_object_mut().into_iter().flatten();
        schemas.filter(|(name, _)| of.contains(*name)).for_each(|(_, schema)| mend(schema));
    };
    schemas(document, requests, tidy::optional);
    for new in needing {
        let mut schema = document["components"]["schemas"][&new.like].clone();
        schema["required"] = json!(new.needs);
        document["components"]["schemas"][new.name] = schema;
    }
    tidy::flatten(document);
    document["webhooks"] = events::webhooks();
    tidy::inline(document);
    schemas(document, answers, tidy::complete);
}

/// The document as it is served: built when it is first asked for.
pub struct Description {
    public_url: String,
    built: OnceLock<Prebuilt>,
}

impl Description {
    /// Of a server at this address.
    pub fn of(public_url: &str) -> Self {
        Self { public_url: public_url.to_owned(), built: OnceLock::new() }
    }

    fn get(&self) -> &Prebuilt {
        self.built.get_or_init(|| {
            let body = document(&self.public_url).to_string();
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
