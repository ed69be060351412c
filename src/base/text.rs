//! Text at the door: what may be stored, and the folded forms that comparisons use.

use base64::Engine as _;
use url::Url;

use super::error::{Error, Result};

/// The form in which names, e-mail addresses and user names are compared: trimmed, lower case.
/// It stands in `*_fold` columns, since `lower()` differs between the engines.
pub fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Trimmed text that may be stored: not empty, at most `most` characters, no NUL or other control characters.
pub fn line(what: &str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::invalid(format!("{what} is empty")));
    }
    if text.chars().count() > most {
        return Err(Error::invalid(format!("{what} is longer than {most} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::invalid(format!("{what} has a control character in it")));
    }
    Ok(text.to_owned())
}

/// Text of many lines that may be stored as it is: at most `most` characters, no control characters but tab and line break.
pub fn page(what: &str, text: &str, most: usize) -> Result<String> {
    if text.chars().count() > most {
        return Err(Error::invalid(format!("{what} is longer than {most} characters")));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
        return Err(Error::invalid(format!("{what} has a control character in it")));
    }
    Ok(text.to_owned())
}

/// An e-mail address, trimmed: one `@` with something on both sides, no white space, at most 254 characters.
/// Whether anybody reads it only a mail can tell.
pub fn email(text: &str) -> Result<String> {
    let text = line("the e-mail address", text, 254)?;
    match text.split_once('@') {
        Some((user, host))
            if !user.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && !text.contains(char::is_whitespace) =>
        {
            Ok(text)
        }
        _ => Err(Error::invalid(format!("'{text}' is not an e-mail address"))),
    }
}

/// Bytes in Base64, with padding.
pub fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The bytes that stand in Base64, with padding.
pub fn unbase64(text: &str) -> Option<Vec<u8>> {
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

/// An http or https address of at most 1,024 characters, in its normal form.
pub fn web_address(text: &str) -> Result<String> {
    match Url::parse(text.trim()) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.as_str().len() <= 1_024 => Ok(url.into()),
        _ => Err(Error::invalid(format!("'{text}' is not an http or https address"))),
    }
}

/// A slug from a title: ASCII letters and digits in lower case, words joined by `-`; `item` if nothing is left.
pub fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "item".to_owned() } else { slug.chars().take(80).collect() }
}

/// A slug that somebody chose: refused, with one that would do, unless it is in its normal form.
pub fn check_slug(text: &str) -> Result<String> {
    if !text.is_empty() && slug(text) == text {
        return Ok(text.to_owned());
    }
    let message = format!(
        "the slug '{text}' may hold a-z, 0-9 and single '-' only, at most 80 characters; try '{}'",
        slug(text)
    );
    Err(Error::invalid(message).about("slug"))
}

/// The most words of a long text that it is found by.
pub const MANY: usize = 500;

/// The words of a text as searches compare them: folded letters and digits, each once, 64 at the most.
pub fn words(text: &str) -> Vec<String> {
    words_of(text, 64)
}

/// As [`words`], but so many at the most.
pub fn words_of(text: &str, most: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in fold(text).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let word: String = word.chars().take(64).collect();
        if words.len() < most && !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// Hexadecimal digits in lower case.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    text
}

/// The text that stands just behind all that begin with `prefix`, by code points.
pub fn after(prefix: &str) -> String {
    format!("{prefix}{}", char::MAX)
}

/// The bytes that hexadecimal digits stand for.
pub fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        digits.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// Text as it stands in HTML and in an attribute of it. Slashes stay: links are read by people, and by filters of mail.
pub fn html(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

/// A key as logs and tables for people show it: only its last four characters.
pub fn last4(key: &str) -> String {
    let tail: String = key.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
    format!("…{tail}")
}

/// So many bytes as people read them: `1.5 MB`, in thousands.
pub fn size(bytes: u64) -> String {
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let (mut unit, mut rest) = (0, bytes);
    while rest >= 999_950 && unit < 3 {
        rest /= 1_000;
        unit += 1;
    }
    let tenths = (rest + 50) / 100;
    format!("{}.{} {}", tenths / 10, tenths % 10, ["kB", "MB", "GB", "TB"][unit])
}

/// A number as people read it: `1,234,567`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        assert_eq!(slug("My Product 2.0!"), "my-product-2-0");
        assert_eq!(slug("日本"), "item");
    }

    #[test]
    fn sizes() {
        for (bytes, told) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (1_550, "1.6 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (18_396_616, "18.4 MB"),
        ] {
            assert_eq!(size(bytes), told);
        }
    }

    #[test]
    fn words_are_folded_and_stand_once() {
        assert_eq!(words("Quill für Quill-Fans, 2.0"), ["quill", "für", "fans", "2", "0"]);
        assert_eq!(words(" -- "), [""; 0]);
    }

    #[test]
    fn emails() {
        assert_eq!(email(" a@b.example ").unwrap(), "a@b.example");
        for bad in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\0"] {
            assert!(email(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn folding_reaches_beyond_ascii() {
        assert_eq!(fold("  ÉMILE "), "émile");
    }
}
