//! What a shop sells is sold and looked after by commands alone, as it is over the platform API.

use serde_json::Value;

use crate::cli_shop::{end, id, ids};
use crate::support::engines;
use crate::support::server::{Server, issue, json, product};

#[test]
fn orders_are_placed_and_found() {
    for engine in engines() {
        end(&engine, &[(&["order", "list"], 0, "keywright order create")]);
        let make = |args: &[&str]| {
            let in_euros = ["product", "create", "--currency", "EUR"];
            id(&json(&engine, &[&in_euros[..], args].concat()))
        };
        let app = make(&["--title", "App", "--price", "1000", "--term-days", "30"]);
        let theme = make(&["--title", "Theme", "--price", "500"]);
        json(&engine, &["coupon", "create", "TEN", "--percent-bp", "1000"]);
        let place = |email: &str, args: &[&str]| {
            json(&engine, &[&["order", "create", "--email", email], args].concat())
        };
        let two = format!("{app}x2");
        let terms =
            ["--name", "Mia", "--line", &two, "--line", &theme, "--coupon", "ten", "--currency", "EUR"];
        let placed = place("mia@customer.example", &terms);
        for (field, value) in [("subtotal_minor", 2_500), ("discount_minor", 250), ("total_minor", 2_250)] {
            assert_eq!(placed[field], value, "{placed}");
        }
        assert_eq!((&placed["name"], &placed["coupon"]), (&"Mia".into(), &"TEN".into()));
        assert_eq!(
            (&placed["payment_status"], &placed["lines"][0]["quantity"]),
            (&"unpaid".into(), &2.into())
        );
        assert_eq!(placed["lines"][1]["product_id"].to_string(), theme);
        let first = id(&placed);
        assert_eq!(json(&engine, &["order", "show", &first]), placed);
        let paid = json(&engine, &["order", "pay", &first]);
        let owned = paid["lines"][0]["purchases"][1].to_string();

        let (renewal, addon) = (format!("{app}:renews={owned}"), format!("{theme}x3:parent={owned}"));
        let again = place("MIA@customer.example", &["--line", &renewal, "--line", &addon]);
        assert_eq!(again["lines"][0]["renews_id"].to_string(), owned);
        assert_eq!(again["lines"][1]["parent_id"].to_string(), owned);
        assert_eq!(again["total_minor"], 2_500);
        let second = id(&again);
        let customer = again["customer_id"].to_string();
        let list = |args: &[&str]| ids(&json(&engine, &[&["order", "list"], args].concat()));
        assert_eq!(list(&["--customer", &customer]), [&*second, &first]);
        assert_eq!(list(&["--search", "Mia@"]), [&*second, &first]);
        assert_eq!(list(&["--search", "ben@"]), [""; 0]);
        assert_eq!(list(&["--status", "delivered"]), [&*first]);
        assert_eq!(list(&["--status", "waiting_payment", "--payment", "unpaid"]), [&*second]);
        assert_eq!(list(&["--from", "2020-01-01"]), [&*second, &first]);
        assert_eq!(list(&["--to", "2020-01-01"]), [""; 0]);
        assert_eq!(list(&["--limit", "1", "--before", &second]), [&*first]);
        assert_eq!(list(&["--test"]), [""; 0]);

        let mia = ["order", "create", "--email", "mia@customer.example"];
        let too_many = format!("{app}x101");
        end(
            &engine,
            &[
                (&mia, 2, "--line"),
                (&["order", "create", "--line", &app], 2, "--email"),
                (&[&mia[..], &["--line", "two"]].concat(), 2, "write it as 1, 1x3"),
                (&[&mia[..], &["--line", &too_many]].concat(), 2, "a quantity is from 1 to 100"),
                (&[&mia[..], &["--line", "999999"]].concat(), 2, "no product 999999"),
                (&[&mia[..], &["--line", &app, "--coupon", "NONE"]].concat(), 4, "no such coupon"),
                (&[&mia[..], &["--line", &app, "--currency", "USD"]].concat(), 2, "not sold in USD"),
                (&["order", "create", "--email", "nobody", "--line", &app], 2, "not an e-mail address"),
                (
                    &["order", "create", "--email", "ben@customer.example", "--line", &renewal],
                    4,
                    "not this customer's",
                ),
                (&["order", "list", "--status", "lost"], 2, "no fulfilment status"),
                (&["order", "list", "--from", "soon"], 2, "2026-12-31"),
            ],
        );
        assert_eq!(list(&[]).len(), 2, "what is refused is not there");
    }
}

