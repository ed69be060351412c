//! What must come of a step: a shop of one product, its carts, checkouts, orders and gift cards.

pub const STATES: [&str; 6] = ["init", "contact", "shipping", "payment", "review", "complete"];
pub const CONTACT: usize = 1;
pub const PAYMENT: usize = 3;
pub const REVIEW: usize = 4;
pub const COMPLETE: usize = 5;

/// How the rest is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pay {
    Manual,
    Good,
    Bad,
}

/// What is said with a step.
#[derive(Clone, Copy, Debug)]
pub enum Said {
    Nothing,
    Email,
    NoEmail,
    Pay(Pay),
    NoCardNumber,
    GiftCard(usize),
    NoSuchGiftCard,
    NoGiftCard,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Cart {
    pub pieces: i64,
    pub is_converted: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct Order {
    pub pieces: i64,
    pub total: i64,
    pub paid: i64,
}

impl Order {
    pub fn due(self) -> i64 {
        self.total - self.paid
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Session {
    pub cart: usize,
    pub at: usize,
    pub has_email: bool,
    pub pay: Option<Pay>,
    pub gift_card: Option<usize>,
    /// What it has made, and what of that came off a gift card.
    pub order: Option<(usize, i64)>,
}

/// The shop, as far as it matters.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub price: i64,
    pub stock: i64,
    pub gift_cards: Vec<i64>,
    pub carts: Vec<Cart>,
    pub sessions: Vec<Session>,
    pub orders: Vec<Order>,
}

impl Model {
    /// A session with what is said, if it can be said.
    fn told(&self, n: usize, said: Said) -> Option<Session> {
        let mut session = self.sessions[n];
        match said {
            Said::Nothing => {}
            Said::Email => session.has_email = true,
            Said::Pay(pay) => session.pay = Some(pay),
            Said::GiftCard(card) if self.gift_cards[card] > 0 => session.gift_card = Some(card),
            Said::NoGiftCard => session.gift_card = None,
            Said::NoEmail | Said::NoCardNumber | Said::NoSuchGiftCard | Said::GiftCard(_) => return None,
        }
        Some(session)
    }

    /// Plays a step; what must be answered.
    pub fn step(&mut self, n: usize, to: usize, said: Said) -> u16 {
        let at = self.sessions[n].at;
        if at == COMPLETE {
            return if to == COMPLETE { 200 } else { 409 };
        }
        let goal = to.min(REVIEW);
        let Some(mut session) = self.told(n, said).filter(|_| goal <= at + 1) else { return 400 };
        if goal > CONTACT && !session.has_email || to == COMPLETE && at != REVIEW {
            return 400;
        }
        session.at = goal;
        if to == COMPLETE {
            return self.complete(n, session);
        }
        self.sessions[n] = session;
        200
    }

    fn complete(&mut self, n: usize, mut session: Session) -> u16 {
        let cart = self.carts[session.cart];
        let (number, order) = match session.order {
            Some((number, _)) => (number, self.orders[number]),
            None if cart.is_converted => return 409,
            None if cart.pieces == 0 => return 400,
            None if cart.pieces > self.stock => return 409,
            None => {
                let total = cart.pieces * self.price;
                (self.orders.len(), Order { pieces: cart.pieces, total, paid: 0 })
            }
        };
        let share = match session.gift_card {
            Some(gift) if order.due() > 0 && self.gift_cards[gift] == 0 => return 400,
            Some(gift) => order.due().min(self.gift_cards[gift]),
            None => 0,
        };
        let rest = order.due() - share;
        let (status, money) = match session.pay {
            _ if rest == 0 => (200, share),
            None => return 400,
            Some(Pay::Manual) => (200, share),
            Some(Pay::Good) => (200, share + rest),
            Some(Pay::Bad) => (400, 0),
        };
        if number == self.orders.len() {
            self.stock -= order.pieces;
            self.orders.push(order);
        }
        self.orders[number].paid += money;
        if status == 200 {
            if let Some(gift) = session.gift_card {
                self.gift_cards[gift] -= share;
            }
            self.carts[session.cart].is_converted = true;
            (session.at, session.order) = (COMPLETE, Some((number, share)));
        } else {
            (session.at, session.order) = (PAYMENT, Some((number, 0)));
        }
        self.sessions[n] = session;
        status
    }

    /// What a look at a session must show: how far it is, what it comes to, what a card pays of that, and what is due beside.
    pub fn look(&self, n: usize) -> (&'static str, i64, i64, i64) {
        let session = self.sessions[n];
        let (total, due) = match session.order {
            Some((number, _)) => (self.orders[number].total, self.orders[number].due()),
            None => {
                let total = self.carts[session.cart].pieces * self.price;
                (total, total)
            }
        };
        let off_card = match (session.at, session.order, session.gift_card) {
            (COMPLETE, Some((_, share)), _) => return (STATES[COMPLETE], total, share, due),
            (_, _, Some(card)) => due.min(self.gift_cards[card]),
            _ => 0,
        };
        (STATES[session.at], total, off_card, due - off_card)
    }

    /// What the rows must come to: orders, what they come to, what came, how many are paid, pieces bought, stock, on gift cards.
    pub fn sums(&self) -> [i64; 7] {
        let sum = |of: fn(&Order) -> i64| self.orders.iter().map(of).sum::<i64>();
        [
            i64::try_from(self.orders.len()).unwrap(),
            sum(|order| order.total),
            sum(|order| order.paid),
            sum(|order| i64::from(order.due() == 0)),
            sum(|order| if order.due() == 0 { order.pieces } else { 0 }),
            self.stock,
            self.gift_cards.iter().sum(),
        ]
    }
}
