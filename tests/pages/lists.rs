//! What every list can do: columns, the oldest first, and several rows at once; and the lists of what was sold.

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
        let typed = [("code", "Spring"), ("off", "5.00 EUR"), ("least", "20 EUR"), ("max_uses", "3")];
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
        assert!(done("/admin/coupons", "end", &[made[0]["id"].to_string()]).is_some());
        assert!(browser.get("/admin/coupons").text().contains("ended"));
    }
}

#[test]
fn columns_and_order_are_in_the_address() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    for nth in 0..53 {
        json(&shop.engine, &["customer", "create", "--email", &format!("c{nth:02}@customer.example")]);
    }
    let browser = enter(&shop, "mia@shop.example", Role::Owner);
    let oldest = browser.get("/admin/customers?sort=oldest&show.since=on");
    assert_sound("/admin/customers", &oldest);
    assert!(oldest.text().contains("c00@") && !oldest.text().contains("c50@"), "{oldest:?}");
    assert!(!oldest.text().contains("<th scope=\"col\">User name") && oldest.text().contains(">Since</th>"));
    let next = oldest.text().split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let rest = browser.get(&plain(next));
    assert!(rest.text().contains("c52@") && rest.text().contains("c50@") && !rest.text().contains("c49@"));
    assert!(rest.text().contains(">Since</th>") && !rest.text().contains("<th scope=\"col\">User name"));
    let csv = browser.get("/admin/customers?sort=oldest&show.since=on&as=csv");
    let lines: Vec<&str> = csv.text().lines().collect();
    assert_eq!((lines.len(), lines[0]), (54, "E-mail address,Since"));
    assert!(lines[1].starts_with("c00@") && lines[53].starts_with("c52@"));
    assert_eq!(browser.get("/admin/customers?behind=x&show.nothing=on").status, 200);
}

#[test]
fn activations_are_all_there_once() {
    for shop in Shop::both() {
        stock(&shop, "mia@customer.example");
        let product = json(&shop.engine, &["product", "list"])[0]["id"].to_string();
        let mut keys = Vec::new();
        for _ in 0..2 {
            let args = [
                "licence",
                "issue",
                "--product",
                &product,
                "--email",
                "zoe@customer.example",
                "--max-uses",
                "-1",
            ];
            keys.push(json(&shop.engine, &args)["key"].as_str().unwrap().to_owned());
        }
        for nth in 0..60 {
            assert_eq!(shop.server.call(&format!("activate&key={}", keys[nth % 2])).status, 200);
        }
        shop.write(|tx| {
            tx.exec("update activation set ip = '203.0.113.9' where usage_id = 7", &[]).map(|_| ())
        });
        let browser = enter(&shop, "mia@shop.example", Role::Support);
        for sort in ["", "sort=oldest"] {
            let (mut at, mut seen) = (format!("/admin/activations?{sort}"), Vec::new());
            loop {
                let page = browser.get(&at);
                assert_sound(&at, &page);
                let ticks = page
                    .text()
                    .split("name=\"row.")
                    .skip(1)
                    .map(|rest| rest.split('"').next().unwrap().to_owned());
                seen.extend(ticks);
                let Some(next) = page.text().split("rel=\"next\" href=\"").nth(1) else { break };
                at = plain(next.split('"').next().unwrap());
            }
            let all: std::collections::BTreeSet<_> = seen.iter().collect();
            assert_eq!((seen.len(), all.len()), (61, 61), "{} {sort}", shop.engine.name);
        }
        let found = browser.get("/admin/find?q=203.0.113.9");
        assert_eq!(found.header("location"), Some("/admin/activations?ip=203.0.113.9"));
        let there = browser.get("/admin/activations?ip=::ffff:203.0.113.9");
        assert_eq!(there.text().matches("name=\"row.").count(), 2, "an address has one form");
        // Far away from the newest licence, what is looked for is found by going on, from both ends, and whole in a file.
        let (far, gone) = (
            "insert into purchase (id, site_id, product_id, customer_id, status, started_at) select 900000, site_id, \
            product_id, customer_id, status, started_at from purchase where id = 1",
            "insert into licence (id, purchase_id, product_id, \
            key, key_type, identifier_mode, max_uses, issued_at) select 900000, 900000, product_id, 'FAR', key_type, identifier_mode, \
            max_uses, issued_at from licence where id = 1",
        );
        shop.write(move |tx| tx.exec(far, &[]).and_then(|_| tx.exec(gone, &[])).map(|_| ()));
        for sort in ["", "&sort=oldest"] {
            let (mut at, mut pages, mut seen) = (format!("/admin/activations?ip=203.0.113.9{sort}"), 0, 0);
            loop {
                let page = browser.get(&at);
                (pages, seen) = (pages + 1, seen + page.text().matches("name=\"row.").count());
                let Some(next) = page.text().split("rel=\"next\" href=\"").nth(1) else { break };
                assert!(page.text().contains("Look further"), "{page:?}");
                at = plain(next.split('"').next().unwrap());
            }
            assert_eq!((pages, seen), (5, 2), "{} {sort}", shop.engine.name);
            let csv = browser.get(&format!("/admin/activations?ip=203.0.113.9&as=csv{sort}"));
            assert_eq!(csv.text().lines().count(), 3);
        }
        let licence = json(&shop.engine, &["licence", "show", &keys[1]])["licence_id"].to_string();
        let freed = tick(&browser, "/admin/activations", "free", &[format!("{licence}.3")]);
        assert_eq!(sure(&browser, "/admin/activations", &freed).status, 303);
        assert_eq!(browser.get("/admin/activations?state=freed").text().matches("<tr>").count(), 2);
        let of = browser.get(&format!("/admin/activations?product={product}&state=in_use&as=csv"));
        assert_eq!(of.text().lines().count(), 61);
        assert_eq!(browser.get("/admin/activations?product=x&ip=x").text().matches("<tr>").count(), 0);
    }
}

