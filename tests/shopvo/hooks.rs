//! Webhooks in the dialect's own words, over real HTTP: each event by its real cause, signed as the document says, and the same bytes
//! however often it is tried.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::{Api, Store, UNLIMITED, client, id, names};
use crate::platform;
use crate::support::hook::{self, Call};
use crate::support::server::{self, Server};
use crate::support::{Engine, block_on, engines, until};
use keywright::domain::shop::Shop;
use keywright::domain::{event, inventory, review, variant};
use keywright::values;

const EVENTS: [&str; 7] = [
    "order.created",
    "order.updated",
    "payment.confirmed",
    "payment.failed",
    "inventory.low",
    "cart.abandoned",
    "review.created",
];

/// Somebody who is told, and answers each with the same.
struct Receiver {
    address: SocketAddr,
    came: Arc<Mutex<Vec<Call>>>,
    says: Arc<Mutex<&'static str>>,
}

impl Receiver {
    fn open() -> Self {
        let (came, says) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new("200 OK")));
        let (calls, answer) = (came.clone(), says.clone());
        let address = hook::open(move |mut stream| {
            let Some(call) = hook::read(&mut stream) else { return };
            calls.lock().unwrap().push(call);
            let said = *answer.lock().unwrap();
            let _ = stream.write_all(
                format!("HTTP/1.1 {said}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").as_bytes(),
            );
        });
        Self { address, came, says }
    }

    fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    fn say(&self, answer: &'static str) {
        *self.says.lock().unwrap() = answer;
    }

    /// All that came once so many did.
    fn told(&self, count: usize) -> Vec<Call> {
        until("the receiver is told", || self.came.lock().unwrap().len() >= count);
        self.came.lock().unwrap().clone()
    }
}

/// A server that may send to this machine.
fn open(engine: Engine) -> Store {
    std::fs::write(engine.folder.path().join("keywright.toml"), "webhook_allow = \"127.0.0.0/8\"\n").unwrap();
    Store::open(engine, &UNLIMITED)
}

fn both() -> [Store; 2] {
    engines().map(open)
}

/// Makes an endpoint; the whole of it, with its secret.
fn endpoint(api: Api<'_>, url: &str, events: &[&str]) -> Value {
    api.data("POST", "/webhooks", &json!({"url": url, "events": events}))
}

/// The platform API in the mode of a key of this dialect.
fn beside<'a>(store: &Store, key: &'a str) -> platform::Api<'a> {
    platform::Api { address: store.server.address, key }
}

fn data(call: &Call) -> Value {
    serde_json::from_str::<Value>(&call.body).unwrap()["data"].clone()
}

fn event(call: &Call) -> String {
    serde_json::from_str::<Value>(&call.body).unwrap()["event"].as_str().unwrap().to_owned()
}

/// What a program prints that is given these calls and their secret.
fn ask(command: &mut Command, calls: &[Call], secret: &str) -> String {
    let given: Vec<Value> = calls
        .iter()
        .map(
            |call| json!({"body": call.body, "header": call.headers["x-shopvo-signature"], "secret": secret}),
        )
        .collect();
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(json!(given).to_string().as_bytes()).unwrap();
    client::told(&child.wait_with_output().unwrap())
}

/// Python's own HMAC, by the document's words.
const PYTHON: &str = r"
import hashlib, hmac, json, sys, time
for call in json.load(sys.stdin):
    parts = dict(part.split('=') for part in call['header'].split(','))
    assert list(parts) == ['t', 'sha256'], parts
    assert abs(time.time() - int(parts['t'])) <= 300
    message = parts['t'] + '.' + call['body']
    expected = hmac.new(call['secret'].encode(), message.encode(), hashlib.sha256).hexdigest()
    assert hmac.compare_digest(expected, parts['sha256']), call
print('all are signed')
";

