//! Groups of customers.

use serde_json::json;

use super::{Store, id};

#[test]
fn customers_are_found_by_their_group() {
    for store in Store::both() {
        let (api, platform) = (store.api(), store.platform());
        for (email, group) in [
            ("jane@customer.example", json!("trade")),
            ("bob@customer.example", json!("trade")),
            ("ann@customer.example", json!("Trade")),
            ("eve@customer.example", json!(null)),
        ] {
            let made = platform.done("POST", "/v1/customers", &json!({"email": email, "group": group}));
            assert_eq!(made["group"], group);
        }
        store.test().refused("GET", "/customers/none", &json!(null), 404);
        let of =
            |query: &str| api.get(&format!("/customers?{query}"))["pagination"]["total"].as_i64().unwrap();
        assert_eq!(
            [of("group=trade"), of("group=Trade"), of("group=none"), of("group=")],
            [2, 1, 0, 4],
            "as it is written; an empty one narrows nothing"
        );
        assert_eq!([of("group=trade&search=JANE"), of("group=Trade&search=jane")], [1, 0]);
        assert_eq!(store.test().get("/customers?group=trade")["pagination"]["total"], 0);
        let first = api.get("/customers?group=trade&cursor=&limit=1");
        let more = format!("/customers?group=trade&limit=1&cursor={}", first["cursor"].as_str().unwrap());
        let last = api.get(&more);
        assert_eq!(
            (&first["hasNextPage"], &last["hasNextPage"], &last["items"][0]["email"]),
            (&true.into(), &false.into(), &"jane@customer.example".into())
        );
        let jane = format!("/customers/{}", id(&last["items"][0]));
        assert_eq!(last["items"][0]["group"], "trade");
        assert_eq!(api.data("PATCH", &jane, &json!({"group": "retail"}))["group"], "retail");
        assert_eq!(api.data("PATCH", &jane, &json!({"firstName": "Jane"}))["group"], "retail");
        assert_eq!(api.data("PATCH", &jane, &json!({"group": null}))["group"], json!(null));
        for wrong in [json!(5), json!(["a"]), json!("x".repeat(201)), json!("a\nb"), json!("a\u{0}b")] {
            api.refused("PATCH", &jane, &json!({"group": wrong}), 400);
        }
        let listed = platform.get("/v1/customers?group=trade").json();
        assert_eq!(listed["data"].as_array().unwrap().len(), 1);
        let bob = listed["data"][0]["id"].to_string();
        assert_eq!(
            platform.call("PATCH", &format!("/v1/customers/{bob}"), &json!({"group": " "})).status,
            400
        );
        let gone = platform.done("PATCH", &format!("/v1/customers/{bob}"), &json!({"group": null}));
        assert_eq!(gone["group"], json!(null));
        let ann = platform.get("/v1/customers?q=ann").json()["data"][0]["id"].to_string();
        let erased = platform.done("POST", &format!("/v1/customers/{ann}/erase"), &json!(null));
        assert_eq!(erased["group"], json!(null), "a group tells of somebody too");
    }
}
