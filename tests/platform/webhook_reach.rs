//! Where webhooks go and where they never do: in a network in which every address there is would take the connection.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde_json::{Value, json};

use super::webhook_targets::{NAMES, TARGETS, Where};
use super::{Api, Shop};
use crate::support::server::Server;
use crate::support::world::{self, NameServer, Names, Trap};
use crate::support::{Engine, block_on, until};
use keywright::values;

const DOOR: &str = "the URL ";

fn names() -> Names {
    let ips = |texts: &[&str]| -> Vec<IpAddr> { texts.iter().map(|text| text.parse().unwrap()).collect() };
    NAMES.iter().map(|(name, texts)| (*name, vec![ips(texts)])).collect()
}

/// The table with the trap's port in it, and those that are only too long.
fn targets(trap: &Trap) -> Vec<(String, Where)> {
    let port = trap.port.to_string();
    let no_address = Where::OnTheWay("the name has no address");
    let long = [
        (format!("http://{}.test:{port}/", "a".repeat(64)), no_address),
        (format!("http://{}test:{port}/", "loopback.".repeat(40)), no_address),
        (format!("http://public.test:{port}/{}", "a".repeat(1_024)), Where::AtTheDoor),
        (format!("http://public.test:{port}/{}", "ü".repeat(200)), Where::AtTheDoor),
        (format!("http://{}127.0.0.1:{port}/", "a".repeat(100_000)), Where::AtTheDoor),
    ];
    TARGETS.iter().map(|(url, whence)| (url.replace("{p}", &port), *whence)).chain(long).collect()
}

/// The first thing that is said of the newest delivery to each of these endpoints, once all are tried.
fn said(api: Api<'_>, ids: &[i64], attempts: i64) -> Vec<Value> {
    let newest = |id: &i64| {
        let log = api.done("GET", &format!("/v1/webhooks/{id}/deliveries?limit=1"), &Value::Null);
        log["data"][0].clone()
    };
    ids.iter()
        .map(|id| {
            let mut found = Value::Null;
            until("a delivery is tried", || {
                found = newest(id);
                found["attempts"].as_i64() >= Some(attempts) && found["tried_at"].is_string()
            });
            found
        })
        .collect()
}

/// Makes endpoints as if their URLs had been good when they were made.
fn behind_the_door(engine: &Engine, like: &Value, urls: Vec<String>) -> Vec<i64> {
    let (like, store) = (like["id"].as_i64().unwrap(), engine.system_store());
    block_on(store.write("endpoints", move |tx| {
        urls.iter()
            .map(|url| {
                tx.one(
                    "insert into webhook (site_id, is_test, url, sealed_secret, created_at) \
                     select site_id, is_test, $2, sealed_secret, created_at from webhook where id = $1 returning id",
                    values![like, url],
                    |row| row.get(0),
                )
            })
            .collect()
    }))
    .unwrap()
}

/// What is wrong with how a target is taken at the door.
fn at_the_door(api: Api<'_>, at: &str, url: &str, whence: Where) -> Option<String> {
    let made = api.call("POST", "/v1/webhooks", &json!({"url": url}));
    if whence != Where::AtTheDoor {
        return (made.status != 201).then(|| format!("{url:?} is refused: {}", made.text()));
    }
    [made, api.call("PATCH", at, &json!({"url": url}))].iter().find_map(|answer| {
        let details = &answer.json()["error"]["details"]["url"];
        let is_named = details.as_str().is_some_and(|why| why.starts_with(DOOR) || url.contains('\0'));
        (answer.status != 400 || !is_named).then(|| format!("{url:?} is not refused: {}", answer.text()))
    })
}

