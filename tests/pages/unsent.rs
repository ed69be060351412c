//! Forms that did not come from a page of ours of late, and those that are too long: nothing is done, what was typed is there, and it takes
//! effect once somebody sends it from the page that they have read.

use keywright::base::text;
use keywright::domain::person::Role;

use super::enter;
use super::sheets::{filled, send};
use crate::oauth::{Browser, PASSWORD, Shop, hidden, plain};
use crate::support::http::Answer;
use crate::support::server::json;

const NEW: &str = "/admin/products/new";
const HOSTILE: &str = "\"></pre><script>__pwned=1</script><x y='";

/// A form as a page has it, without what proves that it is ours.
fn bare(page: &Answer, action: &str) -> Vec<(String, String)> {
    filled(page, action).into_iter().filter(|(name, _)| name != "token").collect()
}

fn post(browser: &Browser, to: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    browser.post(to, &fields)
}

/// The page that holds a form which was not taken.
fn assert_kept(page: &Answer, typed: &[&str]) {
    let text = page.text();
    assert_eq!(page.status, 403, "{page:?}");
    assert!(text.contains("Nothing was done") && !text.contains("<script"), "{text}");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("form-action 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    // Each is there to be read, and not only in the form.
    let list = text.split("<dl").nth(1).unwrap().split("</dl>").next().unwrap();
    for typed in typed {
        assert!(list.contains(&text::html(typed)), "{typed} is not in {list}");
    }
}

#[test]
fn what_was_typed_is_sent_again_once() {
    for shop in Shop::both() {
        let mut owner = enter(&shop, "mia@shop.example", Role::Owner);
        let mut fields = bare(&owner.get(NEW), NEW);
        let words = format!("First line\r\nand {HOSTILE}\r\n");
        for (name, typed) in [("title", HOSTILE), ("description", &words)] {
            fields.iter_mut().find(|(known, _)| known == name).unwrap().1 = typed.to_owned();
        }
        let stale = post(&owner, NEW, &fields);
        assert_kept(&stale, &[HOSTILE, &format!("First line\nand {HOSTILE}")]);
        assert!(stale.text().contains("was open for too long") && stale.text().contains(NEW), "{stale:?}");
        owner.headers = vec![("Sec-Fetch-Site".into(), "cross-site".into())];
        let foreign = post(&owner, NEW, &fields);
        owner.headers.clear();
        assert_kept(&foreign, &[HOSTILE]);
        assert!(foreign.text().contains("another site"), "{foreign:?}");
        assert_eq!(shop.count("select count(*) from product"), 0);
        let kept = hidden(&stale, NEW);
        for name in ["was", "once", "title", "description"] {
            let value =
                |all: &[(String, String)]| all.iter().find(|(known, _)| known == name).unwrap().1.clone();
            assert_eq!(value(&kept), value(&fields), "{name}");
        }
        let made = owner.submit(&stale, NEW, &[]);
        let to = made.header("location").unwrap_or_else(|| panic!("{made:?}"));
        assert_eq!(owner.submit(&foreign, NEW, &[]).header("location"), Some(to), "it is the same form");
        assert_eq!(shop.count("select count(*) from product"), 1);
        let made = json(&shop.engine, &["product", "show", to.split(['/', '?']).nth(3).unwrap()]);
        assert_eq!(
            (&made["title"], made["description"].as_str().unwrap().trim_end()),
            (&HOSTILE.into(), words.replace('\r', "").trim_end())
        );
    }
}

#[test]
fn who_comes_second_still_sees_what_the_first_has_changed() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let id = json(&shop.engine, &["product", "create", "--title", "Quill"])["id"].to_string();
    let at = format!("/admin/products/{id}/edit");
    let owner = enter(&shop, "mia@shop.example", Role::Owner);
    let mut fields = bare(&owner.get(&at), &at);
    fields.iter_mut().find(|(name, _)| name == "title").unwrap().1 = "Feather".to_owned();
    let stale = post(&owner, &at, &fields);
    json(&shop.engine, &["product", "set", &id, "--title", "Pen"]);
    let late = owner.submit(&stale, &at, &[]);
    assert!(late.status == 412 && late.text().contains("Somebody else has made it: Pen"), "{late:?}");
    assert_eq!(send(&owner, &late, &at, &[]).status, 303);
}

