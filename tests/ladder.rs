//! The ladder against a small model: the same verdicts for any play of calls, on both engines.

use std::collections::BTreeMap;

use keywright::base::time::DAY;
use keywright::domain::activation::{self, Activate};
use keywright::domain::identifier::Mode;
use keywright::domain::info;
use keywright::domain::ladder::{Claim, IpRules, Refusal};
use keywright::domain::licence::{self, Draft};
use keywright::domain::recent::Recent;
use keywright::domain::{customer, policy, product};
use keywright::store::Store;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{attended, block_on, engines};
use keywright::domain::shop::Shop;

#[derive(Clone, Debug)]
enum Step {
    Activate { identifier: u8, bind: bool, from: u8, nonce: Option<u8> },
    Check { identifier: u8, usage: i64, from: u8 },
    Info { identifier: u8 },
    UpdateExtra { identifier: u8, usage: i64, from: u8 },
    Deactivate { identifier: u8, usage: i64, from: u8 },
    Release { usage: i64 },
    Switch(bool),
    Api(bool),
    Reset,
    Wait { days: i64 },
}

#[derive(Clone, Debug)]
struct Play {
    mode: Mode,
    max_uses: i64,
    term_days: Option<i64>,
    check_ip: bool,
    may_deactivate: bool,
    steps: Vec<Step>,
}

