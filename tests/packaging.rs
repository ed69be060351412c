//! The files of `packaging/` against the real programs: systemd's own judgement of the unit, and nginx in front of a server.

mod nginx;
mod unit;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::server::{KEYWRIGHT, clean};

/// The folder `packaging/`.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging")
}

/// The text of a file in it.
fn text(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap_or_else(|e| panic!("packaging/{name}: {e}"))
}

/// The settings that a proxy sample says belong to it: the lines that begin with `#:`.
fn settings_of(sample: &str) -> String {
    let lines: Vec<&str> =
        sample.lines().filter_map(|line| line.strip_prefix("#:")).map(str::trim_start).collect();
    assert!(!lines.is_empty(), "the sample names no settings");
    lines.join("\n")
}

/// All texts of the folder, by name.
fn all() -> Vec<(String, String)> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    files
        .filter(|path| path.is_file())
        .map(|path| (name(&path), fs::read_to_string(&path).unwrap()))
        .collect()
}

fn help_of_serve() -> String {
    let output = Command::new(KEYWRIGHT).args(["serve", "--help"]).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// The words of a text that begin with `start` and go on with the given characters.
fn words<'a>(text: &'a str, start: &str, goes_on: fn(char) -> bool) -> BTreeSet<&'a str> {
    let end = |rest: &str| {
        start.len() + rest[start.len()..].find(|c| !goes_on(c)).unwrap_or(rest.len() - start.len())
    };
    text.match_indices(start).map(|(at, _)| &text[at..]).map(|rest| &rest[..end(rest)]).collect()
}

#[test]
fn every_flag_of_serve_exists() {
    let help = help_of_serve();
    let known = words(&help, "--", |c| c.is_ascii_lowercase() || c == '-');
    let mut seen = 0;
    for (name, text) in all() {
        let calls = text.lines().filter_map(|line| Some(line.split_once("keywright serve ")?.1));
        for flag in calls.flat_map(|call| words(call, "--", |c| c.is_ascii_lowercase() || c == '-')) {
            assert!(known.contains(flag), "packaging/{name}: keywright serve has no {flag}");
            seen += 1;
        }
    }
    assert!(seen >= 2, "the unit alone has two");
}

/// What is looked at when nobody can sign in yet.
const OWNER: &str = include_str!("../src/cli/first_run.rs");

#[test]
fn every_variable_is_a_setting() {
    let is_part = |c: char| c.is_ascii_uppercase() || c == '_';
    let help = help_of_serve();
    let known = words(&help, "KEYWRIGHT_", is_part);
    let mut seen = 0;
    for (name, text) in all() {
        for variable in words(&text, "KEYWRIGHT_", is_part) {
            // The bare prefix stands for any of them; who the first owner is, is no setting.
            let is_known = variable == "KEYWRIGHT_" || known.contains(variable) || OWNER.contains(variable);
            assert!(is_known, "packaging/{name}: {variable}");
            seen += 1;
        }
    }
    assert!(seen >= 3, "the Dockerfile alone has three");
}

#[test]
fn both_proxies_name_the_same_settings() {
    let settings = settings_of(&text("nginx.conf"));
    assert_eq!(settings, settings_of(&text("Caddyfile")));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keywright.toml");
    fs::write(&file, &settings).unwrap();
    let mut command = Command::new(KEYWRIGHT);
    clean(&mut command);
    let shown = command.args(["config", "show", "--json", "--config"]).arg(&file).output().unwrap();
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    let from_file =
        shown.as_array().unwrap().iter().filter(|s| s["source"].as_str().unwrap().starts_with("file"));
    assert_eq!(from_file.count(), settings.lines().count());
}
