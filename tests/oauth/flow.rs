//! The whole way: sign in, say yes, code, tokens, API, new tokens, the end.

use keywright::domain::person::Role;
use keywright::domain::shop::Mode;
use serde_json::{Value, json};

use super::{Browser, CALLBACK, CHALLENGE, PASSWORD, Shop, VERIFIER, ask, error, parameters};
use crate::support::http;

#[test]
fn from_the_link_to_the_api_and_to_the_end() {
    for shop in Shop::both() {
        shop.person("Mia@shop.example", Role::Owner);
        let app = shop.app("read:products,read:orders");
        let browser = Browser::new(shop.address());
        let query = ask(
            &app,
            "read:products,read:orders",
            &[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")],
        );
        let at = format!("/oauth/authorize?{query}");

        let page = browser.get(&at);
        assert_eq!(page.status, 200);
        assert!(page.text().contains("<strong>Ledger &amp; &lt;Sons&gt;</strong>"), "{}", page.text());
        let wrong = [("email", "mia@shop.example"), ("password", "correct horse batterz")];
        let refused = browser.submit(&page, "/oauth/sign-in", &wrong);
        assert_eq!(refused.status, 403);
        assert!(refused.text().contains("Address or password are wrong"), "{}", refused.text());
        assert!(browser.cookie("keywright").is_none());
        let nobody = [("email", "nobody@shop.example"), ("password", PASSWORD)];
        let other = browser.submit(&page, "/oauth/sign-in", &nobody);
        let same = |page: &http::Answer| page.text().replace("nobody@shop.example", "mia@shop.example");
        assert_eq!((other.status, same(&other)), (403, same(&refused)), "nobody is told who there is");

        let entered = browser.submit(
            &refused,
            "/oauth/sign-in",
            &[("email", " mia@SHOP.example "), ("password", PASSWORD)],
        );
        assert_eq!(entered.status, 303, "{entered:?}");
        let cookie = entered.headers.iter().find(|(_, value)| value.starts_with("keywright=")).unwrap();
        assert!(cookie.1.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie:?}");
        let consent = browser.get(entered.header("location").unwrap());
        let text = consent.text();
        assert!(
            text.contains("See products, releases and files")
                && text.contains("See orders and what customers own")
        );
        assert!(text.contains("Mia@shop.example") && text.contains("<strong>app.example</strong>"), "{text}");

        let yes = browser.submit(&consent, "/oauth/authorize", &[("answer", "allow")]);
        assert_eq!(yes.status, 303);
        let location = yes.header("location").unwrap();
        assert!(location.starts_with(&format!("{CALLBACK}?code=kwc_")), "{location}");
        let answer = parameters(location);
        assert_eq!(answer["state"], "af0ifjsldkj /?&=é");
        assert_eq!(answer["iss"], shop.issuer());
        assert_eq!(answer.len(), 3);

        let got = shop.redeem(&app, &answer["code"], &[("code_verifier", VERIFIER)]);
        assert_eq!(got.status, 200, "{got:?}");
        assert_eq!((got.header("cache-control"), got.header("pragma")), (Some("no-store"), Some("no-cache")));
        let tokens = got.json();
        let names: Vec<&String> = tokens.as_object().unwrap().keys().collect();
        assert_eq!(names, ["access_token", "token_type", "expires_in", "refresh_token", "scope"]);
        assert_eq!(
            (&tokens["token_type"], &tokens["expires_in"], &tokens["scope"]),
            (&json!("Bearer"), &json!(3600), &json!("read:products read:orders"))
        );
        let access = tokens["access_token"].as_str().unwrap();
        assert!(access.len() == 47 && access.starts_with("kwa_"));

        assert_eq!(shop.api(access, "/v1/products").json()["data"], json!([]));
        assert_eq!(shop.api(access, "/v1/customers").json()["error"]["code"], "insufficient_scope");
        let signed = [("Authorization", &*format!("Bearer {access}")), ("X-Signature", "t=1,sha256=00")];
        assert_eq!(
            http::send(shop.address(), "GET", "/v1/products", &signed, b"").json()["error"]["code"],
            "invalid_signature"
        );
        let stranger = shop.api("kwa_0000000000000000000000000000000000000000000", "/v1/products");
        assert_eq!(stranger.status, 401);
        assert_eq!(stranger.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));

        let refreshed = shop.refresh(&app, tokens["refresh_token"].as_str().unwrap()).json();
        let newer = refreshed["access_token"].as_str().unwrap();
        assert_ne!(newer, access);
        for token in [access, newer] {
            assert_eq!(shop.api(token, "/v1/products").status, 200);
        }
        let gone =
            shop.call("/oauth/revoke", &app, &[("token", refreshed["refresh_token"].as_str().unwrap())]);
        assert_eq!((gone.status, gone.body.len()), (200, 0));
        for token in [access, newer] {
            assert_eq!(shop.api(token, "/v1/products").status, 401, "the family has ended");
        }
        let log = shop.server.log();
        for secret in [
            access,
            newer,
            app.secret.as_deref().unwrap(),
            PASSWORD,
            &answer["code"],
            &browser.cookie("keywright").unwrap(),
        ] {
            assert!(!log.contains(secret));
        }
    }
}

