//! What buyers, vendors and shipped apps write is text in every page and every table, whatever it looks like.

use std::collections::{BTreeMap, BTreeSet};

use keywright::base::{markdown, text};
use keywright::domain::person::Role;
use keywright::domain::session;

use super::markup::{self, Words};
use super::written::{self, Written};
use super::{assert_sound, corpus, crawl_among, enter};
use crate::oauth::{Browser, Shop, encoded};
use crate::support::Engine;
use crate::support::http::Answer;

/// Pages of one thing: each is looked at. Of what else there is about things, such as their history, that of every so many is.
const THINGS: [&str; 4] = ["products", "licences", "customers", "orders"];
const SAMPLE: u64 = 13;

/// Whether a page is worth the time.
fn is_wanted(path: &str) -> bool {
    let (way, query) = path.split_once('?').unwrap_or((path, ""));
    let parts: Vec<&str> = way.split('/').skip(2).collect();
    let number = |text: Option<&str>| text.and_then(|id| id.parse::<u64>().ok());
    let is_sample = |id: Option<u64>| id.is_none_or(|id| id % SAMPLE == 0);
    // Of an app, say, the id is no number.
    let sum = |id: &str| id.bytes().map(u64::from).sum::<u64>();
    let asked =
        query.split('&').find_map(|pair| pair.strip_prefix("id=")).map(|id| id.parse().unwrap_or(sum(id)));
    match parts[..] {
        // What was done last, and then the history of things.
        ["audit"] => !query.contains("behind=") && is_sample(asked),
        // Most texts are told more than once there.
        ["audit", id] => number(Some(id)).is_none_or(|id| id % 3 == 0),
        // One licence was issued and the next bought, each time.
        ["licences", id] => number(Some(id)).is_none_or(|id| id % 2 == 1),
        [kind, _] | [kind, _, "edit"] if THINGS.contains(&kind) => true,
        // What is said of things, by its own number where it has one.
        ["metafields", _, of, ref own @ ..] => {
            is_sample(number(own.first().copied()).or_else(|| number(Some(of))))
        }
        [_, id, ..] => is_sample(number(Some(id))),
        // Lists go on.
        _ => query.contains("behind=") || is_sample(asked),
    }
}

/// A shop in which these texts are everywhere; those of its pages that are wanted.
fn shop_of(
    texts: &[String],
    is_wanted: fn(&str) -> bool,
) -> (Shop, Browser, Vec<Written>, Vec<(String, Answer)>) {
    let shop = Shop::open(Engine::sqlite());
    let browser = enter(&shop, "mia@shop.example", Role::Owner);
    let made = written::fill(&shop, texts);
    let pages = crawl_among(&browser, 20_000, is_wanted);
    (shop, browser, made, pages)
}

/// Whether it has markup; a link that leads nowhere is for `every_link_leads_to_a_page`.
fn is_page(page: &Answer) -> bool {
    page.header("content-disposition").is_none()
        && page.header("content-type").is_some_and(|kind| kind.starts_with("text/html"))
}

/// What tags pages have when nobody writes anything odd: with the pages of errors, and those of apps that ask to be let in.
fn plain_words() -> Words {
    let texts: Vec<String> = (0..52).map(|nth| format!("Plain words {nth}")).collect();
    // Of so few texts, every page: a licence that cannot be activated has words of its own.
    let (_shop, browser, made, pages) = shop_of(&texts, |_| true);
    let mut words = Words::new();
    for (path, page) in pages.iter().filter(|(_, page)| is_page(page)) {
        markup::read(page.text(), &mut words).unwrap_or_else(|wrong| panic!("{path}: {wrong}"));
    }
    for path in [
        "/admin/find?q=nothing",
        "/admin/licences?key=nothing",
        "/admin/products/9999999",
        &made[0].question().unwrap(),
    ] {
        markup::read(browser.get(path).text(), &mut words).unwrap();
    }
    markup::read(unsent(&browser, "plain\nwords").text(), &mut words).unwrap();
    words
}

