//! Buttons: what is sent twice by one has one effect.

use keywright::domain::person::Role;

use super::enter;
use crate::oauth::{Browser, Shop, hidden};
use crate::support::http::{self, Answer};
use crate::support::server::json;
use crate::support::{engines, hook, until};

/// Presses the button of a page that leads to `action` so often, all at once; where each leads, which is the same place.
fn press(browser: &Browser, page: &Answer, action: &str, times: usize) -> String {
    let fields = hidden(page, action);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    let body = crate::oauth::form(&fields);
    let cookie = format!("keywright={}", browser.cookie("keywright").unwrap());
    let address = browser.address();
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let send = || {
            let headers = [("Cookie", &*cookie), ("Content-Type", "application/x-www-form-urlencoded")];
            http::send(address, "POST", action, &headers, body.as_bytes())
        };
        let threads: Vec<_> = (0..times).map(|_| scope.spawn(send)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let to: Vec<&str> =
        answers.iter().map(|one| one.header("location").unwrap_or_else(|| panic!("{one:?}"))).collect();
    assert!(to.iter().all(|one| *one == to[0]), "{to:?}");
    to[0].to_owned()
}

/// The first button of a page whose address ends so.
fn button(page: &Answer, ends: &str) -> String {
    let mut actions = page.text().split("action=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    actions.find(|action| action.ends_with(ends)).unwrap_or_else(|| panic!("no {ends}: {page:?}")).to_owned()
}

#[test]
fn a_letter_goes_once() {
    for engine in engines() {
        let folder = engine.folder.path().join("letters");
        let config = format!("mail_from = \"shop@shop.example\"\nmail_folder = \"{}\"\n", folder.display());
        std::fs::write(engine.folder.path().join("keywright.toml"), config).unwrap();
        let shop = Shop::open(engine);
        let owner = enter(&shop, "mia@shop.example", Role::Owner);
        let at = "/admin/begin/mail";
        let page = owner.get(at);
        assert_eq!(press(&owner, &page, at, 4), "/admin/begin/mail?done=sent");
        assert_eq!(shop.count("select count(*) from mail where template = 'test'"), 1);
        press(&owner, &owner.get(at), at, 2);
        assert_eq!(
            shop.count("select count(*) from mail where template = 'test'"),
            2,
            "another page, another letter"
        );
        until("they are sent", || shop.count("select count(*) from mail where status = 'sent'") == 2);
        let page = owner.get("/admin/mail");
        press(&owner, &page, &button(&page, "/again"), 4);
        assert_eq!(shop.count("select count(*) from mail where template = 'test'"), 3);
    }
}

#[test]
fn an_endpoint_is_tried_once() {
    for engine in engines() {
        std::fs::write(engine.folder.path().join("keywright.toml"), "webhook_allow = \"127.0.0.0/8\"\n")
            .unwrap();
        let shop = Shop::open(engine);
        let address = hook::open(|mut stream| {
            if hook::read(&mut stream).is_some() {
                hook::take(&mut stream);
            }
        });
        let url = format!("http://{address}/hook");
        let made = json(&shop.engine, &["webhook", "create", "--url", &url, "--events", "product.created"]);
        let at = format!("/admin/webhooks/{}", made["id"]);
        let owner = enter(&shop, "mia@shop.example", Role::Owner);
        press(&owner, &owner.get(&at), &format!("{at}/test"), 4);
        assert_eq!(shop.count("select count(*) from webhook_delivery"), 1);
        let is_delivered =
            || shop.count("select count(*) from webhook_delivery where status = 'delivered'") == 1;
        until("it is delivered", is_delivered);
        let page = owner.get(&at);
        let again = button(&page, "/again");
        press(&owner, &page, &again, 4);
        until("it is delivered again", is_delivered);
        // The same form once more, when all is done: its effect was had.
        press(&owner, &page, &again, 1);
        let told = json(&shop.engine, &["audit", "list", "--action", "webhook.redelivered"]);
        assert_eq!(told.as_array().unwrap().len(), 1, "{told}");
    }
}

#[test]
fn one_more_is_one_more() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let mut ids = Vec::new();
    for title in ["Quill", "Ink"] {
        let made = ["product", "create", "--title", title, "--price", "1900", "--currency", "EUR"];
        ids.push(json(&shop.engine, &made)["id"].to_string());
    }
    let browser = Browser::new(shop.address());
    let item = |id: &str| browser.get(browser.get(&format!("/item/{id}")).header("location").unwrap());
    let quantity = |id: &str| {
        let page = browser.get("/checkout");
        let field = page.text().split(&format!("name=\"quantity.{id}\"")).nth(1).map(str::to_owned);
        field.map(|field| field.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned())
    };
    let (first, other) = (item(&ids[0]), item(&ids[1]));
    for page in [&first, &first, &other, &first] {
        assert_eq!(browser.submit(page, "/cart", &[]).status, 303);
    }
    assert_eq!((quantity(&ids[0]).as_deref(), quantity(&ids[1]).as_deref()), (Some("1"), Some("1")));
    browser.submit(&item(&ids[0]), "/cart", &[]);
    assert_eq!(quantity(&ids[0]).as_deref(), Some("2"), "another page, one more");
    browser.submit(&first, "/cart", &[]);
    assert_eq!(quantity(&ids[0]).as_deref(), Some("2"), "an old page takes nothing out");
    for (typed, kept) in [("100", "100"), ("many", "100")] {
        browser.submit(
            &browser.get("/checkout"),
            "/checkout",
            &[
                (&format!("quantity.{}", ids[0]), typed),
                (&format!("quantity.{}", ids[1]), "1"),
                ("do", "update"),
            ],
        );
        browser.submit(&item(&ids[0]), "/cart", &[]);
        assert_eq!(quantity(&ids[0]).as_deref(), Some(kept), "more than there may be are none more");
    }
}

#[test]
fn what_is_done_with_a_licence_is_done_once() {
    for shop in Shop::both() {
        let id = super::stock(&shop, "zoe@customer.example");
        let at = format!("/admin/licences/{id}");
        let owner = enter(&shop, "mia@shop.example", Role::Owner);
        let page = owner.get(&at);
        press(&owner, &page, &format!("{at}/suspend"), 3);
        assert_eq!(press(&owner, &owner.get(&at), &format!("{at}/resume"), 1), format!("{at}?done=resumed"));
        // What was pressed before is over: it does not happen once more.
        assert_eq!(press(&owner, &page, &format!("{at}/suspend"), 1), format!("{at}?done=suspended"));
        assert!(owner.get(&at).text().contains("class=\"badge good\">active"));
        // Who typed it wrong types it anew, in the same page too.
        let key = super::admin::key(&shop, id);
        let reset = format!("{at}/reset");
        for (typed, done) in [("XXXX", "retyped"), (&key[key.len() - 4..], "reset"), ("XXXX", "retyped")] {
            let answer = owner.submit(&page, &reset, &[("typed", typed)]);
            assert_eq!(answer.header("location"), Some(format!("{at}?done={done}").as_str()), "{answer:?}");
        }
    }
}
