//! Options of products, and what they differ in, made and changed by programs.

use serde_json::{Value, json};

use super::document::OPTION;
use super::world::{self, assert_shape};
use super::{Api, Store, id};

/// The titles of a product's options, and the names of what they differ in.
fn told(api: &Api<'_>, product: i64) -> (Vec<String>, Vec<String>) {
    let product = api.get(&format!("/product/{product}"));
    let titles = |field: &str| {
        let all = product[field].as_array().unwrap().iter();
        all.map(|one| one["title"].as_str().unwrap().to_owned()).collect()
    };
    (titles("options"), titles("option_groups"))
}

#[test]
fn options_are_made_changed_and_deleted() {
    for store in Store::both() {
        let api = store.api();
        let product = api.product("Bowl");
        let at = format!("/product/{product}/option");
        assert_eq!(api.found(&at), (vec![], 0), "what stands for the product itself is none");
        let made = api.done("POST", &at, &json!({"values": {"Size": "Small", "Colour": "White"}, "price": "12.5", "stock": "4", "reference": "B-1"}));
        assert_shape(&made, OPTION);
        assert_eq!(
            ["title", "price", "stock", "reference", "active"].map(|field| made[field].clone()),
            [json!("Small / White"), json!(12.5), json!(4), json!("B-1"), json!(true)]
        );
        let shown = api.get(&format!("/product/{product}"));
        assert_eq!(shown["options"], json!([made]));
        let group = |n: usize| shown["option_groups"][n]["options"][0]["id"].clone();
        assert_eq!((&made["id_variant_1"], &made["id_variant_2"]), (&group(0), &group(1)));
        // By the numbers of values that are there, and by a title with a part for each group.
        let blue = api.done("POST", &at, &json!({"title": "Small / Blue", "active": false, "stock": 2}));
        assert_eq!(
            (&blue["id_variant_1"], &blue["active"], &blue["stock"]),
            (&group(0), &json!(false), &json!(2))
        );
        assert_eq!(blue["price"], 40.73, "as the product");
        let big = api.done("POST", &at, &json!({"values": {"Size": "Big", "Colour": "White"}}));
        let one = format!("{at}/{}", id(&big));
        let moved = api.done("PUT", &one, &json!({"id_variant_2": blue["id_variant_2"]}));
        assert_eq!((&moved["title"], &moved["id_variant_1"]), (&json!("Big / Blue"), &big["id_variant_1"]));
        let changed = api.done(
            "PUT",
            &one,
            &json!({"price": 20, "stock": 7, "active": "0", "title": "Large blue", "reference": null}),
        );
        assert_eq!(
            ["title", "price", "stock", "active", "id_variant_2"].map(|field| changed[field].clone()),
            [json!("Large blue"), json!(20), json!(7), json!(false), moved["id_variant_2"].clone()]
        );
        assert_eq!(api.get(&one), changed);
        assert_eq!(api.done("PUT", &one, &json!({"price": null}))["price"], 40.73);
        assert_eq!(api.found(&at).0, [id(&made), id(&blue), id(&big)]);
        assert_eq!(api.found(&format!("{at}?limit=2&page=2")).0, [id(&big)]);
        assert!(api.get(&format!("{at}?limit=1"))["paging"]["next"].as_str().unwrap().contains(&at));
        refuses(&store, &at, &made);
        for one in [id(&made), id(&blue)] {
            api.done("DELETE", &format!("{at}/{one}"), &Value::Null);
        }
        api.refused("DELETE", &format!("{at}/{}", id(&made)), &Value::Null, 404);
        api.done("DELETE", &one, &Value::Null);
        let plain = api.get(&format!("/product/{product}"));
        assert_eq!((&plain["options"], &plain["option_groups"]), (&json!([]), &json!([])));
        assert_eq!(plain["stock"]["stock_qty"], 7, "as many as there were of the last one");
        let again = api.done("POST", &at, &json!({"title": "Red"}));
        assert_eq!((&again["title"], &again["id_variant_1"]), (&json!("Red"), &json!(null)));
    }
}

