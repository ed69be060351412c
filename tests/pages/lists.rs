//! What every list can do: columns, and the oldest first; and the lists of what was sold.

use keywright::domain::person::Role;

use super::several::{sure, tick};
use super::sheets::send;
use super::{assert_sound, enter, stock};
use crate::oauth::{Shop, plain};
use crate::support::server::json;

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
