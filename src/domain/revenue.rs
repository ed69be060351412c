//! Revenue: what was paid and what went back in money, by the payments of orders. What came off gift cards, store credit and points is
//! no money that came; an order that they paid alone is one that was paid, of nothing.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde_json::{Value, json};

use super::account;
use super::analytics::{Figures, Table, framed};
use super::period::{Asked, Period};
use super::shop::Shop;
use super::tally::Hour;
use crate::base::error::Result;
use crate::base::money;
use crate::base::time::{HOUR, rfc3339};
use crate::store::{Row, Tx};
use crate::values;

/// Money of an interval, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Income {
    /// Orders that were paid.
    pub orders: i64,
    /// What came.
    pub gross: i64,
    /// What went back.
    pub refunds: i64,
}

impl Income {
    /// What is left.
    pub fn net(self) -> i64 {
        self.gross - self.refunds
    }

    /// As an object.
    pub fn json(self, currency: &str) -> Value {
        let money = |amount: i64| json!({"amount": amount, "currency": currency});
        json!({"currency": currency, "orders": self.orders, "gross": money(self.gross), "refunds": money(self.refunds),
            "net": money(self.net())})
    }

    /// Payments, by which so many orders were paid whole, or refunds, that come to this amount together.
    fn of(status: &str, orders: i64, amount: i64) -> Self {
        if status == "paid" {
            Self { orders, gross: amount, refunds: 0 }
        } else {
            Self { orders: 0, gross: 0, refunds: -amount }
        }
    }
}

impl AddAssign for Income {
    fn add_assign(&mut self, other: Self) {
        self.orders += other.orders;
        self.gross += other.gross;
        self.refunds += other.refunds;
    }
}

/// Money by currency and interval.
#[derive(Clone, Debug)]
pub struct Revenue {
    /// When.
    pub period: Period,
    /// Of each currency, an income for each interval. The shop's own is there though nothing was sold.
    pub by: BTreeMap<String, Vec<Income>>,
}

impl Revenue {
    /// The income of the last `n` intervals, of each currency.
    pub fn last(&self, n: usize) -> Vec<(&str, Income)> {
        let sum = |all: &Vec<Income>| {
            let mut sum = Income::default();
            all[all.len().saturating_sub(n)..].iter().for_each(|income| sum += *income);
            sum
        };
        self.by.iter().map(|(currency, all)| (currency.as_str(), sum(all))).collect()
    }

    fn add(&mut self, currency: &str, hour: Hour, income: Income) {
        let Some(place) = self.period.place(hour) else { return };
        let intervals = self.period.starts.len();
        let of = self.by.entry(currency.to_owned()).or_insert_with(|| vec![Income::default(); intervals]);
        of[place] += income;
    }

    /// Interval, currency and income, in the order of time.
    fn rows(&self) -> impl Iterator<Item = (String, &str, Income)> {
        let at = |place: usize| self.by.iter().map(move |(currency, all)| (currency.as_str(), all[place]));
        let starts = self.period.starts.iter().enumerate();
        starts.flat_map(move |(place, start)| {
            at(place).map(|(currency, income)| (rfc3339(*start), currency, income))
        })
    }
}

impl Figures for Revenue {
    fn json(&self) -> Value {
        let rows = self.rows().map(|(at, currency, income)| {
            let mut row = json!({"at": at});
            if let (Value::Object(row), Value::Object(mut income)) = (&mut row, income.json(currency)) {
                row.append(&mut income);
            }
            row
        });
        let totals = self.last(self.period.starts.len());
        let totals = totals.into_iter().map(|(currency, income)| income.json(currency)).collect();
        framed(&self.period, &rows.collect::<Vec<Value>>(), &totals)
    }

    fn table(&self) -> Table {
        let names = ["at", "currency", "orders", "gross_minor", "refunds_minor", "net_minor"]
            .map(str::to_owned)
            .into();
        let rows = self.rows().map(|(at, currency, income)| {
            let numbers = [income.orders, income.gross, income.refunds, income.net()];
            [at, currency.to_owned()].into_iter().chain(numbers.map(|n| n.to_string())).collect()
        });
        [names].into_iter().chain(rows).collect()
    }
}

/// What came in and went back. Of a product, its lines' share of each payment of an order.
pub fn revenue(tx: &mut Tx<'_>, shop: Shop, asked: &Asked) -> Result<Revenue> {
    let account = account::get(tx, shop)?;
    let period = Period::settle(asked, &account.time_zone, tx.now())?;
    let none = vec![Income::default(); period.starts.len()];
    let by = account.currency.into_iter().map(|currency| (currency, none.clone())).collect();
    let mut revenue = Revenue { period, by };
    match asked.product_id {
        None => of_all(tx, shop, &mut revenue)?,
        Some(product_id) => of_product(tx, shop, product_id, &mut revenue)?,
    }
    Ok(revenue)
}

