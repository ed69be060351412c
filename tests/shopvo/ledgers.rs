//! Stock, gift cards, store credit and points: rows that add up, and limits under 64 clients at once.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::{Api, Store, id};
use crate::support::block_on;
use keywright::values;

const CLIENTS: usize = 64;

/// Sends the same call from many clients at once; how many succeeded. The others were refused with `status`.
pub fn at_once(api: Api<'_>, method: &str, path: &str, body: &Value, status: u16) -> usize {
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let answer = loop {
                    let answer = super::http::send(
                        api.address,
                        method,
                        &format!("/shopvo/api/v1/{}{path}", api.site),
                        &[("Authorization", &format!("Bearer {}", api.key))],
                        body.to_string().as_bytes(),
                    );
                    // Told to come back, a client comes back.
                    if answer.status != 503 {
                        break answer;
                    }
                };
                if answer.status == 200 {
                    done.fetch_add(1, Ordering::SeqCst);
                } else {
                    assert_eq!(answer.status, status, "{answer:?}");
                }
            });
        }
    });
    done.into_inner()
}

/// A sum in the database.
pub fn sum(store: &Store, sql: &'static str) -> i64 {
    let opened = store.engine.system_store();
    block_on(opened.read(move |tx| tx.one(sql, values![], |row| row.get(0)))).unwrap()
}

fn customer(store: &Store) -> String {
    let body = json!({"email": "jane@customer.example", "name": "Jane Smith"});
    store.platform().done("POST", "/v1/customers", &body);
    id(&store.api().get("/customers")["items"][0])
}

#[test]
fn a_stock_is_set_raised_and_lowered_and_never_below_nothing() {
    for store in Store::both() {
        let api = store.api();
        let product = api.product("Shirt");
        let at = format!("/inventory/{product}");
        let change = |operation: &str, quantity: i64| {
            api.data(
                "PATCH",
                &at,
                &json!({"operation": operation, "quantity": quantity, "reason": "Restock"}),
            )
        };
        assert_eq!(change("set", 42)["inventoryCount"], 42);
        assert_eq!(change("increment", 10)["inventoryCount"], 52);
        assert_eq!(change("decrement", 50)["inventoryCount"], 2);
        let why = api.refused("PATCH", &at, &json!({"operation": "decrement", "quantity": 3}), 409);
        assert!(why.starts_with("OUT_OF_STOCK"), "{why}");
        assert_eq!(change("decrement", 2)["inventoryStatus"], "OUT_OF_STOCK");
        let rows = api.get("/inventory");
        let row = &rows["items"][0];
        assert_eq!((&row["inventoryCount"], &row["name"]), (&0.into(), &"Shirt".into()));
        assert_eq!(row["id"], row["variantId"]);
        for body in [
            json!({"operation": "steal", "quantity": 1}),
            json!({"operation": "set", "quantity": -1}),
            json!({"operation": "increment", "quantity": 0}),
            json!({"operation": "increment", "quantity": 1_000_000_001_i64}),
            json!({"operation": "increment", "quantity": 1.5}),
            json!({"operation": "increment", "quantity": 9_223_372_036_854_775_807_i64}),
            json!({"quantity": 1}),
            json!({"operation": "set"}),
            json!({"operation": "set", "quantity": 1, "variantId": "var_s"}),
            json!({"operation": "set", "quantity": 1, "reason": "x".repeat(201)}),
        ] {
            api.refused("POST", &at, &body, 400);
        }
        assert_eq!(sum(&store, "select cast(sum(delta) as bigint) from stock_movement"), 0);
        // Twice under the threshold is told once.
        change("set", 6);
        change("decrement", 2);
        change("decrement", 1);
        let told = store.engine.system_store();
        let low = block_on(told.read(|tx| {
            tx.one("select count(*) from event where kind = 'inventory.low'", values![], |row| {
                row.get::<i64>(0)
            })
        }));
        assert_eq!(low.unwrap(), 2, "from 2 to nothing does not count: it was low already");
    }
}

