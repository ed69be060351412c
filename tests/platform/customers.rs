//! Customers: made, found, changed; and their rights: told, moved, erased.

use serde_json::{Value, json};

use super::{Shop, fault};
use crate::support::http;
use crate::support::server::API;

#[test]
fn customers_are_made_found_and_changed() {
    for shop in Shop::both() {
        let api = shop.api();
        let made =
            api.done("POST", "/v1/customers", &json!({"email": " Mia@Customer.example ", "name": "Mia"}));
        assert_eq!(made["email"], "Mia@Customer.example");
        let twin = api.call("POST", "/v1/customers", &json!({"email": "mia@customer.example"}));
        assert_eq!(fault(&twin).1, "email_taken");
        api.done("POST", "/v1/customers", &json!({"email": "ben@customer.example"}));
        let found = |q: &str| api.done("GET", &format!("/v1/customers?q={q}"), &Value::Null)["data"].clone();
        assert_eq!(found("MIA@"), json!([made]));
        assert_eq!(found("x"), json!([]));
        let at = format!("/v1/customers/{}", made["id"]);
        assert_eq!(api.done("PATCH", &at, &json!({"username": "mia7"}))["username"], "mia7");
        assert_eq!(
            fault(&api.call("PATCH", &at, &json!({"email": "ben@customer.example"}))).1,
            "email_taken"
        );
    }
}

#[test]
fn a_person_is_told_moved_and_erased() {
    for shop in Shop::both() {
        let api = shop.api();
        let product = api.product();
        let at = api.order(product);
        let pay = |target: &str| {
            let body = json!({"reference": "from Mia Example"}).to_string();
            api.send("POST", target, &[("Idempotency-Key", "pay-once")], body.as_bytes())
        };
        let first = pay(&format!("{at}/pay"));
        let paid = first.json();
        let purchase = format!("/v1/purchases/{}", paid["lines"][0]["purchases"][0]);
        let key = api.done("PATCH", &purchase, &json!({"install_url": "https://mia.example"}))["key"].clone();
        let key = key.as_str().unwrap();
        let ask = |query: &str| http::get(api.address, &format!("{API}?{query}&key={key}")).json();
        ask("activate&extra=%7B%22pc%22%3A%22mias-laptop%22%7D");
        assert_eq!(ask("check&usage_id=1")["status"], "ACTIVE");
        let customer = format!("/v1/customers/{}", paid["customer_id"]);
        let told = api.get(&format!("{customer}/export"));
        for part in ["mia@customer.example", "https://mia.example", "mias-laptop", "127.0.0.1", key, "Quill"]
        {
            assert!(told.text().contains(part), "{part} is not told: {}", told.text());
        }

        let made = || {
            let once = [("Idempotency-Key", "made-once")];
            api.send("POST", "/v1/customers", &once, br#"{"email":"mia.two@customer.example"}"#)
        };
        let other = api.done("POST", "/v1/customers", &json!({"email": "mia.new@customer.example"}));
        let two = made().json();
        api.done("POST", &format!("/v1/customers/{}/merge", two["id"]), &json!({"into": other["id"]}));
        let merged = api.done("POST", &format!("{customer}/merge"), &json!({"into": other["id"]}));
        assert_eq!(merged, other);
        assert_eq!(fault(&api.get(&customer)).0, 404);
        assert_eq!(api.done("GET", &purchase, &Value::Null)["customer_id"], other["id"]);
        let customer = format!("/v1/customers/{}", other["id"]);
        assert!(
            fault(&api.call("POST", &format!("{customer}/merge"), &json!({"into": other["id"]}))).2["into"]
                .is_string()
        );

        let erased = api.done("POST", &format!("{customer}/erase"), &Value::Null);
        assert_eq!(
            (&erased["name"], erased["email"].as_str().unwrap().ends_with(".invalid")),
            (&Value::Null, true)
        );
        let told = api.get(&format!("{customer}/export"));
        for part in ["mia@", "mia.new@", "https://mia.example", "mias-laptop", "127.0.0.1"] {
            assert!(!told.text().contains(part), "{part} is still told: {}", told.text());
        }
        assert_eq!(told.json()["orders"][0]["total"]["amount"], 2_999, "the books stay");
        assert_eq!(told.json()["orders"][0]["payments"][0]["reference"], Value::Null);
        let again = pay(&format!("{at}/pay"));
        assert_eq!(again.header("idempotent-replayed"), Some("true"), "it has no second effect");
        assert_eq!((again.status, again.json()), (200, json!({"erased": true})));
        assert!(!made().text().contains("mia.two@"), "whoever was merged into them is erased too");
        assert_eq!(ask("check&usage_id=1")["status"], "ACTIVE", "and so does the key");
    }
}

#[test]
fn somebody_may_have_the_address_of_the_erased() {
    for shop in Shop::both() {
        let api = shop.api();
        let new = |email: &str| api.done("POST", "/v1/customers", &json!({"email": email}));
        let mia = new("mia@customer.example");
        let other = new(&format!("erased-{}@customer.invalid", mia["id"]));
        let erased = api.done("POST", &format!("/v1/customers/{}/erase", mia["id"]), &Value::Null);
        let email = erased["email"].as_str().unwrap();
        assert!(email.ends_with("@customer.invalid") && erased["email"] != other["email"], "{email}");
    }
}
