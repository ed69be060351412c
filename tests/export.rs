//! `export`: all of a shop as files, of one instant, and nothing that must not leave.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use keywright::base::seal;
use keywright::domain::move_out::{LEFT_OUT, NOUNS};
use serde_json::Value;

use crate::support::server::{cli, command, json, product};
use crate::support::{Engine, block_on, engines};

fn export(engine: &Engine, to: &Path, args: &[&str]) -> Value {
    json(engine, &[&["export", "--to", to.to_str().unwrap()], args].concat())
}

/// The lines of a file.
fn lines(folder: &Path, noun: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder.join(format!("{noun}.jsonl"))).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A shop with something of most kinds; the secrets in it.
fn fill(engine: &Engine) -> Vec<String> {
    let id =
        product(engine, &["--price", "1000", "--currency", "EUR", "--identifier-mode", "none"]).to_string();
    let hidden = |shown: &Value, name: &str| shown[name].as_str().unwrap().to_owned();
    let key = json(engine, &["api-key", "create", "--scopes", "all"]);
    let hook = json(engine, &["webhook", "create", "--url", "https://hook.example/x"]);
    let app = json(
        engine,
        &[
            "oauth-app",
            "create",
            "--title",
            "App",
            "--redirect-uri",
            "https://app.example/cb",
            "--scopes",
            "read:products",
        ],
    );
    let mut admin = command(engine, &["admin", "create", "--email", "owner@shop.example", "--role", "owner"]);
    assert!(admin.env("KEYWRIGHT_ADMIN_PASSWORD", "canary-of-a-password").output().is_ok());
    json(engine, &["category", "create", "--title", "Shelf"]);
    json(engine, &["coupon", "create", "TEN", "--percent-bp", "1000"]);
    json(
        engine,
        &["licence", "issue", "--product", &id, "--email", "ana@customer.example", "--key", "SOLD-KEY"],
    );
    let order = json(engine, &["order", "create", "--email", "ana@customer.example", "--line", &id]);
    json(engine, &["order", "pay", &order["id"].to_string()]);
    json(engine, &["page", "create", "--title", "About", "--body", "Hello"]);
    let file = engine.folder.path().join("setup.bin");
    fs::write(&file, b"the bytes of a download").unwrap();
    json(engine, &["file", "upload", file.to_str().unwrap()]);
    let master = fs::read_to_string(engine.folder.path().join("master.key")).unwrap();
    let mut secrets = vec![hidden(&key, "key"), hidden(&key, "secret"), master.trim().to_owned()];
    secrets.extend([&hook, &app].iter().filter_map(|shown| Some(shown.get("secret")?.as_str()?.to_owned())));
    secrets.extend(["canary-of-a-password".to_owned(), "$argon2id$".to_owned()]);
    secrets.push(seal::hash(hidden(&key, "key").as_bytes()));
    secrets
}

