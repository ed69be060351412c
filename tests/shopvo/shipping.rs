//! What goes by post: ways of shipping in a checkout.

use serde_json::{Value, json};

use super::checkout::{body, cart, count, step};
use super::{Api, Store, id};
use crate::support::server;

/// A shop that sends by post, to Portugal or anywhere, a shirt of 300 g and a file.
fn shop(store: &Store) -> [String; 2] {
    let api = store.api();
    let shirt = api.product("Shirt");
    let number = server::json(&store.engine, &["product", "list"])[0]["id"].to_string();
    server::json(&store.engine, &["product", "extra", &number, "--weight", "300"]);
    for (title, tax, bands) in [
        (
            "Post",
            "2300",
            &["--band", "PRT:0-500=500", "--band", "PRT:501-=700", "--band", "any:0-:8000-=0"][..],
        ),
        ("Courier", "0", &["--band", "any=1500"][..]),
    ] {
        let fixed = ["shipping", "create", "--title", title, "--currency", "EUR", "--tax-bp", tax];
        server::json(&store.engine, &[&fixed[..], bands].concat());
    }
    [shirt, api.product("File")]
}

/// A checkout that has come to where it goes.
fn contacted(api: Api<'_>, cart: &str) -> String {
    let session = id(&api.data("POST", "/checkout", &json!({"cartId": cart})));
    step(api, &session, "contact", &json!({"email": "jane@customer.example"}));
    session
}

fn totals(session: &Value) -> [Value; 5] {
    ["subtotal", "discount", "shipping", "tax", "total"].map(|name| session["totals"][name].clone())
}

#[test]
fn a_way_is_chosen_and_paid() {
    for store in Store::both() {
        let api = store.api();
        let [shirt, _] = shop(&store);
        let session = contacted(api, &cart(api, &shirt, 1));
        let address =
            json!({"shipping": {"address": "Rua 1", "zip": "1000", "city": "Lisboa", "country": "PT"}});
        let seen = step(api, &session, "shipping", &address);
        let ways = seen["shippingMethods"].as_array().unwrap();
        let told = |name: &str| ways.iter().map(|way| way[name].clone()).collect::<Vec<_>>();
        assert_eq!(told("name"), ["Post", "Courier"], "{seen}");
        assert_eq!(
            (told("price"), told("currency")),
            (vec![json!(500), json!(1_500)], vec![json!("EUR"), json!("EUR")])
        );
        assert_eq!(totals(&seen), [2_999, 0, 0, 0, 2_999].map(Value::from), "nothing is chosen");
        let [post, courier] = [0, 1].map(|n| ways[n]["id"].clone());
        let chosen = step(api, &session, "shipping", &json!({"shippingMethodId": post}));
        assert_eq!(chosen["shippingMethodId"], post);
        assert_eq!(totals(&chosen), [2_999, 0, 500, 115, 3_614].map(Value::from));
        // Another country has another way, and the one that was chosen does not lead there.
        let to_greece = json!({"shipping": {"city": "Athens", "countryCode": "GRC"}});
        let why = api.refused("PATCH", "/checkout", &body(&session, "shipping", &to_greece), 400);
        assert!(why.contains("choose another"), "{why}");
        let mut away = to_greece;
        away["shippingMethodId"] = courier;
        assert_eq!(
            totals(&step(api, &session, "shipping", &away)),
            [2_999, 0, 1_500, 0, 4_499].map(Value::from)
        );
        for bad in [json!("ship_none"), json!(5), json!({})] {
            api.refused(
                "PATCH",
                "/checkout",
                &body(&session, "shipping", &json!({"shippingMethodId": bad})),
                400,
            );
        }
        let back = json!({"shippingMethodId": post, "shipping": address["shipping"]});
        step(api, &session, "shipping", &back);
        step(api, &session, "payment", &json!({"payment": {"method": "manual"}}));
        step(api, &session, "review", &json!({}));
        let done = step(api, &session, "complete", &json!({}));
        assert_eq!(totals(&done), [2_999, 0, 500, 115, 3_614].map(Value::from));
        let order = &api.get("/orders")["items"][0];
        assert_eq!(
            (&order["shipping"], &order["tax"], &order["total"]),
            (&json!(500), &json!(115), &json!(3_614))
        );
        let kept = &server::json(&store.engine, &["order", "list"])[0];
        assert_eq!(kept["shipping"], "Post", "{kept}");
        let there = "select count(*) from sale where details like '%Lisboa%' and details like '%PRT%' and shipping_bp = 2300";
        assert_eq!(count(&store, there), 1);
    }
}

