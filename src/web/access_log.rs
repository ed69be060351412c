//! One line for each request: JSON, or short for people. Of an API key its name; never a key, an identifier, a query
//! string or a body.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::dev::ServiceResponse;

use crate::base::time::{Clock, rfc3339};

/// Lines are gathered up to this many bytes, or a tenth of a second, whichever comes first.
const BUFFER: usize = 64 * 1_024;

/// The name of the API key that a request came with, as whoever looked at it leaves it here.
pub struct Credential(pub String);

/// The access log of one server.
#[derive(Debug)]
pub struct AccessLog {
    json: bool,
    clock: Clock,
    lines: Mutex<String>,
}

impl AccessLog {
    /// A log in JSON lines or for people, to standard error.
    pub fn new(json: bool) -> Self {
        Self { json, clock: Clock::System, lines: Mutex::new(String::with_capacity(BUFFER)) }
    }

    /// Notes an answered request.
    pub fn note<B>(&self, answer: &ServiceResponse<B>, number: u64, took: Duration) {
        let req = answer.request();
        let (at, method, status) = (self.clock.now(), req.method(), answer.status().as_u16());
        let route = req.match_pattern().unwrap_or_else(|| "-".to_owned());
        let micros = took.as_micros();
        let extensions = req.extensions();
        let credential = extensions.get::<Credential>().map_or("-", |credential| &credential.0);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        // Writing to a String cannot fail.
        let _ = if self.json {
            writeln!(
                lines,
                r#"{{"timestamp":"{}","level":"INFO","message":"request","request":{number},"method":"{method}","route":"{route}","credential":"{credential}","status":{status},"micros":{micros}}}"#,
                rfc3339(at)
            )
        } else {
            writeln!(lines, "{} {method:<4} {route} {status} {credential} {micros} µs", rfc3339(at))
        };
        if lines.len() >= BUFFER {
            write_out(&mut lines);
        }
    }

    /// Writes what was gathered.
    pub fn flush(&self) {
        write_out(&mut self.lines.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn write_out(lines: &mut String) {
    // There is nowhere to tell that the log cannot be written.
    let _ = std::io::stderr().write_all(lines.as_bytes());
    lines.clear();
}
