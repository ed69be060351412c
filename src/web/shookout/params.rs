//! The parameters of a licence call, from the query and the body.

use std::collections::BTreeMap;
use std::net::IpAddr;

use actix_web::http::header::HeaderMap;
use serde_json::value::RawValue;

use super::fault::Fault;
use crate::base::json;
use crate::domain::licence_key;
use crate::web::{edge, parts};

/// The longest identifier, in characters.
const IDENTIFIER: usize = 1_024;
/// The longest nonce, in characters.
pub const NONCE: usize = 255;
/// The longest `extra`, in bytes.
const EXTRA: usize = 4 * 1_024;

/// What clients may send. Anything else is ignored.
const KNOWN: [&str; 7] = ["key", "identifier", "usage_id", "setIdentifier", "extra", "ip", "nonce"];

/// The parameters in the order they were sent, query before body; one that is given several times counts once, the first.
#[derive(Debug, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads a query string. Broken UTF-8 and NUL anywhere, and arrays in place of a known parameter, are malformed.
    pub fn read(&mut self, query: &str) -> Result<(), Fault> {
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decode = |text| edge::decode(text).ok_or(Fault::BadRequest);
            self.push(decode(name)?, decode(value)?)?;
        }
        Ok(())
    }

    /// Reads a body: a form, or a JSON object whatever its type says (design, part 5).
    pub fn read_body(&mut self, body: &[u8]) -> Result<(), Fault> {
        let text = std::str::from_utf8(body).map_err(|_| Fault::BadRequest)?.trim();
        if !text.starts_with('{') {
            return self.read(text);
        }
        let text = json::compact(text).ok_or(Fault::BadRequest)?;
        let object: BTreeMap<String, &RawValue> =
            serde_json::from_str(&text).map_err(|_| Fault::BadRequest)?;
        for (name, value) in object {
            let value = match (name.as_str(), value.get()) {
                // `extra` may be any JSON, and null clears what is kept; elsewhere null is nothing.
                ("extra", "null") => "null".to_owned(),
                (_, "null") => continue,
                ("setIdentifier", "true") => "1".to_owned(),
                ("setIdentifier", "false") => "0".to_owned(),
                (_, quoted) if quoted.starts_with('"') => {
                    serde_json::from_str(quoted).map_err(|_| Fault::BadRequest)?
                }
                (_, other) => other.to_owned(),
            };
            self.push(name, value)?;
        }
        Ok(())
    }

    /// Reads a body that is `multipart/form-data`, as PHP's cURL sends an array: a part is a parameter, and a file counts as its text.
    pub async fn read_form(&mut self, headers: &HeaderMap, body: Vec<u8>) -> Result<(), Fault> {
        for part in parts::read(headers, body).await.map_err(|_| Fault::BadRequest)? {
            self.push(part.name, String::from_utf8(part.value).map_err(|_| Fault::BadRequest)?)?;
        }
        Ok(())
    }

    fn push(&mut self, name: String, value: String) -> Result<(), Fault> {
        let is_array = || name.split_once('[').is_some_and(|(base, _)| KNOWN.contains(&base));
        if value.contains('\0') || name.contains('\0') || is_array() {
            return Err(Fault::BadRequest);
        }
        self.0.push((name, value));
        Ok(())
    }

    /// The first value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The key; empty when there is none, which no licence has.
    pub fn key(&self) -> Result<&str, Fault> {
        let key = self.get("key").unwrap_or_default();
        // White space around a key is allowed, so a little more than the longest key may come.
        if key.len() > licence_key::LONGEST + 64 { Err(Fault::BadRequest) } else { Ok(key) }
    }

    /// The identifier: its own parameter, or a value sent as `setIdentifier`.
    pub fn identifier(&self) -> Result<Option<&str>, Fault> {
        let own = self.get("identifier").filter(|i| !i.is_empty());
        let set = self.get("setIdentifier").filter(|s| !matches!(*s, "" | "0" | "1"));
        match own.or(set) {
            Some(i) if i.chars().count() > IDENTIFIER => Err(Fault::BadRequest),
            found => Ok(found),
        }
    }

    /// Whether a first identifier is to be bound.
    pub fn binds(&self) -> bool {
        self.get("setIdentifier").is_some_and(|s| !matches!(s, "" | "0"))
    }

    /// The usage id; `None` when it is missing or no number, which no activation has.
    pub fn usage_id(&self) -> Option<i64> {
        let text = self.get("usage_id")?;
        if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
    }

    /// `extra` as compact JSON.
    pub fn extra(&self) -> Result<Option<String>, Fault> {
        match self.get("extra") {
            None | Some("") => Ok(None),
            Some(text) if text.len() > EXTRA => Err(Fault::BadRequest),
            Some(text) => json::compact(text).map(Some).ok_or(Fault::BadRequest),
        }
    }

    /// The address the call names.
    pub fn ip(&self) -> Result<Option<IpAddr>, Fault> {
        match self.get("ip").map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) => {
                text.parse().map(|ip: IpAddr| Some(ip.to_canonical())).map_err(|_| Fault::BadRequest)
            }
        }
    }

    /// The nonce, from its parameter or the `Idempotency-Key` header.
    pub fn nonce(&self, header: Option<&str>) -> Result<Option<String>, Fault> {
        match self.get("nonce").filter(|n| !n.is_empty()).or(header).filter(|n| !n.is_empty()) {
            Some(n) if n.chars().count() > NONCE => Err(Fault::BadRequest),
            found => Ok(found.map(str::to_owned)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(query: &str) -> Params {
        let mut params = Params::default();
        params.read(query).unwrap();
        params
    }

    #[test]
    fn the_first_counts() {
        let p = params("key=a&key=b&&=x&usage_id=1&usage_id=2&flag");
        assert_eq!(p.key().unwrap(), "a");
        assert_eq!(p.usage_id(), Some(1));
        assert_eq!(p.get("flag"), Some(""));
    }

    #[test]
    fn encodings() {
        assert_eq!(params("key=a%20b+c%2Bd%zz%").get("key"), Some("a b c+d%zz%"));
        for bad in ["key=%ff", "%c3=1", "key=%00", "x=%00", "extra[a]=b", "key[]=x"] {
            assert!(Params::default().read(bad).is_err(), "{bad}");
        }
        assert!(Params::default().read("other[a]=b").is_ok());
    }

    #[test]
    fn usage_ids_are_plain_digits() {
        for (text, expected) in [
            ("7", Some(7)),
            ("", None),
            ("-1", None),
            ("+1", None),
            ("1.0", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(
                params(&format!("usage_id={}", text.replace('+', "%2B"))).usage_id(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn a_set_identifier_may_carry_the_value() {
        let cases = [
            ("", None, false),
            ("identifier=a", Some("a"), false),
            ("identifier=a&setIdentifier=1", Some("a"), true),
            ("setIdentifier=1", None, true),
            ("setIdentifier=0", None, false),
            ("setIdentifier=", None, false),
            ("setIdentifier=host-7", Some("host-7"), true),
            ("identifier=a&setIdentifier=host-7", Some("a"), true),
        ];
        for (query, identifier, binds) in cases {
            let p = params(query);
            assert_eq!((p.identifier().unwrap(), p.binds()), (identifier, binds), "{query}");
        }
    }

    #[test]
    fn bodies() {
        let mut p = params("key=query");
        p.read_body(b"key=body&identifier=me").unwrap();
        assert_eq!((p.get("key"), p.get("identifier")), (Some("query"), Some("me")));
        let mut p = Params::default();
        p.read_body(br#" {"key":"k","usage_id":3,"extra":{"a": 1},"ip":null} "#).unwrap();
        assert_eq!(p.usage_id(), Some(3));
        assert_eq!(p.extra().unwrap().as_deref(), Some(r#"{"a":1}"#));
        for fine in [&b""[..], b"{}", b" "] {
            assert!(Params::default().read_body(fine).is_ok());
        }
        for bad in [&b"{"[..], b"\xff", br#"{"key":1,"key":2}"#, br#"{"key":"\u0000"}"#] {
            assert!(Params::default().read_body(bad).is_err());
        }
    }

    #[test]
    fn json_bodies_keep_what_was_meant() {
        for (body, binds) in [
            (&br#"{"setIdentifier":true}"#[..], true),
            (br#"{"setIdentifier":false}"#, false),
            (br#"{"setIdentifier":1}"#, true),
            (br#"{"setIdentifier":0}"#, false),
        ] {
            let mut p = Params::default();
            p.read_body(body).unwrap();
            assert_eq!((p.identifier().unwrap(), p.binds()), (None, binds));
        }
        let mut p = Params::default();
        p.read_body(br#"{"extra": {"n": 1.10, "big": 123456789012345678901234567890}}"#).unwrap();
        let spelling = r#"{"n":1.10,"big":123456789012345678901234567890}"#;
        assert_eq!(p.extra().unwrap().as_deref(), Some(spelling));
    }

    #[test]
    fn an_empty_nonce_leaves_the_header_to_count() {
        assert_eq!(params("nonce=").nonce(Some("h")).unwrap().as_deref(), Some("h"));
        assert_eq!(params("nonce=q").nonce(Some("h")).unwrap().as_deref(), Some("q"));
        assert_eq!(params("").nonce(None).unwrap(), None);
    }
}
