//! What buyers have to spend: gift cards, store credit and points, given and taken by staff, and seen by whom they belong to.

use keywright::domain::checkout;
use keywright::domain::person::Role;
use keywright::domain::session;
use keywright::domain::shop::Shop as Site;
use keywright::domain::shopping_cart::{self, Act};

use super::several::{sure, tick};
use super::sheets::send;
use super::{assert_sound, enter, stock};
use crate::oauth::{Browser, Shop, plain};
use crate::support::http::Answer;
use crate::support::server::json;

const BUYER: &str = "mia@customer.example";

fn id(shop: &Shop) -> String {
    json(&shop.engine, &["customer", "show", BUYER])["id"].to_string()
}

/// Sends a form with each of these, which are wrong, and looks at what is said beside its field.
fn wrong(browser: &Browser, at: &str, cases: &[(&[(&str, &str)], &str)]) {
    let page = browser.get(at);
    assert_sound(at, &page);
    for (typed, said) in cases {
        let answer = send(browser, &page, at, typed);
        let text = plain(answer.text());
        assert!(answer.status == 400 && text.contains(said), "{typed:?}: {text}");
        assert!(answer.text().contains("aria-invalid=\"true\""), "{typed:?}: {text}");
    }
}

/// Sends it right, twice; where it leads.
fn right(browser: &Browser, at: &str, typed: &[(&str, &str)]) -> Answer {
    let page = browser.get(at);
    let first = send(browser, &page, at, typed);
    let to = first.header("location").unwrap_or_else(|| panic!("{typed:?}: {first:?}"));
    assert_eq!(send(browser, &page, at, typed).header("location"), Some(to), "sent twice, done once");
    let page = browser.get(to);
    assert_sound(to, &page);
    page
}

