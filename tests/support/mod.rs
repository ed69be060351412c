//! What tests stand on: both engines for real, the real binary, raw HTTP.

pub mod cluster;
pub mod described;
pub mod disk;
pub mod hook;
pub mod http;
pub mod keys;
pub mod server;
pub mod small_disk;
pub mod strace;
pub mod uses;
pub mod world;

use std::future::Future;

use keywright::base::dice::Dice;
use keywright::base::time::Clock;
use keywright::store::{Options, Place, Store};
use tempfile::TempDir;

/// 2026-01-01T00:00:00Z, when manual clocks begin.
pub const NEW_YEAR: i64 = 1_767_225_600_000;

/// An empty database on one engine, thrown away in the end.
pub struct Engine {
    pub name: &'static str,
    /// The value of `--database`.
    pub database: String,
    pub folder: TempDir,
}

impl Engine {
    pub fn sqlite() -> Self {
        Self { name: "sqlite", database: "sqlite".into(), folder: tempfile::tempdir().unwrap() }
    }

    pub fn postgres() -> Self {
        Self { name: "postgres", database: cluster::new_database(), folder: tempfile::tempdir().unwrap() }
    }

    pub fn place(&self) -> Place {
        match self.name {
            "sqlite" => Place::Folder(self.folder.path().to_owned()),
            _ => Place::Postgres(Box::new(self.database.parse().unwrap())),
        }
    }

    /// A store as a server has it.
    pub fn system_store(&self) -> Store {
        Store::open(Options { connections: 2, ..Options::new(self.place()) }).unwrap()
    }

    /// A store with a manual clock at [`NEW_YEAR`] and dice that fall the same way each time.
    pub fn store(&self) -> (Store, Clock) {
        let clock = Clock::manual(NEW_YEAR);
        let options = Options { clock: clock.clone(), dice: Dice::seeded(7), ..Options::new(self.place()) };
        (Store::open(options).unwrap(), clock)
    }
}

/// Both engines, each empty.
pub fn engines() -> [Engine; 2] {
    [Engine::sqlite(), Engine::postgres()]
}

/// Waits for a future on this thread.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Waits for something to become true, looking every few milliseconds; gives up loudly after half a minute.
pub fn until(what: &str, is_so: impl FnMut() -> bool) {
    until_within(30, what, is_so);
}

/// As [`until`], for what takes longer, in seconds.
pub fn until_within(most: u64, what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed().as_secs() < most, "waited in vain: {what}");
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
}

/// A thread that attends to a store for as long as this lives, as a server's workers do.
pub struct Attending(Option<tokio::sync::oneshot::Sender<()>>, Option<std::thread::JoinHandle<()>>);

/// Attends to a store, and returns once it does.
pub fn attended(store: &Store) -> Attending {
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let attending = store.clone();
    let thread = std::thread::spawn(move || {
        block_on(async {
            tokio::select! {
                ended = attending.attend() => ended.unwrap(),
                _ = stopped => {}
            }
        });
    });
    if store.engine().starts_with("SQLite") {
        until("a thread attends", || store.changes().is_some());
    }
    Attending(Some(stop), Some(thread))
}

impl Drop for Attending {
    fn drop(&mut self) {
        self.0 = None;
        if let Some(thread) = self.1.take() {
            thread.join().unwrap();
        }
    }
}
