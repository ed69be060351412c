//! `keywright.service`: how exposed systemd finds it, and whether the server can live with what the unit denies.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use super::text;
use crate::support::cluster::{as_user, unprivileged};
use crate::support::server::{KEYWRIGHT, Server, clean, command, has, key, product};
use crate::support::{Engine, until};

/// The most that security.md allows.
const MOST_EXPOSURE: f64 = 1.5;

fn run(program: &str, args: &[&str]) -> Output {
    Command::new(program)
        .args(args)
        .env("SYSTEMD_COLORS", "0")
        .output()
        .unwrap_or_else(|e| panic!("{program}: {e}; tests/run installs it"))
}

fn lines_of(name: &str) -> Vec<String> {
    let start = format!("{name}=");
    text("keywright.service").lines().filter_map(|l| l.strip_prefix(&start)).map(str::to_owned).collect()
}

#[test]
fn systemd_finds_it_hardly_exposed() {
    let path = super::folder().join("keywright.service");
    let output =
        run("systemd-analyze", &["security", "--offline=true", "--no-pager", path.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stdout);
    let overall =
        said.lines().find_map(|line| line.split_once("Overall exposure level for keywright.service: "));
    let (_, level) = overall.unwrap_or_else(|| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)));
    let level: f64 = level.split(' ').next().unwrap().parse().unwrap();
    assert!(level <= MOST_EXPOSURE, "exposure {level}:\n{said}");
}

/// The system calls of a set such as `@system-service`, by systemd's own list.
fn calls_of(set: &str) -> BTreeSet<String> {
    let output = run("systemd-analyze", &["syscall-filter", "--no-pager", set]);
    assert!(output.status.success(), "{set}: {}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let mut calls = BTreeSet::new();
    for item in said.lines().skip(1).map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        if item.starts_with('@') {
            calls.extend(calls_of(item));
        } else {
            calls.insert(item.to_owned());
        }
    }
    calls
}

/// What the unit's `SystemCallFilter` lines leave.
fn allowed() -> BTreeSet<String> {
    let mut calls = BTreeSet::new();
    for line in lines_of("SystemCallFilter") {
        match line.strip_prefix('~') {
            None => line.split(' ').for_each(|set| calls.extend(calls_of(set))),
            Some(denied) => denied.split(' ').for_each(|set| {
                for call in calls_of(set) {
                    calls.remove(&call);
                }
            }),
        }
    }
    calls
}

/// A server under strace that is not root, as under systemd: SQLite calls more as root. The trace goes to `trace`.
fn traced(engine: &Engine, trace: &Path) -> Server {
    let folder = engine.folder.path();
    // The target folder may be out of another user's reach.
    let program = folder.join("keywright");
    fs::copy(KEYWRIGHT, &program).unwrap();
    if let Some((uid, gid)) = unprivileged() {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files.chain([folder.to_owned()]).for_each(|path| chown(path, Some(uid), Some(gid)).unwrap());
    }
    assert!(has("strace"), "strace; tests/run installs it");
    let mut strace = as_user(Path::new("strace"));
    clean(&mut strace);
    // -D: the server is our child and strace its grandchild, so that signals go to the server.
    strace.args(["-D", "-f", "-o"]).arg(trace).arg(program);
    strace.args(["serve", "--listen", "127.0.0.1:0", "--log", "json", "--data-dir"]).arg(folder);
    Server::spawn(strace)
}

/// A server's whole life: every system call it makes is one that the unit lets through, no memory is both written and
/// run, and no socket is of another family.
#[test]
fn the_server_lives_with_what_is_denied() {
    let engine = Engine::sqlite();
    let id = product(&engine, &[]);
    let key = key(&engine, id, &[]);
    let trace = engine.folder.path().join("trace");
    let mut server = traced(&engine, &trace);
    assert_eq!(server.call(&format!("activate&key={key}")).status, 200);
    assert_eq!(server.call(&format!("check&key={key}&usage_id=1")).status, 200);
    assert!(server.stop().success());
    until("strace has written the end", || {
        fs::read_to_string(&trace).unwrap().contains("+++ exited with 0 +++")
    });

    let allowed = allowed();
    let families = lines_of("RestrictAddressFamilies").join(" ");
    let trace = fs::read_to_string(trace).unwrap();
    let mut seen = BTreeSet::new();
    // A line is `pid call(arguments…`; the first is systemd's own execve.
    for line in trace.lines().skip(1).filter_map(|line| Some(line.split_once(' ')?.1.trim_start())) {
        let Some((call, arguments)) = line.split_once('(') else { continue };
        if !call.starts_with(|c: char| c.is_ascii_lowercase()) {
            continue;
        }
        assert!(allowed.contains(call), "the unit denies {call}: {line}");
        assert!(!arguments.contains("PROT_WRITE|PROT_EXEC"), "MemoryDenyWriteExecute: {line}");
        if call == "socket" {
            let family = arguments.split(',').next().unwrap();
            assert!(families.split(' ').any(|f| f == family), "RestrictAddressFamilies: {line}");
        }
        seen.insert(call);
    }
    assert!(seen.contains("fdatasync") || seen.contains("fsync"), "the trace saw no commit: {seen:?}");
    assert!(seen.contains("accept4"), "the trace saw no call: {seen:?}");
}

#[test]
fn systemd_hears_what_the_unit_waits_for() {
    assert_eq!(lines_of("Type"), ["notify"]);
    let limit = Duration::from_secs(lines_of("WatchdogSec")[0].parse().unwrap());
    let engine = Engine::sqlite();
    let path = engine.folder.path().join("notify");
    let systemd = UnixDatagram::bind(&path).unwrap();
    systemd.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut serve = command(&engine, &["serve", "--listen", "127.0.0.1:0", "--log", "json"]);
    serve.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", limit.as_micros().to_string());
    serve.env_remove("WATCHDOG_PID");
    let mut server = Server::spawn(serve);
    let hear = |what: &str| {
        let mut buffer = [0; 1024];
        loop {
            let n = systemd.recv(&mut buffer).unwrap_or_else(|e| panic!("{what} never came: {e}"));
            if std::str::from_utf8(&buffer[..n]).unwrap().lines().any(|line| line == what) {
                return;
            }
        }
    };
    hear("READY=1");
    hear("WATCHDOG=1");
    server.signal("TERM");
    hear("STOPPING=1");
    assert!(server.wait().success());
}
