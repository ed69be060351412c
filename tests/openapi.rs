//! The description in OpenAPI 3.1: complete, as it was reviewed, and true. That answers are as it says is looked at wherever a
//! test calls the platform API (`support/described.rs`).

#[path = "../examples/openapi/description/mod.rs"]
mod description;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::described::{DOCUMENT, found, validator};
use crate::support::server::{self, Server};
use crate::support::{Engine, http};
use keywright::web::openapi;
use keywright::web::platform::ROUTES;

fn operations() -> Vec<(String, String, &'static Value)> {
    let mut all = Vec::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((method.to_uppercase(), path.clone(), operation));
        }
    }
    all
}

#[test]
fn what_the_server_carries_is_what_is_said_of_it() {
    let now = description::text(&description::document(openapi::PLACE)).unwrap();
    let carried = openapi::text(openapi::PLACE);
    let differs = now.lines().zip(carried.lines()).position(|(now, then)| now != then);
    assert!(
        now == carried,
        "the description has changed, first in line {:?}; renew what the server carries, and look at the change:\n\
         cargo run --example openapi > src/web/openapi.json",
        differs.map(|line| line + 1)
    );
}

#[test]
fn a_server_describes_itself_where_it_is() {
    let place = "https://shop.example:8443/keys";
    let output = server::cli(&Engine::sqlite(), &["openapi", "--public-url", place]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(told == description::document(place), "something is said otherwise of a server there");
    assert!(!told.to_string().contains(openapi::PLACE));
}

#[test]
fn every_route_is_described() {
    let described: BTreeSet<(String, String)> =
        operations().into_iter().map(|(method, path, _)| (method, path)).collect();
    for route in ROUTES {
        assert!(
            described.contains(&(route.method.to_owned(), route.path.to_owned())),
            "{} {} is not described: give it a line in examples/openapi/description/",
            route.method,
            route.path
        );
    }
    let is_in_table = |path: &str| path.starts_with("/v1/") && path != "/v1/oauth/token";
    for (method, path) in described.iter().filter(|(_, path)| is_in_table(path)) {
        assert!(
            ROUTES.iter().any(|route| route.method == method && route.path == path),
            "{method} {path} is described, and not there"
        );
    }
}

#[test]
fn everything_has_words() {
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations() {
        let case = format!("{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|words| !words.is_empty()), "{case}");
        assert!(
            ids.insert(operation["operationId"].as_str().unwrap()),
            "{case} is called as another call is"
        );
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let parameter = found(parameter, &mut String::new());
            let is_in_path = parameter["in"] == "path";
            assert!(is_in_path || parameter["description"].is_string(), "{case}: {}", parameter["name"]);
        }
        let sends = operation["requestBody"]["content"].as_object();
        for (kind, content) in sends.into_iter().flatten() {
            let schema = found(&content["schema"], &mut String::new());
            let is_bytes = kind == "application/octet-stream";
            assert!(
                is_bytes || schema["examples"][0] != Value::Null,
                "{case} has no example of what is sent"
            );
        }
    }
    for (name, schema) in DOCUMENT["components"]["schemas"].as_object().unwrap() {
        assert!(schema["description"].is_string(), "{name}");
        for (property, schema) in schema["properties"].as_object().into_iter().flatten() {
            assert!(schema["description"].is_string(), "{name}.{property}");
        }
    }
}

#[test]
fn examples_are_what_they_are_examples_of() {
    let (schemas, mut seen) = (DOCUMENT["components"]["schemas"].as_object().unwrap(), 0);
    for (name, schema) in schemas {
        let validator = validator(&json!({"$ref": format!("#/components/schemas/{name}")}));
        for example in schema["examples"].as_array().into_iter().flatten() {
            assert!(
                validator.is_valid(example),
                "{name}: {:?}",
                validator.iter_errors(example).collect::<Vec<_>>()
            );
            seen += 1;
        }
    }
    for (name, response) in DOCUMENT["components"]["responses"].as_object().unwrap() {
        let content = &response["content"]["application/json"];
        let validator = validator(&content["schema"]);
        let examples = content["examples"].as_object().unwrap();
        assert!(!examples.is_empty(), "{name}");
        for (code, example) in examples {
            assert!(validator.is_valid(&example["value"]), "{name} {code}");
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen} examples");
}

/// The words in backticks of a text.
fn ticked(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn codes_are_those_of_the_page() {
    let page = include_str!("../src/web/platform/README.md");
    let table = page.split("## Codes").nth(1).unwrap().split("\n## ").next().unwrap();
    let (told, gates) = (
        ticked(table),
        ticked(page.split("A gate that is shut").nth(1).unwrap().split("- ").next().unwrap()),
    );
    let mut codes = BTreeSet::new();
    for (name, response) in DOCUMENT["components"]["responses"].as_object().unwrap() {
        for code in response["content"]["application/json"]["examples"].as_object().unwrap().keys() {
            assert!(
                told.contains(code.as_str()) || gates.contains(code.as_str()),
                "{name} {code} is not on the page"
            );
            codes.insert(code.as_str());
        }
    }
    let not_codes =
        ["details", "scope", "offset", "products", "product_id", "left", "purchase_id", "lines.0.quantity"];
    for code in told.iter().filter(|code| !not_codes.contains(code)) {
        assert!(codes.contains(code), "{code} is on the page, and not described");
    }
}

#[test]
fn a_server_gives_it_to_anybody() {
    let engine = Engine::sqlite();
    let server = Server::start(&engine, &["--public-url", openapi::PLACE]);
    let answer = http::get(server.address, "/openapi.json");
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-cache")));
    // All of it on a terminal would tell less.
    assert!(answer.json() == *DOCUMENT, "the server gives another document");
    let etag = answer.header("etag").unwrap();
    let known = http::send(server.address, "GET", "/openapi.json", &[("If-None-Match", etag)], b"");
    assert_eq!((known.status, known.body.len()), (304, 0));
    for path in ["/openapi.json", "/healthz", "/readyz"] {
        let refused = http::send(server.address, "POST", path, &[], b"{}");
        assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD")), "{path}");
    }
}
