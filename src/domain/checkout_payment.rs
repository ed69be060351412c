//! What a checkout is paid off beside its method: gift cards by their codes, and credit and points of the customer whose cart it is. A
//! cart that is nobody's has neither: to know somebody's address is no proof of being them.

use serde::{Deserialize, Serialize};

use super::balance::{Balance, Part};
use super::gift_card::{self, GiftCard, Status};
use super::order::Order;
use super::shop::Shop;
use super::store_credit::{self, Change, Direction};
use super::{account, loyalty};
use crate::base::error::{Error, Kind, Result};
use crate::store::Tx;

/// The most gift cards of a checkout.
const CARDS: usize = 10;

/// How much credit is to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Credit {
    /// As much as there is.
    All,
    /// So much, in minor units.
    UpTo(i64),
}

/// What is to pay, as far as something is due; in this order. Kept as JSON within the checkout's details.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balances {
    /// Gift cards, by their rows: a code is not kept a second time.
    pub gift_cards: Vec<i64>,
    /// Credit.
    pub credit: Option<Credit>,
    /// So many points.
    pub points: Option<i64>,
}

/// What is said of it; `None` leaves what was said before.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Codes of gift cards; an empty list takes them out.
    pub gift_cards: Option<Vec<String>>,
    /// Credit.
    pub credit: Option<Option<Credit>>,
    /// Points.
    pub points: Option<Option<i64>>,
}

/// What one of them would pay now.
#[derive(Clone, Debug)]
pub struct Share {
    /// Off which balance.
    pub balance: Balance,
    /// Off which card, if it is one.
    pub gift_card_id: Option<i64>,
    /// Minor units.
    pub amount: i64,
    /// How many points that is, if it is points.
    pub points: i64,
    /// Why it does not count, although it is to.
    pub wrong: Option<Error>,
}

impl Share {
    /// The payment that it would be.
    pub fn part(&self) -> Part {
        Part { balance: self.balance, gift_card_id: self.gift_card_id, amount: self.amount }
    }
}

impl Balances {
    /// With what is said now. `customer_id` is whose cart it is.
    pub fn told(
        mut self,
        tx: &mut Tx<'_>,
        shop: Shop,
        customer_id: Option<i64>,
        said: &Said,
    ) -> Result<Self> {
        if let Some(codes) = &said.gift_cards {
            if codes.len() > CARDS {
                let message = format!("at most {CARDS} gift cards pay one order");
                return Err(Error::invalid(message).about("payment"));
            }
            self.gift_cards.clear();
            for code in codes {
                let card = gift_card::by_code(tx, shop, code)?;
                let card =
                    card.filter(|card| card.status(tx.now()) == Status::Active).ok_or_else(bad_card)?;
                if !self.gift_cards.contains(&card.id) {
                    self.gift_cards.push(card.id);
                }
            }
        }
        self.credit = said.credit.unwrap_or(self.credit).filter(|credit| *credit != Credit::UpTo(0));
        self.points = said.points.unwrap_or(self.points).filter(|points| *points != 0);
        let is_less = matches!(self.credit, Some(Credit::UpTo(amount)) if amount < 0)
            || self.points.is_some_and(|points| points < 0);
        if is_less {
            return Err(Error::invalid("nothing less than nothing pays").about("payment"));
        }
        if customer_id.is_none() && (self.credit.is_some() || self.points.is_some()) {
            let message =
                "store credit and points pay for a cart that was made with the customerId of who has them";
            return Err(Error::invalid(message).about("payment"));
        }
        Ok(self)
    }

    /// What each would pay of what is due, in the order in which they are taken.
    pub fn shares(
        &self,
        tx: &mut Tx<'_>,
        shop: Shop,
        customer_id: Option<i64>,
        currency: &str,
        due: i64,
    ) -> Result<Vec<Share>> {
        let mut shares: Vec<Share> = Vec::new();
        let left = |shares: &[Share]| due - shares.iter().map(|share| share.amount).sum::<i64>();
        for id in &self.gift_cards {
            shares.push(of_card(tx, shop, *id, currency, left(&shares))?);
        }
        if let (Some(credit), Some(customer_id)) = (self.credit, customer_id) {
            shares.push(of_credit(tx, shop, customer_id, credit, currency, left(&shares))?);
        }
        if let (Some(points), Some(customer_id)) = (self.points, customer_id) {
            shares.push(of_points(tx, shop, customer_id, points, currency, left(&shares))?);
        }
        Ok(shares)
    }
}

