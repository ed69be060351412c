//! The client examples, each in its own language against the real server: what a vendor copies works.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::cluster::free_port;
use crate::support::server::{KEYWRIGHT, Server, clean, has, json, key, product};
use crate::support::{Engine, http};

const EMAIL: &str = "buyer+home@customer.example";
const EXTRA: &str = r#"{"host":"Büro \"A & B\" +1, 50%20 of 日本","a=b":["c;d#e",{}]}"#;

/// A client: the words of its command.
struct Client(Vec<String>);

impl Client {
    /// A file of `examples/clients`, run by an interpreter.
    fn script(interpreter: &str, file: &str) -> Self {
        Self(vec![needed(interpreter), folder().join(file).display().to_string()])
    }

    /// Runs it: exit code, standard output and standard error.
    fn run(&self, address: SocketAddr, args: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(&self.0[0]);
        clean(&mut command);
        for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(proxy);
        }
        command.args(&self.0[1..]).arg(format!("http://{address}/")).args(args);
        let output = command.env("KEYWRIGHT_TIMEOUT", "3").output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim_end().to_owned();
        let code = output.status.code().unwrap_or_else(|| panic!("{args:?} ended by a signal"));
        (code, text(output.stdout), text(output.stderr))
    }

    /// Runs it, and compares all three.
    fn expect(&self, address: SocketAddr, args: &[&str], code: i32, out: &str, err: &str) {
        assert_eq!(self.run(address, args), (code, out.to_owned(), err.to_owned()), "{args:?}");
    }
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/clients")
}

/// A program that must be there.
fn needed(program: &str) -> String {
    assert!(
        has(program),
        "{program} is missing, and this test runs an example with it; tests/run installs it"
    );
    program.to_owned()
}

#[test]
fn shell() {
    needed("curl");
    walk(&Client::script("sh", "licence.sh"));
}

#[test]
fn python() {
    walk(&Client::script("python3", "keywright.py"));
}

#[test]
fn javascript() {
    walk(&Client::script("node", "keywright.mjs"));
}

#[test]
fn php() {
    walk(&Client::script("php", "keywright.php"));
}

