//! "Why can't this buyer activate?": at each rung that fails stands what mends it, and once it is pressed the app gets in.

use keywright::domain::person::Role;

use super::sheets::send;
use super::{assert_sound, enter};
use crate::oauth::{Browser, Shop, plain};
use crate::support::http::Answer;
use crate::support::server::json;

const YES: &str = "An app can activate it now";
const NO: &str = "No app can activate it now";

/// The part of a page that answers, the rung of this name within it.
fn rung(page: &Answer, name: &str) -> String {
    let text = plain(page.text());
    let rungs = text.split("class=\"rungs\"").nth(1).unwrap().split("</ol>").next().unwrap();
    let mark = format!("<strong>{name}</strong>");
    let found = rungs.split("<li").find(|rung| rung.contains(&mark));
    found.unwrap_or_else(|| panic!("no rung {name}: {rungs}")).to_owned()
}

/// Where the link with these words leads.
fn link(part: &str, words: &str) -> String {
    let before = part.split(&format!("\">{words}</a>")).next().filter(|before| before.len() < part.len());
    let before = before.unwrap_or_else(|| panic!("no link {words}: {part}"));
    before.rsplit("href=\"").next().unwrap().to_owned()
}

struct Stand {
    shop: Shop,
    product: String,
    licence: i64,
    purchase: String,
    key: String,
    at: String,
}

impl Stand {
    fn all() -> Vec<Self> {
        Shop::both().into_iter().map(Self::of).collect()
    }

    fn of(shop: Shop) -> Self {
        let run = |args: &[&str]| json(&shop.engine, args);
        let product = run(&["product", "create", "--title", "Quill", "--max-uses", "1"])["id"].to_string();
        let issued = run(&["licence", "issue", "--product", &product, "--email", "mia@customer.example"]);
        let licence = issued["licence_id"].as_i64().unwrap();
        let purchase = run(&["purchase", "list"])[0]["id"].to_string();
        let (key, at) = (issued["key"].as_str().unwrap().to_owned(), format!("/admin/licences/{licence}"));
        Self { shop, product, licence, purchase, key, at }
    }

    fn activates(&self) -> u16 {
        self.shop.server.call(&format!("activate&key={}", self.key)).status
    }

    /// Opens the form that a rung's link leads to, and sends it with what is changed.
    fn mend(&self, browser: &Browser, name: &str, words: &str, changed: &[(&str, &str)]) {
        let page = browser.get(&self.at);
        assert!(page.text().contains(NO), "{name} fails: {}", page.text());
        let to = link(&rung(&page, name), words);
        let sent = send(browser, &browser.get(&to), &to, changed);
        assert_eq!(sent.status, 303, "{name}: {}", sent.text());
    }
}

#[test]
fn each_rung_that_fails_has_what_mends_it() {
    for stand in Stand::all() {
        let browser = enter(&stand.shop, "mia@shop.example", Role::Owner);
        let page = || browser.get(&stand.at);
        assert_sound(&stand.at, &page());

        stand.mend(
            &browser,
            "API",
            "Switch the product's licence API on",
            &[("licence_policy.api_enabled", "on")],
        );
        assert!(page().text().contains(YES), "{}", page().text());
        assert_eq!(stand.activates(), 200);

        assert!(rung(&page(), "Free use").contains("1 of 1 taken"), "{}", page().text());
        assert_ne!(stand.activates(), 200);
        let reset = format!("{}/reset", stand.at);
        let part = rung(&page(), "Free use");
        assert!(part.contains(&format!("action=\"{reset}\"")), "{part}");
        let typed = &stand.key[stand.key.len() - 4..];
        assert_eq!(browser.submit(&page(), &reset, &[("typed", typed)]).status, 303);
        assert!(page().text().contains(YES));
        assert_eq!(stand.activates(), 200);

        // One alone is freed in the list of them, which holds this licence's own.
        let to = link(&rung(&page(), "Free use"), "Free one use");
        assert_eq!(to, format!("/admin/activations?licence={}&state=in_use", stand.licence));
        let list = browser.get(&to);
        assert_eq!(list.text().matches("name=\"row.").count(), 1, "the one that was freed is not there");
        stand.mend(&browser, "Free use", "Allow more activations", &[("max_uses", "2")]);
        assert_eq!(stand.activates(), 200);
        stand.mend(&browser, "Free use", "Allow more activations", &[("max_uses", "-1")]);

        json(&stand.shop.engine, &["licence", "suspend", &stand.key]);
        let part = rung(&page(), "Active");
        assert!(part.contains("suspended") && !part.contains("Make the purchase active again"), "{part}");
        assert!(part.contains("Switch it on"), "{part}");
        assert_eq!(browser.submit(&page(), &format!("{}/resume", stand.at), &[]).status, 303);
        assert!(page().text().contains(YES));

        json(&stand.shop.engine, &["purchase", "change", &stand.purchase, "--status", "cancelled"]);
        stand.mend(&browser, "Active", "Make the purchase active again", &[("status", "active")]);
        assert!(page().text().contains(YES), "{}", page().text());

        json(&stand.shop.engine, &["purchase", "change", &stand.purchase, "--expires", "2001-02-03"]);
        stand.mend(&browser, "Term", "Give it a later end", &[("expires_at", "")]);
        assert!(page().text().contains(YES), "{}", page().text());
        assert_eq!(stand.activates(), 200);
    }
}

