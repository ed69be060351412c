//! Reviews: written by buyers once, looked at by staff, and shown to everybody.

use keywright::domain::person::Role;
use keywright::domain::review::{self, Draft};
use keywright::domain::session;
use keywright::domain::shop::Shop as Site;

use super::several::{sure, tick};
use super::{assert_sound, enter, stock};
use crate::oauth::{Browser, Shop, hidden, plain};
use crate::support::http::Answer;
use crate::support::server::json;

const BUYER: &str = "mia@customer.example";

/// A browser that a customer is signed in with.
fn customer(shop: &Shop, email: &str) -> Browser {
    let id = json(&shop.engine, &["customer", "show", email])["id"].as_i64().unwrap();
    let token = shop.write(move |tx| session::of_customer(tx, id));
    let browser = Browser::new(shop.address());
    browser.keep("keywright", &token);
    browser
}

/// The address of the one product's page.
fn item(shop: &Shop) -> String {
    let product = &json(&shop.engine, &["product", "list"])[0];
    format!("/item/{}-{}/", product["id"], product["slug"].as_str().unwrap())
}

/// A review of the one product, by somebody who did not buy it.
fn write(shop: &Shop, rating: i64, content: &str) -> String {
    let product = json(&shop.engine, &["product", "list"])[0]["id"].as_i64().unwrap();
    let draft = Draft {
        rating,
        title: None,
        content: content.to_owned(),
        reviewer_name: "Ben".to_owned(),
        reviewer_email: None,
    };
    shop.write(move |tx| {
        let here = Site::live(tx)?;
        review::new(tx, here, product, &draft).map(|review| review.id)
    })
    .to_string()
}

const TYPED: [(&str, &str); 4] = [
    ("rating", "4"),
    ("title", "A <b>fine</b> pen"),
    ("content", "It writes.\r\nAnd it never blots."),
    ("reviewer_name", "Mia & Co"),
];

fn with<'a>(name: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    TYPED.iter().map(|(known, typed)| (*known, if *known == name { value } else { *typed })).collect()
}

