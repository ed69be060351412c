//! The platform API under load: lists on many rows, orders from placing to paying, and files.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use keywright::config::{Config, Given};
use keywright::domain::api_key::{self, Draft};
use keywright::domain::plan::Plan;
use keywright::domain::scope::Scope;
use keywright::domain::shop::Shop;
use keywright::domain::{customer, licence};
use keywright::store::{Options as StoreOptions, Place, Store, Tx};
use keywright::values;

use crate::options::Options;
use crate::process::Server;
use crate::routes::{Requests, Route};
use crate::shelf::{Stock, block_on};
use crate::{Outcome, generator, raw, say};

/// Products in the catalogue.
const PRODUCTS: i64 = 100_000;
/// Each has a limit of its own, which one key would soon meet.
const KEYS: usize = 256;
/// A product with few licences.
const FEW: i64 = 7;
/// Connections of everything here.
const CLIENTS: usize = 64;
/// Transfers at once.
const TRANSFERS: usize = 20;
const MEGABYTE: u64 = 1_000_000;

/// Measures all of it and writes it as Markdown.
pub fn write(text: &mut String, options: &Options, binary: &Path, stock: &Stock) -> Outcome<()> {
    let keys = prepare(stock)?;
    let mut first = Vec::new();
    Requests::new(Route::Check, stock.keys.clone(), 1).next(&mut first);
    let server = Server::keywright(binary, &stock.data, None, None, &first)?;
    let plaintext = Server::plaintext()?;
    writeln!(
        text,
        "| platform API, {CLIENTS} connections | a second | of plaintext | p50 ms | p99 ms |\n|---|---:|---:|---:|---:|"
    )?;
    lists(text, options, (&server, &plaintext), &keys)?;
    let raw = raw::rate(&options.folder, length(options))?;
    let paid = orders(options, server.address, &keys)?;
    writeln!(
        text,
        "| orders placed and paid | {paid:.0} | | | |\n| raw single-row FULL commits | {raw:.0} | | | |\n"
    )?;
    drop(server);
    let server = Server::keywright(binary, &stock.data, None, None, &first)?;
    transfers(text, options, &server, stock, &keys)
}

