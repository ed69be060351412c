//! `nginx.conf` in front of a real server, with as little of the sample changed as a test allows: ports, paths, and no TLS.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::{settings_of, text};
use crate::support::cluster::{as_user, free_port, unprivileged};
use crate::support::http::{Answer, Connection, get, send};
use crate::support::server::{API, Server, command, has, json, key, product};
use crate::support::{Engine, until};

/// A running nginx with its own folder. It is killed when dropped; it has no children.
struct Nginx {
    address: SocketAddr,
    folder: TempDir,
    child: Child,
}

/// The sample without TLS and without IPv6, which a machine may lack.
fn plain(sample: &str) -> String {
    let is_kept =
        |line: &&str| !["ssl_", "listen ["].iter().any(|start| line.trim_start().starts_with(start));
    sample.lines().filter(is_kept).collect::<Vec<_>>().join("\n")
}

/// The sample, for this machine: `folder` for its files, `port` for its TLS port, `upstream` for keywright.
fn adapt(sample: &str, folder: &Path, port: u16, upstream: SocketAddr) -> String {
    let here = folder.display().to_string();
    let mut changed = plain(sample);
    for (from, to) in [
        ("listen 443 ssl http2;", format!("listen 127.0.0.1:{port};")),
        ("listen 80;", format!("listen unix:{here}/plain.sock;")),
        ("server 127.0.0.1:8080;", format!("server {upstream};")),
        ("/var/log/nginx", here.clone()),
        ("/var/cache/nginx", here.clone()),
    ] {
        assert!(changed.contains(from), "the sample has no more '{from}'");
        changed = changed.replace(from, &to);
    }
    changed
}

fn program() -> &'static str {
    ["/usr/sbin/nginx", "nginx"].into_iter().find(|p| has(p)).expect("nginx; tests/run installs it")
}

/// A whole configuration around a sample.
fn whole(sample: &str, folder: &Path) -> String {
    let here = folder.display();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {here}/{kind};\n"))
        .concat();
    format!(
        "daemon off;\nmaster_process off;\npid {here}/pid;\nerror_log {here}/start.log;\nevents {{}}\n\
         http {{\n{temporary}{sample}\n}}\n"
    )
}

