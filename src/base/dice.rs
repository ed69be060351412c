//! Chance is an argument: whoever needs randomness is given [`Dice`].

use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng, TryRng};

/// Digits and letters.
pub const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A source of random bytes.
#[derive(Clone, Debug)]
pub enum Dice {
    /// The operating system's generator: for everything a stranger must not guess.
    System,
    /// A seeded generator, for tests that must be told again.
    Seeded(Arc<Mutex<StdRng>>),
}

impl Dice {
    /// Dice that fall the same way for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// Fills `bytes`.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: no key may be made then.
    pub fn fill(&self, bytes: &mut [u8]) {
        match self {
            Self::System => {
                if let Err(e) = SysRng.try_fill_bytes(bytes) {
                    panic!("the operating system gives no random bytes: {e}");
                }
            }
            Self::Seeded(rng) => rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes),
        }
    }

    /// A uniform number in `0..n`, for `1 ≤ n ≤ 256`; draws again rather than favour small numbers.
    pub fn below(&self, n: u16) -> u8 {
        let fair = (256 / n) * n;
        loop {
            let mut byte = [0u8];
            self.fill(&mut byte);
            if u16::from(byte[0]) < fair {
                return byte[0] % u8::try_from(n).unwrap_or(u8::MAX);
            }
        }
    }

    /// So many digits and letters, about 5.95 bits each.
    pub fn base62(&self, length: usize) -> String {
        (0..length).map(|_| char::from(BASE62[usize::from(self.below(62))])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_is_even_and_in_range() {
        let dice = Dice::seeded(7);
        let mut seen = [0u32; 32];
        for _ in 0..32_000 {
            seen[usize::from(dice.below(32))] += 1;
        }
        assert!(seen.iter().all(|&n| (850..1150).contains(&n)), "{seen:?}");
    }
}
