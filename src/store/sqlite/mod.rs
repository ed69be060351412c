//! The SQLite engine: one writing thread with group commit, a pool of readers, and a reader on each worker thread.

mod checkpointer;
mod connection;
mod copy;
mod peeker;
mod readers;
mod witness;
mod writer;

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, watch};

use self::checkpointer::Checkpointer;
use self::connection::Role;
pub(super) use self::connection::{Connection, cell};
pub(super) use self::copy::{check_copy, copy, put_in_place};
use self::peeker::Peeker;
use self::readers::Readers;
use self::writer::{Message, Writer};
use super::job::{self, Job, Mode};
use super::tx::{Conn, Tx};
use super::{Changes, Options, schema};
use crate::base::dice::Dice;
use crate::base::error::{Error, Kind, Result};
use crate::base::time::{Clock, Millis};

/// Writes that may wait; one more is told to come back later.
const QUEUE: usize = 4_096;
/// Versions 3.7.0 to 3.51.2 can corrupt a database when a write-ahead log is reset.
const OLDEST_SOUND: i32 = 3_051_003;

/// The number of the next engine.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// When SQLite syncs its write-ahead log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// At every commit: a power cut loses nothing that was acknowledged.
    Full,
    /// At checkpoints only: a power cut loses acknowledged commits. For the proof of the former.
    Normal,
}

/// What all threads of one engine share.
pub(super) struct Shared {
    clock: Clock,
    dice: Dice,
    /// The latest instant decided by, as `house.last_at` holds it.
    last_at: AtomicI64,
    /// Commits that were seen here: a snapshot from before the latest is not looked into again.
    commits: AtomicU64,
    changes: Arc<Changes>,
    /// Threads that look for what other processes commit; without one, nothing may be remembered.
    attending: AtomicUsize,
    waiting: AtomicUsize,
    failure: watch::Sender<Option<String>>,
    /// The write-ahead log wants to begin anew, which it can only when nobody holds a snapshot for long.
    log_is_long: AtomicBool,
}

impl Shared {
    fn now(&self) -> Millis {
        self.clock.now().max(self.last_at.load(Ordering::Acquire))
    }

    /// Tells the process to end, with the first reason there was.
    pub(super) fn give_up(&self, why: &str) {
        let is_news = self.failure.send_if_modified(|told| {
            let is_news = told.is_none();
            told.get_or_insert_with(|| why.to_owned());
            is_news
        });
        if is_news {
            tracing::error!(error = why, "the database cannot be trusted any more; stopping");
        }
    }

    /// An error once the disk has failed: nothing is acknowledged after that.
    fn still_trusted(&self) -> Result<()> {
        match &*self.failure.borrow() {
            Some(why) => {
                Err(Error::new(Kind::Unknown, format!("the change may or may not be stored: {why}")))
            }
            None => Ok(()),
        }
    }

    /// Snapshots first: what is looked up after the change has its number must not come from an older one.
    fn others_committed(&self) {
        self.commits.fetch_add(1, Ordering::SeqCst);
        self.changes.anything();
    }
}

/// Counts as one while it lives.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn one(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// An open SQLite database.
pub(super) struct Engine {
    /// Distinguishes engines in the per-thread readers.
    number: u64,
    file: PathBuf,
    shared: Arc<Shared>,
    jobs: SyncSender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
    readers: Arc<Readers>,
}

/// The version of the SQLite inside.
pub(super) fn version() -> &'static str {
    rusqlite::version()
}

impl Engine {
    pub fn open(folder: &Path, options: Options) -> Result<Self> {
        if rusqlite::version_number() < OLDEST_SOUND {
            return Err(Error::broken(format!(
                "SQLite {} can corrupt its write-ahead log; keywright needs 3.51.3 or later",
                version()
            )));
        }
        make_folder(folder)?;
        let file = super::database_file(folder);
        // Before the database is read: another process may commit in between, and then the database is ahead, as it should be.
        let acknowledged = witness::read(folder)?;
        let mut conn = Connection::open(&file, Role::Writer(options.synchronous))?;
        conn.assert_ours()?;
        let mut tx = Tx::new(Conn::Sqlite(&conn), options.clock.now(), &options.dice);
        conn.batch("begin immediate")?;
        schema::settle(&mut tx, &schema::sqlite(), options.upgrade)?;
        conn.batch("commit")?;
        let (seq, last_at) = tx.one("select commit_seq, last_at from house where id = 1", &[], |row| {
            Ok((row.get::<i64>(0)?, row.get::<i64>(1)?))
        })?;
        witness::compare(folder, acknowledged, seq, options.accept_rollback)?;
        let witness = witness::open(folder, seq)?;

        let changes = Arc::new(Changes::new(seq));
        let hooked = changes.clone();
        conn.on_row_change(move |table, id| hooked.row(table, id))?;
        let shared = Arc::new(Shared {
            clock: options.clock,
            dice: options.dice,
            last_at: AtomicI64::new(last_at),
            commits: AtomicU64::new(0),
            changes: changes.clone(),
            attending: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            failure: watch::channel(None).0,
            log_is_long: AtomicBool::new(false),
        });
        let (jobs, inbox) = sync_channel(QUEUE);
        let checkpointer = Checkpointer::start(&file, shared.clone())?;
        let writer = Writer { checkpointer, conn, inbox, shared: shared.clone(), witness };
        let thread = std::thread::Builder::new()
            .name("keywright-writer".into())
            .spawn(move || writer.run())
            .map_err(|e| Error::broken(format!("no thread for the database writer: {e}")))?;
        let readers = Arc::new(Readers::new(file.clone(), options.connections.max(1)));
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(Self { number, file, shared, jobs, thread: Mutex::new(Some(thread)), readers })
    }

