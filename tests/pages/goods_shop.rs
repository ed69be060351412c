//! What a shop shows besides its products: variants to choose from, pages to read, and its own links.

use serde_json::Value;

use super::assert_sound;
use crate::oauth::{Browser, Shop, plain};
use crate::support::http::Answer;
use crate::support::server::json;

fn run(shop: &Shop, args: &[&str]) -> Value {
    json(&shop.engine, args)
}

/// A pen in two sizes and one that is sold out; its id and theirs.
fn pen(shop: &Shop) -> (String, [String; 3]) {
    let fixed = [
        "product",
        "create",
        "--title",
        "Pen",
        "--price",
        "1000",
        "--currency",
        "EUR",
        "--compare-at",
        "1900",
    ];
    let pen = run(shop, &fixed)["id"].to_string();
    let variant = |title: &str, more: &[&str]| {
        run(shop, &[&["variant", "create", &pen, "--title", title][..], more].concat())["id"].to_string()
    };
    let small = variant("Small", &["--option", "Size=S & slim"]);
    let large = variant("Large", &["--price", "1500", "--sku", "PEN-L"]);
    let gone = variant("Huge", &["--price", "1200"]);
    run(shop, &["stock", "set", &large, "3"]);
    run(shop, &["stock", "set", &gone, "0"]);
    (pen, [small, large, gone])
}

fn item(browser: &Browser, id: &str) -> Answer {
    let to = browser.get(&format!("/item/{id}")).header("location").unwrap().to_owned();
    let page = browser.get(&to);
    assert_sound(&to, &page);
    page
}

