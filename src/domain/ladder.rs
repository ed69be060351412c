//! The ladder: the rules a licence call must pass, in order; the first that speaks wins (contract licence.md).
//!
//! Each rung is one question. A call climbs the rungs of its action and stops at the first refusal, so a stranger
//! without the identifier learns nothing; `explain` asks every rung.

use std::net::IpAddr;

use super::identifier::Expected;
use super::{licence_key, purchase};
use crate::base::error::Result;
use crate::base::time::Millis;
use crate::store::{Row, Tx, Value};
use crate::values;

/// Why a licence call is refused. Every dialect answers each of these in its `fault.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The key is missing or unknown, or the identifier is missing, wrong or not yet bound: one and the same to a stranger.
    BadKeyOrIdentifier,
    /// The product's licence API is off.
    ApiDisabled,
    /// The product does not let apps free their uses.
    DeactivateNotAllowed,
    /// The licence is suspended, or its purchase cancelled or refunded.
    Inactive,
    /// Past its term.
    Expired,
    /// All uses are taken.
    MaxUses,
    /// No such live activation of this licence.
    BadUsageId,
    /// Not the address that activated.
    BadIp,
}

/// A licence with all that its rules look at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are columns, explained in schema.sql")]
pub struct Record {
    pub licence_id: i64,
    pub purchase_id: i64,
    pub product_id: i64,
    /// Of the customer, in the modes that compare with them.
    pub customer_id: Option<i64>,
    pub key_type: licence_key::Kind,
    pub is_on: bool,
    pub expected: Expected,
    pub max_uses: i64,
    pub uses: i64,
    pub expires_at: Option<Millis>,
    pub purchase_status: purchase::Status,
    pub api_enabled: bool,
    pub deactivate: bool,
    pub check_ip: Option<bool>,
    pub allow_ip_override: Option<bool>,
    /// The address of the live activation that was asked for, if there is one.
    pub activated_from: Option<IpAddr>,
}

/// The platform's answer to what a product leaves to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IpRules {
    /// Refuse calls from another address than the activation's.
    pub check_ip: bool,
    /// Let a call name its own address.
    pub allow_override: bool,
}

/// Who calls, and what for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The licence key as it was sent.
    pub key: String,
    /// The identifier, if one was sent.
    pub identifier: Option<String>,
    /// Where the call comes from.
    pub address: IpAddr,
    /// The address the call says it comes from.
    pub named_address: Option<IpAddr>,
    /// What the platform says about addresses.
    pub rules: IpRules,
}

impl Claim {
    /// The address that counts: the caller's, or the one it names if that is allowed.
    pub fn address(&self, record: &Record) -> IpAddr {
        let may = record.allow_ip_override.unwrap_or(self.rules.allow_override);
        self.named_address.filter(|_| may).unwrap_or(self.address)
    }
}

/// One question of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rung {
    /// Is the identifier right?
    Identifier,
    /// As `Identifier`, for an activation that may bind one.
    IdentifierOrBind,
    /// Is the product's licence API on?
    Api,
    /// May apps of this product free their uses?
    MayDeactivate,
    /// Is the licence on and the purchase active?
    Active,
    /// Is it within its term?
    Term,
    /// Is a use free?
    FreeUse,
    /// Is the usage id one of this licence's live activations?
    UsageId,
    /// Does the call come from the activation's address?
    Address,
}

/// The rungs of `activate` when no identifier may be bound.
pub const ACTIVATE: &[Rung] = &[Rung::Identifier, Rung::Api, Rung::Active, Rung::Term];
/// The rungs of `activate` with `setIdentifier`. Whether a use is free is left to the one statement that takes it.
pub const ACTIVATE_AND_BIND: &[Rung] = &[Rung::IdentifierOrBind, Rung::Api, Rung::Active, Rung::Term];
/// The rungs of `check` and `updateExtra`.
pub const CHECK: &[Rung] =
    &[Rung::Identifier, Rung::Api, Rung::Active, Rung::Term, Rung::UsageId, Rung::Address];
/// The rungs of `info`.
pub const INFO: &[Rung] = &[Rung::Identifier, Rung::Api, Rung::Active, Rung::Term];
/// The rungs of `deactivate`.
pub const DEACTIVATE: &[Rung] = &[
    Rung::Identifier,
    Rung::Api,
    Rung::MayDeactivate,
    Rung::Active,
    Rung::Term,
    Rung::UsageId,
    Rung::Address,
];

