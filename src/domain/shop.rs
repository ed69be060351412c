//! A vendor's shop in one of its two modes: what every row belongs to.

use crate::base::error::Result;
use crate::store::Tx;
use crate::words;

words! {
    /// Whether it is for real.
    Mode, "mode" {
        /// Real customers.
        Live = "live",
        /// Rows of its own for trying things out; nothing of it ever shows in live mode.
        Test = "test",
    }
}

/// A site in one mode. Rows of another are as if they were not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shop {
    /// The site.
    pub site_id: i64,
    /// The mode.
    pub mode: Mode,
}

impl Shop {
    /// The first site there is: the one that commands mean unless told otherwise.
    pub fn first(tx: &mut Tx<'_>, mode: Mode) -> Result<Self> {
        Ok(Self { site_id: tx.one("select min(id) from site", &[], |row| row.get(0))?, mode })
    }

    /// The first site, in live mode.
    pub fn live(tx: &mut Tx<'_>) -> Result<Self> {
        Self::first(tx, Mode::Live)
    }

    /// The shop that a row with these columns belongs to.
    pub fn of(site_id: i64, is_test: bool) -> Self {
        Self { site_id, mode: if is_test { Mode::Test } else { Mode::Live } }
    }

    /// The column `is_test`.
    pub fn is_test(self) -> bool {
        self.mode == Mode::Test
    }
}
