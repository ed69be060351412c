//! How the platform's deliveries are signed and known (contract platform.md, "Webhooks").

use crate::base::seal::sign;
use crate::base::text::{base64, hex, unbase64};
use crate::base::time::{Millis, seconds};
use crate::domain::webhook::Format;
use crate::domain::webhook_queue::Taken;

/// The headers of the endpoint's format.
pub fn headers(taken: &Taken, now: Millis) -> Vec<(&'static str, String)> {
    let (id, body) = (format!("evt_{}", taken.event.id), &taken.body);
    let mut headers = Vec::new();
    match taken.format {
        Format::Shookout => {
            let names = ["x-webhook-signature", "x-webhook-signature-previous"];
            for (name, secret) in names.into_iter().zip(&taken.secrets) {
                headers.push((name, hex(&sign(secret.as_bytes(), body.as_bytes()))));
            }
            headers.push(("x-webhook-event", taken.event.kind.to_string()));
            headers.push(("x-webhook-id", id));
        }
        Format::Standard => {
            let at = seconds(now);
            let message = format!("{id}.{at}.{body}");
            let signature = |secret: &String| {
                let key = secret.strip_prefix("whsec_").and_then(unbase64).unwrap_or_default();
                format!("v1,{}", base64(&sign(&key, message.as_bytes())))
            };
            let signatures: Vec<String> = taken.secrets.iter().map(signature).collect();
            headers.push(("webhook-id", id));
            headers.push(("webhook-timestamp", at.to_string()));
            headers.push(("webhook-signature", signatures.join(" ")));
        }
    }
    headers
}
