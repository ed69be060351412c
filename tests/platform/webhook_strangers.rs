//! Receivers that hang, drip, pour, lie or send elsewhere: each is done with in time and in little memory, the log says how it
//! went, and the others are told meanwhile.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;

use super::Shop;
use crate::support::{Engine, block_on, hook, until};
use keywright::domain::webhook_delivery::{self as delivery, Delivery, Status};

/// How long an endpoint may take, in milliseconds, and what is forgiven on a machine with much to do.
const PATIENCE: i64 = 5_000;
const GRACE: i64 = 2_500;
const GIGABYTE: usize = 1 << 30;
/// What the peak of the server's memory may grow by, in kB.
const MEMORY: usize = 32_768;

const SILENCE: &str = "timed out after 5 s";
const NO_HTTP: &str = "no proper answer: ";
const TALKS: &str = "no proper answer: it says too much before it answers";

/// A receiver, and what the log says of it.
struct Stranger {
    does: &'static str,
    scheme: &'static str,
    attend: fn(&mut TcpStream),
    status: Option<i64>,
    said: &'static str,
}

const fn http(
    does: &'static str,
    status: Option<i64>,
    said: &'static str,
    attend: fn(&mut TcpStream),
) -> Stranger {
    Stranger { does, scheme: "http", attend, status, said }
}

const fn https(does: &'static str, said: &'static str, attend: fn(&mut TcpStream)) -> Stranger {
    Stranger { does, scheme: "https", attend, status: None, said }
}

