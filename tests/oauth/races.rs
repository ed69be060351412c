//! Codes and refresh tokens in many hands at once.

use std::collections::BTreeSet;
use std::sync::Barrier;

use keywright::domain::oauth_app::Issued;
use keywright::domain::person::Role;

use super::{Shop, ask, error};
use crate::support::http::Answer;

/// The answers to `count` calls at once; a call that was told to come back comes back.
fn at_once(count: usize, call: impl Fn() -> Answer + Sync) -> Vec<Answer> {
    let barrier = Barrier::new(count);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    loop {
                        let answer = call();
                        if answer.status != 503 {
                            return answer;
                        }
                    }
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn start(shop: &Shop) -> (super::Browser, Issued) {
    let browser = shop.browser_of(&shop.person("mia@shop.example", Role::Owner));
    (browser, shop.app("read:products"))
}

#[test]
fn of_64_that_redeem_one_code_one_gets_tokens() {
    for shop in Shop::both() {
        let (browser, app) = start(&shop);
        for _ in 0..5 {
            let code = browser.code(&ask(&app, "read:products", &[]));
            let answers = at_once(64, || shop.redeem(&app, &code, &[]));
            let (good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
            assert_eq!(good.len(), 1);
            assert!(bad.iter().all(|answer| error(answer) == (400, "invalid_grant".into())), "{bad:?}");
            let access = good[0].json()["access_token"].as_str().unwrap().to_owned();
            assert_eq!(shop.api(&access, "/v1/products").status, 401, "a code in two hands gives nothing");
        }
    }
}

#[test]
fn of_8_that_refresh_at_once_all_get_the_same() {
    for shop in Shop::both() {
        let (browser, app) = start(&shop);
        let (_, mut refresh) = shop.tokens(&browser, &app, "read:products");
        for _ in 0..5 {
            let answers = at_once(8, || shop.refresh(&app, &refresh));
            let bodies: BTreeSet<&str> = answers.iter().map(Answer::text).collect();
            assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
            assert_eq!(bodies.len(), 1, "one family");
            let newest = answers[0].json();
            assert_eq!(shop.api(newest["access_token"].as_str().unwrap(), "/v1/products").status, 200);
            newest["refresh_token"].as_str().unwrap().clone_into(&mut refresh);
        }
        assert_eq!(
            shop.count("select count(*) from oauth_token where kind = 'refresh' and used_at is null"),
            1
        );
        assert_eq!(shop.count("select count(*) from oauth_token"), 2 * 6);
    }
}

#[test]
fn of_two_owners_who_lock_each_other_out_one_stays() {
    for shop in Shop::both() {
        let ids = ["mia@shop.example", "ben@shop.example"].map(|email| shop.person(email, Role::Owner).id);
        let done = std::thread::scope(|scope| {
            let threads = ids.map(|id| {
                let store = shop.store.clone();
                scope.spawn(move || {
                    let work = store.write("lock out", move |tx| keywright::domain::person::disable(tx, id));
                    crate::support::block_on(work).is_ok()
                })
            });
            threads.map(|thread| thread.join().unwrap())
        });
        assert_eq!(done.iter().filter(|done| **done).count(), 1, "{done:?}");
        assert_eq!(shop.count("select count(*) from person where disabled_at is null"), 1);
    }
}
