//! The shop itself, its shelves and clients.

use serde_json::{Value, json};

use super::{Store, id, world};
use crate::support::server;

#[test]
fn what_is_said_of_the_shop_is_told() {
    for store in Store::both() {
        let api = store.api();
        let said = [
            "username=parallax",
            "phone=+351 900 000 000",
            "show_email=true",
            "address=Rua Inventada\n1",
            "latitude=39.8",
            "payments={\"paypal\": {\"active\": true, \"min_value\": null}}",
            "images_header=https://a.example/1.jpg\nhttps://a.example/2.jpg",
        ];
        server::json(&store.engine, &[&["about", "set"], &said[..]].concat());
        server::json(
            &store.engine,
            &["menu", "put", "main", "--item", "Home=/", "--item", "Blog=https://blog.example/"],
        );
        let told = api.get("");
        for (field, value) in [
            ("username", json!("parallax")),
            ("phone", json!("+351 900 000 000")),
            ("show_email", json!(true)),
            ("address", json!("Rua Inventada\n1")),
            ("latitude", json!("39.8")),
            ("notice", json!(null)),
            ("currency", json!("EUR")),
            ("taxes_included", json!(false)),
            ("payments", json!({"paypal": {"active": true, "min_value": null}})),
            ("images_header", json!(["https://a.example/1.jpg", "https://a.example/2.jpg"])),
        ] {
            assert_eq!(told[field], value, "{field}");
        }
        let home = format!("http://{}", store.server.address);
        assert_eq!(
            told["navigation"],
            json!({"primary": [
                {"menu_text": "Home", "menu_type": "menu_page", "menu_url": home, "menu_item": "/", "target_blank": false},
                {"menu_text": "Blog", "menu_type": "menu_link", "menu_url": "https://blog.example/", "menu_item": "https://blog.example/",
                    "target_blank": true}
            ], "secondary": []})
        );
        server::json(&store.engine, &["about", "set", "phone="]);
        assert_eq!(api.get("/store")["phone"], Value::Null);
        assert!(!server::cli(&store.engine, &["about", "set", "owner=me"]).status.success());
    }
}

#[test]
fn parcels_cost_by_country_weight_and_worth() {
    for store in Store::both() {
        let api = store.api();
        let bands = ["--band", "PRT:0-2000=500", "--band", "PRT:0-:5900-=0", "--band", "any=1250"];
        let way =
            server::json(&store.engine, &[&["shipping", "create", "--title", "Post"], &bands[..]].concat());
        let price = |query: &str| api.get(&format!("/shipping?{query}"))[0]["price"].clone();
        assert_eq!(price("country_code=prt&weight=100&value=10"), 5);
        assert_eq!(price("country_code=PRT&weight=100&value=59"), 0);
        assert_eq!(price("country_code=esp&weight=9000"), 12.5);
        assert_eq!(api.get("/shipping?country_code=prt&weight=2001&value=10"), json!([]));
        let id = way["id"].to_string();
        server::json(&store.engine, &["shipping", "set", &id, "--on", "off"]);
        assert_eq!(api.get("/shipping?country_code=esp"), json!([]));
        server::json(&store.engine, &["shipping", "delete", &id]);
    }
}

#[test]
fn shelves_brands_and_clients_are_listed() {
    for store in Store::both() {
        let world = world::make(&store);
        let api = store.api();
        assert_eq!(api.found("/category"), (vec![world.category], 1));
        let brand = server::json(&store.engine, &["brand", "create", "--title", "Clay & Co"]);
        let number = brand["id"].as_i64().unwrap();
        assert_eq!(api.found("/brand"), (vec![number], 1));
        assert_eq!(api.get("/brand/clay-co"), api.get(&format!("/brand?id={number}")));
        let changed = api.done(
            "PUT",
            &format!("/product/{}", world.bowl),
            &json!({"brand": "clay-co", "category": null}),
        );
        assert_eq!((&changed["brand"]["title"], &changed["categories"]), (&json!("Clay & Co"), &json!([])));
        let (clients, total) = api.found("/client");
        assert_eq!(total, 1);
        let client = api.get(&format!("/client/{}", clients[0]));
        assert_eq!((id(&client), &client["email"]), (clients[0], &json!("maria@customer.example")));
        assert_eq!(api.get("/client?email=maria@customer.example"), client);
        api.refused("GET", "/client?email=nobody@customer.example", &Value::Null, 404);
        api.refused("GET", "/category/999", &Value::Null, 404);
        api.refused("GET", "/brand/none", &Value::Null, 404);
    }
}
