//! The examples of `examples/oauth`, run as their users run them; the test is the browser.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use keywright::domain::oauth_app::Issued;
use keywright::domain::person::Role;
use keywright::domain::shop::Mode;
use serde_json::{Value, json};

use super::{Browser, Shop, parameters};
use crate::support::server::clean;
use crate::support::{Engine, http};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/oauth")
}

/// A Python that has Authlib: the one on the path, or the system's, for which apt brings it.
fn python() -> Command {
    let has = |program: &&str| {
        Command::new(program)
            .args(["-c", "import authlib, requests"])
            .output()
            .is_ok_and(|run| run.status.success())
    };
    let program = ["python3", "/usr/bin/python3"].into_iter().find(has);
    let mut command = Command::new(program.expect("no Python has Authlib: tests/run installs it"));
    command.arg("-B").arg(folder().join("client.py")).env("PYTHONWARNINGS", "ignore");
    command
}

/// Node beside what `tests/run` has installed.
fn node() -> Command {
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("oauth-client");
    assert!(installed.join("node_modules/openid-client").is_dir(), "no openid-client: tests/run installs it");
    let client = installed.join("client.mjs");
    std::fs::copy(folder().join("client.mjs"), &client).unwrap();
    let version = Command::new("node").arg("--version").output().unwrap().stdout;
    let mut command = Command::new("node");
    if version.starts_with(b"v18.") {
        command.arg("--experimental-global-webcrypto");
    }
    command.arg(client);
    command
}

/// Starts an app; it, and where it sends people.
fn start(mut command: Command, shop: &str, app: &Issued) -> (Child, String) {
    clean(&mut command);
    command.arg(shop).arg("read:products").env("KEYWRIGHT_CLIENT_ID", &app.app.client_id);
    if let Some(secret) = &app.secret {
        command.env("KEYWRIGHT_CLIENT_SECRET", secret);
    }
    // Plain http, for the test's own machine.
    command.env("AUTHLIB_INSECURE_TRANSPORT", "1");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    if line.is_empty() {
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        panic!("the app ended early: {said}");
    }
    child.stdout = Some(out.into_inner());
    (child, line.trim().to_owned())
}

/// Sends the browser back to the app.
fn back(location: &str) {
    let url = url::Url::parse(location).unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], url.port().unwrap()));
    let target = &location[url.origin().ascii_serialization().len()..];
    assert_eq!(http::get(address, target).status, 200);
}

fn lets_in(app_command: fn() -> Command, is_public: bool) {
    let shop = Shop::open(Engine::sqlite());
    let browser = shop.browser_of(&shop.person("mia@shop.example", Role::Owner));
    let app = shop.app_with("read:products", &["http://127.0.0.1/callback"], is_public, Mode::Live);
    let product = crate::support::server::product(&shop.engine, &[]);
    let to = |address: &str| address.strip_prefix(&shop.issuer()).unwrap().to_owned();
    let decide = |browser: &Browser, address: &str, answer: &str| {
        let page = browser.get(&to(address));
        let sent = browser.submit(&page, "/oauth/authorize", &[("answer", answer)]);
        sent.header("location").unwrap().to_owned()
    };

    let (child, address) = start(app_command(), &shop.issuer(), &app);
    assert_eq!(parameters(&address)["code_challenge_method"], "S256");
    back(&decide(&browser, &address, "allow"));
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said} {}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_str(said.trim()).unwrap();
    assert_eq!((&told["scope"], &told["after_the_end"]), (&json!("read:products"), &json!(401)), "{told}");
    assert_eq!(told["products"][0]["id"], product);

    let (child, address) = start(app_command(), &shop.issuer(), &app);
    back(&decide(&browser, &address, "deny"));
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("not let in: access_denied"), "{said}");

    // Another server's answer, brought to this app.
    let (child, address) = start(app_command(), &shop.issuer(), &app);
    let location = decide(&browser, &address, "allow");
    let (start, _) = location.split_once("iss=").unwrap();
    back(&format!("{start}iss=https%3A%2F%2Fother.example"));
    let output = child.wait_with_output().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
}

#[test]
fn authlib_is_let_in() {
    lets_in(python, false);
    lets_in(python, true);
}

#[test]
fn openid_client_is_let_in() {
    lets_in(node, false);
    lets_in(node, true);
}
