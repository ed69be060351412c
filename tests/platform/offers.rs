//! What somebody may buy: what a product requires, and the button that says so.

use serde_json::{Value, json};

use super::orders::buyer;
use super::{Shop, fault};

#[test]
fn prerequisites_stand_before_the_sale() {
    for shop in Shop::both() {
        let api = shop.api();
        let (base, plug, addon) = (api.product(), api.product(), api.product());
        let rule = |product: i64, body: &Value| {
            api.call("PUT", &format!("/v1/products/{product}/prerequisites"), body)
        };
        assert_eq!(
            rule(addon, &json!({"products": [base, plug]})).json(),
            json!({"match": "all", "products": [base, plug]})
        );
        let place = |lines: &Value| api.call("POST", "/v1/orders", &buyer(lines));
        assert_eq!(fault(&place(&json!([{"product_id": addon}]))).1, "prerequisites_missing");
        assert_eq!(
            place(&json!([{"product_id": addon}, {"product_id": base}, {"product_id": plug}])).status,
            201,
            "beside it"
        );
        api.licence(base);
        assert_eq!(
            fault(&place(&json!([{"product_id": addon}]))),
            (409, "prerequisites_missing".into(), json!({"product_id": addon, "products": [plug]})),
            "one of two"
        );
        assert_eq!(rule(addon, &json!({"match": "any", "products": [base, plug]})).status, 200);
        assert_eq!(place(&json!([{"product_id": addon}])).status, 201, "any is enough");
        assert_eq!(
            fault(&rule(base, &json!({"products": [addon]}))),
            (422, "prerequisite_cycle".into(), json!({}))
        );
        assert_eq!(fault(&rule(base, &json!({"products": [base]}))).0, 422);
        assert_eq!(fault(&rule(base, &json!({"products": [999_999]}))).0, 400);
        assert_eq!(
            fault(&api.call("DELETE", &format!("/v1/products/{base}"), &Value::Null)).1,
            "required_by_others"
        );
        assert_eq!(rule(addon, &json!({"products": []})).status, 200);
        assert_eq!(api.call("DELETE", &format!("/v1/products/{base}"), &Value::Null).status, 200);
        assert_eq!(fault(&place(&json!([{"product_id": base}]))).1, "not_on_sale");
    }
}

#[test]
fn the_button_goes_by_the_rules_of_orders() {
    for shop in Shop::both() {
        let api = shop.api();
        let (base, addon) = (api.product(), api.product());
        api.done("PUT", &format!("/v1/products/{addon}/prerequisites"), &json!({"products": [base]}));
        let customer =
            api.done("POST", "/v1/customers", &json!({"email": "mia@customer.example"}))["id"].clone();
        let offer = |product: i64, query: &str| {
            api.done("GET", &format!("/v1/products/{product}/offer{query}"), &Value::Null)
        };
        let theirs = format!("?customer={customer}");
        let stranger = offer(addon, "");
        assert_eq!(
            (&stranger["button"], &stranger["requirements"][0]["is_met"]),
            (&json!("sign_in"), &Value::Null)
        );
        let lacking = offer(addon, &theirs);
        assert_eq!(lacking["button"], "prerequisites_required");
        assert_eq!(
            (&lacking["requirements"][0]["product_id"], &lacking["requirements"][0]["is_met"]),
            (&json!(base), &json!(false))
        );
        let place = |product: i64| api.call("POST", "/v1/orders", &buyer(&json!([{"product_id": product}])));
        assert_eq!(fault(&place(addon)).1, "prerequisites_missing");
        assert_eq!(offer(base, &theirs)["button"], "buy");
        let order = place(base).json();
        api.done("POST", &format!("/v1/orders/{}/pay", order["id"]), &json!({}));
        let owned = offer(base, &theirs);
        assert_eq!((&owned["button"], &owned["may_buy_again"]), (&json!("download"), &json!(true)));
        assert!(owned["purchase_id"].is_i64(), "{owned}");
        assert_eq!(offer(addon, &theirs)["button"], "buy");
        assert_eq!(place(addon).status, 201);
        let elsewhere = json!({"price": null, "delivery": {"external_url": "https://market.example/7"}});
        api.done("PATCH", &format!("/v1/products/{addon}"), &elsewhere);
        let led = offer(addon, &theirs);
        assert_eq!(
            (&led["button"], &led["url"]),
            (&json!("buy_elsewhere"), &json!("https://market.example/7"))
        );
        assert_eq!(api.get(&format!("/v1/products/{base}/offer?customer=99999")).status, 404);
        api.done("PATCH", &format!("/v1/products/{base}"), &json!({"visible": false}));
        assert_eq!(api.get(&format!("/v1/products/{base}/offer")).status, 404);
        assert_eq!(offer(base, &theirs)["button"], "download", "what is theirs stays");
    }
}
