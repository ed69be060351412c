//! The administration: in and out, every page, and what each role may do.

use std::time::Duration;

use keywright::domain::person::Role;

use super::{assert_sound, crawl, enter, stock};
use crate::oauth::{Browser, PASSWORD, Shop};
use crate::support::server::json;
use crate::support::{hook, until};

const PATIENCE: Duration = Duration::from_secs(20);

pub fn key(shop: &Shop, id: i64) -> String {
    let all = json(&shop.engine, &["licence", "list"]);
    let found = all.as_array().unwrap().iter().find(|row| row["licence_id"] == id);
    found.unwrap()["key"].as_str().unwrap().to_owned()
}

#[test]
fn who_is_not_in_is_asked_and_goes_on_where_they_wanted_to() {
    for shop in Shop::both() {
        shop.person("mia@shop.example", Role::Owner);
        let browser = Browser::new(shop.address());
        let turned = browser.get("/admin/licences?status=active");
        assert_eq!(turned.status, 303);
        let to = turned.header("location").unwrap();
        assert_eq!(to, "/admin/sign-in?next=%2Fadmin%2Flicences%3Fstatus%3Dactive");
        let page = browser.get(to);
        assert_sound(to, &page);
        let wrong =
            browser.submit(&page, "/admin/sign-in", &[("email", "mia@shop.example"), ("password", "wrong")]);
        assert_eq!(wrong.status, 403);
        assert!(
            wrong.text().contains("value=\"mia@shop.example\"")
                && wrong.text().contains("Address or password are wrong")
        );
        let typed = [("email", "MIA@shop.example"), ("password", PASSWORD)];
        let entered = browser.submit(&wrong, "/admin/sign-in", &typed);
        assert_eq!(
            (entered.status, entered.header("location")),
            (303, Some("/admin/licences?status=active"))
        );
        assert_eq!(browser.get("/admin/licences?status=active").status, 200);
        assert_eq!(browser.get("/admin/sign-in").header("location"), Some("/admin"));
        let session = browser.cookie("keywright").unwrap();
        let left = browser.submit(&browser.get("/admin"), "/admin/sign-out", &[]);
        assert_eq!(left.status, 303);
        browser.keep("keywright", &session);
        assert_eq!(browser.get("/admin").status, 303, "the session is over, whoever has the cookie");
        let page = browser.get("/admin/sign-in?next=https://evil.example/");
        assert_eq!(browser.submit(&page, "/admin/sign-in", &typed).header("location"), Some("/admin"));
    }
}

#[test]
fn every_link_leads_to_a_page() {
    for shop in Shop::both() {
        stock(&shop, "mia@customer.example");
        for (email, role) in [("mia@shop.example", Role::Owner), ("ben@shop.example", Role::ReadOnly)] {
            let pages = crawl(&enter(&shop, email, role));
            for (path, page) in &pages {
                assert_sound(path, page);
            }
            for part in [
                "/admin/products/",
                "/admin/orders/",
                "/admin/customers/",
                "/admin/licences/",
                "/admin/audit/",
                "as=csv",
            ] {
                assert!(pages.iter().any(|(path, _)| path.contains(part)), "no link leads to {part}");
            }
        }
    }
}

#[test]
fn an_empty_shop_says_what_to_do() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let browser = enter(&shop, "mia@shop.example", Role::Owner);
    for (path, words) in [
        ("/admin", "/admin/begin/product"),
        ("/admin/products", "/admin/products/new"),
        ("/admin/licences", "/admin/licences/new"),
        ("/admin/orders", "/admin/orders/new"),
        ("/admin/customers", "They come with their first order"),
    ] {
        let page = browser.get(path);
        assert!(page.text().contains(words), "{path}: {}", page.text());
    }
}

