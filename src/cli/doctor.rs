//! `doctor`: looks for what is wrong, and says what to do.

use std::os::unix::fs::PermissionsExt;
use std::process::ExitCode;

use serde_json::json;

use super::context::{Context, Whose, block_on};
use super::output;
use crate::base::time::{Clock, DAY, HOUR, SECOND, rfc3339};
use crate::config::Config;
use crate::domain::mail::Template;
use crate::domain::shop::Mode;
use crate::domain::{backup, catalogue, house, mail};
use crate::jobs::mail::{Post, sample};
use crate::store::{Place, Store};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Fine,
    Warning,
    Wrong,
}

#[derive(Debug, serde::Serialize)]
struct Finding {
    level: Level,
    says: String,
}

/// Prints findings; exit code 1 if anything is wrong.
pub fn run(context: &Context) -> ExitCode {
    let mut findings = Vec::new();
    let mut say = |level, says: String| findings.push(Finding { level, says });
    match context.config() {
        Ok(config) => {
            say(Level::Fine, "the settings can be read".into());
            settings(&config, &mut say);
            match context.store() {
                Ok(store) => {
                    database(&store, Whose { mode: Mode::Live, ..context.whose }, &mut say);
                    backups(&config, &store, &mut say);
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

fn settings(config: &Config, say: &mut dyn FnMut(Level, String)) {
    if config.public_url.starts_with("http://") {
        let says = format!(
            "public_url is {}: shipped apps should be given an https address; set --public-url when a proxy with TLS stands in front",
            config.public_url
        );
        say(Level::Warning, says);
    }
    if config.licence_failure_rate == 0 {
        say(Level::Warning, "licence_failure_rate is 0: keys can be guessed without limit".into());
    }
    if let Place::Folder(folder) = &config.place
        && let Ok(data) = std::fs::metadata(folder)
        && data.permissions().mode() & 0o077 != 0
    {
        let says = format!(
            "other users of this machine can look into {}; close it: chmod 700 {}",
            folder.display(),
            folder.display()
        );
        say(Level::Warning, says);
    }
}

fn backups(config: &Config, store: &Store, say: &mut dyn FnMut(Level, String)) {
    let standing = match block_on(store.read(backup::standing)).and_then(|read| read) {
        Ok(standing) => standing,
        Err(e) => return say(Level::Wrong, e.message),
    };
    let every = config.backup_every_hours;
    let how = if every > 0 {
        format!("the server makes one every {every} hours")
    } else {
        "the server makes none by itself (backup_every_hours is 0)".to_owned()
    };
    if let (Some(at), Some(why)) = (standing.failed_at, standing.failure) {
        let says =
            format!("at {} no backup could be made: {why}. Then try: keywright backup create", rfc3339(at));
        say(Level::Warning, says);
    }
    let Some(at) = standing.last_at else {
        return say(
            Level::Warning,
            format!("last backup: none yet; {how}. Make one: keywright backup create"),
        );
    };
    let last = format!("last backup: {}, {}", rfc3339(at), standing.last_place.unwrap_or_default());
    // Two in a row that are not there are no chance; by hand, a week is long.
    let late = if every > 0 { 2 * every * HOUR } else { 7 * DAY };
    if Clock::System.now() - at > late {
        say(Level::Warning, format!("{last}, which is long ago; {how}. Make one: keywright backup create"));
    } else {
        say(Level::Fine, last);
    }
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
    match block_on(store.read(mail::standing)).and_then(|read| read) {
        Ok(standing) => queue(standing, say),
        Err(e) => say(Level::Wrong, e.message),
    }
}

/// Says how letters wait. A few minutes are nothing.
fn queue(standing: mail::Standing, say: &mut dyn FnMut(Level, String)) {
    let mail::Standing { waiting, oldest_at, failed } = standing;
    if let Some(oldest_at) = oldest_at.filter(|at| *at < Clock::System.now() - 300 * SECOND) {
        let says = format!(
            "{waiting} letters wait, the oldest since {}: `keywright mail list --status pending` says why; they go out when a \
             server runs and the mail server takes them",
            rfc3339(oldest_at)
        );
        say(Level::Warning, says);
    }
    if failed > 0 {
        let says = format!(
            "{failed} letters were given up within a day: `keywright mail list --status failed` says why, and `keywright mail again ID` \
             sends one again"
        );
        say(Level::Warning, says);
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
        Ok((house::get(tx)?, catalogue::list(tx, shop, &catalogue::Filter::default(), None, i64::MAX)?))
    }))
    .and_then(|read| read);
    let (house, products) = match looked {
        Ok(looked) => looked,
        Err(e) => return say(Level::Wrong, e.message),
    };
    if house.last_at > Clock::System.now() + 300 * SECOND {
        let says = format!(
            "the clock stands behind {}, an instant this database has decided by: licences expire by that instant until the clock has caught up. Set the clock right",
            rfc3339(house.last_at)
        );
        say(Level::Wrong, says);
    }
    for product in &products {
        for warning in product.policy.warnings() {
            say(Level::Warning, format!("product {}: {warning}", product.id));
        }
    }
    if !products.is_empty() && products.iter().all(|p| !p.policy.api_enabled) {
        say(Level::Warning, "no product has the licence API on: keywright product set ID --api on".into());
    }
}
