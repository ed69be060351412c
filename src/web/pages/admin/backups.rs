//! Backups: which there are, and a new one by a button. For owners of the server's first shop alone, since a backup holds all of
//! them; what is done or handed out asks for a fresh sign-in.

use std::time::Duration;

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::desk::{Answer, Desk};
use super::thing::Thing;
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::base::{seal, text};
use crate::domain::audit::Action;
use crate::domain::backup;
use crate::domain::shop::{Mode, Shop};
use crate::store::backup::{Backups, Listed, Manifest, verify};
use crate::web::form::Form;
use crate::web::page;
use crate::web::pages::parts::{Cell, Deed, Fact, Row, Section, Table, Tone, Way, fact};
use crate::web::send_file::{self, Content};

/// How long somebody waits for a backup to be whole before they are sent on.
const PATIENCE: Duration = Duration::from_secs(5);
const COLUMNS: &[&str] = &["Backup", "Made", "#Size", "#Licences", "#Files", "Status"];

/// Turns everybody away who may not have all that this server holds.
async fn assert_may(desk: &Desk) -> std::result::Result<(), actix_web::Error> {
    desk.needs_owner()?;
    let first = desk.read(|tx, _| Ok(Shop::first(tx, Mode::Live)?.site_id)).await?;
    if first == desk.shop.site_id {
        return Ok(());
    }
    let e = Error::refused("a backup holds all sites of this server: ask an owner of the first one");
    Err(desk.failed(&e))
}

/// Has something done with the backups where it may last.
async fn apart<T: Send + 'static>(
    desk: &Desk,
    work: impl FnOnce(&Backups) -> Result<T> + Send + 'static,
) -> std::result::Result<T, actix_web::Error> {
    let backups = desk.app.config.backups();
    let done = tokio::task::spawn_blocking(move || work(&backups)).await;
    let done = done.map_err(|e| Error::broken(format!("work with backups ended early: {e}")));
    done.and_then(|done| done).map_err(|e| desk.failed(&e))
}

/// Has the audit log tell what they do with the backup of this name.
async fn note(desk: &Desk, action: Action, name: &str) -> std::result::Result<(), actix_web::Error> {
    let name = name.to_owned();
    let noted = desk.write("note backup by page", move |tx, _| backup::note(tx, action, &name)).await;
    noted.map_err(|e| desk.failed(&e))
}

