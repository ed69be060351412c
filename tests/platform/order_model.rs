//! Any play of an order's steps agrees with a small model, on both engines.

use keywright::base::dice::Dice;
use keywright::domain::order::{self, Draft, Fulfilment, Payment};
use keywright::domain::order_line::{self, DraftLine};
use keywright::domain::payment::{self, Method, Outcome};
use keywright::domain::shop::Shop as Site;
use keywright::domain::{customer, licence, product, purchase};

use crate::support::{block_on, engines};

/// What an order is to the model: total, what came, what went back, and whether it was cancelled.
#[derive(Clone, Copy, Debug, Default)]
struct Model {
    total: i64,
    paid: Option<i64>,
    refunded: i64,
    canceled: bool,
}

impl Model {
    fn payment(self) -> Payment {
        match self.paid {
            None => Payment::Unpaid,
            Some(paid) if paid > 0 && self.refunded == paid => Payment::Refunded,
            Some(_) if self.refunded > 0 => Payment::PartiallyRefunded,
            Some(_) => Payment::Paid,
        }
    }

    fn fulfilment(self) -> Fulfilment {
        match (self.canceled, self.paid) {
            (true, _) => Fulfilment::Canceled,
            (false, None) => Fulfilment::WaitingPayment,
            (false, Some(_)) => Fulfilment::Delivered,
        }
    }

    /// Whether what it bought is owned: `None` when nothing was.
    fn is_owned(self) -> Option<bool> {
        let paid = self.paid?;
        Some(!self.canceled && (paid == 0 || self.refunded < paid))
    }

    /// Plays a step; whether it is let through.
    fn step(&mut self, step: u8, amount: i64) -> bool {
        let left = self.paid.unwrap_or(0) - self.refunded;
        match step {
            0 | 1 => {
                let may = self.paid.is_none() && !self.canceled && amount >= self.total;
                if may {
                    self.paid = Some(amount);
                }
                may
            }
            2 => {
                let may = !self.canceled;
                self.canceled = true;
                may
            }
            _ => {
                let may = self.paid.is_some() && (1..=left).contains(&amount);
                if may {
                    self.refunded += amount;
                }
                may
            }
        }
    }
}

#[test]
fn any_play_of_an_order_agrees_with_the_model_on_both_engines() {
    for engine in engines() {
        let (store, _) = engine.store();
        let product_id = block_on(store.write("product", |tx| {
            let shop = Site::live(tx)?;
            let change = product::Change {
                title: Some("Quill".into()),
                price: Some(Some((1_000, "EUR".into()))),
                ..product::Change::default()
            };
            Ok(product::new(tx, shop, &change)?.id)
        }))
        .unwrap();
        let dice = Dice::seeded(23);
        let mut played = 0;
        for _ in 0..150 {
            let draft = Draft {
                customer: customer::Change {
                    email: Some("mia@customer.example".into()),
                    ..customer::Change::default()
                },
                lines: vec![DraftLine {
                    product_id,
                    quantity: i64::from(1 + dice.below(3)),
                    ..DraftLine::default()
                }],
                ..Draft::default()
            };
            let sale = block_on(store.write("place", move |tx| {
                let shop = Site::live(tx)?;
                order::place(tx, shop, &draft)
            }))
            .unwrap();
            let (id, mut model) = (sale.id, Model { total: sale.total_minor, ..Model::default() });
            for _ in 0..6 {
                let step = dice.below(6);
                let amount = [1, 500, 999, 1_000, 2_000, 3_000, 3_500][usize::from(dice.below(7))];
                let outcome = block_on(store.write("step", move |tx| {
                    let shop = Site::live(tx)?;
                    match step {
                        0 | 1 => {
                            let outcome = payment::pay(tx, shop, id, &Method::Manual(None), Some(amount))?;
                            assert!(matches!(outcome, Outcome::Paid(_)));
                        }
                        2 => drop(payment::cancel(tx, shop, id)?),
                        _ => drop(payment::refund(tx, shop, id, Some(amount), None)?),
                    }
                    Ok(())
                }));
                let before = model;
                let may = model.step(step, amount);
                assert_eq!(
                    outcome.is_ok(),
                    may,
                    "{}: step {step} of {amount} on {before:?}: {outcome:?}",
                    engine.name
                );
                if !may {
                    model = Model { canceled: model.canceled, ..before };
                }
                let (now, owned) = block_on(store.read(move |tx| {
                    let shop = Site::live(tx)?;
                    let now = order::get(tx, shop, id)?;
                    let mut owned = Vec::new();
                    for line in order_line::list(tx, id)? {
                        for purchase_id in line.purchases {
                            let purchase = purchase::get(tx, shop, purchase_id)?;
                            let licence = licence::by_id(tx, shop, purchase.licence_id.unwrap())?;
                            assert_eq!(
                                purchase.status == purchase::Status::Active,
                                licence.status == licence::Status::Active
                            );
                            owned.push(purchase.status == purchase::Status::Active);
                        }
                    }
                    Ok((now, owned))
                }))
                .unwrap();
                assert_eq!(
                    (now.payment_status, now.fulfilment_status),
                    (model.payment(), model.fulfilment()),
                    "{model:?}"
                );
                assert_eq!(owned.is_empty(), model.is_owned().is_none(), "{model:?}");
                assert!(owned.iter().all(|is| Some(*is) == model.is_owned()), "{model:?} {owned:?}");
                played += 1;
            }
        }
        assert_eq!(played, 900);
    }
}
