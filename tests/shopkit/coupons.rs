//! Coupons: made, changed, and what they count for.

use keywright::domain::coupon::{AppliesTo, Kind};
use serde_json::{Value, json};

use super::{Store, id, world};

fn plain(code: &str) -> Value {
    json!({"code": code, "limit": "5", "value": "10", "type": "percent", "applies_to": "all_orders"})
}

#[test]
fn a_coupon_is_answered_as_a_list_of_one() {
    for store in Store::both() {
        let api = store.api();
        for path in ["/coupon", "/coupon/"] {
            let code = format!("code{}", path.len());
            let answer = api.call("POST", path, &plain(&code));
            assert_eq!(answer.status, 201);
            let made = answer.json();
            assert_eq!(made.as_array().unwrap().len(), 1);
            assert_eq!(
                (&made[0]["limit"], &made[0]["value"], &made[0]["used"]),
                (&json!(5), &json!(10), &json!(0))
            );
            assert_eq!(api.get(&format!("/coupon/{code}")), made[0]);
        }
        let answer = api.call("POST", "/coupon", &plain("CODE7"));
        assert_eq!((answer.status, answer.text()), (409, "{\"message\":\"Already exists.\"}"));
        assert_eq!(api.found("/coupon").1, 2);
    }
}

#[test]
fn every_kind_is_read_as_it_was_written() {
    for store in Store::both() {
        let world = world::make(&store);
        let api = store.api();
        for (nth, (more, told)) in [
            (json!({"limit": 0}), json!({"limit": 0, "applies_to": "all_orders"})),
            (json!({"type": "money", "value": 9.5}), json!({"type": "money", "value": 9.5})),
            (json!({"type": "percent", "value": "12.5"}), json!({"type": "percent", "value": 12.5})),
            (json!({"type": "shipping", "value": 0}), json!({"type": "shipping", "value": 0})),
            (
                json!({"applies_to": "orders_over", "orders_over": "59"}),
                json!({"applies_to": "orders_over", "orders_over": 59}),
            ),
            (
                json!({"applies_to": "category", "category": "cozinha"}),
                json!({"applies_to": "category", "category": world.category}),
            ),
            (
                json!({"applies_to": "category", "category": world.category}),
                json!({"category": world.category}),
            ),
            (
                json!({"applies_to": "product", "product": "rustic-spice-bowl-set"}),
                json!({"applies_to": "product", "product": world.bowl}),
            ),
            (
                json!({"applies_to": "product", "product": world.bowl.to_string()}),
                json!({"product": world.bowl}),
            ),
            (
                json!({"date_from": "2026-03-01", "date_to": "2026-03-31"}),
                json!({"date_from": "2026-03-01", "date_to": "2026-03-31"}),
            ),
        ]
        .into_iter()
        .enumerate()
        {
            let mut body = plain(&format!("kind{nth}"));
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let made = api.done("POST", "/coupon", &body)[0].clone();
            for (field, value) in told.as_object().unwrap() {
                assert_eq!(&made[field], value, "{body}");
            }
        }
        // A day is the shop's own, and its last one counts.
        let dated = world::coupon(&store, "kind9");
        assert_eq!((dated.starts_at, dated.ends_at), (Some(1_772_323_200_000), Some(1_774_998_000_000)));
        let free = world::coupon(&store, "kind3");
        assert_eq!((free.applies_to, free.kind, free.value), (AppliesTo::Shipping, Kind::Percent, 10_000));
    }
}

#[test]
fn a_coupon_is_changed_and_deleted() {
    for store in Store::both() {
        let world = world::make(&store);
        let api = store.api();
        let coupon = id(&api.get("/coupon/bajevolp"));
        let at = format!("/coupon/{coupon}");
        let changed = api.done("PUT", &at, &json!({"value": 20, "limit": 0, "date_to": "2030-01-01"}));
        assert_eq!(
            ["value", "limit", "type", "used", "date_to", "code"].map(|field| changed[field].clone()),
            [json!(20), json!(0), json!("percent"), json!(1), json!("2030-01-01"), json!("bajevolp")]
        );
        assert_eq!(api.done("PUT", &at, &json!({"date_to": null}))["date_to"], Value::Null);
        let scoped = api.done("PUT", &at, &json!({"applies_to": "category", "category": world.category}));
        assert_eq!(
            (&scoped["applies_to"], &scoped["category"]),
            (&json!("category"), &json!(world.category))
        );
        assert_eq!(api.done("PUT", &at, &json!({"applies_to": "all_orders"}))["category"], Value::Null);
        // What an order was agreed at stays, though the coupon is another now.
        let order = api.get(&format!("/order/{}", world.order));
        assert_eq!((&order["total"], &order["discount"]), (&json!(157.03), &json!(14.86)));
        api.done("POST", "/coupon", &plain("other"));
        api.refused("PUT", &at, &json!({"code": "OTHER"}), 409);
        for body in [
            json!({"value": 0}),
            json!({"value": 101}),
            json!({"limit": -1}),
            json!({"type": "gift"}),
            json!({"applies_to": "product"}),
        ] {
            api.refused("PUT", &at, &body, 400);
        }
        api.done("DELETE", "/coupon/other", &Value::Null);
        api.refused("GET", "/coupon/other", &Value::Null, 404);
        api.done("DELETE", &at, &Value::Null);
        api.refused("DELETE", &at, &Value::Null, 404);
    }
}

#[test]
fn what_is_required_is_asked_for() {
    for store in Store::both() {
        let api = store.api();
        for field in ["code", "limit", "value", "type", "applies_to"] {
            let mut body = plain("x");
            body.as_object_mut().unwrap().shift_remove(field);
            api.refused("POST", "/coupon", &body, 400);
        }
        for more in [
            json!({"applies_to": "orders_over"}),
            json!({"applies_to": "category"}),
            json!({"applies_to": "category", "category": "none"}),
            json!({"applies_to": "product", "product": 999_999}),
            json!({"applies_to": "everything"}),
            json!({"type": "gift"}),
            json!({"value": "ten"}),
            json!({"value": -5}),
            json!({"limit": 1.5}),
            json!({"date_from": "tomorrow"}),
            json!({"date_from": "2026-03-02", "date_to": "2026-03-01"}),
            json!({"code": ""}),
            json!({"code": {}}),
        ] {
            let mut body = plain("x");
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            api.refused("POST", "/coupon", &body, 400);
        }
        assert_eq!(api.found("/coupon").1, 0);
        api.refused("GET", "/coupon/none", &Value::Null, 404);
        api.refused("GET", "/coupon?id=5", &Value::Null, 404);
    }
}
