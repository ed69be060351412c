//! The receivers of `examples/webhooks`, run as their users run them, and told of events by a real server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::Shop;
use crate::support::cluster::free_port;
use crate::support::{Engine, http, server, until};

/// A receiver; killed when dropped.
struct Receiver(Child);

impl Receiver {
    fn start(program: &str, port: u16, secret: &str) -> Self {
        let mut command = Command::new(program);
        server::clean(&mut command);
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/webhooks");
        match program {
            "php" => command.args(["-S", &format!("127.0.0.1:{port}"), "receive.php"]),
            "node" => command.args(["receive.mjs", &port.to_string()]),
            _ => command.args(["-B", "receive.py", &port.to_string()]),
        };
        command.current_dir(folder).env("KEYWRIGHT_WEBHOOK_SECRET", secret);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        until("the receiver listens", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self(child)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn receivers_verify_both_formats_in_three_languages() {
    let engine = Engine::sqlite();
    std::fs::write(engine.folder.path().join("keywright.toml"), "webhook_allow = \"127.0.0.0/8\"\n").unwrap();
    let shop = Shop::open(engine);
    let api = shop.api();
    for program in ["python3", "node", "php"] {
        for format in ["standard", "shookout"] {
            let port = free_port();
            let url = format!("http://127.0.0.1:{port}/");
            let made = api.done("POST", "/v1/webhooks", &json!({"url": url, "format": format}));
            let receiver = Receiver::start(program, port, made["secret"].as_str().unwrap());
            let at = format!("/v1/webhooks/{}", made["id"]);
            let send = || {
                let sent = api.done("POST", &format!("{at}/test"), &Value::Null)["id"].clone();
                let mut status = Value::Null;
                until("it was tried", || {
                    let log = api.done("GET", &format!("{at}/deliveries"), &Value::Null)["data"].clone();
                    let log = log.as_array().unwrap().clone();
                    status =
                        log.iter().find(|delivery| delivery["id"] == sent).unwrap()["http_status"].clone();
                    !status.is_null()
                });
                status
            };
            assert_eq!(send(), 204, "{program} {format}");
            api.done("POST", &format!("{at}/rotate"), &Value::Null);
            assert_eq!(send(), 204, "{program} {format}: the old secret signs too");
            api.done("POST", &format!("{at}/rotate"), &Value::Null);
            assert_eq!(send(), 401, "{program} {format}: now it does not");
            let to: SocketAddr = ([127, 0, 0, 1], port).into();
            for headers in [
                &[][..],
                &[("X-Webhook-Signature", "00")],
                &[("Webhook-Signature", "v1,AAAA"), ("Webhook-Id", "evt_1"), ("Webhook-Timestamp", "1")],
                &[("Webhook-Signature", "v1,AAAA"), ("Webhook-Id", "evt_1"), ("Webhook-Timestamp", "soon")],
            ] {
                let answer = http::send(to, "POST", "/", headers, b"{\"id\":1,\"event\":\"x\",\"data\":{}}");
                assert_eq!(answer.status, 401, "{program} {headers:?}");
            }
            drop(receiver);
            api.done("DELETE", &at, &Value::Null);
        }
    }
}
