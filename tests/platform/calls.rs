//! For each route of the platform API a call that succeeds, on rows made for it. A new route without one fails.

use keywright::web::platform::Route;
use serde_json::{Value, json};

use super::Api;
use crate::support::http;
use crate::support::server::API;

/// A call that succeeds, on rows made for it.
pub struct Example {
    pub target: String,
    pub headers: Vec<(&'static str, &'static str)>,
    pub body: String,
}

pub fn example(route: &Route, api: Api<'_>) -> Example {
    let product = api.product();
    let licence = api.licence(product);
    let key = licence["key"].as_str().unwrap();
    let activated = http::get(api.address, &format!("{API}?activate&key={key}"));
    assert_eq!(activated.status, 200, "{activated:?}");
    let new = |target: &str, body: &Value| api.done("POST", target, body);
    let body = match (route.method, route.path) {
        ("GET" | "DELETE", _)
        | (
            "POST",
            "/v1/licences/{id}/reset"
            | "/v1/orders/{id}/pay"
            | "/v1/orders/{id}/cancel"
            | "/v1/orders/{id}/refund"
            | "/v1/customers/{id}/erase"
            | "/v1/webhooks/{id}/rotate"
            | "/v1/webhooks/{id}/test"
            | "/v1/webhooks/deliveries/{id}/redeliver",
        ) => Value::Null,
        ("PATCH", "/v1/account") => json!({"name": "My shop"}),
        ("POST", "/v1/products") => json!({"title": "Another"}),
        ("PATCH", "/v1/products/{id}" | "/v1/categories/{id}") => json!({"title": "Renamed"}),
        ("PUT", "/v1/products/{id}/licence-policy") => json!({"api_enabled": true}),
        ("POST", "/v1/licences") => {
            json!({"product_id": product, "customer": {"email": "ben@customer.example"}})
        }
        ("PATCH", "/v1/licences/{id}") => json!({"max_uses": 9}),
        ("POST", "/v1/licences/import") => {
            json!(format!("product_id,email\n{product},ben@customer.example\n"))
        }
        ("PUT", "/v1/products/{id}/prerequisites") => json!({"products": []}),
        ("POST", "/v1/products/{id}/releases") => json!({"version": "2.0.0"}),
        ("PATCH", "/v1/products/{id}/releases/{release_id}") => json!({"notes": "*Fast*"}),
        ("POST", "/v1/categories") => json!({"title": format!("Shelf {product}")}),
        ("POST", "/v1/uploads") => json!({"name": "quill.zip"}),
        ("PATCH", "/v1/uploads/{file_id}") => json!("12345"),
        ("POST", "/v1/orders") => {
            json!({"customer": {"email": "ben@customer.example"}, "lines": [{"product_id": product}]})
        }
        ("POST", "/v1/coupons") => json!({"code": format!("C{product}"), "kind": "percent", "value": 1_000}),
        ("PATCH", "/v1/purchases/{id}") | ("POST", "/v1/purchases/{id}/install-url") => {
            json!({"install_url": "https://site.example"})
        }
        ("POST", "/v1/customers/{id}/merge") => {
            let other = json!({"email": format!("other-{product}@customer.example")});
            json!({"into": new("/v1/customers", &other)["id"]})
        }
        ("POST", "/v1/webhooks") => json!({"url": "https://hooks.example/"}),
        ("PATCH", "/v1/webhooks/{id}") => json!({"events": ["order.paid"]}),
        ("POST", "/v1/webhooks/{id}/replay") => json!({"from": "2026-01-01"}),
        ("POST", "/v1/customers") => json!({"email": format!("{product}@customer.example")}),
        ("PATCH", "/v1/customers/{id}") => json!({"name": "Mia"}),
        (method, path) => panic!("{method} {path} has no row in this table: give it one"),
    };
    let id = row(route, api, product, &licence);
    if route.path.ends_with("/download") {
        let file = super::uploads::upload(api, "quill.zip", b"12345");
        let published = json!({"version": "1.0.0", "files": [{"file_id": file}]});
        new(&format!("/v1/products/{product}/releases"), &published);
    }
    let mut target = route.path.replace("{id}", &id).replace("{file_id}", &id).replace("{usage_id}", "1");
    if target.contains("{release_id}") {
        let draft = json!({"version": "1.0.0", "status": "draft"});
        let draft = new(&format!("/v1/products/{product}/releases"), &draft);
        target = target.replace("{release_id}", &draft["id"].to_string());
    }
    let headers = match (route.method, route.path) {
        ("POST", "/v1/uploads") => vec![("Upload-Length", "5")],
        ("PATCH", "/v1/uploads/{file_id}") => vec![("Upload-Offset", "0")],
        _ => Vec::new(),
    };
    let body = match body {
        Value::Null => String::new(),
        Value::String(text) => text,
        object => object.to_string(),
    };
    Example { target, headers, body }
}

/// The id that a path names.
fn row(route: &Route, api: Api<'_>, product: i64, licence: &Value) -> String {
    let new = |target: &str, body: &Value| api.done("POST", target, body);
    let noun = route.path.split('/').nth(2).unwrap();
    match noun {
        _ if !route.path.contains('{') => String::new(),
        "products" => product.to_string(),
        "licences" => licence["id"].to_string(),
        "customers" => licence["customer_id"].to_string(),
        "purchases" => licence["purchase_id"].to_string(),
        "categories" => {
            new("/v1/categories", &json!({"title": format!("Shelf {product}")}))["id"].to_string()
        }
        "coupons" => {
            let coupon = json!({"code": format!("C{product}"), "kind": "percent", "value": 1_000});
            new("/v1/coupons", &coupon)["id"].to_string()
        }
        "webhooks" => {
            let made = new("/v1/webhooks", &json!({"url": "https://hooks.example/"}));
            let at = format!("/v1/webhooks/{}", made["id"]);
            if route.path.contains("/deliveries/{id}") {
                new(&format!("{at}/test"), &Value::Null)["id"].to_string()
            } else {
                made["id"].to_string()
            }
        }
        "events" => api.done("GET", "/v1/events", &Value::Null)["data"][0]["id"].to_string(),
        "audit" => api.done("GET", "/v1/audit", &Value::Null)["data"][0]["id"].to_string(),
        "uploads" => {
            let begun =
                api.send("POST", "/v1/uploads", &[("Upload-Length", "5")], br#"{"name":"quill.zip"}"#);
            begun.json()["file_id"].as_str().unwrap().to_owned()
        }
        "orders" => {
            let order = api.order(product);
            if route.path.ends_with("refund") {
                api.done("POST", &format!("{order}/pay"), &Value::Null);
            }
            order.rsplit('/').next().unwrap().to_owned()
        }
        other => panic!("{other} has no id in this table: give it one"),
    }
}
