//! Who may do what: every route with every kind of credential, signatures, rates, and the life of a key.

use keywright::base::seal::Master;
use keywright::base::seal::sign;
use keywright::base::text::hex;
use keywright::domain::api_key::{self, Draft};
use keywright::domain::oauth_app::Issued;
use keywright::domain::person::{self, Role};
use keywright::domain::plan::Plan;
use keywright::domain::scope::Scope;
use keywright::domain::session::Holder;
use keywright::domain::shop::{Mode, Shop as Site};
use keywright::domain::{customer, oauth_grant};
use keywright::store::{Options, Store};
use keywright::values;
use keywright::web::platform::{ROUTES, Route, Theirs};
use serde_json::json;

use super::calls::{Example, example};
use super::{Shop, fault, key};
use crate::oauth;
use crate::support::server;
use crate::support::{block_on, http};

/// A key made with the server's own master key and what the command line cannot say.
fn made(store: &Store, master: &Master, site_id: i64, mode: Mode, scopes: Vec<Scope>) -> String {
    let master = master.clone();
    let draft = Draft {
        title: "made".into(),
        scopes,
        plan: Plan::Enterprise,
        must_sign: false,
        networks: Vec::new(),
        expires_at: None,
    };
    let shop = Site { site_id, mode };
    block_on(store.write("make key", move |tx| api_key::new(tx, shop, &draft, &master))).unwrap().token
}

/// Access tokens of one app, by who let it in and what became of that.
struct Tokens {
    app: Issued,
    owner: Holder,
    good: String,
    expired: String,
    revoked: String,
    disabled: String,
    /// Of a customer who owns nothing.
    stranger: String,
}

impl Tokens {
    fn make(store: &Store) -> Self {
        let app = oauth::make_app(store, "all", &[oauth::CALLBACK], false, Mode::Live);
        let owner = Holder::Person(oauth::make_person(store, "owner@shop.example", Role::Owner));
        let leaver = oauth::make_person(store, "leaver@shop.example", Role::Owner);
        let of = |holder: &Holder| oauth::grant(store, &app, holder, Scope::PLATFORM);
        let (good, expired, revoked, disabled) =
            (of(&owner), of(&owner), of(&owner), of(&Holder::Person(leaver.clone())));
        let stranger = block_on(store.write("end", move |tx| {
            tx.exec("update oauth_token set expires_at = 1 where grant_id = $1", values![expired.0])?;
            let shop = Site::live(tx)?;
            oauth_grant::revoke(tx, shop, revoked.0)?;
            person::disable(tx, leaver.id)?;
            let email = Some("stranger@customer.example".to_owned());
            let customer = customer::new(tx, shop, &customer::Change { email, ..Default::default() })?;
            Ok(Holder::Customer { id: customer.id, shop, email: customer.email })
        }))
        .unwrap();
        let stranger = oauth::grant(store, &app, &stranger, &oauth_grant::CUSTOMERS).1;
        Self {
            owner,
            good: good.1,
            expired: expired.1,
            revoked: revoked.1,
            disabled: disabled.1,
            stranger,
            app,
        }
    }
}

/// What a customer's app is told who owns nothing of what is asked for.
fn assert_strange(route: &Route, answer: &http::Answer, what: &str) {
    let sees = oauth_grant::CUSTOMERS.contains(&route.scope);
    match route.theirs {
        _ if !sees => assert_eq!(fault(answer).1, "insufficient_scope", "{what}"),
        None => assert_eq!((fault(answer).0, fault(answer).1.as_str()), (403, "vendor_only"), "{what}"),
        Some(Theirs::List) => assert_eq!(answer.json()["data"], json!([]), "{what}"),
        Some(Theirs::Purchase | Theirs::Licence) => assert_eq!(fault(answer).0, 404, "{what}"),
    }
}

