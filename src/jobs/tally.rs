//! Writes what was counted.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::base::error::Kind;
use crate::domain::tally;

const EVERY: Duration = Duration::from_secs(10);
/// Rows in one write: activations need not wait long behind it.
const CHUNK: usize = 1_000;

pub async fn run(app: Arc<App>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let app = app.clone();
        // A task of its own: if the job is aborted, a write that is under way is seen through, and nothing of it is counted twice.
        drop(tokio::spawn(async move { flush(&app).await }).await);
    }
}

/// Writes all counts; what cannot be written is kept for the next time. What may be written already is not: a figure is sooner
/// a little too small than twice as large.
pub async fn flush(app: &App) {
    let _turn = app.tallies_turn.lock().await;
    let mut left = app.tallies.take();
    while !left.is_empty() {
        let rows = left.split_off(left.len().saturating_sub(CHUNK));
        let these = rows.clone();
        if let Err(e) = app.store.write("tallies", move |tx| tally::add(tx, &these)).await {
            tracing::warn!(error = %e, "figures cannot be written now");
            if e.kind != Kind::Unknown {
                left.extend(rows);
            }
            app.tallies.put_back(left);
            return;
        }
    }
}