#[test]
fn a_variant_is_chosen_and_bought() {
    for shop in Shop::both() {
        let (pen, [small, large, gone]) = pen(&shop);
        let browser = Browser::new(shop.address());
        let front = browser.get("/");
        assert!(front.text().contains("from 10.00 EUR"), "{front:?}");
        let page = item(&browser, &pen);
        let text = plain(page.text());
        for part in [
            "Small, 10.00 EUR",
            "Large, 15.00 EUR",
            "Size: S & slim",
            "<s>19.00 EUR</s>",
            &format!("value=\"{small}\" checked>"),
            &format!("value=\"{gone}\" disabled>"),
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        // What stands in the form makes that one which is sent twice counts once.
        for _ in 0..2 {
            let put = browser.submit(&page, "/cart", &[("variant", &large), ("do", "add")]);
            assert_eq!(put.header("location"), Some("/checkout"), "{put:?}");
        }
        browser.submit(&page, "/cart", &[("variant", &small), ("do", "add")]);
        let cart = browser.get("/checkout");
        assert_sound("/checkout", &cart);
        let text = plain(cart.text());
        assert!(
            text.contains("<br>Large") && text.contains("<br>Small") && text.contains("25.00 EUR"),
            "{text}"
        );
        let of_large = format!("quantity.{pen}v{large}");
        let too_many = browser.submit(&cart, "/checkout", &[(&of_large, "4"), ("do", "update")]);
        assert!(too_many.text().contains("Only 3 left"), "{too_many:?}");
        let typed = [(of_large.as_str(), "4"), ("email", "mia@customer.example"), ("do", "buy")];
        let refused = browser.submit(&too_many, "/checkout", &typed);
        assert_eq!(refused.status, 400, "{refused:?}");
        assert!(refused.text().contains("there are only 3 left"), "{refused:?}");
        assert_eq!(shop.count("select count(*) from sale"), 0);
        let typed = [(of_large.as_str(), "3"), ("email", "mia@customer.example"), ("do", "buy")];
        let placed = browser.submit(&refused, "/checkout", &typed);
        let order = browser.get(placed.header("location").unwrap_or_else(|| panic!("{placed:?}")));
        let text = plain(order.text());
        assert!(
            text.contains("Pen — Large") && text.contains("Pen — Small") && text.contains("55.00 EUR"),
            "{text}"
        );
        let order = &run(&shop, &["order", "list"])[0];
        assert_eq!(order["total_minor"], 5_500, "{order}");
        assert_eq!(
            shop.count("select count(*) from sale_line where variant_title = 'Large' and sku = 'PEN-L'"),
            1
        );
        assert_eq!(run(&shop, &["variant", "show", &large])["stock"], 0);

        let page = item(&browser, &pen);
        let bought = browser.submit(&page, "/cart", &[("variant", &small), ("do", "buy")]);
        let to = bought.header("location").unwrap();
        assert_eq!(to, format!("/checkout?items={pen}v{small}"));
        assert!(plain(browser.get(to).text()).contains("<br>Small"));
        // Whoever asks for what is sold out is told.
        let none = browser.get(&format!("/checkout?items={pen}v{gone}"));
        assert!(none.text().contains("Sold out"), "{none:?}");
        assert_eq!(browser.get(&format!("/checkout?items={pen}v999999")).status, 200);
        assert!(browser.get(&format!("/checkout?items={pen}v999999")).text().contains("There is no variant"));
        run(&shop, &["variant", "set", &small, "--sold-out", "on"]);
        let page = item(&browser, &pen);
        assert!(page.text().contains("disabled>Sold out</button>"), "{page:?}");
        assert!(!page.text().contains("action=\"/cart\""), "{page:?}");
    }
}

#[test]
fn one_that_is_counted_is_sold_out_in_the_end() {
    for shop in Shop::both() {
        let fixed = ["product", "create", "--title", "Ink", "--price", "500", "--currency", "EUR"];
        let ink = run(&shop, &fixed)["id"].to_string();
        let only = run(&shop, &["variant", "list", &ink])[0]["id"].to_string();
        let browser = Browser::new(shop.address());
        assert!(item(&browser, &ink).text().contains("Buy Now"));
        run(&shop, &["stock", "set", &only, "1"]);
        let asked = browser.get(&format!("/checkout?items={ink}"));
        run(&shop, &["order", "create", "--email", "zoe@customer.example", "--line", &ink]);
        let late = browser.submit(&asked, "/checkout", &[("email", "mia@customer.example"), ("do", "buy")]);
        assert_eq!(late.status, 400);
        assert!(late.text().contains("sold out meanwhile"), "{late:?}");
        assert!(item(&browser, &ink).text().contains("disabled>Sold out</button>"));
    }
}

#[test]
fn pages_are_read_and_links_stand_above() {
    for shop in Shop::both() {
        let body = "We make *pens*. <b>Not</b> [bad](javascript:alert(1)).";
        let page = run(&shop, &["page", "create", "--title", "About & more", "--body", body]);
        assert_eq!(page["slug"], "about-more");
        run(&shop, &["page", "create", "--title", "Secret", "--draft"]);
        let browser = Browser::new(shop.address());
        let bare = browser.get("/");
        assert!(!bare.text().contains("class=\"places\""), "{bare:?}");
        let links = ["--item", "About=/p/about-more", "--item", "News=https://news.example/?a=b"];
        run(&shop, &[&["menu", "put", "main", "--title", "Shop"], &links[..]].concat());
        run(&shop, &["menu", "put", "footer", "--item", "Nowhere=/p/nowhere"]);
        let front = browser.get("/");
        assert_sound("/", &front);
        for part in [
            "<nav class=\"places\" aria-label=\"Shop\">",
            "<a href=\"/p/about-more\">About</a>",
            "<a href=\"https://news.example/?a=b\" rel=\"noopener noreferrer\">News</a>",
        ] {
            assert!(front.text().contains(part), "{part}: {front:?}");
        }
        assert!(!front.text().contains("Nowhere"), "other menus are for programs");
        let about = browser.get("/p/about-more");
        assert_sound("/p/about-more", &about);
        let text = about.text();
        assert!(text.contains("<h1>About &amp; more</h1>") && text.contains("<em>pens</em>"), "{text}");
        assert!(text.contains("&lt;b&gt;Not") && !text.contains("javascript"), "{text}");
        assert!(text.contains("<a href=\"/p/about-more\" aria-current=\"page\">"), "{text}");
        for none in ["/p/secret", "/p/nothing", "/p/About-more", "/p/%00", "/p/about%00more"] {
            assert_eq!(browser.get(none).status, 404, "{none}");
        }
        run(&shop, &["page", "unpublish", &page["id"].to_string()]);
        assert_eq!(browser.get("/p/about-more").status, 404);
        run(&shop, &["menu", "put", "main"]);
        assert!(!browser.get("/").text().contains("class=\"places\""), "a menu of nothing is none");
    }
}
