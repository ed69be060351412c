//! How the dialect takes and answers calls, whatever they are about: keys, versions, formats, pages, limits.

use serde_json::{Value, json};

use super::{Store, names};
use crate::support::engines;
use crate::support::server::cli;
use keywright::web::shoppy::{ROUTES, Tree, Version};

#[test]
fn a_key_comes_by_itself_or_as_a_bearer_token_and_nothing_opens_without() {
    for store in Store::both() {
        let api = store.document();
        let bearer = format!("Bearer {}", api.key);
        assert_eq!(api.send("GET", "/orders", &[("Authorization", &bearer)], b"").status, 200);
        for wrong in [
            "",
            "nonsense",
            "Bearer",
            "Bearer x",
            "Basic abc",
            "m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFgOx80aNykTC0oCaOHRr",
        ] {
            assert_eq!(api.send("GET", "/orders", &[("Authorization", wrong)], b"").status, 401, "{wrong}");
        }
        assert_eq!(store.api("1.0", "").send("GET", "/orders", &[], b"").status, 401);
        let revoked = crate::platform::key(&store.engine, &["--scopes", "all"]);
        let name = store.told(&["api-key", "list"])[0]["id"].as_str().unwrap().to_owned();
        assert!(cli(&store.engine, &["api-key", "revoke", &name]).status.success());
        assert_eq!(store.api("1.0", &revoked).send("GET", "/orders", &[], b"").status, 401);
    }
}

#[test]
fn each_route_asks_for_its_scope_and_answers_no_other_method() {
    let [store, _] = Store::both();
    let poor = crate::platform::key(&store.engine, &["--scopes", "read:analytics"]);
    for route in ROUTES {
        for (version, root) in Version::ALL {
            let is_there = match route.tree {
                Tree::Both => version != Version::Second,
                Tree::Later => version == Version::Later,
                Tree::Second => version == Version::Second,
            };
            if !is_there {
                continue;
            }
            let path = route.path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
            let path = path.collect::<Vec<_>>().join("/");
            let version = root.rsplit('/').next().unwrap();
            let told = store.api(version, &poor).refused(route.method, &path, &Value::Null, 403);
            assert!(told["message"].as_str().unwrap().contains(route.scope.as_str()), "{path}: {told}");
            let other = store.api(version, &store.live).send("PATCH", &path, &[], b"");
            assert_eq!(other.status, 405, "{version} {path}");
            assert!(other.header("allow").unwrap().contains(route.method));
        }
    }
    for (version, path) in
        [("1.0", "/coupons"), ("1.0", "/nothing"), ("v2", "/orders"), ("v3", "/orders"), ("v1", "")]
    {
        assert_eq!(
            store.api(version, &store.live).call("GET", path, &Value::Null).status,
            404,
            "{version}{path}"
        );
    }
    for path in ["/orders/", "//orders", "/orders//"] {
        assert_eq!(store.document().call("GET", path, &Value::Null).status, 200, "{path}");
    }
}

#[test]
fn who_takes_no_json_is_told_so() {
    let [store, _] = Store::both();
    let status = |accept: &str| store.document().send("GET", "/products", &[("Accept", accept)], b"").status;
    assert_eq!([status("text/html"), status("image/png, application/xml")], [406, 406]);
    assert_eq!([status("*/*"), status("application/json"), status("text/html,*/*;q=0.8")], [200, 200, 200]);
}

#[test]
fn each_list_tells_its_pages_and_ends_without_a_word() {
    for store in Store::both() {
        let api = store.later();
        for n in 0..27 {
            api.product(&json!({"title": format!("Thing {n}")}));
        }
        let pages = |path: &str| {
            let answer = api.call("GET", path, &Value::Null);
            assert_eq!(answer.status, 200, "{path}: {answer:?}");
            let header = |name: &str| answer.header(name).unwrap().to_owned();
            let rows = answer.json().as_array().unwrap().len();
            (rows, header("x-total-pages"), header("x-current-page"), header("x-items-per-page"))
        };
        let page =
            |rows, total: &str, current: &str| (rows, total.to_owned(), current.to_owned(), "25".to_owned());
        assert_eq!(pages("/products"), page(25, "2", "1"));
        assert_eq!(pages("/products?page=2"), page(2, "2", "2"));
        assert_eq!(pages("/products?page=3"), page(0, "2", "3"));
        for beyond in ["1000000000", "9223372036854775807"] {
            assert_eq!(pages(&format!("/products?page={beyond}")).0, 0);
        }
        for first in ["/products?page=0", "/products?page=-3", "/products?page=", "/products?other=x"] {
            assert_eq!(pages(first), page(25, "2", "1"), "{first}");
        }
        for empty in ["/orders", "/feedbacks", "/queries", "/coupons", "/webhooks"] {
            assert_eq!(pages(empty), page(0, "1", "1"), "{empty}");
        }
        let wrong = api.refused("GET", "/products?page=two", &Value::Null, 400);
        assert_eq!(names(&wrong["errors"]), ["page"]);
    }
}

#[test]
fn a_key_may_call_so_often_a_minute_and_another_is_not_touched() {
    let [engine, _] = engines();
    let store = Store::open(engine, &["--shoppy-rate", "3"]);
    let api = store.document();
    let statuses: Vec<u16> = (0..4).map(|_| api.send("GET", "/orders", &[], b"").status).collect();
    assert_eq!(statuses, [200, 200, 200, 429]);
    let answer = api.send("GET", "/orders", &[], b"");
    assert_eq!(answer.status, 429);
    assert!(answer.header("content-type").unwrap().starts_with("text/plain"));
    assert!((1..=60).contains(&answer.header("retry-after").unwrap().parse::<u32>().unwrap()));
    assert!(answer.header("x-ratelimit-limit").is_none());
    assert_eq!(store.api("1.0", &store.test).send("GET", "/orders", &[], b"").status, 200);
}
