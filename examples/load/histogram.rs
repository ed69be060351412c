//! Latencies in buckets that grow by a sixteenth: small, fixed, exact to 6 %.

use std::time::Duration;

const STEPS: usize = 16;
/// Up to 2³² µs.
const BUCKETS: usize = 29 * STEPS;

/// Counts of latencies in microseconds.
#[derive(Clone, Debug)]
pub struct Histogram(Vec<u64>);

impl Default for Histogram {
    fn default() -> Self {
        Self(vec![0; BUCKETS])
    }
}

impl Histogram {
    pub fn note(&mut self, latency: Duration) {
        let micros = u32::try_from(latency.as_micros()).unwrap_or(u32::MAX);
        self.0[bucket(micros)] += 1;
    }

    pub fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine += theirs);
    }

    pub fn count(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The latency in milliseconds that `percent` of the calls do not exceed.
    pub fn percentile(&self, percent: u64) -> f64 {
        let rank = (self.count() * percent).div_ceil(100);
        let mut seen = 0;
        for (index, count) in self.0.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return f64::from(top(index)) / 1_000.0;
            }
        }
        0.0
    }
}

/// Below 16 a bucket a microsecond, and then 16 buckets for each doubling.
fn bucket(micros: u32) -> usize {
    if micros < 16 {
        return micros as usize;
    }
    let doubling = micros.ilog2() - 4;
    (doubling as usize + 1) * STEPS + ((micros >> doubling) as usize - STEPS)
}

/// The largest value of a bucket.
#[expect(clippy::cast_possible_truncation, reason = "an index is below 500")]
fn top(index: usize) -> u32 {
    match (index / STEPS, index % STEPS) {
        (0, step) => step as u32,
        (doubling, step) => {
            let low = ((step + STEPS) as u64) << (doubling - 1);
            (low + (1 << (doubling - 1)) - 1) as u32
        }
    }
}
