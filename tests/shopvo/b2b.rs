//! B2B accounts, and the customers who buy for them.

use std::thread;

use serde_json::{Value, json};

use super::{Api, Store, id, names};
use crate::support::server::json as cli;

/// A customer; their number on the platform, and their id here.
pub fn customer(store: &Store, email: &str) -> (Value, String) {
    let number = store.platform().done("POST", "/v1/customers", &json!({"email": email}))["id"].clone();
    (number, id(&store.api().get(&format!("/customers?search={}", email.replace('@', "%40")))["items"][0]))
}

#[test]
fn accounts_are_as_the_document_has_them() {
    for store in Store::both() {
        let api = store.api();
        let ((_, jane), (_, bob)) =
            (customer(&store, "jane@acme.example"), customer(&store, "bob@acme.example"));
        let list = id(&api.data("POST", "/b2b/price-lists", &json!({"name": "Trade"})));
        let body = json!({"companyName": "Acme Corp", "taxId": "EL123456789", "paymentTerms": "NET_30", "priceListId": list,
            "contactCustomerIds": [jane, bob]});
        let made = api.call("POST", "/b2b/accounts", &body);
        assert_eq!(made.status, 201, "{made:?}");
        let made = made.json()["data"].clone();
        let document = ["id", "companyName", "taxId", "status", "priceListId", "paymentTerms", "contacts"];
        assert_eq!(names(&made)[..7], document);
        assert!(id(&made).starts_with("b2b_"), "{made}");
        assert_eq!(
            (&made["status"], &made["paymentTerms"], &made["priceListId"]),
            (&"ACTIVE".into(), &"NET_30".into(), &list.into())
        );
        let contacts = json!([{"id": jane, "email": "jane@acme.example", "isPrimary": true},
            {"id": bob, "email": "bob@acme.example", "isPrimary": false}]);
        assert_eq!(made["contacts"], contacts);
        let at = format!("/b2b/accounts/{}", id(&made));
        assert_eq!(api.data("GET", &at, &Value::Null), made);
        let changed = api.data("PATCH", &at, &json!({"status": "SUSPENDED", "paymentTerms": "NET_60"}));
        assert_eq!(
            (&changed["status"], &changed["paymentTerms"], &changed["contacts"]),
            (&"SUSPENDED".into(), &"NET_60".into(), &contacts)
        );
        let body = json!({"companyName": "Acme & Söhne", "taxId": null, "priceListId": null, "paymentTerms": "DUE_ON_RECEIPT",
            "contactCustomerIds": [bob]});
        let changed = api.data("PATCH", &at, &body);
        assert_eq!(
            [&changed["taxId"], &changed["priceListId"], &changed["paymentTerms"]],
            [&Value::Null, &Value::Null, &"DUE_ON_RECEIPT".into()]
        );
        assert_eq!(changed["contacts"], json!([{"id": bob, "email": "bob@acme.example", "isPrimary": true}]));
        // The first is the primary one.
        let turned =
            api.data("PATCH", &at, &json!({"contactCustomerIds": [jane, bob, jane], "paymentTerms": null}));
        assert_eq!(turned["contacts"], contacts);
        assert_eq!(api.data("PATCH", &at, &json!({})), turned);
        assert_eq!(api.data("PATCH", &at, &json!({"contactCustomerIds": []}))["contacts"], json!([]));
        api.data("PATCH", &at, &json!({"contactCustomerIds": [jane, bob]}));

        let body = json!({"companyName": "Zeta", "contactCustomerIds": [], "status": "PENDING"});
        api.data("POST", "/b2b/accounts", &body);
        let of = |query: &str| {
            let found = api.get(&format!("/b2b/accounts?{query}"));
            let all: Vec<Value> =
                found["items"].as_array().unwrap().iter().map(|one| one["companyName"].clone()).collect();
            if let Some(total) = found["pagination"]["total"].as_u64() {
                assert_eq!(usize::try_from(total).unwrap(), all.len());
            }
            all
        };
        let (acme, zeta) = (json!("Acme & Söhne"), json!("Zeta"));
        assert_eq!(of(""), [zeta.clone(), acme.clone()]);
        for found in
            ["search=S%C3%96HNE", "search=bob%40ACME", "status=SUSPENDED", "status=SUSPENDED&search=acme"]
        {
            assert_eq!(of(found), std::slice::from_ref(&acme), "{found}");
        }
        for found in ["search=zeta", "status=PENDING", "cursor=&limit=1", "cursor=&search=et"] {
            assert_eq!(of(found), std::slice::from_ref(&zeta), "{found}");
        }
        for none in ["status=ACTIVE", "search=nobody", "status=PENDING&search=acme", "page=9"] {
            let found = api.get(&format!("/b2b/accounts?{none}"));
            assert_eq!(found["items"], json!([]), "{none}");
        }
        let first = api.get("/b2b/accounts?cursor=&limit=1");
        let rest = api.get(&format!("/b2b/accounts?limit=1&cursor={}", first["cursor"].as_str().unwrap()));
        assert_eq!((&rest["items"][0]["companyName"], &rest["hasNextPage"]), (&acme, &false.into()));
        api.refused("GET", "/b2b/accounts?status=active", &Value::Null, 400);
    }
}

