//! Sends webhooks to other people's addresses, and never to one of ours (security.md; contract platform.md, "Webhooks").

mod bounded;
pub(super) mod connect;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::handshake;
use hyper::header::{ACCEPT, CONNECTION, DATE, HOST, HeaderMap, HeaderName, RETRY_AFTER, USER_AGENT};
use hyper_util::rt::TokioIo;
use ipnet::IpNet;
use jiff::fmt::rfc2822::DateTimeParser;
use rustls::ClientConfig;
use tokio::time::{Instant, timeout_at};
use url::{Position, Url};

use crate::base::error::Result;
use crate::base::{global_address, tls};

/// As much of an answer's body as is read and kept, in bytes.
const KEPT: usize = 2_048;
/// The longest `Retry-After` that is believed, in seconds: a day.
const LONGEST_WAIT: u64 = 86_400;
/// As much as is said of somebody else's error, in characters.
const SAID: usize = 200;

/// A client for webhooks. It follows no redirect, takes no proxy from the environment, keeps no cookie, tries nothing
/// twice, connects only to addresses it has looked at, and reads 128 KiB at most of an answer. Clones share what is inside.
#[derive(Clone, Debug)]
pub struct Outbound {
    tls: Arc<ClientConfig>,
    allowed: Arc<[IpNet]>,
    patience: Duration,
}

/// What the other side said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status, whichever it is.
    pub status: u16,
    /// How long it asks us to wait, at most a day: `Retry-After` in seconds, or as a date measured against its `Date`.
    pub retry_after: Option<Duration>,
    /// The first 2,048 bytes of the body, or what came of them in time. What is not UTF-8, or is NUL, is U+FFFD.
    pub body: String,
}

/// Why there is no reply. As text it is a sentence for the delivery log; it never holds a path, a query or a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The URL breaks a rule of [`global_address::check_url`]; with that rule's sentence.
    Url(String),
    /// A header cannot be sent as it is.
    Header,
    /// The name leads nowhere.
    NoAddress,
    /// The name leads to an address that is neither public nor allowed, perhaps among others. Nothing connected.
    NotPublic,
    /// Nobody listens there.
    Refused,
    /// There was no connection for another reason.
    Unreachable(String),
    /// TLS was not agreed on, or the certificate is not good.
    Tls(String),
    /// The status did not come within the patience.
    TimedOut(Duration),
    /// The connection broke before the status, or what came is not HTTP.
    Answer(String),
}

impl Outbound {
    /// A client that may also reach the networks in `allowed`, and gives each call `patience` from the look-up of the
    /// name to the end of the answer.
    pub fn new(allowed: &[IpNet], patience: Duration) -> Result<Self> {
        Ok(Self { tls: Arc::new(tls::verifying()?), allowed: allowed.into(), patience })
    }

    /// Sends `body` by POST with these headers, once. Any status is a reply. Once the status is there, a body that breaks
    /// off or is too slow is kept as far as it came: the status alone says whether the other side has it.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&str, String)],
        body: &str,
    ) -> std::result::Result<Reply, Failure> {
        // A host that is an address is looked at here, and a name when it leads to some.
        let url = global_address::check_url(url, &self.allowed).map_err(|e| Failure::Url(e.message))?;
        self.send(&url, headers, body).await
    }

    async fn send(
        &self,
        url: &Url,
        headers: &[(&str, String)],
        body: &str,
    ) -> std::result::Result<Reply, Failure> {
        let until = Instant::now() + self.patience;
        let late = |_| Failure::TimedOut(self.patience);
        let request = request(url, headers, body)?;
        let connecting = connect::to(url, &self.allowed, &self.tls, until, bounded::MOST);
        let stream = timeout_at(until, connecting).await.map_err(late)??;
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|e| broke(&e))?;
        let exchange = async {
            let sent = timeout_at(until, sender.send_request(request)).await.map_err(late)?;
            let (head, mut body) = sent.map_err(|e| broke(&e))?.into_parts();
            Ok(Reply {
                status: head.status.as_u16(),
                retry_after: retry_after(&head.headers),
                body: beginning(&mut body, until).await,
            })
        };
        // How the connection ends is told to the exchange, which ends with it.
        let driven = async {
            let _ = connection.await;
            std::future::pending().await
        };
        tokio::select! {
            reply = exchange => reply,
            never = driven => never,
        }
    }
}

