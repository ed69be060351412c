//! Ends purchases whose term is over. Several processes may do so at once: what one has ended the other does not find.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::domain::purchase;

const EVERY: Duration = Duration::from_mins(1);
/// Purchases in one write: others wait only so long behind it.
const CHUNK: i64 = 500;

pub async fn run(app: Arc<App>) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        loop {
            match app.store.write("expire purchases", |tx| purchase::expire(tx, CHUNK)).await {
                Ok(0) => break,
                Ok(ended) => tracing::info!(ended, "purchases have ended"),
                Err(e) => {
                    tracing::warn!(error = %e, "purchases could not be ended");
                    break;
                }
            }
        }
    }
}
