//! How many requests each credential may still send. Counted in this process; another one counts by itself.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use actix_web::HttpResponseBuilder;

use crate::base::time::{Clock, seconds};
use crate::domain::plan::Allowance;

const SECOND: u64 = 1_000_000_000;
const HOUR: u64 = 3_600 * SECOND;

/// The counts of all credentials, each known by a `K`: at most one entry for each that was used since the start.
#[derive(Debug)]
pub struct Rates<K>(Mutex<HashMap<K, Count>>);

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    /// The instant at which the bucket of the minute will be empty.
    empty_at: u64,
    hour_began: u64,
    in_hour: u32,
}

/// How a credential stands after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Requests a minute.
    pub limit: u32,
    /// Requests that may be sent now.
    pub remaining: u32,
    /// Nanoseconds until it is as if nothing had been sent.
    pub reset: u64,
    /// If this request is refused: nanoseconds until one is not.
    pub wait: Option<u64>,
}

impl Standing {
    /// Tells it with an answer, as the dialects that tell it all do: `X-RateLimit-Reset` is in Unix seconds.
    pub fn tell(self, response: &mut HttpResponseBuilder) {
        let reset = seconds(Clock::System.now()).unsigned_abs() + self.reset.div_ceil(SECOND);
        response
            .insert_header(("x-ratelimit-limit", self.limit))
            .insert_header(("x-ratelimit-remaining", self.remaining))
            .insert_header(("x-ratelimit-reset", reset));
    }
}

impl<K> Default for Rates<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash> Rates<K> {
    /// Counts a request of `id` at `now` (nanoseconds of a monotonic clock), unless it is refused.
    pub fn take(&self, id: K, plan: Allowance, now: u64) -> Standing {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(id).or_insert(Count { hour_began: now, ..Count::default() });
        if now >= count.hour_began + HOUR {
            *count = Count { hour_began: now, in_hour: 0, ..*count };
        }
        let share = 60 * SECOND / u64::from(plan.minute);
        let room = share * u64::from(plan.burst);
        let next = count.empty_at.max(now) + share;
        let wait = if count.in_hour >= plan.hour {
            Some(count.hour_began + HOUR - now)
        } else {
            next.checked_sub(now + room).filter(|wait| *wait > 0)
        };
        if wait.is_none() {
            count.empty_at = next;
            count.in_hour += 1;
        }
        let free = (now + room).saturating_sub(count.empty_at.max(now)) / share;
        let in_hour = plan.hour - count.in_hour;
        let reset = count.empty_at.saturating_sub(now);
        Standing {
            limit: plan.minute,
            remaining: u32::try_from(free).unwrap_or(u32::MAX).min(in_hour),
            reset: if in_hour == 0 { count.hour_began + HOUR - now } else { reset },
            wait,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::caller::Credential;
    use crate::domain::plan::Plan;

    #[test]
    fn a_burst_then_the_minutes_share_and_never_more_than_the_hours() {
        let (rates, free) = (Rates::default(), Plan::Free.allowance());
        let served = |now| rates.take(Credential::Key(1), free, now).wait.is_none();
        assert_eq!(rates.take(Credential::Key(1), free, 0).remaining, 149);
        assert_eq!((0..200).filter(|_| served(0)).count(), 149);
        let refused = rates.take(Credential::Key(1), free, 0);
        assert_eq!((refused.remaining, refused.wait), (0, Some(60 * SECOND / 100)));
        assert_eq!((0..200).filter(|_| served(60 * SECOND)).count(), 100);
        assert!(rates.take(Credential::Grant(1), free, 0).wait.is_none(), "another key is not touched");
        let mut sent = 250;
        for minute in 2..60 {
            sent += (0..200).filter(|_| served(minute * 60 * SECOND)).count();
        }
        assert_eq!(sent, 2_000);
        let refused = rates.take(Credential::Key(1), free, 59 * 60 * SECOND);
        assert_eq!((refused.remaining, refused.wait), (0, Some(60 * SECOND)));
        assert!(served(HOUR));
    }
}
