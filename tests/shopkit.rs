//! The Shopkit dialect over HTTP, on both engines.

mod access;
mod bad;
mod clients;
mod coupons;
mod curl;
mod document;
mod goods;
mod gross;
mod hooks;
mod kept;
mod manners;
mod options;
mod orders;
mod shelves;
mod stats;
mod store;
mod world;

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::platform::key;
use crate::support::http::{self, Answer};
use crate::support::server::{self, Server};
use crate::support::{Engine, engines};

/// A server, and keys that may do everything.
pub struct Store {
    pub engine: Engine,
    pub server: Server,
    live: String,
    test: String,
}

/// Somebody who calls the API.
#[derive(Clone, Copy)]
pub struct Api<'a> {
    pub address: SocketAddr,
    pub key: &'a str,
}

impl Store {
    pub fn open(engine: Engine, args: &[&str]) -> Self {
        let live = key(&engine, &["--scopes", "all"]);
        let test = key(&engine, &["--scopes", "all", "--mode", "test"]);
        server::cli(&engine, &["account", "set", "--currency", "EUR", "--time-zone", "Europe/Lisbon"]);
        let off: &[&str] =
            if args.contains(&"--shopkit-hour-rate") { &[] } else { &["--shopkit-hour-rate", "0"] };
        let server = Server::start(&engine, &[args, off].concat());
        Self { engine, server, live, test }
    }

    /// One on each engine.
    pub fn both() -> [Self; 2] {
        engines().map(|engine| Self::open(engine, &[]))
    }

    pub fn api(&self) -> Api<'_> {
        self.with(&self.live)
    }

    pub fn test(&self) -> Api<'_> {
        self.with(&self.test)
    }

    pub fn with<'a>(&'a self, key: &'a str) -> Api<'a> {
        Api { address: self.server.address, key }
    }
}

impl Api<'_> {
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut all = headers.to_vec();
        if !self.key.is_empty() {
            all.push(("X-API-KEY", self.key));
        }
        let answer = http::send(self.address, method, &format!("/shopkit/v1{path}"), &all, body);
        assert!(answer.status < 500, "{method} {path}: {answer:?}");
        if answer.status >= 400 && method != "HEAD" {
            let told = answer.json();
            assert_eq!(names(&told), ["message"], "{method} {path}: {told}");
            assert!(told["message"].as_str().unwrap().ends_with('.'), "{told}");
        }
        answer
    }

    pub fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, &[("Content-Type", "application/json")], body.as_bytes())
    }

    /// A call that must succeed; its body.
    pub fn done(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.call(method, path, body);
        assert!((200..300).contains(&answer.status), "{method} {path} {body}: {answer:?}");
        if answer.status == 204 {
            assert!(answer.body.is_empty());
            return Value::Null;
        }
        answer.json()
    }

    pub fn get(&self, path: &str) -> Value {
        self.done("GET", path, &Value::Null)
    }

    /// A call that must be refused with this status.
    pub fn refused(&self, method: &str, path: &str, body: &Value, status: u16) {
        let answer = self.call(method, path, body);
        assert_eq!(answer.status, status, "{method} {path} {body}: {answer:?}");
    }

    /// What a list finds: the numbers of its rows, and how many there are in all.
    pub fn found(&self, path: &str) -> (Vec<i64>, i64) {
        let answer = self.call("GET", path, &Value::Null);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        let total = answer.header("x-total-count").unwrap().parse().unwrap();
        let told = answer.json();
        let mut fields = names(&told);
        assert_eq!(fields.pop(), Some("paging"), "{path}");
        assert_eq!(fields, (0..fields.len()).map(|n| n.to_string()).collect::<Vec<_>>(), "{path}");
        assert_eq!(names(&told["paging"]), ["previous", "next"]);
        (fields.iter().map(|place| id(&told[place])).collect(), total)
    }

    /// A product that is on sale for 40.73; its number.
    pub fn product(&self, title: &str) -> i64 {
        id(&self.done("POST", "/product", &json!({"title": title, "price": 40.73})))
    }
}

/// The number of a row.
pub fn id(row: &Value) -> i64 {
    row["id"].as_i64().unwrap_or_else(|| panic!("no id in {row}"))
}

/// The names of a row's fields, in order.
pub fn names(row: &Value) -> Vec<&str> {
    row.as_object().unwrap().keys().map(String::as_str).collect()
}