#[test]
fn every_route_with_every_credential() {
    for shop in Shop::both() {
        let engine = &shop.engine;
        let master = std::fs::read_to_string(engine.folder.path().join("master.key")).unwrap();
        let master = Master::from_hex(&master).unwrap();
        let store = Store::open(Options { connections: 1, ..Options::new(engine.place()) }).unwrap();
        let site = "insert into site (title, created_at) values ('Other shop', 0) returning id";
        let other_site =
            block_on(store.write("site", move |tx| tx.one(site, &[], |row| row.get::<i64>(0)))).unwrap();
        let other_site = made(&store, &master, other_site, Mode::Live, Scope::ALL.to_vec());
        let expired = key(engine, &["--scopes", "all"]);
        let name = expired[8..16].to_owned();
        let past = "update api_key set expires_at = 1 where name = $1";
        block_on(store.write("expire", move |tx| tx.exec(past, values![&name]))).unwrap();
        let revoked = key(engine, &["--scopes", "all"]);
        server::json(engine, &["api-key", "revoke", &revoked[8..16]]);
        let elsewhere = key(engine, &["--scopes", "all", "--networks", "198.51.100.0/24"]);
        let must_sign = key(engine, &["--scopes", "all", "--must-sign"]);
        let test = key(engine, &["--scopes", "all", "--mode", "test"]);
        let unknown = {
            let stranger = crate::support::Engine::sqlite();
            key(&stranger, &["--scopes", "all"])
        };
        let mut mistyped = shop.key.clone();
        let last = if mistyped.pop() == Some('0') { '1' } else { '0' };
        mistyped.push(last);

        let tokens = Tokens::make(&store);
        let mut cells = 0;
        for route in ROUTES {
            // Before the rows: a look may show a tenth of a second late what another process made, but not behind a commit of its own.
            let others: Vec<Scope> =
                Scope::ALL.iter().copied().filter(|scope| *scope != route.scope).collect();
            let apps: Vec<Scope> =
                Scope::PLATFORM.iter().copied().filter(|scope| *scope != route.scope).collect();
            let narrow = oauth::grant(&store, &tokens.app, &tokens.owner, &apps).1;
            let wrong_scope = made(&store, &master, 1, Mode::Live, others);
            let Example { target, headers, body } = example(route, shop.api());
            let ask = |key: &str| shop.with(key).send(route.method, &target, &headers, body.as_bytes());
            let what = |who: &str| format!("{} {} with {who} on {}", route.method, route.path, engine.name);
            for (who, key) in [
                ("no key", ""),
                ("garbage", "let me in"),
                ("a mistyped key", &mistyped),
                ("an unknown key", &unknown),
                ("an expired key", &expired),
                ("a revoked key", &revoked),
                ("an expired token", &tokens.expired),
                ("a revoked token", &tokens.revoked),
                ("the token of somebody who was locked out", &tokens.disabled),
            ] {
                assert_eq!(fault(&ask(key)), (401, "unauthorized".into(), json!({})), "{}", what(who));
                cells += 1;
            }
            let scope = json!({"scope": route.scope.as_str()});
            for (who, key) in
                [("a key of a wrong scope", &wrong_scope), ("a token of a wrong scope", &narrow)]
            {
                let expected = (403, "insufficient_scope".into(), scope.clone());
                assert_eq!(fault(&ask(key)), expected, "{}", what(who));
            }
            assert_strange(route, &ask(&tokens.stranger), &what("another customer's token"));
            assert_eq!(fault(&ask(&elsewhere)).1, "address_not_allowed", "{}", what("another address"));
            assert_eq!(
                fault(&ask(&must_sign)),
                (401, "invalid_signature".into(), json!({})),
                "{}",
                what("no signature")
            );
            for (who, key) in [("a test key", &test), ("another site's key", &other_site)] {
                let answer = ask(key);
                if route.path == "/v1/account" && route.method == "PATCH" && who == "a test key" {
                    assert_eq!(fault(&answer).1, "live_key_needed");
                } else if route.path.contains('{') {
                    assert_eq!(fault(&answer).0, 404, "{}", what(who));
                } else if ["/v1/licences", "/v1/orders"].contains(&&*target) && route.method == "POST" {
                    // The product that the body names is not there for them.
                    let (status, code, _) = fault(&answer);
                    assert_eq!((status, code.as_str()), (400, "validation_failed"), "{}", what(who));
                } else {
                    assert!((200..300).contains(&answer.status), "{}: {answer:?}", what(who));
                    if route.path == "/v1/licences/export" {
                        assert!(!answer.text().contains("mia@customer.example"), "{}", what(who));
                        cells += 1;
                        continue;
                    }
                    let seen = answer.json()["data"].as_array().is_some_and(|rows| {
                        rows.iter()
                            .any(|row| row["title"] == "Quill" || row["email"] == "mia@customer.example")
                    });
                    assert!(!seen, "{} sees another's rows", what(who));
                }
                cells += 1;
            }
            let answer = ask(&shop.key);
            assert!((200..400).contains(&answer.status), "{}: {answer:?}", what("a good key"));
            // Much can be done once only: rows of its own.
            let Example { target, headers, body } = example(route, shop.api());
            let answer = shop.with(&tokens.good).send(route.method, &target, &headers, body.as_bytes());
            assert!((200..400).contains(&answer.status), "{}: {answer:?}", what("a good token"));
            cells += 7;
        }
        assert_eq!(cells, ROUTES.len() * 18);
    }
}

