//! Orders, customers and promotions.

use serde_json::{Value, json};

use super::{Api, Store, id, names};
use crate::platform::key;
use crate::support::server;

/// A product that is on sale, by its number on the platform.
fn number(store: &Store) -> Value {
    store.api().product("Shirt");
    store.platform().done("GET", "/v1/products", &Value::Null)["data"][0]["id"].clone()
}

fn order(store: &Store, number: &Value, email: &str, more: &Value) -> Value {
    let mut body = json!({"customer": {"email": email, "name": "Jane van Smith"}, "lines": [{"product_id": number, "quantity": 2}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    store.platform().done("POST", "/v1/orders", &body)["id"].clone()
}

#[test]
fn an_order_is_told_as_the_document_has_it_through_all_its_stages() {
    for store in Store::both() {
        let (api, platform, number) = (store.api(), store.platform(), number(&store));
        let [first, second, third] =
            [(); 3].map(|()| order(&store, &number, "jane@customer.example", &json!({})));
        let list = api.get("/orders");
        assert_eq!(list["pagination"]["total"], 3);
        let newest = &list["items"][0];
        assert_eq!(names(newest)[..6], ["id", "number", "status", "paymentStatus", "total", "items"]);
        let line = &newest["items"][0];
        assert_eq!(
            names(line),
            ["id", "productId", "variantId", "name", "sku", "quantity", "price", "total"]
        );
        assert_eq!(
            (&newest["total"], &line["price"], &line["quantity"]),
            (&5_998.into(), &2_999.into(), &2.into())
        );
        assert_eq!((&newest["status"], &newest["paymentStatus"]), (&"PENDING".into(), &"PENDING".into()));
        let by_number =
            api.data("GET", &format!("/orders/{}", newest["number"].as_str().unwrap()), &Value::Null);
        assert_eq!(&by_number, newest);
        assert_eq!(&api.data("GET", &format!("/orders/{}", id(newest)), &Value::Null), newest);
        platform.done("POST", &format!("/v1/orders/{first}/pay"), &json!({"method": "manual"}));
        platform.done("POST", &format!("/v1/orders/{second}/pay"), &json!({"method": "manual"}));
        platform.done("POST", &format!("/v1/orders/{second}/refund"), &json!({}));
        platform.done("POST", &format!("/v1/orders/{third}/cancel"), &json!({}));
        let of = |query: &str| api.get(&format!("/orders?{query}"))["pagination"]["total"].as_i64().unwrap();
        let stages = ["PENDING", "CONFIRMED", "PROCESSING", "SHIPPED", "DELIVERED", "CANCELLED", "REFUNDED"];
        assert_eq!(stages.map(|stage| of(&format!("status={stage}"))), [0, 0, 0, 0, 1, 1, 1]);
        let payments = ["PENDING", "PAID", "FAILED", "REFUNDED", "PARTIALLY_REFUNDED"];
        assert_eq!(payments.map(|payment| of(&format!("paymentStatus={payment}"))), [1, 1, 0, 1, 0]);
        // Each order is shown in the stage that it is listed in.
        for stage in stages {
            for order in api.get(&format!("/orders?status={stage}"))["items"].as_array().unwrap() {
                assert_eq!(order["status"], stage);
            }
        }
        let customer = newest["customerId"].as_str().unwrap();
        assert_eq!((of(&format!("customerId={customer}")), of("customerId=cust_nobody")), (3, 0));
        assert_eq!((of("from=2020-01-01T00:00:00Z"), of("to=2020-01-01T00:00:00Z")), (3, 0));
        let page = api.get("/orders?cursor=&limit=2");
        let rest = api.get(&format!("/orders?limit=2&cursor={}", page["cursor"].as_str().unwrap()));
        assert_eq!((rest["items"].as_array().unwrap().len(), &rest["hasNextPage"]), (1, &false.into()));
        for bad in ["status=DONE", "paymentStatus=MAYBE", "from=monday"] {
            api.refused("GET", &format!("/orders?{bad}"), &Value::Null, 400);
        }
        for none in ["ORD-1", "ORD-x", "ORD-99999999999999999999", "order_nothing", "1"] {
            api.refused("GET", &format!("/orders/{none}"), &Value::Null, 404);
        }
        let customer = api.data("GET", &format!("/customers/{customer}"), &Value::Null);
        assert_eq!((&customer["firstName"], &customer["lastName"]), (&"Jane van".into(), &"Smith".into()));
        assert_eq!((&customer["totalOrders"], &customer["totalSpent"]), (&2.into(), &5_998.into()));
    }
}

#[test]
fn an_order_takes_from_the_stock_and_gives_back() {
    for store in Store::both() {
        let (api, platform, number) = (store.api(), store.platform(), number(&store));
        let product = id(&api.get("/products")["items"][0]);
        let stock = || api.get("/inventory")["items"][0]["inventoryCount"].clone();
        order(&store, &number, "jane@customer.example", &json!({}));
        assert_eq!(stock(), Value::Null, "what nobody counts is always there");
        api.done("PATCH", &format!("/inventory/{product}"), &json!({"operation": "set", "quantity": 3}));
        let first = order(&store, &number, "jane@customer.example", &json!({}));
        assert_eq!(stock(), 1);
        let body = json!({"customer": {"email": "jane@customer.example"}, "lines": [{"product_id": number, "quantity": 2}]});
        let refused = platform.call("POST", "/v1/orders", &body);
        assert_eq!((refused.status, &refused.json()["error"]["code"]), (409, &"out_of_stock".into()));
        assert_eq!(stock(), 1, "nothing half done");
        platform.done("POST", &format!("/v1/orders/{first}/cancel"), &json!({}));
        assert_eq!(stock(), 3);
    }
}

#[test]
fn customers_are_found_and_changed() {
    for store in Store::both() {
        let (api, platform) = (store.api(), store.platform());
        for (email, name) in [
            ("jane@customer.example", "Jane Smith"),
            ("bob@customer.example", "Bob Janeway"),
            ("ann@customer.example", "Ann"),
        ] {
            platform.done("POST", "/v1/customers", &json!({"email": email, "name": name}));
        }
        let of =
            |query: &str| api.get(&format!("/customers?{query}"))["pagination"]["total"].as_i64().unwrap();
        assert_eq!(
            (of(""), of("search=jane"), of("search=SMITH"), of("search=ann%40"), of("group=grp_vip")),
            (3, 2, 1, 1, 0)
        );
        let first = api.get("/customers?cursor=&limit=1&search=jane");
        let next =
            api.get(&format!("/customers?limit=1&search=jane&cursor={}", first["cursor"].as_str().unwrap()));
        assert_eq!(
            (&next["items"][0]["email"], &next["hasNextPage"]),
            (&"jane@customer.example".into(), &false.into())
        );
        let jane = format!("/customers/{}", id(&next["items"][0]));
        assert_eq!(names(&next["items"][0])[..4], ["id", "email", "firstName", "lastName"]);
        let changed = api.data("PATCH", &jane, &json!({"lastName": "Miller", "phone": "+30 210 1234567"}));
        assert_eq!(
            (&changed["firstName"], &changed["lastName"], &changed["phone"]),
            (&"Jane".into(), &"Miller".into(), &"+30 210 1234567".into())
        );
        assert_eq!(api.data("PATCH", &jane, &json!({"phone": null}))["phone"], Value::Null);
        assert_eq!(api.data("PATCH", &jane, &json!({}))["lastName"], "Miller");
        api.refused("PATCH", &jane, &json!({"email": "bob@customer.example"}), 409);
        for body in [
            json!({"firstName": 5}),
            json!({"firstName": "x".repeat(201)}),
            json!({"email": "nobody"}),
            json!({"phone": "x".repeat(201)}),
        ] {
            api.refused("PATCH", &jane, &body, 400);
        }
    }
}

#[test]
fn a_promotion_is_what_its_orders_are_cheaper_by() {
    for store in Store::both() {
        let (api, number) = (store.api(), number(&store));
        let body = json!({"code": "WELCOME20", "type": "PERCENTAGE", "value": 20, "minOrderAmount": 1_000, "maxUses": 500,
            "expiresAt": "2099-12-31T23:59:59Z", "maxUsesPerCustomer": 1});
        let made = api.data("POST", "/promotions", &body);
        assert_eq!(names(&made)[..7], ["id", "code", "type", "value", "status", "usedCount", "expiresAt"]);
        assert_eq!(
            (&made["value"], &made["status"], &made["minOrderAmount"]),
            (&20.into(), &"ACTIVE".into(), &1_000.into())
        );
        let anybody = store.with("");
        let validate = |code: &str, total: i64, email: &str| {
            anybody.done(
                "POST",
                "/promotions/validate",
                &json!({"code": code, "cartTotal": total, "email": email}),
            )
        };
        let valid = validate("welcome20", 5_000, "jane@customer.example");
        assert_eq!(names(&valid), ["success", "valid", "discount", "promotion"]);
        assert_eq!((&valid["valid"], &valid["discount"]), (&true.into(), &1_000.into()));
        assert_eq!(names(&valid["promotion"]), ["id", "code", "type", "value"]);
        order(&store, &number, "jane@customer.example", &json!({"coupon": "WELCOME20"}));
        let latest = &api.get("/orders")["items"][0];
        assert_eq!(
            (&latest["discount"], &latest["total"], &latest["promotionCode"]),
            (&1_200.into(), &4_798.into(), &"WELCOME20".into())
        );
        assert_eq!(
            validate("WELCOME20", 5_000, "JANE@customer.example")["valid"],
            false,
            "once for each customer"
        );
        assert_eq!(validate("WELCOME20", 5_000, "bob@customer.example")["valid"], true);
        assert_eq!(validate("WELCOME20", 999, "")["valid"], false, "too small");
        let unknown = validate("NOTHING", 5_000, "");
        assert_eq!(names(&unknown), ["success", "valid", "discount", "error"], "and no more is said");
        let half = json!({"code": "HALF", "type": "PERCENTAGE", "value": "12.5"});
        assert_eq!(api.data("POST", "/promotions", &half)["value"], 12.5);
        assert_eq!(validate("HALF", 1_000, "")["discount"], 125);
        let fixed =
            json!({"code": "FIVE", "type": "FIXED_AMOUNT", "value": 500, "startsAt": "2098-01-01T00:00:00Z"});
        assert_eq!(api.data("POST", "/promotions", &fixed)["status"], "SCHEDULED");
        let free = json!({"code": "SHIP", "type": "FREE_SHIPPING", "maxUses": null});
        assert_eq!(api.data("POST", "/promotions", &free)["type"], "FREE_SHIPPING");
        assert_eq!(validate("SHIP", 1_000, "")["discount"], 0);
        let of = |status: &str| {
            api.get(&format!("/promotions?status={status}"))["pagination"]["total"].as_i64().unwrap()
        };
        assert_eq!((of("ACTIVE"), of("SCHEDULED"), of("EXPIRED"), of("EXHAUSTED")), (3, 1, 0, 0));
        // One that an order holds is ended; another is gone.
        api.done("DELETE", &format!("/promotions/{}", id(&made)), &Value::Null);
        assert_eq!((of("ACTIVE"), of("EXPIRED")), (2, 1));
        let list = api.get("/promotions");
        let five =
            list["items"].as_array().unwrap().iter().find(|promotion| promotion["code"] == "FIVE").unwrap();
        api.done("DELETE", &format!("/promotions/{}", id(five)), &Value::Null);
        assert_eq!(api.get("/promotions")["pagination"]["total"], 3);
        api.refused("DELETE", &format!("/promotions/{}", id(five)), &Value::Null, 404);
        api.refused("POST", "/promotions", &half, 409);
        for body in [
            json!({}),
            json!({"code": "X", "type": "PERCENTAGE"}),
            json!({"code": "X", "type": "GIFT", "value": 1}),
            json!({"code": "X", "type": "PERCENTAGE", "value": 0}),
            json!({"code": "X", "type": "PERCENTAGE", "value": 101}),
            json!({"code": "X", "type": "PERCENTAGE", "value": -1}),
            json!({"code": "X", "type": "PERCENTAGE", "value": 1.234}),
            json!({"code": "X", "type": "FIXED_AMOUNT", "value": 1.5}),
            json!({"code": "", "type": "PERCENTAGE", "value": 1}),
            json!({"code": "X", "type": "PERCENTAGE", "value": 1, "maxUses": 0}),
            json!({"code": "X", "type": "PERCENTAGE", "value": 1, "minOrderAmount": -1}),
            json!({"code": "X", "type": "PERCENTAGE", "value": 1, "expiresAt": "soon"}),
        ] {
            api.refused("POST", "/promotions", &body, 400);
        }
        for body in [
            json!({}),
            json!({"code": "X"}),
            json!({"code": "X", "cartTotal": -1}),
            json!({"code": "X", "cartTotal": "x"}),
        ] {
            anybody.refused("POST", "/promotions/validate", &body, 400);
        }
    }
}

#[test]
fn each_shop_counts_its_orders_from_1001_on() {
    for store in Store::both() {
        let place = |whose: &[&str]| {
            let product = server::json(
                &store.engine,
                &[&["product", "create", "--title", "Pen", "--price", "100"][..], whose].concat(),
            );
            let line = product["id"].to_string();
            let order = ["order", "create", "--email", "ana@shop.example", "--line", &line];
            server::json(&store.engine, &[&order[..], whose].concat());
        };
        let other = server::json(&store.engine, &["site", "create", "--title", "Another"])["id"].to_string();
        let site = &server::json(&store.engine, &["site", "list"])[1];
        server::json(&store.engine, &["account", "set", "--currency", "EUR", "--site", &other]);
        for whose in [&[][..], &["--test"], &["--site", &other], &[], &["--site", &other]] {
            place(whose);
        }
        let numbers = |api: Api<'_>| -> Vec<String> {
            let list = api.get("/orders");
            list["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|order| order["number"].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(numbers(store.api()), ["ORD-1002", "ORD-1001"]);
        assert_eq!(numbers(store.test()), ["ORD-1001"]);
        let key = key(&store.engine, &["--scopes", "all", "--site", &other]);
        let theirs =
            Api { address: store.server.address, site: site["public_id"].as_str().unwrap(), key: &key };
        assert_eq!(numbers(theirs), ["ORD-1002", "ORD-1001"]);
        let first = |api: Api<'_>| api.data("GET", "/orders/ORD-1001", &Value::Null)["id"].clone();
        let ids = [first(store.api()), first(store.test()), first(theirs)];
        assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "{ids:?}");
    }
}
