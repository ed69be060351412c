//! The same in the shop: what vendors write is seen by whoever comes by, and what buyers write by themselves.

use keywright::base::text;
use keywright::domain::session;

use super::markup::{self, Said, Words};
use super::written::{self, Written};
use super::{assert_sound, corpus, crawl_from, hostile};
use crate::oauth::{Browser, Shop, encoded};
use crate::support::Engine;
use crate::support::http::Answer;

/// More pages than there can be.
const MOST: usize = 10_000;

/// Pages that anybody may see.
fn is_open(path: &str) -> bool {
    !["//", "/admin", "/docs", "/account", "/assets/"].iter().any(|other| path.starts_with(other))
}

/// Pages of a customer, without files and what stands in their stead.
fn is_own(path: &str) -> bool {
    path.starts_with("/account") && !path.contains("/download") && !path.contains("/sign-in")
}

/// A shop in which these texts are everywhere, and each of its pages: with somebody signed in, those that are theirs.
fn shop_of(texts: &[String]) -> (Shop, Vec<Written>, Vec<(String, Answer)>) {
    let shop = Shop::open(Engine::sqlite());
    let made = written::fill(&shop, texts);
    let mut pages = crawl_from(&Browser::new(shop.address()), "/", MOST, is_open);
    // Not all that can be read is linked to.
    let stranger = Browser::new(shop.address());
    for nth in 0..texts.len() {
        let path = format!("/p/page-{nth}");
        let page = stranger.get(&path);
        assert!(page.status == 200 || page.status == 404, "{path}: {page:?}");
        pages.push((path, page));
    }
    let ids: Vec<i64> = made.iter().map(|one| one.customer).collect();
    let tokens = shop
        .write(move |tx| ids.iter().map(|id| session::of_customer(tx, *id)).collect::<Result<Vec<_>, _>>());
    let owned: Vec<(&Written, String)> = made.iter().zip(tokens).collect();
    let share = owned.len().div_ceil(std::thread::available_parallelism().unwrap().get());
    std::thread::scope(|scope| {
        let look = |(one, token): &(&Written, String)| {
            let browser = Browser::new(shop.address());
            browser.keep("keywright", token);
            let mut pages = crawl_from(&browser, "/account", MOST, is_own);
            let question = format!("/account/purchases/{}/download", one.purchase);
            let asked = browser.get(&question);
            // What is not asked for is there, or there is nothing to load: that has its words too.
            if asked.header("location").is_none() {
                pages.push((question, asked));
            }
            // Who is signed in may write a review, under their name.
            let item = format!("/item/{}", one.product);
            let page = browser.get(&item);
            let to = page.header("location").map(str::to_owned);
            pages.push(to.map_or((item, page), |to| (to.clone(), browser.get(&to))));
            pages
        };
        let threads: Vec<_> = owned
            .chunks(share)
            .map(|some| scope.spawn(move || some.iter().flat_map(look).collect::<Vec<_>>()))
            .collect();
        for thread in threads {
            pages.extend(thread.join().unwrap());
        }
    });
    (shop, made, pages)
}

fn words(path: &str, page: &Answer) -> Words {
    let mut words = Words::new();
    markup::read(page.text(), &mut words).unwrap_or_else(|wrong| panic!("{path}: {wrong}: {}", page.text()));
    words
}

#[test]
fn text_is_text_in_the_shop() {
    let plain_texts: Vec<String> = (0..52).map(|nth| format!("Plain words {nth}")).collect();
    let (plain_shop, _, pages) = shop_of(&plain_texts);
    let mut plain: Words = hostile::MARKDOWN.iter().map(|tag| (*tag).to_owned()).collect();
    for (path, page) in &pages {
        plain.extend(words(path, page));
    }
    let stranger = Browser::new(plain_shop.address());
    for path in [
        "/?q=nothing",
        "/checkout?items=999999",
        "/account/sign-in?next=/account",
        "/item/999999",
        "/contact",
        "/contact?done=sent",
    ] {
        plain.extend(words(path, &stranger.get(path)));
    }
    let texts = corpus::all();
    let (shop, made, pages) = shop_of(&texts);
    assert!(pages.len() > 4 * texts.len(), "{} pages", pages.len());
    let look = |path: &str, page: &Answer| {
        if page.status == 200 {
            assert_sound(path, page);
        }
        let new: Vec<String> = words(path, page).difference(&plain).cloned().collect();
        assert!(new.is_empty(), "{path} has tags that no page has: {new:?}");
    };
    for (path, page) in &pages {
        look(path, page);
    }
    let all = |kind: &str| -> String {
        let some = pages.iter().filter(|(path, _)| path.starts_with(kind));
        some.map(|(_, page)| page.text()).collect()
    };
    // And it is there, as it was written.
    let (items, mine) = (all("/item/"), all("/account"));
    let (items, mine) = (Said::of(&items), Said::of(&mine));
    for (text, _) in texts.iter().zip(&made).filter(|(_, one)| one.is_title) {
        let shown = text::html(text.trim());
        assert!(items.has(&shown), "{text} is not in the shop as it was written");
        assert!(items.has_words(&shown), "{text} is no review as it was written");
        assert!(mine.has_words(&shown), "{text} is no question as it was written");
        assert!(mine.has(&shown), "{text} is not under My licences as it was written");
    }
    // What is asked for comes back.
    const PLACES: [&str; 6] = [
        "/?q",
        "/?category",
        "/checkout?items",
        "/account/sign-in?next",
        "/account/sign-in?email",
        "/contact?done",
    ];
    let stranger = Browser::new(shop.address());
    for (nth, text) in texts.iter().enumerate() {
        let path = format!("{}={}", PLACES[nth % PLACES.len()], encoded(text));
        let page = stranger.get(&path);
        assert!(page.status < 500 && page.header("location").is_none(), "{path}: {page:?}");
        look(&path, &page);
    }
}
