//! What is to be said of what the database holds: its clock, a shop's products, the letters that wait.

use super::mail::{self, Standing};
use super::shop::Shop;
use super::{backup, catalogue, house};
use crate::base::error::Result;
use crate::base::finding::Finding;
use crate::base::time::{DAY, HOUR, Millis, SECOND, rfc3339};
use crate::store::Tx;

/// A clock that is further behind is told of, and a letter that waits longer: less is nothing.
const LATE: Millis = 300 * SECOND;

/// Looks at the database's time and at a shop's products; `clock` is what the machine's clock says.
pub fn of_shop(tx: &mut Tx<'_>, shop: Shop, clock: Millis) -> Result<Vec<Finding>> {
    let house = house::get(tx)?;
    let products = catalogue::list(tx, shop, &catalogue::Filter::default(), None, i64::MAX)?;
    let mut found = Vec::new();
    if house.last_at > clock + LATE {
        found.push(Finding::wrong(format!(
            "the clock stands behind {}, an instant this database has decided by: licences expire by that instant until the clock has \
             caught up. Set the clock right",
            rfc3339(house.last_at)
        )));
    }
    for product in &products {
        let warnings = product.policy.warnings().into_iter();
        found.extend(warnings.map(|warning| Finding::warning(format!("product {}: {warning}", product.id))));
    }
    if !products.is_empty() && products.iter().all(|p| !p.policy.api_enabled) {
        found.push(Finding::warning("no product has the licence API on: keywright product set ID --api on"));
    }
    Ok(found)
}

/// Looks at the letters that wait, or were given up.
pub fn of_mail(tx: &mut Tx<'_>, clock: Millis) -> Result<Vec<Finding>> {
    let Standing { waiting, oldest_at, failed } = mail::standing(tx)?;
    let mut found = Vec::new();
    if let Some(oldest_at) = oldest_at.filter(|at| *at < clock - LATE) {
        found.push(Finding::warning(format!(
            "{waiting} letters wait, the oldest since {}: `keywright mail list --status pending` says why; they go out when a \
             server runs and the mail server takes them",
            rfc3339(oldest_at)
        )));
    }
    if failed > 0 {
        found.push(Finding::warning(format!(
            "{failed} letters were given up within a day: `keywright mail list --status failed` says why, and `keywright mail again ID` \
             sends one again"
        )));
    }
    Ok(found)
}

/// What is amiss with backups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amiss {
    /// None could be made lately.
    Failed {
        /// When.
        at: Millis,
        /// Why.
        why: String,
    },
    /// There is none yet.
    Never,
    /// The last one is old.
    Late {
        /// When it was made.
        at: Millis,
        /// Where it is.
        place: String,
    },
}

/// What is amiss as backups stand; `every` is the hours between those that a server makes, 0 where it makes none.
pub fn amiss(standing: &backup::Standing, clock: Millis, every: i64) -> Vec<Amiss> {
    // Two in a row that are not there are no chance; by hand, a week is long.
    let late = if every > 0 { 2 * every * HOUR } else { 7 * DAY };
    let mut found = Vec::new();
    if let (Some(at), Some(why)) = (standing.failed_at, &standing.failure) {
        found.push(Amiss::Failed { at, why: why.clone() });
    }
    match standing.last_at {
        None => found.push(Amiss::Never),
        Some(at) if clock - at > late => {
            found.push(Amiss::Late { at, place: standing.last_place.clone().unwrap_or_default() });
        }
        Some(_) => {}
    }
    found
}

/// Looks at when the last backup was made; `every` is as [`amiss`] has it.
pub fn of_backups(tx: &mut Tx<'_>, clock: Millis, every: i64) -> Result<Vec<Finding>> {
    let standing = backup::standing(tx)?;
    let how = match every {
        0 => "the server makes none by itself (backup_every_hours is 0)".to_owned(),
        1 => "a server makes one every hour".to_owned(),
        _ => format!("a server makes one every {every} hours"),
    };
    let amiss = amiss(&standing, clock, every);
    let is_old = amiss.iter().any(|one| matches!(one, Amiss::Never | Amiss::Late { .. }));
    let words = |one: Amiss| match one {
        Amiss::Failed { at, why } => {
            let at = rfc3339(at);
            Finding::warning(format!(
                "at {at} no backup could be made: {why}. Then try: keywright backup create"
            ))
        }
        Amiss::Never => {
            Finding::warning(format!("last backup: none yet; {how}. Make one: keywright backup create"))
        }
        Amiss::Late { at, place } => Finding::warning(format!(
            "last backup: {}, {place}, which is long ago; {how}. Make one: keywright backup create",
            rfc3339(at)
        )),
    };
    let mut found: Vec<Finding> = amiss.into_iter().map(words).collect();
    if let Some(at) = standing.last_at.filter(|_| !is_old) {
        let place = standing.last_place.unwrap_or_default();
        found.push(Finding::fine(format!("last backup: {}, {place}", rfc3339(at))));
    }
    Ok(found)
}
