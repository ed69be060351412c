//! Makes texts of other systems fit to be stored here: what a person typed years ago is taken as far as it goes, rather than refused.

use crate::base::error::{Error, Result};
use crate::base::{money, text};

/// One line of at most so many characters; `None` if nothing is left.
pub fn line(told: &str, most: usize) -> Option<String> {
    let clean: String = told.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let cut: String = clean.trim().chars().take(most).collect();
    Some(cut.trim_end().to_owned()).filter(|line| !line.is_empty())
}

/// Lines of at most so many characters in all.
pub fn page(told: &str, most: usize) -> String {
    let is_text = |c: &char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    told.chars().filter(is_text).take(most).collect()
}

/// A title: never empty.
pub fn title(told: &str, otherwise: &str) -> String {
    line(told, 200).unwrap_or_else(|| otherwise.to_owned())
}

/// A web address, if it is one.
pub fn address(told: &str) -> Option<String> {
    text::web_address(told).ok()
}

/// Refuses an amount that no shop of ours has.
pub(super) fn fits(minor: i64) -> Result<()> {
    if (0..=money::MOST).contains(&minor) {
        return Ok(());
    }
    Err(Error::invalid(format!("an amount is not from 0 to {} minor units", money::MOST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_taken_as_far_as_they_go() {
        assert_eq!(line(" a\0b\nc ", 10), Some("a b c".to_owned()));
        assert_eq!(line("abc def", 4), Some("abc".to_owned()));
        assert_eq!((line(" \t", 5), title("", "Product 7")), (None, "Product 7".to_owned()));
        assert_eq!(page("a\0b\nc", 3), "ab\n");
        assert_eq!(address("javascript:alert(1)"), None);
        assert!(fits(money::MOST).is_ok() && fits(money::MOST + 1).is_err() && fits(-1).is_err());
    }
}
