//! Attempts to sign in: slowed down for an account and the address they come from together, so that nobody can lock somebody else out.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::known_address::network;

const SECOND: u64 = 1_000_000_000;
/// So many attempts at once,
const BURST: u64 = 5;
/// and then one each time so many nanoseconds have passed.
const SHARE: u64 = 15 * SECOND;
/// Pairs remembered, about 32 bytes each.
const MOST: usize = 65_536;

/// Counts attempts. What an account is called stays unknown: pairs are known by a hash that this process alone can make.
#[derive(Debug, Default)]
pub struct Attempts {
    hasher: RandomState,
    /// For each pair, the instant at which it is as if nothing had been tried.
    pairs: Mutex<HashMap<u64, u64>>,
}

impl Attempts {
    /// Counts an attempt at `now` (nanoseconds of a monotonic clock), or refuses it for so many seconds.
    pub fn take(&self, account: &str, address: IpAddr, now: u64) -> Result<(), u64> {
        let pair = self.pair(account, address);
        let mut pairs = self.lock();
        if pairs.len() >= MOST && !pairs.contains_key(&pair) {
            make_room(&mut pairs, now);
        }
        let empty_at = pairs.entry(pair).or_insert(now);
        let next = (*empty_at).max(now) + SHARE;
        if next > now + BURST * SHARE {
            return Err((next - now - BURST * SHARE).div_ceil(SECOND));
        }
        *empty_at = next;
        Ok(())
    }

    /// Forgets the attempts of somebody who is in.
    pub fn succeeded(&self, account: &str, address: IpAddr) {
        let pair = self.pair(account, address);
        self.lock().remove(&pair);
    }

    fn pair(&self, account: &str, address: IpAddr) -> u64 {
        self.hasher.hash_one((account, network(address)))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, u64>> {
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets the pairs that may try as if nothing had been; if there are none, all that may try at once; if there are none, all.
fn make_room(pairs: &mut HashMap<u64, u64>, now: u64) {
    pairs.retain(|_, empty_at| *empty_at > now);
    if pairs.len() >= MOST {
        pairs.retain(|_, empty_at| *empty_at > now + (BURST - 1) * SHARE);
    }
    if pairs.len() >= MOST {
        pairs.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_slows_its_own_address_and_no_other() {
        let (attempts, here, there) =
            (Attempts::default(), [192, 0, 2, 1].into(), IpAddr::from([198, 51, 100, 7]));
        assert_eq!((0..100).filter(|_| attempts.take("mia", there, 0).is_ok()).count(), 5);
        assert_eq!(attempts.take("mia", there, 0), Err(15));
        assert_eq!(attempts.take("mia", there, 15 * SECOND), Ok(()), "a delay, no lock");
        assert_eq!(attempts.take("mia", here, 0), Ok(()));
        assert_eq!(attempts.take("ben", there, 0), Ok(()));
        attempts.succeeded("mia", there);
        assert_eq!((0..100).filter(|_| attempts.take("mia", there, 15 * SECOND).is_ok()).count(), 5);
    }

    #[test]
    fn memory_is_bounded() {
        let attempts = Attempts::default();
        for n in 0..200_000u32 {
            attempts.take("mia", IpAddr::from(n.to_be_bytes()), u64::from(n)).unwrap();
        }
        assert!(attempts.lock().len() <= MOST);
    }
}
