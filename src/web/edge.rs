//! Before a dialect sees a request: paths without stray slashes, and what it asks of sizes and bodies.

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::Uri;
use actix_web::http::header;
use actix_web::http::uri::PathAndQuery;
use actix_web::web::{Buf, BytesMut, Payload};
use percent_encoding::percent_decode_str;
use tokio::time::{Duration, timeout};

use crate::config::Config;

/// The longest request head that is served, in bytes.
pub const HEAD: usize = 32 * 1_024;
/// The longest URL that is served, in bytes.
pub const URL: usize = 8 * 1_024;
/// A body that is silent for longer is given up; of one that nobody reads, as much is taken in as comes in that time.
pub const SILENCE: Duration = Duration::from_secs(10);
/// Of a body that is too long, this much is still read, so that the answer is not lost in a reset connection.
pub const PATIENCE: usize = 4 * 1_024 * 1_024;

/// What a page of ours may load, and where its forms may go (security.md, "Sessions and pages").
pub const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                               connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The address of a request as it came, where it was tidied: signatures cover this one.
pub struct AsSent(pub Uri);

/// Accepts trailing and doubled slashes without a redirect, as shipped clients need (design, part 5). The character NUL, which no text of
/// ours has and PostgreSQL takes in none, becomes one that stands for what cannot be read: what is called so is nowhere.
pub fn tidy_path(req: &mut ServiceRequest) {
    let path = req.path();
    let has_nul = path.contains("%00");
    if path.len() < 2 || !(path.ends_with('/') || path.contains("//") || has_nul) {
        return;
    }
    let mut tidy = String::with_capacity(path.len());
    for part in path.split('/').filter(|part| !part.is_empty()) {
        tidy.push('/');
        tidy.push_str(part);
    }
    if has_nul {
        tidy = tidy.replace("%00", "%EF%BF%BD");
    }
    if tidy.is_empty() {
        tidy.push('/');
    }
    lead_to(req, tidy);
}

/// Host names at which a dialect answers as it does under its root: `https://{name}{at}…` is `{root}{at}…`.
#[derive(Clone, Debug)]
pub struct Hosts {
    names: Vec<String>,
    at: &'static [&'static str],
    root: &'static str,
}

impl Hosts {
    /// What each dialect's programs ask for, at the names that the settings give it.
    pub fn of(config: &Config) -> [Self; 3] {
        let one = std::slice::from_ref(&config.shopvo_host);
        [
            Self::new(one, &["/api/v1"], "/shopvo"),
            Self::new(&config.shopkit_hosts, &["/v1"], "/shopkit"),
            Self::new(&config.shoppy_hosts, &["/api"], "/shoppy"),
        ]
    }

    fn new(names: &[String], at: &'static [&'static str], root: &'static str) -> Self {
        Self { names: names.iter().filter(|name| !name.is_empty()).cloned().collect(), at, root }
    }

    /// Whether this is one of them, with a port or without.
    fn has(&self, sent: &str) -> bool {
        let is_port = |port: &str| port.bytes().all(|b| b.is_ascii_digit());
        let name = sent.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(sent, |(name, _)| name);
        self.names.iter().any(|own| own.eq_ignore_ascii_case(name))
    }

    /// Whether the dialect answers this path there.
    fn stands_at(&self, path: &str) -> bool {
        let is_under =
            |at: &&str| path.strip_prefix(*at).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.at.iter().any(is_under)
    }
}

/// Lets a dialect that has host names of its own answer at them.
pub fn by_host(req: &mut ServiceRequest, hosts: &Hosts) {
    if hosts.names.is_empty() || !hosts.stands_at(req.path()) {
        return;
    }
    let sent = req.headers().get(header::HOST).and_then(|sent| sent.to_str().ok()).unwrap_or_default();
    if hosts.has(sent) {
        let path = format!("{}{}", hosts.root, req.path());
        lead_to(req, path);
    }
}

