//! Webhooks over real HTTP: who is told, signed how, tried again when, and given up when.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Api, Shop, fault, key};
use crate::support::server::{self, Server};
use crate::support::{Engine, engines, until};
use keywright::base::seal::sign;
use keywright::base::text::{base64, hex, unbase64};

/// A call that came to a receiver.
#[derive(Clone, Debug)]
struct Came {
    headers: BTreeMap<String, String>,
    body: String,
    at: Instant,
}

/// Somebody who is told of events, and answers each with the same.
struct Receiver {
    address: SocketAddr,
    came: Arc<Mutex<Vec<Came>>>,
    says: Arc<Mutex<String>>,
}

impl Receiver {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let came = Arc::new(Mutex::new(Vec::new()));
        let says = Arc::new(Mutex::new("200 OK".to_owned()));
        let (calls, answer) = (came.clone(), says.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (calls, answer) = (calls.clone(), answer.clone());
                std::thread::spawn(move || receive(stream.unwrap(), &calls, &answer));
            }
        });
        Self { address, came, says }
    }

    fn url(&self) -> String {
        format!("http://{}/hook?token=secret", self.address)
    }

    fn say(&self, answer: &str) {
        answer.clone_into(&mut self.says.lock().unwrap());
    }

    fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }

    /// The bodies once there are so many.
    fn told(&self, count: usize) -> Vec<Value> {
        until("the receiver is told", || self.came().len() >= count);
        self.came().iter().map(|call| serde_json::from_str(&call.body).unwrap()).collect()
    }
}

fn receive(mut stream: std::net::TcpStream, calls: &Mutex<Vec<Came>>, answer: &Mutex<String>) {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4_096]);
    let head = loop {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return,
            Ok(n) => bytes.extend_from_slice(&piece[..n]),
        }
        if let Some(at) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
            break at;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let headers: BTreeMap<String, String> = text
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers["content-length"].parse().unwrap();
    while bytes.len() < head + 4 + length {
        let n = stream.read(&mut piece).unwrap();
        bytes.extend_from_slice(&piece[..n]);
    }
    let body = String::from_utf8(bytes[head + 4..].to_vec()).unwrap();
    calls.lock().unwrap().push(Came { headers, body, at: Instant::now() });
    let says = answer.lock().unwrap().clone();
    let _ = stream.write_all(format!("HTTP/1.1 {says}\r\nContent-Length: 4\r\n\r\nseen").as_bytes());
}

/// A server that may send to this machine.
fn shop(engine: Engine) -> Shop {
    let allow = "webhook_allow = \"127.0.0.0/8\"\n";
    std::fs::write(engine.folder.path().join("keywright.toml"), allow).unwrap();
    Shop::open(engine)
}

fn endpoint(api: Api<'_>, body: &Value) -> Value {
    api.done("POST", "/v1/webhooks", body)
}

/// The log of an endpoint once all in it has ended.
fn ended(api: Api<'_>, webhook: &Value) -> Vec<Value> {
    let log = || {
        api.done("GET", &format!("/v1/webhooks/{}/deliveries", webhook["id"]), &Value::Null)["data"].clone()
    };
    until("deliveries have ended", || {
        let log = log();
        let log = log.as_array().unwrap();
        !log.is_empty() && log.iter().all(|delivery| delivery["status"] != "pending")
    });
    log().as_array().unwrap().clone()
}

