//! The writer: one thread that owns the only writing connection, every commit and every checkpoint.
//!
//! It waits for a job, begins a transaction, runs that job and all that are already queued, commits once, and only then
//! answers them all. A job that fails undoes only itself.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::checkpointer::{self, Checkpointer};
use super::connection::Connection;
use super::{Shared, witness};
use crate::base::error::{Error, Kind, Result};
use crate::store::job::{Job, Mailbox};
use crate::store::tx::{Conn, Tx};

/// The most jobs in one commit.
const GROUP: usize = 256;
/// Frames, a page each, in the write-ahead log after which it is moved into the database.
const LONG_LOG: i32 = 20_000;
/// Frames after which the writer waits for that.
const TOO_LONG_LOG: i32 = 100_000;
/// How long nothing is asked for before the log is put away.
const IDLE: Duration = Duration::from_millis(200);
/// Frames below which that is not worth two syncs.
const WORTH_MOVING: i32 = 1_000;
/// A job that holds the writer longer is logged by its name.
const SLOW: Duration = Duration::from_millis(50);

pub(super) enum Message {
    /// A job, and where the thread that sent it takes in its answer, if it attends.
    Job(Box<dyn Job>, Option<Mailbox>),
    Stop,
}

type Waiting = (Box<dyn Job>, Option<Mailbox>);

pub(super) struct Writer {
    pub conn: Connection,
    pub inbox: Receiver<Message>,
    pub shared: Arc<Shared>,
    pub witness: File,
    pub checkpointer: Checkpointer,
}

impl Writer {
    pub fn run(self) {
        // After a failed sync, the log's tail may be in the system's memory and not on the disk: what it holds is written
        // anew before anything is added behind it.
        self.tell(self.conn.checkpoint_some().map(|_| ()));
        if self.conn.is_fatal() {
            return;
        }
        let mut stop = false;
        while !stop {
            let Some(Message::Job(first, mailbox)) = self.wait() else { break };
            let mut group = vec![(first, mailbox)];
            while group.len() < GROUP {
                match self.inbox.try_recv() {
                    Ok(Message::Job(job, mailbox)) => group.push((job, mailbox)),
                    Ok(Message::Stop) => {
                        stop = true;
                        break;
                    }
                    Err(_) => break,
                }
            }
            self.shared.waiting.fetch_sub(group.len(), Ordering::Relaxed);
            metrics::histogram!("keywright_commit_group")
                .record(u32::try_from(group.len()).unwrap_or(u32::MAX));
            self.work(group);
            if !self.conn.is_fatal() {
                self.tell(self.shorten_log());
            }
            if self.conn.is_fatal() || self.shared.still_trusted().is_err() {
                // Dropping the inbox answers all that wait with "unknown".
                return self.shared.give_up("the database cannot be trusted any more");
            }
        }
        drop(self.checkpointer);
        if self.conn.is_fatal() {
            return;
        }
        // Whoever still reads keeps the log alive; the next start takes it from there.
        if let Err(e) = self.conn.checkpoint_all() {
            tracing::info!(error = %e, "the write-ahead log stays for the next start");
        }
    }

