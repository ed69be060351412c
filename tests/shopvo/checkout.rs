//! From a cart to an order.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::{Api, Store, id, names};
use crate::support::block_on;
use keywright::domain::shopping_cart;
use keywright::values;

pub fn cart(api: Api<'_>, product: &str, quantity: i64) -> String {
    let cart = id(&api.data("POST", "/cart", &json!({"sessionId": "sess_abc123", "currency": "EUR"})));
    let item = json!({"productId": product, "quantity": quantity});
    api.data("PATCH", &format!("/cart?cartId={cart}"), &json!({"action": "add", "item": item}));
    cart
}

/// A checkout that has come to its review.
fn reviewed(api: Api<'_>, cart: &str, email: &str, payment: &Value) -> String {
    let session = id(&api.data("POST", "/checkout", &json!({"cartId": cart})));
    step(
        api,
        &session,
        "contact",
        &json!({"contact": {"email": email, "firstName": "Jane", "lastName": "Smith"}}),
    );
    step(api, &session, "shipping", &json!({"shipping": {"city": "Athens"}}));
    step(api, &session, "payment", &json!({"payment": payment}));
    step(api, &session, "review", &json!({}));
    session
}

pub fn body(session: &str, state: &str, more: &Value) -> Value {
    let mut body = json!({"sessionId": session, "state": state});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

pub fn step(api: Api<'_>, session: &str, state: &str, more: &Value) -> Value {
    let data = api.data("PATCH", "/checkout", &body(session, state, more));
    assert_eq!(data["state"], state);
    data
}

pub fn count(store: &Store, sql: &'static str) -> i64 {
    let opened = store.engine.system_store();
    block_on(opened.read(move |tx| tx.one(sql, values![], |row| row.get(0)))).unwrap()
}

#[test]
fn a_cart_is_filled_at_the_catalogues_prices() {
    for store in Store::both() {
        let api = store.api();
        let product = api.product("T-Shirt");
        let small = json!({"name": "Small", "price": 1_999, "inventoryCount": 3, "sku": "TS-S"});
        let small = id(&api.data("POST", &format!("/products/{product}/variants"), &small));
        let made = api.data("POST", "/cart", &json!({"sessionId": "sess_abc123", "currency": "EUR"}));
        assert_eq!(
            (&made["status"], &made["total"], &made["items"]),
            (&"ACTIVE".into(), &0.into(), &json!([]))
        );
        let at = format!("/cart?cartId={}", id(&made));
        let item =
            json!({"productId": product, "variantId": small, "name": "T-Shirt S", "quantity": 2, "price": 1});
        let added = api.done("PATCH", &at, &json!({"action": "add", "item": item}));
        assert_eq!(
            (&added["data"]["total"], &added["warnings"][0]),
            (&3_998.into(), &"the price is 1999, not 1".into())
        );
        let line = &added["data"]["items"][0];
        assert_eq!(
            names(line),
            ["id", "productId", "variantId", "name", "sku", "quantity", "price", "total"]
        );
        assert_eq!((&line["name"], &line["price"]), (&"T-Shirt — Small".into(), &1_999.into()));
        let change = |action: &str, quantity: i64| json!({"action": action, "item": {"productId": product, "quantity": quantity, "price": 1_999}});
        assert_eq!(api.data("PATCH", &at, &change("add", 1))["items"][0]["quantity"], 3);
        let why = api.refused("PATCH", &at, &change("add", 1), 409);
        assert!(why.starts_with("OUT_OF_STOCK"), "{why}");
        assert!(api.done("PATCH", &at, &change("update", 1)).get("warnings").is_none());
        for bad in [
            json!({}),
            json!({"action": "steal", "item": {"productId": product}}),
            json!({"action": "add"}),
            json!({"action": "add", "item": {"productId": "prd_none"}}),
            json!({"action": "add", "item": []}),
            change("add", 0),
            change("add", -1),
            change("add", 101),
            change("add", 9_223_372_036_854_775_807),
            change("update", -1),
            json!({"action": "update", "item": {"productId": product}}),
        ] {
            api.refused("PATCH", &at, &bad, 400);
        }
        assert_eq!(api.data("PATCH", &at, &change("remove", 0))["items"], json!([]));
        api.refused("PATCH", &at, &change("remove", 0), 400);
        api.refused("POST", "/cart", &json!({"currency": "EURO"}), 400);
        api.refused("POST", "/checkout", &json!({"cartId": id(&made)}), 400);
        store.test().refused("GET", &at, &Value::Null, 404);
        assert_eq!(api.done("DELETE", &at, &Value::Null), json!({"success": true, "deleted": true}));
        api.refused("GET", &at, &Value::Null, 404);
        api.refused("GET", "/cart", &Value::Null, 400);
    }
}

#[test]
fn a_checkout_goes_step_by_step_to_one_order() {
    for store in Store::both() {
        let api = store.test();
        let product = api.product("Shirt");
        let cart = cart(api, &product, 2);
        let session = api.data("POST", "/checkout", &json!({"cartId": cart}));
        assert_eq!((&session["state"], &session["totals"]["total"]), (&"init".into(), &5_998.into()));
        let session = id(&session);
        for skipped in ["shipping", "payment", "review", "complete"] {
            api.refused(
                "PATCH",
                "/checkout",
                &body(&session, skipped, &json!({"email": "jane@customer.example"})),
                400,
            );
        }
        step(api, &session, "contact", &json!({}));
        api.refused("PATCH", "/checkout", &body(&session, "shipping", &json!({})), 400);
        step(api, &session, "contact", &json!({"email": "jane@customer.example"}));
        step(api, &session, "contact", &json!({}));
        step(api, &session, "shipping", &json!({"shipping": {"address": "Street 1", "city": "Athens"}}));
        step(api, &session, "payment", &json!({}));
        step(api, &session, "review", &json!({}));
        let why = api.refused("PATCH", "/checkout", &body(&session, "complete", &json!({})), 400);
        assert!(why.contains("payment"), "complete without payment: {why}");
        assert_eq!(api.get("/orders")["pagination"]["total"], 0, "nothing half done");
        step(
            api,
            &session,
            "payment",
            &json!({"payment": {"method": "test_card", "cardNumber": "4000 0000 0000 0002"}}),
        );
        step(api, &session, "review", &json!({}));
        api.refused("PATCH", "/checkout", &body(&session, "complete", &json!({})), 400);
        let looked = api.data("GET", &format!("/checkout?sessionId={session}"), &Value::Null);
        assert_eq!((&looked["state"], &looked["orderNumber"].is_string()), (&"payment".into(), &true));
        assert_eq!(api.get("/orders")["items"][0]["paymentStatus"], "PENDING");
        step(api, &session, "payment", &json!({"payment": {"cardNumber": "4242424242424242"}}));
        step(api, &session, "review", &json!({}));
        let done = step(api, &session, "complete", &json!({}));
        assert_eq!(step(api, &session, "complete", &json!({})), done, "once is enough");
        let orders = api.get("/orders");
        assert_eq!(
            (&orders["pagination"]["total"], &orders["items"][0]["paymentStatus"]),
            (&1.into(), &"PAID".into())
        );
        assert_eq!(orders["items"][0]["id"], done["orderId"]);
        // The order has made what it sold, as any other does.
        assert_eq!(count(&store, "select count(*) from licence"), 2);
        api.refused("PATCH", "/checkout", &body(&session, "review", &json!({})), 409);
        api.refused("DELETE", &format!("/cart?cartId={cart}"), &Value::Null, 409);
        api.refused("POST", "/checkout", &json!({"cartId": cart}), 409);
        let item = json!({"action": "add", "item": {"productId": product}});
        api.refused("PATCH", &format!("/cart?cartId={cart}"), &item, 409);
        api.refused("GET", "/checkout?sessionId=cs_none", &Value::Null, 404);
        for bad in [
            json!({"sessionId": "cs_none", "state": "contact"}),
            json!({"sessionId": session}),
            json!({"sessionId": session, "state": "done"}),
            json!({"sessionId": session, "state": 5}),
            json!({"state": "contact"}),
        ] {
            api.refused("PATCH", "/checkout", &bad, 400);
        }
    }
}

#[test]
fn a_cart_becomes_one_order_however_many_checkouts_it_has() {
    for store in Store::both() {
        let api = store.api();
        let cart = cart(api, &api.product("Shirt"), 1);
        let manual = json!({"method": "manual"});
        let first = reviewed(api, &cart, "jane@customer.example", &manual);
        let second = reviewed(api, &cart, "jane@customer.example", &manual);
        step(api, &first, "complete", &json!({}));
        api.refused("PATCH", "/checkout", &body(&second, "complete", &json!({})), 409);
        assert_eq!(api.get("/orders")["pagination"]["total"], 1);
    }
}

#[test]
fn a_manual_payment_waits_and_a_coupon_counts() {
    for store in Store::both() {
        let api = store.api();
        let product = api.product("Shirt");
        api.data(
            "POST",
            "/promotions",
            &json!({"code": "HALF", "type": "PERCENTAGE", "value": 50, "maxUses": 1}),
        );
        let session =
            reviewed(api, &cart(api, &product, 1), "jane@customer.example", &json!({"method": "manual"}));
        let reduced = step(api, &session, "review", &json!({"promotionCode": "half"}));
        assert_eq!(
            (&reduced["totals"]["discount"], &reduced["totals"]["total"]),
            (&1_499.into(), &1_500.into())
        );
        step(api, &session, "complete", &json!({}));
        let order = &api.get("/orders")["items"][0];
        assert_eq!(
            (&order["paymentStatus"], &order["total"], &order["status"]),
            (&"PENDING".into(), &1_500.into(), &"PENDING".into())
        );
        let second =
            reviewed(api, &cart(api, &product, 1), "bob@customer.example", &json!({"method": "manual"}));
        step(api, &second, "review", &json!({"promotionCode": "HALF"}));
        api.refused("PATCH", "/checkout", &body(&second, "complete", &json!({})), 409);
        step(api, &second, "review", &json!({"promotionCode": null}));
        step(api, &second, "complete", &json!({}));
        let card = json!({"payment": {"method": "test_card", "cardNumber": "4242424242424242"}});
        let third =
            reviewed(api, &cart(api, &product, 1), "eve@customer.example", &json!({"method": "manual"}));
        api.refused("PATCH", "/checkout", &body(&third, "review", &card), 400);
    }
}

/// Completes checkouts from as many clients at once; how many were.
fn complete_all(api: Api<'_>, sessions: &[String], refused: u16) -> usize {
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for session in sessions {
            let done = &done;
            scope.spawn(move || {
                let answer = loop {
                    let bearer = format!("Bearer {}", api.key);
                    let target = format!("/shopvo/api/v1/{}/checkout", api.site);
                    let sent = body(session, "complete", &json!({})).to_string();
                    let answer = super::http::send(
                        api.address,
                        "PATCH",
                        &target,
                        &[("Authorization", &bearer)],
                        sent.as_bytes(),
                    );
                    if answer.status != 503 {
                        break answer;
                    }
                };
                if answer.status == 200 {
                    done.fetch_add(1, Ordering::SeqCst);
                } else {
                    assert_eq!(answer.status, refused, "{answer:?}");
                }
            });
        }
    });
    done.into_inner()
}

