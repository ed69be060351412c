//! Backups: made beside a running server, told from damaged ones, and put back.

mod broken;
mod schedule;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::support::http::Connection;
use crate::support::server::{API, Server, cli, json, key, product};
use crate::support::{Engine, engines, until};

/// Makes a backup; what the command printed.
fn create(engine: &Engine) -> Value {
    json(engine, &["backup", "create"])
}

fn file_of(made: &Value) -> PathBuf {
    made["file"].as_str().unwrap().into()
}

/// An engine of the same kind with nothing in it but the master key of another.
fn empty_like(other: &Engine) -> Engine {
    let fresh = if other.name == "sqlite" { Engine::sqlite() } else { Engine::postgres() };
    let key = other.folder.path().join("master.key");
    if key.exists() {
        fs::copy(key, fresh.folder.path().join("master.key")).unwrap();
    }
    fresh
}

/// Runs a command that must be refused; what it said.
fn refused(engine: &Engine, args: &[&str]) -> String {
    let output = cli(engine, args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{args:?}: {said}");
    said
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Every file under a folder with its bytes.
fn everything(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for name in names(folder) {
        let path = folder.join(name);
        if path.is_dir() {
            found.extend(everything(&path));
        } else {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found
}

#[test]
fn made_beside_a_busy_server_and_served_from_elsewhere() {
    for engine in engines() {
        let product = product(&engine, &[]);
        let key = key(&engine, product, &[]);
        let upload = engine.folder.path().join("app.zip");
        let content: Vec<u8> = (0..300_000_u32).map(|n| u8::try_from(n % 251).unwrap()).collect();
        fs::write(&upload, &content).unwrap();
        let file = json(&engine, &["file", "upload", text(&upload)]);
        let server = Server::start(&engine, &["--access-log", "off", "--backup-every-hours", "0"]);
        let (acknowledged, stop) = (Mutex::new(BTreeSet::new()), AtomicBool::new(false));
        let (before, made) = std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let mut connection = Connection::open(server.address);
                    while !stop.load(Ordering::SeqCst) {
                        let target = format!("{API}?activate&key={key}");
                        let answer = connection.send("GET", &target, &[], b"").unwrap();
                        assert_eq!(answer.status, 200, "{answer:?}");
                        acknowledged.lock().unwrap().insert(answer.json()["usage_id"].as_i64().unwrap());
                    }
                });
            }
            let count = || acknowledged.lock().unwrap().len();
            until("some are activated", || count() > 50);
            let before = acknowledged.lock().unwrap().clone();
            let made = create(&engine);
            let during = count();
            until("activations go on", || count() > during + 20);
            stop.store(true, Ordering::SeqCst);
            (before, made)
        });
        drop(server);
        let path = file_of(&made);
        assert!(path.starts_with(engine.folder.path().canonicalize().unwrap().join("backups")), "{made}");
        assert_eq!(made["bytes"].as_u64().unwrap(), fs::metadata(&path).unwrap().len());
        assert_eq!(made["files"], 1, "{made}");
        let access = std::os::unix::fs::MetadataExt::mode(&fs::metadata(&path).unwrap());
        assert_eq!(access & 0o777, 0o600);
        assert_eq!(names(path.parent().unwrap()).len(), 1, "nothing is left beside it");
        assert_eq!(json(&engine, &["backup", "verify", text(&path)])["activations"], made["activations"]);
        let name = path.file_name().unwrap().to_str().unwrap();
        assert_eq!(json(&engine, &["backup", "list"])[0]["name"], name);
        assert_eq!(json(&engine, &["backup", "verify", name])["bytes"], made["bytes"], "found by its name");

        let other = empty_like(&engine);
        let restored = json(&other, &["backup", "restore", text(&path), "--yes"]);
        assert_eq!(restored["replaced"], Value::Null);
        assert_eq!(restored["licences"], 1);
        let server = Server::start(&other, &[]);
        for id in &before {
            let answer = server.call(&format!("check&key={key}&usage_id={id}"));
            assert_eq!(answer.status, 200, "{}: activation {id}: {answer:?}", engine.name);
        }
        assert_eq!(server.call(&format!("activate&key={key}")).status, 200);
        let there = json(&other, &["file", "list"]);
        assert_eq!(there[0]["sha256"], file["sha256"]);
        let sha256 = file["sha256"].as_str().unwrap();
        let place = other.folder.path().join("files").join(&sha256[..2]).join(sha256);
        assert_eq!(fs::read(place).unwrap(), content);
    }
}

#[test]
fn the_master_key_is_not_in_it_and_another_one_is_told() {
    for engine in engines() {
        product(&engine, &[]);
        drop(Server::start(&engine, &["--backup-every-hours", "0"]));
        let key_file = engine.folder.path().join("master.key");
        let digits = fs::read_to_string(&key_file).unwrap().trim().to_owned();
        let output = cli(&engine, &["backup", "create"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("master key is not in it") && said.contains(text(&key_file)), "{said}");
        let backups = engine.folder.path().join("backups");
        let path = backups.join(&names(&backups)[0]);
        let bytes = fs::read(&path).unwrap();
        let raw: Vec<u8> =
            (0..32).map(|n| u8::from_str_radix(&digits[2 * n..2 * n + 2], 16).unwrap()).collect();
        for secret in [digits.as_bytes(), &raw] {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret), "{}", engine.name);
        }

        let restore = ["backup", "restore", text(&path), "--yes"];
        for (has_key, says) in [(false, "is not here"), (true, "is not the one of this backup")] {
            let other = empty_like(&engine);
            fs::remove_file(other.folder.path().join("master.key")).unwrap();
            if has_key {
                fs::copy(&key_file, other.folder.path().join("master.key")).unwrap();
                let wrong = "0f".repeat(32);
                fs::remove_file(other.folder.path().join("master.key")).unwrap();
                fs::write(other.folder.path().join("master.key"), wrong).unwrap();
                let only_mine = std::os::unix::fs::PermissionsExt::from_mode(0o400);
                fs::set_permissions(other.folder.path().join("master.key"), only_mine).unwrap();
            }
            let output = cli(&other, &restore);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && said.contains(says), "{said}");
            assert_eq!(other.folder.path().join("master.key").exists(), has_key, "restoring makes no key");
        }
    }
}

