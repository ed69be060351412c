//! Figures for a server to play with: ninety days of them, the same for the same dice.

use std::net::Ipv4Addr;

use super::activation::Activate;
use super::identifier::Mode;
use super::ladder::{Claim, IpRules};
use super::order::{self, Draft};
use super::order_line::DraftLine;
use super::payment::{self, Method};
use super::shop::Shop;
use super::tally::{Kind, hour};
use super::{activation, customer, tally_age};
use crate::base::dice::Dice;
use crate::base::error::Result;
use crate::base::time::{DAY, HOUR, Millis};
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
        let at = now - days_ago * DAY - i64::from(dice.below(20)) * HOUR;
        back_date(tx, &placed, at)?;
        activations(tx, placed.id, at, n, dice)?;
    }
    Ok(())
}

/// What was bought with an order is used, on some machines and not on others any more.
fn activations(tx: &mut Tx<'_>, order: i64, since: Millis, nth: usize, dice: &Dice) -> Result<()> {
    let now = tx.now();
    let keys = tx.all(
        "select l.key, l.identifier_mode, c.email from sale_line s join purchase p on p.sale_line_id is not null and p.sale_line_id = s.id \
         join licence l on l.purchase_id = p.id join customer c on c.id = p.customer_id where s.sale_id = $1",
        values![order],
        |row| Ok((row.get::<String>(0)?, row.word::<Mode>(1)?, row.get::<String>(2)?)),
    )?;
    for (key, mode, email) in keys {
        for machine in 0..=(nth % 3) {
            // Of the networks that are for documents (RFC 5737).
            let address = Ipv4Addr::new(203, 0, 113, u8::try_from(nth * 3 + machine).unwrap_or_default());
            let claim = Claim {
                key: key.clone(),
                identifier: (mode == Mode::Email).then(|| email.clone()),
                address: address.into(),
                named_address: None,
                rules: IpRules::default(),
            };
            let Ok(usage_id) = activation::activate(tx, &claim, &Activate::default())? else { continue };
            let at = since + (now - since) * i64::from(dice.below(100)) / 100;
            let freed = (machine == 1 && nth.is_multiple_of(4)).then_some(at + (now - at) / 2);
            let checked = freed.unwrap_or(now) - i64::from(dice.below(48)) * HOUR / 2;
            tx.exec(
                "update activation set activated_at = $3, last_checked_at = $4, released_at = $5 where usage_id = $2 \
                 and licence_id = (select id from licence where key = $1)",
                values![&key, usage_id, at, checked.max(at), freed],
            )?;
            if freed.is_some() {
                tx.exec("update licence set uses = uses - 1 where key = $1", values![&key])?;
            }
        }
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

fn back_date(tx: &mut Tx<'_>, of: &order::Order, at: Millis) -> Result<()> {
    let order = of.id;
    tx.exec("update customer set created_at = $2 where id = $1", values![of.customer_id, at])?;
    tx.exec(
        "update mail set created_at = $2 where customer_id is not null and customer_id = $1",
        values![of.customer_id, at],
    )?;
    tx.exec(
        "update licence set issued_at = $2 where purchase_id in (select p.id from purchase p where p.customer_id = $1)",
        values![of.customer_id, at],
    )?;
    tx.exec("update purchase set started_at = $2 where customer_id = $1", values![of.customer_id, at])?;
    tx.exec("update sale set created_at = $2, paid_at = case when paid_at is null then null else cast($2 as bigint) end, canceled_at = case when canceled_at is null then null else cast($2 as bigint) end where id = $1", values![order, at])?;
    tx.exec("update payment set created_at = $2 where sale_id = $1", values![order, at]).map(|_| ())
}
