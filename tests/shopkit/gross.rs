//! A shop that names its prices with tax in them (K17).

use serde_json::{Value, json};

use super::{Store, id};
use crate::support::server;

/// Both stores, once they say so.
fn both() -> [Store; 2] {
    let stores = Store::both();
    for store in &stores {
        server::cli(&store.engine, &["about", "set", "taxes_included=true"]);
    }
    stores
}

#[test]
fn prices_are_told_as_they_are_written() {
    for store in both() {
        let api = store.api();
        assert_eq!(api.get("/store")["taxes_included"], true);
        // No whole price before 23 % comes to 0.99 or 6.03: what was written is told all the same.
        let options = json!([{"title": "Small", "values": {"Size": "S"}, "price": "6.03"}, {"title": "Big", "values": {"Size": "B"}, "price": 40.73}]);
        let body = json!({"title": "Pen", "price": 0.99, "price_promo": 0.5, "tax": 23, "options": options});
        let made = api.done("POST", "/product", &body);
        let at = format!("/product/{}", id(&made));
        for told in [&made, &api.get(&at), &api.get("/product")["0"]] {
            assert_eq!(
                ["price", "price_promo", "price_formatted", "price_promo_formatted", "tax"]
                    .map(|field| told[field].clone()),
                [json!(0.99), json!(0.5), json!("0,99 €"), json!("0,50 €"), json!(23)]
            );
            let options =
                ["price", "price_promo"].map(|field| [0, 1].map(|n| told["options"][n][field].clone()));
            assert_eq!(options, [[json!(6.03), json!(40.73)], [json!(0.5), json!(0.5)]]);
        }
        let kept = server::json(&store.engine, &["product", "show", &made["id"].to_string()]);
        assert_eq!(kept["price_minor"], 80, "before tax: {kept}");
        for price in [1.0, 0.03, 0.98, 12.34, 0.0] {
            assert_eq!(api.done("PUT", &at, &json!({"price": price}))["price"].as_f64(), Some(price));
        }
        // What stands still is told as it was, and a price of another tax as what it comes to.
        assert_eq!(api.done("PUT", &at, &json!({"price": 0.99}))["options"][0]["price"], 6.03);
        assert_eq!(api.done("PUT", &at, &json!({"tax": 6}))["price"], 0.85);
        assert_eq!(api.done("PUT", &at, &json!({"tax": 0}))["price"], 0.8);
        api.refused("PUT", &at, &json!({"price": "0.991"}), 400);
        server::cli(&store.engine, &["about", "set", "taxes_included=false"]);
        assert_eq!(api.done("PUT", &at, &json!({"tax": 23}))["price"], 0.8);
    }
}

#[test]
fn orders_tell_what_is_before_tax_and_the_tax() {
    for store in both() {
        let api = store.api();
        let product = id(&api.done("POST", "/product", &json!({"title": "Pen", "price": 12.3, "tax": 23})));
        let order = super::world::orders(&store, product, 1)[0];
        let told = api.get(&format!("/order/{order}"));
        assert_eq!(
            ["subtotal", "product_tax", "total"].map(|field| told[field].clone()),
            [json!(10), json!(2.3), json!(12.3)]
        );
        let line = &told["products"][0];
        assert_eq!([&line["price"], &line["tax"], &line["subtotal"]], [&json!(10), &json!(23), &json!(12.3)]);
        let post = ["shipping", "create", "--title", "Post", "--tax-bp", "2300", "--band", "any=500"];
        server::json(&store.engine, &post);
        let ways = api.call("GET", "/shipping?country_code=prt", &Value::Null).json();
        assert_eq!((&ways[0]["price"], &ways[0]["price_formatted"]), (&json!(6.15), &json!("6,15 €")));
    }
}
