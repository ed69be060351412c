//! Another keywright takes the place of a Shoppy seller's: what moved in there moves on from there, whole and once, however often it is
//! killed on the way, and is called as it always was.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;

use keywright::store::{Store, Tx};
use serde_json::{Value, json};

use super::relay::Relay;
use super::shops::{shoppy_v1, uuid};
use super::{assert_quiet, counts, moved, number, rows};
use crate::platform::key;
use crate::support::http;
use crate::support::server::{Server, command, json as told};
use crate::support::{Engine, block_on, until_within};

const ORDERS: usize = 330;
/// Keys that wait in one pool: more than a list shows.
const POOL: usize = 1_200;
const KILLS: usize = 12;

/// What rows have in common in both places, by what they were called first.
fn same(engine: &Engine, sql: &'static str) -> BTreeMap<String, Vec<String>> {
    let store = engine.system_store();
    let find = |tx: &mut Tx<'_>| {
        tx.all(sql, &[], |row| {
            let told: Vec<String> = row.get::<String>(1)?.split('|').map(str::to_owned).collect();
            Ok((row.get::<String>(0)?, told))
        })
    };
    let found = block_on(store.read(find)).unwrap();
    store.close();
    found.into_iter().collect()
}

/// Orders, products, coupons, questions and reviews, each as one text.
const SAME: [(&str, &str); 5] = [
    (
        "orders",
        "select c.old_id, s.email || '|' || s.currency || '|' || cast(s.total_minor as text) || '|' || cast(s.paid_minor as text) || '|' || \
         cast(s.refunded_minor as text) || '|' || s.payment_status || '|' || s.fulfilment_status || '|' || cast(s.created_at as text) || '|' || \
         cast(coalesce(s.paid_at, 0) as text) || '|' || cast(coalesce(s.disputed_at, 0) as text) || '|' || s.details || '|' || \
         (select cast(min(l.quantity) as text) || min(l.title) || cast(count(*) as text) from sale_line l where l.sale_id = s.id) || '|' || \
         (select cast(count(*) as text) || coalesce(min(k.key), '') || coalesce(max(k.key), '') from sale_line l \
         join purchase p on p.sale_line_id = l.id left join licence k on k.purchase_id = p.id \
         where l.sale_id = s.id and p.status = 'active') \
         from carried c join sale s on s.id = c.row_id where c.kind = 'order' and c.source = 'shoppy'",
    ),
    (
        "products",
        "select c.old_id, p.title || '|' || p.kind || '|' || p.description || '|' || cast(p.visible as text) || '|' || p.currency || '|' || \
         cast(p.price_minor as text) || '|' || x.letter || '|' || x.custom_fields || '|' || cast(x.min_quantity as text) || '|' || \
         cast(coalesce(x.max_quantity, 100) as text) || '|' || cast(coalesce(v.stock, -1) as text) || '|' || cast(v.low_at as text) || '|' || \
         cast(v.is_out as text) || '|' || (select cast(count(*) as text) || coalesce(min(k.key), '') || coalesce(max(k.key), '') \
         from pool_key k where k.product_id = p.id and k.taken_at is null) \
         from carried c join product p on p.id = c.row_id join product_extra x on x.product_id = p.id \
         join variant v on v.product_id = p.id and v.is_default = 1 where c.kind = 'product' and c.source = 'shoppy' and length(c.old_id) = 7",
    ),
    (
        "coupons",
        "select c.old_id, p.code || '|' || p.kind || '|' || cast(p.value as text) || '|' || cast(p.used as text) || '|' || \
         cast(coalesce(p.max_uses, 0) as text) || '|' || cast(coalesce(p.ends_at, 0) as text) || '|' || coalesce(p.currency, '') \
         from carried c join coupon p on p.id = c.row_id where c.kind = 'coupon'",
    ),
    (
        "tickets",
        "select c.old_id, t.email || '|' || t.subject || '|' || t.message || '|' || t.status || '|' || cast(t.created_at as text) || '|' || \
         (select cast(count(*) as text) || min(r.message) || max(r.message) || cast(sum(r.by_shop) as text) from ticket_reply r \
         where r.ticket_id = t.id) from carried c join ticket t on t.id = c.row_id where c.kind = 'ticket'",
    ),
    (
        "reviews",
        "select c.old_id, r.content || '|' || cast(r.rating as text) || '|' || r.status || '|' || coalesce(r.response, '') || '|' || \
         cast(r.created_at as text) || '|' || cast(r.is_verified as text) from carried c join review r on r.id = c.row_id \
         where c.kind = 'feedback'",
    ),
];

