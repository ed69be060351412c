//! The pages: who may frame, script and forge them, and how often somebody may try.

use keywright::domain::person::Role;
use keywright::domain::shop::Mode;

use super::{Browser, CALLBACK, PASSWORD, Shop, ask, hidden};
use crate::support::{Engine, http};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[test]
fn every_page_is_closed_and_plain() {
    let shop = Shop::open(Engine::sqlite());
    let browser = shop.browser_of(&shop.person("mia@shop.example", Role::Owner));
    let loopback = "http://127.0.0.1/callback";
    let app = shop.app_with("read:products", &[CALLBACK, loopback, "com.example.app:/x"], false, Mode::Live);
    let at = |uri: &str| format!("/oauth/authorize?{}", ask(&app, "read:products", &[("redirect_uri", uri)]));
    let stranger = Browser::new(shop.address());
    let sign_in = stranger.get(&at(CALLBACK));
    let code = stranger.submit(&sign_in, "/oauth/sign-in/mail", &[("email", "ben@customer.example")]);
    let policy_for =
        |source: &str| POLICY.replace("form-action 'self'", &format!("form-action 'self' {source}"));
    for (page, status, policy) in [
        (sign_in, 200, POLICY.to_owned()),
        (code, 200, POLICY.to_owned()),
        (stranger.get("/oauth/authorize"), 400, POLICY.to_owned()),
        (
            stranger.get(&format!("/oauth/sign-in/link/x?{}", ask(&app, "read:products", &[]))),
            410,
            POLICY.to_owned(),
        ),
        (browser.get(&at(CALLBACK)), 200, policy_for("https://app.example")),
        (browser.get(&at("http://127.0.0.1:5004/callback")), 200, policy_for("http://127.0.0.1:5004")),
        (browser.get(&at("com.example.app:/x")), 200, policy_for("com.example.app:")),
    ] {
        let text = page.text();
        assert_eq!(page.status, status, "{text}");
        assert_eq!(page.header("content-security-policy"), Some(policy.as_str()));
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("content-type", "text/html; charset=utf-8"),
        ] {
            assert_eq!(page.header(name), Some(value), "{name}: {text}");
        }
        let attributes =
            text.split('<').filter_map(|tag| tag.split('>').next()).flat_map(|tag| tag.split(' ').skip(1));
        let inline = |name: &str| name.starts_with("on") || name.starts_with("style");
        assert!(!text.contains("<script") && !attributes.into_iter().any(inline), "{text}");
        for once in ["<main>", "<h1>", "<title>", "<html lang=\"en\">"] {
            assert_eq!(text.matches(once).count(), 1, "{once}: {text}");
        }
        let typed = text.split("<input ").skip(1).filter(|input| !input.starts_with("type=\"hidden\""));
        for input in typed {
            let id = input.split("id=\"").nth(1).unwrap().split('"').next().unwrap();
            assert!(text.contains(&format!("<label for=\"{id}\">")), "{id} has no label");
        }
    }
    let page = stranger.get(&at(CALLBACK));
    let style = page.text().split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let style = http::get(shop.address(), style);
    assert_eq!(style.header("content-type"), Some("text/css; charset=utf-8"));
    assert!(style.text().contains("prefers-color-scheme: dark") && !style.text().contains("url("));
}

#[test]
fn a_form_that_is_not_ours_does_nothing() {
    for shop in Shop::both() {
        let mut browser = shop.browser_of(&shop.person("mia@shop.example", Role::Owner));
        let other = shop.browser_of(&shop.person("ben@shop.example", Role::Owner));
        let app = shop.app("read:products");
        let query = ask(&app, "read:products", &[]);
        let at = format!("/oauth/authorize?{query}");
        let token = |page: &http::Answer| {
            hidden(page, "/oauth/authorize").into_iter().find(|(name, _)| name == "token").unwrap().1
        };
        let (own, others) = (token(&browser.get(&at)), token(&other.get(&at)));
        let decide = |browser: &Browser, token: &str| {
            let answer = browser
                .post("/oauth/authorize", &[("request", &query), ("token", token), ("answer", "allow")]);
            (answer.status, answer.header("location").map(str::to_owned))
        };
        for bad in ["", "0", &others, &own[1..]] {
            assert_eq!(decide(&browser, bad), (403, None), "{bad}");
        }
        for headers in [
            &[("Sec-Fetch-Site", "cross-site")][..],
            &[("Sec-Fetch-Site", "same-site")],
            &[("Sec-Fetch-Site", "none")],
            &[("Origin", "https://evil.example")],
            &[("Origin", "null")],
        ] {
            browser.headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            assert_eq!(decide(&browser, &own), (403, None), "{headers:?}");
            assert_eq!(browser.post("/oauth/sign-out", &[("request", &query), ("token", &own)]).status, 403);
        }
        assert_eq!(shop.count("select count(*) from oauth_grant"), 0);
        assert_eq!(shop.count("select count(*) from session"), 2);
        browser.headers =
            vec![("Sec-Fetch-Site".into(), "same-origin".into()), ("Origin".into(), "null".into())];
        assert_eq!(decide(&browser, &own).0, 303);
        browser.headers = vec![("Origin".into(), shop.issuer())];
        assert_eq!(decide(&browser, &own).0, 303);

        // Signing in too: nobody is signed in as somebody else by a page of theirs.
        let stranger = Browser::new(shop.address());
        let page = stranger.get(&at);
        let fields = [("request", query.as_str()), ("email", "mia@shop.example"), ("password", PASSWORD)];
        assert_eq!(stranger.post("/oauth/sign-in", &fields).status, 403);
        let bare = Browser::new(shop.address());
        for path in ["/oauth/sign-in", "/oauth/sign-in/mail", "/oauth/sign-in/code", "/oauth/sign-in/link/x"]
        {
            let stolen = hidden(&page, "/oauth/sign-in");
            let stolen: Vec<(&str, &str)> =
                stolen.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(
                bare.post(path, &[&stolen[..], &fields[1..]].concat()).status,
                403,
                "{path}: a form without its cookie"
            );
        }
        assert_eq!(shop.count("select count(*) from session"), 2);
    }
}

