//! People and apps by command.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::server::{cli, command, json as run};
use crate::support::{Engine, engines};

#[test]
fn people_by_command() {
    for engine in engines() {
        let made = run(
            &engine,
            &["admin", "create", "--email", "Mia@shop.example", "--role", "owner", "--name", "Mia"],
        );
        assert_eq!((&made["role"], made["password"].as_str().unwrap().len()), (&json!("owner"), 24));
        let file = engine.folder.path().join("password");
        std::fs::write(&file, "correct horse battery\n").unwrap();
        let from_file = ["--password-file", file.to_str().unwrap()];
        let ben = run(
            &engine,
            &[&["admin", "create", "--email", "ben@shop.example", "--role", "support"], &from_file[..]]
                .concat(),
        );
        assert_eq!(ben.get("password"), None);
        let zoe = command(
            &engine,
            &["admin", "create", "--email", "zoe@shop.example", "--role", "admin", "--json"],
        )
        .env("KEYWRIGHT_ADMIN_PASSWORD", "correct horse battery")
        .output()
        .unwrap();
        assert!(zoe.status.success() && !String::from_utf8_lossy(&zoe.stdout).contains("horse"), "{zoe:?}");
        let listed = run(&engine, &["admin", "list"]);
        let shown: Vec<&Value> = listed.as_array().unwrap().iter().map(|row| &row["email"]).collect();
        assert_eq!(
            shown,
            [&json!("Mia@shop.example"), &json!("ben@shop.example"), &json!("zoe@shop.example")]
        );
        assert!(!listed.to_string().contains("argon2"), "{listed}");
        assert_eq!(run(&engine, &["admin", "role", "ben@shop.example", "read_only"])["role"], "read_only");
        assert!(run(&engine, &["admin", "disable", "ben@shop.example"])["disabled_at"].is_string());
        assert!(run(&engine, &["admin", "enable", "BEN@shop.example"])["disabled_at"].is_null());
        let mut reset = command(
            &engine,
            &["admin", "reset-password", "ben@shop.example", "--password-file", "-", "--json"],
        )
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
        reset.stdin.take().unwrap().write_all(b"another long password\n").unwrap();
        assert!(reset.wait_with_output().unwrap().status.success());
        let code = |args: &[&str]| cli(&engine, &[&["admin"], args].concat()).status.code();
        assert_eq!(code(&["disable", "mia@shop.example"]), Some(4), "the last owner");
        assert_eq!(code(&["role", "mia@shop.example", "admin"]), Some(4));
        assert_eq!(code(&["disable", "nobody@shop.example"]), Some(3));
        assert_eq!(code(&["create", "--email", "mia@shop.example", "--role", "owner"]), Some(4));
        assert_eq!(code(&["create", "--email", "x@shop.example", "--role", "boss"]), Some(2));
        std::fs::write(&file, "too short\n").unwrap();
        assert_eq!(code(&[&["reset-password", "ben@shop.example"], &from_file[..]].concat()), Some(2));
        assert_eq!(code(&["reset-password", "ben@shop.example", "--password-file", "/nowhere"]), Some(4));
    }
}

#[test]
fn apps_by_command() {
    let engine = Engine::sqlite();
    let app = |args: &[&str]| run(&engine, &[&["oauth-app"], args].concat());
    let uris = ["--redirect-uri", "https://app.example/callback", "--redirect-uri", "http://127.0.0.1/cb"];
    let made =
        app(&[&["create", "--title", "Ledger", "--scopes", "read:products,read:orders"], &uris[..]].concat());
    let (id, secret) = (made["client_id"].as_str().unwrap(), made["client_secret"].as_str().unwrap());
    assert!(
        id.len() == 28 && id.starts_with("app_") && secret.len() == 47 && secret.starts_with("kws_"),
        "{made}"
    );
    let public = app(&[
        "create",
        "--title",
        "Phone",
        "--public",
        "--scopes",
        "all",
        "--redirect-uri",
        "com.example.app:/cb",
    ]);
    assert_eq!((&public["public"], public.get("client_secret")), (&json!(true), None));
    let listed = app(&["list"]);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(
        !listed.to_string().contains(secret) && listed[0]["client_id"] == public["client_id"],
        "newest first"
    );
    assert_eq!(run(&engine, &["oauth-app", "list", "--test"]), json!([]));
    assert_eq!(app(&["show", id])["redirect_uri"], "https://app.example/callback http://127.0.0.1/cb");
    assert_ne!(app(&["rotate-secret", id])["client_secret"], secret);
    assert_eq!(app(&["grants", "--app", id]), json!([]));
    let code = |args: &[&str]| cli(&engine, &[&["oauth-app"], args].concat()).status.code();
    assert_eq!(code(&["rotate-secret", public["client_id"].as_str().unwrap()]), Some(4));
    assert_eq!(code(&["revoke-grant", "7"]), Some(3));
    app(&["delete", id]);
    assert_eq!(code(&["show", id]), Some(3));
    for uri in
        ["http://app.example/callback", "https://app.example/callback#x", "https://app.example", "app:/x"]
    {
        assert_eq!(
            code(&["create", "--title", "X", "--scopes", "all", "--redirect-uri", uri]),
            Some(2),
            "{uri}"
        );
    }
}
