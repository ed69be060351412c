//! The command line: JSON for scripts, exit codes, settings and where they come from, all beside a running server.

use std::process::Command;

use crate::support::server::{KEYWRIGHT, Server, clean, cli, command, issue, json, key, product};
use crate::support::{Engine, engines, until};

/// Exit code and standard error of a command.
pub fn code(engine: &Engine, args: &[&str]) -> (i32, String) {
    let output = cli(engine, args);
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn exit_codes_and_sentences() {
    for engine in engines() {
        let id = product(&engine, &[]).to_string();
        let key = key(&engine, id.parse().unwrap(), &[]);
        let cases: &[(&[&str], i32, &str)] = &[
            (&["product", "show", &id], 0, ""),
            (&["nonsense"], 2, "unrecognized subcommand"),
            (&["product", "create"], 2, "--title"),
            (&["product", "create", "--title", ""], 2, "the title is empty"),
            (&["product", "create", "--title", "x", "--segments", "1"], 2, "segments must be from 2 to 10"),
            (
                &["product", "create", "--title", "x", "--segment-length", "9"],
                2,
                "segment-length must be from 4 to 8",
            ),
            (&["product", "create", "--title", "x", "--max-uses", "0"], 2, "or -1 for no limit"),
            (&["product", "create", "--title", "x", "--identifier-mode", "phone"], 2, "possible values"),
            (&["product", "create", "--title", "x", "--slug", "No Good"], 2, "try 'no-good'"),
            (&["product", "show", "999999"], 3, "product list"),
            (&["licence", "show", "NO-SUCH-KEY"], 3, "licence list"),
            (&["licence", "issue", "--product", "999999", "--email", "a@customer.example"], 3, "no product"),
            (&["licence", "issue", "--product", &id, "--email", "nobody"], 2, "not an e-mail address"),
            (
                &["licence", "issue", "--product", &id, "--email", "a@customer.example", "--key", &key],
                4,
                "unique",
            ),
            (
                &["licence", "issue", "--product", &id, "--email", "a@customer.example", "--expires", "soon"],
                2,
                "2026-12-31",
            ),
            (
                &["licence", "issue", "--product", &id, "--email", "a@customer.example", "--parent", "77777"],
                3,
                "parent",
            ),
            (
                &[
                    "licence",
                    "issue",
                    "--product",
                    &id,
                    "--email",
                    "a@customer.example",
                    "--install-url",
                    "ftp://x",
                ],
                2,
                "https",
            ),
            (&["activation", "release", &key, "1"], 3, "no live activation"),
            (&["release", "publish", "--product", &id, "--version", "1.0.0"], 0, ""),
            (&["release", "publish", "--product", &id, "--version", "1.0.0"], 4, "not larger than 10000"),
            (&["release", "publish", "--product", &id, "--version", "1.100.0"], 2, "longversion"),
            (
                &["release", "publish", "--product", &id, "--version", "2", "--notes-url", "javascript:x"],
                2,
                "http",
            ),
            (&["release", "yank", "999999"], 3, "no release"),
            (&["customer", "show", "nobody@customer.example"], 3, "no customer"),
            (&["customer", "show", "999999"], 3, "customer list"),
            (&["db", "check"], 0, ""),
        ];
        for (args, expected, says) in cases {
            if args == &["db", "check"] && engine.name == "postgres" {
                // The tests' own cluster runs without fsync, and that is told.
                assert!(code(&engine, args).1.contains("fsync is off"));
                continue;
            }
            let (found, stderr) = code(&engine, args);
            assert_eq!(found, *expected, "{args:?} on {}: {stderr}", engine.name);
            assert!(stderr.contains(says), "{args:?} says: {stderr}");
        }
    }
}

#[test]
fn json_is_one_object_or_one_array() {
    for engine in engines() {
        let made =
            json(&engine, &["product", "create", "--title", "Editor", "--api", "on", "--check-ip", "off"]);
        for (field, value) in [
            ("title", serde_json::Value::from("Editor")),
            ("api_enabled", true.into()),
            ("check_ip", false.into()),
        ] {
            assert_eq!(made[field], value);
        }
        let issued = issue(&engine, made["id"].as_i64().unwrap(), &["--name", "Ana", "--username", "ana"]);
        let names: Vec<&str> = issued.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["key", "licence_id", "purchase_id", "customer_id", "product_id"]);
        let key = issued["key"].as_str().unwrap();
        assert_eq!(json(&engine, &["product", "list"]).as_array().unwrap().len(), 1);
        let shown = json(&engine, &["licence", "show", key]);
        assert_eq!((&shown["status"], &shown["uses"]), (&"active".into(), &0.into()));
        assert_eq!(shown["activations"], serde_json::json!([]));
        assert_eq!(json(&engine, &["licence", "list"])[0]["key"], key);
        let customer = json(&engine, &["customer", "show", "BUYER@customer.example"]);
        assert_eq!((&customer["name"], &customer["licences"][0]["key"]), (&"Ana".into(), &key.into()));
        assert_eq!(json(&engine, &["customer", "list"])[0]["username"], "ana");
        let status = json(&engine, &["db", "status"]);
        assert_eq!(
            (&status["licences"], &status["schema_version"]),
            (&1.into(), &keywright::store::schema::VERSION.into())
        );
        let explained = json(&engine, &["licence", "explain", key]);
        assert_eq!(explained["passes"], true);
        json(&engine, &["licence", "suspend", key]);
        let explained = json(&engine, &["licence", "explain", key]);
        assert_eq!(explained["passes"], false);
        let rung = explained["rungs"].as_array().unwrap().iter().find(|r| r["rung"] == "active").unwrap();
        assert!(rung["mend"].as_str().unwrap().contains("licence resume"));
    }
}

