//! Products: filters, and changes by programs.

use serde_json::{Value, json};

use super::{Store, id, world};
use crate::support::Engine;

#[test]
fn lists_are_narrowed() {
    for store in Store::both() {
        let world = world::make(&store);
        let api = store.api();
        let make = |body: Value| {
            let mut whole = json!({"title": "Thing", "price": 1});
            whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
            id(&api.done("POST", "/product", &whole))
        };
        let hidden = make(json!({"status": 2}));
        let out = make(json!({"status_alias": "out_of_stock", "featured": true}));
        let soon = make(json!({"status": "4"}));
        for (number, word, found) in [
            (1, "active", vec![world.shelf, world.bowl]),
            (2, "hidden", vec![hidden]),
            (3, "out_of_stock", vec![out]),
            (4, "soon", vec![soon]),
        ] {
            for path in [format!("/product?status={number}"), format!("/product?status_alias={word}")] {
                assert_eq!(api.found(&path).0, found, "{path}");
            }
            for one in found {
                let product = api.get(&format!("/product/{one}"));
                assert_eq!((&product["status"], &product["status_alias"]), (&json!(number), &json!(word)));
            }
        }
        for (query, found) in [
            ("status=0", vec![soon, out, hidden, world.shelf, world.bowl]),
            ("status_alias=all", vec![soon, out, hidden, world.shelf, world.bowl]),
            ("featured=true", vec![out]),
            ("featured=false&status=1", vec![world.shelf, world.bowl]),
            ("new=true", vec![world.bowl]),
            ("new=false&status=1", vec![world.shelf]),
            ("reference=STHFBF7574", vec![world.shelf]),
            ("reference=RSBS002", vec![world.bowl]),
            ("reference=none", vec![]),
            ("category=cozinha", vec![world.bowl]),
            ("category=999999", vec![]),
            ("category=&status=1", vec![world.shelf, world.bowl]),
        ] {
            assert_eq!(api.found(&format!("/product?{query}")).0, found, "{query}");
        }
        assert_eq!(api.found(&format!("/product/?category={}&limit=5", world.category)).0, [world.bowl]);
        assert_eq!(api.found("/product/search?q=tree").0, [world.shelf]);
        for query in [
            "status=9",
            "status=99",
            "status=-1",
            "status=x",
            "status_alias=gone",
            "featured=perhaps",
            "new=2",
        ] {
            api.refused("GET", &format!("/product?{query}"), &Value::Null, 400);
        }
        api.refused("GET", "/product?handle=nothing", &Value::Null, 404);
        api.refused("GET", "/product?id=999999", &Value::Null, 404);
        api.refused("GET", "/product/search", &Value::Null, 400);
    }
}

#[test]
fn products_are_made_changed_and_deleted() {
    for store in Store::both() {
        let api = store.api();
        let made = api.done(
            "POST",
            "/product",
            &json!({"title": "Bowl", "handle": "bowl", "price": "10.00", "price_promo": 8.5, "tax": "6.5", "weight": "250",
                "stock": {"stock_enabled": true, "stock_qty": 3}, "video_url": "https://youtu.be/abc", "unknown": {}}),
        );
        for (field, value) in [
            ("price", json!(10)),
            ("price_promo", json!(8.5)),
            ("promo", json!(true)),
            ("is_promotion", json!(true)),
            ("tax", json!(6.5)),
            ("weight", json!(250)),
            ("options", json!([])),
            ("option_groups", json!([])),
            ("images", json!({})),
            ("image", json!(null)),
            ("video_embed_url", json!("https://www.youtube.com/embed/abc")),
            ("price_formatted", json!("10,00 €")),
        ] {
            assert_eq!(made[field], value, "{field}");
        }
        assert_eq!((&made["stock"]["stock_qty"], &made["stock"]["stock_enabled"]), (&json!(3), &json!(true)));
        let at = format!("/product/{}", id(&made));
        api.refused("POST", "/product", &json!({"title": "Other", "price": 1, "handle": "bowl"}), 409);
        let changed = api.done("PUT", &at, &json!({"price": 12, "price_promo": 0, "title": "Big bowl", "stock_qty": 0, "stock_backorder": 1}));
        assert_eq!(
            ["price", "price_promo", "promo", "title", "handle", "tax"].map(|field| changed[field].clone()),
            [json!(12), json!(0), json!(false), json!("Big bowl"), json!("bowl"), json!(6.5)]
        );
        assert_eq!(
            (&changed["stock"]["stock_qty"], &changed["stock"]["stock_backorder"]),
            (&json!(0), &json!(true))
        );
        for body in [
            json!({"price": "1.234"}),
            json!({"price": -1}),
            json!({"tax": "x"}),
            json!({"category": "none"}),
            json!({"images": ["x"]}),
            json!({"title": null}),
        ] {
            api.refused("PUT", &at, &body, 400);
        }
        for body in [json!({}), json!({"title": "No price"}), json!({"price": 1})] {
            api.refused("POST", "/product", &body, 400);
        }
        assert_eq!(api.get(&at), changed, "nothing of a refused change stays");
        api.done("DELETE", &at, &Value::Null);
        api.refused("DELETE", &at, &Value::Null, 404);
        assert_eq!(api.found("/product").1, 0);
        // Orders go on telling of it.
        assert_eq!(api.get(&at)["status"], 2);
    }
}

#[test]
fn pictures_may_be_a_list() {
    let store = Store::open(Engine::sqlite(), &["--shopkit-images", "array"]);
    let body = json!({"title": "Bowl", "price": 1, "images": ["https://a.example/1.jpg", "https://a.example/2.jpg"]});
    let made = store.api().done("POST", "/product", &body);
    let two = json!({"thumb": "https://a.example/2.jpg", "square": "https://a.example/2.jpg", "full": "https://a.example/2.jpg"});
    assert_eq!(made["images"], json!([two]));
}