#[test]
fn a_signature_counts_once_and_for_its_request_only() {
    for shop in Shop::both() {
        let made = server::json(&shop.engine, &["api-key", "create", "--scopes", "all", "--must-sign"]);
        let (key, secret) = (made["key"].as_str().unwrap(), made["secret"].as_str().unwrap());
        assert!(secret.starts_with("sks_"));
        let api = shop.with(key);
        let unix = jiff_now();
        let body = r#"{"title":"Signed"}"#;
        let sign = |at: i64, body: &str| {
            format!("t={at},sha256={}", hex(&sign(secret.as_bytes(), format!("{at}.{body}").as_bytes())))
        };
        let post = |signature: &str, body: &str| {
            api.send("POST", "/v1/products", &[("X-Signature", signature)], body.as_bytes())
        };
        let good = sign(unix, body);
        assert_eq!(post(&good, body).status, 201);
        assert_eq!(fault(&post(&good, body)).1, "invalid_signature", "a second time");
        assert_eq!(fault(&post(&sign(unix - 400, body), body)).1, "invalid_signature", "an old one");
        assert_eq!(fault(&post(&good, r#"{"title":"Other"}"#)).1, "invalid_signature", "another body");
        let read = sign(unix, "");
        for _ in 0..2 {
            let answer = api.send("GET", "/v1/products", &[("X-Signature", &read)], b"");
            assert_eq!(answer.json()["data"].as_array().unwrap().len(), 1, "a read may be repeated");
        }
        // A request that was refused has not used its signature.
        let bad = r#"{"title":""}"#;
        let signature = sign(unix, bad);
        for _ in 0..2 {
            assert_eq!(fault(&post(&signature, bad)).1, "validation_failed");
        }
    }
}

fn jiff_now() -> i64 {
    keywright::base::time::seconds(keywright::base::time::Clock::System.now())
}

#[test]
fn rates_follow_the_plan() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let free = key(&shop.engine, &["--scopes", "all", "--plan", "free"]);
    let mut connection = http::Connection::open(shop.server.address);
    let bearer = format!("Bearer {free}");
    let mut ask = || connection.send("GET", "/v1/account", &[("Authorization", &bearer)], b"").unwrap();
    let first = ask();
    let number = |answer: &http::Answer, name: &str| answer.header(name).unwrap().parse::<i64>().unwrap();
    assert_eq!((number(&first, "x-ratelimit-limit"), number(&first, "x-ratelimit-remaining")), (100, 149));
    let refused = (0..400).map(|_| ask()).find(|answer| answer.status == 429).unwrap();
    assert_eq!(fault(&refused).1, "rate_limited");
    assert_eq!(number(&refused, "x-ratelimit-remaining"), 0);
    assert!(number(&refused, "retry-after") >= 1 && number(&refused, "x-ratelimit-reset") >= jiff_now());
    assert_eq!(shop.api().get("/v1/account").status, 200, "another key is not touched");
}

#[test]
fn keys_are_shown_once_rotated_and_revoked() {
    for shop in Shop::both() {
        let engine = &shop.engine;
        let old = key(engine, &["--scopes", "read:account", "--title", "Bridge"]);
        let name = &old[8..16];
        let overlapping = server::json(engine, &["api-key", "rotate", name, "--overlap-hours", "1"]);
        let new = overlapping["key"].as_str().unwrap();
        assert_eq!(overlapping["title"], "Bridge");
        assert_ne!(new, old);
        for key in [new, &old] {
            assert_eq!(shop.with(key).get("/v1/account").status, 200);
        }
        let again = server::json(engine, &["api-key", "rotate", overlapping["id"].as_str().unwrap()]);
        assert_eq!(
            shop.with(new).get("/v1/account").status,
            401,
            "without an overlap the old key ends at once"
        );
        let last = again["key"].as_str().unwrap();
        server::json(engine, &["api-key", "revoke", again["id"].as_str().unwrap()]);
        assert_eq!(shop.with(last).get("/v1/account").status, 401);
        let listed = server::cli(engine, &["api-key", "list", "--json"]);
        let listed = String::from_utf8(listed.stdout).unwrap();
        for secret in [&old, new, last, again["secret"].as_str().unwrap()] {
            assert!(!listed.contains(secret));
        }
        let gone = server::cli(engine, &["api-key", "rotate", again["id"].as_str().unwrap()]);
        assert_eq!(gone.status.code(), Some(4), "{gone:?}");
        let long = server::cli(engine, &["api-key", "rotate", name, "--overlap-hours", "25"]);
        assert_eq!(long.status.code(), Some(2), "{long:?}");
        assert_eq!(
            server::cli(engine, &["api-key", "create", "--scopes", "read:all"]).status.code(),
            Some(2)
        );
        assert_eq!(server::cli(engine, &["api-key", "revoke", "NOSUCHID"]).status.code(), Some(3));
    }
}

#[test]
fn another_master_key_is_refused() {
    let engine = crate::support::Engine::sqlite();
    key(&engine, &["--scopes", "all"]);
    let file = engine.folder.path().join("master.key");
    std::fs::remove_file(&file).unwrap();
    let output = server::cli(&engine, &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("--master-key-file"), "{output:?}");
    server::json(&engine, &["db", "forget-master-key"]);
    drop(server::Server::start(&engine, &[]));
}
