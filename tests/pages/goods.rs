//! The goods of a shop, at the desk: brands, variants and their stock.

use keywright::domain::person::Role;
use serde_json::{Value, json as object};

use super::several::{sure, tick};
use super::sheets::send;
use super::{assert_sound, enter};
use crate::oauth::{Browser, Shop, plain};
use crate::support::http::Answer;
use crate::support::server::json;

pub fn run(shop: &Shop, args: &[&str]) -> Value {
    json(&shop.engine, args)
}

pub fn pen(shop: &Shop) -> String {
    let fixed = ["product", "create", "--title", "Pen", "--price", "1000", "--currency", "EUR"];
    run(shop, &fixed)["id"].to_string()
}

/// A page that is as it should be.
pub fn look(browser: &Browser, at: &str) -> Answer {
    let page = browser.get(at);
    assert_sound(at, &page);
    page
}

/// Fills in a form as it is shown, but for this; where that leads.
pub fn fill(browser: &Browser, at: &str, changed: &[(&str, &str)]) -> String {
    let done = send(browser, &look(browser, at), at, changed);
    done.header("location").unwrap_or_else(|| panic!("{at}: {}", done.text())).to_owned()
}

/// That a form is refused with these words, at the field, and keeps what was typed.
pub fn refuse(browser: &Browser, at: &str, cases: &[(&[(&str, &str)], &str)]) {
    let page = look(browser, at);
    for (changed, said) in cases {
        let wrong = send(browser, &page, at, changed);
        let text = plain(wrong.text());
        assert_eq!(wrong.status, 400, "{at} {changed:?}: {text}");
        assert!(text.contains(said), "{at} {changed:?}: {text}");
        assert!(wrong.text().contains("aria-invalid=\"true\""), "{at} {changed:?}: {text}");
        assert!(changed.iter().all(|(_, typed)| text.contains(typed.trim())), "{at} {changed:?}: {text}");
    }
}

/// Deletes by a list's or a page's button, which asks for these words first.
pub fn delete(browser: &Browser, from: &str, action: &str, words: &str) -> Answer {
    let asked = browser.submit(&look(browser, from), action, &[]);
    assert_sound(action, &asked);
    assert!(plain(asked.text()).contains(&format!("Type <strong>{words}</strong> first")), "{asked:?}");
    let wrong = browser.submit(&asked, action, &[("typed", "something else")]);
    assert!(wrong.text().contains("Nothing was done"), "{wrong:?}");
    browser.submit(&asked, action, &[("typed", words)])
}

#[test]
fn brands_are_made_and_chosen() {
    for shop in Shop::both() {
        let pen = pen(&shop);
        let browser = enter(&shop, "mia@shop.example", Role::Admin);
        assert!(look(&browser, "/admin/brands").text().contains("There are no brands here"));
        let new = "/admin/brands/new";
        let page = browser.get(new);
        for _ in 0..2 {
            assert_eq!(send(&browser, &page, new, &[("title", "Acme & Sons")]).status, 303);
        }
        assert_eq!(shop.count("select count(*) from brand"), 1, "a form counts once");
        refuse(
            &browser,
            new,
            &[
                (&[("title", "")], "Must be filled in"),
                (&[("title", "Acme, Sons")], "Another brand has the slug"),
                (&[("title", "Other"), ("slug", "No Slug")], "slug"),
            ],
        );
        let acme = run(&shop, &["brand", "list"])[0]["id"].to_string();
        let edit = format!("/admin/brands/{acme}/edit");
        let (mine, theirs) = (browser.get(&edit), browser.get(&edit));
        assert_eq!(send(&browser, &theirs, &edit, &[("title", "Acme")]).status, 303);
        let stale = send(&browser, &mine, &edit, &[("title", "Acme Pens")]);
        assert!(stale.status == 412 && stale.text().contains("Acme"), "{stale:?}");

        let of = format!("/admin/products/{pen}/edit");
        let picture = "https://cdn.shop.example/pen.png";
        refuse(
            &browser,
            &of,
            &[
                (&[("compare_at", "19.00 USD")], "Must be in EUR"),
                (&[("price", ""), ("compare_at", "19.00 EUR")], "Is compared with the price"),
                (&[("images", "javascript:alert(1)")], "http"),
            ],
        );
        let typed = [
            ("brand_id", acme.as_str()),
            ("compare_at", "19.00 EUR"),
            ("featured", "on"),
            ("images", picture),
        ];
        fill(&browser, &of, &typed);
        let shown = run(&shop, &["product", "show", &pen]);
        assert_eq!(
            (
                &shown["brand_id"].to_string(),
                &shown["compare_at_minor"],
                &shown["is_featured"],
                &shown["images"]
            ),
            (&acme, &1_900.into(), &true.into(), &object!([picture]))
        );
        assert!(look(&browser, &format!("/admin/products/{pen}")).text().contains("Acme"));
        // Whoever changes something else leaves it as it is.
        fill(&browser, &of, &[("title", "Fine pen")]);
        assert_eq!(run(&shop, &["product", "show", &pen])["images"], object!([picture]));

        let action = format!("/admin/brands/{acme}/delete");
        let kept = delete(&browser, "/admin/brands", &action, "Acme");
        assert!(kept.status == 400 && kept.text().contains("products are of this brand"), "{kept:?}");
        fill(&browser, &of, &[("brand_id", ""), ("compare_at", ""), ("images", "")]);
        assert_eq!(delete(&browser, "/admin/brands", &action, "Acme").status, 303);
        assert_eq!(shop.count("select count(*) from brand"), 0);
    }
}

