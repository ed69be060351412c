//! The one form of the administration, by the forms of a product and of the shop: what is wrong is told beside what was typed, the second
//! of two sees what the first has changed, and what is sent twice counts once.

use keywright::domain::person::Role;
use serde_json::Value;

use super::{assert_sound, enter};
use crate::oauth::{Browser, Shop, hidden, plain};
use crate::support::http::Answer;
use crate::support::server;

const NEW: &str = "/admin/products/new";

/// What a page's form holds as it is shown: every field that a browser would send.
pub fn filled(page: &Answer, action: &str) -> Vec<(String, String)> {
    let text = page.text();
    let form = text.split("<form").find(|form| form.contains(&format!("action=\"{action}\""))).unwrap();
    let form = form.split("</form>").next().unwrap();
    let mut all = hidden(page, action);
    let part = |tag: &str, name: &str| {
        let found = tag.split(&format!(" {name}=\"")).nth(1)?;
        Some(plain(found.split('"').next()?))
    };
    for tag in form.split("<input ").skip(1).filter(|tag| !tag.starts_with("type=\"hidden\"")) {
        let tag = format!(" {}", tag.split('>').next().unwrap());
        let name = part(&tag, "name").unwrap();
        match part(&tag, "type").as_deref() {
            Some("checkbox") if !tag.contains(" checked") => {}
            Some("checkbox") => all.push((name, "on".into())),
            _ => all.push((name, part(&tag, "value").unwrap_or_default())),
        }
    }
    for tag in form.split("<textarea").skip(1) {
        let value = tag.split_once(">\n").unwrap().1.split("</textarea>").next().unwrap();
        all.push((part(tag, "name").unwrap(), plain(value)));
    }
    for tag in form.split("<select").skip(1) {
        let chosen = tag.split("<option").skip(1).find(|option| option.contains(" selected"));
        let value = chosen.and_then(|option| part(option, "value")).unwrap_or_default();
        all.push((part(tag, "name").unwrap(), value));
    }
    all
}

/// Sends a form as it is shown, but for what somebody changed.
pub fn send(browser: &Browser, page: &Answer, action: &str, changed: &[(&str, &str)]) -> Answer {
    let mut all = filled(page, action);
    for (name, value) in changed {
        all.retain(|(known, _)| known != name);
        all.push(((*name).to_owned(), (*value).to_owned()));
    }
    let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(action, &all)
}

fn shown(shop: &Shop, id: &str) -> Value {
    server::json(&shop.engine, &["product", "show", id])
}

#[test]
fn a_product_is_made_once_and_told_what_is_wrong_first() {
    for shop in Shop::both() {
        server::json(&shop.engine, &["account", "set", "--currency", "EUR", "--max-uses", "3"]);
        let browser = enter(&shop, "mia@shop.example", Role::Admin);
        let page = browser.get(NEW);
        assert_sound(NEW, &page);
        assert!(page.text().contains("name=\"licence_policy.max_uses\" type=\"text\" inputmode=\"numeric\" maxlength=\"500\" value=\"3\""));
        for (changed, said) in [
            (&[("title", "")][..], "Must be filled in"),
            (&[("title", &"long ".repeat(60))], "The title"),
            (&[("title", "Quill"), ("price", "five")], "An amount in EUR is written like 19.99"),
            (&[("title", "Quill"), ("price", "5 pounds")], "three capital letters"),
            (&[("title", "Quill"), ("licence_policy.max_uses", "many")], "Must be a whole number"),
            (&[("title", "Quill"), ("licence_policy.segments", "11")], "Segments must be from 2 to 10"),
            (&[("title", "Quill"), ("licence_policy.identifier_mode", "shoe size")], "is no identifier mode"),
            (&[("title", "Quill"), ("tax_bp", "19.123")], "two digits behind the point"),
            (&[("title", "Quill"), ("delivery.external_url", "javascript:alert(1)")], "http"),
            (&[("title", "Quill"), ("category_id", "99")], "There is no category 99"),
            (&[("title", "Quill"), ("items", "1")], "of kind bundle has items"),
        ] {
            let wrong = send(&browser, &page, NEW, changed);
            let text = plain(wrong.text());
            assert_eq!(wrong.status, 400, "{changed:?}");
            assert!(text.contains(said), "{changed:?}: {text}");
            assert!(wrong.text().contains("aria-invalid=\"true\""), "it is told at the field: {changed:?}");
            assert!(
                changed.iter().all(|(_, typed)| text.contains(typed.trim())),
                "{changed:?} was not kept: {text}"
            );
        }
        assert_eq!(shop.count("select count(*) from product"), 0);
        let typed = [
            ("title", "Quill & <Co>"),
            ("price", "19"),
            ("tax_bp", "7.5"),
            ("licence_policy.term_days", "30"),
        ];
        let made = send(&browser, &page, NEW, &typed);
        let to = made.header("location").unwrap_or_else(|| panic!("{made:?}")).to_owned();
        let again = send(&browser, &page, NEW, &typed);
        assert_eq!(again.header("location"), Some(to.as_str()), "the same form has one effect");
        let other = send(&browser, &page, NEW, &[("title", "Another")]);
        assert_eq!(other.status, 400, "a form that was used for something else: {other:?}");
        assert_eq!(shop.count("select count(*) from product"), 1);
        let product = shown(&shop, to.split(['/', '?']).nth(3).unwrap());
        assert_eq!(
            (
                &product["title"],
                &product["price_minor"],
                &product["tax_bp"],
                &product["term_days"],
                &product["max_uses"]
            ),
            (&"Quill & <Co>".into(), &1_900.into(), &750.into(), &30.into(), &3.into()),
            "{product}"
        );
        assert!(browser.get(&to).text().contains("It is made."));
    }
}

