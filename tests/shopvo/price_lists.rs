//! Price lists.

use serde_json::{Value, json};

use super::{Store, id, names};

#[test]
fn a_price_list_holds_prices_of_variants_from_a_quantity_on() {
    for store in Store::both() {
        let api = store.api();
        let product = api.product("Shirt");
        let whole = api.data("GET", &format!("/products/{product}"), &Value::Null);
        let variant = id(&whole["variants"][0]);
        let price =
            |from: i64, minor: Value| json!({"variantId": variant, "minQuantity": from, "price": minor});
        let made = api.call(
            "POST",
            "/b2b/price-lists",
            &json!({"name": "Trade", "prices": [price(10, json!(1_999)), {"variantId": variant, "price": 2_499}]}),
        );
        assert_eq!(made.status, 201, "{made:?}");
        let made = made.json()["data"].clone();
        assert_eq!(names(&made), ["id", "name", "priceCount", "createdAt", "prices"]);
        assert!(id(&made).starts_with("pl_"), "{made}");
        let bands = |list: &Value| -> Vec<(i64, i64)> {
            let band = |price: &Value| {
                assert_eq!(
                    (&price["variantId"], &price["productId"]),
                    (&variant.clone().into(), &product.clone().into())
                );
                assert_eq!(price["currency"], "EUR");
                (price["minQuantity"].as_i64().unwrap(), price["price"].as_i64().unwrap())
            };
            list["prices"].as_array().unwrap().iter().map(band).collect()
        };
        assert_eq!(bands(&made), [(1, 2_499), (10, 1_999)]);
        let at = format!("/b2b/price-lists/{}", id(&made));
        // One is set, one is taken out, and what is not named stays.
        let set = json!({"name": "Trade 2", "prices": [price(1, Value::Null), price(10, json!("0")), price(50, json!(5))]});
        let changed = api.data("PATCH", &at, &set);
        assert_eq!((&changed["name"], bands(&changed)), (&"Trade 2".into(), vec![(10, 0), (50, 5)]));
        assert_eq!(bands(&api.data("PATCH", &at, &json!({}))), [(10, 0), (50, 5)]);
        assert_eq!(api.data("GET", &at, &Value::Null), changed);
        let list = api.get("/b2b/price-lists");
        assert_eq!((&list["pagination"]["total"], &list["items"][0]["priceCount"]), (&1.into(), &2.into()));
        assert_eq!(names(&list["items"][0]), ["id", "name", "priceCount", "createdAt"]);
        api.refused("POST", "/b2b/price-lists", &json!({"name": "Trade 2"}), 409);
        let other = id(&api.data("POST", "/b2b/price-lists", &json!({"name": "Other"})));
        api.refused("PATCH", &format!("/b2b/price-lists/{other}"), &json!({"name": "Trade 2"}), 409);
        assert_eq!(api.get("/b2b/price-lists?cursor=&limit=1")["hasNextPage"], true);
        for wrong in [
            json!({"name": null}),
            json!({"name": ""}),
            json!({"name": 5}),
            json!({"name": "x".repeat(201)}),
            json!({"prices": {}}),
            json!({"prices": null}),
            json!({"prices": [5]}),
            json!({"prices": [{}]}),
            json!({"prices": [{"variantId": variant}]}),
            json!({"prices": [{"price": 5}]}),
            json!({"prices": [{"variantId": product, "price": 5}]}),
            json!({"prices": [{"variantId": null, "price": 5}]}),
            json!({"prices": [price(0, json!(5))]}),
            json!({"prices": [price(-1, json!(5))]}),
            json!({"prices": [price(i64::MAX, json!(5))]}),
            json!({"prices": [price(1, json!(-1))]}),
            json!({"prices": [price(1, json!(i64::MAX))]}),
            json!({"prices": [price(1, json!(1.5))]}),
            json!({"prices": [price(1, json!("cheap"))]}),
            json!({"prices": vec![price(1, json!(5)); 1_001]}),
            // Whole or not at all.
            json!({"name": "Half", "prices": [price(3, json!(3)), price(4, json!(-4))]}),
        ] {
            api.refused("PATCH", &at, &wrong, 400);
            assert_eq!(api.data("GET", &at, &Value::Null), changed, "{wrong}");
        }
        let told =
            api.refused("PATCH", &at, &json!({"prices": [price(2, json!(2)), price(4, json!(-4))]}), 400);
        assert!(told.starts_with("prices.1.price: "), "{told}");
        api.refused("POST", "/b2b/price-lists", &json!({}), 400);
        // What is of the other mode is as if it were not there.
        let test = store.test();
        test.refused("GET", &at, &Value::Null, 404);
        test.refused("PATCH", &at, &json!({"name": "x"}), 404);
        test.refused("DELETE", &at, &Value::Null, 404);
        let theirs = id(&test.data("POST", "/b2b/price-lists", &json!({"name": "Trade 2"})));
        let foreign = json!({"prices": [price(1, json!(5))]});
        test.refused("PATCH", &format!("/b2b/price-lists/{theirs}"), &foreign, 400);
        // Whoever buys by it keeps it.
        let account = json!({"companyName": "Acme Corp", "priceListId": id(&made)});
        let account = id(&api.data("POST", "/b2b/accounts", &account));
        api.refused("DELETE", &at, &Value::Null, 409);
        api.data("PATCH", &format!("/b2b/accounts/{account}"), &json!({"priceListId": null}));
        assert_eq!(api.done("DELETE", &at, &Value::Null), json!({"success": true, "deleted": true}));
        api.refused("GET", &at, &Value::Null, 404);
    }
}

#[test]
fn a_variant_that_is_deleted_is_in_no_list() {
    for store in Store::both() {
        let api = store.api();
        let product = api.product("Shirt");
        let at = format!("/products/{product}/variants");
        let [small, _] = ["Small", "Large"].map(|name| id(&api.data("POST", &at, &json!({"name": name}))));
        let list = json!({"name": "Trade", "prices": [{"variantId": small, "price": 5}]});
        let list = api.data("POST", "/b2b/price-lists", &list);
        api.done("DELETE", &format!("{at}/{small}"), &Value::Null);
        let left = api.data("GET", &format!("/b2b/price-lists/{}", id(&list)), &Value::Null);
        assert_eq!(left["prices"], json!([]));
    }
}
