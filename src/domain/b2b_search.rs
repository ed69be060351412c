//! B2B accounts by a piece of the company's name or of a contact's address. There is no index of either: as many accounts as are walked in
//! an instant are looked through.

use std::collections::BTreeSet;

use super::b2b_account::{self, B2bAccount, Filter};
use super::shop::Shop;
use crate::base::error::Result;
use crate::base::text;
use crate::store::Tx;
use crate::store::list::Start;
use crate::values;

/// Accounts read at a time, and looked through in all.
const PIECE: i64 = 1_000;
const MOST: i64 = 50_000;

/// Accounts with `search` in their company's name or in a contact's address, newest first, from `start` on.
pub fn list(
    tx: &mut Tx<'_>,
    shop: Shop,
    (filter, search): (Filter, &str),
    start: Start,
    (limit, skip): (i64, i64),
) -> Result<Vec<B2bAccount>> {
    let wanted = usize::try_from(limit.saturating_add(skip)).unwrap_or_default();
    let mut found = walk(tx, shop, (filter, search), start, wanted)?;
    found.drain(..found.len().min(usize::try_from(skip).unwrap_or_default()));
    Ok(found)
}

/// How many there are among those that are looked through.
pub fn count(tx: &mut Tx<'_>, shop: Shop, asked: (Filter, &str)) -> Result<i64> {
    Ok(i64::try_from(walk(tx, shop, asked, Start::Newest, usize::MAX)?.len()).unwrap_or(i64::MAX))
}

fn walk(
    tx: &mut Tx<'_>,
    shop: Shop,
    (filter, search): (Filter, &str),
    mut start: Start,
    wanted: usize,
) -> Result<Vec<B2bAccount>> {
    let (search, mut found) = (text::fold(search), Vec::new());
    for _ in 0..MOST / PIECE {
        let piece = b2b_account::list(tx, shop, filter, start, (PIECE, 0))?;
        let (Some(first), Some(last)) = (piece.first(), piece.last()) else { break };
        let by_contact = reached(tx, &search, first.id.min(last.id), first.id.max(last.id))?;
        start = match start {
            Start::After(_) => Start::After(last.id),
            Start::Newest | Start::Before(_) => Start::Before(last.id),
        };
        let fits =
            |one: &B2bAccount| text::fold(&one.company).contains(&search) || by_contact.contains(&one.id);
        found.extend(piece.into_iter().filter(fits));
        if found.len() >= wanted {
            found.truncate(wanted);
            break;
        }
    }
    Ok(found)
}

/// Accounts between these with a contact whose address has `search`, folded, in it.
fn reached(tx: &mut Tx<'_>, search: &str, from: i64, to: i64) -> Result<BTreeSet<i64>> {
    let contacts = tx.all(
        "select b.b2b_account_id, c.email_fold from b2b_contact b join customer c on c.id = b.customer_id \
         where b.b2b_account_id >= $1 and b.b2b_account_id <= $2",
        values![from, to],
        |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?)),
    )?;
    Ok(contacts.into_iter().filter(|(_, email)| email.contains(search)).map(|(id, _)| id).collect())
}
