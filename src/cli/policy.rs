//! The flags of a licence policy: a product's own, or what an account gives to new products.

use clap::Args;

use super::nothing;
use super::switch::{Policy, Switch};
use crate::base::error::Result;
use crate::domain::identifier::Mode;
use crate::domain::policy::{Change, KeyType};

#[derive(Args)]
pub struct LicencePolicy {
    /// The licence API (off, unless it is said here or in the account)
    #[arg(long, value_enum)]
    api: Option<Switch>,
    /// Segmented letters and digits, or 32 hexadecimal digits
    #[arg(long, value_parser = ["standard", "md5"])]
    key_type: Option<String>,
    /// Segments of a standard key, 2 to 10
    #[arg(long)]
    segments: Option<i64>,
    /// Characters in a segment, 4 to 8
    #[arg(long)]
    segment_length: Option<i64>,
    /// What a call must send as its identifier
    #[arg(long, value_parser = ["none", "manual", "email", "name", "username", "purchase_id", "install_url"])]
    identifier_mode: Option<String>,
    /// Activations a licence may have at once; -1 is no limit
    #[arg(long, allow_negative_numbers = true)]
    max_uses: Option<i64>,
    /// Days until a licence expires; 0 is never
    #[arg(long)]
    term_days: Option<i64>,
    /// Refuse calls from another address than the activation's
    #[arg(long, value_enum)]
    check_ip: Option<Policy>,
    /// Let calls name their address
    #[arg(long, value_enum)]
    allow_ip_override: Option<Policy>,
    /// Let apps free their uses
    #[arg(long, value_enum)]
    deactivate: Option<Switch>,
}

impl LicencePolicy {
    /// What to set of a policy.
    pub fn change(self) -> Result<Change> {
        Ok(Change {
            api_enabled: self.api.map(Switch::is_on),
            check_ip: self.check_ip.map(Policy::value),
            allow_ip_override: self.allow_ip_override.map(Policy::value),
            deactivate: self.deactivate.map(Switch::is_on),
            key_type: self.key_type.as_deref().map(str::parse::<KeyType>).transpose()?,
            segments: self.segments,
            segment_length: self.segment_length,
            identifier_mode: self.identifier_mode.as_deref().map(str::parse::<Mode>).transpose()?,
            max_uses: self.max_uses,
            term_days: self.term_days.map(nothing::number),
        })
    }
}
