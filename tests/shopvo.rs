//! The Shopvo dialect over HTTP, on both engines.

mod b2b;
mod b2b_prices;
mod balances;
mod catalogue;
mod checkout;
mod checkout_model;
mod checkout_payment;
mod client;
mod content;
mod document;
mod groups;
mod hook_endpoints;
mod hook_signature;
mod hooks;
mod input;
mod ledgers;
mod manners;
mod money;
mod person;
mod price_lists;
mod sales;
mod shipping;

use std::net::SocketAddr;

use keywright::domain::order_number;
use keywright::domain::shop::{Mode, Shop};
use serde_json::{Value, json};

use crate::platform::key;
use crate::support::http::{self, Answer};
use crate::support::server::{self, Server};
use crate::support::{Engine, block_on, engines};

/// A server without limits of the dialect's own, its site, and keys that may do everything.
pub struct Store {
    pub engine: Engine,
    pub server: Server,
    pub site: String,
    live: String,
    test: String,
}

/// Somebody who calls the API.
#[derive(Clone, Copy)]
pub struct Api<'a> {
    pub address: SocketAddr,
    pub site: &'a str,
    pub key: &'a str,
}

/// Settings without which tests would be told to come back later.
pub const UNLIMITED: [&str; 6] =
    ["--shopvo-checkout-rate", "0", "--shopvo-orders-rate", "0", "--shopvo-search-rate", "0"];

impl Store {
    pub fn open(engine: Engine, args: &[&str]) -> Self {
        let live = key(&engine, &["--scopes", "all"]);
        let scopes = "admin:*,read:orders,write:orders,write:customers";
        let test = key(&engine, &["--scopes", scopes, "--mode", "test"]);
        let server = Server::start(&engine, args);
        server::cli(&engine, &["account", "set", "--currency", "EUR"]);
        let site = site(&engine);
        Self { engine, server, site, live, test }
    }

    /// One on each engine.
    pub fn both() -> [Self; 2] {
        engines().map(|engine| Self::open(engine, &UNLIMITED))
    }

    pub fn api(&self) -> Api<'_> {
        self.with(&self.live)
    }

    pub fn test(&self) -> Api<'_> {
        self.with(&self.test)
    }

    pub fn with<'a>(&'a self, key: &'a str) -> Api<'a> {
        Api { address: self.server.address, site: &self.site, key }
    }

    /// The id on the platform of an order that is called so here.
    pub fn order(&self, mode: Mode, called: &str) -> i64 {
        let (rows, called) = (self.engine.system_store(), called.to_owned());
        let found = rows.read(move |tx| {
            let shop = Shop::first(tx, mode)?;
            Ok(order_number::find(tx, shop, &called)?.id)
        });
        block_on(found).unwrap()
    }

    /// The platform API beside it, in test mode.
    pub fn platform_test(&self) -> crate::platform::Api<'_> {
        crate::platform::Api { address: self.server.address, key: &self.test }
    }

    /// The platform API beside it: what this dialect cannot do.
    pub fn platform(&self) -> crate::platform::Api<'_> {
        crate::platform::Api { address: self.server.address, key: &self.live }
    }
}

/// The first site's id in words.
pub fn site(engine: &Engine) -> String {
    server::json(engine, &["site", "list"])[0]["public_id"].as_str().unwrap().to_owned()
}

impl Api<'_> {
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let bearer = format!("Bearer {}", self.key);
        let mut all = headers.to_vec();
        if !self.key.is_empty() {
            all.push(("Authorization", bearer.as_str()));
        }
        let answer =
            http::send(self.address, method, &format!("/shopvo/api/v1/{}{path}", self.site), &all, body);
        assert!(answer.status < 500, "{method} {path}: {answer:?}");
        if answer.status >= 400 && method != "HEAD" {
            let told = answer.json();
            let fields: Vec<&String> = told.as_object().unwrap().keys().collect();
            assert_eq!(fields, ["error"], "{method} {path}: {told}");
            assert!(!told["error"].as_str().unwrap().is_empty(), "{method} {path}");
        }
        answer
    }

    pub fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, &[("Content-Type", "application/json")], body.as_bytes())
    }

    /// A call that must succeed; its body, whole.
    pub fn done(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.call(method, path, body);
        assert!((200..300).contains(&answer.status), "{method} {path} {body}: {answer:?}");
        let told = answer.json();
        assert_eq!(told["success"], true, "{method} {path}");
        told
    }

    pub fn get(&self, path: &str) -> Value {
        self.done("GET", path, &Value::Null)
    }

    /// What `data` holds of a call that must succeed.
    pub fn data(&self, method: &str, path: &str, body: &Value) -> Value {
        self.done(method, path, body)["data"].clone()
    }

    /// A call that must be refused with this status; what is said.
    pub fn refused(&self, method: &str, path: &str, body: &Value, status: u16) -> String {
        let answer = self.call(method, path, body);
        assert_eq!(answer.status, status, "{method} {path} {body}: {answer:?}");
        answer.json()["error"].as_str().unwrap().to_owned()
    }

    /// A product that is on sale for 29.99; its id.
    pub fn product(&self, name: &str) -> String {
        let body = json!({"name": name, "price": 2_999, "currency": "EUR"});
        id(&self.data("POST", "/products", &body))
    }
}

/// The id in a row.
pub fn id(row: &Value) -> String {
    row["id"].as_str().unwrap_or_else(|| panic!("no id in {row}")).to_owned()
}

/// The names of a row's fields, in order.
pub fn names(row: &Value) -> Vec<&str> {
    row.as_object().unwrap().keys().map(String::as_str).collect()
}
