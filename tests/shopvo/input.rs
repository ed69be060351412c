//! What no program should send, to every route: an answer in the dialect's shape, and never a 5xx.

use keywright::web::shopvo::ROUTES;
use serde_json::json;

use super::{Store, UNLIMITED, id};
use crate::support::Engine;

const BODIES: &[&str] = &[
    "",
    "null",
    "[]",
    "1",
    "\"x\"",
    "{",
    "{}{}",
    "{\"name\":1,\"name\":2}",
    "\u{0}",
    "{\"name\":\"\\u0000\"}",
    "a=b&c=d",
    "{\"points\":1e400,\"amount\":1e400,\"quantity\":1e400,\"rating\":1e400}",
    "{\"points\":-9223372036854775808,\"amount\":-9223372036854775808,\"quantity\":-9223372036854775808}",
    "{\"name\":{},\"price\":[],\"sku\":{},\"options\":[],\"inventoryCount\":{},\"code\":[],\"type\":{},\"value\":{},\"namespace\":{},\"key\":[]}",
    "{\"operation\":\"set\",\"quantity\":\"5\",\"variantId\":5,\"amount\":true,\"orderId\":{},\"firstName\":[],\"status\":1}",
];

#[test]
fn every_route_takes_any_input_in_its_stride() {
    let store = Store::open(Engine::sqlite(), &UNLIMITED);
    let api = store.api();
    let product = api.product("Shirt");
    store.platform().done("POST", "/v1/customers", &json!({"email": "jane@customer.example"}));
    let customer = id(&api.get("/customers")["items"][0]);
    let ids = [
        "none",
        "0",
        "-1",
        "%00",
        "%FF",
        "..",
        "prd_",
        "a%2Fb",
        "%F0%9F%98%80",
        &product,
        &customer,
        &"x".repeat(300),
    ];
    let queries = [
        "",
        "?page=1e9",
        "?limit=&page=",
        "?cursor=%00",
        "?%FF=1",
        "?status=%F0%9F%98%80",
        "?limit=1&limit=2",
        "?fields=,,",
        "?expand[]=&expand[]=",
    ];
    let mut sent = 0;
    for route in ROUTES {
        for word in ids {
            let mut path = String::new();
            for part in route.path.split('/').skip(1) {
                path += "/";
                path += match part {
                    "{resource}" => "product",
                    part if part.starts_with('{') => word,
                    part => part,
                };
            }
            for query in queries {
                // Shapes and statuses are looked at on the way.
                api.send(route.method, &format!("{path}{query}"), &[], b"{}");
                sent += 1;
            }
            for body in BODIES {
                api.send(route.method, &path, &[], body.as_bytes());
                sent += 1;
            }
            if !route.path.contains('{') {
                break;
            }
        }
    }
    assert!(sent > 5_000, "{sent}");
    let long = vec![b' '; 1_024 * 1_024 + 1];
    assert_eq!(api.send("POST", "/products", &[], &long).status, 413);
    // A body is JSON whatever it calls itself.
    let named = api.send("POST", "/products", &[("Content-Type", "text/plain")], b"{\"name\":\"Plain\"}");
    assert_eq!(named.status, 201);
    assert_eq!(api.call("GET", "//products//", &json!(null)).status, 200, "stray slashes do no harm");
}
