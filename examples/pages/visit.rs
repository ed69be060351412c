//! Somebody who looks at one page of each kind, many times.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::Outcome;

/// A page, as it was found.
pub struct Page {
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
    is_html: bool,
    is_packed: bool,
    bytes: usize,
    text: String,
}

/// Somebody who is signed in.
pub struct Visitor {
    address: SocketAddr,
    cookie: String,
    /// The files that pages load, with their bytes.
    files: BTreeMap<String, (usize, bool)>,
}

impl Visitor {
    pub fn new(address: SocketAddr, cookie: String) -> Self {
        Self { address, cookie, files: BTreeMap::new() }
    }

    /// One page of each kind that links lead to from the home of the administration, so many times each.
    pub fn look(mut self, requests: usize) -> Outcome<Vec<Page>> {
        let mut connection = BufReader::new(TcpStream::connect(self.address)?);
        connection.get_ref().set_nodelay(true)?;
        let (mut waiting, mut pages): (Vec<String>, Vec<Page>) = (vec!["/admin".to_owned()], Vec::new());
        while let Some(path) = waiting.pop() {
            let kind = kind(&path);
            if pages.iter().any(|page| page.kind == kind) {
                continue;
            }
            let first = self.get(&mut connection, &path)?;
            if first.status != 200 {
                return Err(format!("{path} was answered {}", first.status).into());
            }
            if !first.is_html {
                continue;
            }
            let (mut first_visit, mut is_packed) = (first.bytes, first.is_packed);
            for file in values(&first.text, "/assets/") {
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
            waiting.extend(values(&first.text, "/admin").into_iter().filter(|link| !link.contains("as=")));
            pages.push(Page { kind, times, bytes: first.bytes, first_visit, is_packed });
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
        let cookie = &self.cookie;
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: pages\r\nAccept-Encoding: gzip\r\nCookie: keywright={cookie}\r\n\r\n"
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
        let head = head.to_ascii_lowercase();
        let value =
            |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
        let mut body = vec![0; value("content-length:").parse()?];
        connection.read_exact(&mut body)?;
        let is_packed = value("content-encoding:") == "gzip";
        if is_packed && path.starts_with("/admin") {
            return Err("pages are compressed: this program must learn to read them".into());
        }
        Ok(Answer {
            status: head.split(' ').nth(1).ok_or("no status")?.parse()?,
            is_html: value("content-type:").starts_with("text/html"),
            is_packed,
            bytes: head.len() + body.len(),
            text: String::from_utf8_lossy(&body).into_owned(),
        })
    }
}

/// The values of attributes that begin so, each once.
fn values(page: &str, start: &str) -> Vec<String> {
    let all = page.split("=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let mut found: Vec<String> =
        all.filter(|value| value.starts_with(start)).map(|value| value.replace("&amp;", "&")).collect();
    found.sort();
    found.dedup();
    found
}

/// The kind of an address.
fn kind(path: &str) -> String {
    let (way, query) = path.split_once('?').unwrap_or((path, ""));
    let part = |part: &str| if part.parse::<u64>().is_ok() { "{id}".to_owned() } else { part.to_owned() };
    let way: Vec<String> = way.split('/').map(part).collect();
    let names: Vec<&str> =
        query.split('&').filter_map(|pair| pair.split('=').next()).filter(|n| !n.is_empty()).collect();
    let mark = if names.is_empty() { "" } else { "?" };
    format!("{}{mark}{}", way.join("/"), names.join("&"))
}
