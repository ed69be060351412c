//! When letters are tried, given up and forgotten, and who is reminded when: by a clock that is set by hand.

use keywright::base::dice::Dice;
use keywright::base::seal::Master;
use keywright::base::time::{DAY, Millis, SECOND};
use keywright::domain::job;
use keywright::domain::letter::Secret;
use keywright::domain::mail::{self, Letter, Mail, Standing, Status, Template};
use keywright::domain::mail_delivery::{self as delivery, Outcome, Taken};
use keywright::domain::mail_news::{self, DAYS};
use keywright::domain::shop::{Mode, Shop};
use keywright::domain::{customer, held, purchase, release};
use keywright::store::Store;
use serde_json::json;

use super::{issued, mails, sold, write};
use crate::support::{NEW_YEAR, block_on, engines};

const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;

fn master() -> Master {
    Master::from_hex(&"07".repeat(32)).unwrap()
}

fn take(store: &Store, sends_tests: bool) -> Vec<Taken> {
    block_on(store.write("take", move |tx| delivery::take(tx, 8, sends_tests, &master()))).unwrap()
}

fn settle(store: &Store, taken: &Taken, outcome: Outcome) {
    let claim = taken.claim;
    block_on(store.write("settle", move |tx| delivery::settle(tx, claim, &outcome))).unwrap();
}

fn put_off(store: &Store, taken: &Taken) {
    settle(store, taken, Outcome::PutOff("451 later".into()));
}

fn first(store: &Store) -> Mail {
    mails(store).pop().unwrap()
}

fn sweep(store: &Store) {
    block_on(store.write("sweep", mail::sweep)).unwrap();
}

/// A product, and a licence of it that was mailed.
fn licence(store: &Store, email: &'static str, expires_at: Option<Millis>) -> (i64, i64) {
    let made = write(store, move |tx, shop| {
        let product = sold(tx, shop, "Quill")?;
        issued(tx, shop, product, email, expires_at)
    });
    (made.product_id, made.purchase_id)
}

#[test]
fn a_letter_is_tried_for_five_days() {
    for engine in engines() {
        let (store, clock) = engine.store();
        licence(&store, "mia@customer.example", None);
        let waits = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR].into_iter().chain([12 * HOUR; 10]);
        let mut now = NEW_YEAR;
        for (nth, wait) in waits.enumerate() {
            let taken = take(&store, false);
            assert_eq!(taken.len(), 1, "attempt {nth}");
            assert_eq!(take(&store, false).len(), 0, "nobody else has it meanwhile");
            put_off(&store, &taken[0]);
            settle(&store, &taken[0], Outcome::Sent("late".into()));
            let due = first(&store).due_at.expect("what was settled once is settled");
            let spread = wait / 10;
            assert!((wait - spread..=wait + spread).contains(&(due - now)), "after {nth}: {}", due - now);
            clock.set(due - 1);
            assert_eq!(take(&store, false).len(), 0, "not before its time");
            now = due;
            clock.set(now);
        }
        assert!((5 * DAY..7 * DAY).contains(&(now - NEW_YEAR)), "{}", now - NEW_YEAR);
        put_off(&store, &take(&store, false)[0]);
        let ended = first(&store);
        assert_eq!((ended.status, ended.attempts, ended.due_at), (Status::Failed, 16, None));
        let standing = block_on(store.read(mail::standing)).unwrap();
        assert_eq!(standing, Standing { waiting: 0, oldest_at: None, failed: 1 });
        let again = write(&store, |tx, shop| mail::again(tx, shop, 1));
        assert_ne!(again.id, 1, "what was given up stays in the log");
        settle(&store, &take(&store, false)[0], Outcome::Sent("250 fine".into()));
        assert_eq!(mails(&store).len(), 2);
        clock.set(now + 29 * DAY);
        sweep(&store);
        assert_eq!(mails(&store).len(), 2);
        clock.set(now + 31 * DAY);
        sweep(&store);
        assert_eq!(mails(&store).len(), 0);
    }
}

#[test]
fn a_lease_ends_and_what_nobody_sends_is_given_up() {
    for engine in engines() {
        let (store, clock) = engine.store();
        licence(&store, "mia@customer.example", None);
        let dead = take(&store, false).remove(0);
        clock.set(NEW_YEAR + 90 * SECOND);
        let taken = take(&store, false).remove(0);
        assert_eq!((dead.claim.id, taken.claim.attempts), (taken.claim.id, 2), "somebody else goes on");
        settle(&store, &dead, Outcome::Sent("250 fine".into()));
        assert_eq!(first(&store).status, Status::Pending, "it is not theirs any more");
        let busy = block_on(store.write("again", |tx| {
            let shop = Shop::live(tx)?;
            mail::again(tx, shop, 1)
        }));
        assert_eq!(busy.unwrap_err().kind, keywright::base::error::Kind::Refused);
        let standing = block_on(store.read(mail::standing)).unwrap();
        assert_eq!(standing, Standing { waiting: 1, oldest_at: Some(NEW_YEAR), failed: 0 });

        clock.set(NEW_YEAR + 5 * DAY - 1);
        sweep(&store);
        assert_eq!(first(&store).status, Status::Pending);
        clock.set(NEW_YEAR + 5 * DAY);
        assert_eq!(take(&store, false).len(), 0, "it is too old to be sent");
        sweep(&store);
        let ended = first(&store);
        assert_eq!(ended.status, Status::Failed);
        assert!(ended.said.unwrap().contains("five days"));
    }
}