#[test]
fn a_gift_card_is_issued_changed_and_made_worthless() {
    for shop in Shop::both() {
        stock(&shop, BUYER);
        json(&shop.engine, &["account", "set", "--currency", "EUR"]);
        let browser = enter(&shop, "zoe@shop.example", Role::Admin);
        assert!(browser.get("/admin/gift-cards").text().contains("/admin/gift-cards/new"));
        let new = "/admin/gift-cards/new";
        wrong(
            &browser,
            new,
            &[
                (&[("amount", "")], "Must be filled in"),
                (&[("amount", "0")], "The balance must be from 1"),
                (&[("amount", "25"), ("email", "nobody@customer.example")], "Nobody has this address here"),
                (&[("amount", "25"), ("expires_at", "2020-01-01T00:00")], "would have expired already"),
                (&[("amount", "25"), ("own_code", &"long".repeat(20))], "The code"),
            ],
        );
        let typed = [("amount", "25"), ("email", BUYER), ("own_code", "SUMMER-25-XK4Q"), ("note", "Won it")];
        let page = right(&browser, new, &typed);
        for part in ["<code>SUMMER-25-XK4Q</code>", "25.00 EUR", BUYER, "Won it", "It is made."] {
            assert!(page.text().contains(part), "{part}: {page:?}");
        }
        assert_eq!(shop.count("select count(*) from gift_card"), 1);
        wrong(&browser, new, &[(&[("amount", "5"), ("own_code", "summer-25-xk4q")], "already")]);
        right(&browser, new, &[("amount", "5 USD")]);
        let cards = json(&shop.engine, &["gift-card", "list"]);
        assert!(cards[0]["code"].as_str().unwrap().starts_with("GIFT-"), "{cards}");
        let card = cards[1]["id"].to_string();
        let at = format!("/admin/gift-cards/{card}");

        let edit = format!("{at}/edit");
        let late = browser.get(&edit);
        let ends = [("expires_at", "2099-01-01T10:00")];
        assert_eq!(send(&browser, &browser.get(&edit), &edit, &ends).status, 303);
        let shown = json(&shop.engine, &["gift-card", "show", &card]);
        assert_eq!(shown["expires_at"], "2099-01-01T10:00:00Z");
        assert_eq!(send(&browser, &late, &edit, &[("expires_at", "2098-01-01T10:00")]).status, 412);
        assert_eq!(send(&browser, &browser.get(&edit), &edit, &[("expires_at", "")]).status, 303);
        assert!(json(&shop.engine, &["gift-card", "show", &card])["expires_at"].is_null());

        // Who may not give it away does not see what it is spent by.
        let reader = enter(&shop, "ben@shop.example", Role::ReadOnly);
        let helper = enter(&shop, "ida@shop.example", Role::Support);
        let customer = format!("/admin/customers/{}", id(&shop));
        for path in [at.as_str(), "/admin/gift-cards", "/admin/gift-cards?as=csv", &customer] {
            for who in [&reader, &helper] {
                let page = who.get(path);
                assert_sound(path, &page);
                assert!(
                    page.text().contains("…XK4Q") && !page.text().contains("SUMMER-25"),
                    "{path}: {page:?}"
                );
            }
            assert!(browser.get(path).text().contains("SUMMER-25-XK4Q"), "{path}");
        }
        let void = format!("{at}/void");
        assert!(!helper.get(&at).text().contains(&void));
        let page = browser.get(&at);
        for typed in [&[][..], &[("typed", "")], &[("typed", "no")]] {
            let answer = browser.submit(&page, &void, typed);
            assert_eq!(answer.header("location"), Some(format!("{at}?done=retyped").as_str()), "{answer:?}");
        }
        assert_eq!(json(&shop.engine, &["gift-card", "show", &card])["status"], "active");
        let done = browser.submit(&browser.get(&at), &void, &[("typed", &card)]);
        let page = browser.get(done.header("location").unwrap());
        assert!(page.text().contains("The card is worthless") && !page.text().contains(&void), "{page:?}");
        let list = browser.get("/admin/gift-cards?status=void");
        assert!(list.text().contains("SUMMER-25") && !list.text().contains("GIFT-"), "{list:?}");
        assert_eq!(send(&browser, &late, &edit, &ends).status, 400, "void is for good");
        let one = browser.get("/admin/gift-cards?code=summer-25-XK4Q");
        assert!(one.text().contains("SUMMER-25") && !one.text().contains("GIFT-"), "{one:?}");
    }
}

