//! Two hundred and more addresses that look like a registered one and are not: nobody is ever sent to any of them.

use std::collections::BTreeSet;

use keywright::domain::person::Role;
use keywright::domain::shop::Mode;

use super::{Browser, CALLBACK, Shop, ask, encoded, error, hidden};

/// What the app has registered.
const REGISTERED: [&str; 3] = [CALLBACK, "http://127.0.0.1/callback", "com.example.app:/callback"];

/// Put behind the registered address.
const BEHIND: &[&str] = &[
    "/",
    "//",
    "/.",
    "/..",
    "/./",
    "/../callback",
    "/../../evil",
    "/%2e",
    "/%2e%2e",
    "%2f",
    "%2F..",
    "%00",
    "%20",
    "%0a",
    "%0d%0a",
    "%09",
    "%23",
    "%3f",
    "%5c",
    "%40evil.example",
    "%",
    "%zz",
    "%e2%80%ae",
    ";",
    ";x",
    ";jsessionid=1",
    ".",
    "..",
    "~",
    "*",
    "'",
    "\"",
    "<script>alert(1)</script>",
    "(",
    "|",
    "^",
    "`",
    "{}",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\r\nLocation: https://evil.example",
    "\r\nSet-Cookie: a=b",
    "\0",
    "\0.evil.example",
    "\u{a0}",
    "\u{200b}",
    "\u{202e}",
    "\u{feff}",
    "\u{2028}",
    "é",
    "?",
    "??",
    "?x",
    "?x=1",
    "?code=1",
    "?state=1",
    "?next=https://evil.example",
    "?redirect=//evil.example",
    "?url=javascript:alert(1)",
    "&x=1",
    "&",
    "#",
    "#x",
    "#code=1",
    "#@evil.example",
    "#/../evil",
    "\\",
    "\\..\\evil",
    "@evil.example",
    ".evil.example",
    ":80",
    ":@evil.example",
    "/callback",
    "/evil",
    "x",
    "S",
    ",https://evil.example",
    " https://evil.example",
    "|https://evil.example",
];

/// Put in the place of its host.
const HOSTS: &[&str] = &[
    "APP.EXAMPLE",
    "App.example",
    "app.Example",
    "app.example.",
    "app.example..",
    ".app.example",
    "app..example",
    "app.example.evil.example",
    "evil.example",
    "evilapp.example",
    "app.example@evil.example",
    "app.example:pw@evil.example",
    "evil.example@app.example",
    "mia@app.example",
    "mia:pw@app.example",
    ":@app.example",
    "@app.example",
    "app.example:443",
    "app.example:0443",
    "app.example:80",
    "app.example:8443",
    "app.example:",
    "app.example:0",
    "app.example:443@evil.example",
    "sub.app.example",
    "www.app.example",
    "*.app.example",
    "app.example%2eevil.example",
    "app%2eexample",
    "app%2Eexample",
    "app.example%00.evil.example",
    "app.example%20",
    "app.example%09",
    "app.example%0d%0a.evil.example",
    "app\u{3002}example",
    "app\u{ff0e}example",
    "\u{430}pp.example",
    "app.ex\u{430}mple",
    "\u{ff41}pp.example",
    "app\u{ad}.example",
    "app\u{200d}.example",
    "app.example\u{2060}",
    "xn--pp-7ic.example",
    "app.example\\.evil.example",
    "app.example\\@evil.example",
    "evil.example\\app.example",
    "evil.example\\@app.example",
    "evil.example#app.example",
    "evil.example#@app.example",
    "evil.example?app.example",
    "evil.example?@app.example",
    "evil.example/app.example",
    "evil.example/@app.example",
    "evil.example;app.example",
    "app.example;evil.example",
    "app.example&evil.example",
    "app.example,evil.example",
    "app.example evil.example",
    " app.example",
    "app.example ",
    "/app.example",
    "//app.example",
    "evil.example:app.example",
    "evil.example%40app.example",
    "app.example%40evil.example",
    "[app.example]",
    "[::ffff:127.0.0.1]",
    "127.0.0.1",
    "localhost",
    "[::1]",
    "0",
    "app_example",
    "app-example",
    "appxexample",
    "ap.example",
    "app.exampl",
    "app.examplee",
    "app.example%2f..%2fevil.example",
    "app.example%23.evil.example",
    "app.example%3f.evil.example",
    "",
];