/// The page for a form that is not ours, with this in its names and values.
fn unsent(browser: &Browser, text: &str) -> Answer {
    browser.post("/admin/products/new", &[("title", text), (text, text)])
}

#[test]
fn there_are_many_texts() {
    let all = corpus::all();
    assert!(all.len() >= 500, "{} texts", all.len());
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
}

#[test]
fn text_is_text() {
    let plain = &plain_words();
    let texts = corpus::all();
    let (shop, browser, made, pages) = shop_of(&texts, is_wanted);
    let look = |path: &str, page: &Answer| {
        assert_sound(path, page);
        let mut words = Words::new();
        markup::read(page.text(), &mut words).unwrap_or_else(|wrong| panic!("{path}: {wrong}"));
        let new: Vec<&String> = words.difference(plain).collect();
        assert!(new.is_empty(), "{path} has tags that no page has: {new:?}");
    };
    let with_markup: Vec<&(String, Answer)> = pages.iter().filter(|(_, page)| is_page(page)).collect();
    std::thread::scope(|scope| {
        let share = with_markup.len().div_ceil(std::thread::available_parallelism().unwrap().get());
        for some in with_markup.chunks(share) {
            let look = &look;
            scope.spawn(move || some.iter().for_each(|(path, page)| look(path, page)));
        }
    });
    let listed = |at: &str| -> String {
        let lists = with_markup.iter().filter(|(path, _)| path.split('?').next() == Some(at));
        lists.map(|(_, page)| page.text()).collect()
    };
    let shown = listed("/admin/products");
    let details = pages.iter().filter(|(path, _)| path.starts_with("/admin/audit/")).count();
    assert!(details > 100, "{details} entries of the audit log");
    // And it is there, as it was written.
    let titles: Vec<&String> =
        texts.iter().zip(&made).filter(|(_, one)| one.is_title).map(|(text, _)| text).collect();
    assert!(titles.len() >= 500, "only {} texts may be titles", titles.len());
    let kept: usize = made.iter().filter(|one| one.is_key).count();
    let people: Vec<i64> = made.iter().filter_map(|one| one.person).collect();
    assert!(kept >= 450 && people.len() >= 500, "{kept} keys, {} people", people.len());
    let files = made.iter().filter(|one| one.is_file).count();
    assert!(files >= 20, "only {files} texts may be a file's name");
    let keys: String = listed("/admin/licences");
    let team: String = listed("/admin/team");
    let held: String = listed("/admin/files");
    let (stocked, said) = (listed("/admin/stock"), listed("/admin/settings/metafields"));
    assert!(stocked.contains(" — Gone") && said.contains("app.key-"), "goods are there too");
    for (text, one) in texts.iter().zip(&made) {
        let escaped = text::html(text.trim());
        assert!(!one.is_key || keys.contains(&escaped), "{text} is no key as it was written");
        assert!(one.person.is_none() || team.contains(&escaped), "{text} is nobody's name as it was written");
        assert!(!one.is_file || held.contains(&escaped), "{text} is no file's name as it was written");
    }
    // Who is called so sees their name on every page.
    let tokens = shop
        .write(move |tx| people.iter().map(|id| session::of_person(tx, *id)).collect::<Result<Vec<_>, _>>());
    for token in tokens {
        let own = Browser::new(shop.address());
        own.keep("keywright", &token);
        look("/admin/account", &own.get("/admin/account"));
    }
    for title in titles {
        assert!(shown.contains(&text::html(title.trim())), "{title} is not there as it was written");
    }
    let files: BTreeMap<&str, usize> = pages
        .iter()
        .filter(|(path, _)| path.ends_with("?as=json"))
        .map(|(_, page)| (page.header("content-disposition").unwrap(), page.json().as_array().unwrap().len()))
        .collect();
    for (_, page) in pages.iter().filter(|(path, _)| path.ends_with("as=csv")) {
        table(&files, page);
    }
    // What an app is called, where somebody decides whether to let it in.
    for path in made.iter().filter_map(Written::question) {
        look(&path, &browser.get(&path));
    }
    come_back(&browser, &texts, plain);
}

