//! The pages program: how long each page of the administration and the shop takes, and how many bytes somebody loads who sees it first.
//!
//! `cargo build --release && cargo run --release --example pages` measures the built `keywright`, on the data of `keywright demo` and
//! on the filled database of the load program; the tables it prints are Markdown. Pages are found by their links, one of each kind.

#[path = "../load/fill.rs"]
mod fill;
#[path = "../load/machine.rs"]
mod machine;
mod options;
#[expect(dead_code, reason = "the load program asks more of its servers")]
#[path = "../load/process.rs"]
mod process;
#[expect(dead_code, reason = "the load program needs the keys and the size too")]
#[path = "../load/shelf.rs"]
mod shelf;
mod visit;

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};

use clap::Parser;
use keywright::domain::person::{self, Draft, Role};
use keywright::domain::session;
use keywright::domain::shop::Shop;
use keywright::store::{Options as StoreOptions, Place, Store};

use options::Options;
use process::Server;
use visit::{Page, Visitor, WAYS};

/// What the parts of this program return.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// What a page may take with few data and with many, in milliseconds, and what a first visit may load, in bytes.
const FEW: f64 = 20.0;
const MANY: f64 = 100.0;
const BYTES: usize = 100_000;

/// What a server that is up answers.
const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: pages\r\nConnection: close\r\n\r\n";

fn main() -> ExitCode {
    match run(&Options::parse().settled()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            say(&format!("pages: {e}"));
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Outcome<()> {
    let binary = options.binary.clone().map_or_else(process::keywright, Ok)?.canonicalize()?;
    let mut text = String::new();
    let demo = demo(options, &binary)?;
    write(&mut text, "Data of `keywright demo`", &demo, FEW)?;
    let stock = shelf::stock(options, options.licences)?;
    let place = match &stock.database {
        Some(address) => Place::Postgres(Box::new(address.parse()?)),
        None => Place::Folder(stock.data.clone()),
    };
    let cookies = let_in(place)?;
    let server = Server::keywright(&binary, &stock.data, stock.database.as_deref(), None, HEALTH)?;
    say(&format!("pages: {} licences", options.licences));
    let many = look(&server, &cookies, options.requests)?;
    write(&mut text, &format!("{} licences", options.licences), &many, MANY)?;
    let machine = machine::line(&options.folder, &stock.engine);
    let head = format!("{machine}\n\n{} requests of each page, one after the other.\n", options.requests);
    std::io::stdout().write_all(format!("{head}{text}").as_bytes())?;
    Ok(())
}

/// The pages of a server with demo data, which it keeps in a folder of its own below the system's.
fn demo(options: &Options, binary: &Path) -> Outcome<Vec<Page>> {
    let folder = std::env::current_dir()?.join(&options.folder).join("demo");
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir_all(&folder)?;
    let address = process::free_address()?;
    let mut command = Command::new(binary);
    command
        .args(["demo", "--port", &address.port().to_string()])
        .env("TMPDIR", &folder)
        .env("KEYWRIGHT_ACCESS_LOG", "off")
        .current_dir(&folder);
    let server = Server::start(command, address, HEALTH)?;
    let data = std::fs::read_dir(&folder)?.next().ok_or("the demo has no folder")??.path();
    let cookies = let_in(Place::Folder(data))?;
    say("pages: demo data");
    let pages = look(&server, &cookies, options.requests);
    drop(server);
    std::fs::remove_dir_all(&folder)?;
    pages
}

/// What all ways see.
fn look(server: &Server, cookies: &[Option<String>; 3], requests: usize) -> Outcome<Vec<Page>> {
    let mut pages = Vec::new();
    for (way, cookie) in WAYS.iter().zip(cookies) {
        pages.extend(Visitor::new(server.address, cookie.clone()).look(way, requests)?);
    }
    Ok(pages)
}

/// Makes an owner and lets them in, with the customer who ordered first; what the cookies of the three ways hold.
fn let_in(place: Place) -> Outcome<[Option<String>; 3]> {
    let store = Store::open(StoreOptions { connections: 1, ..StoreOptions::new(place) })?;
    let tokens = shelf::block_on(store.write("pages: owner", |tx| {
        let draft = Draft {
            email: "pages@shop.example".to_owned(),
            name: String::new(),
            role: Role::Owner,
            // No password has this hash: nobody comes in by it.
            password_hash: "-".to_owned(),
        };
        let site_id = Shop::live(tx)?.site_id;
        let owner = person::new(tx, site_id, &draft)?;
        let customer =
            "select coalesce((select min(customer_id) from sale), (select min(customer_id) from purchase))";
        let customer = tx.one(customer, &[], |row| row.get(0))?;
        Ok([Some(session::of_person(tx, owner.id)?), Some(session::of_customer(tx, customer)?), None])
    }))??;
    store.close();
    Ok(tokens)
}

#[expect(clippy::cast_precision_loss, reason = "bytes for people")]
fn write(text: &mut String, title: &str, pages: &[Page], most: f64) -> Outcome<()> {
    let packed = if pages.iter().all(|page| page.is_packed) { "gzip" } else { "not compressed" };
    writeln!(
        text,
        "\n{title}; marked where p95 is over {most} ms or a first visit over {} kB ({packed}).\n\n\
         | who | page | p50 ms | p95 ms | page kB | first visit kB | |\n|---|---|---:|---:|---:|---:|---|",
        BYTES / 1_000
    )?;
    for page in pages {
        let mut marks = Vec::new();
        if page.slow() > most {
            marks.push("**slow**");
        }
        if page.first_visit > BYTES {
            marks.push("**large**");
        }
        writeln!(
            text,
            "| {} | `{}` | {:.1} | {:.1} | {:.1} | {:.1} | {} |",
            page.who,
            page.kind,
            page.typical(),
            page.slow(),
            page.bytes as f64 / 1_000.0,
            page.first_visit as f64 / 1_000.0,
            marks.join(", ")
        )?;
    }
    Ok(())
}

/// Tells the person who waits what is going on.
fn say(line: &str) {
    // Progress that cannot be shown is no reason to stop.
    let _ = writeln!(std::io::stderr(), "{line}");
}
