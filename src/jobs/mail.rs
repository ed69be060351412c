//! Sends letters: takes what is due, writes it, hands it over, and writes down what came of that.

mod letters;
mod message;
mod post;
pub mod sample;
mod smtp;
mod values;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::app::App;
use crate::base::error::{Error, Result};
use crate::domain::mail_delivery::{self as delivery, Outcome, Taken};
use crate::store::Tx;

pub use self::letters::{Letters, Written};
pub use self::message::Mark;
pub use self::post::Post;
pub use self::smtp::Refusal;

/// How often it is looked for what is due.
const EVERY: Duration = Duration::from_millis(500);
/// Letters under way at a time.
const AT_ONCE: usize = 8;

/// Sends letters, for ever; not at all where no way is set.
pub async fn run(app: Arc<App>) {
    let post = match Post::open(&app.config.mail, &app.config.public_url) {
        Ok(Some(post)) => post,
        Ok(None) => return,
        Err(e) => {
            tracing::error!(error = %e, "mail cannot be sent");
            return;
        }
    };
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            _ = ticks.tick() => post.rest(),
            Some(_) = under_way.join_next() => while under_way.try_join_next().is_some() {},
        }
        if let Err(e) = fill(&app, &post, &mut under_way).await {
            tracing::warn!(error = %e, "mail cannot be sent now");
        }
    }
}

/// Begins what is due, as far as there is room.
async fn fill(app: &Arc<App>, post: &Post, under_way: &mut JoinSet<()>) -> Result<()> {
    let room = AT_ONCE - under_way.len();
    if room == 0 || !app.store.read(delivery::is_due).await? {
        return Ok(());
    }
    let (master, sends_tests) = (app.master.clone(), post.is_folder());
    let take = move |tx: &mut Tx<'_>| delivery::take(tx, room, sends_tests, &master);
    for taken in app.store.write("take mail", take).await? {
        let (app, post) = (app.clone(), post.clone());
        under_way.spawn(async move { deliver(&app, &post, taken).await });
    }
    Ok(())
}

/// Sends a letter and writes down what came of it.
async fn deliver(app: &App, post: &Post, taken: Taken) {
    let claim = taken.claim;
    let outcome = match written(post, &taken).await {
        Ok(Some(written)) => handed_over(post, &taken, written).await,
        Ok(None) => Outcome::Sent("not sent: its template is empty".into()),
        Err(e) => {
            tracing::error!(letter = claim.id, template = %claim.template, error = %e, "a letter cannot be written");
            Outcome::PutOff(e.message)
        }
    };
    let settle = move |tx: &mut Tx<'_>| delivery::settle(tx, claim, &outcome);
    if let Err(e) = app.store.write("settle mail", settle).await {
        // Its lease ends by itself, and it is sent again.
        tracing::warn!(letter = claim.id, error = %e, "what came of a letter is not written down");
    }
}

/// Writes a letter; a vendor's template that is broken is told of.
async fn written(post: &Post, taken: &Taken) -> Result<Option<Written>> {
    let (letters, of) = (post.letters.clone(), taken.clone());
    let write = move || letters.write(of.claim.template, &of.recipient, &of.told);
    let (written, wrong) = tokio::task::spawn_blocking(write)
        .await
        .map_err(|e| Error::broken(format!("the writing of a letter ended early: {e}")))??;
    if let Some(wrong) = wrong {
        tracing::warn!(error = %wrong, "a template of your own is broken: the letter went out with keywright's");
    }
    Ok(written)
}

/// Hands a letter over. The log says neither whom it is to nor what the server said, which may quote that.
async fn handed_over(post: &Post, taken: &Taken, written: Written) -> Outcome {
    let claim = taken.claim;
    let mark = Mark { id: Some(claim.id), created_at: taken.created_at, template: claim.template };
    match post.send(&taken.recipient, mark, written).await {
        Ok(said) => Outcome::Sent(said),
        Err(Refusal { is_final, code, said }) => {
            let then = if is_final { "a letter was refused" } else { "a letter could not be sent" };
            tracing::warn!(letter = claim.id, template = %claim.template, attempts = claim.attempts, code, "{then}");
            if is_final { Outcome::Refused(said) } else { Outcome::PutOff(said) }
        }
    }
}
