//! What a shop shows and has in stock is looked after by commands alone: brands, variants, stock, pages, menus, metafields, looks.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json as object};

use crate::cli_shop::{end, id, ids};
use crate::support::engines;
use crate::support::server::{command, json, product};

#[test]
fn an_amount_with_a_point_is_told_its_unit() {
    let engine = crate::support::Engine::sqlite();
    for args in [
        &["product", "create", "--title", "Pen", "--price", "12.50"][..],
        &["gift-card", "issue", "--amount", "25,00"],
        &["credit", "give", "1", "5.00"],
        &["order", "refund", "1", "--amount", "€5"],
    ] {
        end(&engine, &[(args, 2, "1250 is 12.50 euros")]);
    }
}

#[test]
fn brands_are_of_products() {
    for engine in engines() {
        end(&engine, &[(&["brand", "list"], 0, "keywright brand create")]);
        let acme = json(&engine, &["brand", "create", "--title", "Acme & Sons"]);
        assert_eq!(acme["slug"], "acme-sons");
        let acme = id(&acme);
        let quill = id(&json(&engine, &["brand", "create", "--title", "Quill", "--slug", "quill-works"]));
        assert_eq!(ids(&json(&engine, &["brand", "list"])), [quill.clone(), acme.clone()]);
        assert_eq!(json(&engine, &["brand", "list", "--test"]), object!([]));
        let set = json(&engine, &["brand", "set", &quill, "--title", "Quill Works"]);
        assert_eq!((&set["title"], &set["slug"]), (&"Quill Works".into(), &"quill-works".into()));

        let picture = "https://cdn.shop.example/pen.png";
        let more = ["--brand", &acme, "--compare-at", "2900", "--featured", "on", "--image", picture];
        let pen = product(&engine, &more).to_string();
        let shown = json(&engine, &["product", "show", &pen]);
        assert_eq!(
            (
                &shown["brand_id"].to_string(),
                &shown["compare_at_minor"],
                &shown["is_featured"],
                &shown["images"]
            ),
            (&acme, &2_900.into(), &true.into(), &object!([picture])),
            "{shown}"
        );
        end(
            &engine,
            &[
                (&["brand", "create", "--title", "Acme, Sons"], 4, "the slug 'acme-sons'"),
                (&["brand", "create", "--title", ""], 2, "the name is empty"),
                (&["brand", "set", &quill, "--slug", "acme-sons"], 4, "the slug 'acme-sons'"),
                (&["brand", "delete", &acme], 4, "1 products are of this brand"),
                (&["brand", "delete", &quill, "--test"], 3, "no brand"),
                (&["product", "set", &pen, "--brand", "999999"], 2, "no brand 999999"),
                (&["product", "set", &pen, "--image", "javascript:alert(1)"], 2, "not an http or https"),
                (&["product", "set", &pen, "--compare-at=-1"], 2, "compared price"),
            ],
        );
        let none = ["--brand", "0", "--compare-at", "0", "--featured", "off", "--image", ""];
        let bare = json(&engine, &[&["product", "set", &pen], &none[..]].concat());
        assert_eq!(
            (&bare["brand_id"], &bare["compare_at_minor"], &bare["is_featured"], &bare["images"]),
            (&Value::Null, &Value::Null, &false.into(), &object!([]))
        );
        assert_eq!(json(&engine, &["brand", "delete", &acme])["slug"], "acme-sons");
    }
}

