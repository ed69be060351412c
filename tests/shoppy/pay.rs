//! Payment links: made and taken back by programs, paid by people on their page.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::{Api, Store, names};
use crate::support::hook::Receiver;
use crate::support::http::{self, Answer};

/// A browser that keeps one cookie.
struct Page {
    address: SocketAddr,
    path: String,
    cookie: String,
    token: String,
}

impl Page {
    /// Opens the page of a link.
    fn open(address: SocketAddr, url: &str) -> (Self, Answer) {
        let path = format!("/pay/{}", url.rsplit('/').next().unwrap());
        let answer = http::get(address, &path);
        let cookie = answer.header("set-cookie").unwrap_or_default().split(';').next().unwrap().to_owned();
        let text = answer.text().to_owned();
        let token = text.split("name=\"token\" value=\"").nth(1).unwrap_or_default();
        let token = token.split('"').next().unwrap().to_owned();
        (Self { address, path, cookie, token }, answer)
    }

    fn send(&self, form: &str) -> Answer {
        let body = format!("token={}&{form}", self.token);
        let headers =
            [("Cookie", self.cookie.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
        http::send(self.address, "POST", &self.path, &headers, body.as_bytes())
    }
}

/// Pays a link of test mode on its page.
pub fn paid(address: SocketAddr, url: &str) {
    let (page, _) = Page::open(address, url);
    assert_eq!(page.send("card=4242424242424242").status, 303);
}

fn link(api: Api<'_>, more: &Value) -> Value {
    let mut body = json!({"title": "Shoppy Pay Example", "value": 9.99});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    api.done("POST", "/pay", &body)
}

#[test]
fn a_link_is_paid_on_its_page_and_told_to_its_own_address_alone() {
    for store in Store::both() {
        let api = store.api("1.0", &store.test);
        let (receiver, other) = (Receiver::open(), Receiver::open());
        let made = link(api, &json!({"webhook_url": receiver.url(), "email": "buyer@customer.example"}));
        assert_eq!(names(&made)[..2], ["status", "url"]);
        link(api, &json!({"webhook_url": other.url()}));
        let url = made["url"].as_str().unwrap();
        assert_eq!(url.rsplit('/').next().unwrap().len(), 64);
        let (page, shown) = Page::open(store.server.address, url);
        assert!(
            shown.status == 200
                && shown.text().contains("Shoppy Pay Example")
                && shown.text().contains("9.99 EUR")
        );
        assert_eq!(api.get("/orders"), json!([]), "nobody has paid yet");
        let declined = page.send("card=4000000000000002");
        assert!(declined.status == 400 && declined.text().contains("declined"), "{declined:?}");
        let paid = page.send("card=4242424242424242");
        assert_eq!(paid.status, 303, "{paid:?}");
        assert!(http::get(store.server.address, &page.path).text().contains("is paid"));
        assert_eq!(page.send("card=4242424242424242").status, 303, "once more is the same");
        let orders = api.get("/orders");
        let [order] = &orders.as_array().unwrap()[..] else { panic!("one order: {orders}") };
        assert_eq!(
            (&order["pay_id"], &order["product_id"]),
            (&json!(url.rsplit('/').next().unwrap()), &Value::Null)
        );
        assert_eq!(
            (&order["original_price"], &order["email"]),
            (&json!(9.99), &json!("buyer@customer.example"))
        );
        assert_eq!(order["ip_address"], "127.0.0.1");
        let calls = receiver.told(1);
        let body: Value = serde_json::from_str(&calls[0].body).unwrap();
        assert_eq!((&body["webhook_type"], &body["event"]), (&json!("100"), &json!("order:paid")));
        assert_eq!(body["data"]["order"]["id"], order["invoice_id"]);
        assert!(other.told(0).is_empty());
        // What is paid stays; its product is in no list.
        assert_eq!(store.api("v1", &store.test).get("/products"), json!([]));
        api.refused("DELETE", &format!("/pay/{}", url.rsplit('/').next().unwrap()), &Value::Null, 400);
    }
}

#[test]
fn live_links_wait_for_money_and_ask_who_pays() {
    for store in Store::both() {
        store.told(&["account", "set", "--payment-notice", "By bank to XX00 0000"]);
        let api = store.api("v2", &store.live);
        let made = link(
            api,
            &json!({"webhook_urls": [], "confirmations": 1, "gateways": ["Bitcoin"], "white_label": true}),
        );
        assert_eq!(made["details"]["urls"]["payment"]["url"], made["url"]);
        assert!(made["url"].as_str().unwrap().ends_with(made["id"].as_str().unwrap()));
        let (page, shown) = Page::open(store.server.address, made["url"].as_str().unwrap());
        assert!(shown.text().contains("name=\"email\"") && !shown.text().contains("My shop"), "white label");
        assert_eq!(page.send("email=").status, 400);
        assert_eq!(page.send("email=nonsense").status, 400);
        assert_eq!(store.document().get("/orders"), json!([]), "none came of that");
        assert_eq!(page.send("email=jane%40customer.example").status, 303);
        let text = http::get(store.server.address, &page.path).text().to_owned();
        assert!(text.contains("XX00 0000"), "{text}");
        let order = &store.document().get("/orders")[0];
        assert_eq!((&order["email"], &order["paid_at"]), (&json!("jane@customer.example"), &Value::Null));
        store.platform(&store.live).done(
            "POST",
            &format!("/v1/orders/{}/pay", order["order_id"]),
            &json!({"method": "manual"}),
        );
        assert!(http::get(store.server.address, &page.path).text().contains("is paid"));
    }
}

#[test]
fn a_link_is_taken_back_and_its_order_with_it() {
    for store in Store::both() {
        let api = store.document();
        let made = link(api, &json!({"currency": "USD"}));
        let token = made["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let (page, shown) = Page::open(store.server.address, &token);
        assert!(shown.text().contains("9.99 USD"));
        assert_eq!(page.send("email=jane%40customer.example").status, 303);
        store.api("1.0", &store.test).refused("DELETE", &format!("/pay/{token}"), &Value::Null, 404);
        assert_eq!(api.done("DELETE", &format!("/pay/{token}"), &Value::Null), json!({"status": true}));
        api.refused("DELETE", &format!("/pay/{token}"), &Value::Null, 404);
        assert!(http::get(store.server.address, &page.path).text().contains("taken back"));
        let order = &api.get("/orders")[0]["order_id"];
        let status = store.platform(&store.live).done("GET", &format!("/v1/orders/{order}"), &Value::Null);
        assert_eq!(status["fulfilment_status"], "canceled");
        assert_eq!(http::get(store.server.address, "/pay/nonsense").status, 404);
        // At the old service's host names it is here.
        assert_eq!(http::get(store.server.address, &format!("/shoppy/pay/{token}")).status, 303);
    }
}

#[test]
fn a_link_says_what_is_wrong_with_it() {
    let [store, _] = Store::both();
    let api = store.document();
    for (body, fields) in [
        (json!({}), vec!["title", "value"]),
        (json!({"title": "A", "value": 0}), vec!["value"]),
        (json!({"title": "A", "value": "-1"}), vec!["value"]),
        (json!({"title": "A", "value": 9.999}), vec!["value"]),
        (json!({"title": "A", "value": 1, "email": "x"}), vec!["email"]),
        (json!({"title": "A", "value": 1, "webhook_url": "ftp://x"}), vec!["webhook_url"]),
        (json!({"title": "A", "value": 1, "webhook_url": "http://10.0.0.1/"}), vec!["webhook_url"]),
        (json!({"title": "A", "value": 1, "currency": "euro"}), vec!["currency"]),
        (json!({"title": "", "value": 1}), vec!["title"]),
    ] {
        assert_eq!(names(&api.refused("POST", "/pay", &body, 400)["errors"]), fields, "{body}");
    }
    let product = json!({"product": {"title": "Renewal", "price": 3, "currency": "USD", "webhook_urls": [], "quantity": {"min": 1}}});
    assert_eq!(store.later().done("POST", "/pay", &product)["status"], true);
    let form = api.send("POST", "/pay", &[], b"title=By+form&value=5.00&white_label=1");
    assert_eq!(form.status, 200, "{form:?}");
}
