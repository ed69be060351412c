//! Orders: from the catalogue's prices over the payment to purchases and licences, and back.

use serde_json::{Value, json};

use super::{Api, Shop, fault, key};
use crate::support::http;
use crate::support::server::{self, API};

pub fn buyer(lines: &Value) -> Value {
    json!({"customer": {"email": "mia@customer.example", "name": "Mia"}, "lines": lines})
}

pub fn euro(amount: i64) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

#[test]
fn a_sale_and_its_end() {
    for shop in Shop::both() {
        let api = shop.api();
        server::json(
            &shop.engine,
            &["coupon", "create", "Spring", "--percent-bp", "1000", "--max-uses", "1"],
        );
        let product = api.product_with(&json!({"tax_bp": 1900}));
        let mut body = buyer(&json!([{"product_id": product, "quantity": 2}]));
        body["coupon"] = "SPRING".into();
        body["currency"] = "EUR".into();
        let order = api.done("POST", "/v1/orders", &body);
        assert_eq!(order["subtotal"], euro(5_998));
        assert_eq!(order["discount"], euro(600));
        assert_eq!(order["tax"], euro(1_026), "19 % of 53.98");
        assert_eq!(order["total"], euro(6_424));
        assert_eq!(
            (&order["payment_status"], &order["fulfilment_status"]),
            (&json!("unpaid"), &json!("waiting_payment"))
        );
        assert_eq!((&order["coupon"], &order["lines"][0]["purchases"]), (&json!("Spring"), &json!([])));
        let at = format!("/v1/orders/{}", order["id"]);

        let little = api.call("POST", &format!("{at}/pay"), &json!({"amount": euro(6_423)}));
        assert!(fault(&little).2["amount"].is_string());
        let huge = api.call("POST", &format!("{at}/pay"), &json!({"amount": euro(i64::MAX)}));
        assert!(fault(&huge).2["amount"].is_string());
        let foreign =
            api.call("POST", &format!("{at}/pay"), &json!({"amount": {"amount": 6_424, "currency": "USD"}}));
        assert!(fault(&foreign).2["amount"].is_string());
        let paid =
            api.done("POST", &format!("{at}/pay"), &json!({"reference": "bank 7", "amount": euro(7_000)}));
        assert_eq!((&paid["payment_status"], &paid["paid"]), (&json!("paid"), &euro(7_000)));
        assert_eq!(fault(&api.call("POST", &format!("{at}/pay"), &Value::Null)).1, "already_paid");

        let purchases = paid["lines"][0]["purchases"].as_array().unwrap();
        assert_eq!(purchases.len(), 2);
        let purchase = api.done("GET", &format!("/v1/purchases/{}", purchases[0]), &Value::Null);
        assert_eq!((&purchase["order_id"], &purchase["status"]), (&order["id"], &json!("active")));
        let key = purchase["key"].as_str().unwrap();
        let ask = |query: &str| http::get(api.address, &format!("{API}?{query}&key={key}")).json();
        assert_eq!(ask("activate")["response"], "OKAY");

        let some =
            api.done("POST", &format!("{at}/refund"), &json!({"amount": euro(1_000), "reason": "goodwill"}));
        assert_eq!(
            (&some["payment_status"], &some["refunded"]),
            (&json!("partially_refunded"), &euro(1_000))
        );
        assert_eq!(ask("check&usage_id=1")["status"], "ACTIVE");
        assert!(
            fault(&api.call("POST", &format!("{at}/refund"), &json!({"amount": euro(6_001)}))).2["amount"]
                .is_string()
        );
        let all = api.done("POST", &format!("{at}/refund"), &Value::Null);
        assert_eq!((&all["payment_status"], &all["refunded"]), (&json!("refunded"), &euro(7_000)));
        assert_eq!(ask("check&usage_id=1")["errorCode"], 1102, "it shows at once");
        assert_eq!(fault(&api.call("POST", &format!("{at}/refund"), &Value::Null)).1, "not_refundable");
        let moved: Vec<Value> = all["payments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| json!([p["method"], p["status"], p["amount"], p["reference"]]))
            .collect();
        assert_eq!(
            moved,
            [
                json!(["manual", "paid", euro(7_000), "bank 7"]),
                json!(["manual", "refunded", euro(-1_000), "goodwill"]),
                json!(["manual", "refunded", euro(-6_000), null]),
            ]
        );
        let listed = api.done("GET", "/v1/orders?payment_status=refunded&from=2020-01-01", &Value::Null);
        assert_eq!(listed["data"], json!([all]));
        assert_eq!(api.done("GET", "/v1/purchases?status=active", &Value::Null)["data"], json!([]));
    }
}

#[test]
fn prices_are_the_catalogues() {
    for shop in Shop::both() {
        let api = shop.api();
        let product = api.product();
        for (field, value) in [
            ("total", euro(1)),
            ("paid", json!(true)),
            ("discount", euro(1)),
            ("payment_status", json!("paid")),
        ] {
            let mut body = buyer(&json!([{"product_id": product}]));
            body[field] = value;
            assert!(fault(&api.call("POST", "/v1/orders", &body)).2[field].is_string(), "{field}");
        }
        let priced = buyer(&json!([{"product_id": product, "unit_price": euro(1)}]));
        assert!(fault(&api.call("POST", "/v1/orders", &priced)).2["lines.0.unit_price"].is_string());
        // What was agreed stays agreed.
        let at = api.order(product);
        api.done(
            "PATCH",
            &format!("/v1/products/{product}"),
            &json!({"price": euro(9_900), "title": "Dearer"}),
        );
        let order = api.done("GET", &at, &Value::Null);
        assert_eq!((&order["total"], &order["lines"][0]["title"]), (&euro(2_999), &json!("Quill")));
        let dollars = api.product_with(&json!({"price": {"amount": 1, "currency": "USD"}}));
        let mixed = buyer(&json!([{"product_id": product}, {"product_id": dollars}]));
        assert!(fault(&api.call("POST", "/v1/orders", &mixed)).2["currency"].is_string());
        for (lines, field) in [
            (json!([]), "lines"),
            (json!([{"product_id": product, "quantity": 0}]), "lines.0.quantity"),
            (json!([{"product_id": product}, {"product_id": product, "quantity": -1}]), "lines.1.quantity"),
            (json!([{"product_id": 999_999}]), "lines.0.product_id"),
            (json!([{"product_id": product, "renews_purchase_id": 9}]), "lines.0.renews_purchase_id"),
        ] {
            let told = fault(&api.call("POST", "/v1/orders", &buyer(&lines))).2;
            assert!(told[field].is_string(), "{lines}: {told}");
        }
        let nobody = json!({"customer": {"email": "nobody"}, "lines": [{"product_id": product}]});
        assert!(fault(&api.call("POST", "/v1/orders", &nobody)).2["customer.email"].is_string());
        let unpriced = api.product_with(&json!({"price": null}));
        assert_eq!(
            fault(&api.call("POST", "/v1/orders", &buyer(&json!([{"product_id": unpriced}])))),
            (409, "not_on_sale".into(), json!({"product_id": unpriced}))
        );
        let free = api.product_with(&json!({"price": euro(0)}));
        let at = api.order(free);
        assert_eq!(api.done("POST", &format!("{at}/pay"), &Value::Null)["payment_status"], "paid");
    }
}

#[test]
fn cards_are_for_test_mode() {
    for shop in Shop::both() {
        let test_key = key(&shop.engine, &["--scopes", "all", "--mode", "test"]);
        let test = shop.with(&test_key);
        let at = test.order(test.product());
        let pay = |api: Api<'_>, at: &str, number: &str| {
            api.call("POST", &format!("{at}/pay"), &json!({"method": "card", "card_number": number}))
        };
        let other = test.order(test.product());
        let send = |number: &str, key: &str| {
            let body = json!({"method": "card", "card_number": number}).to_string();
            test.send("POST", &format!("{other}/pay"), &[("Idempotency-Key", key)], body.as_bytes())
        };
        let (bad, good) = ("4000000000000002", "4242424242424242");
        assert_eq!([send(bad, "till-1").status, send(bad, "till-1").status], [402, 402]);
        let order = test.done("GET", &other, &Value::Null);
        assert_eq!(order["payments"].as_array().unwrap().len(), 1, "sent twice, it was declined once");
        assert_eq!(fault(&send(good, "till-1")).1, "idempotency_key_reused");
        assert_eq!(send(good, "till-2").status, 200, "another try goes through");
        let declined = pay(test, &at, "4000 0000 0000 0002");
        assert_eq!(fault(&declined), (402, "card_declined".into(), json!({})));
        assert_eq!(test.done("GET", &at, &Value::Null)["payment_status"], "unpaid");
        assert!(fault(&pay(test, &at, "4111 1111 1111 1111")).2["card_number"].is_string());
        assert_eq!(pay(test, &at, "4242 4242 4242 4242").json()["payment_status"], "paid");
        let live = shop.api();
        let at = live.order(live.product());
        assert!(fault(&pay(live, &at, "4242424242424242")).2["card_number"].is_string());
        assert_eq!(live.done("GET", &at, &Value::Null)["payment_status"], "unpaid");
    }
}

