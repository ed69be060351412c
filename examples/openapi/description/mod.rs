//! The whole public address in OpenAPI 3.1.
//!
//! What is particular to a call stands in its noun's file: a few words, what it takes, what it answers. What follows from what it
//! is (`rules.rs`) is added: failures, headers, who may call. `tests/openapi.rs` holds it to what the server does: each answer that
//! any test of the platform API gets must be described here.

#![expect(
    dead_code,
    clippy::struct_field_names,
    reason = "of what is sent and answered only the shape is told, with its own names"
)]

pub mod account;
pub mod calls;
pub mod categories;
pub mod coupons;
pub mod customers;
mod deliveries;
pub mod errors;
pub mod events;
pub mod figures;
pub mod headers;
pub mod held;
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
use std::io;

use serde::Serialize as _;
use serde_json::{Value, json};
use utoipa::openapi::info::{InfoBuilder, LicenseBuilder};
use utoipa::openapi::path::{HttpMethod, PathItem};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ComponentsBuilder, OpenApiBuilder, PathsBuilder, RefOr, Server};

use self::calls::{Calls, Needing, Schemas};
use keywright::web::platform::ROUTES;

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

/// A document as the server carries it: a line a value, so that a change of it can be read.
pub fn text(document: &Value) -> io::Result<String> {
    let mut text = Vec::new();
    let lines = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut writer = serde_json::Serializer::with_formatter(&mut text, lines);
    document.serialize(&mut writer)?;
    text.push(b'\n');
    String::from_utf8(text).map_err(io::Error::other)
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
    document["webhooks"] = deliveries::webhooks();
    tidy::inline(document);
    schemas(document, answers, tidy::complete);
}
