//! Every line of the document that is curl's, as it stands there, with only the host changed; the one without a colon and
//! the one that leaves `/pay` out too.

use std::process::Command;

use serde_json::{Value, json};

use super::Store;
use super::hooks::review;
use crate::support::block_on;
use crate::support::server::adopt;
use keywright::domain::carried::{self, Source, What};
use keywright::domain::shop::Shop;
use keywright::values;

/// The key of the document, which is let in, and where it sends it.
const KEY: &str = "m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFgOx80aNykTC0oCaOHRr";
const HOST: &str = "https://shoppy.gg";

/// The document's lines, in its order, and the status of each.
const LINES: [(&str, u16); 14] = [
    (
        r#"curl "https://shoppy.gg/api/" -H "Authorization m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFgOx80aNykTC0oCaOHRr""#,
        401,
    ),
    (
        r#"curl "https://shoppy.gg/api/1.0/orders?page=10" -H "Authorization: m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFgOx80aNykTC0oCaOHRr""#,
        200,
    ),
    (
        r#"curl "https://shoppy.gg/api/1.0/orders/11251" -H "Authorization: m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFgOx80aNykTC0oCaOHRr""#,
        200,
    ),
    (
        r#"curl "https://shoppy.gg/api/1.0/orders" -H "Authorization: m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFgOx80aNykTC0oCaOHRr""#,
        200,
    ),
    (
        r#"curl "https://shoppy.gg/api/1.0/products/7" -H "Authorization: m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFgOx80aNykTC0oCaOHRr""#,
        200,
    ),
    (
        r#"curl "https://shoppy.gg/api/1.0/products" -H "Authorization: m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFgOx80aNykTC0oCaOHRr""#,
        200,
    ),
    (
        r#"curl "https://shoppy.gg/api/1.0/feedbacks/7" -H "Authorization: m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFgOx80aNykTC0oCaOHRr""#,
        200,
    ),
    (
        r#"curl "https://shoppy.gg/api/1.0/feedbacks" -H "Authorization: m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFgOx80aNykTC0oCaOHRr""#,
        200,
    ),
    (
        r#"curl "https://shoppy.gg/api/1.0/queries/5a4a7fbcca586" -H "Authorization: m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFgOx80aNykTC0oCaOHRr""#,
        200,
    ),
    (
        r#"curl "https://shoppy.gg/api/1.0/queries" -H "Authorization: m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFgOx80aNykTC0oCaOHRr""#,
        200,
    ),
    (
        r#"curl "https://shoppy.gg/api/1.0/webhooks/11251" -H "Authorization: m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFgOx80aNykTC0oCaOHRr""#,
        200,
    ),
    (
        r#"curl "https://shoppy.gg/api/1.0/webhooks" -H "Authorization: m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFgOx80aNykTC0oCaOHRr""#,
        200,
    ),
    (
        r#"curl -X POST "https://shoppy.gg/api/1.0/pay" \
        -H "Authorization: m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFgOx80aNykTC0oCaOHRr" \
        -d '{ "title": "Shoppy Pay Example", "value": 9.99, "webhook_url": "https://requestb.in/1o41bep1", "email": "seller@shoppy.gg" }'"#,
        200,
    ),
    (
        r#"curl -X DELETE "https://shoppy.gg/api/1.0/Jce2WF93tJTotIu3GJeRLGtFFcdcaLHTQqyQoqmeW6mA6XQG3zH7tT6pZ50vtoMW/" \
        -H "Authorization: m3GfjWHTfmfV5tW9bgq5qrGgJ1DLgPFgOx80aNykTC0oCaOHRr" \
"#,
        404,
    ),
];

/// Runs a line in a shell: the status, and what came.
fn run(line: &str) -> (u16, Value) {
    let script = format!("{line} -s -w '\\n%{{http_code}}'");
    let script = script.replace("\\\n -s", " -s");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let (body, status) = told.rsplit_once('\n').unwrap_or_else(|| panic!("{line}: {told}"));
    (status.parse().unwrap(), serde_json::from_str(body).unwrap_or_else(|e| panic!("{line}: {e}: {body}")))
}

#[test]
fn each_line_of_the_document_works_as_it_stands() {
    for store in Store::both() {
        assert!(adopt(&store.engine, &["--dialect", "shoppy"], KEY).status.success());
        let here = format!("http://{}/shoppy", store.server.address);
        let product = store.number(&store.later().product(&json!({}))["id"]);
        let of = product.to_string();
        let hook = [
            "webhook",
            "create",
            "--dialect",
            "shoppy",
            "--url",
            "http://127.0.0.1:1/ipn",
            "--events",
            "100",
        ];
        store.told(&[&hook[..], &["--product", &of]].concat());
        let order = store.order(&store.live, product, "buyer@customer.example", true);
        let feedback = review(&store, false, product, "buyer@customer.example");
        let ticket = store.told(&[
            "ticket",
            "new",
            "--email",
            "a@customer.example",
            "--subject",
            "S",
            "--message",
            "M",
        ]);
        let ticket = ticket["id"].as_i64().unwrap();
        // As if they had been carried here: the document's ids.
        let rows = store.engine.system_store();
        let noted = rows.write("note", move |tx| {
            let shop = Shop::live(tx)?;
            carried::note(tx, shop, Source::Shoppy, What::OrderNumber, "11251", order)?;
            carried::note(tx, shop, Source::Shoppy, What::Product, "7", product)?;
            carried::note(tx, shop, Source::Shoppy, What::Feedback, "7", feedback)?;
            // The log of what was sent is not carried: one like what is there, with the document's number.
            let copied = tx.exec(
                "insert into webhook_delivery (id, webhook_id, event_id, status, created_at, told_as) \
                 select 11251, webhook_id, event_id, 'failed', created_at, told_as from webhook_delivery",
                values![],
            )?;
            assert_eq!(copied, 1);
            carried::note(tx, shop, Source::Shoppy, What::Ticket, "5a4a7fbcca586", ticket)
        });
        block_on(noted).unwrap();
        for (line, expected) in LINES {
            let line = line.replace(HOST, &here);
            let (status, body) = run(&line);
            assert_eq!(status, expected, "{line}: {body}");
            if status >= 400 {
                assert_eq!(
                    (&body["status"], &body["error"]["code"]),
                    (&json!(false), &json!(status)),
                    "{line}"
                );
            }
        }
        let api = store.document();
        assert_eq!(api.get("/orders/11251")["order_id"], 11_251);
        assert_eq!(api.get("/feedbacks/7")["feedback_id"], 7);
        assert_eq!(api.get("/webhooks/11251")["webhook_id"], 11_251);
        assert_eq!(api.get("/products/7")["product_id"], 7);
        assert_eq!(api.get("/queries")[0]["query"], "5a4a7fbcca586");
    }
}