/// The client's own look at them, and whether JSON as JavaScript has it makes the same bytes of each.
const NODE: &str = r"
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
const { verifyWebhookSignature } = await import(process.argv[1]);
for (const { body, header, secret } of JSON.parse(readFileSync(0, 'utf8'))) {
  assert.equal(JSON.stringify(JSON.parse(body)), body);
  assert.equal(verifyWebhookSignature(body, header, secret), true);
  assert.equal(verifyWebhookSignature(body + ' ', header, secret), false);
  assert.equal(verifyWebhookSignature(body, header, secret + 'x'), false);
}
console.log('all are sound');
";

fn all_are_right(calls: &[Call], secret: &str) {
    let python = ask(Command::new("python3").args(["-c", PYTHON]), calls, secret);
    assert!(python.contains("all are signed"), "{python}");
    let folder = tempfile::tempdir().unwrap();
    client::compile(folder.path());
    let client = folder.path().join("client.js");
    let node = Command::new("node").args(["--input-type=module", "-e", NODE]).arg(client).pipe(calls, secret);
    assert!(node.contains("all are sound"), "{node}");
}

trait Pipe {
    fn pipe(&mut self, calls: &[Call], secret: &str) -> String;
}

impl Pipe for Command {
    fn pipe(&mut self, calls: &[Call], secret: &str) -> String {
        ask(self, calls, secret)
    }
}

/// A cart with one piece.
fn cart(api: Api<'_>, product: &str) -> String {
    let cart = id(&api.data("POST", "/cart", &json!({"sessionId": "sess_abc123", "currency": "EUR"})));
    let item = json!({"productId": product, "quantity": 1});
    api.data("PATCH", &format!("/cart?cartId={cart}"), &json!({"action": "add", "item": item}));
    cart
}

/// Brings a checkout to its end, after a card that is declined; the order's id.
fn buy(api: Api<'_>, product: &str) -> String {
    let session = id(&api.data("POST", "/checkout", &json!({"cartId": cart(api, product)})));
    let to = |state: &str, more: Value| {
        let mut body = json!({"sessionId": session, "state": state});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        api.call("PATCH", "/checkout", &body)
    };
    let card = |number: &str| json!({"payment": {"method": "test_card", "cardNumber": number}});
    let contact =
        json!({"email": "zoë@customer.example", "firstName": "Zoë", "lastName": "“Ünï/\u{2028}\u{1F600}”"});
    to("contact", json!({"contact": contact}));
    to("shipping", json!({"shipping": {"city": "Αθήνα"}}));
    to("payment", card("4000000000000002"));
    to("review", json!({}));
    assert_eq!(to("complete", json!({})).status, 400, "the card is declined");
    to("payment", card("4242424242424242"));
    to("review", json!({}));
    let placed = to("complete", json!({}));
    assert_eq!(placed.status, 200, "{placed:?}");
    placed.json()["data"]["orderId"].as_str().unwrap().to_owned()
}

/// The one call of an event.
fn one(calls: &[Call], name: &str) -> Value {
    let found: Vec<&Call> = calls.iter().filter(|call| event(call) == name).collect();
    assert_eq!(found.len(), 1, "{name}: {calls:?}");
    data(found[0])
}

/// What a sale tells, by the names of its events: each time the order, as it stood then.
fn assert_orders(calls: &[Call], now: &Value, site: &str) {
    for (call, (status, payment)) in calls.iter().zip([
        ("PENDING", "PENDING"),
        ("DELIVERED", "PAID"),
        ("DELIVERED", "PAID"),
        ("PENDING", "PENDING"),
    ]) {
        let body: Value = serde_json::from_str(&call.body).unwrap();
        assert_eq!(names(&body), ["event", "timestamp", "siteId", "data"]);
        assert_eq!(body["siteId"], site);
        let then = &body["data"];
        assert_eq!((&then["status"], &then["paymentStatus"]), (&json!(status), &json!(payment)), "{body}");
        assert_eq!(names(then), names(now), "as GET shows it");
        for field in ["id", "number", "total", "items", "email", "customerId", "createdAt"] {
            assert_eq!(then[field], now[field], "{field}");
        }
        assert_eq!(then["paidAt"].is_null(), payment == "PENDING");
        assert_eq!(call.headers["content-type"], "application/json");
        let ours: Vec<&String> =
            call.headers.keys().filter(|name| name.contains("signature") || name.starts_with("x-")).collect();
        assert_eq!(ours, ["x-shopvo-signature"]);
    }
}

