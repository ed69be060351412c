//! An order that a gift card has paid a part of: what is due, wherever the order is shown.

use keywright::domain::gift_card::{self, Draft};
use keywright::domain::person::Role;

use super::shop::{item, link, product, run};
use super::{assert_sound, enter};
use crate::oauth::{Browser, Shop, plain};
use crate::support::block_on;
use crate::support::server::cli;

/// Pays a part of an order off a new gift card.
fn redeem(shop: &Shop, order: i64, amount: i64) {
    let opened = shop.engine.system_store();
    block_on(opened.write("redeem", move |tx| {
        let live = keywright::domain::shop::Shop::live(tx)?;
        let draft = Draft {
            initial_minor: 5_000,
            currency: Some("EUR".into()),
            code: None,
            customer_id: None,
            expires_at: None,
            note: None,
        };
        let card = gift_card::issue(tx, live, &draft)?.id;
        gift_card::redeem(tx, live, card, amount, Some(order))
    }))
    .unwrap();
}

#[test]
fn an_order_that_is_paid_in_part_says_what_is_due() {
    for shop in Shop::both() {
        let id = product(&shop, "Quill", &[]);
        let stranger = Browser::new(shop.address());
        let asked = stranger.get(&link(&item(&stranger, &id), "/checkout?items="));
        let bought =
            stranger.submit(&asked, "/checkout", &[("email", "mia@customer.example"), ("do", "buy")]);
        let theirs = bought.header("location").unwrap_or_else(|| panic!("{bought:?}")).to_owned();
        let number = run(&shop, &["order", "list"])[0]["id"].as_i64().unwrap();
        let order = number.to_string();
        redeem(&shop, number, 1_000);

        let page = stranger.get(&theirs);
        assert_sound(&theirs, &page);
        let told = plain(page.text());
        assert!(told.contains("To be paid: 9.00 EUR") && told.contains("Paid already"), "{told}");

        let shown = run(&shop, &["order", "show", &order]);
        assert_eq!((&shown["paid_minor"], &shown["due_minor"]), (&1_000.into(), &900.into()));
        let payment = &shown["payments"][0];
        assert_eq!((&payment["balance"], &payment["amount_minor"]), (&"gift_card".into(), &1_000.into()));
        let table = cli(&shop.engine, &["order", "show", &order]);
        let table = String::from_utf8(table.stdout).unwrap();
        assert!(table.contains("due minor          900") && table.contains("gift_card"), "{table}");

        let browser = enter(&shop, "mia@shop.example", Role::Owner);
        let at = format!("/admin/orders/{order}");
        let page = browser.get(&at);
        assert_sound(&at, &page);
        let told = page.text();
        assert!(told.contains("gift card") && told.contains(">9.00 EUR<"), "{told}");
        assert!(!told.contains(&format!("{at}/refund")), "there is nothing to refund before it is paid");
        let form = browser.get(&format!("{at}/pay"));
        assert!(form.text().contains("value=\"9.00 EUR\""), "what is due stands in the form: {form:?}");
        let early = cli(&shop.engine, &["order", "refund", &order]);
        let why = String::from_utf8(early.stderr).unwrap();
        assert!(early.status.code() == Some(4) && why.contains("cancel it"), "{why}");

        let paid = run(&shop, &["order", "pay", &order]);
        assert_eq!((&paid["paid_minor"], &paid["due_minor"]), (&1_900.into(), &0.into()));
        assert_eq!(paid["payments"][1]["amount_minor"], 900);
        let customer = paid["customer_id"].to_string();
        let moments = browser.get(&format!("/admin/customers/{customer}"));
        let count = |said: &str| moments.text().matches(said).count();
        assert_eq!((count("A part of an order was paid"), count("An order was paid")), (1, 1), "{moments:?}");
        assert!(stranger.get(&theirs).text().contains("Thank you"));
    }
}
