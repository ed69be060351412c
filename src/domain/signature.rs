//! Signed requests (the user's document and contract platform.md, "Request signing"): what is signed, and that it counts once.

use super::caller::Credential;
use crate::base::error::{Error, Result};
use crate::base::seal::{Signer, same};
use crate::base::text::unhex;
use crate::base::time::{Millis, SECOND, seconds};
use crate::store::Tx;
use crate::values;

/// How far a signature's time may be from ours.
pub const TOLERANCE: Millis = 300 * SECOND;

/// The rule that refuses a signature's second use.
pub const REPLAYED: &str = "signature_replayed";

/// Why a signature is not taken, in words.
pub type Wrong = &'static str;

/// A signature that is looked at while the body it covers comes in.
#[derive(Clone, Debug)]
pub struct Pending {
    signer: Signer,
    mac: String,
    unix: i64,
    now: Millis,
}

impl Pending {
    /// Reads the header `t=…,sha256=…`, or `t=…,n=…,v2=…`, which also covers method, target (path and query as they were sent)
    /// and a nonce.
    pub fn begin(
        header: &str,
        method: &str,
        target: &str,
        secret: &str,
        now: Millis,
    ) -> std::result::Result<Self, Wrong> {
        let field =
            |name: &str| header.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        let at = field("t").ok_or("the signature has no t=, the Unix time it was made at")?;
        let unix: i64 = at.parse().map_err(|_| "the signature's t= is no Unix time")?;
        let message = match (field("v2"), field("n")) {
            (Some(_), Some(nonce)) => format!("{at}.{nonce}.{method}.{target}."),
            (Some(_), None) => return Err("a v2= signature needs n=, a nonce"),
            (None, _) => format!("{at}."),
        };
        let mac =
            field("v2").or_else(|| field("sha256")).ok_or("the signature has neither sha256= nor v2=")?;
        let mut signer = Signer::new(secret.as_bytes());
        signer.update(message.as_bytes());
        Ok(Self { signer, mac: mac.to_ascii_lowercase(), unix, now })
    }

    /// The next piece of the raw body.
    pub fn update(&mut self, piece: &[u8]) {
        self.signer.update(piece);
    }

    /// What tells this signature from others, if it is right.
    pub fn finish(self) -> std::result::Result<String, Wrong> {
        let expected = self.signer.finish();
        if !unhex(&self.mac).is_some_and(|mac| same(&mac, &expected)) {
            return Err("the signature does not fit this request and this key's secret");
        }
        if seconds(self.now).abs_diff(self.unix) > u64::try_from(seconds(TOLERANCE)).unwrap_or_default() {
            return Err("the signature is more than 300 seconds from this server's time");
        }
        Ok(self.mac)
    }
}

/// Lets a signature that is right count, once. To be called in the transaction of what it signs.
pub fn claim(tx: &mut Tx<'_>, by: Credential, mac: &str) -> Result<()> {
    let Credential::Key(api_key_id) = by else { return Err(Error::broken("only API keys sign")) };
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
    use crate::base::seal::sign;
    use crate::base::text::hex;

    /// A request to `POST /v1/products?x=1`, but for what is given.
    fn verify(
        header: &str,
        method: &str,
        target: &str,
        body: &[u8],
        secret: &str,
        now: Millis,
    ) -> std::result::Result<String, Wrong> {
        let mut pending = Pending::begin(header, method, target, secret, now)?;
        // However it is cut.
        for piece in body.chunks(1) {
            pending.update(piece);
        }
        pending.finish()
    }

    #[test]
    fn right_ones_only() {
        let (now, target) = (1_700_000_000_000, "/v1/products?x=1");
        let takes = |header: &str, now: Millis| verify(header, "POST", target, b"{}", "sks_a", now).is_ok();
        let mac = |message: &[u8]| hex(&sign(b"sks_a", message));
        let plain = format!("t=1700000000,sha256={}", mac(b"1700000000.{}"));
        assert!(takes(&plain, now));
        assert!(takes(&plain, now + TOLERANCE));
        assert!(!takes(&plain, now + TOLERANCE + SECOND));
        assert!(!takes(&plain, now - TOLERANCE - SECOND));
        assert!(verify(&plain, "POST", target, b"{}", "sks_b", now).is_err());
        assert!(verify(&plain, "POST", target, b"{ }", "sks_a", now).is_err());
        assert!(!takes(&plain.replace("t=17", "t=18"), now));
        let strong = format!("t=1700000000, n=7f, v2={}", mac(b"1700000000.7f.POST./v1/products?x=1.{}"));
        assert!(takes(&strong, now));
        assert!(verify(&strong, "PUT", target, b"{}", "sks_a", now).is_err());
        assert!(verify(&strong, "POST", "/v1/products", b"{}", "sks_a", now).is_err());
        assert!(!takes(&strong.replace("n=7f", "n=8f"), now));
        for bad in
            ["", "t=1700000000", "sha256=00", "t=x,sha256=00", "t=1700000000,sha256=zz", "t=1700000000,v2=00"]
        {
            assert!(!takes(bad, now), "{bad}");
        }
    }
}
