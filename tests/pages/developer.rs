//! What programs come in by: API keys, webhooks and OAuth apps, each with secrets that are shown once. And how the server is.

use keywright::domain::person::Role;

use super::people::codes;
use super::{assert_sound, crawl, enter};
use crate::oauth::{Browser, Shop, hidden};
use crate::support::http::{self, Answer};
use crate::support::server::{Server, json};
use crate::support::{Engine, engines};

fn api(shop: &Shop, key: &str) -> u16 {
    let bearer = format!("Bearer {key}");
    http::send(shop.address(), "GET", "/v1/products", &[("Authorization", &bearer)], b"").status
}

/// Sends a form twice: the first answer has the secrets, and the second leads to what was made once.
fn make(browser: &Browser, at: &str, typed: &[(&str, &str)]) -> (Vec<String>, String) {
    let page = browser.get(at);
    assert_sound(at, &page);
    let told = browser.submit(&page, at, typed);
    assert_eq!(told.status, 200, "{at}: {told:?}");
    assert_eq!(told.header("cache-control"), Some("no-store"));
    let secrets = codes(&told);
    let twice = browser.submit(&page, at, typed);
    let to = twice.header("location").unwrap_or_else(|| panic!("{at}: {twice:?}"));
    let there = browser.get(to);
    assert!(there.text().contains("sent twice"), "{there:?}");
    (secrets, to.split('?').next().unwrap().to_owned())
}

/// Nothing that can be seen later has these in it.
fn assert_gone(shop: &Shop, browser: &Browser, secrets: &[String]) {
    let noted = json(&shop.engine, &["audit", "list", "--limit", "1000"]).to_string();
    let bodies =
        shop.write(|tx| tx.all("select body from idempotency", &[], |row| row.get::<String>(0))).concat();
    let pages: String = crawl(browser).iter().map(|(_, page)| page.text().to_owned()).collect();
    let log = shop.server.log();
    for secret in secrets {
        for (place, text) in [("log", &log), ("audit log", &noted), ("page", &pages), ("answers", &bodies)] {
            assert!(!text.contains(secret.as_str()), "{secret} is in the {place}");
        }
    }
}

/// A form of nobody's page, and of somebody who may only look.
fn assert_shut(shop: &Shop, owner: &Browser, paths: &[&str]) {
    let ben = enter(shop, "ben@shop.example", Role::ReadOnly);
    let token = hidden(&ben.get("/admin/account"), "/admin/sign-out");
    let token: Vec<(&str, &str)> = token.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    for path in paths {
        assert_eq!(owner.post(path, &[]).status, 403, "{path}: not our form");
        assert_eq!(ben.post(path, &token).status, 403, "{path}: only looks");
    }
}

fn wrong(answer: &Answer, words: &str) {
    assert!(answer.status == 400 && answer.text().contains(words), "{words}: {answer:?}");
}

#[test]
fn keys_are_made_rotated_and_ended() {
    for shop in Shop::both() {
        let owner = enter(&shop, "mia@shop.example", Role::Owner);
        let new = "/admin/api-keys/new";
        let page = owner.get(new);
        wrong(&owner.submit(&page, new, &[("title", "Till"), ("plan", "pro")]), "Must be filled in");
        let bad = [("title", "Till"), ("plan", "pro"), ("scopes.read:products", "on"), ("networks", "here")];
        wrong(&owner.submit(&page, new, &bad), "is no network");
        let typed = [
            ("title", "Till <1>"),
            ("plan", "pro"),
            ("scopes.read:products", "on"),
            ("scopes.webhooks", "on"),
            ("networks", "127.0.0.0/8\r\n::1"),
            ("expires_at", "2099-01-01T00:00"),
        ];
        let (first, at) = make(&owner, new, &typed);
        assert_eq!((first.len(), api(&shop, &first[0])), (2, 200), "{first:?}");
        let known = json(&shop.engine, &["api-key", "list"]);
        assert_eq!(known.as_array().unwrap().len(), 1);
        assert_eq!(
            [&known[0]["scopes"], &known[0]["plan"], &known[0]["mode"], &known[0]["expires_at"]],
            ["read:products webhooks", "pro", "live", "2099-01-01T00:00:00Z"]
        );
        let page = owner.get(&at);
        assert_sound(&at, &page);
        assert!(
            page.text().contains("127.0.0.0/8, ::1/128") && page.text().contains("Till &lt;1&gt;"),
            "{page:?}"
        );

        let rotate = format!("{at}/rotate");
        let (second, next) = make(&owner, &rotate, &[("hours", "24")]);
        assert_eq!([&first[0], &second[0]].map(|key| api(&shop, key)), [200, 200], "for a day");
        let revoke = format!("{next}/revoke");
        let wrongly = owner.submit(&owner.get(&next), &revoke, &[("typed", "it")]);
        assert!(wrongly.header("location").unwrap().ends_with("done=retyped"));
        assert_eq!(api(&shop, &second[0]), 200);
        let name = next.rsplit('/').next().unwrap();
        assert_eq!(owner.submit(&owner.get(&next), &revoke, &[("typed", name)]).status, 303);
        assert_eq!([&first[0], &second[0]].map(|key| api(&shop, key)), [200, 401]);
        assert!(!owner.get(&next).text().contains("/revoke"), "it is over");

        // In test mode there is neither, and a key made there opens test mode.
        owner.submit(&owner.get("/admin"), "/admin/mode", &[("mode", "test")]);
        assert_eq!(owner.get(&at).status, 404);
        let (third, there) = make(&owner, new, &typed);
        assert!(third[0].starts_with("sk_test_"));
        owner.submit(&owner.get("/admin"), "/admin/mode", &[("mode", "live")]);
        assert_eq!(owner.get(&there).status, 404);
        assert_shut(&shop, &owner, &[new, &rotate, &revoke]);
        assert_gone(&shop, &owner, &[first, second, third].concat());
    }
}

