//! Files out: releases, the gates, and downloads by signed links.

use keywright::base::seal;
use keywright::domain::link::Link;
use serde_json::{Value, json};

use super::uploads::{noise, upload};
use super::{Api, Shop, fault, key};
use crate::support::Engine;
use crate::support::http;
use crate::support::server;

/// A product with a published release of one file, and a purchase of it; the ids of product and purchase.
pub fn sold(api: Api<'_>, delivery: &Value, bytes: &[u8]) -> (i64, String) {
    let product = api.product_with(&json!({"delivery": delivery}));
    let file = upload(api, "Quill für alle.zip", bytes);
    let release = json!({"version": "1.2.0", "notes": "# New\n<script>x</script>", "files": [{"file_id": file, "platform": "windows"}]});
    api.done("POST", &format!("/v1/products/{product}/releases"), &release);
    (product, format!("/v1/purchases/{}", api.licence(product)["purchase_id"]))
}

/// The path of a download's link.
pub fn link(api: Api<'_>, purchase: &str) -> String {
    let answer = api.get(&format!("{purchase}/download"));
    assert_eq!(answer.status, 302, "{answer:?}");
    let url = answer.header("location").unwrap().to_owned();
    assert_eq!(answer.json()["url"], url.as_str());
    url[url.find("/download/").unwrap()..].to_owned()
}

#[test]
fn a_release_is_prepared_published_and_changed() {
    for shop in Shop::both() {
        let api = shop.api();
        let (product, one) = (api.product(), upload(api, "one.zip", b"one"));
        let releases = format!("/v1/products/{product}/releases");
        let check = || http::get(shop.server.address, &format!("/software/updatecheck/{product}"));
        let draft = api.done(
            "POST",
            &releases,
            &json!({"version": "1.0.0", "status": "draft", "notes": "**Fast** <script>alert(1)</script>",
                "files": [{"file_id": one, "platform": "mac"}, {"url": "https://files.example/w", "platform": "windows"}]}),
        );
        assert_eq!(check().status, 404, "a draft is known to nobody");
        assert_eq!(
            draft["notes_html"],
            "<p><strong>Fast</strong> &lt;script&gt;alert(1)&lt;/script&gt;</p>\n"
        );
        assert_eq!(
            (&draft["files"][0]["file_id"], &draft["files"][1]["url"]),
            (&json!(one), &json!("https://files.example/w"))
        );
        let at = format!("{releases}/{}", draft["id"]);
        assert_eq!(fault(&api.call("DELETE", &format!("/v1/uploads/{one}"), &Value::Null)).1, "file_in_use");
        let changed = api.done("PATCH", &at, &json!({"version": "1.1.0", "channel": "beta", "notes": ""}));
        assert_eq!((&changed["longversion"], &changed["files"]), (&json!(10_100), &draft["files"]));
        api.done("PATCH", &at, &json!({"channel": "stable", "status": "published"}));
        assert_eq!(check().json()["version"], "1.1.0");
        for refused in [
            json!({"version": "2.0.0"}),
            json!({"status": "draft"}),
            json!({"longversion": 7}),
            json!({"channel": "beta"}),
        ] {
            assert_eq!(fault(&api.call("PATCH", &at, &refused)).1, "release_published", "{refused}");
        }
        assert_eq!(fault(&api.call("DELETE", &at, &Value::Null)).1, "release_published");
        let mended = api.done("PATCH", &at, &json!({"files": [], "notes": "Mended"}));
        assert_eq!((&mended["files"], &mended["notes"]), (&json!([]), &json!("Mended")));
        api.done("DELETE", &format!("/v1/uploads/{one}"), &Value::Null);

        // A draft that was overtaken cannot go out as it is.
        let late = api.done("POST", &releases, &json!({"version": "1.2.0", "status": "draft"}));
        let at = format!("{releases}/{}", late["id"]);
        assert_eq!(
            fault(&api.call("POST", &releases, &json!({"version": "1.2.0"}))).1,
            "longversion_not_larger"
        );
        api.done("POST", &releases, &json!({"version": "1.3.0"}));
        assert_eq!(
            fault(&api.call("PATCH", &at, &json!({"status": "published"}))).1,
            "longversion_not_larger"
        );
        assert_eq!(fault(&api.call("PATCH", &at, &json!({"status": "yanked"}))).1, "release_not_published");
        api.done("PATCH", &at, &json!({"version": "1.4.0", "status": "published"}));
        assert_eq!(check().json()["version"], "1.4.0");
        let gone = api.done("POST", &releases, &json!({"version": "9.0.0", "status": "draft"}));
        let gone_at = format!("{releases}/{}", gone["id"]);
        api.done("DELETE", &gone_at, &Value::Null);
        assert_eq!(api.get(&gone_at).status, 404);
        for wrong in [
            json!([{"file_id": "file_none"}]),
            json!([{"platform": "mac"}]),
            json!([{"url": "ftp://x"}]),
            json!([{"url": "https://a.example"}, {"url": "https://b.example"}]),
            json!([{"url": "https://a.example", "platform": "Mac OS"}]),
            json!("file"),
        ] {
            let answer = api.call("POST", &releases, &json!({"version": "8.0.0", "files": wrong}));
            assert_eq!(fault(&answer).1, "validation_failed", "{wrong}");
        }
    }
}

