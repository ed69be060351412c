//! The loyalty program: points that customers earn and redeem, and the tiers they reach. What is earned and redeemed are rows that add
//! up to the points.

use serde::{Deserialize, Serialize};

use super::audit::{self, Action};
use super::balance::{Balance, Part};
use super::order::{self, Order};
use super::shop::Shop;
use super::{account, customer, payment};
use crate::base::error::{Error, Result};
use crate::base::time::Millis;
use crate::base::{money, text};
use crate::store::Tx;
use crate::values;

/// The most points that a customer can have, and that one step can move.
const MOST: i64 = 1_000_000_000;
/// The word that a refusal for want of points is known by.
pub const TOO_FEW: &str = "too_few_points";
/// The most tiers of a program.
const TIERS: usize = 10;

/// The rules of a shop, kept as JSON in `site.loyalty`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Points for each whole unit of a paid order, such as a euro; 0: none are earned by orders.
    pub points_per_unit: i64,
    /// What a redeemed point is worth, in minor units.
    pub point_minor: i64,
    /// By the points that were ever earned, from the least on.
    pub tiers: Vec<Tier>,
}

/// A tier of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// Its name, such as `GOLD`.
    pub name: String,
    /// The points that it takes.
    pub from: i64,
}

impl Default for Program {
    fn default() -> Self {
        let tier = |name: &str, from| Tier { name: name.to_owned(), from };
        let tiers =
            vec![tier("BRONZE", 0), tier("SILVER", 500), tier("GOLD", 1_000), tier("PLATINUM", 5_000)];
        Self { points_per_unit: 0, point_minor: 1, tiers }
    }
}

impl Program {
    /// The tier of who earned so many points.
    pub fn tier(&self, earned: i64) -> Option<&str> {
        self.tiers.iter().rev().find(|tier| tier.from <= earned).map(|tier| tier.name.as_str())
    }

    fn check(&self) -> Result<()> {
        let wrong = |message: &str| Err(Error::invalid(message).about("loyalty"));
        if !(0..=1_000).contains(&self.points_per_unit) || !(1..=10_000).contains(&self.point_minor) {
            return wrong(
                "points for a unit are from 0 to 1000, and a point is worth 1 to 10000 minor units",
            );
        }
        let rises = self.tiers.windows(2).all(|pair| pair[0].from < pair[1].from);
        let fits =
            |tier: &Tier| text::line("a tier", &tier.name, 40).is_ok() && (0..=MOST).contains(&tier.from);
        if self.tiers.len() > TIERS || !rises || !self.tiers.iter().all(fits) {
            return wrong(
                "there are up to 10 tiers, each with a name of up to 40 characters and more points than the one before",
            );
        }
        Ok(())
    }
}

/// A customer's points; columns as in `schema.sql`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Points {
    pub customer_id: i64,
    pub points: i64,
    pub earned: i64,
}

/// Points that came or went; columns as in `schema.sql`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Entry {
    pub id: i64,
    pub delta: i64,
    pub note: Option<String>,
    pub order_id: Option<i64>,
    pub created_at: Millis,
}

/// The rules of a shop.
pub fn program(tx: &mut Tx<'_>, shop: Shop) -> Result<Program> {
    let stored: Option<String> =
        tx.one("select loyalty from site where id = $1", values![shop.site_id], |row| row.get(0))?;
    let Some(stored) = stored else { return Ok(Program::default()) };
    serde_json::from_str(&stored).map_err(|e| Error::broken(format!("a loyalty program cannot be read: {e}")))
}

/// Sets the rules of a shop. Points that there are stay; tiers follow at once.
pub fn set_program(tx: &mut Tx<'_>, shop: Shop, new: &Program) -> Result<()> {
    new.check()?;
    let old = program(tx, shop)?;
    let stored = serde_json::to_string(new).map_err(|e| Error::broken(e.to_string()))?;
    tx.exec("update site set loyalty = $2 where id = $1", values![shop.site_id, &stored])?;
    audit::changed(tx, shop, Action::LoyaltyChanged, shop.site_id, &old, new)
}

/// A customer's points; one who never had any has none.
pub fn get(tx: &mut Tx<'_>, shop: Shop, customer_id: i64) -> Result<Points> {
    customer::get(tx, shop, customer_id)?;
    let found =
        tx.maybe("select points, earned from loyalty where customer_id = $1", values![customer_id], |row| {
            Ok(Points { customer_id, points: row.get(0)?, earned: row.get(1)? })
        })?;
    Ok(found.unwrap_or(Points { customer_id, points: 0, earned: 0 }))
}