#[test]
fn credit_and_points_are_given_and_taken_and_their_owner_sees_them() {
    for shop in Shop::both() {
        stock(&shop, BUYER);
        json(&shop.engine, &["account", "set", "--currency", "EUR"]);
        let order = json(&shop.engine, &["order", "list"])[0]["id"].to_string();
        let at = format!("/admin/customers/{}", id(&shop));
        let (credit, points) = (format!("{at}/credit/new"), format!("{at}/points/new"));
        let browser = enter(&shop, "zoe@shop.example", Role::Admin);
        let page = browser.get(&at);
        assert_sound(&at, &page);
        assert!(page.text().contains(&credit) && page.text().contains(&points), "{page:?}");
        wrong(
            &browser,
            &credit,
            &[
                (&[("amount", "")], "Must be filled in"),
                (&[("amount", "0")], "The amount must be from 1"),
                (&[("amount", "5 USD")], "The credit is in EUR"),
                (&[("amount", "5"), ("direction", "debit")], "cannot go below nothing"),
                (&[("amount", "5"), ("order_id", "999999")], "There is no such order"),
                (&[("amount", "5"), ("note", &"long ".repeat(110))], "The note"),
            ],
        );
        let typed = [("amount", "12.50"), ("note", "For the wait"), ("order_id", order.as_str())];
        let page = right(&browser, &credit, &typed);
        for part in ["12.50 EUR", "For the wait", &format!("href=\"/admin/orders/{order}\"")] {
            assert!(page.text().contains(part), "{part}: {page:?}");
        }
        let page = right(&browser, &credit, &[("amount", "2"), ("direction", "debit")]);
        assert!(page.text().contains("-2.00 EUR") && page.text().contains("10.50 EUR"), "{page:?}");
        wrong(
            &browser,
            &points,
            &[
                (&[("points", "")], "Must be filled in"),
                (&[("points", "0")], "Points are from 1"),
                (&[("points", "many")], "Must be a whole number"),
                (&[("points", "5"), ("direction", "take")], "This customer has 0 points"),
            ],
        );
        right(&browser, &points, &[("points", "600"), ("note", "Told a friend")]);
        let page = right(&browser, &points, &[("points", "1"), ("direction", "take"), ("note", "Oops")]);
        for part in ["Told a friend", "Oops", "SILVER", "599", "−1"] {
            assert!(page.text().contains(part), "{part}: {page:?}");
        }
        for (list, rows) in [("credit", 2), ("points", 2)] {
            let page = browser.get(&format!("{at}/{list}"));
            assert_sound(list, &page);
            let table = browser.get(&format!("{at}/{list}?as=csv"));
            assert_eq!(table.text().lines().count(), 1 + rows, "{table:?}");
        }

        // Money is for who may give money back.
        for (who, role) in [("ben@shop.example", Role::ReadOnly), ("ida@shop.example", Role::Support)] {
            let other = enter(&shop, who, role);
            let page = other.get(&at);
            assert!(page.text().contains("10.50 EUR") && !page.text().contains(&credit), "{page:?}");
            for path in [&credit, &points] {
                assert_eq!((other.get(path).status, other.post(path, &[]).status), (403, 403), "{path}");
            }
        }
        let number = id(&shop).parse::<i64>().unwrap();
        let token = shop.write(move |tx| session::of_customer(tx, number));
        let buyer = Browser::new(shop.address());
        buyer.keep("keywright", &token);
        let mine = buyer.get("/account");
        assert_sound("/account", &mine);
        for part in ["10.50 EUR", "599", "SILVER"] {
            assert!(mine.text().contains(&format!("<dd>{part}</dd>")), "{part}: {mine:?}");
        }
        assert!(!mine.text().contains("For the wait"), "notes are the shop's own");
    }
}

#[test]
fn the_rules_of_points_are_the_shops() {
    for shop in Shop::both() {
        let at = "/admin/settings/loyalty";
        let browser = enter(&shop, "zoe@shop.example", Role::Admin);
        let page = browser.get(at);
        assert_sound(at, &page);
        assert!(page.text().contains("PLATINUM 5000"), "{page:?}");
        for (typed, said) in [
            (&[("points_per_unit", "")][..], "Must be filled in"),
            (&[("points_per_unit", "1001")], "points for a unit are from 0 to 1000"),
            (&[("point_minor", "0")], "a point is worth 1 to 10000"),
            (&[("tiers", "GOLD")], "such as GOLD 1000"),
            (&[("tiers", "GOLD 5\nSILVER 5")], "more points than the one before"),
        ] {
            let answer = send(&browser, &page, at, typed);
            assert!(answer.status == 400 && plain(answer.text()).contains(said), "{said}: {}", answer.text());
        }
        let typed = [("points_per_unit", "2"), ("tiers", "New 0\r\nOld friend 150\r\n")];
        assert_eq!(send(&browser, &page, at, &typed).status, 303);
        let rules = json(&shop.engine, &["loyalty", "rules"]);
        assert_eq!(
            (&rules["points_per_unit"], &rules["tiers"][1]["name"]),
            (&2.into(), &"Old friend".into())
        );
        let late = send(&browser, &page, at, &[("points_per_unit", "3")]);
        assert_eq!(late.status, 412);
        assert_eq!(send(&browser, &browser.get(at), at, &[("tiers", "")]).status, 303);
        assert_eq!(json(&shop.engine, &["loyalty", "rules"])["tiers"], serde_json::json!([]));
        browser.submit(&browser.get(at), "/admin/mode", &[("mode", "test")]);
        let refused = send(&browser, &browser.get(at), at, &[("points_per_unit", "9")]);
        assert!(refused.status == 400 && refused.text().contains("leave test mode first"), "{refused:?}");
        assert_eq!(json(&shop.engine, &["loyalty", "rules"])["points_per_unit"], 2);
        let helper = enter(&shop, "ida@shop.example", Role::Support);
        assert_eq!((helper.get(at).status, helper.post(at, &[]).status), (403, 403));
    }
}