/// A seller who moved in here, and went on selling.
fn first(engine: &Engine) -> Server {
    moved(engine, "shoppy", &shoppy_v1(ORDERS), &[]);
    told(engine, &["account", "set", "--currency", "USD"]);
    let product = number(engine, "select row_id from carried where old_id = 'Zz9yX8w'").to_string();
    let keys: Vec<String> = (0..POOL).map(|n| format!("WAITS-{n:05}")).collect();
    let file = engine.folder.path().join("keys.txt");
    std::fs::write(&file, keys.join("\n")).unwrap();
    told(engine, &["key-pool", "add", file.to_str().unwrap(), "--product", &product]);
    told(engine, &["coupon", "create", "FIVER", "--off", "500", "--currency", "USD", "--max-uses", "7"]);
    let service = number(engine, "select row_id from carried where old_id = 'Ab3dE5g'").to_string();
    let order =
        ["order", "create", "--email", "late@customer.example", "--line", &service, "--coupon", "SPRING"];
    let order = told(engine, &order)["id"].to_string();
    told(engine, &["order", "pay", &order]);
    told(engine, &["order", "refund", &order]);
    let ticket = ["ticket", "new", "--email", "late@customer.example", "--subject", "S", "--message", "M"];
    let ticket = told(engine, &ticket)["id"].to_string();
    told(engine, &["ticket", "reply", &ticket, "--message", "R"]);
    Server::start(engine, &["--shoppy-rate", "0"])
}

fn from<'a>(address: &'a str, opens: &'a str) -> [&'a str; 7] {
    ["import", "shoppy", "--from", address, "--key", opens, "--json"]
}

/// Moves in; what was printed.
fn move_on(engine: &Engine, args: &[&str]) -> Value {
    let output = command(engine, args).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    assert_eq!(report["left_out"], json!([]), "{}", String::from_utf8_lossy(&output.stderr));
    report
}

/// Asserts that both have the same, and that the second calls it as the first does.
fn assert_same(first: &Engine, second: &Engine) {
    for (noun, sql) in SAME {
        let (before, after) = (same(first, sql), same(second, sql));
        assert!(!before.is_empty(), "{noun}");
        for (old_id, row) in &before {
            assert_eq!(after.get(old_id), Some(row), "{noun} {old_id}");
        }
    }
    for table in [
        "sale",
        "product",
        "coupon",
        "ticket",
        "ticket_reply",
        "review",
        "customer",
        "licence",
        "purchase",
        "payment",
    ] {
        assert_eq!(rows(second, table), rows(first, table), "{table}");
    }
    let waiting = "select count(*) from pool_key where taken_at is null";
    assert_eq!(number(second, waiting), number(first, waiting));
}

/// What a server tells at a path; nothing if it refuses.
fn asked(server: &Server, opens: &str, path: &str) -> Option<Value> {
    let answer =
        http::send(server.address, "GET", &format!("/shoppy/api{path}"), &[("Authorization", opens)], b"");
    (answer.status == 200).then(|| answer.json())
}

