//! Vendors' texts in Markdown, as HTML that is safe to show whatever they wrote: only what Markdown itself means becomes markup, so
//! there is nothing to be cleaned up afterwards.

use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};
use url::Url;

/// The HTML of a text in Markdown with tables and strikethrough. HTML in it is shown as text, links lead to http, https and mailto
/// only, and of an image its words are shown: the place it is at would be told who looks.
pub fn html(text: &str) -> String {
    let mut page = String::new();
    let events = Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    html::push_html(&mut page, events.filter_map(safe));
    page
}

/// How a text begins, in so many characters at the most and without markup: what is said of it where there is little room.
pub fn lead(text: &str, most: usize) -> String {
    let mut words = String::new();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Text(part) | Event::Code(part) => words.push_str(&part),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            Event::End(TagEnd::Paragraph | TagEnd::Item) => break,
            Event::End(TagEnd::Heading(_)) => words.clear(),
            _ => {}
        }
    }
    let words = words.trim();
    if words.chars().count() <= most {
        return words.to_owned();
    }
    let cut: String = words.chars().take(most).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    format!("{whole}…")
}

fn safe(event: Event<'_>) -> Option<Event<'_>> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = if leads_well(link_type, &dest_url) { dest_url } else { CowStr::Borrowed("") };
            Some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
        }
        other => Some(other),
    }
}

fn leads_well(link_type: LinkType, to: &str) -> bool {
    let scheme = |url: Url| matches!(url.scheme(), "http" | "https" | "mailto");
    link_type == LinkType::Email || Url::parse(to).is_ok_and(scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_is_meant() {
        let page = html(
            "# New\n\n- **faster**\n- [more](https://site.example/x) <a@b.example>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        );
        for part in [
            "<h1>New</h1>",
            "<strong>faster</strong>",
            "href=\"https://site.example/x\"",
            "<td>2</td>",
            "href=\"mailto:a@b.example\"",
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
    }

    #[test]
    fn says_how_a_text_begins() {
        assert_eq!(lead("# Quill\n\nA *fine* pen\nfor `you`.\n\nMore.", 100), "A fine pen for you.");
        assert_eq!(lead("one two three", 9), "one two…");
        assert_eq!(lead("<b>x</b> y", 100), "x y");
        assert_eq!(lead("", 10), "");
    }

    #[test]
    fn leaves_out_what_could_do_harm() {
        for text in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "![x](https://tracker.example/pixel.png)",
            "[x](javascript:alert(1))",
            "[x](data:text/html,<script>alert(1)</script>)",
            "<a href=\"java\nscript:alert(1)\" onclick=alert(1)>x</a>",
            "<svg><style><img src=x onerror=alert(1)></style></svg>",
            "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
            "<form action=https://evil.example><input name=password></form>",
            "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        ] {
            let page = html(text);
            for tag in page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()) {
                let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
                let name = name.trim_start_matches('/');
                assert!(["p", "a"].contains(&name), "{text} became {page}");
                assert!(attributes.is_empty() || attributes == "href=\"\"", "{text} became {page}");
            }
        }
        assert_eq!(html("a<br>b"), "<p>a&lt;br&gt;b</p>\n");
        assert_eq!(html("![a *chart*](https://x.example/y.png)"), "<p>a <em>chart</em></p>\n");
    }
}
