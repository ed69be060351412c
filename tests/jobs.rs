//! The clock's work: what is held in memory between two of its ticks survives a clean stop.

use std::sync::mpsc::channel;

use keywright::app::App;
use keywright::base::dice::Dice;
use keywright::base::seal::Master;
use keywright::config::{Config, Given};
use keywright::domain::activation::{self, Activate, Checked};
use keywright::domain::customer;
use keywright::domain::ladder::{Claim, IpRules};
use keywright::domain::licence::{self, Draft};
use keywright::domain::product;
use keywright::jobs;
use keywright::store::{Store, Tx};
use keywright::web::shookout::update_check;

use crate::support::{Engine, NEW_YEAR, until};
use keywright::domain::shop::Shop;

/// More than one write of `jobs/touch.rs`.
const USES: i64 = 1_200;

fn licence(tx: &mut Tx<'_>) -> keywright::base::error::Result<i64> {
    let change = product::Change {
        title: Some("Much used".into()),
        api_enabled: Some(true),
        ..product::Change::default()
    };
    let shop = Shop::live(tx)?;
    let product_id = product::new(tx, shop, &change)?.id;
    let customer =
        customer::Change { email: Some("buyer@customer.example".into()), ..customer::Change::default() };
    let issued = licence::issue(tx, shop, &Draft { product_id, customer, ..Draft::default() })?;
    let claim = Claim {
        key: issued.key,
        identifier: None,
        address: [127, 0, 0, 1].into(),
        named_address: None,
        rules: IpRules::default(),
    };
    for _ in 0..USES {
        activation::activate(tx, &claim, &Activate::default())?.unwrap();
    }
    Ok(issued.licence_id)
}

async fn checked(store: &Store, licence_id: i64) -> usize {
    let all = store.read(move |tx| activation::list(tx, licence_id)).await.unwrap();
    all.iter().filter(|a| a.last_checked_at.is_some()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_in_the_middle_of_a_flush_loses_no_check() {
    let engine = Engine::sqlite();
    let (store, _) = engine.store();
    let config = Config::settle(&Given::new(), &|_| None, None).unwrap();
    let master = Master::new(&Dice::seeded(1));
    let app = App::new(config, master, store.clone(), update_check::render).await.unwrap();
    let licence_id = store.write("licence", licence).await.unwrap();
    for usage_id in 1..=USES {
        app.gathered.note(Checked { licence_id, uses: USES, max_uses: -1, at: NEW_YEAR }, usage_id);
    }

    // The writer is held, so that the flush is on its way and gets no further.
    let ((begun, has_begun), (go_on, may_go)) = (channel(), channel::<()>());
    let holder = tokio::spawn({
        let store = store.clone();
        async move {
            let hold = store.write("hold", move |_| {
                begun.send(()).unwrap();
                may_go.recv().unwrap();
                Ok(())
            });
            hold.await
        }
    });
    has_begun.recv().unwrap();
    let running = jobs::start(&app);
    until("the sweep and the first of the flush wait", || store.pressure() * 4_096.0 > 1.5);
    for job in running {
        job.abort();
        assert!(job.await.unwrap_err().is_cancelled());
    }
    go_on.send(()).unwrap();
    holder.await.unwrap().unwrap();

    jobs::finish(&app).await;
    assert_eq!(checked(&store, licence_id).await, usize::try_from(USES).unwrap());
}
