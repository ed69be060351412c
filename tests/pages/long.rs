//! What is longer than a page of one thing: all of it is reached, by its buyer and by staff.

use keywright::domain::person::Role;
use keywright::domain::shop::{Mode, Shop as Site};
use keywright::domain::{order, order_line, product, release, webhook_delivery};
use keywright::store::Value;

use super::sheets::send;
use super::shop::sign_in;
use super::{assert_sound, enter, stock};
use crate::oauth::{Browser, Shop, plain};
use crate::support::http::Answer;
use crate::support::server::json;

const HERE: Site = Site { site_id: 1, mode: Mode::Live };

/// Writes `sql` with these numbers in the places of `$1`, `$2` …
fn exec(shop: &Shop, sql: &'static str, numbers: &[i64]) {
    let numbers: Vec<i64> = numbers.to_vec();
    shop.write(move |tx| {
        let values: Vec<Value<'_>> = numbers.iter().map(|n| Value::Int(*n)).collect();
        tx.exec(sql, &values).map(|_| ())
    });
}

/// Where the link with these words leads, if there is one.
fn link(page: &Answer, words: &str) -> Option<String> {
    let before =
        page.text().split(&format!("\">{words}</a>")).next().filter(|part| part.len() < page.text().len())?;
    Some(plain(before.rsplit("href=\"").next()?))
}

/// How often something stands in a list and in all that follows it.
fn counted(browser: &Browser, at: &str, mark: &str) -> usize {
    let (mut next, mut found) = (Some(at.to_owned()), 0);
    while let Some(at) = next {
        let page = browser.get(&at);
        assert_sound(&at, &page);
        found += page.text().matches(mark).count();
        next = link(&page, "Older");
    }
    found
}

const FREED: &str = "with recursive n(i) as (select 2 union all select i + 1 from n where i < 140) \
    insert into activation (licence_id, usage_id, activated_at, ip, released_at) select cast($1 as bigint), i, 5, '203.0.113.9', 6 from n";
const LIVE: &str = "with recursive n(i) as (select 201 union all select i + 1 from n where i < 350) \
    insert into activation (licence_id, usage_id, activated_at, ip) select cast($1 as bigint), i, 5, '203.0.113.9' from n";

#[test]
fn an_old_live_activation_is_seen_behind_many_freed_ones() {
    for shop in Shop::both() {
        let run = |args: &[&str]| json(&shop.engine, args);
        let quill = [
            "product",
            "create",
            "--title",
            "Quill",
            "--api",
            "on",
            "--deactivate",
            "on",
            "--max-uses",
            "-1",
        ];
        let product = run(&quill)["id"].to_string();
        let issued = run(&["licence", "issue", "--product", &product, "--email", "mia@customer.example"]);
        let (licence, key) = (issued["licence_id"].as_i64().unwrap(), issued["key"].as_str().unwrap());
        assert_eq!(shop.server.call(&format!("activate&key={key}")).json()["usage_id"], 1);
        exec(&shop, FREED, &[licence]);
        let browser = Browser::new(shop.address());
        sign_in(&shop, &browser, "mia@customer.example", 1);
        let at = format!("/account/purchases/{}", issued["purchase_id"]);
        let free = format!("{at}/activations/1/free");
        let page = browser.get(&at);
        assert_sound(&at, &page);
        assert!(page.text().contains(&free), "{}", page.text());
        assert_eq!(page.text().matches("/free\"").count(), 1, "what was freed is not there");

        exec(&shop, LIVE, &[licence]);
        exec(&shop, "update licence set uses = 151, last_usage_id = 350 where id = $1", &[licence]);
        let first = browser.get(&at);
        assert!(first.text().matches("/free\"").count() == 100 && !first.text().contains(&free));
        let second = browser.get(&link(&first, "Older activations").unwrap());
        assert_sound(&at, &second);
        assert!(second.text().matches("/free\"").count() == 51 && second.text().contains(&free));
        assert_eq!(link(&second, "Older activations"), None);
        assert_eq!(browser.submit(&second, &free, &[]).status, 303);
        let left = "select count(*) from activation where released_at is null and usage_id = 1";
        assert_eq!(shop.count(left), 0);

        let staff = enter(&shop, "mia@shop.example", Role::Support);
        let at = format!("/admin/licences/{licence}");
        let all = link(&staff.get(&at), "all of them").unwrap();
        assert_eq!(all, format!("/admin/activations?licence={licence}"));
        assert_eq!(counted(&staff, &all, "203.0.113.9"), 139 + 150);
        assert_eq!(counted(&staff, &format!("{all}&state=in_use"), "203.0.113.9"), 150);
        assert_eq!(counted(&staff, &format!("{all}&ip=203.0.113.9&state=freed"), "<code>203.0.113.9"), 139);
        assert_eq!(counted(&staff, "/admin/activations?licence=999999", "203.0.113.9"), 0);
    }
}

const PURCHASES: &str = "with recursive n(i) as (select 900001 union all select i + 1 from n where i < 900060) \
    insert into purchase (id, site_id, is_test, product_id, customer_id, status, started_at) \
    select i, site_id, is_test, product_id, customer_id, status, started_at from purchase p, n where p.id = $1";
const LICENCES: &str = "with recursive n(i) as (select 900001 union all select i + 1 from n where i < 900060) \
    insert into licence (id, purchase_id, product_id, key, key_type, identifier_mode, max_uses, issued_at) \
    select i, i, product_id, 'LONG-' || i, 'foreign', identifier_mode, max_uses, issued_at from licence l, n where l.id = $1";

