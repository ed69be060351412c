//! A checkout that is paid off gift cards, store credit and points; and one that nobody ends.

use serde_json::{Value, json};

use super::checkout::{body, cart, count, step};
use super::{Api, Store, UNLIMITED, id};
use crate::support::server::Server;
use crate::support::{block_on, engines, until};
use keywright::values;

const GOOD: &str = "4242424242424242";
const BAD: &str = "4000000000000002";

/// A customer with credit of 10.00 and 500 points.
fn jane(store: &Store, api: Api<'_>, platform_key: crate::platform::Api<'_>) -> String {
    platform_key.done("POST", "/v1/customers", &json!({"email": "jane@customer.example"}));
    let jane = id(&api.get("/customers?search=jane")["items"][0]);
    api.data("POST", &format!("/store-credit/{jane}"), &json!({"type": "CREDIT", "amount": 1_000}));
    api.data("POST", &format!("/loyalty/{jane}/award"), &json!({"points": 500}));
    assert_eq!(count(store, "select balance_minor from store_credit"), 1_000);
    jane
}

/// A cart of a customer's with one piece in it.
fn cart_of(api: Api<'_>, product: &str, customer: &str) -> String {
    let cart = id(&api.data("POST", "/cart", &json!({"customerId": customer, "currency": "EUR"})));
    let item = json!({"action": "add", "item": {"productId": product, "quantity": 1}});
    api.data("PATCH", &format!("/cart?cartId={cart}"), &item);
    cart
}

/// A checkout that has come to its payment; what balances would pay, and what would be due beside.
fn paying(api: Api<'_>, cart: &str, payment: &Value) -> (String, Value) {
    let session = begun(api, cart);
    let told = step(api, &session, "payment", &json!({"payment": payment}));
    (session, told["totals"].clone())
}

fn begun(api: Api<'_>, cart: &str) -> String {
    let session = id(&api.data("POST", "/checkout", &json!({"cartId": cart})));
    step(api, &session, "contact", &json!({}));
    step(api, &session, "contact", &json!({"email": "jane@customer.example"}));
    step(api, &session, "shipping", &json!({}));
    session
}

fn complete(api: Api<'_>, session: &str) -> Value {
    step(api, session, "review", &json!({}));
    step(api, session, "complete", &json!({}))
}

fn code(api: Api<'_>, amount: i64) -> String {
    api.data("POST", "/gift-cards", &json!({"initialBalance": amount}))["code"].as_str().unwrap().to_owned()
}

#[test]
fn balances_pay_beside_a_card_or_all_of_it() {
    for store in Store::both() {
        let api = store.test();
        let (product, jane) = (api.product("Shirt"), jane(&store, api, store.platform_test()));
        let card = code(api, 1_500);
        let payment = json!({"method": "test_card", "cardNumber": GOOD, "giftCardCodes": [card.to_lowercase()],
            "storeCredit": 400, "points": 300});
        let (session, totals) = paying(api, &cart_of(api, &product, &jane), &payment);
        assert_eq!(
            [&totals["giftCards"][0]["amount"], &totals["storeCredit"], &totals["points"], &totals["due"]],
            [1_500, 400, 300, 799].map(Value::from).each_ref()
        );
        let shown = api.data("GET", &format!("/checkout?sessionId={session}"), &Value::Null);
        assert_eq!(shown["totals"], totals);
        assert_eq!(
            (&shown["payment"]["storeCredit"], &shown["payment"]["points"]),
            (&400.into(), &300.into())
        );
        assert!(!shown.to_string().contains(&card), "a code is shown to nobody a second time");
        assert_eq!(count(&store, "select count(*) from payment"), 0, "nothing is taken yet");
        let done = complete(api, &session);
        assert_eq!(done["totals"]["due"], 0);
        assert_eq!(done["totals"]["giftCards"], totals["giftCards"]);
        let order = &api.get("/orders")["items"][0];
        assert_eq!((&order["paymentStatus"], &order["paid"]), (&"PAID".into(), &2_999.into()));
        let means: Vec<&Value> =
            order["payments"].as_array().unwrap().iter().map(|payment| &payment["method"]).collect();
        assert_eq!(means, ["gift_card", "store_credit", "points", "test_card"]);
        assert_eq!(count(&store, "select balance_minor from store_credit"), 600);
        assert_eq!(count(&store, "select points from loyalty"), 200);
        assert_eq!(complete_again(api, &session), done, "once");
        assert_eq!(count(&store, "select balance_minor from store_credit"), 600);
        // All that there is, without a method: what is left on the cards stays there.
        let (first, second) = (code(api, 2_000), code(api, 2_000));
        let payment = json!({"giftCardCodes": [first, second], "storeCredit": true, "points": 100});
        let (session, totals) = paying(api, &cart_of(api, &product, &jane), &payment);
        let told =
            [&totals["giftCards"][1]["amount"], &totals["storeCredit"], &totals["points"], &totals["due"]];
        assert_eq!(told, [999, 0, 0, 0].map(Value::from).each_ref());
        complete(api, &session);
        assert_eq!(api.get("/orders")["items"][0]["paymentStatus"], "PAID");
        assert_eq!(count(&store, "select cast(sum(balance_minor) as bigint) from gift_card"), 1_001);
    }
}

