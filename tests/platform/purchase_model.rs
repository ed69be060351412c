//! Any life of some purchases - bought, renewed, refunded, suspended, changed by hand, run out - agrees with a small model, on both
//! engines.

use keywright::base::dice::Dice;
use keywright::base::error::Result;
use keywright::base::time::{Clock, DAY, Millis};
use keywright::domain::order::{self, Draft};
use keywright::domain::order_line::{self, DraftLine};
use keywright::domain::payment::{self, Method};
use keywright::domain::shop::Shop as Site;
use keywright::domain::{customer, licence, policy, product, purchase};
use keywright::store::{Store, Tx};
use purchase::Status;

use crate::support::{Engine, NEW_YEAR, block_on, engines};

/// Days of the product's term.
const TERM: i64 = 30;

/// A purchase, to the model.
#[derive(Clone, Copy, Debug)]
struct Owned {
    id: i64,
    order: i64,
    status: Status,
    ends_at: Option<Millis>,
    is_on: bool,
    is_refunded: bool,
}

/// A paid order that renewed one of them, for so many days.
#[derive(Clone, Copy, Debug)]
struct Renewal {
    order: i64,
    of: usize,
    days: i64,
    is_refunded: bool,
}

impl Owned {
    fn end(&mut self, ends_at: Option<Millis>, now: Millis) {
        self.ends_at = ends_at;
        if self.status == Status::Expired && ends_at.is_none_or(|at| at > now) {
            self.status = Status::Active;
        }
    }

    fn licence(self, now: Millis) -> licence::Status {
        match self.status {
            _ if !self.is_on => licence::Status::Suspended,
            Status::Cancelled => licence::Status::Cancelled,
            Status::Expired => licence::Status::Expired,
            Status::Active if self.ends_at.is_some_and(|at| at <= now) => licence::Status::Expired,
            Status::Active => licence::Status::Active,
        }
    }
}

fn write<T: Send + 'static>(
    store: &Store,
    mut f: impl FnMut(&mut Tx<'_>, Site) -> Result<T> + Send + 'static,
) -> Result<T> {
    block_on(store.write("step", move |tx| {
        let shop = Site::live(tx)?;
        f(tx, shop)
    }))
}

/// Orders and pays in one transaction: the order, and the purchase made.
fn buy(store: &Store, line: &DraftLine) -> Result<(i64, Option<i64>)> {
    let email = Some("mia@customer.example".into());
    let customer = customer::Change { email, ..customer::Change::default() };
    let draft = Draft { customer, lines: vec![line.clone()], ..Draft::default() };
    write(store, move |tx, shop| {
        let id = order::place(tx, shop, &draft)?.id;
        payment::pay(tx, shop, id, &Method::Manual(None), None)?;
        Ok((id, order_line::list(tx, id)?[0].purchases.first().copied()))
    })
}

/// The store, and what the model holds of it.
struct World {
    store: Store,
    clock: Clock,
    product_id: i64,
    owned: Vec<Owned>,
    renewals: Vec<Renewal>,
    now: Millis,
}

type Stand = (Status, Option<Millis>, licence::Status);

impl World {
    fn open(engine: &Engine) -> Self {
        let (store, clock) = engine.store();
        let product_id = write(&store, |tx, shop| {
            let change = product::Change {
                title: Some("Quill".into()),
                price: Some(Some((1_000, "EUR".into()))),
                policy: policy::Change { term_days: Some(Some(TERM)), ..policy::Change::default() },
                ..product::Change::default()
            };
            Ok(product::new(tx, shop, &change)?.id)
        })
        .unwrap();
        Self { store, clock, product_id, owned: Vec::new(), renewals: Vec::new(), now: NEW_YEAR }
    }

