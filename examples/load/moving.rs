//! Moving in from another keywright on this machine, which answers in the old service's dialect.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use keywright::domain::shop::Shop;
use keywright::domain::{account, product};
use keywright::store::{Options as StoreOptions, Place, Store};

use crate::options::Options;
use crate::process::Server;
use crate::shelf::{Stock, block_on};
use crate::{Outcome, client, goods, say};

/// Products and orders of the shop that moves.
const PRODUCTS: i64 = 1_000;
const ORDERS: i64 = 20_000;

/// Moves a shop by each dialect and writes how many orders a second came in, the catalogue's time counted with it.
#[expect(clippy::cast_precision_loss, reason = "a count for people")]
pub fn write(text: &mut String, options: &Options, binary: &Path) -> Outcome<()> {
    let orders = if options.quick { ORDERS / 20 } else { ORDERS };
    let source = options.folder.join("moving-from");
    let key = fill(&source, orders)?;
    let health = b"GET /healthz HTTP/1.1\r\nHost: load\r\n\r\n";
    let server = Server::keywright(binary, &source, None, None, health)?;
    writeln!(
        text,
        "\n| moving in: {PRODUCTS} products, {orders} orders of two lines | seconds | orders a second |\n|---|---:|---:|"
    )?;
    for (service, path) in [("shopkit", "/shopkit"), ("shoppy", "/shoppy")] {
        let mut rates = Vec::new();
        for _ in 0..options.rounds {
            say(&format!("load: moving in by {service}"));
            let target = options.folder.join("moving-to");
            fresh(&target)?.close();
            let mut command = Command::new(binary);
            command
                .arg("--data-dir")
                .arg(&target)
                .args(["import", service, "--key", &key, "--json", "--from"]);
            command.arg(format!("http://{}{path}", server.address));
            let begun = Instant::now();
            let done = command.output()?;
            let took = begun.elapsed().as_secs_f64();
            let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap_or_default();
            let came = report["counts"]["orders"]["new"].as_i64();
            if came != Some(orders) {
                let error = String::from_utf8_lossy(&done.stderr);
                return Err(format!("moving in by {service}: {came:?} orders came: {error}").into());
            }
            rates.push(orders as f64 / took);
        }
        rates.sort_by(f64::total_cmp);
        let rate = rates[rates.len() / 2];
        writeln!(text, "| by {service} | {:.2} | {rate:.0} |", orders as f64 / rate)?;
    }
    Ok(())
}

/// An empty database in a folder of its own.
fn fresh(folder: &Path) -> Outcome<Store> {
    drop(std::fs::remove_dir_all(folder));
    std::fs::create_dir_all(folder)?;
    let place = Place::Folder(folder.to_owned());
    Ok(Store::open(StoreOptions { upgrade: true, ..StoreOptions::new(place) })?)
}

/// A shop to move from; an API key of it.
fn fill(folder: &Path, orders: i64) -> Outcome<String> {
    fresh(folder)?.close();
    let stock = Stock {
        data: folder.to_owned(),
        database: None,
        keys: Arc::default(),
        bytes: 0,
        engine: String::new(),
    };
    let (store, master) = client::open(&stock)?;
    let keys = block_on(store.write("load: shop", move |tx| {
        let shop = Shop::live(tx)?;
        let currency = Some(Some("EUR".to_owned()));
        account::set(tx, shop, &account::Change { currency, ..account::Change::default() })?;
        let title = Some("First".to_owned());
        product::new(tx, shop, &product::Change { title, ..product::Change::default() })?;
        goods::products(tx, PRODUCTS)?;
        goods::orders(tx, orders)?;
        client::api_keys(tx, shop, &master, 1)
    }))??;
    store.close();
    keys.into_iter().next().ok_or_else(|| "no key was made".into())
}