#[test]
fn of_64_clients_as_many_get_one_as_there_are() {
    for store in Store::both() {
        let api = store.api();
        let product = api.product("Shirt");
        let at = format!("/inventory/{product}");
        api.done("PATCH", &at, &json!({"operation": "set", "quantity": 40}));
        let done = at_once(api, "PATCH", &at, &json!({"operation": "decrement", "quantity": 3}), 409);
        assert_eq!(done, 13, "{}", store.engine.name);
        assert_eq!(sum(&store, "select stock from variant"), 1);
        assert_eq!(sum(&store, "select cast(sum(delta) as bigint) from stock_movement"), 1);
    }
}

#[test]
fn a_gift_card_gives_no_more_than_is_on_it() {
    for store in Store::both() {
        let api = store.api();
        let card = json!({"initialBalance": 5_000, "note": "Birthday gift"});
        let card = api.data("POST", "/gift-cards", &card);
        let code = card["code"].as_str().unwrap();
        assert!(code.starts_with("GIFT-") && code.len() == 14, "{code}");
        let at = format!("/gift-cards/{}/redeem", id(&card));
        let done = at_once(api, "POST", &at, &json!({"amount": 300}), 400);
        assert_eq!(done, 16, "{}", store.engine.name);
        let found = api.get(&format!("/gift-cards?code={}", code.to_lowercase()));
        assert_eq!(
            (&found["items"][0]["remainingBalance"], &found["pagination"]["total"]),
            (&200.into(), &1.into())
        );
        assert_eq!(sum(&store, "select cast(sum(delta_minor) as bigint) from gift_card_entry"), 200);
        let redeemed = api.data("POST", &at, &json!({"amount": 200}));
        assert_eq!(redeemed["status"], "REDEEMED");
        api.refused("POST", &at, &json!({"amount": 1}), 400);
        let of =
            |status: &str| api.get(&format!("/gift-cards?status={status}"))["pagination"]["total"].clone();
        assert_eq!([of("ACTIVE"), of("REDEEMED"), of("EXPIRED"), of("VOID")], [0, 1, 0, 0].map(Value::from));
    }
}

#[test]
fn a_void_card_is_void_for_good() {
    for store in Store::both() {
        let api = store.api();
        let card = api.data(
            "POST",
            "/gift-cards",
            &json!({"initialBalance": 5_000, "code": "SPRING", "expiresAt": "2099-12-31T23:59:59Z"}),
        );
        let at = format!("/gift-cards/{}", id(&card));
        assert_eq!(card["expiresAt"], "2099-12-31T23:59:59Z");
        assert_eq!(api.data("PATCH", &at, &json!({"expiresAt": null}))["expiresAt"], Value::Null);
        assert_eq!(
            api.data("PATCH", &at, &json!({"expiresAt": "2020-01-01T00:00:00Z"}))["status"],
            "EXPIRED"
        );
        api.refused("POST", &format!("{at}/redeem"), &json!({"amount": 1}), 400);
        assert_eq!(api.data("PATCH", &at, &json!({"status": "VOID"}))["status"], "VOID");
        assert_eq!(api.data("PATCH", &at, &json!({"status": "VOID"}))["status"], "VOID");
        api.refused("POST", &format!("{at}/redeem"), &json!({"amount": 1}), 400);
        api.refused("PATCH", &at, &json!({"status": "ACTIVE"}), 400);
        api.refused("PATCH", &at, &json!({"expiresAt": "2099-01-01T00:00:00Z"}), 400);
        api.refused("POST", "/gift-cards", &json!({"initialBalance": 100, "code": "spring"}), 409);
        for body in [
            json!({}),
            json!({"initialBalance": 0}),
            json!({"initialBalance": -5}),
            json!({"initialBalance": "much"}),
            json!({"initialBalance": 9_223_372_036_854_775_807_i64}),
            json!({"initialBalance": 1, "customerId": "cust_nobody"}),
            json!({"initialBalance": 1, "expiresAt": "yesterday"}),
            json!({"initialBalance": 1, "expiresAt": "2020-01-01T00:00:00Z"}),
            json!({"initialBalance": 1, "currency": "EURO"}),
        ] {
            api.refused("POST", "/gift-cards", &body, 400);
        }
    }
}

