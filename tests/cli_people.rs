//! Reviews, gift cards, store credit, points and carts are looked after by commands alone, as they are by the pages.

use keywright::base::error::Result;
use keywright::domain::checkout;
use keywright::domain::review::{self, Draft};
use keywright::domain::shop::Shop;
use keywright::domain::shopping_cart::{self, Act};
use keywright::store::Tx;
use serde_json::{Value, json};

use crate::cli_shop::{end, id, ids};
use crate::support::server::json as run;
use crate::support::{Engine, block_on, engines};

/// Writes what only shop programs and buyers write.
fn write<T: Send + 'static>(engine: &Engine, f: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static) -> T {
    let (store, _) = engine.store();
    block_on(store.write("of others", f)).unwrap()
}

fn quill(engine: &Engine) -> i64 {
    let made =
        run(engine, &["product", "create", "--title", "Quill", "--price", "1900", "--currency", "EUR"]);
    made["id"].as_i64().unwrap()
}

#[test]
fn reviews_are_found_and_shown_or_not() {
    for engine in engines() {
        end(&engine, &[(&["review", "list"], 0, "Buyers write them")]);
        let [quill, ink] = [quill(&engine), quill(&engine)];
        run(&engine, &["order", "create", "--email", "mia@customer.example", "--line", &quill.to_string()]);
        let written = write(&engine, move |tx| {
            let shop = Shop::live(tx)?;
            let mut all = Vec::new();
            for (product, rating) in [(quill, 5), (quill, 2), (ink, 4)] {
                let draft = Draft {
                    rating,
                    title: Some("Fine".to_owned()),
                    content: "It writes.".to_owned(),
                    reviewer_name: "Mia".to_owned(),
                    reviewer_email: Some("mia@customer.example".to_owned()),
                };
                all.push(review::new(tx, shop, product, &draft)?.id.to_string());
            }
            Ok(all)
        });
        let [first, second, third] = [&*written[0], &written[1], &written[2]];
        let list = |args: &[&str]| ids(&run(&engine, &[&["review", "list"], args].concat()));
        assert_eq!(list(&[]), [third, second, first]);
        assert_eq!(list(&["--product", &quill.to_string()]), [second, first]);
        assert_eq!(list(&["--limit", "1", "--before", third]), [second]);
        assert_eq!(list(&["--test"]), [""; 0]);
        let shown = run(&engine, &["review", "publish", first]);
        assert_eq!(
            (&shown["status"], &shown["rating"], &shown["name"]),
            (&"published".into(), &5.into(), &"Mia".into())
        );
        assert_eq!(run(&engine, &["review", "archive", second])["status"], "archived");
        assert_eq!(run(&engine, &["review", "spam", third])["status"], "spam");
        assert_eq!(list(&["--status", "published"]), [first]);
        assert_eq!(list(&["--status", "pending"]), [""; 0]);
        let customer = run(&engine, &["customer", "show", "mia@customer.example"])["id"].to_string();
        assert_eq!(list(&["--customer", &customer]), [third, second, first]);
        assert_eq!(run(&engine, &["review", "show", first]), shown);
        end(
            &engine,
            &[
                (&["review", "publish", first, "--test"], 3, "no review"),
                (&["review", "show", "999999"], 3, "no review 999999"),
                (&["review", "list", "--status", "fine"], 2, "there are pending, published, archived, spam"),
            ],
        );
    }
}

