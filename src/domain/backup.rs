//! When the next backup is due, whose turn it is, and how the last one went. Where backups stand and what is in them is
//! `store/backup`'s.

use serde_json::json;

use super::audit::{self, Action};
use super::shop::{Mode, Shop};
use crate::base::error::Result;
use crate::base::time::{HOUR, Millis, SECOND};
use crate::store::Tx;
use crate::values;

/// How long somebody has the turn without holding on to it.
pub const LEASE: Millis = 120 * SECOND;

/// How backups stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// When the last one was made.
    pub last_at: Option<Millis>,
    /// Where it was put.
    pub last_place: Option<String>,
    /// When the server last failed to make one, if that was after the last one.
    pub failed_at: Option<Millis>,
    /// Why.
    pub failure: Option<String>,
}

impl Standing {
    /// Whether the next one is due, with `every` between two. After a failure it is tried again sooner: after a quarter of that,
    /// an hour at the least. `may_be_first` says whether there may be a first one yet.
    pub fn is_due(&self, now: Millis, every: Millis, may_be_first: bool) -> bool {
        let is_past = self.last_at.map_or(may_be_first, |at| at <= now - every);
        is_past && self.failed_at.is_none_or(|at| at <= now - (every / 4).max(HOUR))
    }
}

/// How backups stand.
pub fn standing(tx: &mut Tx<'_>) -> Result<Standing> {
    tx.one(
        "select backup_at, backup_place, backup_failed_at, backup_failure from house where id = 1",
        &[],
        |row| {
            Ok(Standing {
                last_at: row.get(0)?,
                last_place: row.get(1)?,
                failed_at: row.get(2)?,
                failure: row.get(3)?,
            })
        },
    )
}

/// Takes the turn to make a backup, if one is due ([`Standing::is_due`]) and nobody has it.
pub fn take_due(tx: &mut Tx<'_>, every: Millis, may_be_first: bool) -> Result<bool> {
    let now = tx.now();
    Ok(standing(tx)?.is_due(now, every, may_be_first) && take(tx)?)
}

/// Takes the turn to make a backup, if nobody has it; of several processes one is let.
pub fn take(tx: &mut Tx<'_>) -> Result<bool> {
    let now = tx.now();
    let taken = tx.exec(
        "update house set backup_until = $1 where id = 1 and (backup_until is null or backup_until <= $2)",
        values![now + LEASE, now],
    )?;
    Ok(taken == 1)
}

/// Keeps the turn for another [`LEASE`].
pub fn hold(tx: &mut Tx<'_>) -> Result<()> {
    let now = tx.now();
    tx.exec("update house set backup_until = $1 where id = 1", values![now + LEASE]).map(|_| ())
}

/// Notes that a backup that was begun at `at` stands at `place`, whoever made it, and lets go of the turn.
pub fn made(tx: &mut Tx<'_>, at: Millis, place: &str) -> Result<()> {
    tx.exec(
        "update house set backup_at = $1, backup_place = $2, backup_until = null, backup_failed_at = null, backup_failure = null \
         where id = 1",
        values![at, place],
    )?;
    note(tx, Action::BackupMade, name_of(place))
}

/// Has the audit log of the server's first site tell what somebody did with the backup of this name.
pub fn note(tx: &mut Tx<'_>, action: Action, name: &str) -> Result<()> {
    let shop = Shop::first(tx, Mode::Live)?;
    audit::created(tx, shop, action, name, &json!({}))
}

fn name_of(place: &str) -> &str {
    place.rsplit('/').next().unwrap_or(place)
}

/// Notes why there is no backup, and lets go of the turn.
pub fn failed(tx: &mut Tx<'_>, why: &str) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "update house set backup_failed_at = $1, backup_failure = $2, backup_until = null where id = 1",
        values![now, why],
    )
    .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_after_the_last_one_and_sooner_after_a_failure() {
        let (every, now) = (24 * HOUR, 1_000 * HOUR);
        let at = |last: Option<Millis>, failed: Option<Millis>| Standing {
            last_at: last.map(|hours| now - hours * HOUR),
            failed_at: failed.map(|hours| now - hours * HOUR),
            ..Standing::default()
        };
        for (standing, may_be_first, due) in [
            (at(None, None), false, false),
            (at(None, None), true, true),
            (at(Some(23), None), true, false),
            (at(Some(24), None), false, true),
            (at(Some(30), Some(5)), false, false),
            (at(Some(30), Some(6)), false, true),
            (at(None, Some(2)), true, false),
        ] {
            assert_eq!(standing.is_due(now, every, may_be_first), due, "{standing:?}");
        }
        assert!(at(Some(3), Some(1)).is_due(now, HOUR, false), "an hour at the least");
    }
}
