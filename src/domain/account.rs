//! The shop itself, as its vendor sets it up: one for both of its modes.

use serde::Serialize;

use super::audit::{self, Action};
use super::policy::{self, Policy};
use super::shop::Shop;
use crate::base::error::{Error, Result};
use crate::base::{money, text, time};
use crate::store::Tx;
use crate::values;

/// A site's settings; columns as in `schema.sql`, table `site`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained there")]
pub struct Account {
    #[serde(rename = "name")]
    pub title: String,
    pub currency: Option<String>,
    pub time_zone: String,
    /// What a new product has.
    pub policy: Policy,
    pub payment_notice: String,
}

/// What to set; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Change {
    pub title: Option<String>,
    pub currency: Option<Option<String>>,
    pub time_zone: Option<String>,
    pub policy: policy::Change,
    pub payment_notice: Option<String>,
}

/// The site's settings.
pub fn get(tx: &mut Tx<'_>, shop: Shop) -> Result<Account> {
    tx.one(
        "select title, currency, time_zone, policy, payment_notice from site where id = $1",
        values![shop.site_id],
        |row| {
            Ok(Account {
                title: row.get(0)?,
                currency: row.get(1)?,
                time_zone: row.get(2)?,
                policy: row.get::<Option<String>>(3)?.as_deref().map(stored).transpose()?.unwrap_or_default(),
                payment_notice: row.get(4)?,
            })
        },
    )
}

/// The currency that is given, or else the shop's.
pub fn currency_or(tx: &mut Tx<'_>, shop: Shop, given: Option<&str>) -> Result<String> {
    let shops = || {
        let missing = || Error::invalid("the shop has no currency: set one, or name one").about("currency");
        get(tx, shop)?.currency.ok_or_else(missing)
    };
    given.map_or_else(shops, |code| money::currency(code).map_err(|e| e.about("currency")))
}

fn stored(policy: &str) -> Result<Policy> {
    serde_json::from_str(policy)
        .map_err(|e| Error::broken(format!("the policy of a site cannot be read: {e}")))
}

/// Changes them, all or none.
pub fn set(tx: &mut Tx<'_>, shop: Shop, change: &Change) -> Result<Account> {
    let old = get(tx, shop)?;
    let before = old.clone();
    let title = match &change.title {
        Some(title) => text::line("the name", title, 200).map_err(|e| e.about("name"))?,
        None => old.title,
    };
    let currency = match &change.currency {
        Some(code) => code.as_deref().map(money::currency).transpose().map_err(|e| e.about("currency"))?,
        None => old.currency,
    };
    let time_zone = match &change.time_zone {
        Some(name) => time::zone(name).map_err(|e| e.about("time_zone"))?,
        None => old.time_zone,
    };
    let mut policy = old.policy;
    policy.apply(&change.policy).map_err(|e| e.inside("licence_policy").inside("defaults"))?;
    let policy = serde_json::to_string(&policy).map_err(|e| Error::broken(e.to_string()))?;
    let notice = match &change.payment_notice {
        Some(notice) => text::page("the notice", notice, 5_000).map_err(|e| e.about("payment_notice"))?,
        None => old.payment_notice,
    };
    tx.exec(
        "update site set title = $2, currency = $3, time_zone = $4, policy = $5, payment_notice = $6 where id = $1",
        values![shop.site_id, &title, currency.as_ref(), &time_zone, &policy, &notice],
    )?;
    let account = get(tx, shop)?;
    audit::changed(tx, shop, Action::AccountChanged, shop.site_id, &before, &account)?;
    Ok(account)
}
