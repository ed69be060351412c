//! B2B accounts, price lists and groups of customers by commands alone.

use serde_json::{Value, json as value};

use crate::cli_shop::{end, id, ids};
use crate::support::engines;
use crate::support::server::{cli, json, product};

#[test]
fn price_lists() {
    for engine in engines() {
        end(&engine, &[(&["price-list", "list"], 0, "keywright price-list create")]);
        let quill = product(&engine, &["--price", "1900", "--currency", "EUR"]).to_string();
        let list = id(&json(&engine, &["price-list", "create", "--title", "Trade"]));
        let other = id(&json(&engine, &["price-list", "create", "--title", "Other"]));
        assert_eq!(ids(&json(&engine, &["price-list", "list"])), [other.clone(), list.clone()]);
        assert_eq!(
            ids(&json(&engine, &["price-list", "list", "--limit", "1", "--before", &other])),
            std::slice::from_ref(&list)
        );
        assert_eq!(json(&engine, &["price-list", "list", "--test"]), value!([]));
        let set = |more: &[&str]| {
            let args = ["price-list", "set-price", &list, "--product", &quill];
            json(&engine, &[&args[..], more].concat())
        };
        set(&["--price", "1500"]);
        let shown = set(&["--price", "1200", "--min-quantity", "10"]);
        let bands = |shown: &Value| -> Vec<(i64, i64)> {
            let band =
                |one: &Value| (one["min_quantity"].as_i64().unwrap(), one["price_minor"].as_i64().unwrap());
            shown["prices"].as_array().unwrap().iter().map(band).collect()
        };
        assert_eq!(bands(&shown), [(1, 1_500), (10, 1_200)]);
        assert_eq!(bands(&set(&["--price", "1400"])), [(1, 1_400), (10, 1_200)], "set anew");
        let removed = json(&engine, &["price-list", "remove-price", &list, "--product", &quill]);
        assert_eq!(bands(&removed), [(10, 1_200)]);
        let variant = shown["prices"][0]["variant_id"].to_string();
        assert_eq!(bands(&set(&["--price", "1300", "--variant", &variant])), [(1, 1_300), (10, 1_200)]);
        let told = cli(&engine, &["price-list", "show", &list]);
        let told = String::from_utf8(told.stdout).unwrap();
        assert!(told.contains("Trade") && told.contains("min quantity") && told.contains("1200"), "{told}");
        let renamed = json(&engine, &["price-list", "set", &list, "--title", "Trade 2"]);
        assert_eq!(renamed["title"], "Trade 2");
        let by = ["b2b-account", "create", "--company", "Acme", "--price-list", &list];
        let company = id(&json(&engine, &by));
        let set_price = ["price-list", "set-price", &list, "--product"];
        let price = |product: &'static str, rest: &[&'static str]| {
            [&set_price[..], &[product], rest].concat().into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let nowhere = price("999999", &["--price", "1"]);
        let nowhere: Vec<&str> = nowhere.iter().map(String::as_str).collect();
        end(
            &engine,
            &[
                (&["price-list", "create", "--title", "Trade 2"], 4, "is called 'Trade 2'"),
                (&["price-list", "set", &other, "--title", "Trade 2"], 4, "is called 'Trade 2'"),
                (&["price-list", "create", "--title", " "], 2, "name"),
                (&["price-list", "show", "999999"], 3, "no price list 999999"),
                (&["price-list", "show", &list, "--test"], 3, "no price list"),
                (&nowhere, 3, "no product 999999"),
                (&["price-list", "set-price", &list, "--product", &quill, "--price", "-1"], 2, ""),
                (
                    &[
                        "price-list",
                        "set-price",
                        &list,
                        "--product",
                        &quill,
                        "--price",
                        "1",
                        "--min-quantity",
                        "0",
                    ],
                    2,
                    "the quantity must be from 1",
                ),
                (
                    &[
                        "price-list",
                        "set-price",
                        &list,
                        "--product",
                        &quill,
                        "--price",
                        "1",
                        "--variant",
                        "999999",
                    ],
                    3,
                    "no variant 999999",
                ),
                (&["price-list", "delete", &list], 4, "give them another first"),
            ],
        );
        json(&engine, &["b2b-account", "set", &company, "--price-list", "0"]);
        assert_eq!(json(&engine, &["price-list", "delete", &list])["title"], "Trade 2");
        assert_eq!(ids(&json(&engine, &["price-list", "list"])), [other]);
    }
}

