//! Looks that go to the database together: each caller gets the answer to its own question, also when the database is away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use keywright::base::error::{Kind, Result};
use keywright::domain::{customer, ladder, licence, policy, product};
use keywright::store::{Store, Together, Tx};

use crate::support::server::{self, Server};
use crate::support::{Engine, block_on, engines, until};
use keywright::domain::shop::Shop;

type ByKey = Together<(String, Option<i64>), Option<i64>>;

/// Licences with one activation each.
const LICENCES: usize = 20;

fn fill(store: &Store) -> Vec<String> {
    let fill = |tx: &mut Tx<'_>| {
        let change = product::Change {
            title: Some("Quill".into()),
            policy: policy::Change { api_enabled: Some(true), ..Default::default() },
            ..Default::default()
        };
        let shop = Shop::live(tx)?;
        let product_id = product::new(tx, shop, &change)?.id;
        let customer =
            customer::Change { email: Some("buyer@customer.example".into()), ..customer::Change::default() };
        let draft = licence::Draft { product_id, customer, ..licence::Draft::default() };
        let keys: Vec<String> = (0..LICENCES)
            .map(|_| licence::issue(tx, shop, &draft).map(|issued| issued.key))
            .collect::<Result<_>>()?;
        for key in &keys {
            let id = licence::get(tx, key)?.licence_id;
            tx.exec(
                "insert into activation (licence_id, usage_id, activated_at, ip) values ($1, 1, 0, '192.0.2.1')",
                keywright::values![id],
            )?;
        }
        Ok(keys)
    };
    block_on(store.write("fill", fill)).unwrap()
}

/// Known keys, keys as people type them, unknown ones, live activations and others, in an order of no pattern.
fn questions(keys: &[String]) -> Vec<(String, Option<i64>)> {
    (0..77)
        .map(|n: usize| {
            let key = &keys[n * 7 % keys.len()];
            let key = match n % 4 {
                0 => format!(" {}", key.to_lowercase()),
                1 if n.is_multiple_of(3) => format!("{key}X"),
                _ => key.clone(),
            };
            (key, [None, Some(1), Some(2), Some(i64::MAX)][n / 4 % 4])
        })
        .collect()
}

#[test]
fn many_at_once_find_what_each_alone_finds() {
    for engine in engines() {
        let (store, _) = engine.store();
        let asked = questions(&fill(&store));
        for count in [0, 1, 2, 3, 31, 32, 33, 77] {
            let some = asked[..count].to_vec();
            let (each, alone) = block_on(store.read(move |tx| {
                let some: Vec<_> = some.iter().map(|(key, usage_id)| (&**key, *usage_id)).collect();
                let alone: Result<Vec<_>> =
                    some.iter().map(|(key, usage)| ladder::find(tx, key, *usage)).collect();
                Ok((ladder::find_each(tx, &some)?, alone?))
            }))
            .unwrap();
            assert_eq!(each, alone, "{count} on {}", engine.name);
            assert!(count < 31 || alone.iter().flatten().any(|found| found.activated_from.is_some()));
        }
    }
}

#[test]
fn everybody_gets_an_answer_of_their_own() {
    for engine in engines() {
        let (store, _) = engine.store();
        let asked = questions(&fill(&store));
        let together: Arc<ByKey> = Arc::new(Together::new(|tx, some| {
            let some: Vec<_> = some.iter().map(|(key, usage_id)| (&**key, *usage_id)).collect();
            Ok(ladder::find_each(tx, &some)?.into_iter().map(|found| Some(found?.licence_id)).collect())
        }));
        let tasks = |asked: Vec<(String, Option<i64>)>| {
            let (store, together) = (store.clone(), together.clone());
            std::thread::spawn(move || {
                block_on(async {
                    for (key, usage_id) in asked {
                        let question = (key.clone(), usage_id);
                        let alone = store.peek(move |tx| ladder::find(tx, &key, usage_id)).await.unwrap();
                        let found = together.ask(&store, question).await.unwrap();
                        assert_eq!(found, alone.map(|record| record.licence_id));
                    }
                });
            })
        };
        let threads: Vec<_> = (0..64).map(|n| tasks(asked[n % 7..].to_vec())).collect();
        for thread in threads {
            thread.join().unwrap();
        }
    }
}

#[test]
fn looks_without_end_leave_room_for_a_write() {
    let engine = Engine::postgres();
    let store = Store::open(keywright::store::Options {
        connections: 1,
        ..keywright::store::Options::new(engine.place())
    });
    let store = store.unwrap();
    let together: Arc<Together<u8, ()>> = Arc::new(Together::new(|tx, some| {
        tx.one("select count(*) from site", &[], |row| row.get::<i64>(0))?;
        Ok(some.iter().map(|_| ()).collect())
    }));
    let done = Arc::new(AtomicBool::new(false));
    let asking: Vec<_> = (0..16)
        .map(|_| {
            let (store, together, done) = (store.clone(), together.clone(), done.clone());
            std::thread::spawn(move || {
                block_on(async {
                    while !done.load(Ordering::SeqCst) {
                        together.ask(&store, 1).await.unwrap();
                    }
                });
            })
        })
        .collect();
    let writing = {
        let (store, done) = (store.clone(), done.clone());
        std::thread::spawn(move || {
            for n in 0..20_i64 {
                let write = store.write("write", move |tx| {
                    tx.exec("update site set created_at = $1", keywright::values![n])
                });
                block_on(write).unwrap();
            }
            done.store(true, Ordering::SeqCst);
        })
    };
    until("the writes are let through", || done.load(Ordering::SeqCst));
    writing.join().unwrap();
    for thread in asking {
        thread.join().unwrap();
    }
}

#[test]
fn a_look_that_fails_is_told_to_all_who_wait() {
    let engine = Engine::sqlite();
    let (store, _) = engine.store();
    let together: Together<u8, ()> =
        Together::new(|_, _| Err(keywright::base::error::Error::new(Kind::Unavailable, "away")));
    for _ in 0..3 {
        assert_eq!(block_on(together.ask(&store, 1)).unwrap_err().kind, Kind::Unavailable);
    }
    let panics: Together<u8, ()> = Together::new(|_, _| panic!("a look that panics"));
    let postgres = Engine::postgres();
    let (crew, _) = postgres.store();
    for _ in 0..3 {
        assert!(block_on(panics.ask(&crew, 1)).is_err(), "a panic is an error, and nobody waits for ever");
    }
    crew.close();
    let gone: Together<u8, ()> = Together::new(|_, some| Ok(some.iter().map(|_| ()).collect()));
    assert_eq!(block_on(gone.ask(&crew, 1)).unwrap_err().kind, Kind::Unavailable);
}

#[test]
fn of_a_burst_of_wrong_keys_no_more_than_the_limit_learn_that_they_are_wrong() {
    let engine = Engine::sqlite();
    server::product(&engine, &[]);
    let server = Server::start(&engine, &["--licence-failure-rate", "5"]);
    let address = server.address;
    let guess = |n: usize| {
        std::thread::spawn(move || {
            crate::support::http::get(address, &format!("{}?check&key=WRONG-{n:04}&usage_id=1", server::API))
                .status
        })
    };
    let guesses: Vec<_> = (0..60).map(guess).collect();
    let answers: Vec<u16> = guesses.into_iter().map(|thread| thread.join().unwrap()).collect();
    let told = answers.iter().filter(|status| **status == 400).count();
    assert_eq!(told, 5, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 55, "{answers:?}");
}
