//! Keys, scopes, signatures, limits and envelopes.

use std::net::IpAddr;

use keywright::base::seal::sign;
use keywright::base::text::hex;
use keywright::base::time::{Clock, seconds};
use keywright::domain::scope::Scope;
use keywright::web::shopvo::ROUTES;
use serde_json::{Value, json};

use super::{Store, UNLIMITED};
use crate::platform::key;
use crate::support::http::{self, Answer, Connection};
use crate::support::server::json as cli;
use crate::support::{Engine, engines};

/// A path of a route, with ids in it that are of no row.
fn path(pattern: &str) -> String {
    let mut path = pattern.replace("{resource}", "product");
    for part in [
        "{product}",
        "{variant}",
        "{order}",
        "{customer}",
        "{card}",
        "{promotion}",
        "{id}",
        "{metafield}",
        "{account}",
        "{list}",
        "{webhook}",
    ] {
        path = path.replace(part, "none");
    }
    path
}

#[test]
fn every_route_asks_for_its_scope_and_for_no_other() {
    let store = Store::open(Engine::sqlite(), &UNLIMITED);
    let engine = &store.engine;
    let mut keys: Vec<(Scope, String, String)> = Vec::new();
    for scope in Scope::ALL {
        let others: Vec<&str> = Scope::ALL
            .iter()
            .filter(|other| *other != scope && **other != Scope::AdminAll)
            .map(|scope| scope.as_str())
            .collect();
        keys.push((
            *scope,
            key(engine, &["--scopes", scope.as_str()]),
            key(engine, &["--scopes", &others.join(",")]),
        ));
    }
    let all = key(engine, &["--scopes", "admin:*"]);
    assert!(ROUTES.len() > 40);
    for route in ROUTES {
        let path = path(route.path);
        let said = |key: &str| store.with(key).call(route.method, &path, &json!({})).status;
        let Some(scope) = route.scope else {
            assert_ne!(said(""), 401, "{} {path}", route.method);
            continue;
        };
        let (_, own, others) = keys.iter().find(|(known, _, _)| *known == scope).unwrap();
        assert_eq!((said(""), said("sk_live_x"), said(others)), (401, 401, 403), "{} {path}", route.method);
        for key in [own, &all] {
            let status = said(key);
            assert!(![401, 403, 405].contains(&status), "{} {path}: {status}", route.method);
        }
    }
}

#[test]
fn every_scope_of_the_document_is_one() {
    let words = "read:catalog write:catalog read:content read:orders read:customers write:customers read:cart write:cart \
        read:checkout write:checkout read:inventory write:inventory read:promotions write:promotions read:gift-cards \
        write:gift-cards read:store-credit write:store-credit read:loyalty write:loyalty read:b2b write:b2b webhooks:read \
        webhooks:write metafields:read metafields:write admin:*";
    for word in words.split_whitespace() {
        assert!(word.parse::<Scope>().is_ok(), "{word}");
    }
}

#[test]
fn a_key_opens_its_own_site_and_mode() {
    for store in Store::both() {
        let other = cli(&store.engine, &["site", "create", "--title", "Other"])["id"].clone();
        let sites = cli(&store.engine, &["site", "list"]);
        let site = sites.as_array().unwrap().iter().find(|site| site["id"] == other).unwrap();
        let site = site["public_id"].as_str().unwrap();
        let elsewhere = super::Api { site, ..store.api() };
        elsewhere.refused("GET", "/site", &Value::Null, 403);
        for site in ["site_1", "1", "x"] {
            super::Api { site, ..store.api() }.refused("GET", "/site", &Value::Null, 403);
        }
        let product = store.api().product("Live");
        store.test().refused("GET", &format!("/products/{product}"), &Value::Null, 404);
        assert_eq!(store.test().get("/products")["pagination"]["total"], 0);
        // Ids of one kind are none of another, and a number is none.
        for id in ["1", &product.replace("prd_", "order_")] {
            store.api().refused("GET", &format!("/orders/{id}"), &Value::Null, 404);
        }
        assert_eq!(store.api().call("GET", "/nothing", &Value::Null).status, 404);
        let put = store.api().call("DELETE", "/categories", &Value::Null);
        assert_eq!((put.status, put.header("allow")), (405, Some("GET")));
    }
}

fn signature(secret: &str, body: &str, at: i64) -> String {
    format!("t={at},sha256={}", hex(&sign(secret.as_bytes(), format!("{at}.{body}").as_bytes())))
}