#[test]
fn a_letter_to_sign_in_with_is_of_no_use_after_ten_minutes() {
    for engine in engines() {
        let (store, clock) = engine.store();
        let queue = || {
            write(&store, |tx, shop| {
                let letter = Letter {
                    template: Template::SignIn,
                    recipient: "mia@customer.example",
                    customer_id: None,
                    about: json!({}),
                    once: None,
                };
                mail::queue_sealed(tx, shop, &letter, &json!({"code": "739154"}), &master())
            })
        };
        assert!(queue());
        let taken = take(&store, false).remove(0);
        let Secret(secret) = &taken.told.secret;
        assert_eq!(secret["code"], "739154");
        assert!(!format!("{taken:?}").contains("739154"));
        put_off(&store, &taken);
        clock.set(NEW_YEAR + 2 * MINUTE);
        put_off(&store, &take(&store, false)[0]);
        clock.set(NEW_YEAR + 8 * MINUTE);
        put_off(&store, &take(&store, false)[0]);
        assert_eq!(first(&store).status, Status::Failed, "the next try would be too late");
        assert!(queue());
        clock.set(NEW_YEAR + 19 * MINUTE);
        assert_eq!(take(&store, false).len(), 0);
        assert_eq!(mails(&store)[0].said.as_deref(), Some("it is of no use any more"));

        assert!(queue());
        let other = Master::new(&Dice::seeded(9));
        block_on(store.write("take", move |tx| delivery::take(tx, 8, false, &other))).unwrap();
        assert!(mails(&store)[0].said.as_deref().unwrap().contains("master key that is lost"));
    }
}

fn remind(store: &Store) {
    for days in DAYS {
        let mut mark = None;
        loop {
            let from = mark;
            let (reached, more) =
                block_on(store.write("remind", move |tx| mail_news::remind(tx, days, from, 2))).unwrap();
            mark = Some(reached);
            if !more {
                break;
            }
        }
    }
}

/// What was queued of these purchases: which letter, how many days before.
fn told(store: &Store, template: Template) -> Vec<(i64, i64)> {
    let of = |letter: Mail| {
        let about: serde_json::Value = serde_json::from_str(&letter.about).unwrap();
        (about["purchase"].as_i64().unwrap(), about["days"].as_i64().unwrap_or_default())
    };
    mails(store).into_iter().filter(|letter| letter.template == template).map(of).collect()
}

#[test]
fn owners_are_reminded_once_each_time() {
    for engine in engines() {
        let (store, clock) = engine.store();
        let end = NEW_YEAR + 40 * DAY;
        let (product, long) = licence(&store, "mia@customer.example", Some(end));
        let (_, month) = licence(&store, "ben@customer.example", Some(NEW_YEAR + 30 * DAY));
        let (_, renewed) = licence(&store, "zoe@customer.example", Some(end));
        // More than fit into one look.
        for _ in 0..4 {
            write(&store, move |tx, shop| issued(tx, shop, product, "many@customer.example", Some(end)));
        }
        for hour in 0..41 * 24 {
            clock.set(NEW_YEAR + hour * HOUR);
            if hour == 20 * 24 {
                write(&store, move |tx, _| purchase::set_end(tx, renewed, Some(end + 365 * DAY)));
            }
            if hour % 6 == 0 {
                // Two processes, each as if it had just been started.
                remind(&store);
                remind(&store);
            }
        }
        let told = told(&store, Template::Expiring);
        let of = |id: i64| {
            told.iter().rev().filter(|(of, _)| *of == id).map(|(_, days)| *days).collect::<Vec<_>>()
        };
        assert_eq!(of(long), [30, 7, 1]);
        assert_eq!(of(month), [7, 1], "whoever bought a month is not reminded on the same day");
        assert_eq!(of(renewed), [30]);
        assert_eq!(told.len(), 6 + 4 * 3);
    }
}

#[test]
fn a_reminder_of_what_was_renewed_is_not_sent() {
    for engine in engines() {
        let (store, clock) = engine.store();
        let (_, id) = licence(&store, "mia@customer.example", Some(NEW_YEAR + 40 * DAY));
        settle(&store, &take(&store, false)[0], Outcome::Sent("250 fine".into()));
        clock.set(NEW_YEAR + 33 * DAY + HOUR);
        remind(&store);
        assert_eq!(told(&store, Template::Expiring), [(id, 7)]);
        write(&store, move |tx, _| purchase::set_end(tx, id, Some(NEW_YEAR + 80 * DAY)));
        assert_eq!(take(&store, false).len(), 0);
        let letter = mails(&store).remove(0);
        assert_eq!(letter.status, Status::Sent);
        assert!(letter.said.unwrap().contains("not sent: the purchase was renewed"));

        clock.set(NEW_YEAR + 80 * DAY);
        for _ in 0..2 {
            block_on(store.write("expire", |tx| purchase::expire(tx, 10))).unwrap();
        }
        assert_eq!(told(&store, Template::Expired), [(id, 0)]);
        let (_, old) = licence(&store, "mia@customer.example", Some(NEW_YEAR + 70 * DAY));
        block_on(store.write("expire", |tx| purchase::expire(tx, 10))).unwrap();
        let all = told(&store, Template::Expired);
        assert!(!all.iter().any(|(of, _)| *of == old), "what ended long ago is no news");
    }
}

