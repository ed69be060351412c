//! Webhooks under load: real events at a steady rate, each for several endpoints, and checks beside their deliveries.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use keywright::domain::shop::Shop;
use keywright::domain::webhook;

use crate::client::{self, Client};
use crate::options::Options;
use crate::process::Server;
use crate::receiver::Receiver;
use crate::routes::{Requests, Route};
use crate::shelf::{Stock, block_on};
use crate::{Outcome, generator, say};

/// Endpoints that each event goes to: 64 deliveries at a time are 4 for each.
const ENDPOINTS: u64 = 16;
/// Deliveries a second that are asked for.
const WANTED: u64 = 2_000;
/// Of each order: created, paid, a purchase, a licence.
const EVENTS: u64 = 4;
/// Orders that are placed at once when nothing else is done.
const ORDERS: u32 = 300;
/// Between two orders.
const PAUSE: Duration = Duration::from_millis(1_000 * EVENTS * ENDPOINTS / WANTED);
/// Each key has a limit of its own.
const KEYS: usize = 16;
/// Connections of checks.
const CLIENTS: usize = 64;

/// Measures it and writes it as Markdown.
pub fn write(text: &mut String, options: &Options, binary: &Path, stock: &Stock) -> Outcome<()> {
    let receiver = Receiver::start()?;
    let keys = prepare(stock, &receiver)?;
    let mut first = Vec::new();
    Requests::new(Route::Check, stock.keys.clone(), 1).next(&mut first);
    let server = Server::keywright(binary, &stock.data, None, None, &first)?;
    let checks = |what: &str| -> Outcome<f64> {
        say(&format!("load: checks {what}"));
        let requests = || Requests::new(Route::Check, stock.keys.clone(), options.working_set);
        let tally = generator::run(server.address, CLIENTS, options.length(), requests, || ())?;
        if tally.errors > 0 {
            return Err(format!("checks {what}: {} wrong answers", tally.errors).into());
        }
        Ok(tally.rate())
    };
    writeln!(
        text,
        "| round | checks a second alone | beside deliveries | of alone | deliveries a second |\n|---:|---:|---:|---:|---:|"
    )?;
    checks("to warm up")?;
    for round in 1..=options.rounds {
        let alone = checks("alone")?;
        let stop = AtomicBool::new(false);
        let (beside, rate) = std::thread::scope(|scope| -> Outcome<(f64, f64)> {
            let (stop, keys, address) = (&stop, &keys, server.address);
            let events = scope.spawn(move || events(address, keys, stop));
            let (before, begun) = (receiver.count(), Instant::now());
            let beside = checks("beside deliveries");
            let rate = per_second(receiver.count() - before, begun.elapsed());
            stop.store(true, Ordering::Relaxed);
            events.join().map_err(|_| "the events ended early")??;
            Ok((beside?, rate))
        })?;
        writeln!(text, "| {round} | {alone:.0} | {beside:.0} | {:.2} | {rate:.0} |", beside / alone)?;
        server.rest();
    }
    let (typical, worst) = lags(stock)?;
    let (count, took) = drain(&server, &receiver, &keys)?;
    writeln!(
        text,
        "\nFrom an event to the written-down end of its delivery: p50 {typical} ms, p99 {worst} ms.\n\nWithout checks beside: {:.0} deliveries a second ({count} at once).",
        per_second(count, took)
    )?;
    Ok(())
}

/// Makes endpoints and API keys, and gives the product a price; lets webhooks go to this machine.
fn prepare(stock: &Stock, receiver: &Receiver) -> Outcome<Vec<String>> {
    std::fs::write(stock.data.join("keywright.toml"), "webhook_allow = \"127.0.0.0/8\"\n")?;
    let (store, master) = client::open(stock)?;
    let url = format!("http://{}/hook", receiver.address);
    let made = block_on(store.write("load: webhooks", move |tx| {
        let shop = Shop::live(tx)?;
        for n in 0..ENDPOINTS {
            let change = webhook::Change { url: Some(format!("{url}/{n}")), ..webhook::Change::default() };
            webhook::new(tx, shop, &change, &master)?;
        }
        tx.exec("update product set price_minor = 2999, currency = 'EUR' where id = 1", &[])?;
        client::api_keys(tx, shop, &master, KEYS)
    }))?;
    store.close();
    Ok(made?)
}

/// Places and pays orders so often that as many deliveries come of them as are wanted, until told to stop.
fn events(address: SocketAddr, keys: &[String], stop: &AtomicBool) -> Outcome<()> {
    let mut client = Client::open(address, keys[0].clone())?;
    let begun = Instant::now();
    let mut count = 0;
    while !stop.load(Ordering::Relaxed) {
        order(&mut client, keys, count)?;
        count += 1;
        std::thread::sleep((PAUSE * count).saturating_sub(begun.elapsed()));
    }
    Ok(())
}

/// Places and pays an order.
fn order(client: &mut Client, keys: &[String], count: u32) -> Outcome<()> {
    client.key.clone_from(&keys[count as usize % keys.len()]);
    let buyer = count % 64;
    let order =
        format!(r#"{{"customer":{{"email":"load.{buyer}@customer.example"}},"lines":[{{"product_id":1}}]}}"#);
    let (status, body) = client.call("POST", "/v1/orders", order.as_bytes())?;
    let body: serde_json::Value = serde_json::from_slice(&body)?;
    let (paid, _) = client.call("POST", &format!("/v1/orders/{}/pay", body["id"]), b"")?;
    if (status, paid) == (201, 200) {
        Ok(())
    } else {
        Err(format!("an order was answered {status}: {body}").into())
    }
}

/// How many milliseconds passed between events and the end of their deliveries: half of them at the most, and 99 of 100.
fn lags(stock: &Stock) -> Outcome<(i64, i64)> {
    let (store, _) = client::open(stock)?;
    let lags = block_on(store.read(|tx| {
        let sql = "select ended_at - created_at from webhook_delivery where ended_at is not null order by 1";
        tx.all(sql, &[], |row| row.get::<i64>(0))
    }))??;
    store.close();
    let at = |percent: usize| lags.get(lags.len() * percent / 100).copied().unwrap_or_default();
    Ok((at(50), at(99)))
}

/// How many deliveries came of orders sent as fast as they can be, and how long they took.
fn drain(server: &Server, receiver: &Receiver, keys: &[String]) -> Outcome<(u64, Duration)> {
    let mut client = Client::open(server.address, keys[0].clone())?;
    let (before, begun) = (receiver.count(), Instant::now());
    for count in 0..ORDERS {
        order(&mut client, keys, count)?;
    }
    let all = u64::from(ORDERS) * EVENTS * ENDPOINTS;
    while receiver.count() - before < all {
        if begun.elapsed() > Duration::from_mins(1) {
            return Err("deliveries are missing".into());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok((all, begun.elapsed()))
}

#[expect(clippy::cast_precision_loss, reason = "a count for people")]
fn per_second(count: u64, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}