#[test]
fn coupons_are_given_back_and_have_their_terms() {
    for shop in Shop::both() {
        let api = shop.api();
        let (product, other) = (api.product(), api.product());
        let make = |args: &[&str]| {
            let mut all = vec!["coupon", "create"];
            all.extend(args);
            server::json(&shop.engine, &all);
        };
        let only = other.to_string();
        make(&["ONCE", "--off", "500", "--currency", "EUR", "--max-uses", "1"]);
        make(&["OTHER", "--percent-bp", "5000", "--product", &only]);
        make(&["LATER", "--percent-bp", "100", "--starts", "2090-01-01"]);
        make(&["ENDED", "--percent-bp", "100", "--ends", "2020-01-01"]);
        make(&["LARGE", "--percent-bp", "100", "--least", "1000000"]);
        make(&["DOLLAR", "--off", "100", "--currency", "USD"]);
        let place = |code: &str| {
            let mut body = buyer(&json!([{"product_id": product}]));
            body["coupon"] = code.into();
            api.call("POST", "/v1/orders", &body)
        };
        for code in ["NONE", "OTHER", "LATER", "ENDED", "LARGE", "DOLLAR"] {
            assert_eq!(fault(&place(code)).1, "coupon_refused", "{code}");
        }
        let first = place("once").json();
        assert_eq!(first["total"], euro(2_499));
        assert_eq!(fault(&place("ONCE")).1, "coupon_refused");
        let canceled = api.done("POST", &format!("/v1/orders/{}/cancel", first["id"]), &Value::Null);
        assert_eq!(canceled["fulfilment_status"], "canceled");
        let second = place("ONCE").json();
        assert_eq!(second["discount"], euro(500), "given back by the first");
        assert_eq!(
            fault(&api.call("POST", &format!("/v1/orders/{}/pay", first["id"]), &Value::Null)).1,
            "order_canceled"
        );
        api.done("POST", &format!("/v1/orders/{}/pay", second["id"]), &Value::Null);
        api.done("POST", &format!("/v1/orders/{}/cancel", second["id"]), &Value::Null);
        assert_eq!(fault(&place("ONCE")).1, "coupon_refused", "a paid one has used it");
    }
}

