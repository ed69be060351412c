//! When a delivery is tried again, and when it and its endpoint are given up: by a clock that is set by hand.

use keywright::base::public_id::PublicIds;
use keywright::base::seal::Master;
use keywright::base::time::{DAY, Millis, SECOND};
use keywright::domain::customer;
use keywright::domain::order::{self, Draft};
use keywright::domain::order_line::DraftLine;
use keywright::domain::product;
use keywright::domain::shop::Shop as Site;
use keywright::domain::webhook::{self, Webhook};
use keywright::domain::webhook_delivery::{self as delivery, Delivery, Status};
use keywright::domain::webhook_dialect::Dialect;
use keywright::domain::webhook_queue::{self as queue, Manner, Means, Outcome, Standing, Taken};
use keywright::store::Store;
use keywright::web::told;

use crate::support::{NEW_YEAR, block_on, engines};

const HOUR: Millis = 3_600 * SECOND;

fn master() -> Master {
    Master::from_hex(&"07".repeat(32)).unwrap()
}

fn means() -> Means {
    Means { master: master(), ids: PublicIds::new("salt"), manner: Manner::default(), write: told::write }
}

fn endpoint(store: &Store) -> i64 {
    endpoint_of(store, webhook::Change::default())
}

fn endpoint_of(store: &Store, change: webhook::Change) -> i64 {
    block_on(store.write("endpoint", move |tx| {
        let shop = Site::live(tx)?;
        let change = webhook::Change { url: Some("https://hooks.example/".into()), ..change.clone() };
        Ok(webhook::new(tx, shop, &change, &master())?.0.id)
    }))
    .unwrap()
}

fn happen(store: &Store) {
    block_on(store.write("product", |tx| {
        let shop = Site::live(tx)?;
        let change = product::Change { title: Some("Quill".into()), ..product::Change::default() };
        product::new(tx, shop, &change).map(|_| ())
    }))
    .unwrap();
}

fn take(store: &Store) -> Vec<Taken> {
    block_on(store.write("take", |tx| queue::take(tx, &Standing::default(), &means()))).unwrap()
}

fn settle(store: &Store, taken: &Taken, status: u16, retry_after: Option<Millis>) {
    let (taken, outcome) =
        (taken.clone(), Outcome { status: Some(status), said: "words".into(), retry_after });
    block_on(store.write("settle", move |tx| queue::settle(tx, &taken, &outcome))).unwrap();
}

fn log(store: &Store, webhook_id: i64) -> Vec<Delivery> {
    block_on(store.read(move |tx| delivery::list(tx, webhook_id, None, 100))).unwrap()
}

fn shown(store: &Store, webhook_id: i64) -> Webhook {
    block_on(store.read(move |tx| {
        let shop = Site::live(tx)?;
        webhook::get(tx, shop, webhook_id)
    }))
    .unwrap()
}

#[test]
fn ten_attempts_are_spread_over_days() {
    for engine in engines() {
        let (store, clock) = engine.store();
        let id = endpoint(&store);
        happen(&store);
        let waits = [5 * SECOND, 300 * SECOND, 1_800 * SECOND]
            .into_iter()
            .chain([2, 5, 10, 14, 20, 24].map(|hours| hours * HOUR));
        let mut now = NEW_YEAR;
        for (nth, wait) in waits.enumerate() {
            let taken = take(&store);
            assert_eq!(taken.len(), 1, "attempt {nth}");
            assert_eq!(take(&store).len(), 0, "nobody else has it meanwhile");
            settle(&store, &taken[0], 500, None);
            settle(&store, &taken[0], 200, None);
            let due = log(&store, id)[0].due_at.expect("what was settled once is settled");
            let spread = wait / 5;
            assert!((wait - spread..=wait + spread).contains(&(due - now)), "after {nth}: {}", due - now);
            clock.set(due - 1);
            assert_eq!(take(&store).len(), 0, "not before its time");
            now = due;
            clock.set(now);
        }
        settle(&store, &take(&store)[0], 500, None);
        let ended = &log(&store, id)[0];
        assert_eq!((ended.status, ended.attempts, ended.due_at), (Status::Failed, 10, None));
        assert!(shown(&store, id).is_on, "three days are not five");

        clock.set(NEW_YEAR + 6 * DAY);
        happen(&store);
        settle(&store, &take(&store)[0], 500, None);
        let webhook = shown(&store, id);
        assert_eq!(
            (webhook.is_on, webhook.off_reason.as_deref()),
            (false, Some("nothing but failures for five days"))
        );
        assert!(
            log(&store, id).iter().all(|delivery| delivery.status == Status::Failed),
            "what waits is given up"
        );
        let sweep = |days: i64| {
            clock.set(NEW_YEAR + days * DAY);
            block_on(store.write("sweep", delivery::sweep)).unwrap();
            log(&store, id).len()
        };
        assert_eq!([sweep(29), sweep(30), sweep(36)], [2, 1, 0]);
    }
}

