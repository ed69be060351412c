//! Lists are kept as they were answered until something changes: what was changed is in the next one, whoever changed it.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::{Store, world};
use crate::support::server;

/// Changes in each test.
const CHANGES: usize = 60;

#[test]
fn a_change_is_in_the_next_list_while_others_read() {
    for store in Store::both() {
        let product = store.api().product("Thing");
        let order = world::orders(&store, product, 1)[0];
        let ended = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !ended.load(Ordering::Relaxed) {
                        assert_eq!(store.api().found("/order?limit=10").1, 1);
                        assert_eq!(store.api().found("/product?limit=10").1, 1);
                    }
                });
            }
            for n in 0..CHANGES {
                let (note, title) = (format!("note {n}"), format!("Thing {n}"));
                store.api().done("PUT", &format!("/order/{order}"), &json!({"note": note}));
                assert_eq!(store.api().get("/order?limit=10")["0"]["note"], *note);
                store.api().done("PUT", &format!("/product/{product}"), &json!({"title": title}));
                assert_eq!(store.api().get("/product?limit=10")["0"]["title"], *title);
            }
            ended.store(true, Ordering::Relaxed);
        });
    }
}

#[test]
fn so_is_what_a_command_changes() {
    for store in Store::both() {
        let product = store.api().product("Thing");
        let order = world::orders(&store, product, 1)[0];
        for note in ["first", "second"] {
            server::cli(&store.engine, &["order", "handle", &order.to_string(), "--note", note]);
            assert_eq!(store.api().get("/order")["0"]["note"], note);
        }
    }
}

#[test]
fn far_pages_are_the_same_from_wherever_they_are_come_to() {
    for store in Store::both() {
        let api = store.api();
        let products: Vec<i64> = (0..7).map(|n| api.product(&format!("Thing {n}"))).collect();
        let orders = world::orders(&store, products[0], 7);
        for more in 0..3 {
            for (list, rows) in [("/product", &products), ("/order", &orders)] {
                let total = rows.len() + if list == "/product" { more } else { 0 };
                let (whole, _) = api.found(&format!("{list}?limit=50"));
                assert_eq!(whole.len(), total);
                // Far ones first, then before them, then through all of it; in pages of other sizes, too.
                for (limit, page) in [(2, 3), (2, 2), (3, 2), (2, 1), (2, 2), (2, 3), (2, 4), (2, 9), (4, 2)]
                {
                    let found = api.found(&format!("{list}?limit={limit}&page={page}")).0;
                    let due: Vec<i64> = whole.iter().skip(limit * (page - 1)).take(limit).copied().collect();
                    assert_eq!(found, due, "{list} {limit} {page}");
                }
            }
            api.product(&format!("More {more}"));
        }
    }
}
