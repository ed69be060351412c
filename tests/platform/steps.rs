//! What is done in steps, under kills, races and several servers at once: each step counts whole or not at all.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use keywright::base::seal;
use keywright::values;
use serde_json::{Value, json};

use super::delivery::{link, sold};
use super::orders::{buyer, euro};
use super::uploads::{begin, contents, noise, piece, upload};
use super::{Api, Shop, key};
use crate::support::http::{self, Answer, Connection};
use crate::support::server::{self, Server};
use crate::support::{Engine, block_on, strace, until};

/// A call that may get no answer, since the server is being killed.
fn attempt(
    api: Api<'_>,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Option<Answer> {
    let bearer = format!("Bearer {}", api.key);
    let all = [&[("Authorization", bearer.as_str())], headers].concat();
    Connection::try_open(api.address)?.send(method, target, &all, body)
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
            let body = if body.is_null() { String::new() } else { body.to_string() };
            attempt(api, "POST", target, &[], body.as_bytes()).is_some_and(|a| a.status < 300)
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
            let told_of = |kind: &str, subject: &str, id: &str| {
                let events = get(&format!("/v1/events?type={kind}&limit=100"))["data"].clone();
                let id: i64 = id.parse().unwrap();
                let has = |event: &&Value| event["data"][subject]["id"] == id;
                events.as_array().unwrap().iter().filter(has).count()
            };
            let [unpaid, paid] = [unpaid, paid].map(|order| order.rsplit('/').next().unwrap());
            assert_eq!(told_of("order.paid", "order", unpaid), usize::from(is_paid), "{}", what("told once"));
            assert_eq!(
                told_of("order.refunded", "order", paid),
                usize::from(is_back),
                "{}",
                what("told once")
            );
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
        let (seen, refunded_at) = thread::scope(|scope| {
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
    thread::scope(|scope| {
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
                    let answers = thread::scope(|both| {
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
    assert_eq!(contents(&engine), [seal::hash(b"one content")]);
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

/// Kills the server at each system call that ends an upload: what was acknowledged is there, and the upload can be gone on with.
#[test]
fn a_kill_at_any_step_of_an_upload_loses_nothing() {
    let bytes = noise(600_000);
    let sha256 = seal::hash(&bytes);
    let engine = Engine::sqlite();
    let key = key(&engine, &["--scopes", "all"]);
    let files = engine.folder.path().join("files");
    let folder = files.join(&sha256[..2]);
    let goes_on = |at: &str, told: usize, when: &str| {
        let server = Server::start(&engine, &[]);
        let api = Api { address: server.address, key: &key };
        let stands = api.send("HEAD", at, &[], b"");
        let offset: usize = stands.header("upload-offset").unwrap().parse().unwrap();
        assert!(offset >= told, "{when}: {told} bytes were acknowledged, {offset} are there");
        let done = piece(api, at, offset, &bytes[offset..]);
        assert_eq!(done.json()["sha256"], sha256.as_str(), "{when}: {done:?}");
        assert_eq!(contents(&engine), std::slice::from_ref(&sha256));
        // The next round puts its content in its place itself.
        api.done("DELETE", at, &Value::Null);
        until("the content is removed", || contents(&engine).is_empty());
    };
    let announced = json!({"name": "a.zip", "sha256": sha256});
    for call in ["write", "fdatasync", "linkat", "fsync", "unlink"] {
        let server = Server::start(&engine, &[]);
        let at = begin(Api { address: server.address, key: &key }, bytes.len(), &announced);
        drop(server);
        let incoming = files.join("incoming").join(at.rsplit('/').next().unwrap());
        let paths = [&incoming, &folder, &folder.join(&sha256)].map(|path| path.to_str().unwrap().to_owned());
        let paths = ["-P", &paths[0], "-P", &paths[1], "-P", &paths[2]];
        let log = engine.folder.path().join("strace");
        let mut server = Server::spawn(strace::killed_at(&server::serving(&engine), call, 1, &paths, &log));
        let api = Api { address: server.address, key: &key };
        let mut told = 0;
        for (from, to) in [(0, 300_000), (300_000, 600_000)] {
            match attempt(api, "PATCH", &at, &[("Upload-Offset", &from.to_string())], &bytes[from..to]) {
                Some(answer) if answer.status == 200 => told = to,
                _ => break,
            }
        }
        assert!(told < bytes.len(), "no kill at {call}");
        until("the server is gone", || server.is_gone());
        goes_on(&at, told, call);
    }
    for cut in [1, 300_000, 599_999] {
        let server = Server::start(&engine, &[]);
        let at = begin(Api { address: server.address, key: &key }, bytes.len(), &announced);
        let mut connection = Connection::open(server.address);
        let head = format!(
            "PATCH {at} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {key}\r\nUpload-Offset: 0\r\nContent-Length: 600000\r\n\r\n"
        );
        connection.write(&[head.as_bytes(), &bytes[..cut]].concat()).unwrap();
        drop(server);
        goes_on(&at, 0, &format!("in the middle of a piece, at {cut}"));
    }
}

/// Sends the same call from many connections at once; the statuses that came back.
fn at_once(api: Api<'_>, calls: Vec<(String, Value)>) -> Vec<u16> {
    let (address, key) = (api.address, api.key.to_owned());
    let threads: Vec<_> = calls
        .into_iter()
        .map(|(target, body)| {
            let key = key.clone();
            thread::spawn(move || Api { address, key: &key }.call("POST", &target, &body).status)
        })
        .collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

#[test]
fn the_last_of_anything_goes_once() {
    for shop in Shop::both() {
        let (api, name) = (shop.api(), shop.engine.name);
        server::json(&shop.engine, &["coupon", "create", "LAST", "--percent-bp", "100", "--max-uses", "3"]);
        let product = api.product();
        let mut body = buyer(&json!([{"product_id": product}]));
        body["coupon"] = "LAST".into();
        let statuses = at_once(api, vec![("/v1/orders".to_owned(), body); 32]);
        assert_eq!((count(&statuses, 201), count(&statuses, 409)), (3, 29), "{name}: {statuses:?}");

        let file = shop.engine.folder.path().join("keys.txt");
        std::fs::write(&file, "P-1\nP-2\nP-3\n").unwrap();
        server::json(
            &shop.engine,
            &["key-pool", "add", file.to_str().unwrap(), "--product", &product.to_string()],
        );
        let orders: Vec<String> = (0..16).map(|_| format!("{}/pay", api.order(product))).collect();
        let statuses = at_once(api, orders.iter().map(|at| (at.clone(), Value::Null)).collect());
        assert_eq!((count(&statuses, 200), count(&statuses, 409)), (3, 13), "{name}: {statuses:?}");
        let unpaid = api.done("GET", "/v1/orders?payment_status=unpaid&limit=100", &Value::Null);
        let unpaid = unpaid["data"].as_array().unwrap();
        assert_eq!(unpaid.len(), 3 + 13, "an order without a key is not half paid");

        let one = api.order(api.product());
        let statuses = at_once(api, vec![(format!("{one}/pay"), Value::Null); 16]);
        assert_eq!((count(&statuses, 200), count(&statuses, 409)), (1, 15), "{name}: {statuses:?}");
        let purchases =
            api.done("GET", &one, &Value::Null)["lines"][0]["purchases"].as_array().unwrap().len();
        assert_eq!(purchases, 1);
        let statuses = at_once(api, vec![(format!("{one}/refund"), json!({"amount": euro(1_000)})); 16]);
        assert_eq!(
            (count(&statuses, 200), count(&statuses, 409) + count(&statuses, 400)),
            (2, 14),
            "{name}: {statuses:?}"
        );
        assert_eq!(api.done("GET", &one, &Value::Null)["refunded"], euro(2_000));
    }
}

fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|s| **s == status).count()
}
