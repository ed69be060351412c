//! Whatever is sent: the documented code, never a 5xx, never a change.

use crate::support::http::{Answer, Connection};
use crate::support::server::{API, Server, json, key, product};
use crate::support::{Engine, engines};

const ACTIONS: [&str; 5] = ["activate", "check", "info", "updateExtra", "deactivate"];
const PARAMETERS: [&str; 7] = ["key", "identifier", "usage_id", "setIdentifier", "extra", "ip", "nonce"];

/// Everything the database holds on the licence.
fn state(engine: &Engine, key: &str) -> serde_json::Value {
    json(engine, &["licence", "show", key])
}

fn nasty() -> Vec<String> {
    let mut all: Vec<String> = [
        "",
        "%00",
        "%ff",
        "%c3%28",
        "%",
        "%zz",
        "%u0041",
        "a%00b",
        "-1",
        "0",
        "1e9",
        "0x1",
        "9223372036854775808",
        "1'--",
        "%27%20or%201=1--",
        "{",
        "[]",
        "[1,2",
        "null",
        "true",
        "%F0%9F%92%A9",
        "%E2%80%AE",
        "../../etc/passwd",
        "<script>",
        "$1",
        "?",
        "%0d%0aX:1",
    ]
    .iter()
    .filter(|t| !t.contains(['<', '"']))
    .map(ToString::to_string)
    .collect();
    all.push("A".repeat(300));
    all.push("A".repeat(5_000));
    all.push("%5B".repeat(100) + &"%5D".repeat(100));
    all
}

/// Refused as documented, or answered: never our fault, and always JSON.
fn assert_documented(answer: &Answer, case: &str) {
    assert!(answer.status < 500, "{case}: {answer:?}");
    let body = answer.json();
    if answer.status != 200 {
        let code = body["errorCode"].as_u64().unwrap_or_else(|| panic!("{case}: {answer:?}"));
        assert!([1101, 1201, 1301, 1302, 1901, 1904].contains(&code), "{case}: {answer:?}");
    }
}

#[test]
fn every_parameter_of_every_action() {
    for engine in engines() {
        let id = product(
            &engine,
            &["--identifier-mode", "manual", "--max-uses", "1", "--deactivate", "on", "--check-ip", "on"],
        );
        let key = key(&engine, id, &[]);
        let server = Server::start(&engine, &["--access-log", "off"]);
        let first = server.call(&format!("activate&key={key}&identifier=me&setIdentifier=1&extra=%7B%7D"));
        assert_eq!(first.status, 200);
        let before = state(&engine, &key);
        let mut connection = Connection::open(server.address);
        let mut sent = 0;
        for action in ACTIONS {
            for parameter in PARAMETERS {
                for value in nasty() {
                    // An identifier that is not the bound one keeps every other parameter from acting.
                    let base = if parameter == "identifier" { "x=1" } else { "identifier=not-me" };
                    for (method, query, body) in [
                        (
                            "GET",
                            format!("{action}&{parameter}={value}&{base}&key={key}&usage_id=1&extra=null"),
                            String::new(),
                        ),
                        (
                            "POST",
                            action.to_owned(),
                            format!("{parameter}={value}&{base}&key={key}&usage_id=1&extra=null"),
                        ),
                        (
                            "GET",
                            format!("{action}&{parameter}[a]={value}&{base}&key={key}&usage_id=1"),
                            String::new(),
                        ),
                    ] {
                        let case = format!("{} {method} {query:.120} {body:.120}", engine.name);
                        let target = format!("{API}?{query}");
                        let answer = match connection.send(method, &target, &[], body.as_bytes()) {
                            Some(answer) => answer,
                            None => {
                                connection = Connection::open(server.address);
                                connection
                                    .send(method, &target, &[], body.as_bytes())
                                    .unwrap_or_else(|| panic!("{case}"))
                            }
                        };
                        assert_documented(&answer, &case);
                        assert_ne!(answer.status, 200, "{case}");
                        sent += 1;
                    }
                }
            }
        }
        println!("bad input: {sent} calls on {}", engine.name);
        assert_eq!(before, state(&engine, &key), "something changed on {}", engine.name);
    }
}

