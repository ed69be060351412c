//! Who may do what: every route of the dialect, in each of its trees, with every kind of key.

use std::sync::atomic::{AtomicU32, Ordering};

use keywright::domain::carried::Source;
use keywright::web::shoppy::{ROUTES, Route, Tree, Version};
use serde_json::{Value, json};

use super::{Api, Store, hooks};
use crate::support::hook::Receiver;
use crate::support::keys::Keys;
use crate::support::until;

/// What becomes of a call with a key that is good, but not for the live shop's rows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Other {
    /// What is asked for is not there.
    Gone,
    /// A list, without any of the live shop's rows.
    Empty,
    /// They make something of their own, or see their own shop.
    Own,
}

/// A call that the live shop's key may make, on rows of its own.
struct Example {
    path: String,
    body: Value,
    other: Other,
}

const BUYER: &str = "jane@customer.example";

/// The one row of this route; a route without one fails.
fn example(store: &Store, route: &Route) -> Example {
    let later = store.later();
    let call = |path: String, body: Value, other: Other| Example { path, body, other };
    let gone = |path: String, body: Value| call(path, body, Other::Gone);
    let own = |body: Value| call(route.path.to_owned(), body, Other::Own);
    let at = |what: &str, part: &Value| route.path.replace(what, part.as_str().unwrap());
    let product = || later.product(&json!({"title": "Thing"}))["id"].clone();
    match (route.method, route.path) {
        ("GET", "/orders" | "/products" | "/feedbacks" | "/queries" | "/coupons" | "/webhooks") => {
            call(route.path.to_owned(), Value::Null, Other::Empty)
        }
        ("GET", "/settings" | "/user") => own(Value::Null),
        ("GET", "/orders/{order}") => {
            store.order(&store.live, store.number(&product()), BUYER, false);
            gone(at("{order}", &later.get("/orders")[0]["id"]), Value::Null)
        }
        ("PUT", "/products") => own(json!({"title": "Own", "price": 10, "type": "service"})),
        ("GET" | "DELETE", "/products/{product}") => gone(at("{product}", &product()), Value::Null),
        ("POST", "/products/{product}") => gone(at("{product}", &product()), json!({"title": "Thing 2"})),
        (method, "/feedbacks/{feedback}" | "/feedback/{feedback}" | "/feedbacks/{feedback}/reply") => {
            let number = store.number(&product());
            store.order(&store.live, number, BUYER, true);
            hooks::review(store, false, number, BUYER);
            let body = if method == "POST" { json!({"message": "Thank you"}) } else { Value::Null };
            gone(at("{feedback}", &later.get("/feedbacks")[0]["id"]), body)
        }
        (
            method,
            "/queries/{query}"
            | "/query/{query}"
            | "/queries/{query}/reply"
            | "/queries/{query}/close"
            | "/queries/{query}/reopen",
        ) => {
            store.told(&["ticket", "new", "--email", BUYER, "--subject", "Where?", "--message", "Where?"]);
            let body = if method == "POST" { json!({"message": "Here."}) } else { Value::Null };
            gone(at("{query}", &later.get("/queries")[0]["id"]), body)
        }
        ("POST" | "PUT", "/coupons") => own(json!({"code": code(), "value": 10})),
        (_, "/coupons/{coupon}") => {
            let made = later.resource("POST", "/coupons", &json!({"code": code(), "value": 10}));
            gone(at("{coupon}", &made["id"]), Value::Null)
        }
        ("GET", "/webhooks/{webhook}") => {
            let logged = store.document().get("/webhooks")[0]["webhook_id"].to_string();
            gone(at("{webhook}", &logged.into()), Value::Null)
        }
        ("POST", "/pay") => own(json!({"title": "Own", "value": 9.99})),
        ("DELETE", "/pay/{token}") => {
            let made = later.done("POST", "/pay", &json!({"title": "Thing", "value": 9.99}));
            gone(at("{token}", &made["id"]), Value::Null)
        }
        (method, path) => panic!("{method} {path} has no row: what must each key be answered?"),
    }
}

/// A code that no coupon has.
fn code() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("CODE{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

fn assert_other(api: Api<'_>, route: &Route, row: &Example, what: &str) {
    let answer = api.call(route.method, &row.path, &row.body);
    match row.other {
        Other::Gone => assert_eq!(answer.status, 404, "{what}: {answer:?}"),
        Other::Empty => {
            assert_eq!(answer.status, 200, "{what}: {answer:?}");
            let text = answer.text();
            assert!(!text.contains("Thing") && !text.contains(BUYER), "{what} sees another's rows: {text}");
        }
        Other::Own => {
            assert_eq!(answer.status, 200, "{what}: {answer:?}");
            assert!(!answer.text().contains("Thing"), "{what} sees another's rows: {answer:?}");
        }
    }
}

fn is_in(version: Version, tree: Tree) -> bool {
    match tree {
        Tree::Both => version != Version::Second,
        Tree::Later => version == Version::Later,
        Tree::Second => version == Version::Second,
    }
}

#[test]
fn every_route_with_every_key() {
    for store in Store::both() {
        let foreign = ["m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFg", "0bb18b34ba33cb2d7c55d568353fdc6f345b8d78"];
        let keys = Keys::make(&store.engine, Source::Shoppy, Source::Shopkit, foreign);
        let receiver = Receiver::open();
        store.told(&["webhook", "create", "--dialect", "shoppy", "--url", &receiver.url()]);
        let thing = store.number(&store.later().product(&json!({"title": "Thing"}))["id"]);
        store.order(&store.live, thing, BUYER, true);
        until("something is told", || !store.document().get("/webhooks").as_array().unwrap().is_empty());
        let (mut cells, mut asked) = (0, 0);
        for (version, root) in Version::ALL {
            let version_word = root.rsplit('/').next().unwrap();
            for route in ROUTES.iter().filter(|route| is_in(version, route.tree)) {
                let what = |who: &str| {
                    format!(
                        "{} {version_word}{} with {who} on {}",
                        route.method, route.path, store.engine.name
                    )
                };
                let row = example(&store, route);
                let ask = |key: &str| store.api(version_word, key).call(route.method, &row.path, &row.body);
                for (who, key) in &keys.bad {
                    assert_eq!(ask(key).status, 401, "{}", what(who));
                    cells += 1;
                }
                let answer = ask(keys.without(route.scope));
                assert_eq!(answer.status, 403, "{}", what("a key of a wrong scope"));
                let told = answer.json()["message"].as_str().unwrap().to_owned();
                assert!(told.ends_with(route.scope.as_str()), "{told}");
                assert_eq!(ask(&keys.elsewhere).status, 403, "{}", what("a key of another address"));
                for (who, key) in &keys.others {
                    assert_other(store.api(version_word, key), route, &row, &what(who));
                    cells += 1;
                }
                let answer = ask(&store.live);
                assert_eq!(answer.status, 200, "{}: {answer:?}", what("a good key"));
                // Much can be done once only: rows of its own.
                let row = example(&store, route);
                let answer = store.api(version_word, keys.adopted).call(route.method, &row.path, &row.body);
                assert_eq!(answer.status, 200, "{}: {answer:?}", what("a key made elsewhere"));
                cells += 4;
                asked += 1;
            }
        }
        assert_eq!(cells, asked * 12);
        let each = |tree| ROUTES.iter().filter(|route| route.tree == tree).count();
        assert_eq!(asked, 2 * each(Tree::Both) + each(Tree::Later) + each(Tree::Second));
    }
}
