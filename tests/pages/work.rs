//! What staff do in pages to the nouns of the shop: releases and their files, orders, customers and licences.

use keywright::domain::person::Role;

use super::sheets::send;
use super::{assert_sound, enter};
use crate::oauth::{Shop, plain};
use crate::support::server;

#[test]
fn a_release_goes_out_with_a_file_and_is_taken_back() {
    for shop in Shop::both() {
        let made = server::json(&shop.engine, &["product", "create", "--title", "Quill"]);
        let id = made["id"].to_string();
        let browser = enter(&shop, "mia@shop.example", Role::Admin);
        let page = browser.get("/admin/files/new");
        let action =
            plain(page.text().split("action=\"/admin/files/new").nth(1).unwrap().split('"').next().unwrap());
        let body = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"quill.zip\"\r\n\r\na fine pen\r\n--b--\r\n";
        let headers = [
            ("Content-Type", "multipart/form-data; boundary=b".to_owned()),
            ("Cookie", format!("keywright={}", browser.cookie("keywright").unwrap())),
        ];
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let at = format!("/admin/files/new{action}");
        let sent = crate::support::http::send(shop.address(), "POST", &at, &headers, body.as_bytes());
        assert_eq!((sent.status, sent.header("location")), (303, Some("/admin/files")), "{sent:?}");
        let again = crate::support::http::send(shop.address(), "POST", &at, &headers, body.as_bytes());
        assert_eq!((again.status, again.header("location")), (303, Some("/admin/files")), "{again:?}");
        assert_eq!(shop.count("select count(*) from file"), 1, "the same form has one effect");
        let handle = server::json(&shop.engine, &["file", "list"])[0]["file_id"].as_str().unwrap().to_owned();
        assert!(browser.get("/admin/files").text().contains(&handle));

        let at = format!("/admin/products/{id}/releases/new");
        let page = browser.get(&at);
        assert_sound(&at, &page);
        let wrong = send(&browser, &page, &at, &[("version", "one"), ("file", &handle)]);
        assert!(wrong.status == 400 && wrong.text().contains("value=\"one\""), "{wrong:?}");
        let typed = [
            ("version", "1.2.0"),
            ("file", &handle),
            ("platform", "windows"),
            ("more", "mac https://get.example/quill"),
            ("notes", "**new**"),
        ];
        let out = send(&browser, &wrong, &at, &typed);
        let release =
            out.header("location").unwrap_or_else(|| panic!("{out:?}")).split('?').next().unwrap().to_owned();
        let update = || {
            crate::support::http::send(
                shop.address(),
                "GET",
                &format!("/software/updatecheck/{id}"),
                &[],
                b"",
            )
        };
        assert_eq!(update().json()["version"], "1.2.0", "it is told of at once");
        let shown = browser.get(&release);
        assert_sound(&release, &shown);
        assert!(
            shown.text().contains("quill.zip") && shown.text().contains("https://get.example/quill"),
            "{shown:?}"
        );
        let edit = format!("{release}/edit");
        let page = browser.get(&edit);
        assert!(!page.text().contains("name=\"version\""), "apps may have seen it");
        let saved = send(
            &browser,
            &page,
            &edit,
            &[
                ("notes", "newer"),
                ("file_type", "file"),
                ("url", ""),
                ("file", handle.as_str()),
                ("platform", "windows"),
                ("more", ""),
            ],
        );
        assert_eq!(saved.status, 303, "{saved:?}");
        assert!(!browser.get(&release).text().contains("get.example"));
        let yank = format!("{release}/yank");
        let wrong = browser.submit(&browser.get(&release), &yank, &[("typed", "1.2")]);
        assert!(wrong.header("location").unwrap().ends_with("done=retyped"), "{wrong:?}");
        assert_eq!(update().status, 200, "it is still out");
        browser.submit(&browser.get(&release), &yank, &[("typed", "1.2.0")]);
        assert_eq!(update().status, 404, "nobody is told of it any more: {:?}", update());
        let delete = format!("/admin/files/{handle}/delete");
        let asked = browser.submit(&browser.get("/admin/files"), &delete, &[]);
        assert_sound(&delete, &asked);
        assert!(asked.text().contains("Type <strong>quill.zip</strong> first"), "{asked:?}");
        let kept = browser.submit(&asked, &delete, &[("typed", "quill.zip")]);
        assert_eq!(kept.status, 400, "a release has it: {kept:?}");
        let draft = send(&browser, &browser.get(&at), &at, &[("version", "1.3.0"), ("status", "draft")]);
        let draft = draft.header("location").unwrap().split('?').next().unwrap().to_owned();
        let delete = format!("{draft}/delete");
        let wrong = browser.submit(&browser.get(&draft), &delete, &[]);
        assert!(wrong.header("location").unwrap().ends_with("done=retyped"), "{wrong:?}");
        assert_eq!(browser.submit(&browser.get(&draft), &delete, &[("typed", "1.3.0")]).status, 303);
        assert_eq!(browser.get(&draft).status, 404);
    }
}