#[test]
fn who_comes_from_another_site_may_be_signed_in_already() {
    let shop = Shop::open(Engine::sqlite());
    let app = shop.app("read:products");
    let at = format!("/oauth/authorize?{}", ask(&app, "read:products", &[]));
    let mut browser = Browser::new(shop.address());
    browser.headers = vec![("Sec-Fetch-Site".into(), "cross-site".into())];
    assert!(browser.get(&at).text().contains("I am signed in here already"));
    browser.headers = vec![("Sec-Fetch-Site".into(), "same-origin".into())];
    assert!(!browser.get(&at).text().contains("I am signed in here already"), "no circle");
}

#[test]
fn a_storm_of_wrong_passwords_delays_where_it_comes_from_and_locks_nobody_out() {
    let shop = Shop::open(Engine::sqlite());
    shop.person("mia@shop.example", Role::Owner);
    let app = shop.app("read:products");
    let at = format!("/oauth/authorize?{}", ask(&app, "read:products", &[]));
    let browser = Browser::new(shop.address());
    let page = browser.get(&at);
    let hidden = hidden(&page, "/oauth/sign-in");
    let mut fields: Vec<(&str, &str)> =
        hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.extend([("email", "mia@shop.example"), ("password", "wrong wrong wrong")]);
    let body = super::form(&fields);
    let cookie = format!("keywright-form={}", browser.cookie("keywright-form").unwrap());
    let mut storm = http::Connection::open_from([127, 0, 0, 2].into(), shop.address());
    let statuses: Vec<u16> = (0..12)
        .map(|_| {
            storm.send("POST", "/oauth/sign-in", &[("Cookie", &cookie)], body.as_bytes()).unwrap().status
        })
        .collect();
    assert_eq!(statuses.iter().filter(|status| **status == 403).count(), 5, "{statuses:?}");
    assert_eq!(statuses[11], 429);
    let right =
        body.replace("wrong+wrong+wrong", "").replace("wrong%20wrong%20wrong", &super::encoded(PASSWORD));
    let delayed = storm.send("POST", "/oauth/sign-in", &[("Cookie", &cookie)], right.as_bytes()).unwrap();
    assert_eq!(delayed.status, 429, "not even the right one is looked at from there");
    let entered =
        browser.submit(&page, "/oauth/sign-in", &[("email", "mia@shop.example"), ("password", PASSWORD)]);
    assert_eq!(entered.status, 303, "{entered:?}");
}

#[test]
fn behind_https_cookies_have_the_strictest_name() {
    let engine = Engine::sqlite();
    let server =
        crate::support::server::Server::start(&engine, &["--public-url", "https://shop.example/licences"]);
    let shop = Shop { store: engine.system_store(), server, engine };
    let app = shop.app("read:products");
    let page = http::get(shop.address(), &format!("/oauth/authorize?{}", ask(&app, "read:products", &[])));
    let cookie = page.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("__Host-keywright-form=")
            && cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    let text = super::plain(page.text());
    assert!(
        text.contains("action=\"/licences/oauth/sign-in\"") && text.contains("href=\"/licences/assets/"),
        "{text}"
    );
    let found = http::get(shop.address(), "/.well-known/oauth-authorization-server").json();
    assert_eq!(found["token_endpoint"], "https://shop.example/licences/oauth/token", "never from Host");
    let at =
        |path: &str| http::get(shop.address(), &format!("/.well-known/oauth-authorization-server{path}"));
    assert_eq!((at("/licences").json(), at("/other").status), (found, 404));
}
