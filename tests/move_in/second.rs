//! Another keywright takes the place of the old service: what moved in there moves on from there, and is called as it always was.

use std::collections::BTreeMap;

use keywright::store::Tx;
use serde_json::{Value, json};

use super::shops::shopkit;
use super::{assert_quiet, counts, moved, rows};
use crate::platform::key;
use crate::support::http;
use crate::support::server::{self, Server, cli, command};
use crate::support::{Engine, block_on};

/// What orders come to, by all that they were called first: number and hash.
fn orders(engine: &Engine) -> BTreeMap<String, Vec<i64>> {
    let store = engine.system_store();
    let find = |tx: &mut Tx<'_>| {
        tx.all(
            "select c.old_id, s.total_minor, s.paid_minor, s.subtotal_minor, s.discount_minor, s.shipping_minor, s.tax_minor, \
             s.created_at / 1000, coalesce(s.paid_at, 0) / 1000, \
             (select count(*) from sale_line l join purchase p on p.sale_line_id = l.id where l.sale_id = s.id and p.status = 'active') \
             from carried c join sale s on s.id = c.row_id where c.kind = 'order' and c.source = 'shopkit'",
            &[],
            |row| Ok((row.get(0)?, (1..10).map(|n| row.get::<i64>(n)).collect::<Result<_, _>>()?)),
        )
    };
    let found = block_on(store.read(find)).unwrap();
    store.close();
    found.into_iter().collect()
}

/// Moves in; what was printed, whatever came of it.
fn move_on(engine: &Engine, args: &[&str]) -> Value {
    let output = command(engine, args).arg("--json").output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    assert_eq!(report["left_out"], json!([]), "{}", String::from_utf8_lossy(&output.stderr));
    report
}

fn moves_on(first: &Engine, second: &Engine) {
    moved(first, "shopkit", &shopkit(130), &[]);
    server::json(first, &["account", "set", "--currency", "EUR"]);
    let opens = key(first, &["--scopes", "all"]);
    let server = Server::start(first, &["--shopkit-hour-rate", "0"]);
    let from = format!("http://{}/shopkit", server.address);
    let args = ["import", "shopkit", "--from", &from, "--key", &opens];
    let report = move_on(second, &args);
    for (noun, count) in
        [("categories", 2), ("brands", 1), ("coupons", 1), ("customers", 44), ("orders", 130)]
    {
        assert_eq!(counts(&report, noun)[0], count, "{noun}: {report}");
    }
    let (before, after) = (orders(first), orders(second));
    assert_eq!(before.len(), 2 * 130);
    for (old_id, sums) in &before {
        assert_eq!(after.get(old_id), Some(sums), "{old_id}");
    }
    assert_quiet(second);
    for table in ["sale", "sale_line", "payment", "customer", "variant"] {
        assert!(rows(second, table) >= rows(first, table) - 2, "{table}");
    }
    let again = move_on(second, &args);
    for (noun, count) in [("products", 0), ("orders", 0), ("customers", 0)] {
        assert_eq!(counts(&again, noun)[..2], [count, 0], "{noun}: {again}");
    }
}

#[test]
fn a_shop_moves_on_from_sqlite_to_postgres() {
    moves_on(&Engine::sqlite(), &Engine::postgres());
}

#[test]
fn a_shop_moves_on_from_postgres_to_sqlite() {
    moves_on(&Engine::postgres(), &Engine::sqlite());
}

/// A product of each price, with tax in it, moves on and is called the same.
fn gross_moves_on(first: &Engine, second: &Engine) {
    server::json(first, &["account", "set", "--currency", "EUR"]);
    cli(first, &["about", "set", "taxes_included=true"]);
    let opens = key(first, &["--scopes", "all"]);
    let server = Server::start(first, &["--shopkit-hour-rate", "0"]);
    let call = |at: &Server, key: &str, method: &str, path: &str, body: &Value| -> Value {
        let path = format!("/shopkit/v1{path}");
        http::send(at.address, method, &path, &[("X-API-KEY", key)], body.to_string().as_bytes()).json()
    };
    for price in [0.99, 3.0, 6.03, 40.73] {
        let body = json!({"title": format!("Of {price}"), "price": price, "tax": 23, "price_promo": 0.5,
            "options": [{"title": "Small", "values": {"Size": "S"}, "price": 1.04}]});
        call(&server, &opens, "POST", "/product", &body);
    }
    let from = format!("http://{}/shopkit", server.address);
    let args = ["import", "shopkit", "--from", &from, "--key", &opens];
    assert_eq!(counts(&move_on(second, &args), "products"), [4, 0, 0, 0]);
    server::json(second, &["account", "set", "--currency", "EUR"]);
    let theirs = key(second, &["--scopes", "all"]);
    let after = Server::start(second, &["--shopkit-hour-rate", "0"]);
    assert_eq!(call(&after, &theirs, "GET", "/store", &Value::Null)["taxes_included"], true);
    let prices = |at: &Server, key: &str| -> Vec<Value> {
        let told = call(at, key, "GET", "/product", &Value::Null);
        let of = |n: usize| {
            let one = &told[n.to_string()];
            json!([one["title"], one["price"], one["price_promo"], one["options"][0]["price"]])
        };
        let mut all: Vec<Value> = (0..4).map(of).collect();
        all.sort_by_key(ToString::to_string);
        all
    };
    assert_eq!(prices(&after, &theirs), prices(&server, &opens));
    assert_eq!(prices(&after, &theirs)[0], json!(["Of 0.99", 0.99, 0.5, 1.04]));
    assert_eq!(counts(&move_on(second, &args), "products"), [0, 0, 4, 0], "once more is the same");
}

#[test]
fn prices_with_tax_move_on_from_sqlite_to_postgres() {
    gross_moves_on(&Engine::sqlite(), &Engine::postgres());
}

#[test]
fn prices_with_tax_move_on_from_postgres_to_sqlite() {
    gross_moves_on(&Engine::postgres(), &Engine::sqlite());
}

#[test]
fn who_names_prices_before_tax_is_told_that_others_do_not() {
    let (first, second) = (Engine::sqlite(), Engine::sqlite());
    for (engine, says) in [(&first, "true"), (&second, "false")] {
        cli(engine, &["account", "set", "--currency", "EUR"]);
        cli(engine, &["about", "set", &format!("taxes_included={says}")]);
    }
    let opens = key(&first, &["--scopes", "all"]);
    let server = Server::start(&first, &["--shopkit-hour-rate", "0"]);
    let from = format!("http://{}/shopkit", server.address);
    let report = move_on(&second, &["import", "shopkit", "--from", &from, "--key", &opens]);
    let remarks = super::reasons(&report, "remarks", "products");
    assert!(remarks.iter().any(|remark| remark.contains("have tax in them")), "{report}");
}