#[test]
fn the_second_of_two_sees_what_the_first_has_changed() {
    for shop in Shop::both() {
        let made = server::json(
            &shop.engine,
            &["product", "create", "--title", "Quill", "--description", "old words"],
        );
        let id = made["id"].to_string();
        let at = format!("/admin/products/{id}/edit");
        let [mia, ben] = ["mia@shop.example", "ben@shop.example"].map(|who| enter(&shop, who, Role::Admin));
        let (first, second) = (mia.get(&at), ben.get(&at));
        let saved = send(&mia, &first, &at, &[("title", "Quill 2"), ("tax_bp", "19")]);
        assert_eq!(
            saved.header("location"),
            Some(format!("/admin/products/{id}?done=saved").as_str()),
            "{saved:?}"
        );
        let late = send(&ben, &second, &at, &[("title", "Feather"), ("description", "new words")]);
        let text = plain(late.text());
        assert_eq!(late.status, 412);
        assert_sound_but_for_status(&text);
        assert!(
            text.contains("Somebody else has made it: Quill 2") && text.contains("value=\"Feather\""),
            "{text}"
        );
        assert!(
            text.contains("new words")
                && text.contains(
                    "name=\"tax_bp\" type=\"text\" inputmode=\"decimal\" maxlength=\"500\" value=\"19\""
                )
        );
        assert_eq!(shown(&shop, &id)["title"], "Quill 2", "nothing was done");
        let saved = send(&ben, &late, &at, &[]);
        assert_eq!(saved.status, 303, "{saved:?}");
        let now = shown(&shop, &id);
        assert_eq!(
            (&now["title"], &now["description"], &now["tax_bp"]),
            (&"Feather".into(), &"new words".into(), &1_900.into())
        );
    }
}

fn assert_sound_but_for_status(text: &str) {
    assert!(text.contains("role=\"alert\"") && text.contains("Nothing was done yet"), "{text}");
}

