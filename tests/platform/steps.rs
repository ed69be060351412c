//! What is done in steps, under kills, races and several servers at once: each step counts whole or not at all.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use keywright::values;
use serde_json::{Value, json};

use super::delivery::{contents, link, sold, upload};
use super::{Api, Shop, key};
use crate::support::http::{self, Answer, Connection};
use crate::support::server::{self, Server};
use crate::support::{Engine, block_on, strace, until};

/// A call that may get no answer, since the server is being killed.
fn attempt(api: Api<'_>, method: &str, target: &str, body: &Value) -> Option<Answer> {
    let bearer = format!("Bearer {}", api.key);
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let mut connection = Connection::try_open(api.address)?;
    connection.send(method, target, &[("Authorization", &bearer)], body.as_bytes())
}

/// An order to be paid, one to be refunded, and a file to be published.
struct Scene {
    product: i64,
    file: String,
    unpaid: String,
    paid: String,
}

impl Scene {
    fn new(api: Api<'_>) -> Self {
        let product = api.product();
        let (unpaid, paid) = (api.order(product), api.order(product));
        api.done("POST", &format!("{paid}/pay"), &Value::Null);
        Self { product, file: upload(api, "quill.zip", b"hello"), unpaid, paid }
    }

    /// Pays, publishes and refunds, until no answer comes; how many did.
    fn play(&self, api: Api<'_>) -> usize {
        let release = json!({"version": "1.0.0", "files": [{"file_id": self.file}]});
        let steps = [
            (format!("{}/pay", self.unpaid), Value::Null),
            (format!("/v1/products/{}/releases", self.product), release),
            (format!("{}/refund", self.paid), Value::Null),
        ];
        let done = |(target, body): &(String, Value)| {
            attempt(api, "POST", target, body).is_some_and(|a| a.status < 300)
        };
        steps.iter().take_while(|step| done(step)).count()
    }
}

/// How many calls of this name the thread that writes the log made before and after `cut`, a place in strace's record.
fn calls(record: &Path, cut: u64, name: &str) -> (usize, usize) {
    let bytes = std::fs::read(record).unwrap();
    let (before, after) = bytes.split_at(usize::try_from(cut).unwrap());
    let [before, after] = [before, after].map(|part| String::from_utf8(part.to_owned()).unwrap());
    let thread = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
    let log = "keywright.db-wal".bytes().fold(String::new(), |text, b| text + &format!("\\x{b:02x}"));
    let writer = after.lines().find(|line| line.contains(&log)).map(thread).unwrap();
    let count = |part: &str| {
        part.lines().filter(|line| thread(line) == writer && line.contains(&format!(" {name}("))).count()
    };
    (count(&before), count(&after))
}

/// Pays an order, publishes a release and refunds an order, killed at each write to the log and each sync of it in turn.
#[test]
fn a_kill_at_any_step_of_a_change_leaves_it_done_or_not_begun() {
    let engine = Engine::sqlite();
    let key = key(&engine, &["--scopes", "all"]);
    let record = engine.folder.path().join("strace");
    let mut kills = 0;
    for call in ["pwrite64", "fdatasync"] {
        // Calls are counted a thread at a time: once without a kill, to see where the steps are.
        let server = Server::start(&engine, &[]);
        let scene = Scene::new(Api { address: server.address, key: &key });
        drop(server);
        let trace = format!("trace={call}");
        let mut server = Server::spawn(strace::under(&server::serving(&engine), &["-e", &trace], &record));
        let cut = std::fs::metadata(&record).unwrap().len();
        assert_eq!(scene.play(Api { address: server.address, key: &key }), 3);
        server.stop();
        let (before, during) = calls(&record, cut, call);
        for nth in before + 1..=before + during {
            let server = Server::start(&engine, &[]);
            let scene = Scene::new(Api { address: server.address, key: &key });
            let Scene { product, file, unpaid, paid } = &scene;
            drop(server);
            let command = strace::killed_at(&server::serving(&engine), call, nth, &[], &record);
            let mut told = 0;
            if let Ok(mut server) = Server::try_spawn(command) {
                told = scene.play(Api { address: server.address, key: &key });
                if told < 3 {
                    until("the server is gone", || server.is_gone());
                    kills += 1;
                }
            }

            let server = Server::start(&engine, &[]);
            let api = Api { address: server.address, key: &key };
            let get = |target: &str| api.done("GET", target, &Value::Null);
            let what = |step: &str| format!("{call} {nth}, {step}, {told} acknowledged");
            let order = get(unpaid);
            let is_paid = order["payment_status"] == "paid";
            assert!(is_paid || told < 1, "{}", what("paid"));
            let bought = order["lines"][0]["purchases"].as_array().unwrap().len();
            assert_eq!(bought, usize::from(is_paid), "{}", what("bought"));
            let releases = get(&format!("/v1/products/{product}/releases"))["data"].clone();
            let is_out = releases.as_array().unwrap().len() == 1;
            assert!(is_out || told < 2, "{}", what("published"));
            assert!(
                !is_out || releases[0]["files"][0]["file_id"] == file.as_str(),
                "{}",
                what("with its file")
            );
            let check = http::get(server.address, &format!("/software/updatecheck/{product}"));
            assert_eq!(check.status == 200, is_out, "{}", what("told of"));
            let order = get(paid);
            let is_back = order["payment_status"] == "refunded";
            assert!(is_back || told < 3, "{}", what("refunded"));
            let purchase = get(&format!("/v1/purchases/{}", order["lines"][0]["purchases"][0]));
            assert_eq!(purchase["status"] == "cancelled", is_back, "{}", what("ended"));
            let check = server.call(&format!("activate&key={}", purchase["key"].as_str().unwrap()));
            assert_eq!(check.json()["errorCode"] == 1102, is_back, "{}", what("switched off"));
        }
    }
    println!("steps: {kills} kills between the first call and the last answer");
    assert!(kills >= 30, "only {kills} kills came while the calls ran");
}

