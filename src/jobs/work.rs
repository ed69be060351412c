//! Does the jobs that transactions have left behind (`domain/job.rs`). Any number of processes may do so at once.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::job::{self, Job};
use crate::domain::{file, mail_news};
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
        if is_done { job::done(tx, &job).map(|_| ()) } else { job::put_off(tx, &job) }
    };
    app.store.write("end job", end).await?;
    Ok(true)
}

async fn perform(app: &App, job: &Job) -> Result<()> {
    match job.kind.as_str() {
        file::REMOVE => remove(app, job).await,
        // Where nobody sends mail, nobody wants to be told.
        mail_news::TELL if app.config.mail.way.is_none() => Ok(()),
        mail_news::TELL => {
            let of = job.clone();
            app.store.write("mail news", move |tx| mail_news::piece(tx, &of)).await
        }
        other => Err(Error::broken(format!("nobody here knows how to do '{other}'"))),
    }
}

/// Removes a content that no file has any more: sets it aside, looks at the rows, and puts it back if one has it again.
async fn remove(app: &App, job: &Job) -> Result<()> {
    let used = || {
        let of = job.about.clone();
        app.store.read(move |tx| file::is_used(tx, &of))
    };
    // Another file may have the same content: then it need not be out of its place for a moment.
    if used().await? {
        return on_disk(app, job, Files::put_back).await;
    }
    on_disk(app, job, Files::set_aside).await?;
    let is_used = used().await;
    // What cannot be known is put back.
    let then = if matches!(is_used, Ok(false)) { Files::destroy } else { Files::put_back };
    on_disk(app, job, then).await?;
    is_used.map(|_| ())
}

async fn on_disk(app: &App, job: &Job, what: fn(&Files, &str, i64) -> Result<()>) -> Result<()> {
    let (files, sha256, id) = (app.files.clone(), job.about.clone(), job.id);
    let done = tokio::task::spawn_blocking(move || what(&files, &sha256, id)).await;
    done.map_err(|e| Error::broken(format!("work with files ended early: {e}")))?
}
