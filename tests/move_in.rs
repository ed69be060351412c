//! `import`: shops that move here from old services and files, whole, and once.

mod adopt;
mod csv;
mod kills;
pub mod old;
mod relay;
mod second;
mod second_shoppy;
mod shopkit;
mod shoppy;
mod shops;
mod speed;
mod trouble;

use std::process::Command;

use keywright::store::Tx;
use serde_json::Value;

use self::old::{KEY, Old};
use crate::support::server::{command, json};
use crate::support::{Engine, block_on};

/// The command that moves in from there.
fn moving(engine: &Engine, service: &str, old: &Old, args: &[&str]) -> Command {
    let url = old.url();
    let all = [&["import", service, "--from", &url, "--key", KEY, "--json"], args].concat();
    command(engine, &all)
}

/// Moves in; the exit code and what was printed.
fn moved(engine: &Engine, service: &str, old: &Old, args: &[&str]) -> (i32, Value) {
    let output = moving(engine, service, old, args).output().unwrap();
    let printed = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().is_some_and(|code| code != 1), "{said}");
    (output.status.code().unwrap(), printed)
}

/// How many of a kind: new, changed, known, left out.
fn counts(report: &Value, noun: &str) -> [u64; 4] {
    ["new", "changed", "same", "left_out"].map(|name| report["counts"][noun][name].as_u64().unwrap_or(0))
}

/// The reasons for what was left out, or what else is to be known, of a kind.
fn reasons(report: &Value, list: &str, noun: &str) -> Vec<String> {
    let remarks = report[list].as_array().unwrap();
    let of = remarks.iter().filter(|remark| remark["noun"] == noun);
    of.map(|remark| format!("{}: {}", remark["old_id"].as_str().unwrap(), remark["reason"].as_str().unwrap()))
        .collect()
}

/// A number that a statement gives.
fn number(engine: &Engine, sql: &'static str) -> i64 {
    let store = engine.system_store();
    let found = block_on(store.read(move |tx: &mut Tx<'_>| tx.one(sql, &[], |row| row.get(0)))).unwrap();
    store.close();
    found
}

/// Rows of a table.
fn rows(engine: &Engine, table: &str) -> i64 {
    let sql: &'static str = format!("select count(*) from {table}").leak();
    number(engine, sql)
}

/// Nobody was told of what happened long ago.
fn assert_quiet(engine: &Engine) {
    for table in ["event", "mail", "webhook_delivery", "loyalty_entry", "audit"] {
        let most = i64::from(table == "audit");
        assert!(rows(engine, table) <= most, "{} on {}: {}", table, engine.name, rows(engine, table));
    }
    let noted = json(engine, &["audit", "list"]);
    assert_eq!(noted[0]["action"], "account.moved_in", "{noted}");
}

/// A store with so many orders, for other tests.
pub fn shopkit_of(orders: usize) -> Old {
    shops::shopkit(orders)
}

/// Moves such a store in.
pub fn move_in(engine: &Engine, old: &Old) {
    assert_eq!(moved(engine, "shopkit", old, &[]).0, 0);
}
