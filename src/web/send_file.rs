//! Sends a content of [`crate::store::files`], or the ranges of it that are asked for, piece by piece.

use std::collections::VecDeque;
use std::fs::File;
use std::future::Future;
use std::io;
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::SizedStream;
use actix_web::http::header::{self, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use futures_core::Stream;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::task::JoinHandle;

use super::ranges::{self, Wanted};

/// Bytes that are read at once; a download holds no more than this.
const PIECE: u64 = 256 * 1_024;
/// What stands for itself in `filename*` (RFC 8187) and in a path.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A content to be sent.
pub struct Content {
    /// Its bytes.
    pub file: File,
    /// How many.
    pub length: u64,
    /// Its SHA-256, which is its entity tag.
    pub sha256: String,
    /// What the download is called.
    pub name: String,
}

/// A name as it stands in an address.
pub fn encoded(name: &str) -> String {
    utf8_percent_encode(name, PLAIN).to_string()
}

/// Answers `GET` and `HEAD`.
pub fn respond(req: &HttpRequest, content: Content) -> HttpResponse {
    let etag = format!("\"{}\"", content.sha256);
    let text = |name: HeaderName| req.headers().get(name).and_then(|value| value.to_str().ok());
    // If-Match first, and strong (RFC 9110, section 13).
    let is_it = |tags: &str| tags.split(',').map(str::trim).any(|tag| tag == "*" || tag == etag);
    if text(header::IF_MATCH).is_some_and(|tags| !is_it(tags)) {
        return head(StatusCode::PRECONDITION_FAILED, &content, &etag).finish();
    }
    if text(header::IF_NONE_MATCH).is_some_and(|tags| has(tags, &etag)) {
        return head(StatusCode::NOT_MODIFIED, &content, &etag).finish();
    }
    // A range of another version than the client has would tear its file.
    let may_part = !req.headers().contains_key(header::IF_RANGE)
        || text(header::IF_RANGE).is_some_and(|tag| tag.trim() == etag);
    let wanted = text(header::RANGE).filter(|_| may_part && *req.method() == Method::GET);
    let length = content.length;
    match wanted.map_or(Wanted::Whole, |header| ranges::read(header, length)) {
        Wanted::None => head(StatusCode::RANGE_NOT_SATISFIABLE, &content, &etag)
            .insert_header((header::CONTENT_RANGE, format!("bytes */{length}")))
            .finish(),
        Wanted::Whole if *req.method() == Method::HEAD => {
            // The length of what GET would send.
            let nothing = SizedStream::new(length, Pieces::new(content.file, VecDeque::new()));
            head_of(StatusCode::OK, &content.name, &etag).body(nothing)
        }
        Wanted::Whole => send(StatusCode::OK, None, content, &etag, [Piece::Part(0, length)].into()),
        Wanted::Parts(parts) if parts.len() == 1 => {
            let (first, last) = parts[0];
            let range = Some(format!("bytes {first}-{last}/{length}"));
            send(StatusCode::PARTIAL_CONTENT, range, content, &etag, [Piece::Part(first, last + 1)].into())
        }
        Wanted::Parts(parts) => several(content, &etag, &parts),
    }
}

fn has(tags: &str, etag: &str) -> bool {
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

fn head(status: StatusCode, content: &Content, etag: &str) -> actix_web::HttpResponseBuilder {
    head_of(status, &content.name, etag)
}

/// What people upload is shown by nobody: it is saved under a name (security page, "Sessions and pages").
fn head_of(status: StatusCode, name: &str, etag: &str) -> actix_web::HttpResponseBuilder {
    let plain: String =
        name.chars().map(|c| if c.is_ascii() && !matches!(c, '"' | '\\') { c } else { '_' }).collect();
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", encoded(name));
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::ETAG, etag))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::CONTENT_TYPE, "application/octet-stream"))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"));
    response
}

fn send(
    status: StatusCode,
    range: Option<String>,
    content: Content,
    etag: &str,
    pieces: VecDeque<Piece>,
) -> HttpResponse {
    let mut response = head(status, &content, etag);
    if let Some(range) = range {
        response.insert_header((header::CONTENT_RANGE, range));
    }
    let length = pieces.iter().map(Piece::length).sum();
    response.body(SizedStream::new(length, Pieces::new(content.file, pieces)))
}

/// `multipart/byteranges` (RFC 9110, section 14.6).
fn several(content: Content, etag: &str, parts: &[(u64, u64)]) -> HttpResponse {
    // No part can hold it but by knowing the content's hash and being made for it: nobody's loss but its maker's.
    let boundary = format!("keywright-{}", content.sha256.get(..32).unwrap_or_default());
    let mut pieces = VecDeque::new();
    for (first, last) in parts {
        let head = format!(
            "\r\n--{boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes {first}-{last}/{}\r\n\r\n",
            content.length
        );
        pieces.push_back(Piece::Text(head.into()));
        pieces.push_back(Piece::Part(*first, last + 1));
    }
    pieces.push_back(Piece::Text(format!("\r\n--{boundary}--\r\n").into()));
    let mut response = head(StatusCode::PARTIAL_CONTENT, &content, etag);
    response.insert_header((header::CONTENT_TYPE, format!("multipart/byteranges; boundary={boundary}")));
    let length = pieces.iter().map(Piece::length).sum();
    response.body(SizedStream::new(length, Pieces::new(content.file, pieces)))
}

/// What is still to be sent.
enum Piece {
    Text(Bytes),
    /// From this byte of the file up to that one, which is not sent.
    Part(u64, u64),
}

impl Piece {
    fn length(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Part(from, to) => to - from,
        }
    }
}

struct Pieces {
    file: Arc<File>,
    left: VecDeque<Piece>,
    reading: Option<JoinHandle<io::Result<Vec<u8>>>>,
}

impl Pieces {
    fn new(file: File, left: VecDeque<Piece>) -> Self {
        Self { file: Arc::new(file), left, reading: None }
    }
}

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(reading) = &mut self.reading {
                let Poll::Ready(read) = Pin::new(reading).poll(cx) else { return Poll::Pending };
                self.reading = None;
                return Poll::Ready(Some(read.map_err(io::Error::other).flatten().map(Bytes::from)));
            }
            match self.left.pop_front() {
                None => return Poll::Ready(None),
                Some(Piece::Text(text)) => return Poll::Ready(Some(Ok(text))),
                Some(Piece::Part(from, to)) => {
                    let next = to.min(from + PIECE);
                    if next < to {
                        self.left.push_front(Piece::Part(next, to));
                    }
                    let (file, length) =
                        (self.file.clone(), usize::try_from(next - from).unwrap_or_default());
                    self.reading = Some(tokio::task::spawn_blocking(move || {
                        let mut bytes = vec![0; length];
                        file.read_exact_at(&mut bytes, from).map(|()| bytes)
                    }));
                }
            }
        }
    }
}
