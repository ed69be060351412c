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
fn switch_on(browser: &Browser) -> (Secret, Vec<String>) {
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
fn age(shop: &Shop, minutes: i64) {
    shop.write(move |tx| {
        let by = minutes * 60 * SECOND;
        tx.exec("update session set created_at = created_at - $1", keywright::values![by]).map(|_| ())
    });
}

fn noted(shop: &Shop) -> Vec<String> {
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
        let answered = owner.submit(&owner.get(&at), &format!("{at}/reset-2fa"), &[]);
        assert_eq!(answered.status, 303, "{answered:?}");
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

#[test]
fn who_gets_in_is_said_after_a_fresh_sign_in() {
    for shop in Shop::both() {
        let owner = enter(&shop, OWNER, Role::Owner);
        let form = owner.get("/admin/team/new");
        age(&shop, 16);
        for path in [
            "/admin/team/new",
            "/admin/api-keys/new",
            "/admin/webhooks/new",
            "/admin/oauth-apps/new",
            "/admin/account/second-factor",
        ] {
            let to = format!("/admin/sign-in?again=1&next={}", path.replace('/', "%2F").replace('-', "%2D"));
            assert_eq!(owner.get(path).header("location"), Some(to.as_str()), "{path}");
        }
        assert_eq!(owner.get("/admin/team").status, 200, "looking is free");
        let typed = [("email", OTHER), ("name", "Ben"), ("role", "support")];
        assert_eq!(owner.submit(&form, "/admin/team/new", &typed).status, 200, "what was typed is not lost");
        age(&shop, 15);
        let late = owner.submit(&form, "/admin/team/new", &typed);
        let to = late.header("location").unwrap().to_owned();
        assert!(to.starts_with("/admin/sign-in?again=1"), "{late:?}");

        let old = owner.cookie("keywright").unwrap();
        let page = owner.get("/admin/sign-in?again=1&next=/admin/team/new");
        assert_sound("/admin/sign-in", &page);
        assert!(page.text().contains(OWNER) && page.text().contains("once more"), "{page:?}");
        let wrong = owner.submit(&page, "/admin/sign-in", &[("password", "correct horse batterz")]);
        assert!(wrong.status == 403 && wrong.text().contains("once more"), "{wrong:?}");
        // Who they are is not for the form to say.
        let typed = [("password", PASSWORD), ("email", OTHER)];
        let entered = owner.submit(&page, "/admin/sign-in", &typed);
        assert_eq!(
            (entered.status, entered.header("location")),
            (303, Some("/admin/team/new")),
            "{entered:?}"
        );
        assert_eq!(owner.get("/admin/team/new").status, 200);
        let other = Browser::new(shop.address());
        other.keep("keywright", &old);
        assert_eq!(other.get("/admin").status, 303, "the old session is over");
        assert_eq!(other.get("/admin/sign-in?again=1").status, 200, "nobody is in: a sign-in like any other");
    }
}

#[test]
fn owners_say_who_else_may() {
    for shop in Shop::both() {
        let owner = enter(&shop, OWNER, Role::Owner);
        let page = owner.get("/admin/team/new");
        assert_sound("/admin/team/new", &page);
        let typed = [("email", "eva@shop.example"), ("name", "Eva <i>"), ("role", "read_only")];
        let told = owner.submit(&page, "/admin/team/new", &typed);
        assert_eq!(told.status, 200, "{told:?}");
        let password = codes(&told)[0].clone();
        let twice = owner.submit(&page, "/admin/team/new", &typed);
        let at = twice.header("location").unwrap().split('?').next().unwrap().to_owned();
        let there = owner.get(twice.header("location").unwrap());
        assert!(there.text().contains("sent twice") && !there.text().contains(&password), "{there:?}");
        assert_sound(&at, &there);
        assert_eq!(shop.count("select count(*) from person"), 2);
        let answered = owner.submit(&owner.get("/admin/team/new"), "/admin/team/new", &typed);
        assert!(
            answered.status == 400 && answered.text().contains("is somebody here already"),
            "{answered:?}"
        );

        let eva = Browser::new(shop.address());
        let sign_in = |browser: &Browser, password: &str| {
            let page = browser.get("/admin/sign-in");
            let typed = [("email", "eva@shop.example"), ("password", password)];
            browser.submit(&page, "/admin/sign-in", &typed).status
        };
        assert_eq!(sign_in(&eva, &password), 303);
        for path in ["/admin/team", "/admin/team/new", &at, &format!("{at}/role"), &format!("{at}/password")]
        {
            assert_eq!(eva.get(path).status, 403, "{path}");
        }
        let token = hidden(&eva.get("/admin/account"), "/admin/sign-out");
        let token: Vec<(&str, &str)> = token.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        for path in
            ["/admin/team/new", &format!("{at}/role"), &format!("{at}/password"), &format!("{at}/disable")]
        {
            assert_eq!(eva.post(path, &token).status, 403, "{path}");
            assert_eq!(owner.post(path, &[]).status, 403, "{path}: the form is not ours");
        }
        assert!(!eva.get("/admin/account").text().contains("/admin/team"));

        let role = format!("{at}/role");
        assert_eq!(owner.submit(&owner.get(&role), &role, &[("role", "admin")]).status, 303);
        assert!(eva.get("/admin/account").text().contains("administrator"), "at once");
        assert_eq!(eva.get("/admin/team").status, 403, "an administrator says not who gets in");
        let stale = owner.get(&role);
        owner.submit(&owner.get(&role), &role, &[("role", "support")]);
        assert_eq!(owner.submit(&stale, &role, &[("role", "owner")]).status, 412);

        let disable = |typed: &str| {
            let path = format!("{at}/disable");
            owner.submit(&owner.get(&at), &path, &[("typed", typed)]).header("location").unwrap().to_owned()
        };
        assert!(disable("eva").ends_with("done=retyped"));
        assert_eq!(eva.get("/admin/account").status, 200);
        assert!(disable("eva@shop.example").ends_with("done=saved"));
        assert_eq!((eva.get("/admin/account").status, sign_in(&eva, &password)), (303, 403));
        owner.submit(&owner.get(&at), &format!("{at}/enable"), &[]);
        assert_eq!(sign_in(&eva, &password), 303);
        let new = format!("{at}/password");
        let told = owner.submit(&owner.get(&new), &new, &[]);
        let fresh = codes(&told)[0].clone();
        assert_eq!((told.status, eva.get("/admin/account").status), (200, 303));
        assert_eq!((sign_in(&eva, &password), sign_in(&eva, &fresh)), (403, 303));
        let said = json(&shop.engine, &["audit", "list", "--limit", "1000"]).to_string() + &shop.server.log();
        assert!(!said.contains(&password) && !said.contains(&fresh));
        assert_eq!(shop.count("select count(*) from idempotency where body like '%password%'"), 0);

        let me = shop.count("select id from person where email = 'mia@shop.example'");
        let mine = format!("/admin/team/{me}/role");
        let last = owner.submit(&owner.get(&mine), &mine, &[("role", "admin")]);
        assert!(last.status == 400 && last.text().contains("last owner"), "{last:?}");
        let path = format!("/admin/team/{me}/disable");
        let last = owner.submit(&owner.get(&format!("/admin/team/{me}")), &path, &[("typed", OWNER)]);
        assert!(last.status == 400 && last.text().contains("last owner"), "{last:?}");
        assert_eq!(owner.get("/admin/team/999999").status, 404);
    }
}

#[test]
fn browsers_are_listed_and_signed_out() {
    for shop in Shop::both() {
        let here = enter(&shop, OWNER, Role::Owner);
        let sign_in = || {
            let browser = Browser::new(shop.address());
            let page = browser.get("/admin/sign-in");
            browser.submit(&page, "/admin/sign-in", &[("email", OWNER), ("password", PASSWORD)]);
            browser
        };
        let (there, elsewhere) = (sign_in(), sign_in());
        let ben = enter(&shop, OTHER, Role::ReadOnly);
        let page = here.get("/admin/account");
        assert_sound("/admin/account", &page);
        let text = page.text();
        assert_eq!((text.matches("this one").count(), text.matches("another one").count()), (1, 2), "{text}");
        assert_eq!(text.matches("127.0.0.1").count(), 3, "{text}");
        let out: Vec<String> = text
            .split("action=\"")
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .filter(|action| action.contains("/browsers/"))
            .collect();
        assert_eq!(out.len(), 2);
        // Nobody signs somebody else out.
        let token = hidden(&ben.get("/admin/account"), "/admin/sign-out");
        let fields: Vec<(&str, &str)> = token.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        ben.post(&out[0], &fields);
        assert_eq!([&there, &elsewhere].map(|browser| browser.get("/admin").status), [200, 200]);
        // The newest stands first.
        assert_eq!(here.submit(&page, &out[0], &[]).status, 303);
        assert_eq!([&there, &elsewhere].map(|browser| browser.get("/admin").status), [200, 303]);
        let others = "/admin/account/sign-out-others";
        assert_eq!(here.post(others, &[]).status, 403);
        assert_eq!(here.submit(&here.get("/admin/account"), others, &[]).status, 303);
        assert_eq!([&there, &here, &ben].map(|browser| browser.get("/admin").status), [303, 200, 200]);
        assert_eq!(noted(&shop).iter().filter(|word| *word == "person.signed_out").count(), 2);
    }
}

#[test]
fn a_password_is_changed_by_who_knows_it() {
    for shop in Shop::both() {
        let here = enter(&shop, OTHER, Role::ReadOnly);
        let there = Browser::new(shop.address());
        let page = there.get("/admin/sign-in");
        there.submit(&page, "/admin/sign-in", &[("email", OTHER), ("password", PASSWORD)]);
        let at = "/admin/account/password";
        let page = here.get(at);
        assert_sound(at, &page);
        let send = |old: &str, new: &str| here.submit(&page, at, &[("old", old), ("password", new)]);
        let wrong = send("correct horse batterz", "another horse battery");
        assert!(wrong.status == 400 && wrong.text().contains("It is another one"), "{wrong:?}");
        let short = send(PASSWORD, "too short");
        assert!(short.status == 400 && short.text().contains("shorter than 12"), "{short:?}");
        assert!(!short.text().contains(PASSWORD) && !short.text().contains("too short\""));
        assert_eq!(there.get("/admin").status, 200);
        let old = here.cookie("keywright").unwrap();
        assert_eq!(send(PASSWORD, "another horse battery").status, 303);
        assert_eq!([&here, &there].map(|browser| browser.get("/admin").status), [200, 303]);
        assert_ne!(here.cookie("keywright").unwrap(), old, "a new session");
        let page = there.get("/admin/sign-in");
        let status = |password| {
            there.submit(&page, "/admin/sign-in", &[("email", OTHER), ("password", password)]).status
        };
        assert_eq!((status(PASSWORD), status("another horse battery")), (403, 303));
    }
}
