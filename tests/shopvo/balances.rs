//! Gift cards, store credit and points pay orders: no more than is due, together with money, and all goes back once.

use serde_json::{Value, json};

use super::ledgers::{at_once, sum};
use super::{Api, Store, id};
use crate::support::block_on;
use keywright::domain::loyalty::{self, Program};
use keywright::domain::shop::Shop;

/// An order of Jane's for 29.99; its id here, and where it is on the platform.
fn order(store: &Store) -> (String, String) {
    of(store, "jane@customer.example")
}

fn of(store: &Store, email: &str) -> (String, String) {
    let (api, platform) = (store.api(), store.platform());
    if api.get("/products")["pagination"]["total"] == 0 {
        api.product("Shirt");
    }
    let product = platform.done("GET", "/v1/products", &Value::Null)["data"][0]["id"].clone();
    let body = json!({"customer": {"email": email}, "lines": [{"product_id": product}]});
    let placed = platform.done("POST", "/v1/orders", &body)["id"].clone();
    (id(&api.get("/orders")["items"][0]), format!("/v1/orders/{placed}"))
}

fn jane(api: Api<'_>) -> String {
    id(&api.get("/customers?search=jane")["items"][0])
}

fn card(api: Api<'_>, amount: i64) -> String {
    id(&api.data("POST", "/gift-cards", &json!({"initialBalance": amount})))
}

fn left(api: Api<'_>, card: &str) -> i64 {
    let all = api.get("/gift-cards?limit=100");
    let found = all["items"].as_array().unwrap().iter().find(|one| one["id"] == card);
    found.unwrap()["remainingBalance"].as_i64().unwrap()
}

fn give(api: Api<'_>, customer: &str, amount: i64) {
    api.data("POST", &format!("/store-credit/{customer}"), &json!({"type": "CREDIT", "amount": amount}));
}

/// Sets the rules of the shop's points.
fn program(store: &Store, points_per_unit: i64, point_minor: i64) {
    let opened = store.engine.system_store();
    let program = Program { points_per_unit, point_minor, ..Program::default() };
    block_on(opened.write("program", move |tx| {
        let shop = Shop::live(tx)?;
        loyalty::set_program(tx, shop, &program)
    }))
    .unwrap();
}

/// What an order says of its money: payment status, paid, due, refunded.
fn money(api: Api<'_>, order: &str) -> (String, i64, i64, i64) {
    let told = api.data("GET", &format!("/orders/{order}"), &Value::Null);
    let amount = |name: &str| told[name].as_i64().unwrap();
    (told["paymentStatus"].as_str().unwrap().to_owned(), amount("paid"), amount("due"), amount("refunded"))
}

#[test]
fn a_card_credit_and_points_pay_an_order_together() {
    for store in Store::both() {
        let (api, platform) = (store.api(), store.platform());
        program(&store, 1, 10);
        let (order, at) = order(&store);
        let (jane, card) = (jane(api), card(api, 2_000));
        give(api, &jane, 5_000);
        api.data("POST", &format!("/loyalty/{jane}/award"), &json!({"points": 500}));
        let redeem = format!("/gift-cards/{card}/redeem");
        let paid = api.data("POST", &redeem, &json!({"amount": 1_000, "orderId": order}));
        assert_eq!(paid["remainingBalance"], 1_000);
        assert_eq!(money(api, &order), ("PENDING".into(), 1_000, 1_999, 0));
        let why = api.refused("POST", &redeem, &json!({"amount": 2_000, "orderId": order}), 400);
        assert!(why.contains("1999 is due"), "{why}");
        let spend = |amount: i64| json!({"type": "DEBIT", "amount": amount, "orderId": order});
        api.data("POST", &format!("/store-credit/{jane}"), &spend(1_499));
        let credit = json!({"type": "CREDIT", "amount": 1, "orderId": order});
        api.data("POST", &format!("/store-credit/{jane}"), &credit);
        assert_eq!(money(api, &order), ("PENDING".into(), 2_499, 500, 0), "what is given pays nothing");
        let shown = platform.done("GET", &at, &Value::Null);
        assert_eq!((&shown["paid"]["amount"], &shown["due"]["amount"]), (&2_499.into(), &500.into()));
        assert_eq!(shown["lines"][0]["purchases"], json!([]));
        let short = platform.call(
            "POST",
            &format!("{at}/pay"),
            &json!({"amount": {"amount": 499, "currency": "EUR"}}),
        );
        assert_eq!(short.status, 400, "{short:?}");
        let points = format!("/loyalty/{jane}/redeem");
        let why = api.refused("POST", &points, &json!({"points": 51, "orderId": order}), 400);
        assert!(why.starts_with("points: 500 is due"), "{why}");
        let last = api.data("POST", &points, &json!({"points": 50, "orderId": order}));
        // 24.99 that no points paid earn 24, at once.
        assert_eq!((&last["discountAmount"], &last["pointsRemaining"]), (&500.into(), &474.into()));
        assert_eq!(money(api, &order), ("PAID".into(), 2_999, 0, 0));
        let shown = platform.done("GET", &at, &Value::Null);
        let means: Vec<&Value> =
            shown["payments"].as_array().unwrap().iter().map(|payment| &payment["balance"]).collect();
        assert_eq!(means, ["gift_card", "store_credit", "points"]);
        assert_eq!(shown["lines"][0]["purchases"].as_array().unwrap().len(), 1, "it is paid as any other");
        assert_eq!(api.get(&format!("/loyalty/{jane}"))["data"]["points"], 474);
        for (path, body) in [
            (&redeem, json!({"amount": 1, "orderId": order})),
            (&format!("/store-credit/{jane}"), spend(1)),
            (&points, json!({"points": 1, "orderId": order})),
        ] {
            api.refused("POST", path, &body, 409);
        }
        // All goes back: the receipt was one, and the points that it earned are gone.
        platform.done("POST", &format!("{at}/refund"), &json!({}));
        assert_eq!(money(api, &order), ("REFUNDED".into(), 2_999, 0, 2_999));
        assert_eq!(left(api, &card), 2_000);
        assert_eq!(api.get(&format!("/store-credit/{jane}"))["data"]["balance"], 5_001);
        assert_eq!(api.get(&format!("/loyalty/{jane}"))["data"]["points"], 500);
        platform.done("POST", &format!("{at}/cancel"), &json!({}));
        assert_eq!(left(api, &card), 2_000, "once");
        assert_eq!(sum(&store, "select count(*) from mail where template = 'receipt'"), 1);
        assert_eq!(
            sum(&store, "select cast(sum(points - earned) as bigint) from loyalty"),
            0,
            "points that came back were not earned a second time"
        );
    }
}

