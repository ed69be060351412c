//! Customers: in by a mailed code or link, and let apps see their own.

use keywright::base::seal::Master;
use keywright::domain::shop::Mode;
use serde_json::{Value, json};

use super::{Browser, CALLBACK, Shop, ask, encoded};
use crate::support::http::Answer;
use crate::support::server::{issue, product};
use crate::support::{block_on, until};

/// A shop in which mia and ben own a licence each.
pub fn open(engine: crate::support::Engine) -> (Shop, [Value; 2]) {
    let shop = Shop::open(engine);
    let id = product(&shop.engine, &[]);
    let licences = ["Mia@customer.example", "ben@customer.example"]
        .map(|email| issue(&shop.engine, id, &["--email", email]));
    (shop, licences)
}

/// Link and code of the newest letter, once there are so many.
pub fn letter(shop: &Shop, count: i64) -> Value {
    until("a letter was written", || {
        shop.count("select count(*) from mail where template = 'sign_in'") >= count
    });
    let master = std::fs::read_to_string(shop.engine.folder.path().join("master.key")).unwrap();
    let master = Master::from_hex(&master).unwrap();
    let sealed = block_on(shop.store.read(|tx| {
        tx.one("select sealed from mail where template = 'sign_in' order by id desc limit 1", &[], |row| {
            row.get::<String>(0)
        })
    }));
    serde_json::from_str(&master.open("mail", &sealed.unwrap()).unwrap()).unwrap()
}

pub fn begin(browser: &Browser, query: &str, email: &str) -> Answer {
    let page = browser.get(&format!("/oauth/authorize?{query}"));
    let asked = browser.submit(&page, "/oauth/sign-in/mail", &[("email", email)]);
    assert_eq!(asked.status, 200, "{asked:?}");
    asked
}

#[test]
fn in_by_code_and_no_more_than_ones_own_is_shown() {
    for engine in crate::support::engines() {
        let (shop, [mine, others]) = open(engine);
        let app = shop.app("read:orders read:licences read:customers");
        let query = ask(&app, "read:orders,read:licences,read:customers", &[]);
        let (browser, thief) = (Browser::new(shop.address()), Browser::new(shop.address()));
        let page = begin(&browser, &query, "mia@CUSTOMER.example");
        let code = letter(&shop, 1)["code"].as_str().unwrap().to_owned();
        assert!(code.len() == 6 && !page.text().contains(&code));

        let nobody = begin(&thief, &query, "nobody@customer.example");
        assert_eq!(
            nobody.text().len() - "nobody@customer.example".len(),
            page.text().len() - "mia@CUSTOMER.example".len()
        );
        let stolen = thief.submit(&nobody, "/oauth/sign-in/code", &[("code", &code)]);
        assert_eq!(stolen.status, 403, "the code is for the browser that began");
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let refused = browser.submit(&page, "/oauth/sign-in/code", &[("code", wrong)]);
        assert_eq!(refused.status, 403);
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        let entered = browser.submit(&refused, "/oauth/sign-in/code", &[("code", &spaced)]);
        assert_eq!(entered.status, 303, "{entered:?}");
        let again = Browser::new(shop.address());
        again.keep("keywright-begun", "x");
        let consent = browser.get(entered.header("location").unwrap());
        assert!(
            consent.text().contains("See what you bought") && consent.text().contains("Mia@customer.example")
        );
        assert!(consent.text().contains("which you may not do yourself"), "{}", consent.text());
        let code = browser.code(&query);
        let tokens = shop.redeem(&app, &code, &[]).json();
        assert_eq!(tokens["scope"], "read:orders read:licences");
        let access = tokens["access_token"].as_str().unwrap();
        let get = |target: &str| shop.api(access, target);
        for (list, own) in [("/v1/licences", &mine["licence_id"]), ("/v1/purchases", &mine["purchase_id"])] {
            let data = get(list).json()["data"].clone();
            assert_eq!((data.as_array().unwrap().len(), &data[0]["id"]), (1, own), "{list}");
            assert_eq!(get(&format!("{list}?customer={}", mine["customer_id"])).json()["data"], data);
            assert_eq!(get(&format!("{list}?customer={}", others["customer_id"])).status, 404);
        }
        let one = |noun: &str, id: &Value, more: &str| get(&format!("/v1/{noun}/{id}{more}")).status;
        for (noun, field, more) in [
            ("licences", "licence_id", ""),
            ("licences", "licence_id", "/activations"),
            ("purchases", "purchase_id", ""),
            ("purchases", "purchase_id", "/downloads"),
        ] {
            assert_eq!(
                (one(noun, &mine[field], more), one(noun, &others[field], more)),
                (200, 404),
                "{noun}{more}"
            );
        }
        assert_eq!(one("purchases", &others["purchase_id"], "/download"), 404);
        assert_eq!(get("/v1/orders").json()["error"]["code"], "vendor_only");
        assert_eq!(get("/v1/coupons").json()["error"]["code"], "vendor_only");
        assert_eq!(get("/v1/products").json()["error"]["code"], "insufficient_scope");
        let id = mine["customer_id"].to_string();
        crate::support::server::json(&shop.engine, &["customer", "erase", &id]);
        assert_eq!(get("/v1/licences").status, 401, "erased");
        assert_eq!(shop.count("select count(*) from session"), 0);
    }
}

