//! What somebody finds who looks for what is wrong: `keywright doctor` and the page "Diagnostics" say the same.

use serde::Serialize;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// All is well.
    Fine,
    /// To be looked at.
    Warning,
    /// To be mended.
    Wrong,
}

/// A finding: what is so, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// A sentence.
    pub says: String,
}

impl Finding {
    /// All is well.
    pub fn fine(says: impl Into<String>) -> Self {
        Self { level: Level::Fine, says: says.into() }
    }

    /// To be looked at.
    pub fn warning(says: impl Into<String>) -> Self {
        Self { level: Level::Warning, says: says.into() }
    }

    /// To be mended.
    pub fn wrong(says: impl Into<String>) -> Self {
        Self { level: Level::Wrong, says: says.into() }
    }
}
