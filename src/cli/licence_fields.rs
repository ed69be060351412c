//! The flags of `licence issue` and `licence set`.

use clap::Args;

use super::buyer::Buyer;
use super::nothing;
use crate::base::error::Result;
use crate::base::time;
use crate::domain::licence::{Change, Draft};

#[derive(Args)]
pub struct Issue {
    /// The product's id
    #[arg(long)]
    product: i64,
    #[command(flatten)]
    buyer: Buyer,
    /// The web address the buyer registers
    #[arg(long)]
    install_url: Option<String>,
    /// Activations at once; -1 is no limit; the product's if not given
    #[arg(long, allow_negative_numbers = true)]
    max_uses: Option<i64>,
    /// When it ends, as 2026-12-31 or 2026-12-31T12:00:00Z; the product's term if not given
    #[arg(long, value_name = "RFC3339")]
    expires: Option<String>,
    /// The purchase this one is bought for
    #[arg(long, value_name = "PURCHASE")]
    parent: Option<i64>,
    /// A key made elsewhere
    #[arg(long)]
    key: Option<String>,
}

impl Issue {
    /// What to issue.
    pub fn draft(self) -> Result<Draft> {
        Ok(Draft {
            product_id: self.product,
            customer: self.buyer.change(),
            install_url: self.install_url,
            max_uses: self.max_uses,
            expires_at: self.expires.as_deref().map(time::parse).transpose()?,
            parent: self.parent,
            key: self.key,
            identifier: None,
            suspended: false,
        })
    }
}

#[derive(Args)]
pub struct Set {
    /// The licence's key, or its id
    pub licence: String,
    /// Activations at once; -1 is no limit
    #[arg(long, allow_negative_numbers = true)]
    max_uses: Option<i64>,
    /// When it ends, and its purchase with it, as 2026-12-31 or 2026-12-31T12:00:00Z; empty for never
    #[arg(long, value_name = "RFC3339")]
    expires: Option<String>,
    /// The identifier it is bound to, in mode manual; empty forgets it
    #[arg(long)]
    identifier: Option<String>,
}

impl Set {
    /// What to change.
    pub fn change(&self) -> Result<Change> {
        Ok(Change {
            is_on: None,
            max_uses: self.max_uses,
            expires_at: self.expires.as_deref().map(nothing::time).transpose()?,
            identifier: self.identifier.clone().map(nothing::text),
        })
    }
}
