//! Each example of the document as a transcript: the same fields, in the same order, of the same types; what is told beside stands behind them.

use serde_json::{Value, json};

use super::{Api, HEX, Store, TIME, UUID, fits};
use crate::support::block_on;
use keywright::domain::order_line::DraftLine;
use keywright::domain::order_placing::{Draft, place};
use keywright::domain::sale_facts::Facts;
use keywright::domain::shop::Shop;
use keywright::domain::{customer, review};

/// Fields of an example with the types of their values: number, text, list, switch, date, uuid, hex; `?` may be null, and `|` either.
const ORDER: &str = "order_id:number invoice_id:uuid paid_at:date? product_id:number transaction_id:text? delivered:number \
    confirmations:number? received_amount:number crypto_address:text? crypto_amount:number? original_price:number ip_address:text \
    email:text http_referer:text payment_gateway:text custom_fields:list disputed_at:date? http_useragent:text created_at:date \
    pay_id:text?";
const PRODUCT: &str = "product_id:number hashed_id:hex created_at:date updated_at:date title:text description:text type:number \
    email_message:text price:number stock_warning:number minimum_quantity:number maximum_quantity:number unlisted:switch \
    custom_fields:list gateways:list required_confirmations:number attachment_id:number? attach_email_text:number theme:number \
    webhook_urls:list|switch theme_color:text product_type_id:number product_type_value:text product_type_label:text";
const FEEDBACK: &str = "feedback_id:number created_at:date response:text rating:number stars:number comment:text reply_id:hex \
    product_title:text invoice_id:uuid seller_name:text";
const QUERY: &str =
    "query:hex status:number subject:text email:text message:text created_at:date replies:list";
const LISTED_QUERY: &str = "query:hex status:number reply:number seller_reply:number subject:text email:text message:text created_at:date replies:list";
const REPLY: &str = "query:hex reply:number seller_reply:number query_secret:text subject:text email:text message:text created_at:date";
const WEBHOOK: &str = "webhook_id:number seller_id:number created_at:date deleted_at:date? updated_at:date webhook_type:number \
    referenced_id:number order_id:number endpoint:text data:object response_code:number? retries_left:number response_body:text?";
const SENT_ORDER: &str = "email:text ip_address:text country_code:text user_agent:text";
const SENT_PRODUCT: &str = "product_id:number hashed_id:hex created_at:date updated_at:date deleted_at:date? seller_id:number title:text \
    description:text type:number email_message:text price:number stock_warning:number minimum_quantity:number maximum_quantity:number \
    unlisted:number webhook_url:text? custom_fields:list gateways:list required_confirmations:number attachment_id:number? \
    attach_email_text:number";

/// Whether a value is of a type.
fn is_a(value: &Value, kind: &str) -> bool {
    let (kind, may_be_null) = kind.strip_suffix('?').map_or((kind, false), |kind| (kind, true));
    kind.split('|').any(|kind| match kind {
        _ if value.is_null() => may_be_null,
        "number" => value.is_number(),
        "text" => value.is_string(),
        "list" => value.is_array(),
        "switch" => value.is_boolean(),
        "object" => value.is_object(),
        "date" => fits(value, TIME),
        "uuid" => fits(value, UUID),
        "hex" => fits(value, HEX),
        _ => panic!("no type {kind}"),
    })
}

/// Whether an object begins with the fields of an example.
fn is_like(told: &Value, example: &str) {
    let fields: Vec<(&String, &Value)> =
        told.as_object().unwrap_or_else(|| panic!("{told}")).iter().collect();
    for (n, field) in example.split_whitespace().enumerate() {
        let (name, kind) = field.split_once(':').unwrap();
        let (known, value) = fields[n];
        assert_eq!(known, name, "{told}");
        assert!(is_a(value, kind), "{name} is no {kind}: {told}");
    }
}

/// An order as the document shows one: by a coin, of somebody whose browser said what it is.
fn bitcoin(store: &Store, product: i64) -> i64 {
    let rows = store.engine.system_store();
    let payment =
        json!({"crypto_address": "bc1-synthetic-address", "crypto_amount": "0.00085043", "confirmations": 0});
    let facts = Facts {
        gateway: Some("Bitcoin".to_owned()),
        payment: payment.as_object().unwrap().clone(),
        ip: Some("192.0.2.7".to_owned()),
        user_agent: Some("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/62.0.3202.94".to_owned()),
        custom_fields: vec![json!({"name": "UID", "value": "358641"})],
        ..Facts::default()
    };
    let place = rows.write("order", move |tx| {
        let buyer = customer::Change {
            email: Some("buyer@customer.example".to_owned()),
            ..customer::Change::default()
        };
        let line = DraftLine { product_id: product, quantity: 1, ..DraftLine::default() };
        let draft = Draft { customer: buyer, lines: vec![line], facts: facts.clone(), ..Draft::default() };
        let shop = Shop::live(tx)?;
        Ok(place(tx, shop, &draft)?.id)
    });
    block_on(place).unwrap()
}

