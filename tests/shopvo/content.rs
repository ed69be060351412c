//! Pages, menus, the site, and metafields of four kinds of things.

use serde_json::{Value, json};

use super::{Store, id, names};

#[test]
fn the_site_tells_what_it_is() {
    for store in Store::both() {
        let site = store.api().data("GET", "/site", &Value::Null);
        assert_eq!(names(&site)[..5], ["id", "name", "locale", "currency", "primaryDomain"]);
        assert_eq!(
            (&site["id"], &site["locale"], &site["theme"]),
            (&store.site.clone().into(), &"en".into(), &json!({}))
        );
        assert_eq!(store.api().data("GET", "/pages", &Value::Null), json!([]));
        assert_eq!(store.api().data("GET", "/pages?slug=about", &Value::Null), json!([]));
        assert_eq!(store.api().data("GET", "/menus", &Value::Null), json!([]));
    }
}

#[test]
fn metafields_are_of_their_type_and_each_word_is_there_once() {
    for store in Store::both() {
        let (api, platform) = (store.api(), store.platform());
        let product = api.product("Shirt");
        platform.done("POST", "/v1/customers", &json!({"email": "jane@customer.example"}));
        let customer = id(&api.get("/customers")["items"][0]);
        let number = platform.done("GET", "/v1/products", &Value::Null)["data"][0]["id"].clone();
        let order =
            json!({"customer": {"email": "jane@customer.example"}, "lines": [{"product_id": number}]});
        platform.done("POST", "/v1/orders", &order);
        let order = id(&api.get("/orders")["items"][0]);
        for (resource, of) in
            [("product", &product), ("customer", &customer), ("order", &order), ("site", &store.site)]
        {
            let at = format!("/{resource}/{of}/metafields");
            let field = json!({"namespace": "custom", "key": "warranty_months", "value": "24", "valueType": "integer"});
            let made = api.data("POST", &at, &field);
            assert_eq!(names(&made)[..6], ["id", "namespace", "key", "value", "valueType", "createdAt"]);
            api.refused("POST", &at, &field, 409);
            let one = format!("{at}/{}", id(&made));
            assert_eq!(
                api.data("PATCH", &one, &json!({"value": "36", "valueType": "integer"}))["value"],
                "36"
            );
            api.refused("PATCH", &one, &json!({"value": "many"}), 400);
            api.refused("PATCH", &one, &json!({"valueType": "boolean"}), 400);
            assert_eq!(
                api.data("PATCH", &one, &json!({"value": "true", "valueType": "boolean"}))["valueType"],
                "boolean"
            );
            assert_eq!(api.data("GET", &at, &Value::Null).as_array().unwrap().len(), 1);
            assert_eq!(api.done("DELETE", &one, &Value::Null), json!({"success": true, "deleted": true}));
            api.refused("DELETE", &one, &Value::Null, 404);
            let json_ok =
                json!({"namespace": "a.b-c", "key": "x", "value": "{\"a\":[1]}", "valueType": "json"});
            api.data("POST", &at, &json_ok);
            for (field, value) in [
                ("namespace", json!("")),
                ("namespace", json!("a b")),
                ("key", json!("x".repeat(65))),
                ("key", Value::Null),
                ("value", json!("{broken")),
                ("value", json!("x".repeat(65_537))),
                ("valueType", json!("float")),
            ] {
                let mut body = json_ok.clone();
                body["key"] = "y".into();
                body[field] = value;
                api.refused("POST", &at, &body, 400);
            }
        }
        api.refused("GET", &format!("/product/{customer}/metafields"), &Value::Null, 404);
        api.refused("GET", "/product/prd_nothing/metafields", &Value::Null, 404);
        api.refused("GET", &format!("/licence/{product}/metafields"), &Value::Null, 400);
    }
}