#[test]
fn forms_of_nobody_and_of_those_who_may_not_do_nothing() {
    for shop in Shop::both() {
        let made = server::json(&shop.engine, &["product", "create", "--title", "Quill"]);
        let id = made["id"].to_string();
        server::json(&shop.engine, &["product", "set", &id, "--price", "500", "--currency", "EUR"]);
        let order = server::json(
            &shop.engine,
            &["order", "create", "--line", &id, "--email", "zoe@customer.example"],
        );
        let licence = server::json(
            &shop.engine,
            &["licence", "issue", "--product", &id, "--email", "zoe@customer.example"],
        );
        let variant = server::json(&shop.engine, &["variant", "list", &id])[0]["id"].to_string();
        server::json(&shop.engine, &["menu", "put", "main", "--item", "About=/p/about"]);
        let company = server::json(&shop.engine, &["b2b-account", "create", "--company", "Acme"]);
        let list = server::json(&shop.engine, &["price-list", "create", "--title", "Trade"]);
        let card =
            server::json(&shop.engine, &["gift-card", "issue", "--amount", "500", "--currency", "EUR"]);
        let mut owner = enter(&shop, "mia@shop.example", Role::Owner);
        let reader = enter(&shop, "ben@shop.example", Role::ReadOnly);
        let sheets = [
            NEW.to_owned(),
            format!("/admin/products/{id}/edit"),
            format!("/admin/products/{id}/prerequisites"),
            "/admin/settings".to_owned(),
            "/admin/begin/shop".to_owned(),
            "/admin/begin/product".to_owned(),
            format!("/admin/begin/licence/{id}"),
            format!("/admin/products/{id}/releases/new"),
            "/admin/files/new".to_owned(),
            "/admin/orders/new".to_owned(),
            format!("/admin/orders/{}/pay", order["id"]),
            "/admin/customers/new".to_owned(),
            format!("/admin/customers/{}/edit", order["customer_id"]),
            format!("/admin/customers/{}/merge", order["customer_id"]),
            format!("/admin/customers/{}/credit/new", order["customer_id"]),
            format!("/admin/customers/{}/points/new", order["customer_id"]),
            "/admin/gift-cards/new".to_owned(),
            format!("/admin/gift-cards/{}/edit", card["id"]),
            "/admin/settings/loyalty".to_owned(),
            "/admin/categories/new".to_owned(),
            "/admin/coupons/new".to_owned(),
            format!("/admin/products/{id}/pool"),
            "/admin/licences/new".to_owned(),
            format!("/admin/licences/{}/edit", licence["licence_id"]),
            "/admin/brands/new".to_owned(),
            format!("/admin/products/{id}/variants/new"),
            format!("/admin/products/{id}/variants/{variant}/edit"),
            format!("/admin/products/{id}/variants/{variant}/stock"),
            "/admin/pages/new".to_owned(),
            "/admin/menus/new".to_owned(),
            "/admin/menus/main/edit".to_owned(),
            format!("/admin/metafields/product/{id}/new"),
            "/admin/settings/storefront".to_owned(),
            "/admin/b2b-accounts/new".to_owned(),
            format!("/admin/b2b-accounts/{}/edit", company["id"]),
            format!("/admin/b2b-accounts/{}/contacts/new", company["id"]),
            "/admin/price-lists/new".to_owned(),
            format!("/admin/price-lists/{}/edit", list["id"]),
            format!("/admin/price-lists/{}/prices/new", list["id"]),
        ];
        for at in &sheets {
            assert_eq!(reader.get(at).status, 403, "{at}");
            assert_eq!(reader.post(at, &[]).status, 403, "{at}");
            let page = owner.get(at);
            assert_sound(at, &page);
            if at == "/admin/files/new" {
                // What proves it stands in the address.
                assert_eq!(owner.post(at, &[]).status, 403, "{at}");
                continue;
            }
            let fields: Vec<(String, String)> =
                filled(&page, at).into_iter().filter(|(name, _)| name != "token").collect();
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
            let forged = owner.post(at, &fields);
            assert_eq!(forged.status, 403, "{at}: a form without our token");
            let kept =
                hidden(&forged, at).into_iter().filter(|(name, _)| name != "token").collect::<Vec<_>>();
            let sent = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            assert_eq!(kept, sent.collect::<Vec<_>>(), "{at}: all of it is kept");
            owner.headers = vec![("Sec-Fetch-Site".into(), "cross-site".into())];
            assert_eq!(
                send(&owner, &page, at, &[("title", "Stolen"), ("name", "Stolen")]).status,
                403,
                "{at}"
            );
            owner.headers.clear();
        }
        assert_eq!(shop.count("select count(*) from product"), 1);
        assert_eq!(shop.count("select count(*) from site where title = 'Stolen'"), 0);
    }
}

#[test]
fn the_first_steps_end_in_an_activation() {
    for shop in Shop::both() {
        let browser = enter(&shop, "mia@shop.example", Role::Owner);
        let page = browser.get("/admin/begin/shop");
        let next =
            send(&browser, &page, "/admin/begin/shop", &[("name", "Quill Works"), ("currency", "EUR")]);
        assert_eq!(next.header("location"), Some("/admin/begin/mail"), "{next:?}");
        let mail = browser.get("/admin/begin/mail");
        assert_sound("/admin/begin/mail", &mail);
        let page = browser.get("/admin/begin/product");
        let made = send(&browser, &page, "/admin/begin/product", &[("title", "Quill"), ("price", "19.00")]);
        let at = made.header("location").unwrap().to_owned();
        let issued = send(&browser, &browser.get(&at), &at, &[]);
        let at = issued.header("location").unwrap().to_owned();
        let waits = browser.get(&at);
        assert_sound(&at, &waits);
        assert!(waits.text().contains("Waiting for your first activation"), "{waits:?}");
        let cookie = format!("keywright={}", browser.cookie("keywright").unwrap());
        let look = || {
            let headers = [("Cookie", cookie.as_str()), ("HX-Request", "true")];
            crate::support::http::send(shop.address(), "GET", &at, &headers, b"").status
        };
        assert_eq!(look(), 204, "what waits stays as it is, and the focus where it was");
        let line =
            plain(waits.text().split("<code id=\"line\">").nth(1).unwrap().split("</code>").next().unwrap());
        let line = line.replace("curl \"", "").replace('"', "");
        let said =
            std::process::Command::new("curl").args(["-sS", "--max-time", "10", &line]).output().unwrap();
        let answer = String::from_utf8(said.stdout).unwrap();
        assert!(answer.contains("\"usage_id\":1"), "{line}: {answer}");
        assert_eq!(look(), 200);
        assert!(browser.get(&at).text().contains("Your licence server works"));
    }
}
