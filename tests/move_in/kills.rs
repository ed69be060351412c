//! kill -9 in the middle of a move: what was taken stays, what was not is taken when it goes on, and nothing is there twice.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use keywright::store::Tx;

use super::shops::{shopkit, shoppy_v1};
use super::{counts, moved, moving, rows};
use crate::support::{Engine, block_on, until_within};

/// Kills on each engine, at the least.
const KILLS: usize = 14;
const ORDERS: usize = 600;
const TABLES: [&str; 12] = [
    "category",
    "brand",
    "product",
    "variant",
    "coupon",
    "customer",
    "sale",
    "sale_line",
    "payment",
    "purchase",
    "licence",
    "carried",
];

/// How often each thing is called by its old name, and all orders in their order.
fn content(engine: &Engine) -> (BTreeMap<&'static str, i64>, Vec<String>) {
    let counts = TABLES.map(|table| (table, rows(engine, table))).into();
    let store = engine.system_store();
    let orders = block_on(store.read(|tx: &mut Tx<'_>| {
        tx.all("select old_id from carried where kind = 'order' order by row_id", &[], |row| row.get(0))
    }))
    .unwrap();
    store.close();
    (counts, orders)
}

fn survives(engine: &Engine, whole: &Engine, service: &str, old: &super::Old) {
    moved(whole, service, old, &[]);
    let (mut kills, mut turn) = (0, 7_usize);
    loop {
        let is_due = Arc::new(AtomicBool::new(false));
        let (flag, at) = (is_due.clone(), 1 + turn % 9);
        turn = turn.wrapping_mul(31).wrapping_add(17) % 1_009;
        old.watch(move |call, _| {
            // Each try gets somewhat further than the list that it is in, and is killed while it asks or writes.
            if call == at + 3 {
                flag.store(true, Ordering::SeqCst);
            }
            None
        });
        let mut command = moving(engine, service, old, &[]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut has_ended = false;
        until_within(120, "it is killed or ends", || {
            has_ended = child.try_wait().unwrap().is_some();
            has_ended || is_due.load(Ordering::SeqCst)
        });
        if has_ended || kills == KILLS {
            child.wait().unwrap();
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    old.watch(|_, _| None);
    let (_, report) = moved(engine, service, old, &[]);
    assert_eq!(counts(&report, "orders")[0], 0, "all was there: {report}");
    assert_eq!(content(engine), content(whole), "after {kills} kills on {}", engine.name);
    assert!(kills >= 12, "only {kills} kills");
    println!("move in: {kills} kills of {service} on {}: nothing lost, nothing twice", engine.name);
}

#[test]
fn sqlite_goes_on_after_kills() {
    survives(&Engine::sqlite(), &Engine::sqlite(), "shopkit", &shopkit(ORDERS));
    survives(&Engine::sqlite(), &Engine::sqlite(), "shoppy", &shoppy_v1(ORDERS));
}

#[test]
fn postgres_goes_on_after_kills() {
    survives(&Engine::postgres(), &Engine::postgres(), "shopkit", &shopkit(ORDERS));
    survives(&Engine::postgres(), &Engine::postgres(), "shoppy", &shoppy_v1(ORDERS));
}