#[test]
fn each_event_of_the_document_comes_by_its_real_cause() {
    for mut store in both() {
        let receiver = Receiver::open();
        let made = endpoint(store.test(), &receiver.url(), &EVENTS);
        let platform = Receiver::open();
        let key = store.test.clone();
        let all = beside(&store, &platform::key(&store.engine, &["--scopes", "all", "--mode", "test"])).done(
            "POST",
            "/v1/webhooks",
            &json!({"url": platform.url()}),
        );
        assert_eq!((&all["dialect"], &all["events"]), (&json!("platform"), &json!([])));

        let api = store.test();
        let product = api.product("“Tee” / 日本");
        let small = json!({"name": "Small", "sku": "TS-S", "inventoryCount": 6});
        let small = id(&api.data("POST", &format!("/products/{product}/variants"), &small));
        let order = buy(api, &product);
        // Several are under way at a time, so that their order is no promise.
        let mut calls = receiver.told(4);
        calls.sort_by_key(event);
        let told: Vec<String> = calls.iter().map(event).collect();
        assert_eq!(told, ["order.created", "order.updated", "payment.confirmed", "payment.failed"]);
        let now = api.data("GET", &format!("/orders/{order}"), &Value::Null);
        assert_orders(&calls, &now, &store.site);
        assert_eq!(data(&calls[1]), now);

        // Five are left, which is the threshold; four are below it.
        api.data("PATCH", &format!("/inventory/{product}"), &json!({"operation": "set", "quantity": 4}));
        api.data("PATCH", &format!("/inventory/{product}"), &json!({"operation": "set", "quantity": 9}));
        let calls = receiver.told(5);
        let low = one(&calls, "inventory.low");
        assert_eq!((low["id"].as_str(), low["variantId"].as_str()), (Some(&*small), Some(&*small)));
        assert_eq!((&low["productId"], &low["sku"]), (&json!(product), &json!("TS-S")));
        assert_eq!((&low["inventoryCount"], &low["lowStockThreshold"]), (&json!(4), &json!(5)));
        let review = json!({"rating": 5, "title": "“Süß” / \\ \"", "content": "a\tb\n\"c\" \\ </script> \u{2028}", "reviewerName": "Zoë"});
        let review = api.data("POST", &format!("/products/{product}/reviews"), &review);
        let calls = receiver.told(6);
        let mut reviewed = one(&calls, "review.created");
        assert_eq!(reviewed["productId"], product.as_str());
        reviewed.as_object_mut().unwrap().remove("productId");
        assert_eq!(reviewed, review, "as the answer to its POST shows it");

        // An hour later; the server looks when it starts.
        let left = cart(api, &product);
        let opened = store.engine.system_store();
        let age = "update cart set updated_at = updated_at - 3600000 where status = 'active'";
        block_on(opened.write("age", move |tx| tx.exec(age, values![]))).unwrap();
        drop(opened);
        store.server.stop();
        store.server = Server::start(&store.engine, &UNLIMITED);
        let api = Api { address: store.server.address, site: &store.site, key: &key };
        let calls = receiver.told(7);
        let abandoned = one(&calls, "cart.abandoned");
        assert_eq!(abandoned, api.data("GET", &format!("/cart?cartId={left}"), &Value::Null));
        assert_eq!((&abandoned["status"], &abandoned["total"]), (&json!("ABANDONED"), &json!(2_999)));

        // What changes an order otherwise is an order.updated, and no more.
        let full = platform::key(&store.engine, &["--scopes", "all", "--mode", "test"]);
        let platform_api = beside(&store, &full);
        let events = platform_api.get("/v1/events?limit=100&type=order.paid").json();
        let number = events["data"][0]["data"]["order"]["id"].clone();
        platform_api.done(
            "POST",
            &format!("/v1/orders/{number}/refund"),
            &json!({"amount": {"amount": 999, "currency": "EUR"}}),
        );
        platform_api.done("POST", &format!("/v1/orders/{number}/refund"), &json!({}));
        platform_api.done("POST", &format!("/v1/orders/{number}/cancel"), &Value::Null);
        let calls = receiver.told(10);
        let mut updates: Vec<(Value, Value, Value)> = calls[7..]
            .iter()
            .map(|call| {
                assert_eq!(event(call), "order.updated");
                let data = data(call);
                (data["status"].clone(), data["paymentStatus"].clone(), data["refunded"].clone())
            })
            .collect();
        updates.sort_by_key(|update| format!("{update:?}"));
        let then =
            |status: &str, payment: &str, refunded: i64| (json!(status), json!(payment), json!(refunded));
        assert_eq!(
            updates,
            [
                then("CANCELLED", "REFUNDED", 2_999),
                then("DELIVERED", "PARTIALLY_REFUNDED", 999),
                then("REFUNDED", "REFUNDED", 2_999)
            ]
        );
        all_are_right(&calls, made["secret"].as_str().unwrap());

        // Beside it, the platform's endpoint is told as ever, of each event once, and as the API shows it.
        let events = platform_api.get("/v1/events?limit=100").json()["data"].as_array().unwrap().clone();
        let told = platform.told(events.len());
        let known: BTreeSet<String> = events.iter().map(Value::to_string).collect();
        assert_eq!(told.iter().map(|call| call.body.clone()).collect::<BTreeSet<_>>(), known);
        assert!(told.iter().all(|call| call.headers.contains_key("webhook-signature")));
    }
}