#[test]
fn webhooks_are_made_changed_and_deleted() {
    for shop in Shop::both() {
        let owner = enter(&shop, "mia@shop.example", Role::Owner);
        let new = "/admin/webhooks/new";
        for inner in [
            "ftp://hooks.example/",
            "https://127.0.0.1/",
            "https://[::1]:8443/",
            "https://10.0.0.1/x",
            "https://localhost/",
        ] {
            let refused = owner.submit(&owner.get(new), new, &[("url", inner), ("format", "shookout")]);
            assert_eq!(refused.status, 400, "{inner}: {refused:?}");
        }
        assert_eq!(shop.count("select count(*) from webhook"), 0);
        let typed = [
            ("url", "https://hooks.example/in?of=quill"),
            ("format", "standard"),
            ("active", "on"),
            ("events.order.created", "on"),
        ];
        let (first, at) = make(&owner, new, &typed);
        assert!(first[0].starts_with("whsec_"), "{first:?}");
        let listed = || json(&shop.engine, &["webhook", "list"])[0].clone();
        assert_eq!(shop.count("select count(*) from webhook"), 1);
        assert_eq!(
            [&listed()["format"], &listed()["events"]],
            [&serde_json::json!("standard"), &serde_json::json!(["order.created"])],
            "{}",
            listed()
        );
        let page = owner.get(&at);
        assert_sound(&at, &page);

        let edit = format!("{at}/edit");
        let (mine, theirs) = (owner.get(&edit), owner.get(&edit));
        assert!(mine.text().contains("value=\"https://hooks.example/in?of=quill\""), "{mine:?}");
        let typed = [("url", "https://hooks.example/other"), ("format", "shookout"), ("active", "on")];
        assert_eq!(owner.submit(&mine, &edit, &typed).status, 303);
        assert_eq!(
            [&listed()["format"], &listed()["events"]],
            [&serde_json::json!("shookout"), &serde_json::json!([])],
            "{}",
            listed()
        );
        let second =
            owner.submit(&theirs, &edit, &[("url", "https://hooks.example/third"), ("format", "standard")]);
        assert!(second.status == 412 && second.text().contains("Somebody else"), "{second:?}");
        wrong(
            &owner.submit(
                &owner.get(&edit),
                &edit,
                &[("url", "https://192.168.1.1/"), ("format", "shookout")],
            ),
            "192.168.1.1",
        );

        let (rotated, _) = make(&owner, &format!("{at}/rotate"), &[]);
        assert_ne!(rotated, first);
        let switch = |on: &str| {
            let path = format!("{at}/switch/{on}");
            assert_eq!(owner.submit(&owner.get(&at), &path, &[]).status, 303);
            shop.count("select count(*) from webhook where is_on = 1")
        };
        assert_eq!((switch("off"), switch("on")), (0, 1));

        let product = json(
            &shop.engine,
            &["product", "create", "--title", "Quill", "--price", "100", "--currency", "EUR"],
        );
        json(
            &shop.engine,
            &["order", "create", "--line", &product["id"].to_string(), "--email", "eva@customer.example"],
        );
        let before = shop.count("select count(*) from webhook_delivery");
        let replay = format!("{at}/replay");
        let page = owner.get(&replay);
        assert_sound(&replay, &page);
        for _ in 0..2 {
            assert_eq!(owner.submit(&page, &replay, &[("from", "2026-01-01T00:00"), ("to", "")]).status, 303);
        }
        let events = shop.count("select count(*) from event");
        assert!(events > 0);
        assert_eq!(shop.count("select count(*) from webhook_delivery") - before, events, "once");

        let delete = format!("{at}/delete");
        assert_shut(
            &shop,
            &owner,
            &[new, &edit, &format!("{at}/rotate"), &format!("{at}/switch/off"), &delete, &replay],
        );
        let wrongly = owner.submit(&owner.get(&at), &delete, &[("typed", "it")]);
        assert!(wrongly.header("location").unwrap().ends_with("done=retyped"));
        let id = at.rsplit('/').next().unwrap();
        assert_eq!(owner.submit(&owner.get(&at), &delete, &[("typed", id)]).status, 303);
        assert_eq!((owner.get(&at).status, shop.count("select count(*) from webhook")), (404, 0));
        assert_gone(&shop, &owner, &[first, rotated].concat());
    }
}