#[test]
fn shelves_pools_and_purchases_are_kept() {
    for shop in Shop::both() {
        stock(&shop, "mia@customer.example");
        let product = json(&shop.engine, &["product", "list"])[0]["id"].to_string();
        let browser = enter(&shop, "mia@shop.example", Role::Owner);
        let new = "/admin/categories/new";
        let page = browser.get(new);
        assert_sound(new, &page);
        assert!(send(&browser, &page, new, &[("title", "")]).text().contains("Must be filled in"));
        assert_eq!(send(&browser, &page, new, &[("title", "Pens")]).status, 303);
        let same = send(&browser, &browser.get(new), new, &[("title", "Pens")]);
        assert!(same.status == 400 && same.text().contains("Another category has the slug"), "{same:?}");
        let pens = json(&shop.engine, &["category", "list"])[0]["id"].to_string();
        let page = browser.get(new);
        assert_eq!(send(&browser, &page, new, &[("title", "Quills"), ("parent_id", &pens)]).status, 303);
        let edit = format!("/admin/categories/{pens}/edit");
        let (mine, theirs) = (browser.get(&edit), browser.get(&edit));
        assert_sound(&edit, &mine);
        assert_eq!(send(&browser, &theirs, &edit, &[("title", "All pens")]).status, 303);
        let stale = send(&browser, &mine, &edit, &[("title", "Some pens")]);
        assert!(stale.status == 412 && stale.text().contains("All pens"), "{stale:?}");
        let delete = format!("/admin/categories/{pens}/delete");
        let asked = browser.submit(&browser.get("/admin/categories"), &delete, &[]);
        assert_sound(&delete, &asked);
        assert!(asked.text().contains("Type <strong>All pens</strong> first"), "{asked:?}");
        let wrong = browser.submit(&asked, &delete, &[("typed", "all pens")]);
        assert!(wrong.text().contains("Nothing was done"), "{wrong:?}");
        let kept = browser.submit(&asked, &delete, &[("typed", "All pens")]);
        assert!(kept.status == 400 && kept.text().contains("move them first"), "{kept:?}");

        let at = format!("/admin/products/{product}/pool");
        let page = browser.get(&at);
        assert_sound(&at, &page);
        assert_eq!(send(&browser, &page, &at, &[("keys", "")]).status, 400);
        assert_eq!(send(&browser, &page, &at, &[("keys", "AAAA-1\nAAAA-2\n\nAAAA-1")]).status, 303);
        assert!(
            browser.get(&format!("/admin/products/{product}")).text().contains("from a pool, 2 are left")
        );

        let list = browser.get("/admin/purchases?status=active");
        assert_sound("/admin/purchases", &list);
        let id = json(&shop.engine, &["purchase", "list"])[0]["id"].to_string();
        let at = format!("/admin/purchases/{id}");
        assert_sound(&at, &browser.get(&at));
        let edit = format!("{at}/edit");
        let wrong = send(&browser, &browser.get(&edit), &edit, &[("install_url", "javascript:alert(1)")]);
        assert!(wrong.status == 400 && wrong.text().contains("marked"), "{wrong:?}");
        let typed = [("install_url", "https://zoe.example"), ("expires_at", "2001-02-03T04:05")];
        assert_eq!(send(&browser, &browser.get(&edit), &edit, &typed).status, 303);
        let expired = || json(&shop.engine, &["purchase", "show", &id])["status"].clone();
        shop.write(|tx| keywright::domain::purchase::expire(tx, 9).map(|_| ()));
        assert_eq!(expired(), "expired");
        // Whoever gives it more time touches its end alone.
        assert_eq!(send(&browser, &browser.get(&edit), &edit, &[("expires_at", "")]).status, 303);
        assert_eq!(expired(), "active");
        shop.write(|tx| tx.exec("update purchase set expires_at = 4102444800123", &[]).map(|_| ()));
        assert_eq!(send(&browser, &browser.get(&edit), &edit, &[("install_url", "")]).status, 303);
        let kept = shop
            .count("select count(*) from purchase where expires_at = 4102444800123 and install_url is null");
        assert!(kept > 0, "a time that nobody touched stays to the millisecond");
    }
}

