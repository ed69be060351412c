//! Letters about tickets: to whom, once, and with whose words.

use keywright::domain::letter::Seen;
use keywright::domain::mail::{Mail, Template};
use keywright::domain::mail_delivery as delivery;
use keywright::domain::shop::{Mode, Shop};
use keywright::domain::ticket::{self, Draft, Status};
use keywright::domain::ticket_asked::{self, About, Asked, CUSTOMERS, VISITORS};
use keywright::domain::{customer, held, mail, ticket_reply};
use keywright::store::{Store, Tx};
use keywright::values;

use super::{buyer, mails, paid, sold, write};
use crate::support::{NEW_YEAR, block_on, engines};

const HOUR: i64 = 3_600_000;

/// People of each role; one of them is locked out.
fn staff(store: &Store) {
    write(store, |tx, shop| {
        let people = [("owner", None), ("admin", Some(1)), ("support", None), ("read_only", None)];
        for (role, disabled_at) in people {
            let email = format!("{role}@quill.example");
            tx.exec(
                "insert into person (site_id, email, email_fold, role, password_hash, created_at, disabled_at) \
                 values ($1, $2, $2, $3, '', 0, $4)",
                values![shop.site_id, &email, role, disabled_at],
            )?;
        }
        Ok(())
    });
}

fn draft(email: &str, message: &str) -> Draft {
    Draft { email: email.into(), subject: "Where is it?".into(), message: message.into() }
}

fn asked(message: &str) -> Asked {
    Asked { subject: "Where is it?".into(), message: message.into(), about: None }
}

/// Recipients of the letters of a template, oldest first.
fn to(store: &Store, template: Template) -> Vec<String> {
    let of = mails(store).into_iter().rev().filter(|letter| letter.template == template);
    of.map(|letter: Mail| letter.recipient).collect()
}

fn take(store: &Store) -> Vec<delivery::Taken> {
    let master = keywright::base::seal::Master::from_hex(&"07".repeat(32)).unwrap();
    block_on(store.write("take", move |tx| delivery::take(tx, 50, false, &master))).unwrap()
}

#[test]
fn a_question_is_told_to_those_who_answer_and_the_answer_to_who_asked() {
    for engine in engines() {
        let (store, _) = engine.store();
        staff(&store);
        let id = write(&store, |tx, shop| {
            Ok(ticket_asked::by_visitor(tx, shop, &draft("ben@other.example", "Hello?"))?.id)
        });
        assert_eq!(to(&store, Template::TicketWaits), ["owner@quill.example", "support@quill.example"]);
        assert_eq!(
            to(&store, Template::TicketAnswered).len(),
            0,
            "nobody is mailed whose address is not sure"
        );
        let told = take(&store);
        let said = told[0].told.ticket.clone().unwrap();
        assert_eq!((said.text.as_str(), said.from.as_str()), ("Hello?", "ben@other.example"));
        assert_eq!((told.len(), said.seen), (2, Seen::AtDesk));

        write(&store, move |tx, shop| ticket_reply::new(tx, shop, id, true, "Here."));
        assert_eq!(to(&store, Template::TicketAnswered), ["ben@other.example"]);
        let told = take(&store);
        let said = told[0].told.ticket.clone().unwrap();
        assert_eq!((told.len(), said.text.as_str(), said.seen), (1, "Here.", Seen::Nowhere));
    }
}

#[test]
fn a_customers_letter_goes_where_they_are_now_and_what_waits_is_told_once() {
    for engine in engines() {
        let (store, _) = engine.store();
        staff(&store);
        let (mia, id) = write(&store, |tx, shop| {
            let mia = customer::new(tx, shop, &buyer("mia@customer.example"))?.id;
            Ok((mia, ticket_asked::by_customer(tx, shop, mia, &asked("Hello?"))?.id))
        });
        let waits = |store: &Store| to(store, Template::TicketWaits).len();
        assert_eq!(waits(&store), 2);
        write(&store, move |tx, shop| ticket_asked::reply(tx, shop, mia, id, "Anybody?"));
        assert_eq!(waits(&store), 2, "it waits already");
        let told = take(&store);
        assert_eq!(told[0].told.ticket.as_ref().unwrap().text, "Anybody?", "what was said last");
        write(&store, move |tx, shop| {
            customer::set(tx, shop, mia, &buyer("mia@new.example"))?;
            ticket_reply::new(tx, shop, id, true, "Here.")
        });
        assert_eq!(to(&store, Template::TicketAnswered), ["mia@new.example"]);
        assert_eq!(take(&store)[0].told.ticket.as_ref().unwrap().seen, Seen::InAccount);
        write(&store, move |tx, shop| ticket_asked::reply(tx, shop, mia, id, "And now?"));
        assert_eq!(waits(&store), 4, "it waits again");
        write(&store, move |tx, shop| ticket_reply::new(tx, shop, id, true, "There."));
        let told = take(&store);
        assert_eq!(told.len(), 1, "what was answered meanwhile waits for nobody");
        assert_eq!(told[0].told.ticket.as_ref().unwrap().text, "There.");
        write(&store, move |tx, shop| held::erase(tx, shop, mia));
        assert_eq!(to(&store, Template::TicketAnswered).len(), 0);
    }
}

