//! The shop over HTTP: from its first page to a licence that its buyer looks after alone.

use keywright::domain::activation;
use serde_json::Value;

use super::assert_sound;
use crate::oauth::customers::letter;
use crate::oauth::{Browser, Shop, plain};
use crate::support::block_on;
use crate::support::http::Answer;
use crate::support::server::{self, issue};

pub fn run(shop: &Shop, args: &[&str]) -> Value {
    server::json(&shop.engine, args)
}

pub fn product(shop: &Shop, title: &str, more: &[&str]) -> String {
    let fixed =
        ["product", "create", "--title", title, "--api", "on", "--price", "1900", "--currency", "EUR"];
    run(shop, &[&fixed[..], more].concat())["id"].to_string()
}

/// A product's page, after the redirects that lead there.
pub fn item(browser: &Browser, id: &str) -> Answer {
    let to = browser.get(&format!("/item/{id}")).header("location").unwrap().to_owned();
    let page = browser.get(&to);
    assert_sound(&to, &page);
    page
}

/// Signs a customer in by the code that is mailed; `letters` have been written then.
pub fn sign_in(shop: &Shop, browser: &Browser, email: &str, letters: i64) {
    let page = browser.get("/account/sign-in");
    assert_sound("/account/sign-in", &page);
    let asked = browser.submit(&page, "/account/sign-in", &[("email", email)]);
    assert_eq!(asked.status, 200, "{asked:?}");
    let code = letter(shop, letters)["code"].as_str().unwrap().to_owned();
    let entered = browser.submit(&asked, "/account/sign-in/code", &[("code", &code)]);
    assert_eq!((entered.status, entered.header("location")), (303, Some("/account")), "{entered:?}");
}

/// The one place of a page that begins so and ends before a quotation mark.
pub fn link(page: &Answer, begins: &str) -> String {
    let text = page.text();
    let rest = text.split(begins).nth(1).unwrap_or_else(|| panic!("{begins} is not in {text}"));
    plain(&format!("{begins}{}", rest.split('"').next().unwrap()))
}

#[test]
fn a_stranger_orders_and_has_their_key_when_it_is_paid() {
    for shop in Shop::both() {
        run(&shop, &["account", "set", "--name", "Pens & more", "--payment-notice", "Pay to **IBAN 1**."]);
        let id = product(&shop, "Quill", &["--tax-bp", "1900", "--description", "A *fine* pen"]);
        run(&shop, &["coupon", "create", "HALF", "--percent-bp", "5000"]);
        let browser = Browser::new(shop.address());
        let front = browser.get("/");
        assert_sound("/", &front);
        assert!(front.text().contains("A fine pen") && front.text().contains("19.00 EUR"), "{front:?}");
        let page = item(&browser, &id);
        assert!(page.text().contains("<em>fine</em>") && page.text().contains("Buy Now"), "{page:?}");
        let asked = browser.get(&link(&page, "/checkout?items="));
        assert_sound("/checkout", &asked);
        assert!(asked.text().contains("22.61 EUR"), "with tax: {asked:?}");
        let quantity = format!("quantity.{id}");
        let two =
            browser.submit(&asked, "/checkout", &[(&quantity, "2"), ("coupon", "half"), ("do", "update")]);
        assert!(two.text().contains("-19.00 EUR") && two.text().contains("22.61 EUR"), "{two:?}");
        let empty = browser.submit(&two, "/checkout", &[(&quantity, "2"), ("name", "Mia"), ("do", "buy")]);
        assert_eq!(empty.status, 400);
        assert!(
            empty.text().contains("e-mail address is missing") && empty.text().contains("value=\"Mia\""),
            "{empty:?}"
        );
        let typed =
            [(quantity.as_str(), "2"), ("coupon", "HALF"), ("email", "mia@customer.example"), ("do", "buy")];
        let placed = browser.submit(&empty, "/checkout", &typed);
        assert_eq!(placed.status, 303, "{placed:?}");
        let to = placed.header("location").unwrap().to_owned();
        let again = browser.submit(&empty, "/checkout", &typed);
        assert_eq!(again.header("location"), Some(to.as_str()), "a form that is sent twice counts once");
        let other = [(quantity.as_str(), "3"), ("email", "mia@customer.example"), ("do", "buy")];
        let changed = browser.submit(&empty, "/checkout", &other);
        assert!(
            changed.status == 409 && changed.text().contains("has ordered something already"),
            "{changed:?}"
        );
        assert_eq!(shop.count("select count(*) from sale"), 1);
        let unpaid = browser.get(&to);
        assert_sound(&to, &unpaid);
        assert!(
            unpaid.text().contains("<strong>IBAN 1</strong>") && !unpaid.text().contains("class=\"key\"")
        );
        let order = run(&shop, &["order", "list"])[0]["id"].to_string();
        run(&shop, &["order", "pay", &order]);
        let paid = browser.get(&to);
        assert_eq!(paid.text().matches("class=\"key\"").count(), 2, "{paid:?}");
        let forged = to.replace(|c: char| c.is_ascii_digit(), "1");
        assert_eq!(browser.get(&forged).status, 404, "nobody makes such an address");
    }
}

