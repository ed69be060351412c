//! Endpoints of the dialect: over HTTP, and by the command line.

use serde_json::{Value, json};

use super::hook_signature::all_are_right;
use super::hooks::{EVENTS, both, event};
use super::{id, names};
use crate::platform;
use crate::support::hook::Receiver;
use crate::support::server;

#[test]
fn endpoints_are_made_seen_changed_and_deleted() {
    for store in both() {
        let (api, receiver) = (store.api(), Receiver::open());
        let url = receiver.url();
        let answer = api.call("POST", "/webhooks", &json!({"url": url, "events": ["order.updated"]}));
        assert_eq!(answer.status, 201, "{answer:?}");
        let made = answer.json()["data"].clone();
        assert_eq!(
            names(&made),
            ["id", "url", "events", "isActive", "secret", "offReason", "failingSince", "createdAt"]
        );
        assert!(id(&made).starts_with("wh_"));
        assert_eq!(
            (&made["url"], &made["events"], &made["isActive"]),
            (&json!(url), &json!(["order.updated"]), &json!(true))
        );
        let at = format!("/webhooks/{}", id(&made));
        let mut shown = made.clone();
        shown.as_object_mut().unwrap().shift_remove("secret");
        assert_eq!(api.data("GET", &at, &Value::Null), shown, "the secret is shown once");

        // Those of others are not seen, nor are these by who is elsewhere.
        store.platform().done("POST", "/v1/webhooks", &json!({"url": url}));
        let listed = api.get("/webhooks?limit=1");
        assert_eq!(listed["items"], json!([shown]));
        assert_eq!(listed["pagination"], json!({"page": 1, "limit": 1, "total": 1, "totalPages": 1}));
        assert_eq!(api.get("/webhooks?cursor=")["hasNextPage"], false);
        assert_eq!(store.test().get("/webhooks")["items"], json!([]));
        for method in ["GET", "PATCH", "DELETE"] {
            store.test().refused(method, &at, &json!({}), 404);
        }
        store.test().refused("POST", &format!("{at}/rotate"), &json!({}), 404);
        let numbers = store.platform().get("/v1/webhooks").json()["data"].clone();
        let dialects: Vec<&Value> = numbers.as_array().unwrap().iter().map(|hook| &hook["dialect"]).collect();
        assert_eq!(dialects, ["platform", "shopvo"]);

        // What is wrong is told by its name.
        let good = json!({"url": url, "events": ["order.created"]});
        for (field, value) in [
            ("url", json!("http://10.0.0.1/")),
            ("url", json!("http://[::1]/")),
            ("url", json!("ftp://shop.example/")),
            ("url", json!("nothing")),
            ("events", json!([])),
            ("events", json!("order.created")),
            ("events", json!(["order.paid"])),
            ("isActive", json!("perhaps")),
        ] {
            let mut body = good.clone();
            body[field] = value;
            for (method, to) in [("POST", "/webhooks"), ("PATCH", at.as_str())] {
                let why = api.refused(method, to, &body, 400);
                assert!(why.contains(field), "{method} {body}: {why}");
            }
        }
        assert!(api.refused("POST", "/webhooks", &json!({"url": url}), 400).contains("events"));
        assert!(api.refused("POST", "/webhooks", &json!({"events": ["order.created"]}), 400).contains("url"));

        let other = format!("{url}/other");
        let changed = api.data(
            "PATCH",
            &at,
            &json!({"url": other, "events": EVENTS, "isActive": "false", "unknown": 1}),
        );
        assert_eq!(
            (&changed["url"], &changed["events"], &changed["isActive"]),
            (&json!(other), &json!(EVENTS), &json!(false))
        );
        let kept = api.data("PUT", &at, &json!({"isActive": true}));
        assert_eq!((&kept["url"], &kept["isActive"]), (&json!(other), &json!(true)));

        // The newest secret signs, and for a day the old one beside it.
        let rotated = api.data("POST", &format!("{at}/rotate"), &json!({}));
        let (old, new) = (made["secret"].as_str().unwrap(), rotated["secret"].as_str().unwrap());
        assert_ne!(old, new);
        let platform = store.platform();
        let hook = numbers[1]["id"].clone();
        platform.done("POST", &format!("/v1/webhooks/{hook}/test"), &Value::Null);
        let test = receiver.told(1)[0].clone();
        let body: Value = serde_json::from_str(&test.body).unwrap();
        assert_eq!((&body["event"], &body["data"]["id"]), (&json!("webhook.test"), &made["id"]));
        all_are_right(std::slice::from_ref(&test), new);
        let mut before = test.clone();
        before
            .headers
            .insert("x-shopvo-signature".into(), test.headers["x-shopvo-signature-previous"].clone());
        all_are_right(&[before], old);

        // A dialect stays, and has its own words only.
        let to = format!("/v1/webhooks/{hook}");
        assert_eq!(platform::fault(&platform.call("PATCH", &to, &json!({"dialect": "platform"}))).0, 400);
        assert_eq!(platform::fault(&platform.call("PATCH", &to, &json!({"events": ["order.paid"]}))).0, 400);
        let same = platform.done("PATCH", &to, &json!({"dialect": "shopvo", "events": ["order.updated"]}));
        assert_eq!((&same["dialect"], &same["events"]), (&json!("shopvo"), &json!(["order.updated"])));
        let wrong = json!({"url": url, "events": ["payment.confirmed"]});
        let wrong = platform::fault(&platform.call("POST", "/v1/webhooks", &wrong));
        assert!(wrong.0 == 400 && wrong.2["events"].is_string(), "{wrong:?}");

        assert_eq!(api.done("DELETE", &at, &Value::Null), json!({"success": true, "deleted": true}));
        api.refused("GET", &at, &Value::Null, 404);
        assert_eq!(api.get("/webhooks")["items"], json!([]));
    }
}

