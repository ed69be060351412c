//! Renews the prebuilt update checks when another process has published something.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;

/// What one process publishes shows in every other within a second.
const EVERY: Duration = Duration::from_millis(400);

pub async fn run(app: Arc<App>) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        if let Err(e) = app.renew_catalogue().await {
            // The last known answers go on being served.
            tracing::warn!(error = %e, "update checks cannot be renewed");
        }
    }
}
