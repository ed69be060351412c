//! Limits hold under real concurrency, on both engines.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use keywright::base::error::{Error, Kind};
use keywright::domain::activation::{self, Activate};
use keywright::domain::identifier::Mode;
use keywright::domain::ladder::{self, Claim, IpRules, Refusal};
use keywright::domain::licence::{self, Draft};
use keywright::domain::{customer, policy, product};
use keywright::store::Store;

use crate::support::server::{API, Server, key, product as make_product};
use crate::support::{Engine, engines, http};
use keywright::domain::shop::Shop;

const CLIENTS: usize = 64;
const ROUNDS: usize = 1_000;

fn claim(key: &str, identifier: Option<String>) -> Claim {
    Claim {
        key: key.to_owned(),
        identifier,
        address: [127, 0, 0, 1].into(),
        named_address: None,
        rules: IpRules::default(),
    }
}

async fn issue(store: &Store, mode: Mode, max_uses: i64) -> String {
    store
        .write("issue", move |tx| {
            let change = product::Change {
                title: Some("Race".into()),
                policy: policy::Change {
                    api_enabled: Some(true),
                    identifier_mode: Some(mode),
                    max_uses: Some(max_uses),
                    ..Default::default()
                },
                ..Default::default()
            };
            let shop = Shop::live(tx)?;
            let product_id = product::new(tx, shop, &change)?.id;
            let buyer =
                customer::Change { email: Some("racer@customer.example".into()), ..Default::default() };
            Ok(licence::issue(tx, shop, &Draft { product_id, customer: buyer, ..Default::default() })?.key)
        })
        .await
        .unwrap()
}

/// Activates as a client does: told to come back, it comes back.
async fn activate(store: &Store, claim: Claim, bind: bool) -> Result<i64, Refusal> {
    loop {
        let (claim, ask) = (claim.clone(), Activate { bind, ..Default::default() });
        match store.write("activate", move |tx| activation::activate(tx, &claim, &ask)).await {
            Ok(verdict) => return verdict,
            Err(Error { kind: Kind::Busy, .. }) => {}
            Err(e) => panic!("{e}"),
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap()
}

/// Whether `uses` is what the rows say, and within the limit.
async fn assert_sound(store: &Store, key: &str, expected: i64) {
    let key = key.to_owned();
    let (uses, live) = store
        .read(move |tx| {
            let record = ladder::find(tx, &key, None)?.unwrap();
            let all = activation::list(tx, record.licence_id)?;
            Ok((record.uses, all.iter().filter(|a| a.released_at.is_none()).count()))
        })
        .await
        .unwrap();
    assert_eq!((uses, i64::try_from(live).unwrap()), (expected, expected));
}

fn of_64_on_k_exactly_k(engine: &Engine) {
    let (store, _) = engine.store();
    runtime().block_on(async {
        for round in 0..ROUNDS {
            let k = [1, 2, 3, 10][round % 4];
            let key = issue(&store, Mode::None, k).await;
            let clients: Vec<_> = (0..CLIENTS)
                .map(|_| {
                    let (store, claim) = (store.clone(), claim(&key, None));
                    tokio::spawn(async move { activate(&store, claim, false).await })
                })
                .collect();
            let mut ids = Vec::new();
            for client in clients {
                match client.await.unwrap() {
                    Ok(id) => ids.push(id),
                    Err(refusal) => assert_eq!(refusal, Refusal::MaxUses),
                }
            }
            ids.sort_unstable();
            assert_eq!(ids, (1..=k).collect::<Vec<_>>(), "round {round} on {}", engine.name);
            assert_sound(&store, &key, k).await;
        }
    });
    println!("race: {ROUNDS} rounds of {CLIENTS} clients on {}: exactly k each time", engine.name);
}

#[test]
fn of_64_on_k_exactly_k_on_sqlite() {
    of_64_on_k_exactly_k(&Engine::sqlite());
}

#[test]
fn of_64_on_k_exactly_k_on_postgres() {
    of_64_on_k_exactly_k(&Engine::postgres());
}

#[test]
fn of_32_first_binds_one_wins() {
    for engine in engines() {
        let (store, _) = engine.store();
        runtime().block_on(async {
            for _ in 0..100 {
                let key = issue(&store, Mode::Manual, -1).await;
                let clients: Vec<_> = (0..32)
                    .map(|n| {
                        let (store, claim) = (store.clone(), claim(&key, Some(format!("machine-{n}"))));
                        tokio::spawn(async move { (n, activate(&store, claim, true).await) })
                    })
                    .collect();
                let mut winners = Vec::new();
                for client in clients {
                    match client.await.unwrap() {
                        (n, Ok(_)) => winners.push(n),
                        (_, Err(refusal)) => assert_eq!(refusal, Refusal::BadKeyOrIdentifier),
                    }
                }
                assert_eq!(winners.len(), 1, "{}", engine.name);
                let bound =
                    store.read(move |tx| Ok(ladder::find(tx, &key, None)?.unwrap().expected.value)).await;
                assert_eq!(bound.unwrap(), Some(format!("machine-{}", winners[0])));
            }
        });
    }
}

#[test]
fn one_nonce_takes_one_use_however_often_it_comes() {
    for engine in engines() {
        let (store, _) = engine.store();
        runtime().block_on(async {
            for _ in 0..20 {
                let key = issue(&store, Mode::None, 2).await;
                let clients: Vec<_> = (0..16)
                    .map(|_| {
                        let (store, claim) = (store.clone(), claim(&key, None));
                        let ask = Activate { nonce: Some("same".into()), ..Default::default() };
                        tokio::spawn(async move {
                            let ask = ask.clone();
                            let claim = claim.clone();
                            store.write("activate", move |tx| activation::activate(tx, &claim, &ask)).await
                        })
                    })
                    .collect();
                for client in clients {
                    match client.await.unwrap() {
                        Ok(verdict) => assert_eq!(verdict, Ok(1)),
                        Err(e) => assert_eq!(e.kind, Kind::Busy),
                    }
                }
                assert_sound(&store, &key, 1).await;
            }
        });
    }
}

#[test]
fn limits_hold_over_http() {
    for engine in engines() {
        let id = make_product(&engine, &["--max-uses", "3"]);
        let keys: Vec<String> = (0..10).map(|_| key(&engine, id, &[])).collect();
        let server = Server::start(&engine, &[]);
        for key in &keys {
            let (granted, address) = (Arc::new(AtomicUsize::new(0)), server.address);
            std::thread::scope(|scope| {
                for _ in 0..CLIENTS {
                    let granted = granted.clone();
                    scope.spawn(move || {
                        let mut answer = http::get(address, &format!("{API}?activate&key={key}"));
                        while answer.status == 503 {
                            assert!(answer.header("retry-after").is_some());
                            answer = http::get(address, &format!("{API}?activate&key={key}"));
                        }
                        match answer.status {
                            200 => drop(granted.fetch_add(1, Ordering::SeqCst)),
                            _ => assert_eq!(answer.text(), r#"{"errorCode":1201,"errorMessage":"MAX_USES"}"#),
                        }
                    });
                }
            });
            assert_eq!(granted.load(Ordering::SeqCst), 3, "{}", engine.name);
        }
    }
}
