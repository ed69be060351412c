//! Which app calls: by HTTP Basic, by `client_id` and `client_secret` in the body, or, a public one, by `client_id` alone
//! (RFC 6749 2.3.1).

use actix_web::http::header::{self, HeaderMap};

use super::fault::Fault;
use crate::base::text::unbase64;
use crate::web::edge;
use crate::web::form::Form;

/// What an app says of itself.
pub struct Said {
    /// Its client id.
    pub client_id: String,
    /// Its secret, if it sends one.
    pub secret: Option<String>,
}

/// Reads what an app says of itself, in one way and no more.
pub fn said(headers: &HeaderMap, form: &Form) -> Result<Said, Fault> {
    let in_body = form.given("client_id").map(str::to_owned);
    let secret = form.given("client_secret").map(str::to_owned);
    let mut lines = headers.get_all(header::AUTHORIZATION);
    let Some(line) = lines.next() else {
        let client_id = in_body.ok_or(Fault::Client("client_id is missing"))?;
        return Ok(Said { client_id, secret });
    };
    let basic = line.to_str().ok().and_then(basic).filter(|_| lines.next().is_none());
    let (client_id, basic_secret) = basic.ok_or(Fault::Client("this Authorization is not HTTP Basic"))?;
    if secret.is_some() {
        return Err(Fault::Request("an app signs in one way: by Authorization or by client_secret"));
    }
    if in_body.is_some_and(|other| other != client_id) {
        return Err(Fault::Request("client_id is not the one in Authorization"));
    }
    // Libraries send an empty password for an app that has none.
    Ok(Said { client_id, secret: Some(basic_secret).filter(|secret| !secret.is_empty()) })
}

/// Name and password of HTTP Basic, each encoded as in a form.
fn basic(line: &str) -> Option<(String, String)> {
    let (kind, encoded) = line.split_once(' ')?;
    let text =
        String::from_utf8(unbase64(encoded.trim()).filter(|_| kind.eq_ignore_ascii_case("basic"))?).ok()?;
    let (name, password) = text.split_once(':')?;
    let decode = |part| edge::decode(part).filter(|part| !part.contains('\0'));
    Some((decode(name)?, decode(password)?))
}
