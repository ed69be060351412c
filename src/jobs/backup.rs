//! Makes the backups that the settings ask for, one process of all that share a database, and removes old ones.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::base::error::{Error, Result};
use crate::base::time::HOUR;
use crate::domain::backup;

const EVERY: Duration = Duration::from_mins(1);
/// A server that is just being set up is left alone for so long before its first backup; one that had one begins at once.
const FIRST: Duration = Duration::from_mins(10);

pub async fn run(app: Arc<App>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(e) = turn(&app).await {
            tracing::warn!(error = %e, "whether a backup is due, or was noted, cannot be told now");
        }
    }
}

/// Makes a backup if one is due.
async fn turn(app: &App) -> Result<()> {
    let every = app.config.backup_every_hours * HOUR;
    let may_be_first = app.started.elapsed() >= FIRST;
    let is_due = move |tx: &mut crate::store::Tx<'_>| {
        let now = tx.now();
        Ok(backup::standing(tx)?.is_due(now, every, may_be_first))
    };
    // A look first: most of the time none is due, and a write is a commit.
    if !app.store.read(is_due).await?
        || !app.store.write("take backup", move |tx| backup::take_due(tx, every, may_be_first)).await?
    {
        return Ok(());
    }
    // Why it failed is logged and noted already.
    if app.back_up(None).await.is_err() {
        return Ok(());
    }
    let (backups, keep) = (app.config.backups(), app.config.backup_keep);
    let gone = tokio::task::spawn_blocking(move || backups.thin(keep)).await;
    let gone = gone.map_err(|e| Error::broken(format!("old backups: {e}")))??;
    for name in gone {
        tracing::info!(name, "an old backup was removed");
    }
    Ok(())
}