/// No cell of a table is a formula, and the rows are as many as in the list.
fn table(files: &BTreeMap<&str, usize>, page: &Answer) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(page.body.as_slice());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let width = rows[0].len();
    for cell in rows.iter().flat_map(csv::StringRecord::iter) {
        let is_amount = cell.strip_prefix('-').is_some_and(|rest| {
            let (number, currency) = rest.split_once(' ').unwrap_or((rest, ""));
            number.chars().all(|c| c.is_ascii_digit() || c == '.')
                && currency.chars().all(|c| c.is_ascii_uppercase())
        });
        assert!(is_amount || !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "a formula: {cell}");
    }
    assert!(rows.iter().all(|row| row.len() == width));
    let name = page.header("content-disposition").unwrap().replace("csv", "json");
    if let Some(same) = files.get(name.as_str()) {
        assert!(rows.len() <= same + 1, "a cell made a row");
    }
}

/// What is asked for comes back too.
fn come_back(browser: &Browser, texts: &[String], plain: &Words) {
    const PLACES: [&str; 22] = [
        "activations?ip",
        "purchases?customer",
        "coupons?show.code",
        "licences?done=suspend&n",
        "find?q",
        "customers?q",
        "customers?group",
        "b2b-accounts?q",
        "licences?key",
        "licences?status",
        "licences?product",
        "products?q",
        "orders?q",
        "orders?behind",
        "audit?id",
        "audit?subject",
        "audit?actor",
        "requests?route",
        "sign-in?next",
        "products?as",
        "stock?sku",
        "stock?only",
    ];
    for (nth, text) in texts.iter().enumerate() {
        let path = format!("/admin/{}={}", PLACES[nth % PLACES.len()], encoded(text));
        let page = browser.get(&path);
        assert!(page.status < 500, "{path}: {page:?}");
        if let Some(to) = page.header("location") {
            let is_ours = to.starts_with("/admin") && !to.contains(['\r', '\n', '\\', '<', '"']);
            assert!(is_ours, "{path} leads to {to}");
        }
        if page.status == 200 && is_page(&page) {
            assert_sound(&path, &page);
            let mut words = Words::new();
            markup::read(page.text(), &mut words).unwrap_or_else(|wrong| panic!("{path}: {wrong}"));
            assert!(words.is_subset(plain), "{path}: {words:?}");
        }
        let page = unsent(browser, text);
        let mut words = Words::new();
        markup::read(page.text(), &mut words).unwrap_or_else(|wrong| panic!("unsent {text}: {wrong}"));
        assert!(page.status == 403 && words.is_subset(plain), "unsent {text}: {words:?}");
        let kept = text::html(text);
        assert!(
            page.text().contains(&format!("name=\"{kept}\" value=\"{kept}\"")),
            "unsent {text}: {page:?}"
        );
    }
}

/// What Markdown may become.
pub const MARKDOWN: [&str; 12] =
    ["p", "a href", "a href title", "h1", "h2", "em", "strong", "code", "pre", "ul", "li", "blockquote"];

/// Descriptions and notes are Markdown: they have its tags and no others.
#[test]
fn markdown_is_markdown() {
    for text in corpus::all() {
        let page = markdown::html(&text);
        let mut words = Words::new();
        // A > of a text needs no escape in HTML.
        let page = page.replace("&gt;", "");
        markup::read(&page, &mut words).unwrap_or_else(|wrong| panic!("{text}: {wrong}"));
        for word in &words {
            assert!(MARKDOWN.contains(&word.as_str()), "{text} became {page}");
        }
    }
}
