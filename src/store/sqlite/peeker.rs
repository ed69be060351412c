//! This thread's own reading connection, for [`peek`](crate::store::Store::peek), and where it takes in answers.
//!
//! Taking a snapshot costs two locks on the log's index, which all connections of the process share: a tenth of a check's
//! time, and more when threads wait for each other. A thread that has promised to let go of it
//! ([`attend`](Peeker::attend)) therefore looks into the same snapshot again until this process commits, or until it is
//! too old for what other processes may have committed.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::connection::{Connection, Role};
use crate::base::error::Result;
use crate::store::job::Mailbox;

/// How long a snapshot may serve; then it is let go, so that the log can begin anew, and what others committed is seen.
pub const SNAPSHOT_LIFE: Duration = Duration::from_millis(100);

/// Connections kept by one thread; more than one only where several stores are open in one process.
const MOST: usize = 8;

thread_local! {
    static PEEKERS: RefCell<Vec<(u64, Rc<Peeker>)>> = const { RefCell::new(Vec::new()) };
}

/// A reading connection and the snapshot it may hold.
pub struct Peeker {
    pub conn: Connection,
    keeps: Cell<bool>,
    mailbox: RefCell<Option<Mailbox>>,
    snapshot: Cell<Option<Snapshot>>,
}

#[derive(Clone, Copy)]
struct Snapshot {
    /// Commits of this process before it was taken.
    commits: u64,
    taken_at: Instant,
}

/// While this lives, the thread attends to its engine.
pub struct Attending<'a>(&'a Peeker);

impl Drop for Attending<'_> {
    fn drop(&mut self) {
        self.0.keeps.set(false);
        self.0.mailbox.take();
        // The connection is of no more use if this fails, and the next look says so.
        let _ = self.0.let_go();
    }
}

impl Peeker {
    /// This thread's connection to the engine of this number, opened at the first call. A thread keeps those of the
    /// engines it used last.
    pub fn mine(engine: u64, file: &Path) -> Result<Rc<Self>> {
        PEEKERS.with_borrow_mut(|mine| {
            if let Some((_, peeker)) = mine.iter().find(|(number, _)| *number == engine) {
                return Ok(peeker.clone());
            }
            let conn = Connection::open(file, Role::Reader)?;
            let (keeps, mailbox, snapshot) = Default::default();
            let peeker = Rc::new(Self { conn, keeps, mailbox, snapshot });
            if mine.len() == MOST {
                mine.remove(0);
            }
            mine.push((engine, peeker.clone()));
            Ok(peeker)
        })
    }

    /// Runs `f` in a snapshot that holds all of the `commits` that this process has made; without their number, in one that
    /// is not kept.
    pub fn look<T>(&self, commits: Option<u64>, f: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let Some(commits) = commits.filter(|_| self.keeps.get()) else {
            self.let_go()?;
            return f(&self.conn);
        };
        let is_fresh = |s: &Snapshot| s.commits == commits && s.taken_at.elapsed() < SNAPSHOT_LIFE;
        if !self.snapshot.get().is_some_and(|s| is_fresh(&s)) {
            self.let_go()?;
            self.conn.step("begin")?;
            self.snapshot.set(Some(Snapshot { commits, taken_at: Instant::now() }));
        }
        let result = f(&self.conn);
        if result.is_err() {
            self.let_go()?;
        }
        result
    }

    /// Keeps snapshots, and has answers sent to `mailbox`, until the guard is dropped. Until then the caller lets go of
    /// snapshots within [`SNAPSHOT_LIFE`] or so.
    pub fn attend(&self, mailbox: Mailbox) -> Attending<'_> {
        self.keeps.set(true);
        *self.mailbox.borrow_mut() = Some(mailbox);
        Attending(self)
    }

    /// Where this thread takes in answers, if it attends to the engine of this number.
    pub fn mailbox(engine: u64) -> Option<Mailbox> {
        PEEKERS.with_borrow(|mine| {
            let (_, peeker) = mine.iter().find(|(number, _)| *number == engine)?;
            peeker.mailbox.borrow().clone()
        })
    }

    /// Ends the snapshot, if there is one.
    pub fn let_go(&self) -> Result<()> {
        match self.snapshot.take() {
            Some(_) if self.conn.in_transaction() => self.conn.step("rollback"),
            _ => Ok(()),
        }
    }
}
