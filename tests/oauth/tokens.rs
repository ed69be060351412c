//! What apps may not do with codes and tokens.

use keywright::domain::person::Role;
use keywright::values;

use super::{CALLBACK, CHALLENGE, Shop, VERIFIER, ask, encoded, error, form, parameters};
use crate::support::http;

const INVALID_GRANT: (u16, &str) = (400, "invalid_grant");

fn is(answer: &http::Answer, expected: (u16, &str)) {
    let (status, code) = error(answer);
    assert_eq!((status, code.as_str()), expected, "{answer:?}");
}

#[test]
fn a_code_used_twice_ends_what_it_gave() {
    for shop in Shop::both() {
        let browser = shop.browser_of(&shop.person("mia@shop.example", Role::Owner));
        let app = shop.app("read:products");
        let code = browser.code(&ask(&app, "read:products", &[]));
        let tokens = shop.redeem(&app, &code, &[]).json();
        let [access, refresh] = ["access_token", "refresh_token"].map(|name| tokens[name].as_str().unwrap());
        assert_eq!(shop.api(access, "/v1/products").status, 200);
        is(&shop.redeem(&app, &code, &[]), INVALID_GRANT);
        assert_eq!(shop.api(access, "/v1/products").status, 401);
        is(&shop.refresh(&app, refresh), INVALID_GRANT);
        assert_eq!(shop.count("select count(*) from oauth_grant where end_reason = 'code_replayed'"), 1);
    }
}

#[test]
fn a_code_is_good_for_a_minute() {
    for shop in Shop::both() {
        let browser = shop.browser_of(&shop.person("mia@shop.example", Role::Owner));
        let app = shop.app("read:products");
        for (age, expected) in [(59_000, 200), (60_000, 400)] {
            let code = browser.code(&ask(&app, "read:products", &[]));
            // A second of room: the test itself takes time.
            let age = if expected == 200 { age - 10_000 } else { age };
            shop.write(move |tx| {
                let at = tx.now() - age;
                tx.exec("update oauth_code set created_at = $1 where used_at is null", values![at])
            });
            assert_eq!(shop.redeem(&app, &code, &[]).status, expected, "{age}");
        }
    }
}

#[test]
fn pkce_is_held_to_and_cannot_be_taken_off() {
    for shop in Shop::both() {
        let browser = shop.browser_of(&shop.person("mia@shop.example", Role::Owner));
        let (app, public) = (shop.app("read:products"), shop.public_app("read:products"));
        let with = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
        let other = &VERIFIER.replace('d', "e");
        for app in [&app, &public] {
            for (more, good) in [
                (&[][..], false),
                (&[("code_verifier", "")], false),
                (&[("code_verifier", other)], false),
                (&[("code_verifier", CHALLENGE)], false),
                (&[("code_verifier", &VERIFIER[1..])], false),
                (&[("code_verifier", VERIFIER)], true),
            ] {
                let code = browser.code(&ask(app, "read:products", &with));
                let answer = shop.redeem(app, &code, more);
                if good { assert_eq!(answer.status, 200, "{answer:?}") } else { is(&answer, INVALID_GRANT) }
            }
        }
        // Somebody on the way took the challenge out: the app still sends its verifier.
        let code = browser.code(&ask(&app, "read:products", &[]));
        is(&shop.redeem(&app, &code, &[("code_verifier", VERIFIER)]), INVALID_GRANT);
        let short = &CHALLENGE[1..];
        for more in [
            &[("code_challenge", CHALLENGE), ("code_challenge_method", "plain")][..],
            &[("code_challenge", CHALLENGE)],
            &[("code_challenge", CHALLENGE), ("code_challenge_method", "s256")],
            &[("code_challenge_method", "S256")],
            &[("code_challenge", short), ("code_challenge_method", "S256")],
            &[("code_challenge", VERIFIER), ("code_challenge_method", "plain")],
        ] {
            let refused = browser.get(&format!("/oauth/authorize?{}", ask(&app, "read:products", more)));
            assert_eq!(
                parameters(refused.header("location").unwrap())["error"],
                "invalid_request",
                "{more:?}"
            );
        }
        let bare = browser.get(&format!("/oauth/authorize?{}", ask(&public, "read:products", &[])));
        assert_eq!(
            parameters(bare.header("location").unwrap())["error"],
            "invalid_request",
            "a public app needs PKCE"
        );
    }
}