#[test]
fn an_endpoint_is_told_of_what_it_asked_for_and_can_verify_it() {
    for engine in engines() {
        let shop = shop(engine);
        let (api, all, some) = (shop.api(), Receiver::open(), Receiver::open());
        let standard = endpoint(api, &json!({"url": all.url()}));
        let ours =
            json!({"url": some.url(), "events": ["order.paid", "licence.issued"], "format": "shookout"});
        let ours = endpoint(api, &ours);
        assert!(api.get("/v1/webhooks").json()["data"][0].get("secret").is_none(), "shown once");
        let order = api.order(api.product());
        api.done("POST", &format!("{order}/pay"), &Value::Null);
        let events =
            api.done("GET", "/v1/events?limit=100", &Value::Null)["data"].as_array().unwrap().clone();
        let by_id = |told: Vec<Value>| {
            told.into_iter().map(|e| (e["id"].as_i64().unwrap(), e)).collect::<BTreeMap<_, _>>()
        };
        assert_eq!(by_id(all.told(6)), by_id(events.clone()), "each event as the API shows it");
        let wanted = events
            .iter()
            .filter(|e| ["order.paid", "licence.issued"].contains(&e["event"].as_str().unwrap()));
        assert_eq!(by_id(some.told(2)), by_id(wanted.cloned().collect()));

        for call in all.came() {
            let [id, at] = ["webhook-id", "webhook-timestamp"].map(|name| call.headers[name].clone());
            let event: Value = serde_json::from_str(&call.body).unwrap();
            assert_eq!(id, format!("evt_{}", event["id"]));
            let secret =
                unbase64(standard["secret"].as_str().unwrap().strip_prefix("whsec_").unwrap()).unwrap();
            let message = format!("{id}.{at}.{}", call.body);
            let expected = format!("v1,{}", base64(&sign(&secret, message.as_bytes())));
            assert_eq!(call.headers["webhook-signature"], expected);
        }
        for call in some.came() {
            let expected = hex(&sign(ours["secret"].as_str().unwrap().as_bytes(), call.body.as_bytes()));
            assert_eq!(call.headers["x-webhook-signature"], expected);
        }
        assert!(
            ended(api, &standard)
                .iter()
                .all(|d| d["http_status"] == 200 && d["answer"] == "seen" && d["attempts"] == 1)
        );

        // Both secrets sign for a day, so that nobody has to change theirs in the same moment.
        let (old, before) = (ours["secret"].as_str().unwrap(), some.came().len());
        let at = format!("/v1/webhooks/{}", ours["id"]);
        let new =
            api.done("POST", &format!("{at}/rotate"), &Value::Null)["secret"].as_str().unwrap().to_owned();
        let test = api.call("POST", &format!("{at}/test"), &Value::Null);
        assert_eq!((test.status, &test.json()["status"]), (202, &json!("pending")));
        assert_eq!(some.told(before + 1)[before]["event"], "webhook.test");
        assert_eq!(all.came().len(), 6, "a test is for one endpoint alone");
        let call = &some.came()[before];
        for (name, secret) in [("x-webhook-signature", new.as_str()), ("x-webhook-signature-previous", old)] {
            assert_eq!(call.headers[name], hex(&sign(secret.as_bytes(), call.body.as_bytes())), "{name}");
        }
    }
}

