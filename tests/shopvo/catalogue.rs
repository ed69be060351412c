//! Products, variants, categories, brands and reviews.

use serde_json::{Value, json};

use super::{Store, id, names};
use crate::support::server::{self, json as cli};
use crate::support::until;

#[test]
fn products_have_the_documents_fields_first() {
    for store in Store::both() {
        let api = store.api();
        let body = json!({"name": "Classic White T-Shirt", "price": 2_999, "compareAtPrice": 3_999, "currency": "EUR",
            "images": ["https://cdn.shop.example/ts-wht.jpg"]});
        let made = api.data("POST", "/products", &body);
        let list = api.get("/products?page=1&limit=20");
        assert_eq!(names(&list), ["success", "items", "pagination"]);
        assert_eq!(list["pagination"], json!({"page": 1, "limit": 20, "total": 1, "totalPages": 1}));
        let item = &list["items"][0];
        assert_eq!(names(item)[..6], ["id", "name", "slug", "price", "compareAtPrice", "images"]);
        assert_eq!(item["slug"], "classic-white-t-shirt");
        assert_eq!(item["price"], 2_999);
        assert_eq!(item["images"], body["images"]);
        let product = api.data("GET", "/products/classic-white-t-shirt", &Value::Null);
        assert_eq!(product["id"], made["id"], "a slug names it too");
        let variant = &product["variants"][0];
        assert_eq!((&variant["isDefault"], &variant["inventoryStatus"]), (&true.into(), &"IN_STOCK".into()));
        assert!(id(&made).starts_with("prd_") && id(&made).len() == 28);
    }
}

#[test]
fn fields_are_sparse_and_relations_stand_beside() {
    for store in Store::both() {
        let (api, engine) = (store.api(), &store.engine);
        let shelf = cli(engine, &["category", "create", "--title", "Apparel"])["id"].as_i64().unwrap();
        assert!(shelf > 0);
        let categories = api.data("GET", "/categories", &Value::Null);
        assert_eq!(names(&categories[0])[..3], ["id", "name", "slug"]);
        assert_eq!(api.data("GET", "/categories?slug=apparel", &Value::Null), categories);
        assert_eq!(api.data("GET", "/categories?slug=nothing", &Value::Null), json!([]));
        let product = api.product("Shirt");
        api.done("PATCH", &format!("/products/{product}"), &json!({"categoryId": categories[0]["id"]}));
        let sparse = api.get("/products?fields=name,price,slug");
        assert_eq!(names(&sparse["items"][0]), ["id", "name", "slug", "price"]);
        let wide = api.get("/products?expand[]=variants&expand[]=brand&expand[]=categories");
        let item = &wide["items"][0];
        assert_eq!(item["variants"][0]["name"], "Default");
        assert_eq!((&item["brand"], &item["categories"][0]["slug"]), (&Value::Null, &"apparel".into()));
        let encoded = api.get("/products?expand%5B%5D=categories");
        assert_eq!(encoded["items"][0]["categories"], item["categories"]);
        assert!(encoded["items"][0].get("variants").is_none());
        let of = |query: &str| api.get(&format!("/products?{query}"))["items"].as_array().unwrap().len();
        assert_eq!(of(&format!("categoryId={}", categories[0]["id"].as_str().unwrap())), 1);
        assert_eq!(of("categoryId=cat_nothing"), 0, "an id that is none finds nothing");
        assert_eq!((of("featured=true"), of("featured=false"), of("status=DRAFT")), (0, 1, 0));
        api.refused("GET", "/products?expand[]=everything", &Value::Null, 400);
        api.refused("GET", "/products?status=GONE", &Value::Null, 400);
        api.refused("GET", "/products/%00", &Value::Null, 404);
    }
}

#[test]
fn searches_look_through_names_skus_and_descriptions() {
    for store in Store::both() {
        let api = store.api();
        let shirt = api.product("Classic Shirt");
        api.done(
            "PATCH",
            &format!("/products/{shirt}"),
            &json!({"description": "Soft cotton, made to last"}),
        );
        api.product("Trousers");
        let variant = json!({"name": "Small", "sku": "TS-WHT-S"});
        api.done("POST", &format!("/products/{shirt}/variants"), &variant);
        for (search, found) in [
            ("classic", 1),
            ("CLASSIC sh", 1),
            ("cotton", 1),
            ("wht", 1),
            ("TS-WHT-S", 1),
            ("silk", 0),
            ("tro", 1),
            ("...", 0),
        ] {
            let list = api.get(&format!("/products?search={}", search.replace(' ', "+")));
            assert_eq!(list["pagination"]["total"], found, "{search}");
        }
        api.done("PATCH", &format!("/products/{shirt}"), &json!({"description": "Silk"}));
        assert_eq!(api.get("/products?search=cotton")["pagination"]["total"], 0);
    }
}