impl Nginx {
    fn start(upstream: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        let port = free_port();
        let sample = adapt(&text("nginx.conf"), here, port, upstream);
        fs::write(here.join("nginx.conf"), whole(&sample, here)).unwrap();
        if let Some((uid, gid)) = unprivileged() {
            std::os::unix::fs::chown(here, Some(uid), Some(gid)).unwrap();
        }
        let mut child = as_user(Path::new(program()))
            .arg("-c")
            .arg(here.join("nginx.conf"))
            .args(["-e", here.join("start.log").to_str().unwrap()])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        until("nginx listens", || {
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "{}", fs::read_to_string(here.join("start.log")).unwrap_or_default());
            std::net::TcpStream::connect(address).is_ok()
        });
        Self { address, folder, child }
    }

    /// Everything nginx has written.
    fn logs(&self) -> String {
        ["start.log", "keywright.access.log", "keywright.error.log"]
            .iter()
            .map(|name| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default())
            .collect()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// keywright with the settings that the sample names, on a free port.
fn keywright(engine: &Engine) -> Server {
    let file = engine.folder.path().join("proxied.toml");
    fs::write(&file, settings_of(&text("nginx.conf"))).unwrap();
    let config = file.to_str().unwrap();
    Server::spawn(command(engine, &["serve", "--config", config, "--listen", "127.0.0.1:0", "--log", "json"]))
}

/// A GET whose connection comes from the given loopback address.
fn get_from(source: &str, to: SocketAddr, target: &str, headers: &[(&str, &str)]) -> Answer {
    let mut connection = Connection::open_from(source.parse().unwrap(), to);
    connection.send("GET", target, headers, b"").expect("an answer")
}

fn ip_of(info: &Value, usage_id: &str) -> String {
    info["usage_data"][usage_id]["ip"].as_str().unwrap_or_else(|| panic!("{info}")).to_owned()
}

/// With TLS and all: nginx reads the sample, given a certificate and folders it may write to.
#[test]
fn nginx_takes_the_whole_sample() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().to_str().unwrap();
    let mut openssl = std::process::Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=licences.example.com"]);
    openssl.args(["-keyout", &format!("{here}/key.pem"), "-out", &format!("{here}/fullchain.pem")]);
    let made = openssl.output().expect("openssl; tests/run installs it");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut sample = text("nginx.conf");
    for path in ["/etc/ssl/licences.example.com", "/var/log/nginx", "/var/cache/nginx"] {
        assert!(sample.contains(path), "the sample has no more '{path}'");
        sample = sample.replace(path, here);
    }
    // -t binds too: other ports, on this machine only.
    for (from, port) in [("listen 80", free_port()), ("listen 443", free_port())] {
        sample = sample.replace(from, &format!("listen 127.0.0.1:{port}"));
    }
    let lines: Vec<&str> = sample.lines().filter(|line| !line.trim_start().starts_with("listen [")).collect();
    let config = folder.path().join("nginx.conf");
    fs::write(&config, whole(&lines.join("\n"), folder.path())).unwrap();
    let mut nginx = std::process::Command::new(program());
    let said = nginx.arg("-t").arg("-c").arg(config).args(["-e", "stderr"]).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

#[test]
fn the_callers_address_arrives_and_cannot_be_made_up() {
    let engine = Engine::sqlite();
    let id = product(&engine, &[]);
    let key = key(&engine, id, &[]);
    let server = keywright(&engine);
    let nginx = Nginx::start(server.address);
    let activate = format!("{API}?activate&key={key}");

    assert_eq!(
        get_from("127.0.0.2", nginx.address, &activate, &[]).text(),
        r#"{"response":"OKAY","usage_id":1}"#
    );
    let lies = [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-For", "203.0.113.8, 127.0.0.1")];
    assert_eq!(
        get_from("127.0.0.3", nginx.address, &activate, &lies).text(),
        r#"{"response":"OKAY","usage_id":2}"#
    );
    // Past nginx nobody is trusted: the same lie straight to keywright, from an address that is no proxy.
    assert_eq!(get_from("127.0.0.4", server.address, &activate, &lies).status, 200);

    let info = get(nginx.address, &format!("{API}?info&key={key}")).json();
    assert_eq!(ip_of(&info, "1"), "127.0.0.2");
    assert_eq!(ip_of(&info, "2"), "127.0.0.3");
    assert_eq!(ip_of(&info, "3"), "127.0.0.4");
}

#[test]
fn awkward_requests_pass_as_they_are() {
    let engine = Engine::sqlite();
    let id = product(&engine, &[]);
    let key = key(&engine, id, &[]);
    let server = keywright(&engine);
    let nginx = Nginx::start(server.address);
    let slashes = format!("/{API}//?check&key={key}&usage_id=1&x={{[|^]}}@");
    let long = format!("{API}?check&key={}", "x".repeat(8_192));
    let targets =
        [slashes, long, format!("{API}?nothing"), format!("{API}/?activate&key={key}&extra={{\"a\":1}}")];
    for target in targets {
        let (direct, proxied) = (get(server.address, &target), get(nginx.address, &target));
        assert_eq!((proxied.status, proxied.text()), (direct.status, direct.text()), "{target}");
        assert_eq!(proxied.header("content-type"), direct.header("content-type"), "{target}");
    }
    let large = vec![b'x'; 2 * 1_024 * 1_024];
    let answer = send(nginx.address, "POST", &format!("{API}?check&key={key}"), &[], &large);
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
}

#[test]
fn update_checks_are_kept_for_a_while() {
    let engine = Engine::sqlite();
    let id = product(&engine, &[]);
    json(&engine, &["release", "publish", "--product", &id.to_string(), "--version", "1.2.0"]);
    let mut server = keywright(&engine);
    let nginx = Nginx::start(server.address);
    let target = format!("/software/updatecheck/{id}");

    let direct = get(server.address, &target);
    let first = get(nginx.address, &target);
    assert_eq!((first.status, first.text()), (200, direct.text()));
    assert!(first.text().contains("https://licences.example.com/item/"), "{}", first.text());
    let etag = direct.header("etag").unwrap();
    assert_eq!(first.header("etag"), Some(etag));
    assert_eq!(first.header("cache-control"), Some("public, max-age=60"));

    assert!(server.stop().success());
    let same = send(nginx.address, "GET", &format!("{target}?any=query"), &[("If-None-Match", etag)], b"");
    assert_eq!((same.status, same.header("etag")), (304, Some(etag)));
    assert_eq!(get(nginx.address, &target).text(), direct.text());
    let head = send(nginx.address, "HEAD", &target, &[], b"");
    assert_eq!(head.header("content-length"), Some(direct.body.len().to_string().as_str()));
}

#[test]
fn an_unchanged_release_is_304_on_the_first_call_too() {
    let engine = Engine::sqlite();
    let id = product(&engine, &[]);
    json(&engine, &["release", "publish", "--product", &id.to_string(), "--version", "1.2.0"]);
    let server = keywright(&engine);
    let nginx = Nginx::start(server.address);
    let target = format!("/software/updatecheck/{id}");
    let etag = get(server.address, &target).header("etag").unwrap().to_owned();
    let answer = send(nginx.address, "GET", &target, &[("If-None-Match", &etag)], b"");
    assert_eq!((answer.status, answer.body.len()), (304, 0));
    assert_eq!(send(nginx.address, "GET", "/software/updatecheck/999", &[], b"").status, 404);
}

#[test]
fn no_log_of_nginx_holds_a_key() {
    let engine = Engine::sqlite();
    let id = product(&engine, &[]);
    let key = key(&engine, id, &[]);
    let mut server = keywright(&engine);
    let nginx = Nginx::start(server.address);
    let check = format!("{API}?activate&key={key}");
    assert_eq!(get(nginx.address, &check).status, 200);
    assert!(server.stop().success());
    // nginx would write the whole request line about this into its error log.
    assert_eq!(get(nginx.address, &check).status, 502);
    until("both calls are logged", || nginx.logs().matches(API).count() == 2);
    assert!(!nginx.logs().contains(&key), "{}", nginx.logs());
}
