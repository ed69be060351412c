//! Products: made, changed and taken from sale in the later shape, and read in both.

use serde_json::{Value, json};

use super::{HEX, Store, TIME, UUID, ZULU, fits, names};

/// All that the later shape has of a product, in order.
const LATER: [&str; 24] = [
    "id",
    "attachment_id",
    "title",
    "description",
    "image",
    "unlisted",
    "type",
    "price",
    "currency",
    "email",
    "stock_warning",
    "quantity",
    "confirmations",
    "custom_fields",
    "gateways",
    "webhook_urls",
    "dynamic_url",
    "position",
    "created_at",
    "updated_at",
    "seller",
    "stock",
    "accounts",
    "number",
];

#[test]
fn a_product_is_made_changed_and_taken_from_sale() {
    for store in Store::both() {
        let api = store.later();
        let made = api.product(&json!({"title": "Key of “Ünï”", "price": "9.90", "currency": "USD", "type": "account", "unlisted": 1,
                "description": "Two\nlines", "stock_warning": 2, "email": {"enabled": true, "value": "Thanks"},
                "quantity": {"min": 1, "max": 5}, "confirmations": 3, "gateways": ["Bitcoin", "PayPal"],
                "webhook_urls": ["http://127.0.0.1:1/hook"], "accounts": ["a:1", {"account": "b:2"}], "model": "Product",
                "custom_fields": [{"name": "UID", "type": "text", "required": true}]}),
        );
        assert_eq!(names(&made), LATER);
        assert!(fits(&made["id"], "aaaaaaa") && fits(&made["created_at"], ZULU), "{made}");
        for (field, value) in [
            ("title", json!("Key of “Ünï”")),
            ("price", json!(9.9)),
            ("currency", json!("USD")),
            ("type", json!("account")),
            ("unlisted", json!(true)),
            ("stock_warning", json!(2)),
            ("email", json!({"enabled": true, "value": "Thanks"})),
            ("quantity", json!({"min": 1, "max": 5})),
            ("confirmations", json!(3)),
            ("stock", json!(2)),
            ("gateways", json!(["Bitcoin", "PayPal"])),
            ("webhook_urls", json!(["http://127.0.0.1:1/hook"])),
            ("accounts", json!([{"account": "a:1"}, {"account": "b:2"}])),
            ("seller", json!("My shop")),
        ] {
            assert_eq!(made[field], value, "{field}");
        }
        let path = format!("/products/{}", made["id"].as_str().unwrap());
        assert_eq!(api.get(&path), made);
        let changed = api.resource(
            "POST",
            &path,
            &json!({"price": 12, "accounts": ["b:2", "c:3", "d:4"], "email": {"enabled": false}, "webhook_urls": []}),
        );
        assert_eq!(
            (&changed["price"], &changed["stock"], &changed["title"]),
            (&json!(12), &json!(3), &made["title"])
        );
        assert_eq!(changed["accounts"], json!([{"account": "b:2"}, {"account": "c:3"}, {"account": "d:4"}]));
        assert_eq!(
            (&changed["email"], &changed["webhook_urls"]),
            (&json!({"enabled": false, "value": "Thanks"}), &json!([]))
        );
        let gone = api.resource("DELETE", &path, &Value::Null);
        assert_eq!(gone["id"], made["id"]);
        assert_eq!(api.refused("GET", &path, &Value::Null, 404)["error"]["code"], 404);
        api.refused("DELETE", &path, &Value::Null, 404);
        assert_eq!(api.get("/products"), json!([]));
    }
}

#[test]
fn both_shapes_tell_of_one_product() {
    for store in Store::both() {
        let api = store.later();
        let made =
            api.product(&json!({"email": {"value": "Hello"}, "gateways": ["Bitcoin"], "confirmations": 1}));
        let all = store.document().get("/products");
        let told = &all[0];
        assert_eq!(all.as_array().unwrap().len(), 1);
        let by_number = store.document().get(&format!("/products/{}", told["product_id"]));
        assert_eq!(&by_number, told);
        assert!(fits(&told["hashed_id"], HEX) && fits(&told["created_at"], TIME));
        for (field, value) in [
            ("price", json!(10)),
            ("type", json!(2)),
            ("email_message", json!("Hello")),
            ("unlisted", json!(false)),
            ("webhook_urls", json!(false)),
            ("required_confirmations", json!(1)),
            ("gateways", json!(["Bitcoin"])),
            ("product_type_value", json!("Service")),
            ("product_type_label", json!("info")),
            ("minimum_quantity", json!(1)),
        ] {
            assert_eq!(told[field], value, "{field}");
        }
        // Nobody counts: as many as the old service had for that.
        assert_eq!(made["stock"], json!(i64::MAX));
        for called in [
            made["id"].as_str().unwrap(),
            told["hashed_id"].as_str().unwrap(),
            &told["product_id"].to_string(),
        ] {
            assert_eq!(api.get(&format!("/products/{called}"))["id"], made["id"], "{called}");
        }
        // Live and test are apart.
        store.api("v1", &store.test).refused(
            "GET",
            &format!("/products/{}", made["id"].as_str().unwrap()),
            &Value::Null,
            404,
        );
        assert_eq!(store.api("1.0", &store.test).get("/products"), json!([]));
    }
}

#[test]
fn what_was_sold_of_a_list_is_not_put_back_and_is_told_with_its_order() {
    for store in Store::both() {
        let api = store.later();
        let made = api.product(&json!({"type": "account", "accounts": ["a:1", "b:2"]}));
        let number = store.number(&made["id"]);
        store.order(&store.live, number, "jane@customer.example", true);
        let path = format!("/products/{}", made["id"].as_str().unwrap());
        assert_eq!(api.get(&path)["accounts"], json!([{"account": "b:2"}]));
        let orders = api.get("/orders");
        assert_eq!(orders[0]["accounts"], json!([{"account": "a:1"}]));
        assert_eq!((&orders[0]["delivered"], fits(&orders[0]["id"], UUID)), (&json!(1), true));
        let again = api.resource("POST", &path, &json!({"accounts": ["a:1", "b:2"]}));
        assert_eq!((&again["stock"], &again["accounts"]), (&json!(1), &json!([{"account": "b:2"}])));
        let none = api.resource("POST", &path, &json!({"accounts": []}));
        assert_eq!((&none["stock"], &none["accounts"]), (&json!(0), &json!([])));
        // Keys are for who may see licences.
        let poor = crate::platform::key(&store.engine, &["--scopes", "read:catalog,read:orders"]);
        assert_eq!(store.api("v1", &poor).get("/orders")[0]["accounts"], json!([]));
        assert_eq!(store.api("v1", &poor).get(&path)["accounts"], json!([]));
    }
}