#[test]
fn test_mode_takes_the_cards_it_knows_and_nobody_else_is_let_in() {
    for shop in Shop::both() {
        let fixed = [
            "--test",
            "product",
            "create",
            "--title",
            "Draft",
            "--api",
            "on",
            "--price",
            "500",
            "--currency",
            "EUR",
        ];
        let id = run(&shop, &fixed)["id"].to_string();
        let stranger = Browser::new(shop.address());
        stranger.keep("keywright-mode", "test");
        assert!(!stranger.get("/").text().contains("Draft"), "a word lets nobody into test mode");
        let browser = super::enter(&shop, "mia@shop.example", keywright::domain::person::Role::Owner);
        browser.submit(&browser.get("/admin"), "/admin/mode", &[("mode", "test")]);
        let front = browser.get("/");
        assert!(front.text().contains("Draft") && front.text().contains("Test mode"), "{front:?}");
        let page = item(&browser, &id);
        let asked = browser.submit(&page, "/cart", &[]);
        let checkout = browser.get(asked.header("location").unwrap());
        let typed = |card| [("email", "ben@customer.example"), ("card", card), ("do", "buy")];
        let wrong = browser.submit(&checkout, "/checkout", &typed("1234"));
        assert_eq!(wrong.status, 400);
        assert!(wrong.text().contains("Test mode knows two card numbers"), "{wrong:?}");
        assert_eq!(shop.count("select count(*) from sale"), 0, "nothing is left of what did not work");
        let declined = browser.submit(&wrong, "/checkout", &typed("4000 0000 0000 0002"));
        let to = declined.header("location").unwrap().to_owned();
        let unpaid = browser.get(&to);
        assert!(unpaid.text().contains("To be paid"), "{unpaid:?}");
        let action = format!("{to}/pay");
        let no = browser.submit(&unpaid, &action, &[("card", "4000000000000002")]);
        assert!(no.status == 400 && no.text().contains("was declined"), "{no:?}");
        let yes = browser.submit(&no, &action, &[("card", "4242 4242 4242 4242")]);
        assert_eq!(yes.header("location"), Some(to.as_str()), "{yes:?}");
        assert!(browser.get(&to).text().contains("class=\"key\""));
        assert!(browser.get("/checkout").text().contains("cart is empty"));
    }
}

