//! The Shoppy dialect over HTTP, on both engines.

mod access;
mod clients;
mod commands;
mod curl;
mod document;
mod hooks;
mod input;
mod manners;
mod pages;
mod pay;
mod products;
mod sales;

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::platform::{self, key};
use crate::support::http::{self, Answer};
use crate::support::server::{self, Server};
use crate::support::{Engine, engines};

/// A server without a limit of the dialect's own, and keys that may do everything.
pub struct Store {
    pub engine: Engine,
    pub server: Server,
    pub live: String,
    pub test: String,
}

/// Somebody who calls the API in the shapes of a version.
#[derive(Clone, Copy)]
pub struct Api<'a> {
    pub address: SocketAddr,
    pub version: &'a str,
    pub key: &'a str,
}

impl Store {
    pub fn open(engine: Engine, args: &[&str]) -> Self {
        std::fs::write(engine.folder.path().join("keywright.toml"), "webhook_allow = \"127.0.0.0/8\"\n")
            .unwrap();
        let live = key(&engine, &["--scopes", "all"]);
        let test = key(&engine, &["--scopes", "all", "--mode", "test"]);
        let server = Server::start(&engine, args);
        server::cli(&engine, &["account", "set", "--currency", "EUR"]);
        Self { engine, server, live, test }
    }

    /// One on each engine.
    pub fn both() -> [Self; 2] {
        engines().map(|engine| Self::open(engine, &["--shoppy-rate", "0"]))
    }

    /// In the document's shapes, live.
    pub fn document(&self) -> Api<'_> {
        self.api("1.0", &self.live)
    }

    /// In the later shapes, live.
    pub fn later(&self) -> Api<'_> {
        self.api("v1", &self.live)
    }

    pub fn api<'a>(&'a self, version: &'a str, key: &'a str) -> Api<'a> {
        Api { address: self.server.address, version, key }
    }

    /// The platform API beside it: what this dialect cannot do.
    pub fn platform<'a>(&self, key: &'a str) -> platform::Api<'a> {
        platform::Api { address: self.server.address, key }
    }

    /// An order of a product, paid or not; its number on the platform.
    pub fn order(&self, key: &str, product: i64, email: &str, is_paid: bool) -> i64 {
        let platform = self.platform(key);
        let lines = json!([{"product_id": product}]);
        let order =
            platform.done("POST", "/v1/orders", &json!({"customer": {"email": email}, "lines": lines}));
        let id = order["id"].as_i64().unwrap();
        if is_paid {
            platform.done("POST", &format!("/v1/orders/{id}/pay"), &json!({"method": "manual"}));
        }
        id
    }

    /// The number of a product that the later shape calls so.
    pub fn number(&self, id: &Value) -> i64 {
        let path = format!("/products/{}", id.as_str().unwrap());
        self.document().get(&path)["product_id"].as_i64().unwrap()
    }

    /// A command that must succeed; what it told.
    pub fn told(&self, args: &[&str]) -> Value {
        server::json(&self.engine, args)
    }
}

impl Api<'_> {
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut all = headers.to_vec();
        if !self.key.is_empty() && !headers.iter().any(|(name, _)| *name == "Authorization") {
            all.push(("Authorization", self.key));
        }
        let answer =
            http::send(self.address, method, &format!("/shoppy/api/{}{path}", self.version), &all, body);
        assert!(answer.status < 500, "{method} {path}: {answer:?}");
        if answer.status >= 400 && answer.status != 429 && method != "HEAD" {
            let told = answer.json();
            assert_eq!(told["status"], false, "{method} {path}");
            assert!(!told["message"].as_str().unwrap().is_empty());
            match told.get("errors") {
                Some(errors) => {
                    assert_eq!((answer.status, names(&told)), (400, vec!["status", "message", "errors"]));
                    for why in errors.as_object().unwrap().values() {
                        assert!(why.as_array().unwrap().iter().all(Value::is_string), "{told}");
                    }
                }
                None => {
                    assert_eq!(names(&told), ["status", "message", "error"]);
                    assert_eq!(told["error"], json!({"message": told["message"], "code": answer.status}));
                }
            }
        }
        answer
    }

    pub fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, &[], body.as_bytes())
    }

    /// A call that must succeed; its body.
    pub fn done(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.call(method, path, body);
        assert_eq!(answer.status, 200, "{method} {path} {body}: {answer:?}");
        answer.json()
    }

    /// A product that is on sale for 10 euros, in the later shape.
    pub fn product(&self, more: &Value) -> Value {
        let mut body = json!({"title": "Nightly build", "price": 10, "type": "service"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.resource("PUT", "/products", &body)
    }

    /// What a change made of something.
    pub fn resource(&self, method: &str, path: &str, body: &Value) -> Value {
        let told = self.done(method, path, body);
        assert_eq!(names(&told), ["status", "message", "resource"], "{told}");
        assert_eq!(told["status"], true);
        told["resource"].clone()
    }

    pub fn get(&self, path: &str) -> Value {
        self.done("GET", path, &Value::Null)
    }

    /// A call that must be refused with this status; its body.
    pub fn refused(&self, method: &str, path: &str, body: &Value, status: u16) -> Value {
        let answer = self.call(method, path, body);
        assert_eq!(answer.status, status, "{method} {path} {body}: {answer:?}");
        answer.json()
    }
}

/// The names of an object's fields, in order.
pub fn names(row: &Value) -> Vec<&str> {
    row.as_object().unwrap_or_else(|| panic!("no object: {row}")).keys().map(String::as_str).collect()
}

/// Whether a text is of a form: `0` stands for a digit, `x` for a hexadecimal one, `a` for a letter or digit.
pub fn fits(text: &Value, form: &str) -> bool {
    let text = text.as_str().unwrap_or_default();
    text.len() == form.len()
        && text.chars().zip(form.chars()).all(|(c, form)| match form {
            '0' => c.is_ascii_digit(),
            'x' => c.is_ascii_digit() || ('a'..='f').contains(&c),
            'a' => c.is_ascii_alphanumeric(),
            other => c == other,
        })
}

/// A time in the document's form, a UUID, thirteen hexadecimal digits.
pub const TIME: &str = "0000-00-00 00:00:00";
pub const UUID: &str = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
pub const HEX: &str = "xxxxxxxxxxxxx";
/// A time in the later form.
pub const ZULU: &str = "0000-00-00T00:00:00.000Z";
