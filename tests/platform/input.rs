//! Bad input: each field of each body, each parameter; a clear 4xx in the envelope, and nothing is changed.

use serde_json::{Map, Value, json};

use super::{Shop, fault};

/// Fields of the calls with a body, each with a value that is taken.
fn bodies(product: i64, order: i64, purchase: i64) -> Vec<(&'static str, String, Value)> {
    let policy = json!({"api_enabled": true, "key_type": "md5", "segments": 3, "segment_length": 5, "identifier_mode": "manual",
        "max_uses": 2, "term_days": 7, "check_ip": true, "allow_ip_override": false, "deactivate": true});
    let mut whole = json!({"title": "A", "slug": "a", "kind": "service", "description": "d", "approved": true, "visible": false,
        "price": {"amount": 100, "currency": "EUR"}, "tax_bp": 1900, "category_id": null,
        "delivery": {"requires_install_url": true, "install_url_label": "Your forum", "install_url_notice": "Only we see it",
            "install_url_locked": true, "external_url": "https://elsewhere.example", "download_channels": ["stable", "beta"]}});
    whole["licence_policy"] = policy.clone();
    vec![
        ("POST", "/v1/products".into(), whole.clone()),
        ("PATCH", format!("/v1/products/{product}"), whole),
        ("PUT", format!("/v1/products/{product}/licence-policy"), policy.clone()),
        (
            "POST",
            format!("/v1/products/{product}/releases"),
            json!({"version": "1.0.0", "channel": "beta", "longversion": 7, "released_at": "2026-01-01",
                "notes_url": "https://notes.example/1", "update_url": "https://update.example/1", "notes": "**New**",
                "status": "draft", "files": [{"url": "https://files.example/1", "platform": "mac"}]}),
        ),
        (
            "PATCH",
            "/v1/account".into(),
            json!({"name": "My shop", "currency": "EUR", "time_zone": "Europe/Berlin",
                "defaults": {"licence_policy": policy}}),
        ),
        ("POST", "/v1/categories".into(), json!({"title": "Tools", "slug": "tools", "parent_id": null})),
        (
            "POST",
            "/v1/coupons".into(),
            json!({"code": "TEN", "kind": "fixed", "value": 500, "currency": "EUR", "product_id": product, "least_minor": 1,
                "max_uses": 3, "starts_at": "2026-01-01", "ends_at": "2031-01-01"}),
        ),
        (
            "POST",
            format!("/v1/purchases/{purchase}/install-url"),
            json!({"install_url": "https://site.example"}),
        ),
        ("PUT", format!("/v1/products/{product}/prerequisites"), json!({"match": "any", "products": []})),
        (
            "POST",
            "/v1/orders".into(),
            json!({"customer": {"email": "b@customer.example", "name": "B"}, "coupon": null, "currency": "EUR",
                "lines": [{"product_id": product, "quantity": 2}]}),
        ),
        (
            "POST",
            format!("/v1/orders/{order}/pay"),
            json!({"method": "manual", "reference": "bank", "amount": {"amount": 2999, "currency": "EUR"}}),
        ),
        (
            "POST",
            format!("/v1/orders/{order}/refund"),
            json!({"reason": "r", "amount": {"amount": 1, "currency": "EUR"}}),
        ),
        (
            "PATCH",
            format!("/v1/purchases/{purchase}"),
            json!({"install_url": "https://site.example", "expires_at": "2031-01-01", "status": "active"}),
        ),
        (
            "POST",
            "/v1/customers".into(),
            json!({"email": "a@customer.example", "name": "A", "username": "a"}),
        ),
        (
            "POST",
            "/v1/licences".into(),
            json!({"product_id": product, "customer": {"email": "b@customer.example"}, "key": "MY-KEY-1", "max_uses": 4,
                "expires_at": "2031-01-01T00:00:00Z", "install_url": "https://site.example", "identifier": "machine"}),
        ),
    ]
}

/// The body with the value at `path` replaced.
fn with(body: &Value, path: &[String], value: &Value) -> Value {
    let mut body = body.clone();
    let (last, inner) = path.split_last().unwrap();
    let mut at = &mut body;
    for name in inner {
        at = match name.parse::<usize>() {
            Ok(index) => &mut at[index],
            Err(_) => &mut at[name],
        };
    }
    at[last] = value.clone();
    body
}

fn paths(object: &Map<String, Value>, before: &[String]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (name, value) in object {
        let path = [before, std::slice::from_ref(name)].concat();
        if let Value::Object(inner) = value {
            found.extend(paths(inner, &path));
        }
        if let Some(Value::Object(inner)) = value.get(0) {
            found.extend(paths(inner, &[path.clone(), vec!["0".to_owned()]].concat()));
        }
        found.push(path);
    }
    found
}