#[test]
fn requirements_are_told_in_the_documents_words() {
    for shop in Shop::both() {
        let [base, other, addon] = ["Base", "Other", "Add-on"].map(|title| product(&shop, title, &[]));
        run(&shop, &["product", "requires", &addon, "--products", &format!("{base},{other}")]);
        let browser = Browser::new(shop.address());
        let page = item(&browser, &addon);
        assert!(page.text().contains("Sign in to check") && !page.text().contains("Buy Now"), "{page:?}");
        issue(&shop.engine, base.parse().unwrap(), &["--email", "mia@customer.example"]);
        sign_in(&shop, &browser, "mia@customer.example", 1);
        let page = item(&browser, &addon);
        let text = page.text();
        assert_eq!(
            (text.matches("Requirement met").count(), text.matches("Requirement missing").count()),
            (1, 1)
        );
        assert!(text.contains("disabled>Prerequisites Required<") && !text.contains("Buy Now"), "{text}");
        let checkout = browser.get(&format!("/checkout?items={addon}"));
        let refused = browser.submit(&checkout, "/checkout", &[("do", "buy")]);
        assert!(
            refused.status == 400 && refused.text().contains("requires products"),
            "the order meets the same rule"
        );
        issue(&shop.engine, other.parse().unwrap(), &["--email", "mia@customer.example"]);
        assert!(item(&browser, &addon).text().contains("Buy Now"));
        issue(&shop.engine, addon.parse().unwrap(), &["--email", "mia@customer.example"]);
        assert!(item(&browser, &addon).text().contains(">Download<"));
    }
}

#[test]
fn buyers_look_after_their_licences_alone() {
    for shop in Shop::both() {
        let id = product(&shop, "Quill", &["--deactivate", "on", "--max-uses", "5"]);
        let mine = issue(&shop.engine, id.parse().unwrap(), &["--email", "mia@customer.example"]);
        let theirs = issue(&shop.engine, id.parse().unwrap(), &["--email", "ben@customer.example"]);
        let key = mine["key"].as_str().unwrap();
        let uses: Vec<String> = (0..5)
            .map(|n| {
                let target = format!("activate&key={key}&extra={{%22host%22:%22desk{n}%22}}");
                shop.server.call(&target).json()["usage_id"].to_string()
            })
            .collect();
        let browser = Browser::new(shop.address());
        assert_eq!(browser.get("/account").header("location"), Some("/account/sign-in"));
        sign_in(&shop, &browser, "mia@customer.example", 1);
        let all = browser.get("/account");
        assert_sound("/account", &all);
        assert!(all.text().contains(key) && !all.text().contains(theirs["key"].as_str().unwrap()));
        let below = link(&all, "/account/purchases/");
        let page = browser.get(&below);
        assert_sound(&below, &page);
        assert!(page.text().contains("desk4") && page.text().contains("5 of 5"), "{page:?}");
        let other = format!("/account/purchases/{}", theirs["purchase_id"]);
        for path in [other.clone(), format!("{other}/download")] {
            assert_eq!(browser.get(&path).status, 404, "{path} is somebody else's");
        }
        let stolen = browser.submit(&page, &format!("{below}/activations/{}/free", uses[0]), &[]);
        assert_eq!(stolen.status, 303, "{stolen:?}");
        let forged = browser.post(&format!("{below}/activations/{}/free", uses[1]), &[]);
        assert_eq!(forged.status, 403, "a form that is not ours");
        for nth in [1, 2] {
            let freed =
                browser.submit(&browser.get(&below), &format!("{below}/activations/{}/free", uses[nth]), &[]);
            assert_eq!(freed.status, 303);
        }
        let too_often = browser.submit(&page, &format!("{below}/activations/{}/free", uses[3]), &[]);
        assert_eq!(too_often.status, 409);
        assert!(
            too_often.text().contains("within 30 days") && too_often.text().contains("2 of 5"),
            "{too_often:?}"
        );
        assert_eq!(
            shop.server.call(&format!("check&key={key}&usage_id={}", uses[0])).json()["errorCode"],
            1301
        );
        let told = run(&shop, &["audit", "list", "--subject", "licence"]);
        let freed: Vec<&Value> = told
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["action"] == "licence.activation_released")
            .collect();
        assert!(freed.len() == 3 && freed.iter().all(|row| row["actor_kind"] == "customer"), "{told}");
        browser.submit(&all, "/account/news", &[("news", "on")]);
        assert_eq!(shop.count("select count(*) from customer where wants_news = 1"), 1);
        browser.submit(&browser.get("/account"), "/account/sign-out", &[]);
        assert_eq!(browser.get("/account").header("location"), Some("/account/sign-in"));
    }
}