    /// The next message. While nothing comes, what is in the log is moved into the database: readers have less to look
    /// through then.
    fn wait(&self) -> Option<Message> {
        loop {
            match self.inbox.recv_timeout(IDLE) {
                Ok(message) => return Some(message),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
            match self.conn.log_length() {
                Ok((frames, left)) if left == 0 || frames < WORTH_MOVING => {
                    // The next commit begins it anew, whoever looks into the database meanwhile.
                    self.shared.log_is_long.store(false, Ordering::Relaxed);
                    return self.inbox.recv().ok();
                }
                Err(_) => return self.inbox.recv().ok(),
                Ok((_, left)) if left > checkpointer::SHORT => self.checkpointer.call(),
                Ok(_) => self.tell(self.conn.checkpoint_some().map(|_| ())),
            }
            if self.conn.is_fatal() {
                return None;
            }
        }
    }

    /// Runs, commits and settles a group.
    fn work(&self, mut group: Vec<Waiting>) {
        let outcome = self
            .run_all(&mut group)
            .and_then(|changed| if changed { self.commit() } else { self.conn.step("rollback") })
            .and_then(|()| self.shared.still_trusted())
            .map_err(|e| self.undo(e));
        self.shared.changes.ended();
        settle(group, &outcome);
    }

    /// Begins a transaction and runs each job; whether any changed something. An error means that the whole transaction is
    /// lost. Few jobs fail after they have changed something, so only a group with such a job pays for savepoints.
    fn run_all(&self, group: &mut [Waiting]) -> Result<bool> {
        self.conn.step("begin immediate")?;
        let mut changed = false;
        for (job, _) in &mut *group {
            let (outcome, has_changed) = self.run_one(job)?;
            if outcome.is_err() && has_changed {
                self.conn.step("rollback")?;
                return self.run_each_alone(group);
            }
            changed |= has_changed;
        }
        Ok(changed)
    }

    /// As `run_all`, each job in its savepoint.
    fn run_each_alone(&self, group: &mut [Waiting]) -> Result<bool> {
        self.conn.step("begin immediate")?;
        let mut changed = false;
        for (job, _) in group {
            self.conn.step("savepoint job")?;
            let (outcome, has_changed) = self.run_one(job)?;
            if outcome.is_ok() {
                changed |= has_changed;
            } else {
                self.conn.step("rollback to job")?;
            }
            self.conn.step("release job")?;
        }
        Ok(changed)
    }

    /// Runs one job: what came of it, and whether it changed something. An error means that nothing more can be done.
    fn run_one(&self, job: &mut Box<dyn Job>) -> Result<(Result<()>, bool)> {
        let begun = Instant::now();
        let mut tx = Tx::new(Conn::Sqlite(&self.conn), self.shared.now(), &self.shared.dice);
        let outcome = job.run(&mut tx);
        let took = begun.elapsed();
        metrics::histogram!("keywright_write_seconds", "job" => job.name()).record(took);
        if took > SLOW {
            tracing::warn!(job = job.name(), millis = took.as_millis(), "a job held the writer for long");
        }
        // Even if the job made light of it. After a full disk SQLite may have rolled back everything, not just this job.
        let ended = match (self.conn.is_fatal(), self.conn.in_transaction()) {
            (true, _) => Some("the database is damaged"),
            (false, false) => Some("SQLite has undone the changes of all"),
            (false, true) => None,
        };
        if let Some(why) = ended {
            return Err(outcome.err().unwrap_or_else(|| Error::broken(why)));
        }
        Ok((outcome, tx.changed))
    }

    fn commit(&self) -> Result<()> {
        let now = self.shared.now();
        let mut seq = 0;
        self.conn.each(
            "update house set commit_seq = commit_seq + 1, last_at = case when last_at < $1 then $1 else last_at end \
             where id = 1 returning commit_seq",
            crate::values![now],
            &mut |row| {
                seq = row.get(0)?;
                Ok(())
            },
        )?;
        if self.shared.changes.about_to_commit(seq) {
            self.shared.others_committed();
        }
        self.conn.step("commit").inspect_err(|_| self.shared.changes.did_not_commit(seq))?;
        self.shared.last_at.fetch_max(now, Ordering::AcqRel);
        self.shared.commits.fetch_add(1, Ordering::SeqCst);
        self.shared.changes.committed();
        witness::note(&self.witness, seq);
        Ok(())
    }

    /// After a failure: nothing of the group is stored, unless the disk itself failed, when nobody can know.
    fn undo(&self, e: Error) -> Error {
        if self.conn.is_fatal() {
            self.shared.give_up(&e.message);
            return Error::new(Kind::Unknown, format!("the change may or may not be stored: {}", e.message));
        }
        if self.conn.in_transaction()
            && let Err(again) = self.conn.step("rollback")
        {
            tracing::error!(error = %again, "rollback failed");
        }
        e
    }

    fn shorten_log(&self) -> Result<()> {
        let (frames, left) = self.conn.log_length()?;
        self.shared.log_is_long.store(frames >= LONG_LOG, Ordering::Relaxed);
        if frames < LONG_LOG {
            return Ok(());
        }
        if left > checkpointer::SHORT && frames < TOO_LONG_LOG {
            self.checkpointer.call();
            return Ok(());
        }
        self.conn.checkpoint_some().map(|_| ())
    }

    /// Tells of a checkpoint that failed.
    fn tell(&self, result: Result<()>) {
        match result {
            Err(e) if self.conn.is_fatal() => drop(self.undo(e)),
            Err(e) => tracing::debug!(error = %e, "the write-ahead log could not be shortened now"),
            Ok(()) => {}
        }
    }
}

/// Answers a group. After `Ok`, a closure's own error is its answer: `settle` gives what `run` kept.
fn settle(group: Vec<Waiting>, outcome: &Result<()>) {
    let mut bags: Vec<(Mailbox, Vec<_>)> = Vec::new();
    for (job, mailbox) in group {
        let Some(mailbox) = mailbox else {
            job.settle(outcome.clone());
            continue;
        };
        match bags.iter_mut().find(|(known, _)| known.same_channel(&mailbox)) {
            Some((_, bag)) => bag.push((job, outcome.clone())),
            None => bags.push((mailbox, vec![(job, outcome.clone())])),
        }
    }
    for (mailbox, bag) in bags {
        if let Err(unsent) = mailbox.send(bag) {
            // The thread has stopped attending.
            unsent.0.into_iter().for_each(|(job, outcome)| job.settle(outcome));
        }
    }
}
