//! Companies and price lists at the desk, and what their contacts pay in the shop.

use keywright::domain::person::Role;
use serde_json::Value;

use super::sheets::send;
use super::shop::sign_in;
use super::{assert_sound, enter};
use crate::oauth::{Browser, Shop, hidden, plain};
use crate::support::http::Answer;
use crate::support::server::json;

fn run(shop: &Shop, args: &[&str]) -> Value {
    json(&shop.engine, args)
}

fn quill(shop: &Shop) -> String {
    run(shop, &["account", "set", "--currency", "EUR"]);
    run(shop, &["product", "create", "--title", "Quill", "--api", "on", "--price", "1900"])["id"].to_string()
}

/// Where an answer leads to.
fn to(answer: &Answer) -> String {
    answer.header("location").unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

/// Where it leads to, without what was done.
fn page_of(answer: &Answer) -> String {
    to(answer).split('?').next().unwrap().to_owned()
}

fn seen(browser: &Browser, at: &str) -> String {
    let page = browser.get(at);
    assert_sound(at, &page);
    plain(page.text())
}

/// Sends a form that must be refused with these words.
fn refused(browser: &Browser, at: &str, changed: &[(&str, &str)], said: &str) {
    let wrong = send(browser, &browser.get(at), at, changed);
    assert!(wrong.status == 400 && plain(wrong.text()).contains(said), "{changed:?}: {}", wrong.text());
}

/// Makes a price list with two prices; its page.
fn filled(shop: &Shop, owner: &Browser) -> String {
    let new = "/admin/price-lists/new";
    let list = page_of(&send(owner, &owner.get(new), new, &[("title", "Trade")]));
    refused(owner, new, &[("title", "Trade")], "is called 'Trade'");
    assert!(seen(owner, &list).contains("There are no prices in it yet"));
    let price = format!("{list}/prices/new");
    let variant = shop.count("select id from variant").to_string();
    for (changed, said) in [
        (&[("variant_id", variant.as_str()), ("price", "")][..], "Must be filled in"),
        (&[("variant_id", &variant), ("price", "cheap")], "An amount in EUR"),
        (&[("variant_id", &variant), ("price", "5 USD")], "is sold in EUR"),
        (&[("variant_id", &variant), ("price", "5"), ("min_quantity", "0")], "The quantity must be from 1"),
        (&[("variant_id", "999999"), ("price", "5")], "no variant 999999"),
    ] {
        refused(owner, &price, changed, said);
    }
    for (from, minor) in [("1", "15"), ("10", "12.50 EUR")] {
        let typed = [("variant_id", variant.as_str()), ("min_quantity", from), ("price", minor)];
        let page = owner.get(&price);
        for _ in 0..2 {
            assert_eq!(to(&send(owner, &page, &price, &typed)), format!("{list}?done=saved"));
        }
    }
    let prices = format!("{list}/prices");
    for at in [&list, &prices] {
        let text = seen(owner, at);
        assert!(text.contains("15.00 EUR") && text.contains("12.50 EUR") && text.contains("Quill"), "{text}");
    }
    list
}

/// What has no way back is typed first, and what is in use stays: of a price list, a company that buys by it, another company, and the first
/// one's contact.
fn ends(shop: &Shop, owner: &Browser, [list, company, other]: [&str; 3], contact: &str) {
    let press = |at: &str, action: &str, typed: &[(&str, &str)]| owner.submit(&owner.get(at), action, typed);
    let delete = format!("{list}/delete");
    assert_eq!(to(&press(list, &delete, &[("typed", "trade")])), format!("{list}?done=retyped"));
    let kept = press(list, &delete, &[("typed", "Trade")]);
    assert!(kept.status == 400 && kept.text().contains("give them another first"), "{kept:?}");
    let variant = shop.count("select id from variant");
    let remove = format!("{list}/prices/{variant}/10/remove");
    assert_eq!(to(&press(list, &remove, &[])), format!("{list}?done=saved"));
    assert!(!seen(owner, list).contains("12.50 EUR"));
    let detach = format!("{company}/contacts/{contact}/detach");
    assert_eq!(to(&press(company, &detach, &[])), format!("{company}?done=detached"));
    assert_eq!(shop.count("select count(*) from b2b_contact"), 1);
    let delete = format!("{company}/delete");
    let kept = press(company, &delete, &[("typed", "Acme & <Co>")]);
    assert!(kept.status == 400 && kept.text().contains("suspend it instead"), "{kept:?}");
    let gone = press(other, &format!("{other}/delete"), &[("typed", "Zeta")]);
    assert_eq!(to(&gone), "/admin/b2b-accounts?done=deleted");

    let support = enter(shop, "eve@shop.example", Role::Support);
    assert!(!seen(&support, company).contains("Detach") && !seen(&support, list).contains("Remove"));
    let token = hidden(&support.get(company), "/admin/mode");
    let token: Vec<_> = token.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for action in [&detach, &delete, &remove, &format!("{list}/delete")] {
        assert_eq!(support.post(action, &token).status, 403, "{action}");
    }
}

#[test]
fn a_company_is_made_and_looked_after() {
    for shop in Shop::both() {
        let product = quill(&shop);
        for email in ["mia@acme.example", "ben@acme.example"] {
            run(&shop, &["customer", "create", "--email", email]);
        }
        let owner = enter(&shop, "mia@shop.example", Role::Owner);
        assert!(seen(&owner, "/admin/customers").contains("/admin/b2b-accounts"), "it stands in the bar");
        assert!(seen(&owner, "/admin/b2b-accounts").contains("New B2B account"));
        assert!(seen(&owner, "/admin/price-lists").contains("New price list"));

        let list = filled(&shop, &owner);
        let number = list.rsplit('/').next().unwrap();

        let new = "/admin/b2b-accounts/new";
        for (changed, said) in [
            (&[("company", "")][..], "Must be filled in"),
            (&[("company", "Acme"), ("net_days", "366")], "from 1 to 365"),
            (&[("company", "Acme"), ("net_days", "soon")], "Must be a whole number"),
            (&[("company", "Acme"), ("price_list_id", "999999")], "There is no such price list"),
            (&[("company", "Acme"), ("status", "closed")], "closed"),
        ] {
            refused(&owner, new, changed, said);
        }
        let typed =
            [("company", "Acme & <Co>"), ("tax_id", "EL1"), ("price_list_id", number), ("net_days", "30")];
        let page = owner.get(new);
        let company = page_of(&send(&owner, &page, new, &typed));
        assert_eq!(page_of(&send(&owner, &page, new, &typed)), company, "sent twice, made once");
        assert_eq!(shop.count("select count(*) from b2b_account"), 1);
        let text = seen(&owner, &company);
        for word in ["Acme & <Co>", "active", "EL1", "Trade", "in 30 days", "Nobody buys for it yet"] {
            assert!(text.contains(word), "{word}: {text}");
        }
        let contact = format!("{company}/contacts/new");
        refused(&owner, &contact, &[("email", "nobody@acme.example")], "Nobody has this address here");
        for email in ["mia@acme.example", "BEN@acme.example"] {
            send(&owner, &owner.get(&contact), &contact, &[("email", email)]);
        }
        let text = seen(&owner, &company);
        assert!(text.contains("mia@acme.example") && text.contains("ben@acme.example"), "{text}");
        assert_eq!(text.matches(">primary<").count(), 1);
        let other = run(&shop, &["b2b-account", "create", "--company", "Zeta"])["id"].to_string();
        let theirs = format!("/admin/b2b-accounts/{other}/contacts/new");
        refused(&owner, &theirs, &[("email", "mia@acme.example")], "buys for another company");

        // Who comes second sees what the first has made of it.
        let edit = format!("{company}/edit");
        let page = owner.get(&edit);
        let number = company.rsplit('/').next().unwrap();
        run(&shop, &["b2b-account", "set", number, "--net-days", "14"]);
        let second = send(&owner, &page, &edit, &[("net_days", "60")]);
        assert!(second.status == 412 && second.text().contains("Somebody else has changed"), "{second:?}");
        assert_eq!(page_of(&send(&owner, &owner.get(&edit), &edit, &[("net_days", "60")])), company);
        assert!(seen(&owner, &company).contains("in 60 days"));

        // The order and the customer lead to it.
        let line = format!("{product}x10");
        let order = run(&shop, &["order", "create", "--email", "mia@acme.example", "--line", &line]);
        assert_eq!(order["total_minor"], 12_500);
        let text = seen(&owner, &format!("/admin/orders/{}", order["id"]));
        assert!(text.contains(&company) && text.contains("Due by"), "{text}");
        let text = seen(&owner, &format!("/admin/customers/{}", order["customer_id"]));
        assert!(text.contains("Buys for") && text.contains(&company), "{text}");
        let orders = format!("/admin/orders?b2b-account={number}");
        assert!(seen(&owner, &orders).contains("mia@acme.example"));
        assert!(!seen(&owner, &format!("/admin/orders?b2b-account={other}")).contains("mia@acme.example"));
        assert!(seen(&owner, "/admin/b2b-accounts?q=BEN%40").contains("Acme"));
        assert!(!seen(&owner, "/admin/b2b-accounts?status=pending").contains("Acme"));
        let text = seen(&owner, "/admin/price-lists?as=csv");
        assert!(text.contains("Trade,2,1,"), "{text}");

        let buyer = order["customer_id"].to_string();
        ends(&shop, &owner, [&list, &company, &format!("/admin/b2b-accounts/{other}")], &buyer);
    }
}

#[test]
fn a_group_is_set_and_found_at_the_desk() {
    for shop in Shop::both() {
        let mia = run(&shop, &["customer", "create", "--email", "mia@customer.example"])["id"].to_string();
        run(&shop, &["customer", "create", "--email", "ben@customer.example"]);
        let owner = enter(&shop, "mia@shop.example", Role::Owner);
        let edit = format!("/admin/customers/{mia}/edit");
        send(&owner, &owner.get(&edit), &edit, &[("group", "trade")]);
        assert!(seen(&owner, &format!("/admin/customers/{mia}")).contains("trade"));
        let text = seen(&owner, "/admin/customers?group=trade");
        assert!(text.contains("mia@customer.example") && !text.contains("ben@customer.example"), "{text}");
        let both = seen(&owner, "/admin/customers?group=trade&q=ben");
        assert!(!both.contains("mia@customer.example") && !both.contains("ben@customer.example"), "{both}");
        send(&owner, &owner.get(&edit), &edit, &[("group", "")]);
        assert_eq!(shop.count("select count(*) from customer where group_name is not null"), 0);
    }
}

#[test]
fn only_who_is_signed_in_pays_what_was_agreed() {
    for shop in Shop::both() {
        let product = quill(&shop);
        let list = run(&shop, &["price-list", "create", "--title", "Trade"])["id"].to_string();
        run(&shop, &["price-list", "set-price", &list, "--product", &product, "--price", "1100"]);
        run(&shop, &["customer", "create", "--email", "mia@acme.example"]);
        let agreed = ["--price-list", &list, "--net-days", "30", "--contact", "mia@acme.example"];
        run(&shop, &[&["b2b-account", "create", "--company", "Acme"], &agreed[..]].concat());
        let at = format!("/checkout?items={product}");
        let bought = |browser: &Browser, typed: &[(&str, &str)]| {
            let page = browser.get(&at);
            let typed = [typed, &[("do", "buy")]].concat();
            assert_eq!(browser.submit(&page, "/checkout", &typed).status, 303);
            let order = run(&shop, &["order", "list"])[0].clone();
            (page.text().contains("11.00 EUR"), order["total_minor"].clone(), order["due_at"].is_string())
        };
        let stranger = Browser::new(shop.address());
        let typed = [("email", "mia@acme.example")];
        assert_eq!(bought(&stranger, &typed), (false, 1_900.into(), false));
        let mia = Browser::new(shop.address());
        sign_in(&shop, &mia, "mia@acme.example", 1);
        assert_eq!(bought(&mia, &[]), (true, 1_100.into(), true));
        assert!(mia.get("/").text().contains("19.00 EUR"), "the shop's pages have the catalogue's prices");
        let ben = Browser::new(shop.address());
        run(&shop, &["customer", "create", "--email", "ben@else.example"]);
        sign_in(&shop, &ben, "ben@else.example", 2);
        assert_eq!(bought(&ben, &typed), (false, 1_900.into(), false), "they buy as who they are");
    }
}
