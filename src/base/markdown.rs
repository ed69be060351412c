//! Vendors' texts in Markdown, as HTML that is safe to show whatever they wrote.

use pulldown_cmark::{Options, Parser, html};

/// The HTML of a text in Markdown with tables and strikethrough: no scripts, styles, frames or forms, and links to http, https and
/// mailto only.
pub fn html(text: &str) -> String {
    let mut page = String::new();
    html::push_html(&mut page, Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH));
    let schemes = ["http", "https", "mailto"].into();
    // An image of another place would tell that place who looks.
    ammonia::Builder::default().url_schemes(schemes).rm_tags(["img"]).clean(&page).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_is_meant() {
        let page = html(
            "# New\n\n- **faster**\n- [more](https://site.example/x)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        );
        for part in
            ["<h1>New</h1>", "<strong>faster</strong>", "href=\"https://site.example/x\"", "<td>2</td>"]
        {
            assert!(page.contains(part), "{part} is not in {page}");
        }
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
            let page = html(text).to_lowercase();
            for bad in [
                "<script",
                "onerror=",
                "onclick=",
                "javascript:",
                "<img",
                "<iframe",
                "<form",
                "<style",
                "data:text",
            ] {
                let is_text = page.contains(&bad.replace('<', "&lt;"));
                assert!(!page.contains(bad) || is_text, "{text} became {page}");
            }
        }
    }
}