#[test]
fn a_link_gives_the_file_whole_and_in_parts() {
    for shop in Shop::both() {
        let (api, bytes) = (shop.api(), noise(600_000));
        let (_, purchase) = sold(api, &json!({}), &bytes);
        let at = link(api, &purchase);
        let get = |headers: &[(&str, &str)]| http::send(shop.server.address, "GET", &at, headers, b"");
        let whole = get(&[]);
        assert_eq!((whole.status, whole.body == bytes), (200, true));
        let etag = format!("\"{}\"", seal::hash(&bytes));
        assert_eq!(whole.header("etag"), Some(etag.as_str()));
        assert_eq!(
            whole.header("content-disposition"),
            Some("attachment; filename=\"Quill f_r alle.zip\"; filename*=UTF-8''Quill%20f%C3%BCr%20alle.zip")
        );
        for (name, value) in [
            ("content-type", "application/octet-stream"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("cache-control", "private, no-store"),
            ("accept-ranges", "bytes"),
        ] {
            assert_eq!(whole.header(name), Some(value));
        }
        let head = http::send(shop.server.address, "HEAD", &at, &[], b"");
        assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, Some("600000"), 0));
        assert_eq!(get(&[("If-None-Match", &etag)]).status, 304);
        assert_eq!(get(&[("If-Match", "\"other\"")]).status, 412);

        let part = get(&[("Range", "bytes=262000-263000")]);
        assert_eq!((part.status, part.header("content-range")), (206, Some("bytes 262000-263000/600000")));
        assert_eq!(part.body, bytes[262_000..=263_000]);
        assert_eq!(get(&[("Range", "bytes=-5")]).body, bytes[599_995..]);
        assert_eq!(get(&[("Range", "bytes=0-4"), ("If-Range", &etag)]).status, 206);
        assert_eq!(get(&[("Range", "bytes=0-4"), ("If-Range", "\"older\"")]).body.len(), 600_000);
        let beyond = get(&[("Range", "bytes=600000-")]);
        assert_eq!((beyond.status, beyond.header("content-range")), (416, Some("bytes */600000")));

        let several = get(&[("Range", "bytes=0-99,300000-300049, -10")]);
        assert_eq!(several.status, 206);
        let kind = several.header("content-type").unwrap();
        let boundary = kind.strip_prefix("multipart/byteranges; boundary=").unwrap();
        let mut expected = Vec::new();
        for (first, last) in [(0, 99), (300_000, 300_049), (599_990, 599_999)] {
            expected.extend(format!("\r\n--{boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes {first}-{last}/600000\r\n\r\n").bytes());
            expected.extend(&bytes[first..=last]);
        }
        expected.extend(format!("\r\n--{boundary}--\r\n").bytes());
        assert_eq!(several.body, expected);
        for method in ["POST", "DELETE"] {
            let refused = http::send(shop.server.address, method, &at, &[], b"");
            assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD")), "{method}");
        }
    }
}

#[test]
fn only_a_link_that_is_ours_and_young_leads_anywhere() {
    for shop in Shop::both() {
        let api = shop.api();
        let (_, purchase) = sold(api, &json!({}), b"hello");
        let at = link(api, &purchase);
        let token = at.split('/').nth(2).unwrap();
        let get = |token: &str| http::get(shop.server.address, &format!("/download/{token}/x"));
        assert_eq!(get(token).text(), "hello", "whatever it is called");
        let other = if token.ends_with('0') { "1" } else { "0" };
        for bad in [
            format!("{}{other}", &token[..token.len() - 1]),
            format!("1{token}"),
            token.replace('-', "_"),
            "x".into(),
        ] {
            assert_eq!(fault(&get(&bad)), (404, "not_found".into(), json!({})), "{bad}");
        }
        let master = std::fs::read_to_string(shop.engine.folder.path().join("master.key")).unwrap();
        let master = seal::Master::from_hex(&master).unwrap();
        let link = Link::read(token, &master).unwrap();
        let old = Link { expires_at: link.expires_at - keywright::domain::link::LIFE - 1, ..link.clone() };
        assert_eq!(fault(&get(&old.write(&master))).1, "link_expired");
        let nobody = Link { purchase_id: 999_999, ..link.clone() };
        assert_eq!(fault(&get(&nobody.write(&master))).1, "not_found");
        let other_file = Link { file: "file_other".into(), ..link };
        assert_eq!(fault(&get(&other_file.write(&master))).1, "nothing_to_download");
    }
}