fn complete_again(api: Api<'_>, session: &str) -> Value {
    step(api, session, "complete", &json!({}))
}

#[test]
fn a_declined_card_takes_nothing_off_balances() {
    for store in Store::both() {
        let api = store.test();
        let (product, jane) = (api.product("Shirt"), jane(&store, api, store.platform_test()));
        let payment = json!({"method": "test_card", "cardNumber": BAD, "giftCardCode": code(api, 1_500),
            "storeCredit": true, "points": 1});
        let (session, _) = paying(api, &cart_of(api, &product, &jane), &payment);
        step(api, &session, "review", &json!({}));
        api.refused("PATCH", "/checkout", &body(&session, "complete", &json!({})), 400);
        let held = || {
            (
                count(&store, "select balance_minor from gift_card"),
                count(&store, "select balance_minor from store_credit"),
                count(&store, "select points from loyalty"),
            )
        };
        assert_eq!(held(), (1_500, 1_000, 500));
        let order = &api.get("/orders")["items"][0];
        assert_eq!((&order["paid"], &order["due"]), (&0.into(), &2_999.into()));
        assert_eq!(order["payments"][0]["status"], "DECLINED");
        assert_eq!(order["payments"][0]["amount"], 498);
        let looked = api.data("GET", &format!("/checkout?sessionId={session}"), &Value::Null);
        assert_eq!((&looked["state"], &looked["totals"]["due"]), (&"payment".into(), &498.into()));
        // The rest is left to be paid by hand: what balances pay is taken at once.
        step(api, &session, "payment", &json!({"payment": {"method": "manual"}}));
        let done = complete(api, &session);
        assert_eq!(done["totals"]["due"], 498);
        assert_eq!(held(), (0, 0, 499));
        let order = &api.get("/orders")["items"][0];
        assert_eq!((&order["paymentStatus"], &order["due"]), (&"PENDING".into(), &498.into()));
        assert_eq!(api.get("/orders")["pagination"]["total"], 1);
    }
}

