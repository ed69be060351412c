//! Two hundred and more addresses that look like a registered one and are not: nobody is ever sent to any of them.

use keywright::domain::person::Role;
use keywright::domain::shop::Mode;

use super::tricks::tricks;
use super::{Browser, CALLBACK, Shop, ask, encoded, error, hidden};

/// What the app has registered.
const REGISTERED: [&str; 3] = [CALLBACK, "http://127.0.0.1/callback", "com.example.app:/callback"];

/// Whether a request ends on a page of ours that says what is wrong.
fn assert_stays(browser: &Browser, query: &str, trick: &str) {
    let answer = browser.get(&format!("/oauth/authorize?{query}"));
    assert_eq!(answer.status, 400, "{trick:?}: {answer:?}");
    assert_eq!(answer.header("location"), None, "{trick:?}");
    assert!(answer.text().contains("<h1>This link does not work</h1>"), "{trick:?}");
    assert!(!answer.text().contains("evil.example"), "{trick:?} is not even shown");
}

#[test]
fn nobody_is_sent_to_an_address_that_is_not_registered() {
    let tricks = tricks();
    assert!(tricks.len() >= 250, "{}", tricks.len());
    for shop in Shop::both() {
        let signed_in = shop.browser_of(&shop.person("mia@shop.example", Role::Owner));
        let stranger = Browser::new(shop.address());
        let app = shop.app_with("read:products", &REGISTERED, false, Mode::Live);
        let good = ask(&app, "read:products", &[]);
        let page = signed_in.get(&format!("/oauth/authorize?{good}"));
        let token =
            hidden(&page, "/oauth/authorize").into_iter().find(|(name, _)| name == "token").unwrap().1;
        for trick in &tricks {
            let query = ask(&app, "read:products", &[("redirect_uri", trick)]);
            assert_stays(&signed_in, &query, trick);
            assert_stays(&stranger, &query, trick);
            let forced = signed_in
                .post("/oauth/authorize", &[("request", &query), ("token", &token), ("answer", "allow")]);
            assert_eq!((forced.status, forced.header("location")), (400, None), "{trick:?}: {forced:?}");
            let denied = signed_in
                .post("/oauth/authorize", &[("request", &query), ("token", &token), ("answer", "deny")]);
            assert_eq!((denied.status, denied.header("location")), (400, None), "{trick:?}");
        }
        assert_eq!(shop.count("select count(*) from oauth_code"), 0);
        for (uri, given) in
            REGISTERED.iter().zip([CALLBACK, "http://127.0.0.1:51004/callback", "com.example.app:/callback"])
        {
            let query = ask(&app, "read:products", &[("redirect_uri", given)]);
            let page = signed_in.get(&format!("/oauth/authorize?{query}"));
            let sent = signed_in.submit(&page, "/oauth/authorize", &[("answer", "allow")]);
            assert!(
                sent.header("location").is_some_and(|to| to.starts_with(&format!("{given}?code="))),
                "{uri}: {sent:?}"
            );
        }
    }
}

#[test]
fn parameters_that_are_doubled_missing_or_disguised() {
    for shop in Shop::both() {
        let browser = shop.browser_of(&shop.person("mia@shop.example", Role::Owner));
        let app = shop.app("read:products");
        let (id, good, evil) =
            (&app.app.client_id, encoded(CALLBACK), encoded("https://evil.example/callback"));
        let rest = "response_type=code&scope=read%3Aproducts&state=x";
        for query in [
            format!("client_id={id}&redirect_uri={good}&redirect_uri={evil}&{rest}"),
            format!("client_id={id}&redirect_uri={evil}&redirect_uri={good}&{rest}"),
            format!("client_id={id}&redirect_uri={good}&redirect%5furi={evil}&{rest}"),
            format!("client_id={id}&redirect_uri={good}&redirect_uri={good}&{rest}"),
            format!("client_id={id}&redirect_uri=&redirect_uri={good}&{rest}"),
            format!("client_id={id}&client_id={id}&redirect_uri={good}&{rest}"),
            format!("client_id={id}&client_id=app_other&redirect_uri={good}&{rest}"),
            format!("client_id={id}&redirect_uri[]={good}&{rest}"),
            format!("client_id={id}&Redirect_uri={good}&{rest}"),
            format!("client_id={id}&redirect_uri%20={good}&{rest}"),
            format!("client_id={id}&redirect_uri={}&{rest}", encoded(&good)),
            format!("client_id={id}&redirect_uri={good}%00&{rest}"),
            format!("client_id={id}&redirect_uri={good}%ff&{rest}"),
            format!("client_id={id}&redirect_uri={good}&{rest}&x=%ff"),
            format!("client_id={id}&redirect_uri=&{rest}"),
            format!("client_id={id}&{rest}"),
            format!("client_id={id}%20&redirect_uri={good}&{rest}"),
            format!("client_id={}&redirect_uri={good}&{rest}", id.to_uppercase()),
            format!("client_id=app_000000000000000000000000&redirect_uri={good}&{rest}"),
            format!("redirect_uri={good}&{rest}"),
            String::new(),
        ] {
            assert_stays(&browser, &query, &query);
        }
        let code = browser.code(&ask(&app, "read:products", &[]));
        for trick in
            ["https://app.example/callback/", "https://evil.example/callback", "HTTPS://app.example/callback"]
        {
            let fields =
                [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", trick)];
            assert_eq!(
                error(&shop.call("/oauth/token", &app, &fields)),
                (400, "invalid_grant".into()),
                "{trick}"
            );
        }
        let gone = app.app.client_id.clone();
        shop.write(move |tx| {
            let site = keywright::domain::shop::Shop::live(tx)?;
            keywright::domain::oauth_app::delete(tx, site, &gone)
        });
        assert_stays(&browser, &ask(&app, "read:products", &[]), "an app that was taken out");
    }
}
