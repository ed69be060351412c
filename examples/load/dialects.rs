//! The Shopkit and Shoppy dialects under load: lists of many products and orders at each dialect's own page size, the first page, which
//! everybody asks for, and any of all pages, which a program that reads a whole shop asks for.

use std::fmt::Write as _;
use std::path::Path;

use keywright::domain::shop::Shop;

use crate::goods::{self, PRODUCTS};
use crate::options::Options;
use crate::process::Server;
use crate::report::beside_plaintext;
use crate::routes::{Requests, Route};
use crate::shelf::{Stock, block_on};
use crate::{Outcome, client, moving, say};

/// Orders of the shop.
const ORDERS: i64 = 100_000;
/// Rows of a page without a word, in both dialects.
const EACH: i64 = 25;
/// Pages that are asked for by chance: far more than are kept.
const PAGES: i64 = 2_000;
/// Connections.
const CLIENTS: usize = 64;

/// Measures all of it and writes it as Markdown.
pub fn write(text: &mut String, options: &Options, binary: &Path, stock: &Stock) -> Outcome<()> {
    say("load: filling 100000 products and 100000 orders");
    let (store, master) = client::open(stock)?;
    let key = block_on(store.write("load: dialects", move |tx| {
        goods::products(tx, PRODUCTS)?;
        goods::orders(tx, ORDERS)?;
        let shop = Shop::live(tx)?;
        client::api_keys(tx, shop, &master, 1)
    }))??
    .remove(0);
    store.close();
    let mut first = Vec::new();
    Requests::new(Route::Check, stock.keys.clone(), 1).next(&mut first);
    let server = Server::keywright(binary, &stock.data, stock.database.as_deref(), None, &first)?;
    let plaintext = Server::plaintext()?;
    writeln!(
        text,
        "| lists of {EACH}, {CLIENTS} connections | a second | of plaintext | p50 ms | p99 ms |\n|---|---:|---:|---:|---:|"
    )?;
    for (title, target, expected) in [
        ("Shopkit products", "/shopkit/v1/product?", SHOPKIT),
        ("Shopkit products, active", "/shopkit/v1/product?status_alias=active&", SHOPKIT),
        ("Shopkit orders", "/shopkit/v1/order?", SHOPKIT),
        ("Shopkit orders, paid and sent", "/shopkit/v1/order?status_alias=sent&paid=true&", SHOPKIT),
        ("Shoppy 1.0 products", "/shoppy/api/1.0/products?", SHOPPY),
        ("Shoppy 1.0 orders", "/shoppy/api/1.0/orders?", SHOPPY),
        ("Shoppy v1 products", "/shoppy/api/v1/products?", SHOPPY),
        ("Shoppy v1 orders", "/shoppy/api/v1/orders?", SHOPPY),
    ] {
        for (which, pages) in [("first page", 1), ("any page", PAGES)] {
            let requests = || {
                let ask = |page: i64| {
                    format!(
                        "GET {target}page={page} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-KEY: {key}\r\nAuthorization: {key}\r\n\r\n"
                    )
                };
                Requests::among((1..=pages).map(|page| ask(page).into_bytes()).collect(), expected)
            };
            let title = format!("{title}, {which}");
            beside_plaintext(text, options, (&server, &plaintext), (&title, CLIENTS), &requests)?;
        }
    }
    drop(server);
    moving::write(text, options, binary)
}

/// How right answers begin.
const SHOPKIT: &[u8] = br#"{"0":{"id":"#;
const SHOPPY: &[u8] = br#"[{""#;
