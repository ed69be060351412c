//! The processes under test, and what the system knows of them.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Outcome, say};

/// A running server. It is killed when dropped.
pub struct Server {
    pub address: SocketAddr,
    child: Child,
    /// From the start of the process to the end of its first answer.
    pub first_answer: Duration,
}

/// The release binary beside this program.
pub fn keywright() -> Outcome<PathBuf> {
    let me = std::env::current_exe()?;
    let binary = me.ancestors().nth(2).unwrap_or(Path::new(".")).join("keywright");
    let Ok(built) = fs::metadata(&binary).and_then(|m| m.modified()) else {
        return Err(format!("{} is missing: run `cargo build --release` first", binary.display()).into());
    };
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    if newest(&source).is_some_and(|changed| changed > built) {
        say("load: the sources are newer than the binary: `cargo build --release` builds it anew");
    }
    Ok(binary)
}

fn newest(folder: &Path) -> Option<std::time::SystemTime> {
    fs::read_dir(folder)
        .ok()?
        .flatten()
        .filter_map(|entry| {
            if entry.path().is_dir() { newest(&entry.path()) } else { entry.metadata().ok()?.modified().ok() }
        })
        .max()
}

impl Server {
    /// Starts `keywright serve` and waits until `request` is answered.
    pub fn keywright(
        binary: &Path,
        data: &Path,
        database: Option<&str>,
        remembered: Option<u64>,
        request: &[u8],
    ) -> Outcome<Self> {
        let mut command = Command::new(binary);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KEYWRIGHT_")) {
            command.env_remove(name);
        }
        let address = free_address()?;
        command
            .args([
                "serve",
                "--licence-rate",
                "0",
                "--licence-failure-rate",
                "0",
                "--access-log",
                "off",
                "--backup-every-hours",
                "0",
                "--shopvo-search-rate",
                "0",
                "--shopvo-checkout-rate",
                "0",
                "--shopkit-hour-rate",
                "0",
                "--shoppy-rate",
                "0",
            ])
            .args(["--log", "json", "--log-level", "warn", "--database", database.unwrap_or("sqlite")])
            .arg("--data-dir")
            .arg(data)
            .args(["--listen", &address.to_string()])
            .args(remembered.map(|licences| format!("--remembered={licences}")));
        Self::start(command, address, request)
    }

    /// Starts the baseline.
    pub fn plaintext() -> Outcome<Self> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--plaintext-server", &address.port().to_string()]);
        Self::start(command, address, b"GET / HTTP/1.1\r\nHost: load\r\n\r\n")
    }

    /// Starts a command that will listen there, and waits until `request` is answered.
    pub fn start(mut command: Command, address: SocketAddr, request: &[u8]) -> Outcome<Self> {
        let begun = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let mut server = Self { address, child, first_answer: Duration::ZERO };
        while begun.elapsed() < Duration::from_mins(1) {
            if ask(address, request).is_some_and(|answer| answer.starts_with(b"HTTP/1.1 200")) {
                server.first_answer = begun.elapsed();
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("a server ended at once: {status}").into());
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        Err("a server gives no answer".into())
    }

    /// Processor time used so far, in seconds; the system counts in hundredths.
    pub fn cpu(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<f64>().ok());
        ticks.sum::<f64>() / 100.0
    }

    /// Resident memory in MiB.
    pub fn memory(&self) -> f64 {
        self.status("VmRSS:")
    }

    /// The most resident memory there has been, in MiB.
    pub fn peak(&self) -> f64 {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or_default() / 1_024.0
    }

    /// Waits until what earlier calls left behind is written: the server keeps "last checked" for up to half a minute.
    pub fn settle(&self) {
        std::thread::sleep(Duration::from_secs(31));
        self.rest();
    }

    /// Waits until the server has nothing to do.
    pub fn rest(&self) {
        // The server puts its log away when it has had nothing to do for a while.
        std::thread::sleep(Duration::from_millis(500));
        for _ in 0..100 {
            let before = self.cpu();
            std::thread::sleep(Duration::from_millis(100));
            if self.cpu() - before < 0.015 {
                return;
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ask(address: SocketAddr, request: &[u8]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    stream.write_all(request).ok()?;
    let mut answer = vec![0; 1_024];
    let length = stream.read(&mut answer).ok()?;
    answer.truncate(length);
    Some(answer)
}

/// An address of this machine that nobody listens at.
pub fn free_address() -> Outcome<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