#[test]
fn a_code_is_tried_five_times_used_once_and_ten_minutes_old_at_most() {
    for engine in crate::support::engines() {
        let (shop, _) = open(engine);
        let app = shop.app("read:licences");
        let query = ask(&app, "read:licences", &[]);
        let start = |count| {
            let browser = Browser::new(shop.address());
            let page = begin(&browser, &query, "mia@customer.example");
            let code = letter(&shop, count)["code"].as_str().unwrap().to_owned();
            (browser, page, code)
        };
        let send = |(browser, page, _): &(Browser, Answer, String), code: &str| {
            browser.submit(page, "/oauth/sign-in/code", &[("code", code)]).status
        };
        let tried = start(1);
        let wrong = if tried.2 == "123456" { "123457" } else { "123456" };
        assert!((0..5).all(|_| send(&tried, wrong) == 403));
        assert_eq!(send(&tried, &tried.2), 403, "the sixth is not looked at");
        let old = start(2);
        shop.write(|tx| tx.exec("update sign_in set created_at = created_at - 600000", &[]));
        assert_eq!(send(&old, &old.2), 403);
        let good = start(3);
        let (begun, form) =
            (good.0.cookie("keywright-begun").unwrap(), good.0.cookie("keywright-form").unwrap());
        assert_eq!(send(&good, &good.2), 303);
        assert_eq!((good.0.cookie("keywright-begun"), good.0.cookie("keywright-form")), (None, None));
        good.0.keep("keywright-begun", &begun);
        good.0.keep("keywright-form", &form);
        assert_eq!(send(&good, &good.2), 403, "once");
    }
}

#[test]
fn a_link_lets_in_by_its_button_once() {
    for engine in crate::support::engines() {
        let (shop, _) = open(engine);
        let app = shop.app("read:licences");
        let query = ask(&app, "read:licences", &[]);
        begin(&Browser::new(shop.address()), &query, "mia@customer.example");
        let link = letter(&shop, 1)["link"].as_str().unwrap().to_owned();
        let target = link.strip_prefix(&shop.issuer()).unwrap();
        let reader = Browser::new(shop.address());
        for _ in 0..3 {
            assert!(
                reader.get(target).text().contains("Sign in as Mia@customer.example"),
                "looking does nothing"
            );
        }
        let page = reader.get(target);
        let action = target.split('?').next().unwrap();
        assert_eq!(shop.count("select count(*) from session"), 0);
        let entered = reader.submit(&page, action, &[]);
        assert_eq!(entered.status, 303, "{entered:?}");
        assert!(reader.get(entered.header("location").unwrap()).text().contains("<h1>Let "));
        assert_eq!(reader.get(target).status, 410);
    }
}

#[test]
fn letters_are_bounded_and_modes_stay_apart() {
    let (shop, _) = open(crate::support::Engine::sqlite());
    let test_app = shop.app_with("read:licences", &[CALLBACK], false, Mode::Test);
    let app = shop.app("read:licences");
    let browser = Browser::new(shop.address());
    begin(&browser, &ask(&test_app, "read:licences", &[]), "mia@customer.example");
    for _ in 0..7 {
        begin(&browser, &ask(&app, "read:licences", &[]), "mia@customer.example");
    }
    letter(&shop, 5);
    let page = browser.get(&format!("/oauth/authorize?{}", ask(&app, "read:licences", &[])));
    let statuses: Vec<u16> = (0..4)
        .map(|_| browser.submit(&page, "/oauth/sign-in/mail", &[("email", "ben@customer.example")]).status)
        .collect();
    assert_eq!(statuses, [200, 200, 429, 429], "ten a minute from one address");
    until("ben has his letters", || {
        shop.count(
            "select count(*) from mail where recipient = 'ben@customer.example' and template = 'sign_in'",
        ) == 2
    });
    assert_eq!(
        shop.count(
            "select count(*) from mail where recipient = 'Mia@customer.example' and template = 'sign_in'"
        ),
        5
    );
    assert_eq!(
        shop.count("select count(*) from mail where is_test = 1"),
        0,
        "nobody of test mode has this address"
    );
    let found = json!({"mail": block_on(shop.store.read(|tx| tx.all("select about from mail", &[], |row| row.get::<String>(0)))).unwrap()});
    assert!(!found.to_string().contains("sign-in/link"), "{found}");
    assert!(!found.to_string().contains(&encoded("@")), "{found}");
}