#[test]
fn money_pays_the_rest_and_goes_back_first() {
    for store in Store::both() {
        let (api, platform) = (store.api(), store.platform());
        program(&store, 0, 10);
        let (order, at) = order(&store);
        let (jane, card) = (jane(api), card(api, 1_000));
        api.data("POST", &format!("/loyalty/{jane}/award"), &json!({"points": 3}));
        api.data("POST", &format!("/gift-cards/{card}/redeem"), &json!({"amount": 1_000, "orderId": order}));
        api.data("POST", &format!("/loyalty/{jane}/redeem"), &json!({"points": 3, "orderId": order}));
        let early = platform.call("POST", &format!("{at}/refund"), &json!({}));
        assert_eq!((early.status, &early.json()["error"]["code"]), (409, &"not_refundable".into()));
        let paid = platform.done("POST", &format!("{at}/pay"), &json!({"reference": "bank transfer 17"}));
        assert_eq!(paid["payments"][2]["amount"]["amount"], 1_969);
        let refund = |amount: i64| {
            let body = json!({"amount": {"amount": amount, "currency": "EUR"}});
            let told = platform.done("POST", &format!("{at}/refund"), &body);
            let last = told["payments"].as_array().unwrap().last().unwrap().clone();
            (last["balance"].clone(), last["amount"]["amount"].clone())
        };
        let points = || api.get(&format!("/loyalty/{jane}"))["data"]["points"].clone();
        assert_eq!(refund(1_000), (Value::Null, (-1_000).into()));
        assert_eq!(left(api, &card), 0);
        assert_eq!(refund(1_069), ("gift_card".into(), (-100).into()));
        assert_eq!(left(api, &card), 100);
        assert_eq!(refund(915), ("points".into(), (-15).into()));
        assert_eq!((left(api, &card), points()), (1_000, 1.into()), "half a point does not go back");
        assert_eq!(refund(15), ("points".into(), (-15).into()));
        assert_eq!(points(), 3);
        assert_eq!(money(api, &order), ("REFUNDED".into(), 2_999, 0, 2_999));
        let rest = sum(&store, "select cast(sum(amount_minor) as bigint) from payment");
        assert_eq!(rest, 0);
    }
}

