//! Tells webhook endpoints of events: takes what is due, sends it, and writes down what came of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::outbound::Outbound;
use crate::app::App;
use crate::base::error::Result;
use crate::base::seal::sign;
use crate::base::text::{base64, hex, unbase64};
use crate::base::time::{Clock, Millis, seconds};
use crate::domain::webhook::Format;
use crate::domain::webhook_delivery::{self as delivery, Outcome, Standing, Taken};

/// How often it is looked for what is due, while nothing is known to be.
const EVERY: Duration = Duration::from_millis(200);
/// How long an endpoint may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Deliveries under way at a time, and of these to endpoints that have yet to show that they answer: the others always find room.
const AT_ONCE: usize = 64;
const AT_ONCE_UNPROVEN: usize = 56;

/// What is under way, and what has ended but is not written down yet.
#[derive(Default)]
struct UnderWay {
    sent: JoinSet<(Taken, Outcome)>,
    ended: Vec<(Taken, Outcome)>,
    standing: Standing,
    unproven: usize,
    count: u64,
}

pub async fn run(app: Arc<App>) {
    let outbound = match Outbound::new(&app.config.webhook_allow, PATIENCE) {
        Ok(outbound) => outbound,
        Err(e) => {
            tracing::error!(error = %e, "webhooks cannot be sent");
            return;
        }
    };
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut under_way = UnderWay::default();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            Some(ended) = under_way.sent.join_next() => under_way.end(ended.ok()),
        }
        // What else has ended goes into the same transaction.
        while let Some(ended) = under_way.sent.try_join_next() {
            under_way.end(ended.ok());
        }
        if let Err(e) = under_way.turn(&app, &outbound).await {
            // Leases end by themselves, and what they were for is sent again.
            tracing::warn!(error = %e, "webhooks cannot be sent now, or what came of them is not written down");
        }
    }
}

impl UnderWay {
    /// Writes down what has ended, and begins what is due, as far as there is room.
    async fn turn(&mut self, app: &Arc<App>, outbound: &Outbound) -> Result<()> {
        let room = AT_ONCE - self.sent.len();
        if self.ended.is_empty() && (room == 0 || !app.store.read(delivery::is_due).await?) {
            return Ok(());
        }
        let room_unproven = AT_ONCE_UNPROVEN.saturating_sub(self.unproven);
        let (ended, standing) = (std::mem::take(&mut self.ended), self.standing.clone());
        let master = app.master.clone();
        let turn = move |tx: &mut crate::store::Tx<'_>| {
            delivery::turn(tx, &ended, room, room_unproven, &standing, &master)
        };
        for taken in app.store.write("webhooks", turn).await? {
            self.count += 1;
            self.standing.served.insert(taken.webhook_id, self.count);
            *self.standing.busy.entry(taken.webhook_id).or_default() += 1;
            self.unproven += usize::from(!taken.is_proven);
            let outbound = outbound.clone();
            self.sent.spawn(async move {
                let outcome = deliver(&outbound, &taken).await;
                (taken, outcome)
            });
        }
        Ok(())
    }

    fn end(&mut self, ended: Option<(Taken, Outcome)>) {
        let Some((taken, outcome)) = ended else { return };
        let standing = &mut self.standing;
        self.unproven -= usize::from(!taken.is_proven);
        if let Some(busy) = standing.busy.get_mut(&taken.webhook_id) {
            *busy -= 1;
            if *busy == 0 {
                standing.busy.remove(&taken.webhook_id);
            }
        }
        if outcome.is_taken() {
            standing.proven.insert(taken.webhook_id);
        } else {
            standing.proven.remove(&taken.webhook_id);
        }
        self.ended.push((taken, outcome));
    }
}

/// Sends a delivery: what came of it.
async fn deliver(outbound: &Outbound, taken: &Taken) -> Outcome {
    let body = serde_json::to_string(&taken.event).unwrap_or_default();
    let headers = headers(taken, &body, Clock::System.now());
    match outbound.post(&taken.url, &headers, &body).await {
        Ok(reply) => Outcome {
            status: Some(reply.status),
            said: reply.body,
            retry_after: reply.retry_after.and_then(|wait| Millis::try_from(wait.as_millis()).ok()),
        },
        Err(failure) => Outcome { status: None, said: failure.to_string(), retry_after: None },
    }
}

/// What a delivery is signed by and known by.
fn headers(taken: &Taken, body: &str, now: Millis) -> Vec<(&'static str, String)> {
    let id = format!("evt_{}", taken.event.id);
    let mut headers = vec![("content-type", "application/json".to_owned())];
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