fn moves_on(one: &Engine, two: &Engine) {
    let opens = key(one, &["--scopes", "all"]);
    let server = first(one);
    let address = format!("http://{}/shoppy", server.address);
    let report = move_on(two, &from(&address, &opens));
    for (noun, count) in [("products", 2), ("coupons", 2), ("orders", 331), ("reviews", 1), ("tickets", 2)] {
        assert_eq!(counts(&report, noun)[0], count, "{noun}: {report}");
    }
    assert_same(one, two);
    assert_quiet(two);
    let again = move_on(two, &from(&address, &opens));
    for noun in ["products", "coupons", "orders", "reviews", "tickets"] {
        assert_eq!(counts(&again, noun)[..2], [0, 0], "{noun}: {again}");
    }
    // All of it answers to what it was called, in both shapes.
    let mine = key(two, &["--scopes", "all"]);
    let next = Server::start(two, &["--shoppy-rate", "0"]);
    let order = format!("/v1/orders/{}", uuid(7));
    let before = asked(&server, &opens, &order).unwrap();
    let numbered = format!("/1.0/orders/{}", before["number"]);
    for path in [
        order.as_str(),
        &numbered,
        "/v1/products/Zz9yX8w",
        "/v1/coupons/c0upon1",
        "/v1/feedbacks/fb-2",
        "/v1/queries/5a4a7fb",
    ] {
        let (was, is) = (asked(&server, &opens, path), asked(&next, &mine, path));
        let (was, is) = (was.unwrap(), is.unwrap_or_else(|| panic!("{path} is gone")));
        for field in [
            "id",
            "number",
            "order_id",
            "invoice_id",
            "price",
            "original_price",
            "paid_at",
            "created_at",
            "code",
            "accounts",
        ] {
            assert_eq!(was.get(field), is.get(field), "{path}: {field}");
        }
    }
    let product = before["product"]["number"].clone();
    let path = format!("/1.0/products/{product}");
    let (was, is) = (asked(&server, &opens, &path).unwrap(), asked(&next, &mine, &path).unwrap());
    assert_eq!(
        (&was["product_id"], &was["title"], &was["price"]),
        (&is["product_id"], &is["title"], &is["price"])
    );
}

#[test]
fn a_seller_moves_on_from_sqlite_to_postgres() {
    moves_on(&Engine::sqlite(), &Engine::postgres());
}

#[test]
fn a_seller_moves_on_from_postgres_to_sqlite() {
    moves_on(&Engine::postgres(), &Engine::sqlite());
}

/// How far it came, if it was begun.
fn place(store: &Store) -> Option<String> {
    let find = |tx: &mut Tx<'_>| {
        tx.maybe("select place from move_in order by id desc limit 1", &[], |row| row.get(0))
    };
    block_on(store.read(find)).unwrap()
}

fn survives(one: &Engine, two: &Engine) {
    let opens = key(one, &["--scopes", "all"]);
    let server = first(one);
    let relay = Relay::to(server.address);
    let address = format!("http://{}/shoppy", relay.address);
    let (mut turn, mut kills, mut ends, mut places) = (7_usize, 0, 0_usize, BTreeSet::new());
    while kills < KILLS && ends < 3 * KILLS {
        turn = turn.wrapping_mul(31).wrapping_add(17) % 1_009;
        let at = relay.asked() + 3 + turn % 14;
        let mut command = command(two, &from(&address, &opens));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Two are killed while they ask, and the third as soon as something more was taken.
        let (is_third, mut has_ended) = (kills % 3 == 2, false);
        let store = two.system_store();
        let before = place(&store);
        until_within(120, "it is killed or ends", || {
            has_ended = child.try_wait().unwrap().is_some();
            let is_due = relay.asked() >= at && (!is_third || place(&store) != before);
            has_ended || is_due
        });
        if !has_ended {
            child.kill().unwrap();
            kills += 1;
        }
        child.wait().unwrap();
        ends += usize::from(has_ended);
        places.extend(place(&store));
        store.close();
    }
    assert_eq!(kills, KILLS, "it ended {ends} times");
    assert!(places.len() >= 3, "it was killed at the beginning alone: {places:?}");
    move_on(two, &from(&address, &opens));
    assert_same(one, two);
    for table in ["event", "mail", "webhook_delivery", "loyalty_entry"] {
        assert_eq!(rows(two, table), 0, "{table}");
    }
}

#[test]
fn it_goes_on_after_kills_on_sqlite() {
    survives(&Engine::postgres(), &Engine::sqlite());
}

#[test]
fn it_goes_on_after_kills_on_postgres() {
    survives(&Engine::sqlite(), &Engine::postgres());
}
