//! Writes when activations were last checked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::app::App;
use crate::domain::last_checked::{self, Entry};

const EVERY: Duration = Duration::from_secs(5);
/// More than so many are left for the half minute: the longer they gather, the more of them share a page that is written.
const FEW: usize = 10_000;
const MANY_EVERY: Duration = Duration::from_secs(30);
/// Rows in one write: few enough that activations need not wait long behind it, and many, since every commit makes the readers
/// forget the pages they hold.
const CHUNK: usize = 1_000;

pub async fn run(app: Arc<App>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut last = Instant::now();
    loop {
        ticks.tick().await;
        let count = app.gathered.len();
        if count <= FEW || count >= last_checked::MOST / 2 || last.elapsed() >= MANY_EVERY {
            flush(&app).await;
            last = Instant::now();
        }
    }
}

/// Writes all that was gathered; what cannot be written is kept for the next time.
pub async fn flush(app: &App) {
    let mut left = Left { app, entries: app.gathered.take() };
    while !left.entries.is_empty() {
        let rows = left.entries[left.entries.len().saturating_sub(CHUNK)..].to_vec();
        let count = rows.len();
        if let Err(e) = app.store.write("last checked", move |tx| last_checked::store(tx, &rows)).await {
            tracing::warn!(error = %e, "'last checked' cannot be written now");
            return;
        }
        left.entries.truncate(left.entries.len() - count);
    }
}

/// What a flush has still to write. It goes back when the flush ends early: by an error, or because the job is aborted.
struct Left<'a> {
    app: &'a App,
    entries: Vec<Entry>,
}

impl Drop for Left<'_> {
    fn drop(&mut self) {
        self.app.gathered.put_back(&self.entries);
    }
}