fn of_all(tx: &mut Tx<'_>, shop: Shop, revenue: &mut Revenue) -> Result<()> {
    let (from, to) = revenue.period.hours();
    let found = tx.all(
        "select p.created_at / 3600000, s.currency, p.status, \
         cast(sum(case when p.id = (select max(q.id) from payment q where q.sale_id = s.id and q.status = 'paid' \
         and s.paid_at is not null) then 1 else 0 end) as bigint), \
         cast(sum(case when p.balance is null then p.amount_minor else 0 end) as bigint) \
         from payment p join sale s on s.id = p.sale_id where p.created_at >= $1 and p.created_at < $2 \
         and p.status <> 'declined' and s.site_id = $3 and s.is_test = $4 group by p.created_at / 3600000, s.currency, p.status",
        values![from * HOUR, to * HOUR, shop.site_id, shop.is_test()],
        |row| {
            let status: String = row.get(2)?;
            Ok((row.get(0)?, row.get::<String>(1)?, Income::of(&status, row.get(3)?, row.get(4)?)))
        },
    )?;
    for (hour, currency, income) in &found {
        revenue.add(currency, *hour, *income);
    }
    Ok(())
}

/// A payment, and what each line of its order weighs in it.
struct Shared {
    id: i64,
    hour: Hour,
    currency: String,
    status: String,
    /// In money.
    amount: i64,
    /// Whether it is the one by which nothing was due any more.
    is_last: bool,
    lines: Vec<(i64, i64)>,
}

impl Shared {
    fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            hour: row.get(1)?,
            currency: row.get(2)?,
            status: row.get(3)?,
            amount: row.get(4)?,
            lines: vec![(row.get(5)?, row.get(6)?)],
            is_last: row.get(7)?,
        })
    }

    fn of(&self, product_id: i64) -> Income {
        let weights: Vec<i64> = self.lines.iter().map(|(_, weight)| *weight).collect();
        let parts = money::divide(self.amount.abs(), &weights);
        let lines = self.lines.iter().zip(parts).filter(|((of, _), _)| *of == product_id);
        let share: i64 = lines.map(|(_, part)| part).sum();
        Income::of(&self.status, self.is_last.into(), share * self.amount.signum())
    }
}

fn of_product(tx: &mut Tx<'_>, shop: Shop, product_id: i64, revenue: &mut Revenue) -> Result<()> {
    let (from, to) = revenue.period.hours();
    let found = tx.all(
        "select p.id, p.created_at / 3600000, s.currency, p.status, case when p.balance is null then p.amount_minor else 0 end, \
         l.product_id, (l.unit_minor * l.quantity - l.discount_minor) * (10000 + l.tax_bp), \
         case when p.id = (select max(q.id) from payment q where q.sale_id = s.id and q.status = 'paid' and s.paid_at is not null) \
         then 1 else 0 end \
         from payment p join sale s on s.id = p.sale_id join sale_line l on l.sale_id = s.id \
         where p.created_at >= $1 and p.created_at < $2 and p.status <> 'declined' and s.site_id = $3 and s.is_test = $4 \
         and s.id in (select sale_id from sale_line where product_id = $5) order by p.id, l.id",
        values![from * HOUR, to * HOUR, shop.site_id, shop.is_test(), product_id],
        Shared::read,
    )?;
    let mut payments: Vec<Shared> = Vec::new();
    for mut row in found {
        match payments.last_mut().filter(|last| last.id == row.id) {
            Some(last) => last.lines.append(&mut row.lines),
            None => payments.push(row),
        }
    }
    for payment in &payments {
        revenue.add(&payment.currency, payment.hour, payment.of(product_id));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_together_the_payment() {
        let payment = |status: &str, amount| Shared {
            id: 1,
            hour: 0,
            currency: "EUR".into(),
            status: status.into(),
            amount,
            is_last: true,
            lines: vec![(7, 100), (8, 100), (9, 100), (7, 50)],
        };
        let sum = |payment: &Shared| [7, 8, 9].map(|id| payment.of(id).net()).iter().sum::<i64>();
        assert_eq!(sum(&payment("paid", 1_000)), 1_000);
        assert_eq!(sum(&payment("refunded", -333)), -333);
        let refund = payment("refunded", -350).of(7);
        assert_eq!(refund, Income { orders: 0, gross: 0, refunds: 150 });
    }
}
