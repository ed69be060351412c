//! Connections: nobody who is refused loses the answer, and many of them cost little.

use crate::support::Engine;
use crate::support::http::Connection;
use crate::support::server::{API, Server};

const MIB: usize = 1_024 * 1_024;

/// Calls that are answered without a look at their body: method, query and answer.
fn early() -> [(&'static str, String, u16, &'static str); 4] {
    let refusal = |code, name| format!(r#"{{"errorCode":{code},"errorMessage":"{name}"}}"#).leak() as &str;
    let (method, malformed) = (refusal(1901, "BAD_METHOD"), refusal(1904, "BAD_REQUEST"));
    [
        ("POST", "check&key=x".into(), 429, refusal(1905, "TOO_MANY_REQUESTS")),
        ("PUT", "check&key=x".into(), 405, method),
        ("POST", "nothing".into(), 400, method),
        ("POST", format!("check&key={}", "x".repeat(9_000)), 400, malformed),
    ]
}

/// A server for a case: one that allows a call a minute, used up, where that is the case.
fn server_for(engine: &Engine, status: u16) -> Server {
    if status != 429 {
        return Server::start(engine, &[]);
    }
    let server = Server::start(engine, &["--licence-rate", "1"]);
    assert_eq!(server.call("check&key=x").status, 400);
    server
}

fn head(method: &str, target: &str, length: usize) -> Vec<u8> {
    format!("{method} {target} HTTP/1.1\r\nHost: test\r\nContent-Length: {length}\r\n\r\n").into_bytes()
}

/// The client writes all before it reads, as most do.
#[test]
fn an_early_answer_reaches_a_client_that_writes_on() {
    for (method, query, status, body) in early() {
        let engine = Engine::sqlite();
        let server = server_for(&engine, status);
        let mut connection = Connection::open(server.address);
        for round in 0..100 {
            let length = MIB + round % 2 * MIB;
            let mut bytes = head(method, &format!("{API}?{query}"), length);
            bytes.resize(bytes.len() + length, b'x');
            let answer = connection.raw(&bytes, false).unwrap_or_else(|| panic!("{status}, round {round}"));
            assert_eq!((answer.status, answer.text()), (status, body), "round {round}");
            assert_eq!(answer.header("connection"), None, "{status}, round {round}");
            let next = connection.send("GET", "/healthz", &[], b"");
            assert_eq!(next.map(|answer| answer.status), Some(200), "{status}, round {round}");
        }
    }
}

/// Half of the body comes two seconds late, to a client that gives up when it cannot write. What is read keeps its
/// connection; of what is not, only the answer is promised, and the end of the connection is announced in it.
#[test]
fn an_early_answer_reaches_a_slow_client() {
    let engine = Engine::sqlite();
    let limited = Engine::sqlite();
    let (server, limited) = (server_for(&engine, 400), server_for(&limited, 429));
    let call = |method: &str, target: &str, status: u16| {
        let mut connection = Connection::open(if status == 429 { &limited } else { &server }.address);
        connection.write(&head(method, target, 2 * MIB)).unwrap();
        connection.write(&vec![b'x'; MIB]).unwrap();
        std::thread::park_timeout(std::time::Duration::from_secs(2));
        connection.write(&vec![b'x'; MIB]).unwrap_or_else(|e| panic!("{status}: {e}"));
        let answer = connection.raw(b"", false).unwrap_or_else(|| panic!("{status}"));
        assert_eq!(answer.status, status);
        let next = connection.send("GET", "/healthz", &[], b"").map(|answer| answer.status);
        (answer.header("connection").map(str::to_owned), next)
    };
    std::thread::scope(|scope| {
        let unread = scope.spawn(|| call("POST", "/nothing/here", 404));
        let read = early().map(|(method, query, status, _)| {
            let call = &call;
            scope.spawn(move || call(method, &format!("{API}?{query}"), status))
        });
        for client in read {
            assert_eq!(client.join().unwrap(), (None, Some(200)));
        }
        assert_eq!(unread.join().unwrap(), (Some("close".into()), None));
    });
}

/// Lets a process have this many open files and sockets, if it may have no more yet.
fn allow_files(pid: u32, most: usize) {
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let now = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    let now = now.split_whitespace().next().unwrap();
    if now == "unlimited" || now.parse::<usize>().unwrap() >= most {
        return;
    }
    let mut prlimit = std::process::Command::new("prlimit");
    prlimit.args(["--pid", &pid.to_string(), &format!("--nofile={most}:")]);
    assert!(
        prlimit.status().expect("prlimit of util-linux").success(),
        "no {most} files: raise the hard limit"
    );
}

/// The memory in MB that a process has for itself: not the program's own text, which is many times larger in a build with debug information.
fn resident(pid: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let size = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    size.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1_024 / 1_000_000
}

#[test]
fn ten_thousand_idle_connections_fit_into_150_mb() {
    const MANY: usize = 10_000;
    let engine = Engine::sqlite();
    let server = Server::start(&engine, &[]);
    allow_files(std::process::id(), MANY + 2_000);
    allow_files(server.pid(), MANY + 2_000);
    let before = resident(server.pid());
    let target = format!("{API}?check&key=x");
    // An answer that was read leaves the connection idle.
    let mut idle: Vec<Connection> = (0..MANY)
        .map(|n| {
            let mut connection = Connection::open(server.address);
            let answer = connection.send("GET", &target, &[], b"");
            assert_eq!(answer.unwrap_or_else(|| panic!("connection {n}")).status, 400);
            connection
        })
        .collect();
    let sockets = std::fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap().count();
    let now = resident(server.pid());
    println!("{MANY} idle connections: {before} MB before, {now} MB with them");
    assert!(sockets > MANY, "{sockets} are open");
    assert!(now <= 150, "{now} MB");
    assert_eq!(server.call("check&key=x").status, 400);
    let (first, last) = (0, MANY - 1);
    for n in [first, last] {
        assert_eq!(idle[n].send("GET", &target, &[], b"").unwrap().status, 400, "connection {n}");
    }
}
