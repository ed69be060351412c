//! What the server does by itself, and what of it waits.

use actix_web::HttpRequest;
use actix_web::web::Data;

use super::desk::{Answer, Desk};
use super::diagnostics;
use super::thing::Thing;
use crate::app::App;
use crate::domain::scope::Scope;
use crate::domain::{backup, queues};
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Row, Section, Table, fact};

/// `GET /admin/settings/jobs`
pub async fn show(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteAccount)?;
    let (waiting, backups) = desk.read(|tx, _| Ok((queues::all(tx)?, backup::standing(tx)?))).await?;
    let config = &app.config;
    let days = |n: i64, setting: &str| {
        let kept = if n == 0 { "for ever".to_owned() } else { format!("for {n} days") };
        Cell::text(format!("{kept} ({setting})"))
    };
    let backups_every = match config.backup_every_hours {
        0 => "never (backup_every_hours is 0)".to_owned(),
        hours => format!("every {hours} hours"),
    };
    let mail = if config.mail.way.is_some() { "as they are due" } else { "never: mail is not set up" };
    let work = [
        ("Purchases whose term is over end", Cell::text("every minute")),
        ("Deliveries to webhooks go out, and are tried again", Cell::text("as they are due")),
        ("Letters go out, and are tried again", Cell::text(mail)),
        ("When activations were last checked is written", Cell::text("every few seconds")),
        ("Backups are made", Cell::text(backups_every)),
        ("Events are kept", days(config.event_days, "event_days")),
        ("The audit log is kept", days(config.audit_days, "audit_days")),
        ("Uploads that nobody goes on with are given up", Cell::text("after a week")),
    ];
    let rows = work.map(|(what, when)| Row::from(vec![Cell::text(what), when]));
    let thing = Thing {
        title: "Jobs".to_owned(),
        facts: vec![
            fact("Runs since", Cell::Time { at: app.began }),
            fact("Last backup", Cell::time(backups.last_at)),
        ],
        sections: vec![
            Section { title: "What waits", table: diagnostics::queues_table(&waiting) },
            Section {
                title: "What is done without being asked",
                table: Table::new(&["What", "When"], rows.to_vec(), ""),
            },
        ],
        ..Thing::default()
    };
    thing.show(&desk, &Form::read(req.query_string()).unwrap_or_default()).await
}
