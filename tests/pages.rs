//! The pages over HTTP: who comes in and how far, that every link leads somewhere, and that nothing that anybody writes is more than text.

mod admin;
mod b2b;
mod backups;
mod balances;
mod content;
pub mod corpus;
mod deeds;
mod developer;
pub mod first_run;
mod goods;
mod goods_shop;
mod handling;
mod home;
mod hostile;
mod hostile_shop;
mod integrate;
mod letters;
mod lists;
mod long;
mod markup;
mod mend;
mod part;
pub mod people;
mod post;
mod reviews;
mod several;
mod sheets;
mod shop;
mod storm;
mod team;
mod tickets;
mod unsent;
mod work;
pub mod written;
mod written_shop;

use std::collections::{BTreeMap, BTreeSet};

use keywright::domain::person::Role;

use crate::oauth::{Browser, PASSWORD, Shop};
use crate::support::http::Answer;
use crate::support::server;

/// Somebody of this role, signed in by the form.
pub fn enter(shop: &Shop, email: &str, role: Role) -> Browser {
    shop.person(email, role);
    let browser = Browser::new(shop.address());
    let page = browser.get("/admin/sign-in");
    let entered = browser.submit(&page, "/admin/sign-in", &[("email", email), ("password", PASSWORD)]);
    assert_eq!((entered.status, entered.header("location")), (303, Some("/admin")), "{entered:?}");
    browser
}

/// A product with a release, a licence in use, and an order that is paid; the id of the licence.
pub fn stock(shop: &Shop, email: &str) -> i64 {
    let run = |args: &[&str]| server::json(&shop.engine, args);
    let product = run(&[
        "product",
        "create",
        "--title",
        "Quill",
        "--api",
        "on",
        "--price",
        "1900",
        "--currency",
        "EUR",
    ])["id"]
        .to_string();
    run(&["release", "publish", "--product", &product, "--version", "1.0.0"]);
    let licence = run(&["licence", "issue", "--product", &product, "--email", email, "--name", "Mia"]);
    let key = licence["key"].as_str().unwrap();
    assert_eq!(shop.server.call(&format!("activate&key={key}&extra={{%22host%22:%22desk%22}}")).status, 200);
    let order = run(&["order", "create", "--line", &product, "--email", email])["id"].to_string();
    run(&["order", "pay", &order]);
    licence["licence_id"].as_i64().unwrap()
}

/// Every page and file that links of the administration lead to, from its home on.
pub fn crawl(browser: &Browser) -> Vec<(String, Answer)> {
    crawl_among(browser, 500, |_| true)
}

/// As [`crawl`], of the links that are wanted; `most` is more than there can be.
pub fn crawl_among(browser: &Browser, most: usize, wants: impl Fn(&str) -> bool) -> Vec<(String, Answer)> {
    crawl_from(browser, "/admin", most, |link| link.starts_with("/admin") && wants(link))
}

/// How many pages there are of each kind, where there are too many.
fn kinds(seen: &BTreeSet<String>) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for path in seen {
        let shape = path.split(['/', '?', '=', '&']).filter(|word| word.parse::<i64>().is_err());
        *kinds.entry(shape.collect::<Vec<_>>().join("/")).or_default() += 1;
    }
    kinds.retain(|_, count| *count > 100);
    kinds
}

/// The pages and files of this server that links lead to from one page on, of those that are wanted.
pub fn crawl_from(
    browser: &Browser,
    begin: &str,
    most: usize,
    wants: impl Fn(&str) -> bool,
) -> Vec<(String, Answer)> {
    let (mut waiting, mut seen, mut found) = (vec![begin.to_owned()], BTreeSet::new(), Vec::new());
    while let Some(path) = waiting.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let answer = browser.get(&path);
        // A file may hold anything, as it stands.
        let text = if answer.header("content-disposition").is_some() { "" } else { answer.text() };
        let links =
            text.split("href=\"").skip(1).map(|rest| crate::oauth::plain(rest.split('"').next().unwrap()));
        waiting.extend(links.filter(|link| link.starts_with('/') && wants(link)));
        found.push((path, answer));
        assert!(seen.len() < most, "there is no end: {:?}", kinds(&seen));
    }
    found
}

/// What holds for every page.
pub fn assert_sound(path: &str, page: &Answer) {
    let text = page.text();
    assert_eq!(page.status, 200, "{path}: {text}");
    assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"), "{path}");
    if page.header("content-disposition").is_some() {
        return;
    }
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
    // Drawings may have titles of their own.
    let head = text.split("</head>").next().unwrap();
    for (part, once) in [(text, "<main"), (text, "<h1>"), (head, "<title>"), (text, "<html lang=\"en\">")] {
        assert_eq!(part.matches(once).count(), 1, "{path}: {once}: {text}");
    }
    // What stands in quotation marks is a value, whatever it looks like.
    let names = |tag: &str| tag.split('"').step_by(2).collect::<Vec<_>>().join(" ");
    for tag in text.split('<').filter_map(|tag| tag.split('>').next()) {
        let is_inline = |name: &str| name.starts_with("on") || name.starts_with("style=");
        assert!(!names(tag).split(' ').skip(1).any(is_inline), "{path}: {tag}");
    }
    assert!(!text.contains("<style"), "{path}: {text}");
    assert_eq!(
        text.matches("<script").count(),
        text.matches("<script defer src=\"/assets/").count(),
        "{path}"
    );
    let is_named = |input: &&str| {
        // A tick in a table is named by its row.
        input.starts_with("type=\"hidden\"") || input.split('>').next().unwrap().contains(" aria-label=\"")
    };
    for input in text.split("<input ").skip(1).filter(|input| !is_named(input)) {
        let id = input.split("id=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(text.contains(&format!(" for=\"{id}\">")), "{path}: {id} has no label");
    }
    let ids: Vec<&str> = text.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{path}: an id is there twice: {ids:?}");
}
