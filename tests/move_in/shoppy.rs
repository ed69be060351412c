//! A Shoppy seller, in both forms of that API.

use serde_json::json;

use super::shops::{shoppy_10, shoppy_v1};
use super::{assert_quiet, counts, moved, number, reasons, rows};
use crate::support::engines;
use crate::support::server::json;

#[test]
fn keys_that_wait_are_a_pool_and_keys_that_were_sold_are_licences() {
    for engine in engines() {
        let old = shoppy_v1(60);
        let (code, report) = moved(&engine, "shoppy", &old, &[]);
        assert_eq!(code, 4, "{report}");
        for (noun, count) in [("products", 2), ("coupons", 1), ("orders", 60), ("reviews", 1), ("tickets", 1)]
        {
            assert_eq!(counts(&report, noun)[0], count, "{noun}: {report}");
        }
        assert_eq!(
            reasons(&report, "left_out", "reviews"),
            ["fb-1: neither its order nor its product is there"]
        );
        let remarks = reasons(&report, "remarks", "products");
        assert!(remarks.iter().any(|why| why.contains("1 of what it hands out")), "{remarks:?}");
        assert!(remarks.iter().any(|why| why.contains("its webhooks are not carried")), "{remarks:?}");
        assert_quiet(&engine);
        let paid = i64::try_from((0..60).filter(|n| n % 4 != 3).count()).unwrap();
        let disputed = i64::try_from((0..60).filter(|n| n % 4 != 3 && n % 6 == 5).count()).unwrap();
        assert_eq!(number(&engine, "select count(*) from sale where payment_status = 'disputed'"), disputed);
        assert_eq!(rows(&engine, "licence"), paid * 2);
        assert_eq!(number(&engine, "select count(*) from pool_key where taken_at is null"), 2);
        assert_eq!(number(&engine, "select count(*) from pool_key where taken_at is not null"), paid * 2);
        assert_eq!(
            number(&engine, "select count(*) from sale where total_minor = 1999 and subtotal_minor = 2000"),
            60
        );
        let licence = json(&engine, &["licence", "show", "SOLD-0-A"]);
        assert_eq!(
            (&licence["email"], &licence["status"]),
            (&"buyer0@customer.example".into(), &"active".into()),
            "{licence}"
        );
        assert_eq!(&licence["issued_at"].as_str().unwrap()[..4], "2010");
        let review = json(&engine, &["review", "list"])[0].clone();
        assert_eq!((&review["rating"], &review["is_verified"]), (&5.into(), &true.into()), "{review}");
        assert_eq!(
            number(
                &engine,
                "select count(*) from review where response = 'Thanks' and responded_at is not null"
            ),
            1
        );
        assert_eq!(
            number(
                &engine,
                "select count(*) from ticket where status = 'replied' and customer_id is not null"
            ),
            1
        );
        let said = "select count(*) from ticket_reply a join ticket_reply b on b.id = a.id + 1 where a.by_shop = 0 and b.by_shop = 1";
        assert_eq!(number(&engine, said), 1);
        // A key of the pool is sold there meanwhile.
        old.change("/products", |products| {
            products[1]["accounts"].as_array_mut().unwrap().remove(0);
        });
        old.change("/orders", |orders| {
            let mut order = super::shops::shoppy_order(60);
            order["accounts"] = json!([{"account": "FREE-KEY-1"}]);
            orders.insert(0, order);
        });
        let (_, report) = moved(&engine, "shoppy", &old, &[]);
        assert_eq!(
            (counts(&report, "orders"), counts(&report, "tickets")),
            ([1, 0, 60, 0], [0, 0, 1, 0]),
            "{report}"
        );
        assert_eq!(
            number(&engine, "select count(*) from pool_key where taken_at is null"),
            1,
            "it waits no more"
        );
        assert_eq!(json(&engine, &["licence", "show", "FREE-KEY-1"])["status"], "active");
    }
}

#[test]
fn the_shapes_of_the_document_are_read_too() {
    for engine in engines() {
        let old = shoppy_10(30);
        let refused = super::moving(&engine, "shoppy", &old, &[]).output().unwrap();
        assert_eq!(refused.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&refused.stderr).contains("--currency EUR"));
        let (code, report) = moved(&engine, "shoppy", &old, &["--currency", "EUR"]);
        assert_eq!(code, 0, "{report}");
        for (noun, count) in [("products", 1), ("orders", 30), ("reviews", 1), ("tickets", 1)] {
            assert_eq!(counts(&report, noun)[0], count, "{noun}: {report}");
        }
        let known = |old_id: &str, kind: &str| {
            let sql = format!(
                "select count(*) from carried where old_id = '{old_id}' and kind = '{kind}' and source = 'shoppy'"
            );
            number(&engine, sql.leak())
        };
        assert_eq!((known("7", "product"), known("596260a7da9fb", "product")), (1, 1));
        assert_eq!((known("4000", "order_number"), known(&super::shops::uuid(0), "order")), (1, 1));
        assert_eq!(number(&engine, "select count(*) from sale where paid_at is not null"), 15);
        assert_eq!(number(&engine, "select rating from review"), 5, "good, and no stars");
        assert_eq!(
            number(
                &engine,
                "select count(*) from product_extra where letter = 'Thank you' and max_quantity = 10"
            ),
            1
        );
    }
}
