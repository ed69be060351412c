//! Takes webhooks of keywright, whichever format they have, and prints the events that are genuine.
//! With the crates `base64`, `hmac`, `serde_json` and `sha2`.
//!
//!     KEYWRIGHT_WEBHOOK_SECRET=whsec_... cargo run --example webhook_receiver -- PORT

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};
use std::{env, thread};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

/// Seconds that a timestamp may be off.
const TOLERANCE: u64 = 300;
/// The largest body that is read, in bytes.
const LARGEST: usize = 1 << 20;

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// By name in lower case.
type Headers = HashMap<String, String>;

/// Whether these headers sign this body under this secret.
fn is_genuine(headers: &Headers, body: &[u8], secret: &str) -> bool {
    let get = |name: &str| headers.get(name).map(String::as_str).unwrap_or_default();
    if !headers.contains_key("webhook-signature") {
        return ["x-webhook-signature", "x-webhook-signature-previous"]
            .iter()
            .any(|name| unhex(get(name)).is_some_and(|given| signs(secret.as_bytes(), &[body], &given)));
    }
    // Standard Webhooks
    let (event, sent_at) = (get("webhook-id"), get("webhook-timestamp"));
    // This one program has no other clock to ask.
    #[expect(clippy::disallowed_methods, reason = "an example stands alone")]
    let now = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let is_fresh = sent_at.parse::<u64>().is_ok_and(|at| now.abs_diff(at) <= TOLERANCE);
    let Ok(key) = BASE64.decode(secret.trim_start_matches("whsec_")) else { return false };
    is_fresh
        && get("webhook-signature").split(' ').any(|given| {
            let given = given.strip_prefix("v1,").and_then(|given| BASE64.decode(given).ok());
            let signed = [event.as_bytes(), b".", sent_at.as_bytes(), b".", body];
            given.is_some_and(|given| signs(&key, &signed, &given))
        })
}

/// Whether this is the HMAC-SHA256 of these parts, compared in constant time.
fn signs(key: &[u8], parts: &[&[u8]], given: &[u8]) -> bool {
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key) else { return false };
    for part in parts {
        mac.update(part);
    }
    mac.verify_slice(given).is_ok()
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    if !digits.is_ascii() {
        return None;
    }
    let pairs = (0..digits.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect()
}

/// Reads one request: its method, headers and body. In a program of yours the web framework does this.
fn read(stream: &TcpStream) -> Fallible<(String, Headers, Vec<u8>)> {
    let mut from = BufReader::new(stream).take(LARGEST as u64);
    let mut line = String::new();
    from.read_line(&mut line)?;
    let method = line.split(' ').next().unwrap_or_default().to_owned();
    let mut headers = Headers::new();
    loop {
        line.clear();
        from.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(Ok(0), |text| text.parse::<usize>())?;
    let mut body = vec![0; length.min(LARGEST)];
    from.read_exact(&mut body)?;
    Ok((method, headers, body))
}

/// Answers one request. `seen`: a real receiver keeps it with what the event changed, in one transaction.
fn serve(mut stream: TcpStream, secret: &str, seen: &Mutex<HashSet<i64>>) -> Fallible<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let (method, headers, body) = read(&stream)?;
    let status = if method == "POST" && is_genuine(&headers, &body, secret) {
        let event: Value = serde_json::from_slice(&body)?;
        let id = event["id"].as_i64().ok_or("an event without an id")?;
        // The same event may come twice.
        if seen.lock().is_ok_and(|mut seen| seen.insert(id)) {
            writeln!(std::io::stdout(), "{} {}", event["event"], event["data"])?;
        }
        "204 No Content"
    } else {
        "401 Unauthorized"
    };
    write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")?;
    Ok(())
}

fn main() -> Fallible<()> {
    let port: u16 = env::args().nth(1).ok_or("usage: webhook_receiver PORT")?.parse()?;
    let secret = Arc::new(env::var("KEYWRIGHT_WEBHOOK_SECRET")?);
    let seen = Arc::new(Mutex::new(HashSet::new()));
    for stream in TcpListener::bind(("127.0.0.1", port))?.incoming() {
        let (stream, secret, seen) = (stream?, secret.clone(), seen.clone());
        thread::spawn(move || {
            if let Err(e) = serve(stream, &secret, &seen) {
                let _ = writeln!(std::io::stderr(), "a request came to nothing: {e}");
            }
        });
    }
    Ok(())
}
