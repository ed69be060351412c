//! Every command of the document, as it stands there, to the letter, with only the host in another's place; and its example addresses.

use std::process::Command;

use keywright::domain::carried::{self, Source, What};
use keywright::domain::shop::{Mode, Shop};
use keywright::values;
use serde_json::{Value, json};

use super::world::{self, World};
use super::{Store, id};
use crate::support::block_on;
use crate::support::server::adopt;

/// The key of the document, and where it sends it.
const KEY: &str = "0bb18b34ba33cb2d7c55d568353fdc6f345b8d78";
const HOST: &str = "https://api.shopk.it/v1";

/// The commands in the document's order, each with the status that it shows. Two have a `&` that no quotes hold: a shell then asks for what
/// stands before it.
const COMMANDS: [(&str, u16); 13] = [
    (
        r"curl -i -X GET \
-H 'X-API-KEY:0bb18b34ba33cb2d7c55d568353fdc6f345b8d78' \
https://api.shopk.it/v1/",
        200,
    ),
    (
        r"curl -i -X GET \
-H 'X-API-KEY:0bb18b34ba33cb2d7c55d568353fdc6f345b8d78' \
https://api.shopk.it/v1/product/1337",
        200,
    ),
    (
        r"curl -i -X GET \
-H 'X-API-KEY:0bb18b34ba33cb2d7c55d568353fdc6f345b8d78' \
https://api.shopk.it/v1/product/?category=1337&limit=5",
        200,
    ),
    (
        r"curl -i -X GET \
-H 'X-API-KEY:0bb18b34ba33cb2d7c55d568353fdc6f345b8d78' \
https://api.shopk.it/v1/category/1337",
        200,
    ),
    (
        r"curl -i -X GET \
-H 'X-API-KEY:0bb18b34ba33cb2d7c55d568353fdc6f345b8d78' \
https://api.shopk.it/v1/order/1337",
        200,
    ),
    (
        r"curl -i -X GET \
-H 'X-API-KEY:0bb18b34ba33cb2d7c55d568353fdc6f345b8d78' \
https://api.shopk.it/v1/order?status=3&date_filter=last_month",
        200,
    ),
    (
        r#"curl -i -X PUT \
-H 'X-API-KEY:0bb18b34ba33cb2d7c55d568353fdc6f345b8d78' \
-H 'Content-Type:application/json' \
-d '{"paid":true, "status_alias":"sent"}' \
https://api.shopk.it/v1/order/1337"#,
        200,
    ),
    (
        r"curl -i -X DELETE \
-H 'X-API-KEY:0bb18b34ba33cb2d7c55d568353fdc6f345b8d78' \
https://api.shopk.it/v1/order/1337",
        204,
    ),
    (
        r"curl -i -X GET \
-H 'X-API-KEY:0bb18b34ba33cb2d7c55d568353fdc6f345b8d78' \
https://api.shopk.it/v1/shipping?country_code=prt",
        200,
    ),
    (
        r"curl -i -X GET \
-H 'X-API-KEY:0bb18b34ba33cb2d7c55d568353fdc6f345b8d78' \
https://api.shopk.it/v1/coupon/bajevolp",
        200,
    ),
    (
        r"curl -i -X DELETE \
-H 'X-API-KEY:0bb18b34ba33cb2d7c55d568353fdc6f345b8d78' \
https://api.shopk.it/v1/coupon/1337",
        204,
    ),
    (
        r#"curl -i -X POST \
-H "X-API-KEY:0bb18b34ba33cb2d7c55d568353fdc6f345b8d78" \
-H 'Content-Type:application/json' \
-d '{"url":"https://www.mysite.com/mywebhook_url", "event":"order_created"}' \
'https://api.shopk.it/v1/webhook'"#,
        201,
    ),
    (
        r"curl -i -X DELETE \
-H 'X-API-KEY:0bb18b34ba33cb2d7c55d568353fdc6f345b8d78' \
https://api.shopk.it/v1/webhook/1337",
        204,
    ),
];

/// The one that makes a coupon: asked before there is one, and once more.
const NEW_COUPON: &str = r#"curl -i -X POST \
-H "X-API-KEY:0bb18b34ba33cb2d7c55d568353fdc6f345b8d78" \
-H 'Content-Type:application/json' \
-d '{"code":"bajevolp", "limit":"5", "value":"10", "type":"percent", "applies_to":"all_orders"}' \
'https://api.shopk.it/v1/coupon'"#;

