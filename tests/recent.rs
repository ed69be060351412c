//! What is remembered of a licence is never older than a change that was acknowledged, whoever made it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use keywright::domain::activation::{self, Activate};
use keywright::domain::ladder::{Claim, IpRules, Refusal};
use keywright::domain::recent::Recent;
use keywright::domain::{customer, licence, policy, product};
use keywright::store::Tx;
use keywright::values;

use crate::support::server::{self, Server};
use crate::support::{Engine, attended, block_on, engines};
use keywright::domain::shop::Shop;

fn claim(key: &str) -> Claim {
    Claim {
        key: key.to_owned(),
        identifier: Some("https://ana.example".to_owned()),
        address: [192, 0, 2, 1].into(),
        named_address: None,
        rules: IpRules::default(),
    }
}

fn sold(tx: &mut Tx<'_>) -> keywright::base::error::Result<licence::Issued> {
    let change = product::Change {
        title: Some("Editor".into()),
        policy: policy::Change { api_enabled: Some(true), ..Default::default() },
        ..Default::default()
    };
    let shop = Shop::live(tx)?;
    let product_id = product::new(tx, shop, &change)?.id;
    let customer = customer::Change { email: Some("ana@customer.example".into()), ..Default::default() };
    let issued = licence::issue(tx, shop, &licence::Draft { product_id, customer, ..Default::default() })?;
    activation::activate(tx, &claim(&issued.key), &Activate::default())?.unwrap();
    Ok(issued)
}

/// Each change that a check shows, and what it must then say.
type Change = (&'static str, &'static str, Result<i64, Refusal>);
const CHANGES: [Change; 15] = [
    ("suspend", "update licence set is_on = 0 where id = $1", Err(Refusal::Inactive)),
    ("resume", "update licence set is_on = 1 where id = $1", Ok(1)),
    ("switch the product off", "update product set api_enabled = 0", Err(Refusal::ApiDisabled)),
    ("switch it on", "update product set api_enabled = 1", Ok(1)),
    (
        "ask for the address",
        "update licence set identifier_mode = 'email' where id = $1",
        Err(Refusal::BadKeyOrIdentifier),
    ),
    ("give them that address", "update customer set email = 'https://ana.example'", Ok(1)),
    ("take it back", "update customer set email = 'ana@customer.example'", Err(Refusal::BadKeyOrIdentifier)),
    (
        "ask for the site",
        "update licence set identifier_mode = 'install_url' where id = $1",
        Err(Refusal::BadKeyOrIdentifier),
    ),
    ("register it", "update purchase set install_url = 'https://ana.example'", Ok(1)),
    ("forget it", "update purchase set install_url = null", Err(Refusal::BadKeyOrIdentifier)),
    ("and for nothing", "update licence set identifier_mode = 'none' where id = $1", Ok(1)),
    ("end it", "update licence set expires_at = 1 where id = $1", Err(Refusal::Expired)),
    ("lengthen it", "update licence set expires_at = null where id = $1", Ok(1)),
    ("cancel", "update licence set purchase_status = 'cancelled' where id = $1", Err(Refusal::Inactive)),
    ("renew", "update licence set purchase_status = 'active' where id = $1", Ok(1)),
];

#[test]
fn a_check_after_a_change_shows_it_whatever_other_threads_remember() {
    for engine in engines() {
        let (store, _) = engine.store();
        let attending = attended(&store);
        assert_eq!(store.changes().is_some(), engine.name == "sqlite");
        let issued = block_on(store.write("sell", sold)).unwrap();
        let (recent, stop, checks) = (Recent::new(65_536), AtomicBool::new(false), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        let found = block_on(recent.check(&store, claim(&issued.key), Some(1))).unwrap();
                        assert!(found != Err(Refusal::BadUsageId), "this use was never released");
                        checks.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            for round in 0..20 {
                for (what, sql, expected) in CHANGES {
                    let id = issued.licence_id;
                    let change = move |tx: &mut Tx<'_>| {
                        if sql.contains("$1") { tx.exec(sql, values![id]) } else { tx.exec(sql, &[]) }
                    };
                    block_on(store.write("change", change)).unwrap();
                    let found = block_on(recent.check(&store, claim(&issued.key), Some(1))).unwrap();
                    if found.map(|c| c.uses) != expected {
                        stop.store(true, Ordering::Relaxed);
                    }
                    assert_eq!(found.map(|c| c.uses), expected, "{what}, round {round} on {}", engine.name);
                }
            }
            stop.store(true, Ordering::Relaxed);
        });
        drop(attending);
        assert!(store.changes().is_none(), "nobody looks for what others commit, so nothing is remembered");
        println!("recent: {} checks beside 300 changes on {}", checks.load(Ordering::Relaxed), engine.name);
    }
}

#[test]
fn what_another_process_changes_shows_within_a_second() {
    let engine = Engine::sqlite();
    let product = server::product(&engine, &[]);
    let key = server::key(&engine, product, &[]);
    let server = Server::start(&engine, &[]);
    server.call(&format!("activate&key={key}"));
    let query = format!("check&key={key}&usage_id=1");
    for (verb, shown) in [("suspend", "INACTIVE"), ("resume", "ACTIVE"), ("suspend", "INACTIVE")] {
        for _ in 0..3 {
            server.call(&query);
        }
        server::cli(&engine, &["licence", verb, &key]);
        let changed_at = Instant::now();
        while server.call(&query).json()["status"] != shown {
            assert!(changed_at.elapsed() < Duration::from_secs(1), "{verb} does not show");
        }
    }
}
