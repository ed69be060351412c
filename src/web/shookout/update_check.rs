//! The update check: public, unauthenticated, and served from bytes that were built when something was published.

use std::borrow::Cow;

use actix_web::http::Method;
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH,
};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::app::{App, Prebuilt};
use crate::base::text::hex;
use crate::base::time::{Clock, seconds};
use crate::domain::release::Newest;
use crate::web::edge;

#[derive(Serialize)]
struct Body<'a> {
    version: &'a str,
    longversion: i64,
    released: i64,
    updateurl: &'a str,
    releasenotes: &'a str,
}

/// The answer for one product. Both addresses default to the product's page.
pub fn render(newest: &Newest, public_url: &str) -> Prebuilt {
    let release = &newest.release;
    let page = format!("{public_url}/item/{}-{}/", newest.product_id, newest.slug);
    let body = serde_json::to_vec(&Body {
        version: &release.version,
        longversion: release.longversion,
        released: seconds(release.released_at),
        updateurl: release.update_url.as_deref().unwrap_or(&page),
        releasenotes: release.notes_url.as_deref().unwrap_or(&page),
    })
    .unwrap_or_default();
    let etag = format!("\"{}\"", hex(&Sha256::digest(&body)[..16]));
    Prebuilt { body: Bytes::from(body), etag }
}

/// Parameters by which an app may say its own version, which is only counted.
const VERSION: [&str; 3] = ["version", "v", "current"];

/// Answers `GET` and `HEAD /software/updatecheck/{id}`. No query string changes the answer.
pub async fn call(req: HttpRequest, app: Data<App>) -> HttpResponse {
    if !matches!(*req.method(), Method::GET | Method::HEAD) {
        let message = "the update check answers GET and HEAD";
        return HttpResponse::MethodNotAllowed()
            .insert_header((ALLOW, HeaderValue::from_static("GET, HEAD")))
            .insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json")))
            .body(error("method_not_allowed", message));
    }
    let id = req.match_info().get("id").filter(|id| id.bytes().all(|b| b.is_ascii_digit()));
    let id = id.and_then(|id| id.parse().ok());
    let Some((id, found)) = id.and_then(|id| Some((id, app.catalogue.find(id)?))) else {
        return HttpResponse::NotFound()
            .insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json")))
            .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
            .body(error("not_found", "there is no published release of this product"));
    };
    app.tallies.version(asking(req.query_string()).as_deref(), id, Clock::System.now());
    let unchanged = is_known(req.headers(), &found.etag);
    let mut response = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((ETAG, found.etag))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("public, max-age=60")));
    if unchanged {
        return response.finish();
    }
    response.insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json"))).body(found.body)
}

/// The version that the app says it has. A `+` is one here, as in `1.2.0+build.7`.
fn asking(query: &str) -> Option<Cow<'_, str>> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, _)| VERSION.contains(name))?;
    if value.contains('%') { edge::decode(value).map(Cow::Owned) } else { Some(Cow::Borrowed(value)) }
}

/// Whether `If-None-Match` names this tag; a weak form of it counts (RFC 9110, 13.1.2).
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|tag| {
            let tag = tag.trim();
            tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag
        })
}

fn error(code: &str, message: &str) -> String {
    format!(r#"{{"error":{{"code":"{code}","message":"{message}","details":{{}}}}}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_may_say_its_version() {
        for (query, expected) in [
            ("", None),
            ("a=1&b", None),
            ("version=1.2.0", Some("1.2.0")),
            ("os=mac&v=2.0", Some("2.0")),
            ("current=1.2.0+build.7&version=9", Some("1.2.0+build.7")),
            ("version=1.2.0%2Bbuild.7", Some("1.2.0+build.7")),
            ("version=%ff", None),
            ("versions=1", None),
        ] {
            assert_eq!(asking(query).as_deref(), expected, "{query}");
        }
    }
}
