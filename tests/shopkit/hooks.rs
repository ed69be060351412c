//! Webhooks in the dialect's own words, over real HTTP: each event by its real cause, signed over the bytes that are sent.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{Store, names, world};
use crate::support::hook::{Call, Receiver};
use crate::support::{Engine, engines, server};

const EVENTS: [&str; 9] = [
    "order_canceled",
    "order_deleted",
    "order_created",
    "order_updated",
    "order_paid",
    "order_sent",
    "order_change_status",
    "order_invoice",
    "order_delivered",
];

/// A server that may send to this machine.
fn open(engine: Engine) -> Store {
    std::fs::write(engine.folder.path().join("keywright.toml"), "webhook_allow = \"127.0.0.0/8\"\n").unwrap();
    Store::open(engine, &[])
}

/// Names of events that came, in an order of their own.
fn came(calls: &[Call]) -> Vec<&str> {
    let mut events: Vec<&str> = calls.iter().map(|call| call.headers["x-shopkit-event"].as_str()).collect();
    events.sort_unstable();
    events
}

/// Python's own HMAC over the raw bytes, and over what JSON's usual writer makes of them again.
const PYTHON: &str = r"
import hashlib, hmac, json, sys
for call in json.load(sys.stdin):
    expected = hmac.new(call['secret'].encode(), call['body'].encode(), hashlib.sha256).hexdigest()
    assert hmac.compare_digest(expected, call['signature']), call
print('all are signed')
";

/// What a receiver in JavaScript does that parses before it looks.
const NODE: &str = r"
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
for (const { body, signature, secret } of JSON.parse(readFileSync(0, 'utf8'))) {
  const again = JSON.stringify(JSON.parse(body));
  if (again !== body) throw new Error(`${again}\n${body}`);
  if (createHmac('sha256', secret).update(again).digest('hex') !== signature) throw new Error('wrong');
}
console.log('all are sound');
";

fn ask(program: &str, args: &[&str], given: &Value) -> String {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(given.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn all_are_right(calls: &[Call], secret: &str) {
    let given: Vec<Value> = calls
        .iter()
        .map(|call| json!({"body": call.body, "signature": call.headers["x-webhook-signature"], "secret": secret}))
        .collect();
    let given = json!(given);
    let python = ask("python3", &["-c", PYTHON], &given);
    assert!(python.contains("all are signed"), "{python}");
    let node = ask("node", &["--input-type=module", "-e", NODE], &given);
    assert!(node.contains("all are sound"), "{node}");
}

#[test]
fn each_event_comes_by_its_real_cause() {
    for store in engines().map(open) {
        let (api, receiver) = (store.api(), Receiver::open());
        let world = world::make(&store);
        for event in EVENTS {
            let made = api.done("POST", "/webhook", &json!({"url": receiver.url(), "event": event}));
            assert_eq!(made["event"], event);
        }
        assert_eq!(api.found("/webhook").1, 9);
        let at = format!("/order/{}", world.order);
        // One change is several events.
        api.done("PUT", &at, &json!({"paid": true, "status_alias": "sent"}));
        let calls = receiver.told(4);
        assert_eq!(came(&calls), ["order_change_status", "order_paid", "order_sent", "order_updated"]);
        api.done("PUT", &at, &json!({"invoice_url": "https://invoices.example/1?a=ü/“”"}));
        api.done("PUT", &at, &json!({"status": 8}));
        let plain = world::orders(&store, world.shelf, 1)[0];
        api.done("PUT", &format!("/order/{plain}"), &json!({"status": 4}));
        api.done("DELETE", &at, &Value::Null);
        // Invoice and update; delivered, moved and updated; created; cancelled, moved and updated; deleted.
        let calls = receiver.told(4 + 2 + 3 + 1 + 3 + 1);
        let mut all = came(&calls);
        all.dedup();
        let mut every = EVENTS;
        every.sort_unstable();
        assert_eq!(all, every);
        let secret =
            server::json(&store.engine, &["webhook", "secret"])["secret"].as_str().unwrap().to_owned();
        all_are_right(&calls, &secret);
        for call in &calls {
            let body: Value = serde_json::from_str(&call.body).unwrap();
            assert_eq!(names(&body), ["order"], "{body}");
            assert_eq!(names(&body["order"]).len(), 31);
            assert_eq!(call.headers["content-type"], "application/json");
            let permalink = body["order"]["permalink"].as_str().unwrap();
            assert!(permalink.starts_with(&format!("http://{}/order/", store.server.address)), "{permalink}");
        }
        // As it stood then.
        let of = |event: &str| {
            let call = calls.iter().find(|call| call.headers["x-shopkit-event"] == event).unwrap();
            serde_json::from_str::<Value>(&call.body).unwrap()["order"].clone()
        };
        assert_eq!((&of("order_sent")["status"], &of("order_delivered")["status"]), (&json!(3), &json!(8)));
        assert_eq!(
            (&of("order_created")["paid"], &of("order_created")["status"]),
            (&json!(false), &json!(6))
        );
        assert_eq!(of("order_canceled")["status"], 4);
    }
}
