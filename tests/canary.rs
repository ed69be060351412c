//! What callers send is found in nothing the server writes, however much it is told to say.

mod dialects;

use std::fs::{self, File};
use std::net::SocketAddr;
use std::process::{Child, Stdio};

use crate::support::cluster::free_port;
use crate::support::http::{Answer, Connection, get};
use crate::support::server::{API, command, issue, json, product};
use crate::support::{Engine, engines, until};
use keywright::web::platform::ROUTES;

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];
const ACTIONS: [&str; 6] = ["activate", "check", "info", "updateExtra", "deactivate", "token=canary-action"];

/// A server whose every word is kept in a file. It is killed when dropped.
struct Watched {
    child: Child,
    address: SocketAddr,
    metrics: SocketAddr,
    said: std::path::PathBuf,
}

impl Watched {
    fn start(engine: &Engine, args: &[&str]) -> Self {
        let [address, metrics] = [(); 2].map(|()| SocketAddr::from(([127, 0, 0, 1], free_port())));
        let said = engine.folder.path().join(format!("said-{}", address.port()));
        let file = File::create(&said).unwrap();
        let mut serve = command(engine, &["serve", "--log-level", "trace", "--access-log", "on"]);
        serve.args(["--listen", &address.to_string(), "--metrics-listen", &metrics.to_string()]).args(args);
        let child = serve
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .env("NO_COLOR", "1")
            .spawn()
            .unwrap();
        let watched = Self { child, address, metrics, said };
        until("the server listens", || std::net::TcpStream::connect(address).is_ok());
        // It listens before the store is open, and answers behind that: what a first start settles is settled then.
        assert_eq!(get(address, "/healthz").status, 200);
        watched
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Everything that must stay unsaid has this in it, but for keys that were made here. Of such a key two
/// segments beside each other are looked for, as typed and as kept: one alone may be a part of a time or
/// of a request's number by chance.
fn assert_silent(text: &str, key: &str, case: &str) {
    let segments: Vec<&str> = key.split('-').collect();
    let hidden = &segments[..segments.len() - 1];
    let typed = hidden.windows(2).map(|pair| pair.join("-"));
    let kept = hidden.windows(2).map(<[&str]>::concat);
    for secret in typed.chain(kept).chain(["canary".to_owned()]) {
        let found = text.lines().find(|line| line.to_lowercase().contains(&secret.to_lowercase()));
        assert_eq!(found, None, "{case}: {secret}");
    }
}

/// Parameters that reach every rung: right, wrong in one place, and malformed.
fn parameters(key: &str) -> Vec<String> {
    let fine = format!(
        "key={key}&identifier=canary@customer.example&nonce=canary-nonce&usage_id=1&extra={{%22a%22:%22canary%22}}"
    );
    vec![
        fine.replace("canary-nonce", "canary-other"),
        fine.replace(key, "CANARY-WRONG"),
        fine.replace("canary@", "canary-wrong@"),
        fine.replace("usage_id=1", "usage_id=canary"),
        fine.replace("extra={", "extra=canary{"),
        format!("{fine}&ip=canary"),
        format!("{fine}&canary=%ff"),
        format!("{fine}&x={}", "canary".repeat(2_000)),
        fine,
    ]
}

fn call(to: SocketAddr, method: &str, target: &str, body: &str) -> Option<Answer> {
    let headers = [
        ("Authorization", "Bearer canary-token"),
        ("Cookie", "session=canary-cookie"),
        ("Idempotency-Key", "canary-header"),
        ("X-Forwarded-For", "canary"),
        ("If-None-Match", "canary"),
        ("User-Agent", "canary"),
    ];
    Connection::open(to).send(method, target, &headers, body.as_bytes())
}

/// Every route, method and action; the number of calls.
fn sing(to: SocketAddr, product: i64, key: &str) -> usize {
    let update = format!("/software/updatecheck/{product}");
    let paths = [
        API,
        "/applications/softwaremarketplace/interface/licenses",
        "/licences",
        &update,
        "/software/updatecheck/canary",
        "/healthz",
        "/readyz",
        "/canary/nothing",
        "/admin/sign-in",
        "/admin/sign-in/code",
        "/oauth/authorize",
        "/oauth/sign-in",
        "/oauth/sign-in/mail",
        "/oauth/sign-in/link/canary",
        "/oauth/token",
        "/oauth/revoke",
        "/.well-known/oauth-authorization-server/canary",
    ];
    let all = parameters(key);
    let mut calls = 0;
    for path in paths {
        for method in METHODS {
            for action in ACTIONS {
                for given in &all {
                    call(to, method, &format!("{path}?{action}&{given}"), "").expect("an answer");
                    calls += 1;
                }
            }
            let json = r#"{"key":"canary","identifier":"canary","nonce":"canary","extra":{"a":"canary"}}"#;
            for body in [all[0].as_str(), json, "{canary", &"canary".repeat(4_000)] {
                call(to, method, &format!("{path}?activate"), body).expect("an answer");
                calls += 1;
            }
        }
    }
    // What the HTTP library itself refuses or gives up: it may answer or not.
    let long = "canary".repeat(30_000);
    for bytes in [
        format!("GET {API}?check&key={key}&extra=\"canary\" HTTP/1.1\r\nHost: canary\r\n\r\n"),
        format!("GET {API}?check&key={key}&x={long} HTTP/1.1\r\nHost: canary\r\n\r\n"),
        format!(
            "POST {API}?check&key={key} HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\ncanary\r\n"
        ),
        format!("POST {API}?check&key={key} HTTP/1.1\r\nHost: t\r\nContent-Length: canary\r\n\r\n"),
        format!("GET {API}?check&key={key} HTTP/1.1\r\nHost: t\r\nCanary canary\r\n\r\n"),
        format!("canary {key}\r\n\r\n"),
    ] {
        let _ = Connection::open(to).raw(bytes.as_bytes(), false);
        calls += 1;
    }
    // A body that breaks off in the middle.
    let half =
        format!("POST {API}?check&key={key} HTTP/1.1\r\nHost: t\r\nContent-Length: 99\r\n\r\nkey=canary");
    Connection::open(to).write(half.as_bytes()).unwrap();
    calls + 1
}

/// Every route of the platform API, with a good key, words in all places, and what the domain refuses; the number of calls.
fn recite(to: SocketAddr, api_key: &str) -> usize {
    let bearer = format!("Bearer {api_key}");
    let headers = [
        ("Authorization", bearer.as_str()),
        ("If-Match", "\"canary\""),
        ("User-Agent", "canary"),
        ("Upload-Length", "canary"),
    ];
    let once = [("Authorization", bearer.as_str()), ("Idempotency-Key", "canary")];
    let signed = [("Authorization", bearer.as_str()), ("X-Signature", "t=1,sha256=canary")];
    let send = |method: &str, target: &str, headers: &[(&str, &str)], body: &str| {
        Connection::open(to).send(method, target, headers, body.as_bytes()).expect("an answer").status
    };
    let mut calls = 0;
    for route in ROUTES {
        for id in ["1", "canary", "999"] {
            let ids = ["{id}", "{file_id}", "{usage_id}", "{release_id}"];
            let path = ids.iter().fold(route.path.to_owned(), |path, name| path.replace(name, id));
            for query in ["", "?canary=canary", "?q=canary&key=canary&cursor=canary&code=canary"] {
                for body in
                    ["", r#"{"canary":"canary","title":1,"email":"canary"}"#, "canary,{", "[\"canary\"]"]
                {
                    for headers in [&headers[..], &signed[..]] {
                        send(route.method, &format!("{path}{query}"), headers, body);
                        calls += 1;
                    }
                }
            }
        }
    }
    let mut refused = 0;
    for (target, body) in [
        ("/v1/categories", r#"{"title":"Canary"}"#),
        ("/v1/coupons", r#"{"code":"CANARY","kind":"percent","value":100}"#),
        ("/v1/customers", r#"{"email":"canary.two@customer.example","name":"Canary"}"#),
        ("/v1/products/1/releases", r#"{"version":"1.0.0-canary","longversion":1,"notes":"canary"}"#),
        (
            "/v1/licences",
            r#"{"product_id":1,"customer":{"email":"canary.two@customer.example"},"key":"CANARY-MADE"}"#,
        ),
        (
            "/v1/orders",
            r#"{"customer":{"email":"canary.two@customer.example"},"lines":[{"product_id":1}],"coupon":"CANARY-NONE"}"#,
        ),
        ("/v1/licences/import", "product_id,email,key\n1,canary.two@customer.example,CANARY-MADE\n"),
    ] {
        for _ in 0..2 {
            refused += usize::from(send("POST", target, &headers[..1], body) >= 400);
            send("POST", target, &once, body);
            calls += 2;
        }
    }
    assert!(refused >= 6, "{refused} were refused: they are to reach the domain");
    for target in
        ["/v1/canary", "/download/canary", "/download/canary.canary/canary.zip", "/v1/products/canary/canary"]
    {
        send("GET", target, &headers, "");
        calls += 1;
    }
    calls
}

/// Takes a table away, so that calls fail in the database.
fn break_database(engine: &Engine) {
    // PostgreSQL would quote the whole row that fails this rule.
    if engine.name == "postgres" {
        let mut client = postgres::Client::connect(&engine.database, postgres::NoTls).unwrap();
        client
            .batch_execute("alter table activation add constraint broken check (ip = '') not valid")
            .unwrap();
        return;
    }
    let file = fs::read_dir(engine.folder.path()).unwrap().flatten().map(|entry| entry.path());
    let file = file.into_iter().find(|path| path.extension().is_some_and(|e| e == "db" || e == "sqlite"));
    let database = rusqlite::Connection::open(file.expect("the database's file")).unwrap();
    database.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    database.execute_batch("alter table activation rename to broken").unwrap();
}

#[test]
fn nothing_that_is_sent_is_written() {
    for engine in engines() {
        let id = product(&engine, &["--identifier-mode", "email", "--deactivate", "on"]);
        let issued = issue(&engine, id, &["--email", "canary@customer.example", "--name", "Canary"]);
        let key = issued["key"].as_str().unwrap();
        let made = json(&engine, &["api-key", "create", "--scopes", "all"]);
        dialects::let_in(&engine);
        let [name, api_key, secret] = ["id", "key", "secret"].map(|part| made[part].as_str().unwrap());
        for format in ["json", "pretty"] {
            let case = format!("{} {format}", engine.name);
            let open = ["--log", format, "--licence-rate", "0", "--licence-failure-rate", "0"];
            let open = [&open[..], &["--request-log-days", "90"], &dialects::UNLIMITED].concat();
            let mut server = Watched::start(&engine, &open);
            let site = crate::shopvo::site(&engine);
            let mut calls = sing(server.address, id, key);
            calls += recite(server.address, api_key);
            calls += dialects::call_all(server.address, api_key, &site);
            if format == "pretty" {
                break_database(&engine);
                let activate = format!("{API}?activate&key={key}&identifier=canary@customer.example");
                let failed = call(server.address, "GET", &activate, "").unwrap();
                assert_eq!(failed.status, 500, "{failed:?}");
                until("the failure is logged", || server.said().contains("a licence call failed"));
                calls += 1;
            }
            // Lines are gathered for a moment; the last call stands at the end.
            let before = server.said().matches("/readyz").count();
            get(server.address, "/readyz");
            until("the log is written", || server.said().matches("/readyz").count() > before);
            let metrics = get(server.metrics, "/metrics");
            assert!(metrics.text().contains("keywright_request_seconds"), "{metrics:?}");
            assert_silent(metrics.text(), key, &case);
            let stop = std::process::Command::new("kill").arg(server.child.id().to_string()).status();
            assert!(stop.unwrap().success() && server.child.wait().unwrap().success());
            let said = server.said();
            assert!(said.contains("stopped"), "{case}: {said:.500}");
            assert_silent(&said, key, &case);
            assert!(said.contains(name), "{case}: the log says whose key it was");
            let unsaid = api_key.rsplit('_').next().unwrap().strip_prefix(name).unwrap();
            assert!(
                !said.contains(&unsaid[..12]) && !said.contains(secret),
                "{case}: an API key is in the log"
            );
            // What is known of calls and changes, but for what a shop's own rows are called.
            let noted = json(&engine, &["request", "list", "--limit", "1000000"]);
            assert!(noted.as_array().unwrap().len() > 1_000, "{case}: calls are noted");
            assert_silent(&noted.to_string(), key, &case);
            let changes = json(&engine, &["audit", "list", "--limit", "1000000"]).to_string();
            for unsaid in
                [&unsaid[..12], secret, &key[..key.len() - 4], "CANARY-MADE", "canary-", "sha256=canary"]
            {
                assert!(!changes.contains(unsaid), "{case}: {unsaid} in {changes}");
            }
            println!("canary: {calls} calls on {case}, {} bytes of log", said.len());
        }
    }
}

#[test]
fn a_limited_call_is_not_written_either() {
    let engine = Engine::sqlite();
    let server = Watched::start(&engine, &["--log", "json", "--licence-rate", "1"]);
    let target = format!("{API}?check&key=CANARY-LIMITED");
    let statuses = [(); 2].map(|()| call(server.address, "GET", &target, "").unwrap().status);
    assert_eq!(statuses, [400, 429]);
    until("the log is written", || server.said().contains("429"));
    assert_silent(&server.said(), "CANARY-LIMITED", "limited");
}
