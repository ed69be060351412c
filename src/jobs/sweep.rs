//! Forgets what has had its time, and keeps the latest instant decided by.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::{
    activation, audit_log, event, file, house, idempotency, job, mail, oauth_code, oauth_grant, oauth_token,
    request_log, second_factor, session, sign_in, signature, tally_age, webhook_delivery,
};
use crate::store::Tx;

const EVERY: Duration = Duration::from_mins(1);
const TALLIES_EVERY: Duration = Duration::from_hours(6);
const PEOPLE_EVERY: Duration = Duration::from_hours(1);
const FILES_EVERY: Duration = Duration::from_hours(6);
const PATIENCE: Duration = Duration::from_millis(file::PATIENCE.unsigned_abs());

pub async fn run(app: Arc<App>) {
    let mut ticks = tokio::time::interval(EVERY);
    let mut files_swept: Option<Instant> = None;
    let mut people_swept: Option<Instant> = None;
    let mut tallies_swept: Option<Instant> = None;
    loop {
        ticks.tick().await;
        let swept = app
            .store
            .write("sweep", |tx| {
                house::keep_time(tx)?;
                activation::sweep_nonces(tx)?;
                idempotency::sweep(tx)?;
                file::give_up(tx)?;
                signature::sweep(tx)
            })
            .await;
        if let Err(e) = swept {
            tracing::warn!(error = %e, "the sweep failed");
        }
        if let Err(e) = events(&app).await {
            tracing::warn!(error = %e, "events could not be swept");
        }
        if tallies_swept.is_none_or(|at| at.elapsed() > TALLIES_EVERY) {
            tallies_swept = Some(Instant::now());
            if let Err(e) = tallies(&app).await {
                tracing::warn!(error = %e, "old figures could not be swept");
            }
        }
        if let Err(e) = logs(&app).await {
            tracing::warn!(error = %e, "the audit log and the request log could not be swept");
        }
        if people_swept.is_none_or(|at| at.elapsed() > PEOPLE_EVERY) {
            people_swept = Some(Instant::now());
            if let Err(e) = app.store.write("sweep sessions", people).await {
                tracing::warn!(error = %e, "sessions and tokens could not be swept");
            }
        }
        if files_swept.is_none_or(|at| at.elapsed() > FILES_EVERY) {
            files_swept = Some(Instant::now());
            if let Err(e) = files(&app).await {
                tracing::warn!(error = %e, "files could not be swept");
            }
        }
    }
}

/// Forgets old events and deliveries, some in each transaction, so that nobody waits for all of them.
async fn events(app: &App) -> Result<()> {
    let days = app.config.event_days;
    while app.store.write("sweep events", move |tx| event::sweep(tx, days)).await? {}
    while app.store.write("sweep deliveries", webhook_delivery::sweep).await? {}
    while app.store.write("sweep mail", mail::sweep).await? {}
    Ok(())
}

/// Adds up old hours to days and forgets old days, an hour in each transaction.
async fn tallies(app: &App) -> Result<()> {
    for old in app.store.read(tally_age::old).await? {
        app.store.write("sweep tallies", move |tx| tally_age::settle(tx, old)).await?;
    }
    Ok(())
}

/// Forgets changes and calls that were kept for as long as the settings say.
async fn logs(app: &App) -> Result<()> {
    let (changes, calls) = (app.config.audit_days, app.config.request_log_days);
    while app.store.write("sweep audit log", move |tx| audit_log::sweep(tx, changes)).await? {}
    while app.store.write("sweep request log", move |tx| request_log::sweep(tx, calls)).await? {}
    Ok(())
}

/// Forgets what people and apps were let in with, once it lets nobody in any more. Grants last, since the others hang on them.
fn people(tx: &mut Tx<'_>) -> Result<u64> {
    let gone = session::sweep(tx)? + sign_in::sweep(tx)? + oauth_code::sweep(tx)? + oauth_token::sweep(tx)?;
    Ok(gone + second_factor::sweep(tx)? + oauth_grant::sweep(tx)?)
}

/// Forgets uploads that nobody goes on with, and leaves jobs to remove contents that no row ever came for: a crash between a
/// content and its row leaves such.
async fn files(app: &App) -> Result<()> {
    let files = app.files.clone();
    let old = tokio::task::spawn_blocking(move || {
        files.discard_older_than(PATIENCE);
        files.older_than(PATIENCE)
    });
    let old = old.await.map_err(|e| Error::broken(format!("work with files ended early: {e}")))?;
    for sha256 in old {
        let of = sha256.clone();
        if !app.store.read(move |tx| file::is_used(tx, &of)).await? {
            // The job looks again before it removes anything.
            app.store.write("sweep content", move |tx| job::add(tx, file::REMOVE, &sha256)).await?;
        }
    }
    Ok(())
}