/// Places an order.
fn order(store: &Store) {
    block_on(store.write("order", |tx| {
        let shop = Site::live(tx)?;
        let price = Some(Some((1_000, "EUR".to_owned())));
        let change = product::Change { title: Some("Quill".into()), price, ..product::Change::default() };
        let product_id = product::new(tx, shop, &change)?.id;
        let email = Some("mia@customer.example".into());
        let customer = customer::Change { email, ..customer::Change::default() };
        let lines = vec![DraftLine { product_id, quantity: 1, ..DraftLine::default() }];
        order::place(tx, shop, &Draft { customer, lines, ..Draft::default() }).map(|_| ())
    }))
    .unwrap();
}

#[test]
fn old_programs_are_told_again_as_they_were() {
    let minute = 60 * SECOND;
    for engine in engines() {
        let (store, clock) = engine.store();
        for (dialect, word, waits, off_reason) in [
            (Dialect::Shopkit, "order_created", vec![HOUR; 5], Some("it failed six times for one event")),
            (Dialect::Shoppy, "order:created", vec![minute, 10 * minute, HOUR], None),
        ] {
            let change = webhook::Change {
                dialect: Some(dialect),
                events: Some(vec![word]),
                ..webhook::Change::default()
            };
            let id = endpoint_of(&store, change);
            order(&store);
            let first = take(&store).remove(0);
            let (mut taken, mut now) = (first.clone(), clock.now());
            for (nth, wait) in waits.iter().enumerate() {
                settle(&store, &taken, 500, None);
                assert!(shown(&store, id).is_on, "{word}: after {nth}");
                let due = log(&store, id)[0].due_at.expect("it is tried again");
                let spread = wait / 5;
                assert!((wait - spread..=wait + spread).contains(&(due - now)), "{word}: after {nth}");
                clock.set(due - 1);
                assert_eq!(take(&store).len(), 0, "{word}: not before its time");
                now = due;
                clock.set(now);
                taken = take(&store).remove(0);
                assert_eq!((&taken.id, &taken.body), (&first.id, &first.body), "{word}: the same bytes");
            }
            settle(&store, &taken, 500, None);
            let ended = &log(&store, id)[0];
            assert_eq!((ended.status, ended.due_at), (Status::Failed, None), "{word}");
            assert_eq!(usize::try_from(ended.attempts).unwrap(), waits.len() + 1, "{word}");
            let webhook = shown(&store, id);
            assert_eq!((webhook.is_on, webhook.off_reason.as_deref()), (off_reason.is_none(), off_reason));
            // Nothing more is sent to one that is off.
            order(&store);
            assert_eq!(take(&store).len(), usize::from(off_reason.is_none()), "{word}");
        }
    }
}

#[test]
fn a_lease_ends_and_retry_after_counts() {
    for engine in engines() {
        let (store, clock) = engine.store();
        let id = endpoint(&store);
        happen(&store);
        let dead = take(&store);
        clock.set(NEW_YEAR + 30 * SECOND);
        let taken = take(&store);
        assert_eq!(
            (dead[0].id, taken[0].id, taken[0].attempts),
            (taken[0].id, dead[0].id, 2),
            "somebody else goes on"
        );
        settle(&store, &dead[0], 200, None);
        assert_eq!(log(&store, id)[0].status, Status::Pending, "it is not theirs any more");
        settle(&store, &taken[0], 429, Some(2 * HOUR));
        assert_eq!(log(&store, id)[0].due_at, Some(NEW_YEAR + 30 * SECOND + 2 * HOUR));
        clock.set(NEW_YEAR + 3 * HOUR);
        settle(&store, &take(&store)[0], 503, Some(40 * DAY));
        let due = log(&store, id)[0].due_at.unwrap();
        assert_eq!(due, NEW_YEAR + 3 * HOUR + DAY, "a day at the most");
        clock.set(due);
        settle(&store, &take(&store)[0], 204, None);
        assert_eq!(log(&store, id)[0].status, Status::Delivered);
        assert_eq!(shown(&store, id).failing_since, None);
    }
}

#[test]
fn the_old_secret_signs_for_a_day() {
    for engine in engines() {
        let (store, clock) = engine.store();
        let id = endpoint(&store);
        let rotate = || {
            block_on(store.write("rotate", move |tx| {
                let shop = Site::live(tx)?;
                webhook::rotate(tx, shop, id, &master()).map(|(_, secret)| secret)
            }))
            .unwrap()
        };
        let signing = || {
            happen(&store);
            let taken = take(&store).remove(0);
            settle(&store, &taken, 200, None);
            taken.secrets
        };
        let first = signing().remove(0);
        let second = rotate();
        assert_eq!(signing(), [second.clone(), first.clone()], "the newest is the first");
        clock.set(NEW_YEAR + DAY - 1);
        assert_eq!(signing(), [second.clone(), first]);
        clock.set(NEW_YEAR + DAY);
        assert_eq!(signing(), std::slice::from_ref(&second));
        let third = rotate();
        clock.set(NEW_YEAR + 2 * DAY - 1);
        assert_eq!(signing(), [third.clone(), second], "a day from the rotation, whenever that was");
        let fourth = rotate();
        assert_eq!(signing(), [fourth, third], "two at the most");
    }
}