/// What a product with the option `Small / White` and others refuses.
fn refuses(store: &Store, at: &str, made: &Value) {
    let api = store.api();
    let before = api.get(at);
    for body in [
        json!({}),
        json!({"title": ""}),
        json!({"title": 5}),
        json!({"values": "Small"}),
        json!({"values": {"Size": 5}}),
        json!({"values": {"Size": "x".repeat(101)}}),
        json!({"values": {"Size": "XL", "Colour": "Red", "Lid": "Yes", "Handle": "No"}}),
        json!({"id_variant_1": 1}),
        json!({"id_variant_3": made["id_variant_1"]}),
        json!({"title": "A", "price": -1}),
        json!({"title": "A", "price": "1.234"}),
        json!({"title": "A", "stock": -1}),
        json!({"title": "A", "stock": "many"}),
        json!({"title": "A", "active": "perhaps"}),
    ] {
        api.refused("POST", at, &body, 400);
    }
    for body in [json!({"values": {"Colour": "White", "Size": "Small"}}), json!({"title": "Small / White"})] {
        api.refused("POST", at, &body, 409);
    }
    let one = format!("{at}/{}", before["1"]["id"]);
    api.refused("PUT", &one, &json!({"values": {"Size": "Small", "Colour": "White"}}), 409);
    api.refused("PUT", &one, &json!({"id_variant_1": 99}), 400);
    for path in ["999999", "x", "-1", "9223372036854775807"] {
        api.refused("GET", &format!("{at}/{path}"), &Value::Null, 404);
        api.refused("PUT", &format!("{at}/{path}"), &json!({"price": 1}), 404);
    }
    let other = api.product("Other");
    api.refused("GET", &format!("/product/{other}/option/{}", made["id"]), &Value::Null, 404);
    for path in ["/product/none/option", "/product/none/option_group"] {
        api.refused("GET", path, &Value::Null, 404);
        api.refused("POST", path, &json!({"title": "A", "options": ["a"]}), 404);
    }
    api.refused("GET", &format!("{at}?limit=x"), &Value::Null, 400);
    assert_eq!(api.get(at), before, "nothing of a refused change stays");
}

#[test]
fn groups_are_made_changed_and_deleted() {
    for store in Store::both() {
        let api = store.api();
        let made = api.done(
            "POST",
            "/product",
            &json!({"title": "Bowl", "handle": "bowl", "price": 10, "stock_qty": 5}),
        );
        let (product, at) = (id(&made), "/product/bowl/option_group");
        let size =
            api.done("POST", at, &json!({"title": "Size", "options": [{"title": "S"}, {"title": "M"}]}));
        assert_shape(&size, "title:text options:list id:int");
        assert_eq!(told(&api, product), (vec!["S".into(), "M".into()], vec!["Size".into()]));
        let stocks = |product: &Value| -> Vec<Value> {
            product["options"].as_array().unwrap().iter().map(|one| one["stock"].clone()).collect()
        };
        assert_eq!(
            stocks(&api.get("/product/bowl")),
            [json!(5), json!(0)],
            "how many there were are of the first"
        );
        api.done("POST", at, &json!({"title": "Colour", "options": ["Red", "Blue"]}));
        let four = ["S / Red", "M / Red", "S / Blue", "M / Blue"].map(str::to_owned);
        assert_eq!(told(&api, product).0, four);
        assert_eq!(api.found(at).1, 2);
        let group = api.get(&format!("{at}/Size"));
        assert_eq!(api.get(&format!("{at}/{}", group["id"])), group);
        assert_eq!(group, api.get("/product/bowl")["option_groups"][0]);
        // Another name, a value less, one called otherwise, one more.
        let values = json!([{"id": group["options"][0]["id"], "title": "Small"}, "Large"]);
        let changed =
            api.done("PUT", &format!("{at}/{}", group["id"]), &json!({"title": "Width", "options": values}));
        assert_eq!((&changed["title"], &changed["options"][1]["title"]), (&json!("Width"), &json!("Large")));
        let four = ["Small / Red", "Small / Blue", "Large / Red", "Large / Blue"].map(str::to_owned);
        assert_eq!(told(&api, product), (four.to_vec(), vec!["Width".into(), "Colour".into()]));
        for (body, status) in [
            (json!({}), 400),
            (json!({"title": "Lid"}), 400),
            (json!({"title": "Lid", "options": []}), 400),
            (json!({"title": "Lid", "options": ["a", "a"]}), 400),
            (json!({"title": "Lid", "options": [{}]}), 400),
            (json!({"title": "Lid", "options": [["a"]]}), 400),
            (json!({"title": "Lid", "options": "a"}), 400),
            (json!({"title": "", "options": ["a"]}), 400),
            (json!({"title": "Lid", "options": ["x".repeat(101)]}), 400),
            (json!({"title": "Lid", "options": (0..100).map(|n| n.to_string()).collect::<Vec<_>>()}), 400),
            (json!({"title": "Width", "options": ["a"]}), 409),
        ] {
            api.refused("POST", at, &body, status);
        }
        for (body, status) in [
            (json!({"options": []}), 400),
            (json!({"options": [{"id": 1}]}), 400),
            (json!({"title": null}), 400),
            (json!({"title": "Colour"}), 409),
        ] {
            api.refused("PUT", &format!("{at}/Width"), &body, status);
        }
        for method in ["GET", "PUT", "DELETE"] {
            api.refused(method, &format!("{at}/none"), &json!({"title": "A"}), 404);
        }
        assert_eq!(told(&api, product).0, four, "nothing of a refused change stays");
        api.done("POST", at, &json!({"title": "Lid", "options": ["Yes"]}));
        api.refused("POST", at, &json!({"title": "Handle", "options": ["Yes"]}), 400);
        api.done("DELETE", &format!("{at}/Lid"), &Value::Null);
        api.done("DELETE", &format!("{at}/Colour"), &Value::Null);
        assert_eq!(told(&api, product), (vec!["Small".into(), "Large".into()], vec!["Width".into()]));
        api.done("DELETE", &format!("{at}/Width"), &Value::Null);
        let plain = api.get("/product/bowl");
        assert_eq!((&plain["options"], &plain["stock"]["stock_qty"]), (&json!([]), &json!(5)));
    }
}

