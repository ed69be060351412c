//! Counted by real servers: after a flush, after a stop, after a kill, by two processes, and of hostile clients.

use serde_json::{Value, json};

use crate::platform::{Api, Shop, key};
use crate::support::http::Connection;
use crate::support::server::{self, API, Server};
use crate::support::{Engine, engines, until};

/// The sums over the last 30 days.
fn totals(api: Api<'_>, figures: &str) -> Value {
    api.done("GET", &format!("/v1/analytics/{figures}"), &Value::Null)["totals"].clone()
}

/// The same by the command line.
fn told(engine: &Engine, figures: &str, more: &[&str]) -> Value {
    server::json(engine, &[&["analytics", figures], more].concat())["totals"].clone()
}

/// Calls that must be answered with these statuses.
fn calls(server: &Server, asked: &[(&str, u16, usize)]) {
    let mut connection = Connection::open(server.address);
    for (target, status, times) in asked {
        for _ in 0..*times {
            let answer = connection.send("GET", target, &[], b"").unwrap();
            assert_eq!(answer.status, *status, "{target}: {answer:?}");
        }
    }
}

/// A product with an API, and a licence of it; in the mode of the key.
fn licence(api: Api<'_>) -> (i64, String) {
    let policy = json!({"api_enabled": true, "max_uses": 2, "deactivate": true});
    let product = api.product_with(&json!({ "licence_policy": policy }));
    (product, api.licence(product)["key"].as_str().unwrap().to_owned())
}

#[test]
fn what_apps_ask_for_is_counted_once() {
    for shop in Shop::both() {
        let (engine, api) = (&shop.engine, shop.api());
        let test_key = key(engine, &["--scopes", "all", "--mode", "test"]);
        let test = shop.with(&test_key);
        let ((product, sold), (_, tried)) = (licence(api), licence(test));
        let (quiet, _) = licence(api);
        api.done("POST", &format!("/v1/products/{product}/releases"), &json!({"version": "1.2.0"}));
        let of = |action: &str, key: &str| format!("{API}?{action}&key={key}");
        let updates = format!("/software/updatecheck/{product}");
        until("the release is there", || {
            crate::support::http::get(shop.server.address, "/software/updatecheck/999999").status == 404
                && Connection::open(shop.server.address).send("HEAD", &updates, &[], b"").unwrap().status
                    == 200
        });
        let asked_before = 1;
        calls(
            &shop.server,
            &[
                (&of("activate", &sold), 200, 1),
                (&format!("{}&nonce=again", of("activate", &sold)), 200, 3),
                (&of("activate", &sold), 400, 2),
                (&format!("{}&usage_id=1", of("check", &sold)), 200, 5),
                (&of("info", &sold), 200, 2),
                (&format!("{}&usage_id=2", of("deactivate", &sold)), 200, 1),
                (&format!("{}&usage_id=2", of("check", &sold)), 400, 4),
                (&of("check", "NONE-NONE-NONE"), 400, 3),
                (&of("check", "NONE-NONE-NONE").replace("check", "nothing"), 400, 1),
                (&of("activate", &tried), 200, 2),
                (&of("activate", &tried), 400, 1),
                (&format!("{updates}?version=1.0.0"), 200, 4),
                (&format!("{updates}?os=mac&v=v1.1"), 200, 2),
                (&format!("{updates}?version=latest"), 200, 1),
                ("/software/updatecheck/999999?version=1.0.0", 404, 1),
            ],
        );
        let expected =
            json!({"activate": 2, "deactivate": 1, "check": 5, "info": 2, "update_check": 7 + asked_before});
        // The last of them: a write may fall between two calls.
        until("all of it is written", || {
            totals(api, "activations")["update_check"] == expected["update_check"]
        });
        assert_eq!(totals(api, "activations"), expected, "{}", engine.name);
        assert_eq!(totals(test, "activations")["activate"], 2);
        assert_eq!(totals(test, "activations")["check"], 0);
        let errors = |api: Api<'_>| {
            let all = totals(api, "errors");
            ["1101", "1201", "1301", "1901"].map(|code| all[code].as_i64().unwrap())
        };
        assert_eq!(errors(api), [3, 2, 4, 1]);
        assert_eq!(errors(test), [0, 1, 0, 0]);
        let of_product = |id: i64| totals(api, &format!("errors?product={id}"));
        assert_eq!((&of_product(product)["1301"], &of_product(product)["1101"]), (&4.into(), &0.into()));
        assert_eq!(
            (&of_product(0)["1101"], &of_product(0)["1901"]),
            (&3.into(), &1.into()),
            "no product is known"
        );
        assert_eq!(totals(api, &format!("activations?product={quiet}"))["check"], 0);
        let versions = api.done("GET", "/v1/analytics/versions", &Value::Null);
        let rows = versions["data"].as_array().unwrap().iter().map(|row| {
            assert_eq!((&row["product_id"], &row["product"]), (&product.into(), &"Quill".into()));
            (
                row["version"].as_str().unwrap(),
                row["checks"].as_i64().unwrap(),
                row["share_bp"].as_i64().unwrap(),
            )
        });
        let expected =
            [("1.0.0", 4, 5_000), ("1.1", 2, 2_500), ("other", 1, 1_250), ("unknown", asked_before, 1_250)];
        assert_eq!(rows.collect::<Vec<_>>(), expected);
        assert_eq!(totals(test, "versions"), json!({"checks": 0}));

        let mut shop = shop;
        calls(&shop.server, &[(&of("info", &sold), 200, 30)]);
        assert!(shop.server.stop().success());
        assert_eq!(told(&shop.engine, "activations", &[])["info"], 32, "a clean stop loses nothing");
        assert_eq!(told(&shop.engine, "activations", &["--test"])["activate"], 2);
        assert_eq!(told(&shop.engine, "errors", &["--product", "0"])["1101"], 3);
        assert_eq!(told(&shop.engine, "versions", &[])["checks"], 8);
    }
}

