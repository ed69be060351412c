//! Categories and brands, made, changed and deleted by programs.

use serde_json::{Value, json};

use super::document::CATEGORY;
use super::world::assert_shape;
use super::{Store, id};

#[test]
fn categories_are_made_changed_and_deleted() {
    for store in Store::both() {
        let api = store.api();
        let made = api.done(
            "POST",
            "/category",
            &json!({"title": "Kitchen & co", "description": "<p>For <b>cooks</b></p>", "parent": 0, "position": 3, "active": true}),
        );
        assert_shape(&made, CATEGORY);
        assert_eq!(
            ["title", "handle", "description", "parent", "total_products"].map(|field| made[field].clone()),
            [json!("Kitchen & co"), json!("kitchen-co"), json!("For **cooks**"), json!(0), json!(0)]
        );
        let (kitchen, at) = (id(&made), format!("/category/{}", id(&made)));
        let under = api.done(
            "POST",
            "/category",
            &json!({"title": "Bowls", "handle": "round", "parent": "kitchen-co"}),
        );
        assert_eq!((&under["parent"], &under["parent_title"]), (&json!(kitchen), &json!("Kitchen & co")));
        assert_eq!(api.get(&at)["is_parent"], true);
        let changed = api.done("PUT", &at, &json!({"title": "Kitchen", "description": null}));
        assert_eq!(
            ["title", "handle", "description"].map(|field| changed[field].clone()),
            [json!("Kitchen"), json!("kitchen-co"), json!(null)]
        );
        assert_eq!(
            api.done("PUT", "/category/round", &json!({"parent": "0", "handle": "bowls"}))["parent"],
            0
        );
        assert_eq!(id(&api.get("/category/bowls")), id(&under));
        let form = api.send("PUT", "/category/bowls", &[], format!("parent={kitchen}").as_bytes());
        assert_eq!((form.status, form.json()["parent"].clone()), (200, json!(kitchen)));
        refuses(&store, kitchen);
        api.done("DELETE", "/category/bowls", &Value::Null);
        api.refused("DELETE", "/category/bowls", &Value::Null, 404);
        api.done("DELETE", &at, &Value::Null);
        assert_eq!(api.found("/category").1, 0);
    }
}

/// What a shop with the category `kitchen-co` above `bowls` refuses.
fn refuses(store: &Store, kitchen: i64) {
    let api = store.api();
    let at = format!("/category/{kitchen}");
    let before = api.get(&at);
    for body in [json!({"title": "Other", "handle": "bowls"}), json!({"title": "Bowls"})] {
        api.refused("POST", "/category", &body, 409);
    }
    api.refused("PUT", &at, &json!({"handle": "bowls"}), 409);
    for body in [
        json!({}),
        json!({"handle": "x"}),
        json!({"title": null}),
        json!({"title": ""}),
        json!({"title": 5}),
        json!({"title": "x".repeat(201)}),
        json!({"title": "A", "handle": "Not a handle"}),
        json!({"title": "A", "parent": "none"}),
        json!({"title": "A", "parent": 999_999}),
        json!({"title": "A", "parent": -1}),
        json!({"title": "A", "parent": [1]}),
        json!({"title": "A", "description": {}}),
    ] {
        api.refused("POST", "/category", &body, 400);
    }
    // It cannot stand under itself, nor under what stands under it.
    for parent in [json!(kitchen), json!("bowls")] {
        api.refused("PUT", &at, &json!({ "parent": parent }), 400);
    }
    api.done(
        "POST",
        "/product",
        &json!({"title": "Bowl", "price": 1, "handle": "bowl", "category": "bowls"}),
    );
    api.refused("DELETE", &at, &Value::Null, 400);
    api.refused("DELETE", "/category/bowls", &Value::Null, 400);
    api.done("PUT", "/product/bowl", &json!({"category": 0}));
    api.refused("PUT", "/category/none", &json!({"title": "A"}), 404);
    api.refused("DELETE", "/category/999999", &Value::Null, 404);
    assert_eq!(api.get(&at), before, "nothing of a refused change stays");
    store.test().refused("PUT", &at, &json!({"title": "A"}), 404);
}

#[test]
fn brands_are_made_changed_and_deleted() {
    for store in Store::both() {
        let api = store.api();
        let made = api.done(
            "POST",
            "/brand",
            &json!({"title": "Clay & Co", "description": "Potters", "active": true}),
        );
        assert_shape(&made, "id:int title:text handle:text created_at:time");
        assert_eq!(made["handle"], "clay-co");
        let at = format!("/brand/{}", id(&made));
        assert_eq!(api.done("PUT", &at, &json!({"title": "Clay"}))["handle"], "clay-co");
        assert_eq!(api.done("PUT", "/brand/clay-co", &json!({"handle": "clay"}))["title"], "Clay");
        assert_eq!(api.found("/brand").0, [id(&made)]);
        api.done("POST", "/brand", &json!({"title": "Wood"}));
        for body in [json!({"title": "Other", "handle": "wood"}), json!({"title": "Wood"})] {
            api.refused("POST", "/brand", &body, 409);
        }
        api.refused("PUT", &at, &json!({"handle": "wood"}), 409);
        for body in
            [json!({}), json!({"title": null}), json!({"title": ""}), json!({"title": "A", "handle": "A b"})]
        {
            api.refused("POST", "/brand", &body, 400);
        }
        api.done(
            "POST",
            "/product",
            &json!({"title": "Bowl", "price": 1, "handle": "bowl", "brand": "clay"}),
        );
        api.refused("DELETE", &at, &Value::Null, 400);
        api.done("PUT", "/product/bowl", &json!({"brand": null}));
        api.done("DELETE", &at, &Value::Null);
        for (method, path) in [("GET", at.as_str()), ("PUT", &at), ("DELETE", &at), ("DELETE", "/brand/none")]
        {
            api.refused(method, path, &json!({"title": "A"}), 404);
        }
    }
}
