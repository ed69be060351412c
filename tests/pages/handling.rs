//! How an order is handled at the desk, and by which rules a product is sold.

use keywright::domain::person::Role;
use serde_json::json as object;

use super::enter;
use super::goods::{delete, fill, look, pen, refuse, run};
use crate::oauth::{Shop, plain};

fn order(shop: &Shop, pen: &str) -> String {
    let line = ["order", "create", "--email", "jane@customer.example", "--line", pen];
    run(shop, &line)["id"].to_string()
}

#[test]
fn an_order_is_handled() {
    for shop in Shop::both() {
        let pen = pen(&shop);
        let order = order(&shop, &pen);
        let browser = enter(&shop, "mia@shop.example", Role::Admin);
        let (at, form) = (format!("/admin/orders/{order}"), format!("/admin/orders/{order}/handle"));
        assert!(look(&browser, &at).text().contains("Handle it"));
        let long = "x".repeat(5_001);
        refuse(
            &browser,
            &form,
            &[(&[("tracking_url", "javascript:alert(1)")], "http"), (&[("invoice_url", "nowhere")], "http")],
        );
        assert_eq!(
            super::sheets::send(&browser, &look(&browser, &form), &form, &[("note", &long)]).status,
            400
        );
        let changed = [
            ("fulfilment", "sent"),
            ("tracking_url", "https://parcels.example/7"),
            ("invoice_url", "https://shop.example/invoices/7"),
            ("note", "Second floor <b>"),
            ("client_note", "Rings twice"),
        ];
        assert!(fill(&browser, &form, &changed).starts_with(&at));
        let page = look(&browser, &at);
        for said in [
            "https://parcels.example/7",
            "https://shop.example/invoices/7",
            "Second floor &lt;b&gt;",
            "Rings twice",
        ] {
            assert!(page.text().contains(said), "{said}: {}", plain(page.text()));
        }
        let shown = run(&shop, &["order", "show", &order]);
        assert_eq!(
            (&shown["fulfilment_status"], &shown["payment_status"]),
            (&"sent".into(), &"unpaid".into())
        );
        assert!(shown["sent_at"].is_string() && shown["delivered_at"].is_null(), "{shown}");
        // By command it is what the form says then.
        let set = run(
            &shop,
            &["order", "handle", &order, "--stage", "delivered", "--note", "", "--client-note", "Gone"],
        );
        assert_eq!((&set["note"], &set["client_note"]), (&object!(null), &"Gone".into()));
        assert!(look(&browser, &form).text().contains("Gone"));
        // What was sent stays where it is when its money comes.
        run(&shop, &["order", "handle", &order, "--stage", "sent"]);
        let paid = run(&shop, &["order", "pay", &order]);
        assert_eq!(paid["payment_status"], "paid");
        assert_eq!(run(&shop, &["order", "dispute", &order])["payment_status"], "disputed");
        assert_eq!(shop.count("select count(*) from event where kind = 'order.disputed'"), 1);
    }
}

#[test]
fn a_product_is_sold_by_its_rules() {
    for shop in Shop::both() {
        let pen = pen(&shop);
        let browser = enter(&shop, "mia@shop.example", Role::Admin);
        let form = format!("/admin/products/{pen}/extra");
        assert!(look(&browser, &format!("/admin/products/{pen}")).text().contains(&form));
        refuse(
            &browser,
            &form,
            &[
                (&[("promo", "9.99 USD")], "another currency"),
                (&[("min_quantity", "0")], "least quantity"),
                (&[("min_quantity", "3"), ("max_quantity", "2")], "most quantity"),
                (&[("weight_g", "-1")], "weight"),
            ],
        );
        let changed = [
            ("promo", "7.50"),
            ("min_quantity", "2"),
            ("max_quantity", "3"),
            ("reference", "P-1"),
            ("weight_g", "40"),
        ];
        fill(&browser, &form, &changed);
        let extra = run(&shop, &["product", "extra", &pen]);
        assert_eq!(
            (
                &extra["promo_minor"],
                &extra["min_quantity"],
                &extra["max_quantity"],
                &extra["reference"],
                &extra["weight_g"]
            ),
            (&750.into(), &2.into(), &3.into(), &"P-1".into(), &40.into())
        );
        let placed = |quantity: &str| {
            let line = format!("{pen}x{quantity}");
            let args = ["order", "create", "--email", "jane@customer.example", "--line", &line];
            crate::support::server::cli(&shop.engine, &[&args[..], &["--json"]].concat())
        };
        assert!(!placed("1").status.success() && !placed("4").status.success());
        let order: serde_json::Value = serde_json::from_slice(&placed("2").stdout).unwrap();
        assert_eq!(order["subtotal_minor"], 1_500);
        run(&shop, &["product", "extra", &pen, "--promo", "0", "--min-quantity", "1", "--sold-single", "on"]);
        assert!(!placed("2").status.success());
        let order: serde_json::Value = serde_json::from_slice(&placed("1").stdout).unwrap();
        assert_eq!(order["subtotal_minor"], 1_000);
        run(&shop, &["product", "extra", &pen, "--on-request", "on"]);
        assert!(!placed("1").status.success());
    }
}