#[test]
fn a_flood_of_questions_fills_no_mailbox() {
    for engine in engines() {
        let (store, clock) = engine.store();
        staff(&store);
        let ask = |store: &Store| {
            write(store, |tx, shop| ticket_asked::by_visitor(tx, shop, &draft("b@other.example", "Hello?")));
        };
        for _ in 0..30 {
            ask(&store);
        }
        assert_eq!(to(&store, Template::TicketWaits).len(), 40);
        clock.set(NEW_YEAR + HOUR);
        ask(&store);
        assert_eq!(to(&store, Template::TicketWaits).len(), 42);
        let all = block_on(store.read(|tx| {
            let shop = Shop::live(tx)?;
            ticket::count(tx, shop, ticket::Filter { waits: true, ..Default::default() })
        }));
        assert_eq!(all.unwrap(), 31, "and none is lost");
    }
}

#[test]
fn letters_to_an_address_go_with_its_customer() {
    for engine in engines() {
        let (store, _) = engine.store();
        write(&store, |tx, shop| {
            for email in ["mia@customer.example", "ben@other.example"] {
                let id = ticket_asked::by_visitor(tx, shop, &draft(email, "Hello?"))?.id;
                ticket_reply::new(tx, shop, id, true, "Here.")?;
            }
            let mia = customer::new(tx, shop, &buyer("mia@customer.example"))?.id;
            held::erase(tx, shop, mia)
        });
        assert_eq!(to(&store, Template::TicketAnswered), ["ben@other.example"]);
    }
}

#[test]
fn test_mode_writes_to_nobody() {
    for engine in engines() {
        let (store, _) = engine.store();
        staff(&store);
        let trial = |tx: &mut Tx<'_>| {
            let shop = Shop::first(tx, Mode::Test)?;
            let id = ticket_asked::by_visitor(tx, shop, &draft("ben@other.example", "Hello?"))?.id;
            ticket_reply::new(tx, shop, id, true, "Here.")
        };
        block_on(store.write("trial", trial)).unwrap();
        assert_eq!(take(&store).len(), 0);
        let said = block_on(store.read(|tx| {
            let shop = Shop::first(tx, Mode::Test)?;
            mail::list(tx, shop, None, None, 10)
        }));
        let said: Vec<_> = said.unwrap().into_iter().map(|letter| letter.said.unwrap()).collect();
        assert_eq!(said, ["test mode: not sent"; 3]);
    }
}

#[test]
fn a_question_is_about_ones_own_and_each_sees_their_own() {
    for engine in engines() {
        let (store, _) = engine.store();
        let order = write(&store, |tx, shop| {
            let product = sold(tx, shop, "Quill")?;
            paid(tx, shop, product, "mia@customer.example")
        });
        write(&store, move |tx, shop| {
            let mia = customer::by_email(tx, shop, "mia@customer.example")?.unwrap().id;
            let ben = customer::new(tx, shop, &buyer("ben@other.example"))?.id;
            let about = |about| Asked { about: Some(about), ..asked("Hello?") };
            let own = ticket_asked::by_customer(tx, shop, mia, &about(About::Purchase(1)))?;
            assert_eq!(own.message, "About Quill, purchase 1\n\nHello?");
            let of_order = ticket_asked::by_customer(tx, shop, mia, &about(About::Order(order)))?;
            assert_eq!(of_order.message, format!("About order {order}\n\nHello?"));
            for other in [About::Purchase(1), About::Order(order), About::Purchase(99)] {
                assert!(ticket_asked::by_customer(tx, shop, ben, &about(other)).is_err(), "{other:?}");
            }
            assert!(ticket_asked::get(tx, shop, ben, own.id).is_err());
            assert!(ticket_asked::reply(tx, shop, ben, own.id, "Mine").is_err());
            assert!(ticket_asked::close(tx, shop, ben, own.id).is_err());
            assert_eq!(ticket_asked::close(tx, shop, mia, own.id)?.status, Status::Closed);
            ticket_asked::reply(tx, shop, mia, own.id, "One more thing")?;
            assert_eq!(ticket::get(tx, shop, own.id)?.status, Status::UserReply);
            for (message, most) in [("x".repeat(VISITORS), VISITORS), ("x".repeat(CUSTOMERS), CUSTOMERS)] {
                let over = format!("{message}x");
                let (fits, not) = if most == VISITORS {
                    let by = |tx: &mut Tx<'_>, text: &str| {
                        ticket_asked::by_visitor(tx, shop, &draft("c@other.example", text))
                    };
                    (by(tx, &message), by(tx, &over))
                } else {
                    let by =
                        |tx: &mut Tx<'_>, text: &str| ticket_asked::by_customer(tx, shop, mia, &asked(text));
                    (by(tx, &message), by(tx, &over))
                };
                assert!(fits.is_ok());
                assert_eq!(not.unwrap_err().field().as_deref(), Some("message"));
            }
            Ok(())
        });
    }
}