/// Gives a customer points.
pub fn award(
    tx: &mut Tx<'_>,
    shop: Shop,
    customer_id: i64,
    points: i64,
    note: Option<&str>,
    order_id: Option<i64>,
) -> Result<(Points, Entry)> {
    let note = checked(tx, shop, points, note, order_id)?;
    let old = get(tx, shop, customer_id)?;
    let entry = store(tx, customer_id, (points, points), note.as_deref(), order_id)?;
    let most = || Error::refused(format!("a customer earns {MOST} points at the most")).about("too_many");
    let (new, entry) = (get(tx, shop, customer_id)?, entry.ok_or_else(most)?);
    audit::changed(tx, shop, Action::CustomerPointsChanged, customer_id, &old, &new)?;
    Ok((new, entry))
}

/// Redeems points that a customer has: of N at once, no more are taken than there are. What they are worth, in minor units, comes with
/// the rest. With an order, which must be this customer's, they pay it, no more than is due.
pub fn redeem(
    tx: &mut Tx<'_>,
    shop: Shop,
    customer_id: i64,
    points: i64,
    order_id: Option<i64>,
) -> Result<(Points, Entry, i64)> {
    checked(tx, shop, points, None, order_id)?;
    let old = get(tx, shop, customer_id)?;
    let amount = points.saturating_mul(program(tx, shop)?.point_minor);
    if let Some(id) = order_id {
        let order = order::get(tx, shop, id)?;
        may_pay(tx, shop, customer_id, &order)?;
        let part = Part { balance: Balance::Points, gift_card_id: None, amount };
        payment::count_off(tx, shop, &order, part).map_err(|e| e.on_field("amount", "points"))?;
    }
    let entry = store(tx, customer_id, (-points, 0), None, order_id)?;
    let few = || Error::refused(format!("this customer has {} points", old.points)).about(TOO_FEW);
    let (entry, new) = (entry.ok_or_else(few)?, get(tx, shop, customer_id)?);
    audit::changed(tx, shop, Action::CustomerPointsChanged, customer_id, &old, &new)?;
    Ok((new, entry, amount))
}

/// Takes points of a customer by hand, for nothing; what they ever earned stays.
pub fn take(
    tx: &mut Tx<'_>,
    shop: Shop,
    customer_id: i64,
    points: i64,
    note: Option<&str>,
    order_id: Option<i64>,
) -> Result<(Points, Entry)> {
    let note = checked(tx, shop, points, note, order_id)?;
    let old = get(tx, shop, customer_id)?;
    let few = || Error::refused(format!("this customer has {} points", old.points)).about(TOO_FEW);
    let entry = store(tx, customer_id, (-points, 0), note.as_deref(), order_id)?.ok_or_else(few)?;
    let new = get(tx, shop, customer_id)?;
    audit::changed(tx, shop, Action::CustomerPointsChanged, customer_id, &old, &new)?;
    Ok((new, entry))
}

/// Whether points of this customer can pay this order. They have no currency: what they are worth is said in the shop's.
pub(super) fn may_pay(tx: &mut Tx<'_>, shop: Shop, customer_id: i64, order: &Order) -> Result<()> {
    order.is_of(customer_id)?;
    match account::get(tx, shop)?.currency {
        Some(currency) if currency != order.currency => {
            let message = format!("points are worth {currency}, and the order is in {}", order.currency);
            Err(Error::invalid(message).about("order_id"))
        }
        _ => Ok(()),
    }
}

/// Gives back points that an order took.
pub(super) fn give_back(tx: &mut Tx<'_>, customer_id: i64, points: i64, order_id: i64) -> Result<()> {
    if points == 0 {
        return Ok(());
    }
    let lost = || Error::broken("points cannot go back to their customer");
    store(tx, customer_id, (points, 0), None, Some(order_id))?.ok_or_else(lost).map(|_| ())
}

/// Gives what a paid order earns by the rules of its shop: for its total, without what points paid.
pub(super) fn earn(tx: &mut Tx<'_>, shop: Shop, order: &Order) -> Result<()> {
    let program = program(tx, shop)?;
    let by_points: i64 = tx.one(
        "select cast(coalesce(sum(amount_minor), 0) as bigint) from payment \
         where sale_id = $1 and balance = 'points' and status = 'paid'",
        values![order.id],
        |row| row.get(0),
    )?;
    let units = money::whole(order.total_minor - by_points, &order.currency);
    let points = units.saturating_mul(program.points_per_unit).min(MOST);
    if points == 0 {
        return Ok(());
    }
    store(tx, order.customer_id, (points, points), None, Some(order.id)).map(|_| ())
}

