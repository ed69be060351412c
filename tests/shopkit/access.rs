//! Who may do what: every route of the dialect with every kind of key.

use keywright::domain::carried::Source;
use keywright::web::shopkit::{ROUTES, Route};
use serde_json::{Value, json};

use super::{Api, Store, id, world};
use crate::support::keys::Keys;

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

/// Rows to call by: a shop that has one of each.
struct Rows<'a> {
    store: &'a Store,
    product: i64,
    count: std::cell::Cell<u32>,
}

impl Rows<'_> {
    /// A word that was not used yet.
    fn word(&self) -> String {
        self.count.set(self.count.get() + 1);
        format!("word{}", self.count.get())
    }

    fn order(&self) -> i64 {
        world::orders(self.store, self.product, 1)[0]
    }

    fn coupon(&self) -> Value {
        json!({"code": self.word(), "limit": 5, "value": 10, "type": "percent", "applies_to": "all_orders"})
    }

    fn webhook(&self) -> Value {
        json!({"event": "order_paid", "url": format!("https://hooks.example/{}", self.word())})
    }
}

/// The one row of this route; a route without one fails.
fn example(route: &Route, rows: &Rows<'_>) -> Example {
    let api = rows.store.api();
    if route.path.starts_with("/product/{product}/") {
        return chosen(route, rows);
    }
    let call = |path: String, body: Value, other: Other| Example { path, body, other };
    let gone = |path: String, body: Value| call(path, body, Other::Gone);
    let list = |path: &str| call(path.to_owned(), Value::Null, Other::Empty);
    let title = |path: &str| call(path.to_owned(), json!({"title": rows.word(), "price": 5}), Other::Own);
    match (route.method, route.path) {
        ("GET", "" | "/store") => call(route.path.to_owned(), Value::Null, Other::Own),
        ("GET", "/product" | "/category" | "/brand" | "/order" | "/coupon" | "/client" | "/webhook") => {
            list(route.path)
        }
        ("POST", "/product") => title("/product"),
        ("GET", "/product/search") => list("/product/search?q=thing"),
        ("GET", "/product/{product}") => gone(format!("/product/{}", rows.product), Value::Null),
        ("PUT", "/product/{product}") => {
            gone(format!("/product/{}", api.product("Thing")), json!({"title": "Changed"}))
        }
        ("DELETE", "/product/{product}") => gone(format!("/product/{}", api.product("Thing")), Value::Null),
        ("POST", "/category" | "/brand") => {
            call(route.path.into(), json!({"title": rows.word()}), Other::Own)
        }
        (method, "/category/{category}" | "/brand/{brand}") => {
            let shelves = route.path.split_once("/{").unwrap().0;
            let made = api.done("POST", shelves, &json!({"title": rows.word()}));
            let body = if method == "PUT" { json!({"title": rows.word()}) } else { Value::Null };
            gone(format!("{shelves}/{}", id(&made)), body)
        }
        ("PUT", "/order/bulk") => gone("/order/bulk".into(), json!([{"id": rows.order(), "status": 3}])),
        ("GET" | "DELETE", "/order/{order}") => gone(format!("/order/{}", rows.order()), Value::Null),
        ("PUT", "/order/{order}") => gone(format!("/order/{}", rows.order()), json!({"note": "Changed"})),
        ("GET", "/shipping") => call("/shipping?country_code=PRT".into(), Value::Null, Other::Own),
        ("POST", "/coupon") => call("/coupon".into(), rows.coupon(), Other::Own),
        (method, "/coupon/{coupon}") => {
            let made = api.done("POST", "/coupon", &rows.coupon());
            let body = if method == "PUT" { json!({"value": 20}) } else { Value::Null };
            gone(format!("/coupon/{}", made[0]["code"].as_str().unwrap()), body)
        }
        ("GET", "/stats") => call("/stats".into(), Value::Null, Other::Own),
        ("GET", "/client/{client}") => gone(format!("/client/{}", api.found("/client").0[0]), Value::Null),
        ("POST", "/webhook") => call("/webhook".into(), rows.webhook(), Other::Own),
        (_, "/webhook/{webhook}") => {
            gone(format!("/webhook/{}", id(&api.done("POST", "/webhook", &rows.webhook()))), Value::Null)
        }
        (method, path) => panic!("{method} {path} has no row: what must each key be answered?"),
    }
}