#[test]
fn a_cursor_stays_where_it_is_while_rows_come_and_go() {
    for store in Store::both() {
        let api = store.api();
        let made: Vec<String> = (0..7).map(|n| api.product(&format!("Product {n}"))).collect();
        let first = api.get("/products?cursor=&limit=3");
        assert_eq!(names(&first), ["success", "items", "cursor", "hasNextPage", "limit"]);
        let ids = |page: &Value| page["items"].as_array().unwrap().iter().map(id).collect::<Vec<_>>();
        let mut seen = ids(&first);
        assert_eq!(seen.iter().collect::<Vec<_>>(), [&made[6], &made[5], &made[4]]);
        // A newer one comes, and the one that the cursor names goes.
        api.product("Newcomer");
        api.done("DELETE", &format!("/products/{}", made[4]), &Value::Null);
        let mut page = first;
        while let Some(cursor) = page["cursor"].as_str() {
            assert_eq!(page["hasNextPage"], true);
            page = api.get(&format!("/products?cursor={cursor}&limit=3"));
            seen.extend(ids(&page));
        }
        assert_eq!((&page["cursor"], &page["hasNextPage"]), (&Value::Null, &false.into()));
        let wanted: Vec<String> = made.into_iter().rev().collect();
        assert_eq!(seen, wanted);
        let order = "cursor=order_000000000000000000000000";
        for bad in
            ["cursor=nonsense", order, "page=0", "page=-1", "page=x", "limit=0", "limit=101", "limit=-5"]
        {
            api.refused("GET", &format!("/products?{bad}"), &Value::Null, 400);
        }
        let far = api.get("/products?page=999999999999999999&limit=100");
        assert_eq!((&far["items"], &far["pagination"]["total"]), (&json!([]), &7.into()));
    }
}

#[test]
fn of_a_products_variants_one_is_the_default() {
    for store in Store::both() {
        let api = store.api();
        let product = api.product("T-Shirt");
        let at = format!("/products/{product}/variants");
        let defaults = || {
            let all = api.data("GET", &at, &Value::Null);
            let all = all.as_array().unwrap().clone();
            assert_eq!(all.iter().filter(|variant| variant["isDefault"] == true).count(), 1, "{all:?}");
            assert_eq!(all[0]["isDefault"], true, "the default stands first");
            all
        };
        let small = json!({"name": "Small / White", "sku": "TS-WHT-S", "inventoryCount": 42,
            "options": {"Size": "Small", "Color": "White"}});
        let small = api.data("POST", &at, &small);
        assert_eq!(
            names(&small)[..8],
            ["id", "name", "sku", "price", "inventoryStatus", "inventoryCount", "options", "isDefault"]
        );
        assert_eq!(
            (&small["isDefault"], &small["price"]),
            (&true.into(), &Value::Null),
            "a product's first takes the implicit one's place"
        );
        assert_eq!(defaults().len(), 1);
        let large =
            json!({"name": "Large / Black", "sku": "TS-BLK-L", "inventoryCount": 0, "isDefault": true});
        let large = api.data("POST", &at, &large);
        assert_eq!((&large["inventoryStatus"], &large["isDefault"]), (&"OUT_OF_STOCK".into(), &true.into()));
        assert_eq!(defaults()[0]["id"], large["id"]);
        let of = |variant: &Value| format!("{at}/{}", id(variant));
        let changed = api.data("PUT", &of(&small), &json!({"isDefault": true, "price": 3_499}));
        assert_eq!(
            (&changed["isDefault"], &changed["price"], &changed["name"]),
            (&true.into(), &3_499.into(), &small["name"])
        );
        let gone =
            api.data("PATCH", &of(&small), &json!({"inventoryCount": 0, "inventoryStatus": "OUT_OF_STOCK"}));
        assert_eq!(gone["inventoryStatus"], "OUT_OF_STOCK");
        assert_eq!(
            api.data("PATCH", &of(&small), &json!({"inventoryCount": 5}))["inventoryStatus"],
            "IN_STOCK"
        );
        api.refused("PATCH", &of(&small), &json!({"inventoryCount": 0, "inventoryStatus": "IN_STOCK"}), 400);
        assert_eq!(api.done("DELETE", &of(&small), &Value::Null), json!({"success": true, "deleted": true}));
        assert_eq!(defaults()[0]["id"], large["id"], "the next oldest is promoted");
        api.refused("DELETE", &of(&small), &Value::Null, 404);
        api.refused("DELETE", &of(&large), &Value::Null, 409);
        let other = api.product("Other");
        api.refused(
            "PATCH",
            &format!("/products/{other}/variants/{}", id(&large)),
            &json!({"name": "x"}),
            404,
        );
    }
}

