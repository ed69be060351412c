//! Pages that only forms lead to, secrets that are shown once, what refuses somebody, and what keys and buttons do with JavaScript.

use keywright::base::time::{Clock, SECOND};
use keywright::base::totp::Secret;
use keywright::domain::person::Role;

use super::hand::Hand;
use super::stand::{BUYER, Stand};
use crate::oauth::customers::letter;
use crate::oauth::{PASSWORD, Shop};
use crate::pages::people::age;
use crate::support::Engine;
use crate::support::server::json;

const OWNER: &str = "mia@shop.example";
const HELPER: &str = "ben@shop.example";

fn sign_in(hand: &mut Hand, email: &str) {
    hand.change();
    hand.go("/admin/sign-in");
    hand.fill("#email", email);
    hand.fill("#password", PASSWORD);
    hand.follow("button:has-text('Sign in')");
}

/// The code that a phone shows, so many steps from now.
fn code(secret: &Secret, steps: i64) -> String {
    secret.shown(Clock::System.now() + steps * 30 * SECOND)
}

#[test]
fn what_forms_and_refusals_say_is_for_everybody() {
    let shop = Shop::open(Engine::sqlite());
    let stand = Stand::fill(&shop);
    shop.person(OWNER, Role::Owner);
    shop.person(HELPER, Role::ReadOnly);
    let mut hand = Hand::new("forms", &shop.issuer(), true);
    sign_in(&mut hand, OWNER);
    hand.go("/admin/products/new");
    hand.fill("[name=title]", "Pencil");
    hand.fill("[name=price]", "five");
    hand.follow("button:has-text('Make it')");
    assert!(hand.read("main [role=alert]").contains("look at what is marked"));
    assert_eq!(hand.value("[name=price]"), "five");
    hand.look("with-errors");

    let edit = format!("/admin/products/{}/edit", stand.plain[0]);
    hand.go(&edit);
    json(&shop.engine, &["product", "set", &stand.plain[0], "--title", "Quill, renamed"]);
    hand.fill("[name=title]", "Quill, mine");
    hand.follow("button:has-text('Save')");
    assert!(hand.read("main [role=alert]").contains("Somebody else has changed this"));
    hand.look("overtaken");

    age(&shop, 16);
    hand.go("/admin/api-keys/new");
    assert!(hand.read("h1").contains("once more"), "{}", hand.path());
    hand.look("fresh");
    hand.fill("#password", "wrong");
    hand.follow("button:has-text('Sign in')");
    hand.look("fresh-wrong");
    hand.fill("#password", PASSWORD);
    hand.follow("button:has-text('Sign in')");
    assert_eq!(hand.path(), "/admin/api-keys/new");
    hand.fill("[name=title]", "Till");
    hand.tick("fieldset.several input");
    hand.follow("button:has-text('Make it')");
    assert!(!hand.read(".secrets code").is_empty());
    hand.look("shown-once");

    hand.go("/admin/account/second-factor");
    let secret = Secret::read(&hand.read("main code").replace(' ', "")).unwrap();
    hand.fill("#code", "000000");
    hand.follow("button:has-text('Switch it on')");
    hand.look("factor-wrong");
    hand.fill("#code", &code(&secret, 0));
    hand.follow("button:has-text('Switch it on')");
    assert_eq!(hand.read(".secrets code").split_whitespace().count(), 10);
    hand.look("recovery-codes");
    for page in ["/admin/account/second-factor/off", "/admin/account/recovery-codes"] {
        hand.go(page);
        hand.look("factor-on");
    }
    sign_in(&mut hand, OWNER);
    assert!(hand.path().starts_with("/admin/sign-in/code"), "{}", hand.path());
    hand.look("code");
    hand.fill("#code", "000000");
    hand.follow("button:has-text('Sign in')");
    hand.look("code-wrong");
    hand.fill("#code", &code(&secret, 1));
    hand.follow("button:has-text('Sign in')");
    assert_eq!(hand.path(), "/admin");

    hand.go_for("/admin/orders/999999", 404);
    hand.look("not-there");
    sign_in(&mut hand, HELPER);
    for page in ["/admin/team", "/admin/settings"] {
        hand.go_for(page, 403);
        hand.look("not-allowed");
    }
    hand.end();
}

#[test]
fn a_key_leads_to_the_search_and_buttons_copy() {
    let shop = Shop::open(Engine::sqlite());
    Stand::fill(&shop);
    shop.person(OWNER, Role::Owner);
    let licences = json(&shop.engine, &["licence", "list"]);
    let (id, key) = (licences[0]["licence_id"].to_string(), licences[0]["key"].as_str().unwrap().to_owned());
    let mut hand = Hand::new("keys", &shop.issuer(), true);
    sign_in(&mut hand, OWNER);
    for (keys, page) in [("Control+k", "/admin"), ("Meta+k", "/admin/orders")] {
        hand.go(page);
        assert_ne!(hand.focused(), "find");
        hand.keys(keys);
        assert_eq!(hand.focused(), "find", "{keys}");
        hand.fill("#find", &key);
        hand.follow_by_key("Enter");
        assert_eq!(hand.path(), format!("/admin/licences/{id}"));
    }
    // What stands there is marked, so that the next thing takes its place.
    hand.go(&format!("/admin/find?q={}", "no-such-thing"));
    hand.keys("Control+k");
    hand.keys("x");
    assert_eq!(hand.value("#find"), "x");
    for (page, what) in
        [(format!("/admin/begin/activation/{id}"), "key"), (format!("/admin/begin/activation/{id}"), "line")]
    {
        copy(&mut hand, &page, what);
    }
    copy(&mut hand, "/admin/settings/diagnostics", "support");
    hand.change();
    hand.go("/account/sign-in");
    hand.fill("#email", BUYER);
    hand.follow("button:has-text('Mail me a code')");
    let code = letter(&shop, 1)["code"].as_str().unwrap().to_owned();
    hand.fill("#code", &code);
    hand.follow("button:has-text('Sign in')");
    hand.follow(".owned a");
    let page = hand.path().to_owned();
    copy(&mut hand, &page, "key");
    hand.end();
}

/// Presses the button that copies what has this id.
fn copy(hand: &mut Hand, page: &str, what: &str) {
    hand.go(page);
    let text = hand.text(&format!("#{what}"));
    assert!(!text.is_empty());
    let button = format!("[data-copy={what}]");
    hand.press(&button);
    hand.wait_for(&format!("{button}:has-text('Copied')"));
    assert_eq!(hand.clipboard(), text, "{page}");
}
