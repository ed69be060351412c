//! What goes by post, in the shop's own checkout.

use super::assert_sound;
use super::shop::{item, link, product, run};
use crate::oauth::{Browser, Shop, hidden, plain};
use crate::support::http::Answer;

/// A pen of 200 g, before 23 % of tax.
fn pen(shop: &Shop) -> String {
    let pen = product(shop, "Pen", &["--tax-bp", "2300"]);
    run(shop, &["product", "extra", &pen, "--weight", "200"]);
    pen
}

/// Ways by post, the first of which leads to Portugal alone.
fn ways(shop: &Shop) -> [String; 2] {
    let way = |title: &str, bands: &[&str]| {
        let fixed = ["shipping", "create", "--title", title, "--currency", "EUR", "--tax-bp", "2300"];
        run(shop, &[&fixed[..], bands].concat())["id"].to_string()
    };
    [
        way("Post", &["--band", "PRT:0-500=500", "--band", "PRT:501-=700"]),
        way("Courier", &["--band", "PRT=1500", "--band", "ESP=2000", "--description", "In a day"]),
    ]
}

fn checkout(shop: &Shop, browser: &Browser, id: &str) -> Answer {
    let asked = browser.get(&link(&item(browser, id), "/checkout?items="));
    assert_sound("/checkout", &asked);
    assert_eq!(shop.count("select count(*) from sale"), 0);
    asked
}