#[test]
fn a_buyer_reviews_a_product_once_and_it_is_looked_at_first() {
    for shop in Shop::both() {
        stock(&shop, BUYER);
        let (at, stranger, buyer) = (item(&shop), Browser::new(shop.address()), customer(&shop, BUYER));
        let to = format!("{at}reviews");
        let page = stranger.get(&at);
        assert_sound(&at, &page);
        assert!(page.text().contains("Nobody has reviewed it yet") && !page.text().contains(&to), "{page:?}");
        let sign_in = format!("<a href=\"/account/sign-in?next={at}\">Sign in</a> to write a review");
        assert!(page.text().contains(&sign_in), "{page:?}");

        let page = buyer.get(&at);
        assert_sound(&at, &page);
        for (name, value, said) in [
            ("rating", "", "A rating is from 1 to 5"),
            ("rating", "6", "A rating is from 1 to 5"),
            ("content", " ", "The review is empty"),
            ("title", &"long ".repeat(60), "The title"),
            ("reviewer_name", "", "The name"),
        ] {
            let wrong = buyer.submit(&page, &to, &with(name, value));
            let text = plain(wrong.text());
            assert!(wrong.status == 400 && text.contains(said), "{name}: {text}");
            assert!(wrong.text().contains("aria-invalid=\"true\""), "{name}");
            assert!(
                name == "content" || text.contains("And it never blots."),
                "what was typed is kept: {text}"
            );
        }
        assert_eq!(shop.count("select count(*) from review"), 0);
        let sent = buyer.submit(&page, &to, &TYPED);
        let done = format!("{at}?done=review-pending#reviews");
        assert_eq!((sent.status, sent.header("location")), (303, Some(done.as_str())), "{sent:?}");
        let again = buyer.submit(&page, &to, &TYPED);
        assert_eq!(again.status, 303, "{again:?}");
        assert_eq!(shop.count("select count(*) from review"), 1, "sent twice, written once");
        let page = buyer.get(&format!("{at}?done=review-pending"));
        assert_sound(&at, &page);
        assert!(
            page.text().contains("once the shop has looked at it") && !page.text().contains("never blots"),
            "{page:?}"
        );
        assert!(page.text().contains("You have reviewed it") && !page.text().contains(&to), "{page:?}");

        let staff = enter(&shop, "zoe@shop.example", Role::Support);
        let home = staff.get("/admin");
        let way = "<li>1 review waits to be looked at: <a href=\"/admin/reviews?status=pending\">read them</a></li>";
        assert!(home.text().contains(way), "{home:?}");
        let list = staff.get("/admin/reviews?status=pending");
        assert_sound("/admin/reviews", &list);
        let one = list.text().split("href=\"/admin/reviews/").nth(1).unwrap().split('"').next().unwrap();
        let one = format!("/admin/reviews/{one}");
        let page = staff.get(&one);
        assert_sound(&one, &page);
        assert!(plain(page.text()).contains("It writes.\nAnd it never blots."), "{page:?}");
        let shown = staff.submit(&page, &format!("{one}/publish"), &[]);
        let page = staff.get(shown.header("location").unwrap());
        assert!(page.text().contains("It stands on its product"), "{page:?}");
        assert!(!staff.get("/admin").text().contains("to be looked at"));

        for seen in [stranger.get(&at), buyer.get(&at)] {
            let text = seen.text();
            assert_sound(&at, &seen);
            assert!(text.contains("<strong>4.0 of 5</strong> by 1 review<"), "{text}");
            assert!(
                text.contains("A &lt;b&gt;fine&lt;/b&gt; pen") && text.contains("Mia &amp; Co"),
                "{text}"
            );
            assert!(text.contains(", bought it"), "{text}");
        }
        let second = write(&shop, 1, "It does not write.");
        json(&shop.engine, &["review", "publish", &second]);
        let text = stranger.get(&at).text().to_owned();
        assert!(text.contains("<strong>2.5 of 5</strong> by 2 reviews<"), "{text}");
        staff.submit(&page, &format!("{one}/archive"), &[]);
        let text = stranger.get(&at).text().to_owned();
        assert!(text.contains("<strong>1.0 of 5</strong>") && !text.contains("never blots"), "{text}");
    }
}

#[test]
fn older_reviews_are_a_page_away_and_each_is_there_once() {
    for shop in Shop::both() {
        stock(&shop, BUYER);
        for nth in 0..23 {
            let id = write(&shop, 5, &format!("Words {nth}."));
            json(&shop.engine, &["review", if nth == 7 { "spam" } else { "publish" }, &id]);
        }
        let (mut path, mut all, browser) = (item(&shop), String::new(), Browser::new(shop.address()));
        loop {
            let page = browser.get(&path);
            assert_sound(&path, &page);
            all.push_str(page.text());
            match page.text().split("rel=\"next\" href=\"").nth(1) {
                Some(rest) => path = plain(rest.split(['"', '#']).next().unwrap()),
                None => break,
            }
        }
        for nth in 0..23 {
            assert_eq!(all.matches(&format!(">Words {nth}.<")).count(), usize::from(nth != 7), "{nth}");
        }
    }
}

fn post(browser: &Browser, to: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    browser.post(to, &fields)
}