#[test]
fn bundles_services_renewals_and_pools() {
    for shop in Shop::both() {
        let api = shop.api();
        let monthly = api.product_with(&json!({"licence_policy": {"api_enabled": true, "term_days": 30}}));
        let service = api.product_with(&json!({"kind": "service"}));
        let bundle = api.product_with(&json!({"kind": "bundle", "items": [monthly, service]}));
        assert!(fault(&api.call("PATCH", &format!("/v1/products/{monthly}"), &json!({"items": [service]}))).2["items"].is_string());
        let at = api.order(bundle);
        let paid = api.done("POST", &format!("{at}/pay"), &Value::Null);
        let bought: Vec<Value> = paid["lines"][0]["purchases"]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| api.done("GET", &format!("/v1/purchases/{id}"), &Value::Null))
            .collect();
        assert_eq!(bought.len(), 2);
        assert_eq!((&bought[0]["product_id"], bought[0]["key"].is_string()), (&json!(monthly), true));
        assert_eq!((&bought[1]["product_id"], &bought[1]["key"]), (&json!(service), &Value::Null));

        let renewal =
            buyer(&json!([{"product_id": monthly, "quantity": 2, "renews_purchase_id": bought[0]["id"]}]));
        let order = api.done("POST", "/v1/orders", &renewal);
        api.done("POST", &format!("/v1/orders/{}/pay", order["id"]), &Value::Null);
        let millis = |p: &Value| keywright::base::time::parse(p["expires_at"].as_str().unwrap()).unwrap();
        let renewed = api.done("GET", &format!("/v1/purchases/{}", bought[0]["id"]), &Value::Null);
        assert_eq!(millis(&renewed) - millis(&bought[0]), 60 * keywright::base::time::DAY);
        let licence = api.done("GET", &format!("/v1/licences/{}", renewed["licence_id"]), &Value::Null);
        assert_eq!(licence["expires_at"], renewed["expires_at"]);
        let early = api.done("POST", "/v1/orders", &renewal);
        api.done(
            "PATCH",
            &format!("/v1/products/{monthly}"),
            &json!({"licence_policy": {"term_days": null}}),
        );
        api.done("POST", &format!("{at}/refund"), &Value::Null);
        let late = api.call("POST", &format!("/v1/orders/{}/pay", early["id"]), &Value::Null);
        assert_eq!(fault(&late).1, "not_renewable", "a refunded purchase lasts no longer");
        assert_eq!(
            api.done("GET", &format!("/v1/orders/{}", early["id"]), &Value::Null)["payment_status"],
            "unpaid"
        );
        assert_eq!(fault(&api.call("POST", "/v1/orders", &renewal)).1, "not_renewable");
        let empty = api.product_with(&json!({"kind": "bundle"}));
        assert_eq!(
            fault(&api.call("POST", "/v1/orders", &buyer(&json!([{"product_id": empty}])))).1,
            "not_on_sale"
        );
        let nested = api.call("PATCH", &format!("/v1/products/{service}"), &json!({"kind": "bundle"}));
        assert!(fault(&nested).2["kind"].is_string());
        let addon = api.product();
        api.done("PUT", &format!("/v1/products/{addon}/prerequisites"), &json!({"products": [bundle]}));
        let wanted = buyer(&json!([{"product_id": addon}]));
        assert_eq!(fault(&api.call("POST", "/v1/orders", &wanted)).1, "prerequisites_missing");
        let again = api.order(bundle);
        api.done("POST", &format!("{again}/pay"), &Value::Null);
        assert_eq!(
            api.call("POST", "/v1/orders", &wanted).status,
            201,
            "who has all of a bundle has the bundle"
        );
        let wrong = buyer(&json!([{"product_id": service, "renews_purchase_id": bought[0]["id"]}]));
        assert_eq!(fault(&api.call("POST", "/v1/orders", &wrong)).1, "not_renewable");

        let pooled = api.product();
        let file = shop.engine.folder.path().join("keys.txt");
        std::fs::write(&file, "POOL-ONE\n\nPOOL-TWO\nPOOL-ONE\n").unwrap();
        let product = pooled.to_string();
        let added =
            server::json(&shop.engine, &["key-pool", "add", file.to_str().unwrap(), "--product", &product]);
        assert_eq!(added, json!({"added": 2, "known": 1}));
        let by_hand =
            json!({"product_id": pooled, "customer": {"email": "mia@customer.example"}, "key": "POOL-ONE"});
        assert_eq!(fault(&api.call("POST", "/v1/licences", &by_hand)).1, "key_taken", "it waits to be sold");
        let too_many = buyer(&json!([{"product_id": pooled, "quantity": 3}]));
        assert_eq!(fault(&api.call("POST", "/v1/orders", &too_many)).1, "pool_empty");
        let at = api.order(pooled);
        let paid = api.done("POST", &format!("{at}/pay"), &Value::Null);
        let sold =
            api.done("GET", &format!("/v1/purchases/{}", paid["lines"][0]["purchases"][0]), &Value::Null);
        assert_eq!(sold["key"], "POOL-ONE");
        assert_eq!(server::json(&shop.engine, &["key-pool", "left", "--product", &product])["left"], 1);
    }
}

#[test]
fn the_command_line_sees_the_same_orders() {
    for shop in Shop::both() {
        let (api, engine) = (shop.api(), &shop.engine);
        let at = api.order(api.product());
        let number = at.rsplit('/').next().unwrap();
        let run = |args: &[&str]| server::json(engine, &[&["order"], args].concat());
        assert_eq!(run(&["list", "--payment", "unpaid"])[0]["total_minor"], 2_999);
        let paid = run(&["pay", number, "--reference", "bank 9"]);
        assert_eq!(
            (&paid["payment_status"], paid["lines"][0]["purchases"].as_array().unwrap().len()),
            (&json!("paid"), 1)
        );
        assert_eq!(run(&["refund", number, "--amount", "1000"])["payment_status"], "partially_refunded");
        assert_eq!(run(&["cancel", number])["fulfilment_status"], "canceled");
        assert_eq!(api.done("GET", &at, &Value::Null)["fulfilment_status"], "canceled");
        assert_eq!(run(&["show", number])["refunded_minor"], 1_000);
        assert_eq!(server::cli(engine, &["order", "pay", number]).status.code(), Some(4));
        assert_eq!(server::cli(engine, &["order", "show", "999999"]).status.code(), Some(3));
    }
}
