//! What a call answers, made inside the transaction, so that an answer and its effect are one.

use std::fmt::Display;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

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
    /// What a repeated request is answered, where that is not the body: secrets are shown once.
    pub kept: Option<String>,
    /// Whether it was given before.
    pub replayed: bool,
    /// More of its head.
    pub headers: Vec<(&'static str, String)>,
}

impl Answer {
    /// A single resource.
    pub fn one(value: &impl Serialize) -> Result<Self> {
        let body = json(value)?;
        let etag = Some(format!("\"{}\"", &seal::hash(body.as_bytes())[..32]));
        Ok(Self { etag, ..Self::with(200, body) })
    }

    /// A resource that did not exist before.
    pub fn made(value: &impl Serialize) -> Result<Self> {
        Ok(Self { status: 201, ..Self::one(value)? })
    }

    /// Anything else, such as a list.
    pub fn plain(value: &impl Serialize) -> Result<Self> {
        Ok(Self::with(200, json(value)?))
    }

    /// A status and a body.
    pub fn with(status: u16, body: String) -> Self {
        Self { status, body, etag: None, kept: None, replayed: false, headers: Vec::new() }
    }

    /// The same with one more line in its head.
    pub fn header(mut self, name: &'static str, value: impl Display) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// What is its own in its head, as lines to be kept.
    pub fn head(&self) -> String {
        let etag = self.etag.iter().map(|etag| ("etag", etag));
        let all = etag.chain(self.headers.iter().map(|(name, value)| (*name, value)));
        all.fold(String::new(), |text, (name, value)| text + name + ": " + value + "\n")
    }

    /// An answer that was given before, with the lines of its [`Answer::head`].
    pub fn again(status: u16, body: String, head: &str) -> Self {
        let mut answer = Self { replayed: true, ..Self::with(status, body) };
        for (name, value) in head.lines().filter_map(|line| line.split_once(": ")) {
            match HEAD.iter().find(|known| **known == name) {
                Some(known) => answer.headers.push((known, value.to_owned())),
                None => answer.etag = Some(value.to_owned()),
            }
        }
        answer
    }
}

/// The lines that answers of their own may have, besides the entity tag.
const HEAD: [&str; 5] = ["location", "upload-offset", "upload-length", "content-type", "x-next-cursor"];

/// As JSON that is not text yet.
pub fn value(value: &impl Serialize) -> Result<Value> {
    serde_json::from_str(&json(value)?).map_err(|e| Error::broken(e.to_string()))
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|e| Error::broken(format!("an answer cannot be written as JSON: {e}")))
}

/// A value as JSON, to be a part of others.
pub fn raw(value: &impl Serialize) -> Result<Box<RawValue>> {
    serde_json::value::to_raw_value(value)
        .map_err(|e| Error::broken(format!("an answer cannot be written as JSON: {e}")))
}

/// Adds a value as JSON to what is written already.
pub fn put(value: &impl Serialize, to: &mut Vec<u8>) -> Result<()> {
    serde_json::to_writer(to, value)
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
