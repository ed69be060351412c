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
/// Places among them that are kept for those who are known.
const KEPT: usize = 8;

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
#[derive(Debug)]
pub struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Passwords {
    /// A place in the line; `Busy` when too many wait. Those who are known have more places than others.
    pub fn place(&self, is_known: bool) -> Result<Place> {
        let most = if is_known { MOST } else { MOST - KEPT };
        // Never one too many, not even for a moment: it would be in the way of somebody who is known.
        let step = |inside| (inside < most).then_some(inside + 1);
        self.inside
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, step)
            .map(|_| Place(self.inside.clone()))
            .map_err(|_| Error::new(Kind::Busy, "too many sign in at once: try again in a moment"))
    }

    /// Whether `hash` is this password's.
    pub async fn is(&self, place: Place, password: String, hash: String) -> Result<bool> {
        self.work(place, move || password::is(&password, &hash)).await
    }

    /// The hash of a new password, if it is fit to be one; `Busy` when too many wait. Who sets one is known already.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.work(self.place(true)?, move || password::hash(&password, &Dice::System)).await?
    }

    async fn work<T: Send + 'static>(
        &self,
        place: Place,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc;

    use super::*;

    /// As many as there is place for.
    fn stand(line: &Passwords, is_known: bool) -> Vec<Place> {
        (0..).map_while(|_| line.place(is_known).ok()).collect()
    }

    #[test]
    fn strangers_leave_places_for_those_who_are_known() {
        let line = Passwords::default();
        let mut strangers = stand(&line, false);
        assert_eq!((strangers.len(), line.place(false).unwrap_err().kind), (24, Kind::Busy));
        let known = stand(&line, true);
        assert_eq!((known.len(), line.place(true).unwrap_err().kind), (8, Kind::Busy));
        drop(known);
        assert!(line.place(false).is_err(), "these places are no stranger's");
        strangers.pop();
        assert!(line.place(false).is_ok());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn never_more_than_two_are_looked_at() {
        let line = Arc::new(Passwords::default());
        let (begun, begins) = mpsc::channel();
        let (go, may_go) = mpsc::channel::<()>();
        let may_go = Arc::new(Mutex::new(may_go));
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let all: Vec<_> = (0..MOST)
            .map(|_| {
                let (place, line) = (line.place(true).unwrap(), line.clone());
                let (begun, may_go, now, most) = (begun.clone(), may_go.clone(), now.clone(), most.clone());
                tokio::spawn(async move {
                    let work = move || {
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        begun.send(()).unwrap();
                        may_go.lock().unwrap().recv().unwrap();
                        now.fetch_sub(1, Ordering::SeqCst);
                    };
                    line.work(place, work).await.unwrap();
                })
            })
            .collect();
        tokio::task::block_in_place(|| (0..AT_ONCE).for_each(|_| begins.recv().unwrap()));
        for _ in AT_ONCE..MOST {
            go.send(()).unwrap();
            // One is let go, and one comes in for it.
            tokio::task::block_in_place(|| begins.recv().unwrap());
        }
        (0..AT_ONCE).for_each(|_| go.send(()).unwrap());
        for one in all {
            one.await.unwrap();
        }
        assert_eq!((most.load(Ordering::SeqCst), line.inside.load(Ordering::Acquire)), (AT_ONCE, 0));
    }
}
