//! The audit log over the API: every route that changes something is noted, once, with who, from where, old and new.

use serde_json::{Value, json};

use super::calls::{Example, example};
use super::{Api, Shop, fault, key};
use crate::support::server::{self, API};
use crate::support::{Engine, block_on, http};
use keywright::web::platform::ROUTES;

/// What a row holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Old,
    New,
    Both,
}
use Holds::{Both, New, Old};

/// A route that changes something, what is noted of it, and a body for those whose usual one changes nothing.
type Change = (&'static str, &'static str, &'static str, Holds, &'static str);

/// Every route but those that only read.
const CHANGES: &[Change] = &[
    ("PATCH", "/v1/account", "account.changed", Both, r#"{"name":"Quills"}"#),
    ("POST", "/v1/products", "product.created", New, ""),
    ("PATCH", "/v1/products/{id}", "product.changed", Both, ""),
    ("DELETE", "/v1/products/{id}", "product.archived", Both, ""),
    ("PUT", "/v1/products/{id}/licence-policy", "product.changed", Both, ""),
    (
        "PUT",
        "/v1/products/{id}/prerequisites",
        "product.prerequisites_changed",
        Both,
        r#"{"match":"any","products":[]}"#,
    ),
    ("POST", "/v1/products/{id}/releases", "release.published", New, ""),
    ("PATCH", "/v1/products/{id}/releases/{release_id}", "release.changed", Both, ""),
    ("DELETE", "/v1/products/{id}/releases/{release_id}", "release.deleted", Old, ""),
    ("POST", "/v1/categories", "category.created", New, ""),
    ("PATCH", "/v1/categories/{id}", "category.changed", Both, ""),
    ("DELETE", "/v1/categories/{id}", "category.deleted", Old, ""),
    ("PATCH", "/v1/uploads/{file_id}", "file.added", New, ""),
    ("DELETE", "/v1/uploads/{file_id}", "file.deleted", Old, ""),
    ("POST", "/v1/orders", "order.placed", New, ""),
    ("POST", "/v1/orders/{id}/pay", "order.paid", Both, ""),
    ("POST", "/v1/orders/{id}/cancel", "order.cancelled", Both, ""),
    ("POST", "/v1/orders/{id}/refund", "order.refunded", Both, ""),
    ("POST", "/v1/coupons", "coupon.created", New, ""),
    ("DELETE", "/v1/coupons/{id}", "coupon.ended", Both, ""),
    ("PATCH", "/v1/purchases/{id}", "purchase.changed", Both, ""),
    ("POST", "/v1/purchases/{id}/install-url", "purchase.changed", Both, ""),
    ("POST", "/v1/licences", "licence.issued", New, ""),
    ("POST", "/v1/licences/import", "licence.imported", New, ""),
    ("PATCH", "/v1/licences/{id}", "licence.changed", Both, ""),
    ("POST", "/v1/licences/{id}/reset", "licence.reset", New, ""),
    ("DELETE", "/v1/licences/{id}/activations/{usage_id}", "licence.activation_released", New, ""),
    ("POST", "/v1/customers", "customer.created", New, ""),
    ("PATCH", "/v1/customers/{id}", "customer.changed", Both, ""),
    ("POST", "/v1/customers/{id}/erase", "customer.erased", New, ""),
    ("POST", "/v1/customers/{id}/merge", "customer.merged", New, ""),
    ("POST", "/v1/webhooks", "webhook.created", New, ""),
    ("PATCH", "/v1/webhooks/{id}", "webhook.changed", Both, ""),
    ("DELETE", "/v1/webhooks/{id}", "webhook.deleted", Old, ""),
    ("POST", "/v1/webhooks/{id}/rotate", "webhook.rotated", New, ""),
    ("POST", "/v1/webhooks/{id}/test", "webhook.tested", New, ""),
    ("POST", "/v1/webhooks/{id}/replay", "webhook.replayed", New, ""),
    ("POST", "/v1/webhooks/deliveries/{id}/redeliver", "webhook.redelivered", New, ""),
];

/// Routes that are not GET and are not noted, and why.
const UNNOTED: &[(&str, &str, &str)] =
    &[("POST", "/v1/uploads", "nothing is there before the last byte has come: then it is noted")];

const NONE: [Value; 0] = [];

/// The id of the newest row.
fn newest(api: Api<'_>) -> i64 {
    rows_after(api, 0).last().map_or(0, |row| row["id"].as_i64().unwrap())
}

/// The rows after the one with this id, the oldest first; 100 at the most.
fn rows_after(api: Api<'_>, id: i64) -> Vec<Value> {
    let page = api.done("GET", "/v1/audit?limit=100", &Value::Null);
    let rows = page["data"].as_array().unwrap().iter().rev();
    rows.filter(|row| row["id"].as_i64().unwrap() > id).cloned().collect()
}

/// All that both logs hold, as text.
pub fn logs(engine: &Engine) -> String {
    let store = engine.system_store();
    let audit = "select actor, address, request_id, action, subject_id, old, new from audit";
    let calls = "select credential, method, route, request_id, code, address, credential from request_log";
    block_on(store.read(move |tx| {
        let mut lines = Vec::new();
        for sql in [audit, calls] {
            for row in tx.all(sql, &[], |row| (0..7).map(|n| row.get::<Option<String>>(n)).collect())? {
                let row: Vec<Option<String>> = row;
                lines.push(format!("{row:?}"));
            }
        }
        Ok(lines.join("\n"))
    }))
    .unwrap()
}

/// Nothing of these is in either log.
fn assert_unsaid(engine: &Engine, secrets: &[&str]) {
    let text = logs(engine).to_lowercase();
    assert!(text.lines().count() > 3, "the logs are empty");
    for secret in secrets {
        let found = text.lines().find(|line| line.contains(&secret.to_lowercase()));
        assert_eq!(found, None, "{secret} on {}", engine.name);
    }
}

#[test]
fn every_route_that_changes_something_is_noted_once() {
    for engine in crate::support::engines() {
        let admin = key(&engine, &["--scopes", "all"]);
        let server = server::Server::start(&engine, &["--request-log-days", "1"]);
        let shop = Shop { engine, server, key: admin };
        let (api, name) = (shop.api(), &shop.key[8..16]);
        api.done("POST", "/v1/customers", &json!({"email": "ben@customer.example"}));
        let mut noted = 0;
        for route in ROUTES.iter().filter(|route| route.method != "GET") {
            let case = format!("{} {} on {}", route.method, route.path, shop.engine.name);
            let row =
                CHANGES.iter().find(|(method, path, ..)| (*method, *path) == (route.method, route.path));
            let excused =
                UNNOTED.iter().any(|(method, path, _)| (*method, *path) == (route.method, route.path));
            assert!(row.is_some() != excused, "{case} has no row in one of the tables here: give it one");
            let Example { target, mut headers, mut body } = example(route, api);
            if let Some((.., given)) = row.filter(|(.., given)| !given.is_empty()) {
                (*given).clone_into(&mut body);
            }
            let before = newest(api);
            headers.push(("Cookie", "session=hush"));
            let plain = headers.clone();
            let once = format!("hush-{noted}-{before}");
            let once = [("Idempotency-Key", once.as_str())];
            let ask = |target: &str, more: &[(&str, &str)]| {
                let all: Vec<(&str, &str)> = plain.iter().chain(more).copied().collect();
                api.send(route.method, target, &all, body.as_bytes())
            };
            assert!(ask(&format!("{target}?hush=hush"), &[]).status >= 400, "{case}");
            assert_eq!(rows_after(api, before), NONE, "{case}: what was refused is noted");
            let first = ask(&target, &once);
            assert!((200..300).contains(&first.status), "{case}: {first:?}");
            ask(&target, &once);
            let rows = rows_after(api, before);
            let Some((_, _, action, holds, _)) = row else {
                assert_eq!(rows, NONE, "{case}");
                continue;
            };
            let [row] = &rows[..] else { panic!("{case}: {rows:?}") };
            assert_eq!((&row["actor_kind"], &row["actor"]), (&"api_key".into(), &name.into()), "{case}");
            assert_tells(row, action, *holds, &first, &case);
            assert_names_its_subject(row, &target, &first, &case);
            assert_eq!(&api.done("GET", &format!("/v1/audit/{}", row["id"]), &Value::Null), row, "{case}");
            if ["PATCH", "PUT"].contains(&route.method) && *holds == Both {
                let (before, again) = (newest(api), ask(&target, &[]));
                assert!((200..300).contains(&again.status), "{case}: {again:?}");
                assert_eq!(rows_after(api, before), NONE, "{case}: what changed nothing is noted");
            }
            noted += 1;
        }
        assert_eq!(noted, CHANGES.len());
        let before = newest(api);
        for route in ROUTES.iter().filter(|route| route.method == "GET" && !route.path.contains('{')) {
            api.send("GET", route.path, &[("Cookie", "session=hush")], b"");
        }
        assert_eq!(rows_after(api, before), NONE, "reading is no change");
        let mut server = shop.server;
        server.stop();
        assert_unsaid(&shop.engine, &["hush", &shop.key[16..], "sk_live", "whsec_"]);
    }
}

/// What was done, from where, by which request, and what differs.
fn assert_tells(row: &Value, action: &str, holds: Holds, answer: &http::Answer, case: &str) {
    assert_eq!(row["action"], *action, "{case}");
    assert_eq!(row["subject"], action.split('.').next().unwrap(), "{case}");
    assert_eq!(row["address"], "127.0.0.1", "{case}");
    assert_eq!(row["request_id"].as_str(), answer.header("x-request-id"), "{case}");
    let told = (row["old"].is_object(), row["new"].is_object());
    assert_eq!(told, (holds != New, holds != Old), "{case}: {row}");
    if holds == Both {
        let keys = |side: &str| row[side].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert!(!keys("old").is_empty() && keys("old") == keys("new"), "{case}: {row}");
        assert_ne!(row["old"], row["new"], "{case}");
    }
}

/// The row's id is one that the request or its answer tells.
fn assert_names_its_subject(row: &Value, target: &str, answer: &http::Answer, case: &str) {
    let id = row["subject_id"].as_str().unwrap();
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let said = ["id", "file_id", "webhook_id"].iter().any(|name| {
        let value = &body[*name];
        value.as_str() == Some(id) || value.as_i64().is_some_and(|n| n.to_string() == id)
    });
    let known = match row["action"].as_str().unwrap() {
        "licence.imported" => id.is_empty(),
        "account.changed" => id == "1",
        _ => said || target.split('/').any(|part| part == id),
    };
    assert!(known, "{case}: {row} of {target} {body}");
}

#[test]
fn secrets_are_not_in_it() {
    for shop in Shop::both() {
        let api = shop.api();
        let policy = json!({"api_enabled": true, "identifier_mode": "manual"});
        let product = api.product_with(&json!({"licence_policy": policy}));
        let new = |target: &str, body: Value| api.done("POST", target, &body);
        let made = json!({"product_id": product, "customer": {"email": "mia@customer.example"}, "key": "HUSH-KEY-0001",
            "identifier": "hush-machine"});
        let licence = new("/v1/licences", made);
        let at = format!("/v1/licences/{}", licence["id"]);
        let before = newest(api);
        api.done("PATCH", &at, &json!({"identifier": "hush-other"}));
        let row = &rows_after(api, before)[0];
        assert_eq!(
            (&row["old"], &row["new"]),
            (&json!({"identifier": "set"}), &json!({"identifier": "set anew"}))
        );
        let made = new(
            "/v1/licences",
            json!({"product_id": product, "customer": {"email": "mia@customer.example"}}),
        );
        let issued = made["key"].as_str().unwrap();
        http::get(
            shop.server.address,
            &format!("{API}?activate&key={issued}&identifier=hush-box&setIdentifier=1"),
        );
        let text = logs(&shop.engine);
        assert!(
            text.contains("…0001") && text.contains(&format!("…{}", &issued[issued.len() - 4..])),
            "{text}"
        );
        let csv = format!("product_id,email,key\n{product},zoe@customer.example,HUSH-KEY-0002\n");
        api.send("POST", "/v1/licences/import", &[], csv.as_bytes());

        let hook = new("/v1/webhooks", json!({"url": "https://hooks.example/hush?token=hush"}));
        let (at, before) = (format!("/v1/webhooks/{}", hook["id"]), newest(api));
        api.done("PATCH", &at, &json!({"url": "https://hooks.example/hush-2"}));
        let row = &rows_after(api, before)[0];
        assert_eq!((&row["old"], &row["new"]), (&json!({"url": "set"}), &json!({"url": "set anew"})));
        let rotated = new(&format!("{at}/rotate"), Value::Null);
        let order = api.order(product);
        new(&format!("{order}/pay"), json!({"method": "manual", "reference": "hush-bank"}));
        new(&format!("{order}/refund"), json!({"reason": "hush-reason"}));
        let trial = key(&shop.engine, &["--scopes", "all", "--mode", "test"]);
        let order = shop.with(&trial).order(shop.with(&trial).product());
        let declined = json!({"method": "card", "card_number": "4000000000000002"});
        assert_eq!(shop.with(&trial).call("POST", &format!("{order}/pay"), &declined).status, 402);
        let signing = server::json(&shop.engine, &["api-key", "create", "--scopes", "all"]);
        let (signing, secret) = (signing["key"].as_str().unwrap(), signing["secret"].as_str().unwrap());
        let text = |value: &Value| value["secret"].as_str().unwrap().to_owned();
        let whole = &issued[..issued.len() - 4];
        let secrets = [
            "hush",
            whole,
            &text(&hook),
            &text(&rotated),
            "whsec_",
            secret,
            "sks_",
            "sk_live",
            &signing[16..],
            "0000000002",
        ];
        assert_unsaid(&shop.engine, &secrets);
        let row = &shop.with(&trial).done("GET", "/v1/audit", &Value::Null)["data"][0];
        assert_eq!(row["action"], "order.declined", "a declined card is noted, in its own mode");
    }
}

#[test]
fn an_erased_customer_is_in_no_row() {
    for shop in Shop::both() {
        let api = shop.api();
        let person = |n: i64| json!({"email": format!("mia-{n}@customer.example"), "name": "Mia Marple", "username": "marple"});
        let [one, two] = [1, 2].map(|n| api.done("POST", "/v1/customers", &person(n))["id"].to_string());
        api.done("PATCH", &format!("/v1/customers/{one}"), &json!({"name": "Miss Marple"}));
        let product = api.product();
        let bought = json!({"product_id": product, "customer": {"email": "mia-2@customer.example"}});
        let purchase = &api.done("POST", "/v1/licences", &bought)["purchase_id"];
        let at = format!("/v1/purchases/{purchase}");
        for url in ["https://marple.example/a", "https://marple.example/b"] {
            api.done("PATCH", &at, &json!({"install_url": url}));
        }
        api.done(
            "POST",
            &format!("/v1/customers/{one}/merge"),
            &json!({"into": two.parse::<i64>().unwrap()}),
        );
        let told = logs(&shop.engine);
        for part in ["mia-1@", "mia-2@", "Miss Marple", "marple.example/a"] {
            assert!(told.contains(part), "{part} is not told: {told}");
        }
        api.done("POST", &format!("/v1/customers/{two}/erase"), &Value::Null);
        assert_unsaid(&shop.engine, &["mia-1@", "mia-2@", "marple"]);
        let rows = api.done("GET", &format!("/v1/audit?subject=customer&subject_id={one}"), &Value::Null);
        let actions: Vec<&str> =
            rows["data"].as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["customer.merged", "customer.changed", "customer.created"]);
        assert_eq!(rows["data"][1]["old"], json!({"name": "erased"}), "that it was changed stays");
    }
}