/// As [`example`], of what a product of its own is chosen by.
fn chosen(route: &Route, rows: &Rows<'_>) -> Example {
    let api = rows.store.api();
    let product = format!("/product/{}", api.product("Thing"));
    let option = api.done(
        "POST",
        &format!("{product}/option"),
        &json!({"values": {"Size": "Small", "Colour": "Red"}}),
    );
    let group = api.get(&format!("{product}/option_group"))["0"]["id"].to_string();
    let path = route.path.replace("/product/{product}", &product);
    let path = path.replace("{option}", &id(&option).to_string()).replace("{group}", &group);
    let body = match (route.method, path.contains("/option_group")) {
        ("POST", true) => json!({"title": "Lid", "options": ["With", "Without"]}),
        ("POST", false) => json!({"values": {"Size": "Big", "Colour": "Red"}}),
        ("PUT", true) => json!({"title": "Height"}),
        ("PUT", false) => json!({"price": 20}),
        _ => Value::Null,
    };
    Example { path, body, other: Other::Gone }
}

fn assert_other(api: Api<'_>, route: &Route, example: &Example, what: &str) {
    let answer = api.call(route.method, &example.path, &example.body);
    match example.other {
        Other::Gone => assert_eq!(answer.status, 404, "{what}: {answer:?}"),
        Other::Empty => {
            assert_eq!((answer.status, answer.json()["0"].clone()), (200, Value::Null), "{what}: {answer:?}");
        }
        Other::Own => {
            assert!((200..300).contains(&answer.status), "{what}: {answer:?}");
            let sold = answer.text().contains("\"orders\":") && !answer.text().contains("\"orders\":0,");
            assert!(!sold && !answer.text().contains("Thing"), "{what} sees the live shop's: {answer:?}");
        }
    }
}

#[test]
fn every_route_with_every_key() {
    for store in Store::both() {
        let foreign = ["0bb18b34ba33cb2d7c55d568353fdc6f345b8d78", "m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFg"];
        let keys = Keys::make(&store.engine, Source::Shopkit, Source::Shoppy, foreign);
        let product = store.api().product("Thing");
        let rows = Rows { store: &store, product, count: std::cell::Cell::default() };
        rows.order();
        let mut cells = 0;
        for route in ROUTES {
            let what =
                |who: &str| format!("{} {} with {who} on {}", route.method, route.path, store.engine.name);
            let row = example(route, &rows);
            let ask = |key: &str| store.with(key).call(route.method, &row.path, &row.body);
            for (who, key) in &keys.bad {
                let answer = ask(key);
                let told = (answer.status, answer.text());
                assert_eq!(told, (401, "{\"message\":\"Unauthorized.\"}"), "{}", what(who));
                cells += 1;
            }
            let narrow = keys.without(route.scope);
            for (who, key) in
                [("a key of a wrong scope", narrow), ("a key of another address", &keys.elsewhere)]
            {
                let answer = ask(key);
                let told = (answer.status, answer.text());
                assert_eq!(told, (403, "{\"message\":\"Forbidden.\"}"), "{}", what(who));
                cells += 1;
            }
            for (who, key) in &keys.others {
                assert_other(store.with(key), route, &row, &what(who));
                cells += 1;
            }
            let answer = ask(store.api().key);
            assert!((200..300).contains(&answer.status), "{}: {answer:?}", what("a good key"));
            // Much can be done once only: rows of its own.
            let row = example(route, &rows);
            let answer = store.with(keys.adopted).call(route.method, &row.path, &row.body);
            assert!((200..300).contains(&answer.status), "{}: {answer:?}", what("a key made elsewhere"));
            cells += 2;
        }
        assert_eq!(cells, ROUTES.len() * 12);
    }
}
