//! kill -9 in the middle of a move: what was taken stays, what was not is taken when it goes on, and nothing is there twice.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use keywright::store::{Store, Tx};
use serde_json::Value;

use super::shops::{shopkit, shopkit_order, shoppy_order, shoppy_v1};
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
        tx.all("select old_id from carried where kind = 'order' order by row_id, id", &[], |row| row.get(0))
    }))
    .unwrap();
    store.close();
    (counts, orders)
}

/// How far it came, if it was begun.
fn place(store: &Store) -> Option<String> {
    let find = |tx: &mut Tx<'_>| {
        tx.maybe("select place from move_in order by id desc limit 1", &[], |row| row.get(0))
    };
    block_on(store.read(find)).unwrap()
}

fn survives(
    engine: &Engine,
    whole: &Engine,
    (service, old): (&str, &super::Old),
    (path, order): (&str, fn(usize) -> Value),
) {
    moved(whole, service, old, &[]);
    let (mut kills, mut turn, mut places, mut before) = (0, 7_usize, BTreeSet::new(), None);
    while kills < KILLS {
        let is_due = Arc::new(AtomicBool::new(false));
        let (flag, at) = (is_due.clone(), 4 + turn % 9);
        turn = turn.wrapping_mul(31).wrapping_add(17) % 1_009;
        old.watch(move |call, _| {
            if call == at {
                flag.store(true, Ordering::SeqCst);
            }
            None
        });
        let mut command = moving(engine, service, old, &[]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Two are killed while they ask, and the third as soon as something more was taken.
        let (is_third, mut store, mut has_ended) = (kills % 3 == 2, None, false);
        until_within(120, "it is killed or ends", || {
            has_ended = child.try_wait().unwrap().is_some();
            if has_ended || !is_due.load(Ordering::SeqCst) || !is_third {
                return has_ended || is_due.load(Ordering::SeqCst);
            }
            let found = place(store.get_or_insert_with(|| engine.system_store()));
            found.is_some_and(|found| before.as_ref() != Some(&found))
        });
        if has_ended {
            // There is more to take then.
            child.wait().unwrap();
            old.change(path, |orders| (0..300).for_each(|_| orders.insert(0, order(orders.len()))));
            continue;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        let store = store.unwrap_or_else(|| engine.system_store());
        before = place(&store);
        places.extend(before.clone());
        store.close();
    }
    old.watch(|_, _| None);
    moved(whole, service, old, &[]);
    moved(engine, service, old, &[]);
    let (_, report) = moved(engine, service, old, &[]);
    assert_eq!(counts(&report, "orders")[0], 0, "all was there: {report}");
    assert_eq!(content(engine), content(whole), "after {kills} kills on {}", engine.name);
    assert!(kills >= 12, "only {kills} kills");
    assert!(places.len() >= 3, "it was killed at the beginning alone: {places:?}");
    println!(
        "move in: {kills} kills of {service} on {}, in {} places: nothing lost, nothing twice",
        engine.name,
        places.len()
    );
}

#[test]
fn sqlite_goes_on_after_kills() {
    survives(&Engine::sqlite(), &Engine::sqlite(), ("shopkit", &shopkit(ORDERS)), ("/order", shopkit_order));
    survives(&Engine::sqlite(), &Engine::sqlite(), ("shoppy", &shoppy_v1(ORDERS)), ("/orders", shoppy_order));
}

#[test]
fn postgres_goes_on_after_kills() {
    survives(
        &Engine::postgres(),
        &Engine::postgres(),
        ("shopkit", &shopkit(ORDERS)),
        ("/order", shopkit_order),
    );
    survives(
        &Engine::postgres(),
        &Engine::postgres(),
        ("shoppy", &shoppy_v1(ORDERS)),
        ("/orders", shoppy_order),
    );
}
