//! Orders: every status both ways, filters, changes of several at once.

use serde_json::{Value, json};

use super::{Store, id, world};
use crate::support::Engine;

const WORDS: [&str; 11] = [
    "pending",
    "processing",
    "sent",
    "canceled",
    "waiting_confirmation",
    "waiting_payment",
    "waiting_stock",
    "delivered",
    "returned",
    "pickup_available",
    "waiting_shipment",
];

#[test]
fn every_status_is_read_as_it_was_written() {
    for store in Store::both() {
        let api = store.api();
        let product = api.product("Thing");
        // Nothing comes after a cancelled order, so each status has its own.
        let all = world::orders(&store, product, 22);
        for (nth, word) in WORDS.iter().enumerate() {
            let number = nth + 1;
            let by_number = api.done("PUT", &format!("/order/{}", all[nth]), &json!({"status": number}));
            assert_eq!((&by_number["status"], &by_number["status_alias"]), (&json!(number), &json!(word)));
            let by_word =
                api.done("PUT", &format!("/order/{}", all[nth + 11]), &json!({"status_alias": word}));
            assert_eq!((&by_word["status"], &by_word["status_alias"]), (&json!(number), &json!(word)));
        }
        for (nth, word) in WORDS.iter().enumerate() {
            let number = nth + 1;
            for path in [format!("/order?status={number}"), format!("/order?status_alias={word}")] {
                assert_eq!(api.found(&path), (vec![all[nth + 11], all[nth]], 2), "{path}");
            }
        }
        let description = api.get(&format!("/order/{}", all[4]))["status_description"].clone();
        assert_eq!(description, "Waiting Confirmation");
        for path in
            ["/order?status=0", "/order?status_alias=all", "/order?status=0&status_alias=all", "/order"]
        {
            assert_eq!(api.found(path).1, 22, "{path}");
        }
        assert_eq!(api.found("/order?status_alias=sent,delivered").1, 4);
        assert_eq!(api.found("/order?status=3,8,4").1, 6);
        for path in [
            "/order?status=12",
            "/order?status=99",
            "/order?status=-1",
            "/order?status_alias=lost",
            "/order?paid=maybe",
        ] {
            api.refused("GET", path, &Value::Null, 400);
        }
        let at = format!("/order/{}", all[0]);
        for body in [
            json!({"status": 0}),
            json!({"status": 12}),
            json!({"status": 99}),
            json!({"status": -1}),
            json!({"status_alias": "all"}),
            json!({"status_alias": "x", "status": 1}),
        ] {
            api.refused("PUT", &at, &body, 400);
        }
        // The word counts, and a cancelled order stays so.
        assert_eq!(api.done("PUT", &at, &json!({"status": 8, "status_alias": "sent"}))["status"], 3);
        api.refused("PUT", &format!("/order/{}", all[3]), &json!({"status": 1}), 400);
    }
}

#[test]
fn old_programs_know_eight() {
    let store = Store::open(Engine::sqlite(), &["--shopkit-max-status", "8"]);
    let api = store.api();
    let product = api.product("Thing");
    let all = world::orders(&store, product, 3);
    for (order, (written, told)) in all.iter().zip([(9, 8), (10, 3), (11, 2)]) {
        let handled = api.done("PUT", &format!("/order/{order}"), &json!({"status": written}));
        assert_eq!((&handled["status"], &handled["status_alias"]), (&json!(told), &json!(WORDS[told - 1])));
        assert_eq!(api.found(&format!("/order?status={told}")).0, [*order]);
    }
}

#[test]
fn an_order_is_handled() {
    for store in Store::both() {
        let api = store.api();
        let product = api.product("Thing");
        let order = world::orders(&store, product, 1)[0];
        let at = format!("/order/{order}");
        let new = api.get(&at);
        assert_eq!((&new["is_new"], &new["paid"], &new["status"]), (&json!(true), &json!(false), &json!(6)));
        let noted = api.done(
            "PUT",
            &at,
            &json!({"note": "Fragile", "client_note": "Thanks", "tracking_url": "https://track.example/1",
            "invoice_url": "https://invoices.example/1", "unknown": 1}),
        );
        for (field, value) in [
            ("note", "Fragile"),
            ("client_note", "Thanks"),
            ("tracking_url", "https://track.example/1"),
            ("invoice_url", "https://invoices.example/1"),
        ] {
            assert_eq!(noted[field], value);
        }
        assert_eq!((&noted["is_new"], &noted["status"]), (&json!(false), &json!(6)));
        let cleared = api.done("PUT", &at, &json!({"note": null, "client_note": "", "is_new": true}));
        assert_eq!(
            (&cleared["note"], &cleared["client_note"], &cleared["is_new"]),
            (&json!(null), &json!(null), &json!(true))
        );
        // As text, as a number, and once more.
        for paid in [json!("true"), json!(1), json!("1"), json!(true)] {
            assert_eq!(api.done("PUT", &at, &json!({"paid": paid}))["paid"], true);
        }
        let sent = api.done("PUT", &at, &json!({"status_alias": "sent"}));
        let again = api.done("PUT", &at, &json!({"status_alias": "delivered"}));
        assert_eq!((again["sent_at"].clone(), again["status"].clone()), (sent["sent_at"].clone(), json!(8)));
        assert!(again["update_at"].as_str() >= again["paid_at"].as_str());
        assert_eq!(api.done("PUT", &at, &Value::Null), again, "nothing is asked for");
        assert_eq!(api.found("/order?paid=true").0, [order]);
        assert_eq!(api.found("/order?paid=false").1, 0);
    }
}

