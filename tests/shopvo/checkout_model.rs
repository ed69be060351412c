//! Any way through carts and checkouts agrees with a small model: what is answered, how far each came, and what was ordered and paid.

mod model;

use keywright::base::dice::Dice;
use keywright::domain::shop::Mode;
use keywright::values;
use serde_json::{Value, json};

use self::model::{COMPLETE, CONTACT, Cart, Model, PAYMENT, Pay, REVIEW, STATES, Said, Session};
use super::{Api, Store, id};
use crate::support::block_on;

const PLAYS: usize = 800;
const SUMS: [&str; 7] = [
    "select count(*) from sale",
    "select cast(coalesce(sum(total_minor), 0) as bigint) from sale",
    "select cast(coalesce(sum(paid_minor), 0) as bigint) from sale",
    "select count(*) from sale where paid_at is not null",
    "select count(*) from purchase where status = 'active'",
    "select stock from variant",
    "select cast(coalesce(sum(balance_minor), 0) as bigint) from gift_card",
];

/// The model, and the ids of the same things at the server.
struct Play<'a> {
    store: &'a Store,
    dice: Dice,
    model: Model,
    product: String,
    codes: Vec<String>,
    carts: Vec<String>,
    sessions: Vec<String>,
}

/// What was done, what was answered, and what had to be.
type Played = (String, u16, u16);