#[test]
fn a_no_is_told_and_gives_nothing() {
    for shop in Shop::both() {
        let browser = shop.browser_of(&shop.person("mia@shop.example", Role::Admin));
        let app = shop.app("read:products");
        let page = browser.get(&format!("/oauth/authorize?{}", ask(&app, "read:products", &[])));
        for answer in ["deny", "", "Allow"] {
            let no = browser.submit(&page, "/oauth/authorize", &[("answer", answer)]);
            let told = parameters(no.header("location").unwrap());
            assert_eq!((told["error"].as_str(), told["iss"].as_str()), ("access_denied", &*shop.issuer()));
            assert!(told["state"].starts_with("af0") && !told.contains_key("code"));
        }
        assert_eq!(shop.count("select count(*) from oauth_grant"), 0);
    }
}

#[test]
fn json_and_the_versioned_address_work_too_and_secrets_may_stand_in_the_body() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let browser = shop.browser_of(&shop.person("mia@shop.example", Role::Owner));
    let app = shop.app("read:products");
    let code = browser.code(&ask(&app, "read:products", &[]));
    let post = |body: &Value| {
        http::send(
            shop.address(),
            "POST",
            "/v1/oauth/token",
            &[("Content-Type", "application/json")],
            body.to_string().as_bytes(),
        )
    };
    let mut body = json!({"grant_type": "authorization_code", "client_id": app.app.client_id, "client_secret": app.secret,
        "code": code, "redirect_uri": CALLBACK});
    let got = post(&body);
    assert_eq!(got.status, 200, "{got:?}");
    body = json!({"grant_type": "refresh_token", "client_id": app.app.client_id, "client_secret": app.secret,
        "refresh_token": got.json()["refresh_token"]});
    assert_eq!(post(&body).status, 200);
    body["client_secret"] = json!("kws_wrong");
    assert_eq!(error(&post(&body)), (401, "invalid_client".into()));
    body["client_secret"] = json!(7);
    assert_eq!(error(&post(&body)), (400, "invalid_request".into()));
}

#[test]
fn the_metadata_says_where_everything_is() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let found = http::get(shop.address(), "/.well-known/oauth-authorization-server").json();
    let issuer = shop.issuer();
    assert_eq!(found["issuer"], issuer);
    assert_eq!(found["authorization_endpoint"], format!("{issuer}/oauth/authorize"));
    assert_eq!(found["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(found["authorization_response_iss_parameter_supported"], true);
    for name in ["token_endpoint", "revocation_endpoint"] {
        let path = found[name].as_str().unwrap().strip_prefix(&issuer).unwrap().to_owned();
        let wrong = http::get(shop.address(), &path);
        assert_eq!((wrong.status, wrong.header("allow")), (405, Some("POST")), "{path} is there");
    }
}

#[test]
fn an_app_of_test_mode_acts_in_test_mode() {
    for shop in Shop::both() {
        let browser = shop.browser_of(&shop.person("mia@shop.example", Role::Owner));
        let app = shop.app_with("read:products write:products", &[CALLBACK], false, Mode::Test);
        let page =
            browser.get(&format!("/oauth/authorize?{}", ask(&app, "read:products write:products", &[])));
        assert!(page.text().contains("Test mode"), "{}", page.text());
        let (access, _) = shop.tokens(&browser, &app, "read:products write:products");
        let bearer = format!("Bearer {access}");
        let made = http::send(
            shop.address(),
            "POST",
            "/v1/products",
            &[("Authorization", &bearer)],
            br#"{"title":"Tried"}"#,
        );
        assert_eq!(made.status, 201, "{made:?}");
        assert_eq!(shop.count("select count(*) from product where is_test = 1"), 1);
        assert_eq!(shop.count("select count(*) from product where is_test = 0"), 0);
    }
}