/// The call as HTTP has it. There is one a connection: a receiver may close a kept one just when the next call is on its way, a failure
/// that is nobody's fault; and the name may lead elsewhere by then.
fn request(
    url: &Url,
    headers: &[(&str, String)],
    body: &str,
) -> std::result::Result<Request<Full<Bytes>>, Failure> {
    let host = &url[Position::BeforeHost..Position::AfterPort];
    let mut request = Request::post(&url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, host)
        .header(USER_AGENT, concat!("keywright/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "*/*")
        .header(CONNECTION, "close");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    request.body(Full::from(body.to_owned())).map_err(|_| Failure::Header)
}

fn broke(error: &hyper::Error) -> Failure {
    let mut last: &(dyn std::error::Error + 'static) = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    Failure::Answer(shortened(last))
}

/// Somebody else's error, as far as it is told.
fn shortened(error: &(impl std::error::Error + ?Sized)) -> String {
    error.to_string().chars().take(SAID).collect()
}

async fn beginning(body: &mut Incoming, until: Instant) -> String {
    let mut kept = Vec::new();
    while kept.len() < KEPT {
        let Ok(Some(Ok(frame))) = timeout_at(until, body.frame()).await else { break };
        let piece = frame.into_data().unwrap_or_default();
        let room = KEPT - kept.len();
        kept.extend_from_slice(&piece[..piece.len().min(room)]);
    }
    // PostgreSQL's text has no NUL.
    String::from_utf8_lossy(&kept).replace('\0', "\u{fffd}")
}

pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let asked = text(headers, RETRY_AFTER)?;
    let seconds = if let Ok(seconds) = asked.parse::<u64>() {
        seconds
    } else {
        let parser = DateTimeParser::new();
        let at = parser.parse_timestamp(asked).ok()?;
        // Both are of one clock: the difference is right however wrong it is.
        let now = parser.parse_timestamp(text(headers, DATE)?).ok()?;
        u64::try_from(at.as_second() - now.as_second()).unwrap_or(0)
    };
    Some(Duration::from_secs(seconds.min(LONGEST_WAIT)))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(sentence) => f.write_str(sentence),
            Self::Header => f.write_str("a header has a name or a value that HTTP cannot carry"),
            Self::NoAddress => f.write_str("the name has no address"),
            Self::NotPublic => f.write_str("the name leads to an address that is not public"),
            Self::Refused => f.write_str("refused the connection"),
            Self::Unreachable(why) => write!(f, "cannot be reached: {why}"),
            Self::Tls(why) => write!(f, "TLS: {why}"),
            Self::TimedOut(patience) => write!(f, "timed out after {} s", patience.as_secs_f64()),
            Self::Answer(why) => write!(f, "no proper answer: {why}"),
        }
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use std::io::{self, Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::thread::{self, JoinHandle};

    use super::*;

    const BODY: &str = r#"{"id":1}"#;

    fn client(allowed: &[&str], millis: u64) -> Outbound {
        let allowed: Vec<IpNet> = allowed.iter().map(|text| text.parse().unwrap()).collect();
        Outbound::new(&allowed, Duration::from_millis(millis)).unwrap()
    }

    fn listener() -> (TcpListener, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port)
    }

    /// Reads one call, lets `answer` answer it, and gives what was asked.
    fn once(answer: impl FnOnce(TcpStream) + Send + 'static) -> (u16, JoinHandle<String>) {
        let (listener, port) = listener();
        let asked = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut asked, mut piece) = (Vec::new(), [0; 4_096]);
            while !asked.ends_with(BODY.as_bytes()) {
                let read = stream.read(&mut piece).unwrap();
                assert!(read > 0, "the call broke off");
                asked.extend_from_slice(&piece[..read]);
            }
            answer(stream);
            String::from_utf8(asked).unwrap()
        });
        (port, asked)
    }

    fn says(answer: impl Into<Vec<u8>>) -> (u16, JoinHandle<String>) {
        let answer = answer.into();
        once(move |mut stream| stream.write_all(&answer).unwrap())
    }

    /// Waits for a thread while the client goes on: only that closes its connection.
    async fn end<T: Send + 'static>(thread: JoinHandle<T>) -> T {
        tokio::task::spawn_blocking(|| thread.join().unwrap()).await.unwrap()
    }

    async fn post(port: u16) -> std::result::Result<Reply, Failure> {
        client(&["127.0.0.0/8"], 5_000).post(&format!("http://127.0.0.1:{port}/"), &[], BODY).await
    }

    fn nobody_came(listener: &TcpListener) -> bool {
        listener.set_nonblocking(true).unwrap();
        matches!(listener.accept(), Err(e) if e.kind() == io::ErrorKind::WouldBlock)
    }

    #[tokio::test]
    async fn the_body_arrives_and_the_answer_comes_back() {
        let (port, asked) = says(b"HTTP/1.1 503 no\r\nRetry-After: 7\r\nContent-Length: 5\r\n\r\na\0b\xffc");
        let headers =
            [("X-Webhook-Signature", "abc".to_owned()), ("Content-Type", "application/json".to_owned())];
        let url = format!("http://localhost:{port}/hook?token=secret#part");
        let reply = client(&["127.0.0.0/8", "::1/128"], 5_000).post(&url, &headers, BODY).await.unwrap();
        assert_eq!((reply.status, reply.retry_after), (503, Some(Duration::from_secs(7))));
        assert_eq!(reply.body, "a\u{fffd}b\u{fffd}c");
        let asked = end(asked).await;
        assert!(asked.starts_with("POST /hook?token=secret HTTP/1.1\r\n"), "{asked}");
        assert!(asked.ends_with(&format!("\r\n\r\n{BODY}")), "{asked}");
        let asked = asked.to_lowercase();
        for line in ["x-webhook-signature: abc", "content-type: application/json", "user-agent: keywright/"] {
            assert!(asked.contains(&format!("\r\n{line}")), "{asked}");
        }
        for name in ["referer", "cookie", "accept-encoding", "authorization"] {
            assert!(!asked.contains(&format!("\r\n{name}:")), "{asked}");
        }
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_like_any_other() {
        let (elsewhere, there) = listener();
        let head = format!("HTTP/1.1 307 over there\r\nLocation: http://127.0.0.1:{there}/\r\n");
        let (port, _) = says(format!("{head}Content-Length: 0\r\n\r\n"));
        assert_eq!(post(port).await.unwrap().status, 307);
        assert!(nobody_came(&elsewhere));
    }

    #[tokio::test]
    async fn reading_stops_at_two_kibibytes() {
        let (port, asked) = once(|mut stream| {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            while stream.write_all(&[b'x'; 1_000]).is_ok() {}
        });
        let reply = post(port).await.unwrap();
        assert_eq!((reply.status, reply.body), (200, "x".repeat(KEPT)));
        end(asked).await;
    }

    #[tokio::test]
    async fn the_status_counts_though_the_body_never_ends() {
        let (port, asked) = once(|mut stream| {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\npart").unwrap();
            let _ = stream.read_to_end(&mut Vec::new());
        });
        let url = format!("http://127.0.0.1:{port}/");
        let reply = client(&["127.0.0.0/8"], 1_000).post(&url, &[], BODY).await.unwrap();
        assert_eq!((reply.status, reply.body.as_str()), (200, "part"));
        end(asked).await;
    }

    #[tokio::test]
    async fn silence_is_a_time_out() {
        let (_silent, port) = listener();
        let url = format!("http://127.0.0.1:{port}/?token=secret");
        let begun = Instant::now();
        let e = client(&["127.0.0.0/8"], 200).post(&url, &[], BODY).await.unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(3));
        assert_eq!(e.to_string(), "timed out after 0.2 s");
        assert_eq!(Failure::TimedOut(Duration::from_secs(5)).to_string(), "timed out after 5 s");
    }

    #[tokio::test]
    async fn what_goes_wrong_is_said_without_the_url() {
        let (closed, port) = listener();
        drop(closed);
        assert_eq!(post(port).await, Err(Failure::Refused));

        let (port, _) = says("SSH-2.0-OpenSSH_10.0\r\n");
        let e = post(port).await.unwrap_err();
        assert!(matches!(&e, Failure::Answer(_)) && !e.to_string().contains("127.0.0.1"), "{e}");

        let (plain, port) = listener();
        let answered = thread::spawn(move || {
            let (mut stream, _) = plain.accept().unwrap();
            stream.write_all(b"HTTP/1.1 400 no TLS here\r\n\r\n").unwrap();
            let _ = stream.read_to_end(&mut Vec::new());
        });
        let open = client(&["127.0.0.0/8"], 5_000);
        let url = format!("https://127.0.0.1:{port}/?token=secret");
        let e = open.post(&url, &[], BODY).await.unwrap_err();
        assert!(matches!(&e, Failure::Tls(_)) && !e.to_string().contains("secret"), "{e}");
        end(answered).await;

        let bad = [("X-A", "one\r\ntwo".to_owned())];
        assert_eq!(open.post("http://127.0.0.1:1/", &bad, BODY).await, Err(Failure::Header));
    }

    #[tokio::test]
    async fn nothing_of_ours_is_connected_to() {
        let (ours, port) = listener();
        let closed = client(&["192.168.0.0/16"], 5_000);
        for host in ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]"] {
            let e = closed.post(&format!("http://{host}:{port}/"), &[], BODY).await.unwrap_err();
            assert!(matches!(&e, Failure::Url(_)), "{host}: {e}");
        }
        // As if a name that looked harmless led here.
        let name = Url::parse(&format!("http://localhost:{port}/?token=secret")).unwrap();
        assert_eq!(closed.send(&name, &[], BODY).await, Err(Failure::NotPublic));
        assert!(nobody_came(&ours));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let (day, hour) = ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 09:49:37 GMT");
        for (asked, date, seconds) in [
            ("120", None, Some(120)),
            ("0", None, Some(0)),
            ("99999999", None, Some(LONGEST_WAIT)),
            (hour, Some(day), Some(3_600)),
            (day, Some(hour), Some(0)),
            (hour, None, None),
            ("soon", Some(day), None),
            ("-1", Some(day), None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, asked.parse().unwrap());
            if let Some(date) = date {
                headers.insert(DATE, date.parse().unwrap());
            }
            assert_eq!(retry_after(&headers), seconds.map(Duration::from_secs), "{asked} {date:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
