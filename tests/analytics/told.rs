//! Told: money, the summary, CSV, what is wrong with what is asked for, and how it looks in a terminal.

use serde_json::{Value, json};

use crate::platform::{Shop, fault, key};
use crate::support::server::{self, cli};
use crate::support::{Engine, block_on};
use keywright::domain::gift_card::{self, Draft};

fn figures(shop: &Shop, target: &str) -> Value {
    shop.api().done("GET", &format!("/v1/analytics/{target}"), &Value::Null)
}

#[test]
fn what_gift_cards_pay_is_no_money_and_the_order_is_one() {
    for shop in Shop::both() {
        let api = shop.api();
        let product = api.product_with(&json!({"price": {"amount": 1_000, "currency": "EUR"}}));
        let orders = [(); 3].map(|()| {
            let lines =
                json!({"customer": {"email": "mia@customer.example"}, "lines": [{"product_id": product}]});
            api.done("POST", "/v1/orders", &lines)["id"].as_i64().unwrap()
        });
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
            for (order, amount) in orders.into_iter().zip([400, 1_000, 300]) {
                gift_card::redeem(tx, live, card, amount, Some(order))?;
            }
            Ok(())
        }))
        .unwrap();
        let all = || {
            let found = figures(&shop, "revenue");
            let product = figures(&shop, &format!("revenue?product={product}"));
            assert_eq!(found["totals"], product["totals"], "it is the only product");
            let sum = &found["totals"][0];
            let money = |name: &str| sum[name]["amount"].as_i64().unwrap();
            [sum["orders"].as_i64().unwrap(), money("gross"), money("refunds")]
        };
        // One is paid by the card alone, two are paid in part.
        assert_eq!(all(), [1, 0, 0]);
        api.done("POST", &format!("/v1/orders/{}/pay", orders[0]), &Value::Null);
        assert_eq!(all(), [2, 600, 0]);
        api.done("POST", &format!("/v1/orders/{}/refund", orders[0]), &json!({}));
        assert_eq!(all(), [2, 600, 600], "what goes back to the card is none either");
    }
}