#[test]
fn what_is_one_apps_is_no_other_apps() {
    for shop in Shop::both() {
        let browser = shop.browser_of(&shop.person("mia@shop.example", Role::Owner));
        let (a, b, public) =
            (shop.app("read:products"), shop.app("read:products"), shop.public_app("read:products"));
        let code = browser.code(&ask(&a, "read:products", &[]));
        for other in [&b, &public] {
            is(&shop.redeem(other, &code, &[]), INVALID_GRANT);
        }
        let mut liar = a.clone();
        for secret in [b.secret.clone(), None, Some(String::new()), Some("kws_".into())] {
            liar.secret = secret;
            is(&shop.redeem(&liar, &code, &[]), (401, "invalid_client"));
        }
        let mut pretender = public.clone();
        pretender.secret = a.secret.clone();
        is(&shop.redeem(&pretender, &code, &[]), (401, "invalid_client"));
        let unknown = shop.call(
            "/oauth/token",
            &a,
            &[("grant_type", "password"), ("username", "x"), ("password", "y")],
        );
        is(&unknown, (400, "unsupported_grant_type"));

        // None of that has spent the code.
        let tokens = shop.redeem(&a, &code, &[]).json();
        let [access, refresh] = ["access_token", "refresh_token"].map(|name| tokens[name].as_str().unwrap());
        for other in [&b, &public] {
            is(&shop.refresh(other, refresh), INVALID_GRANT);
            assert_eq!(shop.call("/oauth/revoke", other, &[("token", refresh)]).status, 200);
            assert_eq!(shop.call("/oauth/revoke", other, &[("token", access)]).status, 200);
        }
        is(&shop.refresh(&a, access), INVALID_GRANT);
        assert_eq!(shop.api(refresh, "/v1/products").status, 401, "a refresh token opens no API");
        assert_eq!(shop.api(access, "/v1/products").status, 200);
        assert_eq!(shop.refresh(&a, refresh).status, 200, "another app has taken nothing back");
        shop.call("/oauth/revoke", &a, &[("token", access)]);
        assert_eq!(shop.api(access, "/v1/products").status, 401);
    }
}

#[test]
fn requests_that_are_not_in_order() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let browser = shop.browser_of(&shop.person("mia@shop.example", Role::Owner));
    let app = shop.app("read:products read:orders");
    let (id, secret) = (app.app.client_id.as_str(), app.secret.as_deref().unwrap());
    let code = browser.code(&ask(&app, "read:products", &[]));
    let good = [
        ("grant_type", "authorization_code"),
        ("client_id", id),
        ("client_secret", secret),
        ("code", &code),
        ("redirect_uri", CALLBACK),
    ];
    let post = |target: &str, headers: &[(&str, &str)], body: &str| {
        let all = [&[("Content-Type", "application/x-www-form-urlencoded")], headers].concat();
        http::send(shop.address(), "POST", target, &all, body.as_bytes())
    };
    for (name, value) in good {
        let twice = format!("{}&{name}={}", form(&good), encoded(value));
        is(&post("/oauth/token", &[], &twice), (400, "invalid_request"));
        let without: Vec<_> = good.iter().copied().filter(|(other, _)| *other != name).collect();
        let answer = post("/oauth/token", &[], &form(&without));
        assert!(matches!(error(&answer), (400 | 401, _)), "{name}: {answer:?}");
    }
    is(&post(&format!("/oauth/token?{}", form(&good)), &[], ""), (400, "invalid_request"));
    is(&post(&format!("/oauth/token?client_id={id}"), &[], &form(&good)), (400, "invalid_request"));
    let basic = format!("Basic {}", keywright::base::text::base64(format!("{id}:{secret}").as_bytes()));
    is(&post("/oauth/token", &[("Authorization", &basic)], &form(&good)), (400, "invalid_request"));
    let wrong = post("/oauth/token", &[("Authorization", "Basic !!")], &form(&good[3..]));
    is(&wrong, (401, "invalid_client"));
    assert!(wrong.header("www-authenticate").unwrap().starts_with("Basic realm="));
    is(&post("/oauth/token", &[("Authorization", "Bearer x")], &form(&good[3..])), (401, "invalid_client"));
    for body in
        ["%ff=1", "grant_type=%00", "{", r#"{"grant_type":"a","grant_type":"b"}"#, &"x".repeat(17_000)]
    {
        is(&post("/oauth/token", &[], body), (400, "invalid_request"));
    }
    let other = [good[0], good[1], good[2], good[3], ("redirect_uri", "https://app.example/other")];
    is(&post("/oauth/token", &[], &form(&other)), INVALID_GRANT);
    assert_eq!(post("/oauth/token", &[], &form(&good)).status, 200, "none of that has spent the code");

    for (more, expected) in [
        (&[("response_type", "token")][..], "unsupported_response_type"),
        (&[("response_type", "")], "invalid_request"),
        (&[("response_mode", "fragment")], "invalid_request"),
        (&[("scope", "")], "invalid_scope"),
        (&[("scope", "all")], "invalid_scope"),
        (&[("scope", "read:products read:everything")], "invalid_scope"),
        (&[("scope", "read:products write:products")], "invalid_scope"),
        (&[("scope", "read:products"), ("scope", "read:orders")], "invalid_request"),
        (&[("state", "a"), ("state", "b")], "invalid_request"),
        (&[("response_type", "code"), ("response_type", "code")], "invalid_request"),
    ] {
        let answer = browser.get(&format!("/oauth/authorize?{}", ask(&app, "read:products", more)));
        let location = answer.header("location").unwrap_or_else(|| panic!("{more:?}: {answer:?}"));
        let told = parameters(location);
        assert!(answer.status == 303 && location.starts_with(CALLBACK), "{more:?}: {location}");
        assert_eq!((told["error"].as_str(), told["iss"].as_str()), (expected, &*shop.issuer()), "{more:?}");
        assert_eq!(told.contains_key("state"), more[0].0 != "state", "{more:?}");
    }
    let unknown = browser.get(&format!(
        "/oauth/authorize?{}",
        ask(&app, "read:products", &[("ui_locales", "de"), ("nonce", "x")])
    ));
    assert_eq!(unknown.status, 200, "what is not known is let pass");
}