#[test]
fn a_try_more_sends_the_same_bytes() {
    for store in both() {
        let (api, receiver) = (store.api(), Receiver::open());
        let made = endpoint(api, &receiver.url(), &["order.created"]);
        let product = api.product("Shirt");
        let variants = format!("/products/{product}/variants");
        api.data("POST", &variants, &json!({"name": "Small"}));
        let large = id(&api.data("POST", &variants, &json!({"name": "Large"})));
        receiver.say("503 Busy");
        let cart = id(&api.data("POST", "/cart", &json!({"currency": "EUR"})));
        let item = json!({"productId": product, "variantId": large});
        api.data("PATCH", &format!("/cart?cartId={cart}"), &json!({"action": "add", "item": item}));
        let session = id(&api.data("POST", "/checkout", &json!({"cartId": cart})));
        for (state, more) in [
            ("contact", json!({"contact": {"email": "jane@customer.example"}})),
            ("shipping", json!({})),
            ("payment", json!({"payment": {"method": "manual"}})),
            ("review", json!({})),
            ("complete", json!({})),
        ] {
            let mut body = json!({"sessionId": session, "state": state});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            api.data("PATCH", "/checkout", &body);
        }
        let first = receiver.told(1)[0].clone();
        assert_eq!(data(&first)["items"][0]["variantId"], large.as_str());
        // From now on GET shows it otherwise.
        api.done("DELETE", &format!("{variants}/{large}"), &Value::Null);
        let order =
            api.data("GET", &format!("/orders/{}", data(&first)["number"].as_str().unwrap()), &Value::Null);
        assert_ne!(order["items"], data(&first)["items"]);
        receiver.say("204 Taken");
        let calls = receiver.told(2);
        assert_eq!(calls[0].body, calls[1].body);
        assert_ne!(
            calls[0].headers["x-shopvo-signature"], calls[1].headers["x-shopvo-signature"],
            "its time is the attempt's"
        );
        all_are_right(&calls, made["secret"].as_str().unwrap());

        // Sent again by hand it is the same too, until its customer is erased: then it tells no more than is left.
        let platform = store.platform();
        let hook = platform.get("/v1/webhooks").json()["data"][0]["id"].clone();
        let log = || platform.get(&format!("/v1/webhooks/{hook}/deliveries")).json()["data"][0].clone();
        until("it is written down", || log()["status"] == "delivered");
        let again = format!("/v1/webhooks/deliveries/{}/redeliver", log()["id"]);
        platform.done("POST", &again, &Value::Null);
        assert_eq!(receiver.told(3)[2].body, first.body);
        until("it is written down", || log()["status"] == "delivered");
        let customer = platform.get("/v1/customers").json()["data"][0]["id"].clone();
        platform.done("POST", &format!("/v1/customers/{customer}/erase"), &Value::Null);
        let opened = store.engine.system_store();
        let kept = "select count(*) from webhook_delivery where body is not null";
        let kept: i64 = block_on(opened.read(move |tx| tx.one(kept, values![], |row| row.get(0)))).unwrap();
        assert_eq!(kept, 0);
        platform.done("POST", &again, &Value::Null);
        let last = receiver.told(4)[3].clone();
        assert!(!last.body.contains("jane@"), "{}", last.body);
        assert_eq!(data(&last)["id"], data(&first)["id"]);
    }
}

