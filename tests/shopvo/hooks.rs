//! Webhooks in the dialect's own words, over real HTTP: each event by its real cause, signed as the document says, and the same bytes
//! however often it is tried.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::hook_signature::all_are_right;
use super::{Api, Store, UNLIMITED, id, names};
use crate::platform;
use crate::support::hook::{Call, Receiver};
use crate::support::server::Server;
use crate::support::{Engine, block_on, engines, until};
use keywright::domain::shop::Shop;
use keywright::domain::{event, inventory, review, variant};
use keywright::values;

/// All that the document knows.
pub const EVENTS: [&str; 7] = [
    "order.created",
    "order.updated",
    "payment.confirmed",
    "payment.failed",
    "inventory.low",
    "cart.abandoned",
    "review.created",
];

/// A server that may send to this machine.
fn open(engine: Engine) -> Store {
    std::fs::write(engine.folder.path().join("keywright.toml"), "webhook_allow = \"127.0.0.0/8\"\n").unwrap();
    Store::open(engine, &UNLIMITED)
}

pub fn both() -> [Store; 2] {
    engines().map(open)
}

/// Makes an endpoint; the whole of it, with its secret.
fn endpoint(api: Api<'_>, url: &str, events: &[&str]) -> Value {
    api.data("POST", "/webhooks", &json!({"url": url, "events": events}))
}

/// The platform API in the mode of a key of this dialect.
fn beside<'a>(store: &Store, key: &'a str) -> platform::Api<'a> {
    platform::Api { address: store.server.address, key }
}

fn data(call: &Call) -> Value {
    serde_json::from_str::<Value>(&call.body).unwrap()["data"].clone()
}

pub fn event(call: &Call) -> String {
    serde_json::from_str::<Value>(&call.body).unwrap()["event"].as_str().unwrap().to_owned()
}

/// A cart with one piece.
fn cart(api: Api<'_>, product: &str) -> String {
    let cart = id(&api.data("POST", "/cart", &json!({"sessionId": "sess_abc123", "currency": "EUR"})));
    let item = json!({"productId": product, "quantity": 1});
    api.data("PATCH", &format!("/cart?cartId={cart}"), &json!({"action": "add", "item": item}));
    cart
}

/// Brings a checkout to its end, after a card that is declined; the order's id.
fn buy(api: Api<'_>, product: &str) -> String {
    let session = id(&api.data("POST", "/checkout", &json!({"cartId": cart(api, product)})));
    let to = |state: &str, more: Value| {
        let mut body = json!({"sessionId": session, "state": state});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        api.call("PATCH", "/checkout", &body)
    };
    let card = |number: &str| json!({"payment": {"method": "test_card", "cardNumber": number}});
    let contact =
        json!({"email": "zoë@customer.example", "firstName": "Zoë", "lastName": "“Ünï/\u{2028}\u{1F600}”"});
    to("contact", json!({"contact": contact}));
    to("shipping", json!({"shipping": {"city": "Αθήνα"}}));
    to("payment", card("4000000000000002"));
    to("review", json!({}));
    assert_eq!(to("complete", json!({})).status, 400, "the card is declined");
    to("payment", card("4242424242424242"));
    to("review", json!({}));
    let placed = to("complete", json!({}));
    assert_eq!(placed.status, 200, "{placed:?}");
    placed.json()["data"]["orderId"].as_str().unwrap().to_owned()
}

/// The one call of an event.
fn one(calls: &[Call], name: &str) -> Value {
    let found: Vec<&Call> = calls.iter().filter(|call| event(call) == name).collect();
    assert_eq!(found.len(), 1, "{name}: {calls:?}");
    data(found[0])
}

