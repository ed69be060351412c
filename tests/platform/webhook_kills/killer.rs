//! A receiver that kills the server which tells it, at the step that it is armed for.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::server::Server;
use crate::support::{Engine, block_on, hook};
use keywright::store::database_file;

/// Where a delivery is when its server dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Committed, and nobody has looked.
    Waiting,
    /// Taken, and the other side's machine does not answer.
    Connecting,
    /// There is a connection, and nothing was read of it.
    Connected,
    /// The receiver has all of it.
    Asked,
    /// The receiver has begun to answer.
    HalfAnswered,
    /// The receiver has just answered.
    Answered,
    /// The answer is read, and what came of it cannot be written yet.
    Settling,
    /// Many are under way: some answered, some not.
    Among,
    /// The receiver has all of it, and does not answer for as long as there is a connection.
    Held,
}

/// An event at an endpoint.
pub type Told = (String, i64);

/// Who is told, and kills.
pub struct Killer {
    /// What is done at which step, to which process; taken by whoever does it.
    armed: Mutex<Option<(Step, u32)>>,
    /// Calls that are answered before, of those that come among many.
    spared: Mutex<usize>,
    /// All that was read, body by body, with the time.
    pub got: Mutex<BTreeMap<Told, Vec<(String, Instant)>>>,
    /// What was read and is not answered.
    pub held: Mutex<BTreeSet<Told>>,
    /// How to keep a server from writing.
    pub database: Database,
}

/// Where to lock what a server wants to write.
pub enum Database {
    Sqlite(std::path::PathBuf),
    Postgres(String),
}

impl Database {
    fn of(engine: &Engine) -> Self {
        match engine.name {
            "sqlite" => Self::Sqlite(database_file(engine.folder.path())),
            _ => Self::Postgres(engine.database.clone()),
        }
    }

    /// Runs statements beside the server; of one engine's or the other's.
    pub fn run(&self, sqlite: &str, postgres: &str) {
        match self {
            Self::Sqlite(file) => {
                let connection = rusqlite::Connection::open(file).unwrap();
                connection.busy_timeout(Duration::from_secs(20)).unwrap();
                connection.execute_batch(sqlite).unwrap();
            }
            Self::Postgres(address) => {
                postgres::Client::connect(address, postgres::NoTls).unwrap().batch_execute(postgres).unwrap();
            }
        }
    }

    /// Does something while nobody writes.
    pub fn locked(&self, work: impl FnOnce()) {
        match self {
            Self::Sqlite(file) => {
                let connection = rusqlite::Connection::open(file).unwrap();
                connection.busy_timeout(Duration::from_secs(20)).unwrap();
                connection.execute_batch("begin immediate").unwrap();
                work();
            }
            Self::Postgres(address) => {
                let mut client = postgres::Client::connect(address, postgres::NoTls).unwrap();
                client.batch_execute("begin; lock table webhook_delivery in exclusive mode").unwrap();
                work();
            }
        }
    }
}

impl Killer {
    pub fn new(engine: &Engine) -> Arc<Self> {
        Arc::new(Self {
            armed: Mutex::default(),
            spared: Mutex::default(),
            got: Mutex::default(),
            held: Mutex::default(),
            database: Database::of(engine),
        })
    }

    pub fn arm(&self, step: Step, server: &Server, spared: usize) {
        *self.spared.lock().unwrap() = spared;
        *self.armed.lock().unwrap() = Some((step, server.pid()));
    }

    /// Kills at this step, once. Nobody waits for a process before it is killed here, so that its number is no other's.
    pub fn kill(&self, at: Step) {
        let mut armed = self.armed.lock().unwrap();
        if let Some((_, pid)) = armed.take_if(|(step, _)| *step == at) {
            assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
        }
    }

    pub fn attend(&self, stream: &mut TcpStream) {
        self.kill(Step::Connected);
        let Some(call) = hook::read(stream) else { return };
        let told = self.note(&call);
        self.kill(Step::Asked);
        let step = self.armed.lock().unwrap().map(|(step, _)| step);
        match step {
            Some(Step::HalfAnswered) => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nse");
                self.kill(Step::HalfAnswered);
            }
            Some(Step::Settling) => self.database.locked(|| {
                hook::take(stream);
                // The server hangs up once it has the answer: then it goes to write.
                let _ = stream.read_to_end(&mut Vec::new());
                self.kill(Step::Settling);
            }),
            Some(Step::Among) => {
                let is_last = self.spared.lock().map(|mut left| {
                    *left = left.saturating_sub(1);
                    *left == 0
                });
                if is_last.unwrap() {
                    self.kill(Step::Among);
                }
                hook::take(stream);
            }
            Some(Step::Held) => {
                self.held.lock().unwrap().insert(told.clone());
                let _ = stream.read_to_end(&mut Vec::new());
                self.held.lock().unwrap().remove(&told);
            }
            _ => hook::take(stream),
        }
        self.kill(Step::Answered);
    }

    fn note(&self, call: &hook::Call) -> Told {
        let event: Value = serde_json::from_str(&call.body).unwrap();
        let id = event["id"].as_i64().unwrap();
        assert_eq!(call.headers["webhook-id"], format!("evt_{id}"));
        let told = (call.path.clone(), id);
        let mut got = self.got.lock().unwrap();
        got.entry(told.clone()).or_default().push((call.body.clone(), Instant::now()));
        told
    }
}

/// A listener that takes no connection for now: its queue is full.
pub struct Deaf {
    pub listener: TcpListener,
    pub queued: Vec<TcpStream>,
}

impl Deaf {
    pub fn open() -> Self {
        let listen = async {
            let socket = actix_web::rt::net::TcpSocket::new_v4()?;
            socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
            socket.listen(0)?.into_std()
        };
        let listener = block_on(listen).unwrap();
        listener.set_nonblocking(false).unwrap();
        let (address, mut queued) = (listener.local_addr().unwrap(), Vec::new());
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
            queued.push(stream);
        }
        Self { listener, queued }
    }

    pub fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }

    /// Whether somebody's machine has asked for a connection and waits (`SYN_SENT` in the kernel's table).
    pub fn is_asked(&self) -> bool {
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
        let remote = format!("0100007F:{:04X}", self.address().port());
        table.lines().any(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            fields.len() > 3 && fields[2] == remote && fields[3] == "02"
        })
    }
}
