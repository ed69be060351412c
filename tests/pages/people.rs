//! Those who run the shop: who lets whom in, how they sign in with a second factor, and where they are signed in.

use keywright::base::time::{Clock, SECOND};
use keywright::base::totp::Secret;
use keywright::domain::person::Role;

use super::{assert_sound, enter};
use crate::oauth::{Browser, PASSWORD, Shop, ask, form, hidden, plain};
use crate::support::engines;
use crate::support::http::{self, Answer};
use crate::support::server::{Server, json};

const STEP: i64 = 30 * SECOND;
const OWNER: &str = "mia@shop.example";
const OTHER: &str = "ben@shop.example";

/// The code that a phone shows, so many steps from now.
fn code(secret: &Secret, steps: i64) -> String {
    secret.shown(Clock::System.now() + steps * STEP)
}

/// What stands in the elements `<code>` of a page.
pub fn codes(page: &Answer) -> Vec<String> {
    let text = page.text();
    text.split("<code>").skip(1).map(|rest| plain(rest.split("</code>").next().unwrap())).collect()
}

/// Switches the second factor on; the secret, and the recovery codes.
pub fn switch_on(browser: &Browser) -> (Secret, Vec<String>) {
    let (secret, recovery, _) = switch_on_with(browser);
    (secret, recovery)
}

/// As [`switch_on`], with the code that was used for it.
fn switch_on_with(browser: &Browser) -> (Secret, Vec<String>, String) {
    let at = "/admin/account/second-factor";
    let page = browser.get(at);
    assert_sound(at, &page);
    let text = codes(&page)[0].replace(' ', "");
    let secret = Secret::read(&text).unwrap();
    let wrong = browser.submit(&page, at, &[("code", &code(&secret, -3))]);
    assert_eq!(wrong.status, 400, "{wrong:?}");
    assert_eq!(codes(&wrong), codes(&page), "the phone has it already");
    let used = code(&secret, 0);
    let told = browser.submit(&wrong, at, &[("code", &used)]);
    assert_eq!(told.status, 200, "{told:?}");
    let recovery: Vec<String> = codes(&told)[0].split(' ').map(str::to_owned).collect();
    assert_eq!(recovery.len(), 10, "{recovery:?}");
    (secret, recovery, used)
}

/// A browser in which the password was right, on the page that asks for the code.
fn at_code(shop: &Shop, email: &str) -> (Browser, Answer) {
    let browser = Browser::new(shop.address());
    let page = browser.get("/admin/sign-in?next=/admin/orders");
    let typed = [("email", email), ("password", PASSWORD)];
    let entered = browser.submit(&page, "/admin/sign-in", &typed);
    let to = entered.header("location").unwrap_or_default().to_owned();
    assert_eq!(
        (entered.status, to.as_str()),
        (303, "/admin/sign-in/code?next=%2Fadmin%2Forders"),
        "{entered:?}"
    );
    assert_eq!(browser.cookie("keywright"), None, "nobody is in yet");
    let page = browser.get(&to);
    assert_sound(&to, &page);
    (browser, page)
}

fn send(browser: &Browser, page: &Answer, code: &str) -> u16 {
    browser.submit(page, "/admin/sign-in/code", &[("code", code)]).status
}

/// As if it had been so long.
pub fn age(shop: &Shop, minutes: i64) {
    shop.write(move |tx| {
        let by = minutes * 60 * SECOND;
        tx.exec("update session set created_at = created_at - $1", keywright::values![by]).map(|_| ())
    });
}