/// Takes back what an order earned, as far as the points are still there. Those that paid for it have gone back by then, so that what
/// its rows come to is what it earned.
pub(super) fn take_back(tx: &mut Tx<'_>, order: &Order) -> Result<()> {
    let earned: i64 = tx.one(
        "select cast(coalesce(sum(delta), 0) as bigint) from loyalty_entry \
         where sale_id is not null and sale_id = $1 and customer_id = $2",
        values![order.id, order.customer_id],
        |row| row.get(0),
    )?;
    let held = tx.maybe(
        "select points, earned from loyalty where customer_id = $1",
        values![order.customer_id],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)),
    )?;
    let (points, ever) = held.unwrap_or_default();
    let back = earned.min(points).min(ever);
    if back <= 0 {
        return Ok(());
    }
    store(tx, order.customer_id, (-back, -back), None, Some(order.id)).map(|_| ())
}

/// Moves points of a customer, if they have so many, and notes why.
fn store(
    tx: &mut Tx<'_>,
    customer_id: i64,
    (points, earned): (i64, i64),
    note: Option<&str>,
    order_id: Option<i64>,
) -> Result<Option<Entry>> {
    let now = tx.now();
    tx.exec(
        "insert into loyalty (customer_id, points, earned) values ($1, 0, 0) on conflict (customer_id) do nothing",
        values![customer_id],
    )?;
    let moved = tx.exec(
        "update loyalty set points = points + $2, earned = earned + $3 where customer_id = $1 and points + $2 >= 0 \
         and earned + $3 >= 0 and earned + $3 <= $4",
        values![customer_id, points, earned, MOST],
    )?;
    if moved == 0 {
        return Ok(None);
    }
    let id = tx.one(
        "insert into loyalty_entry (customer_id, delta, note, sale_id, created_at) values ($1, $2, $3, $4, $5) returning id",
        values![customer_id, points, note, order_id, now],
        |row| row.get(0),
    )?;
    Ok(Some(Entry { id, delta: points, note: note.map(str::to_owned), order_id, created_at: now }))
}

/// What is said of points that are moved by hand, fit to be stored.
fn checked(
    tx: &mut Tx<'_>,
    shop: Shop,
    points: i64,
    note: Option<&str>,
    order_id: Option<i64>,
) -> Result<Option<String>> {
    if !(1..=MOST).contains(&points) {
        return Err(Error::invalid(format!("points are from 1 to {MOST}")).about("points"));
    }
    if let Some(id) = order_id {
        order::get(tx, shop, id).map_err(|e| e.missing("order_id", "there is no such order"))?;
    }
    note.map(|text| text::line("the note", text, 500)).transpose().map_err(|e| e.about("note"))
}

/// Points that came and went, the latest `limit` first.
pub fn entries(tx: &mut Tx<'_>, customer_id: i64, limit: i64) -> Result<Vec<Entry>> {
    tx.all(
        "select id, delta, note, sale_id, created_at from loyalty_entry where customer_id = $1 order by id desc limit $2",
        values![customer_id, limit],
        |row| {
            Ok(Entry {
                id: row.get(0)?,
                delta: row.get(1)?,
                note: row.get(2)?,
                order_id: row.get(3)?,
                created_at: row.get(4)?,
            })
        },
    )
}

/// Adds a customer's points to another's, who took the first one's place.
pub fn merge_person(tx: &mut Tx<'_>, id: i64, into: i64) -> Result<()> {
    let found =
        tx.maybe("select points, earned from loyalty where customer_id = $1", values![id], |row| {
            Ok((row.get::<i64>(0)?, row.get::<i64>(1)?))
        })?;
    let Some((points, earned)) = found else { return Ok(()) };
    tx.exec(
        "insert into loyalty (customer_id, points, earned) values ($1, $2, $3) on conflict (customer_id) \
         do update set points = loyalty.points + excluded.points, earned = loyalty.earned + excluded.earned",
        values![into, points, earned],
    )?;
    tx.exec("update loyalty_entry set customer_id = $2 where customer_id = $1", values![id, into])?;
    tx.exec("delete from loyalty where customer_id = $1", values![id]).map(|_| ())
}

/// Takes the vendor's words off the points of a customer who is erased.
pub fn forget_person(tx: &mut Tx<'_>, customer_id: i64) -> Result<()> {
    tx.exec("update loyalty_entry set note = null where customer_id = $1", values![customer_id]).map(|_| ())
}
