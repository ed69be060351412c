//! `keywright demo`: what there is to look at, that every page says what it is, and that only this machine reaches it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};

use crate::oauth::Browser;
use crate::pages::crawl_from;
use crate::support::server::{KEYWRIGHT, clean};

/// A demo, and what it printed.
struct Demo {
    child: Child,
    said: Vec<String>,
    address: SocketAddr,
    folder: tempfile::TempDir,
}

impl Demo {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(KEYWRIGHT);
        clean(&mut command);
        // What is set for the machine's own server does not open the demo to others.
        command.env("KEYWRIGHT_LISTEN", "0.0.0.0:0").env("TMPDIR", folder.path());
        command.args(["demo", "--port", "0"]).env("KEYWRIGHT_LOG", "pretty");
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut said = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
            let is_last = line.ends_with("/healthz");
            said.push(line);
            if is_last {
                break;
            }
        }
        let last = said.last().expect("the demo says where it is");
        let address = last.split("http://").nth(1).unwrap().trim_end_matches("/healthz").parse().unwrap();
        Self { child, said, address, folder }
    }

    /// Somebody with the password that was printed.
    fn owner(&self) -> Browser {
        let line = self.said.iter().find(|line| line.starts_with("Sign in at /admin as ")).unwrap();
        let (email, password) =
            line.strip_prefix("Sign in at /admin as ").unwrap().split_once(" with the password ").unwrap();
        let browser = Browser::new(self.address);
        let page = browser.get("/admin/sign-in");
        let entered = browser.submit(&page, "/admin/sign-in", &[("email", email), ("password", password)]);
        assert_eq!(entered.status, 303, "{entered:?}");
        browser
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The kind of a path: its numbers out.
fn kind(path: &str) -> String {
    let path = path.split('?').next().unwrap();
    let is_number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    path.split('/').map(|part| if is_number(part) { "{id}" } else { part }).collect::<Vec<_>>().join("/")
}

/// The pages that links lead to from one on, two of each kind.
fn pages(browser: &Browser, begin: &str) -> usize {
    let seen: RefCell<BTreeMap<String, usize>> = RefCell::default();
    let found = crawl_from(browser, begin, 500, |link| {
        if link.starts_with("/docs") || link.starts_with("/assets") || link.contains("format=") {
            return false;
        }
        let mut seen = seen.borrow_mut();
        let count = seen.entry(kind(link)).or_default();
        *count += 1;
        *count <= 2
    });
    let mut looked = 0;
    for (path, page) in found {
        let is_page = page.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        if page.header("content-disposition").is_some() || page.status == 303 || !is_page {
            continue;
        }
        assert!(page.status < 500, "{path}: {page:?}");
        assert!(page.text().contains("Demo data: all of it is gone when this server stops"), "{path}");
        looked += 1;
    }
    looked
}

#[test]
fn every_page_of_the_demo_says_so_and_it_has_something_of_everything() {
    let demo = Demo::start();
    assert!(demo.address.ip().is_loopback(), "{}", demo.address);
    assert!(TcpStream::connect(demo.address).is_ok());
    // Another address of this machine: a server that listens on all of them would be there too.
    assert!(TcpStream::connect(("127.0.0.2", demo.address.port())).is_err());
    let stranger = Browser::new(demo.address);
    assert!(pages(&stranger, "/") > 5);
    for path in ["/admin/sign-in", "/nothing-here", "/admin/orders/999999"] {
        let page = stranger.get(path);
        let is_page = page.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        assert!(!is_page || page.text().contains("Demo data"), "{path}: {page:?}");
    }
    let owner = demo.owner();
    let looked = pages(&owner, "/admin");
    assert!(looked > 50, "{looked} pages");

    let hooks = owner.get("/admin/webhooks");
    assert!(hooks.text().contains(">failing<"), "{hooks:?}");
    for payment in ["unpaid", "paid", "partially_refunded", "refunded"] {
        let list = owner.get(&format!("/admin/orders?payment={payment}"));
        assert!(list.text().contains("<tbody>"), "no order is {payment}");
    }
    assert!(owner.get("/admin/orders?goods=canceled").text().contains("<tbody>"), "none is cancelled");
    for status in ["active", "suspended", "expired"] {
        let list = owner.get(&format!("/admin/licences?status={status}"));
        assert!(list.text().contains("<tbody>"), "no licence is {status}");
    }
    // Keys to play with are printed, and stand in the shop's own lists.
    let key = demo.said.iter().find(|line| line.contains("fresh, 3 uses")).unwrap().trim();
    let key = key.split_whitespace().next().unwrap();
    let there = owner.get(&format!("/admin/find?q={key}"));
    assert_eq!(there.status, 303, "{there:?}");
    assert!(
        std::fs::read_dir(demo.folder.path()).unwrap().count() == 1,
        "its data is there and nowhere else"
    );
}
