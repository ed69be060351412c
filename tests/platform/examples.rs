//! The examples of `examples/platform`, run as their users run them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use keywright::base::seal;
use keywright::base::text::hex;
use keywright::base::time::{Clock, seconds};
use serde_json::{Value, json};

use super::delivery::sold;
use super::uploads::noise;
use super::{Shop, key};
use crate::support::Engine;
use crate::support::http::{self, Answer};
use crate::support::server;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/platform").join(name)
}

fn command(program: &str, name: &str) -> Command {
    let mut command = Command::new(program);
    server::clean(&mut command);
    if program == "python3" {
        command.arg("-B");
    }
    command.arg(file(name));
    command
}

/// One call of a client; whether it was done, and what it said.
fn call(
    client: (&str, &str),
    address: SocketAddr,
    (key, secret): (&str, &str),
    args: &[&str],
) -> (bool, String) {
    let mut command = command(client.0, client.1);
    command.arg(format!("http://{address}/")).args(args);
    let output = command.env("KEYWRIGHT_API_KEY", key).env("KEYWRIGHT_API_SECRET", secret).output().unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

#[test]
fn the_clients_sell_sign_walk_pages_and_upload() {
    for client in [("python3", "platform.py"), ("node", "platform.mjs")] {
        let shop = Shop::open(Engine::sqlite());
        let made = server::json(&shop.engine, &["api-key", "create", "--scopes", "all", "--must-sign"]);
        let credentials = (made["key"].as_str().unwrap(), made["secret"].as_str().unwrap());
        let run = |args: &[&str]| call(client, shop.server.address, credentials, args);
        let done = |args: &[&str]| {
            let (done, said) = run(args);
            assert!(done, "{client:?} {args:?}: {said}");
            serde_json::from_str::<Value>(&said).unwrap()
        };
        let product = shop.api().product();
        let lines = json!([{"product_id": product, "quantity": 2}]);
        let body = json!({"customer": {"email": "mia@customer.example"}, "lines": lines});
        let order = done(&["POST", "/orders", &body.to_string()]);
        let paid = done(&["POST", &format!("/orders/{}/pay", order["id"])]);
        assert_eq!(paid["payment_status"], "paid");
        for _ in 0..101 {
            shop.api().licence(product);
        }
        assert_eq!(done(&["ALL", "/licences"]).as_array().unwrap().len(), 103);
        let (is_done, said) = run(&["POST", "/orders", "{}"]);
        assert!(!is_done && said.starts_with("400 validation_failed"), "{said}");

        let bytes = noise(3_000_000);
        let path = shop.engine.folder.path().join("quill.zip");
        std::fs::write(&path, &bytes).unwrap();
        let path = path.to_str().unwrap();
        let cut = breaking(shop.server.address);
        let (is_done, said) = call(client, cut, credentials, &["UPLOAD", path]);
        assert!(is_done, "{client:?}: {said}");
        let sent: Value = serde_json::from_str(&said).unwrap();
        assert_eq!((&sent["status"], &sent["sha256"]), (&json!("complete"), &json!(seal::hash(&bytes))));
        assert_eq!(done(&["UPLOAD", path])["file_id"], sent["file_id"], "the same upload");

        // The key is not shown to where a download leads.
        let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
        elsewhere.set_nonblocking(true).unwrap();
        let url = format!("http://{}/start", elsewhere.local_addr().unwrap());
        shop.api().done(
            "PATCH",
            &format!("/v1/products/{product}"),
            &json!({"delivery": {"external_url": url}}),
        );
        let purchase = shop.api().licence(product)["purchase_id"].clone();
        assert_eq!(done(&["GET", &format!("/purchases/{purchase}/download")])["url"], url.as_str());
        assert!(elsewhere.accept().is_err(), "{client:?} went there");
    }
}

/// An address from where connections go on to `server`; the first that has carried a megabyte breaks.
fn breaking(server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut has_broken = false;
        for client in listener.incoming().flatten() {
            let mut client = client;
            let mut to = TcpStream::connect(server).unwrap();
            let (mut back, mut from) = (client.try_clone().unwrap(), to.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut from, &mut back));
            let (mut carried, mut buffer) = (0, vec![0; 64 * 1_024]);
            // One connection after the other: the examples use no more at once.
            while let Ok(n @ 1..) = client.read(&mut buffer) {
                carried += n;
                if !has_broken && carried > 1_000_000 {
                    has_broken = true;
                    break;
                }
                if to.write_all(&buffer[..n]).is_err() {
                    break;
                }
            }
            let _ = to.shutdown(std::net::Shutdown::Both);
            let _ = client.shutdown(std::net::Shutdown::Both);
        }
    });
    address
}