#[test]
fn what_is_cancelled_gives_back_to_balances_and_leaves_the_money_to_a_refund() {
    for store in Store::both() {
        let (api, platform) = (store.api(), store.platform());
        let card = card(api, 3_000);
        let redeem = |order: &str, amount: i64| {
            let body = json!({"amount": amount, "orderId": order});
            api.data("POST", &format!("/gift-cards/{card}/redeem"), &body);
        };
        let (unpaid, at) = order(&store);
        redeem(&unpaid, 1_000);
        platform.done("POST", &format!("{at}/cancel"), &json!({}));
        assert_eq!((left(api, &card), money(api, &unpaid)), (3_000, ("PENDING".into(), 1_000, 0, 1_000)));
        api.refused(
            "POST",
            &format!("/gift-cards/{card}/redeem"),
            &json!({"amount": 1, "orderId": unpaid}),
            409,
        );
        let (mixed, at) = order(&store);
        redeem(&mixed, 1_000);
        platform.done("POST", &format!("{at}/pay"), &json!({}));
        // Void for good: what went back lies on it, and nobody can have it.
        api.data("PATCH", &format!("/gift-cards/{card}"), &json!({"status": "VOID"}));
        platform.done("POST", &format!("{at}/cancel"), &json!({}));
        assert_eq!(
            (left(api, &card), money(api, &mixed)),
            (3_000, ("PARTIALLY_REFUNDED".into(), 2_999, 0, 1_000))
        );
        let body = json!({"amount": {"amount": 2_000, "currency": "EUR"}});
        assert_eq!(platform.call("POST", &format!("{at}/refund"), &body).status, 400, "1999 are left");
        platform.done("POST", &format!("{at}/refund"), &json!({}));
        assert_eq!((left(api, &card), money(api, &mixed)), (3_000, ("REFUNDED".into(), 2_999, 0, 2_999)));
    }
}

#[test]
fn nobody_pays_with_what_is_not_theirs() {
    for store in Store::both() {
        let api = store.api();
        let (janes, _) = order(&store);
        let (bobs, _) = of(&store, "bob@customer.example");
        let jane = jane(api);
        give(api, &jane, 5_000);
        api.data("POST", &format!("/loyalty/{jane}/award"), &json!({"points": 500}));
        let why = api.refused(
            "POST",
            &format!("/store-credit/{jane}"),
            &json!({"type": "DEBIT", "amount": 100, "orderId": bobs}),
            400,
        );
        assert!(why.starts_with("orderId"), "{why}");
        api.refused("POST", &format!("/loyalty/{jane}/redeem"), &json!({"points": 1, "orderId": bobs}), 400);
        // Another currency, and another mode.
        let yen = id(&api.data("POST", "/gift-cards", &json!({"initialBalance": 500, "currency": "JPY"})));
        let body = json!({"amount": 100, "orderId": janes});
        api.refused("POST", &format!("/gift-cards/{yen}/redeem"), &body, 400);
        let tests = card(store.test(), 500);
        store.test().refused("POST", &format!("/gift-cards/{tests}/redeem"), &body, 400);
        api.refused("POST", &format!("/gift-cards/{tests}/redeem"), &body, 404);
        assert_eq!(money(api, &janes), ("PENDING".into(), 0, 2_999, 0));
        assert_eq!(sum(&store, "select count(*) from payment"), 0);
        assert_eq!(sum(&store, "select balance_minor from store_credit"), 5_000);
        assert_eq!(sum(&store, "select points from loyalty"), 500);
    }
}

#[test]
fn of_64_clients_exactly_what_is_due_is_taken() {
    for store in Store::both() {
        let api = store.api();
        program(&store, 0, 100);
        order(&store);
        let (jane, card) = (jane(api), card(api, 100_000));
        give(api, &jane, 100_000);
        api.data("POST", &format!("/loyalty/{jane}/award"), &json!({"points": 1_000}));
        for (path, body) in [
            (format!("/gift-cards/{card}/redeem"), json!({"amount": 100})),
            (format!("/store-credit/{jane}"), json!({"type": "DEBIT", "amount": 100})),
            (format!("/loyalty/{jane}/redeem"), json!({"points": 1})),
        ] {
            let (order, at) = order(&store);
            let mut body = body;
            body["orderId"] = order.clone().into();
            assert_eq!(at_once(api, "POST", &path, &body, 400), 29, "{path} on {}", store.engine.name);
            assert_eq!(money(api, &order), ("PENDING".into(), 2_900, 99, 0));
            store.platform().done("POST", &format!("{at}/cancel"), &json!({}));
        }
        // All of it at once, off all three: one is enough.
        let (order, _) = order(&store);
        let body = json!({"amount": 2_999, "orderId": order});
        assert_eq!(at_once(api, "POST", &format!("/gift-cards/{card}/redeem"), &body, 409), 1);
        assert_eq!(money(api, &order), ("PAID".into(), 2_999, 0, 0));
        assert_eq!((left(api, &card), sum(&store, "select count(*) from licence")), (97_001, 1));
        assert_eq!(sum(&store, "select balance_minor from store_credit"), 100_000);
        assert_eq!(sum(&store, "select points from loyalty"), 1_000);
    }
}
