//! Wrong input: each is told by its field, and nothing is a fault of the server's.

use serde_json::{Value, json};

use super::{Store, names};
use keywright::web::shoppy::{ROUTES, Tree};

#[test]
fn what_is_wrong_with_a_product_is_told_by_its_field() {
    for store in Store::both() {
        let api = store.later();
        let good = json!({"title": "Good", "price": 1, "type": "service"});
        let made = api.product(&json!({}));
        let path = format!("/products/{}", made["id"].as_str().unwrap());
        for (field, value) in [
            ("title", json!("ab")),
            ("title", json!("a".repeat(129))),
            ("title", json!(5)),
            ("title", Value::Null),
            ("price", json!(-1)),
            ("price", json!(10_001)),
            ("price", json!("x")),
            ("price", json!(1.999)),
            ("price", json!(1e300)),
            ("type", json!("car")),
            ("type", json!(9)),
            ("currency", json!("euro")),
            ("unlisted", json!("maybe")),
            ("stock_warning", json!(-1)),
            ("stock_warning", json!(10_001)),
            ("confirmations", json!(65)),
            ("quantity.min", json!({"min": 0})),
            ("quantity.max", json!({"max": 1_000_001})),
            ("quantity", json!(5)),
            ("email.value", json!({"value": "x".repeat(1_001)})),
            ("accounts", json!("a")),
            ("accounts", json!([5])),
            ("accounts", json!(["two\nlines"])),
            ("webhook_urls", json!(["nonsense"])),
            ("webhook_urls", json!(["http://10.0.0.1/"])),
            ("gateways", json!("Bitcoin")),
            ("custom_fields", json!(["x"])),
            ("description", json!(5)),
            ("position", json!("first")),
        ] {
            let mut body = good.clone();
            body[field.split('.').next().unwrap()] = value;
            for (method, path) in [("PUT", "/products"), ("POST", path.as_str())] {
                let told = api.refused(method, path, &body, 400);
                assert_eq!(names(&told["errors"]), [field], "{method} {body}: {told}");
            }
        }
        assert_eq!(
            names(&api.refused("PUT", "/products", &json!({}), 400)["errors"]),
            ["title", "price", "type"]
        );
        assert_eq!(api.get("/products").as_array().unwrap().len(), 1, "none of these was made");
        assert_eq!(api.get(&path), made, "nor changed");
    }
}

#[test]
fn nothing_that_is_sent_is_a_fault_of_the_servers() {
    let bodies: [&[u8]; 13] = [
        b"{",
        b"[object Object]",
        b"[]",
        b"[1]",
        b"\xff\xfe",
        b"null",
        b"{\"a\":1,\"a\":2}",
        b"a[=1",
        b"title=%00",
        b"=",
        b"title[]=x&title[a]=y",
        b"{\"title\":{},\"price\":[],\"value\":{},\"message\":[],\"code\":1,\"product\":5,\"accounts\":[[]]}",
        b"\"x\"",
    ];
    let paths = [
        "%00",
        "-1",
        "0",
        "99999999999999999999",
        "%F0%9F%98%80",
        "' or 1=1",
        "00000000-0000-4000-8000-000000000000",
        "aaaaaaa",
        "5a4a7fbcca586",
    ];
    for store in Store::both() {
        for route in ROUTES {
            let version = if route.tree == Tree::Second { "v2" } else { "v1" };
            let api = store.api(version, &store.live);
            for called in paths {
                let called = called.replace(' ', "%20");
                let path = route
                    .path
                    .split('/')
                    .map(|part| if part.starts_with('{') { called.as_str() } else { part });
                let path = path.collect::<Vec<_>>().join("/");
                for body in bodies {
                    // `send` looks at status and shape.
                    let answer = api.send(route.method, &path, &[], body);
                    let is_harmless = !route.path.contains('{') || answer.status >= 400;
                    assert!(is_harmless, "{} {path}: {answer:?}", route.method);
                }
                if !route.path.contains('{') {
                    break;
                }
            }
            api.send(route.method, &route.path.replace('{', "%7B").replace('}', "%7D"), &[], b"");
            api.send("GET", "/orders?page=%ff", &[], b"");
        }
        let long = format!("{{\"title\":\"{}\"}}", "x".repeat(1_100_000));
        assert_eq!(store.later().send("PUT", "/products", &[], long.as_bytes()).status, 413);
    }
}

#[test]
fn bodies_are_read_whatever_they_call_themselves() {
    let php = "title=Keys+%26+more&price=10.50&type=account&unlisted=1&quantity%5Bmin%5D=2&quantity%5Bmax%5D=5&accounts%5B%5D=a%3A1&\
        accounts%5B%5D=b%3A2&email%5Benabled%5D=true&email%5Bvalue%5D=Thanks";
    let parts: String = [
        ("title", "Keys & more"),
        ("price", "10.50"),
        ("type", "account"),
        ("unlisted", "1"),
        ("quantity[min]", "2"),
        ("quantity[max]", "5"),
        ("accounts[0]", "a:1"),
        ("accounts[1]", "b:2"),
        ("email[enabled]", "true"),
        ("email[value]", "Thanks"),
    ]
    .iter()
    .map(|(name, value)| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"))
    .fold(String::new(), |all, part| all + &part)
        + "--b--\r\n";
    let json = json!({"title": "Keys & more", "price": "10.50", "type": "account", "unlisted": 1, "quantity": {"min": "2", "max": 5},
        "accounts": ["a:1", "b:2"], "email": {"enabled": "true", "value": "Thanks"}})
    .to_string();
    let form = "application/x-www-form-urlencoded";
    for store in Store::both() {
        let api = store.later();
        let kinds = [
            (form, php),
            ("application/json", php),
            ("application/json", &json),
            (form, &json),
            ("text/plain", &json),
            ("multipart/form-data; boundary=b", &parts),
            ("multipart/form-data; boundary=b", &json),
        ];
        for (kind, body) in kinds {
            let answer = api.send("PUT", "/products", &[("Content-Type", kind)], body.as_bytes());
            assert_eq!(answer.status, 200, "{kind} {body}: {answer:?}");
            let made = answer.json()["resource"].clone();
            assert_eq!(
                (&made["title"], &made["price"], &made["unlisted"], &made["quantity"], &made["email"]),
                (
                    &json!("Keys & more"),
                    &json!(10.5),
                    &json!(true),
                    &json!({"min": 2, "max": 5}),
                    &json!({"enabled": true, "value": "Thanks"})
                ),
                "{kind} {body}"
            );
            assert_eq!(made["accounts"], json!([{"account": "a:1"}, {"account": "b:2"}]));
            // An account is there once: the next product may have them when this one is gone from its pool.
            let path = format!("/products/{}", made["id"].as_str().unwrap());
            api.resource("POST", &path, &json!({"accounts": []}));
            api.resource("DELETE", &path, &Value::Null);
            api.refused("DELETE", &path, &Value::Null, 404);
        }
    }
}
