//! How often a key may call: the document speaks of a limit and tells none; ours is a setting.

use crate::config::Config;
use crate::domain::caller::Credential;
use crate::domain::plan::Allowance;
use crate::web::rates::Rates;

/// How often everybody has called lately.
#[derive(Default)]
pub struct Shared {
    rates: Rates<Credential>,
}

impl Shared {
    /// Counts a request at `now` (nanoseconds of a monotonic clock): in how many seconds to come back, if it is one too many.
    pub fn take(&self, key: Credential, config: &Config, now: u64) -> Option<u64> {
        let minute = config.shoppy_rate;
        if minute == 0 {
            return None;
        }
        let standing = self.rates.take(key, Allowance { minute, hour: u32::MAX, burst: minute }, now);
        standing.wait.map(|wait| wait.div_ceil(1_000_000_000))
    }
}