#[test]
fn a_lost_answer_is_given_again_for_ten_seconds_and_then_the_family_ends() {
    for shop in Shop::both() {
        let browser = shop.browser_of(&shop.person("mia@shop.example", Role::Owner));
        let app = shop.app("read:products read:orders");
        let (_, first) = shop.tokens(&browser, &app, "read:products read:orders");
        let answer = shop.refresh(&app, &first);
        assert_eq!(shop.refresh(&app, &first).json(), answer.json(), "the same answer");
        let second = answer.json()["refresh_token"].as_str().unwrap().to_owned();
        let narrow = [("grant_type", "refresh_token"), ("refresh_token", &second), ("scope", "read:orders")];
        let narrowed = shop.call("/oauth/token", &app, &narrow).json();
        assert_eq!(narrowed["scope"], "read:orders");
        let access = narrowed["access_token"].as_str().unwrap();
        assert_eq!(shop.api(access, "/v1/orders").status, 200);
        assert_eq!(shop.api(access, "/v1/products").status, 403);
        let third = narrowed["refresh_token"].as_str().unwrap();
        let wide = [("grant_type", "refresh_token"), ("refresh_token", third), ("scope", "write:orders")];
        is(&shop.call("/oauth/token", &app, &wide), (400, "invalid_scope"));
        let whole = shop.refresh(&app, third).json();
        assert_eq!(
            whole["scope"], "read:products read:orders",
            "what was granted is not lost by asking for less"
        );

        shop.write(|tx| {
            tx.exec("update oauth_token set used_at = used_at - 10000 where used_at is not null", &[])
        });
        let fourth = whole["refresh_token"].as_str().unwrap();
        let live = whole["access_token"].as_str().unwrap();
        assert_eq!(shop.api(live, "/v1/products").status, 200);
        is(&shop.refresh(&app, third), INVALID_GRANT);
        is(&shop.refresh(&app, fourth), INVALID_GRANT);
        assert_eq!(shop.api(live, "/v1/products").status, 401);
        assert_eq!(shop.count("select count(*) from oauth_grant where end_reason = 'refresh_replayed'"), 1);
    }
}

#[test]
fn tokens_expire_and_are_swept_with_all_that_hangs_on_them() {
    for shop in Shop::both() {
        let browser = shop.browser_of(&shop.person("mia@shop.example", Role::Owner));
        let app = shop.app("read:products");
        let (access, refresh) = shop.tokens(&browser, &app, "read:products");
        shop.write(|tx| {
            let now = tx.now();
            tx.exec("update oauth_token set expires_at = $1", values![now])
        });
        assert_eq!(shop.api(&access, "/v1/products").status, 401);
        is(&shop.refresh(&app, &refresh), INVALID_GRANT);
        shop.write(|tx| {
            tx.exec("update oauth_code set created_at = created_at - 90000000", &[])?;
            tx.exec("update oauth_grant set created_at = created_at - 90000000", &[])?;
            tx.exec("update session set seen_at = 0", &[])
        });
        let Shop { engine, server, store } = shop;
        drop((server, store));
        let shop = Shop::open(engine);
        crate::support::until("the sweep has been", || shop.count("select count(*) from oauth_grant") == 0);
        for sql in [
            "select count(*) from oauth_token",
            "select count(*) from oauth_code",
            "select count(*) from session",
        ] {
            assert_eq!(shop.count(sql), 0, "{sql}");
        }
    }
}

#[test]
fn secrets_are_in_no_table() {
    for shop in Shop::both() {
        let browser = shop.browser_of(&shop.person("mia@shop.example", Role::Owner));
        let app = shop.app("read:products");
        let code = browser.code(&ask(&app, "read:products", &[]));
        let tokens = shop.redeem(&app, &code, &[]).json();
        let refreshed = shop.refresh(&app, tokens["refresh_token"].as_str().unwrap()).json();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let mut secrets = vec![code, app.secret.clone().unwrap(), browser.cookie("keywright").unwrap()];
        for got in [&tokens, &refreshed] {
            secrets.extend(["access_token", "refresh_token"].map(|name| text(&got[name])));
        }
        for sql in [
            "select coalesce(secret_hash, '') from oauth_app",
            "select code_hash from oauth_code",
            "select token_hash from oauth_token",
            "select coalesce(sealed_answer, '') from oauth_token",
            "select token_hash from session",
        ] {
            let rows = crate::support::block_on(
                shop.store.read(move |tx| tx.all(sql, &[], |row| row.get::<String>(0))),
            );
            let rows = rows.unwrap().join("\n");
            assert!(!rows.is_empty() && secrets.iter().all(|secret| !rows.contains(secret)), "{sql}");
        }
    }
}