#[test]
fn money_is_told_by_currency_and_product() {
    for shop in Shop::both() {
        let api = shop.api();
        let priced = |amount: i64, tax: i64| {
            api.product_with(&json!({"price": {"amount": amount, "currency": "EUR"}, "tax_bp": tax}))
        };
        let (quill, ledger, dollars) = (priced(1_000, 0), priced(2_000, 1_900), {
            api.product_with(&json!({"price": {"amount": 700, "currency": "USD"}}))
        });
        let order = |lines: Value| {
            let body = json!({"customer": {"email": "mia@customer.example"}, "lines": lines});
            let id = api.done("POST", "/v1/orders", &body)["id"].clone();
            api.done("POST", &format!("/v1/orders/{id}/pay"), &Value::Null);
            id
        };
        let both = order(json!([{"product_id": quill}, {"product_id": ledger}]));
        order(json!([{"product_id": quill, "quantity": 3}]));
        order(json!([{"product_id": dollars}]));
        let unpaid = json!({"customer": {"email": "mia@customer.example"}, "lines": [{"product_id": quill}]});
        api.done("POST", "/v1/orders", &unpaid);
        let back = json!({"amount": {"amount": 1_000, "currency": "EUR"}});
        api.done("POST", &format!("/v1/orders/{both}/refund"), &back);

        let told = |target: &str| -> Vec<(String, [i64; 4])> {
            let found = figures(&shop, target);
            let sum = |of: &Value| {
                let money = |name: &str| of[name]["amount"].as_i64().unwrap();
                [of["orders"].as_i64().unwrap(), money("gross"), money("refunds"), money("net")]
            };
            let mut sums: Vec<(String, [i64; 4])> = Vec::new();
            for row in found["data"].as_array().unwrap() {
                let currency = row["currency"].as_str().unwrap().to_owned();
                match sums.iter_mut().find(|(known, _)| *known == currency) {
                    Some((_, all)) => all.iter_mut().zip(sum(row)).for_each(|(a, b)| *a += b),
                    None => sums.push((currency, sum(row))),
                }
            }
            let totals = found["totals"].as_array().unwrap().iter();
            assert_eq!(
                totals.map(|of| (of["currency"].as_str().unwrap().to_owned(), sum(of))).collect::<Vec<_>>(),
                sums
            );
            sums
        };
        let euros = |of: [i64; 4]| ("EUR".to_owned(), of);
        assert_eq!(told("revenue"), [euros([2, 6_380, 1_000, 5_380]), ("USD".into(), [1, 700, 0, 700])]);
        // Of 33.80, 10.00 are one line's and 23.80 the other's; of a refund of 10.00, 2.96 and 7.04.
        assert_eq!(told(&format!("revenue?product={quill}")), [euros([2, 4_000, 296, 3_704])]);
        assert_eq!(told(&format!("revenue?product={ledger}")), [euros([1, 2_380, 704, 1_676])]);
        assert_eq!(told("revenue?interval=month"), told("revenue"));
        assert_eq!(told("revenue?to=2020-01-01"), []);
        let rows = figures(&shop, "revenue?interval=hour")["data"].as_array().unwrap().len();
        assert_eq!(rows, 2 * 48, "hours without a sale are there too");

        let test_key = key(&shop.engine, &["--scopes", "read:analytics", "--mode", "test"]);
        let test = shop.with(&test_key).done("GET", "/v1/analytics/revenue", &Value::Null);
        assert_eq!((&test["data"], &test["totals"]), (&json!([]), &json!([])));
        server::json(&shop.engine, &["account", "set", "--currency", "CHF"]);
        let test = shop.with(&test_key).done("GET", "/v1/analytics/revenue", &Value::Null);
        assert_eq!(test["data"].as_array().unwrap().len(), 30, "nothing, in the shop's own currency");

        let summary = figures(&shop, "summary");
        let today = &summary["revenue"]["today"];
        assert_eq!((&today[0]["currency"], &today[1]["net"]["amount"]), (&"CHF".into(), &5_380.into()));
        // Five pieces were paid, each with a licence, and none of them ends.
        assert_eq!(summary["licences"], json!({"active": 6, "expiring_within_30_days": 0}));
        assert_eq!(summary["customers"], 1);
        let by_command = server::json(&shop.engine, &["analytics", "summary"]);
        assert_eq!(by_command["revenue"], summary["revenue"]);
    }
}

#[test]
fn licences_that_work_are_counted() {
    for shop in Shop::both() {
        let api = shop.api();
        let product = api.product();
        let licences: Vec<Value> = (0..6).map(|_| api.licence(product)["id"].clone()).collect();
        let change = |place: usize, body: &Value| {
            api.done("PATCH", &format!("/v1/licences/{}", licences[place]), body);
        };
        change(0, &json!({"status": "suspended"}));
        let soon = keywright::base::time::rfc3339(
            keywright::base::time::Clock::System.now() + 5 * keywright::base::time::DAY,
        );
        change(1, &json!({"expires_at": soon}));
        change(2, &json!({"expires_at": soon, "status": "suspended"}));
        change(3, &json!({"expires_at": "2090-01-01"}));
        let purchase =
            api.done("GET", &format!("/v1/licences/{}", licences[4]), &Value::Null)["purchase_id"].clone();
        api.done("PATCH", &format!("/v1/purchases/{purchase}"), &json!({"status": "cancelled"}));
        let told = figures(&shop, "summary")["licences"].clone();
        assert_eq!(told, json!({"active": 3, "expiring_within_30_days": 1}), "{}", shop.engine.name);
    }
}

