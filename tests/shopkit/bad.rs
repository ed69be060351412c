//! What programs send by mistake: a 4xx in the dialect's own words, never a 5xx.

use serde_json::{Value, json};

use super::{Store, id, world};

const WRITES: [(&str, &str); 11] = [
    ("POST", "/product"),
    ("PUT", "/product/1"),
    ("POST", "/category"),
    ("PUT", "/category/1"),
    ("POST", "/brand"),
    ("PUT", "/brand/1"),
    ("PUT", "/order/1"),
    ("PUT", "/order/bulk"),
    ("POST", "/coupon"),
    ("PUT", "/coupon/1"),
    ("POST", "/webhook"),
];

#[test]
fn broken_bodies_are_bad_requests() {
    for store in Store::both() {
        let api = store.api();
        let product = api.product("Thing");
        world::orders(&store, product, 1);
        let deep = "[".repeat(2_000);
        let nested = format!("{{\"a\":{}{}}}", "[".repeat(100), "]".repeat(100));
        let parts: &[u8] =
            b"--boundary\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--boundary--";
        let bodies: [&[u8]; 14] = [
            b"[object Object]",
            b"{",
            b"\"text\"",
            b"5",
            b"nothing",
            b"{\"a\":1,\"a\":2}",
            b"\xff\xfe",
            b"{\"title\":\"\xc3\x28\"}",
            b"{\"title\":\"a\\u0000b\",\"price\":1,\"note\":\"a\\u0000b\",\"code\":\"a\\u0000b\",\"url\":\"\\u0000\",\"event\":\"\\u0000\",\"ids\":\"\\u0000\"}",
            deep.as_bytes(),
            nested.as_bytes(),
            b"a[b=1",
            parts,
            b"<xml a=\"1\"/>",
        ];
        for (method, path) in WRITES {
            for body in bodies {
                for kind in [
                    "application/json",
                    "text/plain",
                    "application/x-www-form-urlencoded",
                    "multipart/form-data; boundary=boundary",
                ] {
                    if body == parts && kind.starts_with("multipart") {
                        continue;
                    }
                    let answer = api.send(method, path, &[("Content-Type", kind)], body);
                    assert_eq!(
                        (answer.status, answer.text()),
                        (400, "{\"message\":\"Bad request.\"}"),
                        "{method} {path} {:?}",
                        String::from_utf8_lossy(body)
                    );
                }
            }
        }
        let long = vec![b' '; 1_100_000];
        assert_eq!(api.send("POST", "/product", &[], &long).status, 413);
    }
}

#[test]
fn values_of_every_wrong_type_are_bad_requests() {
    for store in Store::both() {
        let api = store.api();
        let product = api.product("Thing");
        let order = world::orders(&store, product, 1)[0];
        let fields = [
            "status",
            "status_alias",
            "paid",
            "invoice_url",
            "tracking_url",
            "note",
            "client_note",
            "is_new",
        ];
        let values =
            [json!({}), json!([]), json!({"a": [1]}), json!(1e300), json!(-1), json!(99), json!("\u{7}")];
        for field in fields {
            for value in &values {
                let answer = api.call("PUT", &format!("/order/{order}"), &json!({field: value}));
                assert!(matches!(answer.status, 200 | 400), "{field} {value}: {answer:?}");
            }
        }
        let fields = [
            "title",
            "price",
            "price_promo",
            "tax",
            "weight",
            "position",
            "images",
            "options",
            "stock",
            "description",
            "category",
            "brand",
            "featured",
            "handle",
            "shipping",
            "stock_qty",
            "video_url",
        ];
        for field in fields {
            for value in &values {
                let answer = api.call("PUT", &format!("/product/{product}"), &json!({field: value}));
                assert!(matches!(answer.status, 200 | 400), "{field} {value}: {answer:?}");
            }
        }
        let whole = json!({"code": "c", "limit": 1, "value": 1, "type": "money", "applies_to": "all_orders"});
        for field in [
            "code",
            "limit",
            "value",
            "type",
            "applies_to",
            "date_from",
            "date_to",
            "orders_over",
            "category",
            "product",
        ] {
            for value in &values {
                let mut body = whole.clone();
                body[field] = value.clone();
                let answer = api.call("POST", "/coupon", &body);
                assert!(matches!(answer.status, 201 | 400 | 409), "{field} {value}: {answer:?}");
            }
        }
        for body in [
            json!({"url": "http://127.0.0.1/", "event": "order_paid"}),
            json!({"url": "ftp://a.example/", "event": "order_paid"}),
            json!({"url": "https://a.example/", "event": "order_lost"}),
            json!({"url": "https://a.example/"}),
            json!({"event": "order_paid"}),
            json!({"url": 5, "event": []}),
        ] {
            api.refused("POST", "/webhook", &body, 400);
        }
    }
}

