//! The directions of the house: `cli → web, jobs → (app, config) → domain → store → base`.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, and the rooms each may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("store", &["base"]),
    ("domain", &["base", "store"]),
    ("config", &["base", "store", "domain"]),
    ("app", &["base", "store", "domain", "config"]),
    ("web", &["base", "store", "domain", "config", "app"]),
    ("jobs", &["base", "store", "domain", "config", "app"]),
    ("cli", &["base", "store", "domain", "config", "app", "web", "jobs"]),
];

/// Crates, and the only rooms that may name them.
const AT_HOME: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("r2d2", &["store"]),
    ("postgres", &["store"]),
    ("rustls", &["base", "store", "web", "jobs"]),
    ("hyper", &["jobs"]),
    ("lettre", &["jobs"]),
    ("minijinja", &["jobs", "web"]),
    ("actix_web", &["web", "app", "cli"]),
    ("clap", &["cli"]),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

/// What is wrong with one file that stands in `room`.
fn wrong(room: &str, text: &str) -> Vec<String> {
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let mut found = Vec::new();
    let allowed = MAY_USE.iter().find(|(name, _)| *name == room).map_or(&[][..], |(_, rooms)| rooms);
    for after in code.split("crate::").skip(1) {
        let used: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if used != room && MAY_USE.iter().any(|(name, _)| *name == used) && !allowed.contains(&used.as_str())
        {
            found.push(format!("{room} uses {used}"));
        }
    }
    for (name, homes) in AT_HOME {
        if !homes.contains(&room) && code.contains(&format!("{name}::")) {
            found.push(format!("{room} names {name}"));
        }
    }
    found
}

#[test]
fn nothing_points_up() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for path in sources(&root) {
        let inside = path.strip_prefix(&root).unwrap();
        let first = inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs");
        if !["main", "lib"].contains(&first) {
            assert!(MAY_USE.iter().any(|(name, _)| *name == first), "{first} stands on no floor");
        }
        let found = wrong(first, &fs::read_to_string(&path).unwrap());
        assert!(["main", "lib"].contains(&first) || found.is_empty(), "{}: {found:?}", path.display());
        seen += 1;
    }
    assert!(seen > 30, "only {seen} files were looked at");
}

#[test]
fn a_dialect_knows_no_other_dialect() {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    let dialects: Vec<String> = fs::read_dir(&web)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("README.md").exists()) // a dialect has a contract
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert!(dialects.len() > 1);
    for dialect in &dialects {
        for path in sources(&web.join(dialect)) {
            let text = fs::read_to_string(&path).unwrap();
            for other in dialects.iter().filter(|other| *other != dialect) {
                assert!(!text.contains(&format!("web::{other}")), "{} uses {other}", path.display());
            }
        }
    }
}

#[test]
fn wrong_arrows_are_seen() {
    assert_eq!(wrong("domain", "use crate::web::edge;"), ["domain uses web"]);
    assert_eq!(wrong("web", "use crate::jobs;"), ["web uses jobs"]);
    assert_eq!(wrong("web", "fn f() { rusqlite::version(); }"), ["web names rusqlite"]);
    assert!(wrong("web", "// use crate::jobs;\nuse crate::domain::licence;").is_empty());
}

#[test]
fn money_is_never_a_float() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = sources(&root.join("domain"));
    files.extend(
        ["base/money.rs", "web/platform/money.rs", "web/platform/orders.rs"].map(|file| root.join(file)),
    );
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let has = |word: &str| text.split(|c: char| !c.is_alphanumeric()).any(|token| token == word);
        assert!(!has("f64") && !has("f32") && !has("as_f64"), "{}", path.display());
    }
}
