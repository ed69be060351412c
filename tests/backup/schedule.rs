//! Backups that the server makes by itself, what `doctor` says of them, and PostgreSQL's own programs.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use keywright::domain::backup;

use super::{create, file_of, names, refused, text};
use crate::support::server::{Server, command, json, product, serving};
use crate::support::{Engine, block_on, engines, until};

/// Lets the last backup be long ago.
fn age(engine: &Engine) {
    let store = engine.system_store();
    block_on(store.write("age", |tx| {
        let long_ago = tx.now() - 50 * 3_600_000;
        backup::made(tx, long_ago, "/long/ago.tar")
    }))
    .unwrap();
    store.close();
}

/// What `doctor` says of backups: how bad, and the sentence.
fn doctor(engine: &Engine) -> Vec<(String, String)> {
    let output = command(engine, &["doctor", "--json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let word = |finding: &serde_json::Value, name: &str| finding[name].as_str().unwrap().to_owned();
    let all = report["findings"].as_array().unwrap().iter();
    all.map(|finding| (word(finding, "level"), word(finding, "says")))
        .filter(|(_, says)| says.contains("backup"))
        .collect()
}

#[test]
fn one_server_makes_one_when_it_is_due_and_old_ones_go() {
    for engine in engines() {
        product(&engine, &[]);
        let none = doctor(&engine);
        assert!(none[0].0 == "warning" && none[0].1.contains("none yet"), "{none:?}");
        let mine: Vec<String> = (0..3).map(|_| text(&file_of(&create(&engine))).to_owned()).collect();
        assert_eq!(mine.iter().collect::<std::collections::BTreeSet<_>>().len(), 3, "{mine:?}");
        let fine = doctor(&engine);
        assert!(fine[0].0 == "fine" && fine[0].1.contains(&mine[2]), "{fine:?}");
        age(&engine);
        let late = doctor(&engine);
        assert!(late[0].0 == "warning" && late[0].1.contains("long ago"), "{late:?}");
        let folder = engine.folder.path().join("backups");
        fs::write(folder.join("notes.tar"), "not ours").unwrap();

        // On PostgreSQL two servers share the data and this folder.
        let with = ["--backup-every-hours", "1", "--backup-keep", "2"];
        let servers: Vec<Server> = (0..if engine.name == "sqlite" { 1 } else { 2 })
            .map(|_| {
                let mut command = serving(&engine);
                command.args(with);
                Server::spawn(command)
            })
            .collect();
        let said =
            |words: &str| servers.iter().map(|server| server.log().matches(words).count()).sum::<usize>();
        until("old ones are removed", || said("an old backup was removed") == 2);
        assert_eq!(said("a backup was made"), 1, "{}", engine.name);
        drop(servers);
        let listed = json(&engine, &["backup", "list"]);
        assert_eq!(listed.as_array().unwrap().len(), 2, "{listed}");
        let newest = folder.join(listed[0]["name"].as_str().unwrap());
        assert!(!mine.iter().any(|one| newest.ends_with(one.rsplit('/').next().unwrap())), "{newest:?}");
        json(&engine, &["backup", "verify", text(&newest)]);
        assert_eq!(names(&folder).len(), 3, "what is not ours stays: {:?}", names(&folder));
        let fine = doctor(&engine);
        assert!(
            fine[0].0 == "fine" && fine[0].1.contains(newest.file_name().unwrap().to_str().unwrap()),
            "{fine:?}"
        );
    }
}

#[test]
fn a_server_that_cannot_make_one_says_what_to_do() {
    let engine = Engine::sqlite();
    product(&engine, &[]);
    age(&engine);
    let file = engine.folder.path().join("plain");
    fs::write(&file, "").unwrap();
    let mut command = serving(&engine);
    command.args(["--backup-every-hours", "1", "--backup-dir", text(&file.join("no"))]);
    let server = Server::spawn(command);
    until("the failure is logged", || server.log().contains("no backup could be made"));
    until("the failure is noted", || {
        doctor(&engine).iter().any(|(_, says)| says.contains("no backup could be made"))
    });
    let said = doctor(&engine);
    assert!(
        said.iter().any(|(level, says)| level == "warning" && says.contains("keywright backup create")),
        "{said:?}"
    );
    drop(server);
    create(&engine);
    assert_eq!(doctor(&engine).len(), 1, "one that works ends it: {:?}", doctor(&engine));
}

#[test]
fn the_password_is_in_no_list_of_processes() {
    let engine = Engine::postgres();
    product(&engine, &[]);
    let tools = tempfile::tempdir().unwrap();
    for name in ["pg_dump", "pg_restore"] {
        let real = crate::support::cluster::program(name);
        let script = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$*\" >>'{}/said'\nexec '{}' \"$@\"\n",
            tools.path().display(),
            real.display()
        );
        let path = tools.path().join(name);
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let with_tools = |engine: &Engine, args: &[&str]| {
        let path = format!("{}:{}", tools.path().display(), std::env::var("PATH").unwrap());
        let output = command(engine, args).arg("--json").env("PATH", path).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let path = file_of(&with_tools(&engine, &["backup", "create"]));
    with_tools(&Engine::postgres(), &["backup", "restore", text(&path), "--yes"]);
    let said = fs::read_to_string(tools.path().join("said")).unwrap();
    assert!(said.contains("--format=custom") && said.contains("--single-transaction"), "{said}");
    assert!(!said.contains("secret") && !said.contains("keywright:"), "{said}");
    let wrong = Engine { database: engine.database.replace("secret", "s3cret"), ..Engine::postgres() };
    let output = command(&wrong, &["backup", "create"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && !said.contains("s3cret"), "{said}");
    let _ = refused(&engine, &["backup", "restore", text(&path), "--yes"]);
}
