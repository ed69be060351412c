//! The one queue that a crew pulls from.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::base::error::{Error, Kind, Result};
use crate::store::job::Job;

/// Jobs that may wait; one more is told to come back later.
const MOST: usize = 4_096;

/// A job, and when it was pulled first, if it was.
pub(super) struct Waiting {
    pub job: Box<dyn Job>,
    pub pulled: Option<Instant>,
}

/// A bounded queue with many pullers.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Waiting>,
    closed: bool,
}

impl Queue {
    /// Adds a job, unless too many wait or the queue is closed.
    pub fn push(&self, job: Box<dyn Job>) -> Result<()> {
        let mut state = self.lock();
        if state.closed {
            return Err(Error::new(Kind::Unavailable, "the database is closed"));
        }
        if state.jobs.len() == MOST {
            return Err(Error::new(
                Kind::Busy,
                "too many calls are waiting for the database; try again in a second",
            ));
        }
        state.jobs.push_back(Waiting { job, pulled: None });
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// The next job; waits for one. `None` once the queue is closed and empty.
    pub fn pull(&self) -> Option<Waiting> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            if state.closed {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Puts a job that was pulled before all others, even where the queue is closed.
    pub fn put_back(&self, waiting: Waiting) {
        self.lock().jobs.push_front(waiting);
        self.changed.notify_one();
    }

    /// Lets the pullers finish what waits, and nothing more in.
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// How full the queue is, 0.0 to 1.0.
    #[expect(clippy::cast_precision_loss, reason = "a share of at most 4,096")]
    pub fn pressure(&self) -> f64 {
        self.lock().jobs.len() as f64 / MOST as f64
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