#[test]
fn nobody_writes_who_is_not_signed_in_nor_for_what_is_not_there() {
    for shop in Shop::both() {
        stock(&shop, BUYER);
        json(&shop.engine, &["customer", "create", "--email", "ben@customer.example"]);
        let (at, buyer) = (item(&shop), customer(&shop, BUYER));
        let to = format!("{at}reviews");
        let page = buyer.get(&at);
        assert_eq!(buyer.post(&to, &TYPED).status, 403, "without our token");
        let with_token = |page: &Answer, form: &str| {
            let token = hidden(page, form).into_iter().filter(|(name, _)| name == "token");
            token.chain(TYPED.map(|(name, typed)| (name.to_owned(), typed.to_owned()))).collect::<Vec<_>>()
        };
        let stranger = Browser::new(shop.address());
        let shut = post(&stranger, &to, &with_token(&stranger.get(&at), "/cart"));
        assert_eq!((shut.status, shut.header("location")), (303, Some("/account/sign-in")), "{shut:?}");
        buyer.keep("keywright", "over");
        let out = buyer.submit(&page, &to, &TYPED);
        let text = plain(out.text());
        assert!(out.status == 403 && text.contains("You are not signed in"), "{text}");
        assert!(text.contains("And it never blots."), "it can be copied: {text}");
        assert!(text.contains(&format!("/account/sign-in?next={}", at.trim_end_matches('/'))), "{text}");

        // What is hidden is reviewed by who owns it, and is not there for others.
        let id = json(&shop.engine, &["product", "list"])[0]["id"].to_string();
        let ben = customer(&shop, "ben@customer.example");
        let open = ben.get(&at);
        json(&shop.engine, &["product", "set", &id, "--visible", "off"]);
        assert_eq!(ben.submit(&open, &to, &TYPED).status, 404);
        assert_eq!(post(&ben, "/item/999999-x/reviews", &with_token(&open, &to)).status, 404);
        assert_eq!(shop.count("select count(*) from review"), 0);
    }
}

#[test]
fn a_storm_of_reviews_from_one_address_is_slowed_down() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    stock(&shop, BUYER);
    let (at, buyer) = (item(&shop), customer(&shop, BUYER));
    let page = buyer.get(&at);
    let send = || buyer.submit(&page, &format!("{at}reviews"), &with("content", ""));
    let slowed = (0..500).map(|_| send()).find(|answer| answer.status != 400).unwrap();
    assert_eq!(slowed.status, 429);
    assert!(slowed.text().contains("Too many reviews from where you are"), "{slowed:?}");
}

#[test]
fn several_reviews_are_looked_at_at_once_by_who_may() {
    for shop in Shop::both() {
        stock(&shop, BUYER);
        let ids = ["One.", "Two.", "Three."].map(|content| write(&shop, 3, content));
        let browser = enter(&shop, "zoe@shop.example", Role::Support);
        let at = "/admin/reviews";
        let done = |word: &str, ids: &[String]| {
            let asked = tick(&browser, at, word, ids);
            assert_sound(at, &asked);
            sure(&browser, at, &asked).header("location").map(str::to_owned)
        };
        assert_eq!(done("publish", &ids), Some(format!("{at}?done=publish&n=3")));
        assert_eq!(done("spam", &ids[..1]), Some(format!("{at}?done=spam&n=1")));
        assert_eq!(done("archive", &ids[1..2]), Some(format!("{at}?done=archive&n=1")));
        let text = Browser::new(shop.address()).get(&item(&shop)).text().to_owned();
        assert!(text.contains(">Three.<") && !text.contains(">One.<") && !text.contains(">Two.<"), "{text}");
        let table = browser.get(&format!("{at}?status=spam&as=csv"));
        assert!(table.text().contains("One.") && !table.text().contains("Two."), "{table:?}");
        assert!(browser.get("/admin/reviews?product=999999").text().contains("There are no reviews here"));

        let reader = enter(&shop, "ben@shop.example", Role::ReadOnly);
        let one = format!("{at}/{}", ids[2]);
        let pages: [Answer; 2] = [reader.get(at), reader.get(&one)];
        for page in &pages {
            assert_sound(at, page);
            assert!(!page.text().contains("/spam\"") && !page.text().contains("name=\"do\""), "{page:?}");
        }
        for deed in ["publish", "archive", "spam"] {
            let refused = reader.submit(&pages[1], "/admin/mode", &[("mode", "live")]);
            assert_eq!(refused.status, 303, "the page's token is theirs");
            let token = hidden(&pages[1], "/admin/mode");
            assert_eq!(post(&reader, &format!("{one}/{deed}"), &token).status, 403, "{deed}");
        }
        assert_eq!(json(&shop.engine, &["review", "show", &ids[2]])["status"], "published");
        let gone = browser.submit(&browser.get(&one), "/admin/mode", &[("mode", "test")]);
        assert_eq!(gone.status, 303);
        assert_eq!(browser.get(&one).status, 404, "the other mode has its own");
    }
}
