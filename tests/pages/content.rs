//! Pages to read, menus, what is said of anything, and how the storefront looks, at the desk.

use keywright::domain::person::Role;
use serde_json::json as object;

use super::enter;
use super::goods::{delete, fill, look, pen, refuse, run};
use super::several::{sure, tick};
use super::sheets::send;
use crate::oauth::{Browser, Shop, plain};

#[test]
fn pages_to_read_are_written_and_shown() {
    for shop in Shop::both() {
        let browser = enter(&shop, "mia@shop.example", Role::Admin);
        assert!(look(&browser, "/admin/pages").text().contains("There are no pages here"));
        let new = "/admin/pages/new";
        fill(&browser, new, &[("title", "About & more"), ("body", "We make *pens*.")]);
        refuse(
            &browser,
            new,
            &[
                (&[("title", "")], "Must be filled in"),
                (&[("title", "About, more")], "Another page has the slug"),
                (&[("title", "More"), ("slug", "No Slug")], "slug"),
            ],
        );
        let stranger = Browser::new(shop.address());
        assert!(look(&stranger, "/p/about-more").text().contains("<em>pens</em>"));
        let list = look(&browser, "/admin/pages");
        assert!(list.text().contains("href=\"/p/about-more\""), "{list:?}");
        let id = run(&shop, &["page", "list"])[0]["id"].to_string();
        let edit = format!("/admin/pages/{id}/edit");
        let (mine, theirs) = (browser.get(&edit), browser.get(&edit));
        assert_eq!(send(&browser, &theirs, &edit, &[("body", "We make *ink*.")]).status, 303);
        let stale = send(&browser, &mine, &edit, &[("body", "We make *paper*.")]);
        assert!(stale.status == 412 && stale.text().contains("We make *ink*."), "{stale:?}");
        let one = std::slice::from_ref(&id);
        let hidden = sure(&browser, "/admin/pages", &tick(&browser, "/admin/pages", "hide", one));
        assert_eq!(hidden.header("location"), Some("/admin/pages?done=hide&n=1"), "{hidden:?}");
        assert_eq!(stranger.get("/p/about-more").status, 404);
        sure(&browser, "/admin/pages", &tick(&browser, "/admin/pages", "publish", one));
        assert!(look(&stranger, "/p/about-more").text().contains("<em>ink</em>"));
        let reader = enter(&shop, "ben@shop.example", Role::ReadOnly);
        assert!(!look(&reader, "/admin/pages").text().contains("/edit\""));
        let gone = delete(&browser, "/admin/pages", &format!("/admin/pages/{id}/delete"), "About & more");
        assert_eq!(gone.status, 303, "{gone:?}");
        assert_eq!(shop.count("select count(*) from content_page"), 0);
    }
}

