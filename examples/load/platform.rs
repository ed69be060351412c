//! The platform API under load: lists on many rows, orders from placing to paying, and files.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use keywright::base::public_id::SITE;
use keywright::domain::shop::Shop;
use keywright::domain::{customer, house, licence};
use keywright::store::Tx;

use crate::client::{self, Client};
use crate::goods::PRODUCTS;
use crate::options::Options;
use crate::process::Server;
use crate::report::beside_plaintext;
use crate::routes::{Requests, Route};
use crate::shelf::{Stock, block_on};
use crate::{Outcome, checkouts, goods, raw, say, transfers};

/// Each has a limit of its own, which one key would soon meet.
const KEYS: usize = 256;
/// A product with few licences.
const FEW: i64 = 7;
/// Connections of everything here.
const CLIENTS: usize = 64;

/// Measures all of it and writes it as Markdown.
pub fn write(text: &mut String, options: &Options, binary: &Path, stock: &Stock) -> Outcome<()> {
    let (keys, site) = prepare(stock)?;
    let waiting = checkouts::prepare(stock, options)?;
    let mut first = Vec::new();
    Requests::new(Route::Check, stock.keys.clone(), 1).next(&mut first);
    let server = Server::keywright(binary, &stock.data, None, None, &first)?;
    let plaintext = Server::plaintext()?;
    writeln!(
        text,
        "| platform API, {CLIENTS} connections | a second | of plaintext | p50 ms | p99 ms |\n|---|---:|---:|---:|---:|"
    )?;
    let segment = String::from_utf8_lossy(&stock.keys[0][..4]);
    lists(text, options, (&server, &plaintext), &keys, (&site, &segment))?;
    let raw = raw::rate(&options.folder, options.length())?;
    let paid = orders(options, server.address, &keys)?;
    checkouts::write(text, server.address, &waiting)?;
    writeln!(
        text,
        "| orders placed and paid | {paid:.0} | | | |\n| raw single-row FULL commits | {raw:.0} | | | |\n"
    )?;
    drop(server);
    let server = Server::keywright(binary, &stock.data, None, None, &first)?;
    transfers::write(text, options, &server, stock, &keys)
}

/// Fills the catalogue and makes API keys; these, and the site's id in words.
fn prepare(stock: &Stock) -> Outcome<(Vec<String>, String)> {
    say("load: filling 100000 products");
    let (store, master) = client::open(stock)?;
    let made = block_on(store.write("load: platform", move |tx| {
        goods::products(tx, PRODUCTS)?;
        let shop = Shop::live(tx)?;
        few(tx, shop)?;
        let site = house::public_ids(tx)?.write(SITE, shop.site_id);
        Ok((client::api_keys(tx, shop, &master, KEYS)?, site))
    }))?;
    store.close();
    Ok(made?)
}

/// Few licences among the many: of a product and a customer of their own, each of them suspended.
fn few(tx: &mut Tx<'_>, shop: Shop) -> keywright::base::error::Result<()> {
    let email = Some("few@customer.example".to_owned());
    let customer = customer::Change { email, ..customer::Change::default() };
    let draft = licence::Draft { product_id: FEW, customer, ..licence::Draft::default() };
    let suspended = licence::Change { is_on: Some(false), ..licence::Change::default() };
    for _ in 0..30 {
        let id = licence::issue(tx, shop, &draft)?.licence_id;
        licence::set(tx, shop, id, &suspended)?;
    }
    Ok(())
}

fn lists(
    text: &mut String,
    options: &Options,
    (server, plaintext): (&Server, &Server),
    keys: &[String],
    (site, segment): (&str, &str),
) -> Outcome<()> {
    let shopvo = |query: &str| format!("/shopvo/api/v1/{site}/products?limit=20{query}");
    let [numbered, by_cursor, searched] = ["", "&cursor=", "&search=54321"].map(shopvo);
    let few = format!("/v1/licences?limit=20&product={FEW}");
    let by_key = format!("/v1/licences?limit=20&key={segment}");
    for (title, target, pages) in [
        ("products, first page", "/v1/products?limit=20", 0),
        ("products, a page far down", "/v1/products?limit=20", 500),
        ("licences, first page", "/v1/licences?limit=20&product=1", 0),
        ("licences, a page far down", "/v1/licences?limit=20&product=1", 2_000),
        ("licences of a product with few", &few, 0),
        ("licences, the few suspended", "/v1/licences?limit=20&status=suspended", 0),
        ("licences by the first segment of their key", &by_key, 0),
        ("Shopvo products, first page", &numbered, 0),
        ("Shopvo products, by cursor", &by_cursor, 0),
        ("Shopvo products, searched", &searched, 0),
    ] {
        let cursor = walk(server.address, target, pages, keys)?;
        let target = cursor.map_or_else(|| target.to_owned(), |cursor| format!("{target}&cursor={cursor}"));
        let requests = || Requests::signed_in(&target, keys);
        beside_plaintext(text, options, (server, plaintext), (title, CLIENTS), &requests)?;
    }
    Ok(())
}

/// The cursor behind so many pages.
fn walk(address: SocketAddr, target: &str, pages: usize, keys: &[String]) -> Outcome<Option<String>> {
    let mut client = Client::open(address, keys[0].clone())?;
    let mut cursor = None;
    let target = target.replace("limit=20", "limit=100");
    for page in 0..pages {
        client.key.clone_from(&keys[page % keys.len()]);
        let at = cursor.as_ref().map_or_else(|| target.clone(), |cursor| format!("{target}&cursor={cursor}"));
        let (_, body) = client.call("GET", &at, b"")?;
        let body: serde_json::Value = serde_json::from_slice(&body)?;
        cursor = body["next_cursor"].as_str().map(str::to_owned);
    }
    Ok(cursor)
}

/// Orders a second that are placed and then paid, each by two calls.
#[expect(clippy::cast_precision_loss, reason = "a count for people")]
fn orders(options: &Options, address: SocketAddr, keys: &[String]) -> Outcome<f64> {
    let (stop, paid) = (AtomicBool::new(false), AtomicU64::new(0));
    let begun = Instant::now();
    let client = |n: usize| -> Outcome<()> {
        let mut client = Client::open(address, keys[n].clone())?;
        for round in 0.. {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            client.key.clone_from(&keys[(n + round * CLIENTS) % KEYS]);
            let product = 2 + (n * 1_000 + round) % 90_000;
            let order = format!(
                r#"{{"customer":{{"email":"load.{n}@customer.example"}},"lines":[{{"product_id":{product}}}]}}"#
            );
            let (status, body) = client.call("POST", "/v1/orders", order.as_bytes())?;
            let body: serde_json::Value = serde_json::from_slice(&body)?;
            let (paid_status, _) = client.call("POST", &format!("/v1/orders/{}/pay", body["id"]), b"")?;
            if (status, paid_status) != (201, 200) {
                return Err(
                    format!("an order was answered {status}, its payment {paid_status}: {body}").into()
                );
            }
            paid.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    };
    std::thread::scope(|scope| -> Outcome<()> {
        let clients: Vec<_> = (0..CLIENTS).map(|n| scope.spawn(move || client(n))).collect();
        std::thread::sleep(options.length() * 2);
        stop.store(true, Ordering::Relaxed);
        clients.into_iter().try_for_each(|client| client.join().map_err(|_| "a client panicked")?)
    })?;
    Ok(paid.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64())
}
