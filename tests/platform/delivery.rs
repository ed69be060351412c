//! Files in, files out: uploads whole and in pieces, releases, the gates, and downloads by signed links.

use keywright::base::seal;
use keywright::domain::link::Link;
use serde_json::{Value, json};

use super::{Api, Shop, fault, key};
use crate::support::http::{self, Answer, Connection};
use crate::support::server::{self, Server};
use crate::support::{Engine, strace, until};

/// A form with one file; what the boundary is.
pub fn form(name: &str, bytes: &[u8], more: &[(&str, &str)]) -> (&'static str, Vec<u8>) {
    let mut body = Vec::new();
    for (field, value) in more {
        body.extend(
            format!("--xyz\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    let head = "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=";
    body.extend(format!("{head}\"{name}\"\r\nContent-Type: application/zip\r\n\r\n").bytes());
    body.extend(bytes);
    body.extend(b"\r\n--xyz--\r\n");
    ("multipart/form-data; boundary=xyz", body)
}

fn send_form(api: Api<'_>, name: &str, bytes: &[u8], more: &[(&str, &str)]) -> Answer {
    let (kind, body) = form(name, bytes, more);
    api.send("POST", "/v1/uploads", &[("Content-Type", kind)], &body)
}

/// Uploads a file in one request; its id.
pub fn upload(api: Api<'_>, name: &str, bytes: &[u8]) -> String {
    let answer = send_form(api, name, bytes, &[]);
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["file_id"].as_str().unwrap().to_owned()
}

/// Begins an upload in pieces; its address.
fn begin(api: Api<'_>, length: usize, body: &Value) -> String {
    let length = length.to_string();
    let answer = api.send("POST", "/v1/uploads", &[("Upload-Length", &length)], body.to_string().as_bytes());
    assert_eq!(answer.status, 201, "{answer:?}");
    format!("/v1/uploads/{}", answer.json()["file_id"].as_str().unwrap())
}

fn piece(api: Api<'_>, at: &str, offset: usize, bytes: &[u8]) -> Answer {
    api.send("PATCH", at, &[("Upload-Offset", &offset.to_string())], bytes)
}

/// Bytes that are not the same anywhere.
pub fn noise(length: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

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
fn a_file_comes_whole_or_in_pieces_and_is_the_same() {
    for shop in Shop::both() {
        let api = shop.api();
        let bytes = noise(700_000);
        let sha256 = seal::hash(&bytes);
        let whole = send_form(api, "a.zip", &bytes, &[("sha256", &sha256), ("name", "b.zip")]);
        assert_eq!(whole.status, 201, "{whole:?}");
        let whole = whole.json();
        assert_eq!(
            (&whole["name"], &whole["size"], &whole["sha256"]),
            (&json!("b.zip"), &json!(700_000), &json!(sha256))
        );
        assert_eq!(whole["status"], "complete");

        let at = begin(api, bytes.len(), &json!({"name": "c.zip", "sha256": sha256}));
        assert_eq!(piece(api, &at, 0, &bytes[..300_000]).header("upload-offset"), Some("300000"));
        let head = api.send("HEAD", &at, &[], b"");
        assert_eq!(
            (head.status, head.header("upload-offset"), head.header("upload-length")),
            (200, Some("300000"), Some("700000"))
        );
        for wrong in [0, 299_999, 300_001, 700_000] {
            assert_eq!(
                fault(&piece(api, &at, wrong, &bytes[..5])),
                (409, "offset_mismatch".into(), json!({"offset": 300_000}))
            );
        }
        let done = piece(api, &at, 300_000, &bytes[300_000..]);
        assert_eq!((done.status, done.json()["status"].clone()), (200, json!("complete")), "{done:?}");
        assert_eq!(done.json()["sha256"], sha256.as_str());
        // Whoever did not hear the last answer asks again.
        assert_eq!(piece(api, &at, 700_000, b"").json()["status"], "complete");
        assert_eq!(fault(&piece(api, &at, 5, b"x")).1, "offset_mismatch");

        let list = api.done("GET", "/v1/uploads", &Value::Null);
        let names: Vec<&str> =
            list["data"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["c.zip", "b.zip"]);
        // One content on disk for both, and none once both have gone.
        let contents = || contents(&shop.engine);
        assert_eq!(contents(), std::slice::from_ref(&sha256));
        api.done("DELETE", &at, &Value::Null);
        let other = format!("/v1/uploads/{}", whole["file_id"].as_str().unwrap());
        assert_eq!(api.get(&at).status, 404);
        api.done("DELETE", &other, &Value::Null);
        until("the content is removed", || contents().is_empty());
    }
}

/// The hashes that stand in the folder of files.
pub fn contents(engine: &Engine) -> Vec<String> {
    let mut found = Vec::new();
    for folder in std::fs::read_dir(engine.folder.path().join("files")).unwrap().flatten() {
        let name = folder.file_name();
        if name.len() == 2 {
            found.extend(
                std::fs::read_dir(folder.path())
                    .unwrap()
                    .flatten()
                    .map(|f| f.file_name().into_string().unwrap()),
            );
        }
    }
    found
}

#[test]
fn an_upload_that_lies_leaves_nothing() {
    for shop in Shop::both() {
        let api = shop.api();
        let bytes = noise(10_000);
        let wrong = "0".repeat(64);
        let mismatch = send_form(api, "a.zip", &bytes, &[("sha256", &wrong)]);
        assert_eq!((fault(&mismatch).0, fault(&mismatch).1.as_str()), (422, "hash_mismatch"));

        let at = begin(api, 10_000, &json!({"name": "a.zip", "sha256": wrong}));
        assert_eq!(fault(&piece(api, &at, 0, &bytes)).1, "hash_mismatch");
        assert_eq!(api.get(&at).status, 404, "nothing of it is kept");

        // Longer than was announced, with and without a length of its own.
        let at = begin(api, 5_000, &json!({"name": "a.zip"}));
        assert_eq!(fault(&piece(api, &at, 0, &bytes)).1, "malformed");
        let mut connection = Connection::open(shop.server.address);
        let mut request = format!(
            "PATCH {at} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\nUpload-Offset: 0\r\nTransfer-Encoding: chunked\r\n\r\n",
            shop.key
        )
        .into_bytes();
        request.extend(format!("{:x}\r\n", bytes.len()).bytes());
        request.extend(&bytes);
        request.extend(b"\r\n0\r\n\r\n");
        assert_eq!(fault(&connection.raw(&request, false).unwrap()).1, "malformed");
        assert_eq!(api.send("HEAD", &at, &[], b"").header("upload-offset"), Some("0"));

        for (length, body) in [
            ("0", r#"{"name":"a.zip"}"#),
            ("-1", r#"{"name":"a.zip"}"#),
            ("5368709121", r#"{"name":"a.zip"}"#),
            ("9999999999999999999999", r#"{"name":"a.zip"}"#),
            ("many", r#"{"name":"a.zip"}"#),
            ("5", "{}"),
            ("5", r#"{"name":"../a.zip"}"#),
            ("5", r#"{"name":"a/b.zip"}"#),
            ("5", r#"{"name":"a.zip","sha256":"no hash"}"#),
            ("5", r#"{"name":"a.zip","size":5}"#),
        ] {
            let answer = api.send("POST", "/v1/uploads", &[("Upload-Length", length)], body.as_bytes());
            assert_eq!(fault(&answer).1, "validation_failed", "{length} {body}");
        }
        assert!(
            fault(&api.send("POST", "/v1/uploads", &[], br#"{"name":"a.zip"}"#)).2["Upload-Length"]
                .is_string()
        );
        assert!(fault(&api.send("PATCH", &at, &[], b"x")).2["Upload-Offset"].is_string());
        for (name, bytes, more) in [
            ("a.zip", &b""[..], &[][..]),
            ("../../a.zip", b"x", &[]),
            ("", b"x", &[]),
            ("a.zip", b"x", &[("colour", "red")]),
            ("a.zip", b"x", &[("name", "a"), ("name", "b")]),
        ] {
            assert_eq!(fault(&send_form(api, name, bytes, more)).1, "validation_failed", "{name} {more:?}");
        }
        for (kind, body) in [
            ("multipart/form-data", &b"--xyz\r\n"[..]),
            ("multipart/form-data; boundary=xyz", b"no form"),
            (
                "multipart/form-data; boundary=xyz",
                b"--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhalf",
            ),
        ] {
            assert_eq!(
                fault(&api.send("POST", "/v1/uploads", &[("Content-Type", kind)], body)).1,
                "malformed",
                "{kind}"
            );
        }
        for gone in ["file_nothing", "1", "..%2Fx", "%00"] {
            assert_eq!(api.get(&format!("/v1/uploads/{gone}")).status, 404, "{gone}");
            assert_eq!(piece(api, &format!("/v1/uploads/{gone}"), 0, b"x").status, 404, "{gone}");
        }
        assert!(contents(&shop.engine).is_empty());
        let incoming: Vec<_> =
            std::fs::read_dir(shop.engine.folder.path().join("files/incoming")).unwrap().flatten().collect();
        assert_eq!(incoming.len(), 1, "only the upload under way: {incoming:?}");
    }
}

#[test]
fn a_piece_that_breaks_off_is_gone_on_with() {
    let shop = Shop::open(Engine::sqlite());
    let api = shop.api();
    let bytes = noise(400_000);
    let at = begin(api, bytes.len(), &json!({"name": "a.zip"}));
    let mut offset = 0;
    for cut in [1, 100_000, 399_999] {
        let mut connection = Connection::open(shop.server.address);
        let head = format!(
            "PATCH {at} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\nUpload-Offset: {offset}\r\nContent-Length: {}\r\n\r\n",
            shop.key,
            bytes.len() - offset
        );
        connection.write(head.as_bytes()).unwrap();
        connection.write(&bytes[offset..cut]).unwrap();
        drop(connection);
        until("what came is there", || {
            offset = api.send("HEAD", &at, &[], b"").header("upload-offset").unwrap().parse().unwrap();
            offset == cut
        });
    }
    // The one that broke off may hold the upload for a moment yet.
    let mut done = piece(api, &at, offset, &bytes[offset..]);
    until("the upload is free", || {
        if done.status == 409 {
            done = piece(api, &at, offset, &bytes[offset..]);
        }
        done.status != 409
    });
    assert_eq!(done.json()["sha256"], seal::hash(&bytes).as_str(), "{done:?}");
}

#[test]
fn signed_and_repeated_uploads_count_once() {
    let shop = Shop::open(Engine::sqlite());
    let made = server::json(&shop.engine, &["api-key", "create", "--scopes", "all", "--must-sign"]);
    let (key, secret) = (made["key"].as_str().unwrap(), made["secret"].as_str().unwrap());
    let api = shop.with(key);
    let unix = keywright::base::time::seconds(keywright::base::time::Clock::System.now());
    let (kind, body) = form("a.zip", &noise(100_000), &[]);
    let mac = |body: &[u8]| {
        let message = [format!("{unix}.").as_bytes(), body].concat();
        format!("t={unix},sha256={}", keywright::base::text::hex(&seal::sign(secret.as_bytes(), &message)))
    };
    let post = |signature: &str, repeat: &str| {
        let headers = [("Content-Type", kind), ("X-Signature", signature), ("Idempotency-Key", repeat)];
        api.send("POST", "/v1/uploads", &headers, &body)
    };
    assert_eq!(fault(&post(&mac(b"other"), "a")).1, "invalid_signature");
    assert!(contents(&shop.engine).is_empty(), "what is not signed is not kept");
    assert_eq!(post(&mac(&body), "a").status, 201);
    assert_eq!(fault(&post(&mac(&body), "b")).1, "invalid_signature", "a second time");

    let api = shop.api();
    let send = |body: &[u8]| {
        api.send("POST", "/v1/uploads", &[("Content-Type", kind), ("Idempotency-Key", "k")], body)
    };
    let first = send(&body);
    let again = send(&body);
    assert_eq!((first.json(), again.header("idempotent-replayed")), (again.json(), Some("true")));
    assert_eq!(first.header("upload-length"), again.header("upload-length"));
    let begin_with = |length| {
        let headers = [("Upload-Length", length), ("Idempotency-Key", "begun")];
        api.send("POST", "/v1/uploads", &headers, br#"{"name":"a.zip"}"#)
    };
    let begun = begin_with("5");
    assert_eq!(begin_with("5").header("location"), begun.header("location"));
    assert_eq!(fault(&begin_with("7")).1, "idempotency_key_reused");
    assert_eq!(fault(&send(&form("a.zip", b"other", &[]).1)).0, 422);
    let at = begin(api, 5, &json!({"name": "a.zip"}));
    assert_eq!(
        fault(&shop.with(key).send(
            "PATCH",
            &at,
            &[("Upload-Offset", "0"), ("X-Signature", &mac(b"x"))],
            b"12345"
        ))
        .1,
        "invalid_signature"
    );
    assert_eq!(
        api.send("HEAD", &at, &[], b"").header("upload-offset"),
        Some("0"),
        "an unsigned piece is taken back"
    );
    let mut connection = Connection::open(shop.server.address);
    let head = format!(
        "PATCH {at} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {key}\r\nUpload-Offset: 0\r\nX-Signature: {}\r\n\
         Content-Length: 5\r\n\r\n12",
        mac(b"12345")
    );
    let broken = connection.raw_then_shut(head.as_bytes()).unwrap();
    assert_eq!(fault(&broken).1, "malformed");
    assert_eq!(
        api.send("HEAD", &at, &[], b"").header("upload-offset"),
        Some("0"),
        "half of a signed piece is not kept"
    );
    let signed = |offset: &str| {
        let headers = [("Upload-Offset", offset), ("X-Signature", &mac(b"12"))];
        shop.with(key).send("PATCH", &at, &headers, b"12")
    };
    assert_eq!(signed("0").header("upload-offset"), Some("2"));
    assert_eq!(fault(&signed("2")).1, "invalid_signature", "a piece counts once");
    assert_eq!(api.send("HEAD", &at, &[], b"").header("upload-offset"), Some("2"));
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
        for (method, status) in [("POST", 404), ("DELETE", 404)] {
            assert_eq!(http::send(shop.server.address, method, &at, &[], b"").status, status);
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

/// Kills the server at each system call that ends an upload: what was acknowledged is there, and the upload can be gone on with.
#[test]
fn a_kill_at_any_step_of_an_upload_loses_nothing() {
    let bytes = noise(600_000);
    let sha256 = seal::hash(&bytes);
    let engine = Engine::sqlite();
    let key = key(&engine, &["--scopes", "all"]);
    let files = engine.folder.path().join("files");
    let folder = files.join(&sha256[..2]);
    let goes_on = |at: &str, told: usize, when: &str| {
        let server = Server::start(&engine, &[]);
        let api = Api { address: server.address, key: &key };
        let stands = api.send("HEAD", at, &[], b"");
        let offset: usize = stands.header("upload-offset").unwrap().parse().unwrap();
        assert!(offset >= told, "{when}: {told} bytes were acknowledged, {offset} are there");
        let done = piece(api, at, offset, &bytes[offset..]);
        assert_eq!(done.json()["sha256"], sha256.as_str(), "{when}: {done:?}");
        assert_eq!(contents(&engine), std::slice::from_ref(&sha256));
        // The next round puts its content in its place itself.
        api.done("DELETE", at, &Value::Null);
        until("the content is removed", || contents(&engine).is_empty());
    };
    let announced = json!({"name": "a.zip", "sha256": sha256});
    for call in ["write", "fdatasync", "linkat", "fsync", "unlink"] {
        let server = Server::start(&engine, &[]);
        let at = begin(Api { address: server.address, key: &key }, bytes.len(), &announced);
        drop(server);
        let incoming = files.join("incoming").join(at.rsplit('/').next().unwrap());
        let paths = [&incoming, &folder, &folder.join(&sha256)].map(|path| path.to_str().unwrap().to_owned());
        let paths = ["-P", &paths[0], "-P", &paths[1], "-P", &paths[2]];
        let log = engine.folder.path().join("strace");
        let mut server = Server::spawn(strace::killed_at(&server::serving(&engine), call, 1, &paths, &log));
        let api = Api { address: server.address, key: &key };
        let mut told = 0;
        for (from, to) in [(0, 300_000), (300_000, 600_000)] {
            match try_piece(api, &at, from, &bytes[from..to]) {
                Some(answer) if answer.status == 200 => told = to,
                _ => break,
            }
        }
        assert!(told < bytes.len(), "no kill at {call}");
        until("the server is gone", || server.is_gone());
        goes_on(&at, told, call);
    }
    for cut in [1, 300_000, 599_999] {
        let server = Server::start(&engine, &[]);
        let at = begin(Api { address: server.address, key: &key }, bytes.len(), &announced);
        let mut connection = Connection::open(server.address);
        let head = format!(
            "PATCH {at} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {key}\r\nUpload-Offset: 0\r\nContent-Length: 600000\r\n\r\n"
        );
        connection.write(&[head.as_bytes(), &bytes[..cut]].concat()).unwrap();
        drop(server);
        goes_on(&at, 0, &format!("in the middle of a piece, at {cut}"));
    }
}

fn try_piece(api: Api<'_>, at: &str, offset: usize, bytes: &[u8]) -> Option<Answer> {
    let bearer = format!("Bearer {}", api.key);
    let offset = offset.to_string();
    let headers = [("Authorization", bearer.as_str()), ("Upload-Offset", &offset)];
    Connection::open(api.address).send("PATCH", at, &headers, bytes)
}