#[test]
fn menus_are_kept_in_order() {
    for shop in Shop::both() {
        let browser = enter(&shop, "mia@shop.example", Role::Admin);
        assert!(look(&browser, "/admin/menus").text().contains("There are no menus here"));
        let new = "/admin/menus/new";
        refuse(
            &browser,
            new,
            &[
                (&[("handle", ""), ("title", "Shop")], "Must be filled in"),
                (&[("handle", "No Handle"), ("title", "Shop")], "andle"),
                (
                    &[("handle", "main"), ("title", "Shop"), ("items", "About")],
                    "Has a line without a '=' in it: About",
                ),
                (&[("handle", "main"), ("title", "Shop"), ("items", "About=javascript:alert(1)")], "http"),
                (&[("handle", "main"), ("title", "Shop"), ("items", "About=//evil.example")], "http"),
            ],
        );
        let links = "About us = /p/about\nNews=https://news.example/?a=b\nA = B = /p/a";
        fill(&browser, new, &[("handle", "main"), ("title", "Shop"), ("items", links)]);
        refuse(
            &browser,
            new,
            &[(&[("handle", "main"), ("title", "Other")], "Names a menu that is there already")],
        );
        let items = || run(&shop, &["menu", "show", "main"])["items"].clone();
        let wanted = object!([
            {"title": "About us", "url": "/p/about"},
            {"title": "News", "url": "https://news.example/?a=b"},
            {"title": "A = B", "url": "/p/a"},
        ]);
        assert_eq!(items(), wanted);
        let edit = "/admin/menus/main/edit";
        fill(&browser, edit, &[("title", "All of it")]);
        assert_eq!(items(), wanted, "nobody touched them");
        let (mine, theirs) = (browser.get(edit), browser.get(edit));
        assert_eq!(send(&browser, &theirs, edit, &[("items", "News = /p/news")]).status, 303);
        let stale = send(&browser, &mine, edit, &[("items", "Old = /p/old")]);
        assert!(stale.status == 412 && stale.text().contains("News = /p/news"), "{stale:?}");
        assert!(Browser::new(shop.address()).get("/").text().contains("<a href=\"/p/news\">News</a>"));
        assert_eq!(browser.get("/admin/menus/nothing/edit").status, 404);
        let gone = delete(&browser, "/admin/menus", "/admin/menus/main/delete", "main");
        assert_eq!(gone.status, 303, "{gone:?}");
        assert_eq!(shop.count("select count(*) from menu"), 0);
    }
}

#[test]
fn metafields_stand_where_they_belong() {
    for shop in Shop::both() {
        let pen = pen(&shop);
        let order = run(&shop, &["order", "create", "--email", "zoe@customer.example", "--line", &pen]);
        let browser = enter(&shop, "mia@shop.example", Role::Owner);
        let site = shop.count("select min(id) from site").to_string();
        let homes = [
            ("product", pen.clone(), format!("/admin/products/{pen}")),
            (
                "customer",
                order["customer_id"].to_string(),
                format!("/admin/customers/{}", order["customer_id"]),
            ),
            ("order", order["id"].to_string(), format!("/admin/orders/{}", order["id"])),
            ("site", site, "/admin/settings/metafields".to_owned()),
        ];
        for (kind, id, home) in &homes {
            let at = format!("/admin/metafields/{kind}/{id}");
            let new = format!("{at}/new");
            let page = look(&browser, home);
            assert!(page.text().contains(&format!("href=\"{new}\"")), "{home}: {}", page.text());
            refuse(
                &browser,
                &new,
                &[
                    (&[("namespace", "stock"), ("key", "")], "Must be filled in"),
                    (&[("namespace", "no words"), ("key", "shelf")], "may hold letters"),
                    (
                        &[
                            ("namespace", "stock"),
                            ("key", "shelf"),
                            ("value_type", "integer"),
                            ("value", "three"),
                        ],
                        "is no whole number",
                    ),
                ],
            );
            let typed = [("namespace", "stock"), ("key", "shelf"), ("value_type", "integer"), ("value", "3")];
            assert_eq!(fill(&browser, &new, &typed), format!("{home}?done=made"));
            refuse(&browser, &new, &[(&typed, "There is a metafield stock.shelf already")]);
            let page = look(&browser, home);
            assert!(page.text().contains("stock.shelf"), "{home}: {}", page.text());
            let edit = page.text().split("href=\"").map(|rest| rest.split('"').next().unwrap());
            let edit = edit
                .into_iter()
                .find(|href| href.starts_with(&at) && href.ends_with("/edit"))
                .unwrap()
                .to_owned();
            refuse(&browser, &edit, &[(&[("value", "four")], "is no whole number")]);
            fill(&browser, &edit, &[("value_type", "json"), ("value", "{\"row\": [4]}")]);
            assert!(plain(look(&browser, &at).text()).contains("{\"row\": [4]}"));
            let action = edit.replace("/edit", "/delete");
            assert_eq!(delete(&browser, home, &action, "stock.shelf").status, 303);
        }
        assert_eq!(shop.count("select count(*) from metafield"), 0);
        for nothing in
            ["/admin/metafields/thing/1", "/admin/metafields/product/999999", "/admin/metafields/site/999999"]
        {
            assert_eq!(browser.get(nothing).status, 404, "{nothing}");
            assert_eq!(browser.get(&format!("{nothing}/new")).status, 404, "{nothing}");
        }
        // Each role as far as it goes.
        let helper = enter(&shop, "ben@shop.example", Role::Support);
        let new = |of: usize| format!("/admin/metafields/{}/{}/new", homes[of].0, homes[of].1);
        assert_eq!([0, 1, 2, 3].map(|of| helper.get(&new(of)).status), [403, 200, 403, 403]);
        assert!(!look(&helper, &homes[0].2).text().contains("New metafield"));
        // More than the page of a thing shows.
        for nth in 0..21 {
            run(&shop, &["metafield", "set", "app", &format!("key{nth:02}"), "x", "--product", &pen]);
        }
        let at = format!("/admin/metafields/product/{pen}");
        assert!(look(&browser, &homes[0].2).text().contains(&format!("There are more: <a href=\"{at}\">")));
        assert_eq!(look(&browser, &at).text().matches("app.key").count(), 21);
    }
}