#[test]
fn each_gate_says_that_it_is_shut_and_how_it_opens() {
    for shop in Shop::both() {
        let api = shop.api();
        let delivery = json!({"requires_install_url": true, "install_url_label": "Your forum", "install_url_notice": "Only we see it",
            "install_url_locked": true});
        let (product, _) = sold(api, &delivery, b"hello");
        let order = api.order(product);
        api.done("POST", &format!("{order}/pay"), &Value::Null);
        let lines = api.done("GET", &order, &Value::Null);
        let purchase = format!("/v1/purchases/{}", lines["lines"][0]["purchases"][0]);
        let shut = || fault(&api.get(&format!("{purchase}/download")));
        let gate = || api.done("GET", &format!("{purchase}/downloads"), &Value::Null)["gate"]["code"].clone();

        let asked = json!({"label": "Your forum", "notice": "Only we see it"});
        assert_eq!(shut(), (409, "install_url_missing".into(), asked));
        assert_eq!(gate(), "install_url_missing");
        let answer =
            |url: &str| api.call("POST", &format!("{purchase}/install-url"), &json!({"install_url": url}));
        assert_eq!(fault(&answer("ftp://site.example")).1, "validation_failed");
        assert_eq!(answer("https://site.example").status, 200);
        assert_eq!(fault(&answer("https://other.example")).1, "install_url_locked");
        api.done("PATCH", &purchase, &json!({"install_url": "https://other.example"}));
        let at = link(api, &purchase);
        let follow = || http::get(shop.server.address, &at);
        assert_eq!(follow().text(), "hello");

        // What is required later is not asked of those who own it already; of later buyers it is.
        let base = api.product();
        let required = format!("/v1/products/{product}/prerequisites");
        api.done("PUT", &required, &json!({"match": "all", "products": [base]}));
        assert_eq!(follow().status, 200);
        let late = format!("/v1/purchases/{}", api.licence(product)["purchase_id"]);
        api.done("PATCH", &late, &json!({"install_url": "https://late.example"}));
        let lacking = || fault(&api.get(&format!("{late}/download")));
        assert_eq!(lacking(), (409, "prerequisites_missing".into(), json!({"products": [base]})));
        let owned = format!("/v1/purchases/{}", api.licence(base)["purchase_id"]);
        assert_eq!(http::get(shop.server.address, &link(api, &late)).text(), "hello");
        api.done("PATCH", &owned, &json!({"status": "cancelled"}));
        assert_eq!(lacking().1, "prerequisites_missing");

        api.done("PATCH", &purchase, &json!({"expires_at": "2026-01-01"}));
        assert_eq!(
            (shut().1.as_str(), fault(&follow()).1.as_str()),
            ("purchase_expired", "purchase_expired")
        );
        api.done("PATCH", &purchase, &json!({"expires_at": null}));
        assert_eq!(follow().status, 200);

        let missing = fault(&api.get(&format!("{purchase}/download?channel=beta")));
        assert_eq!(missing, (409, "channel_closed".into(), json!({"channel": "beta"})));
        let beta =
            json!({"version": "2.0.0", "channel": "beta", "files": [{"url": "https://files.example/b"}]});
        let beta = api.done("POST", &format!("/v1/products/{product}/releases"), &beta);
        assert_eq!(
            fault(&api.get(&format!("{purchase}/download?release={}", beta["id"]))).1,
            "channel_closed"
        );
        api.done(
            "PATCH",
            &format!("/v1/products/{product}"),
            &json!({"delivery": {"download_channels": ["stable", "beta"]}}),
        );
        let elsewhere = api.get(&format!("{purchase}/download?channel=beta"));
        assert_eq!(elsewhere.header("location"), Some("https://files.example/b"));
        let offered = api.done("GET", &format!("{purchase}/downloads"), &Value::Null);
        assert_eq!(offered["releases"].as_array().unwrap().len(), 2);
        assert_eq!(
            fault(&api.get(&format!("{purchase}/download?platform=mac"))),
            (409, "platform_needed".into(), json!({"platforms": ["windows"]}))
        );

        api.done("POST", &format!("{order}/refund"), &Value::Null);
        assert_eq!(
            (shut().1.as_str(), fault(&follow()).1.as_str()),
            ("purchase_cancelled", "purchase_cancelled")
        );
        assert_eq!(gate(), "purchase_cancelled");
    }
}

