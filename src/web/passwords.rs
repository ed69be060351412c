//! Looks at passwords, and makes their hashes: off the threads that serve, two at once, and no more in line than are done in a moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

use crate::base::dice::Dice;
use crate::base::error::{Error, Kind, Result};
use crate::base::password;

/// Hashes at once: each takes 19 MiB and a processor.
const AT_ONCE: usize = 2;
/// Those who wait or are served; more are sent away.
const MOST: usize = 32;

/// The line in front of the hashes.
#[derive(Debug)]
pub struct Passwords {
    gate: Arc<Semaphore>,
    inside: Arc<AtomicUsize>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { gate: Arc::new(Semaphore::new(AT_ONCE)), inside: Arc::default() }
    }
}

/// Somebody in the line, for as long as this lives.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Passwords {
    /// Whether `hash` is this password's; `Busy` when too many wait.
    pub async fn is(&self, password: String, hash: String) -> Result<bool> {
        self.work(move || password::is(&password, &hash)).await
    }

    /// The hash of a new password, if it is fit to be one; `Busy` when too many wait.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.work(move || password::hash(&password, &Dice::System)).await?
    }

    async fn work<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let before = self.inside.fetch_add(1, Ordering::AcqRel);
        let place = Place(self.inside.clone());
        if before >= MOST {
            return Err(Error::new(Kind::Busy, "too many sign in at once: try again in a moment"));
        }
        let gone = || Error::broken("a password could not be looked at");
        let permit = self.gate.clone().acquire_owned().await.map_err(|_| gone())?;
        // With the work goes its permit: who hangs up does not make room for a third.
        tokio::task::spawn_blocking(move || {
            let _held = (permit, place);
            f()
        })
        .await
        .map_err(|_| gone())
    }
}
