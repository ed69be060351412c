//! Events: each change is told once, in the transaction of its cause, and forgotten in time.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Api, Shop, fault, key};
use crate::support::server::{self, API};
use crate::support::{NEW_YEAR, block_on, engines, http};
use keywright::base::time::DAY;
use keywright::domain::shop::Shop as Site;
use keywright::domain::{customer, event, licence, policy, product};

/// All events, the oldest first.
fn all(api: Api<'_>) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.done("GET", &format!("/v1/events?limit=7{cursor}"), &Value::Null);
        found.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    found.reverse();
    found
}

/// The types of the events that `f` causes, in order.
fn told<T>(api: Api<'_>, f: impl FnOnce() -> T) -> (Vec<String>, T) {
    let before = all(api).len();
    let done = f();
    let after = all(api);
    let kinds = after[before..].iter().map(|event| event["event"].as_str().unwrap().to_owned());
    (kinds.collect(), done)
}

#[test]
fn each_change_is_told_once_and_what_is_refused_is_not() {
    for shop in Shop::both() {
        let api = shop.api();
        let post = |target: &str, body: Value| api.done("POST", target, &body);
        let (kinds, product) = told(api, || api.product());
        assert_eq!(kinds, ["product.created"]);
        let at = format!("/v1/products/{product}");
        assert_eq!(told(api, || api.done("PATCH", &at, &json!({"title": "Pen"}))).0, ["product.updated"]);
        let releases = format!("{at}/releases");
        let (kinds, draft) =
            told(api, || post(&releases, json!({"version": "1.0.0", "status": "draft"}))["id"].clone());
        assert_eq!(kinds, [""; 0], "a draft is the vendor's own");
        let release = format!("{releases}/{draft}");
        for (status, expected) in [
            ("published", &["release.published"][..]),
            ("published", &[]),
            ("yanked", &["release.yanked"]),
            ("published", &["release.published"]),
        ] {
            assert_eq!(told(api, || api.done("PATCH", &release, &json!({"status": status}))).0, expected);
        }
        let (kinds, order) = told(api, || api.order(product));
        assert_eq!(kinds, ["customer.created", "order.created"]);
        let named = json!({"customer": {"email": "mia@customer.example", "name": "Mia"}, "lines": [{"product_id": product}]});
        let (kinds, _) = told(api, || post("/v1/orders", named.clone()));
        assert_eq!(kinds, ["customer.updated", "order.created"], "a sale fills in a name");
        assert_eq!(told(api, || post("/v1/orders", named)).0, ["order.created"]);
        let pay = || {
            let once = [("Idempotency-Key", "pay")];
            api.send("POST", &format!("{order}/pay"), &once, b"").json()
        };
        let (kinds, paid) = told(api, pay);
        assert_eq!(kinds, ["order.paid", "purchase.created", "licence.issued"]);
        assert_eq!(told(api, pay).0, [""; 0], "a repeated request has no second effect");
        assert_eq!(
            told(api, || api.call("POST", &format!("{order}/pay"), &Value::Null)).0,
            [""; 0],
            "refused"
        );

        let purchase =
            api.done("GET", &format!("/v1/purchases/{}", paid["lines"][0]["purchases"][0]), &Value::Null);
        let (key, licence) =
            (purchase["key"].as_str().unwrap(), format!("/v1/licences/{}", purchase["licence_id"]));
        let ask = |query: &str| http::get(api.address, &format!("{API}?{query}&key={key}")).json();
        assert_eq!(told(api, || ask("activate&nonce=n0")).0, [""; 0], "nobody wants to be told of uses");
        let wanting =
            json!({"url": "https://hooks.example/", "events": ["licence.activated", "licence.deactivated"]});
        post("/v1/webhooks", wanting);
        assert_eq!(told(api, || ask("activate&nonce=n1")).0, ["licence.activated"]);
        assert_eq!(told(api, || ask("activate&nonce=n1")).0, [""; 0]);
        assert_eq!(told(api, || ask("check&usage_id=1")).0, [""; 0]);
        assert_eq!(told(api, || ask("deactivate&usage_id=1")).0, [""; 0], "the product does not allow it");
        let used = all(api).last().unwrap().clone();
        let subject = json!({"licence": {"id": purchase["licence_id"], "product_id": product, "purchase_id": purchase["id"]},
            "activation": {"usage_id": 2}});
        assert_eq!((&used["data"], &used["livemode"]), (&subject, &json!(true)));
        let delete = || api.done("DELETE", &format!("{licence}/activations/2"), &Value::Null);
        assert_eq!(told(api, delete).0, ["licence.deactivated"]);
        for (status, expected) in
            [("suspended", &["licence.suspended"][..]), ("suspended", &[]), ("active", &["licence.resumed"])]
        {
            assert_eq!(told(api, || api.done("PATCH", &licence, &json!({"status": status}))).0, expected);
        }
        assert_eq!(told(api, || post(&format!("{licence}/reset"), Value::Null)).0, ["licence.reset"]);
        let part = json!({"amount": {"amount": 1, "currency": "EUR"}});
        assert_eq!(told(api, || post(&format!("{order}/refund"), part)).0, ["order.refunded"]);
        let (kinds, _) = told(api, || post(&format!("{order}/refund"), Value::Null));
        assert_eq!(kinds, ["purchase.cancelled", "order.refunded"]);
        let other = api.order(product);
        assert_eq!(told(api, || post(&format!("{other}/cancel"), Value::Null)).0, ["order.cancelled"]);

        // What commands do is told by the same functions; what is moved in has happened before.
        let command = |args: &[&str]| server::json(&shop.engine, args);
        let id = product.to_string();
        let (kinds, _): (_, Value) =
            told(api, || command(&["licence", "issue", "--product", &id, "--email", "zoe@customer.example"]));
        assert_eq!(kinds, ["customer.created", "purchase.created", "licence.issued"]);
        let csv = format!("product_id,email\n{product},ana@customer.example\n");
        let (kinds, imported) = told(api, || {
            api.send("POST", "/v1/licences/import", &[("Content-Type", "text/csv")], csv.as_bytes()).json()
        });
        assert_eq!((kinds, &imported["imported"]), (Vec::new(), &json!(1)));
        assert_eq!(told(api, || api.done("DELETE", &at, &Value::Null)).0, ["product.updated"]);
    }
}

