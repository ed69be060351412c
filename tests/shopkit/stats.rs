//! What a shop sold in some days.

use serde_json::{Value, json};

use super::world::{self, assert_shape};
use super::{Store, names};
use crate::platform::key;

#[test]
fn a_few_figures_are_told() {
    for store in Store::both() {
        let narrow = key(&store.engine, &["--scopes", "read:orders"]);
        let api = store.api();
        let shape = "currency:text? date_from:text date_to:text orders:int orders_paid:int total:number refunded:number net:number \
            products:int clients:int";
        let none = api.get("/stats");
        assert_shape(&none, shape);
        assert_eq!(names(&none).len(), 10);
        assert_eq!((&none["orders"], &none["total"]), (&json!(0), &json!(0)));
        let product = api.product("Bowl");
        api.product("Plate");
        let orders = world::orders(&store, product, 3);
        for order in &orders[..2] {
            api.done("PUT", &format!("/order/{order}"), &json!({"paid": true}));
        }
        api.done("DELETE", &format!("/order/{}", orders[2]), &Value::Null);
        for asked in [
            "/stats",
            "/stats?date_filter=last_week",
            "/stats?date_filter=last_month&nothing=1",
            "/stats?date_filter=&date_to=",
        ] {
            let told = api.get(asked);
            let fields =
                ["currency", "orders", "orders_paid", "total", "refunded", "net", "products", "clients"];
            assert_eq!(
                fields.map(|field| told[field].clone()),
                [json!("EUR"), json!(2), json!(2), json!(81.46), json!(0), json!(81.46), json!(2), json!(3)],
                "{asked}"
            );
        }
        let day = api.get("/stats")["date_to"].as_str().unwrap().to_owned();
        let today = api.get(&format!("/stats?date_from={day}&date_to={day}"));
        assert_eq!(
            (&today["date_from"], &today["date_to"], &today["orders"]),
            (&json!(day), &json!(day), &json!(2))
        );
        let past = api.get("/stats?date_from=2020-01-01&date_to=2020-12-31");
        assert_eq!(
            ["date_from", "date_to", "orders", "total", "products"].map(|field| past[field].clone()),
            [json!("2020-01-01"), json!("2020-12-31"), json!(0), json!(0), json!(2)]
        );
        assert_eq!(store.test().get("/stats")["orders"], 0);
        for query in [
            "date_filter=ever",
            "date_from=soon",
            "date_from=2026-02-30",
            "date_to=2026-13-01",
            "date_from=2020-02-02&date_to=2020-02-01",
            "date_from=1990-01-01",
        ] {
            api.refused("GET", &format!("/stats?{query}"), &Value::Null, 400);
        }
        store.with(&narrow).refused("GET", "/stats", &Value::Null, 403);
    }
}
