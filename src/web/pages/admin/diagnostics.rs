//! How the server is: what runs, with which settings, what waits, and what went wrong of late. And the same in a text that says nothing
//! that is anybody's own, to be given to whoever helps.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use minijinja::context;
use minijinja::value::Serde;
use serde_json::{Map, Value, json};

use super::desk::{Answer, Desk};
use crate::app::App;
use crate::base::error::Result;
use crate::base::finding::{Finding, Level};
use crate::base::text;
use crate::base::time::{Clock, Millis, rfc3339};
use crate::config::{Config, Source, findings as settings_findings};
use crate::domain::findings;
use crate::domain::house::{self, House};
use crate::domain::mail::{self, Mail, Status};
use crate::domain::queues::{self, Queue};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::domain::webhook::{self, Webhook};
use crate::store::Tx;
use crate::store::files::free_space;
use crate::store::schema::VERSION;
use crate::web::health::ROOM;
use crate::web::pages::parts::{Cell, Fact, Row, Table, Tone, fact};

/// Letters, and endpoints, that are shown of those that went wrong.
const SHOWN: i64 = 10;
/// Settings whose values are nobody's own; of the others the support text tells only that they are set.
const PLAIN: [&str; 15] = [
    "connections",
    "api_key_plan",
    "insecure_http",
    "licence_rate",
    "licence_failure_rate",
    "check_ip",
    "allow_ip_override",
    "event_days",
    "audit_days",
    "request_log_days",
    "remembered",
    "workers",
    "access_log",
    "log",
    "log_level",
];

/// What is known of the database.
struct Known {
    house: House,
    queues: Vec<Queue>,
    letters: Vec<Mail>,
    failing: Vec<Webhook>,
    findings: Vec<Finding>,
}

fn known(tx: &mut Tx<'_>, shop: Shop, clock: Millis, backups_every: i64) -> Result<Known> {
    let mut findings = findings::of_shop(tx, shop, clock)?;
    findings.extend(findings::of_mail(tx, clock)?);
    findings.extend(findings::of_backups(tx, clock, backups_every)?);
    let mut failing = webhook::list(tx, shop, None, i64::MAX)?;
    failing.retain(|webhook| !webhook.is_on || webhook.failing_since.is_some());
    failing.truncate(usize::try_from(SHOWN).unwrap_or_default());
    Ok(Known {
        house: house::get(tx)?,
        queues: queues::all(tx)?,
        letters: mail::list(tx, shop, Some(Status::Failed), None, SHOWN)?,
        failing,
        findings,
    })
}

/// `GET /admin/settings/diagnostics`
pub async fn show(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    let clock = Clock::System.now();
    let every = app.config.backup_every_hours;
    let mut known = desk.read(move |tx, shop| known(tx, shop, clock, every)).await?;
    let mut found = settings_findings::of(&app.config);
    if app.config.mail.way.is_none() {
        found.push(Finding::warning("no mail is sent: mail_server, or mail_folder, is not set"));
    }
    let free = space(&app);
    if free.is_some_and(|free| free < ROOM) {
        found.push(Finding::wrong("the disk of the data folder or of the files is almost full"));
    }
    found.append(&mut known.findings);
    found.sort_by_key(|finding| match finding.level {
        Level::Wrong => 0,
        Level::Warning => 1,
        Level::Fine => 2,
    });
    if found.is_empty() {
        found.push(Finding::fine("nothing is wrong that this server knows of"));
    }
    let base = desk.base();
    let values = context! {
        facts => Serde(facts(&app, &known.house, free)),
        tables => Serde(vec![
            ("What was found", findings_table(&found)),
            ("What waits", queues_table(&known.queues)),
            ("What went wrong of late", errors_table(&known, &base)),
            ("Settings in force", settings_table(&app.config)),
        ]),
        support => support(&app, &known, &found, free),
    };
    desk.page_of(StatusCode::OK, "admin/diagnostics.html", "Diagnostics", values).await
}

/// Bytes that are free where data and files are, whichever is less.
fn space(app: &App) -> Option<u64> {
    [&app.config.data_dir, &app.config.files_dir].into_iter().filter_map(|folder| free_space(folder)).min()
}

