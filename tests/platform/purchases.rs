//! Purchases: how long they last.

use crate::support::{block_on, engines};
use keywright::domain::shop::Shop as Site;
use keywright::domain::{customer, licence, policy, product, purchase};

#[test]
fn purchases_end_with_their_term() {
    for engine in engines() {
        let (store, clock) = engine.store();
        let (ids, ended) = block_on(async {
            let ids = store
                .write("buy", |tx| {
                    let shop = Site::live(tx)?;
                    let change = product::Change {
                        title: Some("Quill".into()),
                        policy: policy::Change { term_days: Some(Some(30)), ..Default::default() },
                        ..product::Change::default()
                    };
                    let product_id = product::new(tx, shop, &change)?.id;
                    let customer = customer::Change {
                        email: Some("mia@customer.example".into()),
                        ..customer::Change::default()
                    };
                    let draft = licence::Draft { product_id, customer, ..licence::Draft::default() };
                    (0..7)
                        .map(|_| licence::issue(tx, shop, &draft).map(|issued| issued.purchase_id))
                        .collect()
                })
                .await
                .unwrap();
            let mut ended = vec![store.write("expire", |tx| purchase::expire(tx, 5)).await.unwrap()];
            clock.set(crate::support::NEW_YEAR + 30 * keywright::base::time::DAY);
            for _ in 0..3 {
                ended.push(store.write("expire", |tx| purchase::expire(tx, 5)).await.unwrap());
            }
            let ids: Vec<i64> = ids;
            (ids, ended)
        });
        assert_eq!(ended, [0, 5, 2, 0], "{}", engine.name);
        let first = ids[0];
        block_on(store.read(move |tx| {
            let shop = Site::live(tx)?;
            for id in &ids {
                let purchase = purchase::get(tx, shop, *id)?;
                assert_eq!(purchase.status, purchase::Status::Expired);
                assert_eq!(
                    licence::by_id(tx, shop, purchase.licence_id.unwrap())?.status,
                    licence::Status::Expired
                );
            }
            Ok(())
        }))
        .unwrap();
        // A new end revives it; one that is past too does not.
        let revive = |ends_at: Option<i64>| {
            block_on(store.write("revive", move |tx| {
                let shop = Site::live(tx)?;
                let licence_id = purchase::get(tx, shop, first)?.licence_id.unwrap();
                let change = licence::Change { expires_at: Some(ends_at), ..licence::Change::default() };
                Ok(licence::set(tx, shop, licence_id, &change)?.status)
            }))
            .unwrap()
        };
        assert_eq!(revive(Some(crate::support::NEW_YEAR)), licence::Status::Expired);
        assert_eq!(revive(None), licence::Status::Active);
    }
}
