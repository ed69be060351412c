//! The PostgreSQL engine: a crew of threads, each with one connection, pulling jobs off one queue.
//!
//! The synchronous client panics inside an async task, so these threads are its only home. A write is SERIALIZABLE
//! and run again as a whole when PostgreSQL finds a clash.

mod address;
mod dump;
mod queue;
mod session;
mod tools;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub use self::address::Address;
pub(super) use self::dump::{assert_empty, check_dump, dump, load};
use self::queue::Queue;
pub(super) use self::session::{Session, cell};
use super::job::{self, Job, Mode};
use super::tx::{Conn, Tx};
use super::{Options, schema};
use crate::base::dice::Dice;
use crate::base::error::{Error, Kind, Result};
use crate::base::time::{Clock, Millis};

/// How often and how long a clashing write is run before its caller is told to come back. Time alone counts for little on a busy
/// machine, and so do tries: three who want one row each lose two of three.
const TRIES: u32 = 10;
const PATIENCE: Duration = Duration::from_secs(5);
/// From so many clashes on, the pauses grow no longer.
const LONGEST_PAUSE: u32 = 20;
/// After a failed connect, calls are refused at once for this long rather than each waiting for its own time-out.
const REST: Duration = Duration::from_millis(500);

/// An open PostgreSQL database.
pub(super) struct Crew {
    queue: Arc<Queue>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    version: String,
}

/// A way to the crew for those who do not wait for an answer. It keeps nobody from closing.
#[derive(Clone)]
pub(super) struct Way(Arc<Queue>);

impl Way {
    /// Queues a look-up.
    pub fn send<F>(&self, f: F) -> Result<()>
    where
        F: FnMut(&mut Tx<'_>) -> Result<()> + Send + 'static,
    {
        let (job, _) = job::call("peek", Mode::Peek, f);
        self.0.push(job)
    }
}

/// What all threads of one crew share.
struct Shared {
    address: Address,
    clock: Clock,
    dice: Dice,
    /// The latest instant decided by that this process knows of.
    last_at: AtomicI64,
}

impl Shared {
    fn now(&self) -> Millis {
        self.clock.now().max(self.last_at.load(Ordering::Acquire))
    }
}

impl Crew {
    pub fn open(address: &Address, options: Options) -> Result<Self> {
        let address = address.clone();
        // The client panics in an async task, and the caller may be one.
        let opened = std::thread::spawn(move || open(&address, options)).join();
        let (shared, size, version) = opened.unwrap_or_else(|_| Err(Error::broken("connecting panicked")))?;
        let queue = Arc::new(Queue::default());
        let threads = (0..size)
            .map(|n| {
                let worker = Worker { shared: shared.clone(), session: None, resting: None };
                let queue = queue.clone();
                std::thread::Builder::new()
                    .name(format!("keywright-pg-{n}"))
                    .spawn(move || worker.run(&queue))
            })
            .collect::<std::io::Result<Vec<_>>>()
            .map_err(|e| Error::broken(format!("no thread for a database connection: {e}")))?;
        Ok(Self { queue, threads: Mutex::new(threads), version })
    }

    pub async fn call<T, F>(&self, name: &'static str, mode: Mode, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (job, answer) = job::call(name, mode, f);
        self.push(job)?;
        job::answer(answer).await
    }

    /// Hands a job to the crew.
    pub fn push(&self, job: Box<dyn Job>) -> Result<()> {
        self.queue.push(job)
    }

    pub fn way(&self) -> Way {
        Way(self.queue.clone())
    }

    pub fn version(&self) -> &str {
        &self.version
    }

    pub fn pressure(&self) -> f64 {
        self.queue.pressure()
    }

    pub fn close(&self) {
        self.queue.close();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            drop(thread.join());
        }
    }

    /// What PostgreSQL's settings say about durability.
    pub async fn check(&self) -> Result<Vec<String>> {
        let sql = "select name || ' is off on the server: a power cut can lose or damage data' from pg_settings \
                   where name in ('fsync', 'full_page_writes') and setting = 'off'";
        self.call("check", Mode::Read, move |tx| tx.all(sql, &[], |row| row.get(0))).await
    }