#[test]
fn accounts_and_their_contacts() {
    for engine in engines() {
        end(&engine, &[(&["b2b-account", "list"], 0, "keywright b2b-account create")]);
        let (mia, ben) = ("mia@acme.example", "ben@acme.example");
        let customers = [mia, ben].map(|email| id(&json(&engine, &["customer", "create", "--email", email])));
        let create =
            ["b2b-account", "create", "--company", "Acme Corp", "--tax-id", "EL1", "--net-days", "30"];
        let made = json(&engine, &[&create[..], &["--contact", mia, "--contact", &customers[1]]].concat());
        assert_eq!(
            (&made["status"], &made["tax_id"], &made["net_days"], &made["price_list_id"]),
            (&"active".into(), &"EL1".into(), &30.into(), &Value::Null)
        );
        let contacts = |account: &Value| -> Vec<(String, bool)> {
            let contact =
                |one: &Value| (one["email"].as_str().unwrap().to_owned(), one["is_primary"] == true);
            account["contacts"].as_array().unwrap().iter().map(contact).collect()
        };
        assert_eq!(contacts(&made), [(mia.to_owned(), true), (ben.to_owned(), false)]);
        let acme = id(&made);
        let zeta = id(&json(&engine, &["b2b-account", "create", "--company", "Zeta", "--status", "pending"]));
        let list = |more: &[&str]| ids(&json(&engine, &[&["b2b-account", "list"], more].concat()));
        assert_eq!(list(&[]), [zeta.clone(), acme.clone()]);
        assert_eq!(list(&["--search", "BEN@"]), std::slice::from_ref(&acme));
        assert_eq!(list(&["--status", "pending"]), std::slice::from_ref(&zeta));
        assert_eq!(list(&["--search", "corp", "--status", "pending"]), [""; 0]);
        assert_eq!(list(&["--test"]), [""; 0]);
        let shown = json(&engine, &["customer", "show", mia]);
        assert_eq!(shown["b2b_account_id"].to_string(), acme);
        let turned = json(&engine, &["b2b-account", "attach", &acme, ben, "--primary"]);
        assert_eq!(contacts(&turned), [(ben.to_owned(), true), (mia.to_owned(), false)]);
        end(
            &engine,
            &[
                (&["b2b-account", "attach", &zeta, ben], 4, "buys for another company"),
                (&["b2b-account", "attach", &zeta, "nobody@acme.example"], 3, "no customer"),
                (&["b2b-account", "detach", &zeta, ben], 3, "is no contact"),
                (&["b2b-account", "show", "999999"], 3, "no B2B account 999999"),
                (&["b2b-account", "set", &acme, "--net-days", "366"], 2, "from 1 to 365"),
                (&["b2b-account", "set", &acme, "--price-list", "999999"], 2, "no such price list"),
                (&["b2b-account", "set", &acme, "--status", "closed"], 2, "active"),
                (&["b2b-account", "create", "--company", ""], 2, "the company's name"),
                (
                    &["b2b-account", "create", "--company", "Acme", "--contact", ben],
                    4,
                    "buys for another company",
                ),
            ],
        );
        assert_eq!(list(&[]).len(), 2, "whole or not at all");
        let left = json(&engine, &["b2b-account", "detach", &acme, ben]);
        assert_eq!(contacts(&left), [(mia.to_owned(), true)]);
        let set = ["b2b-account", "set", &acme, "--company", "Acme Ltd", "--tax-id", "", "--net-days", "0"];
        let set = json(&engine, &[&set[..], &["--status", "suspended"]].concat());
        assert_eq!(
            (&set["company"], &set["tax_id"], &set["net_days"], &set["status"]),
            (&"Acme Ltd".into(), &Value::Null, &Value::Null, &"suspended".into())
        );
        // One that orders are of stays.
        let quill = product(&engine, &["--price", "1900", "--currency", "EUR"]).to_string();
        json(&engine, &["b2b-account", "set", &acme, "--status", "active", "--net-days", "7"]);
        let order = json(&engine, &["order", "create", "--email", mia, "--line", &quill]);
        assert_eq!(order["b2b_account_id"].to_string(), acme);
        assert!(order["due_at"].is_string(), "{order}");
        end(&engine, &[(&["b2b-account", "delete", &acme], 4, "suspend it instead")]);
        assert_eq!(json(&engine, &["b2b-account", "delete", &zeta])["company"], "Zeta");
        assert_eq!(list(&[]), [acme]);
    }
}

#[test]
fn groups_of_customers() {
    for engine in engines() {
        for email in ["mia@customer.example", "ben@customer.example"] {
            json(&engine, &["customer", "create", "--email", email]);
        }
        let set = ["customer", "set", "mia@customer.example", "--group", "trade"];
        assert_eq!(json(&engine, &set)["group"], "trade");
        let of = |group: &str| json(&engine, &["customer", "list", "--group", group]);
        assert_eq!((of("trade").as_array().unwrap().len(), &of("trade")[0]["group"]), (1, &"trade".into()));
        assert_eq!(of("retail"), value!([]));
        json(&engine, &["customer", "set", "mia@customer.example", "--name", "Mia"]);
        assert_eq!(of("trade").as_array().unwrap().len(), 1);
        json(&engine, &["customer", "set", "mia@customer.example", "--group", ""]);
        assert_eq!(of("trade"), value!([]));
    }
}