#[test]
fn of_eight_that_are_freed_at_once_three_are() {
    for shop in Shop::both() {
        let id = product(&shop, "Quill", &["--deactivate", "on"]);
        let mine = issue(&shop.engine, id.parse().unwrap(), &["--email", "mia@customer.example"]);
        let key = mine["key"].as_str().unwrap();
        let uses: Vec<i64> = (0..8)
            .map(|_| shop.server.call(&format!("activate&key={key}")).json()["usage_id"].as_i64().unwrap())
            .collect();
        let licence = mine["licence_id"].as_i64().unwrap();
        let freed: usize = std::thread::scope(|scope| {
            let free = |usage_id: i64| {
                let write =
                    shop.store.write("test", move |tx| activation::release_own(tx, licence, usage_id));
                match block_on(write) {
                    Ok(()) => 1,
                    Err(e) => {
                        assert_eq!(e.about, Some(activation::TOO_OFTEN), "{e:?}");
                        0
                    }
                }
            };
            let all: Vec<_> = uses.into_iter().map(|usage_id| scope.spawn(move || free(usage_id))).collect();
            all.into_iter().map(|one| one.join().unwrap()).sum()
        });
        assert_eq!(freed, 3);
        assert_eq!(shop.count("select uses from licence"), 5);
    }
}

#[test]
fn a_download_asks_for_what_is_missing_first() {
    for shop in Shop::both() {
        let id = product(
            &shop,
            "Quill",
            &[
                "--require-install-url",
                "on",
                "--install-url-label",
                "Your site",
                "--install-url-locked",
                "on",
            ],
        );
        let file = shop.engine.folder.path().join("quill.zip");
        std::fs::write(&file, b"a fine pen").unwrap();
        let handle =
            run(&shop, &["file", "upload", file.to_str().unwrap()])["file_id"].as_str().unwrap().to_owned();
        let publish = ["release", "publish", "--product", &id, "--version", "1.0.0", "--file", &handle];
        run(&shop, &publish);
        issue(&shop.engine, id.parse().unwrap(), &["--email", "mia@customer.example"]);
        let browser = Browser::new(shop.address());
        sign_in(&shop, &browser, "mia@customer.example", 1);
        let way = link(&item(&browser, &id), "/account/purchases/");
        let asked = browser.get(&way);
        assert_sound(&way, &asked);
        assert!(asked.text().contains("Your site"), "{asked:?}");
        let below = way.strip_suffix("/download").unwrap();
        let action = format!("{below}/install-url");
        let wrong = browser.submit(&asked, &action, &[("install_url", "ftp://site.example")]);
        assert!(wrong.status == 400 && wrong.text().contains("value=\"ftp://site.example\""), "{wrong:?}");
        let given = browser.submit(&wrong, &action, &[("install_url", "https://site.example")]);
        assert_eq!(given.header("location"), Some(below), "{given:?}");
        let page = browser.get(below);
        assert!(
            page.text().contains("https://site.example") && page.text().contains("It is locked"),
            "{page:?}"
        );
        let led = browser.get(&link(&page, &format!("{way}?release=")));
        let to = led.header("location").unwrap();
        let file = browser
            .get(to.split_once("/download/").map(|(_, rest)| format!("/download/{rest}")).unwrap().as_str());
        assert_eq!((file.status, file.text()), (200, "a fine pen"), "{to}");
    }
}

#[test]
fn every_code_of_the_licence_api_has_words_for_buyers() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let page = Browser::new(shop.address()).get("/help");
    assert_sound("/help", &page);
    let faults = include_str!("../../src/web/shookout/fault.rs");
    let words = faults.split(|c: char| !c.is_ascii_digit());
    let codes: Vec<&str> = words.filter(|word| word.len() == 4 && word.starts_with('1')).collect();
    assert!(codes.contains(&"1101") && codes.contains(&"1905"), "{codes:?}");
    for code in codes {
        assert!(page.text().contains(&format!("id=\"{code}\"")), "{code}");
    }
}