#[test]
fn variants_stand_on_their_product() {
    for shop in Shop::both() {
        let pen = pen(&shop);
        let browser = enter(&shop, "mia@shop.example", Role::Admin);
        let home = format!("/admin/products/{pen}");
        assert!(look(&browser, &home).text().contains("The product itself"));
        let new = format!("{home}/variants/new");
        refuse(
            &browser,
            &new,
            &[
                (&[("title", "")], "Must be filled in"),
                (&[("title", "Large"), ("price", "15.00 USD")], "Must be in EUR"),
                (&[("title", "Large"), ("options", "Size L")], "Has a line without a '=' in it: Size L"),
                (&[("title", "Large"), ("low_at", "-1")], "threshold"),
            ],
        );
        let small = fill(&browser, &new, &[("title", "Small & slim"), ("options", "Size = S\nColour=blue")]);
        let typed = [("title", "Large"), ("price", "15"), ("sku", "PEN-L"), ("low_at", "3")];
        let large = fill(&browser, &new, &typed);
        let path = |to: &str| to.strip_suffix("?done=made").unwrap().to_owned();
        let (small, large) = (path(&small), path(&large));
        let page = look(&browser, &home);
        for part in ["Small &amp; slim", "Size: S", "PEN-L", "15.00 EUR", "10.00 EUR", "not counted"] {
            assert!(page.text().contains(part), "{part}: {}", page.text());
        }
        let edit = format!("{large}/edit");
        refuse(&browser, &edit, &[(&[("price", "15.00 USD")], "Must be in EUR")]);
        fill(&browser, &edit, &[("is_default", "on"), ("price", "16.00 EUR")]);
        let listed = run(&shop, &["variant", "list", &pen]);
        assert_eq!(
            (&listed[0]["title"], &listed[0]["price_minor"], &listed[0]["is_default"], &listed[0]["sku"]),
            (&"Large".into(), &1_600.into(), &true.into(), &"PEN-L".into())
        );
        let edit = format!("{small}/edit");
        fill(&browser, &edit, &[("title", "Small")]);
        let listed = run(&shop, &["variant", "list", &pen]);
        assert_eq!(listed[1]["options"], object!({"Size": "S", "Colour": "blue"}), "nobody touched them");
        // What is of another product is not there.
        let other = run(&shop, &["product", "create", "--title", "Ink"])["id"].to_string();
        let astray = large.replace(&home, &format!("/admin/products/{other}"));
        assert_eq!(browser.get(&astray).status, 404);

        let page = look(&browser, &small);
        let action = format!("{small}/delete");
        let wrong = browser.submit(&page, &action, &[("typed", "Large")]);
        assert_eq!(wrong.header("location"), Some(format!("{small}?done=retyped").as_str()));
        assert!(look(&browser, &format!("{small}?done=retyped")).text().contains("Nothing was done"));
        let done = browser.submit(&page, &action, &[("typed", "Small")]);
        assert_eq!(done.header("location"), Some(format!("{home}?done=deleted").as_str()), "{done:?}");
        assert!(!look(&browser, &large).text().contains("Delete the variant"), "the last one stays");
        let reader = enter(&shop, "ben@shop.example", Role::ReadOnly);
        let seen = look(&reader, &large);
        assert!(!seen.text().contains("Change the stock\"") && !seen.text().contains("/edit\""), "{seen:?}");
        assert_eq!(reader.get(&new).status, 403);
    }
}

