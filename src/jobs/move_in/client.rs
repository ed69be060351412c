//! Asks an old service over HTTP, with a patience that people have: what is broken or busy is asked again, and when the service says to wait,
//! it is waited. One connection is kept open, since a shop has thousands of pages.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{ACCEPT, HOST, HeaderMap, HeaderName, HeaderValue, LOCATION, USER_AGENT};
use hyper_util::rt::TokioIo;
use ipnet::IpNet;
use rustls::ClientConfig;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};
use url::{Position, Url};

use crate::base::error::{Error, Result};
use crate::base::{text, tls};
use crate::jobs::outbound::{connect, retry_after};

/// The most bytes of one answer.
const MOST: usize = 64 * 1_024 * 1_024;
/// How long an answer may take, from the look-up of the name to the end of the body.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often something that is broken is asked again, and how long is waited first; each time twice as long.
const TRIES: u32 = 8;
/// And as often before it ever answered, since then its address may be wrong.
const FIRST_TRIES: u32 = 3;
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait that the service may ask for at a time, and how often in a row.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
const WAITS: u32 = 100;

/// Where the vendor said it is may be anywhere: they named it.
const ANYWHERE: [&str; 2] = ["0.0.0.0/0", "::/0"];

/// What came: something, or that it is not there.
#[derive(Debug)]
pub struct Answer {
    /// Whether there is such a thing at all.
    pub is_found: bool,
    /// The body; null where there is none.
    pub body: Value,
    headers: HeaderMap,
}

impl Answer {
    /// A number in a header.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.headers.get(name)?.to_str().ok()?.trim().parse().ok()
    }
}

/// A client of one service.
pub struct Client {
    base: Url,
    key: (HeaderName, HeaderValue),
    tls: Arc<ClientConfig>,
    networks: Vec<IpNet>,
    sender: Option<SendRequest<Empty<Bytes>>>,
    /// Whether it was ever there: one that was will be again.
    has_answered: bool,
    /// Is told why it takes so long.
    tell: Box<dyn Fn(&str) + Send>,
}

/// What an attempt came to, if to no answer.
enum Trouble {
    /// It is no use to ask again.
    Final(Error),
    /// It may be another time.
    Passing(String),
    /// It wants to be left alone for so long.
    Wait(Duration),
}

impl Client {
    /// A client of the service at this address, which it shows this key in this header.
    pub fn new(
        address: &str,
        header: &'static str,
        key: &str,
        tell: Box<dyn Fn(&str) + Send>,
    ) -> Result<Self> {
        let wrong = || Error::invalid(format!("'{address}' is no http or https address")).about("from");
        let base = Url::parse(&text::web_address(address).map_err(|_| wrong())?).map_err(|_| wrong())?;
        let mut value = HeaderValue::from_str(key.trim())
            .map_err(|_| Error::invalid("the key has a character that no header can hold").about("key"))?;
        value.set_sensitive(true);
        Ok(Self {
            base,
            key: (HeaderName::from_static(header), value),
            tls: Arc::new(tls::verifying()?),
            networks: ANYWHERE.iter().filter_map(|network| network.parse().ok()).collect(),
            sender: None,
            has_answered: false,
            tell,
        })
    }

    /// Asks under another path than before, if it was under `from`; whether it was.
    pub fn turn_to(&mut self, from: &str, to: &str) -> bool {
        let Some(before) = self.base.path().strip_suffix(from).map(str::to_owned) else { return false };
        self.base.set_path(&format!("{before}{to}"));
        true
    }

    /// What is at this path under the service's address; patient.
    pub async fn get(&mut self, path: &str) -> Result<Answer> {
        let target = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        let url = Url::parse(&target).map_err(|e| Error::broken(format!("{target}: {e}")))?;
        let (mut tries, mut waits, mut pause) = (0, 0, FIRST_WAIT);
        loop {
            let trouble = match self.once(&url).await {
                Ok(answer) => {
                    self.has_answered = true;
                    return Ok(answer);
                }
                Err(trouble) => trouble,
            };
            let most = if self.has_answered { TRIES } else { FIRST_TRIES };
            match trouble {
                Trouble::Final(e) => return Err(e),
                Trouble::Wait(asked) if waits < WAITS => {
                    waits += 1;
                    let wait = asked.min(LONGEST_WAIT);
                    (self.tell)(&format!("the old service asks to wait for {} s", wait.as_secs()));
                    sleep(wait).await;
                }
                Trouble::Passing(why) if tries < most => {
                    tries += 1;
                    (self.tell)(&format!("{why}; asking again"));
                    sleep(pause).await;
                    pause *= 2;
                }
                Trouble::Wait(_) => return Err(gone("it asks to wait again and again")),
                Trouble::Passing(why) => return Err(gone(&why)),
            }
        }
    }

