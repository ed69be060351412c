//! Tells of carts that were left with something in them.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::domain::shopping_cart;

const EVERY: Duration = Duration::from_mins(1);
/// Carts in one write: others wait only so long behind it.
const CHUNK: i64 = 200;

pub async fn run(app: Arc<App>) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        loop {
            match app.store.write("abandon carts", |tx| shopping_cart::abandon(tx, CHUNK)).await {
                Ok(0) => break,
                Ok(left) => tracing::info!(left, "carts were left"),
                Err(e) => {
                    tracing::warn!(error = %e, "carts that were left could not be told of");
                    break;
                }
            }
        }
    }
}
