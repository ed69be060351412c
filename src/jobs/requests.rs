//! Writes the request log, if it is on.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::app::App;
use crate::domain::request_log::{self, Noted};

const EVERY: Duration = Duration::from_secs(1);
/// Rows in one write: few enough that changes need not wait long behind it.
const CHUNK: usize = 500;

pub async fn run(app: Arc<App>) {
    if app.config.request_log_days == 0 {
        // A job ends when it is told to.
        return std::future::pending().await;
    }
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        flush(&app).await;
    }
}

/// Writes all that was gathered; what cannot be written is kept for the next time.
pub async fn flush(app: &App) {
    let lost = app.requests.take_lost();
    if lost > 0 {
        tracing::warn!(lost, "calls are missing in the request log: more came than could be written");
    }
    loop {
        let mut left = Left { app, calls: app.requests.take(CHUNK) };
        if left.calls.is_empty() {
            return;
        }
        let calls = left.calls.clone();
        if let Err(e) = app.store.write("request log", move |tx| request_log::store(tx, &calls)).await {
            tracing::warn!(error = %e, "the request log cannot be written now");
            return;
        }
        left.calls.clear();
    }
}

/// What a flush has still to write. It goes back when the flush ends early: by an error, or because the job is aborted.
struct Left<'a> {
    app: &'a App,
    calls: Vec<Noted>,
}

impl Drop for Left<'_> {
    fn drop(&mut self) {
        self.app.requests.put_back(std::mem::take(&mut self.calls));
    }
}