/// Fills the catalogue and makes API keys.
fn prepare(stock: &Stock) -> Outcome<Vec<String>> {
    say("load: filling 100000 products");
    let given = Given::from([("data_dir".to_owned(), stock.data.display().to_string())]);
    let master = Config::settle(&given, &|_| None, None)?.master(None)?;
    let store = Store::open(StoreOptions::new(Place::Folder(stock.data.clone())))?;
    let made = block_on(store.write("load: platform", move |tx| {
        let (now, last) = (tx.now(), PRODUCTS);
        tx.exec(
            "with recursive n (i) as (select 2 union all select i + 1 from n where i < $1) \
             insert into product (id, site_id, title, slug, price_minor, currency, created_at, updated_at) \
             select i, 1, 'Product ' || i, 'product-' || i, 2999, 'EUR', cast($2 as bigint), $2 from n",
            values![last, now],
        )?;
        let shop = Shop::live(tx)?;
        few(tx, shop)?;
        let draft = Draft {
            title: "load".to_owned(),
            scopes: Scope::ALL.to_vec(),
            plan: Plan::Enterprise,
            must_sign: false,
            networks: Vec::new(),
            expires_at: None,
        };
        (0..KEYS).map(|_| Ok(api_key::new(tx, shop, &draft, &master)?.token)).collect()
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
) -> Outcome<()> {
    let few = format!("/v1/licences?limit=20&product={FEW}");
    for (title, target, pages) in [
        ("products, first page", "/v1/products?limit=20", 0),
        ("products, a page far down", "/v1/products?limit=20", 500),
        ("licences, first page", "/v1/licences?limit=20&product=1", 0),
        ("licences, a page far down", "/v1/licences?limit=20&product=1", 2_000),
        ("licences of a product with few", &few, 0),
        ("licences, the few suspended", "/v1/licences?limit=20&status=suspended", 0),
        ("licences by the first segment of their key", "/v1/licences?limit=20&key=ABCD", 0),
    ] {
        let cursor = walk(server.address, target, pages, keys)?;
        let target = cursor.map_or_else(|| target.to_owned(), |cursor| format!("{target}&cursor={cursor}"));
        let mut ratios = Vec::new();
        let mut last = None;
        for _ in 0..options.rounds {
            let requests = || Requests::fixed(b"GET / HTTP/1.1\r\nHost: load\r\n\r\n".to_vec(), b"Hello");
            let base = generator::run(plaintext.address, CLIENTS, length(options), requests, || ())?;
            let requests = || Requests::signed_in(&target, keys);
            let tally = generator::run(server.address, CLIENTS, length(options), requests, || ())?;
            if tally.errors > 0 {
                return Err(format!("{title}: {} wrong answers", tally.errors).into());
            }
            ratios.push(tally.rate() / base.rate());
            last = Some(tally);
        }
        ratios.sort_by(f64::total_cmp);
        let ratio = ratios[ratios.len() / 2];
        if let Some(tally) = last {
            let ms = |percent| tally.latency.percentile(percent);
            writeln!(text, "| {title} | {:.0} | {ratio:.3} | {:.2} | {:.2} |", tally.rate(), ms(50), ms(99))?;
        }
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
        std::thread::sleep(length(options) * 2);
        stop.store(true, Ordering::Relaxed);
        clients.into_iter().try_for_each(|client| client.join().map_err(|_| "a client panicked")?)
    })?;
    Ok(paid.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64())
}

/// What a file of 500 MB up and down adds to the server's memory, and what transfers do to checks.
fn transfers(
    text: &mut String,
    options: &Options,
    server: &Server,
    stock: &Stock,
    keys: &[String],
) -> Outcome<()> {
    let checks = |what: &str| -> Outcome<f64> {
        say(&format!("load: checks {what}"));
        let requests = || Requests::new(Route::Check, stock.keys.clone(), options.working_set);
        let tally = generator::run(server.address, CLIENTS, length(options), requests, || ())?;
        Ok(tally.latency.percentile(99))
    };
    let alone = checks("alone")?;
    let before = server.memory();
    let mut client = Client::open(server.address, keys[0].clone())?;
    let begun = Instant::now();
    client.upload_form(500 * MEGABYTE)?;
    let (form, form_rate) = (server.peak() - before, 500.0 / begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let file = client.upload(500 * MEGABYTE)?;
    let (up, up_rate) = (server.peak() - before, 500.0 / begun.elapsed().as_secs_f64());
    let release = format!(r#"{{"version":"9.0.0","files":[{{"file_id":"{file}"}}]}}"#);
    client.call("POST", "/v1/products/1/releases", release.as_bytes())?;
    let link = client.link()?;
    let begun = Instant::now();
    client.download(&link)?;
    let (down, down_rate) = (server.peak() - before, 500.0 / begun.elapsed().as_secs_f64());
    let stop = AtomicBool::new(false);
    let beside = std::thread::scope(|scope| -> Outcome<f64> {
        for (n, key) in keys.iter().enumerate().take(TRANSFERS) {
            let (stop, link, key) = (&stop, &link, key.clone());
            scope.spawn(move || {
                // Ten megabytes a second each: a line of 80 Mbit/s.
                let Ok(client) = Client::open(server.address, key) else { return };
                let rate = 10 * MEGABYTE;
                let ended = if n % 2 == 0 { client.sip(link, rate, stop) } else { client.pour(rate, stop) };
                if let Err(e) = ended {
                    say(&format!("load: a transfer ended: {e}"));
                }
            });
        }
        let measured = checks("beside ten downloads and ten uploads of 10 MB/s each");
        stop.store(true, Ordering::Relaxed);
        measured
    })?;
    writeln!(text, "| files | |\n|---|---:|")?;
    writeln!(text, "| memory that a 500 MB form adds, at the most | {form:.1} MiB, {form_rate:.0} MB/s |")?;
    writeln!(text, "| with another in one piece | {up:.1} MiB, {up_rate:.0} MB/s |")?;
    writeln!(text, "| and with its download | {down:.1} MiB, {down_rate:.0} MB/s |")?;
    writeln!(
        text,
        "| p99 of `check` at {CLIENTS} connections, alone and beside {TRANSFERS} transfers of 10 MB/s, half of them up | {alone:.2} and {beside:.2} ms ({:.1} ×) |",
        beside / alone
    )?;
    Ok(())
}

/// A connection with an API key.
struct Client {
    stream: BufReader<TcpStream>,
    key: String,
}

impl Client {
    fn open(address: SocketAddr, key: String) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), key })
    }

    fn call(&mut self, method: &str, target: &str, body: &[u8]) -> Outcome<(u16, Vec<u8>)> {
        self.head(method, target, body.len() as u64, "")?;
        self.stream.get_mut().write_all(body)?;
        let (status, length, _) = self.answer()?;
        let mut body = vec![0; usize::try_from(length)?];
        self.stream.read_exact(&mut body)?;
        Ok((status, body))
    }

    fn head(&mut self, method: &str, target: &str, length: u64, more: &str) -> Outcome<()> {
        let key = &self.key;
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: load\r\nAuthorization: Bearer {key}\r\nContent-Length: {length}\r\n{more}\r\n"
        );
        Ok(self.stream.get_mut().write_all(head.as_bytes())?)
    }

    /// The head of an answer: status, the length of its body, and where it leads.
    fn answer(&mut self) -> Outcome<(u16, u64, String)> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).ok_or("no status")?.parse()?;
        let (mut length, mut location) = (0, String::new());
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                return Ok((status, length, location));
            };
            match name {
                "content-length" => length = value.parse()?,
                "location" => value.clone_into(&mut location),
                _ => {}
            }
        }
    }

    /// Begins an upload of so many bytes, and a piece that is all of it; its id.
    fn begin(&mut self, bytes: u64) -> Outcome<String> {
        let begin = format!("Upload-Length: {bytes}\r\n");
        let name = br#"{"name":"large.bin"}"#;
        self.head("POST", "/v1/uploads", name.len() as u64, &begin)?;
        self.stream.get_mut().write_all(name)?;
        let (_, length, _) = self.answer()?;
        let mut body = vec![0; usize::try_from(length)?];
        self.stream.read_exact(&mut body)?;
        let body: serde_json::Value = serde_json::from_slice(&body)?;
        let file = body["file_id"].as_str().ok_or("no file_id")?.to_owned();
        self.head("PATCH", &format!("/v1/uploads/{file}"), bytes, "Upload-Offset: 0\r\n")?;
        Ok(file)
    }

    /// Sends a file of so many bytes in one piece; its id.
    fn upload(&mut self, bytes: u64) -> Outcome<String> {
        let file = self.begin(bytes)?;
        self.send(bytes)?;
        let (status, length, _) = self.answer()?;
        let mut body = vec![0; usize::try_from(length)?];
        self.stream.read_exact(&mut body)?;
        if status == 200 { Ok(file) } else { Err(String::from_utf8_lossy(&body).into()) }
    }

    /// Sends a file of so many bytes as a form; what differs from other files is its name only.
    fn upload_form(&mut self, bytes: u64) -> Outcome<()> {
        let before = "--load\r\nContent-Disposition: form-data; name=\"file\"; filename=\"form.bin\"\r\n\r\n";
        let after = "\r\n--load--\r\n";
        let length = bytes + (before.len() + after.len()) as u64;
        self.head("POST", "/v1/uploads", length, "Content-Type: multipart/form-data; boundary=load\r\n")?;
        self.stream.get_mut().write_all(before.as_bytes())?;
        self.send(bytes)?;
        self.stream.get_mut().write_all(after.as_bytes())?;
        let (status, length, _) = self.answer()?;
        let mut body = vec![0; usize::try_from(length)?];
        self.stream.read_exact(&mut body)?;
        if status == 201 { Ok(()) } else { Err(String::from_utf8_lossy(&body).into()) }
    }

    fn send(&mut self, bytes: u64) -> Outcome<()> {
        let piece: Vec<u8> = (0..MEGABYTE).map(|n| (n * n % 251).to_le_bytes()[0]).collect();
        for _ in 0..bytes / MEGABYTE {
            self.stream.get_mut().write_all(&piece)?;
        }
        Ok(())
    }

    /// The path of the link to what purchase 1 downloads.
    fn link(&mut self) -> Outcome<String> {
        self.head("GET", "/v1/purchases/1/download", 0, "")?;
        let (_, length, location) = self.answer()?;
        std::io::copy(&mut self.stream.by_ref().take(length), &mut std::io::sink())?;
        let at = location.find("/download/").ok_or("no link")?;
        Ok(location[at..].to_owned())
    }

    fn download(&mut self, link: &str) -> Outcome<()> {
        self.head("GET", link, 0, "")?;
        let (_, length, _) = self.answer()?;
        let got = std::io::copy(&mut self.stream.by_ref().take(length), &mut std::io::sink())?;
        if got == 500 * MEGABYTE { Ok(()) } else { Err(format!("a download had {got} bytes").into()) }
    }

    /// Uploads at so many bytes a second until told to stop.
    fn pour(mut self, rate: u64, stop: &AtomicBool) -> Outcome<()> {
        self.begin(5_000 * MEGABYTE)?;
        let piece = vec![7; usize::try_from(rate / 100)?];
        while !stop.load(Ordering::Relaxed) {
            self.stream.get_mut().write_all(&piece)?;
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Downloads at so many bytes a second until told to stop.
    fn sip(mut self, link: &str, rate: u64, stop: &AtomicBool) -> Outcome<()> {
        self.head("GET", link, 0, "")?;
        self.answer()?;
        let mut buffer = vec![0; usize::try_from(rate / 100)?];
        while !stop.load(Ordering::Relaxed) {
            self.stream.read_exact(&mut buffer)?;
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

fn length(options: &Options) -> Duration {
    Duration::from_secs_f64(options.seconds)
}
