//! Figures for a server to play with: ninety days of them, the same for the same dice.

use super::order::{self, Draft};
use super::order_line::DraftLine;
use super::payment::{self, Method};
use super::shop::Shop;
use super::tally::{Kind, hour};
use super::{customer, tally_age};
use crate::base::dice::Dice;
use crate::base::error::Result;
use crate::base::time::{DAY, Millis};
use crate::store::Tx;
use crate::values;

/// How far back they go.
const DAYS: i64 = 90;
/// Since how many days ago there are figures for each hour and not for each day.
const HOURLY: i64 = 3;
/// Calls out of a hundred at each hour of the day, in UTC.
const CLOCK: [i64; 24] = [1, 1, 1, 1, 1, 2, 3, 5, 7, 8, 8, 7, 6, 7, 8, 7, 6, 5, 4, 4, 3, 2, 2, 1];

/// Counts for these products, of which the first is used most, and orders of them in this time.
pub fn fill(tx: &mut Tx<'_>, shop: Shop, products: &[i64], dice: &Dice) -> Result<()> {
    let now = tx.now();
    for days_ago in (0..DAYS).rev() {
        let day = now - days_ago * DAY;
        for (place, product_id) in (1..).zip(products) {
            // Grows with time, rests at weekends, and is never quite even.
            let weekend = matches!(day.div_euclid(DAY).rem_euclid(7), 2 | 3);
            let size = (60 + (DAYS - days_ago) * 2) * (8 + i64::from(dice.below(5))) / 10 / place;
            let size = if weekend { size / 2 } else { size };
            if days_ago >= HOURLY {
                calls(tx, shop, *product_id, hour(day), days_ago, size, (0, 100))?;
                continue;
            }
            let mut done = 0;
            for (at, share) in (0..).zip(CLOCK) {
                let part = (done, done + share);
                done += share;
                let hour = day.div_euclid(DAY) * 24 + at;
                if hour < tally_age::first_hour(now) {
                    calls(tx, shop, *product_id, hour, days_ago, size, part)?;
                }
            }
        }
    }
    if products.is_empty() { Ok(()) } else { orders(tx, shop, products, dice) }
}

/// What a day of this size has in an hour that has its hundredths from the one to the other.
fn calls(
    tx: &mut Tx<'_>,
    shop: Shop,
    product_id: i64,
    hour: i64,
    days_ago: i64,
    size: i64,
    (before, after): (i64, i64),
) -> Result<()> {
    // The newest release spreads within days of its coming out.
    let new = (days_ago - 3).clamp(-3, 0).abs() * 15;
    let middle = (40 - days_ago).clamp(0, 30) * 2;
    let counts = [
        (Kind::Activate, "", size / 4),
        (Kind::Deactivate, "", size / 20),
        (Kind::Check, "", size * 12),
        (Kind::Info, "", size / 2),
        (Kind::UpdateCheck, "1.2.0", size * 5 * new / 100),
        (Kind::UpdateCheck, "1.1.0", size * 5 * middle / 100),
        (Kind::UpdateCheck, "1.0.0", size * 5 * (100 - new - middle).max(3) / 100),
        (Kind::UpdateCheck, "unknown", size / 3),
        (Kind::Error, "1101", size / 8),
        (Kind::Error, "1103", size / 25),
        (Kind::Error, "1201", size / 12),
    ];
    for (kind, label, count) in counts {
        let count = count * after / 100 - count * before / 100;
        if count > 0 {
            tally_age::put(tx, (shop.site_id, shop.is_test(), kind), hour, product_id, label, count)?;
        }
    }
    Ok(())
}

/// What buyers here are called.
const GIVEN: [&str; 12] = ["Ada", "Bo", "Cy", "Di", "Ed", "Fay", "Gus", "Hana", "Ivo", "Jun", "Kim", "Lea"];
const FAMILY: [&str; 5] = ["Alder", "Birch", "Cedar", "Elm", "Rowan"];

/// Orders in each state they can come to, most of them paid.
fn orders(tx: &mut Tx<'_>, shop: Shop, products: &[i64], dice: &Dice) -> Result<()> {
    let now = tx.now();
    for n in 0..60_usize {
        let (given, family) = (GIVEN[n % GIVEN.len()], FAMILY[n / GIVEN.len() % FAMILY.len()]);
        let place = usize::from(dice.below(9)).saturating_sub(5).min(products.len() - 1);
        let draft = Draft {
            customer: customer::Change {
                email: Some(format!("{}.{}@customer.example", given.to_lowercase(), family.to_lowercase())),
                name: Some(format!("{given} {family}")),
                ..customer::Change::default()
            },
            lines: vec![DraftLine { product_id: products[place], quantity: 1, ..DraftLine::default() }],
            ..Draft::default()
        };
        let placed = order::place(tx, shop, &draft)?;
        finish(tx, shop, &placed, n % 12)?;
        let days_ago = i64::from(dice.below(9)) * i64::from(dice.below(11));
        back_date(tx, placed.id, now - days_ago * DAY)?;
    }
    Ok(())
}

fn finish(tx: &mut Tx<'_>, shop: Shop, placed: &order::Order, nth: usize) -> Result<()> {
    if nth == 3 {
        return Ok(());
    }
    if nth == 6 {
        return payment::cancel(tx, shop, placed.id).map(|_| ());
    }
    payment::pay(tx, shop, placed.id, &Method::Manual(Some(format!("bank transfer {}", placed.id))), None)?;
    match nth {
        8 => payment::refund(tx, shop, placed.id, None, Some("did not fit")).map(|_| ()),
        10 => {
            payment::refund(tx, shop, placed.id, Some(placed.total_minor / 2), Some("half of it")).map(|_| ())
        }
        _ => Ok(()),
    }
}

fn back_date(tx: &mut Tx<'_>, order: i64, at: Millis) -> Result<()> {
    tx.exec("update sale set created_at = $2, paid_at = case when paid_at is null then null else cast($2 as bigint) end where id = $1", values![order, at])?;
    tx.exec("update payment set created_at = $2 where sale_id = $1", values![order, at]).map(|_| ())
}