#[test]
fn of_64_checkouts_as_many_are_completed_as_there_is_stock() {
    for store in Store::both() {
        let api = store.api();
        let product = api.product("Shirt");
        let sessions: Vec<String> = (0..64)
            .map(|n| {
                let email = format!("buyer.{n}@customer.example");
                reviewed(api, &cart(api, &product, 1), &email, &json!({"method": "manual"}))
            })
            .collect();
        api.done("PATCH", &format!("/inventory/{product}"), &json!({"operation": "set", "quantity": 9}));
        assert_eq!(complete_all(api, &sessions, 409), 9, "{}", store.engine.name);
        assert_eq!(count(&store, "select count(*) from sale"), 9);
        assert_eq!(count(&store, "select cast(sum(delta) as bigint) from stock_movement"), 0);
        // The same one 64 times is one order.
        api.done("PATCH", &format!("/inventory/{product}"), &json!({"operation": "set", "quantity": 5}));
        let session =
            reviewed(api, &cart(api, &product, 1), "one@customer.example", &json!({"method": "manual"}));
        assert_eq!(complete_all(api, &vec![session; 64], 409), 64, "{}", store.engine.name);
        assert_eq!(count(&store, "select count(*) from sale"), 10);
        assert_eq!(count(&store, "select cast(sum(delta) as bigint) from stock_movement"), 4);
    }
}

