//! What people, customers and apps do at the door is in the audit log, with who and from where, and without any secret.

use serde_json::{Value, json};

use super::{Browser, PASSWORD, Shop, ask};
use crate::oauth::customers::{begin, letter, open};
use crate::support::server::{command, json as run};
use crate::support::{Engine, engines};
use keywright::domain::person::Role;

/// Everything that was noted, oldest first.
fn rows(engine: &Engine) -> Vec<Value> {
    let mut rows = run(engine, &["audit", "list", "--limit", "1000"]).as_array().unwrap().clone();
    rows.reverse();
    rows
}

fn brief(rows: &[Value]) -> Vec<[String; 3]> {
    let word = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.iter().map(|row| ["actor_kind", "actor", "action"].map(|name| word(row, name))).collect()
}

fn row(kind: &str, actor: &str, action: &str) -> [String; 3] {
    [kind, actor, action].map(str::to_owned)
}

#[test]
fn who_comes_in_and_whom_they_let_in() {
    for engine in engines() {
        let (shop, _) = open(engine);
        let mia = shop.person("mia@shop.example", Role::Owner);
        let app = shop.app("read:products read:orders");
        let before = rows(&shop.engine).len();
        let query = ask(&app, "read:products read:orders", &[]);

        let browser = Browser::new(shop.address());
        let page = browser.get(&format!("/oauth/authorize?{query}"));
        let typed =
            |password: &'static str| [("email", mia.email.clone()), ("password", password.to_owned())];
        let enter = |fields: &[(&str, String); 2]| {
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            browser.submit(&page, "/oauth/sign-in", &fields).status
        };
        assert_eq!((enter(&typed("wrong wrong wrong")), enter(&typed(PASSWORD))), (403, 303));
        let (_, refresh) = shop.tokens(&browser, &app, "read:products read:orders");
        for _ in 0..2 {
            let revoked = shop.call("/oauth/revoke", &app, &[("token", &refresh)]);
            assert_eq!(revoked.status, 200, "{revoked:?}");
        }

        let buyer = Browser::new(shop.address());
        let asked = begin(&buyer, &query, "ben@customer.example");
        let code = letter(&shop, 1)["code"].as_str().unwrap().to_owned();
        assert_eq!(buyer.submit(&asked, "/oauth/sign-in/code", &[("code", &code)]).status, 303);
        let code = buyer.code(&query);
        assert_eq!(shop.redeem(&app, &code, &[]).status, 200);
        for _ in 0..2 {
            assert_eq!(shop.redeem(&app, &code, &[]).status, 400, "it is in two hands");
        }

        let rows = &rows(&shop.engine)[before..];
        let ben = shop.count("select id from customer where email = 'ben@customer.example'").to_string();
        let (mia, client) = (mia.id.to_string(), app.app.client_id.as_str());
        let expected = [
            row("person", &mia, "person.signed_in"),
            row("person", &mia, "grant.created"),
            row("app", client, "grant.revoked"),
            row("customer", &ben, "grant.created"),
            row("server", "", "grant.replayed"),
        ];
        assert_eq!(brief(rows), expected);
        let from: Vec<&Value> = rows.iter().map(|row| &row["address"]).collect();
        assert_eq!(from, [&json!("127.0.0.1"), from[0], from[0], from[0], &Value::Null]);
        let granted = json!({"client_id": client, "person_id": mia.parse::<i64>().unwrap(), "customer_id": null,
            "scopes": "read:products read:orders"});
        assert_eq!((&rows[1]["new"], &rows[2]["old"]), (&granted, &granted));
        assert_eq!(rows[3]["new"]["scopes"], "read:orders", "a customer lets see their own, and no more");
        assert_eq!(rows[4]["new"], json!({"client_id": client, "end_reason": "code_replayed"}));
    }
}

#[test]
fn every_command_about_people_and_apps() {
    for shop in Shop::both() {
        let engine = &shop.engine;
        let act = |args: &[&str]| -> (Value, Vec<Value>) {
            let before = rows(engine).len();
            let mut command = command(engine, args);
            let done = command.arg("--json").env("SUDO_USER", "ada").output().unwrap();
            assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
            (serde_json::from_slice(&done.stdout).unwrap(), rows(engine)[before..].to_vec())
        };
        let noted = |args: &[&str], action: &str, id: &str| -> (Value, Value) {
            let (printed, rows) = act(args);
            assert_eq!(brief(&rows), [row("command_line", "ada", action)], "{args:?}");
            assert!(id.is_empty() || rows[0]["subject_id"] == id, "{}", rows[0]);
            for name in ["password", "client_secret"] {
                let secret = printed[name].as_str();
                assert!(secret.is_none_or(|secret| !rows[0].to_string().contains(secret)), "{}", rows[0]);
            }
            (printed, rows[0].clone())
        };
        let email = "mia@shop.example";
        let (mia, told) =
            noted(&["admin", "create", "--email", email, "--role", "owner"], "person.created", "");
        let id = mia["id"].to_string();
        assert_eq!(told["subject_id"], id.as_str());
        assert_eq!(told["new"], json!({"email": email, "name": "", "role": "owner", "disabled_at": null}));
        act(&["admin", "create", "--email", "zoe@shop.example", "--role", "owner"]);
        let (_, told) = noted(&["admin", "role", email, "support"], "person.changed", &id);
        assert_eq!((&told["old"], &told["new"]), (&json!({"role": "owner"}), &json!({"role": "support"})));
        assert_eq!(act(&["admin", "role", email, "support"]).1, Vec::<Value>::new(), "nothing was changed");
        noted(&["admin", "reset-password", email], "person.password_reset", &id);
        noted(&["admin", "disable", email], "person.disabled", &id);
        assert_eq!(act(&["admin", "disable", email]).1, Vec::<Value>::new(), "once is enough");
        let (_, told) = noted(&["admin", "enable", email], "person.enabled", &id);
        assert_eq!(told["new"], json!({"disabled_at": null}));

        let uri = "https://app.example/callback";
        let make = ["oauth-app", "create", "--title", "Ledger", "--scopes", "read:orders"];
        let (app, told) = noted(&[&make[..], &["--redirect-uri", uri]].concat(), "app.created", "");
        let client = app["client_id"].as_str().unwrap();
        let facts =
            json!({"title": "Ledger", "public": false, "redirect_uris": [uri], "scopes": "read:orders"});
        assert_eq!((&told["new"], &told["subject_id"]), (&facts, &json!(client)));
        noted(&["oauth-app", "rotate-secret", client], "app.secret_rotated", client);
        let (_, told) = noted(&["oauth-app", "delete", client], "app.deleted", client);
        assert_eq!(told["old"], facts);

        let app = shop.app("read:products");
        let browser = shop.browser_of(&shop.person("pia@shop.example", Role::Owner));
        shop.tokens(&browser, &app, "read:products");
        let grant = shop.count("select max(id) from oauth_grant").to_string();
        noted(&["oauth-app", "revoke-grant", &grant], "grant.revoked", &grant);
        assert_eq!(act(&["oauth-app", "revoke-grant", &grant]).1, Vec::<Value>::new(), "once is enough");
    }
}
