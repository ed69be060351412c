//! HTML that other shops' programs send as a description, as the Markdown that we keep. Nothing of it is shown as it came: what Markdown has
//! no word for is left out.

/// The Markdown that says what a piece of HTML does. Text without a tag is taken for Markdown as it is.
pub fn to_markdown(html: &str) -> String {
    if !has_tag(html) {
        return entities(html);
    }
    let mut page = Page::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        page.text(&rest[..at]);
        let inside = &rest[at + 1..];
        match inside.find('>') {
            Some(end) if is_tag(inside) => {
                page.tag(&inside[..end]);
                rest = &inside[end + 1..];
            }
            _ => {
                page.text("&lt;");
                rest = inside;
            }
        }
    }
    page.text(rest);
    page.whole()
}

/// Whether a name of a tag, or what ends one, follows.
fn is_tag(inside: &str) -> bool {
    inside.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!')
}

fn has_tag(html: &str) -> bool {
    html.split('<').skip(1).any(|inside| is_tag(inside) && inside.contains('>'))
}

/// What came so far.
#[derive(Default)]
struct Page {
    out: String,
    /// Where the links lead that are open.
    links: Vec<String>,
    /// The tag whose text is none for readers.
    silent: Option<String>,
}

impl Page {
    fn text(&mut self, text: &str) {
        if self.silent.is_some() {
            return;
        }
        for c in entities(text).chars() {
            let is_space = c.is_whitespace() && c != '\u{a0}';
            if is_space {
                if !self.out.ends_with(char::is_whitespace) && !self.out.is_empty() {
                    self.out.push(' ');
                }
            } else {
                if matches!(c, '*' | '_' | '`' | '[' | ']' | '<' | '\\') {
                    self.out.push('\\');
                }
                self.out.push(if c == '\u{a0}' { ' ' } else { c });
            }
        }
    }

    fn tag(&mut self, tag: &str) {
        let is_end = tag.starts_with('/');
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_lowercase();
        if let Some(silent) = &self.silent {
            if is_end && *silent == name {
                self.silent = None;
            }
            return;
        }
        match name.as_str() {
            "script" | "style" | "head" if !is_end => self.silent = Some(name),
            "p" | "div" | "ul" | "ol" | "table" | "blockquote" | "section" => self.block(""),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.block(if is_end { "" } else { "## " }),
            "li" if !is_end => self.line("- "),
            "tr" => self.line(""),
            "td" | "th" => self.text(" "),
            "br" => {
                self.trim();
                self.out.push_str("  \n");
            }
            "b" | "strong" => self.mark("**", is_end),
            "i" | "em" => self.mark("*", is_end),
            "a" if is_end => {
                if let Some(to) = self.links.pop()
                    && !to.is_empty()
                {
                    self.out.extend(["](", &to, ")"]);
                }
            }
            "a" => {
                let to = attribute(tag, "href").unwrap_or_default();
                if !to.is_empty() {
                    self.out.push('[');
                }
                self.links.push(to);
            }
            _ => {}
        }
    }

    /// Emphasis must touch its words.
    fn mark(&mut self, mark: &str, is_end: bool) {
        if is_end && self.out.ends_with(' ') {
            self.trim();
            self.out.push_str(mark);
            self.out.push(' ');
        } else {
            self.out.push_str(mark);
        }
    }

    fn trim(&mut self) {
        let kept = self.out.trim_end_matches(' ').len();
        self.out.truncate(kept);
    }

    fn line(&mut self, begin: &str) {
        self.trim();
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.out.push_str(begin);
    }

    fn block(&mut self, begin: &str) {
        let kept = self.out.trim_end().len();
        self.out.truncate(kept);
        if kept > 0 {
            self.out.push_str("\n\n");
        }
        self.out.push_str(begin);
    }

    fn whole(self) -> String {
        self.out.trim().to_owned()
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.to_ascii_lowercase().find(&format!("{name}="))? + name.len() + 1;
    let rest = &tag[at..];
    let value = match rest.chars().next()? {
        quote @ ('"' | '\'') => rest[1..].split(quote).next()?,
        _ => rest.split_whitespace().next()?,
    };
    let value = entities(value).trim().to_owned();
    let fits = !value.contains(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '<' | '>'));
    fits.then_some(value)
}

/// Text with its entities as characters.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let inside = &rest[at + 1..];
        let end = inside.find(';').filter(|end| *end <= 10);
        let read = end.and_then(|end| Some((entity(&inside[..end])?, end)));
        if let Some((c, end)) = read {
            out.push(c);
            rest = &inside[end + 1..];
        } else {
            out.push('&');
            rest = inside;
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "hellip" => '…',
        "ndash" => '–',
        "mdash" => '—',
        "euro" => '€',
        _ => match name.strip_prefix('#')? {
            hex if hex.starts_with(['x', 'X']) => number(&hex[1..], 16)?,
            digits => number(digits, 10)?,
        },
    };
    (!c.is_control() || c == '\n' || c == '\t').then_some(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::markdown;

    #[test]
    fn what_html_says_is_kept() {
        for (html, kept) in [
            (
                "<p>Made of <b>clay</b>.</p><p>8cm (3&quot;) across,<br />5cm deep</p>",
                "Made of **clay**.\n\n8cm (3\") across,  \n5cm deep",
            ),
            ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
            (
                "<a href=\"https://a.example/\">there</a> &amp; <i>back </i>again",
                "[there](https://a.example/) & *back* again",
            ),
            ("plain *text* &#8230;", "plain *text* …"),
            ("<script>alert(1)</script>x<style>p{}</style>", "x"),
            ("1 < 2 <b>and</b> 2*3", "1 \\< 2 **and** 2\\*3"),
            ("<p>&nbsp;</p>", ""),
            ("a <", "a <"),
            ("<h2>Title</h2>text", "## Title\n\ntext"),
        ] {
            assert_eq!(to_markdown(html), kept, "{html}");
        }
        let page = markdown::html(&to_markdown("<p>A <img src=x onerror=alert(1)> &lt;script&gt;</p>"));
        assert!(!page.contains("<img") && !page.contains("<script"), "{page}");
    }
}