#[test]
fn what_an_app_sends_is_asked_about() {
    for stand in Stand::all() {
        let set = ["product", "set", &stand.product, "--api", "on", "--check-ip", "on", "--max-uses", "9"];
        json(&stand.shop.engine, &set);
        stand.shop.write(|tx| {
            tx.exec("update licence set identifier_mode = 'email', max_uses = 9", &[]).map(|_| ())
        });
        let browser = enter(&stand.shop, "mia@shop.example", Role::Support);
        let page = browser.get(&stand.at);
        assert!(page.text().contains(YES), "nothing asked: the right identifier, {}", page.text());
        assert!(page.text().contains("name=\"identifier\"") && page.text().contains("name=\"ip\""));
        let asked = browser.get(&format!("{}?identifier=ben%40customer.example", stand.at));
        assert!(asked.text().contains(NO) && asked.text().contains("value=\"ben@customer.example\""));
        let to = link(&rung(&asked, "Identifier"), "Change the customer");
        assert_eq!(send(&browser, &browser.get(&to), &to, &[("email", "ben@customer.example")]).status, 303);
        let asked = browser.get(&format!("{}?identifier=ben%40customer.example", stand.at));
        assert!(asked.text().contains(YES), "{}", asked.text());

        let taken =
            stand.shop.server.call(&format!("activate&key={}&identifier=ben@customer.example", stand.key));
        assert_eq!(taken.status, 200, "{taken:?}");
        let asked = browser.get(&format!("{}?ip=203.0.113.9", stand.at));
        let part = rung(&asked, "Address");
        assert!(part.contains("class=\"no\"") && part.contains("given was 203.0.113.9"), "{part}");
        // Support may free a use, and not change the product.
        assert!(part.contains("Switch the product's IP enforcement off: your role may not"), "{part}");
        assert!(!part.contains(&format!("/admin/products/{}/edit", stand.product)), "{part}");
        let list = link(&part, "Free one use");
        assert_eq!(browser.get(&list).text().matches("name=\"row.").count(), 1);
        for typed in ["here", "999.1.1.1", "%3Cscript%3E"] {
            let wrong = browser.get(&format!("{}?ip={typed}", stand.at));
            assert_sound(&stand.at, &wrong);
            assert!(wrong.text().contains("That is no IP address"), "{typed}");
        }
        let owner = enter(&stand.shop, "zoe@shop.example", Role::Owner);
        let asked = owner.get(&format!("{}?ip=203.0.113.9", stand.at));
        let to = link(&rung(&asked, "Address"), "Switch the product's IP enforcement off");
        let off = [("licence_policy.check_ip", "false")];
        assert_eq!(send(&owner, &owner.get(&to), &to, &off).status, 303);
        let asked = owner.get(&format!("{}?ip=203.0.113.9", stand.at));
        assert!(!rung(&asked, "Address").contains("class=\"no\""), "{}", asked.text());
    }
}

#[test]
fn who_may_only_look_reads_words() {
    let stand = Stand::of(Shop::open(crate::support::Engine::sqlite()));
    json(&stand.shop.engine, &["licence", "suspend", &stand.key]);
    let browser = enter(&stand.shop, "ben@shop.example", Role::ReadOnly);
    let page = browser.get(&stand.at);
    assert_sound(&stand.at, &page);
    for (name, words) in [("API", "Switch the product's licence API on"), ("Active", "Switch it on")] {
        let part = rung(&page, name);
        assert!(part.contains(&format!("{words}: your role may not")), "{part}");
        assert!(!part.contains("<form") && !part.contains("<a "), "{part}");
    }
    assert!(!plain(page.text()).contains("keywright licence"), "no page names a command: {}", page.text());
}

#[test]
fn what_a_buyer_writes_leads_there_in_one_click() {
    for shop in Shop::both() {
        let id = super::stock(&shop, "mia@customer.example");
        let browser = enter(&shop, "mia@shop.example", Role::Support);
        let order = json(&shop.engine, &["order", "list"])[0]["id"].to_string();
        let customer = json(&shop.engine, &["customer", "list"])[0]["id"].to_string();
        let bought = shop.count("select max(id) from licence");
        assert_ne!(bought, id);
        for (at, licence) in [
            (format!("/admin/customers/{customer}"), id),
            (format!("/admin/orders/{order}"), bought),
            ("/admin/activations?ip=127.0.0.1".to_owned(), id),
        ] {
            let page = browser.get(&at);
            assert!(
                page.text().contains(&format!("href=\"/admin/licences/{licence}\"")),
                "{at}: {}",
                page.text()
            );
        }
        assert!(browser.get(&format!("/admin/licences/{bought}")).text().contains(YES));
    }
}