#[test]
fn store_credit_never_goes_below_nothing() {
    for store in Store::both() {
        let (api, customer) = (store.api(), customer(&store));
        let at = format!("/store-credit/{customer}");
        assert_eq!(api.data("GET", &at, &Value::Null)["balance"], 0);
        api.refused("POST", &at, &json!({"type": "DEBIT", "amount": 1}), 400);
        let given =
            api.data("POST", &at, &json!({"type": "CREDIT", "amount": 5_000, "note": "Welcome bonus"}));
        assert_eq!(given["balance"], 5_000);
        assert_eq!(
            (&given["transaction"]["type"], &given["transaction"]["amount"]),
            (&"CREDIT".into(), &5_000.into())
        );
        let done = at_once(api, "POST", &at, &json!({"type": "DEBIT", "amount": 150}), 400);
        assert_eq!(done, 33, "{}", store.engine.name);
        let account = api.data("GET", &at, &Value::Null);
        assert_eq!((&account["customerId"], &account["balance"]), (&customer.clone().into(), &50.into()));
        let rows = account["transactions"].as_array().unwrap();
        assert_eq!((rows.len(), &rows[0]["type"]), (34, &"DEBIT".into()));
        assert_eq!(sum(&store, "select cast(sum(delta_minor) as bigint) from store_credit_entry"), 50);
        for body in [
            json!({"type": "CREDIT"}),
            json!({"amount": 5}),
            json!({"type": "LOAN", "amount": 5}),
            json!({"type": "CREDIT", "amount": 0}),
            json!({"type": "CREDIT", "amount": -5}),
            json!({"type": "CREDIT", "amount": 5, "orderId": "order_none"}),
        ] {
            api.refused("POST", &at, &body, 400);
        }
        api.refused("GET", "/store-credit/cust_nobody", &Value::Null, 404);
    }
}

#[test]
fn points_are_awarded_and_redeemed_as_far_as_there_are() {
    for store in Store::both() {
        let (api, customer) = (store.api(), customer(&store));
        let at = format!("/loyalty/{customer}");
        let none = api.data("GET", &at, &Value::Null);
        assert_eq!((&none["points"], &none["tier"]), (&0.into(), &"BRONZE".into()));
        let given =
            api.data("POST", &format!("{at}/award"), &json!({"points": 1_250, "note": "Referral bonus"}));
        assert_eq!((&given["points"], &given["transaction"]["type"]), (&1_250.into(), &"EARN".into()));
        let done = at_once(api, "POST", &format!("{at}/redeem"), &json!({"points": 100}), 400);
        assert_eq!(done, 12, "{}", store.engine.name);
        let last = api.data("POST", &format!("{at}/redeem"), &json!({"points": 20}));
        assert_eq!((&last["discountAmount"], &last["pointsRemaining"]), (&20.into(), &30.into()));
        let account = api.data("GET", &at, &Value::Null);
        assert_eq!(
            (&account["tier"], &account["transactions"][0]["points"]),
            (&"GOLD".into(), &(-20).into())
        );
        assert_eq!(sum(&store, "select cast(sum(delta) as bigint) from loyalty_entry"), 30);
        for body in [
            json!({}),
            json!({"points": 0}),
            json!({"points": -1}),
            json!({"points": "many"}),
            json!({"points": 1_000_000_001_i64}),
        ] {
            api.refused("POST", &format!("{at}/award"), &body, 400);
            api.refused("POST", &format!("{at}/redeem"), &body, 400);
        }
    }
}