#[test]
fn reviews_wait_to_be_looked_at_and_know_who_bought() {
    for store in Store::both() {
        let (api, platform) = (store.api(), store.platform());
        let product = api.product("Shirt");
        let number = platform.done("GET", "/v1/products", &Value::Null)["data"][0]["id"].clone();
        let order =
            json!({"customer": {"email": "jane@customer.example"}, "lines": [{"product_id": number}]});
        let order = platform.done("POST", "/v1/orders", &order)["id"].clone();
        let at = format!("/products/{product}/reviews");
        let review = |email: Value| {
            json!({"rating": 5, "title": "Great quality!", "content": "Wore this for a week.", "reviewerName": "Jane",
                "reviewerEmail": email})
        };
        let early = api.data("POST", &at, &review("jane@customer.example".into()));
        assert_eq!(
            (&early["status"], &early["isVerifiedPurchase"]),
            (&"PENDING".into(), &false.into()),
            "not paid yet"
        );
        platform.done("POST", &format!("/v1/orders/{order}/pay"), &json!({"method": "manual"}));
        let bought = api.data("POST", &at, &review("JANE@customer.example".into()));
        let stranger = api.data("POST", &at, &review("else@customer.example".into()));
        let nameless = api.data("POST", &at, &review(Value::Null));
        let is = |review: &Value| review["isVerifiedPurchase"] == true;
        assert_eq!((is(&bought), is(&stranger), is(&nameless)), (true, false, false));
        assert_eq!(api.get(&at)["pagination"]["total"], 0, "nobody has looked at them yet");
        let pending = api.get(&format!("{at}?status=PENDING"));
        assert_eq!(pending["pagination"]["total"], 4);
        let shown =
            ["id", "rating", "title", "content", "reviewerName", "status", "isVerifiedPurchase", "createdAt"];
        assert_eq!(names(&pending["items"][0]), shown, "and no address");
        for (field, value) in [
            ("rating", json!(0)),
            ("rating", json!(6)),
            ("rating", json!(4.5)),
            ("rating", Value::Null),
            ("content", json!("")),
            ("content", json!("x".repeat(5_001))),
            ("reviewerName", json!("")),
            ("reviewerEmail", json!("nobody")),
        ] {
            let mut body = review("jane@customer.example".into());
            body[field] = value;
            let why = api.refused("POST", &at, &body, 400);
            assert!(why.contains(field), "{field}: {why}");
        }
        let told = server::json(&store.engine, &["event", "list", "--type", "review.created"]);
        assert_eq!(told.as_array().unwrap().len(), 4);
    }
}

#[test]
fn a_list_shows_what_changed_since_it_was_answered_last() {
    for store in Store::both() {
        let (api, platform, engine) = (store.api(), store.platform(), &store.engine);
        let shirt = api.product("Shirt");
        let hat = api.product("Hat");
        let number = |title: &str| {
            let all = cli(engine, &["product", "list"]);
            all.as_array().unwrap().iter().find(|one| one["title"] == title).unwrap()["id"].to_string()
        };
        let listed = || {
            let ours = api.get("/products?limit=50");
            let theirs = platform.done("GET", "/v1/products?limit=50", &Value::Null);
            let names: Vec<String> = ours["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["name"].as_str().unwrap().to_owned())
                .collect();
            let titles: Vec<String> = theirs["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["title"].as_str().unwrap().to_owned())
                .collect();
            assert_eq!(names, titles);
            assert_eq!(ours["pagination"]["total"], names.len());
            names
        };
        assert_eq!(
            (listed(), listed()),
            (vec!["Hat".to_owned(), "Shirt".to_owned()], vec!["Hat".to_owned(), "Shirt".to_owned()])
        );
        let hat_number = number("Hat");
        cli(engine, &["product", "set", &hat_number, "--title", "Cap"]);
        assert_eq!(listed(), ["Cap", "Shirt"], "what a command changes shows at once");
        let updated =
            || platform.done("GET", "/v1/products?limit=50", &Value::Null)["data"][0]["updated_at"].clone();
        let before = updated();
        // Times are told to the second.
        until("what it requires is a change of a product too", || {
            cli(engine, &["product", "requires", &hat_number, "--products", &number("Shirt")]);
            updated() != before
        });
        let found =
            |sku: &str| api.get(&format!("/products?search={sku}"))["items"].as_array().unwrap().len();
        assert_eq!(found("TSW"), 0);
        let variant = id(&api.data("GET", &format!("/products/{shirt}/variants"), &Value::Null)[0]);
        api.done("PATCH", &format!("/products/{shirt}/variants/{variant}"), &json!({"sku": "TSW"}));
        assert_eq!(found("TSW"), 1, "a SKU is looked through as it is now");
        api.done("DELETE", &format!("/products/{hat}"), &Value::Null);
        assert_eq!(listed(), ["Shirt"], "what is archived is in no list, and in no total");
        api.product("Scarf");
        assert_eq!(listed(), ["Scarf", "Shirt"]);
        let test = store.test().get("/products?limit=50");
        assert_eq!(test["pagination"]["total"], 0, "and no other shop's list");
    }
}
