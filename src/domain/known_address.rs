//! Where somebody who runs the shop has lately signed in from: a storm of guesses from elsewhere does not keep them out there. The audit
//! log says it; what it has forgotten is not known here either.

use std::net::IpAddr;

use crate::base::error::Result;
use crate::base::time::{DAY, Millis};
use crate::store::Tx;
use crate::values;

/// So long ago at most,
const LATELY: Millis = 30 * DAY;
/// and among so many of the last things that were noted of them, so that the look takes no longer for who is there for years.
const NEWEST: i64 = 200;

/// The network that one machine or household has: an IPv4 address, or a /64 of IPv6.
pub fn network(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(ip) => u128::from(ip.to_bits()),
        IpAddr::V6(ip) => ip.to_bits() >> 64 << 64,
    }
}

/// Whether this person has lately signed in from the network of this address.
pub fn is_known(tx: &mut Tx<'_>, person_id: i64, address: IpAddr) -> Result<bool> {
    let since = tx.now() - LATELY;
    let all = tx.all(
        "select address from (select id, action, address, created_at from audit where subject = 'person' and subject_id = $1 \
         order by id desc limit $2) newest where action = 'person.signed_in' and created_at > $3 and address is not null",
        values![&person_id.to_string(), NEWEST, since],
        |row| row.get::<String>(0),
    )?;
    let here = network(address);
    Ok(all.iter().filter_map(|text| text.parse().ok()).any(|there: IpAddr| network(there) == here))
}
