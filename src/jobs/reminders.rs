//! Reminds owners of purchases that near their end. Several processes may do so at once: what one has
//! queued the other does not queue again.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::domain::mail_news::{self, DAYS, Mark};

const EVERY: Duration = Duration::from_mins(10);
/// Purchases in one write: others wait only so long behind it.
const CHUNK: i64 = 500;

pub async fn run(app: Arc<App>) {
    let mut ticks = tokio::time::interval(EVERY);
    let mut marks: [Option<Mark>; DAYS.len()] = Default::default();
    loop {
        ticks.tick().await;
        for (days, mark) in DAYS.into_iter().zip(&mut marks) {
            remind(&app, days, mark).await;
        }
    }
}

/// Goes on from the mark as far as there is something to remind of.
async fn remind(app: &App, days: i64, mark: &mut Option<Mark>) {
    loop {
        let from = *mark;
        let reminded = app.store.write("remind", move |tx| mail_news::remind(tx, days, from, CHUNK)).await;
        match reminded {
            Ok((reached, there_are_more)) => {
                *mark = Some(reached);
                if !there_are_more {
                    return;
                }
            }
            Err(e) => {
                tracing::warn!(error = %e, "reminders could not be queued");
                return;
            }
        }
    }
}
