//! Bad input: each field of each body, each parameter; a clear 4xx in the envelope, and nothing is changed.

use serde_json::{Map, Value, json};

use super::{Api, Shop, fault};
use crate::support::described;
use keywright::web::platform::ROUTES;

/// Rows that the calls with a body are about.
struct Rows {
    product: Value,
    bundle: Value,
    order: Value,
    purchase: Value,
    licence: Value,
    customer: Value,
    other: Value,
    category: Value,
    draft: Value,
    webhook: Value,
}

impl Rows {
    fn made(api: Api<'_>) -> Self {
        let new = |target: &str, body: Value| api.done("POST", target, &body);
        let manual = json!({"title": "Manual", "licence_policy": {"identifier_mode": "manual", "api_enabled": true,
            "term_days": 30}, "price": {"amount": 100, "currency": "EUR"}});
        let product = new("/v1/products", manual)["id"].clone();
        let sold = api.product();
        let licence =
            new("/v1/licences", json!({"product_id": product, "customer": {"email": "b@customer.example"}}));
        let draft = json!({"version": "0.9.0", "status": "draft"});
        Self {
            bundle: new("/v1/products", json!({"title": "Both", "kind": "bundle", "items": [sold]}))["id"]
                .clone(),
            order: Self::order(api),
            purchase: licence["purchase_id"].clone(),
            customer: licence["customer_id"].clone(),
            licence: licence["id"].clone(),
            other: new("/v1/customers", json!({"email": "other@customer.example"}))["id"].clone(),
            category: new("/v1/categories", json!({"title": "Shelf"}))["id"].clone(),
            webhook: new("/v1/webhooks", json!({"url": "https://hooks.example/"}))["id"].clone(),
            draft: new(&format!("/v1/products/{product}/releases"), draft)["id"].clone(),
            product,
        }
    }

    /// The address of an unpaid order.
    fn order(api: Api<'_>) -> Value {
        json!(api.order(api.product()))
    }

    /// The address that a route's path stands for.
    fn target(&self, path: &str) -> String {
        let order = self.order.as_str().unwrap().rsplit('/').next().unwrap();
        let id = match path.split('/').nth(2).unwrap() {
            "products" => self.product.to_string(),
            "orders" => order.to_owned(),
            "purchases" => self.purchase.to_string(),
            "licences" => self.licence.to_string(),
            "customers" => self.customer.to_string(),
            "categories" => self.category.to_string(),
            "webhooks" => self.webhook.to_string(),
            _ => String::new(),
        };
        path.replace("{id}", &id).replace("{release_id}", &self.draft.to_string())
    }
}

/// Calls whose body is no JSON, or that take none: other tests send them rubbish.
const OTHERS: [(&str, &str); 9] = [
    ("POST", "/v1/uploads"),
    ("PATCH", "/v1/uploads/{file_id}"),
    ("POST", "/v1/licences/import"),
    ("POST", "/v1/licences/{id}/reset"),
    ("POST", "/v1/orders/{id}/cancel"),
    ("POST", "/v1/customers/{id}/erase"),
    ("POST", "/v1/webhooks/{id}/rotate"),
    ("POST", "/v1/webhooks/{id}/test"),
    ("POST", "/v1/webhooks/deliveries/{id}/redeliver"),
];