/// The addresses that the document gives as examples of GET, and what they are here: with an id, the one thing that is called so.
const ADDRESSES: [(&str, u16); 7] = [
    ("https://api.shopk.it/v1/?X-API-KEY=0bb18b34ba33cb2d7c55d568353fdc6f345b8d78", 200),
    (
        "https://api.shopk.it/v1/product?id=1337&handle=rustic-bowl&category=1337&status=0&status_alias=all&reference=bowl-001&featured=true&new=true&page=1&limit=10",
        200,
    ),
    ("https://api.shopk.it/v1/category/1337&rustic-bowl", 404),
    (
        "https://api.shopk.it/v1/order?id=1337&status=0&status_alias=all&paid=true&date_filter=yesterday&date_from=2015-01-01&date_to=2015-01-01&page=1&limit=10&coupon_code=1337",
        200,
    ),
    ("https://api.shopk.it/v1/shipping?country_code=prt&weight=100&value=10", 200),
    ("https://api.shopk.it/v1/coupon?id=1337&code=bajevolp", 200),
    ("https://api.shopk.it/v1/product?limit=50&page=1", 200),
];

/// Runs a command in a shell: the status, and what came.
fn run(store: &Store, command: &str) -> (u16, Value) {
    let line = command.replace(HOST, &format!("http://{}/shopkit/v1", store.server.address));
    let mut shell = Command::new("sh");
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        shell.env_remove(proxy);
    }
    let output = shell.args(["-c", &line]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let (head, body) = said.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{line}: {said}"));
    let body = if body.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(body).unwrap_or_else(|e| panic!("{line}: {e}: {body}"))
    };
    (head[9..12].parse().unwrap(), body)
}

/// Has the document's number for what stands in the shop, as if it had been carried here.
fn number(store: &Store, world: &World, coupon: i64) {
    let rows = store.engine.system_store();
    let (bowl, category) = (world.bowl, world.category);
    let noted = rows.write("numbers", move |tx| {
        let shop = Shop::first(tx, Mode::Live)?;
        for (what, row) in [(What::Product, bowl), (What::Category, category), (What::Coupon, coupon)] {
            carried::note(tx, shop, Source::Shopkit, what, "1337", row)?;
        }
        Ok(())
    });
    block_on(noted).unwrap();
}

#[test]
fn every_command_of_the_document_works_to_the_letter() {
    for store in Store::both() {
        assert!(adopt(&store.engine, &["--dialect", "shopkit"], KEY).status.success());
        let (status, made) = run(&store, NEW_COUPON);
        assert_eq!((status, &made[0]["code"], &made[0]["used"]), (201, &json!("bajevolp"), &json!(0)));
        assert_eq!(run(&store, NEW_COUPON).0, 409);
        let api = store.api();
        api.done("DELETE", "/coupon/bajevolp", &Value::Null);

        let world = world::make(&store);
        number(&store, &world, id(&api.get("/coupon/bajevolp")));
        for (address, expected) in ADDRESSES {
            let key = if address.contains(KEY) { String::new() } else { format!("-H X-API-KEY:{KEY} ") };
            let (status, told) = run(&store, &format!("curl -i {key}'{address}'"));
            assert_eq!(status, expected, "{address}: {told}");
            if address.contains("id=1337") {
                assert_eq!(told["id"], 1_337, "{address}");
            }
        }
        for (command, expected) in COMMANDS {
            let (status, told) = run(&store, command);
            assert_eq!(status, expected, "{command}: {told}");
            if command.ends_with("/1337") && status == 200 {
                assert_eq!(told["id"], 1_337, "{command}");
            }
            if command.contains("mywebhook_url") {
                let webhook = id(&told);
                let rows = store.engine.system_store();
                let renamed = rows.write("number", move |tx| {
                    tx.exec("update webhook set id = 1337 where id = $1", values![webhook])
                });
                assert_eq!((block_on(renamed).unwrap(), &told["event"]), (1, &json!("order_created")));
            }
        }
        for (command, _) in COMMANDS.iter().filter(|(command, _)| command.contains("DELETE")) {
            assert_eq!(run(&store, command).0, 404, "once more: {command}");
        }
    }
}
