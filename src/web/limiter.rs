//! Calls a minute and address. Refuses without charging, so that a guess after too many wrong keys is not even looked at;
//! that, and a bound on its memory, is why this is not a ready-made limiter.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One minute, the window of every limit, in nanoseconds.
const WINDOW: u64 = 60_000_000_000;
const SHARDS: usize = 16;
/// Networks remembered in one shard, about 48 bytes each.
const MOST: usize = 8_192;

/// A network: its first bits and how many of them count.
type Network = (u128, u8);

/// Counts calls in the manner of a leaking bucket: `rate` at once, and then one each time a minute's share has passed.
/// An IPv4 address counts by itself. IPv6 counts by /64, and, since one household may own many of those, also by /56
/// (4 times the rate) and /48 (16 times).
#[derive(Debug)]
pub struct Limiter {
    rate: u32,
    /// For each network, the instant at which its bucket will be empty.
    shards: [Mutex<HashMap<Network, u64>>; SHARDS],
}

impl Limiter {
    /// A limiter of `rate` calls a minute; 0 is no limit.
    pub fn new(rate: u32) -> Self {
        Self { rate, shards: std::array::from_fn(|_| Mutex::default()) }
    }

    /// Whether a call from `address` may be served at `now` (nanoseconds of a monotonic clock); otherwise in how many seconds.
    pub fn ask(&self, address: IpAddr, now: u64) -> Result<(), u64> {
        for (network, factor) in self.networks(address) {
            let empty_at = self.shard(network).get(&network).copied().unwrap_or(0);
            let share = WINDOW / (u64::from(self.rate) * factor);
            let wait = (empty_at.max(now) + share).saturating_sub(now + WINDOW);
            if wait > 0 {
                return Err(wait.div_ceil(1_000_000_000));
            }
        }
        Ok(())
    }

    /// Counts a call from `address`, or refuses it as [`Limiter::ask`] does. Of any number at once, no more than the rate
    /// allows are counted.
    pub fn take(&self, address: IpAddr, now: u64) -> Result<(), u64> {
        for (network, factor) in self.networks(address) {
            let share = WINDOW / (u64::from(self.rate) * factor);
            let mut buckets = self.shard(network);
            if buckets.len() >= MOST && !buckets.contains_key(&network) {
                make_room(&mut buckets, now);
            }
            let empty_at = buckets.entry(network).or_insert(now);
            let next = (*empty_at).max(now) + share;
            if next > now + WINDOW {
                return Err((next - now - WINDOW).div_ceil(1_000_000_000));
            }
            *empty_at = next;
        }
        Ok(())
    }

    /// Networks remembered now.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }

    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn networks(&self, address: IpAddr) -> impl Iterator<Item = (Network, u64)> + use<> {
        let networks: [Option<(Network, u64)>; 3] = match (self.rate, address) {
            (0, _) => [None; 3],
            (_, IpAddr::V4(ip)) => [Some(((u128::from(ip.to_bits()), 32), 1)), None, None],
            (_, IpAddr::V6(ip)) => {
                let of = |bits: u8| (ip.to_bits() >> (128 - bits), bits);
                [Some((of(64), 1)), Some((of(56), 4)), Some((of(48), 16))]
            }
        };
        networks.into_iter().flatten()
    }

    fn shard(&self, network: Network) -> MutexGuard<'_, HashMap<Network, u64>> {
        let mixed = (network.0 ^ (network.0 >> 64) ^ u128::from(network.1)) as usize;
        let mixed = mixed ^ (mixed >> 16) ^ (mixed >> 8);
        self.shards[mixed % SHARDS].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets the networks with empty buckets; if there are none, the emptier half; if all are alike, all.
fn make_room(shard: &mut HashMap<Network, u64>, now: u64) {
    shard.retain(|_, empty_at| *empty_at > now);
    if shard.len() >= MOST {
        shard.retain(|_, empty_at| *empty_at > now + WINDOW / 2);
    }
    if shard.len() >= MOST {
        shard.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn served(limiter: &Limiter, address: &str, now: u64) -> bool {
        let address = address.parse().unwrap();
        let may = limiter.ask(address, now);
        assert_eq!(limiter.take(address, now), may);
        may.is_ok()
    }

    #[test]
    fn a_minutes_worth_then_one_each_share() {
        let limiter = Limiter::new(10);
        let first = (0..20).filter(|_| served(&limiter, "192.0.2.1", 0)).count();
        assert_eq!(first, 10);
        assert_eq!(limiter.ask("192.0.2.1".parse().unwrap(), 0), Err(6));
        assert!(!served(&limiter, "192.0.2.1", 6 * SECOND - 1));
        assert!(served(&limiter, "192.0.2.1", 6 * SECOND));
        assert!(!served(&limiter, "192.0.2.1", 6 * SECOND));
        assert!(served(&limiter, "192.0.2.2", 0), "another address is not touched");
    }

    #[test]
    fn ipv6_is_counted_by_network() {
        let limiter = Limiter::new(10);
        let same_64 = (0..50).filter(|n| served(&limiter, &format!("2001:db8::{n:x}"), 0)).count();
        assert_eq!(same_64, 10);
        let limiter = Limiter::new(10);
        let same_56 = (0..200).filter(|n| served(&limiter, &format!("2001:db8:0:{n:x}::1"), 0)).count();
        assert_eq!(same_56, 40);
        let limiter = Limiter::new(10);
        let same_48 = (0..256).filter(|n| served(&limiter, &format!("2001:db8:0:{n:x}00::1"), 0)).count();
        assert_eq!(same_48, 160);
    }

    #[test]
    fn zero_is_no_limit() {
        let limiter = Limiter::new(0);
        assert!((0..10_000).all(|_| served(&limiter, "192.0.2.1", 0)));
        assert!(limiter.is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let limiter = Limiter::new(10);
        for n in 0..400_000u32 {
            limiter.take(IpAddr::from(n.to_be_bytes()), u64::from(n)).unwrap();
        }
        assert!(limiter.len() <= SHARDS * MOST, "{}", limiter.len());
    }
}