#[test]
fn signatures_are_looked_at_and_count_once() {
    for engine in engines() {
        let made =
            cli(&engine, &["api-key", "create", "--title", "signed", "--scopes", "admin:*", "--must-sign"]);
        let (token, secret) = (made["key"].as_str().unwrap(), made["secret"].as_str().unwrap());
        let store = Store::open(engine, &UNLIMITED);
        let api = store.with(token);
        let now = seconds(Clock::System.now());
        let send = |method: &str, path: &str, body: &str, signature: Option<&str>| -> Answer {
            let headers: Vec<(&str, &str)> =
                signature.iter().map(|header| ("X-Shopvo-Signature", *header)).collect();
            api.send(method, path, &headers, body.as_bytes())
        };
        assert_eq!(send("GET", "/products", "", None).status, 401, "this key must sign");
        let reading = signature(secret, "", now);
        assert_eq!(send("GET", "/products", "", Some(&reading)).status, 200);
        assert_eq!(send("GET", "/products", "", Some(&reading)).status, 200, "looking twice does no harm");
        let body = r#"{"name":"Signed"}"#;
        let good = signature(secret, body, now);
        assert_eq!(send("POST", "/products", body, Some(&good)).status, 201);
        assert_eq!(send("POST", "/products", body, Some(&good)).status, 401, "a change counts once");
        for bad in [
            signature("sks_other", body, now),
            signature(secret, body, now - 301),
            signature(secret, body, now + 310),
            signature(secret, r#"{"name":"Else"}"#, now),
            format!("t={now}"),
            "nonsense".to_owned(),
        ] {
            assert_eq!(send("POST", "/products", body, Some(&bad)).status, 401, "{bad}");
        }
        assert_eq!(send("POST", "/products", body, Some(&signature(secret, body, now - 290))).status, 201);
        assert_eq!(api.get_signed(secret, "/products", now)["pagination"]["total"], 2);
        // Of a key that need not sign, a wrong signature is wrong all the same.
        let free = store.api().send("GET", "/products", &[("X-Shopvo-Signature", "t=1,sha256=00")], b"");
        assert_eq!(free.status, 401);
    }
}

impl super::Api<'_> {
    fn get_signed(&self, secret: &str, path: &str, now: i64) -> Value {
        self.send("GET", path, &[("X-Shopvo-Signature", &signature(secret, "", now))], b"").json()
    }
}

#[test]
fn limits_are_the_documents_and_told_with_each_answer() {
    let store = Store::open(Engine::sqlite(), &["--trusted-proxies", "127.0.0.1/32"]);
    let api = store.api();
    let from = |address: &str, path: &str| api.send("GET", path, &[("X-Forwarded-For", address)], b"");
    let first = from("192.0.2.1", "/products");
    let header = |answer: &Answer, name: &str| {
        answer.header(name).unwrap_or_else(|| panic!("no {name}")).parse::<i64>().unwrap()
    };
    assert_eq!(header(&first, "x-ratelimit-limit"), 10_000);
    assert!(header(&first, "x-ratelimit-remaining") > 0);
    assert!(header(&first, "x-ratelimit-reset") >= seconds(Clock::System.now()));
    for (path, most) in [("/orders", 30), ("/products?search=x", 60)] {
        let answers: Vec<Answer> = (0..=most).map(|_| from("192.0.2.1", path)).collect();
        assert!(answers[..most].iter().all(|answer| answer.status == 200), "{path}");
        assert_eq!(header(&answers[0], "x-ratelimit-limit"), i64::try_from(most).unwrap());
        let refused = &answers[most];
        assert_eq!((refused.status, header(refused, "x-ratelimit-remaining")), (429, 0), "{path}");
        assert!(header(refused, "retry-after") >= 1);
        assert_eq!(from("192.0.2.2", path).status, 200, "another address is not touched");
    }
    assert_eq!(from("192.0.2.1", "/products").status, 200, "nor are other routes");
    // Without a key an address is counted.
    let guess = |address: IpAddr| {
        let target = format!("/shopvo/api/v1/{}/promotions/validate", store.site);
        let body = br#"{"code":"GUESS","cartTotal":1}"#;
        http::send(api.address, "POST", &target, &[("X-Forwarded-For", &address.to_string())], body).status
    };
    let guesses: Vec<u16> = (0..61).map(|_| guess([192, 0, 2, 3].into())).collect();
    assert!(guesses[..60].iter().all(|status| *status == 200) && guesses[60] == 429, "{guesses:?}");
}

#[test]
fn it_answers_by_its_own_host_name_too() {
    let store =
        Store::open(Engine::sqlite(), &[&UNLIMITED[..], &["--shopvo-host", "api.shop.example"]].concat());
    let api = store.api();
    let get = |host: &str, path: &str| {
        let head =
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\n\r\n", api.key);
        Connection::open(api.address).raw(head.as_bytes(), false).unwrap().status
    };
    let own = format!("/api/v1/{}/site", store.site);
    assert_eq!((get("api.shop.example", &own), get("API.shop.example:443", &own)), (200, 200));
    assert_eq!(get("else.example", &own), 404);
    assert_eq!(get("api.shop.example", &format!("/shopvo{own}")), 200);
    assert_eq!(get("api.shop.example", "/healthz"), 200, "nothing else moves");
}