/// A program that serves and says where in its first line. It is ended when this goes.
struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().trim_start_matches("http://").split('/').next().unwrap().parse();
        Self { child, address: address.unwrap_or_else(|e| panic!("{e}: {line}")) }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn post(address: SocketAddr, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let all = [&[("Content-Type", "application/json")], headers].concat();
    http::send(address, "POST", target, &all, body.as_bytes())
}

#[test]
fn the_store_sells_and_keeps_the_key_to_itself() {
    let shop = Shop::open(Engine::sqlite());
    let test_key = key(
        &shop.engine,
        &["--scopes", "read:account,read:products,read:orders,write:orders", "--mode", "test"],
    );
    let all = key(&shop.engine, &["--scopes", "all", "--mode", "test"]);
    let delivery = json!({"requires_install_url": true, "install_url_label": "Your forum"});
    let (product, _) = sold(shop.with(&all), &delivery, b"hello");
    let start = |key: &str| {
        let mut command = command("python3", "store.py");
        command.args(["--shop", &format!("http://{}", shop.server.address), "--port", "0"]);
        command.env("KEYWRIGHT_API_KEY", key).env("STORE_SECRET", "a secret of the store");
        command
    };
    let refused = start(&shop.key).output().unwrap();
    assert_eq!(refused.status.code(), Some(1), "a live key takes no cards");
    let store = Program::start(start(&test_key));
    let page = http::get(store.address, "/");
    let script = page.text().split("<script>").nth(1).unwrap().split("</script>").next().unwrap();
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'sha256-") && !script.is_empty(), "{policy}");
    assert!(!page.text().contains("src=") && !page.text().contains("//cdn"), "nothing from elsewhere");

    let mut said = String::new();
    let mut ask = |method: &str, target: &str, token: &str, body: &Value| {
        let bearer = format!("Bearer {token}");
        let headers = [("Content-Type", "application/json"), ("Authorization", &bearer)];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = http::send(store.address, method, target, &headers, body.as_bytes());
        said.push_str(answer.text());
        answer
    };
    assert_eq!(ask("GET", "/api/products?q=quill", "", &Value::Null).json()["data"][0]["id"], product);
    let place = json!({"product_id": product, "email": "mia@customer.example", "once": "0123456789abcdef"});
    let placed = ask("POST", "/api/orders", "", &place).json();
    let token = placed["token"].as_str().unwrap().to_owned();
    let declined = ask("POST", "/api/order/pay", &token, &json!({"card_number": "4000000000000002"}));
    assert_eq!(fault_code(&declined), (402, "card_declined".to_owned()));
    let paid = ask("POST", "/api/order/pay", &token, &json!({"card_number": "4242 4242 4242 4242"})).json();
    let bought = paid["purchases"][0].clone();
    assert!(bought["key"].as_str().is_some_and(|key| key.len() == 24), "{paid}");
    let at = format!("/api/order/purchases/{}", bought["id"]);
    let gate = ask("GET", &format!("{at}/downloads"), &token, &Value::Null).json()["gate"].clone();
    assert_eq!(
        (&gate["code"], &gate["details"]["label"]),
        (&json!("install_url_missing"), &json!("Your forum"))
    );
    ask("POST", &format!("{at}/install-url"), &token, &json!({"install_url": "https://forum.example"}));
    let url = ask("GET", &format!("{at}/download"), &token, &Value::Null).json()["url"].clone();
    let url = url.as_str().unwrap();
    assert_eq!(http::get(shop.server.address, &url[url.find("/download/").unwrap()..]).text(), "hello");
    for (method, target, token) in [
        ("GET", at.as_str(), token.as_str()),
        ("GET", "/api/order", "1-forged"),
        ("GET", "/v1/orders", token.as_str()),
        ("GET", "/api/order/purchases/1/downloads", token.as_str()),
    ] {
        assert_eq!(ask(method, target, token, &Value::Null).status, 404, "{method} {target}");
    }
    assert_eq!(post(store.address, "/api/orders", &[], &"x".repeat(70_000)).status, 413);
    assert!(!said.contains("sk_test_") && !said.contains("mia@customer.example"), "{said}");
}

