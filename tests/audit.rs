//! The audit log of commands and of the server itself: every command that changes something is noted, with who ran it.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::support::server::{command, json};
use crate::support::{Engine, NEW_YEAR, block_on, engines};
use keywright::base::actor::{Actor, ActorKind};
use keywright::base::dice::Dice;
use keywright::base::seal::Master;
use keywright::base::time::DAY;
use keywright::domain::shop::Shop;
use keywright::domain::{account, audit_log, customer, licence, policy, product, purchase, webhook};

/// Runs a command as Ada; what it printed, and what was noted since, as action and subject's id.
fn run(engine: &Engine, args: &[&str]) -> (Value, Vec<(String, String)>) {
    let before = rows_of(engine).first().map_or(0, |row| row["id"].as_i64().unwrap());
    let mut command = command(engine, args);
    let output = command.arg("--json").env("SUDO_USER", "ada").output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    let mut noted = Vec::new();
    for row in rows_of(engine).iter().rev().filter(|row| row["id"].as_i64().unwrap() > before) {
        assert_eq!((&row["actor_kind"], &row["actor"]), (&"command_line".into(), &"ada".into()), "{row}");
        assert_eq!((&row["address"], &row["request_id"]), (&Value::Null, &Value::Null), "{row}");
        let word = |name: &str| row[name].as_str().unwrap().to_owned();
        noted.push((word("action"), word("subject_id")));
    }
    (serde_json::from_slice(&output.stdout).unwrap_or_default(), noted)
}

fn rows_of(engine: &Engine) -> Vec<Value> {
    json(engine, &["audit", "list", "--limit", "1000"]).as_array().unwrap().clone()
}

/// Runs a command that must be noted by one row; what it printed.
fn noted(engine: &Engine, args: &[&str], action: &str, id: &str) -> Value {
    let (printed, rows) = run(engine, args);
    let own = printed["id"].as_str().map_or_else(|| printed["id"].to_string(), str::to_owned);
    let id = if id.is_empty() { own } else { id.to_owned() };
    assert_eq!(rows, [(action.to_owned(), id)], "{args:?}");
    printed
}

#[test]
fn the_catalogue_and_the_shop() {
    for engine in engines() {
        let made = |args: &[&str], action: &str| noted(&engine, args, action, "")["id"].to_string();
        let done = |args: &[&str], action: &str, id: &str| drop(noted(&engine, args, action, id));
        let shelf = made(&["category", "create", "--title", "Tools"], "category.created");
        done(&["category", "set", &shelf, "--title", "Toys"], "category.changed", &shelf);
        done(&["category", "delete", &shelf], "category.deleted", &shelf);
        let in_euros = ["--price", "500", "--currency", "EUR", "--api", "on"];
        let base = made(&["product", "create", "--title", "Base"], "product.created");
        let app =
            made(&[&["product", "create", "--title", "App"], &in_euros[..]].concat(), "product.created");
        done(&["product", "set", &app, "--title", "Apps"], "product.changed", &app);
        done(&["product", "requires", &app, "--products", &base], "product.prerequisites_changed", &app);
        assert_eq!(
            run(&engine, &["product", "requires", &app, "--products", &base]).1,
            [],
            "nothing was changed"
        );
        done(&["product", "requires", &app, "--none"], "product.prerequisites_changed", &app);
        done(&["product", "archive", &base], "product.archived", &base);
        assert_eq!(run(&engine, &["product", "archive", &base]).1, [], "once is enough");
        let path = engine.folder.path().join("app.zip");
        std::fs::write(&path, "12345").unwrap();
        let (file, rows) = run(&engine, &["file", "upload", path.to_str().unwrap()]);
        let file = file["file_id"].as_str().unwrap();
        assert_eq!(rows, [("file.added".to_owned(), file.to_owned())]);
        done(&["file", "delete", file], "file.deleted", file);
        let publish = ["release", "publish", "--product", &app, "--version"];
        let first = made(&[&publish[..], &["1.0.0"]].concat(), "release.published");
        done(&["release", "yank", &first], "release.yanked", &first);
        let draft = made(&[&publish[..], &["1.1.0", "--draft"]].concat(), "release.created");
        done(&["release", "put-out", &draft], "release.published", &draft);
        let keys = engine.folder.path().join("keys.txt");
        std::fs::write(&keys, "POOL-KEY-1\nPOOL-KEY-2\n").unwrap();
        let pool = ["key-pool", "add", "--product", &app, keys.to_str().unwrap()];
        done(&pool, "key_pool.filled", &app);
        assert_eq!(run(&engine, &pool).1, [], "they are known already");
        done(&["account", "set", "--name", "Apps & Co"], "account.changed", "1");
        assert_eq!(run(&engine, &["account", "set", "--name", "Apps & Co"]).1, [], "nothing was changed");
        let site = run(&engine, &["site", "create", "--title", "Other"]).0["id"].to_string();
        assert_eq!(json(&engine, &["audit", "list", "--site", &site])[0]["action"], "site.created");
        let word = |made: Value| made["id"].as_str().unwrap().to_owned();
        let key = word(noted(&engine, &["api-key", "create", "--scopes", "all"], "api_key.created", ""));
        let next = word(noted(&engine, &["api-key", "rotate", &key], "api_key.rotated", &key));
        done(&["api-key", "revoke", &next], "api_key.revoked", &next);
        assert_eq!(run(&engine, &["api-key", "revoke", &next]).1, [], "once is enough");
        let forgotten = run(&engine, &["db", "forget-master-key"]).1;
        assert_eq!(forgotten, [("server.master_key_forgotten".to_owned(), String::new())]);
    }
}

