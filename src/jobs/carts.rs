//! Tells of carts that were left with something in them, and forgets checkouts that nobody ends.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::base::error::Result;
use crate::domain::{checkout, shopping_cart};

const EVERY: Duration = Duration::from_mins(1);
/// Rows in one write: others wait only so long behind it.
const CHUNK: i64 = 200;

pub async fn run(app: Arc<App>) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        if let Err(e) = abandon(&app).await {
            tracing::warn!(error = %e, "carts that were left could not be told of");
        }
        if let Err(e) = forget(&app).await {
            tracing::warn!(error = %e, "checkouts that nobody ends could not be forgotten");
        }
    }
}

async fn abandon(app: &App) -> Result<()> {
    loop {
        match app.store.write("abandon carts", |tx| shopping_cart::abandon(tx, CHUNK)).await? {
            0 => return Ok(()),
            left => tracing::info!(left, "carts were left"),
        }
    }
}

async fn forget(app: &App) -> Result<()> {
    loop {
        match app.store.write("forget checkouts", |tx| checkout::forget(tx, CHUNK)).await? {
            0 => return Ok(()),
            gone => tracing::info!(gone, "checkouts that nobody ended are forgotten"),
        }
    }
}