fn fault_code(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["error"]["code"].as_str().unwrap().to_owned())
}

#[test]
fn the_bridge_makes_one_order_of_what_stripe_tells_often() {
    let shop = Shop::open(Engine::sqlite());
    let test_key = key(&shop.engine, &["--scopes", "read:orders,write:orders", "--mode", "test"]);
    let all = key(&shop.engine, &["--scopes", "all", "--mode", "test"]);
    let api = shop.with(&all);
    let product = api.product();
    let mut bridge = command("python3", "stripe_bridge.py");
    bridge.args(["--shop", &format!("http://{}", shop.server.address), "--port", "0"]);
    bridge.env("KEYWRIGHT_API_KEY", &test_key).env("STRIPE_WEBHOOK_SECRET", "whsec_test");
    let bridge = Program::start(bridge);
    let now = seconds(Clock::System.now());
    let send = |secret: &str, at: i64, event: &Value| {
        let body = event.to_string();
        let mac = hex(&seal::sign(secret.as_bytes(), format!("{at}.{body}").as_bytes()));
        post(bridge.address, "/webhook", &[("Stripe-Signature", &format!("t={at},v1={mac}"))], &body)
    };
    let session = |id: &str, total: i64| {
        json!({"id": format!("evt_{id}"), "type": "checkout.session.completed", "created": now, "livemode": false,
            "data": {"object": {"id": id, "payment_status": "paid", "amount_total": total, "currency": "eur", "payment_intent": "pi_1",
                "customer_details": {"email": "mia@customer.example"}, "metadata": {"keywright_product_id": product.to_string()}}}})
    };
    let event = session("cs_1", 2_999);
    assert_eq!(send("whsec_other", now, &event).status, 400);
    assert_eq!(send("whsec_test", now - 400, &event).status, 400);
    let first = send("whsec_test", now, &event);
    assert_eq!((first.status, &first.json()["paid"]), (200, &json!(true)), "{first:?}");
    assert_eq!(send("whsec_test", now, &event).json()["order_id"], first.json()["order_id"]);
    let orders = || api.done("GET", "/v1/orders", &Value::Null)["data"].clone();
    assert_eq!(orders().as_array().unwrap().len(), 1);
    let wrong = send("whsec_test", now, &session("cs_2", 2_998));
    assert!(wrong.status == 200 && wrong.json()["warning"].is_string(), "{wrong:?}");
    assert_eq!((orders().as_array().unwrap().len(), &orders()[0]["payment_status"]), (2, &json!("unpaid")));

    let charge = json!({"id": "evt_3", "type": "charge.refunded", "created": now, "livemode": false,
        "data": {"object": {"id": "ch_1", "amount": 2_999, "amount_refunded": 2_999, "currency": "eur",
            "metadata": {"keywright_order_id": first.json()["order_id"].to_string()}}}});
    assert_eq!(send("whsec_test", now, &charge).json()["refunded"], 2_999);
    assert_eq!(send("whsec_test", now, &charge).json()["refunded"], 0);
    let order = api.done("GET", &format!("/v1/orders/{}", first.json()["order_id"]), &Value::Null);
    assert_eq!(order["payment_status"], "refunded");
    let nothing = json!({"id": "evt_4", "type": "invoice.paid", "created": now, "livemode": false, "data": {"object": {}}});
    assert!(send("whsec_test", now, &nothing).json()["ignored"].is_string());
    drop(shop);
    assert_eq!(send("whsec_test", now, &session("cs_5", 2_999)).status, 503);
}