/// Says no more of a code than that: who tries codes learns nothing of those that there are.
fn bad_card() -> Error {
    Error::invalid("a gift card of these does not count").about("payment")
}

fn share(balance: Balance, amount: i64) -> Share {
    Share { balance, gift_card_id: None, amount, points: 0, wrong: None }
}

fn of_card(tx: &mut Tx<'_>, shop: Shop, id: i64, currency: &str, due: i64) -> Result<Share> {
    let card = gift_card::get(tx, shop, id)?;
    let counts = |card: &GiftCard| card.currency == currency && card.status(tx.now()) == Status::Active;
    let (amount, wrong) = match counts(&card) {
        _ if due == 0 => (0, None),
        true => (due.min(card.balance_minor), None),
        false => (0, Some(bad_card())),
    };
    Ok(Share { gift_card_id: Some(id), wrong, ..share(Balance::GiftCard, amount) })
}

fn of_credit(
    tx: &mut Tx<'_>,
    shop: Shop,
    customer_id: i64,
    credit: Credit,
    currency: &str,
    due: i64,
) -> Result<Share> {
    let held = store_credit::get(tx, shop, customer_id)?;
    let is_ours = held.currency.as_deref() == Some(currency);
    let balance = if is_ours { held.balance_minor } else { 0 };
    let wanted = match credit {
        Credit::All => balance.min(due),
        Credit::UpTo(amount) => amount.min(due),
    };
    if wanted <= balance {
        return Ok(share(Balance::StoreCredit, wanted));
    }
    let message =
        format!("{balance} {currency} is left of the store credit, and {wanted} is to be paid off it");
    let wrong = Some(Error::refused(message).about(store_credit::REFUSED));
    Ok(Share { wrong, ..share(Balance::StoreCredit, 0) })
}

fn of_points(
    tx: &mut Tx<'_>,
    shop: Shop,
    customer_id: i64,
    points: i64,
    currency: &str,
    due: i64,
) -> Result<Share> {
    let worth = loyalty::program(tx, shop)?.point_minor;
    let is_ours = account::get(tx, shop)?.currency.is_none_or(|shops| shops == currency);
    let held = if is_ours { loyalty::get(tx, shop, customer_id)?.points } else { 0 };
    // No point pays more than is due.
    let wanted = points.min(due / worth);
    if wanted <= held {
        return Ok(Share { points: wanted, ..share(Balance::Points, wanted * worth) });
    }
    let message = format!("{held} points are left, and {wanted} are to be redeemed");
    Ok(Share { wrong: Some(Error::refused(message).about(loyalty::TOO_FEW)), ..share(Balance::Points, 0) })
}

/// Takes what was planned off the balances, for an order.
pub fn take(
    tx: &mut Tx<'_>,
    shop: Shop,
    customer_id: Option<i64>,
    shares: &[Share],
    order: &Order,
) -> Result<()> {
    for share in shares.iter().filter(|share| share.amount > 0) {
        match (share.balance, share.gift_card_id, customer_id) {
            (Balance::GiftCard, Some(id), _) => {
                gift_card::redeem(tx, shop, id, share.amount, Some(order.id))?;
            }
            (Balance::StoreCredit, _, Some(customer_id)) => {
                let (direction, amount) = (Direction::Debit, share.amount);
                let change = Change { direction, amount, note: None, order_id: Some(order.id) };
                store_credit::change(tx, shop, customer_id, &change).map_err(not_theirs)?;
            }
            (Balance::Points, _, Some(customer_id)) => {
                loyalty::redeem(tx, shop, customer_id, share.points, Some(order.id)).map_err(not_theirs)?;
            }
            (Balance::GiftCard, None, _) | (Balance::StoreCredit | Balance::Points, _, None) => {
                return Err(Error::broken("a share of a checkout is nobody's"));
            }
        }
    }
    Ok(())
}

/// The order is of who is named as the contact, who need not be whose cart it was.
fn not_theirs(e: Error) -> Error {
    if e.kind == Kind::Invalid && e.about == Some("order_id") {
        let message =
            "store credit and points are of the customer whose cart it is, and the contact is somebody else";
        return Error::invalid(message).about("contact");
    }
    e
}