#[test]
fn the_storefront_is_told_how_it_looks() {
    for shop in Shop::both() {
        let browser = enter(&shop, "mia@shop.example", Role::Admin);
        let at = "/admin/settings/storefront";
        refuse(
            &browser,
            at,
            &[
                (&[("locale", "")], "Must be filled in"),
                (&[("locale", "no language")], "is no language tag"),
                (&[("theme", "#0a5")], "Has a line without a '=' in it"),
                (&[("theme", &format!("{} = x", "n".repeat(201)))], "up to 200 characters"),
            ],
        );
        let typed =
            [("locale", "pt-BR"), ("theme", "colour-main = #0a5\nfont=serif"), ("approves_reviews", "on")];
        fill(&browser, at, &typed);
        let shown = || run(&shop, &["site", "storefront"]);
        let now = shown();
        assert_eq!(
            (&now["locale"], &now["theme"], &now["approves_reviews"]),
            (&"pt-BR".into(), &object!({"colour-main": "#0a5", "font": "serif"}), &true.into()),
            "{now}"
        );
        let page = look(&browser, at);
        run(&shop, &["site", "storefront", "--locale", "de"]);
        let stale = send(&browser, &page, at, &[("locale", "fr")]);
        assert!(stale.status == 412 && stale.text().contains("Somebody else has made it: de"), "{stale:?}");
        // The shop is one for both modes.
        let page = look(&browser, at);
        assert_eq!(browser.submit(&page, "/admin/mode", &[("mode", "test")]).status, 303);
        let refused = send(&browser, &look(&browser, at), at, &[("locale", "fr")]);
        assert!(refused.status == 400 && refused.text().contains("leave test mode first"), "{refused:?}");
        assert_eq!(shown()["locale"], "de");
    }
}

#[test]
fn what_is_named_with_the_character_nul_is_nowhere() {
    for shop in Shop::both() {
        let browser = enter(&shop, "mia@shop.example", Role::Owner);
        for path in [
            "/admin/menus/{}/edit",
            "/admin/api-keys/{}",
            "/admin/oauth-apps/{}",
            "/admin/oauth-apps/{}/grants",
            "/admin/settings/backups/{}",
            "/admin/settings/backups/{}/download",
            "/admin/metafields/{}/1",
            "/p/{}",
            "/item/{}",
            "/order/{}",
            "/download/{}/file.zip",
            "/account/sign-in/link/{}",
            "/oauth/sign-in/link/{}",
            "/v1/files/{}",
        ] {
            for name in ["%00", "main%00", "%00main", "a%00b/"] {
                let path = path.replace("{}", name);
                let answer = browser.get(&path);
                assert!(
                    (400..500).contains(&answer.status) || path.contains("/sign-in/"),
                    "{path}: {answer:?}"
                );
                assert!(answer.status < 500, "{path}: {answer:?}");
            }
        }
    }
}
