//! Somebody who looks at one page of each kind, many times: who runs the shop, who bought there, or anybody.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::Outcome;

/// A page, as it was found.
pub struct Page {
    /// Whose.
    pub who: &'static str,
    /// Its path without numbers, and the names of its query.
    pub kind: String,
    /// How long each request took, the quickest first.
    times: Vec<Duration>,
    /// Bytes over the wire, the head with them.
    pub bytes: usize,
    /// The same with the files that it loads.
    pub first_visit: usize,
    /// Whether all of it was compressed.
    pub is_packed: bool,
}

impl Page {
    /// Milliseconds that half of the requests do not exceed.
    pub fn typical(&self) -> f64 {
        self.percentile(50)
    }

    /// Milliseconds that 95 of 100 requests do not exceed.
    pub fn slow(&self) -> f64 {
        self.percentile(95)
    }

    fn percentile(&self, percent: usize) -> f64 {
        let rank = (self.times.len() * percent).div_ceil(100).max(1);
        self.times.get(rank - 1).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
    }
}

/// What came back.
struct Answer {
    status: u16,
    /// Where it leads.
    to: Option<String>,
    is_html: bool,
    is_packed: bool,
    bytes: usize,
    text: String,
}

/// Where somebody begins, and where they go on to.
pub struct Way {
    pub who: &'static str,
    /// The first page, and those that only somebody comes to who looks for something.
    pub from: &'static [&'static str],
    /// What the addresses begin with that they follow, and what with that they do not.
    pub along: &'static [&'static str],
    pub not: &'static [&'static str],
}

/// Words that are in nothing are the longest to look for.
const SOUGHT: &[&str] = &[
    "/admin",
    "/admin/find?q=nobody%40customer.example",
    "/admin/customers?q=nobody",
    "/admin/licences?key=ABCD",
    "/admin/licences?status=expired",
    "/admin/orders?q=nobody",
    "/admin/products?q=nothing",
    "/admin/audit?actor=nobody",
    "/admin/activations?ip=192.0.2.1",
    "/admin/activations?state=freed",
    "/admin/activations?product=1",
    "/admin/licences?sort=oldest",
    "/admin/figures?interval=month",
];

/// Who runs the shop, who bought there, and who has come by.
pub const WAYS: [Way; 3] = [
    Way { who: "owner", from: SOUGHT, along: &["/admin"], not: &[] },
    Way { who: "customer", from: &["/account"], along: &["/account", "/order/"], not: &[] },
    Way { who: "visitor", from: &["/", "/?q=e"], along: &["/"], not: &["/admin", "/assets/", "/docs", "//"] },
];

/// Somebody with a browser.
pub struct Visitor {
    address: SocketAddr,
    /// What lets them in, if they are known.
    cookie: Option<String>,
    /// The files that pages load, with their bytes.
    files: BTreeMap<String, (usize, bool)>,
}

impl Visitor {
    pub fn new(address: SocketAddr, cookie: Option<String>) -> Self {
        Self { address, cookie, files: BTreeMap::new() }
    }

    /// One page of each kind that links lead to on this way, so many times each.
    pub fn look(mut self, way: &Way, requests: usize) -> Outcome<Vec<Page>> {
        let mut connection = BufReader::new(TcpStream::connect(self.address)?);
        connection.get_ref().set_nodelay(true)?;
        let (mut waiting, mut pages): (Vec<String>, Vec<Page>) =
            (way.from.iter().map(|from| (*from).to_owned()).collect(), Vec::new());
        while let Some(path) = waiting.pop() {
            let kind = kind(&path);
            if pages.iter().any(|page| page.kind == kind) {
                continue;
            }
            let first = self.get(&mut connection, &path)?;
            match (first.status, first.to) {
                (200, _) if first.is_html => {}
                // A file, or a page that says why there is none.
                (200 | 409, _) => continue,
                (303, Some(to)) => {
                    waiting.extend(Some(to).filter(|to| way.leads(to)));
                    continue;
                }
                (status, _) => return Err(format!("{path} was answered {status}").into()),
            }
            let (mut first_visit, mut is_packed) = (first.bytes, first.is_packed);
            for file in values(&first.text, &["href", "src"], |to| to.starts_with("/assets/")) {
                let (bytes, packed) = self.file(&mut connection, &file)?;
                first_visit += bytes;
                is_packed &= packed;
            }
            let mut times = (0..requests)
                .map(|_| {
                    let begun = Instant::now();
                    self.get(&mut connection, &path)?;
                    Ok(begun.elapsed())
                })
                .collect::<Outcome<Vec<Duration>>>()?;
            times.sort();
            waiting.extend(values(&first.text, &["href"], |to| way.leads(to)));
            pages.push(Page { who: way.who, kind, times, bytes: first.bytes, first_visit, is_packed });
        }
        pages.sort_by(|a, b| a.kind.cmp(&b.kind));
        Ok(pages)
    }

