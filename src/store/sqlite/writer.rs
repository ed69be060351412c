//! The writer: one thread that owns the only writing connection, every commit and every checkpoint.
//!
//! It waits for a job, begins a transaction, runs that job and all that are already queued, each in its own savepoint,
//! commits once, and only then answers them all.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use super::connection::Connection;
use super::{Shared, witness};
use crate::base::error::{Error, Kind, Result};
use crate::store::job::Job;
use crate::store::tx::{Conn, Tx};

/// The most jobs in one commit.
const GROUP: usize = 256;
/// Frames of 4 KiB in the write-ahead log after which it is moved into the database.
const LONG_LOG: i32 = 4_000;
/// A job that holds the writer longer is logged by its name.
const SLOW: Duration = Duration::from_millis(50);

pub(super) enum Message {
    Job(Box<dyn Job>),
    Stop,
}

pub(super) struct Writer {
    pub conn: Connection,
    pub inbox: Receiver<Message>,
    pub shared: Arc<Shared>,
    pub witness: File,
}

impl Writer {
    pub fn run(self) {
        // After a failed sync, the log's tail may be in the system's memory and not on the disk: what it holds is written
        // anew before anything is added behind it.
        self.tell(self.conn.checkpoint_some());
        if self.conn.is_fatal() {
            return;
        }
        let mut stop = false;
        while !stop {
            let Ok(Message::Job(first)) = self.inbox.recv() else { break };
            let mut group = vec![first];
            while group.len() < GROUP {
                match self.inbox.try_recv() {
                    Ok(Message::Job(job)) => group.push(job),
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
                self.shorten_log();
            }
            if self.conn.is_fatal() {
                // Dropping the inbox answers all that wait with "unknown".
                return self.give_up("the database cannot be trusted any more");
            }
        }
        // Whoever still reads keeps the log alive; the next start takes it from there.
        if let Err(e) = self.conn.checkpoint_all() {
            tracing::info!(error = %e, "the write-ahead log stays for the next start");
        }
    }

    /// Runs, commits and settles a group.
    fn work(&self, mut group: Vec<Box<dyn Job>>) {
        let outcome = self
            .conn
            .step("begin immediate")
            .and_then(|()| self.run_all(&mut group))
            .and_then(|changed| if changed { self.commit() } else { self.conn.step("rollback") })
            .map_err(|e| self.undo(e));
        for job in group {
            // After `Ok`, a closure's own error is its answer: `settle` gives what `run` kept.
            job.settle(outcome.clone());
        }
    }

    /// Runs each job in its savepoint; whether any changed something. An error means that the whole transaction is lost.
    fn run_all(&self, group: &mut [Box<dyn Job>]) -> Result<bool> {
        let mut changed = false;
        for job in group {
            self.conn.step("savepoint job")?;
            let begun = Instant::now();
            let mut tx = Tx::new(Conn::Sqlite(&self.conn), self.shared.now(), &self.shared.dice);
            let outcome = job.run(&mut tx);
            let took = begun.elapsed();
            metrics::histogram!("keywright_write_seconds", "job" => job.name()).record(took);
            if took > SLOW {
                tracing::warn!(job = job.name(), millis = took.as_millis(), "a job held the writer for long");
            }
            changed |= outcome.is_ok() && tx.changed;
            if self.conn.is_fatal() {
                // Even if the job made light of it.
                return Err(outcome.err().unwrap_or_else(|| Error::broken("the database is damaged")));
            }
            if let Err(e) = outcome {
                // After a full disk SQLite may have rolled back everything, not just this job.
                if !self.conn.in_transaction() {
                    return Err(e);
                }
                self.conn.step("rollback to job")?;
            }
            self.conn.step("release job")?;
        }
        Ok(changed)
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
        self.conn.step("commit")?;
        self.shared.last_at.fetch_max(now, Ordering::AcqRel);
        witness::note(&self.witness, seq);
        Ok(())
    }

    /// After a failure: nothing of the group is stored, unless the disk itself failed, when nobody can know.
    fn undo(&self, e: Error) -> Error {
        if self.conn.is_fatal() {
            self.give_up(&e.message);
            return Error::new(Kind::Unknown, format!("the change may or may not be stored: {}", e.message));
        }
        if self.conn.in_transaction()
            && let Err(again) = self.conn.step("rollback")
        {
            tracing::error!(error = %again, "rollback failed");
        }
        e
    }

    /// Tells the process to end, with the first reason there was.
    fn give_up(&self, why: &str) {
        let is_news = self.shared.failure.send_if_modified(|told| {
            let is_news = told.is_none();
            told.get_or_insert_with(|| why.to_owned());
            is_news
        });
        if is_news {
            tracing::error!(error = why, "the database cannot be trusted any more; stopping");
        }
    }

    fn shorten_log(&self) {
        self.tell(
            self.conn
                .wal_frames()
                .and_then(|frames| if frames < LONG_LOG { Ok(()) } else { self.conn.checkpoint_some() }),
        );
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
