//! What is sent to endpoints of webhooks.

use serde_json::{Value, json};

use keywright::base::words::Words;
use keywright::domain::event::Kind;

/// What an event of a kind tells.
fn told(kind: Kind) -> &'static str {
    match kind {
        Kind::ProductCreated | Kind::ProductUpdated => "ProductData",
        Kind::ReleasePublished | Kind::ReleaseYanked => "ReleaseData",
        Kind::OrderCreated
        | Kind::OrderPaid
        | Kind::OrderPartiallyPaid
        | Kind::OrderCancelled
        | Kind::OrderRefunded
        | Kind::OrderUpdated
        | Kind::OrderDeleted
        | Kind::OrderDisputed
        | Kind::PaymentFailed => "OrderData",
        Kind::PurchaseCreated | Kind::PurchaseCancelled | Kind::PurchaseExpired => "PurchaseData",
        Kind::LicenceIssued | Kind::LicenceSuspended | Kind::LicenceResumed | Kind::LicenceExpired => {
            "LicenceData"
        }
        Kind::LicenceActivated | Kind::LicenceDeactivated => "UseData",
        Kind::LicenceReset => "ResetData",
        Kind::CustomerCreated | Kind::CustomerUpdated => "CustomerData",
        Kind::CartAbandoned => "CartData",
        Kind::InventoryLow | Kind::InventoryOut => "VariantData",
        Kind::TicketCreated | Kind::TicketReplied => "TicketData",
        Kind::ReviewCreated => "ReviewData",
        Kind::WebhookDisabled | Kind::WebhookTest => "WebhookData",
    }
}

/// What is sent to endpoints, by kind of event.
pub fn webhooks() -> Value {
    let of = |(kind, (word, about)): (&Kind, &(&str, &str))| {
        let data = format!("#/components/schemas/{}", told(*kind));
        let body = json!({"allOf": [{"$ref": "#/components/schemas/Event"},
            {"properties": {"event": {"const": word}, "data": {"$ref": data}}}]});
        let post = json!({
            "summary": about.trim(),
            "operationId": word,
            "tags": ["Webhooks"],
            "parameters": HEADERS.map(|(name, about)| json!({"name": name, "in": "header", "description": about, "schema": {"type": "string"}})),
            "requestBody": {"required": true, "content": {"application/json": {"schema": body}}},
            "responses": {
                "2XX": {"description": "The endpoint has it; within 5 seconds."},
                "410": {"description": "The endpoint is gone: it is switched off at once."},
                "default": {"description": "It is sent again: 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h later."},
            },
            "security": [],
        });
        ((*word).to_owned(), json!({"post": post}))
    };
    Value::Object(Kind::ALL.iter().zip(Kind::TOLD).map(of).collect())
}

/// How deliveries are signed and known, in either format.
const HEADERS: [(&str, &str); 7] = [
    ("webhook-id", "Format `standard`: `evt_` and the event's number."),
    ("webhook-timestamp", "Format `standard`: Unix seconds."),
    (
        "webhook-signature",
        "Format `standard`: `v1,` and the Base64 of HMAC-SHA256 of `id.timestamp.body` under the bytes that follow `whsec_` in Base64; after a rotation two, with a space between them.",
    ),
    (
        "X-Webhook-Signature",
        "Format `shookout`: HMAC-SHA256 of the body in hexadecimal digits, under the whole secret.",
    ),
    (
        "X-Webhook-Signature-Previous",
        "Format `shookout`: the same under the old secret, for a day after a rotation.",
    ),
    ("X-Webhook-Event", "Format `shookout`: the type of the event."),
    ("X-Webhook-Id", "Format `shookout`: `evt_` and the event's number."),
];
