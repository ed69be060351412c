//! Kept: hours become days and days are forgotten without a count lost; a stop in the middle of a flush counts nothing twice.

use std::sync::mpsc::channel;

use keywright::app::App;
use keywright::base::dice::Dice;
use keywright::base::error::Result;
use keywright::base::seal::Master;
use keywright::base::time::{DAY, HOUR};
use keywright::config::{Config, Given};
use keywright::domain::analytics;
use keywright::domain::period::{Asked, Interval};
use keywright::domain::shop::Shop;
use keywright::domain::tally::{self, Kind};
use keywright::domain::{account, tally_age};
use keywright::jobs;
use keywright::store::{Store, Tx};
use keywright::values;
use keywright::web::shookout::update_check;
use keywright::web::told;

use crate::support::{Engine, NEW_YEAR, block_on, engines, until};

fn days(tx: &mut Tx<'_>, from: &str, to: &str) -> Result<Vec<i64>> {
    let asked = Asked { from: Some(from.into()), to: Some(to.into()), ..Asked::default() };
    let shop = Shop::live(tx)?;
    Ok(analytics::activations(tx, shop, &asked)?.of(2))
}

fn sweep(store: &Store) -> usize {
    let old = block_on(store.read(tally_age::old)).unwrap();
    for one in &old {
        let one = *one;
        block_on(store.write("settle", move |tx| tally_age::settle(tx, one))).unwrap();
    }
    old.len()
}

fn rows(store: &Store) -> (i64, i64) {
    let sql = "select count(*), cast(coalesce(sum(count), 0) as bigint) from tally";
    block_on(store.read(move |tx| tx.one(sql, &[], |row| Ok((row.get(0)?, row.get(1)?))))).unwrap()
}

#[test]
fn hours_become_days_and_days_are_forgotten() {
    for engine in engines() {
        let (store, clock) = engine.store();
        let berlin =
            account::Change { time_zone: Some("Europe/Berlin".into()), ..account::Change::default() };
        block_on(store.write("zone", move |tx| {
            let shop = Shop::live(tx)?;
            account::set(tx, shop, &berlin)
        }))
        .unwrap();
        // One in each hour from a week before the clocks go forward to the new year, of two labels, and some of test mode.
        let from = tally::hour(NEW_YEAR - 285 * DAY);
        let to = tally::hour(NEW_YEAR);
        block_on(store.write("fill", move |tx| {
            for hour in from..to {
                tally_age::put(tx, (1, false, Kind::Check), hour, 0, "", 1)?;
                if hour % 7 == 0 {
                    tally_age::put(tx, (1, true, Kind::UpdateCheck), hour, 3, "1.0", 2)?;
                }
            }
            Ok(())
        }))
        .unwrap();
        let look = |from: &'static str, to: &'static str| {
            block_on(store.read(move |tx| days(tx, from, to))).unwrap()
        };
        let spring = || look("2025-03-29", "2025-04-01");
        let autumn = || look("2025-10-25", "2025-10-28");
        assert_eq!((spring(), autumn()), (vec![24, 23, 24], vec![24, 25, 24]), "{}", engine.name);
        let all = look("2025-03-22", "2025-12-31");
        let (rows_before, sum) = rows(&store);

        assert!(sweep(&store) > 0);
        assert_eq!((spring(), autumn()), (vec![24, 23, 24], vec![24, 25, 24]), "{}", engine.name);
        assert_eq!(look("2025-03-22", "2025-12-31"), all);
        let (rows_after, sum_after) = rows(&store);
        assert_eq!(sum_after, sum);
        assert!(rows_after < rows_before / 2, "{rows_before} rows became {rows_after}");
        assert_eq!(sweep(&store), 0, "it is done once");
        let hourly = Asked {
            from: Some("2025-12-30".into()),
            to: Some("2025-12-31".into()),
            interval: Some(Interval::Hour),
            product_id: None,
        };
        let hours = block_on(store.read(move |tx| {
            let shop = Shop::live(tx)?;
            analytics::activations(tx, shop, &hourly)
        }));
        assert_eq!(hours.unwrap().of(2), [1; 24], "what is young is told by the hour");

        clock.set(NEW_YEAR + (tally_age::DAYS_FOR - 100) * DAY);
        sweep(&store);
        let (_, left) = rows(&store);
        assert!(0 < left && left < sum, "{left} of {sum} are left");
        assert_eq!(look("2025-12-20", "2025-12-30"), [24; 10]);
        clock.set(NEW_YEAR + (tally_age::DAYS_FOR + 1) * DAY);
        sweep(&store);
        assert_eq!(rows(&store), (0, 0));
    }
}

#[test]
fn hours_belong_to_the_day_in_which_they_begin() {
    for engine in engines() {
        let (store, _) = engine.store();
        block_on(store.write("fill", |tx| {
            tx.exec("update site set time_zone = 'Asia/Kolkata'", &[])?;
            // 23:30 of the 30th there, and 0:30 of the 31st.
            for (hour, count) in [(18, 100), (19, 1)] {
                let hour = tally::hour(NEW_YEAR - 2 * DAY + hour * HOUR);
                tx.exec(
                    "insert into tally (site_id, is_test, kind, hour, product_id, label, count) values (1, 0, 'check', $1, 0, '', $2)",
                    values![hour, count],
                )?;
            }
            Ok(())
        }))
        .unwrap();
        let found = block_on(store.read(|tx| days(tx, "2025-12-30", "2026-01-01"))).unwrap();
        assert_eq!(found, [100, 1], "{}", engine.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_in_the_middle_of_a_flush_counts_nothing_twice() {
    let engine = Engine::sqlite();
    let (store, _) = engine.store();
    let config = Config::settle(&Given::new(), &|_| None, None).unwrap();
    let master = Master::new(&Dice::seeded(1));
    let app = App::new(config, master, store.clone(), update_check::render, told::write).await.unwrap();
    // More than one write of `jobs/tally.rs`.
    for n in 0..2_500 {
        app.tallies.error(1_101, 0, NEW_YEAR + n * HOUR);
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
    until("a flush is under way", || app.tallies_turn.try_lock().is_err());
    for job in running {
        job.abort();
        assert!(job.await.unwrap_err().is_cancelled());
    }
    app.tallies.error(1_101, 0, NEW_YEAR);
    go_on.send(()).unwrap();
    holder.await.unwrap().unwrap();

    jobs::finish(&app).await;
    let sql = "select count(*), cast(sum(count) as bigint) from tally where kind = 'error'";
    let found =
        store.read(move |tx| tx.one(sql, &[], |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)))).await;
    assert_eq!(found.unwrap(), (2_500, 2_501));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_written_waits() {
    let engine = Engine::sqlite();
    let (store, _) = engine.store();
    let config = Config::settle(&Given::new(), &|_| None, None).unwrap();
    let app =
        App::new(config, Master::new(&Dice::seeded(1)), store.clone(), update_check::render, told::write)
            .await
            .unwrap();
    app.tallies.count(Kind::Check, 0, NEW_YEAR);
    store.write("break", |tx| tx.exec("alter table tally rename to elsewhere", &[])).await.unwrap();
    jobs::finish(&app).await;
    store.write("mend", |tx| tx.exec("alter table elsewhere rename to tally", &[])).await.unwrap();
    app.tallies.count(Kind::Check, 0, NEW_YEAR);
    jobs::finish(&app).await;
    let sql = "select cast(sum(count) as bigint) from tally";
    assert_eq!(store.read(move |tx| tx.one(sql, &[], |row| row.get::<i64>(0))).await.unwrap(), 2);
}