    fn file(&mut self, connection: &mut BufReader<TcpStream>, path: &str) -> Outcome<(usize, bool)> {
        if let Some(known) = self.files.get(path) {
            return Ok(*known);
        }
        let answer = self.get(connection, path)?;
        self.files.insert(path.to_owned(), (answer.bytes, answer.is_packed));
        Ok((answer.bytes, answer.is_packed))
    }

    fn get(&self, connection: &mut BufReader<TcpStream>, path: &str) -> Outcome<Answer> {
        let cookie = self.cookie.as_ref().map(|held| format!("Cookie: keywright={held}\r\n"));
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: pages\r\nAccept-Encoding: gzip\r\n{}\r\n",
            cookie.unwrap_or_default()
        );
        connection.get_mut().write_all(head.as_bytes())?;
        let (mut line, mut head) = (String::new(), String::new());
        while line != "\r\n" {
            line.clear();
            if connection.read_line(&mut line)? == 0 {
                return Err(format!("the server ended at {path}").into());
            }
            head.push_str(&line);
        }
        let to = head
            .lines()
            .find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("location")));
        let to = to.map(|(_, to)| to.trim().to_owned());
        let head = head.to_ascii_lowercase();
        let value =
            |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
        let mut body = vec![0; value("content-length:").parse()?];
        connection.read_exact(&mut body)?;
        let is_packed = value("content-encoding:") == "gzip";
        if is_packed && !path.starts_with("/assets/") {
            return Err("pages are compressed: this program must learn to read them".into());
        }
        Ok(Answer {
            to,
            status: head.split(' ').nth(1).ok_or("no status")?.parse()?,
            is_html: value("content-type:").starts_with("text/html"),
            is_packed,
            bytes: head.len() + body.len(),
            text: String::from_utf8_lossy(&body).into_owned(),
        })
    }
}

impl Way {
    fn leads(&self, to: &str) -> bool {
        let begins = |with: &[&str]| with.iter().any(|start| to.starts_with(start));
        begins(self.along) && !begins(self.not) && !to.contains("as=")
    }
}

/// The values of these attributes that are wanted, each once.
fn values(page: &str, names: &[&str], is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let all = names.iter().flat_map(|name| {
        let rest = page.split(&format!(" {name}=\"")).skip(1).map(str::to_owned).collect::<Vec<_>>();
        rest.into_iter().filter_map(|rest| rest.split('"').next().map(|value| value.replace("&amp;", "&")))
    });
    let mut found: Vec<String> = all.filter(|value| is_wanted(value)).collect();
    found.sort();
    found.dedup();
    found
}

/// The kind of an address.
fn kind(path: &str) -> String {
    let (way, query) = path.split_once('?').unwrap_or((path, ""));
    let is_one = |part: &str| part.split('-').next().is_some_and(|id| id.parse::<u64>().is_ok());
    let part = |part: &str| if is_one(part) { "{id}".to_owned() } else { part.to_owned() };
    let way: Vec<String> = way.split('/').map(part).collect();
    let names: Vec<&str> =
        query.split('&').filter_map(|pair| pair.split('=').next()).filter(|n| !n.is_empty()).collect();
    let mark = if names.is_empty() { "" } else { "?" };
    format!("{}{mark}{}", way.join("/"), names.join("&"))
}
