//! Every route of the dialects of commerce, with good keys, keys of old services, and words in all places.

use std::net::SocketAddr;

use keywright::web::{shopkit, shoppy, shopvo};
use serde_json::json;

use crate::support::Engine;
use crate::support::http::Connection;
use crate::support::server::adopt;

/// No limit of the dialects' own.
pub const UNLIMITED: [&str; 4] = ["--shopkit-hour-rate", "0", "--shoppy-rate", "0"];

/// Keys that were made elsewhere: they are found nowhere either.
const SHOPKIT: &str = "canary-0bb18b34ba33cb2d7c55d568353fdc6f345b8d78";
const SHOPPY: &str = "canary-m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFgOx80aNyk";

/// Lets the keys of old services in.
pub fn let_in(engine: &Engine) {
    for (dialect, key) in [("shopkit", SHOPKIT), ("shoppy", SHOPPY)] {
        assert!(adopt(engine, &["--dialect", dialect], key).status.success());
    }
}

/// A path with a word in the place of each name.
fn filled(path: &str, word: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { word } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Calls all routes; the number of calls.
pub fn call_all(to: SocketAddr, api_key: &str, site: &str) -> usize {
    let bearer = format!("Bearer {api_key}");
    let mut roots: Vec<(String, &str, (&str, &str))> = Vec::new();
    for key in [api_key, SHOPKIT, "canary-unknown"] {
        roots.extend(
            shopkit::ROUTES
                .iter()
                .map(|route| (format!("{}{}", shopkit::ROOT, route.path), route.method, ("X-API-KEY", key))),
        );
    }
    for key in [api_key, SHOPPY, "canary-unknown"] {
        for version in ["1.0", "v1", "v2"] {
            roots.extend(shoppy::ROUTES.iter().map(|route| {
                (format!("/shoppy/api/{version}{}", route.path), route.method, ("Authorization", key))
            }));
        }
    }
    roots.extend(shopvo::ROUTES.iter().map(|route| {
        let path = format!("{}{}", shopvo::ROOT, route.path).replace("{site}", site);
        (path, route.method, ("Authorization", bearer.as_str()))
    }));
    let send = |method: &str, target: &str, headers: &[(&str, &str)], body: &str| {
        let headers =
            [headers, &[("User-Agent", "canary"), ("Cookie", "cart=canary"), ("Referer", "canary")]].concat();
        Connection::open(to).send(method, target, &headers, body.as_bytes()).expect("an answer").status
    };
    let good = json!({"title": "Canary", "price": 1, "type": "service", "value": 1, "code": "CANARY", "limit": 0, "applies_to": "all_orders",
        "email": "canary.three@customer.example", "message": "canary", "note": "canary", "name": "Canary", "accounts": ["canary"],
        "url": "canary", "event": "canary"})
    .to_string();
    let (mut calls, mut taken) = (0, 0);
    for (path, method, key) in &roots {
        for word in ["1", "canary"] {
            let target = filled(path, word);
            for (query, body) in [
                ("", good.as_str()),
                (
                    "?canary=canary&q=canary&code=canary&handle=canary&reference=canary&cursor=canary",
                    "canary{",
                ),
                ("?page=canary&status=canary&date_from=canary", "title=canary&note[]=canary&canary[=x"),
            ] {
                let status = send(method, &format!("{target}{query}"), &[*key], body);
                assert_ne!(status, 500, "{method} {target}{query}");
                taken += usize::from(status < 400);
                calls += 1;
            }
        }
    }
    assert!(taken > 100, "{taken} of {calls} were taken: they are to reach the domain");
    for key in [SHOPKIT, "canary-unknown"] {
        for target in ["/shopkit/v1/", "/shopkit/v1/product", "/shopkit/v1/canary", "/shopkit/canary"] {
            send("GET", &format!("{target}?X-API-KEY={key}"), &[], "");
            send("GET", &format!("{target}?x-api-key={key}&page=2"), &[], "");
            calls += 2;
        }
    }
    for target in ["/pay/canary", "/order/canary", "/contact?canary=canary", "/shop/cart?canary=canary"] {
        for method in ["GET", "POST"] {
            send(method, target, &[], "email=canary.four@customer.example&message=canary&form=canary");
            calls += 1;
        }
    }
    calls
}