#[test]
fn what_fails_is_tried_again_and_what_is_gone_is_given_up() {
    for engine in engines() {
        let shop = shop(engine);
        let (api, receiver) = (shop.api(), Receiver::open());
        receiver.say("503 Busy");
        let made = endpoint(api, &json!({"url": receiver.url(), "events": ["product.created"]}));
        let at = format!("/v1/webhooks/{}", made["id"]);
        let first = api.product();
        receiver.told(1);
        let log = || api.done("GET", &format!("{at}/deliveries"), &Value::Null)["data"].clone();
        until("the failure is written down", || log()[0]["http_status"] == 503);
        let failed = log()[0].clone();
        assert_eq!((&failed["status"], &failed["attempts"]), (&json!("pending"), &json!(1)));
        assert!(failed["next_try_at"].is_string() && api.get(&at).json()["failing_since"].is_string());
        receiver.say("204 Taken");
        receiver.told(2);
        let came = receiver.came();
        let wait = came[1].at - came[0].at;
        assert!(wait > Duration::from_secs(3), "five seconds, a fifth less at the most: {wait:?}");
        assert_eq!(came[0].headers["webhook-id"], came[1].headers["webhook-id"], "one event, one id");
        let done = ended(api, &made);
        assert_eq!((&done[0]["status"], &done[0]["attempts"]), (&json!("delivered"), &json!(2)));
        assert_eq!(api.get(&at).json()["failing_since"], Value::Null);

        receiver.say("410 Gone");
        let redelivered = format!("/v1/webhooks/deliveries/{}/redeliver", done[0]["id"]);
        api.done("POST", &redelivered, &Value::Null);
        until("it is switched off", || api.get(&at).json()["active"] == false);
        assert_eq!(api.get(&at).json()["off_reason"], "it answered 410 Gone");
        let told = api.done("GET", "/v1/events?type=webhook.disabled", &Value::Null);
        assert_eq!(told["data"][0]["data"]["webhook"]["id"], made["id"]);
        let before = receiver.came().len();
        let second = api.product();
        for target in [redelivered, format!("{at}/test")] {
            assert_eq!(fault(&api.call("POST", &target, &Value::Null)).1, "webhook_off");
        }
        receiver.say("200 OK");
        api.done("PATCH", &at, &json!({"active": true}));
        let queued = api.call("POST", &format!("{at}/replay"), &json!({"from": "2020-01-01"}));
        assert_eq!(
            (queued.status, queued.json()),
            (202, json!({"queued": 2})),
            "what came while it was off, too"
        );
        let told = receiver.told(before + 2);
        let ids: BTreeSet<i64> =
            told[before..].iter().map(|event| event["data"]["product"]["id"].as_i64().unwrap()).collect();
        assert_eq!(ids, BTreeSet::from([first, second]));
        api.done("DELETE", &at, &Value::Null);
        assert_eq!(fault(&api.get(&at)).0, 404);
    }
}

#[test]
fn nothing_leaves_for_a_network_of_our_own() {
    let shop = Shop::open(Engine::sqlite());
    let (api, receiver) = (shop.api(), Receiver::open());
    let port = receiver.address.port();
    for host in
        ["127.0.0.1", "localhost", "0x7f.1", "[::1]", "10.1.2.3", "169.254.169.254", "[::ffff:192.168.0.1]"]
    {
        let url = format!("http://{host}:{port}/");
        let refused = fault(&api.call("POST", "/v1/webhooks", &json!({"url": url})));
        assert!(refused.0 == 400 && refused.2["url"].is_string(), "{url}: {refused:?}");
        let said = server::cli(&shop.engine, &["webhook", "create", "--url", &url]);
        assert!(!said.status.success(), "{url}");
    }
    for url in ["ftp://hooks.example/", "https://user:pass@hooks.example/", "hooks.example", ""] {
        assert!(fault(&api.call("POST", "/v1/webhooks", &json!({"url": url}))).2["url"].is_string(), "{url}");
    }
    // The allow-list is the configuration file's alone.
    let flag = server::cli(&shop.engine, &["product", "list", "--webhook-allow", "127.0.0.0/8"]);
    assert_eq!(flag.status.code(), Some(2));
    let variable = server::command(&shop.engine, &["webhook", "create", "--url", &receiver.url()])
        .env("KEYWRIGHT_WEBHOOK_ALLOW", "127.0.0.0/8")
        .output()
        .unwrap();
    assert!(!variable.status.success());
    assert!(receiver.came().is_empty());
    let words = json!({"url": "https://hooks.example/", "events": ["order.eaten"]});
    assert!(fault(&api.call("POST", "/v1/webhooks", &words)).2["events"].is_string());
}

#[test]
fn an_event_on_its_way_survives_a_kill() {
    let engine = Engine::sqlite();
    std::fs::write(engine.folder.path().join("keywright.toml"), "webhook_allow = \"127.0.0.0/8\"\n").unwrap();
    let token = key(&engine, &["--scopes", "all"]);
    let receiver = Receiver::open();
    let made = server::json(
        &engine,
        &["webhook", "create", "--url", &receiver.url(), "--events", "product.created"],
    );
    // Nobody delivers while no server runs.
    let product = server::json(&engine, &["product", "create", "--title", "Quill"]);
    let listed = server::json(&engine, &["webhook", "deliveries", &made["id"].to_string()]);
    assert_eq!((&listed[0]["status"], &listed[0]["attempts"]), (&json!("pending"), &json!(0)));
    drop(Server::start(&engine, &[]));
    let server = Server::start(&engine, &[]);
    let told = receiver.told(1);
    assert_eq!(told[0]["data"]["product"]["id"], product["id"]);
    ended(Api { address: server.address, key: &token }, &made);
}

