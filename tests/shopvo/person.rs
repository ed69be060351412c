//! What a shop program keeps of a person is told to them, and goes when they are erased.

use serde_json::{Value, json};

use super::checkout::{body, step};
use super::{Api, Store, id};
use crate::support::block_on;
use crate::support::server;
use keywright::values;

/// An order of this customer's, and who it is: on the platform, and here.
fn buys(store: &Store, product: &Value, email: &str) -> (i64, String) {
    let order =
        json!({"customer": {"email": email, "name": "Jane Smith"}, "lines": [{"product_id": product}]});
    let placed = store.platform().done("POST", "/v1/orders", &order);
    let found = store.api().get(&format!("/customers?search={email}"));
    (placed["customer_id"].as_i64().unwrap(), id(&found["items"][0]))
}

/// All that there can be of a customer, with a word of its own in each.
fn lives(api: Api<'_>, product: &str, customer: &str, order: &str) -> String {
    api.data("PATCH", &format!("/customers/{customer}"), &json!({"phone": "+30 210 1234567"}));
    let review = json!({"rating": 4, "title": "A title", "content": "It fits me.", "reviewerName": "Jane S.",
        "reviewerEmail": "Jane@customer.example"});
    api.data("POST", &format!("/products/{product}/reviews"), &review);
    let give = json!({"type": "CREDIT", "amount": 1_000, "note": "for the broken one"});
    api.data("POST", &format!("/store-credit/{customer}"), &give);
    let take = json!({"type": "DEBIT", "amount": 400, "orderId": order});
    api.data("POST", &format!("/store-credit/{customer}"), &take);
    api.data("POST", &format!("/loyalty/{customer}/award"), &json!({"points": 50, "note": "a birthday"}));
    let gift = json!({"initialBalance": 2_000, "customerId": customer, "note": "from a friend"});
    let gift = api.data("POST", "/gift-cards", &gift);
    api.data("POST", &format!("/gift-cards/{}/redeem", id(&gift)), &json!({"amount": 100}));
    for (resource, of, value) in [("customer", customer, "size M"), ("order", order, "a ribbon")] {
        let field = json!({"namespace": "crm", "key": "note", "value": value, "valueType": "string"});
        api.data("POST", &format!("/{resource}/{of}/metafields"), &field);
    }
    let cart = id(&api.data("POST", "/cart", &json!({"customerId": customer, "sessionId": "sess_jane"})));
    let item = json!({"action": "add", "item": {"productId": product, "quantity": 2}});
    api.data("PATCH", &format!("/cart?cartId={cart}"), &item);
    let session = id(&api.data("POST", "/checkout", &json!({"cartId": cart})));
    step(api, &session, "contact", &json!({}));
    api.done("PATCH", "/checkout", &body(&session, "shipping", &json!({"shipping": {"city": "Athens"}})));
    gift["code"].as_str().unwrap().to_owned()
}

#[test]
fn all_that_is_kept_of_a_person_is_told_and_erased() {
    for store in Store::both() {
        let (api, platform) = (store.api(), store.platform());
        let product = api.product("Shirt");
        let number = platform.done("GET", "/v1/products", &Value::Null)["data"][0]["id"].clone();
        let (other, _) = buys(&store, &number, "bob@customer.example");
        let (jane, customer) = buys(&store, &number, "jane@customer.example");
        let order = id(&api.get("/orders?limit=1")["items"][0]);
        let code = lives(api, &product, &customer, &order);
        let opened = store.engine.system_store();
        let word = "update customer set group_name = 'friends' where id = $1";
        block_on(opened.write("group", move |tx| tx.exec(word, values![jane]))).unwrap();
        let export = |of: i64| platform.done("GET", &format!("/v1/customers/{of}/export"), &Value::Null);
        let told = export(jane);
        assert_eq!(
            (&told["phone"], &told["customer"]["group"]),
            (&"+30 210 1234567".into(), &"friends".into())
        );
        let review = &told["reviews"][0];
        assert_eq!((&review["content"], &review["rating"]), (&"It fits me.".into(), &4.into()));
        assert_eq!((&review["email"], &review["name"]), (&"Jane@customer.example".into(), &"Jane S.".into()));
        let credit = &told["store_credit"];
        assert_eq!(credit["balance"], json!({"amount": 600, "currency": "EUR"}));
        let amounts: Vec<&Value> =
            credit["entries"].as_array().unwrap().iter().map(|entry| &entry["amount"]["amount"]).collect();
        assert_eq!(amounts, [-400, 1_000]);
        assert_eq!(credit["entries"][0]["order_id"], told["orders"][0]["id"]);
        assert_eq!(credit["entries"][1]["note"], "for the broken one");
        let points = &told["points"];
        assert_eq!((&points["points"], &points["entries"][0]["points"]), (&50.into(), &50.into()));
        let gift = &told["gift_cards"][0];
        assert_eq!((&gift["code"], &gift["note"]), (&code.clone().into(), &"from a friend".into()));
        assert_eq!((&gift["initial"]["amount"], &gift["balance"]["amount"]), (&2_000.into(), &1_900.into()));
        assert_eq!(gift["entries"][0]["amount"]["amount"], -100);
        let values: Vec<&Value> =
            told["metafields"].as_array().unwrap().iter().map(|field| &field["value"]).collect();
        assert_eq!(values, ["size M", "a ribbon"]);
        let cart = &told["carts"][0];
        assert_eq!((&cart["session"], &cart["lines"][0]["quantity"]), (&"sess_jane".into(), &2.into()));
        let checkout = &told["checkouts"][0];
        assert_eq!((&checkout["state"], &checkout["cart_id"]), (&"shipping".into(), &cart["id"]));
        assert_eq!(checkout["shipping"], json!({"city": "Athens"}));
        assert_eq!(told["orders"][0]["payments"][0]["balance"], "store_credit");
        let by_command = server::json(&store.engine, &["customer", "export", "jane@customer.example"]);
        assert_eq!(by_command, told);
        let others = export(other);
        assert_eq!((&others["phone"], &others["customer"]["group"]), (&Value::Null, &Value::Null));
        assert_eq!((&others["store_credit"], &others["points"]["points"]), (&Value::Null, &0.into()));
        for part in ["reviews", "gift_cards", "metafields", "carts", "checkouts"] {
            assert_eq!(others[part], json!([]), "{part} of somebody else");
        }
        platform.done("POST", &format!("/v1/customers/{jane}/erase"), &Value::Null);
        let told = export(jane).to_string();
        for word in ["210 1234567", "Jane S.", "Jane@", "broken", "birthday", "friend\"", "size M", "Athens"]
        {
            assert!(!told.contains(word), "{word} is still told: {told}");
        }
    }
}