#[test]
fn a_whole_shop_leaves_without_its_secrets() {
    for engine in engines() {
        let secrets = fill(&engine);
        assert!(secrets.len() >= 6);
        let folder = engine.folder.path().join("out");
        let manifest = export(&engine, &folder, &[]);
        for noun in manifest["nouns"].as_array().unwrap() {
            let name = noun["name"].as_str().unwrap();
            let bytes = fs::read(folder.join(noun["file"].as_str().unwrap())).unwrap();
            assert_eq!(noun["sha256"], seal::hash(&bytes), "{name}");
            assert_eq!(noun["rows"], lines(&folder, name).len(), "{name}");
        }
        let stored: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
        assert_eq!(stored, manifest);
        let count = |name: &str| lines(&folder, name).len();
        let counted = [
            "products",
            "customers",
            "orders",
            "purchases",
            "licences",
            "coupons",
            "categories",
            "pages",
            "files",
            "webhooks",
        ];
        assert_eq!(counted.map(count), [1, 1, 1, 2, 2, 1, 1, 1, 1, 1]);
        let order = &lines(&folder, "orders")[0];
        assert_eq!(
            (order["total_minor"].as_i64(), order["lines"].as_array().unwrap().len()),
            (Some(1_000), 1),
            "{order}"
        );
        assert_eq!(order["payments"][0]["amount_minor"], 1_000, "{order}");
        assert!(order["paid_at"].as_str().unwrap().ends_with('Z'), "{order}");
        let product = &lines(&folder, "products")[0];
        assert_eq!(
            (&product["licence_policy"]["identifier_mode"], &product["approved"]),
            (&"none".into(), &true.into())
        );
        assert!(lines(&folder, "licences").iter().any(|licence| licence["key"] == "SOLD-KEY"));
        let sha256 = lines(&folder, "files")[0]["sha256"].as_str().unwrap().to_owned();
        assert_eq!(fs::read(folder.join("files").join(&sha256)).unwrap(), b"the bytes of a download");
        assert_eq!(manifest["files"][0]["sha256"], sha256);
        for entry in
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
        {
            let text = fs::read_to_string(&entry).unwrap();
            for secret in &secrets {
                assert!(!text.contains(secret), "{} tells {secret}", entry.display());
            }
        }
        let readme = fs::read_to_string(folder.join("README.md")).unwrap();
        assert!(NOUNS.iter().all(|noun| readme.contains(&format!("`{}.jsonl`", noun.name))), "{readme}");
        let again = cli(&engine, &["export", "--to", folder.to_str().unwrap()]);
        assert_eq!(again.status.code(), Some(4), "a folder that is used is refused");
        let test = export(&engine, &engine.folder.path().join("test-rows"), &["--test"]);
        assert_eq!(test["mode"], "test");
        assert!(
            test["nouns"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|noun| noun["name"] == "orders")
                .all(|noun| noun["rows"] == 0)
        );
    }
}

#[test]
fn pages_of_rows_and_what_hangs_on_them_are_whole() {
    let engine = Engine::sqlite();
    let old = crate::move_in::shopkit_of(2_300);
    crate::move_in::move_in(&engine, &old);
    let folder = engine.folder.path().join("out");
    export(&engine, &folder, &[]);
    let orders = lines(&folder, "orders");
    assert_eq!(orders.len(), 2_300);
    assert!(orders.iter().all(|order| order["lines"].as_array().unwrap().len() == 2));
    let bought: usize =
        orders.iter().filter(|order| !order["payments"].as_array().unwrap().is_empty()).count();
    assert_eq!(lines(&folder, "purchases").len(), bought * 2);
    let ids: BTreeSet<i64> = orders.iter().map(|order| order["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), 2_300);
    assert!(
        lines(&folder, "old_ids")
            .iter()
            .filter(|row| row["kind"] == "order")
            .all(|row| ids.contains(&row["row_id"].as_i64().unwrap()))
    );
}

#[test]
fn a_table_is_exported_or_left_out_for_a_reason() {
    let schema = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.sql")).unwrap();
    let tables: BTreeSet<&str> =
        schema.lines().filter_map(|line| line.strip_prefix("create table ")?.split(' ').next()).collect();
    let left_out: BTreeSet<&str> = LEFT_OUT.iter().map(|(table, _)| *table).collect();
    let selects: Vec<&str> = NOUNS
        .iter()
        .flat_map(|noun| std::iter::once(noun.select).chain(noun.children.iter().map(|child| child.select)))
        .collect();
    let is_told = |table: &str| {
        selects
            .iter()
            .any(|sql| ["from ", "join "].iter().any(|word| sql.contains(&format!("{word}{table} "))))
    };
    for table in &tables {
        assert!(
            is_told(table) != left_out.contains(table),
            "{table} is to be exported, or left out for a reason"
        );
    }
    assert!(left_out.is_subset(&tables), "{left_out:?}");
    for noun in NOUNS {
        let columns = |sql: &str| sql["select ".len()..sql.find(" from ").unwrap()].split(", ").count();
        assert_eq!(columns(noun.select), noun.columns.split(' ').count(), "{}", noun.name);
        for child in noun.children {
            assert_eq!(
                columns(child.select),
                1 + child.columns.split(' ').count(),
                "{}.{}",
                noun.name,
                child.name
            );
        }
    }
}

#[test]
fn every_statement_of_it_is_valid_on_both_engines() {
    for engine in engines() {
        let (store, _) = engine.store();
        for noun in NOUNS {
            for sql in std::iter::once(noun.select).chain(noun.children.iter().map(|child| child.select)) {
                block_on(store.plan(sql)).unwrap_or_else(|e| panic!("{} on {}: {e}", noun.name, engine.name));
            }
        }
    }
}