#[test]
fn a_webhook_of_a_dialect_has_that_dialects_events() {
    for shop in Shop::both() {
        let owner = enter(&shop, "mia@shop.example", Role::Owner);
        let new = "/admin/webhooks/new";
        let fill = |dialect: &'static str, event: &'static str| {
            [("url", "https://hooks.example/in"), ("dialect", dialect), ("active", "on"), (event, "on")]
        };
        for (dialect, event) in [
            ("shopvo", "events.order.paid"),
            ("platform", "events.payment.confirmed"),
            ("nobody", "events.order.created"),
        ] {
            let refused = owner.submit(&owner.get(new), new, &fill(dialect, event));
            assert_eq!(refused.status, 400, "{dialect} {event}: {refused:?}");
            wrong(
                &refused,
                if dialect == "nobody" { "dialect" } else { event.trim_start_matches("events.") },
            );
        }
        assert_eq!(shop.count("select count(*) from webhook"), 0);
        let (secret, at) = make(&owner, new, &fill("shopvo", "events.payment.confirmed"));
        let page = owner.get(&at);
        assert_sound(&at, &page);
        assert!(page.text().contains("shopvo") && page.text().contains("payment.confirmed"), "{page:?}");

        // It keeps its dialect, and is asked for what that has.
        let edit = format!("{at}/edit");
        let form = owner.get(&edit);
        assert_sound(&edit, &form);
        for (name, is_there) in [
            ("events.order.updated", true),
            ("events.payment.confirmed", true),
            ("events.order.paid", false),
            ("dialect", false),
            ("format", false),
        ] {
            assert_eq!(form.text().contains(&format!("name=\"{name}\"")), is_there, "{name}: {form:?}");
        }
        let typed = [("url", "https://hooks.example/in"), ("active", "on"), ("events.order.updated", "on")];
        assert_eq!(owner.submit(&form, &edit, &typed).status, 303);
        let listed = json(&shop.engine, &["webhook", "list"])[0].clone();
        assert_eq!(
            [&listed["dialect"], &listed["events"]],
            [&serde_json::json!("shopvo"), &serde_json::json!(["order.updated"])]
        );
        assert_gone(&shop, &owner, &secret);
    }
}