#[test]
fn lists_are_narrowed() {
    for store in Store::both() {
        let world = world::make(&store);
        let api = store.api();
        let plain = world::orders(&store, world.shelf, 2);
        assert_eq!(api.found("/order").0, [plain[1], plain[0], world.order]);
        assert_eq!(api.found("/order?coupon_code=bajevolp").0, [world.order]);
        assert_eq!(api.found("/order?coupon_code=BajeVolp").0, [world.order]);
        assert_eq!(api.found("/order?coupon_code=1337").1, 0);
        for (query, found) in [
            // The order is of 2017-05-17 in Lisbon.
            ("date_from=2017-05-17&date_to=2017-05-17", 1),
            ("date_to=2017-05-16", 0),
            ("date_to=2017-05-17", 1),
            ("date_from=2017-05-18", 2),
            ("date_from=2017-05-18&date_to=2017-12-31", 0),
            ("date_filter=today", 2),
            ("date_filter=yesterday", 0),
            ("date_filter=last_week", 2),
            ("date_filter=last_month", 2),
            ("date_from=2017-01-01&date_filter=today", 2),
        ] {
            assert_eq!(api.found(&format!("/order?{query}")).1, found, "{query}");
        }
        assert_eq!(id(&api.get(&format!("/order?id={}", world.order))), world.order);
        let all = "/order?id=1337&status=0&status_alias=all&paid=true&date_filter=yesterday&date_from=2015-01-01&date_to=2015-01-01&page=1&limit=10&coupon_code=1337";
        assert_eq!(id(&api.get(all)), 1_337, "an id is one thing");
        for query in ["date_from=yesterday", "date_to=2017-02-30", "date_filter=ever", "id=x"] {
            api.refused("GET", &format!("/order?{query}"), &Value::Null, 400);
        }
        // What is deleted is in no list and no count, whatever it had come to.
        for order in &plain {
            api.done("PUT", &format!("/order/{order}"), &json!({"paid": true, "status_alias": "sent"}));
        }
        let queries = ["", "paid=true&date_filter=today", "status_alias=sent&date_filter=today"];
        let count = |query: &str| api.found(&format!("/order?{query}")).1;
        assert_eq!(queries.map(count), [3, 2, 2]);
        api.done("DELETE", &format!("/order/{}", plain[0]), &Value::Null);
        assert_eq!(queries.map(count), [2, 1, 1]);
        assert_eq!(api.found("/order?status_alias=sent&date_filter=today").0, [plain[1]]);
    }
}

#[test]
fn many_are_handled_at_once_or_none() {
    for store in Store::both() {
        let api = store.api();
        let product = api.product("Thing");
        let all = world::orders(&store, product, 3);
        let handled = api.done(
            "PUT",
            "/order/bulk",
            &json!([{"id": all[0], "status": 2}, {"id": all[1].to_string(), "paid": true}]),
        );
        assert_eq!((&handled[0]["status"], &handled[1]["paid"]), (&json!(2), &json!(true)));
        let same = api.done("PUT", "/order/bulk", &json!({"ids": all, "note": "Together"}));
        assert_eq!(same.as_array().unwrap().len(), 3);
        for body in [
            json!([{"id": all[0], "note": "No"}, {"id": 999_999, "note": "No"}]),
            json!([{"id": all[0], "note": "No"}, {"id": all[1], "status": 99}]),
            json!([]),
            json!({}),
            json!([{"note": "No"}]),
        ] {
            let answer = api.call("PUT", "/order/bulk", &body);
            assert!(matches!(answer.status, 400 | 404), "{body}: {answer:?}");
        }
        for order in &all {
            assert_eq!(api.get(&format!("/order/{order}"))["note"], "Together");
        }
    }
}