#[test]
fn nothing_is_ever_sent_to_what_is_not_public() {
    if !world::is_here() {
        return;
    }
    let trap = Trap::open(|_| "HTTP/1.1 204 Taken\r\nConnection: close\r\n\r\n".to_owned());
    let _names = NameServer::open(names());
    let targets = targets(&trap);
    let distinct: BTreeSet<&String> = targets.iter().map(|(url, _)| url).collect();
    assert_eq!(distinct.len(), targets.len());
    let shop = Shop::open(Engine::sqlite());
    let api = shop.api();
    let public = format!("http://public.test:{}/public", trap.port);
    let witness = api.done("POST", "/v1/webhooks", &json!({"url": public}));
    let at = format!("/v1/webhooks/{}", witness["id"]);

    let wrong: Vec<String> =
        targets.iter().filter_map(|(url, whence)| at_the_door(api, &at, url, *whence)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // No table holds a NUL.
    let urls = targets.iter().map(|(url, _)| url.replace('\0', "\u{1}")).collect();
    let ids = behind_the_door(&shop.engine, &witness, urls);
    api.product();
    let mut wrong = Vec::new();
    for ((url, whence), delivery) in targets.iter().zip(said(api, &ids, 1)) {
        let sentence = if let Where::OnTheWay(sentence) = whence { sentence } else { DOOR };
        let is_said = delivery["answer"].as_str().unwrap().starts_with(sentence);
        if !is_said || !delivery["http_status"].is_null() || delivery["status"] != "pending" {
            wrong.push(format!("{url:?}: {delivery}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    until("the one that is public is told", || !trap.came().is_empty());
    let came = trap.came();
    assert!(came.len() == 1 && came[0].path == "/public", "{came:?}");
    println!("webhooks: {} addresses are never connected to", targets.len());

    // The trap catches: where all networks are allowed, most of the same addresses are connected to.
    let Shop { engine, server, key } = shop;
    drop(server);
    std::fs::write(engine.folder.path().join("keywright.toml"), "webhook_allow = \"0.0.0.0/0, ::/0\"\n")
        .unwrap();
    let server = Server::start(&engine, &[]);
    let api = Api { address: server.address, key: &key };
    api.product();
    said(api, &ids, 1);
    let reached: BTreeSet<IpAddr> = trap.came().iter().map(|came| came.to).collect();
    println!("webhooks: where they are allowed, {} addresses are", reached.len());
    assert!(trap.came().len() > 90 && reached.len() > 20, "{} {reached:?}", trap.came().len());
}

#[test]
fn a_connection_goes_to_the_address_that_was_looked_at() {
    if !world::is_here() {
        return;
    }
    let trap = Trap::open(|path| {
        match path {
        "/away" => {
            "HTTP/1.1 307 Away\r\nLocation: http://127.0.0.1/inside\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".to_owned()
        }
        "/by-name" => {
            "HTTP/1.1 302 Away\r\nLocation: http://own.test/inside\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".to_owned()
        }
        _ => "HTTP/1.1 204 Taken\r\nConnection: close\r\n\r\n".to_owned(),
    }
    });
    let (public, inside): (IpAddr, IpAddr) = ("9.9.9.9".parse().unwrap(), "127.0.0.1".parse().unwrap());
    let mut all = names();
    // A look-up for a check and another for the connection would be fooled by the first of these, and by the second the other way.
    all.insert("flip.test", vec![vec![public], vec![inside], vec![public], vec![inside]]);
    let names = NameServer::open(all);
    let shop = Shop::open(Engine::sqlite());
    let api = shop.api();
    let endpoint = |url: &str| {
        let url = url.replace("{p}", &trap.port.to_string());
        let made = api.done("POST", "/v1/webhooks", &json!({"url": url, "events": ["product.updated"]}));
        made["id"].as_i64().unwrap()
    };
    let test = |id: i64| {
        api.done("POST", &format!("/v1/webhooks/{id}/test"), &Value::Null);
        said(api, &[id], 1).remove(0)
    };
    let flip = endpoint("http://flip.test:{p}/flip");
    assert_eq!(names.asked("flip.test"), 0, "a name is looked up when it is used");
    for (nth, is_public) in [true, false, true, false].into_iter().enumerate() {
        let delivery = test(flip);
        assert_eq!(names.asked("flip.test"), nth + 1, "one look-up, and what it says is connected to");
        if is_public {
            assert_eq!(delivery["http_status"], 204, "{delivery}");
        } else {
            assert_eq!(delivery["answer"], "the name leads to an address that is not public");
        }
    }
    let by_path = |path: &str| -> Vec<IpAddr> {
        trap.came().iter().filter(|came| came.path == path).map(|came| came.to).collect()
    };
    assert_eq!(by_path("/flip"), [public, public]);

    for (path, status) in [("/away", 307), ("/by-name", 302)] {
        let delivery = test(endpoint(&format!("http://public.test:{{p}}{path}")));
        assert_eq!((&delivery["http_status"], &delivery["status"]), (&json!(status), &json!("pending")));
        assert_eq!(by_path(path).len(), 1);
    }
    // What is in front of a name's host is not looked at twice either: the path is no host.
    test(endpoint("http://public.test:{p}\\@127.0.0.1:{p}/"));
    let mut to: BTreeMap<IpAddr, usize> = BTreeMap::new();
    trap.came().iter().for_each(|came| *to.entry(came.to).or_default() += 1);
    assert!(to.keys().all(|to| [public, "2620:fe::9".parse().unwrap()].contains(to)), "{to:?}");
}
