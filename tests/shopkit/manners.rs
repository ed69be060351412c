//! How calls come in: keys, methods, slashes, pages, limits.

use serde_json::{Value, json};

use super::{Api, Store, id};
use crate::platform::key;
use crate::support::http;
use crate::support::server::adopt;
use crate::support::{Engine, engines};

/// As the document has it, made elsewhere.
const FOREIGN: &str = "0bb18b34ba33cb2d7c55d568353fdc6f345b8d78";

#[test]
fn keys_come_in_a_header_or_the_query() {
    for store in Store::both() {
        assert!(adopt(&store.engine, &["--dialect", "shopkit"], FOREIGN).status.success());
        let (nobody, old) = (store.with(""), store.with(FOREIGN));
        assert_eq!(old.call("GET", "", &Value::Null).status, 200, "made elsewhere");
        assert_eq!(nobody.call("GET", &format!("/?X-API-KEY={FOREIGN}"), &Value::Null).status, 200);
        assert_eq!(
            nobody.call("GET", &format!("/order?page=1&x-api-key={FOREIGN}"), &Value::Null).status,
            200
        );
        for (key, query) in [
            ("", ""),
            ("wrong", ""),
            ("", "?X-API-KEY="),
            ("", "?X-API-KEY=wrong"),
            ("wrong", "?X-API-KEY=x"),
        ] {
            let answer = store.with(key).call("GET", &format!("/product{query}"), &Value::Null);
            assert_eq!(
                (answer.status, answer.text()),
                (401, "{\"message\":\"Unauthorized.\"}"),
                "{key} {query}"
            );
        }
        let bearer = format!("Bearer {}", store.live);
        assert_eq!(nobody.send("GET", "/", &[("Authorization", &bearer)], b"").status, 401, "another header");
        // The key stands in no address of another page, and in no log.
        for n in 0..2 {
            old.product(&format!("Thing {n}"));
        }
        let page = nobody.call("GET", &format!("/product?limit=1&X-API-KEY={FOREIGN}"), &Value::Null);
        assert!(page.json()["paging"]["next"].is_string() && !page.text().contains(FOREIGN));
        assert!(!store.server.log().contains(FOREIGN) && !store.server.log().contains(&store.live));
        assert_eq!(store.test().found("/product").1, 0, "test keys see test rows");
    }
}

#[test]
fn the_query_may_be_shut() {
    let store = Store::open(Engine::sqlite(), &["--shopkit-key-in-query", "false"]);
    let asked = format!("/?X-API-KEY={}", store.live);
    store.with("").refused("GET", &asked, &Value::Null, 401);
    assert_eq!(store.api().call("GET", "", &Value::Null).status, 200);
}

#[test]
fn a_key_of_ours_needs_its_scope() {
    for engine in engines() {
        let narrow = key(&engine, &["--scopes", "read:catalog,read:orders"]);
        let store = Store::open(engine, &[]);
        let api = store.with(&narrow);
        assert_eq!(api.found("/product").1 + api.found("/order").1, 0);
        for (method, path) in [
            ("GET", "/coupon"),
            ("POST", "/product"),
            ("GET", "/client"),
            ("PUT", "/order/1"),
            ("GET", "/webhook"),
        ] {
            api.refused(method, path, &json!({}), 403);
        }
    }
}

#[test]
fn slashes_methods_and_hosts() {
    for store in Store::both() {
        let api = store.api();
        let product = api.product("Thing");
        for path in ["//product//", "/product/?category=", "/product//?page=1"] {
            assert_eq!(api.found(path).1, 1, "{path}");
        }
        assert_eq!(id(&api.get(&format!("/product/{product}/"))), product);
        for (method, path, allowed) in [
            ("PATCH", "/product/1", "GET, PUT, DELETE"),
            ("DELETE", "/order", "GET"),
            ("DELETE", "/category", "GET, POST"),
            ("PUT", "/webhook/1", "GET, DELETE"),
        ] {
            let answer = api.call(method, path, &json!({}));
            assert_eq!((answer.status, answer.header("allow")), (405, Some(allowed)), "{method} {path}");
        }
        assert_eq!(api.call("HEAD", "/product", &Value::Null).header("x-total-count"), Some("1"));
        for path in ["/nothing", "/order/1/lines", "/productx"] {
            api.refused("GET", path, &Value::Null, 404);
        }
        let answer = api.call("GET", "/order/999999999", &Value::Null);
        assert_eq!((answer.status, answer.text()), (404, "{\"message\":\"Not found.\"}"));
    }
}