#[test]
fn what_does_not_count_is_refused_and_nothing_is_placed() {
    for store in Store::both() {
        let api = store.test();
        let (product, jane) = (api.product("Shirt"), jane(&store, api, store.platform_test()));
        let voided = api.data("POST", "/gift-cards", &json!({"initialBalance": 10}));
        api.data("PATCH", &format!("/gift-cards/{}", id(&voided)), &json!({"status": "VOID"}));
        let live = code(store.api(), 500);
        let session = begun(api, &cart_of(api, &product, &jane));
        let pay = |payment: Value| body(&session, "payment", &json!({"payment": payment}));
        // Of a code no more is said than that it does not count.
        let mut said: Vec<String> = [json!("GIFT-NONE-NONE"), voided["code"].clone(), live.into(), json!("")]
            .into_iter()
            .map(|code| api.refused("PATCH", "/checkout", &pay(json!({"giftCardCode": code})), 400))
            .collect();
        said.dedup();
        assert_eq!(said.len(), 1, "{said:?}");
        let eleven: Vec<String> = (0..11).map(|_| code(api, 1)).collect();
        for bad in [
            json!({"giftCardCodes": eleven}),
            json!({"giftCardCodes": "GIFT"}),
            json!({"giftCardCodes": [5]}),
            json!({"storeCredit": -1}),
            json!({"storeCredit": "all"}),
            json!({"points": -1}),
            json!({"points": 1.5}),
            json!({"points": true}),
        ] {
            api.refused("PATCH", "/checkout", &pay(bad), 400);
        }
        // More than there is: told at the end, since it may come meanwhile.
        for (said, back) in [
            (json!({"method": "manual", "storeCredit": 1_001}), json!({"storeCredit": null})),
            (json!({"method": "manual", "points": 501}), json!({"points": 0})),
        ] {
            step(api, &session, "payment", &json!({"payment": said}));
            step(api, &session, "review", &json!({}));
            api.refused("PATCH", "/checkout", &body(&session, "complete", &json!({})), 400);
            step(api, &session, "payment", &json!({"payment": back}));
        }
        // A card that is void by the time.
        let gone = api.data("POST", "/gift-cards", &json!({"initialBalance": 10}));
        step(api, &session, "payment", &json!({"payment": {"giftCardCode": gone["code"]}}));
        api.data("PATCH", &format!("/gift-cards/{}", id(&gone)), &json!({"status": "VOID"}));
        step(api, &session, "review", &json!({}));
        api.refused("PATCH", "/checkout", &body(&session, "complete", &json!({})), 400);
        step(api, &session, "payment", &json!({"payment": {"giftCardCodes": []}}));
        // Somebody else's address.
        step(
            api,
            &session,
            "contact",
            &json!({"email": "bob@customer.example", "payment": {"storeCredit": 100}}),
        );
        step(api, &session, "shipping", &json!({}));
        step(api, &session, "payment", &json!({}));
        step(api, &session, "review", &json!({}));
        let why = api.refused("PATCH", "/checkout", &body(&session, "complete", &json!({})), 400);
        assert!(why.starts_with("contact"), "{why}");
        assert_eq!(api.get("/orders")["pagination"]["total"], 0);
        assert_eq!(count(&store, "select balance_minor from store_credit"), 1_000);
        // A stranger's cart, with her address.
        let session = begun(api, &cart(api, &product, 1));
        for payment in [json!({"storeCredit": true}), json!({"storeCredit": 1}), json!({"points": 1})] {
            let why = api.refused(
                "PATCH",
                "/checkout",
                &body(&session, "payment", &json!({"payment": payment})),
                400,
            );
            assert!(why.contains("customerId"), "{why}");
        }
        let done = step(
            api,
            &session,
            "payment",
            &json!({"payment": {"giftCardCode": code(api, 1_000), "method": "manual"}}),
        );
        assert_eq!(done["totals"]["due"], 1_999, "a card is good for who knows its code");
    }
}

#[test]
fn a_checkout_that_nobody_ends_is_forgotten_after_thirty_days() {
    for engine in engines() {
        let store = Store::open(engine, &UNLIMITED);
        let api = store.test();
        let product = api.product("Shirt");
        let [old, recent, declined] = [(); 3].map(|()| begun(api, &cart(api, &product, 1)));
        let payment = json!({"payment": {"method": "test_card", "cardNumber": BAD}});
        step(api, &declined, "payment", &payment);
        step(api, &declined, "review", &json!({}));
        api.refused("PATCH", "/checkout", &body(&declined, "complete", &json!({})), 400);
        let Store { engine, mut server, site, .. } = store;
        let key = crate::platform::key(&engine, &["--scopes", "admin:*", "--mode", "test"]);
        server.stop();
        let day = 86_400_000_i64;
        let opened = engine.system_store();
        block_on(opened.write("age", move |tx| {
            let now = tx.now();
            let first: i64 = tx.one("select min(id) from checkout", values![], |row| row.get(0))?;
            tx.exec("update checkout set updated_at = $1", values![now - 29 * day])?;
            tx.exec("update checkout set updated_at = $2 where id = $1", values![first, now - 30 * day])?;
            tx.exec("update checkout set updated_at = $1 where sale_id is not null", values![now - 90 * day])
        }))
        .unwrap();
        drop(opened);
        let server = Server::start(&engine, &UNLIMITED);
        let api = Api { address: server.address, site: &site, key: &key };
        let status =
            |session: &str| api.call("GET", &format!("/checkout?sessionId={session}"), &Value::Null).status;
        until("the job has forgotten it", || status(&old) == 404);
        assert_eq!((status(&recent), status(&declined)), (200, 200), "{}", engine.name);
    }
}
