//! What buyers, vendors and shipped apps write is text in every page, whatever it looks like.

use keywright::domain::person::Role;

use super::{assert_sound, crawl, enter};
use crate::oauth::{Shop, encoded};
use crate::support::server::json;

const TRICKS: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}",
    "<svg/onload=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "</textarea><iframe src=//evil.example>",
    "<!--><b>",
    "\u{202e}txt.exe",
    "<a href=\"javascript:alert(1)\">x</a>",
];

#[test]
fn text_is_text() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let run = |args: &[&str]| json(&shop.engine, args);
    for (nth, trick) in TRICKS.iter().enumerate() {
        let product = run(&[
            "product",
            "create",
            "--title",
            trick,
            "--api",
            "on",
            "--price",
            "500",
            "--currency",
            "EUR",
        ])["id"]
            .to_string();
        let email = format!("c{nth}@customer.example");
        let made = run(&[
            "licence",
            "issue",
            "--product",
            &product,
            "--email",
            &email,
            "--name",
            trick,
            "--max-uses",
            "2",
        ]);
        let key = made["key"].as_str().unwrap();
        let extra = encoded(&serde_json::json!({"host": trick}).to_string());
        let taken = shop.server.call(&format!("activate&key={key}&extra={extra}"));
        assert_eq!(taken.status, 200, "{taken:?}");
        run(&["customer", "set", &made["customer_id"].to_string(), "--username", trick]);
        let order = run(&["order", "create", "--line", &product, "--email", &email])["id"].to_string();
        run(&["order", "pay", &order, "--reference", trick]);
    }
    run(&["account", "set", "--name", TRICKS[3]]);
    let browser = enter(&shop, "mia@shop.example", Role::Owner);
    let pages = crawl(&browser);
    assert!(pages.len() > 5 * TRICKS.len(), "{} pages", pages.len());
    for (path, page) in &pages {
        assert_sound(path, page);
        if page.header("content-disposition").is_some() {
            continue;
        }
        let text = page.text();
        let shown = TRICKS.iter().filter(|trick| trick.contains('<') && text.contains(**trick));
        assert_eq!(shown.count(), 0, "{path}: {text}");
        for tag in ["<img", "<iframe", "<b>", "<svg/", "href=\"javascript"] {
            assert!(!text.contains(tag), "{path}: {tag}: {text}");
        }
        assert!(!text.contains("49{"), "{path}: a template in a text was run");
    }
    // What is asked for comes back too.
    for trick in TRICKS {
        for place in [
            "find?q",
            "customers?q",
            "licences?key",
            "licences?status",
            "licences?product",
            "products?q",
            "audit?id",
            "audit?subject",
            "orders?before",
            "sign-in?next",
        ] {
            let path = format!("/admin/{place}={}", encoded(trick));
            let page = browser.get(&path);
            assert!(page.status < 500, "{path}: {page:?}");
            if page.status == 200 {
                assert_sound(&path, &page);
                assert!(!trick.contains('<') || !page.text().contains(trick), "{path}: {}", page.text());
            }
        }
    }
}