    /// Plays a step on the store and on the model; both must let it through, or neither.
    fn play(&mut self, dice: &Dice, turn: usize) {
        let step = if self.owned.is_empty() { 0 } else { dice.below(10) };
        let at = usize::from(dice.below(8)) % self.owned.len().max(1);
        let it = self.owned.get(at).copied();
        match (step, it) {
            (0, _) if self.owned.len() < 8 => {
                let line = DraftLine { product_id: self.product_id, quantity: 1, ..DraftLine::default() };
                let (order, made) = buy(&self.store, &line).unwrap();
                let ends_at = Some(self.now + TERM * DAY);
                let id = made.unwrap();
                self.owned.push(Owned {
                    id,
                    order,
                    status: Status::Active,
                    ends_at,
                    is_on: true,
                    is_refunded: false,
                });
            }
            (1, Some(it)) => {
                let quantity = i64::from(1 + dice.below(2));
                let line = DraftLine {
                    product_id: self.product_id,
                    quantity,
                    renews: Some(it.id),
                    ..DraftLine::default()
                };
                let outcome = buy(&self.store, &line);
                let may = it.ends_at.is_some() && it.status != Status::Cancelled;
                assert_eq!(outcome.is_ok(), may, "{turn}: renewing {it:?}: {outcome:?}");
                if let Ok((order, made)) = outcome {
                    assert_eq!(made, None, "a renewal makes no purchase");
                    let days = TERM * quantity;
                    let ends_at = it.ends_at.unwrap().max(self.now) + days * DAY;
                    self.owned[at].end(Some(ends_at), self.now);
                    self.renewals.push(Renewal { order, of: at, days, is_refunded: false });
                }
            }
            (2, _) if !self.renewals.is_empty() => {
                let n = usize::from(dice.below(200)) % self.renewals.len();
                let Renewal { order, of, days, is_refunded } = self.renewals[n];
                let outcome =
                    write(&self.store, move |tx, shop| payment::refund(tx, shop, order, None, None));
                assert_eq!(outcome.is_ok(), !is_refunded, "{turn}: {outcome:?}");
                if !is_refunded {
                    self.renewals[n].is_refunded = true;
                    if let Some(ends_at) = self.owned[of].ends_at {
                        self.owned[of].end(Some(ends_at - days * DAY), self.now);
                    }
                }
            }
            (3, Some(it)) if dice.below(3) == 0 => {
                let outcome =
                    write(&self.store, move |tx, shop| payment::refund(tx, shop, it.order, None, None));
                assert_eq!(outcome.is_ok(), !it.is_refunded, "{turn}: {outcome:?}");
                if !it.is_refunded {
                    self.owned[at].is_refunded = true;
                    self.owned[at].status = Status::Cancelled;
                }
            }
            (4, Some(it)) => {
                let is_on = !it.is_on;
                let change = licence::Change { is_on: Some(is_on), ..licence::Change::default() };
                write(&self.store, move |tx, shop| {
                    let licence_id = purchase::get(tx, shop, it.id)?.licence_id.unwrap();
                    licence::set(tx, shop, licence_id, &change)
                })
                .unwrap();
                self.owned[at].is_on = is_on;
            }
            (5, Some(it)) => {
                let status = [Status::Active, Status::Cancelled, Status::Expired][usize::from(dice.below(3))];
                let change = purchase::Change { status: Some(status), ..purchase::Change::default() };
                write(&self.store, move |tx, shop| purchase::set(tx, shop, it.id, &change)).unwrap();
                self.owned[at].status = status;
            }
            (6, Some(it)) => {
                let days = i64::from(dice.below(60)) - 20;
                let ends_at = (dice.below(5) > 0).then_some(self.now + days * DAY);
                let change = purchase::Change { expires_at: Some(ends_at), ..purchase::Change::default() };
                write(&self.store, move |tx, shop| purchase::set(tx, shop, it.id, &change)).unwrap();
                self.owned[at].end(ends_at, self.now);
            }
            (7, _) => {
                self.now += i64::from(dice.below(12)) * DAY;
                self.clock.set(self.now);
            }
            (8, _) => {
                write(&self.store, |tx, _| purchase::expire(tx, 100)).unwrap();
                let due = |it: &&mut Owned| {
                    it.status == Status::Active && it.ends_at.is_some_and(|at| at <= self.now)
                };
                self.owned.iter_mut().filter(due).for_each(|it| it.status = Status::Expired);
            }
            _ => {}
        }
    }

    /// How all purchases and their licences stand in the store.
    fn found(&self) -> Vec<Stand> {
        let ids: Vec<i64> = self.owned.iter().map(|it| it.id).collect();
        block_on(self.store.read(move |tx| {
            let shop = Site::live(tx)?;
            let look = |id: &i64| {
                let purchase = purchase::get(tx, shop, *id)?;
                let licence = licence::by_id(tx, shop, purchase.licence_id.unwrap())?;
                assert_eq!(licence.expires_at, purchase.expires_at, "they end together");
                Ok((purchase.status, purchase.expires_at, licence.status))
            };
            ids.iter().map(look).collect::<Result<Vec<_>>>()
        }))
        .unwrap()
    }
}

#[test]
fn any_life_of_purchases_agrees_with_the_model_on_both_engines() {
    for engine in engines() {
        let mut world = World::open(&engine);
        let dice = Dice::seeded(41);
        let mut seen = [0_usize; 4];
        for turn in 0..600 {
            world.play(&dice, turn);
            for (it, found) in world.owned.iter().zip(world.found()) {
                let is = it.licence(world.now);
                assert_eq!(found, (it.status, it.ends_at, is), "{}: turn {turn}: {it:?}", engine.name);
                seen[licence::Status::ALL.iter().position(|status| *status == is).unwrap()] += 1;
            }
        }
        let renewed = world.renewals.len();
        assert!(seen.iter().all(|n| *n > 50) && renewed > 15, "too little was seen: {seen:?}, {renewed}");
    }
}
