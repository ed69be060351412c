//! The request log: off unless it is asked for; then every call, with nothing of what was sent.

use serde_json::{Value, json};

use super::audit::logs;
use super::{Api, Shop, fault, key};
use crate::support::server::{self, Server};
use crate::support::{NEW_YEAR, block_on, engines, until};
use keywright::base::time::DAY;
use keywright::domain::request_log::{self, Filter, Noted};
use keywright::domain::shop::Shop as Site;

/// The calls of a test, and how each is noted: method, route, status, code, whether the caller is known.
type Row = (String, String, i64, Option<String>, bool);

fn calls(shop: &Shop) -> Vec<Row> {
    let (api, row) =
        (shop.api(), |method: &str, route: &str, status: i64, code: Option<&str>, known: bool| {
            (method.to_owned(), route.to_owned(), status, code.map(str::to_owned), known)
        });
    let product = api.product();
    let weak = key(&shop.engine, &["--scopes", "read:products"]);
    let far = key(&shop.engine, &["--scopes", "all", "--networks", "198.51.100.0/24"]);
    assert_eq!(api.get(&format!("/v1/products/{product}?hush=hush")).status, 400);
    assert_eq!(api.send("HEAD", "/v1/account", &[], b"").status, 200);
    assert_eq!(api.get("/v1/products/hush").status, 404);
    assert_eq!(fault(&shop.with(&weak).get("/v1/orders?hush")).0, 403);
    assert_eq!(fault(&shop.with(&far).get("/v1/orders")).0, 403);
    assert_eq!(fault(&shop.with("hush").get("/v1/orders")).0, 401);
    assert_eq!(fault(&api.send("HUSH", "/v1/orders", &[], b"")).0, 405);
    assert_eq!(api.send("POST", "/v1/products", &[("Idempotency-Key", "hush")], b"{\"hush").status, 400);
    vec![
        row("POST", "/v1/products", 201, None, true),
        row("GET", "/v1/products/{id}", 400, Some("validation_failed"), true),
        row("HEAD", "/v1/account", 200, None, true),
        row("GET", "/v1/products/{id}", 404, Some("not_found"), true),
        row("GET", "/v1/orders", 403, Some("insufficient_scope"), true),
        row("GET", "/v1/orders", 403, Some("address_not_allowed"), false),
        row("GET", "/v1/orders", 401, Some("unauthorized"), false),
        row("other", "/v1/orders", 405, Some("method_not_allowed"), true),
        row("POST", "/v1/products", 400, Some("malformed"), true),
    ]
}

fn read(rows: &Value) -> Vec<Row> {
    let word = |row: &Value, name: &str| row[name].as_str().map(str::to_owned);
    let rows = rows.as_array().unwrap().iter().rev();
    rows.map(|row| {
        assert!(row["micros"].as_i64().unwrap() > 0 && row["address"] == "127.0.0.1", "{row}");
        let is_known = row["credential"].as_str().unwrap().len() == 8;
        assert!(is_known || row["credential"] == "", "{row}");
        let (method, route) = (word(row, "method").unwrap(), word(row, "route").unwrap());
        (method, route, row["status"].as_i64().unwrap(), word(row, "code"), is_known)
    })
    .collect()
}

fn open(args: &[&str]) -> [Shop; 2] {
    engines().map(|engine| {
        let key = key(&engine, &["--scopes", "all"]);
        let server = Server::start(&engine, args);
        Shop { engine, server, key }
    })
}

/// What the log holds, but for looks into it.
fn noted(api: Api<'_>, query: &str) -> Vec<Row> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.done("GET", &format!("/v1/requests?limit=100{query}{cursor}"), &Value::Null);
        found.extend(page["data"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    read(&Value::Array(found)).into_iter().filter(|row| row.1 != "/v1/requests").collect()
}

#[test]
fn every_call_is_noted_and_nothing_of_what_was_sent() {
    for mut shop in open(&["--request-log-days", "1"]) {
        let mut expected = calls(&shop);
        let api = shop.api();
        until("the calls are written", || noted(api, "").len() == expected.len());
        assert_eq!(noted(api, ""), expected);
        assert_eq!(noted(api, "&status=403").len(), 2);
        assert_eq!(noted(api, "&route=/v1/products/{id}").len(), 2);
        assert_eq!(noted(api, "&route=/v1/products/%7Bid%7D&status=404").len(), 1);
        assert_eq!(noted(api, &format!("&credential={}", &shop.key[8..16])).len(), 6);
        assert_eq!((noted(api, "&to=2020-01-01").len(), noted(api, "&from=2100-01-01").len()), (0, 0));
        assert!(fault(&api.get("/v1/requests?status=x")).2["status"].is_string());

        let test = key(&shop.engine, &["--scopes", "all", "--mode", "test"]);
        let card = json!({"method": "card", "card_number": "4000 0000 0000 0002"});
        let order = shop.with(&test).order(shop.with(&test).product());
        assert_eq!(shop.with(&test).call("POST", &format!("{order}/pay"), &card).status, 402);
        api.get("/v1/coupons");
        // A clean stop writes what is held.
        assert!(shop.server.stop().success());
        let list = |more: &[&str]| read(&server::json(&shop.engine, &[&["request", "list"], more].concat()));
        expected.push(("GET".into(), "/v1/coupons".into(), 200, None, true));
        let live: Vec<Row> =
            list(&["--limit", "100000"]).into_iter().filter(|row| row.1 != "/v1/requests").collect();
        assert_eq!(live, expected);
        assert_eq!(list(&["--test"]).last().unwrap().3.as_deref(), Some("card_declined"));
        assert_eq!(list(&["--status", "401"]).len(), 1);
        let told = logs(&shop.engine).to_lowercase();
        assert!(!told.contains("hush") && !told.contains("sk_live"), "{told}");
    }
}

#[test]
fn nothing_is_noted_unless_it_is_asked_for() {
    for mut shop in open(&[]) {
        calls(&shop);
        assert!(shop.server.stop().success());
        assert_eq!(server::json(&shop.engine, &["request", "list"]), json!([]));
    }
}

#[test]
fn calls_are_forgotten_in_time() {
    for engine in engines() {
        let (store, clock) = engine.store();
        for day in 0..4 {
            clock.set(NEW_YEAR + day * DAY);
            let call = Noted {
                shop: None,
                created_at: NEW_YEAR + day * DAY,
                request_id: day.to_string(),
                credential: String::new(),
                method: "GET",
                route: "/v1/account",
                status: 200,
                code: None,
                took: 1,
                address: [127, 0, 0, 1].into(),
            };
            block_on(store.write("note", move |tx| request_log::store(tx, std::slice::from_ref(&call))))
                .unwrap();
        }
        let left = |days: i64| {
            block_on(store.write("sweep", move |tx| {
                assert!(!request_log::sweep(tx, days)?, "there are no more");
                let shop = Site::live(tx)?;
                let found = request_log::list(tx, shop, &Filter::default(), None, 10)?;
                Ok(found.into_iter().map(|call| call.request_id).collect::<Vec<_>>())
            }))
            .unwrap()
        };
        assert_eq!(left(90), ["3", "2", "1", "0"]);
        assert_eq!(left(2), ["3", "2"]);
        assert_eq!(left(0), [""; 0], "once it is off, what it had goes");
    }
}