#[test]
fn a_licence_is_switched_reset_and_freed() {
    for shop in Shop::both() {
        let id = stock(&shop, "mia@customer.example");
        let (at, browser) =
            (format!("/admin/licences/{id}"), enter(&shop, "mia@shop.example", Role::Support));
        let status = || browser.get(&at).text().to_owned();
        let act = |deed: &str, typed: &[(&str, &str)]| {
            let answer = browser.submit(&browser.get(&at), &format!("{at}/{deed}"), typed);
            assert_eq!(answer.status, 303, "{answer:?}");
            browser.get(answer.header("location").unwrap()).text().to_owned()
        };
        assert!(
            status().contains("An app can activate it now")
                || status().contains("No app can activate it now")
        );
        assert!(act("suspend", &[]).contains("The licence is switched off"));
        assert!(status().contains("No app can activate it now") && status().contains("suspended"));
        assert!(act("resume", &[]).contains("switched on again"));
        assert!(act("reset", &[("typed", "nonsense")]).contains("Nothing was done"));
        assert!(status().contains("activations/1/release"));
        assert!(act("activations/1/release", &[]).contains("The use is free"));
        let key = key(&shop, id);
        assert_eq!(shop.server.call(&format!("activate&key={key}")).status, 200);
        assert!(
            act("reset", &[("typed", &key[key.len() - 4..].to_lowercase())]).contains("All uses are free")
        );
        let noted =
            json(&shop.engine, &["audit", "list", "--subject", "licence", "--subject-id", &id.to_string()]);
        let noted: Vec<_> = noted
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (row["actor_kind"].as_str().unwrap(), row["action"].as_str().unwrap()))
            .collect();
        let by_person =
            ["licence.reset", "licence.activation_released", "licence.resumed", "licence.suspended"]
                .map(|action| ("person", action));
        assert_eq!(noted[..4], by_person);
    }
}

#[test]
fn a_form_that_is_not_ours_and_a_role_that_may_not_do_nothing() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let id = stock(&shop, "mia@customer.example");
    let owner = enter(&shop, "mia@shop.example", Role::Owner);
    let deeds = ["suspend", "resume", "reset", "activations/1/release"]
        .map(|deed| format!("/admin/licences/{id}/{deed}"));
    for path in deeds.iter().map(String::as_str).chain(["/admin/sign-out", "/admin/mode"]) {
        assert_eq!(owner.post(path, &[]).status, 403, "{path}");
        assert_eq!(owner.post(path, &[("token", "00")]).status, 403, "{path}");
        assert_eq!(Browser::new(shop.address()).post(path, &[]).status, 303, "{path}: nobody is in");
    }
    let mut foreign = Browser::new(shop.address());
    foreign.keep("keywright", &owner.cookie("keywright").unwrap());
    foreign.headers.push(("Sec-Fetch-Site".into(), "cross-site".into()));
    let page = owner.get(&format!("/admin/licences/{id}"));
    assert_eq!(foreign.submit(&page, &deeds[0], &[]).status, 403);
    let reader = enter(&shop, "ben@shop.example", Role::ReadOnly);
    let page = reader.get(&format!("/admin/licences/{id}"));
    assert!(deeds.iter().all(|deed| !page.text().contains(deed.as_str())), "{}", page.text());
    let token =
        page.text().split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    for path in &deeds {
        let refused = reader.post(path, &[("token", &token), ("typed", "x")]);
        assert_eq!(refused.status, 403, "{path}");
        assert!(refused.text().contains("Your role is read-only"), "{path}: {}", refused.text());
    }
    assert!(
        owner.get(&format!("/admin/licences/{id}")).text().contains("class=\"badge good\">active"),
        "nothing was done"
    );
}

#[test]
fn test_mode_shows_its_own() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let id = stock(&shop, "mia@customer.example");
    let browser = enter(&shop, "mia@shop.example", Role::Owner);
    json(&shop.engine, &["product", "create", "--title", "Trial Quill", "--test"]);
    assert!(!browser.get("/admin/products").text().contains("Trial Quill"));
    assert_eq!(browser.submit(&browser.get("/admin"), "/admin/mode", &[("mode", "test")]).status, 303);
    let page = browser.get("/admin/products");
    assert!(page.text().contains("Trial Quill") && page.text().contains("Test mode: nothing here is real"));
    assert_sound("/admin/products", &page);
    assert_eq!(browser.get(&format!("/admin/licences/{id}")).status, 404, "a live licence is not there");
    let back = browser.submit(&page, "/admin/mode", &[]);
    assert_eq!(back.status, 303);
    assert_eq!(browser.get(&format!("/admin/licences/{id}")).status, 200);
}