/// What a sale tells, by the names of its events: each time the order, as it stood then.
fn assert_orders(calls: &[Call], now: &Value, site: &str) {
    for (call, (status, payment)) in calls.iter().zip([
        ("PENDING", "PENDING"),
        ("DELIVERED", "PAID"),
        ("DELIVERED", "PAID"),
        ("PENDING", "PENDING"),
    ]) {
        let body: Value = serde_json::from_str(&call.body).unwrap();
        assert_eq!(names(&body), ["event", "timestamp", "siteId", "data"]);
        assert_eq!(body["siteId"], site);
        let then = &body["data"];
        assert_eq!((&then["status"], &then["paymentStatus"]), (&json!(status), &json!(payment)), "{body}");
        assert_eq!(names(then), names(now), "as GET shows it");
        for field in ["id", "number", "total", "items", "email", "customerId", "createdAt"] {
            assert_eq!(then[field], now[field], "{field}");
        }
        assert_eq!(then["paidAt"].is_null(), payment == "PENDING");
        assert_eq!(call.headers["content-type"], "application/json");
        let ours: Vec<&String> =
            call.headers.keys().filter(|name| name.contains("signature") || name.starts_with("x-")).collect();
        assert_eq!(ours, ["x-shopvo-signature"]);
    }
}

#[test]
fn each_event_of_the_document_comes_by_its_real_cause() {
    for mut store in both() {
        let receiver = Receiver::open();
        let made = endpoint(store.test(), &receiver.url(), &EVENTS);
        let platform = Receiver::open();
        let key = store.test.clone();
        let all = beside(&store, &platform::key(&store.engine, &["--scopes", "all", "--mode", "test"])).done(
            "POST",
            "/v1/webhooks",
            &json!({"url": platform.url()}),
        );
        assert_eq!((&all["dialect"], &all["events"]), (&json!("platform"), &json!([])));

        let api = store.test();
        let product = api.product("“Tee” / 日本");
        let small = json!({"name": "Small", "sku": "TS-S", "inventoryCount": 6});
        let small = id(&api.data("POST", &format!("/products/{product}/variants"), &small));
        let order = buy(api, &product);
        // Several are under way at a time, so that their order is no promise.
        let mut calls = receiver.told(4);
        calls.sort_by_key(event);
        let told: Vec<String> = calls.iter().map(event).collect();
        assert_eq!(told, ["order.created", "order.updated", "payment.confirmed", "payment.failed"]);
        let now = api.data("GET", &format!("/orders/{order}"), &Value::Null);
        assert_orders(&calls, &now, &store.site);
        assert_eq!(data(&calls[1]), now);

        // Five are left, which is the threshold; four are below it.
        api.data("PATCH", &format!("/inventory/{product}"), &json!({"operation": "set", "quantity": 4}));
        api.data("PATCH", &format!("/inventory/{product}"), &json!({"operation": "set", "quantity": 9}));
        let calls = receiver.told(5);
        let low = one(&calls, "inventory.low");
        assert_eq!((low["id"].as_str(), low["variantId"].as_str()), (Some(&*small), Some(&*small)));
        assert_eq!((&low["productId"], &low["sku"]), (&json!(product), &json!("TS-S")));
        assert_eq!((&low["inventoryCount"], &low["lowStockThreshold"]), (&json!(4), &json!(5)));
        let review = json!({"rating": 5, "title": "“Süß” / \\ \"", "content": "a\tb\n\"c\" \\ </script> \u{2028}", "reviewerName": "Zoë"});
        let review = api.data("POST", &format!("/products/{product}/reviews"), &review);
        let calls = receiver.told(6);
        let mut reviewed = one(&calls, "review.created");
        assert_eq!(reviewed["productId"], product.as_str());
        reviewed.as_object_mut().unwrap().remove("productId");
        assert_eq!(reviewed, review, "as the answer to its POST shows it");

        // An hour later; the server looks when it starts.
        let left = cart(api, &product);
        let opened = store.engine.system_store();
        let age = "update cart set updated_at = updated_at - 3600000 where status = 'active'";
        block_on(opened.write("age", move |tx| tx.exec(age, values![]))).unwrap();
        drop(opened);
        store.server.stop();
        store.server = Server::start(&store.engine, &UNLIMITED);
        let api = Api { address: store.server.address, site: &store.site, key: &key };
        let calls = receiver.told(7);
        let abandoned = one(&calls, "cart.abandoned");
        assert_eq!(abandoned, api.data("GET", &format!("/cart?cartId={left}"), &Value::Null));
        assert_eq!((&abandoned["status"], &abandoned["total"]), (&json!("ABANDONED"), &json!(2_999)));

        // What changes an order otherwise is an order.updated, and no more.
        let full = platform::key(&store.engine, &["--scopes", "all", "--mode", "test"]);
        let platform_api = beside(&store, &full);
        let events = platform_api.get("/v1/events?limit=100&type=order.paid").json();
        let number = events["data"][0]["data"]["order"]["id"].clone();
        platform_api.done(
            "POST",
            &format!("/v1/orders/{number}/refund"),
            &json!({"amount": {"amount": 999, "currency": "EUR"}}),
        );
        platform_api.done("POST", &format!("/v1/orders/{number}/refund"), &json!({}));
        platform_api.done("POST", &format!("/v1/orders/{number}/cancel"), &Value::Null);
        let calls = receiver.told(10);
        let mut updates: Vec<(Value, Value, Value)> = calls[7..]
            .iter()
            .map(|call| {
                assert_eq!(event(call), "order.updated");
                let data = data(call);
                (data["status"].clone(), data["paymentStatus"].clone(), data["refunded"].clone())
            })
            .collect();
        updates.sort_by_key(|update| format!("{update:?}"));
        let then =
            |status: &str, payment: &str, refunded: i64| (json!(status), json!(payment), json!(refunded));
        assert_eq!(
            updates,
            [
                then("CANCELLED", "REFUNDED", 2_999),
                then("DELIVERED", "PARTIALLY_REFUNDED", 999),
                then("REFUNDED", "REFUNDED", 2_999)
            ]
        );
        all_are_right(&calls, made["secret"].as_str().unwrap());

        // Beside it, the platform's endpoint is told as ever, of each event once, and as the API shows it.
        let events = platform_api.get("/v1/events?limit=100").json()["data"].as_array().unwrap().clone();
        let told = platform.told(events.len());
        let known: BTreeSet<String> = events.iter().map(Value::to_string).collect();
        assert_eq!(told.iter().map(|call| call.body.clone()).collect::<BTreeSet<_>>(), known);
        assert!(told.iter().all(|call| call.headers.contains_key("webhook-signature")));
    }
}

