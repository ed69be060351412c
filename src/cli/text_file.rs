//! Texts that are too long for a flag: from a file, or from standard input.

use std::io::Read;
use std::path::Path;

use crate::base::error::{Error, Result};

/// The text of a file; `-` is standard input.
pub fn read(file: &Path) -> Result<String> {
    let wrong = |e: std::io::Error| Error::invalid(format!("{} cannot be read: {e}", file.display()));
    if file != Path::new("-") {
        return std::fs::read_to_string(file).map_err(wrong);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(wrong)?;
    Ok(text)
}
