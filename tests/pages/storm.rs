//! Storms of wrong passwords: they keep nobody out who comes from where they came from before, and nothing else waits for them.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc;

use keywright::domain::person::Role;

use crate::oauth::{Browser, PASSWORD, Shop, form, hidden};
use crate::support::http::{self, Answer};
use crate::support::server::{Server, issue, json, product};
use crate::support::{Engine, engines, until};

const OWNER: &str = "mia@shop.example";
const OTHER: &str = "ben@shop.example";
const PATH: &str = "/admin/sign-in";
/// Who tries at once; more than there is place for in the line.
const THREADS: u32 = 40;
const ATTEMPTS: u32 = 200;

fn open(engine: Engine) -> Shop {
    let server = Server::start(&engine, &["--trusted-proxies", "127.0.0.1/32"]);
    Shop { store: engine.system_store(), server, engine }
}

/// Somebody tries to sign in from there, in a browser that is new.
fn try_from(shop: &Shop, from: &str, email: &str, password: &str) -> Answer {
    let mut browser = Browser::new(shop.address());
    browser.headers.push(("X-Forwarded-For".into(), from.into()));
    let page = browser.get(PATH);
    browser.submit(&page, PATH, &[("email", email), ("password", password)])
}

/// Wrong passwords for one account, each from another address, until it is enough: what they were answered with.
fn storm(
    address: SocketAddr,
    came: &mpsc::Sender<u16>,
    is_over: &AtomicBool,
    number: &AtomicU32,
) -> BTreeSet<u16> {
    let stranger = Browser::new(address);
    let page = stranger.get(PATH);
    let cookie = format!("keywright-form={}", stranger.cookie("keywright-form").unwrap());
    let hidden = hidden(&page, PATH);
    let mut fields: Vec<(&str, &str)> = hidden.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    fields.extend([("email", OWNER), ("password", "a wrong password")]);
    let body = form(&fields);
    let mut answers = BTreeSet::new();
    loop {
        let nth = number.fetch_add(1, Ordering::SeqCst);
        if is_over.load(Ordering::SeqCst) && nth >= ATTEMPTS {
            return answers;
        }
        let from = format!("203.{}.{}.{}", nth >> 16 & 255, nth >> 8 & 255, nth & 255);
        let headers = [
            ("Cookie", cookie.as_str()),
            ("X-Forwarded-For", from.as_str()),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        let status = http::send(address, "POST", PATH, &headers, body.as_bytes()).status;
        answers.insert(status);
        let _ = came.send(status);
    }
}

/// Ends a storm.
struct Calm<'a>(&'a AtomicBool);

impl Drop for Calm<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn a_storm_from_everywhere_keeps_nobody_out_and_starves_nothing() {
    for engine in engines() {
        let shop = open(engine);
        let id = product(&shop.engine, &[]);
        json(&shop.engine, &["release", "publish", "--product", &id.to_string(), "--version", "1.0.0"]);
        let licence = issue(&shop.engine, id, &[]);
        let key = licence["key"].as_str().unwrap();
        let usage = shop.server.call(&format!("activate&key={key}")).json()["usage_id"].to_string();
        shop.person(OWNER, Role::Owner);
        for from in ["192.0.2.1", "2001:db8:1::1"] {
            assert_eq!(try_from(&shop, from, OWNER, PASSWORD).status, 303, "{from}");
        }
        let updates = format!("/software/updatecheck/{id}");
        until("the release is told", || http::get(shop.address(), &updates).status == 200);
        let (came, comes) = mpsc::channel();
        let (is_over, number) = (AtomicBool::new(false), AtomicU32::new(0));
        let number = &number;
        let answers: BTreeSet<u16> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..THREADS)
                .map(|_| {
                    let came = came.clone();
                    let (address, is_over) = (shop.address(), &is_over);
                    scope.spawn(move || storm(address, &came, is_over, number))
                })
                .collect();
            // However this ends, the storm does too.
            let calm = Calm(&is_over);
            // The line is full as soon as somebody is sent away.
            while comes.recv().unwrap() != 503 {}
            for from in ["192.0.2.1", "2001:db8:1::2", "192.0.2.1"] {
                let checked = shop.server.call(&format!("check&key={key}&usage_id={usage}"));
                assert!(checked.status == 200 && checked.text().contains("ACTIVE"), "{checked:?}");
                let told = http::get(shop.address(), &updates);
                assert_eq!(told.status, 200, "{told:?}");
                let entered = try_from(&shop, from, OWNER, PASSWORD);
                assert_eq!(entered.status, 303, "from {from}: {entered:?}");
            }
            drop(calm);
            all.into_iter().flat_map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(answers, BTreeSet::from([403, 503]), "{}", shop.engine.name);
        assert!(number.load(Ordering::SeqCst) >= ATTEMPTS);
        assert_eq!(shop.count("select count(*) from session"), 5, "nobody else came in");
    }
}

#[test]
fn at_a_known_address_nothing_counts_but_what_is_tried_there_for_the_account() {
    let shop = open(Engine::sqlite());
    let (here, other_house) = ("192.0.2.1", "192.0.2.2");
    shop.person(OWNER, Role::Owner);
    shop.person(OTHER, Role::Support);
    assert_eq!(try_from(&shop, here, OWNER, PASSWORD).status, 303);
    assert_eq!(try_from(&shop, other_house, OTHER, PASSWORD).status, 303);
    // Somebody in the same house tries names until nothing more is looked at; on a slow machine a look comes free between two tries.
    let numbers = Cell::new(0);
    let guess = || {
        numbers.set(numbers.get() + 1);
        try_from(&shop, here, &format!("{}@shop.example", numbers.get()), "a wrong password").status
    };
    let is_refused = |email: &str| {
        until("nothing more is looked at", || guess() == 429);
        try_from(&shop, here, email, PASSWORD).status == 429
    };
    assert_eq!(guess(), 403);
    until("who is known elsewhere, and not here, is refused", || is_refused(OTHER));
    until("nothing more is looked at", || guess() == 429);
    assert_eq!(try_from(&shop, here, OWNER, PASSWORD).status, 303);
    // What was a month ago is known no more.
    shop.write(|tx| tx.exec("update audit set created_at = created_at - 2678400000", &[]));
    until("who was here a month ago is refused", || is_refused(OWNER));
    shop.write(|tx| tx.exec("update audit set created_at = created_at + 2678400000", &[]));
    // So many passwords of one account are tried there too, and then it is slow.
    let wrong = || try_from(&shop, here, OWNER, "a wrong password").status;
    assert_eq!([(); 5].map(|()| wrong()), [403; 5]);
    until("the account's passwords are not looked at", || wrong() == 429);
}