    pub fn peek<T>(&self, mut f: impl FnMut(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let shared = &self.shared;
        let commits = shared.commits.load(Ordering::SeqCst);
        let may_keep = !shared.log_is_long.load(Ordering::Relaxed);
        self.peeker()?.look(may_keep.then_some(commits), |conn| {
            f(&mut Tx::new(Conn::Sqlite(conn), self.shared.now(), &self.shared.dice))
        })
    }

    /// Has a reading job run where blocking is allowed.
    pub fn read(&self, job: Box<dyn Job>) -> Result<()> {
        self.readers.submit(&self.shared, job)
    }

    /// Hands a writing job to the writer.
    pub fn write(&self, job: Box<dyn Job>) -> Result<()> {
        self.shared.waiting.fetch_add(1, Ordering::Relaxed);
        self.jobs.try_send(Message::Job(job, Peeker::mailbox(self.number))).map_err(|refused| {
            self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
            match refused {
                TrySendError::Full(_) => {
                    Error::new(Kind::Busy, "too many changes are waiting; try again in a second")
                }
                TrySendError::Disconnected(_) => Error::new(Kind::Unavailable, "the database is closed"),
            }
        })
    }

    pub fn failure(&self) -> watch::Receiver<Option<String>> {
        self.shared.failure.subscribe()
    }

    #[expect(clippy::cast_precision_loss, reason = "a share of at most 4,096")]
    pub fn pressure(&self) -> f64 {
        self.shared.waiting.load(Ordering::Relaxed) as f64 / QUEUE as f64
    }

    pub fn close(&self) {
        // A failed send means that the writer has ended already.
        drop(self.jobs.send(Message::Stop));
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            drop(thread.join());
        }
    }

    pub async fn check(&self) -> Result<Vec<String>> {
        let lines = |tx: &mut Tx<'_>| tx.all("pragma integrity_check", &[], |row| row.get::<String>(0));
        let (job, answer) = job::call("check", Mode::Read, lines);
        self.read(job)?;
        job::answer(answer).await.map(|lines| lines.into_iter().filter(|line| line != "ok").collect())
    }

    pub fn plan(&self, sql: &str) -> Result<Vec<String>> {
        self.peeker()?.conn.plan(sql)
    }

    /// Lets this thread's looks share a snapshot, lets go of it in time, takes in the answers to this thread's jobs, and
    /// notices what other processes commit. Runs until it is dropped.
    pub async fn attend(&self) -> Result<()> {
        let peeker = self.peeker()?;
        let (mailbox, mut answers) = mpsc::unbounded_channel();
        let _attending = peeker.attend(mailbox);
        let mut counted = None;
        let mut ticks = tokio::time::interval(peeker::SNAPSHOT_LIFE);
        loop {
            tokio::select! {
                Some(settled) = answers.recv() => {
                    for (job, outcome) in settled {
                        job.settle(outcome);
                    }
                    continue;
                }
                _ = ticks.tick() => {}
            }
            peeker.let_go()?;
            let seq =
                self.peek(|tx| tx.one("select commit_seq from house where id = 1", &[], |row| row.get(0)))?;
            if self.shared.changes.is_by_others(seq) {
                self.shared.others_committed();
            }
            peeker.let_go()?;
            // Only now: what was committed while nobody attended is noticed.
            counted.get_or_insert_with(|| Counted::one(&self.shared.attending));
        }
    }

    pub fn changes(&self) -> Option<(&Changes, Millis)> {
        let is_attended = self.shared.attending.load(Ordering::SeqCst) > 0;
        is_attended.then(|| (&*self.shared.changes, self.shared.now()))
    }

    fn peeker(&self) -> Result<Rc<Peeker>> {
        Peeker::mine(self.number, &self.file)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.close();
    }
}

/// Makes the data folder, for its owner only, when it is not there.
pub fn make_folder(folder: &Path) -> Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|e| {
        Error::refused(format!(
            "the data folder {} cannot be made: {e}. Choose another with --data-dir, or give this user the right to write there",
            folder.display()
        ))
    })
}