#[test]
fn gift_cards_are_issued_and_made_worthless() {
    for engine in engines() {
        end(&engine, &[(&["gift-card", "list"], 0, "keywright gift-card issue")]);
        run(&engine, &["account", "set", "--currency", "EUR"]);
        let mia = id(&run(&engine, &["customer", "create", "--email", "mia@customer.example"]));
        let issue =
            |args: &[&str]| run(&engine, &[&["gift-card", "issue", "--amount", "2500"], args].concat());
        let made = issue(&["--customer", "mia@customer.example", "--note", "Won", "--expires", "2099-01-01"]);
        assert_eq!(
            (&made["balance_minor"], &made["currency"], &made["status"]),
            (&2_500.into(), &"EUR".into(), &"active".into())
        );
        assert_eq!((&made["expires_at"], &made["note"]), (&"2099-01-01T00:00:00Z".into(), &"Won".into()));
        assert_eq!(made["customer_id"].to_string(), mia);
        let code = made["code"].as_str().unwrap();
        let own = issue(&["--code", "Summer 25", "--currency", "USD"]);
        let (first, second) = (id(&made), id(&own));
        let list = |args: &[&str]| ids(&run(&engine, &[&["gift-card", "list"], args].concat()));
        assert_eq!(list(&[]), [&*second, &first]);
        assert_eq!(list(&["--code", "summer 25"]), [&*second]);
        assert_eq!(list(&["--customer", &mia]), [&*first]);
        let shown = run(&engine, &["gift-card", "show", &code.to_lowercase()]);
        assert_eq!((id(&shown), &shown["entries"][0]["delta_minor"]), (first.clone(), &2_500.into()));
        assert_eq!(run(&engine, &["gift-card", "set", code, "--expires", ""])["expires_at"], Value::Null);
        assert_eq!(
            run(&engine, &["gift-card", "set", &first, "--expires", "2020-01-01"])["status"],
            "expired"
        );
        assert_eq!(list(&["--status", "expired"]), [&*first]);
        assert_eq!(run(&engine, &["gift-card", "void", &second])["status"], "void");
        assert_eq!(run(&engine, &["gift-card", "void", "SUMMER 25"])["status"], "void", "and stays so");
        end(
            &engine,
            &[
                (&["gift-card", "set", &second, "--expires", ""], 4, "for good"),
                (&["gift-card", "issue", "--amount", "0"], 2, "from 1"),
                (&["gift-card", "issue", "--amount", "1", "--code", "summer 25"], 4, "already"),
                (
                    &["gift-card", "issue", "--amount", "1", "--customer", "ben@customer.example"],
                    3,
                    "no customer",
                ),
                (&["gift-card", "issue", "--amount", "1", "--expires", "2020-01-01"], 2, "expired already"),
                (&["gift-card", "show", "NO-SUCH-CODE"], 3, "gift-card list"),
                (&["gift-card", "show", &first, "--test"], 3, "no gift card"),
                (&["gift-card", "list", "--status", "lost"], 2, "there are active, redeemed, expired, void"),
            ],
        );
    }
}