fn facts(app: &App, house: &House, free: Option<u64>) -> Vec<Fact> {
    vec![
        fact("keywright", Cell::text(env!("CARGO_PKG_VERSION"))),
        fact("Database", Cell::text(app.store.engine())),
        fact("Schema", Cell::text(format!("{} of {VERSION}", house.schema_version))),
        fact("Runs since", Cell::time(Some(app.began))),
        fact("Public address", Cell::code(&app.config.public_url)),
        fact("Disk free", free.map_or(Cell::None, |free| Cell::text(text::size(free)))),
        fact("Changes waiting", Cell::text(format!("{:.0} % of the queue", app.store.pressure() * 100.0))),
    ]
}

fn findings_table(found: &[Finding]) -> Table {
    let row = |finding: &Finding| {
        let level = match finding.level {
            Level::Fine => Cell::badge("fine", Tone::Good),
            Level::Warning => Cell::badge("warning", Tone::Warn),
            Level::Wrong => Cell::badge("wrong", Tone::Bad),
        };
        Row::from(vec![level, Cell::text(&finding.says)])
    };
    Table::new(&["How bad", "What is so"], found.iter().map(row).collect(), "")
}

/// What waits, in a table.
pub fn queues_table(queues: &[Queue]) -> Table {
    let row = |queue: &Queue| {
        Row::from(vec![
            Cell::text(&queue.kind),
            Cell::Count { n: queue.waiting },
            Cell::time(queue.due_at),
            Cell::Count { n: queue.tries },
        ])
    };
    Table::new(&["What", "#Waiting", "First is due", "#Tries"], queues.iter().map(row).collect(), "")
}

fn errors_table(known: &Known, base: &str) -> Table {
    let letters = known.letters.iter().map(|letter| {
        Row::from(vec![
            Cell::link(
                format!("letter: {}", letter.template.as_str().replace('_', " ")),
                format!("{base}/admin/mail?status=failed"),
            ),
            Cell::time(letter.ended_at),
            Cell::maybe(letter.said.as_deref()),
        ])
    });
    let endpoints = known.failing.iter().map(|webhook| {
        let said = webhook.off_reason.as_deref().unwrap_or("deliveries fail");
        Row::from(vec![
            Cell::link(format!("webhook {}", webhook.id), format!("{base}/admin/webhooks/{}", webhook.id)),
            Cell::time(webhook.failing_since),
            Cell::text(said.replace('_', " ")),
        ])
    });
    let empty = "No letter was given up and no webhook fails. What else went wrong is in the server's log.";
    Table::new(&["What", "When", "Said"], letters.chain(endpoints).collect(), empty)
}

fn settings_table(config: &Config) -> Table {
    let rows = config.origins.iter().map(|(setting, value, source)| {
        Row::from(vec![Cell::code(setting.name), Cell::maybe(Some(value)), Cell::text(source.to_string())])
    });
    Table::new(&["Setting", "Value", "From"], rows.collect(), "")
}

/// What may be given to anybody: no address, no name, no path, nothing that was said by others.
fn support(app: &App, known: &Known, found: &[Finding], free: Option<u64>) -> String {
    let mut settings = Map::new();
    for (setting, value, source) in app.config.origins.iter().filter(|(_, _, from)| *from != Source::Default)
    {
        let from = match source {
            Source::Default => "default",
            Source::File(_) => "file",
            Source::Environment(_) => "environment",
            Source::Flag => "flag",
        };
        let shown = if PLAIN.contains(&setting.name) { value.as_str() } else { "[redacted]" };
        settings.insert(setting.name.to_owned(), format!("{shown} ({from})").into());
    }
    let scheme = app.config.public_url.split(':').next().unwrap_or_default();
    let queues: Vec<Value> = known
        .queues
        .iter()
        .map(|queue| json!({"kind": queue.kind, "waiting": queue.waiting, "due_at": queue.due_at.map(rfc3339), "tries": queue.tries}))
        .collect();
    let count = |level| found.iter().filter(|finding| finding.level == level).count();
    let told = json!({
        "keywright": env!("CARGO_PKG_VERSION"), "database": app.store.engine(),
        "schema": known.house.schema_version, "now": rfc3339(Clock::System.now()), "began": rfc3339(app.began),
        "scheme": scheme, "free_bytes": free, "queue": app.store.pressure(), "queues": queues,
        "failed_letters": known.letters.len(), "failing_webhooks": known.failing.len(),
        "warnings": count(Level::Warning), "wrong": count(Level::Wrong), "settings": settings,
    });
    format!("{told:#}")
}