impl Rung {
    /// This rung's refusal of the call, if it refuses.
    pub fn refusal(self, record: &Record, claim: &Claim, now: Millis) -> Option<Refusal> {
        let past = |at: Option<Millis>| at.is_some_and(|at| at <= now);
        let (passes, refusal) = match self {
            Self::Identifier => {
                (record.expected.admits(claim.identifier.as_deref()), Refusal::BadKeyOrIdentifier)
            }
            Self::IdentifierOrBind => {
                let binds = record.expected.is_unbound()
                    && claim.identifier.as_deref().is_some_and(|i| !i.is_empty());
                (binds || record.expected.admits(claim.identifier.as_deref()), Refusal::BadKeyOrIdentifier)
            }
            Self::Api => (record.api_enabled, Refusal::ApiDisabled),
            Self::MayDeactivate => (record.deactivate, Refusal::DeactivateNotAllowed),
            Self::Active => {
                (record.is_on && record.purchase_status != purchase::Status::Cancelled, Refusal::Inactive)
            }
            Self::Term => (
                record.purchase_status != purchase::Status::Expired && !past(record.expires_at),
                Refusal::Expired,
            ),
            Self::FreeUse => (record.max_uses == -1 || record.uses < record.max_uses, Refusal::MaxUses),
            Self::UsageId => (record.activated_from.is_some(), Refusal::BadUsageId),
            Self::Address => {
                let enforced = record.check_ip.unwrap_or(claim.rules.check_ip);
                let same = || record.activated_from == Some(claim.address(record));
                (!enforced || same(), Refusal::BadIp)
            }
        };
        (!passes).then_some(refusal)
    }
}

/// Finds the licence of a claim and climbs `rungs`: its record, or the first refusal.
/// `usage_id` is the activation the call speaks of, if any.
pub fn climb(
    tx: &mut Tx<'_>,
    claim: &Claim,
    usage_id: Option<i64>,
    rungs: &[Rung],
) -> Result<std::result::Result<Record, Refusal>> {
    let Some(record) = find(tx, &claim.key, usage_id)? else { return Ok(Err(Refusal::BadKeyOrIdentifier)) };
    let now = tx.now();
    Ok(match first_refusal(&record, claim, now, rungs) {
        Some(refusal) => Err(refusal),
        None => Ok(record),
    })
}

/// The first of `rungs` that refuses the claim on this licence, if any does.
pub fn first_refusal(record: &Record, claim: &Claim, now: Millis, rungs: &[Rung]) -> Option<Refusal> {
    rungs.iter().find_map(|rung| rung.refusal(record, claim, now))
}

/// The record of the licence with this key, as exact text or, for standard keys, as people type it.
pub fn find(tx: &mut Tx<'_>, key: &str, usage_id: Option<i64>) -> Result<Option<Record>> {
    match tx.maybe(EXACT, values![key, usage_id], read)? {
        Some(record) => Ok(Some(record)),
        None => find_meant(tx, key, usage_id),
    }
}

/// As [`find`] for several keys and usage ids, in their order and on PostgreSQL in one round trip.
pub fn find_each(tx: &mut Tx<'_>, asked: &[(&str, Option<i64>)]) -> Result<Vec<Option<Record>>> {
    let sets: Vec<_> =
        asked.iter().map(|(key, usage_id)| [Value::from(*key), Value::from(*usage_id)]).collect();
    let mut found = tx.maybe_each(EXACT, &sets, read)?;
    for (found, (key, usage_id)) in found.iter_mut().zip(asked) {
        if found.is_none() {
            *found = find_meant(tx, key, *usage_id)?;
        }
    }
    Ok(found)
}

fn find_meant(tx: &mut Tx<'_>, key: &str, usage_id: Option<i64>) -> Result<Option<Record>> {
    match licence_key::meant(key) {
        Some(meant) => Ok(tx
            .maybe(EXACT, values![&meant, usage_id], read)?
            .filter(|r| r.key_type == licence_key::Kind::Standard)),
        None => Ok(None),
    }
}

/// The licence with exactly this key. Purchase and customer are only fetched in the modes that compare with them.
/// `in ('email', …)` would say it shorter, and make SQLite build a table of the words for every call.
const EXACT: &str = "select l.id, l.purchase_id, l.product_id, l.key_type, l.is_on, l.identifier_mode, \
     case l.identifier_mode when 'manual' then l.identifier when 'email' then c.email when 'name' then c.name \
     when 'username' then c.username when 'purchase_id' then cast(l.purchase_id as text) when 'install_url' then p.install_url end, \
     l.max_uses, l.uses, l.expires_at, l.purchase_status, d.api_enabled, d.deactivate, d.check_ip, d.allow_ip_override, a.ip, c.id \
     from licence l join product d on d.id = l.product_id \
     left join purchase p on p.id = case l.identifier_mode when 'email' then l.purchase_id when 'name' then l.purchase_id \
     when 'username' then l.purchase_id when 'install_url' then l.purchase_id end \
     left join customer c on c.id = case l.identifier_mode when 'email' then p.customer_id when 'name' then p.customer_id \
     when 'username' then p.customer_id end \
     left join activation a on a.licence_id = l.id and a.usage_id = $2 and a.released_at is null \
     where l.key = $1";

fn read(row: &Row<'_>) -> Result<Record> {
    Ok(Record {
        licence_id: row.get(0)?,
        purchase_id: row.get(1)?,
        product_id: row.get(2)?,
        key_type: row.word(3)?,
        is_on: row.get(4)?,
        expected: Expected { mode: row.word(5)?, value: row.get(6)? },
        max_uses: row.get(7)?,
        uses: row.get(8)?,
        expires_at: row.get(9)?,
        purchase_status: row.word(10)?,
        api_enabled: row.get(11)?,
        deactivate: row.get(12)?,
        check_ip: row.get(13)?,
        allow_ip_override: row.get(14)?,
        activated_from: row.maybe_word(15)?,
        customer_id: row.get(16)?,
    })
}