#[test]
fn a_host_of_its_own() {
    let store = Store::open(Engine::sqlite(), &["--shopkit-hosts", "api.shop.example"]);
    let headers = [("Host", "api.shop.example"), ("X-API-KEY", store.live.as_str())];
    for path in ["/v1/", "/v1/product", "/v1/order?limit=5"] {
        let bytes = headers.map(|(name, value)| format!("{name}: {value}\r\n")).concat();
        let request = format!("GET {path} HTTP/1.1\r\n{bytes}\r\n");
        let answer = http::Connection::open(store.server.address).raw(request.as_bytes(), false).unwrap();
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
    }
}

#[test]
fn lists_have_pages() {
    for store in Store::both() {
        let api = store.api();
        let mut all: Vec<i64> = (0..30).map(|n| api.product(&format!("Thing {n}"))).collect();
        all.reverse();
        let (first, total) = api.found("/product");
        assert_eq!((first, total), (all[..25].to_vec(), 30));
        let at = format!("http://{}/shopkit/v1/product", store.server.address);
        let paging = |path: &str| api.get(path)["paging"].clone();
        assert_eq!(paging("/product"), json!({"previous": null, "next": format!("{at}?page=2")}));
        assert_eq!(
            paging("/product?limit=10&page=2"),
            json!({"previous": format!("{at}?limit=10&page=1"), "next": format!("{at}?limit=10&page=3")})
        );
        assert_eq!(paging("/product?limit=10&page=3")["next"], Value::Null);
        assert_eq!(api.found("/product?page=2").0, all[25..]);
        for (path, rows) in [
            ("/product?page=0", 25),
            ("/product?page=-1", 25),
            ("/product?page=1000000000", 0),
            ("/product?page=3", 0),
            ("/product?limit=50", 30),
            ("/product?limit=51", 30),
            ("/product?limit=1000", 30),
            ("/product?limit=0", 25),
            ("/product?limit=&page=", 25),
            ("/order", 0),
            ("/coupon?page=5", 0),
        ] {
            assert_eq!(api.found(path).0.len(), rows, "{path}");
        }
        assert_eq!(paging("/product?page=9")["previous"], format!("{at}?page=2"));
        for path in ["/product?page=x", "/product?limit=ten", "/order?page=1.5", "/order?limit=1&limit=2"] {
            api.refused("GET", path, &Value::Null, 400);
        }
        // What is written next is in the next list.
        let new = api.product("New");
        assert_eq!(api.found("/product").0[0], new);
        // Next leads on by itself.
        let (mut path, mut seen) = ("/product?limit=9".to_owned(), Vec::new());
        loop {
            seen.extend(api.found(&path).0);
            let Some(next) = api.get(&path)["paging"]["next"].as_str().map(str::to_owned) else { break };
            path = next.split_once("/shopkit/v1").unwrap().1.to_owned();
        }
        assert_eq!(seen.len(), 31);
    }
}

#[test]
fn so_many_an_hour() {
    for engine in engines() {
        let other = key(&engine, &["--scopes", "all"]);
        let store = Store::open(engine, &["--shopkit-hour-rate", "5"]);
        let api = store.api();
        for _ in 0..5 {
            assert_eq!(api.call("GET", "", &Value::Null).status, 200);
        }
        let answer = api.call("GET", "", &Value::Null);
        assert_eq!((answer.status, answer.text()), (429, "{\"message\":\"Too many requests.\"}"));
        let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=3_600).contains(&wait), "{wait}");
        let another = Api { address: api.address, key: &other };
        assert_eq!(another.call("GET", "", &Value::Null).status, 200, "each key by itself");
    }
}
