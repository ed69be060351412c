//! The first start: a link that makes one owner, once.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use crate::oauth::{Browser, form};
use crate::support::server::{Server, command, json};
use crate::support::{Engine, engines};

/// A server with its banner on a pipe, and the link that it prints.
pub struct Fresh {
    child: Child,
    pub link: Option<String>,
    /// The banner.
    pub said: Vec<String>,
    pub address: std::net::SocketAddr,
}

impl Fresh {
    pub fn start(engine: &Engine) -> Self {
        Self::at(engine, "127.0.0.1:0")
    }

    /// One that listens there.
    pub fn at(engine: &Engine, listen: &str) -> Self {
        let metrics = ["--metrics-listen", "127.0.0.1:0"];
        let mut serve =
            command(engine, &[&["serve", "--listen", listen, "--log", "pretty"], &metrics[..]].concat());
        let mut child =
            serve.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut said = Vec::new();
        for line in lines.by_ref() {
            let is_last = line.contains("/setup/") || line.contains("`keywright config show` has them all");
            said.push(line);
            if is_last && said.iter().any(|line| line.contains("/setup/")) {
                break;
            }
            // The link comes after the settings, if there is one: its heading says so.
            if is_last && json(engine, &["admin", "list"]).as_array().is_some_and(|all| !all.is_empty()) {
                break;
            }
        }
        let health = said
            .iter()
            .find_map(|line| line.split("http://").nth(1).filter(|rest| rest.ends_with("/healthz")))
            .unwrap();
        let address = health.trim_end_matches("/healthz").parse().unwrap();
        let link = said
            .iter()
            .find(|line| line.contains("/setup/"))
            .map(|line| format!("/setup/{}", line.split("/setup/").nth(1).unwrap()));
        Self { child, link, said, address }
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_banner_says_what_runs_where() {
    for engine in engines() {
        let fresh = Fresh::start(&engine);
        let (text, at) = (fresh.said.join("\n"), format!("http://{}", fresh.address));
        let data = fresh.said.iter().find_map(|line| line.strip_prefix("  data      ")).unwrap();
        if engine.name == "sqlite" {
            let folder = engine.folder.path().canonicalize().unwrap();
            assert!(data.starts_with(&format!("{} (SQLite 3.", folder.display())), "{data}");
        } else {
            assert!(data.contains("(PostgreSQL "), "{data}");
        }
        assert_eq!(fresh.said[0], format!("keywright {}", env!("CARGO_PKG_VERSION")));
        // Each address that it names leads where it says.
        for (what, path, status) in [
            ("shop", "/", 200),
            ("admin", "/admin", 303),
            ("docs", "/docs", 200),
            ("health", "/healthz", 200),
        ] {
            let line = format!("  {what:<10}{at}{path}");
            assert!(fresh.said.contains(&line), "{line}: {text}");
            assert_eq!(Browser::new(fresh.address).get(path).status, status, "{path}");
        }
        let metrics = fresh.said.iter().find_map(|line| line.strip_prefix("  metrics   http://")).unwrap();
        let metrics = metrics.strip_suffix("/metrics").unwrap().parse().unwrap();
        assert_eq!(Browser::new(metrics).get("/metrics").status, 200, "{text}");
        let settings = fresh.said.iter().find(|line| line.starts_with("  settings")).unwrap();
        for set in ["data_dir", "listen", "log"] {
            assert!(settings.contains(set), "{set}: {settings}");
        }
        assert!(fresh.said.last().unwrap().contains(&format!("{at}/setup/")), "{text}");
    }
}

#[test]
fn the_link_makes_one_owner() {
    for engine in engines() {
        let fresh = Fresh::start(&engine);
        let (link, browser) = (fresh.link.clone().unwrap(), Browser::new(fresh.address));
        assert_eq!(browser.get("/setup/nonsense").status, 410);
        let page = browser.get(&link);
        super::assert_sound(&link, &page);
        let typed = |password: &'static str| {
            [("shop", "Quill & Sons"), ("email", "mia@shop.example"), ("password", password)]
        };
        let short = browser.submit(&page, &link, &typed("too short"));
        assert_eq!(short.status, 400, "{short:?}");
        assert!(
            short.text().contains("shorter than 12") && short.text().contains("value=\"mia@shop.example\"")
        );
        assert!(short.text().contains("value=\"Quill &amp; Sons\"") && !short.text().contains("too short"));
        // Many at once: one is the owner.
        let hidden = crate::oauth::hidden(&page, &link);
        let cookie = format!("keywright-form={}", browser.cookie("keywright-form").unwrap());
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|nth| {
                    let (hidden, cookie, link) = (&hidden, &cookie, &link);
                    scope.spawn(move || {
                        let email = format!("owner{nth}@shop.example");
                        let mut fields: Vec<(&str, &str)> =
                            hidden.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
                        fields.extend([
                            ("shop", "Quill"),
                            ("email", email.as_str()),
                            ("password", "correct horse battery"),
                        ]);
                        let headers = [
                            ("Cookie", cookie.as_str()),
                            ("Content-Type", "application/x-www-form-urlencoded"),
                        ];
                        crate::support::http::send(
                            fresh.address,
                            "POST",
                            link,
                            &headers,
                            form(&fields).as_bytes(),
                        )
                        .status
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 410).count(), 7, "{statuses:?}");
        let people = json(&engine, &["admin", "list"]);
        assert_eq!((people.as_array().unwrap().len(), &people[0]["role"]), (1, &"owner".into()));
        assert_eq!(json(&engine, &["account", "show"])["name"], "Quill");
        let noted = json(&engine, &["audit", "list"]);
        let noted: Vec<_> = noted
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (row["action"].as_str().unwrap(), row["actor"].as_str().unwrap()))
            .collect();
        assert_eq!(
            noted,
            [("person.signed_in", "set-up"), ("account.changed", "set-up"), ("person.created", "set-up")]
        );
        assert_eq!(browser.get(&link).status, 410, "it is over");
        drop(fresh);
        assert_eq!(Fresh::start(&engine).link, None, "there is somebody");
    }
}

#[test]
fn a_link_is_in_no_log() {
    let engine = Engine::sqlite();
    let mut server = Server::start(&engine, &[]);
    assert!(server.stop().success());
    let log = server.log();
    assert!(log.contains("nobody can sign in yet") && !log.contains("/setup/"), "{log}");
}

#[test]
fn the_environment_names_the_first_owner() {
    let engine = Engine::sqlite();
    let serve = |password: &str| {
        let mut serve = command(&engine, &["serve", "--listen", "127.0.0.1:0", "--log", "json"]);
        serve.env("KEYWRIGHT_ADMIN_EMAIL", "mia@shop.example").env("KEYWRIGHT_ADMIN_PASSWORD", password);
        serve
    };
    let told = Server::try_spawn(serve("short")).err().unwrap();
    assert!(told.contains("shorter than 12 characters"), "{told}");
    drop(Server::spawn(serve("correct horse battery")));
    let server = Server::spawn(serve("another long password"));
    assert_eq!(json(&engine, &["admin", "list"]).as_array().unwrap().len(), 1);
    let browser = Browser::new(server.address);
    let page = browser.get("/admin/sign-in");
    let typed = [("email", "mia@shop.example"), ("password", "correct horse battery")];
    assert_eq!(
        browser.submit(&page, "/admin/sign-in", &typed).status,
        303,
        "the first start's password stands"
    );
}
