//! How deliveries of the Shopkit dialect are signed (contract commerce.md, "delivery").

use crate::base::seal::sign;
use crate::base::text::hex;
use crate::domain::webhook_queue::Taken;

/// Which event it is, and HMAC-SHA256 of the body in hexadecimal digits by the newest secret.
pub fn headers(taken: &Taken) -> Vec<(&'static str, String)> {
    let event = taken.told_as.clone().unwrap_or_default();
    let signature = |secret: &String| hex(&sign(secret.as_bytes(), taken.body.as_bytes()));
    let names = ["x-webhook-signature", "x-webhook-signature-previous"];
    let signatures = names.into_iter().zip(taken.secrets.iter().map(signature));
    std::iter::once(("x-shopkit-event", event)).chain(signatures).collect()
}