#[test]
fn customers_are_made_and_found() {
    for engine in engines() {
        end(&engine, &[(&["customer", "list"], 0, "keywright customer create")]);
        let args =
            ["customer", "create", "--email", "Ana@customer.example", "--name", "Ana", "--username", "ana"];
        let made = json(&engine, &args);
        assert_eq!((&made["name"], &made["username"]), (&"Ana".into(), &"ana".into()));
        let ana = id(&made);
        let ben = id(&json(&engine, &["customer", "create", "--email", "ben@customer.example"]));
        let list = |args: &[&str]| ids(&json(&engine, &[&["customer", "list"], args].concat()));
        assert_eq!(list(&[]), [&*ben, &ana]);
        assert_eq!(list(&["--search", "ana@CUSTOMER"]), [&*ana]);
        assert_eq!(list(&["--search", "customer"]), [""; 0], "it is how the address begins");
        assert_eq!(list(&["--test"]), [""; 0]);
        let args = [
            "customer",
            "set",
            "ana@customer.example",
            "--name",
            "Ana Lima",
            "--email",
            "lima@customer.example",
        ];
        let set = json(&engine, &args);
        assert_eq!((id(&set), &set["name"], &set["username"]), (ana, &"Ana Lima".into(), &"ana".into()));
        end(
            &engine,
            &[
                (&["customer", "create", "--email", "BEN@customer.example"], 4, "with this address already"),
                (&["customer", "create", "--email", "nobody"], 2, "not an e-mail address"),
                (&["customer", "create"], 2, "--email"),
                (&["customer", "set", &ben, "--email", "lima@customer.example"], 4, "another customer has"),
                (&["customer", "set", "999999", "--name", "x"], 3, "customer list"),
                (&["customer", "show", "ana@customer.example"], 3, "no customer"),
            ],
        );
    }
}

#[test]
fn licences_are_changed_by_key_or_by_id() {
    for engine in engines() {
        let bound = issue(&engine, product(&engine, &["--identifier-mode", "manual"]), &[]);
        let (key, number) = (bound["key"].as_str().unwrap(), bound["licence_id"].to_string());
        let set = |args: &[&str]| json(&engine, &[&["licence", "set"], args].concat());
        let changed = set(&[key, "--max-uses", "5", "--expires", "2099-01-01", "--identifier", "host-1"]);
        assert_eq!((&changed["max_uses"], &changed["identifier"]), (&5.into(), &"host-1".into()));
        assert_eq!(changed["expires_at"], "2099-01-01T00:00:00Z");
        let purchase = json(&engine, &["purchase", "show", &bound["purchase_id"].to_string()]);
        assert_eq!(purchase["expires_at"], changed["expires_at"], "the two are set together");
        let back = set(&[&number, "--max-uses", "-1", "--expires", "", "--identifier", ""]);
        assert_eq!((&back["key"], &back["max_uses"]), (&key.into(), &(-1).into()));
        assert_eq!((&back["expires_at"], &back["identifier"]), (&Value::Null, &Value::Null));

        let free = issue(&engine, product(&engine, &["--max-uses", "3"]), &[]);
        let free = free["key"].as_str().unwrap();
        let server = Server::start(&engine, &[]);
        for _ in 0..2 {
            assert_eq!(server.call(&format!("activate&key={free}")).status, 200);
        }
        end(
            &engine,
            &[
                (&["licence", "set", free, "--max-uses", "1"], 4, "2 uses are taken"),
                (&["licence", "set", free, "--max-uses", "0"], 2, "or -1 for no limit"),
                (&["licence", "set", free, "--expires", "soon"], 2, "2026-12-31"),
                (
                    &["licence", "set", free, "--expires", "2099-01-01", "--identifier", "x"],
                    2,
                    "mode manual only",
                ),
                (&["licence", "set", free, "--max-uses", "2", "--test"], 3, "no licence"),
                (&["licence", "set", "NO-SUCH-KEY", "--max-uses", "2"], 3, "licence list"),
                (&["licence", "set", "999999", "--max-uses", "2"], 3, "no licence 999999"),
            ],
        );
        let shown = json(&engine, &["licence", "show", free]);
        assert_eq!((&shown["expires_at"], &shown["max_uses"]), (&Value::Null, &3.into()), "all or nothing");
        assert_eq!(set(&[free, "--max-uses", "2"])["uses"], 2);
        let full = server.call(&format!("activate&key={free}"));
        assert_eq!(full.json()["errorCode"], 1201, "the running server knows");
    }
}
