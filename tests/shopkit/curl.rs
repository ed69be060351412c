//! Every command of the document, as it stands there, with only the host and the key in another's place.

use std::process::Command;

use super::manners::adopt;
use super::{Store, id, world};
use serde_json::json;

/// The key of the document.
const KEY: &str = "0bb18b34ba33cb2d7c55d568353fdc6f345b8d78";
const HOST: &str = "https://api.shopk.it/v1";

/// The commands, each with the status of its answer.
const COMMANDS: [(&str, u16); 16] = [
    ("curl -i -X GET -H 'X-API-KEY:KEY' HOST/", 200),
    ("curl -i -X GET -H 'X-API-KEY:KEY' HOST/product/1337", 200),
    ("curl -i -X GET -H 'X-API-KEY:KEY' 'HOST/product/?category=1337&limit=5'", 200),
    ("curl -i -X GET -H 'X-API-KEY:KEY' HOST/category/1337", 200),
    ("curl -i -X GET -H 'X-API-KEY:KEY' HOST/order/1337", 200),
    ("curl -i -X GET -H 'X-API-KEY:KEY' 'HOST/order?status=3&date_filter=last_month'", 200),
    (
        "curl -i -X PUT -H 'X-API-KEY:KEY' -H 'Content-Type:application/json' -d '{\"paid\":true, \"status_alias\":\"sent\"}' HOST/order/1337",
        200,
    ),
    ("curl -i -X DELETE -H 'X-API-KEY:KEY' HOST/order/1337", 204),
    ("curl -i -X DELETE -H 'X-API-KEY:KEY' HOST/order/1337", 404),
    ("curl -i -X GET -H 'X-API-KEY:KEY' HOST/shipping?country_code=prt", 200),
    ("curl -i -X GET -H 'X-API-KEY:KEY' HOST/coupon/bajevolp", 200),
    (
        "curl -i -X POST -H \"X-API-KEY:KEY\" -H 'Content-Type:application/json' -d '{\"code\":\"bajevolp\", \"limit\":\"5\", \"value\":\"10\", \"type\":\"percent\", \"applies_to\":\"all_orders\"}' 'HOST/coupon'",
        409,
    ),
    ("curl -i -X DELETE -H 'X-API-KEY:KEY' HOST/coupon/COUPON", 204),
    (
        "curl -i -X POST -H \"X-API-KEY:KEY\" -H 'Content-Type:application/json' -d '{\"url\":\"https://www.mysite.com/mywebhook_url\", \"event\":\"order_created\"}' 'HOST/webhook'",
        201,
    ),
    ("curl -i -X DELETE -H 'X-API-KEY:KEY' HOST/webhook/WEBHOOK", 204),
    ("curl -i -X GET 'HOST/?X-API-KEY=KEY'", 200),
];

#[test]
fn every_command_of_the_document_works() {
    for store in Store::both() {
        let world = world::make(&store);
        adopt(&store.engine, KEY);
        let api = store.api();
        let coupon = id(&api.get("/coupon/bajevolp"));
        let here = format!("http://{}/shopkit/v1", store.server.address);
        let mut webhook = 0;
        for (command, status) in COMMANDS {
            let line = command
                .replace("product/1337", &format!("product/{}", world.bowl))
                .replace("category/1337", &format!("category/{}", world.category))
                .replace("category=1337", &format!("category={}", world.category))
                .replace("COUPON", &coupon.to_string())
                .replace("WEBHOOK", &webhook.to_string())
                .replace("HOST", HOST)
                .replace(HOST, &here)
                .replace("KEY:KEY", &format!("KEY:{KEY}"))
                .replace("KEY=KEY", &format!("KEY={KEY}"));
            let mut shell = Command::new("sh");
            for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
                shell.env_remove(proxy);
            }
            let output = shell.args(["-c", &line]).output().unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: {said}");
            let body = said.split_once("\r\n\r\n").unwrap().1;
            if line.contains("/webhook'") {
                let made: serde_json::Value = serde_json::from_str(body).unwrap();
                assert_eq!(made["event"], json!("order_created"));
                webhook = id(&made);
            }
        }
    }
}
