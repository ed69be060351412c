//! What the contacts of B2B accounts pay, and when.

use keywright::base::time::{DAY, parse};
use serde_json::{Value, json};

use super::b2b::customer;
use super::{Api, Store, id};
use crate::support::server::json as cli;

/// A product for 29.99; its number on the platform, its id and its variant's here.
fn product(store: &Store) -> (Value, String, String) {
    let api = store.api();
    let product = api.product("Shirt");
    let variant = id(&api.data("GET", &format!("/products/{product}"), &Value::Null)["variants"][0]);
    let number = store.platform().done("GET", "/v1/products", &Value::Null)["data"][0]["id"].clone();
    (number, product, variant)
}

/// A list with 19.99 from one on and 14.99 from ten on.
fn trade(api: Api<'_>, variant: &str) -> String {
    let prices = json!([{"variantId": variant, "price": 1_999}, {"variantId": variant, "minQuantity": 10, "price": 1_499}]);
    id(&api.data("POST", "/b2b/price-lists", &json!({"name": "Trade", "prices": prices})))
}

/// Places an order as the vendor does; how this dialect shows it.
fn order(store: &Store, email: &str, lines: &Value) -> Value {
    let body = json!({"customer": {"email": email}, "lines": lines});
    store.platform().done("POST", "/v1/orders", &body);
    store.api().get("/orders?limit=1")["items"][0].clone()
}

fn term(order: &Value) -> Option<i64> {
    let at = |name: &str| order[name].as_str().map(|at| parse(at).unwrap());
    at("dueAt").map(|due| (due - at("createdAt").unwrap()) / DAY)
}

#[test]
fn a_contact_buys_by_the_prices_and_terms_of_an_active_account() {
    for store in Store::both() {
        let (api, (number, _, variant)) = (store.api(), product(&store));
        let (jane_number, jane) = customer(&store, "jane@acme.example");
        customer(&store, "eve@else.example");
        let list = trade(api, &variant);
        let lines = |quantities: &[i64]| -> Value {
            quantities.iter().map(|n| json!({"product_id": number, "quantity": n})).collect()
        };
        let body = json!({"companyName": "Acme", "priceListId": list, "paymentTerms": "NET_30", "contactCustomerIds": [jane]});
        let account = id(&api.data("POST", "/b2b/accounts", &body));
        let at = format!("/b2b/accounts/{account}");
        // The band that all pieces of the order have reached together.
        for (quantities, unit) in
            [(&[1][..], 1_999), (&[9], 1_999), (&[10], 1_499), (&[4, 6], 1_499), (&[100], 1_499)]
        {
            let placed = order(&store, "JANE@acme.example", &lines(quantities));
            let pieces: i64 = quantities.iter().sum();
            assert_eq!(placed["total"], unit * pieces, "{quantities:?}");
            assert!(placed["items"].as_array().unwrap().iter().all(|line| line["price"] == unit));
            assert_eq!((&placed["b2bAccountId"], term(&placed)), (&account.clone().into(), Some(30)));
        }
        let catalogue = |email: &str| {
            let placed = order(&store, email, &lines(&[10]));
            assert_eq!(
                (&placed["total"], &placed["b2bAccountId"], term(&placed)),
                (&29_990.into(), &Value::Null, None)
            );
        };
        catalogue("eve@else.example");
        catalogue("new@else.example");
        for status in ["SUSPENDED", "PENDING"] {
            api.data("PATCH", &at, &json!({"status": status}));
            catalogue("jane@acme.example");
        }
        // Without a list the terms count, and without terms the list does.
        let terms = json!({"status": "ACTIVE", "priceListId": null, "paymentTerms": "NET_7"});
        api.data("PATCH", &at, &terms);
        let placed = order(&store, "jane@acme.example", &lines(&[10]));
        assert_eq!((&placed["total"], term(&placed)), (&29_990.into(), Some(7)));
        api.data("PATCH", &at, &json!({"priceListId": list, "paymentTerms": "DUE_ON_RECEIPT"}));
        let placed = order(&store, "jane@acme.example", &lines(&[10]));
        assert_eq!((&placed["total"], term(&placed)), (&14_990.into(), None));
        assert_eq!(placed["b2bAccountId"], json!(account));
        // Nothing of it is in the catalogue.
        assert_eq!(api.get("/products")["items"][0]["price"], 2_999);
        // A coupon counts for what is agreed.
        let half = json!({"code": "HALF", "type": "PERCENTAGE", "value": 50});
        api.data("POST", "/promotions", &half);
        let body =
            json!({"customer": {"email": "jane@acme.example"}, "lines": lines(&[10]), "coupon": "HALF"});
        let placed = store.platform().done("POST", "/v1/orders", &body);
        assert_eq!(placed["total"]["amount"], 7_495);
        // What is agreed with an order stays, whatever becomes of the list and the contact.
        let placed = api.get("/orders?limit=1")["items"][0].clone();
        let gone = json!([{"variantId": variant, "price": null}, {"variantId": variant, "minQuantity": 10, "price": null}]);
        api.data("PATCH", &format!("/b2b/price-lists/{list}"), &json!({"prices": gone}));
        api.data("PATCH", &at, &json!({"contactCustomerIds": []}));
        assert_eq!(api.data("GET", &format!("/orders/{}", id(&placed)), &Value::Null), placed);
        let company = cli(&store.engine, &["b2b-account", "list"])[0]["id"].to_string();
        let of = ["order", "list", "--b2b-account", &company, "--customer", &jane_number.to_string()];
        let by_company = cli(&store.engine, &of);
        assert_eq!(by_company.as_array().unwrap().len(), 8);
        catalogue("jane@acme.example");
    }
}