#[test]
fn an_external_purchase_leads_elsewhere_and_its_keys_are_ours() {
    for shop in Shop::both() {
        let api = shop.api();
        let delivery = json!({"external_url": "https://portal.example/start"});
        let product = api.product_with(&json!({"kind": "external", "delivery": delivery}));
        let order = api.order(product);
        let paid = api.done("POST", &format!("{order}/pay"), &Value::Null);
        let purchase = format!("/v1/purchases/{}", paid["lines"][0]["purchases"][0]);
        let answer = api.get(&format!("{purchase}/download"));
        assert_eq!((answer.status, answer.header("location")), (302, Some("https://portal.example/start")));
        let key = api.done("GET", &purchase, &Value::Null)["key"].as_str().unwrap().to_owned();
        assert_eq!(shop.server.call(&format!("activate&key={key}")).json()["response"], "OKAY");
        let nothing = api.product();
        api.done("POST", &format!("{order}/refund"), &Value::Null);
        let offered = api.done("GET", &format!("{purchase}/downloads"), &Value::Null);
        assert_eq!(
            (&offered["external_url"], &offered["gate"]["code"]),
            (&Value::Null, &json!("purchase_cancelled"))
        );
        let bare = format!("/v1/purchases/{}", api.licence(nothing)["purchase_id"]);
        assert_eq!(fault(&api.get(&format!("{bare}/download"))).1, "nothing_to_download");
    }
}

#[test]
fn test_files_are_test_files() {
    let shop = Shop::open(Engine::sqlite());
    let test_key = key(&shop.engine, &["--scopes", "all", "--mode", "test"]);
    let (live, test) = (shop.api(), shop.with(&test_key));
    let file = upload(test, "a.zip", b"test");
    assert_eq!(live.get(&format!("/v1/uploads/{file}")).status, 404);
    let product = live.product();
    let answer = live.call(
        "POST",
        &format!("/v1/products/{product}/releases"),
        &json!({"version": "1.0.0", "files": [{"file_id": file}]}),
    );
    assert_eq!(fault(&answer).1, "validation_failed");
    let (_, purchase) = sold(test, &json!({}), b"a test");
    assert_eq!(http::get(shop.server.address, &link(test, &purchase)).text(), "a test");
}

#[test]
fn the_command_line_uploads_beside_a_server() {
    let shop = Shop::open(Engine::sqlite());
    let path = shop.engine.folder.path().join("Quill.zip");
    std::fs::write(&path, noise(3_000_000)).unwrap();
    let file = server::json(&shop.engine, &["file", "upload", path.to_str().unwrap()]);
    assert_eq!(file["sha256"], seal::hash(&noise(3_000_000)).as_str());
    let product = shop.api().product().to_string();
    let entry = format!("mac={}", file["file_id"].as_str().unwrap());
    let notes = shop.engine.folder.path().join("notes.md");
    std::fs::write(&notes, "# All new").unwrap();
    let args = [
        "release",
        "publish",
        "--product",
        &product,
        "--version",
        "1.0.0",
        "--file",
        &entry,
        "--notes",
        notes.to_str().unwrap(),
        "--draft",
    ];
    let draft = server::json(&shop.engine, &args);
    assert_eq!(draft["status"], "draft");
    assert_eq!(
        server::json(&shop.engine, &["release", "put-out", &draft["id"].to_string()])["status"],
        "published"
    );
    let purchase = format!("/v1/purchases/{}", shop.api().licence(product.parse().unwrap())["purchase_id"]);
    assert_eq!(http::get(shop.server.address, &link(shop.api(), &purchase)).body.len(), 3_000_000);
    let id = purchase.rsplit('/').next().unwrap();
    assert_eq!(server::json(&shop.engine, &["purchase", "show", id])["download"], "open");
    server::json(&shop.engine, &["purchase", "change", id, "--status", "cancelled"]);
    assert!(
        server::json(&shop.engine, &["purchase", "show", id])["download"]
            .as_str()
            .unwrap()
            .contains("refunded")
    );
    assert_eq!(server::json(&shop.engine, &["file", "list"]).as_array().unwrap().len(), 1);
    let in_use = server::cli(&shop.engine, &["file", "delete", file["file_id"].as_str().unwrap()]);
    assert_eq!(in_use.status.code(), Some(4));
}