#[test]
fn sales_licences_and_customers() {
    for engine in engines() {
        let made = |args: &[&str], action: &str| noted(&engine, args, action, "")["id"].to_string();
        let done = |args: &[&str], action: &str, id: &str| drop(noted(&engine, args, action, id));
        let app =
            ["product", "create", "--title", "App", "--price", "500", "--currency", "EUR", "--api", "on"];
        let app = made(&[&app[..], &["--identifier-mode", "manual"]].concat(), "product.created");
        let (email, other) = ("mia@customer.example", "ben@customer.example");
        let mia = made(&["customer", "create", "--email", email], "customer.created");
        let ben = made(&["customer", "create", "--email", other, "--name", "Ben"], "customer.created");
        done(&["customer", "set", &mia, "--name", "Mia"], "customer.changed", &mia);
        assert_eq!(run(&engine, &["customer", "set", &mia, "--name", "Mia"]).1, [], "nothing was changed");
        let coupon = made(&["coupon", "create", "TEN", "--percent-bp", "1000"], "coupon.created");
        drop(coupon);
        let place = ["order", "create", "--line", &app, "--email", email];
        let order = made(&place, "order.placed");
        done(&["order", "pay", &order, "--reference", "bank"], "order.paid", &order);
        let letter = json(&engine, &["mail", "list"])[0]["id"].to_string();
        done(&["mail", "again", &letter], "mail.sent_again", &letter);
        done(&["order", "refund", &order, "--amount", "1"], "order.refunded", &order);
        done(&["order", "cancel", &order], "order.cancelled", &order);
        // Who buys for the first time is made with the order.
        let (placed, rows) =
            run(&engine, &["order", "create", "--line", &app, "--email", "zoe@customer.example"]);
        let zoe = placed["customer_id"].to_string();
        assert_eq!(
            rows,
            [("customer.created".into(), zoe), ("order.placed".into(), placed["id"].to_string())]
        );

        let (issued, rows) = run(&engine, &["licence", "issue", "--product", &app, "--email", email]);
        let (licence, key) = (issued["licence_id"].to_string(), issued["key"].as_str().unwrap());
        assert_eq!(rows, [("licence.issued".to_owned(), licence.clone())]);
        done(&["licence", "set", &licence, "--max-uses", "3"], "licence.changed", &licence);
        done(&["licence", "set", key, "--identifier", "box"], "licence.changed", &licence);
        done(&["licence", "suspend", key], "licence.suspended", &licence);
        assert_eq!(run(&engine, &["licence", "suspend", key]).1, [], "it is off already");
        done(&["licence", "resume", key], "licence.resumed", &licence);
        done(&["licence", "reset", key], "licence.reset", &licence);
        assert_eq!(run(&engine, &["licence", "reset", key]).1, [], "there was nothing to free");
        let purchase = issued["purchase_id"].to_string();
        let change = ["purchase", "change", &purchase, "--status", "cancelled"];
        done(&change, "purchase.changed", &purchase);
        assert_eq!(run(&engine, &change).1, [], "nothing was changed");

        let buyers: Vec<String> = (0..1_100).map(|n| format!("{app},buyer-{n}@customer.example")).collect();
        let csv = format!("product_id,email\n{}\n", buyers.join("\n"));
        let path = engine.folder.path().join("licences.csv");
        std::fs::write(&path, csv).unwrap();
        let import = ["licence", "import", path.to_str().unwrap()];
        assert_eq!(run(&engine, &[&import[..], &["--dry-run"]].concat()).1, []);
        assert_eq!(run(&engine, &import).1, [("licence.imported".to_owned(), String::new())]);
        assert_eq!(rows_of(&engine)[0]["new"], json!({"count": 1_100}), "one row for its three parts");

        let list = made(&["price-list", "create", "--title", "Trade"], "price_list.created");
        done(&["price-list", "set", &list, "--title", "Trade 2"], "price_list.changed", &list);
        let of = ["--product", &app, "--price", "400"];
        let set = [&["price-list", "set-price", &list], &of[..]].concat();
        done(&set, "price_list.prices_changed", &list);
        let remove = ["price-list", "remove-price", &list, "--product", &app];
        done(&remove, "price_list.prices_changed", &list);
        let company = made(&["b2b-account", "create", "--company", "Acme"], "b2b_account.created");
        let terms = ["b2b-account", "set", &company, "--net-days", "30"];
        done(&terms, "b2b_account.changed", &company);
        assert_eq!(run(&engine, &terms).1, [], "nothing was changed");
        let contact = ["b2b-account", "attach", &company, other];
        done(&contact, "b2b_account.contacts_changed", &company);
        assert_eq!(run(&engine, &contact).1, [], "they are one already");
        let contact = ["b2b-account", "detach", &company, other];
        done(&contact, "b2b_account.contacts_changed", &company);
        done(&["b2b-account", "delete", &company], "b2b_account.deleted", &company);
        done(&["price-list", "delete", &list], "price_list.deleted", &list);

        done(&["customer", "merge", &ben, &mia], "customer.merged", &ben);
        done(&["customer", "erase", &mia], "customer.erased", &mia);

        let hook = ["webhook", "create", "--url", "https://hooks.example/"];
        let hook = made(&hook, "webhook.created");
        done(&["webhook", "set", &hook, "--events", "order.paid"], "webhook.changed", &hook);
        done(&["webhook", "rotate", &hook], "webhook.rotated", &hook);
        let delivery = noted(&engine, &["webhook", "test", &hook], "webhook.tested", &hook)["id"].to_string();
        done(&["webhook", "redeliver", &delivery], "webhook.redelivered", &hook);
        done(&["webhook", "replay", &hook, "--from", "2026-01-01"], "webhook.replayed", &hook);
        done(&["webhook", "delete", &hook], "webhook.deleted", &hook);
    }
}