#[test]
fn apps_are_made_and_taken_out_and_grants_taken_back() {
    for shop in Shop::both() {
        let owner = enter(&shop, "mia@shop.example", Role::Owner);
        let new = "/admin/oauth-apps/new";
        let bad =
            [("title", "Ledger"), ("redirect_uris", "http://app.example/"), ("scopes.read:products", "on")];
        assert_eq!(owner.submit(&owner.get(new), new, &bad).status, 400);
        let typed = [
            ("title", "Ledger & Sons"),
            ("redirect_uris", "https://app.example/callback\r\nhttp://127.0.0.1/back"),
            ("scopes.read:products", "on"),
        ];
        let (made, at) = make(&owner, new, &typed);
        assert_eq!(made.len(), 2, "{made:?}");
        assert!(made[0].starts_with("app_") && made[1].starts_with("kws_"));
        assert_sound(&at, &owner.get(&at));

        let query = format!(
            "client_id={}&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback&response_type=code&scope=read%3Aproducts",
            made[0]
        );
        owner.code(&query);
        let page = owner.get(&at);
        assert!(page.text().contains("mia@shop.example"), "{page:?}");
        let revoke = page.text().split("action=\"").map(|rest| rest.split('"').next().unwrap().to_owned());
        let revoke = revoke.into_iter().find(|action| action.contains("/grants/")).unwrap();
        assert_shut(&shop, &owner, &[new, &revoke, &format!("{at}/rotate"), &format!("{at}/delete")]);
        let asked = owner.submit(&page, &revoke, &[]);
        assert_sound(&revoke, &asked);
        assert!(asked.text().contains("Type <strong>mia@shop.example</strong> first"), "{asked:?}");
        assert!(owner.submit(&asked, &revoke, &[("typed", "mia")]).text().contains("Nothing was done"));
        assert_eq!(shop.count("select count(*) from oauth_grant where ended_at is null"), 1);
        assert_eq!(owner.submit(&asked, &revoke, &[("typed", "mia@shop.example")]).status, 303);
        assert_eq!(shop.count("select count(*) from oauth_grant where ended_at is null"), 0);
        assert!(owner.get(&at).text().contains("revoked"));

        let (rotated, _) = make(&owner, &format!("{at}/rotate"), &[]);
        assert!(rotated[0] == made[0] && rotated[1] != made[1]);
        let public = [&typed[..], &[("public", "on")]].concat();
        let (told, other) = make(&owner, new, &public);
        assert_eq!(told.len(), 1, "it has no secret");
        assert!(!owner.get(&other).text().contains("/rotate"));
        assert_gone(&shop, &owner, &[made[1].clone(), rotated[1].clone()]);

        let delete = format!("{at}/delete");
        let wrongly = owner.submit(&owner.get(&at), &delete, &[("typed", "Ledger")]);
        assert!(wrongly.header("location").unwrap().ends_with("done=retyped"));
        assert_eq!(owner.submit(&owner.get(&at), &delete, &[("typed", "Ledger & Sons")]).status, 303);
        assert_eq!(owner.get(&at).status, 404);
    }
}

#[test]
fn diagnostics_say_how_the_server_is_and_keep_what_is_nobodys() {
    for engine in engines() {
        let server = Server::start(
            &engine,
            &["--public-url", "https://secretive.example/shop", "--licence-rate", "77", "--event-days", "12"],
        );
        let shop = Shop { store: engine.system_store(), server, engine };
        let person = shop.person("mia@shop.example", Role::Owner);
        let token = shop.write(move |tx| keywright::domain::session::of_person(tx, person.id));
        let browser = Browser::new(shop.address());
        browser.keep("__Host-keywright", &token);
        let page = browser.get("/admin/settings/diagnostics");
        let text = page.text().to_owned();
        assert_eq!(page.status, 200, "{text}");
        for said in
            ["licence_rate", "77", "flag", "no mail is sent", "webhook deliveries", env!("CARGO_PKG_VERSION")]
        {
            assert!(text.contains(said), "{said}: {text}");
        }
        let name = if shop.engine.name == "sqlite" { "SQLite" } else { "PostgreSQL" };
        assert!(text.contains(name), "{text}");
        let support = text.split("<code id=\"support\">").nth(1).unwrap().split("</code>").next().unwrap();
        let support: serde_json::Value = serde_json::from_str(&crate::oauth::plain(support)).unwrap();
        assert_eq!(support["settings"]["licence_rate"], "77 (flag)");
        assert_eq!(support["settings"]["public_url"], "[redacted] (flag)");
        assert_eq!(support["settings"]["database"], "[redacted] (flag)");
        let folder = shop.engine.folder.path().to_str().unwrap();
        for own in ["secretive", folder, "mia@", "postgres://"] {
            assert!(!support.to_string().contains(own), "{own}: {support}");
        }
        if let Some(password) = shop.engine.database.split("password=").nth(1) {
            assert!(!text.contains(password.split(['&', ' ']).next().unwrap()), "{text}");
        }
        let rates = browser.get("/admin/settings/rates");
        assert!(
            rates.status == 200 && rates.text().contains("77") && rates.text().contains("10,000"),
            "{rates:?}"
        );
    }
}

#[test]
fn who_only_looks_sees_no_diagnostics() {
    let shop = Shop::open(Engine::sqlite());
    let ben = enter(&shop, "ben@shop.example", Role::Support);
    assert_eq!(ben.get("/admin/settings/diagnostics").status, 403);
    assert_sound("/admin/settings/rates", &ben.get("/admin/settings/rates"));
    let page = ben.get("/admin/settings/rates");
    assert_eq!(page.text().matches("aria-current=\"page\"").count(), 1, "one place is here: {page:?}");
    let owner = enter(&shop, "mia@shop.example", Role::Owner);
    for path in ["/admin/settings", "/admin/settings/rates", "/admin/settings/diagnostics", "/admin/team"] {
        let page = owner.get(path);
        assert_sound(path, &page);
        assert_eq!(page.text().matches("aria-current=\"page\"").count(), 1, "{path}");
    }
}