#[test]
fn what_happened_to_a_customer_is_told_and_two_become_one() {
    for shop in Shop::both() {
        stock(&shop, "mia@customer.example");
        let other = json(&shop.engine, &["customer", "create", "--email", "mia.l@customer.example"])["id"]
            .to_string();
        let browser = enter(&shop, "mia@shop.example", Role::Support);
        let id = json(&shop.engine, &["customer", "list"])[1]["id"].to_string();
        let at = format!("/admin/customers/{id}");
        let edit = format!("{at}/edit");
        assert_eq!(send(&browser, &browser.get(&edit), &edit, &[("name", "Mia L")]).status, 303);
        let page = browser.get(&at);
        assert_sound(&at, &page);
        for said in [
            "An order was placed",
            "An order was paid",
            "A licence was issued",
            "Activated from 127.0.0.1",
            "A letter: receipt",
            "customer changed by staff",
        ] {
            assert!(page.text().contains(said), "{said}: {}", page.text());
        }
        let merge = format!("{at}/merge");
        let form = browser.get(&merge);
        assert_sound(&merge, &form);
        for (typed, said) in [
            (
                [("into", "nobody@customer.example"), ("typed", "mia@customer.example")],
                "Nobody has this address",
            ),
            (
                [("into", "mia.l@customer.example"), ("typed", "mia")],
                "Is not the address of the one who goes",
            ),
            ([("into", "mia@customer.example"), ("typed", "mia@customer.example")], "no other customer"),
        ] {
            let wrong = send(&browser, &form, &merge, &typed);
            assert!(wrong.status == 400 && plain(wrong.text()).contains(said), "{said}: {}", wrong.text());
        }
        let typed = [("into", "mia.l@customer.example"), ("typed", "mia@customer.example")];
        for _ in 0..2 {
            let merged = send(&browser, &form, &merge, &typed);
            assert_eq!(
                merged.header("location"),
                Some(&*format!("/admin/customers/{other}?done=merged")),
                "{merged:?}"
            );
        }
        let stays = browser.get(&format!("/admin/customers/{other}?done=merged"));
        assert!(
            stays.text().contains("all that was theirs is here")
                && stays.text().contains("An order was paid")
        );
        assert_eq!(browser.get(&at).status, 404);
    }
}