/// A page of a list has this many rows of this form, and each is the same by itself but for what only one of the two tells.
fn listed(api: Api<'_>, path: &str, form: &str, id: &str, single: &str) {
    let told = api.get(path);
    let rows = told.as_array().unwrap();
    assert!(!rows.is_empty(), "{path}");
    for row in rows {
        is_like(row, form);
        let called = row[id].as_str().map_or_else(|| row[id].to_string(), str::to_owned);
        is_like(&api.get(&format!("{path}/{called}")), single);
    }
}

#[test]
fn orders_are_as_the_document_shows_them() {
    for store in Store::both() {
        let made = store.later().product(&json!({}));
        let number = store.number(&made["id"]);
        let id = bitcoin(&store, number);
        store.order(&store.live, number, "other@customer.example", true);
        let api = store.document();
        listed(api, "/orders", ORDER, "order_id", ORDER);
        let told = api.get(&format!("/orders/{id}"));
        for (field, value) in [
            ("paid_at", Value::Null),
            ("delivered", json!(0)),
            ("confirmations", json!(0)),
            ("received_amount", json!(0)),
            ("crypto_address", json!("bc1-synthetic-address")),
            ("crypto_amount", json!(0.000_850_43)),
            ("original_price", json!(10)),
            ("ip_address", json!("192.0.2.7")),
            ("email", json!("buyer@customer.example")),
            ("http_referer", json!("")),
            ("payment_gateway", json!("BTC")),
            ("custom_fields", json!([{"name": "UID", "value": "358641"}])),
            ("disputed_at", Value::Null),
            ("pay_id", Value::Null),
            ("product_id", json!(number)),
        ] {
            assert_eq!(told[field], value, "{field}");
        }
        assert_eq!(
            api.get(&format!("/orders/{}", told["invoice_id"].as_str().unwrap())),
            told,
            "by both names"
        );
        // No coin: nothing to be confirmed (P19).
        let paid = &api.get("/orders")[0];
        assert_eq!(
            (&paid["confirmations"], &paid["crypto_amount"], &paid["received_amount"]),
            (&Value::Null, &Value::Null, &json!(10))
        );
        assert!(fits(&paid["paid_at"], TIME) && paid["delivered"] == 1, "{paid}");
        // The same order in the later shape.
        let later = store.later().get(&format!("/orders/{}", told["invoice_id"].as_str().unwrap()));
        assert_eq!(
            (&later["gateway"], &later["crypto_amount"], &later["product"]["id"]),
            (&json!("Bitcoin"), &json!("0.00085043"), &made["id"])
        );
        assert_eq!(later["agent"]["data"]["browser"], json!({"name": "Chrome", "version": "62.0.3202.94"}));
    }
}

#[test]
fn products_are_as_the_document_shows_them() {
    for store in Store::both() {
        let field = json!({"name": "UID", "type": "2", "required": true, "iterator": "0"});
        store
            .later()
            .product(&json!({"custom_fields": [field], "webhook_urls": ["http://127.0.0.1:1/shoppy.php"]}));
        store.later().product(&json!({"type": "account", "accounts": ["x"], "unlisted": true}));
        listed(store.document(), "/products", PRODUCT, "product_id", PRODUCT);
        let told = store.document().get("/products");
        assert_eq!(
            (&told[0]["unlisted"], &told[0]["webhook_urls"], &told[0]["product_type_value"]),
            (&json!(true), &json!(false), &json!("Account"))
        );
        assert_eq!(
            (&told[1]["custom_fields"], &told[1]["webhook_urls"]),
            (&json!([field]), &json!(["http://127.0.0.1:1/shoppy.php"]))
        );
    }
}