#[test]
fn what_is_asked_for_wrongly() {
    let shop = Shop::open(Engine::sqlite());
    for (target, wrong) in [
        ("revenue?from=soon", "from"),
        ("revenue?to=2026-02-30", "to"),
        ("activations?from=2026-01-02&to=2026-01-02", "to"),
        ("activations?from=2026-01-02&to=2026-01-01T00:00:00Z", "to"),
        ("errors?interval=year", "interval"),
        ("errors?from=2020-01-01&to=2026-01-01", "interval"),
        ("versions?interval=hour&from=2026-01-01&to=2026-06-01", "interval"),
        ("versions?product=x", "product"),
        ("revenue?format=xml", "format"),
        ("summary?from=2026-01-01", "from"),
        ("activations?group=a", "group"),
    ] {
        let (status, code, details) = fault(&shop.api().get(&format!("/v1/analytics/{target}")));
        assert_eq!((status, code.as_str()), (400, "validation_failed"), "{target}");
        assert!(details[wrong].is_string(), "{target}: {details}");
    }
    let weeks = figures(&shop, "errors?interval=week&from=2020-01-01&to=2026-01-01");
    assert_eq!(weeks["data"].as_array().unwrap().len(), 314);
    assert_eq!(
        (&weeks["from"], &weeks["to"]),
        (&"2019-12-30T00:00:00Z".into(), &"2026-01-05T00:00:00Z".into())
    );
    let command = |args: &[&str]| cli(&shop.engine, &[&["analytics"], args].concat());
    for args in [
        &["revenue", "--from", "soon"][..],
        &["errors", "--interval", "year"],
        &["errors", "--from", "2020-01-01"],
        &["versions", "--to", "2020-01-01", "--from", "2021-01-01"],
    ] {
        assert_eq!(command(args).status.code(), Some(2), "{args:?}");
    }
    assert_eq!(command(&["revenue", "--product", "999"]).status.code(), Some(3));
}

#[test]
fn figures_as_csv() {
    let shop = Shop::open(Engine::sqlite());
    let api = shop.api();
    let target = "/v1/analytics/activations?from=2026-01-01&to=2026-01-03";
    let accepted = api.send("GET", target, &[("Accept", "text/csv")], b"");
    let named = api.get(&format!("{target}&format=csv"));
    for answer in [&accepted, &named] {
        assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
        let rows: Vec<&str> = answer.text().lines().collect();
        assert_eq!(
            rows,
            [
                "at,activate,deactivate,check,info,update_check",
                "2026-01-01T00:00:00Z,0,0,0,0,0",
                "2026-01-02T00:00:00Z,0,0,0,0,0"
            ]
        );
    }
    let json = api.send("GET", &format!("{target}&format=json"), &[("Accept", "text/csv")], b"");
    assert_eq!(json.json()["data"].as_array().unwrap().len(), 2);
    let printed = cli(
        &shop.engine,
        &["analytics", "activations", "--from", "2026-01-01", "--to", "2026-01-03", "--csv"],
    );
    assert_eq!(printed.stdout, named.body);
    for (figures, head) in [
        ("summary", "figure,today,last_7_days,last_30_days"),
        ("revenue", "at,currency,orders,gross_minor,refunds_minor,net_minor"),
        ("versions", "product_id,product,version,checks,share_bp"),
        ("errors", "at,1101,1102,1103,1201,1301,1302,1901,1902,1903,1904,1905"),
    ] {
        let answer = api.get(&format!("/v1/analytics/{figures}?format=csv"));
        assert_eq!(answer.text().lines().next(), Some(head));
    }
}

#[test]
fn figures_are_drawn() {
    let engine = Engine::sqlite();
    let empty = cli(&engine, &["analytics", "activations"]);
    assert!(empty.status.success() && empty.stdout.is_empty());
    assert!(String::from_utf8_lossy(&empty.stderr).contains("keywright demo"), "{empty:?}");

    let mut shop = Shop::open(engine);
    let licence = shop.api().licence(shop.api().product());
    for _ in 0..3 {
        assert_eq!(shop.server.call(&format!("info&key={}", licence["key"].as_str().unwrap())).status, 200);
        assert_eq!(shop.server.call("check&key=NONE").status, 400);
    }
    shop.server.stop();
    let drawn = |figures: &str, locale: &str| {
        let mut command = server::command(&shop.engine, &["analytics", figures]);
        command.env("LC_ALL", locale).env("COLUMNS", "60");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
        text
    };
    let plain = drawn("errors", "C");
    assert!(plain.is_ascii() && plain.contains("1101 wrong key or identifier  ####"), "{plain}");
    assert!(plain.contains("3 errors") && plain.contains("100.0 %"), "{plain}");
    let rich = drawn("errors", "de_DE.UTF-8");
    assert!(rich.contains('█') && rich.contains("┤") && rich.contains("· My shop ·"), "{rich}");
    assert!(drawn("activations", "C").contains("3 infos"));
    let summary = drawn("summary", "C.UTF-8");
    assert!(summary.contains("newest errors") && summary.contains("1 active"), "{summary}");
}