#[test]
fn what_cannot_be_told_is_given_up_and_holds_nobody_up() {
    for mut store in both() {
        let (api, receiver) = (store.api(), Receiver::open());
        let made = endpoint(api, &receiver.url(), &["inventory.low", "review.created"]);
        let product = api.product("Shirt");
        let variants = format!("/products/{product}/variants");
        api.data("POST", &variants, &json!({"name": "Small"}));
        api.data("POST", &variants, &json!({"name": "Large", "inventoryCount": 9}));
        // Nobody delivers meanwhile.
        store.server.stop();
        let opened = store.engine.system_store();
        block_on(opened.write("happen", |tx| {
            let shop = Shop::live(tx)?;
            let sql = "select id, product_id from variant where title = 'Large'";
            let (id, product_id) = tx.one(sql, values![], |row| Ok((row.get(0)?, row.get(1)?)))?;
            inventory::change(tx, shop, (product_id, Some(id)), inventory::Operation::Set, 1, None)?;
            variant::delete(tx, shop, product_id, id)?;
            let review = review::Draft {
                rating: 5,
                title: None,
                content: "Good.".into(),
                reviewer_name: "Jane".into(),
                reviewer_email: None,
            };
            review::new(tx, shop, product_id, &review)?;
            // What nobody can read holds nobody up.
            event::note(tx, shop, event::Kind::ReviewCreated, &json!({"review": {"id": "first"}}))
        }))
        .unwrap();
        drop(opened);
        store.server = Server::start(&store.engine, &UNLIMITED);
        let calls = receiver.told(1);
        assert_eq!(event(&calls[0]), "review.created");
        all_are_right(&calls, made["secret"].as_str().unwrap());
        let platform = store.platform();
        let hook = platform.get("/v1/webhooks").json()["data"][0]["id"].clone();
        let log = || platform.get(&format!("/v1/webhooks/{hook}/deliveries")).json()["data"].clone();
        until("all are written down", || {
            log().as_array().unwrap().iter().all(|delivery| delivery["status"] != "pending")
        });
        let log = log();
        let ends: Vec<(&Value, &Value)> = log
            .as_array()
            .unwrap()
            .iter()
            .map(|delivery| (&delivery["status"], &delivery["answer"]))
            .collect();
        let failed = json!("failed");
        assert_eq!(ends.len(), 3);
        assert_eq!(ends[0], (&failed, &json!("what happened cannot be told in this dialect")));
        assert_eq!(ends[1].0, "delivered");
        assert_eq!(ends[2], (&failed, &json!("what it tells of is gone by now")));
    }
}

