//! Every pair of where an order's goods and its money are, as each dialect tells it (contract commerce.md, "Order status mapping"), and as its
//! filters find it.

use keywright::base::error::Result;
use keywright::values;
use serde_json::{Value, json};

use crate::platform::{self, key};
use crate::support::http;
use crate::support::server::Server;
use crate::support::{Engine, block_on, engines};

/// Where the goods are: our word, the Shopkit number, and the Shopvo word for an order that is paid; none where money alone decides.
const GOODS: [(&str, i64, Option<&str>); 11] = [
    ("pending", 1, None),
    ("processing", 2, Some("PROCESSING")),
    ("sent", 3, Some("SHIPPED")),
    ("canceled", 4, Some("CANCELLED")),
    ("waiting_confirmation", 5, Some("PENDING")),
    ("waiting_payment", 6, Some("PENDING")),
    ("waiting_stock", 7, Some("PROCESSING")),
    ("delivered", 8, Some("DELIVERED")),
    ("returned", 9, Some("DELIVERED")),
    ("pickup_available", 10, Some("SHIPPED")),
    ("waiting_shipment", 11, Some("PROCESSING")),
];

/// Where the money is: our word, the Shopvo word, and whether it was paid once.
const MONEY: [(&str, &str, bool); 7] = [
    ("unpaid", "PENDING", false),
    ("confirming", "PENDING", false),
    ("failed", "FAILED", false),
    ("paid", "PAID", true),
    ("disputed", "PAID", true),
    ("partially_refunded", "PARTIALLY_REFUNDED", true),
    ("refunded", "REFUNDED", true),
];

struct Told {
    server: Server,
    key: String,
    site: String,
}

impl Told {
    fn get(&self, path: &str) -> Value {
        let bearer = format!("Bearer {}", self.key);
        let headers = [
            ("Authorization", if path.starts_with("/shopvo") { &bearer } else { &self.key }.as_str()),
            ("X-API-KEY", &self.key),
        ];
        let answer = http::send(self.server.address, "GET", path, &headers, b"");
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }

    /// How many orders a Shopvo filter finds.
    fn count(&self, filter: &str) -> usize {
        let told = self.get(&format!("/shopvo/api/v1/{}/orders?{filter}&limit=1", self.site));
        usize::try_from(told["pagination"]["total"].as_i64().unwrap()).unwrap()
    }
}

/// An order of each pair, set so in the database: no call brings all of them about.
fn pairs(engine: &Engine, api: platform::Api<'_>) -> Vec<i64> {
    let product = api.done(
        "POST",
        "/v1/products",
        &json!({"title": "Thing", "price": {"amount": 1_000, "currency": "EUR"}}),
    );
    let order =
        json!({"customer": {"email": "buyer@customer.example"}, "lines": [{"product_id": product["id"]}]});
    let placed = |_| api.done("POST", "/v1/orders", &order)["id"].as_i64().unwrap();
    let all: Vec<i64> = (0..GOODS.len() * MONEY.len()).map(placed).collect();
    let orders = all.clone();
    let store = engine.system_store();
    let written = store.write("states", move |tx| {
        let pairs = GOODS.iter().flat_map(|goods| MONEY.iter().map(move |money| (goods.0, money.0, money.2)));
        for (id, (goods, money, is_paid)) in orders.iter().zip(pairs) {
            let back = match money {
                "refunded" => 1_000,
                "partially_refunded" => 400,
                _ => 0,
            };
            let changed = tx.exec(
                "update sale set fulfilment_status = $2, payment_status = $3, paid_minor = $4, paid_at = $5, \
                 refunded_minor = $6, disputed_at = $7 where id = $1 and total_minor = 1000",
                values![
                    *id,
                    goods,
                    money,
                    if is_paid { 1_000 } else { 0 },
                    is_paid.then_some(1_700_000_000_000_i64),
                    back,
                    (money == "disputed").then_some(1_700_000_100_000_i64)
                ],
            )?;
            assert_eq!(changed, 1);
        }
        Result::Ok(())
    });
    block_on(written).unwrap();
    all
}