#[test]
fn weight_worth_and_coupons_count() {
    for store in Store::both() {
        let api = store.api();
        let [shirt, _] = shop(&store);
        api.data("POST", "/promotions", &json!({"code": "FREE", "type": "FREE_SHIPPING", "value": 0}));
        api.data("POST", "/promotions", &json!({"code": "HALF", "type": "PERCENTAGE", "value": 50}));
        let heavy = contacted(api, &cart(api, &shirt, 2));
        let seen = step(api, &heavy, "shipping", &json!({"shipping": {"country": "prt"}}));
        let post = &seen["shippingMethods"][0];
        assert_eq!(post["price"], 700);
        let chosen = step(api, &heavy, "shipping", &json!({"shippingMethodId": post["id"]}));
        assert_eq!(totals(&chosen), [5_998, 0, 700, 161, 6_859].map(Value::from));
        let free = step(api, &heavy, "shipping", &json!({"promotionCode": "free"}));
        assert_eq!(totals(&free), [5_998, 0, 0, 0, 5_998].map(Value::from));
        step(api, &heavy, "shipping", &json!({"promotionCode": null}));
        step(api, &heavy, "payment", &json!({"payment": {"method": "manual"}}));
        step(api, &heavy, "review", &json!({"promotionCode": "FREE"}));
        assert_eq!(
            totals(&step(api, &heavy, "complete", &json!({}))),
            [5_998, 0, 0, 0, 5_998].map(Value::from)
        );

        // From 80 on it is free elsewhere, as long as no coupon brings it below.
        let dear = contacted(api, &cart(api, &shirt, 3));
        let abroad = json!({"shipping": {"country": "ESP"}});
        let free = step(api, &dear, "shipping", &abroad);
        assert_eq!(free["shippingMethods"][0]["price"], 0, "{free}");
        step(api, &dear, "shipping", &json!({"shippingMethodId": free["shippingMethods"][0]["id"]}));
        let half =
            api.data("PATCH", "/checkout", &body(&dear, "shipping", &json!({"promotionCode": "HALF"})));
        assert_eq!(half["totals"], Value::Null, "it cannot be sent so now: {half}");
        assert_eq!(half["shippingMethods"].as_array().unwrap().len(), 1);
        step(api, &dear, "payment", &json!({"payment": {"method": "manual"}}));
        step(api, &dear, "review", &json!({}));
        api.refused("PATCH", "/checkout", &body(&dear, "complete", &json!({})), 400);
        assert_eq!(count(&store, "select count(*) from sale"), 1, "nothing half done");
    }
}

#[test]
fn who_says_nothing_of_it_pays_nothing_for_it() {
    for store in Store::both() {
        let api = store.api();
        let [shirt, file] = shop(&store);
        let silent = contacted(api, &cart(api, &shirt, 1));
        for (state, said) in [
            ("shipping", json!({"shipping": {"country": "Portugal", "city": "Lisboa"}})),
            ("payment", json!({"payment": {"method": "manual"}})),
            ("review", json!({})),
            ("complete", json!({})),
        ] {
            let seen = step(api, &silent, state, &said);
            assert_eq!(totals(&seen), [2_999, 0, 0, 0, 2_999].map(Value::from), "{state}");
            assert_eq!((&seen["shippingMethods"], &seen["shippingMethodId"]), (&json!([]), &Value::Null));
        }
        let online = contacted(api, &cart(api, &file, 1));
        let seen = step(api, &online, "shipping", &json!({"shipping": {"country": "PRT"}}));
        assert_eq!(seen["shippingMethods"], json!([]), "a file goes by no post");
        // A way that is switched off is none any more.
        let late = contacted(api, &cart(api, &shirt, 1));
        let seen = step(api, &late, "shipping", &json!({"shipping": {"country": "PRT"}}));
        let courier = &seen["shippingMethods"][1]["id"];
        step(api, &late, "shipping", &json!({"shippingMethodId": courier}));
        step(api, &late, "payment", &json!({"payment": {"method": "manual"}}));
        step(api, &late, "review", &json!({}));
        let number = server::json(&store.engine, &["shipping", "list"])[1]["id"].to_string();
        server::json(&store.engine, &["shipping", "set", &number, "--on", "off"]);
        let why = api.refused("PATCH", "/checkout", &body(&late, "complete", &json!({})), 400);
        assert!(why.contains("choose another"), "{why}");
        assert_eq!(totals(&step(api, &late, "review", &json!({"shippingMethodId": null})))[2], 0);
        step(api, &late, "complete", &json!({}));
    }
}
