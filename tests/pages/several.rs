//! What is done to several rows of a list at once: counted first, and done to all of them or none.

use keywright::domain::person::Role;

use super::sheets::send;
use super::{assert_sound, enter, stock};
use crate::oauth::{Browser, Shop, plain};
use crate::support::http::Answer;
use crate::support::server::json;

/// Ticks rows and presses a button; the page that asks.
pub fn tick(browser: &Browser, at: &str, word: &str, ids: &[String]) -> Answer {
    let page = browser.get(at);
    let names: Vec<String> = ids.iter().map(|id| format!("row.{id}")).collect();
    for name in &names {
        assert!(page.text().contains(&format!("name=\"{name}\"")), "{name} cannot be ticked at {at}");
    }
    let mut typed = vec![("do", word)];
    typed.extend(names.iter().map(|name| (name.as_str(), "one")));
    browser.submit(&page, &format!("{at}/bulk"), &typed)
}

/// Says yes, and how many they are where that is asked.
pub fn sure(browser: &Browser, at: &str, asked: &Answer) -> Answer {
    let count = asked.text().split("name=\"row.").count() - 1;
    let typed = [("typed", count.to_string())];
    let typed: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let asks = asked.text().contains("name=\"typed\"");
    browser.submit(asked, &format!("{at}/bulk"), if asks { &typed } else { &[] })
}

#[test]
fn what_has_no_way_back_asks_how_many_they_are() {
    for shop in Shop::both() {
        stock(&shop, "mia@customer.example");
        let product = json(&shop.engine, &["product", "list"])[0]["id"].to_string();
        let order = || {
            let args = ["order", "create", "--line", &product, "--email", "mia@customer.example"];
            json(&shop.engine, &args)["id"].to_string()
        };
        let ids = [order(), order(), order()];
        let browser = enter(&shop, "mia@shop.example", Role::Owner);
        let (at, left) =
            ("/admin/orders", || shop.count("select count(*) from sale where canceled_at is null"));
        let before = left();
        let asked = tick(&browser, at, "cancel", &ids);
        assert_sound(at, &asked);
        assert!(asked.text().contains("Type <strong>3</strong> first"), "{asked:?}");
        for typed in [&[][..], &[("typed", "")], &[("typed", "2")], &[("typed", "three")]] {
            let wrong = browser.submit(&asked, "/admin/orders/bulk", typed);
            assert_sound(at, &wrong);
            assert!(wrong.text().contains("is not how many they are"), "{wrong:?}");
            assert_eq!(left(), before);
        }
        let done = browser.submit(&asked, "/admin/orders/bulk", &[("typed", " 3 ")]);
        assert_eq!(done.header("location"), Some("/admin/orders?done=cancel&n=3"), "{done:?}");
        assert_eq!(left(), before - 3);
        // What can be switched back is done at once.
        let hidden = tick(&browser, "/admin/products", "hide", std::slice::from_ref(&product));
        assert!(!hidden.text().contains("name=\"typed\""), "{hidden:?}");
    }
}

#[test]
fn several_are_counted_first_and_done_to_all_or_none() {
    for shop in Shop::both() {
        let first = stock(&shop, "mia@customer.example");
        let product = json(&shop.engine, &["product", "list"])[0]["id"].to_string();
        let issue = || {
            let args = ["licence", "issue", "--product", &product, "--email", "mia@customer.example"];
            json(&shop.engine, &args)["licence_id"].to_string()
        };
        let ids = [first.to_string(), issue(), issue()];
        let at = "/admin/licences";
        let browser = enter(&shop, "mia@shop.example", Role::Support);
        let off = || shop.count("select count(*) from licence where is_on = 0");
        let none = tick(&browser, at, "suspend", &[]);
        assert!(browser.get(none.header("location").unwrap()).text().contains("tick the rows first"));
        let asked = tick(&browser, at, "suspend", &ids);
        assert_sound(at, &asked);
        assert!(asked.text().contains("Switch off: 3 licences"), "{asked:?}");
        assert_eq!(off(), 0, "nothing is done yet");
        for _ in 0..2 {
            let done = sure(&browser, at, &asked);
            assert_eq!(done.header("location"), Some("/admin/licences?done=suspend&n=3"), "{done:?}");
        }
        assert!(browser.get("/admin/licences?done=suspend&n=3").text().contains("3 licences switched off"));
        assert_eq!(off(), 3);
        let asked = tick(&browser, at, "resume", &ids);
        shop.write(|tx| tx.exec("update licence set is_on = 1", &[]).map(|_| ()));
        assert_eq!(sure(&browser, at, &asked).status, 303);
        let asked = tick(&browser, at, "suspend", &ids[..2]);
        let gone = plain(asked.text()).replace(&format!("row.{}", ids[0]), "row.99999");
        let gone = sure(&browser, at, &Answer { body: gone.into_bytes(), ..asked });
        assert!(gone.status == 200 && gone.text().contains("Nothing was done"), "{gone:?}");
        assert_eq!(off(), 0, "one that is not there stops all");
        let reader = enter(&shop, "ben@shop.example", Role::ReadOnly);
        assert!(!reader.get(at).text().contains("name=\"do\""));
        let page = reader.get(at);
        let refused = reader.submit(&page, "/admin/mode", &[("mode", "live")]);
        assert_eq!(refused.status, 303, "the page's token is theirs");
        let token = page.text().split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        for (at, word) in [
            ("/admin/licences", "suspend"),
            ("/admin/orders", "cancel"),
            ("/admin/products", "hide"),
            ("/admin/coupons", "end"),
            ("/admin/reviews", "publish"),
            ("/admin/carts", "delete"),
            ("/admin/activations", "free"),
            ("/admin/files", "delete"),
            ("/admin/mail", "again"),
            ("/admin/stock", "out"),
            ("/admin/pages", "hide"),
        ] {
            let form = [("token", token), ("do", word), ("row.1", "x"), ("sure", "yes")];
            assert_eq!(reader.post(&format!("{at}/bulk"), &form).status, 403, "{at}");
        }
    }
}