#[test]
fn what_is_wrong_with_an_account_is_told() {
    for store in Store::both() {
        let (api, test) = (store.api(), store.test());
        let (_, jane) = customer(&store, "jane@acme.example");
        let at = format!(
            "/b2b/accounts/{}",
            id(&api.data("POST", "/b2b/accounts", &json!({"companyName": "Acme"})))
        );
        let before = api.data("GET", &at, &Value::Null);
        let theirs = id(&test.data("POST", "/b2b/price-lists", &json!({"name": "Trade"})));
        for (field, wrong) in [
            ("companyName", json!(null)),
            ("companyName", json!("")),
            ("companyName", json!(" ")),
            ("companyName", json!(5)),
            ("companyName", json!({})),
            ("companyName", json!("x".repeat(201))),
            ("companyName", json!("a\u{0}b")),
            ("companyName", json!("a\nb")),
            ("taxId", json!(5)),
            ("taxId", json!("x".repeat(51))),
            ("status", json!(null)),
            ("status", json!("active")),
            ("status", json!("CLOSED")),
            ("status", json!(1)),
            ("paymentTerms", json!("NET_0")),
            ("paymentTerms", json!("NET_366")),
            ("paymentTerms", json!("NET_-1")),
            ("paymentTerms", json!("NET_+1")),
            ("paymentTerms", json!("NET_")),
            ("paymentTerms", json!("NET_99999999999999999999")),
            ("paymentTerms", json!("net_30")),
            ("paymentTerms", json!(30)),
            ("priceListId", json!("pl_none")),
            ("priceListId", json!(1)),
            ("priceListId", json!(jane)),
            ("priceListId", json!(theirs)),
            ("contactCustomerIds", json!(null)),
            ("contactCustomerIds", json!(jane)),
            ("contactCustomerIds", json!([1])),
            ("contactCustomerIds", json!(["cust_none"])),
            ("contactCustomerIds", json!([jane, theirs])),
            ("contactCustomerIds", json!([jane, null])),
            ("contactCustomerIds", json!(vec![jane.clone(); 1_001])),
        ] {
            let mut body = json!({});
            body[field] = wrong;
            let told = api.refused("PATCH", &at, &body, 400);
            assert!(told.contains(field), "{body}: {told}");
            assert_eq!(api.data("GET", &at, &Value::Null), before, "{body}");
            if field != "companyName" {
                body["companyName"] = "Other".into();
            }
            api.refused("POST", "/b2b/accounts", &body, 400);
        }
        api.refused("POST", "/b2b/accounts", &json!({}), 400);
        assert_eq!(api.get("/b2b/accounts")["pagination"]["total"], 1);
        assert_eq!(api.data("PATCH", &at, &json!({"paymentTerms": "NET_365"}))["paymentTerms"], "NET_365");
        // The other mode, and another site, know nothing of it.
        test.refused("GET", &at, &Value::Null, 404);
        test.refused("PATCH", &at, &json!({"status": "PENDING"}), 404);
        assert_eq!(test.get("/b2b/accounts")["pagination"]["total"], 0);
        let foreign = json!({"companyName": "Acme", "contactCustomerIds": [jane]});
        test.refused("POST", "/b2b/accounts", &foreign, 400);
        let number = cli(&store.engine, &["site", "create", "--title", "Other"])["id"].clone();
        let key =
            crate::platform::key(&store.engine, &["--scopes", "admin:*", "--site", &number.to_string()]);
        let sites = cli(&store.engine, &["site", "list"]);
        let site = sites.as_array().unwrap().iter().find(|one| one["id"] == number).unwrap();
        let other = Api { site: site["public_id"].as_str().unwrap(), key: &key, ..api };
        other.refused("GET", &at, &Value::Null, 404);
        other.refused("POST", "/b2b/accounts", &foreign, 400);
        assert_eq!(other.get("/b2b/accounts")["pagination"]["total"], 0);
    }
}