/// Two identifiers that may be right, and one that never is.
fn identifier(n: u8) -> Option<String> {
    match n {
        0 => None,
        1 => Some("buyer@customer.example".into()),
        2 => Some("Machine-2".into()),
        _ => Some("stranger".into()),
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (who, usage, from) = (0u8..4, 0i64..5, 0u8..2);
    let step = prop_oneof![
        6 => (who.clone(), any::<bool>(), from.clone(), proptest::option::of(0u8..2))
            .prop_map(|(identifier, bind, from, nonce)| Step::Activate { identifier, bind, from, nonce }),
        4 => (who.clone(), usage.clone(), from.clone()).prop_map(|(identifier, usage, from)| Step::Check { identifier, usage, from }),
        1 => who.clone().prop_map(|identifier| Step::Info { identifier }),
        1 => (who.clone(), usage.clone(), from.clone()).prop_map(|(identifier, usage, from)| Step::UpdateExtra { identifier, usage, from }),
        2 => (who, usage.clone(), from).prop_map(|(identifier, usage, from)| Step::Deactivate { identifier, usage, from }),
        1 => usage.prop_map(|usage| Step::Release { usage }),
        1 => any::<bool>().prop_map(Step::Switch),
        1 => (0u8..4).prop_map(|n| Step::Api(n > 0)),
        1 => Just(Step::Reset),
        1 => (-3i64..8).prop_map(|days| Step::Wait { days }),
    ];
    proptest::collection::vec(step, 1..40)
}

fn plays() -> impl Strategy<Value = Play> {
    let mode = proptest::sample::select(vec![Mode::None, Mode::Manual, Mode::Email]);
    let limit = prop_oneof![Just(-1i64), 1i64..4];
    (mode, limit, proptest::option::of(1i64..20), any::<bool>(), any::<bool>(), steps()).prop_map(
        |(mode, max_uses, term_days, check_ip, may_deactivate, steps)| Play {
            mode,
            max_uses,
            term_days,
            check_ip,
            may_deactivate,
            steps,
        },
    )
}

/// What a call brought: a usage id or a count, or why not.
type Outcome = Result<i64, Refusal>;

/// The rules said once more, as plainly as can be, over plain values.
struct Model {
    play: Play,
    now: i64,
    high: i64,
    ends: Option<i64>,
    on: bool,
    api: bool,
    bound: Option<String>,
    live: BTreeMap<i64, u8>,
    last: i64,
    nonces: BTreeMap<u8, (i64, i64)>,
}

impl Model {
    /// Decisions never run behind an instant by which an earlier change was decided.
    fn instant(&self) -> i64 {
        self.now.max(self.high)
    }

    fn change(&mut self) {
        self.high = self.instant();
    }

    fn common(&self, who: Option<&str>, may_bind: bool) -> Option<Refusal> {
        let right = match self.play.mode {
            Mode::None => true,
            Mode::Manual => match &self.bound {
                Some(bound) => who == Some(bound),
                None => may_bind && who.is_some(),
            },
            _ => who.is_some_and(|w| w.to_lowercase() == "buyer@customer.example"),
        };
        if !right {
            return Some(Refusal::BadKeyOrIdentifier);
        }
        if !self.api {
            return Some(Refusal::ApiDisabled);
        }
        None
    }

    fn alive(&self) -> Option<Refusal> {
        if !self.on {
            return Some(Refusal::Inactive);
        }
        self.ends.filter(|ends| *ends <= self.instant()).map(|_| Refusal::Expired)
    }

    fn usage(&self, usage: i64, from: u8) -> Option<Refusal> {
        match self.live.get(&usage) {
            None => Some(Refusal::BadUsageId),
            Some(at) if self.play.check_ip && *at != from => Some(Refusal::BadIp),
            Some(_) => None,
        }
    }

    fn apply(&mut self, step: &Step) -> Option<Outcome> {
        let uses = |model: &Self| i64::try_from(model.live.len()).unwrap();
        let outcome = match step {
            Step::Activate { identifier: who, bind, from, nonce } => {
                let who = identifier(*who);
                if let Some(no) = self.common(who.as_deref(), *bind).or(self.alive()) {
                    Err(no)
                } else if let Some((id, _)) =
                    nonce.and_then(|n| self.nonces.get(&n)).filter(|(_, at)| *at > self.instant() - DAY)
                {
                    Ok(*id)
                } else if self.play.max_uses != -1 && uses(self) >= self.play.max_uses {
                    Err(Refusal::MaxUses)
                } else {
                    if self.play.mode == Mode::Manual && self.bound.is_none() {
                        self.bound = who;
                    }
                    self.change();
                    self.last += 1;
                    self.live.insert(self.last, *from);
                    if let Some(nonce) = nonce {
                        self.nonces.insert(*nonce, (self.last, self.instant()));
                    }
                    Ok(self.last)
                }
            }
            Step::Check { identifier: who, usage, from }
            | Step::UpdateExtra { identifier: who, usage, from } => {
                let no = self
                    .common(identifier(*who).as_deref(), false)
                    .or(self.alive())
                    .or(self.usage(*usage, *from));
                no.map_or(Ok(uses(self)), Err)
            }
            Step::Info { identifier: who } => {
                self.common(identifier(*who).as_deref(), false).or(self.alive()).map_or(Ok(uses(self)), Err)
            }
            Step::Deactivate { identifier: who, usage, from } => {
                let forbidden = (!self.play.may_deactivate).then_some(Refusal::DeactivateNotAllowed);
                let no = self.common(identifier(*who).as_deref(), false).or(forbidden).or(self.alive());
                match no.or(self.usage(*usage, *from)) {
                    Some(no) => Err(no),
                    None => {
                        self.change();
                        self.live.remove(usage);
                        Ok(uses(self))
                    }
                }
            }
            Step::Release { usage } => {
                if self.live.remove(usage).is_some() {
                    self.change();
                }
                return None;
            }
            Step::Switch(on) => {
                self.change();
                self.on = *on;
                return None;
            }
            Step::Api(on) => {
                self.change();
                self.api = *on;
                return None;
            }
            Step::Reset => {
                self.change();
                self.live.clear();
                self.nonces.clear();
                self.bound = None;
                return None;
            }
            Step::Wait { days } => {
                self.now += days * DAY;
                return None;
            }
        };
        Some(outcome)
    }
}

/// Plays one step for real.
async fn real(
    store: &Store,
    recent: &Recent,
    key: &str,
    product_id: i64,
    licence_id: i64,
    step: &Step,
) -> Option<Outcome> {
    let claim = |who: u8, from: u8| Claim {
        key: key.to_owned(),
        identifier: identifier(who),
        address: [192, 0, 2, from].into(),
        named_address: None,
        rules: IpRules::default(),
    };
    let key = key.to_owned();
    match step.clone() {
        Step::Activate { identifier, bind, from, nonce } => {
            let claim = claim(identifier, from);
            let ask = Activate { bind, extra: None, nonce: nonce.map(|n| n.to_string()) };
            Some(store.write("a", move |tx| activation::activate(tx, &claim, &ask)).await.unwrap())
        }
        Step::Check { identifier, usage, from } => {
            let claim = claim(identifier, from);
            let fresh = claim.clone();
            let checked = recent.check(store, claim, Some(usage)).await.unwrap();
            let looked = store.peek(move |tx| activation::check(tx, &fresh, Some(usage))).await.unwrap();
            assert_eq!(checked, looked, "what is remembered is not what there is");
            Some(checked.map(|c| c.uses))
        }
        Step::UpdateExtra { identifier, usage, from } => {
            let claim = claim(identifier, from);
            let done = store
                .write("u", move |tx| activation::update_extra(tx, &claim, Some(usage), "{}"))
                .await
                .unwrap();
            Some(match done {
                Ok(()) => Ok(store.read(move |tx| Ok(licence::get(tx, &key)?.uses)).await.unwrap()),
                Err(no) => Err(no),
            })
        }
        Step::Info { identifier } => {
            let claim = claim(identifier, 0);
            let info = store.read(move |tx| info::info(tx, &claim)).await.unwrap();
            Some(info.map(|i| {
                assert_eq!(i.uses, i64::try_from(i.activations.len()).unwrap());
                i.uses
            }))
        }
        Step::Deactivate { identifier, usage, from } => {
            let claim = claim(identifier, from);
            let done =
                store.write("d", move |tx| activation::deactivate(tx, &claim, Some(usage))).await.unwrap();
            Some(match done {
                Ok(()) => Ok(store.read(move |tx| Ok(licence::get(tx, &key)?.uses)).await.unwrap()),
                Err(no) => Err(no),
            })
        }
        Step::Release { usage } => {
            // Freeing what is not taken is refused, and that is fine here.
            let _ = store.write("r", move |tx| activation::release(tx, licence_id, usage)).await;
            None
        }
        Step::Switch(on) => {
            store.write("s", move |tx| licence::switch(tx, &key, on)).await.unwrap();
            None
        }
        Step::Api(on) => {
            let change = product::Change {
                policy: policy::Change { api_enabled: Some(on), ..Default::default() },
                ..Default::default()
            };
            store
                .write("p", move |tx| {
                    let shop = Shop::live(tx)?;
                    product::set(tx, shop, product_id, &change)
                })
                .await
                .unwrap();
            None
        }
        Step::Reset => {
            store.write("x", move |tx| activation::reset(tx, licence_id)).await.unwrap();
            None
        }
        Step::Wait { .. } => None,
    }
}

#[test]
fn any_play_of_calls_agrees_with_the_model() {
    let stores = engines().map(|engine| (engine.name, engine.store(), Recent::new(65_536), engine));
    let _attending = stores.each_ref().map(|(_, (store, _), _, _)| attended(store));
    let mut runner = TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
    let outcomes = std::cell::Cell::new(0u32);
    let result = runner.run(&plays(), |play| {
        for (name, (store, clock), recent, _) in &stores {
            block_on(async {
                let begin = clock.now();
                let p = play.clone();
                let issued = store
                    .write("issue", move |tx| {
                        let change = product::Change {
                            title: Some("Model".into()),
                            policy: policy::Change {
                                api_enabled: Some(true),
                                identifier_mode: Some(p.mode),
                                max_uses: Some(p.max_uses),
                                term_days: Some(p.term_days),
                                check_ip: Some(Some(p.check_ip)),
                                deactivate: Some(p.may_deactivate),
                                ..Default::default()
                            },
                            ..Default::default()
                        };
                        let shop = Shop::live(tx)?;
                        let product_id = product::new(tx, shop, &change)?.id;
                        let buyer = customer::Change {
                            email: Some("Buyer@customer.example".into()),
                            ..Default::default()
                        };
                        Ok((
                            licence::issue(
                                tx,
                                shop,
                                &Draft { product_id, customer: buyer, ..Default::default() },
                            )?,
                            tx.now(),
                        ))
                    })
                    .await
                    .unwrap();
                let (issued, at) = issued;
                let mut model = Model {
                    now: begin,
                    high: at,
                    ends: play.term_days.map(|days| at + days * DAY),
                    on: true,
                    api: true,
                    bound: None,
                    live: BTreeMap::new(),
                    last: 0,
                    nonces: BTreeMap::new(),
                    play: play.clone(),
                };
                for (number, step) in play.steps.iter().enumerate() {
                    if let Step::Wait { days } = step {
                        clock.set(clock.now() + days * DAY);
                    }
                    let expected = model.apply(step);
                    let found =
                        real(store, recent, &issued.key, issued.product_id, issued.licence_id, step).await;
                    assert_eq!(found, expected, "step {number} on {name}");
                    outcomes.set(outcomes.get() + u32::from(found.is_some()));
                }
            });
        }
        Ok(())
    });
    println!("ladder: {} outcomes compared", outcomes.get());
    result.unwrap();
}