#[test]
fn what_a_page_of_one_thing_has_no_room_for_is_led_to() {
    for shop in Shop::both() {
        let licence = stock(&shop, "mia@customer.example");
        let purchase = shop.count("select min(purchase_id) from licence");
        exec(&shop, PURCHASES, &[purchase]);
        exec(&shop, LICENCES, &[licence]);
        let (customer, quill) =
            (shop.count("select min(id) from customer"), shop.count("select min(id) from product"));
        shop.write(move |tx| {
            let line =
                order_line::DraftLine { product_id: quill, quantity: 1, ..order_line::DraftLine::default() };
            let who = keywright::domain::customer::Change {
                email: Some("mia@customer.example".into()),
                ..keywright::domain::customer::Change::default()
            };
            for _ in 0..55 {
                let draft = order::Draft {
                    customer: who.clone(),
                    lines: vec![line.clone()],
                    ..order::Draft::default()
                };
                order::place(tx, HERE, &draft)?;
            }
            for nth in 0..25 {
                let draft = release::Draft {
                    product_id: quill,
                    version: format!("2.0.{nth}"),
                    ..release::Draft::default()
                };
                release::new(tx, HERE, &draft)?;
            }
            Ok(())
        });
        let owner = enter(&shop, "zoe@shop.example", Role::Owner);
        let at = format!("/admin/customers/{customer}");
        let page = owner.get(&at);
        assert_sound(&at, &page);
        for (list, mark, all) in [
            ("licences", "<a href=\"/admin/licences/", 62),
            ("orders", "<a href=\"/admin/orders/", 56),
            ("purchases", "<a href=\"/admin/purchases/", 62),
        ] {
            let to = format!("/admin/{list}?customer={customer}");
            assert!(page.text().contains(&format!("href=\"{to}\"")), "{to}: {}", page.text());
            assert_eq!(counted(&owner, &to, mark), all, "{list}");
        }
        assert_eq!(counted(&owner, "/admin/orders?customer=999999", "<a href=\"/admin/orders/"), 0);
        let moments = format!("{at}?moments=all");
        assert!(page.text().contains(&format!("href=\"{moments}\"")));
        let said = "An order was placed";
        assert!(page.text().matches(said).count() < 56);
        assert_eq!(owner.get(&moments).text().matches(said).count(), 56);

        let at = format!("/admin/products/{quill}");
        let releases = format!("{at}/releases");
        assert_eq!(link(&owner.get(&at), "all of them"), Some(releases.clone()));
        assert_eq!(counted(&owner, &releases, &format!("<a href=\"{releases}/")), 26);
        assert_eq!(owner.get("/admin/products/999999/releases").status, 404);

        let hook = ["webhook", "create", "--url", "https://hooks.example/in", "--events", "product.created"];
        let hook = json(&shop.engine, &hook)["id"].as_i64().unwrap();
        shop.write(move |tx| {
            for _ in 0..53 {
                webhook_delivery::test(tx, HERE, hook)?;
            }
            Ok(())
        });
        let at = format!("/admin/webhooks/{hook}");
        let log = format!("{at}/deliveries");
        assert_eq!(link(&owner.get(&at), "all of them"), Some(log.clone()));
        let csv = owner.get(&format!("{log}?as=csv"));
        assert_eq!(csv.text().lines().count(), 54, "{csv:?}");
        assert_eq!(enter(&shop, "ben@shop.example", Role::ReadOnly).get(&log).status, 403);

        let browser = Browser::new(shop.address());
        sign_in(&shop, &browser, "mia@customer.example", 1);
        let first = browser.get("/account");
        let second = browser.get(&link(&first, "Older orders").unwrap());
        assert_sound("/account", &second);
        let mark = "href=\"/account/orders/";
        assert_eq!((first.text().matches(mark).count(), second.text().matches(mark).count()), (50, 6));
    }
}

#[test]
fn what_a_form_has_no_room_for_is_typed() {
    for shop in Shop::both() {
        let oldest = json(&shop.engine, &["product", "create", "--title", "The first"])["id"].to_string();
        shop.write(|tx| {
            for nth in 0..203 {
                let change =
                    product::Change { title: Some(format!("Quill {nth}")), ..product::Change::default() };
                product::new(tx, HERE, &change)?;
            }
            Ok(())
        });
        let id = shop.count("select max(id) from product");
        let browser = enter(&shop, "mia@shop.example", Role::Owner);
        let at = format!("/admin/products/{id}/prerequisites");
        let page = browser.get(&at);
        assert_sound(&at, &page);
        assert!(
            !page.text().contains("The first") && page.text().contains("name=\"numbers\""),
            "{}",
            page.text()
        );
        for wrong in ["pen", "999999"] {
            let refused = send(&browser, &page, &at, &[("numbers", wrong)]);
            assert!(refused.status == 400 && refused.text().contains("marked"), "{wrong}: {refused:?}");
        }
        assert_eq!(send(&browser, &page, &at, &[("numbers", &oldest)]).status, 303);
        let page = browser.get(&at);
        assert!(page.text().contains("The first"), "what is required stays to be chosen");
        assert_eq!(send(&browser, &page, &at, &[]).status, 303);
        assert_eq!(shop.count("select required_id from prerequisite").to_string(), oldest);
    }
}
