//! Reads the markup of pages of ours, which is stricter than HTML: what a text breaks out of, is no such markup any more or has tags
//! that no page without that text has.

use std::collections::{BTreeSet, HashSet};

/// The tags that pages have, each with the names of its attributes.
pub type Words = BTreeSet<String>;

/// Reads a page: adds its tags to the words, or says what is wrong with it.
pub fn read(page: &str, words: &mut Words) -> Result<(), String> {
    let mut rest = page.strip_prefix("<!doctype html>").unwrap_or(page);
    while let Some(at) = rest.find('<') {
        if rest[..at].contains('>') {
            return Err(format!("a > that ends nothing: {}", near(rest)));
        }
        rest = tag(&rest[at + 1..], words)?;
    }
    if rest.contains('>') {
        return Err(format!("a > that ends nothing: {}", near(rest)));
    }
    Ok(())
}

/// What pages say between two tags, and what paragraphs say, with their tag. Looked up, since looking through all pages for each of many texts
/// takes minutes.
pub struct Said<'a> {
    texts: HashSet<&'a str>,
    paragraphs: HashSet<&'a str>,
}

impl<'a> Said<'a> {
    pub fn of(pages: &'a str) -> Self {
        let parts: Vec<&str> = pages.split('<').collect();
        let text = |part: &&'a str| Some(part.split_once('>')?.1.trim());
        let is_paragraph = |pair: &&[&str]| pair[1].starts_with("/p>");
        Self {
            texts: parts.iter().filter_map(text).collect(),
            paragraphs: parts.windows(2).filter(is_paragraph).map(|pair| pair[0]).collect(),
        }
    }

    pub fn has(&self, text: &str) -> bool {
        self.texts.contains(text)
    }

    /// Whether it is all that a paragraph of somebody's words says.
    pub fn has_words(&self, text: &str) -> bool {
        self.paragraphs.contains(&*format!("p class=\"words\">{text}"))
    }
}

/// Reads a tag behind its `<`; what comes after it.
fn tag<'a>(text: &'a str, words: &mut Words) -> Result<&'a str, String> {
    let wrong = |what: &str| Err(format!("{what}: {}", near(text)));
    let is_end = text.starts_with('/');
    let mut rest = text.trim_start_matches('/');
    let name = word(&mut rest);
    if name.is_empty() {
        return wrong("a < that begins nothing");
    }
    let mut names = vec![name];
    loop {
        if let Some(after) = rest.strip_prefix('>').or_else(|| rest.strip_prefix("/>")) {
            if !is_end {
                words.insert(names.join(" "));
            }
            return Ok(after);
        }
        let Some(after) = rest.strip_prefix(' ') else { return wrong("no attribute") };
        rest = after;
        let attribute = word(&mut rest);
        if attribute.is_empty() || is_end {
            return wrong("no attribute");
        }
        if let Some(after) = rest.strip_prefix('=') {
            // A quotation mark within a value is escaped, whichever it is.
            let Some(mark) = after.chars().next().filter(|c| ['"', '\''].contains(c)) else {
                return wrong("a value that is not quoted");
            };
            let Some((value, after)) = after[1..].split_once(mark) else {
                return wrong("a value without end");
            };
            leads_well(name, attribute, value)?;
            rest = after;
        }
        names.push(attribute);
    }
}

/// An address within the site, or one of the web that is whole.
fn leads_well(tag: &str, attribute: &str, value: &str) -> Result<(), String> {
    if !["href", "src", "action", "formaction", "poster", "data"].contains(&attribute) {
        return Ok(());
    }
    let is_here =
        value.starts_with(['?', '#']) || (value.starts_with('/') && !value[1..].starts_with(['/', '\\']));
    let is_icon = (tag, value) == ("link", "data:,");
    let is_web = tag == "a" && ["https:", "http:", "mailto:"].iter().any(|scheme| value.starts_with(scheme));
    // Markdown's link to nowhere.
    let is_nothing = tag == "a" && value.is_empty();
    if is_here || is_icon || is_web || is_nothing { Ok(()) } else { Err(format!("{tag} leads to {value}")) }
}

fn word<'a>(rest: &mut &'a str) -> &'a str {
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    *rest = after;
    word
}

fn near(text: &str) -> String {
    text.chars().take(160).collect()
}

#[test]
fn what_breaks_out_is_seen() {
    let is_fine = |page: &str| read(page, &mut Words::new()).is_ok();
    assert!(is_fine("<!doctype html><p class=\"x > y\">a &lt; b<br><a href=\"/x\">c</a>"));
    for bad in [
        "a < b",
        "a > b",
        "<a title=\"x\" onclick=\"y\"\"\">",
        "<a href=javascript:x>",
        "<a href=\"javascript:x\">",
        "<a href=\"//evil.example\">",
        "<form action=\"/\\evil.example\">",
        "<!-- x -->",
        "<img/src=\"x\">",
        "<p title=\"x>",
    ] {
        assert!(!is_fine(bad), "{bad}");
    }
}