/// `GET /admin/settings/backups`
pub async fn list(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    assert_may(&desk).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let standing = desk.read(|tx, _| backup::standing(tx)).await?;
    let listed = apart(&desk, |backups| Ok(backups.list())).await?;
    let (base, config) = (desk.base(), &app.config);
    let row = |listed: &Listed| {
        let counts = listed.manifest.as_ref().ok().map(|manifest| manifest.counts);
        let count = |n: Option<i64>| n.map_or(Cell::None, |n| Cell::Count { n });
        Row::from(vec![
            Cell::link(&listed.name, format!("{base}/admin/settings/backups/{}", listed.name)),
            Cell::Time { at: listed.at },
            Cell::text(text::size(listed.bytes)),
            count(counts.map(|counts| counts.licences)),
            count(counts.map(|counts| counts.files)),
            status(listed.manifest.is_ok()),
        ])
    };
    let schedule = match config.backup_every_hours {
        0 => "none: backup_every_hours is 0".to_owned(),
        hours => format!("every {hours} hours, the newest {} are kept", config.backup_keep),
    };
    let mut facts = vec![
        fact("Last backup", Cell::time(standing.last_at)),
        fact("It stands at", standing.last_place.map_or(Cell::None, Cell::code)),
        fact("The server makes", Cell::text(schedule)),
        fact("Folder", Cell::code(config.backup_dir.display().to_string())),
        fact("Master key", Cell::text("is in none of them: keep its file in another place")),
    ];
    if let Some(why) = standing.failure {
        facts.push(fact("None could be made since", Cell::time(standing.failed_at)));
        facts.push(fact("Why", Cell::text(why)));
    }
    let table = Table::new(
        COLUMNS,
        listed.iter().map(row).collect(),
        "There are no backups in the folder. The button below makes one.",
    );
    let thing = Thing {
        title: "Backups".to_owned(),
        facts,
        sections: vec![Section { title: "Backups in the folder", table }],
        deeds: vec![Deed::new("create", "Back up now", format!("{base}/admin/settings/backups"))],
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

fn status(is_whole: bool) -> Cell {
    if is_whole { Cell::badge("whole", Tone::Good) } else { Cell::badge("damaged", Tone::Bad) }
}

/// `POST /admin/settings/backups`
pub async fn create(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, _) = Desk::send(&req, payload, &app).await?;
    assert_may(&desk).await?;
    desk.fresh()?;
    let is_taken = desk.write("take backup by page", |tx, _| backup::take(tx)).await;
    if !is_taken.map_err(|e| desk.failed(&e))? {
        return Ok(back(&desk, "", "busy"));
    }
    let (app, by) = (app.into_inner(), desk.actor());
    let work = tokio::spawn(async move { app.back_up(Some(by)).await });
    match tokio::time::timeout(PATIENCE, work).await {
        // It goes on.
        Err(_) => Ok(back(&desk, "", "busy")),
        Ok(Ok(Ok(_))) => Ok(back(&desk, "", "backed-up")),
        Ok(Ok(Err(e))) => Err(desk.failed(&e)),
        Ok(Err(e)) => Err(desk.failed(&Error::broken(format!("the backup ended early: {e}")))),
    }
}

fn back(desk: &Desk, name: &str, done: &str) -> HttpResponse {
    let to = format!("{}/admin/settings/backups{name}?done={done}", desk.base());
    page::go(&to, Vec::new())
}

/// `GET /admin/settings/backups/{name}`
pub async fn show(req: HttpRequest, name: Path<String>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    assert_may(&desk).await?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let name = name.into_inner();
    let wanted = name.clone();
    let listed = apart(&desk, move |backups| {
        backups.find(&wanted)?;
        let found = backups.list().into_iter().find(|listed| listed.name == wanted);
        found.ok_or_else(|| Error::not_found("this backup has gone"))
    })
    .await?;
    let at = format!("{}/admin/settings/backups/{name}", desk.base());
    let mut facts = vec![
        fact("Made", Cell::Time { at: listed.at }),
        fact("Size", Cell::text(text::size(listed.bytes))),
        fact("Status", status(listed.manifest.is_ok())),
    ];
    match &listed.manifest {
        Ok(manifest) => facts.extend(within(manifest)),
        Err(e) => facts.push(fact("Why", Cell::text(&e.message))),
    }
    let thing = Thing {
        title: name.clone(),
        ways: vec![
            Way { label: "Download", href: format!("{at}/download") },
            Way { label: "All backups", href: format!("{}/admin/settings/backups", desk.base()) },
        ],
        facts,
        deeds: vec![
            Deed::new("verify", "Look at every byte", format!("{at}/verify")),
            Deed::new("delete", "Delete", format!("{at}/delete")).grave().typing("delete"),
        ],
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

fn within(manifest: &Manifest) -> Vec<Fact> {
    let count = |n: i64| Cell::Count { n };
    let counts = manifest.counts;
    let mut facts = vec![
        fact("Of", Cell::text(&manifest.engine)),
        fact("By keywright", Cell::text(&manifest.keywright)),
        fact("Schema version", count(manifest.schema_version)),
        fact("Products", count(counts.products)),
        fact("Customers", count(counts.customers)),
        fact("Licences", count(counts.licences)),
        fact("Activations", count(counts.activations)),
        fact("Files", count(counts.files)),
    ];
    facts.extend(manifest.warnings().iter().map(|warning| fact("To be looked at", Cell::text(warning))));
    facts
}

/// `GET /admin/settings/backups/{name}/download`
pub async fn download(req: HttpRequest, name: Path<String>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    assert_may(&desk).await?;
    desk.fresh()?;
    let name = name.into_inner();
    let wanted = name.clone();
    let (file, length, tag) = apart(&desk, move |backups| {
        let (file, length) = backups.open(&wanted)?;
        let changed = file.metadata().and_then(|meta| meta.modified()).ok();
        // Never changed under its name: when it was written tells it from another that might get the name.
        Ok((file, length, seal::hash(format!("{wanted} {length} {changed:?}").as_bytes())))
    })
    .await?;
    note(&desk, Action::BackupDownloaded, &name).await?;
    Ok(send_file::respond(&req, Content { file, length, sha256: tag, name }))
}

/// `POST /admin/settings/backups/{name}/verify`
pub async fn check(req: HttpRequest, name: Path<String>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, _) = Desk::send(&req, payload, &app).await?;
    assert_may(&desk).await?;
    let name = name.into_inner();
    let wanted = name.clone();
    apart(&desk, move |backups| verify(&backups.find(&wanted)?, &|_, _, _| Ok(()))).await?;
    Ok(back(&desk, &format!("/{name}"), "verified"))
}

/// `POST /admin/settings/backups/{name}/delete`
pub async fn delete(req: HttpRequest, name: Path<String>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    assert_may(&desk).await?;
    desk.fresh()?;
    let name = name.into_inner();
    if form.get("typed").map(str::trim) != Some("delete") {
        return Ok(back(&desk, &format!("/{name}"), "retyped"));
    }
    let wanted = name.clone();
    apart(&desk, move |backups| backups.delete(&wanted)).await?;
    note(&desk, Action::BackupDeleted, &name).await?;
    Ok(back(&desk, "", "deleted"))
}