#[test]
fn the_command_line_makes_them_too() {
    for store in both() {
        let receiver = Receiver::open();
        let url = receiver.url();
        let run = |args: &[&str]| server::json(&store.engine, &[&["webhook"], args].concat());
        let made = run(&["create", "--url", &url, "--dialect", "shopvo"]);
        assert_eq!((&made["dialect"], &made["events"]), (&json!("shopvo"), &json!([])));
        for args in [
            ["--dialect", "shopvo", "--events", "order.paid"],
            ["--dialect", "platform", "--events", "payment.confirmed"],
            ["--dialect", "shopvogue", "--events", "order.created"],
        ] {
            let said =
                server::cli(&store.engine, &[&["webhook", "create", "--url", &url], &args[..]].concat());
            assert!(!said.status.success(), "{args:?}");
        }
        let api = store.api();
        assert_eq!(api.get("/webhooks")["items"][0]["events"], json!(EVENTS), "all of them");
        let number = made["id"].to_string();
        run(&["test", &number]);
        assert_eq!(event(&receiver.told(1)[0]), "webhook.test");
        // It is told of all that the dialect has a word for, and of nothing else.
        let platform = store.platform();
        let order = platform.order(platform.product());
        platform.done("POST", &format!("{order}/pay"), &Value::Null);
        let mut told = receiver.told(4)[1..].to_vec();
        told.sort_by_key(event);
        assert_eq!(
            told.iter().map(event).collect::<Vec<_>>(),
            ["order.created", "order.updated", "payment.confirmed"]
        );
        let set = run(&["set", &number, "--events", "payment.confirmed,inventory.low"]);
        assert_eq!(set["events"], json!(["payment.confirmed", "inventory.low"]));
        // Of the same time those that it wants now.
        assert_eq!(run(&["replay", &number, "--from", "2020-01-01"])["queued"], 1);
        assert_eq!(event(&receiver.told(5)[4]), "payment.confirmed");
        assert_eq!(receiver.told(5)[4].body, told[2].body, "what it tells is as it was then");
        all_are_right(&receiver.told(5), made["secret"].as_str().unwrap());
    }
}
