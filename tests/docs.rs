//! The documentation page: all of it from this server, nothing inline, kept for ever by caches but for the page itself.

use std::process::Command;

use crate::support::server::Server;
use crate::support::{Engine, http};

/// What stands between `before` and the next quotation mark, wherever `before` is.
fn each<'a>(text: &'a str, before: &str) -> Vec<&'a str> {
    text.split(before).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn the_page_is_whole() {
    let server = Server::start(&Engine::sqlite(), &[]);
    let page = http::get(server.address, "/docs");
    let text = page.text();
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
    assert!(!text.contains("style=") && !text.contains("<style") && !text.contains(" on"), "{text}");
    assert_eq!(text.matches("<script").count(), each(text, "<script defer src=\"").len());
    assert!(text.contains("<title>") && text.contains("<noscript>") && text.contains("\"/openapi.json\""));
    let files = [each(text, "src=\""), each(text, "rel=\"stylesheet\" href=\"")].concat();
    assert_eq!(files.len(), 4, "{files:?}");
    let mut bytes = 0;
    for file in files {
        let answer = http::get(server.address, file);
        assert_eq!(answer.status, 200, "{file}");
        assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"), "{file}");
        assert_eq!(
            answer.header("content-encoding").is_some(),
            answer.body.starts_with(b"\x1f\x8b"),
            "{file}"
        );
        bytes += answer.body.len();
    }
    assert!((100_000..600_000).contains(&bytes), "{bytes} bytes are in the program for it");
    assert_eq!(http::get(server.address, "/assets/swagger-ui-bundle.js").status, 404);
    assert_eq!(http::send(server.address, "POST", "/docs", &[], b"").header("allow"), Some("GET, HEAD"));
}

#[test]
fn below_a_path_it_asks_there() {
    let server = Server::start(&Engine::sqlite(), &["--public-url", "https://example.com/shop"]);
    let page = http::get(server.address, "/docs");
    assert!(each(page.text(), "src=\"").iter().all(|file| file.starts_with("/shop/assets/")));
    assert!(page.text().contains("\"/shop/openapi.json\""));
}

/// A real browser shows every noun, asks nobody but this server, and complains of nothing.
#[test]
fn a_browser_shows_it() {
    let engine = Engine::sqlite();
    let server = Server::start(&engine, &[]);
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000"])
        .args(["--enable-logging=stderr", "--dump-dom"])
        // Whoever it would ask but this server is not there.
        .arg("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
        .arg(format!("--user-data-dir={}", engine.folder.path().join("browser").display()))
        .arg(format!("http://{}/docs", server.address))
        .output()
        .unwrap_or_else(|e| panic!("chromium: {e}; tests/run installs it"));
    let (page, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    for noun in ["Licence API", "Products", "Webhooks", "Server"] {
        assert!(page.contains(&format!("data-tag=\"{noun}\"")), "{noun} is not shown: {said}");
    }
    let complaints: Vec<&str> = said.lines().filter(|line| line.contains("CONSOLE")).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
}
