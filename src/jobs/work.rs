//! Does the jobs that transactions have left behind (`domain/job.rs`). Any number of processes may do so at once.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::file;
use crate::domain::job::{self, Job};
use crate::store::files::Files;

const EVERY: Duration = Duration::from_secs(1);

pub async fn run(app: Arc<App>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        loop {
            match next(&app).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(e) => {
                    tracing::warn!(error = %e, "jobs cannot be done now");
                    break;
                }
            }
        }
    }
}

/// Does one job; whether there was one.
async fn next(app: &App) -> Result<bool> {
    // A look first: most of the time nothing waits, and a write is a commit.
    if !app.store.read(job::is_due).await? {
        return Ok(false);
    }
    let Some(job) = app.store.write("take job", job::take).await? else { return Ok(false) };
    let outcome = perform(app, &job).await;
    if let Err(e) = &outcome {
        tracing::warn!(job = job.id, kind = job.kind, tries = job.tries, error = %e, "a job is put off");
    }
    let is_done = outcome.is_ok();
    let end = move |tx: &mut crate::store::Tx<'_>| {
        if is_done { job::done(tx, &job) } else { job::put_off(tx, &job) }
    };
    app.store.write("end job", end).await?;
    Ok(true)
}

async fn perform(app: &App, job: &Job) -> Result<()> {
    match job.kind.as_str() {
        file::REMOVE => remove(app, job.about.clone()).await,
        other => Err(Error::broken(format!("nobody here knows how to do '{other}'"))),
    }
}

/// Removes a content that no file has any more: sets it aside, looks at the rows, and puts it back if one has it again.
async fn remove(app: &App, sha256: String) -> Result<()> {
    on_disk(&app.files, &sha256, Files::set_aside).await?;
    let of = sha256.clone();
    let is_used = app.store.read(move |tx| file::is_used(tx, &of)).await;
    // What cannot be known is put back.
    let then = if matches!(is_used, Ok(false)) { Files::destroy } else { Files::put_back };
    on_disk(&app.files, &sha256, then).await?;
    is_used.map(|_| ())
}

async fn on_disk(files: &Files, sha256: &str, what: fn(&Files, &str) -> Result<()>) -> Result<()> {
    let (files, sha256) = (files.clone(), sha256.to_owned());
    let done = tokio::task::spawn_blocking(move || what(&files, &sha256)).await;
    done.map_err(|e| Error::broken(format!("work with files ended early: {e}")))?
}
