//! Customers, of a group or of all, by a piece of their address or their name. There is no index of names: as many customers as are walked
//! in an instant are looked through, and a longer list is gone on with from there.

use super::customer::{self, Customer, Filter};
use super::shop::Shop;
use crate::base::error::Result;
use crate::base::text;
use crate::store::Tx;
use crate::store::list::Start;

/// Customers read at a time, and looked through in all.
const PIECE: i64 = 2_000;
const MOST: i64 = 100_000;

/// Customers with `search` in their address or their name, newest first, from `start` on.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    (filter, search): (&Filter, &str),
    start: Start,
    (limit, skip): (i64, i64),
) -> Result<Vec<Customer>> {
    let wanted = usize::try_from(limit + skip).unwrap_or_default();
    let mut found = walk(tx, shop, (filter, search), start, wanted)?;
    found.drain(..found.len().min(usize::try_from(skip).unwrap_or_default()));
    Ok(found)
}

/// How many there are among those that are looked through.
pub fn count(tx: &mut Tx<'_>, shop: Shop, asked: (&Filter, &str)) -> Result<i64> {
    Ok(i64::try_from(walk(tx, shop, asked, Start::Newest, usize::MAX)?.len()).unwrap_or(i64::MAX))
}

fn walk(
    tx: &mut Tx<'_>,
    shop: Shop,
    (filter, search): (&Filter, &str),
    mut start: Start,
    wanted: usize,
) -> Result<Vec<Customer>> {
    let (search, mut found) = (text::fold(search), Vec::new());
    let has = |text: &str| text::fold(text).contains(&search);
    for _ in 0..MOST / PIECE {
        let piece = customer::list(tx, shop, filter, start, (PIECE, 0))?;
        let Some(last) = piece.last().map(|customer| customer.id) else { break };
        start = match start {
            Start::After(_) => Start::After(last),
            Start::Newest | Start::Before(_) => Start::Before(last),
        };
        let fits = |customer: &Customer| has(&customer.email) || customer.name.as_deref().is_some_and(has);
        found.extend(piece.into_iter().filter(fits));
        if found.len() >= wanted {
            found.truncate(wanted);
            break;
        }
    }
    Ok(found)
}