#[test]
fn no_download_begins_after_a_refund() {
    for shop in Shop::both() {
        let api = shop.api();
        let (product, _) = sold(api, &json!({}), b"hello");
        let order = api.order(product);
        let paid = api.done("POST", &format!("{order}/pay"), &Value::Null);
        let at = link(api, &format!("/v1/purchases/{}", paid["lines"][0]["purchases"][0]));
        let (stop, address) = (AtomicBool::new(false), shop.server.address);
        let (seen, refunded_at) = std::thread::scope(|scope| {
            let clients: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let mut seen = Vec::new();
                        while !stop.load(Ordering::Relaxed) {
                            let began = Instant::now();
                            seen.push((began, http::get(address, &at).status));
                        }
                        seen
                    })
                })
                .collect();
            until("downloads go on", || http::get(address, &at).status == 200);
            api.done("POST", &format!("{order}/refund"), &Value::Null);
            let refunded_at = Instant::now();
            until("it is refused", || http::get(address, &at).status == 409);
            stop.store(true, Ordering::Relaxed);
            let seen: Vec<_> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
            (seen, refunded_at)
        });
        assert!(seen.iter().any(|(_, status)| *status == 200));
        let late = seen.iter().filter(|(began, status)| *began > refunded_at && *status != 409).count();
        assert_eq!(late, 0, "{} of {} on {}", late, seen.len(), shop.engine.name);
    }
}

/// Two servers on one database and one folder of files: orders with keys from one pool, and files of one content that come and go.
#[test]
fn two_servers_share_a_database_and_lose_nothing() {
    const CLIENTS: usize = 8;
    const ROUNDS: usize = 12;
    let engine = Engine::postgres();
    let key = key(&engine, &["--scopes", "all"]);
    let servers = [Server::start(&engine, &[]), Server::start(&engine, &[])];
    let api = |n: usize| Api { address: servers[n % 2].address, key: &key };
    let product = api(0).product();
    let pool = engine.folder.path().join("pool");
    let keys: Vec<String> = (0..CLIENTS * ROUNDS).map(|n| format!("POOL-{n:04}")).collect();
    std::fs::write(&pool, keys.join("\n")).unwrap();
    server::json(&engine, &["key-pool", "add", pool.to_str().unwrap(), "--product", &product.to_string()]);
    let kept = upload(api(0), "kept.zip", b"one content");
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let api = &api;
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let n = client + round;
                    let place = json!({"customer": {"email": format!("c{client}@customer.example")}, "lines": [{"product_id": product}]});
                    let repeat = format!("place {client} {round}");
                    let mut placed = Value::Null;
                    // Two that meet on a row are run again, and at last told to come again.
                    until("the order is placed", || {
                        let answer = api(n).send("POST", "/v1/orders", &[("Idempotency-Key", &repeat)], place.to_string().as_bytes());
                        assert!(matches!(answer.status, 201 | 503), "{answer:?}");
                        placed = answer.json();
                        answer.status == 201
                    });
                    let order = format!("/v1/orders/{}", placed["id"]);
                    // The same payment at both servers: one of them makes it.
                    let repeat = format!("pay {order}");
                    let pay = |n| {
                        api(n).send("POST", &format!("{order}/pay"), &[("Idempotency-Key", &repeat)], b"")
                    };
                    let answers = std::thread::scope(|both| {
                        let other = both.spawn(|| pay(n + 1));
                        [pay(n), other.join().unwrap()]
                    });
                    for answer in &answers {
                        assert!(matches!(answer.status, 200 | 503), "{answer:?}");
                    }
                    until("the order is paid", || pay(n).status == 200);
                    let file = upload(api(n), "other.zip", format!("content {}", round % 3).as_bytes());
                    api(n + 1).done("DELETE", &format!("/v1/uploads/{file}"), &Value::Null);
                }
            });
        }
    });
    let store = engine.system_store();
    let count = |sql: &'static str| {
        block_on(store.read(move |tx| tx.one(sql, &[], |row| row.get::<i64>(0)))).unwrap()
    };
    let all = i64::try_from(CLIENTS * ROUNDS).unwrap();
    assert_eq!(count("select count(*) from sale where payment_status = 'paid'"), all);
    assert_eq!(count("select count(*) from payment where status = 'paid'"), all);
    assert_eq!(count("select count(*) from purchase"), all);
    assert_eq!(count("select count(distinct key) from licence"), all);
    assert_eq!(count("select count(*) from pool_key where taken_at is null"), 0);
    until("every job is done", || count("select count(*) from job") == 0);
    assert_eq!(contents(&engine), [keywright::base::seal::hash(b"one content")]);
    let bought =
        block_on(store.read(|tx| tx.one("select max(id) from purchase", values![], |row| row.get::<i64>(0))))
            .unwrap();
    let release = json!({"version": "1.0.0", "files": [{"file_id": kept}]});
    api(0).done("POST", &format!("/v1/products/{product}/releases"), &release);
    let at = link(api(1), &format!("/v1/purchases/{bought}"));
    for server in &servers {
        assert_eq!(http::get(server.address, &at).text(), "one content", "a link is good at either");
    }
}