#[test]
fn test_mode_has_events_of_its_own() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let test_key = key(&shop.engine, &["--scopes", "all", "--mode", "test"]);
    let (live, test) = (shop.api(), shop.with(&test_key));
    let order = test.order(test.product());
    let pay = |number: &str| {
        test.call("POST", &format!("{order}/pay"), &json!({"method": "card", "card_number": number}))
    };
    assert_eq!(told(test, || pay("4000000000000002")).0, ["payment.failed"]);
    let (kinds, _) = told(test, || pay("4242424242424242"));
    assert_eq!(kinds, ["order.paid", "purchase.created", "licence.issued"]);
    assert!(all(test).iter().all(|event| event["livemode"] == false));
    assert_eq!(all(live), [] as [Value; 0]);
    let id = &all(test)[0]["id"];
    assert_eq!(fault(&live.get(&format!("/v1/events/{id}"))).0, 404);
    assert_eq!(test.done("GET", &format!("/v1/events/{id}"), &Value::Null), all(test)[0]);
    let listed = server::json(&shop.engine, &["event", "list", "--test", "--type", "order.paid"]);
    let paid: Vec<Value> = all(test).into_iter().filter(|event| event["event"] == "order.paid").collect();
    assert_eq!(listed, json!(paid), "the command shows what the API does");
}

#[test]
fn events_are_found_by_type_and_time_and_tell_nothing_of_the_erased() {
    for shop in Shop::both() {
        let api = shop.api();
        let buyer = json!({"customer": {"email": "mia@customer.example", "name": "Mia \"M\" Example"},
            "lines": [{"product_id": api.product()}]});
        let order = api.done("POST", "/v1/orders", &buyer);
        let count = |query: &str| {
            api.done("GET", &format!("/v1/events?{query}"), &Value::Null)["data"].as_array().unwrap().len()
        };
        let counts: BTreeMap<&str, usize> = [
            "type=order.created",
            "type=order.paid",
            "from=2020-01-01",
            "from=2100-01-01",
            "to=2020-01-01",
            "type=order.created&from=2020-01-01&to=2100-01-01",
        ]
        .into_iter()
        .map(|query| (query, count(query)))
        .collect();
        assert_eq!(counts.into_values().collect::<Vec<_>>(), [3, 0, 0, 1, 1, 0]);
        for (query, wrong) in
            [("type=order.eaten", "type"), ("from=soon", "from"), ("kind=order.paid", "kind")]
        {
            assert!(fault(&api.get(&format!("/v1/events?{query}"))).2[wrong].is_string(), "{query}");
        }
        let told = || api.get("/v1/events?limit=100");
        assert!(told().text().contains("mia@customer.example"));
        let customer = format!("/v1/customers/{}", order["customer_id"]);
        let other = api.done("POST", "/v1/customers", &json!({"email": "mia.two@customer.example"}));
        api.done("POST", &format!("{customer}/merge"), &json!({"into": other["id"]}));
        api.done("POST", &format!("/v1/customers/{}/erase", other["id"]), &Value::Null);
        let (text, events) = (told().text().to_owned(), told().json());
        for word in ["mia.two@", "Mia"] {
            assert!(!text.contains(word), "{word} is still told: {text}");
        }
        assert_eq!(events["data"][0]["event"], "customer.updated", "those who copied it are told as well");
    }
}

#[test]
fn the_end_of_a_term_is_told_and_what_is_old_is_forgotten() {
    for engine in engines() {
        let (store, clock) = engine.store();
        let write = |days: i64| {
            clock.set(NEW_YEAR + days * DAY);
            block_on(store.write("step", move |tx| {
                if days == 0 {
                    let shop = Site::live(tx)?;
                    let term = policy::Change { term_days: Some(Some(30)), ..policy::Change::default() };
                    let change = product::Change {
                        title: Some("Quill".into()),
                        policy: term,
                        ..product::Change::default()
                    };
                    let product_id = product::new(tx, shop, &change)?.id;
                    let email = Some("mia@customer.example".into());
                    let customer = customer::Change { email, ..customer::Change::default() };
                    licence::issue(
                        tx,
                        shop,
                        &licence::Draft { product_id, customer, ..licence::Draft::default() },
                    )?;
                }
                keywright::domain::purchase::expire(tx, 10)?;
                assert!(!event::sweep(tx, 90)?, "there are no more");
                Ok(())
            }))
            .unwrap();
            block_on(store.read(|tx| {
                let shop = Site::live(tx)?;
                let found = event::list(tx, shop, event::Filter::default(), None, 100)?;
                Ok(found.iter().rev().map(|event| event.kind.as_str()).collect::<Vec<_>>())
            }))
            .unwrap()
        };
        let begun = ["product.created", "customer.created", "purchase.created", "licence.issued"];
        let ended = ["purchase.expired", "licence.expired"];
        assert_eq!(write(0), begun);
        assert_eq!(write(30), [&begun[..], &ended].concat());
        assert_eq!(write(89), [&begun[..], &ended].concat());
        assert_eq!(write(90), ended);
        assert_eq!(write(120), [""; 0]);
    }
}
