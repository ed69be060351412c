//! Makes the backups that the settings ask for, one process of all that share a database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::app::App;
use crate::base::error::{Error, Kind, Result};
use crate::base::time::HOUR;
use crate::domain::backup;
use crate::store::backup::Made;

const EVERY: Duration = Duration::from_mins(1);
/// A server that is just being set up is left alone for so long; later ones begin at once.
const FIRST: Duration = Duration::from_mins(10);
const HOLD: Duration = Duration::from_millis(backup::LEASE.unsigned_abs() / 4);
/// Left free on the disk by a backup that nobody asked for by hand: a full disk stops every write.
const RESERVE: u64 = 256 * 1_024 * 1_024;

pub async fn run(app: Arc<App>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(e) = turn(&app).await {
            tracing::warn!(error = %e, "whether a backup is due cannot be told now");
        }
    }
}

/// Makes a backup if one is due.
async fn turn(app: &Arc<App>) -> Result<()> {
    let every = app.config.backup_every_hours * HOUR;
    let may_be_first = app.started.elapsed() >= FIRST;
    let is_due = move |tx: &mut crate::store::Tx<'_>| {
        let now = tx.now();
        Ok(backup::standing(tx)?.is_due(now, every, may_be_first))
    };
    if !app.store.read(is_due).await?
        || !app.store.write("take backup", move |tx| backup::take(tx, every, may_be_first)).await?
    {
        return Ok(());
    }
    match make(app).await {
        Ok(made) => {
            let (at, place) = (made.manifest.at(), made.path.display().to_string());
            tracing::info!(place, bytes = made.bytes, "a backup was made");
            made.manifest.warnings().iter().for_each(|warning| tracing::warn!("{warning}"));
            app.store.write("note backup", move |tx| backup::made(tx, at, &place)).await?;
            thin(app).await
        }
        Err(e) => {
            tracing::error!(error = %e, "no backup could be made; it is tried again in some hours, or now by: keywright backup create");
            app.store.write("note backup", move |tx| backup::failed(tx, &e.message)).await
        }
    }
}

/// Tells a thread to end when the task that waits for it is dropped.
struct Ending(Arc<AtomicBool>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Makes a backup on a thread, and keeps the turn meanwhile.
async fn make(app: &Arc<App>) -> Result<Made> {
    let backups = app.config.backups();
    let ending = Ending(Arc::default());
    let is_ending = ending.0.clone();
    let mut work = tokio::task::spawn_blocking(move || {
        let tick = |_: &'static str, _: u64, _: u64| {
            let ends = is_ending.load(Ordering::SeqCst);
            if ends { Err(Error::new(Kind::Unavailable, "the server stops")) } else { Ok(()) }
        };
        backups.create(None, RESERVE, &tick)
    });
    let mut holds = tokio::time::interval(HOLD);
    loop {
        tokio::select! {
            done = &mut work => return done.map_err(|e| Error::broken(format!("the backup ended early: {e}")))?,
            _ = holds.tick() => {
                if let Err(e) = app.store.write("hold backup", backup::hold).await {
                    tracing::warn!(error = %e, "the turn to make a backup may be lost");
                }
            }
        }
    }
}

async fn thin(app: &Arc<App>) -> Result<()> {
    let (backups, keep) = (app.config.backups(), app.config.backup_keep);
    let gone = tokio::task::spawn_blocking(move || backups.thin(keep)).await;
    let gone = gone.map_err(|e| Error::broken(format!("old backups: {e}")))??;
    gone.iter().for_each(|name| tracing::info!(name, "an old backup was removed"));
    Ok(())
}