/// Fields of the calls with a body, each with a value that is taken; by method and path as in `ROUTES`.
fn bodies(rows: &Rows) -> Vec<(&'static str, &'static str, Value)> {
    let (product, purchase) = (&rows.product, &rows.purchase);
    let policy = json!({"api_enabled": true, "key_type": "md5", "segments": 3, "segment_length": 5, "identifier_mode": "manual",
        "max_uses": 2, "term_days": 7, "check_ip": true, "allow_ip_override": false, "deactivate": true});
    let mut whole = json!({"title": "A", "slug": "a", "kind": "service", "description": "d", "approved": true, "visible": false,
        "price": {"amount": 100, "currency": "EUR"}, "tax_bp": 1900, "category_id": null,
        "delivery": {"requires_install_url": true, "install_url_label": "Your forum", "install_url_notice": "Only we see it",
            "install_url_locked": true, "external_url": "https://elsewhere.example", "download_channels": ["stable", "beta"]}});
    whole["licence_policy"] = policy.clone();
    let release = json!({"version": "1.0.0", "channel": "beta", "longversion": 7, "released_at": "2026-01-01T00:00:00Z",
        "notes_url": "https://notes.example/1", "update_url": "https://update.example/1", "notes": "**New**",
        "status": "draft", "files": [{"url": "https://files.example/1", "platform": "mac"}]});
    let hook = json!({"url": "https://hooks.example/a", "events": ["order.paid"], "format": "shookout", "active": true});
    let shelf = json!({"title": "Tools", "slug": "tools", "parent_id": null});
    let person = json!({"email": "a@customer.example", "name": "A", "username": "a", "group": "trade", "wants_news": true});
    let euro = |amount: i64| json!({"amount": amount, "currency": "EUR"});
    vec![
        ("POST", "/v1/products", whole.clone()),
        ("POST", "/v1/products", json!({"title": "Two", "kind": "bundle", "items": [product]})),
        ("PATCH", "/v1/products/{id}", whole),
        ("PUT", "/v1/products/{id}/licence-policy", policy.clone()),
        ("PUT", "/v1/products/{id}/prerequisites", json!({"match": "any", "products": [rows.bundle]})),
        ("POST", "/v1/products/{id}/releases", release.clone()),
        ("PATCH", "/v1/products/{id}/releases/{release_id}", release),
        (
            "PATCH",
            "/v1/account",
            json!({"name": "My shop", "currency": "EUR", "time_zone": "Europe/Berlin",
                "defaults": {"licence_policy": policy}}),
        ),
        ("POST", "/v1/categories", shelf.clone()),
        ("PATCH", "/v1/categories/{id}", shelf),
        (
            "POST",
            "/v1/coupons",
            json!({"code": "TEN", "kind": "fixed", "value": 500, "currency": "EUR", "product_id": product, "least_minor": 1,
                "max_uses": 3, "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2031-01-01T00:00:00Z", "applies_to": "shipping",
                "max_uses_each": 2}),
        ),
        ("POST", "/v1/purchases/{id}/install-url", json!({"install_url": "https://site.example"})),
        (
            "PATCH",
            "/v1/purchases/{id}",
            json!({"install_url": "https://site.example", "expires_at": "2031-01-01T00:00:00Z", "status": "active"}),
        ),
        (
            "POST",
            "/v1/orders",
            json!({"customer": {"email": "b@customer.example", "name": "B"}, "coupon": null, "currency": "EUR",
                "lines": [{"product_id": product, "quantity": 2, "parent_purchase_id": purchase}]}),
        ),
        (
            "POST",
            "/v1/orders",
            json!({"customer": {"email": "b@customer.example"},
                "lines": [{"product_id": product, "renews_purchase_id": purchase}]}),
        ),
        (
            "POST",
            "/v1/orders/{id}/pay",
            json!({"method": "manual", "reference": "bank", "amount": euro(2_999)}),
        ),
        ("POST", "/v1/orders/{id}/pay", json!({"method": "card", "card_number": "4242424242424242"})),
        ("POST", "/v1/orders/{id}/refund", json!({"reason": "r", "amount": euro(1)})),
        ("POST", "/v1/customers", person.clone()),
        ("PATCH", "/v1/customers/{id}", person),
        ("POST", "/v1/customers/{id}/merge", json!({"into": rows.other})),
        (
            "POST",
            "/v1/licences",
            json!({"product_id": product, "customer": {"email": "b@customer.example"}, "key": "MY-KEY-1", "max_uses": 4,
                "expires_at": "2031-01-01T00:00:00Z", "install_url": "https://site.example", "identifier": "machine",
                "parent_purchase_id": purchase}),
        ),
        ("POST", "/v1/webhooks", hook.clone()),
        ("PATCH", "/v1/webhooks/{id}", hook),
        (
            "POST",
            "/v1/webhooks/{id}/replay",
            json!({"from": "2100-01-01T00:00:00Z", "to": "2101-01-01T00:00:00Z"}),
        ),
        (
            "PATCH",
            "/v1/licences/{id}",
            json!({"status": "active", "max_uses": 4, "expires_at": "2031-01-01T00:00:00Z", "identifier": "machine"}),
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
        let mut rows = Rows::made(api);
        let (mut calls, mut refused) = (0, 0);
        for (method, path, body) in bodies(&rows) {
            for field in paths(body.as_object().unwrap(), &[]) {
                for value in &junk {
                    let target = rows.target(path);
                    let before = (method != "POST").then(|| api.get(&target).json());
                    let answer = api.call(method, &target, &with(&body, &field, value));
                    calls += 1;
                    let case = format!("{method} {target} {field:?} = {:.60}", value.to_string());
                    assert!(answer.status < 500, "{case}: {answer:?}");
                    if answer.status < 400 {
                        // What it was about may be used up now.
                        if path.ends_with("/pay") {
                            rows.order = Rows::order(api);
                        }
                        continue;
                    }
                    refused += 1;
                    let (_, code, details) = fault(&answer);
                    let named = field.join(".");
                    let tells = details
                        .as_object()
                        .unwrap()
                        .keys()
                        .any(|name| name.starts_with(&named) || named.starts_with(name.as_str()));
                    assert!(code != "validation_failed" || tells, "{case} is not named: {details}");
                    if let Some(before) = before {
                        assert_eq!(
                            api.get(&target).json(),
                            before,
                            "{case} was refused and changed something"
                        );
                    }
                }
            }
            let unknown = with(&body, &["prices".to_owned()], &json!(1));
            assert_eq!(
                fault(&api.call(method, &rows.target(path), &unknown)).2,
                json!({"prices": "is not a field of this call"})
            );
        }
        let listed: Vec<_> = bodies(&rows).iter().map(|(method, path, _)| (*method, *path)).collect();
        let with_body = ROUTES.iter().filter(|route| !["GET", "DELETE"].contains(&route.method));
        for route in with_body {
            let call = (route.method, route.path);
            assert!(
                listed.contains(&call) || OTHERS.contains(&call),
                "{call:?} has no row here: give it one"
            );
        }
        assert!(calls > 500 && refused > calls / 2, "{refused} of {calls} were refused");
    }
}

/// The properties that the description has for a call's body, with those of what is inside.
fn described_fields(schema: &Value, before: &[String]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let schema = described::found(schema, &mut String::new());
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        let path = [before, std::slice::from_ref(name)].concat();
        let one = |inner: &Value| described_fields(inner, &path);
        found.extend(one(inner));
        found.extend(inner["oneOf"].as_array().into_iter().flatten().flat_map(one));
        found.extend(described_fields(&inner["items"], &[path.clone(), vec!["0".to_owned()]].concat()));
        found.push(path);
    }
    found
}

#[test]
fn each_field_is_described() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let rows = Rows::made(shop.api());
    let (mut sent, mut told) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    for (method, path, body) in bodies(&rows) {
        let call = (method, path);
        sent.extend(paths(body.as_object().unwrap(), &[]).into_iter().map(|field| (call, field.join("."))));
        let operation = &described::DOCUMENT["paths"][path][method.to_lowercase()];
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let fields = described_fields(schema, &[]);
        told.extend(fields.into_iter().map(|field| (call, field.join("."))));
        let validator = described::validator(schema);
        assert!(
            validator.is_valid(&body),
            "{call:?}: {:?}",
            validator.iter_errors(&body).collect::<Vec<_>>()
        );
    }
    let untold: Vec<_> = sent.difference(&told).collect();
    assert!(untold.is_empty(), "the server reads what the description has not: {untold:?}");
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