#[test]
fn csharp() {
    let built = tempfile::tempdir().unwrap();
    let program = built.path().join("keywright.exe").display().to_string();
    let made = Command::new(needed("mcs"))
        .args(["-warnaserror", "-d:KEYWRIGHT_MAIN", &format!("-out:{program}")])
        .arg("-r:System.Net.Http,System.Runtime.Serialization,System.Xml,System.Xml.Linq")
        .arg(folder().join("Keywright.cs"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    walk(&Client(vec![needed("mono"), program]));
}

#[test]
fn rust() {
    let program = Path::new(KEYWRIGHT).parent().unwrap().join("examples/check_licence");
    assert!(
        program.exists(),
        "`cargo test` without --test builds it, or: cargo build --example check_licence"
    );
    walk(&Client(vec![program.display().to_string()]));
}

/// What every client must do.
fn walk(client: &Client) {
    let engine = Engine::sqlite();
    let by_email = product(&engine, &["--identifier-mode", "email", "--max-uses", "1"]);
    let by_hand = product(&engine, &["--identifier-mode", "manual"]);
    let id = by_email.to_string();
    json(&engine, &["release", "publish", "--product", &id, "--version", "1.2.0"]);
    let issued = key(&engine, by_email, &["--email", EMAIL]);
    let lossy = key(&engine, by_email, &["--email", EMAIL]);
    let bound = key(&engine, by_hand, &[]);
    let server = Server::start(&engine, &[]);

    calls(client, &server, &issued);
    binding(client, &server, &bound);
    updates(client, &server, &id, &by_hand.to_string());
    retries(client, &server, &lossy);
    troubles(client, &server, &issued);
    for wrong in [&["check", &issued][..], &["no-such-verb", &issued], &["update", &id, "1.2"], &[]] {
        let (code, out, err) = client.run(server.address, wrong);
        assert_eq!((code, out.as_str(), err.is_empty()), (64, "", false), "{wrong:?}: {err}");
    }
}

fn calls(client: &Client, server: &Server, key: &str) {
    let (at, active) = (server.address, r#"{"status":"ACTIVE","uses":1,"max_uses":1}"#);
    client.expect(at, &["activate", key, EMAIL], 0, r#"{"response":"OKAY","usage_id":1}"#, "");
    client.expect(at, &["activate", key, EMAIL], 1, "", "1201 MAX_USES");
    client.expect(at, &["check", key, "1", EMAIL], 0, active, "");
    for wrong in [&["check", key, "1", "other@customer.example"][..], &["check", key, "1"], &["info", key]] {
        client.expect(at, wrong, 1, "", "1101 BAD_KEY_OR_ID");
    }
    client.expect(at, &["check", key, "2", EMAIL], 1, "", "1301 BAD_USAGE_ID");
    assert_eq!(info(client, server, key)["usage_data"]["1"]["extra"], Value::Null);
    // A client that reads JSON itself does not send it.
    let broken = client.run(at, &["update-extra", key, "1", "{broken", EMAIL]);
    assert!(broken.0 == 64 || (broken.0, broken.2.as_str()) == (1, "1904 BAD_REQUEST"), "{broken:?}");
    client.expect(at, &["update-extra", key, "1", EXTRA, EMAIL], 0, r#"{"status":"OKAY"}"#, "");
    let told = info(client, server, key);
    assert_eq!(told["customer_email"], EMAIL);
    assert_eq!(told["usage_data"]["1"]["extra"], serde_json::from_str::<Value>(EXTRA).unwrap());
}

/// What the client's `info` prints: one line, the server's own answer.
fn info(client: &Client, server: &Server, key: &str) -> Value {
    let (code, out, err) = client.run(server.address, &["info", key, EMAIL]);
    assert_eq!((code, err.as_str(), out.lines().count()), (0, "", 1), "{out}");
    let told: Value = serde_json::from_str(&out).unwrap();
    let own = server.call(&format!("info&key={key}&identifier={}", EMAIL.replace('+', "%2B"))).json();
    // `last_checked` is written a few seconds after a check: perhaps between these two calls.
    let still = |mut info: Value| {
        info["usage_data"]["1"]["last_checked"].take();
        info
    };
    assert_eq!(still(told.clone()), still(own));
    told
}

/// The first activation binds the identifier it sends.
fn binding(client: &Client, server: &Server, key: &str) {
    let at = server.address;
    client.expect(at, &["activate", key], 1, "", "1101 BAD_KEY_OR_ID");
    client.expect(at, &["activate", key, "seat & 1"], 0, r#"{"response":"OKAY","usage_id":1}"#, "");
    client.expect(at, &["check", key, "1", "seat"], 1, "", "1101 BAD_KEY_OR_ID");
    assert_eq!(client.run(at, &["check", key, "1", "seat & 1"]).0, 0);
}

fn updates(client: &Client, server: &Server, id: &str, unpublished: &str) {
    let newest = http::get(server.address, &format!("/software/updatecheck/{id}"));
    assert_eq!(newest.json()["longversion"], 10_200);
    for older in ["0", "9999", "10199"] {
        client.expect(server.address, &["update", id, older], 0, newest.text(), "");
    }
    for (id, installed) in [(id, "10200"), (id, "100000"), (unpublished, "0")] {
        client.expect(server.address, &["update", id, installed], 0, "", "up to date");
    }
}

/// An answer that got lost takes no second use: the licence has but one.
fn retries(client: &Client, server: &Server, key: &str) {
    let real = server.address;
    let lossy = peer(move |number, request| {
        let mut to = TcpStream::connect(real).unwrap();
        to.write_all(request).unwrap();
        let answer = http_message(&mut to);
        (number > 0).then_some(answer)
    });
    let (code, out, err) = client.run(lossy, &["activate", key, EMAIL]);
    assert_eq!((code, out.as_str()), (0, r#"{"response":"OKAY","usage_id":1}"#), "{err}");
}

/// No verdict is not a refusal: an app must not lock its buyer out because the network is down.
fn troubles(client: &Client, server: &Server, key: &str) {
    let check = ["check", key, "1", EMAIL];
    let told = |address: SocketAddr, reason: &str| {
        let (code, out, err) = client.run(address, &check);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.starts_with("no verdict: ") && err.contains(reason), "{err}");
    };
    told(SocketAddr::from(([127, 0, 0, 1], free_port())), "");
    told(peer(|_, _| Some(Vec::new())), "");
    told(
        says("429 Too Many Requests", "", r#"{"errorCode":1905,"errorMessage":"TOO_MANY_REQUESTS"}"#),
        "1905",
    );
    told(
        says("503 Service Unavailable", "", r#"{"errorCode":1903,"errorMessage":"INTERNAL_ERROR"}"#),
        "1903",
    );
    told(says("200 OK", "", "<html>Welcome to our hotel</html>"), "HTTP 200");
    told(says("200 OK", "", r#"{"welcome":"to our hotel"}"#), "HTTP 200");
    told(says("502 Bad Gateway", "", "[]"), "HTTP 502");
    // Followed, the redirect would lose the form, and the real server would refuse the bare call with 1101.
    let elsewhere = format!("Location: http://{}{}?check\r\n", server.address, crate::support::server::API);
    told(says("302 Found", &elsewhere, ""), "");
    let silent = client.run(peer(|_, _| None::<Vec<u8>>), &check);
    assert_eq!((silent.0, silent.1.as_str()), (2, ""), "{}", silent.2);
}

/// A stranger that always says the same.
fn says(status: &str, headers: &str, body: &str) -> SocketAddr {
    let length = body.len();
    let answer =
        format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    peer(move |_, _| Some(answer.clone().into_bytes()))
}

/// A listener that answers each request, by number, with these bytes and the end of the connection; without bytes,
/// it keeps the connection and says nothing. Its thread ends with the tests.
fn peer(answer: impl Fn(usize, &[u8]) -> Option<Vec<u8>> + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut silent = Vec::new();
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let request = http_message(&mut stream);
            match answer(number, &request) {
                // A client that gave up meanwhile is told by its own exit code.
                Some(bytes) => drop(stream.write_all(&bytes)),
                None => silent.push(stream),
            }
        }
    });
    address
}

/// One request or answer as it came: the head, and as much body as it announces.
fn http_message(from: &mut impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.map_or(0, |text| text.trim().parse().unwrap());
            if bytes.len() >= end + 4 + length {
                return bytes;
            }
        }
        let mut more = [0; 4_096];
        match from.read(&mut more) {
            Ok(n) if n > 0 => bytes.extend(&more[..n]),
            _ => return bytes,
        }
    }
}