#[test]
fn what_is_replaced_stays_and_serving_needs_no_word() {
    let engine = Engine::sqlite();
    let product = product(&engine, &[]);
    let (old, new) = (key(&engine, product, &[]), key(&engine, product, &[]));
    let server = Server::start(&engine, &["--backup-every-hours", "0"]);
    assert_eq!(server.call(&format!("activate&key={old}")).status, 200);
    let path = file_of(&create(&engine));
    assert_eq!(server.call(&format!("activate&key={new}")).status, 200);
    // What stands in the log alone belongs to what is replaced.
    drop(server);
    let restored = json(&engine, &["backup", "restore", text(&path), "--yes"]);
    let replaced = PathBuf::from(restored["replaced"].as_str().unwrap());
    let uses = |engine: &Engine, key: &str| {
        json(engine, &["licence", "show", key])["activations"].as_array().unwrap().len()
    };
    assert_eq!((uses(&engine, &old), uses(&engine, &new)), (1, 0));
    let server = Server::start(&engine, &["--backup-every-hours", "0"]);
    assert_eq!(server.call(&format!("check&key={old}&usage_id=1")).status, 200);
    drop(server);

    let before = Engine::sqlite();
    fs::copy(&replaced, before.folder.path().join("keywright.db")).unwrap();
    assert_eq!((uses(&before, &old), uses(&before, &new)), (1, 1));
}

#[test]
fn a_damaged_database_can_be_replaced() {
    let engine = Engine::sqlite();
    let key = key(&engine, product(&engine, &[]), &[]);
    let path = file_of(&create(&engine));
    let database = engine.folder.path().join("keywright.db");
    let mut bytes = fs::read(&database).unwrap();
    bytes[..4_096].fill(7);
    fs::write(&database, &bytes).unwrap();
    assert!(!cli(&engine, &["db", "check"]).status.success());
    let restored = json(&engine, &["backup", "restore", text(&path), "--yes"]);
    assert_eq!(fs::read(restored["replaced"].as_str().unwrap()).unwrap(), bytes);
    let server = Server::start(&engine, &[]);
    assert_eq!(server.call(&format!("activate&key={key}")).status, 200);
}

#[test]
fn restoring_is_refused_where_it_would_hurt() {
    for engine in engines() {
        product(&engine, &[]);
        let path = file_of(&create(&engine));
        let server = Server::start(&engine, &["--backup-every-hours", "0"]);
        let said = refused(&engine, &["backup", "restore", text(&path), "--yes"]);
        let why = if engine.name == "sqlite" { "another keywright serves the data" } else { "is not empty" };
        assert!(said.contains(why), "{said}");
        assert_eq!(server.call("check").status, 400, "it serves on");
        drop(server);
        // Neither asked nor told.
        let other = empty_like(&engine);
        assert!(refused(&other, &["backup", "restore", text(&path)]).contains("--yes"));
        assert!(!other.folder.path().join("keywright.db").exists());
    }
    let [sqlite, postgres] = engines();
    product(&sqlite, &[]);
    let path = file_of(&create(&sqlite));
    assert!(refused(&postgres, &["backup", "restore", text(&path), "--yes"]).contains("SQLite"));
    product(&postgres, &[]);
    let path = file_of(&create(&postgres));
    assert!(refused(&sqlite, &["backup", "restore", text(&path), "--yes"]).contains("PostgreSQL"));
}

#[test]
fn a_content_that_is_lost_is_told_and_the_rest_is_kept() {
    let engine = Engine::sqlite();
    let upload = |name: &str| {
        let path = engine.folder.path().join(name);
        fs::write(&path, name).unwrap();
        json(&engine, &["file", "upload", text(&path)])["sha256"].as_str().unwrap().to_owned()
    };
    let (lost, torn, whole) = (upload("lost"), upload("torn"), upload("whole"));
    let place =
        |engine: &Engine, sha256: &str| engine.folder.path().join("files").join(&sha256[..2]).join(sha256);
    fs::remove_file(place(&engine, &lost)).unwrap();
    fs::write(place(&engine, &torn), "thorn").unwrap();
    let made = create(&engine);
    let warnings = made["warnings"].to_string();
    assert!(warnings.contains(&lost) && warnings.contains(&torn) && !warnings.contains(&whole), "{warnings}");
    let path = file_of(&made);
    assert_eq!(json(&engine, &["backup", "verify", text(&path)])["warnings"], made["warnings"]);
    let other = empty_like(&engine);
    json(&other, &["backup", "restore", text(&path), "--yes"]);
    let there = [&lost, &torn, &whole].map(|sha256| place(&other, sha256).exists());
    assert_eq!(there, [false, false, true], "a damaged content is not put in the place of a whole one");
    fs::write(place(&engine, &whole), "wheal").unwrap();
    json(&engine, &["backup", "restore", text(&path), "--yes"]);
    assert_eq!(fs::read(place(&engine, &whole)).unwrap(), b"whole", "what was damaged since is mended");
    let done: Vec<Value> = json(&engine, &["audit", "list"]).as_array().unwrap().clone();
    let restored = done.iter().filter(|row| row["action"] == "backup.restored").count();
    assert_eq!(restored, 1, "{done:?}");
}