    pub async fn plan(&self, sql: String) -> Result<Vec<String>> {
        // Bound values are not known here; a generic plan needs none.
        let explain = format!("explain (generic_plan) {sql}");
        let prepare = format!("prepare keywright_plan as {sql}");
        self.call("plan", Mode::Read, move |tx| {
            if tx.one("show server_version_num", &[], |row| row.get::<String>(0))?.parse().unwrap_or(0)
                >= 160_000
            {
                return tx.all(&explain, &[], |row| row.get(0));
            }
            tx.batch(&prepare)?;
            tx.batch("deallocate keywright_plan")?;
            Ok(Vec::new())
        })
        .await
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.close();
    }
}

/// Connects once, settles the schema, and reads what the crew needs to know.
fn open(address: &Address, options: Options) -> Result<(Arc<Shared>, usize, String)> {
    let mut session = Session::connect(address)?;
    // Two processes may start at once; the lock is released by the commit. Its number is `keyw` in ASCII.
    session.batch("begin isolation level read committed; select pg_advisory_xact_lock(1801812343)")?;
    let now = options.clock.now();
    let mut tx = Tx::new(Conn::Postgres(&mut session), now, &options.dice);
    schema::settle(&mut tx, &schema::postgres(), options.upgrade)?;
    let last_at = tx.one("select last_at from house where id = 1", &[], |row| row.get::<i64>(0))?;
    let version = tx.one("show server_version", &[], |row| row.get::<String>(0))?;
    session.batch("commit")?;
    let version = version.split_whitespace().next().unwrap_or_default().to_owned();
    let shared = Shared {
        address: address.clone(),
        clock: options.clock,
        dice: options.dice,
        last_at: AtomicI64::new(last_at),
    };
    Ok((Arc::new(shared), options.connections.max(1), version))
}

/// One thread of the crew.
struct Worker {
    shared: Arc<Shared>,
    session: Option<Session>,
    /// Until when connecting is not tried again, and why it failed.
    resting: Option<(Instant, Error)>,
}

impl Worker {
    fn run(mut self, queue: &Queue) {
        while let Some(mut job) = queue.pull() {
            let begun = Instant::now();
            let outcome = self.work(job.as_mut());
            if job.mode() == Mode::Write {
                metrics::histogram!("keywright_write_seconds", "job" => job.name()).record(begun.elapsed());
            }
            job.settle(outcome);
        }
    }

    /// Runs a job until it is committed, refused, or beyond help. `Ok` means: answer with what it kept.
    fn work(&mut self, job: &mut dyn Job) -> Result<()> {
        let mut reconnected = false;
        let (mut clashes, begun) = (0, Instant::now());
        loop {
            self.connect()?;
            match self.attempt(job) {
                Attempt::Done => return Ok(()),
                Attempt::Undone(e) if e.kind == Kind::Clash => {
                    clashes += 1;
                    if clashes >= TRIES && begun.elapsed() > PATIENCE {
                        return Err(Error::new(
                            Kind::Busy,
                            "too many changes to the same rows at once; try again",
                        ));
                    }
                    self.pause(clashes);
                }
                // A connection that died of old age, such as after a restart of the server, is replaced once.
                Attempt::Undone(e) if e.kind == Kind::Unavailable && !reconnected => {
                    reconnected = true;
                    self.session = None;
                }
                Attempt::Undone(e) if e.kind == Kind::Unavailable => {
                    self.session = None;
                    return Err(e);
                }
                Attempt::Undone(e) => return Err(e),
                Attempt::Unknown(e) => {
                    self.session = None;
                    return Err(Error::new(
                        Kind::Unknown,
                        format!(
                            "the connection broke during the commit, so the change may or may not be stored: {e}"
                        ),
                    ));
                }
            }
        }
    }

    fn connect(&mut self) -> Result<()> {
        if self.session.as_ref().is_some_and(|s| !s.is_closed()) {
            return Ok(());
        }
        if let Some((until, e)) = &self.resting
            && Instant::now() < *until
        {
            return Err(e.clone());
        }
        match Session::connect(&self.shared.address) {
            Ok(session) => {
                self.session = Some(session);
                self.resting = None;
                Ok(())
            }
            Err(e) => {
                tracing::error!(error = %e, "no connection to PostgreSQL");
                self.resting = Some((Instant::now() + REST, e.clone()));
                Err(e)
            }
        }
    }

    fn attempt(&mut self, job: &mut dyn Job) -> Attempt {
        let Some(session) = &mut self.session else {
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
                    self.session = None;
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
                    self.session = None;
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
