//! Floor 3: the clock. What the server does without being asked.

mod backup;
mod carts;
mod catalogue;
mod expiry;
pub mod mail;
pub mod move_in;
mod outbound;
mod reminders;
mod requests;
mod sweep;
mod tally;
mod touch;
mod webhooks;
mod work;

use std::sync::Arc;

use tokio::task::JoinHandle;

use crate::app::App;

/// Starts all jobs. They end when the handles are aborted; [`finish`] then writes what they hold.
pub fn start(app: &Arc<App>) -> Vec<JoinHandle<()>> {
    let mut jobs = vec![
        tokio::spawn(catalogue::run(app.clone())),
        tokio::spawn(carts::run(app.clone())),
        tokio::spawn(expiry::run(app.clone())),
        tokio::spawn(touch::run(app.clone())),
        tokio::spawn(tally::run(app.clone())),
        tokio::spawn(sweep::run(app.clone())),
        tokio::spawn(work::run(app.clone())),
        tokio::spawn(webhooks::run(app.clone())),
        tokio::spawn(requests::run(app.clone())),
    ];
    if app.config.backup_every_hours > 0 {
        jobs.push(tokio::spawn(backup::run(app.clone())));
    }
    if app.config.mail.way.is_some() {
        jobs.push(tokio::spawn(mail::run(app.clone())));
        jobs.push(tokio::spawn(reminders::run(app.clone())));
    }
    jobs
}

/// Writes what is still held in memory, for a clean stop.
pub async fn finish(app: &App) {
    touch::flush(app).await;
    tally::flush(app).await;
    requests::flush(app).await;
}
