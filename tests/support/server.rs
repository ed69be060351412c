//! The real binary, started the way a user starts it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::Value;

use super::Engine;

/// The binary under test.
pub const KEYWRIGHT: &str = env!("CARGO_BIN_EXE_keywright");

/// The address of the licence API.
pub const API: &str = "/applications/softwaremarketplace/interface/licenses/index.php";

/// A running server. It is killed when dropped.
pub struct Server {
    pub address: SocketAddr,
    child: Child,
    /// What it wrote to standard error.
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

/// A command on an engine's data, with a clean environment.
pub fn command(engine: &Engine, args: &[&str]) -> Command {
    let mut command = Command::new(KEYWRIGHT);
    clean(&mut command);
    command.args(args).arg("--data-dir").arg(engine.folder.path()).args(["--database", &engine.database]);
    command
}

/// `serve` on a free port without rate limits.
pub fn serving(engine: &Engine) -> Command {
    let off = ["--licence-rate", "0", "--licence-failure-rate", "0"];
    command(engine, &[&["serve", "--listen", "127.0.0.1:0", "--log", "json"], &off[..]].concat())
}

/// Takes keywright's own variables out of a command's environment.
pub fn clean(command: &mut Command) {
    for (name, _) in std::env::vars() {
        if name.starts_with("KEYWRIGHT_") {
            command.env_remove(name);
        }
    }
}

/// Runs a command to its end.
pub fn cli(engine: &Engine, args: &[&str]) -> Output {
    command(engine, args).output().unwrap()
}

/// Runs a command that must succeed, with `--json`; what it printed.
pub fn json(engine: &Engine, args: &[&str]) -> Value {
    let output = command(engine, args).arg("--json").output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{args:?}: {e}"))
}

/// Lets a key of an old service in, as its owner does: `api-key adopt`, which reads it from its input.
pub fn adopt(engine: &Engine, args: &[&str], key: &str) -> Output {
    let mut command = command(engine, &[&["api-key", "adopt", "--json"], args].concat());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(format!("{key}\n").as_bytes());
    child.wait_with_output().unwrap()
}

impl Server {
    /// Starts `serve` on a free port without rate limits, and waits until it listens.
    pub fn start(engine: &Engine, args: &[&str]) -> Self {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0", "--log", "json"];
        for off in ["--licence-rate", "--licence-failure-rate"] {
            if !args.contains(&off) {
                all.extend([off, "0"]);
            }
        }
        all.extend(args);
        Self::spawn(command(engine, &all))
    }

    /// Whether the process has ended by itself.
    pub fn is_gone(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Starts a prepared command and waits until it listens.
    pub fn spawn(command: Command) -> Self {
        Self::try_spawn(command).unwrap_or_else(|said| panic!("the server did not start: {said}"))
    }

    /// As [`Self::spawn`]; what a server said that did not start.
    pub fn try_spawn(mut command: Command) -> Result<Self, String> {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let (mut said, mut address) = (String::new(), None);
        while address.is_none() {
            let mut line = String::new();
            if stderr.read_line(&mut line).unwrap() == 0 {
                child.wait().unwrap();
                return Err(said);
            }
            let parsed: Value = serde_json::from_str(&line).unwrap_or_default();
            address = parsed["listen"].as_str().and_then(|text| text.parse().ok());
            said.push_str(&line);
        }
        let log = Arc::new(Mutex::new(said));
        let into = log.clone();
        let reader = std::thread::spawn(move || {
            let mut line = String::new();
            while stderr.read_line(&mut line).is_ok_and(|n| n > 0) {
                into.lock().unwrap().push_str(&line);
                line.clear();
            }
            let _ = stderr.read_to_string(&mut line);
        });
        Ok(Self { address: address.unwrap(), child, log, reader: Some(reader) })
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What the server has written to standard error so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Sends a signal by name, such as `TERM`.
    pub fn signal(&self, name: &str) {
        assert!(
            Command::new("kill")
                .arg(format!("-{name}"))
                .arg(self.pid().to_string())
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits for the process to end by itself.
    pub fn wait(&mut self) -> ExitStatus {
        let status = self.child.wait().unwrap();
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        status
    }

    /// Asks the server to stop, and waits until it has.
    pub fn stop(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.wait()
    }

    /// A licence call by GET; `query` begins with the action.
    pub fn call(&self, query: &str) -> super::http::Answer {
        super::http::get(self.address, &format!("{API}?{query}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes a product with the licence API on; its id.
pub fn product(engine: &Engine, args: &[&str]) -> i64 {
    let mut all = vec!["product", "create", "--title", "Test product", "--api", "on"];
    all.extend(args);
    json(engine, &all)["id"].as_i64().unwrap()
}

/// Issues a licence; what the command printed.
pub fn issue(engine: &Engine, product: i64, args: &[&str]) -> Value {
    let id = product.to_string();
    let mut all = vec!["licence", "issue", "--product", &id];
    if !args.contains(&"--email") {
        all.extend(["--email", "buyer@customer.example"]);
    }
    all.extend(args);
    json(engine, &all)
}

/// The key of a freshly issued licence.
pub fn key(engine: &Engine, product: i64, args: &[&str]) -> String {
    issue(engine, product, args)["key"].as_str().unwrap().to_owned()
}

/// Whether a program is there.
pub fn has(program: &str) -> bool {
    Path::new(program).is_absolute() && Path::new(program).exists()
        || std::env::var("PATH")
            .unwrap_or_default()
            .split(':')
            .any(|dir| Path::new(dir).join(program).exists())
}