#[test]
fn a_release_is_a_file_or_an_external_purchase() {
    for shop in Shop::both() {
        let id = server::json(&shop.engine, &["product", "create", "--title", "Quill"])["id"].to_string();
        let browser = enter(&shop, "mia@shop.example", Role::Owner);
        let at = format!("/admin/products/{id}/releases/new");
        let page = browser.get(&at);
        assert_sound(&at, &page);
        // The labels of the user's document, step 2.
        for label in ["Upload &amp; Version", "File type", ">Uploaded file<", ">External Purchase<"] {
            assert!(page.text().contains(label), "{label}: {}", page.text());
        }
        for (typed, said) in [
            (&[("url", "https://get.example/quill")][..], "and the file type is Uploaded file"),
            (&[("file_type", "url")], "Must be filled in"),
            (&[("file_type", "url"), ("file", "file_1")], "and the file type is External Purchase"),
        ] {
            let both = [&[("version", "1.0.0")][..], typed].concat();
            let wrong = send(&browser, &page, &at, &both);
            assert!(wrong.status == 400 && wrong.text().contains(said), "{said}: {}", wrong.text());
        }
        let elsewhere = [
            ("version", "1.0.0"),
            ("status", "draft"),
            ("file_type", "url"),
            ("url", "https://get.example/first"),
        ];
        let out = send(&browser, &browser.get(&at), &at, &elsewhere);
        let first = out.header("location").unwrap_or_else(|| panic!("{out:?}")).split('?').next().unwrap();
        let edit = browser.get(&format!("{first}/edit"));
        assert!(edit.text().contains("<option value=\"url\" selected>External Purchase"), "{}", edit.text());
    }
}

