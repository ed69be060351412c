//! The checkpointer: moves the long part of the write-ahead log into the database beside the writer, which then moves
//! only the short rest and begins the log anew. A checkpoint in one piece would hold up all writes for its length.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::Shared;
use super::connection::{Connection, Role};
use crate::base::error::{Error, Result};

/// Frames that the writer may move by itself.
pub const SHORT: i32 = 500;
/// While the log is being moved it grows; each pass leaves less than the one before.
const PASSES: usize = 4;

/// The handle of the thread.
pub struct Checkpointer {
    calls: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    pub fn start(file: &Path, shared: Arc<Shared>) -> Result<Self> {
        let conn = Connection::open(file, Role::Checkpointer)?;
        // A connection that has never read knows of no log, and would find nothing to do.
        conn.assert_ours()?;
        let (calls, called) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("keywright-wal".into())
            .spawn(move || run(&conn, &called, &shared))
            .map_err(|e| Error::broken(format!("no thread for the checkpointer: {e}")))?;
        Ok(Self { calls: Some(calls), thread: Some(thread) })
    }

    /// Asks for a checkpoint. Returns at once; asking again while one is under way does no harm.
    pub fn call(&self) {
        if let Some(calls) = &self.calls {
            // Full: it has been called already.
            let _ = calls.try_send(());
        }
    }
}

impl Drop for Checkpointer {
    /// Waits for the checkpoint under way.
    fn drop(&mut self) {
        self.calls = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn run(conn: &Connection, called: &Receiver<()>, shared: &Shared) {
    while called.recv().is_ok() {
        for _ in 0..PASSES {
            match conn.checkpoint_some() {
                Ok(left) if left > SHORT => {}
                Ok(_) => break,
                Err(e) if conn.is_fatal() => return shared.give_up(&e.message),
                Err(e) => {
                    tracing::debug!(error = %e, "the write-ahead log could not be shortened now");
                    break;
                }
            }
        }
    }
}
