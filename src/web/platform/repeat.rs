//! Requests that may be sent again: the caller's name for one, and what tells it from others.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;

use super::call::text;
use super::fault::Fault;
use crate::base::seal::Hasher;

/// The longest `Idempotency-Key`, in characters.
const KEY: usize = 255;

/// The caller's name for a request, if it has one.
pub fn key(req: &HttpRequest) -> Result<Option<String>, Fault> {
    let Some(key) = req.headers().get("idempotency-key") else { return Ok(None) };
    // Read as any text would be, two names could become one.
    let key = std::str::from_utf8(key.as_bytes()).unwrap_or_default().trim().to_owned();
    if key.is_empty() || key.chars().count() > KEY || key.contains(char::is_control) {
        return Err(Fault::Malformed("an Idempotency-Key has 1 to 255 characters, in UTF-8"));
    }
    Ok(Some(key))
}

/// The hash of a request, with all but its body in it.
pub fn hasher(req: &HttpRequest) -> Hasher {
    let target = req.uri().path_and_query().map_or("", |target| target.as_str());
    let length = text(req.headers(), &HeaderName::from_static("upload-length"));
    let length = length.map(|length| format!(" {length}")).unwrap_or_default();
    let mut hasher = Hasher::default();
    hasher.update(format!("{} {target}{length}\n", req.method()).as_bytes());
    hasher
}
