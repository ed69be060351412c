//! Forgets what has had its time, and keeps the latest instant decided by.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::domain::{activation, house, idempotency, signature};

const EVERY: Duration = Duration::from_mins(1);

pub async fn run(app: Arc<App>) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        let swept = app
            .store
            .write("sweep", |tx| {
                house::keep_time(tx)?;
                activation::sweep_nonces(tx)?;
                idempotency::sweep(tx)?;
                signature::sweep(tx)
            })
            .await;
        if let Err(e) = swept {
            tracing::warn!(error = %e, "the sweep failed");
        }
    }
}