#[test]
fn secrets_are_not_shown_and_what_confirms_is_asked_anew() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let id = super::stock(&shop, "zoe@customer.example");
    let mut owner = enter(&shop, "mia@shop.example", Role::Owner);
    for (to, fields) in [
        ("/admin/account/password", &[("old", PASSWORD), ("password", "a new sentence of mine")][..]),
        ("/admin/account/second-factor/off", &[("code", "314159")]),
        ("/admin/orders/1/pay", &[("card", "4242 4242 4242 4242"), ("reference", "bank 7")]),
    ] {
        let stale = owner.post(to, fields);
        assert!(stale.status == 403 && stale.text().contains("are asked for it again"), "{stale:?}");
        for (name, typed) in fields.iter().filter(|(name, _)| *name != "reference") {
            assert!(!stale.text().contains(typed), "{to}: {name}: {}", stale.text());
        }
        assert!(stale.text().contains(&format!("action=\"{to}\"")), "{stale:?}");
    }
    // A coupon's code is none of them.
    assert_kept(&owner.post("/admin/coupons/new", &[("code", "SPRING")]), &["SPRING"]);
    let reset = format!("/admin/licences/{id}/reset");
    let fields = [("typed", "ABCD"), ("sure", "yes"), ("more", "text")];
    assert_kept(&owner.post(&reset, &fields), &["ABCD", "text"]);
    owner.headers = vec![("Sec-Fetch-Site".into(), "cross-site".into())];
    let foreign = owner.post(&reset, &fields);
    assert_kept(&foreign, &["text"]);
    assert!(!foreign.text().contains("ABCD") && !foreign.text().contains("\"sure\""), "{foreign:?}");
}

#[test]
fn who_is_out_can_copy_what_they_typed() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let stranger = Browser::new(shop.address());
    let out = stranger.post(NEW, &[("title", HOSTILE), ("token", "00"), ("password", "secret words")]);
    assert_kept(&out, &[HOSTILE]);
    let text = out.text();
    assert!(text.contains("/admin/sign-in?next=") && !text.contains("<form"), "{text}");
    assert!(!text.contains("secret words"), "{text}");
    let out = stranger.post("/account/purchases/1/install-url", &[("install_url", "https://site.example/")]);
    assert_kept(&out, &["https://site.example/"]);
    assert!(out.text().contains("/account/sign-in?next=") && !out.text().contains("<form"), "{out:?}");
    let nothing = stranger.post("/admin/mode", &[("token", "00")]);
    assert_eq!(nothing.status, 303, "nothing was typed: they sign in and go on");
}

#[test]
fn more_fields_than_any_form_has_are_none_of_ours() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let owner = enter(&shop, "mia@shop.example", Role::Owner);
    let fields = |n: usize| (0..n).map(|nth| (format!("f{nth}"), format!("text {nth}"))).collect::<Vec<_>>();
    assert_kept(&post(&owner, NEW, &fields(200)), &["text 0", "text 199"]);
    let many = post(&owner, NEW, &fields(201));
    assert!(many.status == 403 && !many.text().contains("text 7"), "{many:?}");
    assert!(many.text().contains("Nothing was done"), "{many:?}");
}

#[test]
fn the_shop_keeps_it_too() {
    for shop in Shop::both() {
        let made = ["product", "create", "--title", "Quill", "--price", "1900", "--currency", "EUR"];
        let id = json(&shop.engine, &made)["id"].to_string();
        let browser = Browser::new(shop.address());
        let quantity = format!("quantity.{id}");
        let typed = [
            ("items", id.as_str()),
            ("do", "buy"),
            (&quantity, "2"),
            ("email", "zoe@customer.example"),
            ("name", HOSTILE),
            ("card", "4242424242424242"),
            ("once", "x1"),
        ];
        let stale = browser.post("/checkout", &typed);
        assert_kept(&stale, &[HOSTILE, "zoe@customer.example"]);
        assert!(!stale.text().contains("4242"), "{stale:?}");
        assert_eq!(shop.count("select count(*) from sale"), 0);
        let placed = browser.submit(&stale, "/checkout", &[]);
        assert_eq!(placed.status, 303, "{placed:?}");
        assert_eq!(browser.submit(&stale, "/checkout", &[]).header("location"), placed.header("location"));
        assert_eq!(shop.count("select count(*) from sale"), 1);
        assert_eq!(shop.count("select quantity from sale_line"), 2);
    }
}

#[test]
fn a_form_that_is_too_long_is_told() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let owner = enter(&shop, "mia@shop.example", Role::Owner);
    let page = owner.get(NEW);
    let crabs = "\u{1f980}".repeat(50_000);
    let made = send(&owner, &page, NEW, &[("title", "Quill"), ("description", &crabs)]);
    assert_eq!(made.status, 303, "the longest text that a field takes: {made:?}");
    assert_eq!(shop.count("select count(*) from product where length(description) = 50000"), 1);
    let told = |answer: &Answer, most: &str| {
        assert_eq!(answer.status, 413, "{answer:?}");
        let text = plain(answer.text());
        assert!(
            text.contains(most) && text.contains("Nothing was done") && text.contains("Go back"),
            "{text}"
        );
    };
    told(&send(&owner, &page, NEW, &[("description", &"x".repeat(1_100_000))]), "1024 KiB");
    let stranger = Browser::new(shop.address());
    let long = "x".repeat(17_000);
    for to in [
        "/account/sign-in",
        "/checkout",
        "/admin/sign-in",
        "/oauth/sign-in",
        "/oauth/authorize",
        "/oauth/sign-out",
    ] {
        told(&stranger.post(to, &[("email", &long)]), "16 KiB");
    }
    told(&stranger.post(NEW, &[("title", &"x".repeat(70_000))]), "64 KiB");
}
