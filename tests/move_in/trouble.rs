//! Old services that are busy, broken, somewhere else, or do not let us in.

use super::old::{KEY, Mood};
use super::shops::{shopkit, shoppy_v1};
use super::{counts, moved, moving, rows};
use crate::support::server::cli;
use crate::support::{Engine, engines};

#[test]
fn what_is_busy_or_broken_is_asked_again() {
    for engine in engines() {
        let old = shopkit(120);
        old.watch(|call, _| match call {
            3 => Some(Mood::Says(429, Some(1))),
            5 => Some(Mood::Says(500, None)),
            6 => Some(Mood::Breaks),
            8 => Some(Mood::Says(503, Some(0))),
            9 => Some(Mood::Says(502, None)),
            _ => None,
        });
        let begun = std::time::Instant::now();
        let (code, report) = moved(&engine, "shopkit", &old, &[]);
        assert_eq!((code, counts(&report, "orders")), (0, [120, 0, 0, 0]), "{report}");
        assert!(begun.elapsed().as_secs() >= 1, "it was asked to wait");
        assert_eq!(rows(&engine, "sale"), 120);
    }
}

#[test]
fn what_came_meanwhile_is_taken_too() {
    let engine = &engines()[0];
    let old = shoppy_v1(100);
    let list = old.clone();
    // While its last page is read, orders come in front.
    let mut is_there = false;
    let seen = std::sync::Arc::new(std::sync::Mutex::new(false));
    let flag = seen.clone();
    old.watch(move |_, target| {
        if target.contains("/orders?page=3") && !is_there {
            is_there = true;
            *flag.lock().unwrap() = true;
        }
        None
    });
    let adding = std::thread::spawn(move || {
        crate::support::until("page 3 is asked for", || *seen.lock().unwrap());
        list.change("/orders", |orders| {
            for n in 100..130 {
                orders.insert(0, super::shops::shoppy_order(n));
            }
        });
    });
    let (_, report) = moved(engine, "shoppy", &old, &[]);
    adding.join().unwrap();
    let [new, _, _, left_out] = counts(&report, "orders");
    let (_, again) = moved(engine, "shoppy", &old, &[]);
    assert_eq!((new + counts(&again, "orders")[0], left_out), (130, 0), "{report} {again}");
    assert!(new >= 100, "{report}");
    assert_eq!(rows(engine, "sale"), 130);
}

#[test]
fn what_is_wrong_is_said_at_once() {
    let engine = &Engine::sqlite();
    let old = shopkit(1);
    let url = old.url();
    let nobody = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let deeper = format!("{url}/shop");
    for (from, key, code, says) in [
        (url.as_str(), "wrong", 4, "does not take the key"),
        (&deeper, KEY, 4, "not at that address"),
        (&nobody, KEY, 1, "refused the connection"),
        ("ftp://old.example", KEY, 2, "no http or https address"),
        (&url, "a\nb", 2, "no header can hold"),
    ] {
        let begun = std::time::Instant::now();
        let output = cli(engine, &["import", "shopkit", "--from", from, "--key", key]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{from}: {said}");
        assert!(said.contains(says), "{from}: {said}");
        assert!(!said.contains(KEY), "{said}");
        assert!(begun.elapsed().as_secs() < 10);
    }
    for table in ["move_in", "sale"] {
        assert_eq!(rows(engine, table), 0);
    }
}

#[test]
fn a_key_comes_by_standard_input_too() {
    use std::io::Write;
    let engine = &Engine::sqlite();
    let old = shopkit(3);
    let url = old.url();
    let mut command = crate::support::server::command(
        engine,
        &["import", "shopkit", "--from", &url, "--key", "-", "--json"],
    );
    let mut child =
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{KEY}\n").as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(rows(engine, "sale"), 3);
}

#[test]
fn people_are_told_in_lines() {
    let engine = &Engine::sqlite();
    let old = shopkit(3);
    old.change("/order", |orders| orders[0]["client"]["email"] = "nobody".into());
    let output = {
        let mut command = moving(engine, "shopkit", &old, &[]);
        command.output().unwrap()
    };
    assert_eq!(output.status.code(), Some(4));
    let url = old.url();
    let output = cli(engine, &["import", "shopkit", "--from", &url, "--key", KEY]);
    let (out, aside) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(out.contains("orders") && out.contains("2 known"), "{out}");
    assert!(aside.contains("not taken: orders 5002: 'nobody' is not an e-mail address"), "{aside}");
}
