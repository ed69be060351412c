//! How deliveries of the Shopvo dialect are signed (its document, "Verifying incoming webhook signatures").

use crate::base::seal::sign;
use crate::base::text::hex;
use crate::base::time::{Millis, seconds};
use crate::domain::webhook_queue::Taken;

/// `t=<seconds>,sha256=<hex>` by the newest secret. The document's receiver reads one signature of a header: the one by an old secret has
/// a header of its own.
pub fn headers(taken: &Taken, now: Millis) -> Vec<(&'static str, String)> {
    let at = seconds(now);
    let message = format!("{at}.{}", taken.body);
    let signature =
        |secret: &String| format!("t={at},sha256={}", hex(&sign(secret.as_bytes(), message.as_bytes())));
    let names = ["x-shopvo-signature", "x-shopvo-signature-previous"];
    names.into_iter().zip(taken.secrets.iter().map(signature)).collect()
}
