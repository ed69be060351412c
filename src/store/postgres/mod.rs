//! The PostgreSQL engine: a crew of threads, each with one connection, pulling jobs off one queue.
//!
//! The synchronous client panics inside an async task, so these threads are its only home. A write is SERIALIZABLE
//! and run again as a whole when PostgreSQL finds a clash. A job whose connection ends before its commit is run again on another.

mod address;
mod dump;
mod queue;
mod session;
mod tools;
mod worker;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

pub use self::address::Address;
pub(super) use self::dump::{assert_empty, check_dump, dump, load};
use self::queue::Queue;
pub(super) use self::session::{Session, cell};
use self::worker::Worker;
use super::job::{self, Job, Mode};
use super::tx::{Conn, Tx};
use super::{Options, schema};
use crate::base::dice::Dice;
use crate::base::error::{Error, Result};
use crate::base::time::{Clock, Millis};

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
    /// Held once more for each connection.
    connections: Arc<()>,
}

impl Shared {
    fn now(&self) -> Millis {
        self.clock.now().max(self.last_at.load(Ordering::Acquire))
    }

    /// Whether any thread has a connection, or is about to have one, as far as is known.
    fn is_connected(&self) -> bool {
        Arc::strong_count(&self.connections) > 1
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
                let worker = Worker::new(shared.clone());
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
        connections: Arc::default(),
    };
    Ok((Arc::new(shared), options.connections.max(1), version))
}