#[test]
fn variants_are_sold_and_counted() {
    for engine in engines() {
        let pen = product(&engine, &["--price", "1000", "--currency", "EUR"]).to_string();
        let list = || json(&engine, &["variant", "list", &pen]);
        let implicit = id(&list()[0]);
        assert_eq!(list()[0]["is_implicit"], true);
        let fields =
            ["--title", "Small", "--sku", "PEN-S", "--option", "Size=S", "--option", "Colour = blue"];
        let small = json(&engine, &[&["variant", "create", &pen], &fields[..]].concat());
        assert_eq!(id(&small), implicit, "the first takes the place of none");
        assert_eq!(
            (&small["options"], &small["sku"], &small["is_default"], &small["stock"]),
            (&object!({"Size": "S", "Colour": "blue"}), &"PEN-S".into(), &true.into(), &Value::Null)
        );
        let large = json(&engine, &["variant", "create", &pen, "--title", "Large", "--price", "1500"]);
        let (small, large) = (id(&small), id(&large));
        assert_eq!(ids(&list()), [small.clone(), large.clone()]);
        let set =
            json(&engine, &["variant", "set", &large, "--default", "--low-at", "3", "--option", "Size=L"]);
        assert_eq!((&set["is_default"], &set["price_minor"]), (&true.into(), &1_500.into()));
        assert_eq!(ids(&list()), [large.clone(), small.clone()], "the default first");

        let stock = |args: &[&str]| json(&engine, &[&["stock"], args].concat());
        assert_eq!(stock(&["set", &large, "5", "--reason", "counted"])["stock"], 5);
        assert_eq!(stock(&["add", &large, "2", "--reason", "delivery of 3 May"])["stock"], 7);
        assert_eq!(stock(&["remove", &large, "4"])["stock"], 3);
        let two = format!("{pen}x2:variant={large}");
        let order = ["order", "create", "--email", "mia@customer.example", "--line", &two];
        let placed = json(&engine, &order);
        assert_eq!(placed["total_minor"], 3_000, "{placed}");
        let moved = stock(&["movements", &large]);
        let told: Vec<(&Value, &Value)> =
            moved.as_array().unwrap().iter().map(|one| (&one["operation"], &one["delta"])).collect();
        assert_eq!(object!(told), object!([["sale", -2], ["decrement", -4], ["increment", 2], ["set", 5]]));
        assert_eq!((&moved[0]["sale_id"], &moved[2]["reason"]), (&placed["id"], &"delivery of 3 May".into()));
        let third = id(&moved[2]);
        assert_eq!(stock(&["movements", &large, "--before", &third]).as_array().unwrap().len(), 1);

        let named = |args: &[&str]| {
            let found = stock(&[&["list"], args].concat());
            let ids = found.as_array().unwrap().iter().map(|one| one["variant_id"].to_string());
            ids.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(named(&[]), format!("{large} {small}"));
        assert_eq!(named(&["--only", "low"]), large, "one is left, and fewer than three are few");
        assert_eq!(named(&["--only", "out"]), "");
        assert_eq!(named(&["--sku", "PEN-S"]), small);
        assert_eq!(named(&["--test"]), "");
        json(&engine, &["variant", "set", &small, "--sold-out", "on"]);
        assert_eq!(named(&["--only", "out"]), small);
        let sold_out = format!("{pen}:variant={small}");
        let other = id(&json(&engine, &["product", "create", "--title", "Ink"]));
        let mia = ["order", "create", "--email", "mia@customer.example", "--line"];
        end(
            &engine,
            &[
                (&[&mia[..], &[two.as_str()]].concat(), 4, "1 are left"),
                (&[&mia[..], &[sold_out.as_str()]].concat(), 4, "0 are left"),
                (&[&mia[..], &[&format!("{other}:variant={large}")]].concat(), 2, "no variant"),
                (&["stock", "remove", &large, "2"], 4, "1 are left"),
                (&["stock", "add", &large, "0"], 2, "from 1 to"),
                (&["stock", "set", &large, "some"], 2, "invalid value"),
                (&["stock", "list", "--only", "much"], 2, "low, out"),
                (&["stock", "set", "999999", "1"], 3, "no variant 999999"),
                (&["stock", "movements", &large, "--test"], 3, "no variant"),
                (&["variant", "create", &pen, "--title", ""], 2, "the name is empty"),
                (&["variant", "create", "999999", "--title", "x"], 3, "no product 999999"),
                (&["variant", "set", &large, "--option", "large"], 2, "written like Size=L"),
                (&["variant", "set", &large, "--price", "much"], 2, "minor units"),
                (&["variant", "show", &large, "--test"], 3, "no variant"),
                (&["variant", "list", "999999"], 3, "no product 999999"),
            ],
        );
        assert_eq!(stock(&["uncount", &large])["stock"], Value::Null);
        let free = json(&engine, &["variant", "set", &large, "--price", "0", "--option", "", "--sku", ""]);
        assert_eq!((&free["price_minor"], &free["options"]), (&0.into(), &object!({})));
        assert_eq!(
            json(&engine, &["variant", "set", &large, "--price", "product"])["price_minor"],
            Value::Null
        );
        assert_eq!(id(&json(&engine, &["variant", "delete", &large])), large);
        assert_eq!(json(&engine, &["variant", "show", &small])["is_default"], true);
        end(&engine, &[(&["variant", "delete", &small], 4, "a product keeps one variant")]);
    }
}

#[test]
fn pages_and_menus() {
    for engine in engines() {
        end(
            &engine,
            &[(&["page", "list"], 0, "keywright page create"), (&["menu", "list"], 0, "keywright menu put")],
        );
        let file = engine.folder.path().join("about.md");
        std::fs::write(&file, "# About\n\nWe make *pens*.").unwrap();
        let file = file.to_str().unwrap();
        let about = json(&engine, &["page", "create", "--title", "About us", "--body-file", file]);
        assert_eq!((&about["slug"], &about["is_published"]), (&"about-us".into(), &true.into()));
        assert_eq!(about["body"], "# About\n\nWe make *pens*.");
        let about = id(&about);
        let draft = json(&engine, &["page", "create", "--title", "Terms", "--body", "None.", "--draft"]);
        assert_eq!(draft["is_published"], false);
        let terms = id(&draft);
        assert_eq!(json(&engine, &["page", "publish", &terms])["is_published"], true);
        assert_eq!(json(&engine, &["page", "unpublish", &terms])["is_published"], false);
        assert_eq!(ids(&json(&engine, &["page", "list"])), [terms.clone(), about.clone()]);

        let args = ["page", "set", &terms, "--title", "Our terms", "--body-file", "-", "--json"];
        let mut set = command(&engine, &args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        set.stdin.take().unwrap().write_all(b"Pay *first*.").unwrap();
        let set: Value = serde_json::from_slice(&set.wait_with_output().unwrap().stdout).unwrap();
        assert_eq!((&set["body"], &set["slug"]), (&"Pay *first*.".into(), &"terms".into()));
        assert_eq!(json(&engine, &["page", "show", &terms]), set);

        let put = |args: &[&str]| json(&engine, &[&["menu", "put", "main"], args].concat());
        let made = put(&["--item", "About us=/p/about-us", "--item", "News = https://news.example/?a=b"]);
        let items = object!([{"title": "About us", "url": "/p/about-us"}, {"title": "News", "url": "https://news.example/?a=b"}]);
        assert_eq!((&made["title"], &made["items"]), (&"main".into(), &items));
        let file = engine.folder.path().join("menu.json");
        std::fs::write(&file, "[{\"title\": \"A = B\", \"url\": \"/help\"}]").unwrap();
        let file = file.to_str().unwrap();
        let made = put(&["--title", "Above", "--file", file]);
        assert_eq!(made["items"], object!([{"title": "A = B", "url": "/help"}]));
        assert_eq!(put(&[])["title"], "Above", "what it is called stays");
        assert_eq!(json(&engine, &["menu", "list"]).as_array().unwrap().len(), 1);
        let missing = engine.folder.path().join("nothing.md");
        let missing = missing.to_str().unwrap();
        end(
            &engine,
            &[
                (&["page", "create", "--title", "About us"], 4, "the slug 'about-us'"),
                (&["page", "create", "--title", "x", "--body-file", missing], 2, "cannot be read"),
                (
                    &["page", "create", "--title", "x", "--body", "y", "--body-file", file],
                    2,
                    "cannot be used",
                ),
                (&["page", "set", &about, "--slug", "No Good"], 2, "try 'no-good'"),
                (&["page", "show", &about, "--test"], 3, "no page"),
                (&["menu", "put", "main", "--item", "About us"], 2, "is not written like"),
                (&["menu", "put", "main", "--item", "Evil=javascript:alert(1)"], 2, "http or https"),
                (&["menu", "put", "main", "--item", "Evil=//evil.example"], 2, "http or https"),
                (&["menu", "put", "main", "--item", "Evil=/\\evil.example"], 2, "http or https"),
                (&["menu", "put", "Main Menu"], 2, "try 'main-menu'"),
                (&["menu", "put", "main", "--file", missing], 2, "cannot be read"),
                (&["menu", "put", "main", "--file", "Cargo.toml"], 2, "is no JSON list"),
                (&["menu", "show", "other"], 3, "keywright menu list"),
                (&["menu", "delete", "main", "--test"], 3, "no menu main"),
            ],
        );
        assert_eq!(id(&json(&engine, &["page", "delete", &about])), about);
        assert_eq!(json(&engine, &["menu", "delete", "main"])["handle"], "main");
        assert_eq!(json(&engine, &["menu", "list"]), object!([]));
    }
}

#[test]
fn metafields_are_of_things_and_the_site_has_looks() {
    for engine in engines() {
        end(&engine, &[(&["metafield", "list"], 0, "keywright metafield set")]);
        let pen = product(&engine, &["--price", "1000", "--currency", "EUR"]).to_string();
        let line = ["order", "create", "--email", "mia@customer.example", "--line", &pen];
        let order = json(&engine, &line);
        let (customer, order) = (order["customer_id"].to_string(), id(&order));
        for of in [&["--product", &pen][..], &["--customer", &customer], &["--order", &order], &[]] {
            let run = |args: &[&str]| json(&engine, &[&["metafield"], args, of].concat());
            let made = run(&["set", "warehouse", "shelf", "7", "--type", "integer"]);
            assert_eq!((&made["value"], &made["value_type"]), (&"7".into(), &"integer".into()));
            let again = run(&["set", "warehouse", "shelf", "-8"]);
            assert_eq!((&again["value"], &again["value_type"]), (&"-8".into(), &"integer".into()));
            assert_eq!(run(&["set", "app", "note", "any words"])["value_type"], "string");
            assert_eq!(run(&["show", "warehouse", "shelf"]), again);
            let found = run(&["list"]);
            let keys: Vec<&Value> = found.as_array().unwrap().iter().map(|one| &one["key"]).collect();
            assert_eq!(object!(keys), object!(["note", "shelf"]), "by namespace");
            assert_eq!(run(&["delete", "app", "note"])["value"], "any words");
            let with = |args: &[&'static str]| [&["metafield"], args, of].concat();
            end(
                &engine,
                &[
                    (&with(&["set", "warehouse", "shelf", "many"]), 2, "no whole number"),
                    (&with(&["set", "warehouse", "shelf", "7", "--type", "roman"]), 2, "there are string"),
                    (&with(&["set", "ware house", "shelf", "7"]), 2, "letters, digits"),
                    (&with(&["show", "app", "note"]), 3, "no metafield app note"),
                ],
            );
        }
        end(
            &engine,
            &[
                (&["metafield", "list", "--product", "999999"], 3, "no product 999999"),
                (&["metafield", "list", "--product", &pen, "--order", &order], 2, "cannot be used"),
                (&["metafield", "list", "--product", &pen, "--test"], 3, "no product"),
            ],
        );

        let front = |args: &[&str]| json(&engine, &[&["site", "storefront"], args].concat());
        assert_eq!(front(&[])["locale"], "en");
        let set = front(&[
            "--locale",
            "pt-BR",
            "--theme",
            "main=#0a5",
            "--theme",
            "font=serif",
            "--approve-reviews",
            "on",
        ]);
        assert_eq!((&set["locale"], &set["approves_reviews"]), (&"pt-BR".into(), &true.into()));
        assert_eq!(front(&["--theme", "font="])["theme"], object!({"main": "#0a5"}));
        end(
            &engine,
            &[
                (&["site", "storefront", "--locale", "a b"], 2, "no language tag"),
                (&["site", "storefront", "--theme", "red"], 2, "is not written like"),
                (&["site", "storefront", "--locale", "de", "--test"], 4, "leave out --test"),
            ],
        );
        assert_eq!(front(&[])["locale"], "pt-BR");
    }
}
