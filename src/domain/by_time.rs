//! Finding rows of a stretch of time in tables without an index of times: their ids follow the times.

use crate::base::error::Result;
use crate::base::time::{Millis, SECOND};
use crate::store::Tx;
use crate::store::list::List;
use crate::values;

/// By how much times may stand in another order than ids, where several processes write them.
const SKEW: Millis = 60 * SECOND;

/// How such a table is looked through.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    /// Its smallest and its largest id.
    pub ends: &'static str,
    /// Id and time of the first row from the id `$1` on.
    pub row: &'static str,
}

impl Log {
    /// Narrows a list of it to rows of `from` or later, and of before `to`.
    pub fn narrow(
        self,
        tx: &mut Tx<'_>,
        list: &mut List<'_>,
        from: Option<Millis>,
        to: Option<Millis>,
    ) -> Result<()> {
        if let Some(from) = from {
            list.with("id >= ?", self.first_since(tx, from.saturating_sub(SKEW))?);
            list.with("created_at >= ?", from);
        }
        if let Some(to) = to {
            list.with("id < ?", self.first_since(tx, to.saturating_add(SKEW))?);
            list.with("created_at < ?", to);
        }
        Ok(())
    }

    /// The id of the first row of this time or later; one after the last if there is none.
    fn first_since(self, tx: &mut Tx<'_>, at: Millis) -> Result<i64> {
        let ends =
            tx.one(self.ends, &[], |row| Ok(row.get::<Option<i64>>(0)?.zip(row.get::<Option<i64>>(1)?)))?;
        let Some((mut low, mut high)) = ends else { return Ok(0) };
        while low <= high {
            let middle = low + (high - low) / 2;
            let (id, created_at) =
                tx.one(self.row, values![middle], |row| Ok((row.get::<i64>(0)?, row.get::<Millis>(1)?)))?;
            if created_at < at {
                low = id + 1;
            } else {
                high = middle - 1;
            }
        }
        Ok(low)
    }
}
