//! Turns the HTML that an old service kept into the Markdown that is kept here: words, paragraphs, lists, emphasis, headings and links. What
//! else there is goes; nothing of it is markup afterwards.

/// The Markdown of a text in HTML. A text without a tag is taken as it is.
pub fn markdown(html: &str) -> String {
    if !html.contains('<') && !html.contains('&') {
        return html.trim().to_owned();
    }
    let (mut page, mut rest, mut links) = (String::new(), html, Vec::new());
    while let Some(at) = rest.find('<') {
        words(&mut page, &rest[..at]);
        rest = &rest[at..];
        let is_tag = rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!'));
        let Some(end) = rest.find('>').filter(|_| is_tag) else {
            words(&mut page, "<");
            rest = &rest[1..];
            continue;
        };
        let inside = &rest[1..end];
        rest = &rest[end + 1..];
        let name: String =
            inside.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        let name = name.to_ascii_lowercase();
        let is_end = inside.starts_with('/');
        if matches!(name.as_str(), "script" | "style") && !is_end {
            let closing = format!("</{name}");
            let over = rest.to_ascii_lowercase().find(&closing);
            rest = over.map_or("", |over| &rest[over..]);
            continue;
        }
        mark(&mut page, &name, is_end, inside, &mut links);
    }
    words(&mut page, rest);
    tidy(&page)
}

/// What a tag means in Markdown.
fn mark(page: &mut String, name: &str, is_end: bool, inside: &str, links: &mut Vec<Option<String>>) {
    match (name, is_end) {
        ("strong" | "b", _) => page.push_str("**"),
        ("em" | "i", _) => page.push('*'),
        ("br", _) => page.push_str("\\\n"),
        ("li", false) => page.push_str("\n- "),
        ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", false) => {
            let depth = name[1..].parse().unwrap_or(1);
            page.push_str("\n\n");
            page.push_str(&"#".repeat(depth));
            page.push(' ');
        }
        (
            "p" | "div" | "ul" | "ol" | "table" | "tr" | "blockquote" | "h1" | "h2" | "h3" | "h4" | "h5"
            | "h6",
            _,
        ) => {
            page.push_str("\n\n");
        }
        ("td" | "th", true) => page.push(' '),
        ("a", false) => {
            let to = href(inside);
            if to.is_some() {
                page.push('[');
            }
            links.push(to);
        }
        ("a", true) => {
            if let Some(Some(to)) = links.pop() {
                page.push_str("](");
                page.push_str(&to);
                page.push(')');
            }
        }
        _ => {}
    }
}

/// Where a link leads, if it is the web or a mailbox.
fn href(inside: &str) -> Option<String> {
    let (_, value) = inside.split_once("href")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let to = unescaped(value[1..].split(quote).next()?);
    let is_good = ["http://", "https://", "mailto:"].iter().any(|scheme| to.starts_with(scheme));
    let has_odd = to.contains(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '<' | '>'));
    (is_good && !has_odd).then_some(to)
}

/// Adds words, in which nothing is markup.
fn words(page: &mut String, text: &str) {
    let mut was_space = page.ends_with(char::is_whitespace) || page.is_empty();
    for c in unescaped(text).chars() {
        if c.is_whitespace() {
            if !was_space {
                page.push(' ');
            }
            was_space = true;
            continue;
        }
        was_space = false;
        if matches!(c, '*' | '_' | '`' | '[' | ']' | '\\' | '<') {
            page.push('\\');
        }
        page.push(c);
    }
}

/// Text with the signs that stand for others as these.
fn unescaped(text: &str) -> String {
    let (mut plain, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let sign = rest.find(';').filter(|end| *end <= 10).and_then(|end| Some((sign(&rest[1..end])?, end)));
        let (sign, end) = sign.unwrap_or(('&', 0));
        plain.push(sign);
        rest = &rest[end + 1..];
    }
    plain.push_str(rest);
    plain
}

fn sign(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "euro" => '€',
        "hellip" => '…',
        "ndash" => '–',
        "mdash" => '—',
        "copy" => '©',
        "reg" => '®',
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code).filter(|c| !c.is_control())?
        }
    })
}

/// No spaces at the ends of lines, and one empty line at the most.
fn tidy(page: &str) -> String {
    let mut tidy: Vec<&str> = Vec::new();
    for line in page.lines().map(str::trim) {
        let line = if line == "\\" { "" } else { line };
        if !line.is_empty() || tidy.last().is_some_and(|last| !last.is_empty()) {
            tidy.push(line);
        }
    }
    tidy.join("\n").trim().trim_end_matches('\\').trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_taken_over_and_nothing_else_is_markup() {
        for (html, page) in [
            ("plain words", "plain words"),
            ("<p>One &amp; two</p>\n<p>Th<b>re</b>e<br>four</p>", "One & two\n\nTh**re**e\\\nfour"),
            ("<h2>Sizes</h2><ul><li>S</li><li>M_L</li></ul>", "## Sizes\n\n- S\n- M\\_L"),
            ("<a href=\"https://a.example/?a=1&amp;b=2\">see</a>", "[see](https://a.example/?a=1&b=2)"),
            ("<a href='javascript:alert(1)'>see</a>", "see"),
            ("a <script>alert('<b>')</script>b", "a b"),
            ("1 < 2 &#8230; &unknown; &#x41;", "1 \\< 2 … &unknown; A"),
            ("<!-- x -->*", "\\*"),
            ("a<", "a\\<"),
            ("<p", "\\<p"),
            ("ünd <ü>", "ünd \\<ü>"),
        ] {
            assert_eq!(markdown(html), page, "{html}");
        }
    }
}
