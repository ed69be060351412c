//! How many requests a key may send (the user's document, "Rate Limits").

use crate::words;

words! {
    /// A plan.
    Plan, "plan" {
        /// 100 a minute.
        Free = "free",
        /// 500 a minute.
        Basic = "basic",
        /// 2,000 a minute.
        Pro = "pro",
        /// 5,000 a minute.
        Business = "business",
        /// 10,000 a minute; a new key's, since the shop owns the server.
        Enterprise = "enterprise",
    }
}

/// What a plan allows, in requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Each minute, in the long run.
    pub minute: u32,
    /// In any one hour.
    pub hour: u32,
    /// At once, after a pause.
    pub burst: u32,
}

impl Plan {
    /// What it allows.
    pub const fn allowance(self) -> Allowance {
        let (minute, hour, burst) = match self {
            Self::Free => (100, 2_000, 150),
            Self::Basic => (500, 10_000, 750),
            Self::Pro => (2_000, 50_000, 3_000),
            Self::Business => (5_000, 150_000, 7_500),
            Self::Enterprise => (10_000, 500_000, 15_000),
        };
        Allowance { minute, hour, burst }
    }
}