#[test]
fn each_field_given_wrongly() {
    let junk = [
        json!([]),
        json!([1]),
        json!({"a": 1}),
        json!(-5),
        json!(0),
        json!(1.5),
        json!(1e300),
        json!(i64::MAX),
        json!(u64::MAX),
        json!("\u{0}"),
        json!("a\u{7}b"),
        json!("x".repeat(60_000)),
        json!(""),
        json!("no such word"),
        json!(true),
        Value::Null,
    ];
    for shop in Shop::both() {
        let api = shop.api();
        let manual = json!({"title": "Manual", "licence_policy": {"identifier_mode": "manual", "api_enabled": true},
            "price": {"amount": 100, "currency": "EUR"}});
        let product = api.done("POST", "/v1/products", &manual)["id"].as_i64().unwrap();
        let sold = api.product();
        let order = api.order(sold);
        let order = order.rsplit('/').next().unwrap().parse().unwrap();
        let purchase = api.licence(sold)["purchase_id"].as_i64().unwrap();
        let (mut calls, mut refused) = (0, 0);
        for (method, target, body) in bodies(product, order, purchase) {
            for path in paths(body.as_object().unwrap(), &[]) {
                for value in &junk {
                    let answer = api.call(method, &target, &with(&body, &path, value));
                    calls += 1;
                    assert!(
                        answer.status < 500,
                        "{method} {target} {path:?} = {:.60}: {answer:?}",
                        value.to_string()
                    );
                    if answer.status >= 400 {
                        refused += 1;
                        let (_, code, details) = fault(&answer);
                        let named = path.join(".");
                        let tells = |details: &Value| {
                            details
                                .as_object()
                                .unwrap()
                                .keys()
                                .any(|name| name.starts_with(&named) || named.starts_with(name.as_str()))
                        };
                        assert!(
                            code != "validation_failed" || tells(&details),
                            "{method} {target} {path:?} = {:.60} is not named: {details}",
                            value.to_string()
                        );
                    }
                }
            }
            let unknown = with(&body, &["prices".to_owned()], &json!(1));
            assert_eq!(
                fault(&api.call(method, &target, &unknown)).2,
                json!({"prices": "is not a field of this call"})
            );
        }
        assert!(calls > 500 && refused > calls / 2, "{refused} of {calls} were refused");
    }
}

#[test]
fn bodies_that_are_none() {
    for shop in Shop::both() {
        let api = shop.api();
        let bodies: [&[u8]; 9] = [
            b"",
            b"{",
            b"[]",
            b"null",
            b"\"a\"",
            b"\xff\xfe",
            b"{\"title\":\"a\",\"title\":\"b\"}",
            b"title=a",
            b"{\"title\":\"a\"} x",
        ];
        for body in bodies {
            let answer = api.send("POST", "/v1/products", &[], body);
            assert_eq!(fault(&answer).0, 400, "{body:?}");
            let typed = |kind| api.send("POST", "/v1/products", &[("Content-Type", kind)], body);
            for kind in ["application/json; charset=utf-8", "application/merge-patch+json"] {
                assert_eq!(fault(&typed(kind)).0, 400, "{kind} {body:?}");
            }
            for kind in ["text/plain", "image/png", "multipart/form-data; boundary=x"] {
                let status = if body.is_empty() { 400 } else { 415 };
                assert_eq!(fault(&typed(kind)).0, status, "{kind} {body:?}");
            }
        }
        let deep = format!("{{\"title\":{}{}}}", "[".repeat(80), "]".repeat(80));
        assert_eq!(fault(&api.send("POST", "/v1/products", &[], deep.as_bytes())).1, "malformed");
        let long = format!("{{\"title\":\"{}\"}}", "x".repeat(1_100_000));
        assert_eq!(fault(&api.send("POST", "/v1/products", &[], long.as_bytes())).0, 413);
        assert_eq!(api.get("/v1/products").json()["data"], json!([]), "nothing was made");
    }
}

#[test]
fn each_parameter_given_wrongly() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let api = shop.api();
    for (target, wrong) in [
        ("/v1/products?limit=0", "limit"),
        ("/v1/products?limit=101", "limit"),
        ("/v1/products?limit=-1", "limit"),
        ("/v1/products?limit=x", "limit"),
        ("/v1/products?limit=99999999999999999999", "limit"),
        ("/v1/products?cursor=", "cursor"),
        ("/v1/products?cursor=zz", "cursor"),
        ("/v1/products?status=gone", "status"),
        ("/v1/products?status=active&status=hidden", "status"),
        ("/v1/products?page=2", "page"),
        ("/v1/licences?product=x", "product"),
        ("/v1/licences?status=dead", "status"),
        ("/v1/account?x=1", "x"),
    ] {
        let (status, code, details) = fault(&api.get(target));
        assert_eq!((status, code.as_str()), (400, "validation_failed"), "{target}");
        assert!(details[wrong].is_string(), "{target}: {details}");
    }
    for target in ["/v1/customers?q=%00", "/v1/customers?q=%ff"] {
        assert_eq!(fault(&api.get(target)).1, "malformed", "{target}");
    }
    let long = format!("/v1/customers?q={}", "x".repeat(9_000));
    assert_eq!(fault(&api.get(&long)).1, "malformed");
}