#[test]
fn orders_coupons_and_products_go_together_too() {
    for shop in Shop::both() {
        stock(&shop, "mia@customer.example");
        let product = json(&shop.engine, &["product", "list"])[0]["id"].to_string();
        let order = || {
            let args = ["order", "create", "--line", &product, "--email", "mia@customer.example"];
            json(&shop.engine, &args)["id"].to_string()
        };
        let (one, two) = (order(), order());
        let browser = enter(&shop, "mia@shop.example", Role::Owner);
        let done = |at: &str, word: &str, ids: &[String]| {
            sure(&browser, at, &tick(&browser, at, word, ids)).header("location").map(str::to_owned)
        };
        let both = [one.clone(), two];
        assert_eq!(done("/admin/orders", "cancel", &both), Some("/admin/orders?done=cancel&n=2".into()));
        let again = sure(&browser, "/admin/orders", &tick(&browser, "/admin/orders", "cancel", &both));
        assert!(again.status == 303 || again.text().contains("Nothing was done"), "{again:?}");
        assert_eq!(json(&shop.engine, &["order", "show", &one])["fulfilment_status"], "canceled");
        let product = [product];
        assert!(done("/admin/products", "hide", &product).is_some());
        assert_eq!(shop.count("select count(*) from product where visible = 0"), 1);
        assert!(done("/admin/products", "show", &product).is_some());

        let at = "/admin/coupons/new";
        let page = browser.get(at);
        assert_sound(at, &page);
        for (changed, said) in [
            (&[("code", "")][..], "Must be filled in"),
            (&[("code", "SPRING")], "one of the two says"),
            (&[("code", "SPRING"), ("percent", "10"), ("off", "5 EUR")], "one of the two says"),
            (&[("code", "SPRING"), ("percent", "101")], "The value must be from 1 to 10000"),
            (&[("code", "SPRING"), ("percent", "10"), ("product_id", "99")], "no such product"),
            (&[("code", "SPRING"), ("percent", "10"), ("max_uses", "0")], "A limit must be 1 or more"),
            (&[("code", "SPRING"), ("off", "five EUR")], "An amount in EUR"),
        ] {
            let wrong = send(&browser, &page, at, changed);
            assert!(wrong.status == 400 && plain(wrong.text()).contains(said), "{said}: {}", wrong.text());
        }
        let typed = [
            ("code", "Spring"),
            ("off", "5.00 EUR"),
            ("least", "20 EUR"),
            ("max_uses", "3"),
            ("max_uses_each", "2"),
            ("applies_to", "shipping"),
        ];
        for _ in 0..2 {
            assert_eq!(send(&browser, &page, at, &typed).status, 303, "sent twice, made once");
        }
        let same = send(&browser, &browser.get(at), at, &[("code", "SPRING"), ("percent", "7.5")]);
        assert!(same.status == 400 && same.text().contains("already"), "{same:?}");
        let list = browser.get("/admin/coupons");
        assert_sound("/admin/coupons", &list);
        assert!(list.text().contains("5.00 EUR") && list.text().contains("20.00 EUR"), "{list:?}");
        let made = json(&shop.engine, &["coupon", "list"]);
        assert_eq!((made.as_array().unwrap().len(), &made[0]["least_minor"]), (1, &2_000.into()));
        assert_eq!((&made[0]["max_uses_each"], &made[0]["applies_to"]), (&2.into(), &"shipping".into()));
        assert!(done("/admin/coupons", "end", &[made[0]["id"].to_string()]).is_some());
        assert!(browser.get("/admin/coupons").text().contains("ended"));
    }
}
