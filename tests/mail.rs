//! Mail, from its cause to the file or the mail server it ends in, on both engines.

mod letters;
mod mailbox;
mod manners;
mod schedule;
mod smtp;
mod tickets;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use keywright::base::seal::Master;
use keywright::base::text::unbase64;
use keywright::domain::shop::Shop;
use keywright::domain::{licence, mail, order, order_line, payment, product};
use keywright::store::{Store, Tx};

use crate::support::{Engine, block_on};

/// Who letters are from.
const FROM: &str = "Quill Works <licences@quill.example>";

/// The values of a letter as it was sent.
#[derive(Clone, Debug)]
struct Eml {
    headers: Vec<(String, String)>,
    text: String,
    html: String,
}

impl Eml {
    fn header(&self, name: &str) -> &str {
        let mut found = self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        let value = found.next().unwrap_or_else(|| panic!("no {name}: {:?}", self.headers));
        assert!(found.next().is_none(), "two of {name}: {:?}", self.headers);
        &value.1
    }

    fn subject(&self) -> String {
        self.header("Subject").split(' ').map(decoded_word).collect::<Vec<_>>().join(" ")
    }

    /// Reads a letter with both forms.
    fn read(raw: &str) -> Self {
        let (headers, body) = split(raw);
        let content = &headers.iter().find(|(n, _)| n == "Content-Type").unwrap().1;
        assert!(content.starts_with("multipart/alternative"), "{content}");
        let boundary = content.split("boundary=\"").nth(1).unwrap().trim_end_matches('"');
        let mut parts = BTreeMap::new();
        for part in body.split(&format!("--{boundary}\r\n")).skip(1) {
            let part = part.split(&format!("--{boundary}--")).next().unwrap();
            let (headers, body) = split(part);
            let of = |name: &str| headers.iter().find(|(n, _)| n == name).unwrap().1.clone();
            let kind = of("Content-Type").split(';').next().unwrap().to_owned();
            parts.insert(kind, decoded(&of("Content-Transfer-Encoding"), &body));
        }
        assert_eq!(parts.keys().collect::<Vec<_>>(), ["text/html", "text/plain"]);
        Self { headers, text: parts["text/plain"].clone(), html: parts["text/html"].clone() }
    }
}

/// Headers, unfolded, and what stands behind them.
fn split(raw: &str) -> (Vec<(String, String)>, String) {
    let (head, body) = raw.split_once("\r\n\r\n").unwrap();
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let headers = head.split("\r\n").map(|line| {
        let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("no header: {line}"));
        (name.to_owned(), value.to_owned())
    });
    (headers.collect(), body.to_owned())
}

fn decoded(encoding: &str, body: &str) -> String {
    match encoding {
        "7bit" | "8bit" => body.to_owned(),
        "base64" => {
            let digits: String = body.chars().filter(|c| !c.is_whitespace()).collect();
            String::from_utf8(unbase64(&digits).unwrap()).unwrap()
        }
        "quoted-printable" => {
            let body = body.replace("=\r\n", "");
            let (mut bytes, mut rest) = (Vec::new(), body.as_bytes());
            while let Some((first, more)) = rest.split_first() {
                rest = more;
                if *first == b'=' {
                    let digits = std::str::from_utf8(&more[..2]).unwrap();
                    bytes.push(u8::from_str_radix(digits, 16).unwrap());
                    rest = &more[2..];
                } else {
                    bytes.push(*first);
                }
            }
            String::from_utf8(bytes).unwrap()
        }
        other => panic!("encoding {other}"),
    }
}

fn decoded_word(word: &str) -> String {
    match word.strip_prefix("=?utf-8?b?").and_then(|rest| rest.strip_suffix("?=")) {
        Some(digits) => String::from_utf8(unbase64(digits).unwrap()).unwrap(),
        None => word.to_owned(),
    }
}

/// The letters in a folder, by template, each with its id.
fn in_folder(folder: &Path) -> BTreeMap<String, Vec<Eml>> {
    let mut found: BTreeMap<String, Vec<Eml>> = BTreeMap::new();
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(name) = name.strip_suffix(".eml").filter(|name| !name.starts_with('.')) else { continue };
        let template = name.rsplit('-').next().unwrap().to_owned();
        found.entry(template).or_default().push(Eml::read(&fs::read_to_string(&file).unwrap()));
    }
    found
}

/// Runs one statement behind keywright's back, for what only time or another part would bring about.
fn sql(engine: &Engine, statement: &str) {
    if engine.name == "postgres" {
        let mut client = postgres::Client::connect(&engine.database, postgres::NoTls).unwrap();
        client.batch_execute(statement).unwrap();
        return;
    }
    let files = fs::read_dir(engine.folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let file = files.into_iter().find(|path| path.extension().is_some_and(|e| e == "db" || e == "sqlite"));
    let database = rusqlite::Connection::open(file.expect("the database's file")).unwrap();
    database.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    database.execute_batch(statement).unwrap();
}

/// The key that a command makes in an engine's folder.
fn master(engine: &Engine) -> Master {
    Master::from_hex(&fs::read_to_string(engine.folder.path().join("master.key")).unwrap()).unwrap()
}

/// Changes something in live mode.
fn write<T: Send + 'static>(
    store: &Store,
    mut f: impl FnMut(&mut Tx<'_>, Shop) -> keywright::base::error::Result<T> + Send + 'static,
) -> T {
    block_on(store.write("test", move |tx| {
        let shop = Shop::live(tx)?;
        f(tx, shop)
    }))
    .unwrap()
}

/// Letters, newest first.
fn mails(store: &Store) -> Vec<mail::Mail> {
    block_on(store.read(|tx| {
        let shop = Shop::live(tx)?;
        mail::list(tx, shop, None, None, 10_000)
    }))
    .unwrap()
}

/// A product at 29.99 EUR.
fn sold(tx: &mut Tx<'_>, shop: Shop, title: &str) -> keywright::base::error::Result<i64> {
    let change = product::Change {
        title: Some(title.into()),
        price: Some(Some((2_999, "EUR".into()))),
        ..product::Change::default()
    };
    Ok(product::new(tx, shop, &change)?.id)
}

fn buyer(email: &str) -> keywright::domain::customer::Change {
    keywright::domain::customer::Change { email: Some(email.into()), ..Default::default() }
}

/// A paid order of one piece; its id.
fn paid(tx: &mut Tx<'_>, shop: Shop, product_id: i64, email: &str) -> keywright::base::error::Result<i64> {
    let line = order_line::DraftLine { product_id, quantity: 1, ..Default::default() };
    let draft = order::Draft { customer: buyer(email), lines: vec![line], ..Default::default() };
    let id = order::place(tx, shop, &draft)?.id;
    payment::pay(tx, shop, id, &payment::Method::Manual(None), None)?;
    Ok(id)
}

/// A licence that ends then, if it ends.
fn issued(
    tx: &mut Tx<'_>,
    shop: Shop,
    product_id: i64,
    email: &str,
    expires_at: Option<i64>,
) -> keywright::base::error::Result<licence::Issued> {
    let draft = licence::Draft { product_id, customer: buyer(email), expires_at, ..Default::default() };
    licence::issue(tx, shop, &draft)
}
