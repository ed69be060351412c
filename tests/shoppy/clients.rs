//! Programs of sellers in three languages: they read what the contract names, and verify what webhooks send.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use super::Store;
use crate::support::hook::Receiver;
use crate::support::server::has;

/// The languages, and how their files end.
const LANGUAGES: [(&str, &str); 3] = [("python3", "py"), ("node", "mjs"), ("php", "php")];

/// Runs a file by its interpreter; what it printed.
fn run(language: (&str, &str), file: &str, args: &[&str], input: &str) -> String {
    let (interpreter, ending) = language;
    assert!(has(interpreter), "{interpreter} is missing; tests/run installs it");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/shoppy/clients/{file}.{ending}"));
    let mut command = Command::new(interpreter);
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    command.arg(path).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{interpreter} {file}: {said}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn they_read_all_that_they_ask_for() {
    for store in Store::both() {
        let number = store.number(&store.later().product(&json!({}))["id"]);
        for n in 0..27 {
            store.order(&store.live, number, &format!("buyer{n}@customer.example"), n % 2 == 0);
        }
        let base = format!("http://{}/shoppy/api", store.server.address);
        for (language, orders) in LANGUAGES.into_iter().zip([27, 27, 25]) {
            let told = run(language, "client", &[&base, &store.live], "");
            assert_eq!(told, format!("all of it is read {orders}"), "{language:?}");
        }
    }
}

#[test]
fn they_verify_what_webhooks_send() {
    for store in Store::both() {
        let receiver = Receiver::open();
        let made = store.told(&["webhook", "create", "--dialect", "shoppy", "--url", &receiver.url()]);
        let product = store
            .later()
            .product(&json!({"title": "“Ünï” </script> / 日本 \u{2028}\u{1F600}", "price": 9.99}));
        let number = store.number(&product["id"]);
        store.order(&store.live, number, "zoë@customer.example", true);
        super::hooks::review(&store, false, number, "zoë@customer.example");
        let calls = receiver.told(3);
        for call in &calls {
            let signature = &call.headers["x-shoppy-signature"];
            for language in LANGUAGES {
                let told =
                    run(language, "receive", &[made["secret"].as_str().unwrap(), signature], &call.body);
                assert_eq!(told, "verified", "{language:?}");
            }
        }
    }
}
