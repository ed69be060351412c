//! One thread of the crew: it connects, runs jobs, and runs them again where that may help.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::Shared;
use super::queue::{Queue, Waiting};
use super::session::Session;
use crate::base::error::{Error, Kind, Result};
use crate::store::job::{Job, Mode};
use crate::store::tx::{Conn, Tx};

/// How often and how long a clashing write is run before its caller is told to come back. Time alone counts for little on a busy
/// machine, and so do tries: three who want one row each lose two of three.
const TRIES: u32 = 10;
const PATIENCE: Duration = Duration::from_secs(5);
/// From so many clashes on, the pauses grow no longer.
const LONGEST_PAUSE: u32 = 20;
/// After a failed connect, a thread tries no other for this long: its calls go to threads that have a connection, and are refused at once
/// where none has, rather than each waiting for its own time-out.
const REST: Duration = Duration::from_millis(500);

/// One thread of the crew.
pub(super) struct Worker {
    shared: Arc<Shared>,
    line: Option<Line>,
    /// Until when connecting is not tried again, and why it failed.
    resting: Option<(Instant, Error)>,
}

/// A connection, counted from when it is begun for as long as it is held.
struct Line {
    session: Session,
    _count: Arc<()>,
}

/// How work on a job ended.
enum End {
    Settled(Result<()>),
    /// Nothing is stored, since this thread cannot connect.
    Unconnected(Error),
}

impl Worker {
    /// Not connected yet.
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared, line: None, resting: None }
    }

    /// Does what is pulled until the queue is closed and empty.
    pub fn run(mut self, queue: &Queue) {
        loop {
            if let Some((until, _)) = &self.resting
                && self.shared.is_connected()
            {
                std::thread::sleep(until.saturating_duration_since(Instant::now()));
            }
            let Some(Waiting { mut job, pulled }) = queue.pull() else {
                return;
            };
            let begun = Instant::now();
            let since = pulled.unwrap_or(begun);
            let outcome = match self.work(job.as_mut()) {
                End::Settled(outcome) => outcome,
                // They may find that theirs is broken too, so this must end.
                End::Unconnected(_) if self.shared.is_connected() && since.elapsed() < REST => {
                    queue.put_back(Waiting { job, pulled: Some(since) });
                    continue;
                }
                End::Unconnected(e) => Err(e),
            };
            if job.mode() == Mode::Write {
                metrics::histogram!("keywright_write_seconds", "job" => job.name()).record(begun.elapsed());
            }
            job.settle(outcome);
        }
    }

    /// Runs a job until it is committed, refused, or beyond help. `Ok` means: answer with what it kept.
    fn work(&mut self, job: &mut dyn Job) -> End {
        let mut reconnected = false;
        let (mut clashes, begun) = (0, Instant::now());
        loop {
            if let Err(e) = self.connect() {
                return End::Unconnected(e);
            }
            match self.attempt(job) {
                Attempt::Done => return End::Settled(Ok(())),
                Attempt::Undone(e) if e.kind == Kind::Clash => {
                    clashes += 1;
                    if clashes >= TRIES && begun.elapsed() > PATIENCE {
                        return End::Settled(Err(Error::new(
                            Kind::Busy,
                            "too many changes to the same rows at once; try again",
                        )));
                    }
                    self.pause(clashes);
                }
                // A connection that died of old age, such as after a restart of the server, is replaced once.
                Attempt::Undone(e) if e.kind == Kind::Unavailable && !reconnected => {
                    reconnected = true;
                    self.line = None;
                }
                Attempt::Undone(e) => {
                    if e.kind == Kind::Unavailable {
                        self.line = None;
                    }
                    return End::Settled(Err(e));
                }
                Attempt::Unknown(e) => {
                    self.line = None;
                    return End::Settled(Err(Error::new(
                        Kind::Unknown,
                        format!(
                            "the connection broke during the commit, so the change may or may not be stored: {e}"
                        ),
                    )));
                }
            }
        }
    }

    fn connect(&mut self) -> Result<()> {
        if self.line.as_ref().is_some_and(|line| !line.session.is_closed()) {
            return Ok(());
        }
        self.line = None;
        if let Some((until, e)) = &self.resting
            && Instant::now() < *until
        {
            return Err(e.clone());
        }
        let count = self.shared.connections.clone();
        match Session::connect(&self.shared.address) {
            Ok(session) => {
                self.line = Some(Line { session, _count: count });
                self.resting = None;
                Ok(())
            }
            Err(e) => {
                drop(count);
                tracing::error!(error = %e, "no connection to PostgreSQL");
                self.resting = Some((Instant::now() + REST, e.clone()));
                Err(e)
            }
        }
    }

    fn attempt(&mut self, job: &mut dyn Job) -> Attempt {
        let Some(Line { session, .. }) = &mut self.line else {
            return Attempt::Undone(Error::new(Kind::Unavailable, "no connection to PostgreSQL"));
        };
        session.take_failed();
        let begin = match job.mode() {
            Mode::Peek => None,
            Mode::Read => Some("begin isolation level repeatable read read only"),
            Mode::Write => Some("begin isolation level serializable"),
        };
        if let Some(begin) = begin
            && let Err(e) = session.batch(begin)
        {
            return Attempt::Undone(e);
        }
        let now = self.shared.now();
        let mut tx = Tx::new(Conn::Postgres(session), now, &self.shared.dice);
        let mut outcome = job.run(&mut tx);
        let changed = tx.changed;
        if outcome.is_ok() && session.take_failed() {
            // PostgreSQL would answer this commit with a silent rollback.
            outcome = Err(Error::broken(format!("'{}' went on after a failed statement", job.name())));
        }
        match (outcome, begin) {
            (Ok(()), None) => Attempt::Done,
            (Err(e), None) => Attempt::Undone(e),
            (Err(e), Some(_)) => {
                // If this fails too, the connection is gone, and PostgreSQL has rolled back by itself.
                if session.batch("rollback").is_err() {
                    self.line = None;
                }
                Attempt::Undone(e)
            }
            (Ok(()), Some(_)) => match session.batch("commit") {
                Ok(()) => {
                    if changed {
                        self.shared.last_at.fetch_max(now, Ordering::AcqRel);
                    }
                    Attempt::Done
                }
                // What was read is one snapshot, however its transaction ends.
                Err(_) if job.mode() == Mode::Read => {
                    self.line = None;
                    Attempt::Done
                }
                Err(e) if e.kind == Kind::Clash || e.kind == Kind::Full => Attempt::Undone(e),
                Err(e) => Attempt::Unknown(e),
            },
        }
    }

    /// Waits a little before running a clashing job again: longer each time, and not in step with the others.
    fn pause(&self, clashes: u32) {
        let slot = u64::from(self.shared.dice.below(64)) + 1;
        std::thread::sleep(Duration::from_micros(slot * 50 * u64::from(clashes.min(LONGEST_PAUSE))));
    }
}

/// How one run of a job ended.
enum Attempt {
    /// Committed, or read to its end.
    Done,
    /// Nothing is stored.
    Undone(Error),
    /// The commit was sent and no answer came.
    Unknown(Error),
}
