//! The clock's work: what is held in memory between two of its ticks survives a clean stop.

use std::sync::mpsc::channel;

use keywright::app::App;
use keywright::base::dice::Dice;
use keywright::base::seal::Master;
use keywright::config::{Config, Given};
use keywright::domain::activation::{self, Activate, Checked};
use keywright::domain::customer;
use keywright::domain::job::{self, Job};
use keywright::domain::ladder::{Claim, IpRules};
use keywright::domain::licence::{self, Draft};
use keywright::domain::{policy, product};
use keywright::jobs;
use keywright::store::{Store, Tx};
use keywright::web::shookout::update_check;
use keywright::web::told;

use crate::support::{Engine, NEW_YEAR, block_on, engines, until};
use keywright::domain::shop::Shop;

/// More than one write of `jobs/touch.rs`.
const USES: i64 = 1_200;

fn licence(tx: &mut Tx<'_>) -> keywright::base::error::Result<i64> {
    let change = product::Change {
        title: Some("Much used".into()),
        policy: policy::Change { api_enabled: Some(true), ..Default::default() },
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
    let app = App::new(config, master, store.clone(), update_check::render, told::write).await.unwrap();
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

#[test]
fn a_job_is_done_by_one_and_taken_over_when_they_die() {
    for engine in engines() {
        let (store, clock) = engine.store();
        let add =
            |about: &'static str| block_on(store.write("add", move |tx| job::add(tx, "try", about))).unwrap();
        let take = || block_on(store.write("take", job::take)).unwrap();
        for about in ["a", "b", "c", "d"] {
            add(about);
        }
        let taken: Vec<_> = std::thread::scope(|scope| {
            let takers: Vec<_> = (0..16).map(|_| scope.spawn(take)).collect();
            takers.into_iter().filter_map(|taker| taker.join().unwrap()).collect()
        });
        let mut about: Vec<&str> = taken.iter().map(|job| job.about.as_str()).collect();
        about.sort_unstable();
        assert_eq!(about, ["a", "b", "c", "d"], "{}", engine.name);
        assert!(!block_on(store.read(job::is_due)).unwrap());

        let done = |job: &Job| {
            let job = job.clone();
            block_on(store.write("done", move |tx| job::done(tx, &job))).unwrap();
        };
        let left = || {
            block_on(store.read(|tx| tx.one("select count(*) from job", &[], |row| row.get::<i64>(0))))
                .unwrap()
        };
        done(&taken[0]);
        assert_eq!(left(), 3);
        // Whoever held the others is gone.
        clock.set(NEW_YEAR + job::LEASE);
        let again = take().unwrap();
        assert_eq!(again.tries, 2);
        let late = taken.iter().find(|job| job.id == again.id).unwrap();
        done(late);
        assert_eq!(left(), 3, "what was taken over is not the first one's to end");
        let off = again.clone();
        block_on(store.write("put off", move |tx| job::put_off(tx, &off))).unwrap();
        let next = [take().unwrap().id, take().unwrap().id];
        assert!(!next.contains(&again.id) && take().is_none(), "it waits for a minute");
        clock.set(NEW_YEAR + 2 * job::LEASE);
        assert!(block_on(store.read(job::is_due)).unwrap());
    }
}