#[test]
fn news_go_to_those_who_asked_and_own_it_in_pieces() {
    for engine in engines() {
        let (store, clock) = engine.store();
        let product = write(&store, |tx, shop| {
            let product = sold(tx, shop, "Quill")?;
            for n in 0..250 {
                let email = format!("c{n}@customer.example");
                let id = issued(tx, shop, product, &email, None)?.customer_id;
                let wants_news = Some(n % 50 != 0);
                customer::set(tx, shop, id, &customer::Change { wants_news, ..Default::default() })?;
            }
            let other = customer::Change { wants_news: Some(true), ..super::buyer("other@customer.example") };
            customer::new(tx, shop, &other)?;
            Ok(product)
        });
        let publish = |version: &'static str, released_at| {
            write(&store, move |tx, shop| {
                let draft = release::Draft {
                    product_id: product,
                    version: version.into(),
                    released_at,
                    ..Default::default()
                };
                release::new(tx, shop, &draft)
            })
        };
        publish("1.0.0", Some(NEW_YEAR - 30 * DAY));
        let take_job = || block_on(store.write("job", job::take)).unwrap();
        assert_eq!(take_job(), None, "a release of long ago is no news");
        publish("1.1.0", None);
        publish("1.2.0", None);
        let mut pieces = 0;
        for step in 1..20 {
            clock.set(NEW_YEAR + step * 6 * SECOND);
            while let Some(job) = take_job() {
                assert_eq!(job.kind, mail_news::TELL);
                pieces += 1;
                let twin = job.clone();
                block_on(store.write("piece", move |tx| mail_news::piece(tx, &job))).unwrap();
                // Whoever was too slow with it does nothing.
                block_on(store.write("piece", move |tx| mail_news::piece(tx, &twin))).unwrap();
            }
        }
        assert!((4..=6).contains(&pieces), "{pieces} pieces");
        let news: Vec<_> =
            mails(&store).into_iter().filter(|letter| letter.template == Template::NewRelease).collect();
        assert_eq!(news.len(), 245, "of the newest, once each");
        assert!(news.iter().all(|letter| letter.about == r#"{"release":3}"#), "{:?}", news[0]);
    }
}

#[test]
fn test_mode_writes_to_nobody_outside() {
    for engine in engines() {
        let (store, _) = engine.store();
        let trial = |store: &Store| {
            block_on(store.write("trial", |tx| {
                let shop = Shop::first(tx, Mode::Test)?;
                let product = sold(tx, shop, "Quill")?;
                issued(tx, shop, product, "mia@customer.example", None)
            }))
            .unwrap();
        };
        trial(&store);
        assert_eq!(take(&store, false).len(), 0);
        let first = block_on(store.read(|tx| {
            let shop = Shop::first(tx, Mode::Test)?;
            mail::get(tx, shop, 1)
        }))
        .unwrap();
        assert_eq!((first.status, first.said.as_deref()), (Status::Sent, Some("test mode: not sent")));
        trial(&store);
        assert_eq!(take(&store, true).len(), 1, "into a folder it goes");
        assert_eq!(mails(&store), [], "live mode shows none of it");
    }
}

#[test]
fn letters_follow_their_customer() {
    for engine in engines() {
        let (store, _) = engine.store();
        licence(&store, "mia@customer.example", None);
        licence(&store, "ben@customer.example", None);
        write(&store, |tx, shop| held::merge(tx, shop, 1, 2));
        let recipients: Vec<_> = mails(&store).into_iter().map(|letter| letter.recipient).collect();
        assert_eq!(recipients, ["ben@customer.example", "ben@customer.example"]);
        write(&store, |tx, shop| held::erase(tx, shop, 2));
        assert_eq!(mails(&store), []);
        // What happens to an erased customer's purchases is told to nobody.
        write(&store, |tx, shop| {
            let status = Some(purchase::Status::Expired);
            purchase::set(tx, shop, 1, &purchase::Change { status, ..Default::default() })
        });
        assert_eq!(mails(&store), []);
    }
}

#[test]
fn what_is_rolled_back_is_not_mailed() {
    for engine in engines() {
        let (store, _) = engine.store();
        let failed = block_on(store.write("fails", |tx| {
            let shop = Shop::live(tx)?;
            let product = sold(tx, shop, "Quill")?;
            issued(tx, shop, product, "mia@customer.example", None)?;
            Err::<(), _>(keywright::base::error::Error::refused("no"))
        }));
        assert!(failed.is_err());
        assert_eq!(mails(&store), []);
    }
}
