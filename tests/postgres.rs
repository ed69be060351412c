//! What only PostgreSQL has: TLS, a pooler in between, and a server that goes away.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use keywright::base::error::{Kind, Result};
use keywright::store::{Options, Place, Store, Tx};
use tempfile::TempDir;

use crate::support::cluster::{self, as_user, free_port, program, unprivileged};
use crate::support::server::{Server, cli, json, key, product};
use crate::support::{Engine, block_on, until};

/// A cluster of this test's own, which may be stopped and started.
struct Private {
    folder: TempDir,
    port: u16,
}

impl Private {
    fn new(extra: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("keywright-own-pg-").tempdir().unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        own(&folder.path().to_owned());
        let me = Self { folder, port: free_port() };
        let made = as_user(&program("initdb"))
            .args(["--auth=trust", "--username=keywright", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .arg(me.data())
            .current_dir(me.folder.path())
            .output()
            .expect("PostgreSQL's initdb; tests/run installs it");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{}'\nfsync = off\n{extra}",
            me.port,
            me.folder.path().display()
        );
        fs::write(me.data().join("postgresql.auto.conf"), settings).unwrap();
        me
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn control(&self, args: &[&str]) {
        let done = as_user(&program("pg_ctl"))
            .args(["-s", "-w", "-D"])
            .arg(self.data())
            .args(args)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .status();
        assert!(done.unwrap().success(), "pg_ctl {args:?}");
    }

    fn start(&self) {
        let log = self.folder.path().join("log");
        self.control(&["-l", log.to_str().unwrap(), "start"]);
    }

    fn stop(&self) {
        self.control(&["-m", "immediate", "stop"]);
    }

    fn address(&self, parameters: &str) -> String {
        format!("postgres://keywright@127.0.0.1:{}/postgres{parameters}", self.port)
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        let _ = as_user(&program("pg_ctl"))
            .args(["-s", "-m", "immediate", "-D"])
            .arg(self.data())
            .arg("stop")
            .current_dir(self.folder.path())
            .status();
    }
}

fn own(path: &PathBuf) {
    if let Some((uid, gid)) = unprivileged() {
        chown(path, Some(uid), Some(gid)).unwrap();
    }
}

fn open(address: &str) -> Result<Store> {
    Store::open(Options { connections: 2, ..Options::new(Place::Postgres(Box::new(address.parse()?))) })
}

fn engine(address: &str) -> Engine {
    Engine { name: "postgres", database: address.to_owned(), folder: tempfile::tempdir().unwrap() }
}

#[test]
fn tls_is_used_and_verified() {
    let private = Private::new("ssl = on\n");
    // A certificate for `localhost`, which is its own authority.
    let (certificate, secret) = (private.data().join("server.crt"), private.data().join("server.key"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args([
            "-addext",
            "subjectAltName=DNS:localhost",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
            "-keyout",
        ])
        .arg(&secret)
        .arg("-out")
        .arg(&certificate)
        .output()
        .expect("openssl; tests/run installs it");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    own(&certificate);
    own(&secret);
    // Whoever comes without TLS is turned away.
    fs::write(private.data().join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\n").unwrap();
    own(&private.data().join("pg_hba.conf"));
    private.start();

    let at = |host: &str, parameters: &str| {
        open(&format!("postgres://keywright@{host}:{}/postgres?{parameters}", private.port)).map(|store| {
            let encrypted = "select cast(ssl as text) from pg_stat_ssl where pid = pg_backend_pid()";
            block_on(store.read(move |tx| tx.one(encrypted, &[], |row| row.get::<String>(0)))).unwrap()
        })
    };
    let root = format!("sslrootcert={}", certificate.display());
    assert_eq!(at("127.0.0.1", "sslmode=require").unwrap(), "true");
    assert_eq!(at("127.0.0.1", "").unwrap(), "true", "prefer takes what is offered");
    assert_eq!(at("localhost", &format!("sslmode=verify-full&{root}")).unwrap(), "true");
    for (host, parameters, says) in [
        ("127.0.0.1", "sslmode=disable".to_owned(), "pg_hba.conf"),
        ("localhost", "sslmode=verify-full".to_owned(), "certificate"),
        // The certificate is not for this name.
        ("127.0.0.1", format!("sslmode=verify-full&{root}"), "certificate"),
        ("127.0.0.1", format!("sslmode=require&{root}"), "certificate"),
        ("127.0.0.1", "sslmode=require&sslrootcert=/no/such/file".to_owned(), "sslrootcert"),
    ] {
        let e = at(host, &parameters).unwrap_err();
        assert!(e.message.contains(says), "{host} {parameters}: {e}");
    }
}

#[test]
fn a_server_that_goes_away_and_comes_back() {
    let private = Private::new("");
    private.start();
    let engine = engine(&private.address(""));
    let key = key(&engine, product(&engine, &[]), &[]);
    let mut server = Server::start(&engine, &[]);
    assert_eq!(server.call(&format!("activate&key={key}")).json()["usage_id"], 1);
    json(&engine, &["release", "publish", "--product", "1", "--version", "1.0.0"]);
    let update = || crate::support::http::get(server.address, "/software/updatecheck/1").status;
    until("the release shows", || update() == 200);

    private.stop();
    for action in ["activate", "check", "info"] {
        let answer = server.call(&format!("{action}&key={key}&usage_id=1"));
        assert_eq!(answer.status, 503, "{answer:?}");
        assert_eq!(answer.text(), r#"{"errorCode":1903,"errorMessage":"INTERNAL_ERROR"}"#);
        assert!(answer.header("retry-after").is_some());
    }
    let ready = crate::support::http::get(server.address, "/readyz");
    assert_eq!((ready.status, &ready.json()["status"]), (503, &"database".into()));
    assert!(
        !ready.text().contains("keywright@"),
        "where the database is concerns no stranger: {}",
        ready.text()
    );
    assert_eq!(crate::support::http::get(server.address, "/healthz").status, 200, "the process is alive");
    assert_eq!(update(), 200, "update checks come from memory");
    let output = cli(&engine, &["product", "list"]);
    let says = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(says.contains("cannot be reached") && says.contains("Is it running"), "{says}");

    private.start();
    until("the server has recovered", || server.call(&format!("check&key={key}&usage_id=1")).status == 200);
    assert_eq!(server.call(&format!("activate&key={key}")).json()["usage_id"], 2);
    assert!(server.stop().success());
}

#[test]
fn connections_that_died_of_old_age_are_replaced_unnoticed() {
    let engine = Engine::postgres();
    let key = key(&engine, product(&engine, &[]), &[]);
    let server = Server::start(&engine, &["--connections", "4"]);
    let name = engine.database.rsplit('/').next().unwrap().split('?').next().unwrap();
    let end_all = |how: &str| {
        let mut admin =
            postgres::Client::connect(&cluster::get().address("postgres"), postgres::NoTls).unwrap();
        let sql = format!("select pg_terminate_backend({how}) from pg_stat_activity where datname = $1");
        admin.execute(&sql, &[&name]).unwrap();
    };
    for round in 1..=5 {
        // A change that is just being committed when its connection ends may be stored or not, and its caller is told so: these have ended.
        end_all("pid, 10000");
        let answer = server.call(&format!("activate&key={key}"));
        assert_eq!(answer.json()["usage_id"], round, "{answer:?} {}", server.log());
        // A look may be made again whenever that is.
        end_all("pid");
        let answer = server.call(&format!("check&key={key}&usage_id=1"));
        assert_eq!(answer.json()["uses"], round, "{answer:?} {}", server.log());
    }
}

#[test]
fn a_database_that_is_not_there_is_told() {
    for (address, says) in [
        ("postgres://keywright@127.0.0.1:1/none".to_owned(), "cannot be reached"),
        (cluster::get().address("no_such_database"), "no_such_database"),
        (cluster::get().address("postgres").replace("secret", "wrong"), "password"),
    ] {
        let e = open(&address).err().unwrap();
        assert_eq!(e.kind, Kind::Unavailable);
        assert!(e.message.contains(says), "{e}");
        assert!(!e.message.contains("secret") && !e.message.contains("wrong@"), "{e}");
    }
}

/// A pooler in front of the tests' cluster.
struct Bouncer {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Bouncer {
    fn start() -> Self {
        let (cluster, port) = (cluster::get(), free_port());
        let folder = tempfile::Builder::new().prefix("keywright-pgbouncer-").tempdir().unwrap();
        own(&folder.path().to_owned());
        let file = folder.path().join("pgbouncer.ini");
        let users = folder.path().join("users");
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = plain\nauth_file = {}\npool_mode = session\ndefault_pool_size = 10\n",
            cluster.port,
            users.display()
        );
        fs::write(&file, text).unwrap();
        fs::write(&users, "\"keywright\" \"secret\"\n").unwrap();
        let path = ["/usr/sbin/pgbouncer", "pgbouncer"].into_iter().find(|p| crate::support::server::has(p));
        let child = as_user(&PathBuf::from(path.expect("pgbouncer; tests/run installs it")))
            .arg(&file)
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        until("pgbouncer listens", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { child, port, _folder: folder }
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn pgbouncer_in_session_mode_works() {
    let bouncer = Bouncer::start();
    let direct = cluster::new_database();
    let engine = engine(&direct.replace(&cluster::get().port.to_string(), &bouncer.port.to_string()));
    let key = key(&engine, product(&engine, &["--max-uses", "2"]), &[]);
    let mut server = Server::start(&engine, &["--connections", "4"]);
    for expected in [200, 200, 400] {
        assert_eq!(server.call(&format!("activate&key={key}")).status, expected);
    }
    assert_eq!(server.call(&format!("check&key={key}&usage_id=1")).json()["uses"], 2);
    assert!(server.stop().success());
}

#[test]
fn what_was_read_is_an_answer_though_the_connection_dies_at_the_end() {
    let engine = Engine::postgres();
    let (store, _) = engine.store();
    let admin = cluster::get().address("postgres");
    let read = store.read(move |tx| {
        let title = tx.one("select title from site", &[], |row| row.get::<String>(0))?;
        let pid = tx.one("select pg_backend_pid()", &[], |row| row.get::<i64>(0))?;
        let mut admin = postgres::Client::connect(&admin, postgres::NoTls).unwrap();
        admin.execute("select pg_terminate_backend($1, 10000)", &[&i32::try_from(pid).unwrap()]).unwrap();
        Ok(title)
    });
    assert_eq!(block_on(read).unwrap(), "My shop");
}

/// Ends the connection that runs this, and waits until it has ended.
fn end_this(tx: &mut Tx<'_>) -> Result<()> {
    let pid = tx.one("select pg_backend_pid()", &[], |row| row.get::<i64>(0))?;
    let mut admin = postgres::Client::connect(&cluster::get().address("postgres"), postgres::NoTls).unwrap();
    admin.execute("select pg_terminate_backend($1, 10000)", &[&i32::try_from(pid).unwrap()]).unwrap();
    Ok(())
}

#[test]
fn what_a_connection_leaves_in_its_midst_is_done_on_another() {
    let engine = Engine::postgres();
    let (store, _) = engine.store();
    let title = |tx: &mut Tx<'_>| tx.one("select title from site", &[], |row| row.get::<String>(0));
    let mut tries = 0;
    let mut once = move |tx: &mut Tx<'_>| {
        tries += 1;
        if tries == 1 { end_this(tx) } else { Ok(()) }
    };
    let (mut peeks, mut reads) = (once, once);
    let peeked = block_on(store.peek(move |tx| {
        peeks(tx)?;
        title(tx)
    }));
    assert_eq!(peeked.unwrap(), "My shop");
    let read = block_on(store.read(move |tx| {
        reads(tx)?;
        title(tx)
    }));
    assert_eq!(read.unwrap(), "My shop");
    let written = block_on(store.write("rename", move |tx| {
        let changed = tx.exec("update site set title = title || '!'", &[])?;
        once(tx)?;
        // After the end, so that the change was lost with the connection.
        title(tx)?;
        Ok(changed)
    }));
    assert_eq!(written.unwrap(), 1);
    assert_eq!(block_on(store.read(title)).unwrap(), "My shop!", "once, though it ran twice");
}

#[test]
fn fewer_connections_than_threads_are_enough() {
    let private =
        Private::new("max_connections = 6\nsuperuser_reserved_connections = 0\nmax_wal_senders = 0\n");
    private.start();
    let place = Place::Postgres(Box::new(private.address("").parse().unwrap()));
    let store = Store::open(Options { connections: 8, ..Options::new(place) }).unwrap();
    // Three are left for eight threads.
    let _others: Vec<_> =
        (0..3).map(|_| postgres::Client::connect(&private.address(""), postgres::NoTls).unwrap()).collect();
    let ask = || {
        for round in 0..200 {
            let title =
                block_on(store.read(|tx| tx.one("select title from site", &[], |row| row.get::<String>(0))));
            assert_eq!(title.as_deref(), Ok("My shop"), "round {round}");
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(ask);
        }
    });
}
