//! Where people are sent back to after they let an app in: what may be registered, and what fits it (RFC 6749 3.1.2, RFC 9700 2.1,
//! RFC 8252 7). A registered address stands in its normal form, so that comparing is comparing text.

use url::{Host, Url};

use crate::base::error::{Error, Result};

/// The longest that is registered, in bytes.
const LONGEST: usize = 1_024;
/// What an answer adds: an address that has one of these already would have it twice.
const OURS: [&str; 5] = ["code", "state", "iss", "error", "error_description"];
/// Where the port is left free: a program on the user's own machine takes the one it is given.
const LOOPBACK: [&str; 2] = ["http://127.0.0.1", "http://[::1]"];

/// Finds an address fit to be registered.
pub fn check(text: &str) -> Result<String> {
    let wrong =
        |why: &str| Error::invalid(format!("'{text}' is no redirect URI: {why}")).about("redirect_uris");
    let url = Url::parse(text).map_err(|_| wrong("write it as https://app.example/callback"))?;
    if text.len() > LONGEST {
        return Err(wrong("it is longer than 1,024 bytes"));
    }
    if url.as_str() != text {
        return Err(wrong(&format!("write it as {url}")));
    }
    if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it may have no fragment (#), no user and no password"));
    }
    if url.query_pairs().any(|(name, _)| OURS.contains(&&*name)) {
        return Err(wrong("its query may not have code, state, iss or error, which the answer adds"));
    }
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(text.to_owned()),
        "http" if is_local => Ok(text.to_owned()),
        "http" => Err(wrong("plain http is for this machine only: use https")),
        // RFC 8252 7.1: a domain of one's own, backwards; so it is no javascript: or data: either.
        scheme if scheme.contains('.') && !url.cannot_be_a_base() => Ok(text.to_owned()),
        _ => Err(wrong("it must begin with https://, or with a scheme like com.example.app:/")),
    }
}

/// Whether the address of a request is this registered one: to the letter, but for the port on a loopback address.
pub fn fits(registered: &str, given: &str) -> bool {
    if registered == given {
        return true;
    }
    let pair = without_port(registered).zip(without_port(given));
    pair.is_some_and(|(registered, given)| registered == given)
}

/// A loopback address without its port: host, and what follows.
fn without_port(text: &str) -> Option<(&'static str, &str)> {
    let host = LOOPBACK.into_iter().find(|host| text.starts_with(host))?;
    let rest = &text[host.len()..];
    let rest = match rest.strip_prefix(':') {
        None => rest,
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let port = rest[..digits].parse::<u16>().ok().filter(|port| *port > 0)?;
            (port.to_string().len() == digits).then_some(&rest[digits..])?
        }
    };
    rest.starts_with('/').then_some((host, rest))
}

/// The address with an answer in its query.
pub fn with(uri: &str, answer: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(answer);
    let join = match uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some((_, query)) if query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{uri}{join}{}", query.finish())
}

/// What a Content-Security-Policy calls the place that an address leads to.
pub fn source(uri: &str) -> String {
    match Url::parse(uri) {
        // A policy has no words for an IPv6 address: its scheme must do.
        Ok(url) if matches!(url.host(), Some(Host::Ipv6(_))) => format!("{}:", url.scheme()),
        Ok(url) if matches!(url.scheme(), "http" | "https") => url.origin().ascii_serialization(),
        Ok(url) => format!("{}:", url.scheme()),
        Err(_) => "'none'".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_registered() {
        for good in [
            "https://app.example/callback",
            "https://app.example:8443/callback?tenant=7",
            "https://app.example/",
            "http://127.0.0.1/callback",
            "http://127.0.0.1:8400/callback",
            "http://[::1]/callback",
            "http://localhost:3000/callback",
            "com.example.app:/callback",
            "com.example.app://callback/here",
        ] {
            assert_eq!(check(good).unwrap(), good);
        }
        for bad in [
            "",
            "/callback",
            "app.example/callback",
            "https://app.example",
            "HTTPS://app.example/callback",
            "https://App.example/callback",
            "https://app.example:443/callback",
            "https://app.example/a/../callback",
            "https://app.example/callback#",
            "https://app.example/callback#x",
            "https://mia@app.example/callback",
            "https://mia:pw@app.example/callback",
            "https://app.example/callback?code=1",
            "https://app.example/callback?a=1&state=2",
            "https://app.example/call back",
            "https://app.example/call\nback",
            "https://app.example\\callback",
            "http://app.example/callback",
            "http://127.0.0.1.app.example/callback",
            "http://localhost.app.example/callback",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "app:/callback",
            "com.example.app:callback",
        ] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn only_a_loopback_address_has_a_free_port() {
        let fits_all = |registered: &str, all: &[&str]| all.iter().all(|given| fits(registered, given));
        let loopback = "http://127.0.0.1/callback";
        assert!(fits_all(
            loopback,
            &[loopback, "http://127.0.0.1:1/callback", "http://127.0.0.1:65535/callback"]
        ));
        assert!(fits("http://[::1]:9/callback", "http://[::1]:10/callback"));
        for given in [
            "http://127.0.0.1:0/callback",
            "http://127.0.0.1:65536/callback",
            "http://127.0.0.1:080/callback",
            "http://127.0.0.1:/callback",
            "http://127.0.0.1:80@evil.example/callback",
            "http://127.0.0.1.evil.example/callback",
            "http://127.0.0.1@evil.example/callback",
            "http://127.0.0.1:8/callback/",
            "http://127.0.0.1:8/callback?x",
            "http://127.0.0.1:8",
            "http://127.0.0.2:8/callback",
            "http://[::1]:8/callback",
            "http://localhost:8/callback",
            "https://127.0.0.1:8/callback",
        ] {
            assert!(!fits(loopback, given), "{given}");
        }
        assert!(!fits("http://localhost:3000/callback", "http://localhost:3001/callback"));
        assert!(!fits("https://127.0.0.1:1/callback", "https://127.0.0.1:2/callback"));
    }

    #[test]
    fn an_answer_joins_the_query() {
        assert_eq!(
            with("https://a.example/c", &[("code", "x"), ("state", "a b&c")]),
            "https://a.example/c?code=x&state=a+b%26c"
        );
        assert_eq!(with("https://a.example/c?t=7", &[("code", "x")]), "https://a.example/c?t=7&code=x");
        assert_eq!(with("https://a.example/c?", &[("code", "x")]), "https://a.example/c?code=x");
    }

    #[test]
    fn a_policy_names_the_place() {
        for (uri, expected) in [
            ("https://app.example/callback?x=1", "https://app.example"),
            ("https://app.example:8443/callback", "https://app.example:8443"),
            ("http://127.0.0.1:8400/callback", "http://127.0.0.1:8400"),
            ("http://[::1]:8400/callback", "http:"),
            ("com.example.app:/callback", "com.example.app:"),
        ] {
            assert_eq!(source(uri), expected);
        }
    }
}
