//! The manners of the API: envelopes, pages, tags, idempotency, modes; and that its nouns do what they say.

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Value, json};

use super::{Shop, fault, key};
use crate::support::http;
use crate::support::server::API;

#[test]
fn a_product_from_creation_to_the_archive() {
    for shop in Shop::both() {
        let api = shop.api();
        let made = api.call(
            "POST",
            "/v1/products",
            &json!({"title": "Quill", "kind": "software", "description": "*Writes*", "licence_policy": {"max_uses": "3", "term_days": 30}}),
        );
        assert_eq!(made.status, 201);
        let product = made.json();
        let at = format!("/v1/products/{}", product["id"]);
        assert_eq!((&product["slug"], &product["status"]), (&json!("quill"), &json!("active")));
        assert_eq!(product["licence_policy"]["max_uses"], 3);
        let got = api.get(&at);
        assert_eq!(got.json(), product);
        assert_eq!(got.header("etag"), made.header("etag"));
        assert_eq!(got.header("content-type"), Some("application/json"));
        assert_eq!(got.header("cache-control"), Some("no-store"));

        let changed =
            api.done("PATCH", &at, &json!({"visible": false, "licence_policy": {"term_days": null}}));
        assert_eq!((&changed["status"], &changed["title"]), (&json!("hidden"), &json!("Quill")));
        assert_eq!(changed["licence_policy"]["term_days"], Value::Null);
        assert_eq!(changed["licence_policy"]["max_uses"], 3, "what is not named stays");

        let policy = api.done("PUT", &format!("{at}/licence-policy"), &json!({"identifier_mode": "email"}));
        assert_eq!(
            (&policy["identifier_mode"], &policy["max_uses"]),
            (&json!("email"), &json!(-1)),
            "PUT sets all of it"
        );
        assert_eq!(api.done("GET", &format!("{at}/licence-policy"), &Value::Null), policy);

        assert_eq!(api.done("DELETE", &at, &Value::Null)["status"], "archived");
        let ids = |query: &str| {
            let list = api.done("GET", &format!("/v1/products{query}"), &Value::Null);
            list["data"].as_array().unwrap().iter().map(|p| p["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids(""), Vec::<Value>::new());
        assert_eq!(ids("?status=archived"), std::slice::from_ref(&product["id"]));
        assert_eq!(ids("?status=archived&kind=service"), Vec::<Value>::new());
    }
}

#[test]
fn a_licence_from_issue_to_reset() {
    for shop in Shop::both() {
        let api = shop.api();
        let licence = api.licence(api.product());
        let at = format!("/v1/licences/{}", licence["id"]);
        let key = licence["key"].as_str().unwrap();
        let licence_call = |query: &str| http::get(api.address, &format!("{API}?{query}&key={key}"));
        for usage_id in 1..=3 {
            assert_eq!(licence_call("activate").json(), json!({"response": "OKAY", "usage_id": usage_id}));
        }
        assert_eq!(licence_call("activate").json()["errorCode"], 1201);
        let explained = api.done("GET", &format!("{at}/explain"), &Value::Null);
        assert_eq!(explained["may_activate"], false);
        let shut: Vec<&Value> =
            explained["rungs"].as_array().unwrap().iter().filter(|rung| rung["passes"] == false).collect();
        assert_eq!(shut.len(), 1);
        assert_eq!(shut[0]["rung"], "free use");

        let freed = api.done("DELETE", &format!("{at}/activations/2"), &Value::Null);
        assert_eq!(freed["uses"], 2);
        assert_eq!(fault(&api.call("DELETE", &format!("{at}/activations/2"), &Value::Null)).0, 404);
        assert_eq!(licence_call("check&usage_id=2").json()["errorCode"], 1301, "it shows at once");
        let uses = api.done("GET", &format!("{at}/activations"), &Value::Null);
        let states: Vec<&Value> = uses["data"].as_array().unwrap().iter().map(|a| &a["status"]).collect();
        assert_eq!(states, ["live", "released", "live"]);

        assert_eq!(fault(&api.call("PATCH", &at, &json!({"max_uses": 1}))).1, "uses_taken");
        let changed =
            api.done("PATCH", &at, &json!({"status": "suspended", "expires_at": "2030-01-01T00:00:00Z"}));
        assert_eq!(
            (&changed["status"], &changed["expires_at"]),
            (&json!("suspended"), &json!("2030-01-01T00:00:00Z"))
        );
        assert_eq!(licence_call("check&usage_id=1").json()["errorCode"], 1102);
        assert_eq!(api.done("PATCH", &at, &json!({"status": "active"}))["status"], "active");
        let expired = api.done("PATCH", &at, &json!({"expires_at": "2020-01-01T00:00:00Z"}));
        assert_eq!(expired["status"], "expired");
        assert_eq!(licence_call("check&usage_id=1").json()["errorCode"], 1103);
        api.done("PATCH", &at, &json!({"expires_at": null}));

        assert_eq!(api.done("POST", &format!("{at}/reset"), &Value::Null)["uses"], 0);
        assert_eq!(licence_call("activate").json()["usage_id"], 4);

        let found = |query: &str| {
            api.done("GET", &format!("/v1/licences?{query}"), &Value::Null)["data"].as_array().unwrap().len()
        };
        assert_eq!(found(&format!("key={}", &key[..6])), 1);
        assert_eq!(
            found(&format!(
                "product={}&customer={}&status=active",
                licence["product_id"], licence["customer_id"]
            )),
            1
        );
        for none in ["status=suspended", "status=expired", "status=cancelled", "product=999999", "key=ZZZZ9"]
        {
            assert_eq!(found(none), 0, "{none}");
        }
    }
}

#[test]
fn releases_reach_the_update_check_at_once() {
    for shop in Shop::both() {
        let api = shop.api();
        let product = api.product();
        let at = format!("/v1/products/{product}/releases");
        let newest = || http::get(api.address, &format!("/software/updatecheck/{product}"));
        assert_eq!(newest().status, 404);
        let first = api.done("POST", &at, &json!({"version": "1.0.0"}));
        assert_eq!((&first["longversion"], &first["status"]), (&json!(10_000), &json!("published")));
        let second =
            api.done("POST", &at, &json!({"version": "1.1.0", "notes_url": "https://notes.example/1.1"}));
        assert_eq!(newest().json()["version"], "1.1.0");
        assert_eq!(fault(&api.call("POST", &at, &json!({"version": "1.0.5"}))).1, "longversion_not_larger");
        assert!(fault(&api.call("POST", &at, &json!({"version": "next"}))).2["longversion"].is_string());
        assert!(fault(&api.call("POST", &at, &json!({"version": "2.0.0", "update_url": "ftp://x"}))).2["update_url"].is_string());
        let second_at = format!("{at}/{}", second["id"]);
        assert_eq!(api.done("PATCH", &second_at, &json!({"status": "yanked"}))["status"], "yanked");
        assert_eq!(newest().json()["version"], "1.0.0");
        api.done("PATCH", &second_at, &json!({"status": "published"}));
        assert_eq!(newest().json()["version"], "1.1.0");
        let other = api.product();
        assert_eq!(fault(&api.get(&format!("/v1/products/{other}/releases/{}", second["id"]))).0, 404);
        let listed = api.done("GET", &format!("{at}?limit=1"), &Value::Null);
        assert_eq!((&listed["data"][0]["id"], &listed["has_more"]), (&second["id"], &json!(true)));
    }
}

#[test]
fn pages_hold_every_row_once_while_rows_are_added() {
    for shop in Shop::both() {
        let api = shop.api();
        let made: HashSet<i64> = (0..45).map(|_| api.product()).collect();
        let (mut seen, mut target) = (Vec::new(), "/v1/products?limit=10&kind=software".to_owned());
        loop {
            let page = api.done("GET", &target, &Value::Null);
            seen.extend(page["data"].as_array().unwrap().iter().map(|p| p["id"].as_i64().unwrap()));
            api.product();
            let Some(cursor) = page["next_cursor"].as_str() else {
                assert_eq!(page["has_more"], false);
                break;
            };
            assert_eq!(page["has_more"], true);
            target = format!("/v1/products?limit=10&kind=software&cursor={cursor}");
        }
        assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "newest first, none twice");
        assert_eq!(seen.into_iter().collect::<HashSet<_>>(), made);
        let forged = api.get("/v1/products?cursor=00000000000000ff00112233445566778899aabbccddeeff");
        assert!(fault(&forged).2["cursor"].is_string());
    }
}

#[test]
fn two_who_edit_do_not_overwrite_each_other() {
    for shop in Shop::both() {
        let api = shop.api();
        let at = format!("/v1/products/{}", api.product());
        let tag = api.get(&at).header("etag").unwrap().to_owned();
        let unchanged = api.send("GET", &at, &[("If-None-Match", &tag)], b"");
        assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
        let first = api.send("PATCH", &at, &[("If-Match", &tag)], br#"{"title":"Mine"}"#);
        assert_eq!(first.status, 200);
        let second = api.send("PATCH", &at, &[("If-Match", &tag)], br#"{"title":"Yours"}"#);
        assert_eq!(fault(&second), (412, "changed_meanwhile".into(), json!({})));
        assert_eq!(api.get(&at).json()["title"], "Mine");
        let any = api.send("PATCH", &at, &[("If-Match", "*")], br#"{"title":"Any"}"#);
        assert_eq!(any.status, 200);
    }
}

#[test]
fn one_idempotency_key_has_one_effect() {
    for shop in Shop::both() {
        let (address, key) = (shop.server.address, shop.key.clone());
        let send = move |idempotency: &str, body: &str| {
            let api = super::Api { address, key: &key };
            api.send("POST", "/v1/products", &[("Idempotency-Key", idempotency)], body.as_bytes())
        };
        let threads: Vec<_> = (0..32)
            .map(|_| {
                let send = send.clone();
                std::thread::spawn(move || {
                    loop {
                        let answer = send("order-1", r#"{"title":"Once"}"#);
                        if answer.status != 409 {
                            return answer;
                        }
                        assert_eq!(fault(&answer).1, "idempotency_in_flight");
                        assert_eq!(answer.header("retry-after"), Some("1"));
                    }
                })
            })
            .collect();
        let answers: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        let bodies: HashSet<&[u8]> = answers.iter().map(|answer| answer.body.as_slice()).collect();
        assert_eq!(bodies.len(), 1, "{:?}", shop.engine.name);
        assert!(answers.iter().all(|answer| answer.status == 201));
        let first = answers.iter().filter(|answer| answer.header("idempotent-replayed").is_none()).count();
        assert_eq!(first, 1);
        assert_eq!(shop.api().get("/v1/products").json()["data"].as_array().unwrap().len(), 1);
        assert_eq!(fault(&send("order-1", r#"{"title":"Twice"}"#)).0, 422);
        // A refused request leaves nothing behind.
        assert_eq!(fault(&send("order-2", r#"{"title":""}"#)).0, 400);
        assert_eq!(send("order-2", r#"{"title":"Mended"}"#).status, 201);
        for bad in ["", &"x".repeat(256)] {
            assert_eq!(fault(&send(bad, r#"{"title":"a"}"#)).1, "malformed");
        }
    }
}

#[test]
fn test_rows_are_a_world_of_their_own() {
    for shop in Shop::both() {
        let test_key = key(&shop.engine, &["--scopes", "all", "--mode", "test"]);
        let (live, test) = (shop.api(), shop.with(&test_key));
        let (live_licence, test_licence) = (live.licence(live.product()), test.licence(test.product()));
        assert_ne!(live_licence["customer_id"], test_licence["customer_id"], "one person, two customers");
        for noun in ["products", "licences", "customers"] {
            let ids = |api: super::Api<'_>| {
                let list = api.done("GET", &format!("/v1/{noun}"), &Value::Null);
                list["data"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|row| row["id"].as_i64().unwrap())
                    .collect::<Vec<_>>()
            };
            let (live_ids, test_ids) = (ids(live), ids(test));
            assert_eq!((live_ids.len(), test_ids.len()), (1, 1), "{noun}");
            assert_eq!(fault(&live.get(&format!("/v1/{noun}/{}", test_ids[0]))).0, 404);
            assert_eq!(fault(&test.get(&format!("/v1/{noun}/{}", live_ids[0]))).0, 404);
        }
        assert_eq!(test.get("/v1/account").json()["mode"], "test");
        let key = test_licence["key"].as_str().unwrap();
        let activated = http::get(live.address, &format!("{API}?activate&key={key}"));
        assert_eq!(activated.status, 200, "a test licence can be activated: {activated:?}");
    }
}

#[test]
fn paths_and_methods() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let api = shop.api();
    let product = api.product();
    assert_eq!(api.get("/v1//products/").status, 200, "stray slashes");
    let head = http::Connection::open(api.address)
        .send(
            "HEAD",
            &format!("/v1/products/{product}"),
            &[("Authorization", &format!("Bearer {}", api.key))],
            b"",
        )
        .unwrap();
    assert_eq!((head.status, head.body.len()), (200, 0));
    let wrong = api.call("POST", &format!("/v1/products/{product}"), &json!({}));
    assert_eq!(fault(&wrong).1, "method_not_allowed");
    assert_eq!(wrong.header("allow"), Some("GET, PATCH, DELETE"));
    assert_eq!(fault(&api.get("/v1/nothing")).0, 404);
    for id in ["0", "-1", "x", "1.0", "99999999999999999999", "%31x"] {
        assert_eq!(
            fault(&api.get(&format!("/v1/products/{id}"))),
            (404, "not_found".into(), json!({})),
            "{id}"
        );
    }
    let ids: HashSet<String> =
        (0..20).map(|_| api.get("/v1/account").header("x-request-id").unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 20);
}

#[test]
fn every_code_is_in_the_documentation() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let told = std::fs::read_to_string(folder.join("web/platform/README.md")).unwrap();
    let is_told = |code: &str| told.contains(&format!("`{code}`"));
    let text = |file: std::fs::DirEntry| std::fs::read_to_string(file.path()).unwrap();
    let mut codes: Vec<String> = Vec::new();
    for file in std::fs::read_dir(folder.join("domain")).unwrap().flatten() {
        // What is refused says so before it says what about; what is invalid names a field, which is no code.
        let text = text(file);
        for refusal in text.split("Error::").filter(|error| error.starts_with("refused(")) {
            let refusal = refusal.split(';').next().unwrap();
            codes.extend(
                refusal.split(".about(\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()),
            );
        }
    }
    let faults = std::fs::read_to_string(folder.join("web/platform/fault.rs")).unwrap();
    for line in
        faults.lines().filter(|line| line.contains("StatusCode::") || line.trim_start().starts_with('"'))
    {
        let word = line.split('"').nth(1).unwrap_or_default();
        if !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
            codes.push(word.to_owned());
        }
    }
    codes.extend([keywright::store::files::BUSY.to_owned(), keywright::domain::file::HASH.to_owned()]);
    assert!(codes.len() > 40, "{codes:?}");
    let missing: Vec<&String> = codes.iter().filter(|code| !is_told(code)).collect();
    assert!(missing.is_empty(), "not in the README: {missing:?}");
}

#[test]
fn a_name_that_is_no_text_names_no_request() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let mut seen = HashSet::new();
    for byte in [b'\xe8', b'\xe9'] {
        let head = format!(
            "POST /v1/categories HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\nContent-Length: 13\r\n",
            shop.key
        );
        let rest = [&b"Idempotency-Key: a"[..], &[byte], b"\r\n\r\n{\"title\":\"A\"}"].concat();
        let answer =
            http::Connection::open(shop.server.address).raw(&[head.as_bytes(), &rest].concat(), false);
        seen.insert(fault(&answer.unwrap()).1);
    }
    assert_eq!(seen, HashSet::from(["malformed".to_owned()]), "as text, both are one name");
}
