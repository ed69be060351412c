//! A Shopkit store: whole, and again.

use serde_json::json;

use super::shops::{shopkit, shopkit_order};
use super::{assert_quiet, counts, moved, number, reasons, rows};
use crate::support::server::{Server, json};
use crate::support::{engines, http};

#[test]
fn a_store_moves_in_whole() {
    for engine in engines() {
        let old = shopkit(130);
        old.change("/order", |orders| {
            let mut nobody = shopkit_order(500);
            nobody["client"]["email"] = "".into();
            let mut odd = shopkit_order(501);
            odd["shipping"]["value"] = 500.into();
            orders.extend([nobody, odd]);
        });
        let (code, dry) = moved(&engine, "shopkit", &old, &["--dry-run"]);
        assert_eq!(
            (code, counts(&dry, "orders"), &dry["dry_run"]),
            (4, [130, 0, 0, 2], &json!(true)),
            "{dry}"
        );
        for table in ["product", "customer", "sale", "carried", "move_in"] {
            assert_eq!(rows(&engine, table), 0, "a dry run writes nothing: {table}");
        }
        let (code, report) = moved(&engine, "shopkit", &old, &[]);
        assert_eq!(code, 4, "{report}");
        for (noun, count) in
            [("categories", 2), ("brands", 1), ("products", 3), ("coupons", 1), ("orders", 130)]
        {
            assert_eq!(counts(&report, noun)[0], count, "{noun}: {report}");
        }
        let left_out = reasons(&report, "left_out", "orders");
        assert!(
            left_out.len() == 2 && left_out.iter().any(|why| why.contains("5500: nobody's e-mail")),
            "{left_out:?}"
        );
        assert!(left_out.iter().any(|why| why.contains("5501: its sums do not add up")), "{left_out:?}");
        let remarks = reasons(&report, "remarks", "products");
        assert!(remarks.iter().any(|why| why.starts_with("1337: it stands in 2 categories")), "{remarks:?}");
        assert!(
            remarks.iter().any(|why| why.starts_with("1339: the file that buyers download")),
            "{remarks:?}"
        );
        assert_eq!(reasons(&report, "remarks", "customers"), [": the old service has no list of them"]);
        assert_quiet(&engine);
        goods(&engine);
        orders(&engine);
        links(&engine);
    }
}

fn goods(engine: &crate::support::Engine) {
    let shelves = json(engine, &["category", "list"]);
    let shelf =
        |slug: &str| shelves.as_array().unwrap().iter().find(|shelf| shelf["slug"] == slug).unwrap().clone();
    assert_eq!(shelf("bowls")["parent_id"], shelf("kitchen")["id"], "{shelves}");
    let products = json(engine, &["product", "list"]);
    let titled = |title: &str| {
        products.as_array().unwrap().iter().find(|p| p["title"] == title).unwrap()["id"].to_string()
    };
    let bowl = json(engine, &["product", "show", &titled("Rustic bowl")]);
    assert_eq!(
        (&bowl["price_minor"], &bowl["currency"], &bowl["tax_bp"]),
        (&4_073.into(), &"EUR".into(), &2_300.into())
    );
    assert_eq!(bowl["description"], "Four **rustic** bowls & a lid.");
    assert_eq!(bowl["images"], json!(["https://img.old.example/1.jpg", "https://img.old.example/2.jpg"]));
    assert_eq!((&bowl["category_id"], &bowl["slug"]), (&shelf("bowls")["id"], &"rustic-bowl".into()));
    let variants = json(engine, &["variant", "list", &titled("Rustic bowl")]);
    let [small, big] = variants.as_array().unwrap().as_slice() else { panic!("{variants}") };
    assert_eq!(
        (&small["stock"], &small["price_minor"], &small["sku"]),
        (&99.into(), &json!(null), &"RSBS001".into())
    );
    assert_eq!((&big["stock"], &big["price_minor"], &big["low_at"]), (&3.into(), &4_573.into(), &5.into()));
    assert_eq!(big["options"], json!({"Size": "Big", "Color": "White"}));
    let mug = json(engine, &["product", "show", &titled("Mug")]);
    assert_eq!(mug["visible"], false, "{mug}");
    assert_eq!(json(engine, &["variant", "list", &titled("Mug")])[0]["stock"], 7);
    assert_eq!(number(engine, "select count(*) from product_extra where is_soon = 1"), 1);
    assert_eq!(number(engine, "select promo_minor from product_extra where promo_minor is not null"), 850);
    assert_eq!(
        number(engine, "select count(*) from product_extra where is_backorder = 1 and weight_g = 500"),
        1
    );
    let coupon = json(engine, &["coupon", "list"])[0].clone();
    assert_eq!(
        (&coupon["used"], &coupon["value"], &coupon["max_uses"]),
        (&2.into(), &1_000.into(), &5.into())
    );
}

