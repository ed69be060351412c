//! `doctor`: looks for what is wrong, and says what to do.

use std::process::ExitCode;

use serde_json::json;

use super::context::{Context, Whose, block_on};
use super::output;
use crate::base::error::Result;
use crate::base::finding::{Finding, Level};
use crate::base::time::Clock;
use crate::config::findings as settings;
use crate::domain::findings;
use crate::domain::mail::Template;
use crate::domain::shop::Mode;
use crate::jobs::mail::{Post, sample};
use crate::store::Store;

/// Prints findings; exit code 1 if anything is wrong.
pub fn run(context: &Context) -> ExitCode {
    let mut findings = Vec::new();
    let mut say = |level, says: String| findings.push(Finding { level, says });
    match context.config() {
        Ok(config) => {
            say(Level::Fine, "the settings can be read".into());
            for finding in settings::of(&config) {
                say(finding.level, finding.says);
            }
            match context.store() {
                Ok(store) => {
                    database(&store, Whose { mode: Mode::Live, ..context.whose }, &mut say);
                    let every = config.backup_every_hours;
                    let of_backups =
                        store.read(move |tx| findings::of_backups(tx, Clock::System.now(), every));
                    tell(block_on(of_backups).and_then(|read| read), &mut say);
                    mail(context, &store, &mut say);
                }
                Err(e) => say(Level::Wrong, e.message),
            }
        }
        Err(e) => say(Level::Wrong, e.message),
    }
    let wrong = findings.iter().any(|f| f.level == Level::Wrong);
    if context.json {
        output::json(&json!({"ok": !wrong, "findings": findings}));
    } else {
        for finding in &findings {
            let mark = match finding.level {
                Level::Fine => "ok     ",
                Level::Warning => "warning",
                Level::Wrong => "WRONG  ",
            };
            output::line(&format!("{mark}  {}", finding.says));
        }
    }
    ExitCode::from(u8::from(wrong))
}

fn mail(context: &Context, store: &Store, say: &mut dyn FnMut(Level, String)) {
    let post = context.config_for_mail().and_then(|config| Post::open(&config.mail, &config.public_url));
    let post = match post {
        Ok(Some(post)) => post,
        Ok(None) => {
            let says = "mail is not set up, so buyers get no receipts and no keys by mail; to send it, set mail_from and mail_server";
            return say(Level::Warning, says.into());
        }
        Err(e) => return say(Level::Wrong, e.message),
    };
    match block_on(post.try_out()) {
        Ok(Ok(there)) => say(Level::Fine, format!("mail can be sent: {there}")),
        Ok(Err(refusal)) => {
            let says = format!(
                "the mail server takes no letters now: {}. Set mail_server right, or wait",
                refusal.said
            );
            say(Level::Wrong, says);
        }
        Err(e) => say(Level::Wrong, e.message),
    }
    for template in Template::ALL {
        if let Err(e) =
            post.letters.write_as_told(*template, "somebody@customer.example", &sample::of(*template))
        {
            say(Level::Warning, format!("{}; letters go out with keywright's own meanwhile", e.message));
        }
    }
    let looked = block_on(store.read(|tx| findings::of_mail(tx, Clock::System.now()))).and_then(|read| read);
    tell(looked, say);
}

fn tell(looked: Result<Vec<Finding>>, say: &mut dyn FnMut(Level, String)) {
    match looked {
        Ok(found) => found.into_iter().for_each(|finding| say(finding.level, finding.says)),
        Err(e) => say(Level::Wrong, e.message),
    }
}

fn database(store: &Store, whose: Whose, say: &mut dyn FnMut(Level, String)) {
    say(Level::Fine, format!("the database opens: {}", store.engine()));
    match block_on(store.check()).and_then(|found| found) {
        Ok(found) if found.is_empty() => say(Level::Fine, "no damage found".into()),
        Ok(found) => found.into_iter().for_each(|line| say(Level::Wrong, line)),
        Err(e) => say(Level::Wrong, e.message),
    }
    let looked = block_on(store.read(move |tx| {
        let shop = whose.shop(tx)?;
        findings::of_shop(tx, shop, Clock::System.now())
    }))
    .and_then(|read| read);
    tell(looked, say);
}
