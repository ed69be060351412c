//! Signed requests (the user's document and contract platform.md, "Request signing"): what is signed, and that it counts once.

use crate::base::error::{Error, Result};
use crate::base::seal::{same, sign};
use crate::base::text::unhex;
use crate::base::time::{Millis, SECOND, seconds};
use crate::store::Tx;
use crate::values;

/// How far a signature's time may be from ours.
pub const TOLERANCE: Millis = 300 * SECOND;

/// The rule that refuses a signature's second use.
pub const REPLAYED: &str = "signature_replayed";

/// A request as it is signed.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// In capitals.
    pub method: &'a str,
    /// Path and query as they were sent.
    pub target: &'a str,
    /// The raw body.
    pub body: &'a [u8],
}

/// Why a signature is not taken, in words.
pub type Wrong = &'static str;

/// Looks at the header `t=…,sha256=…`, or `t=…,n=…,v2=…`, which also covers method, target and a nonce. What tells this
/// signature from others, if it is right.
pub fn verify(
    header: &str,
    signed: Signed<'_>,
    secret: &str,
    now: Millis,
) -> std::result::Result<String, Wrong> {
    let field =
        |name: &str| header.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    let at = field("t").ok_or("the signature has no t=, the Unix time it was made at")?;
    let unix: i64 = at.parse().map_err(|_| "the signature's t= is no Unix time")?;
    let message = match (field("v2"), field("n")) {
        (Some(_), Some(nonce)) => format!("{at}.{nonce}.{}.{}.", signed.method, signed.target),
        (Some(_), None) => return Err("a v2= signature needs n=, a nonce"),
        (None, _) => format!("{at}."),
    };
    let mac = field("v2").or_else(|| field("sha256")).ok_or("the signature has neither sha256= nor v2=")?;
    let expected = sign(secret.as_bytes(), &[message.as_bytes(), signed.body].concat());
    if !unhex(mac).is_some_and(|mac| same(&mac, &expected)) {
        return Err("the signature does not fit this request and this key's secret");
    }
    if seconds(now).abs_diff(unix) > u64::try_from(seconds(TOLERANCE)).unwrap_or_default() {
        return Err("the signature is more than 300 seconds from this server's time");
    }
    Ok(mac.to_ascii_lowercase())
}

/// Lets a signature that is right count, once. To be called in the transaction of what it signs.
pub fn claim(tx: &mut Tx<'_>, api_key_id: i64, mac: &str) -> Result<()> {
    let now = tx.now();
    let is_new = tx.exec(
        "insert into seen_signature (api_key_id, mac, seen_at) values ($1, $2, $3) on conflict (api_key_id, mac) do nothing",
        values![api_key_id, mac, now],
    )?;
    if is_new == 1 {
        return Ok(());
    }
    Err(Error::refused("this signature has been used already").about(REPLAYED))
}

/// Forgets signatures that are too old to be taken again.
pub fn sweep(tx: &mut Tx<'_>) -> Result<u64> {
    let now = tx.now();
    tx.exec("delete from seen_signature where seen_at < $1", values![now - 2 * TOLERANCE - SECOND])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::text::hex;

    #[test]
    fn right_ones_only() {
        let signed = Signed { method: "POST", target: "/v1/products?x=1", body: b"{}" };
        let now = 1_700_000_000_000;
        let mac = |message: &[u8]| hex(&sign(b"sks_a", message));
        let plain = format!("t=1700000000,sha256={}", mac(b"1700000000.{}"));
        assert!(verify(&plain, signed, "sks_a", now).is_ok());
        assert!(verify(&plain, signed, "sks_a", now + TOLERANCE).is_ok());
        assert!(verify(&plain, signed, "sks_a", now + TOLERANCE + SECOND).is_err());
        assert!(verify(&plain, signed, "sks_a", now - TOLERANCE - SECOND).is_err());
        assert!(verify(&plain, signed, "sks_b", now).is_err());
        assert!(verify(&plain, Signed { body: b"{ }", ..signed }, "sks_a", now).is_err());
        assert!(verify(&plain.replace("t=17", "t=18"), signed, "sks_a", now).is_err());
        let strong = format!("t=1700000000, n=7f, v2={}", mac(b"1700000000.7f.POST./v1/products?x=1.{}"));
        assert!(verify(&strong, signed, "sks_a", now).is_ok());
        assert!(verify(&strong, Signed { method: "PUT", ..signed }, "sks_a", now).is_err());
        assert!(verify(&strong, Signed { target: "/v1/products", ..signed }, "sks_a", now).is_err());
        assert!(verify(&strong.replace("n=7f", "n=8f"), signed, "sks_a", now).is_err());
        for bad in
            ["", "t=1700000000", "sha256=00", "t=x,sha256=00", "t=1700000000,sha256=zz", "t=1700000000,v2=00"]
        {
            assert!(verify(bad, signed, "sks_a", now).is_err(), "{bad}");
        }
    }
}
