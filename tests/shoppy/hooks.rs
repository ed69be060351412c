//! Webhooks by their real causes, over real HTTP: types 100 to 700, and the two later events; signed, canonical, and of one product where they
//! are for one.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha512;

use super::Store;
use crate::support::block_on;
use crate::support::hook::{Call, Receiver};
use keywright::domain::shop::{Mode, Shop};
use keywright::domain::{order_handling, review as reviews};

/// What a call was signed with, as the contract has it: HMAC-SHA512 of its bytes in hexadecimal digits.
pub fn signature(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha512>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    keywright::base::text::hex(&mac.finalize().into_bytes())
}

/// Writes a review; its number.
pub fn review(store: &Store, is_test: bool, product: i64, email: &str) -> i64 {
    let email = email.to_owned();
    let rows = store.engine.system_store();
    let written = rows.write("review", move |tx| {
        let shop = Shop::first(tx, if is_test { Mode::Test } else { Mode::Live })?;
        let draft = reviews::Draft {
            rating: 4,
            title: None,
            content: "“Fine” — 日本 / \u{2028}\u{1F600}".to_owned(),
            reviewer_name: "Zoë".to_owned(),
            reviewer_email: Some(email.clone()),
        };
        Ok(reviews::new(tx, shop, product, &draft)?.id)
    });
    block_on(written).unwrap()
}

/// Notes that an order is disputed.
fn dispute(store: &Store, id: i64) {
    let rows = store.engine.system_store();
    let noted = rows.write("dispute", move |tx| {
        let shop = Shop::live(tx)?;
        order_handling::dispute(tx, shop, id).map(|_| ())
    });
    block_on(noted).unwrap();
}

pub fn body(call: &Call) -> Value {
    serde_json::from_str(&call.body).unwrap()
}

/// The types that came, in order, numbers and words as JSON has them; of what has none, the event.
fn types(calls: &[Call]) -> Vec<String> {
    let told = |call: &Call| {
        let body = body(call);
        let of = if body["webhook_type"].is_null() { &body["event"] } else { &body["webhook_type"] };
        of.to_string()
    };
    let mut types: Vec<String> = calls.iter().map(told).collect();
    types.sort();
    types
}

