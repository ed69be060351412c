//! A throw-away PostgreSQL cluster for this run of the tests, ended by the end of the run however that comes.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

/// The running cluster.
pub struct Cluster {
    pub port: u16,
    /// Its shell waits for the end of its standard input, which this process holds.
    _guard: Mutex<Child>,
}

/// The cluster of this run, started by the first test that asks.
pub fn get() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(start)
}

/// A new empty database; its address.
pub fn new_database() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let cluster = get();
    let name = format!("t{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut client = postgres::Client::connect(&cluster.address("postgres"), postgres::NoTls).unwrap();
    client.batch_execute(&format!("create database {name}")).unwrap();
    cluster.address(&name)
}

impl Cluster {
    /// The address of a database in it, without TLS.
    pub fn address(&self, database: &str) -> String {
        format!("postgres://keywright:secret@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }
}

/// A PostgreSQL program: on the path, or where Debian keeps them.
pub fn program(name: &str) -> PathBuf {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        debian.map(|version| version.path().join("bin").join(name)).filter(|p| p.exists()).collect();
    found.sort();
    found.pop().unwrap_or_else(|| PathBuf::from(name))
}

/// PostgreSQL refuses to run as root; then it runs as its own user, or as nobody.
pub fn unprivileged() -> Option<(u32, u32)> {
    let me = Command::new("id").arg("-u").output().unwrap();
    if me.stdout != b"0\n" {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let ids = |user: &str| {
        let line = users.lines().find(|line| line.starts_with(&format!("{user}:")))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody"))
}

/// A command that runs as that user.
pub fn as_user(program: &Path) -> Command {
    let mut command = Command::new(program);
    if let Some((uid, gid)) = unprivileged() {
        command.uid(uid).gid(gid);
    }
    command
}

fn start() -> Cluster {
    let folder = tempfile::Builder::new().prefix("keywright-pg-").tempdir().unwrap().keep();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    if let Some((uid, gid)) = unprivileged() {
        std::os::unix::fs::chown(&folder, Some(uid), Some(gid)).unwrap();
    }
    let data = folder.join("data");
    let password = folder.join("password");
    fs::write(&password, "secret").unwrap();
    fs::set_permissions(&password, fs::Permissions::from_mode(0o644)).unwrap();
    let made = as_user(&program("initdb"))
        .args(["--auth=scram-sha-256", "--username=keywright", "--encoding=UTF8", "--locale=C", "--no-sync"])
        .arg(format!("--pwfile={}", password.display()))
        .arg(&data)
        .current_dir(&folder)
        .output()
        .expect("PostgreSQL's initdb; tests/run installs it");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let port = free_port();
    // fsync is off: these tests kill keywright, not PostgreSQL.
    let settings = format!(
        "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{}'\nmax_connections = 300\n\
         shared_buffers = '64MB'\nfsync = off\nlogging_collector = off\n",
        folder.display()
    );
    fs::write(data.join("postgresql.auto.conf"), settings).unwrap();
    let script = format!(
        "'{}' -D '{}' </dev/null >'{}' 2>&1 & pid=$!; echo started; read -r _; kill -INT $pid; wait $pid; rm -rf '{}'",
        program("postgres").display(),
        data.display(),
        folder.join("log").display(),
        folder.display()
    );
    let mut guard = as_user(Path::new("sh"))
        .args(["-c", &script])
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap();
    BufReader::new(guard.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    let cluster = Cluster { port, _guard: Mutex::new(guard) };
    let address = cluster.address("postgres");
    super::until("PostgreSQL answers", || postgres::Client::connect(&address, postgres::NoTls).is_ok());
    cluster
}

/// A port nobody listens on now, and that stays free: none of those that connections to elsewhere take, and none twice.
pub fn free_port() -> u16 {
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    // Another run of the tests begins elsewhere.
    let first = std::process::id() * 97;
    loop {
        let nth = first.wrapping_add(TAKEN.fetch_add(1, Ordering::Relaxed)) % 20_000;
        let port = 12_000 + u16::try_from(nth).unwrap();
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