#[test]
fn stock_comes_and_goes() {
    for shop in Shop::both() {
        let pen = pen(&shop);
        let variant = run(&shop, &["variant", "list", &pen])[0]["id"].to_string();
        let browser = enter(&shop, "mia@shop.example", Role::Admin);
        let home = format!("/admin/products/{pen}/variants/{variant}");
        assert!(look(&browser, &home).text().contains("Nothing came or went yet"));
        let at = format!("{home}/stock");
        refuse(
            &browser,
            &at,
            &[
                (&[("operation", "set"), ("quantity", "")], "Is missing"),
                (&[("operation", "set"), ("quantity", "many")], "Must be a whole number"),
                (&[("operation", "set"), ("quantity", "-1")], "The quantity must be from 0"),
                (&[("operation", "increment"), ("quantity", "0")], "The quantity must be from 1"),
                (&[("operation", "decrement"), ("quantity", "1")], "Is more than there are: 0"),
            ],
        );
        let stock = || run(&shop, &["variant", "show", &variant])["stock"].clone();
        assert_eq!(stock(), Value::Null);
        let page = browser.get(&at);
        let typed = [("operation", "set"), ("quantity", "5"), ("reason", "counted on Monday")];
        for _ in 0..2 {
            assert_eq!(send(&browser, &page, &at, &typed).status, 303);
        }
        fill(&browser, &at, &[("operation", "increment"), ("quantity", "4"), ("reason", "a delivery")]);
        assert_eq!(stock(), 9);
        refuse(
            &browser,
            &at,
            &[(&[("operation", "decrement"), ("quantity", "10")], "Is more than there are: 9")],
        );
        fill(&browser, &at, &[("operation", "decrement"), ("quantity", "6")]);
        run(&shop, &["order", "create", "--email", "zoe@customer.example", "--line", &pen]);
        assert_eq!(stock(), 2);
        let page = look(&browser, &home);
        for part in ["counted on Monday", "a delivery", "sold", "/admin/orders/", "low"] {
            assert!(page.text().contains(part), "{part}: {}", page.text());
        }
        let all = look(&browser, &format!("{home}/movements"));
        assert_eq!(all.text().matches("<tr>").count(), 5, "{}", all.text());
        let csv = browser.get(&format!("{home}/movements?as=csv"));
        assert!(csv.text().contains("went,-6"), "{}", csv.text());

        // Among those of all products.
        let ink = run(&shop, &["product", "create", "--title", "Ink"])["id"].to_string();
        let ink = run(&shop, &["variant", "list", &ink])[0]["id"].to_string();
        run(&shop, &["variant", "set", &ink, "--sku", "INK-1"]);
        let rows = |query: &str| {
            let page = look(&browser, &format!("/admin/stock{query}"));
            page.text().matches("name=\"row.").count()
        };
        assert_eq!((rows(""), rows("?only=low"), rows("?only=out"), rows("?sku=INK-1")), (2, 1, 0, 1));
        assert_eq!(
            (rows("?only=nothing"), rows("?status=archived")),
            (2, 0),
            "what is no word narrows nothing"
        );
        let asked = tick(&browser, "/admin/stock", "out", &[ink.clone(), variant.clone()]);
        assert!(asked.text().contains("Sold out: 2 variants"), "{asked:?}");
        let done = sure(&browser, "/admin/stock", &asked);
        assert_eq!(done.header("location"), Some("/admin/stock?done=out&n=2"), "{done:?}");
        assert_eq!(rows("?only=out"), 2);
        assert_eq!(stock(), 2, "how many there are is another thing");
        let asked = tick(&browser, "/admin/stock", "counts", &[ink, variant.clone()]);
        assert_eq!(sure(&browser, "/admin/stock", &asked).status, 303);
        assert_eq!(rows("?only=out"), 0);
        fill(&browser, &at, &[("operation", "uncounted")]);
        assert_eq!(stock(), Value::Null);
        assert_eq!(rows("?only=low"), 0);
    }
}
