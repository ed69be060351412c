//! What the terminal is like: how wide, and whether it shows more than ASCII.

use crate::base::text::grouped;

/// The widest that anything is drawn: longer lines are hard to follow.
const WIDEST: usize = 160;

/// How things are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// In characters.
    pub width: usize,
    /// Whether block characters can be shown.
    pub unicode: bool,
}

impl Terminal {
    /// The one that this command writes to; 80 characters where there is none.
    pub fn here() -> Self {
        let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok();
        let seen = size.map(|size| usize::from(size.ws_col)).filter(|width| *width > 0);
        let told = || std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        let width = seen.or_else(told).unwrap_or(80).clamp(40, WIDEST);
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        let locale = locale.unwrap_or_default().to_ascii_lowercase();
        Self { width, unicode: locale.contains("utf-8") || locale.contains("utf8") }
    }

    /// One of two ways to write something.
    pub fn pick<'a>(self, unicode: &'a str, ascii: &'a str) -> &'a str {
        if self.unicode { unicode } else { ascii }
    }
}

/// A count as people read it.
pub fn number(n: i64) -> String {
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(n.unsigned_abs()))
}
