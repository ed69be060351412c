//! The lines that a product's page gives to paste: taken from the page, they work as they stand.

use std::path::Path;
use std::process::Command;

use keywright::domain::person::Role;

use super::{assert_sound, enter};
use crate::oauth::{Shop, plain};
use crate::support::server::{clean, has, issue, json, product};
use crate::support::{Engine, http, until};

const EMAIL: &str = "mia+pens@customer.example";

/// Each language of a product's page, with its lines.
fn languages(text: &str) -> Vec<(String, String)> {
    let part = |text: &str, mark: &str, end: &str| {
        let rest = text.split_once(mark).unwrap_or_else(|| panic!("no {mark} in {text}")).1;
        let escaped = rest.split_once(end).unwrap().0.replace("&#x2f;", "/").replace("&#x27;", "'");
        plain(&escaped)
    };
    let sections = text.split("<h2 id=\"in-").skip(1);
    sections.map(|section| (part(section, "\">", "</h2>"), part(section, "<code>", "</code>"))).collect()
}

/// Runs a program with a key and an identifier in its environment; what it printed.
fn run(program: &str, args: &[&str], key: &str) -> String {
    let mut command = Command::new(program);
    clean(&mut command);
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    let output = command.args(args).env("KEY", key).env("IDENTIFIER", EMAIL).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program}: {out}{err}");
    out.into_owned()
}

/// Runs lines in a language with a key, and the words around them that a test needs; what they found.
fn found(folder: &Path, name: &str, before: &str, lines: &str, after: &str, key: &str) -> String {
    let file = folder.join(format!("snippet.{name}"));
    std::fs::write(&file, format!("{before}\n{lines}\n{after}\n")).unwrap();
    let program = match name {
        "mjs" => "node",
        "py" => "python3",
        _ => "php",
    };
    run(program, &[file.to_str().unwrap()], key).trim().to_owned()
}

#[test]
fn what_the_page_gives_to_paste_works() {
    let shop = Shop::open(Engine::sqlite());
    let browser = enter(&shop, "owner@shop.example", Role::Owner);
    for mode in ["none", "email"] {
        let id = product(&shop.engine, &["--identifier-mode", mode]);
        json(&shop.engine, &["release", "publish", "--product", &id.to_string(), "--version", "1.4.2"]);
        let updates = format!("/software/updatecheck/{id}");
        until("the release is told", || http::get(shop.address(), &updates).status == 200);
        let key = || issue(&shop.engine, id, &["--email", EMAIL])["key"].as_str().unwrap().to_owned();
        let at = format!("/admin/products/{id}/integrate");
        let page = browser.get(&at);
        assert_sound(&at, &page);
        let all = languages(page.text());
        let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["curl", "JavaScript", "Python", "PHP", "C#", "Rust"]);
        for (name, lines) in &all {
            for wanted in ["activate", "check", "key", &format!("{}{updates}", shop.issuer())] {
                assert!(lines.contains(wanted), "{name}, {wanted}: {lines}");
            }
            assert_eq!(lines.contains("identifier"), mode == "email", "{name}: {lines}");
            assert!(!lines.contains("{api}") && !lines.contains("{updates}"), "{name}: {lines}");
            let folder = shop.engine.folder.path();
            match name.as_str() {
                "curl" => {
                    let key = key();
                    let said = run("sh", &["-c", lines], &key);
                    assert!(said.contains("OKAY") && said.contains("1.4.2"), "{mode}: {said}");
                    let usage = said.split("\"usage_id\":").nth(1).unwrap();
                    let usage: String = usage.chars().take_while(char::is_ascii_digit).collect();
                    let again =
                        run("sh", &["-c", &lines.replace("usage_id=1", &format!("usage_id={usage}"))], &key);
                    assert!(again.contains("\"status\":\"ACTIVE\""), "{mode}: {again}");
                }
                "JavaScript" => {
                    let before = "const { KEY: key, IDENTIFIER: identifier } = process.env;";
                    let after = "console.log(status, newest.version);";
                    assert_eq!(found(folder, "mjs", before, lines, after, &key()), "ACTIVE 1.4.2");
                }
                "Python" => {
                    let before = "import os\nkey, identifier = os.environ['KEY'], os.environ['IDENTIFIER']";
                    let after = "print(status, newest['version'])";
                    assert_eq!(found(folder, "py", before, lines, after, &key()), "ACTIVE 1.4.2");
                }
                "PHP" => {
                    assert!(has("php"), "no php: tests/run installs it");
                    let before = "<?php\n$key = getenv('KEY'); $identifier = getenv('IDENTIFIER');";
                    let after = "echo $status, ' ', $newest['version'];";
                    assert_eq!(found(folder, "php", before, lines, after, &key()), "ACTIVE 1.4.2");
                }
                // Neither a compiler of C# nor crates are there to build these with.
                _ => {}
            }
        }
    }
}