#[test]
fn a_kill_loses_only_what_was_not_written() {
    for engine in engines() {
        let mut shop = Shop::open(engine);
        let (_, sold) = licence(shop.api());
        let info = format!("{API}?info&key={sold}");
        calls(&shop.server, &[(&info, 200, 40)]);
        until("it is written", || totals(shop.api(), "activations")["info"] == 40);
        calls(&shop.server, &[(&info, 200, 25)]);
        shop.server.signal("KILL");
        shop.server.wait();
        let left = told(&shop.engine, "activations", &[])["info"].as_i64().unwrap();
        assert!((40..=65).contains(&left), "{left} on {}", shop.engine.name);
        let mut again = Server::start(&shop.engine, &[]);
        calls(&again, &[(&info, 200, 3)]);
        assert!(again.stop().success());
        assert_eq!(told(&shop.engine, "activations", &[])["info"], left + 3);
    }
}

#[test]
fn two_processes_add_up() {
    let shop = Shop::open(Engine::postgres());
    let (_, sold) = licence(shop.api());
    let info = format!("{API}?info&key={sold}");
    let mut second = Server::start(&shop.engine, &[]);
    std::thread::scope(|scope| {
        for server in [&shop.server, &second, &shop.server, &second] {
            scope.spawn(|| calls(server, &[(&info, 200, 250), (&format!("{API}?nothing"), 400, 50)]));
        }
    });
    let mut shop = shop;
    // At once: both write the same rows.
    for server in [&shop.server, &second] {
        server.signal("TERM");
    }
    assert!(shop.server.wait().success() && second.wait().success());
    assert_eq!(told(&shop.engine, "activations", &[])["info"], 1_000);
    assert_eq!(told(&shop.engine, "errors", &[])["1901"], 200);
}

#[test]
fn hostile_versions_fill_no_table() {
    let mut shop = Shop::open(Engine::sqlite());
    let product = shop.api().product();
    shop.api().done("POST", &format!("/v1/products/{product}/releases"), &json!({"version": "1.2.0"}));
    let updates = format!("/software/updatecheck/{product}");
    until("the release is there", || crate::support::http::get(shop.server.address, &updates).status == 200);
    let mut connection = Connection::open(shop.server.address);
    let mut ask = |query: &str| {
        let answer = connection.send("GET", &format!("{updates}?{query}"), &[], b"").unwrap();
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
    };
    for n in 0..1_000 {
        ask(&format!("version=9.{n}"));
    }
    for query in
        ["version=%00", "version=%ff1", "v=%3Cscript%3E1", "version=", "&&=&version", "version=1%0a2"]
    {
        ask(query);
    }
    ask(&format!("version={}", "1".repeat(4_000)));
    shop.server.stop();
    let told = server::json(&shop.engine, &["analytics", "versions"]);
    let rows = told["data"].as_array().unwrap();
    // An hour may end meanwhile.
    assert!(rows.len() <= 2 * 200 + 2, "{} rows", rows.len());
    assert!(told["totals"]["checks"].as_i64().unwrap() >= 1_007);
    let fit = |row: &Value| {
        row["version"].as_str().unwrap().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.')
    };
    assert!(rows.iter().all(fit), "{rows:?}");
}
