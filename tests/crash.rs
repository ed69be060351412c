//! kill -9 under load: every acknowledged activation is there afterwards, and no limit is passed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use keywright::domain::{activation, ladder};
use keywright::store::{Options, Store};

use crate::support::http::Connection;
use crate::support::server::{API, Server, key, product};
use crate::support::{Engine, block_on, until};

const ROUNDS: usize = 50;
const THREADS: usize = 6;

/// Acknowledged usage ids by key.
type Acknowledged = BTreeMap<String, BTreeSet<i64>>;

/// Hammers the server from several connections until it dies; what it acknowledged.
fn hammer(server: &mut Server, keys: &[String], enough: usize) -> Vec<(String, i64)> {
    let (acknowledged, dead, count) = (Mutex::new(Vec::new()), AtomicBool::new(false), AtomicUsize::new(0));
    let address = server.address;
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (acknowledged, dead, count) = (&acknowledged, &dead, &count);
            scope.spawn(move || {
                let mut connection = Connection::open(address);
                for turn in thread.. {
                    if dead.load(Ordering::SeqCst) {
                        return;
                    }
                    let key = &keys[turn % keys.len()];
                    let Some(answer) = connection.send("GET", &format!("{API}?activate&key={key}"), &[], b"")
                    else {
                        return;
                    };
                    if answer.status == 200 {
                        let id = answer.json()["usage_id"].as_i64().unwrap();
                        acknowledged.lock().unwrap().push((key.clone(), id));
                    } else {
                        assert!([400, 503].contains(&answer.status), "{answer:?}");
                    }
                    count.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        until("enough was answered", || count.load(Ordering::SeqCst) >= enough);
        server.signal("KILL");
        dead.store(true, Ordering::SeqCst);
    });
    server.wait();
    acknowledged.into_inner().unwrap()
}

/// Acknowledged activations that are not stored; panics when a limit is passed.
fn lost(engine: &Engine, acknowledged: &Acknowledged) -> usize {
    let store = Store::open(Options::new(engine.place())).unwrap();
    if engine.name == "sqlite" {
        assert_eq!(block_on(store.check()).unwrap(), Vec::<String>::new());
    }
    let mut lost = 0;
    for (key, ids) in acknowledged {
        let key = key.clone();
        let (record, stored) = block_on(store.read(move |tx| {
            let record = ladder::find(tx, &key, None)?.unwrap();
            let stored = activation::list(tx, record.licence_id)?;
            Ok((record, stored))
        }))
        .unwrap();
        assert_eq!(record.uses, i64::try_from(stored.len()).unwrap(), "uses is not what the rows say");
        assert!(record.max_uses == -1 || record.uses <= record.max_uses, "over the limit");
        let stored: BTreeSet<i64> = stored.iter().map(|a| a.usage_id).collect();
        lost += ids.difference(&stored).count();
    }
    lost
}

fn survives(engine: &Engine) {
    let (open, tight) = (product(engine, &[]), product(engine, &["--max-uses", "40"]));
    let keys: Vec<String> = (0..4).flat_map(|_| [key(engine, open, &[]), key(engine, tight, &[])]).collect();
    let mut acknowledged = Acknowledged::new();
    let mut total = 0;
    for round in 0..ROUNDS {
        let mut server = Server::start(engine, &["--access-log", "off"]);
        for (key, id) in hammer(&mut server, &keys, 10 + round * 7 % 120) {
            assert!(acknowledged.entry(key).or_default().insert(id), "a usage id was given twice");
            total += 1;
        }
        assert_eq!(lost(engine, &acknowledged), 0, "round {round} on {}", engine.name);
    }
    println!("crash: {ROUNDS} kills on {}: {total} acknowledged, 0 lost, 0 over the limit", engine.name);
    assert!(total > ROUNDS, "too little was acknowledged to prove anything: {total}");
}

#[test]
fn sqlite_survives_kills() {
    survives(&Engine::sqlite());
}

#[test]
fn postgres_survives_kills() {
    survives(&Engine::postgres());
}

#[test]
fn a_clean_stop_writes_last_checked() {
    for engine in crate::support::engines() {
        let key = key(&engine, product(&engine, &[]), &[]);
        let mut server = Server::start(&engine, &[]);
        assert_eq!(server.call(&format!("activate&key={key}")).status, 200);
        assert_eq!(server.call(&format!("check&key={key}&usage_id=1")).status, 200);
        assert!(server.stop().success());
        let shown = crate::support::server::json(&engine, &["activation", "list", &key]);
        assert!(shown[0]["last_checked_at"].is_string(), "{}: {shown}", engine.name);
    }
}