/// Lets a request be for another path, with the query it has.
fn lead_to(req: &mut ServiceRequest, mut path: String) {
    if let Some(query) = req.uri().query() {
        path.push('?');
        path.push_str(query);
    }
    if !req.extensions().contains::<AsSent>() {
        req.extensions_mut().insert(AsSent(req.uri().clone()));
    }
    let mut parts = req.uri().clone().into_parts();
    parts.path_and_query = PathAndQuery::try_from(path).ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        req.match_info_mut().get_mut().update(&uri);
        req.head_mut().uri = uri;
    }
}

/// Whether URL and head are of a size that is served.
pub fn head_fits<M: HttpMessage>(message: &M, uri: &Uri) -> bool {
    let url = uri.path_and_query().map_or(0, |pq| pq.as_str().len());
    let head: usize =
        message.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    url <= URL && url + head <= HEAD
}

/// Undoes form encoding; `None` when that is no UTF-8. A `%` without two hexadecimal digits stands for itself.
pub fn decode(text: &str) -> Option<String> {
    let spaced;
    let text = if text.contains('+') {
        spaced = text.replace('+', " ");
        &spaced
    } else {
        text
    };
    percent_decode_str(text).decode_utf8().map(std::borrow::Cow::into_owned).ok()
}

/// A body could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoBody {
    /// Longer than is taken.
    TooLong,
    /// Silent, or broken off.
    Broken,
}

/// Reads a body of at most `most` bytes.
pub async fn body(payload: &mut Payload, most: usize) -> Result<Vec<u8>, NoBody> {
    let mut bytes = BytesMut::new();
    let mut seen = 0;
    while let Some(chunk) =
        timeout(SILENCE, std::future::poll_fn(|cx| next(payload, cx))).await.map_err(|_| NoBody::Broken)?
    {
        let chunk = chunk.map_err(|_| NoBody::Broken)?;
        seen += chunk.remaining();
        if seen > PATIENCE {
            return Err(NoBody::TooLong);
        }
        if seen <= most {
            bytes.extend_from_slice(&chunk);
        }
    }
    if seen > most { Err(NoBody::TooLong) } else { Ok(bytes.to_vec()) }
}

type Chunk = Option<Result<actix_web::web::Bytes, actix_web::error::PayloadError>>;

fn next(payload: &mut Payload, cx: &mut std::task::Context<'_>) -> std::task::Poll<Chunk> {
    use futures_core::Stream;
    std::pin::Pin::new(payload).poll_next(cx)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    /// What a request for `path` at `host` is led to.
    fn led(host: &str, path: &str, hosts: &Hosts) -> String {
        let mut req = TestRequest::with_uri(path).insert_header((header::HOST, host)).to_srv_request();
        tidy_path(&mut req);
        by_host(&mut req, hosts);
        req.uri().to_string()
    }

    #[test]
    fn a_dialect_answers_at_its_own_hosts_and_at_no_other() {
        let names = ["api.shop.example".to_owned(), "old.example".to_owned()];
        let hosts = Hosts::new(&names, &["/api"], "/shoppy");
        for (host, path, at) in [
            ("old.example", "/api/v1/orders?page=2", "/shoppy/api/v1/orders?page=2"),
            ("API.Shop.example:8443", "//api//1.0/orders/", "/shoppy/api/1.0/orders"),
            ("old.example", "/pay/abc", "/pay/abc"),
            ("old.example", "/api", "/shoppy/api"),
            ("old.example", "/apis/v1", "/apis/v1"),
            ("old.example", "/v1/orders", "/v1/orders"),
            ("shop.example", "/api/v1/orders", "/api/v1/orders"),
            ("old.example.evil.example", "/api/v1", "/api/v1"),
            ("old.example:80x", "/api/v1", "/api/v1"),
            ("", "/api/v1", "/api/v1"),
        ] {
            assert_eq!(led(host, path, &hosts), at, "{host} {path}");
        }
        let none = Hosts::new(&[String::new()], &["/api"], "/shoppy");
        assert_eq!(led("", "/api/v1", &none), "/api/v1", "a setting that is empty is no host");
    }
}