impl Play<'_> {
    fn below(&self, n: usize) -> usize {
        usize::from(self.dice.below(u16::try_from(n).unwrap()))
    }

    /// One of the latest: the others have come to their end.
    fn one_of(&self, count: usize) -> usize {
        count - 1 - self.below(count.min(4))
    }

    fn api(&self) -> Api<'_> {
        self.store.test()
    }

    fn send(&self, method: &str, path: &str, body: &Value, must: u16) -> Played {
        let answer = self.api().call(method, path, body);
        (format!("{method} {path} {body}"), answer.status, must)
    }

    fn new_cart(&mut self) -> Played {
        self.carts.push(id(&self.api().data("POST", "/cart", &json!({"currency": "EUR"}))));
        self.model.carts.push(Cart::default());
        self.add(self.carts.len() - 1)
    }

    fn add(&mut self, n: usize) -> Played {
        let (cart, stock) = (&mut self.model.carts[n], self.model.stock);
        let may = !cart.is_converted && cart.pieces < stock;
        cart.pieces += i64::from(may);
        self.change(n, "add", if may { 200 } else { 409 })
    }

    fn remove(&mut self, n: usize) -> Played {
        let cart = &mut self.model.carts[n];
        let must = match *cart {
            Cart { is_converted: true, .. } => 409,
            Cart { pieces: 0, .. } => 400,
            _ => 200,
        };
        if must == 200 {
            cart.pieces = 0;
        }
        self.change(n, "remove", must)
    }

    fn change(&self, n: usize, action: &str, must: u16) -> Played {
        let item = json!({"action": action, "item": {"productId": self.product, "quantity": 1}});
        self.send("PATCH", &format!("/cart?cartId={}", self.carts[n]), &item, must)
    }

    fn begin(&mut self, n: usize) -> Played {
        let body = json!({"cartId": self.carts[n]});
        let answer = self.api().call("POST", "/checkout", &body);
        let must = match self.model.carts[n] {
            Cart { is_converted: true, .. } => 409,
            Cart { pieces: 0, .. } => 400,
            _ => 201,
        };
        if answer.status < 300 {
            self.sessions.push(id(&answer.json()["data"]));
            self.model.sessions.push(Session { cart: n, ..Session::default() });
        }
        (format!("begin {body}"), answer.status, must)
    }

    /// Mostly what brings it on, and sometimes anything.
    fn step(&mut self, n: usize) -> Played {
        let session = self.model.sessions[n];
        let next = match session {
            Session { at: CONTACT.., has_email: false, .. } => CONTACT,
            Session { at: REVIEW, pay: None, .. } => PAYMENT,
            _ => (session.at + 1).min(COMPLETE),
        };
        let to = match self.below(10) {
            0..=6 => next,
            7 => session.at,
            8 => self.below(next + 1),
            _ => self.below(6),
        };
        let cards = self.codes.len();
        let said = match (self.below(16), to) {
            (0, _) => Said::NoEmail,
            (1, _) => Said::NoCardNumber,
            (2, _) => Said::NoSuchGiftCard,
            (3 | 4, _) => Said::GiftCard(self.one_of(cards)),
            (5, CONTACT) => Said::Nothing,
            (_, CONTACT) => Said::Email,
            (5, PAYMENT) => Said::NoGiftCard,
            (6..=10, PAYMENT) => Said::Pay(Pay::Manual),
            (11, PAYMENT) => Said::Pay(Pay::Bad),
            (_, PAYMENT) => Said::Pay(Pay::Good),
            _ => Said::Nothing,
        };
        let mut body = match said {
            Said::Nothing => json!({}),
            Said::Email => json!({"email": "jane@customer.example"}),
            Said::NoEmail => json!({"contact": {"email": "jane"}}),
            Said::Pay(Pay::Manual) => json!({"payment": {"method": "manual"}}),
            Said::Pay(pay) => {
                let number = if pay == Pay::Good { "4242424242424242" } else { "4000000000000002" };
                json!({"payment": {"method": "test_card", "cardNumber": number}})
            }
            Said::NoCardNumber => json!({"payment": {"cardNumber": "1234"}}),
            Said::GiftCard(card) => json!({"payment": {"giftCardCode": self.codes[card]}}),
            Said::NoSuchGiftCard => json!({"payment": {"giftCardCodes": ["GIFT-NONE-NONE"]}}),
            Said::NoGiftCard => json!({"payment": {"giftCardCodes": null}}),
        };
        (body["sessionId"], body["state"]) = (self.sessions[n].clone().into(), STATES[to].into());
        let must = self.model.step(n, to, said);
        let answer = self.api().call("PATCH", "/checkout", &body);
        (format!("{said:?} {body} from {}", STATES[session.at]), answer.status, must)
    }

    /// The vendor notes that the money for an order came.
    fn pay(&mut self, n: usize) -> Option<Played> {
        let (number, _) = self.model.sessions[n].order?;
        let order = &mut self.model.orders[number];
        let must = if order.due() == 0 { 409 } else { 200 };
        order.paid = order.total;
        let looked = self.api().get(&format!("/checkout?sessionId={}", self.sessions[n]));
        let told = looked["data"]["orderNumber"].as_str().unwrap().to_owned();
        let id = self.store.order(Mode::Test, &told);
        let answer = self.store.platform_test().call("POST", &format!("/v1/orders/{id}/pay"), &json!({}));
        Some((format!("the money for {told} came"), answer.status, must))
    }

    fn new_gift_card(&mut self) -> Played {
        let balance = [500, 500, 2_999, 20_000][self.below(4)];
        let made = self.api().data("POST", "/gift-cards", &json!({"initialBalance": balance}));
        self.codes.push(made["code"].as_str().unwrap().to_owned());
        self.model.gift_cards.push(balance);
        (format!("a gift card of {balance}"), 0, 0)
    }

    fn set_price(&mut self) -> Played {
        self.model.price = [500, 2_999, 7_777][self.below(3)];
        let price = json!({"price": self.model.price, "currency": "EUR"});
        self.send("PATCH", &format!("/products/{}", self.product), &price, 200)
    }

    fn set_stock(&mut self) -> Played {
        self.model.stock = [0, 4, 50, 50, 50][self.below(5)];
        let set = json!({"operation": "set", "quantity": self.model.stock});
        self.send("PATCH", &format!("/inventory/{}", self.product), &set, 200)
    }

    /// Does something; of which session, that is looked at then.
    fn play(&mut self) -> (Option<usize>, Played) {
        let (carts, sessions) = (self.carts.len(), self.sessions.len());
        if sessions == 0 || carts == 0 {
            let played = if carts == 0 { self.new_cart() } else { self.begin(0) };
            return (None, played);
        }
        if self.model.sessions[sessions - 1].at == COMPLETE && self.below(3) == 0 {
            let is_new = !self.model.carts[carts - 1].is_converted;
            return (None, if is_new { self.begin(carts - 1) } else { self.new_cart() });
        }
        let open: Vec<usize> = (0..sessions).filter(|n| self.model.sessions[*n].at != COMPLETE).collect();
        let is_any = open.is_empty() || self.below(6) == 0;
        let session = if is_any { self.one_of(sessions) } else { open[self.one_of(open.len())] };
        let cart = self.one_of(carts);
        match self.below(24) {
            0 => {
                let played = self.new_cart();
                let is_as_must = played.1 == played.2;
                (None, if is_as_must { self.begin(carts) } else { played })
            }
            1 | 2 => (None, self.begin(cart)),
            3 => (None, self.add(cart)),
            4 if self.below(2) == 0 => (None, self.remove(cart)),
            5 if self.below(2) == 0 => (None, self.set_price()),
            6 => (None, self.set_stock()),
            7 => (None, self.new_gift_card()),
            8 => match self.pay(session) {
                Some(played) => (Some(session), played),
                None => (Some(session), self.step(session)),
            },
            _ => (Some(session), self.step(session)),
        }
    }

    fn looked(&self, n: usize) -> (String, i64, i64, i64) {
        let told = self.api().get(&format!("/checkout?sessionId={}", self.sessions[n]))["data"].clone();
        let totals = &told["totals"];
        let amount = |value: &Value| value.as_i64().unwrap_or_else(|| panic!("{told}"));
        let cards = totals["giftCards"].as_array().unwrap().iter().map(|card| amount(&card["amount"]));
        let is_ordered = self.model.sessions[n].order.is_some();
        assert_eq!(told["orderId"].is_string(), is_ordered, "{told}");
        (
            told["state"].as_str().unwrap().to_owned(),
            amount(&totals["total"]),
            cards.sum(),
            amount(&totals["due"]),
        )
    }
}

