//! Orders of several lines, feedback, questions, coupons and who sells, in the later shape.

use serde_json::{Value, json};

use super::{Store, UUID, ZULU, fits, names};

#[test]
fn of_several_lines_the_first_stands_for_all() {
    for store in Store::both() {
        let first = store.number(&store.later().product(&json!({"title": "First"}))["id"]);
        let second = store.number(&store.later().product(&json!({"title": "Second", "price": 2.5}))["id"]);
        let lines = json!([{"product_id": first, "quantity": 2}, {"product_id": second}]);
        let platform = store.platform(&store.live);
        let order = json!({"customer": {"email": "jane@customer.example"}, "lines": lines});
        let id = platform.done("POST", "/v1/orders", &order)["id"].as_i64().unwrap();
        let told = store.later().get("/orders");
        assert_eq!((&told[0]["price"], &told[0]["quantity"]), (&json!(22.5), &json!(2)));
        assert_eq!(told[0]["custom_fields"][0]["value"], "1 × Second");
        assert_eq!(
            (&told[0]["is_partial"], &told[0]["paid_at"], &told[0]["coupon"]),
            (&Value::Null, &Value::Null, &json!([]))
        );
        assert_eq!(store.document().get(&format!("/orders/{id}"))["original_price"], 22.5);
        // Deleted by a program: in no list of programs.
        let rows = store.engine.system_store();
        let hidden = rows.write("hide", move |tx| {
            let shop = keywright::domain::shop::Shop::live(tx)?;
            keywright::domain::order_handling::hide(tx, shop, id)
        });
        crate::support::block_on(hidden).unwrap();
        assert_eq!(store.document().get("/orders"), json!([]));
        store.later().refused("GET", &format!("/orders/{id}"), &Value::Null, 404);
        store.document().refused("GET", "/orders/999999", &Value::Null, 404);
        store.document().refused("GET", "/orders/nonsense", &Value::Null, 404);
    }
}

#[test]
fn questions_are_answered_closed_and_opened_again() {
    for store in Store::both() {
        store.told(&[
            "ticket",
            "new",
            "--email",
            "jane@customer.example",
            "--subject",
            "Where?",
            "--message",
            "Where is it?",
        ]);
        let api = store.later();
        let told = api.get("/queries");
        assert_eq!(
            names(&told[0]),
            ["id", "status", "subject", "email", "message", "created_at", "updated_at", "replies", "agent"]
        );
        assert!(fits(&told[0]["id"], "aaaaaaa") && fits(&told[0]["created_at"], ZULU));
        let path = format!("/queries/{}", told[0]["id"].as_str().unwrap());
        let answered = api.resource("POST", &format!("{path}/reply"), &json!({"message": "Here."}));
        assert_eq!((&answered["status"], &answered["replies"][0]["message"]), (&json!(2), &json!("Here.")));
        assert_eq!(
            names(&answered["replies"][0]),
            [
                "id",
                "query",
                "seller_id",
                "message",
                "created_at",
                "last_update",
                "deleted_at",
                "is_supporter"
            ]
        );
        for (word, status) in [("close", 3), ("close", 3), ("reopen", 0), ("reopen", 0)] {
            assert_eq!(
                api.resource("POST", &format!("{path}/{word}"), &Value::Null)["status"],
                status,
                "{word}"
            );
        }
        let wrong = api.refused("POST", &format!("{path}/reply"), &json!({"message": " "}), 400);
        assert_eq!(names(&wrong["errors"]), ["message"]);
        api.refused("POST", "/queries/aaaaaaa/close", &Value::Null, 404);
    }
}

#[test]
fn coupons_are_made_listed_and_deleted() {
    for store in Store::both() {
        let api = store.later();
        let made = api.resource("POST", "/coupons", &json!({"code": "TENTH", "value": "12.5"}));
        assert_eq!(
            (&made["code"], &made["value"], &made["type"]),
            (&json!("TENTH"), &json!(12.5), &json!("percent"))
        );
        assert_eq!(names(&made)[..4], ["id", "seller_id", "code", "value"]);
        let fixed = api.resource("PUT", "/coupons", &json!({"code": "FIVE", "value": 5, "type": "fixed"}));
        assert_eq!((&fixed["value"], &fixed["currency"]), (&json!(5), &json!("EUR")));
        assert_eq!(api.get("/coupons").as_array().unwrap().len(), 2);
        assert_eq!(api.get("/coupons/tenth"), made);
        api.refused("POST", "/coupons", &json!({"code": "TENTH", "value": 1}), 400);
        for (body, field) in [
            (json!({"value": 1}), "code"),
            (json!({"code": "A", "value": 101}), "value"),
            (json!({"code": "A"}), "value"),
        ] {
            assert_eq!(names(&api.refused("POST", "/coupons", &body, 400)["errors"]), [field], "{body}");
        }
        let path = format!("/coupons/{}", made["id"].as_str().unwrap());
        api.resource("DELETE", &path, &Value::Null);
        api.refused("GET", &path, &Value::Null, 404);
        api.refused("DELETE", &path, &Value::Null, 404);
    }
}

#[test]
fn feedback_is_answered_and_taken_off_feedback_is_gone() {
    for store in Store::both() {
        let api = store.later();
        let number = store.number(&api.product(&json!({}))["id"]);
        store.order(&store.live, number, "jane@customer.example", true);
        let id = super::hooks::review(&store, false, number, "jane@customer.example");
        let told = api.get("/feedbacks");
        assert_eq!(
            names(&told[0]),
            [
                "id",
                "order_id",
                "comment",
                "stars",
                "rating",
                "response",
                "created_at",
                "updated_at",
                "product"
            ]
        );
        assert!(fits(&told[0]["id"], UUID) && fits(&told[0]["order_id"], UUID), "{told}");
        let path = format!("/feedbacks/{}", told[0]["id"].as_str().unwrap());
        let answered = api.resource("POST", &format!("{path}/reply"), &json!({"message": "Thank you"}));
        assert_eq!(answered["response"], "Thank you");
        store.told(&["review", "spam", &id.to_string()]);
        api.refused("GET", &path, &Value::Null, 404);
        assert_eq!(api.get("/feedbacks"), json!([]));
    }
}

#[test]
fn who_sells_is_told() {
    let [store, _] = Store::both();
    let told = store.later().get("/settings");
    assert_eq!(names(&told), ["status", "user", "settings"]);
    assert_eq!(
        (&told["user"]["username"], &told["settings"]["currency"]),
        (&json!("My shop"), &json!("EUR"))
    );
    assert_eq!(store.later().get("/user")["user"], told["user"]);
}