#[test]
fn credit_is_given_and_taken() {
    for engine in engines() {
        let mia = id(&run(&engine, &["customer", "create", "--email", "mia@customer.example"]));
        end(
            &engine,
            &[
                (&["credit", "show", &mia], 0, "keywright credit give"),
                (&["credit", "give", &mia, "500"], 2, "currency"),
            ],
        );
        run(&engine, &["account", "set", "--currency", "EUR"]);
        run(&engine, &["credit", "give", "mia@customer.example", "500", "--note", "For the wait"]);
        let after = run(&engine, &["credit", "take", &mia, "120"]);
        assert_eq!((&after["balance_minor"], &after["currency"]), (&380.into(), &"EUR".into()));
        let shown = run(&engine, &["credit", "show", "MIA@customer.example"]);
        let entries: Vec<(&Value, &Value)> = shown["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (&one["delta_minor"], &one["note"]))
            .collect();
        assert_eq!(entries, [(&json!(-120), &Value::Null), (&json!(500), &json!("For the wait"))]);
        end(
            &engine,
            &[
                (&["credit", "take", &mia, "381"], 4, "the balance is 380"),
                (&["credit", "give", &mia, "0"], 2, "from 1"),
                (&["credit", "give", &mia, "1", "--order", "999999"], 2, "no such order"),
                (&["credit", "show", "ben@customer.example"], 3, "no customer"),
                (&["credit", "show", &mia, "--test"], 3, "no customer"),
            ],
        );
        assert_eq!(run(&engine, &["credit", "show", &mia])["balance_minor"], 380);
    }
}

#[test]
fn points_are_awarded_by_rules_that_can_be_changed() {
    for engine in engines() {
        let mia = id(&run(&engine, &["customer", "create", "--email", "mia@customer.example"]));
        end(&engine, &[(&["loyalty", "show", &mia], 0, "keywright loyalty award")]);
        let rules = |args: &[&str]| run(&engine, &[&["loyalty", "rules"], args].concat());
        assert_eq!(rules(&[])["points_per_unit"], 0);
        let set = rules(&["--points-per-unit", "2", "--tiers", "New=0, Old friend=150"]);
        let tiers = json!([{"name": "New", "from": 0}, {"name": "Old friend", "from": 150}]);
        assert_eq!(
            (&set["points_per_unit"], &set["point_minor"], &set["tiers"]),
            (&2.into(), &1.into(), &tiers)
        );
        assert_eq!(rules(&["--point-value", "5"])["tiers"], tiers, "the rest stays");
        let order = run(
            &engine,
            &["order", "create", "--email", "mia@customer.example", "--line", &quill(&engine).to_string()],
        );
        run(&engine, &["order", "pay", &id(&order)]);
        let after =
            run(&engine, &["loyalty", "award", "mia@customer.example", "120", "--note", "Told a friend"]);
        assert_eq!(
            (&after["points"], &after["earned"], &after["tier"]),
            (&158.into(), &158.into(), &"Old friend".into())
        );
        let after = run(&engine, &["loyalty", "take", &mia, "100", "--note", "Twice by mistake"]);
        assert_eq!((&after["points"], &after["earned"]), (&58.into(), &158.into()));
        let shown = run(&engine, &["loyalty", "show", &mia]);
        let entries: Vec<(&Value, &Value)> =
            shown["entries"].as_array().unwrap().iter().map(|one| (&one["delta"], &one["note"])).collect();
        let noted = [
            (json!(-100), json!("Twice by mistake")),
            (json!(120), json!("Told a friend")),
            (json!(38), Value::Null),
        ];
        assert_eq!(entries, noted.each_ref().map(|(delta, note)| (delta, note)));
        assert_eq!(shown["entries"][2]["order_id"], order["id"]);
        assert_eq!(rules(&["--tiers", ""])["tiers"], json!([]));
        end(
            &engine,
            &[
                (&["loyalty", "take", &mia, "59"], 4, "has 58 points"),
                (&["loyalty", "award", &mia, "0"], 2, "points are from 1"),
                (&["loyalty", "rules", "--tiers", "GOLD"], 2, "write it as GOLD=1000"),
                (&["loyalty", "rules", "--tiers", "A=5,B=5"], 2, "more points than the one before"),
                (&["loyalty", "rules", "--points-per-unit", "1001"], 2, "from 0 to 1000"),
                (&["loyalty", "rules", "--point-value", "2", "--test"], 4, "both modes"),
                (&["loyalty", "show", "999999"], 3, "customer list"),
            ],
        );
    }
}

#[test]
fn carts_are_seen_and_removed() {
    for engine in engines() {
        end(&engine, &[(&["cart", "list"], 0, "Shop programs make them")]);
        let quill = quill(&engine);
        let mia = run(&engine, &["customer", "create", "--email", "mia@customer.example"]);
        let customer = mia["id"].as_i64().unwrap();
        let [theirs, left] = write(&engine, move |tx| {
            let shop = Shop::live(tx)?;
            let theirs = shopping_cart::new(tx, shop, None, Some(customer), Some("EUR"))?.id;
            shopping_cart::change(tx, shop, theirs, (quill, None), Act::Add(2))?;
            checkout::begin(tx, shop, theirs)?;
            let left = shopping_cart::new(tx, shop, Some("tab 7"), None, Some("EUR"))?.id;
            tx.exec("update cart set updated_at = 0 where session_key is not null", &[])?;
            shopping_cart::abandon(tx, 10)?;
            Ok([theirs, left].map(|id| id.to_string()))
        });
        let list = |args: &[&str]| ids(&run(&engine, &[&["cart", "list"], args].concat()));
        assert_eq!(list(&[]), [&*left, &theirs]);
        assert_eq!(list(&["--status", "abandoned"]), [&*left]);
        assert_eq!(list(&["--customer", &customer.to_string()]), [&*theirs]);
        let shown = run(&engine, &["cart", "show", &theirs]);
        assert_eq!((&shown["email"], &shown["checkout"]), (&"mia@customer.example".into(), &"init".into()));
        assert_eq!((&shown["items"], &shown["subtotal_minor"]), (&2.into(), &3_800.into()));
        assert_eq!(
            (&shown["lines"][0]["title"], &shown["lines"][0]["quantity"]),
            (&"Quill".into(), &2.into())
        );
        assert_eq!(id(&run(&engine, &["cart", "delete", &theirs])), theirs);
        end(
            &engine,
            &[
                (&["cart", "show", &theirs], 3, "no cart"),
                (&["cart", "delete", &left, "--test"], 3, "no cart"),
                (&["cart", "list", "--status", "full"], 2, "there are active, abandoned, converted"),
            ],
        );
        assert_eq!(list(&[]), [&*left]);
        write(&engine, |tx| tx.exec("update cart set status = 'converted'", &[]).map(|_| ()));
        end(&engine, &[(&["cart", "delete", &left], 4, "an order was made")]);
    }
}

#[test]
fn a_coupon_is_for_a_part_and_for_each() {
    for engine in engines() {
        let made = run(
            &engine,
            &[
                "coupon",
                "create",
                "SENT",
                "--percent-bp",
                "5000",
                "--applies-to",
                "shipping",
                "--max-uses-each",
                "2",
            ],
        );
        assert_eq!((&made["applies_to"], &made["max_uses_each"]), (&"shipping".into(), &2.into()));
        assert_eq!(run(&engine, &["coupon", "create", "TEN", "--percent-bp", "1000"])["applies_to"], "lines");
        let ten = ["coupon", "create", "NINE", "--percent-bp", "900"];
        end(
            &engine,
            &[
                (&[&ten[..], &["--applies-to", "tax"]].concat(), 2, "there are lines, shipping"),
                (&[&ten[..], &["--max-uses-each", "0"]].concat(), 2, "1 or more"),
            ],
        );
    }
}
