//! How buyers come into their account by a letter: by its link, once, and nobody learns who has an account.

use super::assert_sound;
use crate::oauth::customers::{letter, open};
use crate::oauth::{Browser, Shop, hidden};
use crate::support::http::Answer;
use crate::support::{Engine, engines, until};

const MIA: &str = "mia@customer.example";

/// Asks for a letter, on the way to somewhere.
fn ask(browser: &Browser, next: &str, email: &str) -> Answer {
    let page = browser.get(&format!("/account/sign-in?next={next}"));
    browser.submit(&page, "/account/sign-in", &[("email", email)])
}

/// The link of the newest letter, within this server.
fn link(shop: &Shop, count: i64) -> String {
    let link = letter(shop, count)["link"].as_str().unwrap().to_owned();
    link.strip_prefix(&shop.issuer()).unwrap_or_else(|| panic!("{link} leads elsewhere")).to_owned()
}

fn sessions(shop: &Shop) -> i64 {
    shop.count("select count(*) from session")
}

#[test]
fn a_link_lets_its_buyer_in_by_its_button_once() {
    for engine in engines() {
        let (shop, _) = open(engine);
        assert_eq!(ask(&Browser::new(shop.address()), "/checkout", MIA).status, 200);
        let target = link(&shop, 1);
        let action = target.split('?').next().unwrap().to_owned();
        // Another browser than the one that asked, as on a phone; and a second one, which is a moment too late.
        let [reader, late] = [(); 2].map(|()| Browser::new(shop.address()));
        let pages = [&reader, &late].map(|browser| browser.get(&target));
        for page in &pages {
            assert_sound(&target, page);
            assert!(page.text().contains("Sign in as Mia@customer.example"), "{page:?}");
        }
        assert_eq!(sessions(&shop), 0, "looking does nothing");
        let forged = reader.post(&action, &[]);
        assert_eq!((forged.status, sessions(&shop)), (403, 0), "a form that is not ours: {forged:?}");
        let entered = reader.submit(&pages[0], &action, &[]);
        assert_eq!((entered.status, entered.header("location")), (303, Some("/checkout")), "{entered:?}");
        assert!(reader.get("/account").text().contains(MIA.split('@').nth(1).unwrap()));
        let again = late.submit(&pages[1], &action, &[]);
        assert!(again.status == 410 && again.text().contains("Ask for a new one"), "{again:?}");
        assert_eq!((late.get(&target).status, sessions(&shop)), (410, 1));
        assert_eq!(late.get("/account").status, 303, "nobody is in there");
    }
}

#[test]
fn links_that_are_old_or_made_up_let_nobody_in() {
    for engine in engines() {
        let (shop, _) = open(engine);
        let browser = Browser::new(shop.address());
        let asked = ask(&browser, "/account", MIA);
        let good = link(&shop, 1);
        let token = good.split('?').next().unwrap().strip_prefix("/account/sign-in/link/").unwrap();
        let page = browser.get(&good);
        let form = hidden(&page, good.split('?').next().unwrap());
        let fields: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let refused = |token: &str| {
            let action = format!("/account/sign-in/link/{token}");
            let answers = [browser.get(&action), browser.post(&action, &fields)];
            for answer in answers {
                assert!(
                    answer.status == 410 && answer.text().contains("Ask for a new one"),
                    "{token}: {answer:?}"
                );
            }
            assert_eq!((browser.cookie("keywright"), sessions(&shop)), (None, 0), "{token}");
        };
        let other_case: String = token
            .chars()
            .map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
            .collect();
        for made_up in [
            "over",
            &token[1..],
            &format!("{token}x"),
            &other_case,
            &"0".repeat(5_000),
            "%F0%9F%96%8B",
            "' or 1=1 --",
        ] {
            refused(&made_up.replace(' ', "%20"));
        }
        shop.write(|tx| tx.exec("update sign_in set created_at = created_at - 600000", &[]));
        refused(token);
        let code = letter(&shop, 1)["code"].as_str().unwrap().to_owned();
        let late = browser.submit(&asked, "/account/sign-in/code", &[("code", &code)]);
        assert_eq!(late.status, 403, "the code of the same letter is as old");
        // As young again, it is good: nothing of the above has used it up.
        shop.write(|tx| tx.exec("update sign_in set created_at = created_at + 600000", &[]));
        let entered = browser.submit(&page, good.split('?').next().unwrap(), &[]);
        assert_eq!(entered.status, 303, "{entered:?}");
    }
}

#[test]
fn nobody_learns_who_has_an_account() {
    let (shop, _) = open(Engine::sqlite());
    // What a browser is told who asks for an address, without the address; all in one, so that its secrets are the same.
    let browser = Browser::new(shop.address());
    let begin = browser.get("/account/sign-in");
    let told = |email: &str| {
        let answer = browser.submit(&begin, "/account/sign-in", &[("email", email)]);
        let mut names: Vec<String> = answer.headers.iter().map(|(name, _)| name.clone()).collect();
        names.sort();
        assert!(answer.text().contains(email), "{answer:?}");
        let cookies = |line: &str| line.split('=').next().unwrap().to_owned();
        let set: Vec<String> =
            answer.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, v)| cookies(v)).collect();
        (answer.status, names, set, answer.text().replace(email, "ADDRESS"))
    };
    let nobody = told("nobody@customer.example");
    let known = told(MIA);
    assert_eq!(nobody, known);
    assert_eq!(known.0, 200);
    // Letters are written one after the other: once the last one is there, so are those before it.
    let staff = told("owner@shop.example");
    assert_eq!(staff, known);
    assert_eq!(told("ben@customer.example"), known);
    until("ben has a letter", || {
        shop.count(
            "select count(*) from mail where template = 'sign_in' and recipient = 'ben@customer.example'",
        ) == 1
    });
    let letters = shop.count("select count(*) from mail where template = 'sign_in'");
    assert_eq!(letters, 2, "mia's and ben's");
    let lost =
        shop.count("select count(*) from mail where recipient like '%nobody%' or recipient like '%owner%'");
    assert_eq!(lost, 0);
    // The page of the code answers the same to a wrong code, whoever began.
    let wrong = |email: &str| {
        let browser = Browser::new(shop.address());
        let asked = ask(&browser, "/account", email);
        let answer = browser.submit(&asked, "/account/sign-in/code", &[("code", "0000000")]);
        let token = hidden(&asked, "/account/sign-in/code");
        let text = token
            .iter()
            .fold(answer.text().to_owned(), |text, (_, value)| text.replace(value.as_str(), "TOKEN"));
        (answer.status, text)
    };
    assert_eq!(wrong("nobody@customer.example"), wrong(MIA));
}
