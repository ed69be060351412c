//! Reading jobs and the threads that do them, each with a connection and going on for as long as jobs wait.
//!
//! Usually there are as many as processors, two at least: more are switched to and fro, and lists get slower. But a report may take
//! seconds, and nobody's list is to wait for it: once a job has waited for [`PATIENCE`], threads beyond the usual come to its help,
//! up to the number of connections, and go when none waits that long any more.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::connection::{Connection, Role};
use super::{QUEUE, Shared};
use crate::base::error::{Error, Kind, Result};
use crate::store::job::Job;
use crate::store::tx::{Conn, Tx};

/// How long a job waits before more threads than usual are good.
const PATIENCE: Duration = Duration::from_millis(50);

/// The read-only connections, and what waits for them.
pub struct Readers {
    pool: r2d2::Pool<Manager>,
    usual: usize,
    most: usize,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<(Instant, Box<dyn Job>)>,
    threads: usize,
    /// When it was last seen to that somebody looks soon whether a job waits too long.
    watched: Option<Instant>,
}

impl Waiting {
    /// Whoever watched may be gone with the thread they were on.
    fn is_watched(&self) -> bool {
        self.watched.is_some_and(|at| at.elapsed() < 4 * PATIENCE)
    }

    fn is_held_up(&self) -> bool {
        self.jobs.front().is_some_and(|(since, _)| since.elapsed() >= PATIENCE)
    }
}

impl Readers {
    /// At most so many connections to this file, opened as they are needed.
    pub fn new(file: PathBuf, most: usize) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let pool = r2d2::Pool::builder()
            .max_size(u32::try_from(most).unwrap_or(u32::MAX))
            .min_idle(Some(0))
            .connection_timeout(Duration::from_secs(5))
            .build_unchecked(Manager(file));
        Self { pool, usual: processors.max(2).min(most), most, waiting: Mutex::default() }
    }

    /// Has a job done where blocking is allowed; refuses it when too many wait.
    pub fn submit(self: &Arc<Self>, shared: &Arc<Shared>, job: Box<dyn Job>) -> Result<()> {
        let mut waiting = self.lock();
        if waiting.jobs.len() == QUEUE {
            return Err(Error::new(
                Kind::Busy,
                "too many lists and reports are waiting; try again in a second",
            ));
        }
        waiting.jobs.push_back((Instant::now(), job));
        if waiting.threads < self.usual {
            self.begin(&mut waiting, shared);
        } else if waiting.threads < self.most && !waiting.is_watched() {
            waiting.watched = Some(Instant::now());
            let (readers, shared) = (self.clone(), shared.clone());
            tokio::spawn(async move { readers.watch(&shared).await });
        }
        Ok(())
    }

    /// Sends for help for as long as jobs wait too long.
    async fn watch(self: &Arc<Self>, shared: &Arc<Shared>) {
        loop {
            tokio::time::sleep(PATIENCE).await;
            let mut waiting = self.lock();
            if waiting.is_held_up() && waiting.threads < self.most {
                self.begin(&mut waiting, shared);
            }
            waiting.watched = (!waiting.jobs.is_empty()).then(Instant::now);
            if waiting.watched.is_none() {
                return;
            }
        }
    }

    fn begin(self: &Arc<Self>, waiting: &mut Waiting, shared: &Arc<Shared>) {
        waiting.threads += 1;
        let (readers, shared) = (self.clone(), shared.clone());
        tokio::task::spawn_blocking(move || readers.work(&shared));
    }

    fn work(&self, shared: &Shared) {
        while let Some(mut job) = self.next() {
            let outcome = self.look(shared, &mut *job);
            job.settle(outcome);
        }
    }

    /// The next job; without one, or when there is help enough without it, this thread is done.
    fn next(&self) -> Option<Box<dyn Job>> {
        let mut waiting = self.lock();
        let is_needed = waiting.threads <= self.usual || waiting.is_held_up();
        let job = if is_needed { waiting.jobs.pop_front() } else { None };
        waiting.threads -= usize::from(job.is_none());
        job.map(|(_, job)| job)
    }

    /// Runs a job in one snapshot.
    fn look(&self, shared: &Shared, job: &mut dyn Job) -> Result<()> {
        let busy = |e| Error::new(Kind::Busy, format!("no free connection for reading: {e}"));
        let conn = self.pool.get().map_err(busy)?;
        conn.step("begin")?;
        let outcome = job.run(&mut Tx::new(Conn::Sqlite(&conn), shared.now(), &shared.dice));
        conn.step("rollback")?;
        outcome
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens connections for the pool.
struct Manager(PathBuf);

impl r2d2::ManageConnection for Manager {
    type Connection = Connection;
    type Error = Error;

    fn connect(&self) -> Result<Connection> {
        Connection::open(&self.0, Role::Reader)
    }

    fn is_valid(&self, _: &mut Connection) -> Result<()> {
        Ok(())
    }

    fn has_broken(&self, conn: &mut Connection) -> bool {
        conn.in_transaction()
    }
}
