//! How deliveries of the Shoppy dialect are signed (contract commerce.md, P16).

use crate::base::seal::sign512;
use crate::base::text::hex;
use crate::domain::webhook_queue::Taken;

/// HMAC-SHA512 of the body in hexadecimal digits by the newest secret.
pub fn headers(taken: &Taken) -> Vec<(&'static str, String)> {
    let signature = |secret: &String| hex(&sign512(secret.as_bytes(), taken.body.as_bytes()));
    let names = ["x-shoppy-signature", "x-shoppy-signature-previous"];
    names.into_iter().zip(taken.secrets.iter().map(signature)).collect()
}