/// Put in the place of its scheme and what follows.
const SCHEMES: &[&str] = &[
    "HTTPS://",
    "Https://",
    "http://",
    "https:/",
    "https:",
    "https:///",
    "https:////",
    "https:\\\\",
    "https:/\\",
    "https:\\/",
    "//",
    "///",
    "/\\",
    "\\\\",
    "",
    "hxxps://",
    "httpss://",
    "ftp://",
    "file://",
    "ws://",
    "wss://",
    "javascript://",
    "javascript:alert(1)//",
    "JaVaScRiPt://",
    "data:text/html,",
    "vbscript:",
    "blob:https://",
    "view-source:https://",
    "about:",
    "intent://",
    "app.example:",
    "com.example.app://",
    " https://",
    "\thttps://",
    "\nhttps://",
    "\u{feff}https://",
    "\u{1}https://",
    "%20https://",
    "%68ttps://",
    "https%3a//",
    "https%3A%2F%2F",
    "https://https://",
    "https://evil.example/https://",
    "https://evil.example?https://",
    "https://evil.example#https://",
    "https://evil.example@",
];

/// Put in the place of its path.
const PATHS: &[&str] = &[
    "",
    "/",
    "/Callback",
    "/CALLBACK",
    "/callbac",
    "/callbackk",
    "/%63allback",
    "/call%62ack",
    "/callbac%6B",
    "//callback",
    "/./callback",
    "/../callback",
    "/x/../callback",
    "/callback/../callback",
    "/callback/../evil",
    "/callback/%2e%2e/evil",
    "/callback/..%2fevil",
    "/callback/..;/evil",
    "/%2fcallback",
    "/%5ccallback",
    "\\callback",
    "/\\callback",
    "/evil",
    "/call\tback",
    "/call\nback",
    "/call back",
    "/call%20back",
    "/c\u{430}llback",
    "/callback\u{301}",
    "?/callback",
    "#/callback",
    ":/callback",
    ";/callback",
    "/callback%2500",
];

/// Addresses that have nothing to do with the first registered one.
const OTHERS: &[&str] = &[
    "http://127.0.0.1:0/callback",
    "http://127.0.0.1:65536/callback",
    "http://127.0.0.1:99999999/callback",
    "http://127.0.0.1:080/callback",
    "http://127.0.0.1:/callback",
    "http://127.0.0.1:-1/callback",
    "http://127.0.0.1:+8/callback",
    "http://127.0.0.1:8 /callback",
    "http://127.0.0.1:8%2fcallback",
    "http://127.0.0.1:80@evil.example/callback",
    "http://127.0.0.1@evil.example/callback",
    "http://127.0.0.1.evil.example/callback",
    "http://127.0.0.1:8.evil.example/callback",
    "http://127.0.0.1:8\\@evil.example/callback",
    "http://127.0.0.1:8#@evil.example/callback",
    "http://127.0.0.1:8?@evil.example/callback",
    "http://127.0.0.1:8/callback/",
    "http://127.0.0.1:8/callback?x",
    "http://127.0.0.1:8/callback#x",
    "http://127.0.0.1:8/Callback",
    "http://127.0.0.1:8/../callback",
    "http://127.0.0.1:8",
    "http://127.0.0.1:8/",
    "http://127.0.0.2/callback",
    "http://127.1/callback",
    "http://2130706433/callback",
    "http://0x7f.0.0.1/callback",
    "http://0177.0.0.1/callback",
    "http://127.000.000.001/callback",
    "http://0.0.0.0/callback",
    "http://localhost/callback",
    "http://localhost:8/callback",
    "http://[::1]/callback",
    "http://[::1]:8/callback",
    "http://[::ffff:127.0.0.1]/callback",
    "http://mia@127.0.0.1/callback",
    "https://127.0.0.1/callback",
    "https://127.0.0.1:8/callback",
    "HTTP://127.0.0.1/callback",
    "http:/127.0.0.1/callback",
    "http://127.0.0.1:\u{661}/callback",
    "com.example.app:/callback/",
    "com.example.app:callback",
    "com.example.app://callback",
    "com.example.app:///callback",
    "COM.example.app:/callback",
    "com.example.app.evil:/callback",
    "com.example.app:/callback?x",
    "com.example.app:/callback#x",
    "com.example.app:/evil",
    "com.example.app:/../callback",
    "com.example.appx:/callback",
    "com-example-app:/callback",
    "*",
    "null",
    "about:blank",
    "urn:ietf:wg:oauth:2.0:oob",
    "callback",
    "/callback",
    "?callback",
    "#callback",
    ".",
    "..",
];

fn tricks() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    all.extend(BEHIND.iter().map(|behind| format!("{CALLBACK}{behind}")));
    all.extend(HOSTS.iter().map(|host| format!("https://{host}/callback")));
    all.extend(SCHEMES.iter().map(|scheme| format!("{scheme}app.example/callback")));
    all.extend(PATHS.iter().map(|path| format!("https://app.example{path}")));
    all.extend(OTHERS.iter().map(|&other| other.to_owned()));
    all
}

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
