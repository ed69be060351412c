//! Reading jobs and the threads that do them, each with a connection and going on for as long as jobs wait: two for each processor,
//! four at least. A thread for each job would mostly wait for a connection; more threads than processors can serve are switched to
//! and fro.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::connection::{Connection, Role};
use super::{QUEUE, Shared};
use crate::base::error::{Error, Kind, Result};
use crate::store::job::Job;
use crate::store::tx::{Conn, Tx};

/// The read-only connections, and what waits for them.
pub struct Readers {
    pool: r2d2::Pool<Manager>,
    most: usize,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Box<dyn Job>>,
    threads: usize,
}

impl Readers {
    /// At most so many connections to this file, opened as they are needed.
    pub fn new(file: PathBuf, most: usize) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let most = most.min((2 * processors).max(4));
        let pool = r2d2::Pool::builder()
            .max_size(u32::try_from(most).unwrap_or(u32::MAX))
            .min_idle(Some(0))
            .connection_timeout(Duration::from_secs(5))
            .build_unchecked(Manager(file));
        Self { pool, most, waiting: Mutex::default() }
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
        waiting.jobs.push_back(job);
        if waiting.threads < self.most {
            waiting.threads += 1;
            let (readers, shared) = (self.clone(), shared.clone());
            tokio::task::spawn_blocking(move || readers.work(&shared));
        }
        Ok(())
    }

    fn work(&self, shared: &Shared) {
        while let Some(mut job) = self.next() {
            let outcome = self.look(shared, &mut *job);
            job.settle(outcome);
        }
    }

    /// The next job; without one, this thread is done.
    fn next(&self) -> Option<Box<dyn Job>> {
        let mut waiting = self.lock();
        let job = waiting.jobs.pop_front();
        waiting.threads -= usize::from(job.is_none());
        job
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
