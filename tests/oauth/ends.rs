//! What ends sessions, grants and tokens: at once, and with all that hangs on them.

use keywright::domain::oauth_app::{self, Issued};
use keywright::domain::person::{self, Person, Role};
use keywright::domain::session::{self, Holder};
use keywright::domain::shop::Shop as Site;
use keywright::domain::{oauth_grant, scope};
use keywright::store::Tx;
use keywright::values;

use super::{Shop, ask, error, grant};

type Result<T> = keywright::base::error::Result<T>;

/// Whether access token, refresh token, code and session are good.
fn stands(shop: &Shop, app: &Issued, browser: &super::Browser, held: &[String; 3]) -> [bool; 4] {
    let [access, refresh, code] = held;
    let page = browser.get(&format!("/oauth/authorize?{}", ask(app, "read:products", &[])));
    [
        shop.api(access, "/v1/products").status == 200,
        shop.refresh(app, refresh).status == 200,
        shop.redeem(app, code, &[]).status == 200,
        page.status == 200 && page.text().contains("<h1>Let "),
    ]
}

#[test]
fn a_password_a_lock_or_an_app_that_goes_ends_all_at_once() {
    type End = fn(&mut Tx<'_>, &Person, &Issued) -> Result<()>;
    let ends: [(&str, End, [bool; 4]); 5] = [
        ("nothing", |_, _, _| Ok(()), [true; 4]),
        (
            "a new password",
            |tx, person, _| person::set_password(tx, person.id, "$argon2id$x").map(|_| ()),
            [false; 4],
        ),
        ("a lock", |tx, person, _| person::disable(tx, person.id).map(|_| ()), [false; 4]),
        (
            "an app that goes",
            |tx, _, app| {
                let site = Site::live(tx)?;
                oauth_app::delete(tx, site, &app.app.client_id).map(|_| ())
            },
            [false; 4],
        ),
        (
            "grants taken back",
            |tx, _, _| {
                let site = Site::live(tx)?;
                for grant in oauth_grant::list(tx, site, None, None, 100)? {
                    oauth_grant::revoke(tx, site, grant.id)?;
                }
                Ok(())
            },
            [false, false, false, true],
        ),
    ];
    for shop in Shop::both() {
        shop.person("owner@shop.example", Role::Owner);
        for (n, (what, end, expected)) in ends.into_iter().enumerate() {
            let person = shop.person(&format!("mia{n}@shop.example"), Role::Admin);
            let browser = shop.browser_of(&person);
            let app = shop.app("read:products");
            let (access, refresh) = shop.tokens(&browser, &app, "read:products");
            let code = browser.code(&ask(&app, "read:products", &[]));
            let ended = (person.clone(), app.clone());
            shop.write(move |tx| end(tx, &ended.0, &ended.1));
            let found = stands(&shop, &app, &browser, &[access, refresh, code]);
            assert_eq!(found, expected, "{what} on {}", shop.engine.name);
        }
        // Whoever is let in again has nothing of before.
        let ended = shop.count("select count(*) from oauth_grant where ended_at is not null");
        shop.write(|tx| {
            let site = Site::live(tx)?.site_id;
            let id = person::by_email(tx, site, "mia2@shop.example")?.id;
            person::enable(tx, id)
        });
        assert_eq!(shop.count("select count(*) from oauth_grant where ended_at is not null"), ended);
    }
}

#[test]
fn a_smaller_role_narrows_what_apps_may_do() {
    for shop in Shop::both() {
        shop.person("owner@shop.example", Role::Owner);
        let mia = shop.person("mia@shop.example", Role::Owner);
        let app = shop.app("read:products webhooks");
        let (_, token) = grant(
            &shop.store,
            &app,
            &Holder::Person(mia.clone()),
            &scope::parse("read:products webhooks").unwrap(),
        );
        assert_eq!(shop.api(&token, "/v1/webhooks").status, 200);
        shop.write(move |tx| person::set_role(tx, mia.id, Role::ReadOnly));
        assert_eq!(shop.api(&token, "/v1/webhooks").json()["error"]["code"], "insufficient_scope");
        assert_eq!(shop.api(&token, "/v1/products").status, 200);
        let browser = shop.browser_of(&mia_again(&shop));
        let page = browser.get(&format!("/oauth/authorize?{}", ask(&app, "read:products,webhooks", &[])));
        assert!(page.text().contains("which you may not do yourself"), "{}", page.text());
        let code = browser.code(&ask(&app, "read:products,webhooks", &[]));
        assert_eq!(shop.redeem(&app, &code, &[]).json()["scope"], "read:products");
        let nothing = browser.get(&format!("/oauth/authorize?{}", ask(&app, "webhooks", &[])));
        assert!(!nothing.text().contains("value=\"allow\""), "{}", nothing.text());
        let forced = browser.submit(&nothing, "/oauth/authorize", &[("answer", "allow")]);
        assert_ne!(forced.status, 200);
        assert!(forced.header("location").is_none_or(|to| !to.contains("code=")), "{forced:?}");
    }
}

fn mia_again(shop: &Shop) -> Person {
    shop.write(|tx| {
        let site = Site::live(tx)?.site_id;
        person::by_email(tx, site, "mia@shop.example")
    })
}

#[test]
fn the_last_owner_stays() {
    for shop in Shop::both() {
        let mia = shop.person("mia@shop.example", Role::Owner);
        let try_ = |f: fn(&mut Tx<'_>, i64) -> Result<Person>| {
            crate::support::block_on(shop.store.write("try", move |tx| f(tx, mia.id)))
        };
        for end in [
            |tx: &mut Tx<'_>, id| person::disable(tx, id),
            |tx: &mut Tx<'_>, id| person::set_role(tx, id, Role::Admin),
        ] {
            assert_eq!(try_(end).unwrap_err().about, Some(person::LAST_OWNER));
        }
        assert!(try_(|tx, id| person::set_role(tx, id, Role::Owner)).is_ok());
        shop.person("ben@shop.example", Role::Owner);
        assert!(try_(person::disable).unwrap().disabled_at.is_some());
        let twice = person::Draft {
            email: " BEN@shop.example".into(),
            name: String::new(),
            role: Role::Support,
            password_hash: String::new(),
        };
        let again = crate::support::block_on(shop.store.write("again", move |tx| person::new(tx, 1, &twice)));
        assert_eq!(again.unwrap_err().about, Some("email_taken"));
    }
}

#[test]
fn sessions_end_when_nobody_is_there_and_in_any_case() {
    for shop in Shop::both() {
        let mia = shop.person("mia@shop.example", Role::Owner);
        let app = shop.app("read:products");
        let at = format!("/oauth/authorize?{}", ask(&app, "read:products", &[]));
        for (idle, age, expected) in [
            (0, 0, true),
            (session::PERSON_IDLE - 20_000, session::PERSON_IDLE, true),
            (session::PERSON_IDLE, session::PERSON_IDLE, false),
            (0, session::PERSON_LIFE - 20_000, true),
            (0, session::PERSON_LIFE, false),
        ] {
            let browser = shop.browser_of(&mia);
            shop.write(move |tx| {
                let now = tx.now();
                tx.exec("update session set seen_at = $1, created_at = $2", values![now - idle, now - age])
            });
            let is_in = browser.get(&at).text().contains("<h1>Let ");
            assert_eq!(is_in, expected, "{idle} {age}");
            if expected {
                assert_eq!(shop.count("select count(*) from session where seen_at < created_at"), 0);
            }
            shop.write(|tx| tx.exec("delete from session", &[]));
        }
        let browser = shop.browser_of(&mia);
        let page = browser.get(&at);
        let out = browser.submit(&page, "/oauth/sign-out", &[]);
        assert_eq!((out.status, browser.cookie("keywright")), (303, None));
        assert_eq!(shop.count("select count(*) from session"), 0);
        assert_eq!(error(&shop.refresh(&app, "kwr_x")).0, 400);
    }
}