#[test]
fn odd_addresses_are_answered() {
    for store in Store::both() {
        let api = store.api();
        for path in [
            "/order/abc",
            "/order/1e3",
            "/order/99999999999999999999",
            "/webhook/x",
            "/client/x",
            "/shipping",
            "/shipping?country_code=p",
            "/shipping?country_code=12a",
            "/shipping?country_code=prt&weight=-1",
            "/shipping?country_code=prt&value=x",
            "/product?x=%ff%fe&status=x",
        ] {
            api.refused("GET", path, &Value::Null, 400);
        }
        for path in [
            "/product/%00",
            "/product/%ff",
            "/category/%2F..%2F",
            "/coupon/%F0%9F%98%80",
            "/product/-1",
            "/order/-5",
            "/order/0",
            "/shipping?country_code=xxx",
            "/product/9223372036854775807",
            "/category/1&rustic-bowl",
        ] {
            api.refused("GET", path, &Value::Null, 404);
        }
        let long = format!("/product?reference={}", "x".repeat(9_000));
        api.refused("GET", &long, &Value::Null, 400);
    }
}

/// A form in parts, each a name, what stands behind it in its head, and a value.
fn parts(all: &[(&str, &str, &str)]) -> Vec<u8> {
    let part = |(name, more, value): &(&str, &str, &str)| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
    };
    [all.iter().map(part).collect::<String>(), "--b--\r\n".to_owned()].concat().into_bytes()
}

#[test]
fn forms_may_come_in_parts() {
    for store in Store::both() {
        let api = store.api();
        let kind = [("Content-Type", "multipart/form-data; boundary=b")];
        let whole = parts(&[
            ("title", "", "Bowl & \"plate\" = 1+1"),
            ("price", "", "10.5"),
            ("stock[stock_qty]", "", "4"),
            ("images[]", "", "https://a.example/1.jpg"),
            ("images[]", "", "https://a.example/2.jpg"),
            ("options[0][values][Size]", "", "Small"),
            ("options[0][price]", "", "11"),
        ]);
        let answer = api.send("POST", "/product", &kind, &whole);
        assert_eq!(answer.status, 201, "{answer:?}");
        let made = answer.json();
        assert_eq!((&made["title"], &made["price"]), (&json!("Bowl & \"plate\" = 1+1"), &json!(10.5)));
        assert_eq!(made["images"]["1"]["full"], "https://a.example/2.jpg");
        assert_eq!(
            (&made["options"][0]["title"], &made["options"][0]["price"]),
            (&json!("Small"), &json!(11))
        );
        // What only calls itself so.
        assert_eq!(api.send("POST", "/product", &kind, b"{\"title\": \"A\", \"price\": 1}").status, 201);
        assert_eq!(api.send("POST", "/product", &kind, b"title=A&price=1").status, 201);
        let (title, price) = (("title", "", "A"), ("price", "", "1"));
        let cut = &whole[..whole.len() - 20];
        let many = vec![("x", "", "1"); 2_001];
        for body in [
            &parts(&[title, ("price", "; filename=\"a.txt\"", "1")])[..],
            &parts(&[title, price, ("file", "; filename=\"\"", "")]),
            &parts(&[title, price, ("note", "", "a\0b")]),
            &parts(&[title, price, ("a[b", "", "1")]),
            &parts(&[title, price, ("", "", "1")]),
            &parts(&many),
            &parts(&[]),
            cut,
            b"--b",
            b"--c\r\n\r\n--c--",
        ] {
            let answer = api.send("POST", "/product", &kind, body);
            assert_eq!(
                answer.status,
                400,
                "{}: {answer:?}",
                String::from_utf8_lossy(&body[..body.len().min(300)])
            );
        }
        for odd in ["multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=b"] {
            let answer = api.send("POST", "/product", &[("Content-Type", odd)], &parts(&[title]));
            assert_eq!(answer.status, 400, "{odd}: {answer:?}");
        }
        let long = "x".repeat(1_100_000);
        assert_eq!(api.send("POST", "/product", &kind, &parts(&[("note", "", &long)])).status, 413);
        let long = &long[..900_000];
        assert_eq!(
            api.send("POST", "/product", &kind, &parts(&[title, price, ("note", "", long)])).status,
            201
        );
    }
}

#[test]
fn forms_are_read_as_php_writes_them() {
    for store in Store::both() {
        let api = store.api();
        let form = b"title=Bowl+%26+plate&price=10.5&new=1&stock%5Bstock_qty%5D=4&images[]=https%3A%2F%2Fa.example%2F1.jpg&images[]=https%3A%2F%2Fa.example%2F2.jpg&options[0][title]=Red&options[0][price]=11";
        for kind in ["application/x-www-form-urlencoded", "application/json", "text/plain"] {
            let answer = api.send("POST", "/product", &[("Content-Type", kind)], form);
            assert_eq!(answer.status, 201, "{answer:?}");
            let made = answer.json();
            assert_eq!(
                (&made["title"], &made["price"], &made["new"]),
                (&json!("Bowl & plate"), &json!(10.5), &json!(true))
            );
            assert_eq!(made["images"]["1"]["full"], "https://a.example/2.jpg");
            assert_eq!(
                (&made["options"][0]["price"], &made["options"][0]["title"]),
                (&json!(11), &json!("Red"))
            );
        }
        let order = world::orders(&store, id(&api.get("/product?limit=1")["0"]), 1)[0];
        let answer = api.send("PUT", &format!("/order/{order}"), &[], b"paid=true&status_alias=sent");
        assert_eq!((answer.status, answer.json()["status"].clone()), (200, json!(3)));
    }
}
