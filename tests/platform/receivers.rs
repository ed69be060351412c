//! The receivers of `examples`, run as their users run them, and a library of somebody else's, told of events by a real server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::{Api, Shop};
use crate::support::cluster::free_port;
use crate::support::{Engine, http, server, until};

/// A receiver; killed when dropped.
struct Receiver(Child);

/// The example in Rust, as `cargo test` builds it.
const RUST: &str = "rust";
/// The library of Standard Webhooks, in Python.
const LIBRARY: &str = "library";

impl Receiver {
    fn start(program: &str, port: u16, secret: &str) -> Self {
        let project = Path::new(env!("CARGO_MANIFEST_DIR"));
        let port_text = port.to_string();
        let (program, args): (PathBuf, Vec<&str>) = match program {
            "php" => (program.into(), vec!["-S", "", "receive.php"]),
            "node" => (program.into(), vec!["receive.mjs", &port_text]),
            RUST => {
                (Path::new(server::KEYWRIGHT).with_file_name("examples/webhook_receiver"), vec![&port_text])
            }
            LIBRARY => (
                project.join("target/tools/venv/bin/python"),
                vec!["-B", "../../tests/platform/standard_webhooks.py", &port_text],
            ),
            _ => (program.into(), vec!["-B", "receive.py", &port_text]),
        };
        let address = format!("127.0.0.1:{port}");
        let mut command = Command::new(&program);
        server::clean(&mut command);
        command.args(args.iter().map(|arg| if arg.is_empty() { &address } else { *arg }));
        command.current_dir(project.join("examples/webhooks")).env("KEYWRIGHT_WEBHOOK_SECRET", secret);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.unwrap_or_else(|e| {
            panic!(
                "{}: {e}; tests/run installs it, `cargo test` without --test builds examples",
                program.display()
            )
        });
        until("the receiver listens", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self(child)
    }
}

/// Sends an endpoint a `webhook.test`; the status that it answered.
fn send(api: Api<'_>, at: &str) -> Value {
    let sent = api.done("POST", &format!("{at}/test"), &Value::Null)["id"].clone();
    let mut status = Value::Null;
    until("it was tried", || {
        let log = api.done("GET", &format!("{at}/deliveries"), &Value::Null)["data"].clone();
        let log = log.as_array().unwrap().clone();
        status = log.iter().find(|delivery| delivery["id"] == sent).unwrap()["http_status"].clone();
        !status.is_null()
    });
    status
}

/// Shows a receiver what nobody has signed, or not so.
fn refuses(port: u16, program: &str) {
    let to: SocketAddr = ([127, 0, 0, 1], port).into();
    for headers in [
        &[][..],
        &[("X-Webhook-Signature", "00")],
        &[("X-Webhook-Signature", "zz")],
        &[("Webhook-Signature", "v1,AAAA"), ("Webhook-Id", "evt_1"), ("Webhook-Timestamp", "1")],
        &[("Webhook-Signature", "v1,AAAA"), ("Webhook-Id", "evt_1"), ("Webhook-Timestamp", "soon")],
        &[("Webhook-Signature", "v1,AAAA"), ("Webhook-Id", "evt_1"), ("Webhook-Timestamp", "99999999999")],
    ] {
        let answer = http::send(to, "POST", "/", headers, b"{\"id\":1,\"event\":\"x\",\"data\":{}}");
        assert_eq!(answer.status, 401, "{program} {headers:?}");
    }
}

/// A shop that may tell this machine.
fn shop() -> Shop {
    let engine = Engine::sqlite();
    std::fs::write(engine.folder.path().join("keywright.toml"), "webhook_allow = \"127.0.0.0/8\"\n").unwrap();
    Shop::open(engine)
}

/// Makes an endpoint; its address in the API, its port and its secret.
fn endpoint(api: Api<'_>, format: &str) -> (String, u16, String) {
    let port = free_port();
    let url = format!("http://127.0.0.1:{port}/");
    let made = api.done("POST", "/v1/webhooks", &json!({"url": url, "format": format}));
    (format!("/v1/webhooks/{}", made["id"]), port, made["secret"].as_str().unwrap().to_owned())
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn receivers_verify_both_formats_in_four_languages() {
    let shop = shop();
    let api = shop.api();
    for program in ["python3", "node", "php", RUST] {
        for format in ["standard", "shookout"] {
            let (at, port, secret) = endpoint(api, format);
            let receiver = Receiver::start(program, port, &secret);
            assert_eq!(send(api, &at), 204, "{program} {format}");
            api.done("POST", &format!("{at}/rotate"), &Value::Null);
            assert_eq!(send(api, &at), 204, "{program} {format}: the old secret signs too");
            api.done("POST", &format!("{at}/rotate"), &Value::Null);
            assert_eq!(send(api, &at), 401, "{program} {format}: now it does not");
            refuses(port, program);
            drop(receiver);
            api.done("DELETE", &at, &Value::Null);
        }
    }
}

#[test]
fn the_library_of_standard_webhooks_verifies_as_it_comes() {
    let shop = shop();
    let api = shop.api();
    let (at, port, first) = endpoint(api, "standard");
    let receiver = Receiver::start(LIBRARY, port, &first);
    assert_eq!(send(api, &at), 204);
    refuses(port, LIBRARY);
    drop(receiver);
    let second = api.done("POST", &format!("{at}/rotate"), &Value::Null)["secret"].clone();
    let second = second.as_str().unwrap();
    for (secrets, status) in
        [(format!("{first} {second}"), 204), (second.to_owned(), 204), ("whsec_AAAA".to_owned(), 401)]
    {
        let receiver = Receiver::start(LIBRARY, port, &secrets);
        assert_eq!(send(api, &at), status, "by each of {} secrets", secrets.split(' ').count());
        drop(receiver);
    }
}
