//! Writes when activations were last checked.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::domain::last_checked;

const EVERY: Duration = Duration::from_secs(3);
/// Rows in one write, so that activations need not wait long behind it.
const CHUNK: usize = 500;

pub async fn run(app: Arc<App>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        flush(&app).await;
    }
}

/// Writes all that was gathered; what cannot be written is kept for the next time.
pub async fn flush(app: &App) {
    let entries = app.gathered.take();
    for (index, chunk) in entries.chunks(CHUNK).enumerate() {
        let rows = chunk.to_vec();
        if let Err(e) = app.store.write("last checked", move |tx| last_checked::store(tx, &rows)).await {
            tracing::warn!(error = %e, "'last checked' cannot be written now");
            app.gathered.put_back(&entries[index * CHUNK..]);
            return;
        }
    }
}