#[test]
fn figures_are_drawn_and_a_time_that_cannot_be_is_told() {
    for shop in Shop::both() {
        stock(&shop, "mia@customer.example");
        let browser = enter(&shop, "ben@shop.example", Role::ReadOnly);
        let at = "/admin/figures";
        for query in ["", "?interval=week", "?interval=month&from=2026-01-01", "?product=1", "?interval=hour"]
        {
            let page = browser.get(&format!("{at}{query}"));
            assert_sound(at, &page);
            assert!(
                page.text().contains("<h2>Activations</h2>")
                    && page.text().contains("Revenue without refunds, EUR")
            );
        }
        for (query, said) in [
            ("?from=yesterday", "yesterday"),
            ("?from=2026-02-02&to=2026-01-01", "must be after its beginning"),
            ("?from=2020-01-01&to=2021-01-01", "too long for a chart"),
            ("?from=1970-02-01&interval=week", "more than 1000 intervals"),
        ] {
            let page = browser.get(&format!("{at}{query}"));
            assert_sound(at, &page);
            assert!(
                plain(page.text()).contains(said) && page.text().contains("of the last 30 days"),
                "{said}: {}",
                page.text()
                    .split("class=\"wrong\"")
                    .nth(1)
                    .unwrap_or_default()
                    .get(..200)
                    .unwrap_or_default()
            );
        }
        let csv = browser.get(&format!("{at}?csv=revenue&interval=month"));
        assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"figures.csv\""));
        assert!(
            csv.text().lines().any(|line| line.contains("EUR") && line.contains("1900")),
            "{}",
            csv.text()
        );
        let owner = enter(&shop, "mia@shop.example", Role::Owner);
        for at in ["/admin/settings/security", "/admin/settings/jobs"] {
            assert_eq!(browser.get(at).status, 403, "{at}");
            assert_sound(at, &owner.get(at));
        }
        let page = owner.get("/admin/settings/security");
        assert!(
            page.text().contains("mia@shop.example") && page.text().contains("person.signed_in"),
            "{page:?}"
        );
    }
}

const CUSTOMERS: &str = "with recursive n(i) as (select cast(1 as bigint) union all select i + 1 from n where i < cast($1 as bigint)) \
    insert into customer (site_id, email, email_fold, name, created_at) \
    select 1, 'c' || i || '@customer.example', 'c' || i || '@customer.example', case when i % 1000 = 0 then '=1+1' end, 5 from n";

#[test]
fn a_file_has_the_whole_list() {
    for shop in Shop::both() {
        // More than were ever handed out at once, and the last piece is not full; by PostgreSQL some pieces are enough.
        let many: i64 = if shop.engine.name == "sqlite" { 100_321 } else { 3_000 };
        shop.write(move |tx| tx.exec(CUSTOMERS, &[keywright::store::Value::Int(many)]).map(|_| ()));
        let browser = enter(&shop, "mia@shop.example", Role::Owner);
        let csv = browser.get("/admin/customers?as=csv&sort=oldest");
        assert_eq!(csv.header("transfer-encoding"), Some("chunked"), "nobody knows how long it is");
        let lines: Vec<&str> = csv.text().lines().collect();
        assert_eq!(lines[0], "E-mail address,Name,User name,Group,Since");
        assert_eq!(i64::try_from(lines.len()).unwrap(), many + 1);
        for (nth, line) in (1..).zip(&lines[1..]) {
            let name = if nth % 1000 == 0 { "'=1+1" } else { "" };
            assert!(line.starts_with(&format!("c{nth}@customer.example,{name},,")), "{nth}: {line}");
        }
        let json = browser.get("/admin/customers?as=json&q=c1&show.name=on").json();
        let found = json.as_array().unwrap();
        let mut begin_so: Vec<i64> = (1..=many).filter(|nth| nth.to_string().starts_with('1')).collect();
        begin_so.reverse();
        assert_eq!(found.len(), begin_so.len());
        for (row, nth) in found.iter().zip(begin_so) {
            let row = row.as_object().unwrap();
            assert_eq!((row.len(), &row["E-mail address"]), (2, &format!("c{nth}@customer.example").into()));
        }
        assert_eq!(browser.get("/admin/customers?as=json&q=nobody").json(), serde_json::json!([]));
        assert_eq!(browser.get("/admin/customers?as=csv&q=nobody").text().lines().count(), 1);
    }
}