#[test]
fn a_change_is_shown_side_by_side() {
    let engine = Engine::sqlite();
    let made = json(&engine, &["product", "create", "--title", "App", "--max-uses", "2"]);
    let id = made["id"].to_string();
    json(&engine, &["product", "set", &id, "--title", "Apps", "--max-uses", "-1"]);
    let text = |args: &[&str]| String::from_utf8(command(&engine, args).output().unwrap().stdout).unwrap();
    let listed = text(&["audit", "list", "--subject", "product", "--subject-id", &id]);
    assert!(listed.lines().count() == 3 && listed.contains("product.changed"), "{listed}");
    let row = json(&engine, &["audit", "list", "--action", "product.changed"])[0]["id"].to_string();
    let shown = text(&["audit", "show", &row]);
    let words: Vec<Vec<&str>> = shown.lines().map(|line| line.split_whitespace().collect()).collect();
    for line in [&["field", "was", "is"][..], &["max_uses", "2", "no", "limit"], &["title", "App", "Apps"]] {
        assert!(words.iter().any(|words| words == line), "{line:?}: {shown}");
    }
    let missing = command(&engine, &["audit", "show", "999999"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(3), "{missing:?}");
    for wrong in [["--action", "sing"], ["--subject", "song"], ["--from", "soon"]] {
        let refused = command(&engine, &["audit", "list", wrong[0], wrong[1]]).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    }
}

#[test]
fn what_the_server_does_is_its_own() {
    for engine in engines() {
        let (store, clock) = engine.store();
        let master = Master::new(&Dice::seeded(1));
        let ada = Arc::new(Actor { kind: ActorKind::Person, name: "1".into(), address: None, request: None });
        let made = block_on(store.write("make", move |tx| {
            let shop = Shop::live(tx)?;
            let term = policy::Change { term_days: Some(Some(30)), ..policy::Change::default() };
            let change = product::Change { title: Some("Quill".into()), policy: term, ..Default::default() };
            let product_id = product::new(tx, shop, &change)?.id;
            tx.act_for(&ada);
            let customer =
                customer::Change { email: Some("mia@customer.example".into()), ..Default::default() };
            licence::issue(tx, shop, &licence::Draft { product_id, customer, ..Default::default() })?;
            let hook = webhook::Change { url: Some("https://hooks.example/".into()), ..Default::default() };
            Ok(webhook::new(tx, shop, &hook, &master)?.0.id)
        }))
        .unwrap();
        clock.set(NEW_YEAR + 31 * DAY);
        let (ended, rows) = block_on(store.write("jobs", move |tx| {
            let ended = purchase::expire(tx, 10)?;
            webhook::switch_off(tx, made, "it answered 410 Gone")?;
            webhook::switch_off(tx, made, "it answered 410 Gone")?;
            let shop = Shop::live(tx)?;
            Ok((ended, audit_log::list(tx, shop, &audit_log::Filter::default(), None, 10)?))
        }))
        .unwrap();
        let rows: Vec<_> = rows.iter().rev().map(|row| (row.actor_kind, row.action.as_str())).collect();
        assert_eq!(ended, 1);
        let by_ada =
            ["customer.created", "licence.issued", "webhook.created"].map(|a| (ActorKind::Person, a));
        assert_eq!(rows, [&by_ada[..], &[(ActorKind::Server, "webhook.disabled")]].concat());
    }
}

#[test]
fn it_is_kept_for_ever_or_as_long_as_the_settings_say() {
    for engine in engines() {
        let (store, clock) = engine.store();
        let left = |day: i64, days: i64| {
            clock.set(NEW_YEAR + day * DAY);
            block_on(store.write("rename and sweep", move |tx| {
                let ada = Actor { kind: ActorKind::Person, name: "1".into(), address: None, request: None };
                tx.act_for(&Arc::new(ada));
                let shop = Shop::live(tx)?;
                let title = Some(format!("Day {day}"));
                account::set(tx, shop, &account::Change { title, ..Default::default() })?;
                assert!(!audit_log::sweep(tx, days)?, "there are no more");
                let filter = audit_log::Filter { from: Some(0), ..Default::default() };
                Ok(audit_log::list(tx, shop, &filter, None, 10)?.len())
            }))
            .unwrap()
        };
        assert_eq!([left(0, 0), left(2_000, 0), left(4_000, 0)], [1, 2, 3]);
        assert_eq!([left(4_001, 2_001), left(4_002, 30), left(4_031, 30)], [2, 3, 2]);
    }
}
