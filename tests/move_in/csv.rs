//! Shops that come in files.

use super::{assert_quiet, counts, number, reasons, rows};
use crate::support::server::{cli, json};
use crate::support::{Engine, engines};

const PRODUCTS: &str = "id,title,price,currency,tax,stock,option,sku,key,created,kind,description\n\
    P1,Bowl,40.73,EUR,23,9,Small,B-S,,2020-01-01,service,Round\n\
    P1,Bowl,45.73,EUR,23,3,Big,B-B,,,,\n\
    P2,App,29.99,EUR,0,,,,KEY-1,,,\n\
    P2,App,29.99,EUR,0,,,,KEY-2,,,\n\
    P3,Odd,x,EUR,0,,,,,,,\n";
const CUSTOMERS: &str = "email,id,name,country,city,created\n\
    ana@customer.example,C1,Ana,PT,Porto,2019-05-05\n\
    nobody,C2,,,,\n";
const ORDERS: &str = "id,email,currency,title,price,created,product_id,quantity,tax,discount,shipping,paid,status,key,total\n\
    O1,ana@customer.example,EUR,Bowl,40.73,2021-01-01,P1,2,23,8.00,5.00,2021-01-02,sent,,\n\
    O1,ana@customer.example,EUR,App,29.99,2021-01-01,P2,1,0,,,,,SOLD-1,\n\
    O2,bea@customer.example,EUR,App,29.99,2021-02-01,P2,1,0,,,2021-02-01,,KEY-2,29.99\n\
    O3,bea@customer.example,EUR,App,29.99,2021-02-01,P2,0,0,,,,,,\n";

fn import(engine: &Engine, files: &[(&str, &str)], args: &[&str]) -> (i32, serde_json::Value, String) {
    let paths: Vec<String> = files
        .iter()
        .map(|(name, text)| {
            let path = engine.folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        })
        .collect();
    let mut all = vec!["import", "csv", "--json"];
    all.extend(paths.iter().map(String::as_str));
    all.extend(args);
    let output = cli(engine, &all);
    let printed = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code().unwrap(), printed, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn three_files_are_a_shop() {
    for engine in engines() {
        let files = [("orders.csv", ORDERS), ("customers.csv", CUSTOMERS), ("products.csv", PRODUCTS)];
        let (code, dry, says) = import(&engine, &files, &["--dry-run"]);
        assert_eq!(
            (code, counts(&dry, "orders"), rows(&engine, "sale")),
            (4, [2, 0, 0, 1], 0),
            "{dry} {says}"
        );
        let (code, report, says) = import(&engine, &files, &[]);
        assert_eq!(code, 4, "{says}");
        assert_eq!(
            (counts(&report, "products"), counts(&report, "customers")),
            ([2, 0, 0, 1], [1, 0, 0, 1]),
            "{report}"
        );
        assert_eq!(counts(&report, "orders"), [2, 0, 0, 1], "{report}");
        assert_eq!(counts(&dry, "orders"), counts(&report, "orders"), "a dry run says the same");
        assert!(reasons(&report, "left_out", "products")[0].starts_with("P3: line 6: price:"), "{report}");
        assert_quiet(&engine);
        let bowl = number(&engine, "select id from product where slug = 'bowl'").to_string();
        let variants = json(&engine, &["variant", "list", &bowl]);
        assert_eq!(
            (&variants[1]["stock"], &variants[1]["price_minor"]),
            (&3.into(), &4_573.into()),
            "{variants}"
        );
        // 2 × 40.73 + 29.99 = 111.45, 8.00 off: 5.85 of the bowls; 23 % of 75.61; 5.00 to send it.
        let sums = "select count(*) from sale where subtotal_minor = 11145 and discount_minor = 800 and shipping_minor = 500 \
                    and tax_minor = 1739 and total_minor = 12584 and fulfilment_status = 'sent'";
        assert_eq!(number(&engine, sums), 1);
        assert_eq!(json(&engine, &["licence", "show", "SOLD-1"])["email"], "ana@customer.example");
        assert_eq!(json(&engine, &["licence", "show", "KEY-2"])["email"], "bea@customer.example");
        assert_eq!(number(&engine, "select count(*) from pool_key where taken_at is null"), 1, "KEY-1 waits");
        // A longer file has what is new.
        let longer =
            format!("{ORDERS}O4,ana@customer.example,EUR,App,29.99,2022-01-01,P2,1,0,,,2022-01-01,,,\n");
        let (_, report, _) = import(&engine, &[("orders.csv", &longer)], &[]);
        assert_eq!(counts(&report, "orders"), [1, 0, 2, 1], "{report}");
        assert_eq!(rows(&engine, "sale"), 3);
    }
}

#[test]
fn a_file_that_is_none_is_told() {
    let engine = &Engine::sqlite();
    for (name, text, says) in [
        ("things.csv", "id\n", "begins with products"),
        ("products.csv", "id,title\n", "'price' is missing"),
        ("orders.csv", "id,colour\n", "no column 'colour'"),
    ] {
        let (code, _, said) = import(engine, &[(name, text)], &[]);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(says), "{name}: {said}");
    }
    let help = cli(engine, &["import", "csv", "--help"]);
    assert!(
        String::from_utf8_lossy(&help.stdout)
            .contains("product_id   what the product is called in products.csv")
    );
}