#[test]
fn a_try_more_sends_the_same_bytes() {
    for store in both() {
        let (api, receiver) = (store.api(), Receiver::open());
        let made = endpoint(api, &receiver.url(), &["order.created"]);
        let product = api.product("Shirt");
        let variants = format!("/products/{product}/variants");
        api.data("POST", &variants, &json!({"name": "Small"}));
        let large = id(&api.data("POST", &variants, &json!({"name": "Large"})));
        receiver.say("503 Busy");
        let cart = id(&api.data("POST", "/cart", &json!({"currency": "EUR"})));
        let item = json!({"productId": product, "variantId": large});
        api.data("PATCH", &format!("/cart?cartId={cart}"), &json!({"action": "add", "item": item}));
        let session = id(&api.data("POST", "/checkout", &json!({"cartId": cart})));
        for (state, more) in [
            ("contact", json!({"contact": {"email": "jane@customer.example"}})),
            ("shipping", json!({})),
            ("payment", json!({"payment": {"method": "manual"}})),
            ("review", json!({})),
            ("complete", json!({})),
        ] {
            let mut body = json!({"sessionId": session, "state": state});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            api.data("PATCH", "/checkout", &body);
        }
        let first = receiver.told(1)[0].clone();
        assert_eq!(data(&first)["items"][0]["variantId"], large.as_str());
        // From now on GET shows it otherwise.
        api.done("DELETE", &format!("{variants}/{large}"), &Value::Null);
        let order =
            api.data("GET", &format!("/orders/{}", data(&first)["number"].as_str().unwrap()), &Value::Null);
        assert_ne!(order["items"], data(&first)["items"]);
        receiver.say("204 Taken");
        let calls = receiver.told(2);
        assert_eq!(calls[0].body, calls[1].body);
        assert_ne!(
            calls[0].headers["x-shopvo-signature"], calls[1].headers["x-shopvo-signature"],
            "its time is the attempt's"
        );
        all_are_right(&calls, made["secret"].as_str().unwrap());

        // Sent again by hand it is the same too, until its customer is erased: then it tells no more than is left.
        let platform = store.platform();
        let hook = platform.get("/v1/webhooks").json()["data"][0]["id"].clone();
        let log = || platform.get(&format!("/v1/webhooks/{hook}/deliveries")).json()["data"][0].clone();
        until("it is written down", || log()["status"] == "delivered");
        let again = format!("/v1/webhooks/deliveries/{}/redeliver", log()["id"]);
        platform.done("POST", &again, &Value::Null);
        assert_eq!(receiver.told(3)[2].body, first.body);
        until("it is written down", || log()["status"] == "delivered");
        let customer = platform.get("/v1/customers").json()["data"][0]["id"].clone();
        platform.done("POST", &format!("/v1/customers/{customer}/erase"), &Value::Null);
        let opened = store.engine.system_store();
        let kept = "select count(*) from webhook_delivery where body is not null";
        let kept: i64 = block_on(opened.read(move |tx| tx.one(kept, values![], |row| row.get(0)))).unwrap();
        assert_eq!(kept, 0);
        platform.done("POST", &again, &Value::Null);
        let last = receiver.told(4)[3].clone();
        assert!(!last.body.contains("jane@"), "{}", last.body);
        assert_eq!(data(&last)["id"], data(&first)["id"]);
    }
}