#[test]
fn a_lost_master_key_stops_no_more_than_it_must() {
    let engine = Engine::sqlite();
    let folder = engine.folder.path().to_owned();
    std::fs::write(folder.join("keywright.toml"), "webhook_allow = \"127.0.0.0/8\"\n").unwrap();
    let (first, second) = (Receiver::open(), Receiver::open());
    let webhook = |args: &[&str]| server::json(&engine, &[&["webhook"], args].concat());
    let old = webhook(&["create", "--url", &first.url()])["id"].to_string();
    std::fs::remove_file(folder.join("master.key")).unwrap();
    assert!(server::cli(&engine, &["db", "forget-master-key"]).status.success());
    let _server = Server::start(&engine, &[]);
    webhook(&["create", "--url", &second.url()]);
    server::json(&engine, &["product", "create", "--title", "Quill"]);
    second.told(1);
    until("the old one is switched off", || webhook(&["show", &old])["active"] == false);
    assert!(webhook(&["show", &old])["off_reason"].as_str().unwrap().contains("rotate"));
    webhook(&["rotate", &old]);
    webhook(&["set", &old, "--active", "on"]);
    let pen = server::json(&engine, &["product", "create", "--title", "Pen"]);
    assert_eq!(first.told(1)[0]["data"]["product"]["id"], pen["id"]);
}

#[test]
fn the_dead_do_not_delay_the_living() {
    let shop = shop(Engine::sqlite());
    let (api, receiver) = (shop.api(), Receiver::open());
    // They take the connection and say nothing: the worst there is.
    let silent: Vec<TcpListener> = (0..50).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    for listener in &silent {
        endpoint(
            api,
            &json!({"url": format!("http://{}/", listener.local_addr().unwrap()), "events": ["product.updated"]}),
        );
    }
    for _ in 0..50 {
        endpoint(api, &json!({"url": receiver.url(), "events": ["product.updated"]}));
    }
    let product = api.product();
    let rename = |n: usize| {
        api.done("PATCH", &format!("/v1/products/{product}"), &json!({"title": format!("Name {n}")}));
    };
    // The first event shows who is dead; from then on it is known.
    rename(0);
    receiver.told(50);
    let mut lags = Vec::new();
    for n in 1..=4 {
        let (before, begun) = (receiver.came().len(), Instant::now());
        rename(n);
        receiver.told(before + 50);
        lags.extend(receiver.came()[before..].iter().map(|call| call.at - begun));
    }
    lags.sort();
    let p99 = lags[lags.len() * 99 / 100];
    println!("webhooks: lag of {} deliveries beside 50 dead endpoints: p99 {p99:?}", lags.len());
    // By how much less is for a quiet machine to say: 0.2 s.
    assert!(p99 < Duration::from_secs(5), "somebody waited for the dead to time out: {p99:?}");
}

#[test]
fn two_servers_share_the_queue_without_doubling() {
    let engine = Engine::postgres();
    let first = shop(engine);
    let second = Server::start(&first.engine, &[]);
    let (api, receiver) = (first.api(), Receiver::open());
    let made = endpoint(api, &json!({"url": receiver.url(), "events": ["product.created"]}));
    for _ in 0..60 {
        api.product();
    }
    receiver.told(60);
    assert!(ended(api, &made).iter().all(|delivery| delivery["attempts"] == 1));
    let ids: BTreeSet<String> =
        receiver.came().iter().map(|call| call.headers["webhook-id"].clone()).collect();
    assert_eq!((ids.len(), receiver.came().len()), (60, 60));
    drop(second);
}
