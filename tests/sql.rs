//! One SQL text for two engines: every statement in `src/domain` is prepared on both, and keeps the rules of the house.

use std::fs;
use std::path::Path;

use crate::support::{block_on, engines};

/// Statements of `src/domain`, as `(file, text)`.
fn statements() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let is_sql = |text: &String| {
            ["select ", "insert ", "update ", "delete ", "with "]
                .iter()
                .any(|verb| text.to_lowercase().starts_with(verb))
                && text.contains(['(', ',', '='])
        };
        found.extend(literals(&text).into_iter().filter(is_sql).map(|sql| (file.clone(), sql)));
    }
    found
}

/// The string literals of Rust source, with `\` at a line's end taking away the line's break and indentation.
fn literals(source: &str) -> Vec<String> {
    let code: String = source
        .lines()
        .map(|line| if line.trim_start().starts_with("//") { "" } else { line })
        .collect::<Vec<_>>()
        .join("\n");
    let (mut found, mut chars) = (Vec::new(), code.chars().peekable());
    while let Some(c) = chars.next() {
        if c == '\'' {
            // A character such as '"' must not open a string; a lifetime has no closing quote nearby.
            let ahead: Vec<char> = chars.clone().take(2).collect();
            if ahead.get(1) == Some(&'\'') || ahead.first() == Some(&'\\') {
                chars.nth(1);
            }
            continue;
        }
        if c != '"' {
            continue;
        }
        let mut text = String::new();
        while let Some(c) = chars.next() {
            match c {
                '"' => break,
                '\\' => match chars.next() {
                    Some('\n') => while chars.next_if(|c| c.is_whitespace()).is_some() {},
                    Some(other) => text.push(other),
                    None => break,
                },
                other => text.push(other),
            }
        }
        found.push(text);
    }
    found
}

/// What no statement may hold: words that one engine lacks or takes otherwise (design, part 3).
const BANNED: &[&str] = &[
    "for update",
    "skip locked",
    "insert or ",
    "now()",
    "current_timestamp",
    "lower(",
    "upper(",
    " like ",
    " ilike ",
    "::",
    "true",
    "false",
    "json",
    "autoincrement",
    "on conflict do nothing returning *",
    "max($",
    "min($",
    "||",
];

#[test]
fn every_statement_is_valid_on_both_engines() {
    let all = statements();
    assert!(all.len() >= 40, "only {} statements were found", all.len());
    for engine in engines() {
        let (store, _) = engine.store();
        for (file, sql) in &all {
            if let Err(e) = block_on(store.plan(sql)) {
                panic!("{file} on {}: {e}\n{sql}", engine.name);
            }
        }
    }
}

#[test]
fn every_statement_keeps_the_rules() {
    for (file, sql) in statements() {
        let outside_quotes: String = sql.split('\'').step_by(2).collect();
        assert_eq!(outside_quotes, outside_quotes.to_lowercase(), "{file}: SQL is written in lower case");
        for word in BANNED {
            assert!(!outside_quotes.contains(word), "{file}: '{word}' in {sql}");
        }
    }
}

/// Files whose statements run under `peek`, and the beginnings of others that do.
const PEEKED: &[&str] = &["ladder.rs", "select schema_version, commit_seq"];

#[test]
fn what_runs_under_peek_scans_nothing() {
    let engine = &engines()[0];
    let (store, _) = engine.store();
    let peeked: Vec<_> = statements()
        .into_iter()
        .filter(|(file, sql)| PEEKED.iter().any(|p| file == p || sql.starts_with(p)))
        .collect();
    assert_eq!(peeked.len(), 2, "{peeked:?}");
    for (file, sql) in peeked {
        for line in block_on(store.plan(&sql)).unwrap() {
            assert!(!line.contains("SCAN"), "{file}: {line}\n{sql}");
        }
    }
}

#[test]
fn the_reader_of_literals_reads() {
    let source = "f(\"select a, \\\n     b\", 'x', '\"', &'a str); // \"select no\"\n// \"select never\"\ng(\"select \\\"c\\\"\")";
    let found = literals(source);
    assert!(
        found.contains(&"select a, b".to_owned()) && found.contains(&"select \"c\"".to_owned()),
        "{found:?}"
    );
    assert!(!found.contains(&"select never".to_owned()));
}
