//! What an order agrees on stays agreed, and what it must not promise is refused.

use serde_json::{Value, json};

use super::{Api, Shop, fault};
use crate::support::server;

fn place(api: Api<'_>, lines: &Value) -> Value {
    let body = json!({"customer": {"email": "mia@customer.example"}, "lines": lines});
    api.done("POST", "/v1/orders", &body)
}

fn refused(api: Api<'_>, lines: &Value) -> (u16, String, Value) {
    let body = json!({"customer": {"email": "mia@customer.example"}, "lines": lines});
    fault(&api.call("POST", "/v1/orders", &body))
}

fn pay(api: Api<'_>, order: &Value) -> Vec<Value> {
    let paid = api.done("POST", &format!("/v1/orders/{}/pay", order["id"]), &Value::Null);
    let bought = paid["lines"][0]["purchases"].as_array().unwrap().clone();
    bought.iter().map(|id| api.done("GET", &format!("/v1/purchases/{id}"), &Value::Null)).collect()
}

#[test]
fn a_bundle_hands_out_what_it_was_made_of_when_it_was_ordered() {
    for shop in Shop::both() {
        let api = shop.api();
        let term = json!({"licence_policy": {"term_days": 30}});
        let (one, two, later) = (api.product_with(&term), api.product(), api.product());
        let bundle = api.product_with(&json!({"kind": "bundle", "items": [one, two]}));
        let order = place(api, &json!([{"product_id": bundle}]));
        api.done("PATCH", &format!("/v1/products/{bundle}"), &json!({"items": [later]}));
        let forever = json!({"licence_policy": {"term_days": null}});
        api.done("PATCH", &format!("/v1/products/{one}"), &forever);
        let bought = pay(api, &order);
        let products: Vec<&Value> = bought.iter().map(|purchase| &purchase["product_id"]).collect();
        assert_eq!(products, [&json!(one), &json!(two)]);
        assert!(bought[0]["expires_at"].is_string(), "for the term that was agreed");
        assert_eq!(bought[1]["expires_at"], Value::Null);
        api.done("PATCH", &format!("/v1/products/{bundle}"), &json!({"items": []}));
        assert_eq!(refused(api, &json!([{"product_id": bundle}])).1, "not_on_sale");
    }
}

#[test]
fn a_renewal_that_is_undone_lasts_no_longer() {
    for shop in Shop::both() {
        let api = shop.api();
        let product = api.product_with(&json!({"licence_policy": {"term_days": 30}}));
        let first = pay(api, &place(api, &json!([{"product_id": product}]))).remove(0);
        let at = format!("/v1/purchases/{}", first["id"]);
        let ends = || api.done("GET", &at, &Value::Null)["expires_at"].clone();
        let lines = json!([{"product_id": product, "quantity": 2, "renews_purchase_id": first["id"]}]);
        for undo in ["refund", "cancel"] {
            let order = place(api, &lines);
            let order = format!("/v1/orders/{}", order["id"]);
            api.done("POST", &format!("{order}/pay"), &Value::Null);
            assert_ne!(ends(), first["expires_at"]);
            api.done("POST", &format!("{order}/{undo}"), &Value::Null);
            assert_eq!(ends(), first["expires_at"], "after {undo}");
            // Undone once, whatever comes after.
            let other = if undo == "refund" { "cancel" } else { "refund" };
            api.done("POST", &format!("{order}/{other}"), &Value::Null);
            assert_eq!(ends(), first["expires_at"], "after {undo} and {other}");
        }
        let unpaid = place(api, &lines);
        api.done("POST", &format!("/v1/orders/{}/cancel", unpaid["id"]), &Value::Null);
        assert_eq!(ends(), first["expires_at"], "what was never paid takes nothing back");
    }
}

#[test]
fn an_add_on_belongs_to_what_it_was_bought_for() {
    for shop in Shop::both() {
        let api = shop.api();
        let (base, add_on) = (api.product(), api.product());
        let owned = pay(api, &place(api, &json!([{"product_id": base}]))).remove(0);
        let line = |parent: &Value| json!([{"product_id": add_on, "parent_purchase_id": parent}]);
        let child = pay(api, &place(api, &line(&owned["id"]))).remove(0);
        assert_eq!(child["parent_id"], owned["id"]);
        let info = crate::support::http::get(
            api.address,
            &format!("{}?info&key={}", server::API, owned["key"].as_str().unwrap()),
        )
        .json();
        assert!(info.to_string().contains(child["key"].as_str().unwrap()), "{info}");

        let ben = json!({"product_id": base, "customer": {"email": "ben@customer.example"}});
        let bens = api.done("POST", "/v1/licences", &ben)["purchase_id"].clone();
        for parent in [&bens, &json!(9_999)] {
            let (status, _, details) = refused(api, &line(parent));
            assert!(
                status == 400 && details["lines.0.parent_purchase_id"].is_string(),
                "{parent}: {details}"
            );
        }
    }
}

#[test]
fn what_is_not_approved_or_not_there_is_not_sold() {
    for shop in Shop::both() {
        let api = shop.api();
        let unapproved = api.product_with(&json!({"approved": false}));
        assert_eq!(refused(api, &json!([{"product_id": unapproved}])).1, "not_on_sale");
        let hidden = api.product_with(&json!({"visible": false}));
        assert_eq!(place(api, &json!([{"product_id": hidden}]))["payment_status"], "unpaid");

        let pooled = api.product();
        let file = shop.engine.folder.path().join("keys.txt");
        std::fs::write(&file, "POOL-A\nPOOL-B\nPOOL-C\n").unwrap();
        let added = server::cli(
            &shop.engine,
            &["key-pool", "add", "--product", &pooled.to_string(), file.to_str().unwrap()],
        );
        assert!(added.status.success(), "{added:?}");
        let bundle = api.product_with(&json!({"kind": "bundle", "items": [pooled]}));
        let four = json!([{"product_id": pooled, "quantity": 2}, {"product_id": bundle, "quantity": 2}]);
        assert_eq!(
            refused(api, &four),
            (409, "pool_empty".into(), json!({"product_id": pooled, "left": 3})),
            "lines that share a pool"
        );
        place(api, &json!([{"product_id": pooled, "quantity": 2}, {"product_id": bundle}]));
    }
}