#[test]
fn a_product_comes_with_its_options() {
    for store in Store::both() {
        let api = store.api();
        // Groups alone: each mix of their values.
        let groups = json!([{"title": "Size", "options": ["S", "M"]}, {"title": "Colour", "options": [{"title": "Red"}]}]);
        let made =
            api.done("POST", "/product", &json!({"title": "Bowl", "price": 1, "option_groups": groups}));
        assert_eq!(told(&api, id(&made)).0, ["S / Red", "M / Red"]);
        // As another shop tells it: with numbers of its own.
        let copy = json!({
            "title": "Copy", "price": 40.73,
            "options": [
                {"id_variant_1": "45896", "id_variant_2": 90_262, "id_variant_3": null, "title": "Small bowl / Dark", "price": "41", "stock": "9"},
                {"id_variant_1": 45_897, "id_variant_2": "90262", "id_variant_3": "", "title": "Big bowl / Dark", "active": "1"}
            ],
            "option_groups": [
                {"title": "Size", "options": [{"id": "45896", "title": "Small bowl"}, {"id": "45897", "title": "Big bowl"}]},
                {"title": "Colour", "options": [{"id": "90262", "title": "Dark"}]}
            ]
        });
        let made = api.done("POST", "/product", &copy);
        let product = format!("/product/{}", id(&made));
        assert_eq!(told(&api, id(&made)).1, ["Size", "Colour"]);
        assert_eq!(made["option_groups"][0]["options"][1]["title"], "Big bowl");
        assert_eq!((&made["options"][0]["price"], &made["options"][0]["stock"]), (&json!(41), &json!(9)));
        // By PUT: one is changed by its number, another is added, none goes.
        let options = json!([{"id": made["options"][0]["id"], "stock": 3}, {"values": {"Size": "Huge", "Colour": "Dark"}}]);
        let changed = api.done("PUT", &product, &json!({ "options": options }));
        let titles = ["Small bowl / Dark", "Big bowl / Dark", "Huge / Dark"];
        assert_eq!(told(&api, id(&made)).0, titles);
        assert_eq!(changed["options"][0]["stock"], 3);
        let groups = json!([{"title": "Size", "options": ["Tiny"]}]);
        let changed = api.done("PUT", &product, &json!({ "option_groups": groups }));
        assert_eq!(changed["options"].as_array().unwrap().len(), 4);
        for (body, status) in [
            (json!({"options": [{"id": 1, "stock": 1}]}), 400),
            (json!({"options": [{"id_variant_1": 5}]}), 400),
            (json!({"options": {"a": 1}}), 400),
            (json!({"options": [5]}), 400),
            (json!({"options": [{"title": "Tiny / Dark"}]}), 409),
            (json!({"option_groups": [5]}), 400),
            (json!({"option_groups": [{"title": "New"}]}), 400),
            (
                json!({"option_groups": [{"title": "A", "options": ["a"]}, {"title": "B", "options": ["b"]}]}),
                400,
            ),
        ] {
            api.refused("PUT", &product, &body, status);
        }
        assert_eq!(api.get(&product)["options"], changed["options"], "nothing of a refused change stays");
        let form = b"options[0][title]=Wide+/+Dark&options[0][price]=5&options[0][active]=1";
        assert_eq!(api.send("PUT", &product, &[], form).status, 200);
        assert_eq!(api.get(&product)["options"][4]["price"], 5);
    }
}

#[test]
fn a_product_that_is_sent_back_stays_as_it_is() {
    for store in Store::both() {
        let world = world::make(&store);
        let api = store.api();
        api.done("POST", "/brand", &json!({"title": "Clay"}));
        let at = format!("/product/{}", world.bowl);
        api.done("PUT", &at, &json!({"brand": "clay"}));
        let one = api.get(&format!("{at}/option?limit=1"))["0"]["id"].clone();
        api.done("PUT", &format!("{at}/option/{one}"), &json!({"active": false}));
        let before = api.get(&at);
        let mut after = api.done("PUT", &at, &before);
        after["updated_at"] = before["updated_at"].clone();
        assert_eq!(after, before);
    }
}