#[test]
fn each_type_of_the_document_comes_by_its_real_cause() {
    for store in Store::both() {
        let (all, one, other) = (Receiver::open(), Receiver::open(), Receiver::open());
        let whole = store.told(&["webhook", "create", "--dialect", "shoppy", "--url", &all.url()]);
        let api = store.later();
        let made = api.product(&json!({"type": "account", "accounts": ["a:1", "b:2"], "stock_warning": 2, "webhook_urls": [one.url()],
                "title": "“Ünï” / 日本", "custom_fields": [{"name": "UID", "rank": 10.0, "big": 9_007_199_254_740_993_i64}]}),
        );
        api.product(&json!({"webhook_urls": [other.url()]}));
        let number = store.number(&made["id"]);
        let order = store.order(&store.live, number, "zoë@customer.example", true);
        dispute(&store, order);
        store.order(&store.live, number, "zoë@customer.example", true);
        review(&store, false, number, "zoë@customer.example");
        let ticket = ["ticket", "new", "--email", "a@customer.example", "--subject", "S", "--message", "M"];
        let ticket = store.told(&ticket)["id"].to_string();
        store.told(&["ticket", "reply", &ticket, "--message", "R"]);
        // Of the product: two paid, one disputed, below its warning level, out of stock, reviewed.
        let of_product = one.told(6);
        assert_eq!(types(&of_product), ["100", "100", "200", "300", "400", "500"]);
        // Of the shop: these, the tickets, two placed, and one changed.
        let told = all.told(11);
        assert_eq!(
            types(&told),
            [
                "\"100\"",
                "\"100\"",
                "\"200\"",
                "\"300\"",
                "\"400\"",
                "\"500\"",
                "\"600\"",
                "\"700\"",
                "\"order:created\"",
                "\"order:created\"",
                "\"order:updated\""
            ]
        );
        assert!(other.told(0).is_empty());
        let secret = whole["secret"].as_str().unwrap();
        for call in told.iter().chain(&of_product) {
            assert_eq!(
                call.headers["x-shoppy-signature"],
                signature(secret, &call.body),
                "one secret a shop"
            );
            let told = body(call);
            assert_eq!(told.to_string(), call.body, "a fixed point of reading and writing");
            assert_eq!((&told["status"], told["data"].is_object()), (&json!(true), true));
            assert!(!call.body.contains("a:1") && !call.body.contains("b:2"), "keys are told to nobody");
            if let Some(product) = told["data"].get("product") {
                assert_eq!(
                    (&product["product_id"], &product["webhook_url"]),
                    (&json!(number), &json!(one.url()))
                );
                assert_eq!(
                    product["custom_fields"][0],
                    json!({"name": "UID", "rank": 10, "big": "9007199254740993"})
                );
            }
        }
        let of_type =
            |number: &str| body(told.iter().find(|call| body(call)["webhook_type"] == number).unwrap());
        assert!(of_type("200")["data"]["order"]["disputed_at"].is_string());
        assert_eq!(
            (&of_type("300")["data"]["product"]["stock"], &of_type("400")["data"]["product"]["stock"]),
            (&json!(0), &json!(1))
        );
        assert_eq!(of_type("500")["data"]["feedback"]["stars"], 4);
        assert_eq!(
            (&of_type("600")["data"]["query"]["status"], &of_type("700")["data"]["query"]["status"]),
            (&json!(0), &json!(2))
        );
        // The log has each, with what came of it.
        let log = store.document().get("/webhooks");
        assert_eq!(log.as_array().unwrap().len(), 17);
    }
}

#[test]
fn what_fails_is_tried_thrice_more_with_the_same_bytes() {
    let [store, _] = Store::both();
    let receiver = Receiver::open();
    receiver.say("500 No");
    store.told(&[
        "webhook",
        "create",
        "--dialect",
        "shoppy",
        "--url",
        &receiver.url(),
        "--events",
        "query:created",
    ]);
    store.told(&["ticket", "new", "--email", "a@customer.example", "--subject", "S", "--message", "M"]);
    let first = receiver.told(1)[0].body.clone();
    crate::support::until("the failure is written down", || {
        store.document().get("/webhooks")[0]["response_code"] == 500
    });
    let log = store.document().get("/webhooks");
    assert_eq!((&log[0]["retries_left"], &log[0]["webhook_type"]), (&json!(3), &json!(600)));
    let sent: Value = serde_json::from_str(&first).unwrap();
    assert_eq!(log[0]["data"], sent);
    receiver.say("200 OK");
    let id = store.told(&["webhook", "deliveries", "1"])[0]["id"].to_string();
    store.told(&["webhook", "redeliver", &id]);
    assert_eq!(receiver.told(2)[1].body, first);
}

/// The type that a receiver was told first, and the event.
fn told(receiver: &Receiver) -> (Value, Value) {
    let first = body(&receiver.told(1)[0]);
    (first["webhook_type"].clone(), first["event"].clone())
}