#[test]
fn carts_are_looked_at_and_deleted_before_they_are_orders() {
    for shop in Shop::both() {
        stock(&shop, BUYER);
        let product = json(&shop.engine, &["product", "list"])[0]["id"].as_i64().unwrap();
        let number = id(&shop).parse::<i64>().unwrap();
        let [theirs, begun, left] = shop.write(move |tx| {
            let here = Site::live(tx)?;
            let theirs = shopping_cart::new(tx, here, None, Some(number), Some("EUR"))?.id;
            shopping_cart::change(tx, here, theirs, (product, None), Act::Add(2))?;
            let begun = shopping_cart::new(tx, here, Some("tab 7"), None, Some("EUR"))?.id;
            shopping_cart::change(tx, here, begun, (product, None), Act::Add(1))?;
            let checkout = checkout::begin(tx, here, begun)?.id;
            let said =
                checkout::Said { email: Some("ben@customer.example".into()), ..checkout::Said::default() };
            checkout::advance(tx, here, checkout, checkout::State::Contact, &said)?;
            let left = shopping_cart::new(tx, here, None, None, Some("EUR"))?.id;
            let row = keywright::store::Value::Int(left);
            tx.exec("update cart set updated_at = 0 where id = $1", &[row])?;
            shopping_cart::abandon(tx, 10)?;
            Ok([theirs, begun, left].map(|id| id.to_string()))
        });
        let browser = enter(&shop, "zoe@shop.example", Role::Admin);
        let list = browser.get("/admin/carts");
        assert_sound("/admin/carts", &list);
        for part in [BUYER, "38.00 EUR", "ben@customer.example", "contact", "abandoned"] {
            assert!(list.text().contains(part), "{part}: {list:?}");
        }
        let some = browser.get("/admin/carts?status=abandoned&as=csv");
        assert_eq!(some.text().lines().count(), 2, "{some:?}");
        let some = browser.get(&format!("/admin/carts?customer={number}"));
        assert!(some.text().contains("38.00 EUR") && !some.text().contains("19.00 EUR"), "{some:?}");
        let at = format!("/admin/carts/{theirs}");
        let page = browser.get(&at);
        assert_sound(&at, &page);
        assert!(page.text().contains("Quill") && page.text().contains("38.00 EUR"), "{page:?}");

        let reader = enter(&shop, "ben@shop.example", Role::ReadOnly);
        assert!(!reader.get(&at).text().contains("/delete\""));
        let delete = format!("{at}/delete");
        let asked = browser.submit(&page, &delete, &[("typed", "no")]);
        assert!(asked.status == 200 && asked.text().contains("Nothing was done"), "{asked:?}");
        let gone = browser.submit(&page, &delete, &[("typed", &theirs)]);
        let said = browser.get(gone.header("location").unwrap());
        assert!(said.text().contains("1 cart deleted."), "{said:?}");
        assert_eq!(browser.get(&at).status, 404);
        let both = [begun, left];
        let done = sure(&browser, "/admin/carts", &tick(&browser, "/admin/carts", "delete", &both));
        assert_eq!(done.header("location"), Some("/admin/carts?done=delete&n=2"), "{done:?}");
        assert_eq!(shop.count("select count(*) from cart"), 0);
    }
}