#[test]
fn a_renewal_is_at_the_catalogues_price() {
    for store in Store::both() {
        let (api, platform) = (store.api(), store.platform());
        let year = json!({"title": "Year", "price": {"amount": 2_999, "currency": "EUR"}, "approved": true, "visible": true,
            "licence_policy": {"api_enabled": true, "term_days": 365}});
        let number = platform.done("POST", "/v1/products", &year)["id"].clone();
        let product = id(&api.get("/products")["items"][0]);
        let variant = id(&api.data("GET", &format!("/products/{product}"), &Value::Null)["variants"][0]);
        let (_, jane) = customer(&store, "jane@acme.example");
        let body =
            json!({"companyName": "Acme", "priceListId": trade(api, &variant), "contactCustomerIds": [jane]});
        api.data("POST", "/b2b/accounts", &body);
        let first = order(&store, "jane@acme.example", &json!([{"product_id": number}]));
        assert_eq!(first["total"], 1_999);
        let placed = platform.done("GET", "/v1/orders", &Value::Null)["data"][0]["id"].to_string();
        let paid = platform.done("POST", &format!("/v1/orders/{placed}/pay"), &json!({}));
        let purchase = paid["lines"][0]["purchases"][0].clone();
        // Nor do its pieces count among those that are new.
        let both = json!([{"product_id": number, "quantity": 9}, {"product_id": number, "renews_purchase_id": purchase}]);
        let renewed = order(&store, "jane@acme.example", &both);
        let prices: Vec<&Value> =
            renewed["items"].as_array().unwrap().iter().map(|line| &line["price"]).collect();
        assert_eq!(prices, [1_999, 2_999]);
    }
}

/// A checkout of this cart to its end, by this address; the order.
fn bought(api: Api<'_>, cart: &str, email: Option<&str>) -> (Value, Value) {
    let session = id(&api.data("POST", "/checkout", &json!({"cartId": cart})));
    let step = |state: &str, more: Value| {
        let mut body = json!({"sessionId": session, "state": state});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        api.data("PATCH", "/checkout", &body)
    };
    step("contact", email.map_or(json!({}), |email| json!({"contact": {"email": email}})));
    step("shipping", json!({}));
    step("payment", json!({"payment": {"method": "manual"}}));
    let review = step("review", json!({}));
    let done = step("complete", json!({}));
    let order = api.data("GET", &format!("/orders/{}", done["orderId"].as_str().unwrap()), &Value::Null);
    assert_eq!(review["totals"]["total"], order["total"], "what was told is what is to be paid");
    (review, order)
}

#[test]
fn whoever_types_a_contacts_address_pays_what_everybody_pays() {
    for store in Store::both() {
        let (api, (_, product, variant)) = (store.api(), product(&store));
        let ((_, jane), (_, eve)) =
            (customer(&store, "jane@acme.example"), customer(&store, "eve@else.example"));
        let body = json!({"companyName": "Acme", "priceListId": trade(api, &variant), "paymentTerms": "NET_30",
            "contactCustomerIds": [jane]});
        let at = format!("/b2b/accounts/{}", id(&api.data("POST", "/b2b/accounts", &body)));
        let cart = |customer: Option<&str>| {
            let made = api.data("POST", "/cart", &json!({"currency": "EUR", "customerId": customer}));
            let at = format!("/cart?cartId={}", id(&made));
            let item = json!({"productId": product, "quantity": 10});
            let filled = api.data("PATCH", &at, &json!({"action": "add", "item": item}));
            assert_eq!(api.data("GET", &at, &Value::Null)["items"], filled["items"]);
            (id(&made), filled["total"].as_i64().unwrap())
        };
        let (theirs, total) = cart(Some(&jane));
        assert_eq!(total, 14_990);
        let (_, order) = bought(api, &theirs, None);
        assert_eq!((&order["total"], term(&order)), (&14_990.into(), Some(30)));
        // A guest, somebody else, and a contact who orders at another address.
        for (customer, email, shown) in [
            (None, "jane@acme.example", 29_990),
            (Some(&eve), "jane@acme.example", 29_990),
            (Some(&jane), "eve@else.example", 14_990),
            (Some(&jane), "new@else.example", 14_990),
        ] {
            let (theirs, total) = cart(customer.map(String::as_str));
            assert_eq!(total, shown, "{customer:?}");
            let (_, order) = bought(api, &theirs, Some(email));
            assert_eq!(
                (&order["total"], &order["b2bAccountId"], term(&order)),
                (&29_990.into(), &Value::Null, None),
                "{customer:?} {email}"
            );
        }
        let (theirs, _) = cart(Some(&jane));
        api.data("PATCH", &at, &json!({"status": "SUSPENDED"}));
        assert_eq!(api.data("GET", &format!("/cart?cartId={theirs}"), &Value::Null)["total"], 29_990);
        let (_, order) = bought(api, &theirs, None);
        assert_eq!((&order["total"], term(&order)), (&29_990.into(), None));
    }
}