#[test]
fn each_is_told_in_the_shapes_of_who_made_it() {
    for store in Store::both() {
        let [of_product, by_number, by_word] = [Receiver::open(), Receiver::open(), Receiver::open()];
        let made = store.later().product(&json!({"webhook_urls": [of_product.url()]}));
        let number = store.number(&made["id"]);
        let endpoint = |url: &str, events: &[&str]| {
            let all =
                [&["webhook", "create", "--dialect", "shoppy", "--url", url, "--events"], events].concat();
            store.told(&all)
        };
        assert_eq!(endpoint(&by_number.url(), &["100,200"])["events"], json!(["100", "200"]));
        endpoint(&by_word.url(), &["order:paid,order:created"]);
        let mixed = [
            "webhook",
            "create",
            "--dialect",
            "shoppy",
            "--url",
            "http://127.0.0.1:1/",
            "--events",
            "100,query:created",
        ];
        let refused = crate::support::server::command(&store.engine, &mixed).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        store.order(&store.live, number, "jane@customer.example", true);
        let (paid, number) = (json!("order:paid"), json!(100));
        assert_eq!(told(&of_product), (number.clone(), paid.clone()));
        assert_eq!(told(&by_number), (json!("100"), paid.clone()));
        by_word.told(2);
        let words: Vec<Value> =
            by_word.told(2).iter().map(|call| body(call)["webhook_type"].clone()).collect();
        assert!(words.contains(&number) && words.contains(&Value::Null), "{words:?}");
        // Of links, too: whoever makes one is told in the shapes that they speak.
        for (version, kind) in [("1.0", json!("100")), ("v1", number.clone()), ("v2", number.clone())] {
            let receiver = Receiver::open();
            let asked = json!({"title": "Work", "value": 5, "webhook_url": receiver.url(), "email": "jane@customer.example"});
            let link = store.api(version, &store.test).done("POST", "/pay", &asked);
            super::pay::paid(store.server.address, link["url"].as_str().unwrap());
            assert_eq!(told(&receiver), (kind, paid.clone()), "{version}");
        }
        for logged in store.document().get("/webhooks").as_array().unwrap() {
            let is_paid = logged["event"] == paid;
            assert_eq!(logged["webhook_type"], if is_paid { number.clone() } else { json!(0) }, "{logged}");
        }
    }
}

#[test]
fn a_payment_in_part_is_told_with_what_came() {
    for store in Store::both() {
        let (receiver, whole) = (Receiver::open(), Receiver::open());
        store.told(&["webhook", "create", "--dialect", "shoppy", "--url", &whole.url()]);
        let made = store.later().product(&json!({"webhook_urls": [receiver.url()]}));
        let id = store.order(&store.live, store.number(&made["id"]), "jane@customer.example", false);
        let shown = || store.later().get(&format!("/orders/{id}"));
        assert_eq!((&shown()["is_partial"], &shown()["received_amount"]), (&Value::Null, &json!(0)));
        let card = store.told(&["gift-card", "issue", "--amount", "250"]);
        let card = card["id"].as_i64().unwrap();
        let rows = store.engine.system_store();
        let redeemed = rows.write("redeem", move |tx| {
            let shop = Shop::live(tx)?;
            keywright::domain::gift_card::redeem(tx, shop, card, 250, Some(id)).map(|_| ())
        });
        block_on(redeemed).unwrap();
        assert_eq!((&shown()["is_partial"], &shown()["received_amount"]), (&json!(true), &json!(2.5)));
        assert_eq!(store.document().get(&format!("/orders/{id}"))["received_amount"], 2.5);
        let told = body(&receiver.told(1)[0]);
        assert_eq!((&told["event"], &told["webhook_type"]), (&json!("order:partial"), &Value::Null));
        let order = &told["data"]["order"];
        assert_eq!((&order["is_partial"], &order["received_amount"]), (&json!(true), &json!(2.5)));
        assert_eq!((&order["paid_at"], &order["delivered"]), (&Value::Null, &json!(0)));
        store.platform(&store.live).done(
            "POST",
            &format!("/v1/orders/{id}/pay"),
            &json!({"method": "manual"}),
        );
        let last = body(&receiver.told(2)[1]);
        assert_eq!(
            (&last["event"], &last["data"]["order"]["received_amount"]),
            (&json!("order:paid"), &json!(10))
        );
        assert_eq!(
            (&shown()["is_partial"], &last["data"]["order"]["is_partial"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(types(&whole.told(3)), ["\"100\"", "\"order:created\"", "\"order:partial\""]);
        let events = store.platform(&store.live).get("/v1/events?type=order.partially_paid").json();
        assert_eq!(events["data"][0]["data"]["order"]["paid"]["amount"], 250, "{events}");
    }
}
