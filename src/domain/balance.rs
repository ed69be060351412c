//! What an order is paid with that is no money which comes now: gift cards, store credit, points. What is taken is a row of the
//! balance's own ledger and a payment of the order, in one transaction, and goes back to where it came from.

use super::order::Order;
use super::{gift_card, loyalty, store_credit};
use crate::base::error::{Error, Result};
use crate::store::Tx;
use crate::{values, words};

words! {
    /// What a payment came off; in the order in which it goes back.
    Balance, "balance" {
        /// A gift card.
        GiftCard = "gift_card",
        /// Credit of the customer.
        StoreCredit = "store_credit",
        /// Points of the customer.
        Points = "points",
    }
}

/// What came off a balance for an order, or is left of it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Off which.
    pub balance: Balance,
    /// Off which card, if it was one.
    pub gift_card_id: Option<i64>,
    /// Minor units of the order's currency.
    pub amount: i64,
}

impl Part {
    /// What came off balances for an order, whether or not some of it has gone back since.
    pub fn of(tx: &mut Tx<'_>, order_id: i64) -> Result<Vec<Self>> {
        tx.all(
            "select balance, gift_card_id, amount_minor from payment \
             where sale_id = $1 and balance is not null and status = 'paid' order by id",
            values![order_id],
            |row| Ok(Self { balance: row.word(0)?, gift_card_id: row.get(1)?, amount: row.get(2)? }),
        )
    }
}

/// What an order was paid, less what has gone back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// In money.
    pub money: i64,
    /// Off balances, in the order in which it goes back.
    pub parts: Vec<Part>,
}

impl Kept {
    /// What an order holds of what it was paid.
    pub fn of(tx: &mut Tx<'_>, order_id: i64) -> Result<Self> {
        let rows = tx.all(
            "select balance, gift_card_id, cast(sum(amount_minor) as bigint) from payment \
             where sale_id = $1 and status <> 'declined' group by balance, gift_card_id",
            values![order_id],
            |row| Ok((row.maybe_word(0)?, row.get(1)?, row.get(2)?)),
        )?;
        let mut kept = Self::default();
        for (balance, gift_card_id, amount) in rows {
            match balance {
                None => kept.money = amount,
                Some(balance) => kept.parts.push(Part { balance, gift_card_id, amount }),
            }
        }
        let place = |of: Balance| Balance::ALL.iter().position(|known| *known == of);
        kept.parts.sort_by_key(|part| (place(part.balance), part.gift_card_id));
        Ok(kept)
    }

    /// What of `amount` goes back in money, and what to each balance: money first, as far as there is.
    pub fn split(&self, amount: i64) -> (i64, Vec<Part>) {
        let money = amount.min(self.money);
        let mut left = amount - money;
        let mut parts = Vec::new();
        for part in &self.parts {
            let amount = left.min(part.amount);
            left -= amount;
            if amount > 0 {
                parts.push(Part { amount, ..*part });
            }
        }
        (money, parts)
    }

    /// All that came off balances.
    pub fn off_balances(&self) -> i64 {
        self.parts.iter().map(|part| part.amount).sum()
    }
}

/// Gives back to a balance what an order took off it, before the payment that notes it. A card gets it back even if it is void or has
/// expired, so that its rows add up; whether it can be redeemed again is the vendor's decision.
pub(super) fn give_back(tx: &mut Tx<'_>, order: &Order, part: Part) -> Result<()> {
    match (part.balance, part.gift_card_id) {
        (Balance::GiftCard, Some(id)) => gift_card::give_back(tx, id, part.amount, order.id),
        (Balance::GiftCard, None) => Err(Error::broken("a payment came off no gift card")),
        (Balance::StoreCredit, _) => store_credit::give_back(tx, order.customer_id, part.amount, order.id),
        (Balance::Points, _) => {
            let points = points(tx, order.id, part.amount)?;
            loyalty::give_back(tx, order.customer_id, points, order.id)
        }
    }
}

/// The whole points that `amount` of what points paid gives back: in all as many as it is of all that they paid, rounded down, so that
/// the last part brings the rest.
fn points(tx: &mut Tx<'_>, order_id: i64, amount: i64) -> Result<i64> {
    let (paid, before) = tx.one(
        "select cast(coalesce(sum(case when status = 'paid' then amount_minor else 0 end), 0) as bigint), \
         cast(coalesce(sum(case when status = 'refunded' then -amount_minor else 0 end), 0) as bigint) \
         from payment where sale_id = $1 and balance = 'points'",
        values![order_id],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)),
    )?;
    let taken: i64 = tx.one(
        "select cast(coalesce(sum(-delta), 0) as bigint) from loyalty_entry where sale_id is not null and sale_id = $1 and delta < 0",
        values![order_id],
        |row| row.get(0),
    )?;
    let back = |of: i64| i128::from(taken) * i128::from(of) / i128::from(paid.max(1));
    i64::try_from(back(before + amount) - back(before)).map_err(|e| Error::broken(e.to_string()))
}