#[test]
fn what_one_process_changes_shows_in_the_running_server() {
    for engine in engines() {
        let id = product(&engine, &["--max-uses", "1"]);
        let server = Server::start(&engine, &[]);
        let key = key(&engine, id, &[]);
        assert_eq!(server.call(&format!("activate&key={key}")).status, 200, "{}", engine.name);
        json(&engine, &["activation", "release", &key, "1"]);
        assert_eq!(server.call(&format!("activate&key={key}")).json()["usage_id"], 2);
        json(&engine, &["licence", "suspend", &key]);
        assert_eq!(server.call(&format!("check&key={key}&usage_id=2")).json()["errorCode"], 1102);
        json(&engine, &["release", "publish", "--product", &id.to_string(), "--version", "3.0.0"]);
        let begun = std::time::Instant::now();
        let path = format!("/software/updatecheck/{id}");
        until("the release shows", || crate::support::http::get(server.address, &path).status == 200);
        assert!(begun.elapsed().as_millis() < 1_000, "{:?}", begun.elapsed());
    }
}

#[test]
fn one_server_a_data_folder() {
    let engine = Engine::sqlite();
    let server = Server::start(&engine, &[]);
    let (code, says) = code(&engine, &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(code, 4);
    assert!(says.contains("another keywright serves") && says.contains("--data-dir"), "{says}");
    drop(server);
    assert!(Server::start(&engine, &[]).stop().success());
}

#[test]
fn a_public_address_needs_a_word() {
    let engine = Engine::sqlite();
    let (code, says) = code(&engine, &["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(code, 4);
    assert!(says.contains("--insecure-http"), "{says}");
    assert!(Server::start(&engine, &["--listen", "0.0.0.0:0", "--insecure-http", "on"]).stop().success());
}

#[test]
fn settings_say_where_they_come_from() {
    let engine = Engine::sqlite();
    std::fs::write(
        engine.folder.path().join("keywright.toml"),
        "workers = 3\nlicence_rate = 5\nlisten = \"127.0.0.1:1\"\n",
    )
    .unwrap();
    let output =
        command(&engine, &["config", "show", "--json"]).env("KEYWRIGHT_LICENCE_RATE", "7").output().unwrap();
    let shown: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let find = |name: &str| {
        let row = shown.as_array().unwrap().iter().find(|r| r["setting"] == name).unwrap();
        (row["value"].as_str().unwrap().to_owned(), row["source"].as_str().unwrap().to_owned())
    };
    assert_eq!(find("data_dir").1, "flag");
    assert_eq!(find("licence_rate"), ("7".into(), "environment KEYWRIGHT_LICENCE_RATE".into()));
    assert_eq!(find("workers").0, "3");
    assert!(find("workers").1.starts_with("file "));
    assert_eq!(find("log_level").1, "default");

    std::fs::write(engine.folder.path().join("keywright.toml"), "wokers = 3\n").unwrap();
    let (code, says) = code(&engine, &["config", "show"]);
    assert_eq!(code, 2);
    assert!(says.contains("no setting 'wokers'"), "{says}");
}

#[test]
fn a_written_configuration_can_be_read() {
    let engine = Engine::sqlite();
    let file = engine.folder.path().join("my.toml");
    let file = file.to_str().unwrap();
    json(&engine, &["config", "init", file]);
    let (found, says) = code(&engine, &["config", "init", file]);
    assert_eq!((found, says.contains("left as it is")), (4, true));
    let text = std::fs::read_to_string(file).unwrap().replace("# licence_rate", "licence_rate");
    std::fs::write(file, text).unwrap();
    json(&engine, &["config", "show", "--config", file]);
}

#[test]
fn the_databases_password_is_never_shown() {
    let output = Command::new(KEYWRIGHT)
        .args(["config", "show", "--database", "postgres://shop:s3cret@db.example/kw"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("postgres://shop@db.example/kw") && !text.contains("s3cret"), "{text}");
}

#[test]
fn what_a_command_makes_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let engine = Engine::sqlite();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let at = |folder: &std::path::Path, args: &[&str]| {
        let mut command = Command::new(KEYWRIGHT);
        clean(&mut command);
        command.args(args).arg("--data-dir").arg(folder);
        command
    };
    let served = engine.folder.path().join("served");
    drop(Server::spawn(at(&served, &["serve", "--listen", "127.0.0.1:0", "--log", "json"])));
    assert_eq!(mode(&served), 0o700);
    let configured = engine.folder.path().join("configured");
    assert!(at(&configured, &["config", "init"]).status().unwrap().success());
    assert_eq!(mode(&configured), 0o700);
    assert_eq!(mode(&configured.join("keywright.toml")), 0o600, "it may hold the database's password");
}

#[test]
fn the_last_request_before_a_stop_is_in_the_access_log() {
    let engine = Engine::sqlite();
    for _ in 0..3 {
        let mut server = Server::start(&engine, &[]);
        assert_eq!(crate::support::http::get(server.address, "/healthz").status, 200);
        assert!(server.stop().success());
        assert!(
            server.log().contains(r#""route":"/healthz","credential":"-","status":200"#),
            "{}",
            server.log()
        );
    }
}

#[test]
fn health_asks_a_running_server() {
    let engine = Engine::sqlite();
    let mut server = Server::start(&engine, &[]);
    let listen = server.address.to_string();
    assert_eq!(code(&engine, &["health", "--listen", &listen]).0, 0);
    assert_eq!(json(&engine, &["health", "--listen", &listen])["status"], "ok");
    server.stop();
    let (found, says) = code(&engine, &["health", "--listen", &listen]);
    assert_eq!((found, says.contains("no answer")), (1, true));
}

#[test]
fn completions_and_manual_are_printed() {
    for args in [&["completions", "bash"][..], &["completions", "zsh"], &["completions", "fish"], &["man"]] {
        let output = Command::new(KEYWRIGHT).args(args).output().unwrap();
        assert!(output.status.success());
        assert!(String::from_utf8(output.stdout).unwrap().contains("licence"), "{args:?}");
    }
}

#[test]
fn doctor_finds_what_is_wrong() {
    let engine = Engine::sqlite();
    product(&engine, &["--segments", "2", "--segment-length", "4"]);
    let report = json(&engine, &["doctor"]);
    assert_eq!(report["ok"], true);
    let text = report.to_string();
    assert!(text.contains("can be guessed") && text.contains("no damage found"), "{text}");
    std::fs::write(engine.folder.path().join("keywright.db"), "this is no database, however long it may be")
        .unwrap();
    let output = cli(&engine, &["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("not a SQLite database"));
}

#[test]
fn the_demo_runs_and_leaves_nothing() {
    let mut command = Command::new(KEYWRIGHT);
    clean(&mut command);
    command.args(["demo", "--port", "0"]).env("TMPDIR", "/tmp");
    let mut server = Server::spawn(command);
    let folder = std::path::PathBuf::from(format!("/tmp/keywright-demo-{}", server.pid()));
    assert!(folder.exists());
    let update = crate::support::http::get(server.address, "/software/updatecheck/1");
    assert_eq!(update.json()["version"], "1.2.0");
    assert!(server.stop().success());
    assert!(!folder.exists());
}

#[test]
fn a_flawed_data_folder_is_told() {
    let engine = Engine::sqlite();
    let file = engine.folder.path().join("blocked");
    std::fs::write(&file, "").unwrap();
    let inside = file.join("data");
    let output = Command::new(KEYWRIGHT).args(["serve", "--data-dir"]).arg(&inside).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--data-dir"));
}

#[test]
fn a_corrupt_database_is_told() {
    let engine = Engine::sqlite();
    let key = key(&engine, product(&engine, &[]), &[]);
    let path = engine.folder.path().join("keywright.db");
    let mut bytes = std::fs::read(&path).unwrap();
    // Every page but the first is overwritten.
    bytes[4096..].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();
    for args in [&["licence", "show", &key][..], &["db", "check"]] {
        let (found, says) = code(&engine, args);
        assert_eq!(found, 1, "{says}");
        assert!(says.contains("damaged") && says.contains("backup"), "{says}");
    }
}

#[test]
fn an_old_copy_put_back_is_told() {
    let engine = Engine::sqlite();
    let id = product(&engine, &[]);
    let path = engine.folder.path().join("keywright.db");
    let old = std::fs::read(&path).unwrap();
    key(&engine, id, &[]);
    std::fs::write(&path, old).unwrap();
    let (found, says) = code(&engine, &["product", "list"]);
    assert_eq!(found, 4);
    assert!(says.contains("--accept-rollback"), "{says}");
    assert_eq!(code(&engine, &["db", "check", "--accept-rollback"]).0, 0);
    assert_eq!(code(&engine, &["product", "list"]).0, 0);
}

#[test]
fn another_programs_database_is_left_alone() {
    let engine = Engine::sqlite();
    let path = engine.folder.path().join("keywright.db");
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute_batch("create table theirs (id integer)").unwrap();
    drop(conn);
    let (found, says) = code(&engine, &["product", "list"]);
    assert_eq!((found, says.contains("another program")), (4, true), "{says}");
}

#[test]
fn explain_looks_at_the_address() {
    let engine = Engine::sqlite();
    let key = key(&engine, product(&engine, &["--check-ip", "on"]), &[]);
    let server = Server::start(&engine, &[]);
    assert_eq!(server.call(&format!("activate&key={key}")).status, 200);
    assert_eq!(json(&engine, &["licence", "explain", &key, "--ip", "127.0.0.1"])["passes"], true);
    let elsewhere = json(&engine, &["licence", "explain", &key, "--ip", "198.51.100.7"]);
    assert_eq!(elsewhere["passes"], false);
    assert!(elsewhere.to_string().contains("127.0.0.1 (1)"), "{elsewhere}");
}