#[test]
fn what_cannot_be_told_is_given_up_and_holds_nobody_up() {
    for mut store in both() {
        let (api, receiver) = (store.api(), Receiver::open());
        let made = endpoint(api, &receiver.url(), &["inventory.low", "review.created"]);
        let product = api.product("Shirt");
        let variants = format!("/products/{product}/variants");
        api.data("POST", &variants, &json!({"name": "Small"}));
        api.data("POST", &variants, &json!({"name": "Large", "inventoryCount": 9}));
        // Nobody delivers meanwhile.
        store.server.stop();
        let opened = store.engine.system_store();
        block_on(opened.write("happen", |tx| {
            let shop = Shop::live(tx)?;
            let sql = "select id, product_id from variant where title = 'Large'";
            let (id, product_id) = tx.one(sql, values![], |row| Ok((row.get(0)?, row.get(1)?)))?;
            inventory::change(tx, shop, (product_id, Some(id)), inventory::Operation::Set, 1, None)?;
            variant::delete(tx, shop, product_id, id)?;
            let review = review::Draft {
                rating: 5,
                title: None,
                content: "Good.".into(),
                reviewer_name: "Jane".into(),
                reviewer_email: None,
            };
            review::new(tx, shop, product_id, &review)?;
            // What nobody can read holds nobody up.
            event::note(tx, shop, event::Kind::ReviewCreated, &json!({"review": {"id": "first"}}))
        }))
        .unwrap();
        drop(opened);
        store.server = Server::start(&store.engine, &UNLIMITED);
        let calls = receiver.told(1);
        assert_eq!(event(&calls[0]), "review.created");
        all_are_right(&calls, made["secret"].as_str().unwrap());
        let platform = store.platform();
        let hook = platform.get("/v1/webhooks").json()["data"][0]["id"].clone();
        let log = || platform.get(&format!("/v1/webhooks/{hook}/deliveries")).json()["data"].clone();
        until("all are written down", || {
            log().as_array().unwrap().iter().all(|delivery| delivery["status"] != "pending")
        });
        let log = log();
        let ends: Vec<(&Value, &Value)> = log
            .as_array()
            .unwrap()
            .iter()
            .map(|delivery| (&delivery["status"], &delivery["answer"]))
            .collect();
        let failed = json!("failed");
        assert_eq!(ends.len(), 3);
        assert_eq!(ends[0], (&failed, &json!("what happened cannot be told in this dialect")));
        assert_eq!(ends[1].0, "delivered");
        assert_eq!(ends[2], (&failed, &json!("what it tells of is gone by now")));
    }
}