#[test]
fn rows_are_found() {
    for shop in Shop::both() {
        let api = shop.api();
        let other = key(&shop.engine, &["--scopes", "all"]);
        let product = api.product();
        let at = format!("/v1/products/{product}");
        shop.with(&other).done(
            "PATCH",
            &at,
            &json!({"title": "Pen", "delivery": {"requires_install_url": true}}),
        );
        shop.with(&other).product();
        let count = |query: &str| {
            api.done("GET", &format!("/v1/audit?{query}"), &Value::Null)["data"].as_array().unwrap().len()
        };
        assert_eq!(count("action=product.changed"), 1);
        assert_eq!(count("subject=product"), 3);
        assert_eq!(count(&format!("subject=product&subject_id={product}")), 2);
        assert_eq!(count(&format!("actor={}", &other[8..16])), 2);
        assert_eq!(count("actor=nobody"), 0);
        assert_eq!(count("subject=order"), 0);
        assert_eq!((count("from=2020-01-01&subject=product"), count("to=2020-01-01")), (3, 0));
        assert_eq!(count("from=2100-01-01"), 0);
        assert_eq!(count("action=order.paid&subject=product"), 0);
        for (query, wrong) in
            [("action=sing", "action"), ("subject=song", "subject"), ("from=x", "from"), ("who=x", "who")]
        {
            assert!(fault(&api.get(&format!("/v1/audit?{query}"))).2[wrong].is_string(), "{query}");
        }
        let changed = api.done("GET", "/v1/audit?action=product.changed", &Value::Null)["data"][0].clone();
        let (old, new) = (&changed["old"], &changed["new"]);
        assert_eq!(old, &json!({"title": "Quill", "requires_install_url": false}));
        assert_eq!(new, &json!({"title": "Pen", "requires_install_url": true}));
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = api.done("GET", &format!("/v1/audit?limit=2{cursor}"), &Value::Null);
            seen.extend(page["data"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert!(seen.len() >= 5 && seen.is_sorted_by(|a, b| a > b), "{seen:?}");
        let test = key(&shop.engine, &["--scopes", "all", "--mode", "test"]);
        let row = format!("/v1/audit/{}", seen[0]);
        assert_eq!((api.get(&row).status, fault(&shop.with(&test).get(&row)).0), (200, 404));
        assert_eq!(fault(&api.get("/v1/audit/999999")).0, 404);
    }
}
