//! Prerequisites: what a customer must own before a product may be bought or downloaded (the user's document, "Prerequisites").

use std::collections::HashSet;

use super::audit::{self, Action};
use super::shop::Shop;
use super::{bundle, house, product};
use crate::base::error::{Error, Result};
use crate::base::time::Millis;
use crate::store::Tx;
use crate::{values, words};

/// The most products that one may require.
const MOST: usize = 50;

words! {
    /// How many of them are needed.
    Match, "match rule" {
        /// Every one.
        All = "all",
        /// At least one.
        Any = "any",
    }
}

/// What a product requires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// How many of them.
    pub matches: Match,
    /// Ids of products, the smallest first; empty: nothing.
    pub required: Vec<i64>,
}

/// What a product of this shop requires.
pub fn get(tx: &mut Tx<'_>, shop: Shop, product_id: i64) -> Result<Rule> {
    product::get(tx, shop, product_id)?;
    Ok(Rule { matches: matches(tx, product_id)?, required: required(tx, product_id)? })
}

fn matches(tx: &mut Tx<'_>, product_id: i64) -> Result<Match> {
    tx.one("select prerequisite_match from product where id = $1", values![product_id], |row| row.word(0))
}

fn required(tx: &mut Tx<'_>, product_id: i64) -> Result<Vec<i64>> {
    tx.all(
        "select required_id from prerequisite where product_id = $1 order by required_id",
        values![product_id],
        |row| row.get(0),
    )
}

/// Sets what a product requires. A product that would, over whatever others, require itself is refused.
pub fn set(tx: &mut Tx<'_>, shop: Shop, product_id: i64, rule: &Rule) -> Result<Rule> {
    let old = get(tx, shop, product_id)?;
    if rule.required.len() > MOST {
        return Err(Error::invalid(format!("at most {MOST} products may be required")).about("products"));
    }
    for id in &rule.required {
        if product::find(tx, shop, *id)?.is_none_or(|product| product.archived_at.is_some()) {
            return Err(Error::invalid(format!("there is no product {id} on sale")).about("products"));
        }
        if *id == product_id || leads_to(tx, *id, product_id)? {
            let message = format!("product {id} requires this one: neither could ever be bought first");
            return Err(Error::refused(message).about(CYCLE));
        }
    }
    let now = tx.now();
    tx.exec(
        "update product set prerequisite_match = $2, updated_at = $3 where id = $1",
        values![product_id, rule.matches.as_str(), now],
    )?;
    house::catalogue_changed(tx)?;
    for id in old.required.iter().filter(|id| !rule.required.contains(id)) {
        tx.exec(
            "delete from prerequisite where product_id = $1 and required_id = $2",
            values![product_id, *id],
        )?;
    }
    for id in &rule.required {
        tx.exec(
            "insert into prerequisite (product_id, required_id, added_at) values ($1, $2, $3) \
             on conflict (product_id, required_id) do nothing",
            values![product_id, *id, now],
        )?;
    }
    if (old.matches, rule.matches) == (Match::Any, Match::All) {
        // Each of them is required only now.
        tx.exec("update prerequisite set added_at = $2 where product_id = $1", values![product_id, now])?;
    }
    let new = get(tx, shop, product_id)?;
    audit::changed(tx, shop, Action::ProductPrerequisitesChanged, product_id, &old, &new)?;
    Ok(new)
}

/// The rule that refuses a cycle.
pub const CYCLE: &str = "prerequisite_cycle";

fn leads_to(tx: &mut Tx<'_>, from: i64, to: i64) -> Result<bool> {
    let (mut seen, mut left) = (HashSet::new(), vec![from]);
    while let Some(id) = left.pop() {
        for next in required(tx, id)? {
            if next == to {
                return Ok(true);
            }
            if seen.insert(next) {
                left.push(next);
            }
        }
    }
    Ok(false)
}

/// Products that require this one.
pub fn dependents(tx: &mut Tx<'_>, product_id: i64) -> Result<Vec<i64>> {
    tx.all(
        "select r.product_id from prerequisite r join product p on p.id = r.product_id \
         where r.required_id = $1 and p.archived_at is null order by r.product_id",
        values![product_id],
        |row| row.get(0),
    )
}

/// What this customer lacks to buy a product: nothing, if the rule is met. What is bought `beside` it counts as owned.
pub fn missing(
    tx: &mut Tx<'_>,
    shop: Shop,
    product_id: i64,
    customer_id: i64,
    beside: &[i64],
) -> Result<Vec<i64>> {
    let rule = get(tx, shop, product_id)?;
    lacking(tx, rule.matches, &rule.required, customer_id, beside)
}

/// What the customer of a purchase lacks by now to download what was bought: nothing, if the rule is met, or if the product was
/// bought before it was required.
pub fn missing_since(
    tx: &mut Tx<'_>,
    product_id: i64,
    customer_id: i64,
    bought_at: Millis,
) -> Result<Vec<i64>> {
    let matches = matches(tx, product_id)?;
    let rows = tx.all(
        "select required_id, added_at from prerequisite where product_id = $1 order by required_id",
        values![product_id],
        |row| Ok((row.get::<i64>(0)?, row.get::<Millis>(1)?)),
    )?;
    let is_older = |(_, added_at): &&(i64, Millis)| *added_at <= bought_at;
    let asked: Vec<i64> = match matches {
        Match::All => rows.iter().filter(is_older).map(|(id, _)| *id).collect(),
        Match::Any if rows.iter().any(|row| is_older(&row)) => rows.iter().map(|(id, _)| *id).collect(),
        Match::Any => Vec::new(),
    };
    lacking(tx, matches, &asked, customer_id, &[])
}

/// Which of `required` a customer lacks: none, if the rule is met.
fn lacking(
    tx: &mut Tx<'_>,
    matches: Match,
    required: &[i64],
    customer_id: i64,
    beside: &[i64],
) -> Result<Vec<i64>> {
    let mut lacking = Vec::new();
    for id in required {
        if !beside.contains(id) && !owns(tx, customer_id, *id)? {
            lacking.push(*id);
        }
    }
    let is_met = matches == Match::Any && lacking.len() < required.len();
    Ok(if is_met { Vec::new() } else { lacking })
}

/// Whether a customer owns a product now; a bundle, if all that it is made of.
pub fn owns(tx: &mut Tx<'_>, customer_id: i64, product_id: i64) -> Result<bool> {
    let items = bundle::items(tx, product_id)?;
    for item in &items {
        if !owns_itself(tx, customer_id, *item)? {
            return Ok(false);
        }
    }
    if items.is_empty() { owns_itself(tx, customer_id, product_id) } else { Ok(true) }
}

fn owns_itself(tx: &mut Tx<'_>, customer_id: i64, product_id: i64) -> Result<bool> {
    let now = tx.now();
    tx.maybe(
        "select id from purchase where customer_id = $1 and product_id = $2 and status = 'active' \
         and (expires_at is null or expires_at > $3) limit 1",
        values![customer_id, product_id, now],
        |row| row.get::<i64>(0),
    )
    .map(|found| found.is_some())
}
