//! Webhook endpoints, and the log of what was delivered to them.

use utoipa::ToSchema;

use super::calls::Calls;
use super::scalars::{Moment, Time, Url};
use super::words::{DeliveryStatus, WebhookDialect, WebhookEvent, WebhookFormat};

/// An address that is told of events.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 5, "url": "https://crm.example.com/hook", "dialect": "platform", "events": ["order.paid"], "format": "standard", "active": true,
    "off_reason": null, "failing_since": null, "created_at": "2026-11-22T08:00:00Z"})))]
pub struct Webhook {
    /// Its number.
    pub id: i64,
    /// Where deliveries go.
    pub url: String,
    /// Whose events it is sent.
    pub dialect: WebhookDialect,
    /// What it is told of, in the dialect's words; none: everything.
    pub events: Vec<WebhookEvent>,
    /// How the platform's deliveries are signed; those of a dialect are signed as it does.
    pub format: WebhookFormat,
    /// Whether it is told.
    pub active: bool,
    /// Why it was switched off by itself.
    pub off_reason: Option<String>,
    /// Since when all deliveries fail.
    pub failing_since: Option<Time>,
    /// When it was made.
    pub created_at: Time,
}

/// An endpoint with its secret, which is shown this once: a repeated request is not shown it.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 5, "url": "https://crm.example.com/hook", "dialect": "platform", "events": ["order.paid"], "format": "standard", "active": true,
    "off_reason": null, "failing_since": null, "created_at": "2026-11-22T08:00:00Z", "secret": "whsec_c2VjcmV0"})))]
pub struct WebhookWithSecret {
    /// The endpoint.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// What deliveries are signed with.
    #[schema(required = false)]
    pub secret: String,
}

/// Fields of an endpoint.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"url": "https://crm.example.com/hook", "events": ["order.paid", "licence.issued"]})))]
pub struct WebhookFields {
    /// Where deliveries go: never to a network of one's own.
    pub url: Option<Url>,
    /// Whose events it is sent, `platform` if it is left out of a new one; it stays what it is.
    pub dialect: Option<WebhookDialect>,
    /// What it is told of, in the dialect's words; none: everything.
    #[schema(max_items = 1000)]
    pub events: Option<Vec<WebhookEvent>>,
    /// How the platform's deliveries are signed; `standard` if it is left out of a new one.
    pub format: Option<WebhookFormat>,
    /// Whether it is told.
    pub active: Option<bool>,
}

/// One event on its way to one endpoint.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 77, "webhook_id": 5, "event_id": 410, "status": "pending", "attempts": 1, "http_status": 500,
    "answer": "no", "created_at": "2026-11-22T08:00:00Z", "tried_at": "2026-11-22T08:00:01Z", "next_try_at": "2026-11-22T08:00:06Z"})))]
pub struct WebhookDelivery {
    /// Its number.
    pub id: i64,
    /// The endpoint.
    pub webhook_id: i64,
    /// The event.
    pub event_id: i64,
    /// How it stands.
    pub status: DeliveryStatus,
    /// How often it was tried.
    pub attempts: i64,
    /// What the last try was answered.
    pub http_status: Option<i64>,
    /// The first 2 kB of that answer, or why there was none.
    pub answer: Option<String>,
    /// When it was queued.
    pub created_at: Time,
    /// When it was last tried.
    pub tried_at: Option<Time>,
    /// When it will be tried again.
    pub next_try_at: Option<Time>,
}

/// A stretch of time.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"from": "2026-11-22T08:00:00Z", "to": "2026-11-22T09:00:00Z"})))]
pub struct Stretch {
    /// What happened then or later.
    pub from: Moment,
    /// What happened before; until now if it is left out.
    pub to: Option<Moment>,
}

/// How many events are queued once more.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"queued": 14})))]
pub struct Replayed {
    /// How many.
    pub queued: i64,
}

/// Tells of the calls.
pub fn tell(on: &mut Calls) {
    on.noun("Webhooks", "Addresses that are told of events.");
    on.get("/v1/webhooks", "List webhooks").list::<Webhook>();
    on.post("/v1/webhooks", "Make a webhook")
        .about("The answer is the only one with the secret.")
        .takes_new::<WebhookFields>("NewWebhook", &["url"])
        .made::<WebhookWithSecret>();
    on.get("/v1/webhooks/{id}", "Show a webhook").one::<Webhook>();
    on.patch("/v1/webhooks/{id}", "Change a webhook")
        .about("Switched on again, it begins with a clean slate.")
        .takes::<WebhookFields>()
        .one::<Webhook>();
    on.delete("/v1/webhooks/{id}", "Delete a webhook").about("The answer is what it was.").one::<Webhook>();
    on.post("/v1/webhooks/{id}/rotate", "Rotate a webhook's secret")
        .about("The answer has a new secret; for a day both sign.")
        .one::<WebhookWithSecret>();
    on.post("/v1/webhooks/{id}/test", "Test a webhook")
        .about("Sends it an event `webhook.test`.")
        .answers::<WebhookDelivery>(202, "It is queued.");
    on.post("/v1/webhooks/{id}/replay", "Replay events")
        .about("The events of a stretch of time once more, 10,000 at the most.")
        .takes::<Stretch>()
        .answers::<Replayed>(202, "They are queued.");
    on.get("/v1/webhooks/{id}/deliveries", "List deliveries")
        .about("The log of 30 days.")
        .list::<WebhookDelivery>();
    on.post("/v1/webhooks/deliveries/{id}/redeliver", "Redeliver")
        .about("Begins a delivery anew, however it ended.")
        .answers::<WebhookDelivery>(202, "It is queued.");
}
