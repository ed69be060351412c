//! Forms that come in parts (`multipart/form-data`): PHP's cURL sends every array so, and `curl -F`.

use std::fmt::Write as _;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_multipart::Multipart;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use actix_web::web::Bytes;
use futures_core::Stream;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

use super::fields::Unfit;

/// The most parts of a form.
const MOST: usize = 2_000;

/// A part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is called.
    pub name: String,
    /// What it holds.
    pub value: Vec<u8>,
    /// Whether it came as a file.
    pub is_file: bool,
}

/// Whether a body says that it is a form in parts.
pub fn are_in(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    kind.to_ascii_lowercase().trim_ascii_start().starts_with(b"multipart/")
}

/// The parts of a body.
pub async fn read(headers: &HeaderMap, body: Vec<u8>) -> Result<Vec<Part>, Unfit> {
    let broken = || {
        Unfit::Malformed("the body is no multipart/form-data with a boundary and named parts, or broke off")
    };
    let mut form = Multipart::new(headers, Whole(Some(body.into())));
    let mut parts = Vec::new();
    while let Some(part) = poll_fn(|cx| Pin::new(&mut form).poll_next(cx)).await {
        let mut part = part.map_err(|_| broken())?;
        if parts.len() == MOST {
            return Err(Unfit::Malformed("the form has more than 2,000 parts"));
        }
        let name = part.name().unwrap_or_default().to_owned();
        let is_file = part
            .content_disposition()
            .is_some_and(|said| said.get_filename().is_some() || said.get_filename_ext().is_some());
        let mut value = Vec::new();
        while let Some(piece) = poll_fn(|cx| Pin::new(&mut part).poll_next(cx)).await {
            value.extend_from_slice(&piece.map_err(|_| broken())?);
        }
        parts.push(Part { name, value, is_file });
    }
    Ok(parts)
}

/// A body as it came, or, where it is a form in parts, as the plain form that says the same: whoever reads forms then knows one kind.
pub async fn plain(headers: &HeaderMap, body: Vec<u8>) -> Result<Vec<u8>, Unfit> {
    // JSON is JSON whatever it calls itself.
    if !are_in(headers) || !body.trim_ascii_start().starts_with(b"--") {
        return Ok(body);
    }
    let mut form = String::new();
    for part in read(headers, body).await? {
        if part.is_file {
            return Err(Unfit::Malformed("a file cannot be sent here: the parts of the form must be texts"));
        }
        let (name, value) = (part.name.as_bytes(), &part.value);
        let [name, value] = [name, value].map(|text| percent_encode(text, NON_ALPHANUMERIC));
        // Writing to a String cannot fail.
        let _ = write!(form, "{name}={value}&");
    }
    Ok(form.into_bytes())
}

/// A body that is all there, as a stream.
struct Whole(Option<Bytes>);

impl Stream for Whole {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "multipart/form-data; boundary=x";

    fn told(kind: &'static str, body: &str) -> Result<String, Unfit> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let read = runtime.block_on(plain(&headers, body.replace('\n', "\r\n").into_bytes()));
        read.map(|form| String::from_utf8(form).unwrap())
    }

    fn part(said: &str, value: &str) -> String {
        format!("--x\nContent-Disposition: form-data; {said}\n\n{value}\n")
    }

    #[test]
    fn parts_say_what_a_plain_form_does() {
        let body = [
            part("name=\"a[b][]\"", "x & y = 1+1"),
            part("name=\"c\"", ""),
            part("name=\"ü\"", "two\nlines"),
        ]
        .concat();
        let form = "a%5Bb%5D%5B%5D=x%20%26%20y%20%3D%201%2B1&c=&%C3%BC=two%0D%0Alines&";
        assert_eq!(told(KIND, &format!("{body}--x--\n")).unwrap(), form);
        assert_eq!(told("MULTIPART/form-data; boundary=\"x\"", &format!("{body}--x--\n")).unwrap(), form);
        // What calls itself so and is not is left to whoever reads it.
        for other in ["{\"a\":1}", "a=1", ""] {
            assert_eq!(told(KIND, other).unwrap(), other);
        }
        assert_eq!(told("text/plain", "--x\n").unwrap(), "--x\r\n");
    }

    #[test]
    fn what_is_no_such_form_is_told() {
        let a = part("name=\"a\"", "1");
        for (kind, body) in [
            (KIND, a.clone()),
            (KIND, "--x".to_owned()),
            (KIND, "--x\n\n1\n--x--\n".to_owned()),
            (KIND, format!("{}--x--\n", part("filename=\"f\"", "1"))),
            (KIND, format!("{}--x--\n", part("name=\"a\"; filename=\"f.txt\"", "1"))),
            (KIND, format!("{}--x--\n", part("name=\"a\"; filename=\"\"", ""))),
            (KIND, format!("{}--x--\n", a.repeat(MOST + 1))),
            ("multipart/form-data", format!("{a}--x--\n")),
            ("multipart/form-data; boundary=other", format!("{a}--x--\n")),
        ] {
            assert!(told(kind, &body).is_err(), "{kind} {}", &body[..body.len().min(200)]);
        }
        assert!(told(KIND, &format!("{}--x--\n", a.repeat(MOST))).is_ok());
    }
}