#[test]
fn any_way_through_a_checkout_agrees_with_the_model() {
    for store in Store::both() {
        let rows = store.engine.system_store();
        let product = store.test().product("Shirt");
        let dice = Dice::seeded(31);
        let model = Model { price: 2_999, ..Model::default() };
        let (codes, carts, sessions) = (Vec::new(), Vec::new(), Vec::new());
        let mut play = Play { store: &store, dice, model, product, codes, carts, sessions };
        play.model.stock = 50;
        let set = json!({"operation": "set", "quantity": 50});
        store.test().done("PATCH", &format!("/inventory/{}", play.product), &set);
        play.new_gift_card();
        let (mut told, mut outcomes) = (Vec::new(), std::collections::BTreeMap::<String, usize>::new());
        for n in 1..=PLAYS {
            let (session, (what, got, must)) = play.play();
            told.push(format!("{n}. {what}: {got}"));
            let recent = || {
                let recent = told[told.len().saturating_sub(15)..].join("\n");
                format!("on {} by then:\n{recent}\n{:#?}", store.engine.name, play.model.sessions)
            };
            assert_eq!(got, must, "{}", recent());
            if let Some(session) = session {
                let (state, total, off_card, due) = play.looked(session);
                assert_eq!((&*state, total, off_card, due), play.model.look(session), "{}", recent());
                *outcomes.entry(format!("{state} {got}")).or_default() += 1;
            }
            let found = block_on(rows.read(|tx| {
                let mut found = [0; 7];
                for (sum, sql) in found.iter_mut().zip(SUMS) {
                    *sum = tx.one(sql, values![], |row| row.get(0))?;
                }
                Ok(found)
            }));
            assert_eq!(found.unwrap(), play.model.sums(), "{}", recent());
        }
        // The plays have come everywhere, or they would prove nothing.
        println!("checkouts on {}: {outcomes:?}, {} orders", store.engine.name, play.model.orders.len());
        for outcome in
            ["contact 200", "review 200", "review 400", "payment 400", "complete 200", "complete 409"]
        {
            assert!(outcomes.contains_key(outcome), "no checkout came to {outcome}: {outcomes:?}");
        }
        assert!(play.model.orders.iter().any(|order| order.paid > 0 && order.due() > 0), "none paid in part");
        assert!(play.model.sessions.iter().any(|session| session.order.is_some_and(|(_, off)| off > 0)));
    }
}
