//! What is to be said of what the database holds: its clock, a shop's products, the letters that wait.

use super::mail::{self, Standing};
use super::shop::Shop;
use super::{catalogue, house};
use crate::base::error::Result;
use crate::base::finding::Finding;
use crate::base::time::{Millis, SECOND, rfc3339};
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
