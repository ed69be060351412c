//! Making a backup while the server goes on: on a thread, with the turn kept meanwhile, and what came of it noted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::App;
use crate::base::actor::Actor;
use crate::base::error::{Error, Kind, Result};
use crate::domain::backup;
use crate::store::Tx;
use crate::store::backup::Made;

const HOLD: Duration = Duration::from_millis(backup::LEASE.unsigned_abs() / 4);
/// Left free on the disk by a backup that a server makes: a full disk stops every write.
const RESERVE: u64 = 256 * 1_024 * 1_024;

/// Tells a thread to end when the task that waits for it is dropped.
struct Ending(Arc<AtomicBool>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl App {
    /// Makes a backup in the folder of backups, for whoever has the turn (`domain/backup.rs`), and lets go of it. How it went is
    /// logged and noted; `by` is who asked for it.
    pub async fn back_up(&self, by: Option<Arc<Actor>>) -> Result<Made> {
        let made = self.make_backup().await;
        let noted = match &made {
            Ok(made) => {
                let (at, place) = (made.manifest.at(), made.path.display().to_string());
                tracing::info!(place, bytes = made.bytes, "a backup was made");
                made.manifest.warnings().iter().for_each(|warning| tracing::warn!("{warning}"));
                let note = move |tx: &mut Tx<'_>| {
                    if let Some(by) = &by {
                        tx.act_for(by);
                    }
                    backup::made(tx, at, &place)
                };
                self.store.write("note backup", note).await
            }
            Err(e) => {
                tracing::error!(
                    error = %e,
                    "no backup could be made; it is tried again in some hours, or now by: keywright backup create"
                );
                let why = e.message.clone();
                self.store.write("note backup", move |tx| backup::failed(tx, &why)).await
            }
        };
        noted.and(made)
    }

    async fn make_backup(&self) -> Result<Made> {
        let backups = self.config.backups();
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
                done = &mut work => {
                    return done.map_err(|e| Error::broken(format!("the backup ended early: {e}")))?;
                }
                _ = holds.tick() => {
                    if let Err(e) = self.store.write("hold backup", backup::hold).await {
                        tracing::warn!(error = %e, "the turn to make a backup may be lost");
                    }
                }
            }
        }
    }
}