#[test]
fn orders_customers_and_licences_are_worked_on() {
    for shop in Shop::both() {
        let fixed = ["product", "create", "--title", "Quill", "--price", "500", "--currency", "EUR"];
        let id = server::json(&shop.engine, &fixed)["id"].to_string();
        let browser = enter(&shop, "mia@shop.example", Role::Owner);
        let page = browser.get("/admin/orders/new");
        let wrong = send(
            &browser,
            &page,
            "/admin/orders/new",
            &[("email", "zoe@customer.example"), ("product_id", "99")],
        );
        assert!(wrong.status == 400 && plain(wrong.text()).contains("There is no product 99"), "{wrong:?}");
        let typed = [("product_id", id.as_str()), ("quantity", "2")];
        let placed = send(&browser, &wrong, "/admin/orders/new", &typed);
        let order = placed
            .header("location")
            .unwrap_or_else(|| panic!("{placed:?}"))
            .split('?')
            .next()
            .unwrap()
            .to_owned();
        let pay = format!("{order}/pay");
        let page = browser.get(&pay);
        assert!(page.text().contains("value=\"10.00 EUR\""), "{page:?}");
        let less = send(&browser, &page, &pay, &[("amount", "9.99")]);
        assert!(less.status == 400 && less.text().contains("is less"), "{less:?}");
        let dollars = send(&browser, &page, &pay, &[("amount", "10 USD")]);
        assert!(dollars.status == 400 && dollars.text().contains("is in EUR"), "{dollars:?}");
        assert_eq!(send(&browser, &page, &pay, &[("reference", "bank 7")]).status, 303);
        assert_eq!(
            send(&browser, &page, &pay, &[("reference", "bank 7")]).status,
            303,
            "once more, with no more effect"
        );
        assert_eq!(shop.count("select count(*) from payment"), 1);
        let refund = format!("{order}/refund");
        let number = ("order", order.rsplit('/').next().unwrap());
        let other = send(&browser, &browser.get(&refund), &refund, &[("amount", "4"), ("order", "999")]);
        assert!(other.status == 400 && other.text().contains("not the number of this order"), "{other:?}");
        assert_eq!(
            send(&browser, &browser.get(&refund), &refund, &[("amount", "4"), ("reason", "half"), number])
                .status,
            303
        );
        assert_eq!(shop.count("select refunded_minor from sale"), 400);
        // Two have the form before them: the second is told what is left, and gives nothing back by mistake.
        let (first, second) = (browser.get(&refund), browser.get(&refund));
        assert_eq!(send(&browser, &first, &refund, &[("amount", "1"), number]).status, 303);
        assert_eq!(
            send(&browser, &first, &refund, &[("amount", "1"), number]).status,
            303,
            "sent twice, it counts once"
        );
        let late = send(&browser, &second, &refund, &[("amount", "2"), number]);
        assert!(
            late.status == 412 && late.text().contains("Somebody else has made it: 5.00 EUR"),
            "{late:?}"
        );
        assert_eq!(shop.count("select refunded_minor from sale"), 500);
        let cancel = format!("{order}/cancel");
        browser.submit(&browser.get(&order), &cancel, &[("typed", "nonsense")]);
        assert_eq!(shop.count("select count(*) from sale where canceled_at is not null"), 0);
        let number = order.rsplit('/').next().unwrap();
        browser.submit(&browser.get(&order), &cancel, &[("typed", number)]);
        assert_eq!(shop.count("select count(*) from sale where canceled_at is not null"), 1);

        let typed =
            [("product_id", id.as_str()), ("customer.email", "zoe@customer.example"), ("max_uses", "2")];
        let issued = send(&browser, &browser.get("/admin/licences/new"), "/admin/licences/new", &typed);
        let licence = issued
            .header("location")
            .unwrap_or_else(|| panic!("{issued:?}"))
            .split('?')
            .next()
            .unwrap()
            .to_owned();
        let edit = format!("{licence}/edit");
        let saved = send(
            &browser,
            &browser.get(&edit),
            &edit,
            &[("max_uses", "5"), ("expires_at", "2030-01-02T03:04")],
        );
        assert_eq!(saved.status, 303, "{saved:?}");
        assert_eq!(shop.count("select expires_at from licence where max_uses = 5"), 1_893_553_440_000);

        let customer = shop.count("select id from customer");
        let edit = format!("/admin/customers/{customer}/edit");
        assert_eq!(send(&browser, &browser.get(&edit), &edit, &[("name", "Zoë")]).status, 303);
        let emptied = send(&browser, &browser.get(&edit), &edit, &[("name", "")]);
        assert!(emptied.status == 400 && emptied.text().contains("not taken out"), "{emptied:?}");
        let told = browser.get(&format!("/admin/customers/{customer}/export"));
        assert!(
            told.json()["customer"]["name"] == "Zoë" && told.header("content-disposition").is_some(),
            "{told:?}"
        );
        let at = format!("/admin/customers/{customer}");
        browser.submit(&browser.get(&at), &format!("{at}/erase"), &[("typed", "zoe@customer.example")]);
        assert_eq!(shop.count("select count(*) from customer where email = 'zoe@customer.example'"), 0);
    }
}
