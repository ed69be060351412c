//! Forms of pages, and the proof that one was sent by a page of ours: the browser's own word (`Sec-Fetch-Site`, or `Origin` where it
//! says nothing) and a token that only our pages know.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use actix_web::web::Payload;
use serde_json::{Map, Value};
use url::Url;

use super::edge::{self, NoBody};
use crate::base::dice::Dice;
use crate::base::json;
use crate::base::seal::{self, Master};
use crate::base::text::hex;

/// The longest form of somebody who may be anybody, in bytes.
pub const LONGEST: usize = 16 * 1_024;

/// Characters of what names a form.
const RANDOM: usize = 32;

/// A form is longer than is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// As many bytes are taken.
    pub most: usize,
}

/// Names and values, each name once.
#[derive(Clone, Debug, Default)]
pub struct Form {
    pairs: Vec<(String, String)>,
    /// Names that were given more than once.
    pub twice: Vec<String>,
}

impl Form {
    /// Reads a form or a query; `None` where it is not UTF-8, or has the character NUL in it.
    pub fn read(text: &str) -> Option<Self> {
        let mut form = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decode = |text| edge::decode(text).filter(|text| !text.contains('\0'));
            form.push(decode(name)?, decode(value)?);
        }
        Some(form)
    }

    /// Reads a body: a form, or a JSON object of texts.
    pub fn read_body(headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let kind = headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let text = std::str::from_utf8(body).ok()?.trim();
        if !kind.to_ascii_lowercase().starts_with("application/json") && !text.starts_with('{') {
            return Self::read(text);
        }
        let object: Map<String, Value> = serde_json::from_str(&json::compact(text)?).ok()?;
        let mut form = Self::default();
        for (name, value) in object {
            match value {
                Value::String(value) if !value.contains('\0') && !name.contains('\0') => {
                    form.push(name, value);
                }
                Value::Null => {}
                _ => return None,
            }
        }
        Some(form)
    }

    fn push(&mut self, name: String, value: String) {
        if self.get(&name).is_some() {
            self.twice.push(name);
        } else {
            self.pairs.push((name, value));
        }
    }

    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All of them, as they came.
    pub fn all(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Those whose names begin so, with the rest of their names.
    pub fn under(&self, prefix: &str) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }

    /// As [`Form::get`], but that an empty value is none (RFC 6749 3.1).
    pub fn given(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }
}

/// The form that a page of ours sent, of at most `most` bytes; an empty one where it breaks off or cannot be read: it is then none of ours.
pub async fn receive(payload: &mut Payload, most: usize) -> Result<Form, TooLong> {
    let body = match edge::body(payload, most).await {
        Ok(body) => body,
        Err(NoBody::TooLong) => return Err(TooLong { most }),
        Err(NoBody::Broken) => Vec::new(),
    };
    Ok(std::str::from_utf8(&body).ok().and_then(Form::read).unwrap_or_default())
}

/// What names a form that is about to be shown, so that it counts once.
pub fn new_name() -> String {
    Dice::System.base62(RANDOM)
}

/// The token in a form that is bound to this cookie.
pub fn token(cookie: &str, master: &Master) -> String {
    hex(&master.mac("form", cookie.as_bytes())[..16])
}

/// Whether a form was sent by one of our pages in the browser that has this cookie.
pub fn is_ours(
    req: &HttpRequest,
    form: &Form,
    cookie: Option<&str>,
    public_url: &str,
    master: &Master,
) -> bool {
    let fits = |cookie| {
        let sent = form.get("token").unwrap_or_default();
        seal::same(token(cookie, master).as_bytes(), sent.as_bytes())
    };
    is_same_origin(req.headers(), public_url) && cookie.is_some_and(fits)
}

/// Whether a browser says that a request comes from a page of ours. What says nothing is no browser of these years, and has the token
/// against it.
pub fn is_same_origin(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            Url::parse(public_url).is_ok_and(|url| url.origin().ascii_serialization() == origin)
        }
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn each_name_counts_once() {
        let form = Form::read("a=1&b=x+y%26&a=2&c").unwrap();
        assert_eq!((form.get("a"), form.get("b"), form.get("c")), (Some("1"), Some("x y&"), Some("")));
        assert_eq!((form.given("c"), form.twice.as_slice()), (None, &["a".to_owned()][..]));
        assert!(Form::read("a=%ff").is_none() && Form::read("a=%00").is_none());
        let read = |body: &[u8]| Form::read_body(&HeaderMap::new(), body);
        assert_eq!(read(br#"{"a":"1","b":null}"#).unwrap().get("a"), Some("1"));
        for bad in [&br#"{"a":"1","a":"2"}"#[..], br#"{"a":1}"#, br#"{"a":["1"]}"#, b"{", b"\xff"] {
            assert!(read(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn browsers_say_where_a_form_comes_from() {
        let is_fine = |headers: &[(&str, &str)]| {
            let mut req = TestRequest::default();
            for header in headers {
                req = req.insert_header(*header);
            }
            is_same_origin(req.to_http_request().headers(), "https://shop.example/base")
        };
        assert!(is_fine(&[]) && is_fine(&[("origin", "https://shop.example")]));
        assert!(is_fine(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        for bad in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("origin", "null")],
            &[("origin", "https://shop.example.evil.example")],
            &[("origin", "http://shop.example")],
        ] {
            assert!(!is_fine(bad), "{bad:?}");
        }
    }
}
