//! Tells webhook endpoints of events: takes what is due, sends it, and writes down what came of it. What a dialect signs a delivery with
//! is in a file of its own.

mod platform;
mod shopkit;
mod shoppy;
mod shopvo;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::outbound::Outbound;
use crate::app::App;
use crate::base::error::Result;
use crate::base::time::{Clock, Millis};
use crate::domain::webhook_dialect::Dialect;
use crate::domain::webhook_queue::{self as queue, Outcome, Standing, Taken};
use crate::store::Tx;

/// How often it is looked for what is due, while nothing is known to be.
const EVERY: Duration = Duration::from_millis(200);
/// And while there is: deliveries that ended meanwhile share a commit, which costs as much as several of them.
const PACE: Duration = Duration::from_millis(20);
/// And after the database took nothing.
const TROUBLE: Duration = Duration::from_secs(1);
/// How long an endpoint may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Deliveries under way at a time, and of these to one endpoint.
const AT_ONCE: usize = 64;
const AT_ONCE_EACH: usize = 4;

/// What this process has taken: what is under way, what waits for its turn, and what has ended but is not written down yet.
struct Held {
    outbound: Outbound,
    sent: JoinSet<(Taken, Outcome)>,
    /// By endpoint, how many are under way, and those that wait.
    endpoints: BTreeMap<i64, (usize, VecDeque<Taken>)>,
    ended: Vec<(Taken, Option<Outcome>)>,
    standing: Standing,
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
    let mut held = Held::new(outbound);
    let mut next_turn = Instant::now();
    loop {
        tokio::select! {
            () = sleep_until(next_turn) => {}
            Some(ended) = held.sent.join_next() => held.end(ended.ok()),
        }
        // What else has ended goes into the same transaction.
        while let Some(ended) = held.sent.try_join_next() {
            held.end(ended.ok());
        }
        held.begin();
        if Instant::now() < next_turn {
            continue;
        }
        let pause = match held.turn(&app).await {
            Ok(is_busy) if is_busy || !held.endpoints.is_empty() => PACE,
            Ok(_) => EVERY,
            Err(e) => {
                tracing::warn!(error = %e, "webhooks cannot be sent now, nor what came of them be written down");
                TROUBLE
            }
        };
        held.begin();
        next_turn = Instant::now() + pause;
    }
}

impl Held {
    fn new(outbound: Outbound) -> Self {
        Self {
            outbound,
            sent: JoinSet::new(),
            endpoints: BTreeMap::new(),
            ended: Vec::new(),
            standing: Standing::default(),
            count: 0,
        }
    }

    /// Writes down what has ended, and takes what is due, as far as there is room; whether there was anything.
    async fn turn(&mut self, app: &App) -> Result<bool> {
        if self.ended.is_empty() && !app.store.read(queue::is_due).await? {
            return Ok(false);
        }
        let (ended, standing, means) =
            (Arc::new(std::mem::take(&mut self.ended)), self.standing.clone(), app.webhooks.clone());
        let is_busy = !ended.is_empty();
        let told = ended.clone();
        let turn = move |tx: &mut Tx<'_>| queue::turn(tx, &told, &standing, &means);
        let written = app.store.write("webhooks", turn).await;
        if written.is_err() {
            // The next turn writes them: what has its answer is not to be sent again.
            self.ended.extend(ended.iter().cloned());
        }
        let taken = written?;
        let is_busy = is_busy || !taken.is_empty();
        for taken in taken {
            self.count += 1;
            self.standing.took(taken.webhook_id, self.count, taken.is_proven);
            self.endpoints.entry(taken.webhook_id).or_default().1.push_back(taken);
        }
        Ok(is_busy)
    }

    /// Begins what waits, as far as there is room: first for the endpoints with the least under way, so that the slow do not hold up the
    /// quick.
    fn begin(&mut self) {
        while self.sent.len() < AT_ONCE {
            let waiting = self.endpoints.values_mut().filter(|(_, waiting)| !waiting.is_empty());
            let least = waiting.min_by_key(|(under_way, _)| *under_way);
            let Some((under_way, waiting)) = least.filter(|(under_way, _)| *under_way < AT_ONCE_EACH) else {
                break;
            };
            let Some(taken) = waiting.pop_front() else { break };
            *under_way += 1;
            let outbound = self.outbound.clone();
            self.sent.spawn(async move {
                let outcome = deliver(&outbound, &taken).await;
                (taken, outcome)
            });
        }
    }

    fn end(&mut self, ended: Option<(Taken, Outcome)>) {
        let Some((taken, outcome)) = ended else { return };
        let is_taken = outcome.is_taken();
        if let Some((under_way, waiting)) = self.endpoints.get_mut(&taken.webhook_id) {
            *under_way -= 1;
            if !is_taken {
                // What waits would hold others up, and is not tried before its endpoint answers again.
                for left in waiting.drain(..) {
                    self.standing.ended(&left, false);
                    self.ended.push((left, None));
                }
            }
            if *under_way == 0 && waiting.is_empty() {
                self.endpoints.remove(&taken.webhook_id);
            }
        }
        self.standing.ended(&taken, is_taken);
        self.ended.push((taken, Some(outcome)));
    }
}

/// Sends a delivery: what came of it.
async fn deliver(outbound: &Outbound, taken: &Taken) -> Outcome {
    let headers = headers(taken, Clock::System.now());
    match outbound.post(&taken.url, &headers, &taken.body).await {
        Ok(reply) => Outcome {
            status: Some(reply.status),
            said: reply.body,
            retry_after: reply.retry_after.and_then(|wait| Millis::try_from(wait.as_millis()).ok()),
        },
        Err(failure) => Outcome { status: None, said: failure.to_string(), retry_after: None },
    }
}

/// What a delivery is signed by and known by.
fn headers(taken: &Taken, now: Millis) -> Vec<(&'static str, String)> {
    let mut headers = vec![("content-type", "application/json".to_owned())];
    headers.extend(match taken.dialect {
        Dialect::Platform => platform::headers(taken, now),
        Dialect::Shopvo => shopvo::headers(taken, now),
        Dialect::Shopkit => shopkit::headers(taken),
        Dialect::Shoppy => shoppy::headers(taken),
    });
    headers
}
