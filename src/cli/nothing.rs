//! Flags that can say "nothing": empty text, and 0 for an id or a number of days.

use crate::base::error::Result;
use crate::base::time::{self, Millis};

/// The text, unless it is empty.
pub fn text(given: String) -> Option<String> {
    Some(given).filter(|text| !text.is_empty())
}

/// The number, unless it is 0.
pub fn number(given: i64) -> Option<i64> {
    Some(given).filter(|number| *number != 0)
}

/// The time, unless the text is empty.
pub fn time(given: &str) -> Result<Option<Millis>> {
    if given.is_empty() { Ok(None) } else { time::parse(given).map(Some) }
}