#[test]
fn feedback_is_as_the_document_shows_it() {
    for store in Store::both() {
        let number = store.number(&store.later().product(&json!({"title": "Reviewed"}))["id"]);
        store.order(&store.live, number, "buyer@customer.example", true);
        let rows = store.engine.system_store();
        let written = rows.write("review", move |tx| {
            let shop = Shop::live(tx)?;
            let draft = review::Draft {
                rating: 5,
                title: None,
                content: "Very good seller".to_owned(),
                reviewer_name: "Jane".to_owned(),
                reviewer_email: Some("buyer@customer.example".to_owned()),
            };
            Ok(review::new(tx, shop, number, &draft)?.id)
        });
        let id = block_on(written).unwrap();
        let api = store.document();
        listed(api, "/feedbacks", FEEDBACK, "feedback_id", FEEDBACK);
        store.told(&["review", "respond", &id.to_string(), "--message", "Thanks! :)"]);
        let told = api.get(&format!("/feedback/{id}"));
        assert_eq!(
            (&told["response"], &told["rating"], &told["stars"]),
            (&json!("Thanks! :)"), &json!(1), &json!(5))
        );
        assert_eq!((&told["product_title"], &told["seller_name"]), (&json!("Reviewed"), &json!("My shop")));
        assert_eq!(told["invoice_id"], api.get("/orders")[0]["invoice_id"]);
    }
}

#[test]
fn queries_are_as_the_document_shows_them() {
    for store in Store::both() {
        let new = [
            "ticket",
            "new",
            "--email",
            "ui-test@customer.example",
            "--subject",
            "Test",
            "--message",
            "Testing",
        ];
        let id = store.told(&new)["id"].to_string();
        let api = store.document();
        listed(api, "/queries", LISTED_QUERY, "query", QUERY);
        store.told(&["ticket", "reply", &id, "--message", "Reply 1"]);
        store.told(&["ticket", "reply", &id, "--message", "Reply 2", "--by-customer"]);
        let told = api.get("/queries");
        assert_eq!(
            (&told[0]["status"], &told[0]["reply"], &told[0]["seller_reply"]),
            (&json!(1), &json!(0), &json!(0))
        );
        let replies = told[0]["replies"].as_array().unwrap();
        for reply in replies {
            is_like(reply, REPLY);
        }
        let said = |n: usize| (replies[n]["message"].clone(), replies[n]["seller_reply"].clone());
        assert_eq!(
            (said(0), said(1)),
            ((json!("Reply 2"), json!(0)), (json!("Reply 1"), json!(1))),
            "newest first"
        );
        assert_eq!(replies[0]["query"], told[0]["query"]);
        store.told(&["ticket", "close", &id, "--solved"]);
        assert_eq!(api.get(&format!("/query/{}", told[0]["query"].as_str().unwrap()))["status"], 4);
    }
}

#[test]
fn webhooks_are_logged_as_the_document_shows_them() {
    for store in Store::both() {
        let number = store.number(&store.later().product(&json!({}))["id"]);
        let (url, of) = ("http://127.0.0.1:1/ipn", number.to_string());
        store.told(&[
            "webhook",
            "create",
            "--dialect",
            "shoppy",
            "--url",
            url,
            "--events",
            "100",
            "--product",
            &of,
        ]);
        let id = bitcoin(&store, number);
        store.platform(&store.live).done(
            "POST",
            &format!("/v1/orders/{id}/pay"),
            &json!({"method": "manual"}),
        );
        let api = store.document();
        listed(api, "/webhooks", WEBHOOK, "webhook_id", WEBHOOK);
        let told = api.get("/webhooks");
        let [told] = &told.as_array().unwrap()[..] else { panic!("one: {told}") };
        assert_eq!(
            (&told["webhook_type"], &told["referenced_id"], &told["order_id"]),
            (&json!(100), &json!(number), &json!(id))
        );
        assert_eq!(
            (&told["endpoint"], &told["data"]["webhook_type"]),
            (&json!("http://127.0.0.1:1/ipn"), &json!("100"))
        );
        assert_eq!(told["data"]["status"], true);
        let (order, product) = (&told["data"]["data"]["order"], &told["data"]["data"]["product"]);
        is_like(product, SENT_PRODUCT);
        assert_eq!(
            (&product["unlisted"], &product["webhook_url"]),
            (&json!(0), &json!("http://127.0.0.1:1/ipn"))
        );
        let mut order = order.clone();
        assert_eq!(order["country_code"], Value::Null, "nobody said");
        order["country_code"] = json!("NL");
        is_like(&order, SENT_ORDER);
        assert!(fits(&order["id"], UUID) && order["paid_at"].is_string(), "{order}");
    }
}