pub fn noted(shop: &Shop) -> Vec<String> {
    let all = json(&shop.engine, &["audit", "list", "--subject", "person", "--limit", "1000"]);
    all.as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_second_factor_is_asked_for_and_each_code_counts_once() {
    for shop in Shop::both() {
        let owner = enter(&shop, OWNER, Role::Owner);
        let (secret, recovery, used) = switch_on_with(&owner);
        let account = owner.get("/admin/account");
        assert!(account.text().contains("second-factor/off"), "{account:?}");
        assert!(!account.text().contains(&recovery[0]) && !account.text().contains(&secret.text()));
        let clear = secret.text();
        let kept = shop.write(|tx| {
            let sealed = tx.one("select totp_sealed from person where totp_at is not null", &[], |row| {
                row.get::<String>(0)
            })?;
            let macs = tx.all("select code_mac from recovery_code", &[], |row| row.get::<String>(0))?;
            Ok(sealed + &macs.concat())
        });
        assert!(!kept.contains(&clear) && recovery.iter().all(|code| !kept.contains(&code.replace('-', ""))));

        let (browser, page) = at_code(&shop, OWNER);
        let wrong = [
            (used, "used when it was switched on"),
            (code(&secret, -3), "old"),
            (code(&secret, 3), "not yet"),
        ];
        for (wrong, why) in wrong {
            assert_eq!(send(&browser, &page, &wrong), 403, "{why}");
        }
        // The phone's clock is half a minute fast.
        let fast = code(&secret, 1);
        let entered = browser.submit(&page, "/admin/sign-in/code", &[("code", &fast)]);
        assert_eq!((entered.status, entered.header("location")), (303, Some("/admin/orders")), "{entered:?}");
        assert_eq!(browser.get("/admin/account").status, 200);
        let again = browser.submit(&page, "/admin/sign-in/code", &[("code", &fast)]);
        assert_eq!(again.status, 403, "the sign-in is over: {again:?}");

        let (browser, page) = at_code(&shop, OWNER);
        assert_eq!(send(&browser, &page, &fast), 403, "a code twice");
        let spoken = recovery[0].to_uppercase().replace('-', " ");
        assert_eq!(send(&browser, &page, &spoken), 303);
        assert!(browser.get("/admin/account").text().contains("<dd>9</dd>"));
        let (browser, page) = at_code(&shop, OWNER);
        assert_eq!(send(&browser, &page, &recovery[0]), 403, "a recovery code twice");

        // A password that is wrong tells nothing of it.
        shop.person(OTHER, Role::Support);
        let told = [OWNER, OTHER, "nobody@shop.example"].map(|email| {
            let browser = Browser::new(shop.address());
            let page = browser.get("/admin/sign-in");
            let typed = [("email", email), ("password", "correct horse batterz")];
            let answer = browser.submit(&page, "/admin/sign-in", &typed);
            (
                answer.status,
                answer.text().contains("Address or password are wrong"),
                browser.cookie("keywright-step"),
            )
        });
        assert_eq!(told, [(); 3].map(|()| (403, true, None)));
        let words = noted(&shop);
        for word in ["person.second_factor_on", "person.recovery_codes_made", "person.recovery_code_used"] {
            assert_eq!(words.iter().filter(|known| *known == word).count(), 1, "{word}: {words:?}");
        }
        let all = json(&shop.engine, &["audit", "list", "--limit", "1000"]).to_string() + &shop.server.log();
        assert!(!all.contains(&clear) && recovery.iter().all(|code| !all.contains(code)), "{all}");
    }
}

#[test]
fn one_code_lets_one_browser_in() {
    for engine in engines() {
        let server = Server::start(&engine, &["--trusted-proxies", "127.0.0.1/32"]);
        let shop = Shop { store: engine.system_store(), server, engine };
        let (secret, _) = switch_on(&enter(&shop, OWNER, Role::Owner));
        let all: Vec<_> = (0..8)
            .map(|nth| {
                let (browser, page) = at_code(&shop, OWNER);
                let cookies = ["keywright-form", "keywright-step"]
                    .map(|name| format!("{name}={}", browser.cookie(name).unwrap()))
                    .join("; ");
                (hidden(&page, "/admin/sign-in/code"), cookies, format!("192.0.2.{nth}"))
            })
            .collect();
        let code = code(&secret, 1);
        let mut statuses: Vec<u16> = std::thread::scope(|scope| {
            let threads: Vec<_> = all
                .iter()
                .map(|(hidden, cookies, from)| {
                    let (code, address) = (code.as_str(), shop.address());
                    scope.spawn(move || {
                        let mut fields: Vec<(&str, &str)> =
                            hidden.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
                        fields.push(("code", code));
                        let headers = [
                            ("Cookie", cookies.as_str()),
                            ("X-Forwarded-For", from.as_str()),
                            ("Content-Type", "application/x-www-form-urlencoded"),
                        ];
                        http::send(address, "POST", "/admin/sign-in/code", &headers, form(&fields).as_bytes())
                            .status
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 403, 403, 403, 403, 403, 403, 403], "{}", shop.engine.name);
        assert_eq!(shop.count("select count(*) from session"), 2, "with the one it was switched on in");
    }
}

#[test]
fn wrong_codes_are_slow_and_the_step_is_over_after_some() {
    let engine = crate::support::Engine::sqlite();
    let server = Server::start(&engine, &["--trusted-proxies", "127.0.0.1/32"]);
    let shop = Shop { store: engine.system_store(), server, engine };
    let (secret, recovery) = switch_on(&enter(&shop, OWNER, Role::Owner));
    let (browser, page) = at_code(&shop, OWNER);
    let tried: Vec<u16> = (0..6).map(|_| send(&browser, &page, "wrong")).collect();
    assert_eq!(tried, [403, 403, 403, 403, 403, 403]);
    assert_eq!(browser.get("/admin/sign-in/code").status, 303, "it begins anew");
    // From here no code is looked at for a while, from elsewhere one is.
    let (mut browser, page) = at_code(&shop, OWNER);
    assert_eq!(send(&browser, &page, &code(&secret, 1)), 429);
    browser.headers.push(("X-Forwarded-For".into(), "192.0.2.1".into()));
    assert_eq!(send(&browser, &page, &code(&secret, 1)), 303);
    // Whoever has the password and many addresses does not guess the six digits either.
    shop.write(|tx| tx.exec("update person set totp_step = 0", &[]).map(|_| ()));
    shop.write(|tx| tx.exec("update second_step set tries = 40 where used_at is not null", &[]).map(|_| ()));
    let (mut browser, page) = at_code(&shop, OWNER);
    browser.headers.push(("X-Forwarded-For".into(), "192.0.2.2".into()));
    assert_eq!(send(&browser, &page, &code(&secret, 0)), 403);
    assert_eq!(send(&browser, &page, &recovery[3]), 303, "who has the codes comes in all the same");
    // From where the owner signed in before, the phone is enough.
    let (mut browser, page) = at_code(&shop, OWNER);
    browser.headers.push(("X-Forwarded-For".into(), "192.0.2.1".into()));
    assert_eq!(send(&browser, &page, "000000"), 403);
    assert_eq!(send(&browser, &page, &code(&secret, 0)), 303);
}

#[test]
fn the_step_is_its_browsers_and_its_time() {
    for shop in Shop::both() {
        let (secret, recovery) = switch_on(&enter(&shop, OWNER, Role::Owner));
        let (browser, page) = at_code(&shop, OWNER);
        let other = Browser::new(shop.address());
        other.get("/admin/sign-in");
        other.keep("keywright-form", &browser.cookie("keywright-form").unwrap());
        assert_eq!(send(&other, &page, &code(&secret, 1)), 403, "it holds nothing of the sign-in");
        other.keep("keywright-step", &browser.cookie("keywright-step").unwrap());
        other.keep("keywright-form", "another");
        assert_eq!(send(&other, &page, &code(&secret, 1)), 403, "the form is another browser's");
        shop.write(|tx| tx.exec("update second_step set created_at = created_at - 300000", &[]).map(|_| ()));
        assert_eq!(send(&browser, &page, &recovery[0]), 403, "too late");
        // A new password ends what is under way.
        let (browser, page) = at_code(&shop, OWNER);
        json(&shop.engine, &["admin", "reset-password", OWNER]);
        assert_eq!(send(&browser, &page, &recovery[0]), 403);
        assert_eq!(shop.count("select count(*) from session"), 0);
    }
}

#[test]
fn an_app_waits_for_the_code_too() {
    for shop in Shop::both() {
        let (secret, _) = switch_on(&enter(&shop, OWNER, Role::Owner));
        let app = shop.app("read:products");
        let query = ask(&app, "read:products", &[]);
        let browser = Browser::new(shop.address());
        let page = browser.get(&format!("/oauth/authorize?{query}"));
        let entered = browser.submit(&page, "/oauth/sign-in", &[("email", OWNER), ("password", PASSWORD)]);
        assert_eq!((entered.status, browser.cookie("keywright")), (303, None), "{entered:?}");
        let page = browser.get(entered.header("location").unwrap());
        let entered = browser.submit(&page, "/admin/sign-in/code", &[("code", &code(&secret, 1))]);
        let to = entered.header("location").unwrap();
        assert!(to.starts_with("/oauth/authorize?") && to.contains(&app.app.client_id), "{entered:?}");
        assert!(!browser.code(to.split_once('?').unwrap().1).is_empty());
    }
}

#[test]
fn it_goes_off_with_a_code_and_is_taken_by_an_owner_or_on_the_server() {
    for shop in Shop::both() {
        let owner = enter(&shop, OWNER, Role::Owner);
        let ben = enter(&shop, OTHER, Role::Support);
        let (_, recovery) = switch_on(&ben);
        let off = "/admin/account/second-factor/off";
        let wrong = ben.submit(&ben.get(off), off, &[("code", "000000")]);
        assert_eq!(wrong.status, 400, "{wrong:?}");
        let made = "/admin/account/recovery-codes";
        let told = ben.submit(&ben.get(made), made, &[("code", &recovery[0])]);
        let new: Vec<String> = codes(&told)[0].split(' ').map(str::to_owned).collect();
        assert_eq!((told.status, new.len()), (200, 10), "{told:?}");
        let page = ben.get(off);
        assert_eq!(ben.submit(&page, off, &[("code", &recovery[1])]).status, 400, "of the old ones");
        assert_eq!(ben.submit(&page, off, &[("code", &new[0])]).status, 303);
        assert_eq!(shop.count("select count(*) from recovery_code"), 0);
        assert_eq!(shop.count("select count(*) from person where totp_sealed is not null"), 0);

        switch_on(&ben);
        let id = shop.count("select id from person where email = 'ben@shop.example'");
        let at = format!("/admin/team/{id}");
        let reset = format!("{at}/reset-2fa");
        let wrong = owner.submit(&owner.get(&at), &reset, &[("typed", "ben")]);
        assert!(wrong.header("location").unwrap().ends_with("done=retyped"), "{wrong:?}");
        assert_eq!(ben.get("/admin/account").status, 200, "nothing was done");
        let answered = owner.submit(&owner.get(&at), &reset, &[("typed", OTHER)]);
        assert!(answered.header("location").unwrap().ends_with("done=saved"), "{answered:?}");
        assert_eq!(ben.get("/admin/account").status, 303, "who has found the phone is out");
        let page = ben.get("/admin/sign-in");
        let typed = [("email", OTHER), ("password", PASSWORD)];
        let entered = ben.submit(&page, "/admin/sign-in", &typed);
        assert_eq!(entered.header("location"), Some("/admin"), "{entered:?}");

        switch_on(&ben);
        json(&shop.engine, &["admin", "reset-2fa", OTHER]);
        assert_eq!(ben.get("/admin/account").status, 303);
        let known = json(&shop.engine, &["admin", "list"]);
        assert!(known.as_array().unwrap().iter().all(|row| row["second_factor_at"].is_null()), "{known}");
        let words = noted(&shop);
        let count = |word: &str| words.iter().filter(|known| *known == word).count();
        assert_eq!(
            ["on", "off", "reset"].map(|end| count(&format!("person.second_factor_{end}"))),
            [3, 1, 2],
            "{words:?}"
        );
        let me = shop.count("select id from person where email = 'mia@shop.example'");
        switch_on(&owner);
        let own = owner.get(&format!("/admin/team/{me}"));
        assert!(!own.text().contains("reset-2fa"));
        let token = hidden(&own, "/admin/sign-out");
        let fields: Vec<(&str, &str)> = token.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(owner.post(&format!("/admin/team/{me}/reset-2fa"), &fields).status, 400);
    }
}