#[test]
fn endpoints_are_made_seen_changed_and_deleted() {
    for store in both() {
        let (api, receiver) = (store.api(), Receiver::open());
        let url = receiver.url();
        let answer = api.call("POST", "/webhooks", &json!({"url": url, "events": ["order.updated"]}));
        assert_eq!(answer.status, 201, "{answer:?}");
        let made = answer.json()["data"].clone();
        assert_eq!(
            names(&made),
            ["id", "url", "events", "isActive", "secret", "offReason", "failingSince", "createdAt"]
        );
        assert!(id(&made).starts_with("wh_"));
        assert_eq!(
            (&made["url"], &made["events"], &made["isActive"]),
            (&json!(url), &json!(["order.updated"]), &json!(true))
        );
        let at = format!("/webhooks/{}", id(&made));
        let mut shown = made.clone();
        shown.as_object_mut().unwrap().shift_remove("secret");
        assert_eq!(api.data("GET", &at, &Value::Null), shown, "the secret is shown once");

        // Those of others are not seen, nor are these by who is elsewhere.
        store.platform().done("POST", "/v1/webhooks", &json!({"url": url}));
        let listed = api.get("/webhooks?limit=1");
        assert_eq!(listed["items"], json!([shown]));
        assert_eq!(listed["pagination"], json!({"page": 1, "limit": 1, "total": 1, "totalPages": 1}));
        assert_eq!(api.get("/webhooks?cursor=")["hasNextPage"], false);
        assert_eq!(store.test().get("/webhooks")["items"], json!([]));
        for method in ["GET", "PATCH", "DELETE"] {
            store.test().refused(method, &at, &json!({}), 404);
        }
        store.test().refused("POST", &format!("{at}/rotate"), &json!({}), 404);
        let numbers = store.platform().get("/v1/webhooks").json()["data"].clone();
        let dialects: Vec<&Value> = numbers.as_array().unwrap().iter().map(|hook| &hook["dialect"]).collect();
        assert_eq!(dialects, ["platform", "shopvo"]);

        // What is wrong is told by its name.
        let good = json!({"url": url, "events": ["order.created"]});
        for (field, value) in [
            ("url", json!("http://10.0.0.1/")),
            ("url", json!("http://[::1]/")),
            ("url", json!("ftp://shop.example/")),
            ("url", json!("nothing")),
            ("events", json!([])),
            ("events", json!("order.created")),
            ("events", json!(["order.paid"])),
            ("isActive", json!("perhaps")),
        ] {
            let mut body = good.clone();
            body[field] = value;
            for (method, to) in [("POST", "/webhooks"), ("PATCH", at.as_str())] {
                let why = api.refused(method, to, &body, 400);
                assert!(why.contains(field), "{method} {body}: {why}");
            }
        }
        assert!(api.refused("POST", "/webhooks", &json!({"url": url}), 400).contains("events"));
        assert!(api.refused("POST", "/webhooks", &json!({"events": ["order.created"]}), 400).contains("url"));

        let other = format!("{url}/other");
        let changed = api.data(
            "PATCH",
            &at,
            &json!({"url": other, "events": EVENTS, "isActive": "false", "unknown": 1}),
        );
        assert_eq!(
            (&changed["url"], &changed["events"], &changed["isActive"]),
            (&json!(other), &json!(EVENTS), &json!(false))
        );
        let kept = api.data("PUT", &at, &json!({"isActive": true}));
        assert_eq!((&kept["url"], &kept["isActive"]), (&json!(other), &json!(true)));

        // The newest secret signs, and for a day the old one beside it.
        let rotated = api.data("POST", &format!("{at}/rotate"), &json!({}));
        let (old, new) = (made["secret"].as_str().unwrap(), rotated["secret"].as_str().unwrap());
        assert_ne!(old, new);
        let platform = store.platform();
        let hook = numbers[1]["id"].clone();
        platform.done("POST", &format!("/v1/webhooks/{hook}/test"), &Value::Null);
        let test = receiver.told(1)[0].clone();
        let body: Value = serde_json::from_str(&test.body).unwrap();
        assert_eq!((&body["event"], &body["data"]["id"]), (&json!("webhook.test"), &made["id"]));
        all_are_right(std::slice::from_ref(&test), new);
        let mut before = test.clone();
        before
            .headers
            .insert("x-shopvo-signature".into(), test.headers["x-shopvo-signature-previous"].clone());
        all_are_right(&[before], old);

        // A dialect stays, and has its own words only.
        let to = format!("/v1/webhooks/{hook}");
        assert_eq!(platform::fault(&platform.call("PATCH", &to, &json!({"dialect": "platform"}))).0, 400);
        assert_eq!(platform::fault(&platform.call("PATCH", &to, &json!({"events": ["order.paid"]}))).0, 400);
        let same = platform.done("PATCH", &to, &json!({"dialect": "shopvo", "events": ["order.updated"]}));
        assert_eq!((&same["dialect"], &same["events"]), (&json!("shopvo"), &json!(["order.updated"])));
        let wrong = json!({"url": url, "events": ["payment.confirmed"]});
        let wrong = platform::fault(&platform.call("POST", "/v1/webhooks", &wrong));
        assert!(wrong.0 == 400 && wrong.2["events"].is_string(), "{wrong:?}");

        assert_eq!(api.done("DELETE", &at, &Value::Null), json!({"success": true, "deleted": true}));
        api.refused("GET", &at, &Value::Null, 404);
        assert_eq!(api.get("/webhooks")["items"], json!([]));
    }
}