#[test]
fn of_many_accounts_that_want_a_customer_one_has_them() {
    const MANY: usize = 12;
    for store in Store::both() {
        let api = store.api();
        let (_, jane) = customer(&store, "jane@acme.example");
        let made = (0..MANY).map(|n| json!({"companyName": format!("Acme {n}")}));
        let accounts: Vec<String> = made.map(|body| id(&api.data("POST", "/b2b/accounts", &body))).collect();
        let statuses: Vec<u16> = thread::scope(|scope| {
            let wants = |account: &String| {
                let (path, body) =
                    (format!("/b2b/accounts/{account}"), json!({"contactCustomerIds": [jane]}));
                // Told to come back, it comes back.
                scope.spawn(move || {
                    loop {
                        let status = api.call("PATCH", &path, &body).status;
                        if status != 503 {
                            return status;
                        }
                    }
                })
            };
            let all: Vec<_> = accounts.iter().map(wants).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), MANY - 1, "{statuses:?}");
        let held = api.get("/b2b/accounts?search=jane");
        assert_eq!(
            (&held["pagination"]["total"], &held["items"][0]["contacts"][0]["id"]),
            (&1.into(), &jane.into())
        );
    }
}

#[test]
fn who_is_erased_or_merged_buys_for_nobody_or_goes_on_as_another() {
    for store in Store::both() {
        let (api, platform) = (store.api(), store.platform());
        let people =
            ["ann", "ben", "cy", "dee"].map(|name| customer(&store, &format!("{name}@acme.example")));
        let [ann, ben, cy, dee] = &people;
        let body = json!({"companyName": "Acme", "contactCustomerIds": [ann.1, ben.1, cy.1]});
        let at = format!("/b2b/accounts/{}", id(&api.data("POST", "/b2b/accounts", &body)));
        let contacts = || -> Vec<(Value, Value)> {
            let account = api.data("GET", &at, &Value::Null);
            let contact = |one: &Value| (one["id"].clone(), one["isPrimary"].clone());
            account["contacts"].as_array().unwrap().iter().map(contact).collect()
        };
        let of = |one: &(Value, String), is_primary: bool| (json!(one.1), json!(is_primary));
        platform.done("POST", &format!("/v1/customers/{}/erase", ann.0), &Value::Null);
        assert_eq!(contacts(), [of(ben, true), of(cy, false)], "the next one is asked first");
        let merge = |gone: &(Value, String), stays: &(Value, String)| {
            platform.done("POST", &format!("/v1/customers/{}/merge", gone.0), &json!({"into": stays.0}));
        };
        merge(ben, dee);
        assert_eq!(contacts(), [of(dee, true), of(cy, false)]);
        merge(dee, cy);
        assert_eq!(contacts(), [of(cy, true)]);
        // Who buys for a company already stays with it.
        let eve = customer(&store, "eve@else.example");
        let body = json!({"companyName": "Else", "contactCustomerIds": [eve.1]});
        let other = format!("/b2b/accounts/{}", id(&api.data("POST", "/b2b/accounts", &body)));
        merge(cy, &eve);
        assert_eq!(contacts(), []);
        let left = api.data("GET", &other, &Value::Null)["contacts"].clone();
        assert_eq!(left, json!([{"id": eve.1, "email": "eve@else.example", "isPrimary": true}]));
    }
}
