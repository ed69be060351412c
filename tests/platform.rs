//! The platform API over HTTP, on both engines.

mod access;
mod agreed;
mod audit;
mod calls;
mod catalogue;
mod customers;
mod delivery;
mod events;
mod examples;
mod input;
mod manners;
mod offers;
mod order_model;
mod orders;
mod purchase_model;
mod purchases;
mod receivers;
mod requests;
mod steps;
pub mod uploads;
mod webhook_fairness;
mod webhook_kills;
mod webhook_reach;
mod webhook_schedule;
mod webhook_strangers;
mod webhook_targets;
mod webhooks;

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::support::described;
use crate::support::http::{self, Answer};
use crate::support::server::{self, Server};
use crate::support::{Engine, engines};

/// A server, and a key that may do everything in live mode.
pub struct Shop {
    pub engine: Engine,
    pub server: Server,
    pub key: String,
}

/// Somebody who calls the API.
#[derive(Clone, Copy)]
pub struct Api<'a> {
    pub address: SocketAddr,
    pub key: &'a str,
}

impl Shop {
    pub fn open(engine: Engine) -> Self {
        let key = key(&engine, &["--scopes", "all"]);
        let server = Server::start(&engine, &[]);
        Self { engine, server, key }
    }

    /// One on each engine.
    pub fn both() -> [Self; 2] {
        engines().map(Self::open)
    }

    pub fn api(&self) -> Api<'_> {
        self.with(&self.key)
    }

    pub fn with<'a>(&self, key: &'a str) -> Api<'a> {
        Api { address: self.server.address, key }
    }
}

/// Makes an API key by the command line.
pub fn key(engine: &Engine, args: &[&str]) -> String {
    let mut all = vec!["api-key", "create"];
    all.extend(args);
    server::json(engine, &all)["key"].as_str().unwrap().to_owned()
}

impl Api<'_> {
    pub fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let bearer = format!("Bearer {}", self.key);
        let mut all = vec![("Authorization", bearer.as_str())];
        all.extend(headers);
        let answer = http::send(self.address, method, target, &all, body);
        described::check(method, target, &answer);
        answer
    }

    pub fn get(&self, target: &str) -> Answer {
        self.send("GET", target, &[], b"")
    }

    pub fn call(&self, method: &str, target: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, target, &[], body.as_bytes())
    }

    /// A call that must succeed; its body.
    pub fn done(&self, method: &str, target: &str, body: &Value) -> Value {
        let answer = self.call(method, target, body);
        assert!((200..300).contains(&answer.status), "{method} {target} {body}: {answer:?}");
        answer.json()
    }

    /// A product with the licence API on; its id.
    pub fn product(&self) -> i64 {
        self.product_with(&json!({}))
    }

    /// As [`Api::product`], with other fields beside or instead.
    pub fn product_with(&self, fields: &Value) -> i64 {
        let mut body = json!({"title": "Quill", "price": {"amount": 2999, "currency": "EUR"},
            "licence_policy": {"api_enabled": true, "max_uses": 3}});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.done("POST", "/v1/products", &body)["id"].as_i64().unwrap()
    }

    /// An unpaid order of one piece; its address.
    pub fn order(&self, product: i64) -> String {
        let body = json!({"customer": {"email": "mia@customer.example"}, "lines": [{"product_id": product}]});
        format!("/v1/orders/{}", self.done("POST", "/v1/orders", &body)["id"])
    }

    /// A licence of a product; the whole of it.
    pub fn licence(&self, product: i64) -> Value {
        self.done(
            "POST",
            "/v1/licences",
            &json!({"product_id": product, "customer": {"email": "mia@customer.example"}}),
        )
    }
}

/// Code and details of an error in its envelope.
pub fn fault(answer: &Answer) -> (u16, String, Value) {
    let body = answer.json();
    assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["error"], "{answer:?}");
    let error = &body["error"];
    assert!(error["message"].as_str().is_some_and(|m| !m.is_empty()), "{answer:?}");
    assert!(answer.header("x-request-id").is_some(), "{answer:?}");
    (answer.status, error["code"].as_str().unwrap().to_owned(), error["details"].clone())
}
