//! Those who run the shop: who lets whom in, what asks for a fresh sign-in, and where they are signed in.

use keywright::domain::person::Role;

use super::people::{age, codes, noted};
use super::{assert_sound, enter};
use crate::oauth::{Browser, PASSWORD, Shop, hidden};
use crate::support::server::json;

const OWNER: &str = "mia@shop.example";
const OTHER: &str = "ben@shop.example";

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
        let text = late.text();
        assert!(late.status == 403 && text.contains("/admin/sign-in?again=1&amp;next="), "{late:?}");
        assert!(
            text.contains("<dd>ben@shop.example</dd>") && !text.contains("<form"),
            "not even then: {late:?}"
        );

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