#[test]
fn a_way_is_chosen_and_stands_on_the_invoice() {
    for shop in Shop::both() {
        let (pen, [post, courier]) = (pen(&shop), ways(&shop));
        let browser = Browser::new(shop.address());
        let asked = checkout(&shop, &browser, &pen);
        let text = plain(asked.text());
        assert!(text.contains("<option value=\"PRT\">Portugal</option>"), "{text}");
        assert!(!text.contains("value=\"DEU\"") && !text.contains("name=\"way\""), "{text}");
        assert!(text.contains("23.37 EUR"), "19.00 and 23 %: {text}");
        let who = [("email", "mia@customer.example"), ("do", "buy")];
        let without = browser.submit(&asked, "/checkout", &who);
        assert!(without.status == 400 && without.text().contains("to which country"), "{without:?}");

        // Who presses the button before they have seen what it comes to is shown that first.
        let there = [("country", "PRT"), ("address", "Rua 1\n2.º"), ("zip_code", "1000"), ("city", "Lisboa")];
        let early = browser.submit(&asked, "/checkout", &[&there[..], &who[..]].concat());
        assert_eq!(early.status, 200, "{early:?}");
        assert_sound("/checkout", &early);
        let text = plain(early.text());
        assert!(text.contains("press the button once more") && text.contains("Post, 5.00 EUR"), "{text}");
        assert!(
            text.contains("Sent by Post") && text.contains("29.52 EUR"),
            "(19.00 + 5.00) and 23 %: {text}"
        );
        assert!(text.contains(&format!("value=\"{post}\" checked")) && text.contains("In a day"), "{text}");
        assert!(text.contains("Rua 1") && text.contains("value=\"Lisboa\""), "what was typed stays: {text}");
        assert_eq!(shop.count("select count(*) from sale"), 0);

        let nowhere = browser.submit(&early, "/checkout", &[("country", "DEU"), ("do", "update")]);
        assert!(nowhere.text().contains("It is not sent there"), "{nowhere:?}");
        let other = [&there[..], &[("way", courier.as_str()), ("do", "update")]].concat();
        let other = browser.submit(&early, "/checkout", &other);
        assert!(plain(other.text()).contains("41.82 EUR"), "(19.00 + 15.00) and 23 %: {other:?}");
        let homeless = [("country", "PRT"), ("way", &courier), who[0], who[1]];
        let homeless = browser.submit(&other, "/checkout", &homeless);
        assert!(
            homeless.status == 400 && homeless.text().contains("address that it goes to"),
            "{homeless:?}"
        );
        assert_eq!(shop.count("select count(*) from sale"), 0, "nothing is left of it");

        let bought = [&there[..], &[("way", courier.as_str())], &who[..]].concat();
        let placed = browser.submit(&other, "/checkout", &bought);
        let order = browser.get(placed.header("location").unwrap_or_else(|| panic!("{placed:?}")));
        assert_sound("/order", &order);
        let text = plain(order.text());
        for part in
            ["Sent by Courier", "15.00 EUR", "7.82 EUR", "41.82 EUR", "Rua 1", "1000 Lisboa", "Portugal"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        let kept = &run(&shop, &["order", "list"])[0];
        assert_eq!((&kept["shipping_minor"], &kept["total_minor"]), (&1_500.into(), &4_182.into()), "{kept}");
        let number = kept["id"].to_string();
        run(&shop, &["order", "pay", &number]);
        let letter = run(&shop, &["mail", "preview", "receipt", "--order", &number]);
        assert!(letter.to_string().contains("Shipping: 15.00 EUR"), "{letter}");
    }
}

#[test]
fn a_coupon_for_shipping_takes_it_off() {
    for shop in Shop::both() {
        let (pen, [post, _]) = (pen(&shop), ways(&shop));
        run(&shop, &["coupon", "create", "FREE", "--percent-bp", "10000", "--applies-to", "shipping"]);
        let browser = Browser::new(shop.address());
        let asked = checkout(&shop, &browser, &pen);
        let quantity = format!("quantity.{pen}");
        let three = [(quantity.as_str(), "3"), ("country", "PRT"), ("do", "update")];
        let heavy = browser.submit(&asked, "/checkout", &three);
        let text = plain(heavy.text());
        assert!(
            text.contains("Post, 7.00 EUR") && text.contains("78.72 EUR"),
            "(57.00 + 7.00) and 23 %: {text}"
        );
        let said = [(quantity.as_str(), "3"), ("country", "PRT"), ("way", &post), ("coupon", "free")];
        let free = browser.submit(&heavy, "/checkout", &[&said[..], &[("do", "update")]].concat());
        let text = plain(free.text());
        assert!(text.contains("Sent by Post") && text.contains(">0.00 EUR<"), "{text}");
        assert!(text.contains("70.11 EUR"), "57.00 and 23 %: {text}");
        let who = [("address", "Rua 1"), ("email", "mia@customer.example"), ("do", "buy")];
        let placed = browser.submit(&free, "/checkout", &[&said[..], &who].concat());
        assert_eq!(placed.status, 303, "{placed:?}");
        let kept = &run(&shop, &["order", "list"])[0];
        assert_eq!((&kept["shipping_minor"], &kept["total_minor"]), (&0.into(), &7_011.into()), "{kept}");
    }
}

#[test]
fn nothing_changes_where_nothing_is_sent() {
    for shop in Shop::both() {
        let pen = pen(&shop);
        let asks = |answer: &Answer| answer.text().contains("Where it goes");
        let browser = Browser::new(shop.address());
        let asked = checkout(&shop, &browser, &pen);
        assert!(!asks(&asked), "the shop has no way of it");
        ways(&shop);
        let key = product(&shop, "Quill", &[]);
        let online = checkout(&shop, &browser, &key);
        assert!(!asks(&online) && hidden(&online, "/checkout").iter().all(|(name, _)| name != "shown"));
        assert!(asks(&checkout(&shop, &browser, &pen)));
        // What a stranger puts into the form is no reason to stumble.
        for country in ["XX", "PRT", "\u{1f4e6}", "%00"] {
            let typed =
                [("country", country), ("way", "x"), ("email", "mia@customer.example"), ("do", "buy")];
            let answer = browser.submit(&online, "/checkout", &typed);
            assert!(answer.status < 500, "{country}: {answer:?}");
        }
        let plain_one = [("email", "mia@customer.example"), ("do", "buy")];
        assert_eq!(browser.submit(&online, "/checkout", &plain_one).status, 303);
        assert_eq!(
            shop.count("select count(*) from sale where shipping_title is null and total_minor = 1900"),
            1
        );
    }
}