#[test]
fn what_a_buyer_writes_is_found() {
    for shop in Shop::both() {
        let id = stock(&shop, "mia@customer.example");
        let browser = enter(&shop, "mia@shop.example", Role::Owner);
        let key = key(&shop, id);
        let order = json(&shop.engine, &["order", "list"])[0]["id"].to_string();
        let customer = json(&shop.engine, &["customer", "list"])[0]["id"].to_string();
        let found = |asked: &str| {
            let answer = browser.get(&format!("/admin/find?{}", crate::oauth::form(&[("q", asked)])));
            answer.header("location").map(str::to_owned)
        };
        assert_eq!(found(&key.to_lowercase()), Some(format!("/admin/licences/{id}")));
        assert_eq!(found(" MIA@customer.example "), Some(format!("/admin/customers/{customer}")));
        assert_eq!(found("ben@customer.example"), Some("/admin/customers?q=ben%40customer.example".into()));
        assert_eq!(found(&format!("#{order}")), Some(format!("/admin/orders/{order}")));
        assert_eq!(found("ord-1001"), Some(format!("/admin/orders/{order}")), "as a shop calls it");
        let page = browser.get(&format!("/admin/orders/{order}"));
        assert!(page.text().contains("ORD-1001"));
        for nothing in ["99999", "ORD-1002", "ABCD-EFGH", "", "\u{1f980}"] {
            assert_eq!(found(nothing), None, "{nothing}");
        }
        let page = browser.get("/admin/find?q=ABCD");
        assert!(page.text().contains("Nothing here has this key"));
        assert_sound("/admin/find", &page);
    }
}

#[test]
fn a_list_is_narrowed_goes_on_and_is_a_file_too() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    for nth in 0..53 {
        json(&shop.engine, &["customer", "create", "--email", &format!("c{nth:02}@customer.example")]);
    }
    let browser = enter(&shop, "mia@shop.example", Role::Owner);
    let first = browser.get("/admin/customers");
    assert!(first.text().contains("c52@") && first.text().contains("c03@") && !first.text().contains("c02@"));
    let next =
        first.text().split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let second = browser.get(&crate::oauth::plain(&next));
    assert!(
        second.text().contains("c02@")
            && second.text().contains("c00@")
            && !second.text().contains("rel=\"next\"")
    );
    let narrowed = browser.get("/admin/customers?q=c1");
    assert!(
        narrowed.text().contains("c19@")
            && !narrowed.text().contains("c20@")
            && narrowed.text().contains("value=\"c1\"")
    );
    let csv = browser.get("/admin/customers?q=c1&as=csv");
    assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"customers.csv\""));
    assert_eq!(
        (csv.text().lines().count(), csv.text().lines().next()),
        (11, Some("E-mail address,Name,User name,Group,Since"))
    );
    let all = browser.get("/admin/customers?as=json").json();
    assert_eq!(
        (all.as_array().unwrap().len(), &all[52]["E-mail address"]),
        (53, &"c00@customer.example".into())
    );
}

#[test]
fn an_endpoint_is_tried_and_told_again() {
    for engine in crate::support::engines() {
        std::fs::write(engine.folder.path().join("keywright.toml"), "webhook_allow = \"127.0.0.0/8\"\n")
            .unwrap();
        let shop = Shop::open(engine);
        let (came, calls) = std::sync::mpsc::channel();
        let address = hook::open(move |mut stream| {
            if let Some(call) = hook::read(&mut stream) {
                came.send(call).unwrap();
                hook::take(&mut stream);
            }
        });
        let url = format!("http://{address}/hook");
        let made = json(&shop.engine, &["webhook", "create", "--url", &url, "--events", "product.created"]);
        let at = format!("/admin/webhooks/{}", made["id"]);
        let browser = enter(&shop, "mia@shop.example", Role::Owner);
        let tested = browser.submit(&browser.get(&at), &format!("{at}/test"), &[]);
        assert_eq!(tested.header("location"), Some(format!("{at}?done=tested").as_str()));
        let first = calls.recv_timeout(PATIENCE).unwrap();
        until("it is written down", || browser.get(&at).text().contains("badge good\">delivered"));
        let page = browser.get(&at);
        assert_sound(&at, &page);
        let again = page.text().split("action=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        let again = again.into_iter().find(|action| action.ends_with("/again")).unwrap().to_owned();
        assert_eq!(browser.submit(&page, &again, &[]).status, 303);
        assert_eq!(calls.recv_timeout(PATIENCE).unwrap().body, first.body);
        let reader = enter(&shop, "ben@shop.example", Role::ReadOnly);
        assert_eq!(reader.get(&at).status, 403, "an address may be a secret");
        assert!(!reader.get("/admin").text().contains("/admin/webhooks"));
    }
}
