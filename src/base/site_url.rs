//! A buyer's web address, as the install-URL identifier mode compares it.

use url::Url;

use super::error::{Error, Result};

/// Reads an install URL as a buyer types it: http or https, at most 1,024 characters; without a scheme, https is meant.
pub fn parse(text: &str) -> Result<Url> {
    let text = text.trim();
    let bad =
        || Error::invalid("the install URL must be an http or https address such as https://example.com");
    if text.len() > 1_024 || text.chars().any(char::is_control) {
        return Err(bad());
    }
    let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("https://{text}")) }
        .map_err(|_| bad())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(bad());
    }
    Ok(url)
}

/// The form two install URLs are compared in: host in lower case and IDNA, port unless it is the scheme's own, path
/// without a trailing slash. Scheme, user, query and fragment do not count (contract licence.md, "Identifier modes").
pub fn normal(text: &str) -> Option<String> {
    let url = parse(text).ok()?;
    let port = url.port().map(|p| format!(":{p}")).unwrap_or_default();
    let host = url.host_str()?.trim_end_matches('.');
    Some(format!("{host}{port}{}", url.path().trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_place_same_text() {
        let same = [
            "https://example.com",
            "http://example.com/",
            "HTTPS://Example.COM:443/?a=b#c",
            "http://example.com:80",
            "example.com",
            " https://user:pw@example.com// ",
        ];
        for text in same {
            assert_eq!(normal(text).as_deref(), Some("example.com"), "{text}");
        }
        assert_eq!(normal("https://bücher.example/Shop/"), normal("http://xn--bcher-kva.example/Shop"));
        assert_ne!(normal("https://example.com/a"), normal("https://example.com/A"));
        assert_ne!(normal("https://example.com:8443"), normal("https://example.com"));
    }

    #[test]
    fn refuses_other_schemes_and_junk() {
        for text in ["", "ftp://example.com", "javascript://x", "https://", "http://[::1", "a b"] {
            assert_eq!(normal(text), None, "{text}");
        }
    }
}
