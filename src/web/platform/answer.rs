//! What a call answers, made inside the transaction, so that an answer and its effect are one.

use std::fmt::Display;

use serde::Serialize;
use serde_json::Value;

use crate::base::error::{Error, Kind, Result};
use crate::base::seal;
use crate::base::time::{Millis, rfc3339};

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: String,
    /// Of a single resource.
    pub etag: Option<String>,
    /// Whether it was given before.
    pub replayed: bool,
    /// More of its head.
    pub headers: Vec<(&'static str, String)>,
}

impl Answer {
    /// A single resource.
    pub fn one(value: &impl Serialize) -> Result<Self> {
        let body = text(value)?;
        let etag = Some(format!("\"{}\"", &seal::hash(body.as_bytes())[..32]));
        Ok(Self { etag, ..Self::with(200, body) })
    }

    /// A resource that did not exist before.
    pub fn made(value: &impl Serialize) -> Result<Self> {
        Ok(Self { status: 201, ..Self::one(value)? })
    }

    /// Anything else, such as a list.
    pub fn plain(value: &impl Serialize) -> Result<Self> {
        Ok(Self::with(200, text(value)?))
    }

    /// A status and a body.
    pub fn with(status: u16, body: String) -> Self {
        Self { status, body, etag: None, replayed: false, headers: Vec::new() }
    }

    /// The same with one more line in its head.
    pub fn header(mut self, name: &'static str, value: impl Display) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }
}

fn text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|e| Error::broken(format!("an answer cannot be written as JSON: {e}")))
}

/// What the caller believes a resource to be: the tags of its `If-Match`.
#[derive(Clone, Debug, Default)]
pub struct Expected(pub Option<String>);

impl Expected {
    /// Refuses a change when the resource, as it is `now`, is none of what the caller expects.
    pub fn allows(&self, now: &Answer) -> Result<()> {
        let Some(tags) = &self.0 else { return Ok(()) };
        let is_it = |tag: &str| tag == "*" || Some(tag) == now.etag.as_deref();
        if tags.split(',').map(str::trim).any(is_it) {
            return Ok(());
        }
        let message = "it has changed since you looked: get it again, and send its new ETag as If-Match";
        Err(Error::new(Kind::Stale, message))
    }
}

/// A time as the API writes it.
pub fn time(at: Millis) -> String {
    rfc3339(at)
}

/// A time that may be none.
pub fn maybe_time(at: Option<Millis>) -> Value {
    at.map_or(Value::Null, |at| Value::String(rfc3339(at)))
}