const STRANGERS: &[Stranger] = &[
    http("takes the call and says nothing", None, SILENCE, hold),
    http("sends its head byte by byte", None, SILENCE, |to| drip(to, b"HTTP/1.1 200 OK\r\nX-Long: ")),
    http("sends empty lines before its head", None, SILENCE, |to| drip(to, b"\r\n")),
    http("sends its body byte by byte", Some(200), "xxxx", |to| {
        say(to, b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nxxxx");
        drip(to, b"");
    }),
    http("refuses byte by byte", Some(500), "xxxx", |to| {
        say(to, b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nxxxx\r\nffff\r\n");
        drip(to, b"");
    }),
    http("pours a body without end", Some(200), "xxxx", |to| {
        say(to, b"HTTP/1.1 200 OK\r\n\r\n");
        pour(to, &[b'x'; 65_536]);
    }),
    http("pours chunks without end", Some(200), "xxxx", |to| {
        say(to, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        pour(to, b"4\r\nxxxx\r\n");
    }),
    http("answers a gigabyte", Some(200), "xxxx", gigabyte),
    http("answers a bomb", Some(200), "\u{1f}\u{fffd}", bomb),
    http("has a head of a megabyte", None, NO_HTTP, |to| {
        let long = "x".repeat(1 << 20);
        say(to, format!("HTTP/1.1 200 OK\r\nX-Long: {long}\r\nContent-Length: 0\r\n\r\n").as_bytes());
        hold(to);
    }),
    http("has ten thousand headers", None, NO_HTTP, |to| {
        say(to, format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(10_000)).as_bytes());
        hold(to);
    }),
    http("pours headers without end", None, NO_HTTP, |to| {
        say(to, b"HTTP/1.1 200 OK\r\n");
        pour(to, b"A: b\r\n");
    }),
    http("speaks something else", None, NO_HTTP, |to| say(to, b"220 mail.example ESMTP\r\n")),
    http("speaks HTTP/2", None, NO_HTTP, |to| say(to, b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80")),
    http("speaks TLS where none was asked for", None, NO_HTTP, |to| say(to, b"\x15\x03\x01\0\x02\x02\x46")),
    http("pours noughts", None, NO_HTTP, |to| pour(to, &[0; 65_536])),
    http("says 100 Continue without end", None, TALKS, |to| pour(to, b"HTTP/1.1 100 Continue\r\n\r\n")),
    http("gives hints without end", None, TALKS, |to| {
        pour(to, b"HTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\n");
    }),
    http("hangs up at once", None, NO_HTTP, hang_up),
    http("hangs up in its head", None, NO_HTTP, |to| say(to, b"HTTP/1.1 200 OK\r\nConte")),
    http("hangs up in its body", Some(200), "part", |to| {
        say(to, b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\npart");
    }),
    http("has two lengths", None, NO_HTTP, |to| {
        say(to, b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab");
    }),
    http("has a length of less than nothing", None, NO_HTTP, |to| {
        say(to, b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n");
    }),
    http("has a chunk larger than there are numbers", Some(200), "", |to| {
        say(to, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\n");
        hold(to);
    }),
    http("pours the size of a chunk", Some(200), "", |to| {
        say(to, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;");
        pour(to, &[b'x'; 65_536]);
    }),
    http("pours trailers", Some(200), "xxxx", |to| {
        say(to, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nxxxx\r\n0\r\n");
        pour(to, b"A: b\r\n");
    }),
    http("has a status of its own", Some(999), "", |to| {
        say(to, b"HTTP/1.1 999 Mine\r\nContent-Length: 0\r\n\r\n");
    }),
    https("says nothing to TLS", SILENCE, hold_whatever),
    https("answers TLS with noise", "TLS: ", |to| pour(to, b"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8")),
    https("answers TLS with a record without end", SILENCE, |to| {
        let _ = to.write_all(b"\x16\x03\x03\x40\x00\x02");
        drip(to, b"");
    }),
    https("hangs up on TLS", "TLS: ", |to| drop(to.shutdown(std::net::Shutdown::Both))),
    http("sends elsewhere for good", Some(301), "", |to| send_elsewhere(to, "301 Moved")),
    http("sends elsewhere for now", Some(302), "", |to| send_elsewhere(to, "302 Found")),
    http("sends elsewhere to look", Some(303), "", |to| send_elsewhere(to, "303 Other")),
    http("sends elsewhere with the body", Some(307), "", |to| send_elsewhere(to, "307 There")),
    http("sends elsewhere with the body for good", Some(308), "", |to| send_elsewhere(to, "308 There")),
];

/// Where the receivers that send elsewhere send to, and how often anybody came.
static ELSEWHERE: Mutex<Option<SocketAddr>> = Mutex::new(None);
static CAME_ELSEWHERE: AtomicUsize = AtomicUsize::new(0);
/// How much of the gigabyte went out.
static POURED: AtomicUsize = AtomicUsize::new(0);

fn say(to: &mut TcpStream, bytes: &[u8]) {
    let _ = to.write_all(bytes);
}

fn hold(to: &mut TcpStream) {
    let _ = to.read_to_end(&mut Vec::new());
}

fn hold_whatever(to: &mut TcpStream) {
    hold(to);
}

fn hang_up(to: &mut TcpStream) {
    let _ = to.shutdown(std::net::Shutdown::Both);
}

/// One byte after the other, for as long as they are taken.
fn drip(to: &mut TcpStream, first: &[u8]) {
    let mut bytes = first.iter().copied().chain(std::iter::repeat(b'x'));
    while bytes.next().is_some_and(|byte| to.write_all(&[byte]).is_ok()) {
        std::thread::park_timeout(Duration::from_millis(100));
    }
}

fn pour(to: &mut TcpStream, piece: &[u8]) {
    let pieces = piece.repeat(65_536 / piece.len());
    while to.write_all(&pieces).is_ok() {}
}

fn gigabyte(to: &mut TcpStream) {
    say(to, format!("HTTP/1.1 200 OK\r\nContent-Length: {GIGABYTE}\r\n\r\n").as_bytes());
    let piece = [b'x'; 16_384];
    for _ in 0..GIGABYTE / piece.len() {
        if to.write_all(&piece).is_err() {
            return;
        }
        POURED.fetch_add(piece.len(), Ordering::SeqCst);
    }
}

/// 64 MB of the same letter, in 64 kB.
fn bomb(to: &mut TcpStream) {
    let script = "head -c 67108864 /dev/zero | tr '\\0' x | gzip -n";
    let packed = Command::new("sh").args(["-c", script]).output().unwrap().stdout;
    assert!((30_000..1_000_000).contains(&packed.len()), "{}", packed.len());
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", packed.len());
    say(to, head.as_bytes());
    say(to, &packed);
}

fn send_elsewhere(to: &mut TcpStream, status: &str) {
    let elsewhere = ELSEWHERE.lock().unwrap().unwrap();
    let head = format!("HTTP/1.1 {status}\r\nLocation: http://{elsewhere}/\r\nContent-Length: 0\r\n\r\n");
    say(to, head.as_bytes());
}

impl Stranger {
    fn url(&'static self) -> String {
        let address = hook::open(|mut stream| {
            let is_plain = self.scheme == "http";
            // To hang up with something unread is ruder: the other side is told of an error.
            if is_plain && self.does != "hangs up at once" {
                let _ = hook::read(&mut stream);
            }
            (self.attend)(&mut stream);
        });
        format!("{}://{address}/hook", self.scheme)
    }

    /// What is wrong with how the log has it.
    fn wrong(&self, logged: &Delivery) -> Option<String> {
        let said = logged.said.clone().unwrap_or_default();
        let took = logged.tried_at.unwrap() - logged.created_at;
        let status = if self.status == Some(200) { Status::Delivered } else { Status::Pending };
        // A part of a body that came late need not have come.
        let is_right = logged.http_status == self.status
            && said.starts_with(self.said)
            && said.len() <= 3 * 2_048
            && (self.does != "answers a bomb" || !said.contains("xxxx"))
            && (self.status.is_some() || said.len() <= 250)
            && took <= PATIENCE + GRACE
            && (self.said != SILENCE || took >= PATIENCE)
            && logged.status == status;
        let begins: String = said.chars().take(80).collect();
        (!is_right).then(|| format!("{}: {:?} {begins:?} after {took} ms", self.does, logged.http_status))
    }
}

/// The most memory that the process has had, in kB.
fn peak(pid: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// All of them are told at once, and a friend meanwhile.
#[test]
fn strangers_cost_their_time_and_little_else() {
    *ELSEWHERE.lock().unwrap() = Some(hook::open(|_| {
        CAME_ELSEWHERE.fetch_add(1, Ordering::SeqCst);
    }));
    let engine = Engine::sqlite();
    std::fs::write(engine.folder.path().join("keywright.toml"), "webhook_allow = \"127.0.0.0/8\"\n").unwrap();
    let shop = Shop::open(engine);
    let api = shop.api();
    let told = Arc::new(Mutex::new(Instant::now()));
    let count = Arc::new(AtomicUsize::new(0));
    let (last, counted) = (told.clone(), count.clone());
    let friend = hook::open(move |mut stream| {
        if hook::read(&mut stream).is_some() {
            *last.lock().unwrap() = Instant::now();
            counted.fetch_add(1, Ordering::SeqCst);
            hook::take(&mut stream);
        }
    });
    let endpoint = |url: &str, event: &str| {
        let made = api.done("POST", "/v1/webhooks", &json!({"url": url, "events": [event]}));
        made["id"].as_i64().unwrap()
    };
    endpoint(&format!("http://{friend}/"), "product.updated");
    let product = api.product();
    // How long the friend waits to be told.
    let tell_the_friend = |nth: usize| {
        let begun = Instant::now();
        api.done("PATCH", &format!("/v1/products/{product}"), &json!({"title": format!("Name {nth}")}));
        until("the friend is told", || count.load(Ordering::SeqCst) == nth);
        *told.lock().unwrap() - begun
    };
    let warm = (1..=20).map(tell_the_friend).max().unwrap();
    println!("webhooks: alone, a friend waits {warm:?} at the most");

    let ids: Vec<i64> = STRANGERS.iter().map(|one| endpoint(&one.url(), "product.created")).collect();
    let (store, before) = (shop.engine.system_store(), peak(shop.server.pid()));
    api.product();
    let mut logged: Vec<Option<Delivery>> = vec![None; ids.len()];
    let (mut nth, mut lag) = (20, Duration::ZERO);
    // The first attempt counts: those that fail are tried again in a few seconds.
    until("each is tried", || {
        nth += 1;
        lag = lag.max(tell_the_friend(nth));
        for (id, logged) in ids.iter().copied().zip(&mut logged) {
            if logged.is_none() {
                let found =
                    block_on(store.read(move |tx| delivery::list(tx, id, None, 1))).unwrap().remove(0);
                *logged = found.tried_at.is_some().then_some(found);
            }
        }
        logged.iter().all(Option::is_some)
    });
    let grown = peak(shop.server.pid()) - before;
    let wrong: Vec<String> =
        STRANGERS.iter().zip(logged.iter().flatten()).filter_map(|(one, logged)| one.wrong(logged)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let poured = POURED.load(Ordering::SeqCst) >> 20;
    println!(
        "webhooks: {} strangers: {grown} kB more at the most, {poured} MB of a gigabyte read, a friend waits {lag:?}",
        ids.len()
    );
    assert!(grown < MEMORY, "{grown} kB");
    assert!(poured < 64, "{poured} MB");
    assert!(lag < Duration::from_secs(3), "the friend was told {} times, once after {lag:?}", nth - 20);
    assert!(nth > 25, "the friend is told while the strangers take their time");
    assert_eq!(CAME_ELSEWHERE.load(Ordering::SeqCst), 0, "nobody is sent elsewhere");
}
