//! Why can't this buyer activate? The ladder in words, for support.

use std::net::IpAddr;

use serde::Serialize;

use super::activation;
use super::identifier::Mode;
use super::ladder::{self, Claim, Record, Rung};
use super::purchase;
use crate::base::error::Result;
use crate::base::time::{Millis, rfc3339};
use crate::store::Tx;

/// The rung that checks stand on, and activations do not.
pub const ADDRESS: &str = "address";

/// Where a rung that fails is mended. Whoever shows it knows the way there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mend {
    /// In what the app sends: nothing here is wrong.
    Call,
    /// In what the customer is called: their address, name or user name.
    Customer,
    /// In the install URL of the purchase.
    InstallUrl,
    /// In the identifier that the first activation bound.
    Binding,
    /// By the product's licence API.
    Api,
    /// By the licence's own switch.
    Switch,
    /// In the purchase, which was cancelled.
    Purchase,
    /// By a later end.
    Term,
    /// By freeing one of its activations.
    OneUse,
    /// By freeing all of them.
    AllUses,
    /// By a higher limit.
    Limit,
    /// By the product's rule about addresses.
    CheckIp,
}

/// One rung of the ladder, as support reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// What was asked.
    pub rung: &'static str,
    /// Whether an activation passes it now; of `address`, whether a check does.
    pub passes: bool,
    /// How things stand.
    pub says: String,
    /// What would change it, at the command line; empty when it passes.
    pub mend: &'static str,
    /// What would change it, the likeliest first; empty when it passes.
    #[serde(skip)]
    pub mends: Vec<Mend>,
}

/// Whether an activation passes: every rung but [`ADDRESS`].
pub fn may_activate(rungs: &[Explained]) -> bool {
    rungs.iter().all(|rung| rung.passes || rung.rung == ADDRESS)
}

/// Why an activation with this claim would pass or fail: every rung with its verdict and what would change it. Where it is not known
/// from which address checks would come, the claim's own counts for nothing.
pub fn explain(tx: &mut Tx<'_>, claim: &Claim, knows_address: bool) -> Result<Vec<Explained>> {
    let now = tx.now();
    let Some(record) = ladder::find(tx, &claim.key, None)? else {
        return Ok(vec![Explained {
            rung: "key",
            passes: false,
            says: "no licence has this key".into(),
            mend: "ask the buyer to copy the key from the receipt; look for it by `keywright customer show EMAIL`",
            mends: vec![Mend::Call],
        }]);
    };
    let says = format!("licence {}", record.licence_id);
    let known = Explained { rung: "key", passes: true, says, mend: "", mends: Vec::new() };
    let rungs = [Rung::IdentifierOrBind, Rung::Api, Rung::Active, Rung::Term, Rung::FreeUse];
    let rest = rungs.into_iter().map(|rung| {
        let passes = rung.refusal(&record, claim, now).is_none();
        let (name, says, mend) = words(rung, &record, claim);
        let mends = if passes { Vec::new() } else { mends(rung, &record) };
        Explained { rung: name, passes, says, mend: if passes { "" } else { mend }, mends }
    });
    let from = knows_address.then(|| claim.address(&record));
    let address = address(tx, &record, claim, from)?;
    Ok(std::iter::once(known).chain(rest).chain(std::iter::once(address)).collect())
}