#[test]
fn the_command_line_makes_them_too() {
    for store in both() {
        let receiver = Receiver::open();
        let url = receiver.url();
        let run = |args: &[&str]| server::json(&store.engine, &[&["webhook"], args].concat());
        let made = run(&["create", "--url", &url, "--dialect", "shopvo"]);
        assert_eq!((&made["dialect"], &made["events"]), (&json!("shopvo"), &json!([])));
        for args in [
            ["--dialect", "shopvo", "--events", "order.paid"],
            ["--dialect", "platform", "--events", "order.updated"],
            ["--dialect", "shopvogue", "--events", "order.created"],
        ] {
            let said =
                server::cli(&store.engine, &[&["webhook", "create", "--url", &url], &args[..]].concat());
            assert!(!said.status.success(), "{args:?}");
        }
        let api = store.api();
        assert_eq!(api.get("/webhooks")["items"][0]["events"], json!(EVENTS), "all of them");
        let number = made["id"].to_string();
        run(&["test", &number]);
        assert_eq!(event(&receiver.told(1)[0]), "webhook.test");
        // It is told of all that the dialect has a word for, and of nothing else.
        let platform = store.platform();
        let order = platform.order(platform.product());
        platform.done("POST", &format!("{order}/pay"), &Value::Null);
        let mut told = receiver.told(4)[1..].to_vec();
        told.sort_by_key(event);
        assert_eq!(
            told.iter().map(event).collect::<Vec<_>>(),
            ["order.created", "order.updated", "payment.confirmed"]
        );
        let set = run(&["set", &number, "--events", "payment.confirmed,inventory.low"]);
        assert_eq!(set["events"], json!(["payment.confirmed", "inventory.low"]));
        // Of the same time those that it wants now.
        assert_eq!(run(&["replay", &number, "--from", "2020-01-01"])["queued"], 1);
        assert_eq!(event(&receiver.told(5)[4]), "payment.confirmed");
        assert_eq!(receiver.told(5)[4].body, told[2].body, "what it tells is as it was then");
        all_are_right(&receiver.told(5), made["secret"].as_str().unwrap());
    }
}