#[test]
fn unknown_key_and_wrong_identifier_are_the_same_bytes() {
    let engine = Engine::sqlite();
    let id = product(&engine, &["--identifier-mode", "email"]);
    let key = key(&engine, id, &[]);
    let server = Server::start(&engine, &[]);
    for action in ACTIONS {
        let mut answers: Vec<Answer> = [
            format!("{action}&key=NO-SUCH-KEY&identifier=buyer@customer.example&usage_id=1&extra=null"),
            format!("{action}&key={key}&identifier=stranger@customer.example&usage_id=1&extra=null"),
            format!("{action}&key={key}&usage_id=1&extra=null"),
            format!("{action}&usage_id=1&extra=null"),
        ]
        .iter()
        .map(|query| server.call(query))
        .collect();
        for answer in &mut answers {
            answer.headers.retain(|(name, _)| name != "date");
            answer.headers.sort();
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{action}: {answers:?}");
        assert_eq!(answers[0].text(), r#"{"errorCode":1101,"errorMessage":"BAD_KEY_OR_ID"}"#);
    }
}

#[test]
fn a_megabyte_changes_nothing() {
    for engine in engines() {
        let id = product(&engine, &["--deactivate", "on"]);
        let key = key(&engine, id, &[]);
        let server = Server::start(&engine, &[]);
        assert_eq!(server.call(&format!("activate&key={key}")).status, 200);
        let before = state(&engine, &key);
        let long = "A".repeat(1 << 20);
        for action in ACTIONS {
            for parameter in PARAMETERS {
                let mut connection = Connection::open(server.address);
                let body = format!("{parameter}={long}&key={key}&usage_id=1");
                let answer =
                    connection.send("POST", &format!("{API}?{action}"), &[], body.as_bytes()).unwrap();
                assert_eq!(
                    answer.text(),
                    r#"{"errorCode":1904,"errorMessage":"BAD_REQUEST"}"#,
                    "{action} {parameter}"
                );
                // In the URL it is past what the HTTP library reads: refused there, or the connection ends.
                let mut connection = Connection::open(server.address);
                let target = format!("{API}?{action}&{parameter}={long}&key={key}&usage_id=1");
                if let Some(answer) = connection.send("GET", &target, &[], b"") {
                    assert!((400..500).contains(&answer.status), "{answer:?}");
                }
            }
            // A URL that the library reads, but which is longer than we serve.
            let answer = server.call(&format!("{action}&key={key}&usage_id=1&x={}", "A".repeat(9_000)));
            assert_eq!(answer.text(), r#"{"errorCode":1904,"errorMessage":"BAD_REQUEST"}"#);
        }
        assert_eq!(before, state(&engine, &key), "{}", engine.name);
        assert_eq!(server.call(&format!("info&key={key}")).status, 200);
    }
}

#[test]
fn extra_is_bounded_and_checked() {
    let engine = Engine::sqlite();
    let key = key(&engine, product(&engine, &[]), &[]);
    let server = Server::start(&engine, &[]);
    let fits = format!("\"{}\"", "x".repeat(4_094));
    let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
    for (extra, status) in [(fits.clone(), 200), (format!("{fits} "), 400), (deep, 400), ("1 2".into(), 400)]
    {
        let body = format!("key={key}&extra={}", extra.replace(' ', "+"));
        let answer = Connection::open(server.address)
            .send("POST", &format!("{API}?activate"), &[], body.as_bytes())
            .unwrap();
        assert_eq!(answer.status, status, "{extra:.20}");
    }
    assert_eq!(json(&engine, &["licence", "show", &key])["uses"], 1);
}

#[test]
fn a_silent_body_is_given_up() {
    use std::io::{Read, Write};
    let engine = Engine::sqlite();
    let server = Server::start(&engine, &[]);
    let mut stream = std::net::TcpStream::connect(server.address).unwrap();
    write!(stream, "POST {API}?check HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nkey=").unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    let begun = std::time::Instant::now();
    let mut answer = [0; 1_000];
    let read = stream.read(&mut answer).unwrap();
    assert!((8..15).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    assert!(String::from_utf8_lossy(&answer[..read]).starts_with("HTTP/1.1 400"));
}

#[test]
fn a_slow_head_is_given_up() {
    use std::io::{Read, Write};
    let engine = Engine::sqlite();
    let server = Server::start(&engine, &[]);
    let mut stream = std::net::TcpStream::connect(server.address).unwrap();
    write!(stream, "GET /healthz HTTP/1.1\r\nHost:").unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    let begun = std::time::Instant::now();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(begun.elapsed().as_secs() < 9, "{:?}", begun.elapsed());
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[test]
fn raw_bytes_in_the_url_end_in_the_librarys_answer() {
    let engine = Engine::sqlite();
    let key = key(&engine, product(&engine, &[]), &[]);
    let server = Server::start(&engine, &[]);
    for byte in [b'"', b'<', b'>', 0x80, 0xff] {
        let mut bytes = format!("GET {API}?activate&key={key}&extra=").into_bytes();
        bytes.push(byte);
        bytes.extend(b" HTTP/1.1\r\nHost: test\r\n\r\n");
        let answer = Connection::open(server.address).raw(&bytes, false).unwrap();
        assert_eq!((answer.status, answer.body.len()), (400, 0), "{byte}");
    }
    assert_eq!(json(&engine, &["licence", "show", &key])["uses"], 0);
}
