//! Another keywright takes the place of the old service: what moved in there moves on from there, and is called as it always was.

use std::collections::BTreeMap;

use keywright::store::Tx;
use serde_json::Value;

use super::shops::shopkit;
use super::{assert_quiet, counts, moved, rows};
use crate::platform::key;
use crate::support::server::{Server, command, json};
use crate::support::{Engine, block_on};

/// What orders come to, by what they were called first.
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
    assert_eq!(report["left_out"], serde_json::json!([]), "{}", String::from_utf8_lossy(&output.stderr));
    report
}

fn moves_on(first: &Engine, second: &Engine) {
    moved(first, "shopkit", &shopkit(130), &[]);
    json(first, &["account", "set", "--currency", "EUR"]);
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
    assert_eq!(before.len(), 130);
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