#[test]
fn every_pair_is_told_as_the_contract_has_it() {
    for engine in engines() {
        let key = key(&engine, &["--scopes", "all"]);
        let server = Server::start(&engine, &["--shopkit-hour-rate", "0", "--shoppy-rate", "0"]);
        let orders = pairs(&engine, platform::Api { address: server.address, key: &key });
        let told = Told { site: crate::shopvo::site(&engine), key, server };
        let pairs = GOODS.iter().flat_map(|goods| MONEY.iter().map(move |money| (goods, money)));
        let shopvo = |goods: &(&str, i64, Option<&'static str>), money: &(&str, &str, bool)| match (
            goods.2, money.0,
        ) {
            (Some("CANCELLED"), _) => "CANCELLED",
            (_, "refunded") => "REFUNDED",
            (Some(word), _) => word,
            (None, _) if money.2 => "CONFIRMED",
            (None, _) => "PENDING",
        };
        for (id, (goods, money)) in orders.iter().zip(pairs.clone()) {
            let pair = format!("{} and {}", goods.0, money.0);
            let shopkit = told.get(&format!("/shopkit/v1/order/{id}"));
            assert_eq!(
                (&shopkit["status"], &shopkit["status_alias"], &shopkit["paid"]),
                (&json!(goods.1), &json!(goods.0), &json!(money.2)),
                "{pair}"
            );
            let document = told.get(&format!("/shoppy/api/1.0/orders/{id}"));
            let later = told.get(&format!("/shoppy/api/v1/orders/{id}"));
            let is_out = matches!(goods.0, "sent" | "pickup_available" | "delivered" | "returned");
            for shoppy in [&document, &later] {
                assert_eq!(
                    (&shoppy["delivered"], shoppy["paid_at"].is_string(), shoppy["disputed_at"].is_string()),
                    (&json!(i64::from(is_out)), money.2, money.0 == "disputed"),
                    "{pair}"
                );
            }
            assert_eq!(
                (later["refund_id"].is_string(), &later["is_partial"], &later["crypto_received"]),
                (money.0 == "refunded", &Value::Null, &json!(money.0 == "confirming")),
                "{pair}"
            );
        }
        let all = told.get(&format!("/shopvo/api/v1/{}/orders?limit=100", told.site));
        let rows = all["items"].as_array().unwrap();
        assert_eq!(rows.len(), orders.len());
        for (row, (goods, money)) in rows.iter().rev().zip(pairs.clone()) {
            assert_eq!(
                (&row["status"], &row["paymentStatus"]),
                (&json!(shopvo(goods, money)), &json!(money.1)),
                "{} and {}",
                goods.0,
                money.0
            );
        }
        for word in ["PENDING", "CONFIRMED", "PROCESSING", "SHIPPED", "DELIVERED", "CANCELLED", "REFUNDED"] {
            let expected = pairs.clone().filter(|(goods, money)| shopvo(goods, money) == word).count();
            assert_eq!(told.count(&format!("status={word}")), expected, "{word}");
        }
        for word in ["PENDING", "PAID", "FAILED", "REFUNDED", "PARTIALLY_REFUNDED"] {
            let expected = pairs.clone().filter(|(_, money)| money.1 == word).count();
            assert_eq!(told.count(&format!("paymentStatus={word}")), expected, "{word}");
        }
        for (word, number, _) in GOODS {
            for filter in [format!("status={number}"), format!("status_alias={word}")] {
                let list = told.get(&format!("/shopkit/v1/order?{filter}"));
                assert_eq!(list.as_object().unwrap().len() - 1, MONEY.len(), "{filter}");
            }
        }
        for (filter, count) in [("paid=true", 44), ("paid=false", 33)] {
            let list = told.get(&format!("/shopkit/v1/order?{filter}&limit=50"));
            assert_eq!(list.as_object().unwrap().len() - 1, count, "{filter}");
        }
    }
}