    async fn once(&mut self, url: &Url) -> std::result::Result<Answer, Trouble> {
        let until = Instant::now() + PATIENCE;
        let late = |_| Trouble::Passing(format!("no answer within {} s", PATIENCE.as_secs()));
        let mut sender = match self.sender.take().filter(SendRequest::is_ready) {
            Some(sender) => sender,
            None => timeout_at(until, self.connect(url, until)).await.map_err(late)??,
        };
        let broke = |e: &dyn std::fmt::Display| Trouble::Passing(format!("the connection broke ({e})"));
        let request = self.request(url).map_err(Trouble::Final)?;
        let sent = timeout_at(until, sender.send_request(request)).await.map_err(late)?;
        let (head, body) = sent.map_err(|e| broke(&e))?.into_parts();
        let body = timeout_at(until, Limited::new(body, MOST).collect()).await.map_err(late)?;
        let body = body.map_err(|e| broke(&e))?.to_bytes();
        // Ready again only once the body is read; one that the service closes is seen to be.
        if timeout_at(until, sender.ready()).await.is_ok_and(|ready| ready.is_ok()) {
            self.sender = Some(sender);
        }
        read(head.status.as_u16(), head.headers, &body)
    }

    async fn connect(
        &self,
        url: &Url,
        until: Instant,
    ) -> std::result::Result<SendRequest<Empty<Bytes>>, Trouble> {
        let failed = |e: &dyn std::fmt::Display| Trouble::Passing(format!("{}: {e}", host(url)));
        let stream =
            connect::to(url, &self.networks, &self.tls, until, usize::MAX).await.map_err(|e| failed(&e))?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|e| failed(&e))?;
        tokio::spawn(connection);
        Ok(sender)
    }

    fn request(&self, url: &Url) -> Result<Request<Empty<Bytes>>> {
        Request::get(&url[Position::BeforePath..Position::AfterQuery])
            .header(HOST, host(url))
            .header(USER_AGENT, concat!("keywright/", env!("CARGO_PKG_VERSION")))
            .header(ACCEPT, "application/json")
            .header(&self.key.0, &self.key.1)
            .body(Empty::new())
            .map_err(|e| Error::broken(format!("a request cannot be made: {e}")))
    }
}

fn host(url: &Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
}

fn gone(why: &str) -> Error {
    Error::new(
        crate::base::error::Kind::Unavailable,
        format!(
            "the old service cannot be asked now: {why}. What was taken so far is kept: run the same command again to go on"
        ),
    )
}

/// What an answer says by its status.
fn read(status: u16, headers: HeaderMap, body: &[u8]) -> std::result::Result<Answer, Trouble> {
    let refused = |message: String| Err(Trouble::Final(Error::refused(message)));
    match status {
        200..=299 => {
            let body = if body.trim_ascii().is_empty() { Ok(Value::Null) } else { serde_json::from_slice(body) };
            match body {
                Ok(body) => Ok(Answer { is_found: true, body, headers }),
                Err(_) => refused(
                    "what is at that address answers with something else than JSON: --from must be where the API of the old \
                     service is"
                        .to_owned(),
                ),
            }
        }
        300..=399 => {
            let to = headers.get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("another address");
            refused(format!("the old service is at another address: try again with --from {to}"))
        }
        401 | 403 => refused(
            "the old service does not take the key: make sure that it is one of its API keys, and that it has not been revoked".to_owned(),
        ),
        // Some services say so of a list that they do not have.
        400 | 404 | 405 | 410 => Ok(Answer { is_found: false, body: Value::Null, headers }),
        429 => Err(retry_after(&headers).map_or_else(
            || Trouble::Passing("the old service is asked too often".to_owned()),
            Trouble::Wait,
        )),
        503 if retry_after(&headers).is_some() => {
            Err(Trouble::Wait(retry_after(&headers).unwrap_or(FIRST_WAIT)))
        }
        408 | 500..=599 => Err(Trouble::Passing(format!("the old service answers {status}"))),
        _ => refused(format!("the old service answers {status}: {}", said(body))),
    }
}

/// How a body begins that is no data, for people.
fn said(body: &[u8]) -> String {
    let said = String::from_utf8_lossy(body);
    said.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(
        status: u16,
        head: &[(&'static str, &'static str)],
        body: &str,
    ) -> std::result::Result<Answer, Trouble> {
        let headers =
            head.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        read(status, headers.collect(), body.as_bytes())
    }

    #[test]
    fn a_status_says_whether_to_ask_again() {
        assert!(reads(200, &[], "[]").is_ok_and(|answer| answer.is_found));
        for status in [400, 404, 405] {
            assert!(reads(status, &[], "<html>").is_ok_and(|answer| !answer.is_found));
        }
        for (status, head, body) in [
            (200, &[][..], "<html>"),
            (301, &[("location", "https://x.example/")][..], ""),
            (401, &[][..], ""),
            (403, &[][..], ""),
            (406, &[][..], "no"),
        ] {
            assert!(matches!(reads(status, head, body), Err(Trouble::Final(_))), "{status}");
        }
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(matches!(reads(status, &[], ""), Err(Trouble::Passing(_))), "{status}");
        }
        for status in [429, 503] {
            let trouble = reads(status, &[("retry-after", "7")], "");
            assert!(
                matches!(trouble, Err(Trouble::Wait(wait)) if wait == Duration::from_secs(7)),
                "{status}"
            );
        }
    }

    #[test]
    fn a_number_stands_in_a_header() {
        let answer = reads(200, &[("x-total-count", " 12 ")], "[]").ok().unwrap();
        assert_eq!((answer.number("x-total-count"), answer.number("x-total-pages")), (Some(12), None));
    }
}
