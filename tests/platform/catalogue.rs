//! The catalogue's shelves and search, coupons, tables of licences, the shop's name, and the rows of test mode by command.

use serde_json::{Value, json};

use super::{Api, Shop, fault};
use crate::support::Engine;
use crate::support::server::{self, cli};

fn titles(api: Api<'_>, query: &str) -> Vec<String> {
    let list = api.done("GET", &format!("/v1/products?{query}"), &Value::Null);
    list["data"].as_array().unwrap().iter().map(|p| p["title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn products_are_found_by_words_and_shelves() {
    for shop in Shop::both() {
        let api = shop.api();
        let shelf = api.done("POST", "/v1/categories", &json!({"title": "Text & more"}));
        assert_eq!(shelf["slug"], "text-more");
        let (at, id) = (format!("/v1/categories/{}", shelf["id"]), shelf["id"].clone());
        api.product_with(&json!({"title": "Quill Éditeur Pro", "category_id": id}));
        let second = api.product_with(&json!({"title": "Quill Viewer"}));
        api.product_with(&json!({"title": "Harbour Theme"}));
        for (query, found) in [
            ("q=quill", &["Quill Viewer", "Quill Éditeur Pro"][..]),
            ("q=QUI+%C3%89DIT", &["Quill Éditeur Pro"]),
            ("q=uill", &[]),
            ("q=quill+harbour", &[]),
            ("q=", &["Harbour Theme", "Quill Viewer", "Quill Éditeur Pro"]),
            ("q=%25", &[]),
            ("q=quill&limit=1", &["Quill Viewer"]),
            (&format!("category={id}"), &["Quill Éditeur Pro"]),
            ("category=999", &[]),
        ] {
            assert_eq!(titles(api, query), found, "{query}");
        }
        api.done("PATCH", &format!("/v1/products/{second}"), &json!({"title": "Pen"}));
        assert_eq!(titles(api, "q=viewer"), [""; 0]);
        assert_eq!(titles(api, "q=pen"), ["Pen"]);

        assert_eq!(fault(&api.call("DELETE", &at, &Value::Null)).1, "category_in_use");
        let under = api.done("POST", "/v1/categories", &json!({"title": "Under", "parent_id": id}));
        let wrong = api.call("PATCH", &at, &json!({"parent_id": under["id"]}));
        assert_eq!(fault(&wrong).2["parent_id"], "a category cannot stand under itself");
        assert_eq!(
            fault(&api.call("POST", "/v1/categories", &json!({"title": "text more"}))).1,
            "slug_taken"
        );
        assert_eq!(
            fault(&api.call("PATCH", &format!("/v1/products/{second}"), &json!({"category_id": 999}))).1,
            "validation_failed"
        );
        api.done("DELETE", &format!("/v1/categories/{}", under["id"]), &Value::Null);
        assert_eq!(api.done("GET", "/v1/categories", &Value::Null)["data"], json!([shelf]));
    }
}

#[test]
fn coupons_are_made_seen_and_ended() {
    for shop in Shop::both() {
        let api = shop.api();
        let product = api.product();
        let coupon = api.done(
            "POST",
            "/v1/coupons",
            &json!({"code": "Spring", "kind": "percent", "value": 5_000, "max_uses": 2}),
        );
        let at = format!("/v1/coupons/{}", coupon["id"]);
        assert_eq!(api.done("GET", &at, &Value::Null), coupon);
        let order = json!({"customer": {"email": "mia@customer.example"}, "lines": [{"product_id": product}], "coupon": "SPRING"});
        assert_eq!(api.done("POST", "/v1/orders", &order)["discount"]["amount"], 1_499);
        assert_eq!(api.done("GET", &at, &Value::Null)["used"], 1);
        let orders = |q: &str| {
            api.done("GET", &format!("/v1/orders?q={q}"), &Value::Null)["data"].as_array().unwrap().len()
        };
        assert_eq!((orders("MIA%40"), orders("ia"), orders("ben")), (1, 0, 0));
        assert!(api.done("DELETE", &at, &Value::Null)["ends_at"].is_string());
        assert_eq!(fault(&api.call("POST", "/v1/orders", &order)).1, "coupon_refused");
        assert_eq!(
            fault(&api.call(
                "POST",
                "/v1/coupons",
                &json!({"code": "spring", "kind": "percent", "value": 1})
            ))
            .1,
            "code_taken"
        );
        let nothing = json!({"code": "X", "kind": "percent", "value": 1, "product_id": 999});
        assert!(fault(&api.call("POST", "/v1/coupons", &nothing)).2["product_id"].is_string());
        assert_eq!(api.done("GET", "/v1/coupons?limit=1", &Value::Null)["data"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn licences_go_out_and_come_in_as_a_table() {
    for shop in Shop::both() {
        let api = shop.api();
        let product = api.product();
        let csv = format!(
            "email,product_id,key,status,max_uses,name\na@customer.example,{product},KEY-A,suspended,2,\"A, of B\"\n\
             b@customer.example,{product},KEY-B,,,\nno address,{product},KEY-C,,,\nc@customer.example,999,KEY-D,,,\n\
             d@customer.example,{product},KEY-A,,,\n"
        );
        let import = |query: &str, csv: &str| {
            api.send(
                "POST",
                &format!("/v1/licences/import{query}"),
                &[("Content-Type", "text/csv")],
                csv.as_bytes(),
            )
        };
        let lines = |answer: &Value| {
            answer["refused"]
                .as_array()
                .unwrap()
                .iter()
                .map(|r| r["line"].as_u64().unwrap())
                .collect::<Vec<_>>()
        };
        let dry = import("?dry_run=true", &csv).json();
        assert_eq!((&dry["rows"], &dry["imported"], lines(&dry)), (&json!(5), &json!(2), vec![4, 5, 6]));
        assert_eq!(
            api.done("GET", "/v1/licences", &Value::Null)["data"],
            json!([]),
            "a dry run stores nothing"
        );
        let real = import("", &csv).json();
        assert_eq!((&real["imported"], lines(&real)), (&json!(2), vec![4, 5, 6]));
        for (csv, why) in
            [("colour\nred\n", "no column"), ("email\na@b.example\n", "product_id"), ("", "missing")]
        {
            assert!(fault(&import("", csv)).2["csv"].as_str().unwrap().contains(why), "{csv}");
        }
        let many = "email,product_id\n".to_owned() + &format!("x@customer.example,{product}\n").repeat(2_001);
        assert_eq!(fault(&import("", &many)).1, "validation_failed");
        assert_eq!(api.done("GET", "/v1/licences", &Value::Null)["data"].as_array().unwrap().len(), 2);

        // What goes out comes in again, page by page.
        let first = api.get("/v1/licences/export?limit=1");
        assert_eq!(first.header("content-type"), Some("text/csv; charset=utf-8"));
        let rest = api
            .get(&format!("/v1/licences/export?limit=1&cursor={}", first.header("x-next-cursor").unwrap()));
        assert_eq!(rest.header("x-next-cursor"), None);
        let table = first.text().to_owned() + rest.text();
        assert_eq!(
            table,
            format!(
                "product_id,email,key,name,username,install_url,max_uses,expires,identifier,status\n\
                 {product},b@customer.example,KEY-B,,,,3,,,active\n{product},a@customer.example,KEY-A,\"A, of B\",,,2,,,suspended\n"
            )
        );
        let by_command = cli(&shop.engine, &["licence", "export", "--product", &product.to_string()]);
        assert_eq!(String::from_utf8(by_command.stdout).unwrap(), table);
        let again = import("?dry_run=true", &table).json();
        assert_eq!(lines(&again), [2, 3], "each key is there already");
    }
}

#[test]
fn the_shop_has_a_name() {
    let shop = Shop::open(Engine::sqlite());
    let api = shop.api();
    let before = api.get("/v1/account");
    let named = api.done("PATCH", "/v1/account", &json!({"name": " Quill & Co "}));
    assert_eq!(named["name"], "Quill & Co");
    let priced = json!({"title": "Quill", "price": {"amount": 900}});
    assert!(fault(&api.call("POST", "/v1/products", &priced)).2["price"].is_string());
    let set = api.done("PATCH", "/v1/account", &json!({"currency": "CHF", "time_zone": "europe/zurich"}));
    assert_eq!((&set["currency"], &set["time_zone"]), (&json!("CHF"), &json!("Europe/Zurich")));
    assert_eq!(api.done("POST", "/v1/products", &priced)["price"]["currency"], "CHF");
    let usual = json!({"defaults": {"licence_policy": {"key_type": "md5", "max_uses": 3, "term_days": 30}}});
    let set = api.done("PATCH", "/v1/account", &usual);
    let policy = &set["defaults"]["licence_policy"];
    assert_eq!((&policy["max_uses"], &policy["segments"]), (&json!(3), &json!(5)));
    let made = api.done(
        "POST",
        "/v1/products",
        &json!({"title": "Pen", "licence_policy": {"max_uses": 5, "term_days": null}}),
    );
    let made_policy = &made["licence_policy"];
    assert_eq!(
        (&made_policy["key_type"], &made_policy["max_uses"], &made_policy["term_days"]),
        (&json!("md5"), &json!(5), &Value::Null)
    );
    let at = format!("/v1/products/{}/licence-policy", made["id"]);
    assert_eq!(api.done("PUT", &at, &json!({})), *policy, "PUT goes back to the shop's own");
    let wrong = json!({"defaults": {"licence_policy": {"segments": 11}}});
    let told = fault(&api.call("PATCH", "/v1/account", &wrong)).2;
    assert!(told["defaults.licence_policy.segments"].is_string(), "{told}");
    let etag = before.header("etag").unwrap();
    assert_eq!(fault(&api.send("PATCH", "/v1/account", &[("If-Match", etag)], br#"{"name":"x"}"#)).0, 412);
}

#[test]
fn commands_have_a_test_mode_of_their_own() {
    let engine = Engine::sqlite();
    let product = server::json(&engine, &["product", "create", "--title", "Quill", "--api", "on", "--test"])
        ["id"]
        .to_string();
    assert_eq!(server::json(&engine, &["product", "list"]), json!([]));
    assert_eq!(cli(&engine, &["product", "show", &product]).status.code(), Some(3));
    let issued = server::json(
        &engine,
        &["licence", "issue", "--product", &product, "--email", "mia@customer.example", "--test"],
    );
    let purchase = issued["purchase_id"].to_string();
    assert_eq!(cli(&engine, &["purchase", "show", &purchase]).status.code(), Some(3));
    assert_eq!(server::json(&engine, &["purchase", "list", "--test"])[0]["key"], issued["key"]);
    let told = server::json(&engine, &["customer", "export", "mia@customer.example", "--test"]);
    assert_eq!(told["licences"][0]["key"], issued["key"]);
    server::json(&engine, &["customer", "erase", "mia@customer.example", "--test"]);
    assert_eq!(cli(&engine, &["customer", "show", "mia@customer.example", "--test"]).status.code(), Some(3));
}