fn orders(engine: &crate::support::Engine) {
    let paid = (0..130).filter(|n| n % 5 != 4).count();
    let canceled = (0..130).filter(|n| n % 7 == 6).count();
    let count = |sql| usize::try_from(number(engine, sql)).unwrap();
    assert_eq!(count("select count(*) from sale where total_minor = 15703 and subtotal_minor = 14864"), 130);
    assert_eq!(
        count(
            "select count(*) from sale where discount_minor = 1486 and tax_minor = 1600 and shipping_minor = 725"
        ),
        130
    );
    assert_eq!(
        count("select count(*) from sale where paid_minor = total_minor and paid_at is not null"),
        paid
    );
    assert_eq!(count("select count(*) from payment where amount_minor = 15703 and status = 'paid'"), paid);
    assert_eq!(
        count("select count(*) from sale where fulfilment_status = 'canceled' and canceled_at is not null"),
        canceled
    );
    assert_eq!(count("select count(*) from purchase"), paid * 2);
    let ended = (0..130).filter(|n| n % 7 == 6 && n % 5 != 4).count();
    assert_eq!(count("select count(*) from purchase where status = 'cancelled'"), ended * 2);
    assert_eq!(rows(engine, "customer"), 44, "every third order is of another buyer");
    // The oldest is the first, and of a product that is no more something stands.
    let numbers =
        "select count(*) from sale a join sale b on b.id = a.id + 1 where b.created_at < a.created_at";
    assert_eq!(count(numbers), 0);
    assert_eq!(count("select count(*) from product where title = 'Old vase' and archived_at is not null"), 1);
    assert_eq!(
        count(
            "select count(*) from sale_line where variant_title = 'Small / White' and variant_id is not null"
        ),
        130
    );
    assert_eq!(count("select count(*) from carried where kind = 'order' and old_id = '5000'"), 1);
    let first = json(engine, &["order", "list", "--limit", "1"])[0].clone();
    let shown = json(engine, &["order", "show", &first["id"].to_string()]);
    assert_eq!((&shown["total_minor"], &shown["coupon"]), (&15_703.into(), &"TENOFF".into()), "{shown}");
}

/// Links of buyers lead to their orders as before, and numbers, which anybody may guess, to none.
fn links(engine: &crate::support::Engine) {
    let key = crate::platform::key(engine, &["--scopes", "all"]);
    let server = Server::start(engine, &[]);
    let told =
        http::send(server.address, "GET", "/shopkit/v1/order/5005", &[("X-API-KEY", &key)], b"").json();
    let hash = format!("{:040x}", 5);
    assert_eq!((&told["id"], &told["hash"]), (&json!(5_005), &json!(hash)));
    assert!(told["permalink"].as_str().unwrap().ends_with(&format!("/order/{hash}")), "{told}");
    let page = http::get(server.address, &format!("/order/{hash}"));
    assert_eq!(page.status, 200, "{page:?}");
    for none in ["5005", "5", &hash[1..], &hash.replace('5', "g"), &format!("{:040x}", 999)] {
        assert_eq!(http::get(server.address, &format!("/order/{none}")).status, 404, "{none}");
    }
}

#[test]
fn again_it_takes_what_is_new_or_another_and_nothing_twice() {
    for engine in engines() {
        let old = shopkit(60);
        moved(&engine, "shopkit", &old, &[]);
        let tables = [
            "category",
            "brand",
            "product",
            "variant",
            "coupon",
            "customer",
            "sale",
            "sale_line",
            "payment",
            "purchase",
        ];
        let before = tables.map(|table| rows(&engine, table));
        let (code, report) = moved(&engine, "shopkit", &old, &[]);
        assert_eq!(code, 0, "{report}");
        for noun in ["categories", "brands", "products", "coupons", "orders"] {
            let [new, changed, same, left_out] = counts(&report, noun);
            assert_eq!((new, changed, left_out), (0, 0, 0), "{noun}: {report}");
            assert!(same > 0, "{noun}");
        }
        assert_eq!(tables.map(|table| rows(&engine, table)), before, "nothing is doubled");
        // Here, the newest order is handled, and the mug called otherwise.
        let newest = json(&engine, &["order", "list", "--limit", "1"])[0]["id"].to_string();
        json(&engine, &["order", "cancel", &newest]);
        let mug = number(&engine, "select id from product where slug = 'mug'").to_string();
        json(&engine, &["product", "set", &mug, "--title", "Our mug"]);
        // There, an order is paid, another comes, and both products have other prices.
        old.change("/order", |orders| {
            let at = orders.iter().position(|order| order["id"] == 5_004).unwrap();
            orders[at]["paid"] = true.into();
            orders[at]["status_alias"] = "processing".into();
            orders[at]["update_at"] = "2025-06-01T10:00:00+00:00".into();
            orders.insert(0, shopkit_order(60));
        });
        old.change("/product", |products| {
            for product in products.iter_mut().filter(|product| product["id"] != 1_339) {
                product["price"] = 11.into();
            }
        });
        let (_, report) = moved(&engine, "shopkit", &old, &[]);
        assert_eq!(counts(&report, "orders"), [1, 1, 59, 0], "{report}");
        assert_eq!(counts(&report, "products"), [0, 1, 2, 0], "{report}");
        assert!(
            reasons(&report, "remarks", "products").iter().any(|why| why.contains("changed here")),
            "{report}"
        );
        assert_eq!(json(&engine, &["product", "show", &mug])["title"], "Our mug");
        assert_eq!(number(&engine, "select price_minor from product where slug = 'rustic-bowl'"), 1_100);
        let paid = "select s.paid_minor from sale s join carried c on c.row_id = s.id where c.kind = 'order' and c.old_id = '5004'";
        assert_eq!(number(&engine, paid), 15_703);
        let bought = "select count(*) from purchase p join sale_line l on l.id = p.sale_line_id join carried c on c.row_id = l.sale_id \
                      where c.kind = 'order' and c.old_id = '5004'";
        assert_eq!(number(&engine, bought), 2);
        assert_eq!(
            json(&engine, &["order", "show", &newest])["fulfilment_status"],
            "canceled",
            "what was done here stays"
        );
    }
}