#[test]
fn what_is_sold_before_it_is_there_takes_no_more_than_there_is() {
    for shop in Shop::both() {
        let pen = pen(&shop);
        run(&shop, &["stock", "set", &pen, "3"]);
        let place = |quantity: &str| {
            let line = format!("{pen}x{quantity}");
            let args = ["order", "create", "--email", "jane@customer.example", "--line", &line, "--json"];
            crate::support::server::cli(&shop.engine, &args)
        };
        assert!(!place("5").status.success(), "there are three");
        run(&shop, &["product", "extra", &pen, "--backorder", "on"]);
        let order: serde_json::Value = serde_json::from_slice(&place("5").stdout).unwrap();
        let stock = || shop.count("select stock from variant");
        assert_eq!(stock(), 0);
        assert_eq!(shop.count("select count(*) from event where kind = 'inventory.out'"), 1);
        assert!(place("2").status.success(), "it is sold nevertheless");
        run(&shop, &["order", "cancel", &order["id"].to_string()]);
        assert_eq!(stock(), 3, "what it took, and no more");
        assert_eq!(shop.count("select cast(coalesce(sum(delta), 0) as bigint) from stock_movement"), 3);
    }
}

#[test]
fn ways_of_shipping_are_made_changed_and_deleted() {
    for shop in Shop::both() {
        let browser = enter(&shop, "mia@shop.example", Role::Admin);
        assert!(look(&browser, "/admin/shipping").text().contains("Nothing is shipped yet"));
        let new = "/admin/shipping/new";
        refuse(
            &browser,
            new,
            &[
                (&[("title", "")], "Must be filled in"),
                (&[("title", "Post"), ("currency", "EUR"), ("bands", "PRT")], "is not like PRT=500"),
                (&[("title", "Post"), ("currency", "EUR"), ("bands", "XXX=500")], "country"),
                (&[("title", "Post"), ("currency", "EUR"), ("bands", "any:5-2=500")], "from"),
            ],
        );
        fill(
            &browser,
            new,
            &[("title", "Post"), ("currency", "EUR"), ("bands", "prt=500\nany:0-2000:5900-=0")],
        );
        let page = look(&browser, "/admin/shipping");
        assert!(page.text().contains("PRT=500, any:0-2000:5900-=0"), "{}", plain(page.text()));
        let post = run(&shop, &["shipping", "list"])[0]["id"].to_string();
        let edit = format!("/admin/shipping/{post}/edit");
        fill(&browser, &edit, &[("title", "Parcels"), ("tax_bp", "23")]);
        let shown = run(&shop, &["shipping", "show", &post]);
        assert_eq!((&shown["title"], &shown["tax_bp"]), (&"Parcels".into(), &2_300.into()));
        assert_eq!(shown["bands"].as_array().map(Vec::len), Some(2), "{shown}");
        delete(&browser, "/admin/shipping", &format!("/admin/shipping/{post}/delete"), "Parcels");
        assert_eq!(shop.count("select count(*) from shipping_method"), 0);
    }
}
