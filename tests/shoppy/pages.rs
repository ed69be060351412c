//! The pages of the administration for tickets, payment links and answers to reviews: each does what its command does.

use keywright::domain::person::Role;
use serde_json::json;

use crate::oauth::Shop;
use crate::pages::enter;
use crate::support::engines;
use crate::support::server::json as told;

#[test]
fn tickets_are_taken_in_answered_and_closed() {
    for engine in engines() {
        let shop = Shop::open(engine);
        let browser = enter(&shop, "owner@vendor.example", Role::Owner);
        let page = browser.get("/admin/tickets/new");
        let made = browser.submit(
            &page,
            "/admin/tickets/new",
            &[("email", "jane@customer.example"), ("subject", "Where?"), ("message", "Where is <it>?")],
        );
        assert_eq!(made.status, 303, "{made:?}");
        let id = told(&shop.engine, &["ticket", "list"])[0]["id"].to_string();
        let at = format!("/admin/tickets/{id}");
        assert!(browser.get("/admin/tickets").text().contains("Where?"));
        assert!(browser.get("/admin/tickets?status=waiting").text().contains("Where?"));
        let shown = browser.get(&at);
        assert!(shown.text().contains("Where is &lt;it&gt;?"), "{}", shown.text());
        let page = browser.get(&format!("{at}/reply"));
        let empty = browser.submit(&page, &format!("{at}/reply"), &[("message", "")]);
        assert_eq!(empty.status, 400);
        let said = browser.submit(&page, &format!("{at}/reply"), &[("message", "Here.")]);
        assert_eq!(said.status, 303, "{said:?}");
        for (word, status) in [("solve", "solved"), ("reopen", "open"), ("close", "closed")] {
            let shown = browser.get(&at);
            assert!(shown.text().contains(&format!("{at}/{word}")), "{word}");
            assert_eq!(browser.submit(&shown, &format!("{at}/{word}"), &[]).status, 303);
            assert_eq!(told(&shop.engine, &["ticket", "show", &id])["status"], status);
        }
        let support = enter(&shop, "reader@vendor.example", Role::ReadOnly);
        assert!(!support.get(&at).text().contains(&format!("{at}/reopen")), "who looks changes nothing");
    }
}

#[test]
fn payment_links_are_made_and_taken_back() {
    for engine in engines() {
        let shop = Shop::open(engine);
        told(&shop.engine, &["account", "set", "--currency", "EUR"]);
        let browser = enter(&shop, "owner@vendor.example", Role::Owner);
        let page = browser.get("/admin/payment-links/new");
        let fields = [("title", "Hour of work"), ("amount", "80.50"), ("email", ""), ("return_url", "")];
        let made = browser.submit(&page, "/admin/payment-links/new", &fields);
        assert_eq!(made.status, 303, "{}", made.text());
        let link = told(&shop.engine, &["payment-link", "list"])[0].clone();
        assert_eq!((&link["value_minor"], &link["status"]), (&json!(8_050), &json!("open")));
        let at = format!("/admin/payment-links/{}", link["id"]);
        let shown = browser.get(&at);
        assert!(
            shown.text().contains("/pay/")
                && browser.get("/admin/payment-links").text().contains("Hour of work")
        );
        assert_eq!(browser.submit(&shown, &format!("{at}/end"), &[]).status, 303);
        assert!(browser.get(&at).text().contains("taken back"));
    }
}

#[test]
fn a_review_is_answered_and_the_answer_stands_below_it() {
    for engine in engines() {
        let shop = Shop::open(engine);
        let product = ["product", "create", "--title", "Reviewed", "--price", "100", "--currency", "EUR"];
        let product = told(&shop.engine, &product)["id"].as_i64().unwrap();
        let rows = shop.engine.system_store();
        let written = rows.write("review", move |tx| {
            let shop = keywright::domain::shop::Shop::live(tx)?;
            let draft = keywright::domain::review::Draft {
                rating: 5,
                title: None,
                content: "Fine".to_owned(),
                reviewer_name: "Jane".to_owned(),
                reviewer_email: None,
            };
            Ok(keywright::domain::review::new(tx, shop, product, &draft)?.id)
        });
        let id = crate::support::block_on(written).unwrap();
        told(&shop.engine, &["review", "publish", &id.to_string()]);
        let browser = enter(&shop, "owner@vendor.example", Role::Owner);
        let at = format!("/admin/reviews/{id}/answer");
        let page = browser.get(&at);
        let said = browser.submit(&page, &at, &[("response", "Thank you <3")]);
        assert_eq!(said.status, 303, "{}", said.text());
        assert_eq!(told(&shop.engine, &["review", "show", &id.to_string()])["response"], "Thank you <3");
        let item = browser.get(&format!("/item/{product}-reviewed"));
        assert!(item.text().contains("Thank you &lt;3"), "{}", item.text());
    }
}