/// Whether a check from this address would pass for any live activation; without one, there is nothing to say.
fn address(tx: &mut Tx<'_>, record: &Record, claim: &Claim, from: Option<IpAddr>) -> Result<Explained> {
    let mut live = activation::live(tx, record.licence_id, None, i64::MAX)?;
    live.reverse();
    let enforced = record.check_ip.unwrap_or(claim.rules.check_ip);
    let from = from.map(|from| from.to_string());
    let is_known = |from: &String| live.iter().any(|a| a.ip == *from);
    let passes = !enforced || live.is_empty() || from.as_ref().is_none_or(is_known);
    let known = live.iter().map(|a| format!("{} ({})", a.ip, a.usage_id)).collect::<Vec<_>>().join(", ");
    let says = match (enforced, live.is_empty(), from) {
        (false, ..) => "any address may check".into(),
        (true, true, _) => {
            "checks must come from the activation's address; there is no activation yet".into()
        }
        (true, false, None) => format!("checks must come from the activation's address: {known}"),
        (true, false, Some(from)) => {
            format!("checks must come from the activation's address: {known}; given was {from}")
        }
    };
    let mend = "keywright product set ID --check-ip off, or free the use and activate from the new address";
    let mends = if passes { Vec::new() } else { vec![Mend::CheckIp, Mend::OneUse] };
    Ok(Explained { rung: ADDRESS, passes, says, mend: if passes { "" } else { mend }, mends })
}

/// What would make a rung pass that does not.
fn mends(rung: Rung, record: &Record) -> Vec<Mend> {
    match rung {
        Rung::Identifier | Rung::IdentifierOrBind => match record.expected.mode {
            Mode::Manual if !record.expected.is_unbound() => vec![Mend::Binding],
            Mode::None | Mode::Manual | Mode::PurchaseId => vec![Mend::Call],
            Mode::Email | Mode::Name | Mode::Username => vec![Mend::Customer],
            Mode::InstallUrl => vec![Mend::InstallUrl],
        },
        Rung::Api => vec![Mend::Api],
        Rung::Active => {
            let cancelled = record.purchase_status == purchase::Status::Cancelled;
            let both = [(!record.is_on, Mend::Switch), (cancelled, Mend::Purchase)];
            both.into_iter().filter(|(is_why, _)| *is_why).map(|(_, mend)| mend).collect()
        }
        Rung::Term => vec![Mend::Term],
        Rung::FreeUse => vec![Mend::OneUse, Mend::AllUses, Mend::Limit],
        // No activation climbs them.
        Rung::MayDeactivate | Rung::UsageId | Rung::Address => Vec::new(),
    }
}

fn words(rung: Rung, record: &Record, claim: &Claim) -> (&'static str, String, &'static str) {
    let date = |at: Option<Millis>| at.map_or("never".to_owned(), rfc3339);
    match rung {
        Rung::Identifier | Rung::IdentifierOrBind => (
            "identifier",
            match (&record.expected.value, claim.identifier.as_deref()) {
                _ if record.expected.mode == Mode::None => "none is asked for".into(),
                (None, _) if record.expected.is_unbound() => {
                    "none is bound yet: the first activation must send setIdentifier=1".into()
                }
                (None, _) => format!("mode {}, and there is no value to compare with", record.expected.mode),
                (Some(value), None) => format!(
                    "mode {}, must be '{value}'; none was given here (--identifier)",
                    record.expected.mode
                ),
                (Some(value), Some(given)) => {
                    format!("mode {}, must be '{value}', given was '{given}'", record.expected.mode)
                }
            },
            "send the right identifier; change it by `keywright customer set`, or forget a bound one by `keywright licence reset`",
        ),
        Rung::Api => ("api", format!("product {}", record.product_id), "keywright product set ID --api on"),
        Rung::MayDeactivate => (
            "deactivate",
            format!("product {}", record.product_id),
            "keywright product set ID --deactivate on",
        ),
        Rung::Active => (
            "active",
            format!(
                "licence {}, purchase {}",
                if record.is_on { "on" } else { "suspended" },
                record.purchase_status
            ),
            "keywright licence resume KEY; a cancelled purchase needs a new one",
        ),
        Rung::Term => {
            ("term", format!("ends {}", date(record.expires_at)), "sell a renewal, or issue a new licence")
        }
        Rung::FreeUse => (
            "free use",
            match record.max_uses {
                -1 => format!("{} taken, no limit", record.uses),
                most => format!("{} of {most} taken", record.uses),
            },
            "free one by `keywright activation release KEY USAGE_ID`, or all by `keywright licence reset KEY`",
        ),
        Rung::UsageId | Rung::Address => ("activation", String::new(), ""),
    }
}
