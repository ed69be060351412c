//! Home: its figures are those of what happened, and each worry leads to where it is mended.

use keywright::base::time::{DAY, HOUR, day_in};
use keywright::domain::backup;
use keywright::domain::person::Role;
use keywright::domain::tally::{self, Entry};

use super::{assert_sound, enter};
use crate::oauth::{Shop, plain};
use crate::support::engines;
use crate::support::server::json;

/// The part of a page between two texts.
fn part<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let rest = page.split(from).nth(1).unwrap_or_else(|| panic!("no {from}: {page}"));
    rest.split(to).next().unwrap()
}

/// The cells of a table's rows, each row in a line.
fn rows(table: &str) -> Vec<String> {
    let text = |cell: &str| plain(cell.split_once('>').unwrap().1.split("</td>").next().unwrap());
    let cells = |row: &str| row.split("<td").skip(1).map(text).collect::<Vec<_>>().join("|");
    part(table, "<tbody>", "</tbody>").split("<tr>").skip(1).map(cells).collect()
}

#[test]
fn home_tells_what_happened_and_what_wants_to_be_mended() {
    for engine in engines() {
        std::fs::write(engine.folder.path().join("keywright.toml"), "backup_every_hours = 0\n").unwrap();
        let shop = Shop::open(engine);
        let run = |args: &[&str]| json(&shop.engine, args);
        let quill = ["product", "create", "--title", "Quill", "--price", "1900", "--currency", "EUR"];
        let product = run(&quill)["id"].as_i64().unwrap();
        let order = ["order", "create", "--line", &product.to_string(), "--email", "mia@customer.example"];
        let order = run(&order)["id"].to_string();
        run(&["order", "pay", &order]);
        run(&["webhook", "create", "--url", "https://hooks.example/in", "--events", "product.created"]);
        let now = shop.write(move |tx| {
            let now = tx.now();
            let entry = |kind, days: i64, label: &str, count| Entry {
                product_id: product,
                kind,
                hour: (now - days * DAY) / HOUR,
                label: label.into(),
                count,
            };
            let entries = [
                entry("activate", 0, "", 7),
                entry("activate", 3, "", 5),
                entry("activate", 20, "", 1_000),
                entry("error", 0, "1101", 2),
                entry("error", 3, "1101", 1),
                entry("error", 3, "1301", 4_000),
            ];
            tally::add(tx, &entries)?;
            backup::made(tx, now - 10 * DAY, "/long/ago.tar")?;
            tx.exec("update webhook set failing_since = 5", &[])?;
            let failed = keywright::store::Value::Int(now);
            tx.exec("update mail set status = 'failed', due_at = null, ended_at = $1", &[failed])?;
            Ok(now)
        });
        let letters = shop.count("select count(*) from mail");
        let owner = enter(&shop, "zoe@shop.example", Role::Owner);
        let page = owner.get("/admin");
        assert_sound("/admin", &page);
        let tiles = part(page.text(), "class=\"tiles\"", "</ul>");
        for (label, value, about) in [
            ("Activations today", "7", "12 in 7 days, 1012 in 30"),
            ("Licences that work", "1", "0 end within 30 days"),
            ("Customers", "1", ""),
            ("Revenue in 30 days", "19.00 EUR", "1 orders"),
        ] {
            let tile = format!("<li><span>{label}</span><strong>{value}</strong><span>{about}</span></li>");
            assert!(tiles.contains(&tile), "{tile}: {tiles}");
        }
        let chart = part(page.text(), "<h2>Activations a day</h2>", "</section>");
        let days = rows(chart);
        let on = |days: i64| day_in(now - days * DAY, "UTC");
        assert_eq!(days.len(), 30, "{days:?}");
        for (ago, n) in [(0, "7"), (3, "5"), (20, "1,000"), (4, "0")] {
            assert_eq!(days[usize::try_from(ago).unwrap()], format!("{}|{n}", on(ago)));
        }

        let chart = part(page.text(), "<h2>Calls that were refused a day, by their codes</h2>", "</section>");
        let legend: Vec<&str> = part(chart, "class=\"legend\"", "</ul>").split("</li>").collect();
        assert!(legend[0].ends_with("tone-0\">1301") && legend[1].ends_with("tone-1\">1101"), "{legend:?}");
        let codes = rows(chart);
        assert_eq!(codes.len(), 3, "{codes:?}");
        assert!(
            codes[0] == format!("{}|1101|2", on(0)) && codes[2] == format!("{}|1101|1", on(3)),
            "{codes:?}"
        );
        assert_eq!(codes[1], format!("{}|1301|4,000", on(3)));
        let today = rows(part(page.text(), "<h2>What apps were refused today</h2>", "</section>"));
        assert!(today.iter().any(|row| row.contains("|1101|")), "{today:?}");

        let worries = plain(part(page.text(), "class=\"wrong worries\"", "</div>"));
        assert!(!worries.contains("keywright "), "no page names a command: {worries}");
        for (says, to) in [
            ("1 webhook endpoint is failing or switched off".to_owned(), "/admin/webhooks"),
            (format!("{letters} letter"), "/admin/mail?status=failed"),
            ("The last backup is long ago".to_owned(), "/admin/settings/backups"),
        ] {
            let worry = worries.split("<li>").find(|worry| worry.contains(&says));
            let worry = worry.unwrap_or_else(|| panic!("{says}: {worries}"));
            assert!(worry.contains(&format!("href=\"{to}\"")), "{says}: {worry}");
            assert_sound(to, &owner.get(to));
        }
        let reader = enter(&shop, "ben@shop.example", Role::ReadOnly);
        let page = reader.get("/admin");
        let worries = part(page.text(), "class=\"wrong worries\"", "</div>");
        assert!(worries.contains("endpoint is failing") && !worries.contains("/admin/webhooks"), "{worries}");
    }
}

#[test]
fn customers_stand_under_the_store_manager() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let page = enter(&shop, "mia@shop.example", Role::Support).get("/admin/customers");
    let bar = part(page.text(), "aria-label=\"Administration\"", "</nav>");
    assert!(bar.contains("<a href=\"/admin/customers\" aria-current=\"true\">Store Manager</a>"), "{bar}");
    let within = part(page.text(), "class=\"places within\"", "</nav>");
    assert!(within.contains("<a href=\"/admin/customers\" aria-current=\"page\">Customers</a>"), "{within}");
}
