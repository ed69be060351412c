//! Files in: whole, in pieces, signed, and what lies about itself.

use keywright::base::seal;
use serde_json::{Value, json};

use super::{Api, Shop, fault};
use crate::support::http::{Answer, Connection};
use crate::support::server;
use crate::support::{Engine, until};

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
pub fn begin(api: Api<'_>, length: usize, body: &Value) -> String {
    let length = length.to_string();
    let answer = api.send("POST", "/v1/uploads", &[("Upload-Length", &length)], body.to_string().as_bytes());
    assert_eq!(answer.status, 201, "{answer:?}");
    format!("/v1/uploads/{}", answer.json()["file_id"].as_str().unwrap())
}

pub fn piece(api: Api<'_>, at: &str, offset: usize, bytes: &[u8]) -> Answer {
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
        // Sent again for as long as the one before it holds the upload.
        until("what came is there", || {
            let mut connection = Connection::open(shop.server.address);
            let head = format!(
                "PATCH {at} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\nUpload-Offset: {offset}\r\nContent-Length: {}\r\n\r\n",
                shop.key,
                bytes.len() - offset
            );
            // One that is refused may be shut before all is written.
            let _ = connection.write(head.as_bytes()).and_then(|()| connection.write(&bytes[offset..cut]));
            drop(connection);
            offset = api.send("HEAD", &at, &[], b"").header("upload-offset").unwrap().parse().unwrap();
            offset == cut
        });
    }
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