#[test]
fn a_cart_that_is_left_for_an_hour_is_told_of_once() {
    for engine in crate::support::engines() {
        let (store, clock) = engine.store();
        let shop = block_on(store.write("cart", |tx| {
            let shop = keywright::domain::shop::Shop::live(tx)?;
            let change = keywright::domain::product::Change {
                title: Some("Shirt".into()),
                price: Some(Some((2_999, "EUR".into()))),
                ..Default::default()
            };
            let product = keywright::domain::product::new(tx, shop, &change)?.id;
            let full = shopping_cart::new(tx, shop, None, None, Some("EUR"))?;
            shopping_cart::change(tx, shop, full.id, (product, None), shopping_cart::Act::Add(1))?;
            shopping_cart::new(tx, shop, None, None, Some("EUR"))?;
            Ok(shop)
        }))
        .unwrap();
        let told = |after: i64| {
            clock.set(crate::support::NEW_YEAR + after);
            let left = block_on(store.write("abandon", |tx| shopping_cart::abandon(tx, 100))).unwrap();
            let filter = keywright::domain::event::Filter {
                kind: Some(keywright::domain::event::Kind::CartAbandoned),
                ..Default::default()
            };
            let events =
                block_on(store.read(move |tx| keywright::domain::event::list(tx, shop, filter, None, 10)));
            (left, events.unwrap().len())
        };
        assert_eq!(told(3_599_000), (0, 0));
        assert_eq!(told(3_600_000), (2, 1), "an empty one is not worth a word");
        assert_eq!(told(7_200_000), (0, 1));
    }
}
