//! A shop is set up and filled by commands alone, as it is over the platform API.

use serde_json::Value;

use crate::cli::code;
use crate::support::server::{Server, cli, json, product};
use crate::support::{Engine, engines, http};

/// Runs commands that must end with this code, and say this.
pub fn end(engine: &Engine, cases: &[(&[&str], i32, &str)]) {
    for (args, expected, says) in cases {
        let (found, stderr) = code(engine, args);
        assert_eq!(found, *expected, "{args:?} on {}: {stderr}", engine.name);
        assert!(stderr.contains(says), "{args:?} says: {stderr}");
    }
}

/// The id of what a command made.
pub fn id(made: &Value) -> String {
    made["id"].to_string()
}

/// The ids in a list, as arguments have them.
pub fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(id).collect()
}

/// What a command prints for people.
fn told(engine: &Engine, args: &[&str]) -> String {
    let output = cli(engine, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn categories() {
    for engine in engines() {
        end(&engine, &[(&["category", "list"], 0, "keywright category create")]);
        let tools = json(&engine, &["category", "create", "--title", "Tools & Toys"]);
        assert_eq!((&tools["slug"], &tools["parent_id"]), (&"tools-toys".into(), &Value::Null));
        let tools = id(&tools);
        let made = json(&engine, &["category", "create", "--title", "Editors", "--parent", &tools]);
        assert_eq!(made["parent_id"].to_string(), tools);
        let editors = id(&made);
        assert_eq!(ids(&json(&engine, &["category", "list"])), [editors.clone(), tools.clone()]);
        assert!(told(&engine, &["category", "list"]).contains("tools-toys"));
        assert_eq!(json(&engine, &["category", "list", "--test"]), serde_json::json!([]));

        let args = ["category", "set", &editors, "--title", "Writing", "--slug", "to-write", "--parent", "0"];
        let set = json(&engine, &args);
        assert_eq!((&set["title"], &set["slug"]), (&"Writing".into(), &"to-write".into()));
        assert_eq!(set["parent_id"], Value::Null);
        json(&engine, &["category", "set", &tools, "--parent", &editors]);
        end(
            &engine,
            &[
                (&["category", "set", &editors, "--parent", &tools], 2, "cannot stand under itself"),
                (&["category", "set", &editors, "--parent", "999999"], 2, "no such category"),
                (&["category", "set", &editors, "--slug", "No Good"], 2, "try 'no-good'"),
                (&["category", "create", "--title", "Tools, toys"], 4, "the slug 'tools-toys'"),
                (&["category", "create", "--title", ""], 2, "the title is empty"),
                (&["category", "create"], 2, "--title"),
                (&["category", "delete", &editors], 4, "1 categories belong to it"),
                (&["category", "delete", &tools, "--test"], 3, "no category"),
                (&["category", "delete", "999999"], 3, "no category 999999"),
            ],
        );
        let on_it = product(&engine, &["--category", &tools]).to_string();
        end(&engine, &[(&["category", "delete", &tools], 4, "1 products")]);
        json(&engine, &["product", "set", &on_it, "--category", "0"]);
        assert_eq!(json(&engine, &["category", "delete", &tools])["slug"], "tools-toys");
        assert_eq!(ids(&json(&engine, &["category", "list"])), [editors]);
    }
}

#[test]
fn the_account_says_what_a_new_product_has() {
    for engine in engines() {
        let before = json(&engine, &["account", "show"]);
        assert_eq!((&before["name"], &before["time_zone"]), (&"My shop".into(), &"UTC".into()));
        assert_eq!(before["currency"], Value::Null);
        let make =
            |args: &[&str]| json(&engine, &[&["product", "create", "--title", "Quill"], args].concat());
        let old = make(&[]);
        assert_eq!((&old["api_enabled"], &old["max_uses"]), (&false.into(), &(-1).into()));
        end(
            &engine,
            &[
                (&["product", "create", "--title", "x", "--price", "500"], 2, "the shop has none"),
                (&["product", "create", "--title", "x", "--currency", "EUR"], 2, "give --price too"),
            ],
        );

        let all = ["--name", "Quill & Co", "--currency", "EUR", "--time-zone", "Europe/Berlin"];
        let policy = ["--api", "on", "--max-uses", "3", "--term-days", "30", "--key-type", "md5"];
        let after = json(&engine, &[&["account", "set"], &all[..], &policy[..]].concat());
        assert_eq!((&after["name"], &after["currency"]), (&"Quill & Co".into(), &"EUR".into()));
        assert_eq!(after["time_zone"], "Europe/Berlin");
        assert_eq!(after["defaults"]["licence_policy"]["key_type"], "md5");
        assert_eq!(json(&engine, &["account", "show", "--test"]), after, "it is one for both modes");
        let text = told(&engine, &["account", "show"]);
        assert!(text.contains("Quill & Co") && text.contains("A new product has:"), "{text}");
        assert!(text.lines().any(|line| line.starts_with("max uses") && line.ends_with('3')), "{text}");

        let new = make(&["--price", "500", "--max-uses", "9"]);
        assert_eq!((&new["api_enabled"], &new["term_days"]), (&true.into(), &30.into()));
        assert_eq!((&new["max_uses"], &new["currency"]), (&9.into(), &"EUR".into()), "{new}");
        assert_eq!(json(&engine, &["product", "show", &id(&old)])["api_enabled"], false);

        end(
            &engine,
            &[
                (&["account", "set", "--currency", "euro"], 2, "three capital letters"),
                (&["account", "set", "--time-zone", "Mars/Olympus"], 2, "no time zone"),
                (&["account", "set", "--segments", "1"], 2, "segments must be from 2 to 10"),
                (&["account", "set", "--identifier-mode", "phone"], 2, "possible values"),
                (&["account", "set", "--name", ""], 2, "the name is empty"),
                (&["account", "set", "--name", "x", "--test"], 4, "leave out --test"),
                (&["account", "set", "--segments", "2", "--key-type", "standard"], 0, "can be guessed"),
            ],
        );
        let back =
            json(&engine, &["account", "set", "--currency", "", "--term-days", "0", "--max-uses", "-1"]);
        assert_eq!((&back["currency"], &back["name"]), (&Value::Null, &"Quill & Co".into()));
        let policy = &back["defaults"]["licence_policy"];
        assert_eq!((&policy["term_days"], &policy["max_uses"]), (&Value::Null, &(-1).into()));
        assert_eq!(policy["api_enabled"], true, "what is not said stays");
    }
}

#[test]
fn products_are_found_and_archived() {
    for engine in engines() {
        end(&engine, &[(&["product", "list"], 0, "keywright product create")]);
        let shelf = id(&json(&engine, &["category", "create", "--title", "Courses"]));
        let make = |args: &[&str]| id(&json(&engine, &[&["product", "create"], args].concat()));
        let editor = make(&["--title", "Quill Editor"]);
        let course = make(&["--title", "Quill Course", "--kind", "service", "--category", &shelf]);
        let hidden = make(&["--title", "Ledger", "--visible", "off"]);
        let list = |args: &[&str]| ids(&json(&engine, &[&["product", "list"], args].concat()));
        assert_eq!(list(&[]), [&*hidden, &course, &editor]);
        assert_eq!(list(&["--search", "quill"]), [&*course, &editor]);
        assert_eq!(list(&["--search", "EDIT quill"]), [&*editor]);
        assert_eq!(list(&["--search", "quill ledger"]), [""; 0]);
        assert_eq!(list(&["--kind", "service"]), [&*course]);
        assert_eq!(list(&["--category", &shelf]), [&*course]);
        assert_eq!(list(&["--status", "hidden"]), [&*hidden]);
        assert_eq!(list(&["--status", "active"]), [&*course, &editor]);
        assert_eq!(list(&["--limit", "1"]), [&*hidden]);
        assert_eq!(list(&["--limit", "1", "--before", &hidden]), [&*course]);
        end(&engine, &[(&["product", "list", "--limit", "2"], 0, &format!("--before {course}"))]);

        json(&engine, &["product", "requires", &course, "--products", &editor]);
        end(
            &engine,
            &[
                (&["product", "archive", &editor], 4, "require this one"),
                (&["product", "archive", &hidden, "--test"], 3, "no product"),
                (&["product", "archive", "999999"], 3, "no product 999999"),
                (&["product", "list", "--status", "sold"], 2, "there are active, hidden, archived"),
                (&["product", "list", "--kind", "gift"], 2, "no kind of product"),
            ],
        );
        assert_eq!(list(&["--status", "archived"]), [""; 0]);
        json(&engine, &["product", "requires", &course, "--none"]);
        let gone = json(&engine, &["product", "archive", &editor]);
        assert_eq!(gone["status"], "archived");
        assert!(gone["archived_at"].is_string(), "{gone}");
        assert_eq!(list(&[]), [&*hidden, &course]);
        assert_eq!(list(&["--status", "archived"]), [&*editor]);
        assert_eq!(json(&engine, &["product", "show", &editor]), gone);
    }
}

#[test]
fn what_a_product_requires() {
    for engine in engines() {
        let [base, theme, addon] = ["Base", "Theme", "Add-on"].map(|title| {
            let price = ["--price", "500", "--currency", "EUR"];
            id(&json(&engine, &[&["product", "create", "--title", title], &price[..]].concat()))
        });
        let requires = |args: &[&str]| json(&engine, &[&["product", "requires", &addon], args].concat());
        let rule = |matches: &str, products: &[&str]| {
            let number = |id: &str| id.parse::<i64>().unwrap();
            let products: Vec<i64> = products.iter().map(|id| number(id)).collect();
            serde_json::json!({"product_id": number(&addon), "match": matches, "products": products})
        };
        let buy = ["order", "create", "--email", "mia@customer.example", "--line", &addon];
        assert_eq!(requires(&[]), rule("all", &[]));
        assert!(told(&engine, &["product", "requires", &addon]).contains("none"));
        let both = format!("{theme},{base}");
        assert_eq!(requires(&["--products", &both, "--match", "any"]), rule("any", &[&base, &theme]));
        assert_eq!(requires(&[]), rule("any", &[&base, &theme]));
        assert!(told(&engine, &["product", "requires", &addon]).contains(&format!("{base}, {theme}")));
        assert_eq!(requires(&["--match", "all"]), rule("all", &[&base, &theme]), "the products stay");
        assert_eq!(requires(&["--products", &base]), rule("all", &[&base]), "these, and no others");
        end(
            &engine,
            &[
                (&buy, 4, "this customer lacks"),
                (
                    &["product", "requires", &base, "--products", &addon],
                    4,
                    "neither could ever be bought first",
                ),
                (&["product", "requires", &base, "--products", &base], 4, "requires this one"),
                (&["product", "requires", &base, "--products", "999999"], 2, "no product 999999 on sale"),
                (&["product", "requires", &base, "--products", &theme, "--none"], 2, "cannot be used with"),
                (&["product", "requires", &base, "--match", "some"], 2, "there are all, any"),
                (&["product", "requires", &base, "--none", "--test"], 3, "no product"),
                (&["product", "requires", "999999"], 3, "no product 999999"),
            ],
        );
        assert_eq!(requires(&["--none"]), rule("all", &[]));
        assert_eq!(json(&engine, &buy)["total_minor"], 500);
    }
}

#[test]
fn sites_are_shops_of_their_own() {
    for engine in engines() {
        let first = id(&json(&engine, &["site", "list"])[0]);
        let site = id(&json(&engine, &["site", "create", "--title", "Other shop"]));
        assert_eq!(ids(&json(&engine, &["site", "list"])), [&*first, &site]);
        assert!(told(&engine, &["site", "list"]).contains("Other shop"));
        let there = |args: &[&str]| json(&engine, &[args, &["--site", &site]].concat());

        let theirs = id(&there(&["product", "create", "--title", "Theirs"]));
        assert_eq!(ids(&there(&["product", "list"])), [&*theirs]);
        assert_eq!(json(&engine, &["product", "list"]), serde_json::json!([]));
        assert_eq!(there(&["category", "create", "--title", "Tools"])["slug"], "tools");
        assert_eq!(json(&engine, &["category", "create", "--title", "Tools"])["slug"], "tools");
        let account = there(&["account", "set", "--name", "Renamed", "--max-uses", "7"]);
        assert_eq!((id(&account), &account["name"]), (site.clone(), &"Renamed".into()));
        assert_eq!(json(&engine, &["account", "show"])["name"], "My shop");
        assert_eq!(there(&["product", "create", "--title", "Later"])["max_uses"], 7);
        let args = ["licence", "issue", "--product", &theirs, "--email", "mia@customer.example"];
        let key = there(&args)["key"].as_str().unwrap().to_owned();
        assert!(told(&engine, &["licence", "export", "--site", &site]).contains(&key));
        assert!(!told(&engine, &["licence", "export"]).contains(&key));

        let made = there(&["api-key", "create", "--scopes", "all"]);
        assert_eq!(made["site_id"].to_string(), site);
        assert_eq!(ids(&there(&["api-key", "list"])), [id(&made)]);
        assert_eq!(ids(&json(&engine, &["api-key", "list"])), [id(&made)], "all sites");
        assert_eq!(json(&engine, &["api-key", "list", "--site", &first]), serde_json::json!([]));
        let server = Server::start(&engine, &[]);
        let bearer = format!("Bearer {}", made["key"].as_str().unwrap());
        let headers = [("Authorization", bearer.as_str())];
        let listed = http::send(server.address, "GET", "/v1/products", &headers, b"").json();
        assert!(ids(&listed["data"]).contains(&theirs), "{listed}");

        end(
            &engine,
            &[
                (&args, 3, "no product"),
                (&["product", "show", &theirs], 3, "no product"),
                (&["product", "create", "--title", "x", "--site", "999999"], 3, "no site 999999"),
                (&["product", "list", "--site", "999999"], 3, "site list"),
                (&["api-key", "create", "--scopes", "all", "--site", "999999"], 3, "no site 999999"),
                (&["api-key", "list", "--site", "999999"], 3, "no site 999999"),
                (&["licence", "export", "--site", "999999"], 3, "no site 999999"),
                (&["product", "list", "--site", "other"], 2, "invalid value"),
                (&["site", "create", "--title", ""], 2, "the title is empty"),
            ],
        );
    }
}
